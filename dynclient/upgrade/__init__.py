"""What an upgrade of a server breaks: scripts and payloads are read, or run on two releases."""

from __future__ import annotations

from dynclient.upgrade.check import UpgradeReport, upgrade_check
from dynclient.upgrade.findings import Finding
from dynclient.upgrade.rehearsal import Difference, Rehearsal, ScriptRun, rehearse

__all__ = [
    "Difference",
    "Finding",
    "Rehearsal",
    "ScriptRun",
    "UpgradeReport",
    "rehearse",
    "upgrade_check",
]
