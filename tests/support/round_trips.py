"""The tables of docs/as-code.md: what is not dumped, and what create requests cannot say.

``python -m tests.support.round_trips`` writes it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from dynclient.as_code.request_fields import RequestFields
from dynclient.data import data_file
from tests.support.trees import ALL_RELEASES, release_named

PAGE = Path(__file__).resolve().parents[2] / "docs" / "as-code.md"
BEGIN = "<!-- written by python -m tests.support.round_trips -->"
END = "<!-- end -->"
FIELDS = """\
These fields of entities are not in their create requests, in any of the releases that are tested.
The third column says in which section of a document they are; a dash means that they are lost, and
that `left_out` of the dump lists them."""
_NAMED = 3
_SECTIONS = {
    "followers": "`followers`", "customProperties": "`customProperties`",
    "sampleData": "`sampleData`", "profile": "`profile`",
}  # fmt: skip


def table() -> str:
    """Return the table as Markdown."""
    types: dict[str, set[str]] = defaultdict(set)
    reasons: dict[str, str] = {}
    for name in ALL_RELEASES:
        release = release_named(name)
        for entity in release.entities.values():
            if entity.create is None:
                continue
            fields = RequestFields(release, entity, entity.create, portable=True)
            for field, reason in fields.missing().items():
                types[field].add(entity.name)
                is_general = "has no field" in reason
                reasons[field] = "No create request has it." if is_general else reason
    rows = [
        f"| `{field}` | {_words(sorted(types[field]))} | {_place(field)} | {reasons[field]} |"
        for field in sorted(types)
    ]
    return "\n".join(["| field | of | in a document | why |", "|---|---|---|---|", *rows])


def types() -> str:
    """Return the table of entity types of which a dump has no create requests."""
    rows = data_file("create_requests.json")["not_dumped"]
    known = {name for each in ALL_RELEASES for name in release_named(each).entities}
    assert {row["entity"] for row in rows} <= known
    lines = [f"| `{row['entity']}` | {row['reason']} |" for row in rows]
    return "\n".join(["| entity type | why |", "|---|---|", *lines])


def _place(field: str) -> str:
    if field in data_file("create_requests.json")["patched"]:
        return "`fields`"
    return _SECTIONS.get(field, "–")


def _words(names: list[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def page(text: str) -> str:
    """Return the text of the page with the tables of today."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{types()}\n\n{FIELDS}\n\n{table()}\n\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), encoding="utf-8", newline="\n")
