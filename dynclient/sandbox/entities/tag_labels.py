"""Tag labels: checked, filled in from the tag or term they name, sorted, and counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.http_errors import bad_request, not_found

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, Members
    from dynclient.sandbox.rules import Rules
    from dynclient.sandbox.storage.store import Row, Transaction

DEFAULT_SOURCE = "Classification"
"""The source of a label that says none."""

Label = dict[str, Any]


def members_at(doc: dict[str, Any], path: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the list of members at a path of ``doc``; empty if there is none."""
    value: Any = doc
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def walk_members(
    members: Members, listed: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield every member and its depth, parents first."""
    stack = [(member, 0) for member in reversed(listed)]
    while stack:
        member, depth = stack.pop()
        if not isinstance(member, dict):
            continue
        yield member, depth
        if members.children is not None:
            below = member.get(members.children)
            if isinstance(below, list):
                stack.extend((child, depth + 1) for child in reversed(below))


def label_carriers(model: EntityModel, doc: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the parts of ``doc`` that may have labels: itself, then its members."""
    if model.has_labels:
        yield doc
    for members in model.members:
        for member, _ in walk_members(members, members_at(doc, members.path)):
            yield member


def label_uses(model: EntityModel, doc: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the (tag FQN, source) pairs of a document, one for each use."""
    return [
        (label["tagFQN"], label.get("source", DEFAULT_SOURCE))
        for carrier in label_carriers(model, doc)
        for label in carrier.get("tags") or ()
    ]


def without_details(label: Label, fqn: str) -> Label:
    """Return a label as it is stored: without what its tag says.

    Args:
        label: the label.
        fqn: the fully qualified name of its tag.
    """
    kept = {
        name: value
        for name, value in label.items()
        if name not in {"name", "displayName", "description", "style", "href"}
    }
    return {**kept, "tagFQN": fqn}


class Labels:
    """The labels of one transaction; every tag is looked up once."""

    def __init__(self, tx: Transaction, rules: Rules) -> None:
        self._tx = tx
        self._sources = rules.table("label_sources")
        self._details: tuple[str, ...] = tuple(rules.flag("label_details"))
        self._known: dict[tuple[str, str], Row | None] = {}

    def tag(self, label: Label) -> Row | None:
        """Return the tag or term a label names, or None."""
        key = (self.kind(label)["type"], label["tagFQN"])
        if key not in self._known:
            self._known[key] = self._tx.find(*key)
        return self._known[key]

    def kind(self, label: Label) -> dict[str, Any]:
        """Return what the source of a label says: the types of its tag and of what is above."""
        source = label.get("source", DEFAULT_SOURCE)
        kind: dict[str, Any] = self._sources.get(source, self._sources[DEFAULT_SOURCE])
        return kind

    def accept(self, given: list[Label]) -> list[Label]:
        """Return labels as they are stored: sorted by FQN, with derived labels.

        Raises the server's 404 for an unknown tag, and 400 for mutually exclusive tags.
        """
        stored: dict[str, Label] = {}
        for label in given:
            row = self.tag(label)
            if row is None:
                raise not_found(self.kind(label)["type"], label["tagFQN"])
            stored.setdefault(row.fqn, without_details(label, row.fqn))
        for label in list(stored.values()):
            for derived in self._derived(label):
                stored.setdefault(derived["tagFQN"], derived)
        self._check_exclusive(list(stored.values()))
        return [stored[fqn] for fqn in sorted(stored)]

    def _derived(self, label: Label) -> list[Label]:
        """Return the labels that come with a glossary term: its own tags."""
        row = self.tag(label)
        if row is None or not self.kind(label)["brings_own"]:
            return []
        return [
            {**without_details(own, own["tagFQN"]), "labelType": "Derived"}
            for own in row.doc.get("tags") or ()
        ]

    def _check_exclusive(self, labels: list[Label]) -> None:
        groups: dict[str, str] = {}
        for label in labels:
            row = self.tag(label)
            if row is None:
                continue
            parent = row.fqn.rpartition(".")[0]
            if parent in groups and self._excludes(label, parent):
                raise bad_request(
                    f"Tag labels {row.fqn} and {groups[parent]} are mutually exclusive and can't be"
                    " assigned together"
                )
            groups.setdefault(parent, row.fqn)

    def _excludes(self, label: Label, parent: str) -> bool:
        for type in self.kind(label)["above"]:
            row = self._tx.find(type, parent)
            if row is not None:
                return bool(row.doc.get("mutuallyExclusive"))
        return False

    def serialize(self, stored: list[Label]) -> list[Label]:
        """Return labels as responses contain them, with details of their tags."""
        out = []
        for label in stored:
            row = self.tag(label)
            if row is None:
                continue
            full: Label = {"tagFQN": label["tagFQN"]}
            for detail in self._details:
                value = row.doc.get(detail)
                if value is not None:
                    full[detail] = value
            full.update((name, value) for name, value in label.items() if name != "tagFQN")
            out.append(full)
        return out
