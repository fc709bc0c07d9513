"""The guides from other clients name calls that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dynclient.client.client import Client
from dynclient.client.methods import METHODS
from dynclient.compat.ometa.request_methods import rows
from dynclient.extensions.registry import extensions, is_client_name, is_method_name
from tests.parity.guide import GROUPS, GUIDE, guide

FLUENT = Path(__file__).parents[2] / "docs" / "from-fluent-sdk.md"


def test_the_table_of_the_guide_is_generated_from_the_calls() -> None:
    assert GUIDE.read_text("utf-8") == guide(), "run python -m tests.parity"


def test_the_table_names_each_official_method_once() -> None:
    names = [name for group in GROUPS.values() for name in group]
    assert len(names) == len(set(names))
    assert set(names) <= {row["name"] for row in rows()}


@pytest.mark.parametrize("page", [GUIDE, FLUENT], ids=lambda page: page.name)
def test_every_native_call_that_a_guide_names_exists(page: Path) -> None:
    named = set(re.findall(r"\bom\.(\w+)(?:\.(\w+))?\(", page.read_text("utf-8")))
    assert len(named) > 20
    unknown = [f"om.{first}.{second}" for first, second in named if not _exists(first, second)]
    assert not unknown


def _exists(first: str, second: str) -> bool:
    if not second:
        return hasattr(Client, first) or is_client_name(first)
    entry = extensions().get(first)
    if entry is not None and entry.client:
        return hasattr(entry.load(), second)
    return second in METHODS or is_method_name(second)
