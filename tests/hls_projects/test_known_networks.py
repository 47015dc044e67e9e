"""Networks that people know convert exactly, at their own size."""

import numpy as np

from hls_projects.hls4ml_front_end import build_hls_model
from hls_projects.network.integer_network import IntegerNetwork
from hls_projects.verification.csim import CSimulation
from hls_projects.verification.exactness import compare
from qkeras_models.layers.sparse_ternary_layer import overall_sparsity, sparse_ternary_layers
from tests.hls_projects.known_networks import resnet8


def test_resnet8_of_mlperf_tiny(tmp_path):
    model = resnet8()
    assert overall_sparsity(sparse_ternary_layers(model)) >= 0.9
    network = IntegerNetwork.from_keras(model)
    x = np.random.default_rng(0).random((40, 32, 32, 3)).astype(np.float32)
    simulation = CSimulation(build_hls_model(model, tmp_path))
    assert compare(network, x, model=model, csim=simulation)["mismatches"] == 0
    assert len(np.unique(network.predict(x), axis=0)) == len(x)
