"""A YAML text with other values and the same comments; by ruamel.yaml."""

from __future__ import annotations

import io
from typing import Any

from dynclient.as_code.yaml_text import from_yaml, style_of, to_yaml
from dynclient.errors import UsageError

_KEYS = ("name", "fullyQualifiedName", "tagFQN")
"""What identifies an item of a list."""


def has_comments(text: str) -> bool:
    """Return whether a YAML text may have comments; it has none if the answer is False."""
    return "#" in text


def with_comments(text: str, value: Any) -> str:
    """Return the YAML of a value with the comments of a text that has an older value.

    What did not change keeps its comments, its place and its form.

    Args:
        text: valid YAML.
        value: JSON, with the fields of objects in the order in which they are written.

    Raises:
        UsageError: ruamel.yaml is not installed.
    """
    before = from_yaml(text).value
    if before == value:
        return text
    yaml = _round_trip()
    document = yaml.load(text)
    if isinstance(before, dict) and isinstance(value, dict):
        _update_object(document, before, value)
        out = io.StringIO()
        yaml.dump(document, out)
        changed = out.getvalue()
        if from_yaml(changed).value == value:
            return changed
    return to_yaml(value)


def _round_trip() -> Any:
    try:
        from ruamel.yaml import YAML
    except ImportError:
        message = (
            "a file of the catalogue has comments, and ruamel.yaml is needed to keep them; install"
            " dynclient[as-code]"
        )
    else:
        yaml = YAML(typ="rt", pure=True)
        yaml.width = 1 << 30
        yaml.preserve_quotes = True
        return yaml
    raise UsageError(message)


def _update_object(target: Any, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Change the values of an object to other ones."""
    for name in [name for name in before if name not in after]:
        del target[name]
    for place, (name, value) in enumerate(after.items()):
        if name not in before:
            target.insert(min(place, len(target)), name, _written(value))
        elif before[name] != value:
            target[name] = _updated(target[name], before[name], value)


def _updated(target: Any, before: Any, after: Any) -> Any:
    """Return a changed value: the object or list of the text itself where possible."""
    if isinstance(before, dict) and isinstance(after, dict):
        _update_object(target, before, after)
        return target
    if isinstance(before, list) and isinstance(after, list):
        return _update_list(target, before, after)
    return _written(after)


def _update_list(target: Any, before: list[Any], after: list[Any]) -> Any:
    """Change a list; its items keep their comments if they are in the same order as before."""
    keys_before, keys_after = [*map(_key, before)], [*map(_key, after)]
    kept = [key for key in keys_after if key in keys_before]
    if len({*keys_before}) < len(before) or len({*keys_after}) < len(after):
        return _written(after)
    if kept != [key for key in keys_before if key in keys_after]:
        return _written(after)
    for place in reversed([n for n, key in enumerate(keys_before) if key not in keys_after]):
        del target[place]
    known = dict(zip(keys_before, before, strict=True))
    for place, (key, item) in enumerate(zip(keys_after, after, strict=True)):
        if key not in known:
            target.insert(place, _written(item))
        elif known[key] != item:
            target[place] = _updated(target[place], known[key], item)
    return target


def _key(item: Any) -> str:
    """Return what identifies an item of a list."""
    name = (
        next((item[key] for key in _KEYS if key in item), None) if isinstance(item, dict) else None
    )
    return f"name {name}" if isinstance(name, str) else f"value {item!r}"


def _written(value: Any) -> Any:
    """Return a value that ruamel.yaml writes as :func:`to_yaml` does."""
    if isinstance(value, dict):
        return {name: _written(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner) for inner in value]
    if not isinstance(value, str):
        return value
    from ruamel.yaml.scalarstring import (
        DoubleQuotedScalarString,
        LiteralScalarString,
        SingleQuotedScalarString,
    )

    style = style_of(value)
    if style == "|":
        return LiteralScalarString(value)
    if style == '"':
        return DoubleQuotedScalarString(value)
    return SingleQuotedScalarString(value) if to_yaml(value).startswith("'") else value
