"""Documents: one entity of a catalogue as text, in YAML or as a line of JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.as_code.section_shapes import section_problems
from dynclient.as_code.yaml_text import Text, from_yaml, ordered, to_yaml
from dynclient.errors import Problem, ValidationFailed
from dynclient.suggestions import nearest
from dynclient.validation.messages import parse_path

if TYPE_CHECKING:
    from pathlib import Path

YAML, JSON_LINES = FORMATS = ("yaml", "jsonl")
"""The formats of documents, which are the endings of their files, too."""

HEAD = ("type", "fullyQualifiedName", "release", "referenced", "request")
"""The fields of every document, in the order in which they are written."""

SECTIONS = ("fields", "followers", "lineage", "customProperties", "sampleData", "profile", "feed")
"""What a document may have beside the create request: what other requests of a server set.

``fields``
    Fields that no create request has, and that a patch sets: ``{"certification": …}``.
``followers``
    References to the users that follow it.
``lineage``
    Its upstream edges: ``[{"from": reference, "description": …, "columnsLineage": […]}]``.
``customProperties``
    Definitions of the custom properties of an entity type; only of documents of types.
``sampleData``, ``profile``
    Sample data, and the last profile of a table, as the requests have it that write them.
``feed``
    Conversations about the entity: ``[{"about": link, "from": user, "message": …, "posts": […]}]``.
"""


@dataclass(slots=True)
class Document:
    """One entity of a catalogue: its create request, and what other requests set.

    References in the request are names where the create request takes names; elsewhere they are
    ``{"type": "user", "fullyQualifiedName": "ada"}`` instead of an id. Each secret is replaced by
    the place where its value is.

    Attributes:
        type: Name of the entity type, ``table``.
        fqn: Fully qualified name of the entity.
        release: Name of the release that the request was written for, ``1.13.0``.
        request: The create request as JSON; empty for what every server has, such as the types that
            custom properties are defined for.
        sections: What other requests set, by name, see :data:`SECTIONS`.
        referenced: Whether the entity is only there because others refer to it: it is created where
            it is missing, and never changed.
        file: Path of its file, relative to the folder of the catalogue; empty for a document that
            was not read from a file.
        first_line: The line of the file at which it begins.
    """

    type: str
    fqn: str
    release: str
    request: dict[str, Any]
    sections: dict[str, Any] = field(default_factory=dict)
    referenced: bool = False
    file: str = ""
    first_line: int = 1
    _lines: dict[tuple[str | int, ...], int] | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """Its type and fully qualified name, which identify it in a catalogue."""
        return self.type, self.fqn

    def __str__(self) -> str:
        return f"{self.type} {self.fqn}"

    def place(self, path: str = "") -> str:
        """Return file and line of a value, for messages: ``table/shop/orders.yaml:12``.

        Args:
            path: of the value in the document, in Python syntax, ``request.columns[2].dataType``;
                of a missing value, the line of the object that lacks it is returned.
        """
        if not self.file:
            return str(self)
        steps = parse_path(path)
        while self._lines is not None and steps not in self._lines and steps:
            steps = steps[:-1]
        line = self.first_line if self._lines is None else self._lines.get(steps, self.first_line)
        return f"{self.file}:{line}"

    def problem(
        self,
        path: str,
        message: str,
        rule: str = "document",
        value: Any = None,
        near: Iterable[str] = (),
    ) -> Problem:
        """Return a problem with a value of the document, whose path is its file and line.

        Args:
            path: as for :meth:`place`.
            message: what is wrong, without the path.
            rule: what is not satisfied.
            value: the wrong value.
            near: names that are close to it.
        """
        text = f"{path}: {message}" if path else message
        return Problem(self.place(path), value, rule, text, tuple(near))

    def as_json(self) -> dict[str, Any]:
        """Return the document as JSON, with its fields in the order in which files have them."""
        found: dict[str, Any] = {
            "type": self.type,
            "fullyQualifiedName": self.fqn,
            "release": self.release,
        }
        if self.referenced:
            found["referenced"] = True
        if self.request:
            found["request"] = ordered(self.request)
        for name in SECTIONS:
            if self.sections.get(name):
                found[name] = ordered(self.sections[name])
        return found

    def text(self, format: str = YAML) -> str:
        """Return the document as text, which is the same each time for an equal document.

        Args:
            format: ``yaml`` or ``jsonl``, which is one line.
        """
        if format == YAML:
            return to_yaml(self.as_json())
        line = json.dumps(self.as_json(), ensure_ascii=False, separators=(", ", ": "))
        return _one_line(line) + "\n"


def _one_line(text: str) -> str:
    """Return JSON without characters that some programs take for the end of a line."""
    for character in "\x85\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def read_file(path: Path, file: str) -> Iterator[tuple[Document | ValidationFailed, int]]:
    """Yield the documents in a file; for each that cannot be read, the error instead.

    Args:
        path: the file; its ending says which format it has.
        file: its path for messages.

    Yields:
        A document, and at which byte of the file it begins.
    """
    if path.suffix != f".{JSON_LINES}":
        yield _read(lambda: _yaml_document(_decoded(path.read_bytes(), file, 1), file)), 0
        return
    offset = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _read(partial(_json_line, line, file, number)), offset
            offset += len(line)


def document_at(path: Path, file: str, offset: int, first_line: int) -> Document:
    """Return a document that :func:`read_file` found before.

    Args:
        path: the file.
        file: its path for messages.
        offset: at which byte it begins.
        first_line: at which line it begins.

    Raises:
        ValidationFailed: the file was changed since, and is not valid any more.
    """
    if path.suffix != f".{JSON_LINES}":
        return _yaml_document(_decoded(path.read_bytes(), file, 1), file)
    with path.open("rb") as lines:
        lines.seek(offset)
        return _json_line(lines.readline(), file, first_line)


def _read(read: Callable[[], Document]) -> Document | ValidationFailed:
    try:
        return read()
    except ValidationFailed as error:
        return error


def _decoded(data: bytes, file: str, line: int) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
    problem = Problem(f"{file}:{line}", None, "encoding", "is not encoded in UTF-8")
    raise ValidationFailed(what=file, problems=[problem])


def _yaml_document(text: str, file: str) -> Document:
    return document_of(from_yaml(text, file), file)


def _json_line(line: bytes, file: str, number: int) -> Document:
    try:
        value = json.loads(_decoded(line, file, number))
    except RecursionError:
        problem = Problem(f"{file}:{number}", None, "json", "is nested too deeply")
    except ValidationFailed:
        raise
    except ValueError as error:
        problem = Problem(f"{file}:{number}", None, "json", f"is not valid JSON: {error}")
    else:
        return document_of(Text(value, {(): number}), file)
    raise ValidationFailed(what=file, problems=[problem])


def document_of(text: Text, file: str) -> Document:
    """Return the document that a text contains.

    Args:
        text: the text that was read.
        file: path of its file, for messages.

    Raises:
        ValidationFailed: it is not a document; ``problems`` lists everything that is wrong.
    """
    value, lines = text
    first = lines.get((), 1)
    problems = list(_problems(value))
    if problems:
        found = [
            problem._replace(path=f"{file}:{lines.get(parse_path(problem.path), first)}")
            for problem in problems
        ]
        raise ValidationFailed(what=file, problems=found)
    kind = sys.intern(str(value["type"]))  # a plan has it as often as documents
    return Document(
        kind, value["fullyQualifiedName"], value["release"], value.get("request", {}),
        {name: value[name] for name in SECTIONS if value.get(name) is not None},
        value.get("referenced", False), file, first, lines,
    )  # fmt: skip


_KINDS: Mapping[str, tuple[type, str]] = {
    "type": (str, "the name of an entity type, such as table"),
    "fullyQualifiedName": (str, "the fully qualified name of the entity"),
    "release": (str, 'the name of a release in quotes, such as "1.13.0"'),
    "referenced": (bool, "true or false"),
    "request": (dict, "the create request of the entity"),
}


def _problems(value: Any) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(
            "", None, "type", "must be an object with type, fullyQualifiedName and request"
        )
        return
    optional = {"referenced", *(["request"] if value.keys() & {*SECTIONS} else ())}
    for name, (kind, what) in _KINDS.items():
        if name not in value and name not in optional:
            yield Problem("", None, "required", f"{name} is missing; it must be {what}")
        elif name in value and (not isinstance(value[name], kind) or value[name] in ("", {})):
            yield Problem(name, None, "type", f"{name} must be {what}")
    for name in value:
        if name not in HEAD and name not in SECTIONS:
            near = nearest(name, [*HEAD, *SECTIONS])
            yield Problem(name, name, "additionalProperties", f"unknown field {name}", near)
        elif name in SECTIONS and value[name] is not None:
            yield from section_problems(name, value[name])
