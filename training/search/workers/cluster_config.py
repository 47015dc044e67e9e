"""Where trials run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Cluster(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    threads: int = Field(1, ge=1, description="of each trial")


class LocalConfig(_Cluster):
    """Worker processes on this machine."""

    kind: Literal["local"] = "local"
    workers: int | None = Field(None, ge=1, description="by default as many as cores allow")
    memory: str = Field("auto", description="of each worker, such as 4GB")


class SchedulerConfig(_Cluster):
    """A Dask scheduler that runs already; its workers should have one thread each."""

    kind: Literal["scheduler"]
    address: str = Field(description="such as tcp://10.0.0.1:8786")


class _JobQueue(_Cluster):
    workers: int = Field(ge=1, description="jobs, of one trial at a time each")
    memory: str = Field(description="of each job, such as 4GB")
    options: dict[str, Any] = Field(
        default_factory=dict, description="further arguments of dask-jobqueue's cluster"
    )


class SlurmConfig(_JobQueue):
    """Jobs of SLURM."""

    kind: Literal["slurm"]


class HTCondorConfig(_JobQueue):
    """Jobs of HTCondor."""

    kind: Literal["htcondor"]
    disk: str = Field("2GB", description="of each job")


ClusterConfig = Annotated[
    LocalConfig | SchedulerConfig | SlurmConfig | HTCondorConfig, Field(discriminator="kind")
]
CLUSTERS = (LocalConfig, SchedulerConfig, SlurmConfig, HTCondorConfig)
