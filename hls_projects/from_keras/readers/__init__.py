"""Which Keras layers become layers of an integer network, and how: one entry a Keras class."""

from hls_projects.from_keras.readers import (
    activation,
    averages,
    head,
    input,
    joins,
    lines,
    shapes,
    thermometer,
    weights,
)

READERS = {
    kind: reader
    for module in (input, thermometer, weights, lines, activation, shapes, averages, joins, head)
    for kind, reader in module.READERS.items()
}
