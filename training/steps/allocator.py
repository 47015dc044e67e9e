"""Memory of large tensors, kept from one training step to the next."""

from __future__ import annotations

import ctypes

# glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
LARGEST_INT = 2**31 - 1


def keep_memory() -> bool:
    """Lets glibc keep freed memory; to be called again and again, at the cost of a microsecond.

    By itself it hands the memory of a large tensor back to the system as soon as it is freed, and
    the next step faults it in again, page by page: up to half of a training step.  What a process
    has once taken it keeps until it ends.  Numbers do not change.

    Returns:
        Whether the C library is one that can be told so; elsewhere nothing happens.

    Reference: mallopt(3).
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "gnu_get_libc_version"):
        return False
    settings = {M_MMAP_MAX: 0, M_TRIM_THRESHOLD: LARGEST_INT}
    done = [library.mallopt(name, value) for name, value in settings.items()]
    return all(done)
