"""The data sets that are loaded by their name."""

from training.data.sets import cifar10, digits, mnist
from training.data.sets.features import jets, jets_sample

SETS = {
    known.name: known
    for known in (
        mnist.MNIST, cifar10.CIFAR10, digits.DIGITS, jets.JETS, jets_sample.JETS_SAMPLE
    )
}
