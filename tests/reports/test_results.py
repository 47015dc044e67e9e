"""The committed results are those of the committed networks."""

from pathlib import Path

import pytest

from hls_projects.integer_network import IntegerNetwork
from reports.reproduce_job import encoded_bits
from reports.results_file import load_records

RESULTS = Path(__file__).parents[2] / "reports" / "results"
RECORDS = [
    pytest.param(record, id="-".join(map(str, record.key[:4])))
    for file in sorted(RESULTS.glob("mnist*.json"))
    for record in load_records(file)
    if record.network_file
]


@pytest.fixture(scope="module")
def mnist():
    from training.data import load

    return load("mnist")


@pytest.mark.parametrize("record", RECORDS)
def test_a_committed_network_has_the_accuracy_of_its_record(mnist, record):
    network = IntegerNetwork.load(RESULTS / record.network_file)
    correct = network.predict(mnist.x_test).argmax(axis=-1) == mnist.y_test
    assert correct.mean() == record.test_accuracy
    assert (network.weights, network.nonzeros) == (record.weights, record.nonzeros)
    assert encoded_bits(network) == record.encoded_bits


def test_every_committed_network_has_a_record():
    named = {RESULTS / param.values[0].network_file for param in RECORDS}
    assert named == set(RESULTS.glob("networks/*.npz"))
