"""Tags, glossary terms and tiers of entities and of their parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.responses import is_route
from dynclient.drift.labels import completed_label, label_entities, label_entity, named_label
from dynclient.errors import BadName, NotFound, Problem
from dynclient.extensions.arguments import flat
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.entity_parts import named_parts, requesting_fields
from dynclient.operations.operation import Plan
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from dynclient.schema import Node

FIELD = "tags"
_NAME = "tagFQN"
_TIER = "Tier"
"""The classification of tiers, which every server has."""
_SUGGESTIONS = 1000
"""Names that are compared with a name that does not exist, at most."""

Label = dict[str, Any]


class _NewLabel(NamedTuple):
    """A label to add."""

    label: Label
    parent: list[str]
    """The names of what is above it, from the classification or glossary on."""


class TagLabels(CollectionExtension):
    """Tags, glossary terms and tiers: ``om.tables.add_tags(t, "PII.Sensitive", column="email")``.

    Labels are names, tags, glossary terms, or labels with a ``tagFQN``. A name alone is that of a
    tag, or else of a glossary term; ``"glossaryTerm:Sales.Order"`` names the type.
    """

    name = "tag_labels"

    def add_tags(self, target: Any, *tags: Any, **parts: Any) -> CollectionEntity:
        """Add labels to an entity or to parts of it; those that it has stay as they are.

        If a classification or glossary is mutually exclusive, a new label replaces the one of the
        same parent.

        Args:
            target: the entity, by id, name, reference or itself; only its identity is used.
            tags: names, tags, glossary terms or labels, also in lists.
            parts: the parts instead of the entity, by the singular of their list: ``column="id"``,
                ``task=``, ``feature=``, ``field="address.city"``; a list for several.

        Returns:
            The entity as the server has it now.

        Raises:
            BadArguments: there is no such tag, term or part; lists all problems. Nothing is sent.
            NotFound: the entity does not exist.
        """
        self.check_target(target)
        new = self._new_labels("add_tags", tags)
        call = f"{self.attribute}.add_tags"

        def change(state: Any) -> None:
            for part in named_parts(call, state, FIELD, parts):
                set_labels(part, self._with(labels_of(part), new))

        return self.edit(target, change, fields=self._fields(parts))

    def remove_tags(self, target: Any, *tags: Any, **parts: Any) -> CollectionEntity:
        """Remove labels from an entity or from parts of it; labels that are not there are ignored.

        Args:
            target: as for :meth:`add_tags`.
            tags: as for :meth:`add_tags`; names are not looked up.
            parts: as for :meth:`add_tags`.

        Returns:
            The entity as the server has it now.

        Raises:
            BadArguments: there is no such part, or a value is not a label. Nothing is sent.
        """
        self.check_target(target)
        names, problems = set(), []
        for position, tag in enumerate(flat(tags)):
            name = _label_name(tag, label_entities())[1]
            if name is None:
                problems.append(_not_a_label(position, tag))
            else:
                names.add(name)
        if problems:
            raise bad_arguments(f"{self.attribute}.remove_tags", problems)
        call = f"{self.attribute}.remove_tags"

        def change(state: Any) -> None:
            for part in named_parts(call, state, FIELD, parts):
                set_labels(part, without_labels(labels_of(part), lambda name: name in names))

        return self.edit(target, change, fields=self._fields(parts))

    def set_tier(self, target: Any, tier: Any) -> CollectionEntity:
        """Set the tier of an entity; its other labels stay.

        Args:
            target: as for :meth:`add_tags`.
            tier: ``"Tier.Tier1"``, ``"Tier1"`` or the tag; None removes the tier.

        Returns:
            The entity as the server has it now.

        Raises:
            BadArguments: there is no such tier. Nothing is sent.
        """
        self.check_target(target)
        if isinstance(tier, str) and "." not in tier and ":" not in tier:
            tier = f"{_TIER}.{tier}"
        new = [] if tier is None else self._new_labels("set_tier", [tier])
        wrong = [each.label[_NAME] for each in new if not is_below(each.label[_NAME], _TIER)]
        if wrong:
            message = f"must be a tag of {_TIER}, not {wrong[0]!r}"
            problem = Problem("tier", wrong[0], "argument", message)
            raise bad_arguments(f"{self.attribute}.set_tier", [problem])
        names = {each.label[_NAME] for each in new}

        def change(state: Any) -> None:
            kept = without_labels(
                labels_of(state), lambda name: is_below(name, _TIER) and name not in names
            )
            set_labels(state, with_labels(kept, [each.label for each in new]))

        return self.edit(target, change, fields=self._fields({}))

    # -- the labels --------------------------------------------------------------------------------

    def read_labels(self, call: str, tags: Any) -> list[Label]:
        """Return the labels of tags and terms, as JSON.

        Args:
            call: the call that takes them, ``feed.request_tags``.
            tags: tags and glossary terms: names, labels, references or entities.

        Raises:
            BadArguments: a tag or term does not exist, or two exclude each other.
        """
        return [each.label for each in self._looked_up(call, tags)] if tags else []

    def _new_labels(self, method: str, tags: Any) -> list[_NewLabel]:
        return self._looked_up(f"{self.attribute}.{method}", tags)

    def _looked_up(self, call: str, tags: Any) -> list[_NewLabel]:
        """Return labels to add, each looked up on the server once.

        Raises:
            BadArguments: a tag or term does not exist, or two exclude each other.
        """
        found, problems = [], []
        for position, tag in enumerate(flat(tags)):
            try:
                new = self._new_label(tag)
            except BadName as error:
                new = Problem(f"tags[{position}]", tag, "argument", str(error))
            if new is None:
                problems.append(_not_a_label(position, tag))
            elif isinstance(new, Problem):
                problems.append(new._replace(path=f"tags[{position}]"))
            else:
                found.append(new)
        if not tags:
            problems.append(Problem("tags", None, "argument", "is missing; pass one tag or more"))
        for first, second in combinations(found, 2):
            if first.label[_NAME] != second.label[_NAME] and self._exclude(first, second.label):
                names = f"{first.label[_NAME]} and {second.label[_NAME]}"
                message = f"{names} are mutually exclusive; pass one of them"
                problems.append(Problem("tags", names, "argument", message))
        if problems:
            raise bad_arguments(call, problems)
        return found

    def _new_label(self, tag: Any) -> _NewLabel | Problem | None:
        entity, name = _label_name(tag, label_entities())
        if name is None:
            return None
        node = self._label_node()
        given = model.json_of(tag)
        parent = fqn.split(name)[:-1]
        more = given if isinstance(given, Mapping) and _NAME in given else {}
        if more.get("source") is not None:
            return _NewLabel(completed_label(node, more), parent)
        for kind in [entity] if entity else label_entities():
            if self._find(kind, name) is not None:
                label = completed_label(node, {**named_label(node, name, kind), **more})
                return _NewLabel(label, parent)
        kinds = " or ".join([entity] if entity else label_entities())
        message = f"there is no {kinds} {name!r}"
        return Problem("", name, "argument", message, self._near(name, entity))

    def _find(self, kind: str, name: str) -> Any:
        """Return a tag or a term as JSON, or None if it does not exist."""
        try:
            return model.raw(self.session.resolver.resolve(name, kind))
        except NotFound as error:
            if is_route(error.message):
                raise
            return None

    def _near(self, name: str, entity: str | None) -> tuple[str, ...]:
        """Return names of tags and terms that are close to one that does not exist."""
        known = []
        for kind in [entity] if entity else label_entities():
            operation = self.session.find(kind).operations["list"]
            listing = self.session.listing(Plan(operation, {"page_size": _SUGGESTIONS}))
            known += [model.raw(one).get("fullyQualifiedName") for one in listing.page()]
        return nearest(name, known)

    def _with(self, labels: list[Label], new: list[_NewLabel]) -> list[Label]:
        """Return labels with new ones, without those that the new ones exclude."""
        kept = [
            label
            for label in labels
            if not any(
                each.label[_NAME] != label[_NAME] and self._exclude(each, label) for each in new
            )
        ]
        return with_labels(kept, [each.label for each in new])

    def _exclude(self, new: _NewLabel, other: Label) -> bool:
        """Return whether an entity cannot have two labels, because their parent is exclusive."""
        if not new.parent or other.get("source") != new.label.get("source"):
            return False
        if _above(str(other.get(_NAME))) != new.parent:
            return False
        kind = label_entity(new.label)
        found = None if kind is None else self._find(kind, new.label[_NAME])
        if not found:
            return False
        above = found.get("parent") or found.get("classification") or found.get("glossary")
        if not isinstance(above, Mapping):
            return False
        parent = model.raw(self.session.resolver.resolve(above))
        return parent.get("mutuallyExclusive") is True

    # -- the places --------------------------------------------------------------------------------

    def _label_node(self) -> Node:
        return self.session.release.node("type/tagLabel.json").target

    def _fields(self, parts: Mapping[str, Any]) -> list[str]:
        """Return the names in ``fields=`` for the labels of an entity, and of its parts."""
        return requesting_fields(
            self.session.release, self.spec.entity, FIELD, in_parts=bool(parts)
        )


def _label_name(tag: Any, kinds: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the entity type of a label, if it is known, and its name."""
    if isinstance(tag, str):
        prefix, _, rest = "".join(tag).partition(":")
        return (prefix, rest) if rest and prefix in kinds else (None, "".join(tag) or None)
    raw = model.json_of(tag)
    if not isinstance(raw, Mapping):
        return None, None
    if isinstance(raw.get(_NAME), str):
        return None, raw[_NAME]
    kind = model.type_of(tag) if isinstance(tag, model.Entity) else None
    kind, name = kind or raw.get("type"), raw.get("fullyQualifiedName")
    return (kind, name) if kind in kinds and isinstance(name, str) else (None, None)


def _above(name: str) -> list[str] | None:
    """Return the names of what is above a tag or term; None if they cannot be distinguished."""
    try:
        return fqn.split(name)[:-1]
    except BadName:
        return None


def _not_a_label(position: int, value: Any) -> Problem:
    kind = "an empty name" if value == "" else type(value).__name__
    message = f"must be the name of a tag, a tag, a glossary term or a label, not {kind}"
    return Problem(f"tags[{position}]", kind, "argument", message)


# -- labels as JSON, also for the drop-in ----------------------------------------------------------


def labels_of(part: Any) -> list[Label]:
    """Return the labels of an entity or of a part as JSON."""
    raw = model.json_of(part)
    return list(raw.get(FIELD) or ())


def set_labels(part: Any, labels: list[Label]) -> None:
    """Set the labels of an entity or of a part, if they are others than it has."""
    if labels != labels_of(part):
        part[FIELD] = labels


def with_labels(labels: list[Label], new: list[Label]) -> list[Label]:
    """Return labels with new ones; those that are there stay as they are, and are confirmed.

    Args:
        labels: the labels that are there, as JSON.
        new: the labels to add.
    """
    added = {label[_NAME]: label for label in new}
    existing = {label.get(_NAME) for label in labels}
    kept = [
        {**label, "state": "Confirmed"}
        if label.get(_NAME) in added and label.get("state") == "Suggested"
        else label
        for label in labels
    ]
    return kept + [label for name, label in added.items() if name not in existing]


def without_labels(labels: list[Label], is_removed: Callable[[str], bool]) -> list[Label]:
    """Return labels without those whose name is to be removed.

    Args:
        labels: the labels that are there, as JSON.
        is_removed: returns whether a name is to be removed.
    """
    return [label for label in labels if not is_removed(str(label.get(_NAME)))]


def is_below(name: str, root: str) -> bool:
    """Return whether the name of a tag or term belongs to a classification or glossary."""
    return name.startswith(f"{root}.")
