"""Values of the filters of lists: names, ids, and entities as what the filter takes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.errors import Problem

if TYPE_CHECKING:
    from dynclient.operations.entity_filters import EntityFilter

_FIELDS = {
    "id": ("id",),
    "name": ("name", "fullyQualifiedName"),
    "fqn": ("fullyQualifiedName", "name"),
    "link": ("fullyQualifiedName",),
}
_WORDS = {"id": "id", "name": "name", "fqn": "fully qualified name", "link": "link"}


def filter_value(
    name: str, accepted: EntityFilter, value: Any, text: str | None
) -> tuple[str | None, Problem | None]:
    """Return the value of a filter as text, or what is wrong with it.

    Args:
        name: the filter.
        accepted: what it takes.
        value: what a user passed for it.
        text: the value as text; None if it is an entity, or no text.
    """
    if isinstance(value, model.Entity):
        text, wrong = _of_entity(accepted, value)
    else:
        wrong = type(value).__name__ if text is None else _wrong_text(accepted, value, text)
    if wrong is None:
        return text, None
    message = f"must be {description(accepted)}, not {wrong}"
    label = value if isinstance(value, str) else type(value).__name__
    return None, Problem(name, label, "type", message)


def _of_entity(accepted: EntityFilter, entity: Any) -> tuple[str | None, str | None]:
    """Return what a filter takes of an entity, or in words what it does not take."""
    raw = model.raw(entity)
    kind = model.type_of(entity) or model.schema_of(entity).type_name
    if accepted.types and kind not in accepted.types:
        return None, _with_article(kind)
    text = next((str(raw[field]) for field in _FIELDS[accepted.key] if raw.get(field)), None)
    if text is None:
        return None, f"{_with_article(kind)} without {_with_article(_WORDS[accepted.key])}"
    return (f"<#E::{kind}::{text}>" if accepted.key == "link" else text), None


def _wrong_text(accepted: EntityFilter, value: Any, text: str) -> str | None:
    """Return in words what a filter does not take; None if it may take the text."""
    if accepted.key == "id":
        return repr(text) if accepted.known and not _is_id(text) else None
    # A str may be a name that looks like an id; an id of an entity has a type of its own.
    return f"the id {text}" if type(value) is not str and _is_id(text) else None


def _is_id(text: str) -> bool:
    from uuid import UUID

    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def description(accepted: EntityFilter) -> str:
    """Return what a filter takes in words: ``a glossary or its id``."""
    if not accepted.known and not accepted.types:
        return "a name, an id or an entity"
    types = accepted.types if len(accepted.types) <= 3 else ()
    entities = " or ".join(map(_with_article, types)) or "an entity"
    return f"{entities} or its {_WORDS[accepted.key]}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeio' else 'a'} {noun}"
