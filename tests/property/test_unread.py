"""A script has the same effect whether its fields were asked for or are read when needed."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient import model
from dynclient.client.client import Client
from dynclient.settings import Settings
from tests.support.projecting_server import (
    ProjectingServer,
    column,
    label,
    reference,
    table,
)
from tests.support.trees import ALL_RELEASES, release_named

LABELS = ["Tier.Tier1", "PII.Sensitive", "PII.None"]
ALL = ["owners", "tags", "columns", "followers", "votes"]

labels = st.lists(st.sampled_from(LABELS), unique=True, max_size=3).map(
    lambda names: [label(name) for name in names]
)
numbers = st.integers(min_value=0, max_value=3)
steps = st.one_of(
    st.tuples(st.just("read"), st.sampled_from(["tags", "owners", "followers", "description"])),
    st.tuples(st.just("set tags"), labels),
    st.tuples(st.just("add label"), st.sampled_from(LABELS)),
    st.tuples(st.just("delete"), st.sampled_from(["tags", "owners", "followers"])),
    st.tuples(st.just("describe"), st.sampled_from(["new", None])),
    st.tuples(st.just("rename column"), numbers),
    st.tuples(st.just("label column"), st.tuples(numbers, labels)),
    st.tuples(st.just("read column"), numbers),
    st.tuples(st.just("remove column"), numbers),
    st.tuples(st.just("move column"), numbers),
    st.tuples(st.just("extend columns"), st.just(None)),
    st.tuples(st.just("reverse columns"), st.just(None)),
    st.tuples(st.just("take columns"), st.just(None)),
)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "columns": [
            column(name, **({"tags": draw(labels)} if draw(st.booleans()) else {}))
            for name in "abcd"[: draw(numbers)]
        ]
    }
    if draw(st.booleans()):
        fields["tags"] = draw(labels)
    if draw(st.booleans()):
        fields["owners"] = [reference("ada")]
    return table(1, **fields)


def carry_out(entity: Any, action: str, value: Any) -> None:
    if action.endswith("columns"):
        change_columns(entity, action)
    elif action.endswith("column"):
        place, labels = value if isinstance(value, tuple) else (value, None)
        if place < len(entity.columns):
            change_column(entity.columns, action, place, labels)
    elif action == "read":
        _ = entity[value]
    elif action == "set tags":
        entity.tags = value
    elif action == "add label":
        entity.tags = [*(entity.tags or []), label(value)]
    elif action == "describe":
        entity.description = value
    elif entity[value] is not None:
        del entity[value]


def change_columns(entity: Any, action: str) -> None:
    if action == "extend columns":
        entity.columns.append(column(f"new{len(entity.columns)}"))
    elif action == "reverse columns":
        entity.columns.reverse()
    else:
        entity.columns = entity.columns[::-1]


def change_column(columns: Any, action: str, place: int, labels: Any) -> None:
    if action == "label column":
        columns[place].tags = labels
    elif action == "rename column":
        columns[place].name = f"renamed{place}"
    elif action == "read column":
        _ = columns[place].tags
    elif action == "remove column":
        del columns[place]
    else:
        columns.insert(0, columns.pop(place))


def outcome(full: dict[str, Any], release: str, script: list[Any], how: str) -> dict[str, Any]:
    """Return what the server has after a script."""
    server = ProjectingServer(copy.deepcopy(full))
    om = Client("http://server/api", server, Settings(), release_named(release))  # type: ignore[arg-type]
    if how == "list":
        entity = next(iter(om.tables.list()))
    else:
        entity = om.tables.get("s.d.c.t1", fields=ALL if how == "asked for" else None)
    for action, value in script:
        carry_out(entity, action, copy.deepcopy(value))
    assert len(server.sent) <= 5
    changed: dict[str, Any] = jsonpatch.apply_patch(full, model.changes(entity, secrets=True))
    return changed


@pytest.mark.parametrize("how", ["get", "list"])
@pytest.mark.parametrize("release", [ALL_RELEASES[0], ALL_RELEASES[-1]])
@settings(deadline=None, max_examples=60, database=None)
@given(full=tables(), script=st.lists(steps, max_size=6))
def test_what_was_not_asked_for_is_not_lost(
    full: dict[str, Any], script: list[Any], release: str, how: str
) -> None:
    assert outcome(full, release, script, how) == outcome(full, release, script, "asked for")
