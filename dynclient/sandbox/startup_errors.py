"""Errors raised when a sandbox cannot start: its data file, its port, or its process."""

from __future__ import annotations

from dynclient.errors import DynclientError


class SandboxFailed(DynclientError):
    """The sandbox could not start; the message says why."""


class DataRefused(SandboxFailed):
    """The data file cannot be used: wrong format, another release, or not writable."""


class DataInUse(DataRefused):
    """The data file is in use by another sandbox."""


class PortRefused(SandboxFailed):
    """The sandbox cannot listen on the port."""
