"""How a sandbox runs apps and ingestion pipelines: it pretends to."""

from __future__ import annotations

from typing import NamedTuple


class Runner(NamedTuple):
    """The settings of the pretended runner."""

    polls: int = 2
    """The number of times that a client sees a run unfinished before it ends."""
    pipeline_service: bool = True
    """Whether there is a pipeline service, which deploys and runs ingestion pipelines."""


DEFAULT_RUNNER = Runner()
