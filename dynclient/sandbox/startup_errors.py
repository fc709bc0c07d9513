"""Why a sandbox does not come up: its data, its port, or what its process said."""

from __future__ import annotations

from dynclient.errors import DynclientError


class SandboxFailed(DynclientError):
    """The sandbox did not come up; the message holds why."""


class DataRefused(SandboxFailed):
    """The data file cannot be used: it is something else, of another release, or not writable."""


class DataInUse(DataRefused):
    """Another sandbox serves the data file."""


class PortRefused(SandboxFailed):
    """The port cannot be had."""
