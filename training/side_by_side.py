"""Trainings side by side: threads of each, and how the system shares cores among them."""

from __future__ import annotations

import os

# Of NumPy and TensorFlow; read when they start.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def schedule_as_batch(process: int = 0) -> None:
    """Lets a process, 0 for the calling thread and those that it starts, keep a core for longer.

    Threads of a training wait for one another; without this, two trainings on two cores hand over
    only at ticks of the scheduler, and take half as long again.
    """
    os.sched_setscheduler(process, os.SCHED_BATCH, os.sched_param(0))
