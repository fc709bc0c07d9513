"""YAML with a stable text, read with the lines of its values.

PyYAML writes and reads it. Where a file has comments, ruamel.yaml changes its values and keeps the
rest; :mod:`dynclient.as_code.yaml_comments` does that.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from dynclient.errors import Problem, UsageError, ValidationFailed

LEADING = ("name", "displayName", "description", "type", "fullyQualifiedName")
"""Fields that come first in an object; the others follow in alphabetical order."""

_PLACES = {name: place for place, name in enumerate(LEADING)}
_WIDTH = 1 << 30
"""Lines are never folded: a changed word must not move the words after it."""
_NOT_IN_BLOCK = re.compile(
    r"[^\n\x20-\x7e\xa1-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[ ]\n|[ ]\Z|\n\n\Z"
)
_NUMBER_LIKE = re.compile(r"[-+]?\.?[0-9]|[-+]?\.(inf|nan)", re.IGNORECASE)
"""Texts that some version of YAML takes for a number, or might."""
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_TAG = "tag:yaml.org,2002:"
_STEP_MAX = 100
"""Levels of nested values."""
_EXPANSION = 10
"""Values for each character of a text, which has fewer; more of them are made by aliases only."""

Path = tuple[str | int, ...]


class Text(NamedTuple):
    """A YAML text that was read."""

    value: Any
    """Its JSON."""
    lines: dict[Path, int]
    """The line of each value, by path; the first line is 1."""


def ordered(value: Any) -> Any:
    """Return a copy of JSON whose objects have their fields in the order in which files have them.

    Args:
        value: decoded JSON.
    """
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value, key=_place)}
    return [ordered(each) for each in value] if isinstance(value, list) else value


def _place(name: str) -> tuple[int, str]:
    return _PLACES.get(name, len(LEADING)), name


def style_of(text: str) -> str | None:
    """Return how a text is written: ``|`` line by line, ``"`` quoted, None if it may be plain."""
    if "\n" in text and not text[0].isspace() and not _NOT_IN_BLOCK.search(text):
        return "|"
    is_plain = _NUMBER_LIKE.match(text) is None and not _NOT_IN_BLOCK.search(text)
    return None if is_plain and "\n" not in text else '"'


def to_yaml(value: Any) -> str:
    """Return decoded JSON as YAML; it is the same each time for the same value.

    Args:
        value: JSON, with the fields of objects in the order in which they are written.

    Raises:
        UsageError: PyYAML is not installed.
    """
    yaml = _pyyaml()
    text: str = yaml.dump(
        value, Dumper=_dumper(), width=_WIDTH, allow_unicode=True, sort_keys=False,
        default_flow_style=False,
    )  # fmt: skip
    return text


def from_yaml(text: str, file: str = "") -> Text:
    """Return the JSON of a YAML text, with the line of each value.

    Args:
        text: the text.
        file: its path, for errors.

    Raises:
        ValidationFailed: it is not YAML, has a key twice, or something that JSON does not have;
            the paths of ``problems`` are file and line.
        UsageError: PyYAML is not installed.
    """
    yaml = _pyyaml()
    try:
        node = yaml.compose(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        message = error.problem or error.context or "is not YAML"
    except yaml.YAMLError as error:  # such as a control character, which has no line
        line, message = 1, " ".join(str(error).split())
    else:
        return _Reading(file, _EXPANSION * (len(text) + 100)).text(node)
    raise _invalid(file, line, f"is not valid YAML: {message}")


def _invalid(file: str, line: int, message: str) -> ValidationFailed:
    return ValidationFailed(what=file, problems=[Problem(f"{file}:{line}", None, "yaml", message)])


class _Reading:
    """Turns the nodes of one text into JSON."""

    def __init__(self, file: str, values: int) -> None:
        self._file = file
        self._left = values
        self._lines: dict[Path, int] = {}

    def text(self, node: Any) -> Text:
        value = None if node is None else self._value(node, ())
        return Text(value, self._lines)

    def _value(self, node: Any, path: Path) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        self._left -= 1
        if len(path) > _STEP_MAX:
            raise self._invalid(node, "is nested too deeply, or contains itself")
        if self._left < 0:
            raise self._invalid(node, "repeats too many values by aliases (*name)")
        kind = node.tag.removeprefix(_TAG)
        if kind == "map":
            return self._object(node, path)
        if kind == "seq":
            return [self._value(each, (*path, place)) for place, each in enumerate(node.value)]
        if kind not in {"str", "int", "float", "bool", "null"}:
            raise self._invalid(node, f"must not have the tag {node.tag}; JSON has no such value")
        try:
            return node.value if kind == "str" else _constructor().construct_object(node)
        except ValueError:  # such as a number of so many digits that Python refuses it
            message = f"is not valid: {node.value[:40]!r} is not a number that can be read"
        raise self._invalid(node, message)

    def _object(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, inner in node.value:
            name = key.value
            if key.tag != f"{_TAG}str" and not isinstance(name, str):
                raise self._invalid(key, "must be a text")
            if name in found:
                raise self._invalid(key, f"has the field {name} twice")
            self._lines[(*path, name)] = key.start_mark.line + 1
            found[name] = self._value(inner, (*path, name))
        return found

    def _invalid(self, node: Any, message: str) -> ValidationFailed:
        return _invalid(self._file, node.start_mark.line + 1, message)


def _pyyaml() -> Any:
    """Return PyYAML, or raise an error that says how to install it."""
    try:
        import yaml
    except ImportError:
        message = (
            "files of a catalogue in YAML need PyYAML and ruamel.yaml; install dynclient[as-code],"
            " or write them with format='jsonl'"
        )
    else:
        return yaml
    raise UsageError(message)


@cache
def _dumper() -> Any:
    yaml = _pyyaml()

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # chosen at run time
        """Writes texts of several lines line by line, and no aliases."""

        def ignore_aliases(self, _: Any) -> bool:
            return True

    def represent(dumper: Any, text: str) -> Any:
        return dumper.represent_scalar(f"{_TAG}str", text, style=style_of(text))

    Dumper.add_representer(str, represent)
    return Dumper


@cache
def _loader() -> Any:
    yaml = _pyyaml()

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen at run time
        """Reads dates and words such as ``yes`` and ``on`` as texts, as YAML 1.2 does."""

    others = (f"{_TAG}timestamp", f"{_TAG}bool", f"{_TAG}merge", f"{_TAG}value")
    Loader.yaml_implicit_resolvers = {
        first: [rule for rule in rules if rule[0] not in others]
        for first, rules in Loader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(f"{_TAG}bool", _BOOLEAN, list("tTfF"))
    return Loader


@cache
def _constructor() -> Any:
    return _pyyaml().constructor.SafeConstructor()
