"""One neuron in the fewest LUTs: counters in LUTs and on carry chains."""
