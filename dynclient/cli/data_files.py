"""Entities as JSON or YAML: text for files and terminals, and back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dynclient.errors import UsageError
from dynclient.secrets import UNPRINTABLE

STANDARD_INPUT = "-"


def json_text(data: Any, indent: int | None = 2) -> str:
    """Return data as JSON that a terminal shows as it is: control characters are escaped."""
    text = json.dumps(data, indent=indent, ensure_ascii=False, default=str)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def has_yaml() -> bool:
    """Return whether PyYAML is installed."""
    try:
        import yaml  # noqa: F401 - it is only looked for
    except ModuleNotFoundError:
        return False
    return True


def yaml_text(data: Any) -> str:
    """Return data as YAML, with control characters escaped.

    Raises:
        UsageError: PyYAML is not installed.
    """
    if not has_yaml():
        raise UsageError("YAML needs the package PyYAML; run pip install 'dynclient[cli]'")
    import yaml

    plain = json.loads(json.dumps(data, default=str))
    unsafe = UNPRINTABLE.search(json.dumps(plain, ensure_ascii=False)) is not None
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=not unsafe, width=100)
    return text


def parsed(text: str, name: str) -> Any:
    """Return the data of JSON or YAML; dates in YAML stay text.

    Args:
        text: the text.
        name: where it comes from, for messages.

    Raises:
        UsageError: it is neither.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if name.endswith(".json") or not has_yaml():
            raise UsageError(
                f"{name} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
            ) from None
    return _parsed_yaml(text, name)


def _parsed_yaml(text: str, name: str) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Leaves dates and times as text, as in JSON."""

        yaml_implicit_resolvers = {
            first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
            for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    try:
        return yaml.load(text, Loader)  # noqa: S506 - a subclass of SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        line = "" if place is None else f" in line {place.line + 1}, column {place.column + 1}"
        problem = getattr(error, "problem", None) or type(error).__name__
        raise UsageError(f"{name} is neither JSON nor YAML: {problem}{line}") from None


def read_object(file: str) -> dict[str, Any]:
    """Return the JSON or YAML object of a file.

    Args:
        file: its path, or ``-`` for standard input.

    Raises:
        OSError: the file cannot be read.
        UsageError: it does not contain an object.
    """
    name = "standard input" if file == STANDARD_INPUT else file
    data = parsed(read_text(file), name)
    if not isinstance(data, dict):
        raise UsageError(f"{name} must contain one object, not {type(data).__name__}")
    return data


def read_text(file: str) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises:
        OSError: the file cannot be read.
        UsageError: it is not UTF-8.
    """
    if file == STANDARD_INPUT:
        return sys.stdin.read()
    try:
        return Path(file).read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8") from None
