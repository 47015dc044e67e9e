"""The data sets that are loaded by their name."""

from training.data.sets import cifar10, digits, mnist

SETS = {known.name: known for known in (mnist.MNIST, cifar10.CIFAR10, digits.DIGITS)}
