"""One simulated board for all tests of the line."""

import pytest

from tests.hls_projects.board import tiny
from tests.hls_projects.networks import network


@pytest.fixture(scope="package")
def small():
    return network((16, 8, 4))


@pytest.fixture(scope="package")
def boards(small, tmp_path_factory):
    """A simulation of 64 boards, and what each says of itself."""
    simulation, hello = tiny.simulation(small, tmp_path_factory.mktemp("board"))
    with simulation:
        yield simulation, hello
