import numpy as np
import pytest

from hls_projects.kinds import Thermometer
from hls_projects.rtl import RtlSimulation, check_feasible, write_rtl
from tests.hls_projects.networks import image_network
from tests.hls_projects.zoo import random_inputs

CODES = Thermometer(np.array([1, 2], np.int32), np.array([0, 1], np.int32))


def test_thermometers_of_images_are_refused_by_name_before_anything_is_written(tmp_path):
    net = image_network((40, 40, 2), [CODES, (8, (2, 2), (1, 1), "valid")])
    for refuse in (check_feasible, lambda net: write_rtl(net, tmp_path / "rtl")):
        with pytest.raises(ValueError, match="Received: thermometer between images"):
            refuse(net)
    assert not (tmp_path / "rtl").exists()


def test_thermometers_of_small_images_are_built_all_at_once(tmp_path):
    net = image_network((4, 3, 2), [CODES, (3, (2, 2), (1, 1), "valid")])
    x = random_inputs(net, 300)
    simulation = RtlSimulation(write_rtl(net, tmp_path))
    np.testing.assert_array_equal(simulation.predict(x), net.predict_integers(x))
