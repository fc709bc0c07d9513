"""A plan: what has to be done so that a server has what a catalogue says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from os import PathLike
from typing import Any, NamedTuple

from dynclient.as_code.plan_actions import CHANGE, CREATE, DELETE, KEEP, RESTORE, Action, Contents
from dynclient.as_code.whole_files import write_whole
from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.errors import Problem, UsageError, ValidationFailed
from dynclient.extensions.arguments import as_path
from dynclient.extensions.entity_diff import FieldChange
from dynclient.secrets import printable
from dynclient.tracebacks import public_calls

KINDS = (CREATE, RESTORE, CHANGE, DELETE)
VERSION = 1
"""The version of the format of plans."""
_SIGNS = {CREATE: "+", RESTORE: "+", CHANGE: "~", DELETE: "-"}
_ROWS = 100


class MergeConflict(NamedTuple):
    """A place that was changed in the files and by somebody else, in different ways."""

    type: str
    fqn: str
    place: str
    """File and line of the document."""
    path: str
    """The place in the entity in Python syntax, ``columns["total"].description``; empty for an
    entity that would be deleted and was changed since it was applied."""
    base: Any
    """Its value when it was applied last."""
    mine: Any
    """Its value in the document."""
    current: Any
    """Its value on the server."""
    by: str
    """Who changed it there."""
    at: int
    """When, in milliseconds since 1970 in UTC; 0 if the server does not say."""
    version: str
    """The version of the entity with the change."""

    def __str__(self) -> str:
        from dynclient.display.times import time_words

        when = f", {time_words(self.at)}" if self.at else ""
        what = f"{self.type} {self.fqn}: {self.path or 'the entity'}"
        return printable(
            f"{what} was changed by {self.by or 'somebody else'}{when} (version {self.version}) to"
            f" {_text(self.current)}; the file has {_text(self.mine)},"
            f" applied last was {_text(self.base)}"
        )


class Kept(NamedTuple):
    """A place that somebody else changed on the server and the files did not: it stays."""

    type: str
    fqn: str
    change: FieldChange
    by: str
    at: int


class Lost(NamedTuple):
    """Something in a document that the release of the server has no place for."""

    type: str
    fqn: str
    place: str
    """File and line of the document."""
    path: str
    """Its path in the create request."""
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.type} {self.fqn}: {self.path}: {self.reason}"


@public_calls
class CataloguePlan(Displayed):
    """What has to be done so that a server has what a catalogue says; ``om.plan`` returns it.

    It is false if there is nothing to do.

    Attributes:
        folder: path of the folder with the documents.
        host: address of the server.
        release: name of its release.
        actions: what has to be done, in the order in which it can be done.
        conflicts: what the files and somebody else changed in different ways. A plan with
            conflicts is not applied, unless ``overwrite=True`` decided them for the files.
        kept: what somebody else changed and the files did not; it stays as it is.
        lost: what the release of the server has no place for; a plan with it is applied only with
            ``lossy=True``.
        unresolved: secrets that are not set where their places say.
        unchanged: number of entities that are as their documents say.
        contents: where the actions keep what they say, so that memory does not grow with it.
    """

    def __init__(self, folder: str, host: str, release: str) -> None:
        self.folder = folder
        self.host = host
        self.release = release
        self.actions: list[Action] = []
        self.contents = Contents()
        self.conflicts: list[MergeConflict] = []
        self.kept: list[Kept] = []
        self.lost: list[Lost] = []
        self.unresolved: list[Problem] = []
        self.unchanged = 0

    @property
    def counts(self) -> dict[str, int]:
        """Number of actions by kind."""
        found = Counter(each.kind for each in self.actions)
        return {kind: found[kind] for kind in KINDS}

    def of_kind(self, *kinds: str) -> list[Action]:
        """Return the actions of some kinds: ``create``, ``change``, ``restore``, ``delete``."""
        return [each for each in self.actions if each.kind in kinds]

    def only(self, patterns: Iterable[str]) -> CataloguePlan:
        """Return the part of the plan for some entities.

        Args:
            patterns: names of entity types, fully qualified names with ``*`` for any text, or both:
                ``table``, ``shop.*``, ``table:shop.*``.
        """
        from fnmatch import fnmatchcase

        accepted = [*patterns]

        def is_wanted(entity_type: str, fqn: str) -> bool:
            texts = (entity_type, fqn, f"{entity_type}:{fqn}")
            return any(fnmatchcase(text, each) for text in texts for each in accepted)

        part = CataloguePlan(self.folder, self.host, self.release)
        part.actions = [each for each in self.actions if is_wanted(*each.key)]
        part.conflicts = [each for each in self.conflicts if is_wanted(each.type, each.fqn)]
        part.kept = [each for each in self.kept if is_wanted(each.type, each.fqn)]
        part.lost = [each for each in self.lost if is_wanted(each.type, each.fqn)]
        places = {each.place.rpartition(":")[0] for each in part.actions}
        part.unresolved = [
            each for each in self.unresolved if each.path.rpartition(":")[0] in places
        ]
        part.unchanged = self.unchanged
        return part

    def __bool__(self) -> bool:
        return bool(self.conflicts) or any(each.kind != KEEP for each in self.actions)

    # -- files -------------------------------------------------------------------------------------

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON; it has no secrets, but their places."""
        return {**self._head(), "actions": [_action_json(each) for each in self.actions]}

    def _texts(self) -> Iterator[str]:
        """Yield the text of the plan as JSON, an action at a time."""
        yield "{\n"
        for name, value in self._head().items():
            yield f' "{name}": {json.dumps(value, ensure_ascii=False)},\n'
        yield ' "actions": ['
        for number, action in enumerate(self.actions):
            text = json.dumps(_action_json(action), ensure_ascii=False, indent=1)
            yield ",\n" if number else "\n"
            yield text
        yield "\n ]\n}\n"

    def _head(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "folder": self.folder,
            "host": self.host,
            "release": self.release,
            "counts": self.counts,
            "unchanged": self.unchanged,
            "conflicts": [each._asdict() for each in self.conflicts],
            "kept": [
                {**each._asdict(), "change": each.change._asdict()} for each in self.kept
            ],
            "lost": [each._asdict() for each in self.lost],
            "unresolved": [each._asdict() for each in self.unresolved],
        }  # fmt: skip

    def write(self, path: str | PathLike[str]) -> None:
        """Write the plan into a file, for ``om.apply`` or ``dynclient apply``.

        Args:
            path: path of the file; it is replaced.

        Raises:
            BadArguments: it is not a path.
            UsageError: it cannot be written.
        """
        write_whole(as_path(path, "CataloguePlan.write", "path"), self._texts())

    @classmethod
    def read(cls, path: str | PathLike[str]) -> CataloguePlan:
        """Return the plan in a file.

        Args:
            path: path of the file.

        Raises:
            BadArguments: it is not a path.
            UsageError: it cannot be read.
            ValidationFailed: it is not a plan, or one of a later version of dynclient.
        """
        text, message = "", ""
        try:
            text = as_path(path, "CataloguePlan.read", "path").read_text("utf-8")
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}"
        if message:
            raise UsageError(message)
        try:
            value = json.loads(text)
            if value["version"] <= VERSION:
                return _plan(value)
            message = f"has version {value['version']}, and this dynclient reads {VERSION}"
        except (ValueError, TypeError, KeyError):
            message = "is not a plan; dynclient plan -o writes one"
        problem = Problem(f"{path}:1", None, "plan", message)
        raise ValidationFailed(what=str(path), problems=[problem])

    # -- texts -------------------------------------------------------------------------------------

    def __str__(self) -> str:
        lines = []
        for action in self.actions:
            if action.kind != KEEP:
                lines.append(f"{_SIGNS[action.kind]} {action}")
                lines += [f"    {change}" for change in action.changes]
        lines += [f"! {each}" for each in self.conflicts]
        lines += [f"lost: {each}" for each in self.lost]
        return printable("\n".join([*lines, self.summary]))

    @property
    def summary(self) -> str:
        """The counts in words."""
        words = [f"{count:,} to {kind}" for kind, count in self.counts.items() if count]
        for count, word in (
            (len(self.conflicts), "in conflict"),
            (len(self.lost), "without a place"),
            (self.unchanged, "unchanged"),
        ):
            if count:
                words.append(f"{count:,} {word}")
        return ", ".join(words) or "nothing to do"

    def _blocks(self) -> Iterator[Block]:
        yield Heading("plan", f"{self.folder} → {self.host} ({self.release})")
        rows = [
            (each.kind, each.type, each.fqn, [str(change) for change in each.changes])
            for each in self.actions
            if each.kind != KEEP
        ]
        if rows:
            columns = ("action", "type", "entity", "changes")
            yield Table(columns, rows[:_ROWS], total=len(rows), more="print(plan)")
        translated = [
            (each.type, each.fqn, str(change))
            for each in self.actions
            for change in each.translated
        ]
        if translated:
            headings = ("type", "entity", "written as")
            yield Table(
                headings, translated[:_ROWS], "translated", total=len(translated), more="actions"
            )
        for caption, items in (("conflicts", self.conflicts), ("lost", self.lost)):
            if items:
                lines = [(Label(str(each), "bad"),) for each in items[:_ROWS]]
                yield Table((caption,), lines, total=len(items), more=caption)
        if self.kept:
            kept = [(each.type, each.fqn, str(each.change), each.by) for each in self.kept[:_ROWS]]
            heads = ("type", "entity", "changed on the server", "by")
            yield Table(heads, kept, "kept", total=len(self.kept), more="kept")
        if self.unresolved:
            text = f"{len(self.unresolved)} secrets are not set; the first: {self.unresolved[0]}"
            yield Text(text, "warning")
        yield Text(self.summary)

    def __repr__(self) -> str:
        return printable(f"<CataloguePlan of {self.folder} for {self.host}: {self.summary}>")


def _action_json(action: Action) -> dict[str, Any]:
    return {
        "action": action.kind, "type": action.type, "fullyQualifiedName": action.fqn,
        "place": action.place, "id": action.id, "stamp": action.stamp,
        "changes": [each._asdict() for each in action.changes],
        "translated": [each._asdict() for each in action.translated],
        "level": list(action.level), "content": action.content,
    }  # fmt: skip


def _plan(value: dict[str, Any]) -> CataloguePlan:
    plan = CataloguePlan(value["folder"], value["host"], value["release"])
    for each in value["actions"]:
        action = Action(
            each["action"], each["type"], each["fullyQualifiedName"], each["place"], each["id"],
            each["stamp"], tuple(FieldChange(**change) for change in each["changes"]),
            tuple(FieldChange(**change) for change in each["translated"]), tuple(each["level"]),
        )  # fmt: skip
        action.content = each["content"]
        action.settle(plan.contents)
        plan.actions.append(action)
    plan.conflicts = [MergeConflict(**each) for each in value["conflicts"]]
    plan.kept = [
        Kept(**{**each, "change": FieldChange(**each["change"])}) for each in value["kept"]
    ]
    plan.lost = [Lost(**each) for each in value["lost"]]
    plan.unresolved = [
        Problem(**{**each, "nearest": tuple(each["nearest"])}) for each in value["unresolved"]
    ]
    plan.unchanged = value["unchanged"]
    return plan


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:79]}…"
