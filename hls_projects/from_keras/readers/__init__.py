"""Which Keras layers become layers of an integer network, and how: one entry a Keras class."""

from hls_projects.from_keras.readers import (
    activation,
    averages,
    composed,
    head,
    input,
    joins,
    lines,
    moves,
    shapes,
    thermometer,
    weights,
)

_MODULES = (
    input, thermometer, weights, lines, composed, activation, shapes, moves, averages, joins, head,
)
READERS = {
    kind: reader
    for module in _MODULES
    for kind, reader in module.READERS.items()
}
