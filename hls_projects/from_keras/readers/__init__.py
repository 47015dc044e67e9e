"""Which Keras layers become layers of an integer network, and how: one entry a Keras class."""

from hls_projects.from_keras.readers import activation, head, input, joins, shapes, weights

READERS = {
    kind: reader
    for module in (input, weights, activation, shapes, joins, head)
    for kind, reader in module.READERS.items()
}
