"""Damaged files: what chance does to bytes, and what somebody does inside an archive."""

from __future__ import annotations

import io
import zipfile

import numpy as np


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes flipped, cut off, put in, moved or set to extreme values."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, len(data) + 1))
        length = int(rng.choice([1, 2, 4, 8, 64]))
        kind = rng.integers(0, 6)
        if kind == 0:
            data[at : at + length] = rng.bytes(length)
        elif kind == 1:
            data[at : at + length] = bytes([int(rng.choice([0, 0x7F, 0xFF]))]) * length
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[:length]
        elif kind == 4:
            del data[at:]
        else:
            data[at : at + length] = bytes(reversed(data[at : at + length]))
    return bytes(data)


def mutate_inside(content: bytes, rng: np.random.Generator) -> bytes:
    """A zip archive one of whose members was changed, with checksums that are right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    name = str(rng.choice(list(members)))
    members[name] = mutate(members[name], rng)
    if rng.random() < 0.1:
        del members[name]
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return changed.getvalue()
