"""Findings as SARIF 2.1.0, the format that code hosts show beside the lines of a change."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from dynclient import __version__
from dynclient.upgrade.findings import RULES

if TYPE_CHECKING:
    from dynclient.upgrade.check import UpgradeReport
    from dynclient.upgrade.findings import Finding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: UpgradeReport) -> dict[str, Any]:
    """Return a report as a SARIF log.

    Args:
        report: what :func:`dynclient.upgrade_check` returns.
    """
    rules = list(RULES)
    driver = {
        "name": "dynclient upgrade-check",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, rules) for each in report.findings],
        "properties": {"release": report.release, "before": report.before},
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    since = f" (since {finding.since})" if finding.since else ""
    region = {"startLine": finding.line, "startColumn": finding.column}
    location = {
        "artifactLocation": {"uri": PurePath(finding.file).as_posix()},
        "region": region,
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": finding.level,
        "message": {"text": finding.message + since},
        "locations": [{"physicalLocation": location}],
        "properties": {
            "name": finding.name,
            "replacement": list(finding.replacement),
            "since": finding.since,
        },
    }
