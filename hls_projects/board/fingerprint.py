"""Which network a board holds: 32 bits of a digest of everything that decides its logits."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hls_projects.network.integer_network import IntegerNetwork


def fingerprint(network: IntegerNetwork) -> int:
    """The first 32 bits of a SHA-256 over input format, layers and their order.

    Where a network comes from (its provenance) is not in it.
    """
    form = network.input
    digest = hashlib.sha256()
    described = [form.bits, form.signed, form.scale, form.shape, network.taken]
    described += [[part.size, part.bits, part.signed] for part in form.parts]
    digest.update(json.dumps(described).encode())
    for layer in network.layers:
        digest.update(json.dumps([layer.kind, layer.options], sort_keys=True).encode())
        for name, array in sorted(layer.arrays.items()):
            array = np.ascontiguousarray(array)
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(array.tobytes())
    return int.from_bytes(digest.digest()[:4], "little")
