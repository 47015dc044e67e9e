"""Every kind is a whole entry: what other modules ask of one is there."""

from importlib import import_module

import pytest
from hls4ml.model.layers import layer_map

import hls_projects.hls4ml_front_end  # noqa: F401 (hls4ml knows the layers from now on)
from hls_projects.from_keras.readers import READERS
from hls_projects.from_keras.walk import Reader
from hls_projects.kinds import KINDS, Role


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_a_module_a_role_and_a_layer_of_hls4ml(name):
    kind = KINDS[name]
    homes = "hls_projects.kinds", "hls_projects.kinds.channels", "hls_projects.kinds.moves"
    assert kind.__module__ in [f"{home}.{name}" for home in homes]
    assert kind.kind == name
    assert kind is getattr(import_module("hls_projects.kinds"), kind.__name__)
    # Of weights it depends on their values which layer computes them.
    assert isinstance(kind.hls_class, property) or kind.hls_class in layer_map
    assert isinstance(kind.role, Role)
    assert kind.__doc__ and set(kind.array_fields + kind.option_fields) <= set(
        kind.__dataclass_fields__
    )


def test_every_reader_is_an_entry():
    assert all(isinstance(reader, Reader) for reader in READERS.values())
