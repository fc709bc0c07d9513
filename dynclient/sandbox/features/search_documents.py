"""Search documents: what a search engine keeps of an entity, and the texts that hits highlight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.names import split
from dynclient.sandbox.entities.serializer import GIVEN, LOADED
from dynclient.sandbox.entities.version_changes import FIRST_VERSION
from dynclient.sandbox.features.search_query import stem

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.sandbox.storage.store import Row

_WEIGHT = 5
_FRAGMENTS = 5
"""The largest number of highlighted texts of one field."""
_TOKEN = re.compile(r"[^\W_]+")


class Documents:
    """Builds the search documents of a release, by ``search_documents`` of the rules."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        self._rules = models.rules.table("search_documents")
        self._highlights: dict[str, str] = models.rules.table("search_highlights")["*"]

    def build(self, context: RequestContext, row: Row) -> dict[str, Any]:
        """Return the document of an entity: the entity with fields added for searching."""
        model = self._models[row.type]
        rule = {**self._rules["*"], **self._rules.get(row.type, {})}
        is_new = row.doc["version"] == FIRST_VERSION
        entity = context.plain_serializer.serialize(
            model, [row.doc], model.for_update, own_link=False,
            members=GIVEN if is_new else LOADED,
        )[0]  # fmt: skip
        if is_new:
            # The engine got the entity as it was created, without what is loaded later.
            entity = {
                name: value for name, value in entity.items()
                if name not in model.on_request or (value and name != "votes")
            }  # fmt: skip
        added = _added_fields(row, entity, rule)
        if "descriptionStatus" in rule["fields"]:
            # It is not updated with the description.
            first = None if is_new else context.tx.find_version(row.id, FIRST_VERSION)
            is_described = bool((first or row.doc).get("description"))
            added["descriptionStatus"] = "COMPLETE" if is_described else "INCOMPLETE"
        out = {**rule["defaults"], **entity}
        out |= {name: added[name] for name in ("entityType", *rule["fields"])}
        hidden = {"changeDescription", *rule.get("hidden", ())}
        return {name: value for name, value in out.items() if name not in hidden}

    def highlight(self, row: Row, words: Sequence[str]) -> dict[str, list[str]]:
        """Return the texts of an entity in which words occur, by field, with the words marked."""
        whole = {word.lower() for word in words if "*" not in word}
        tokens = {found[0].lower() for word in whole for found in _TOKEN.finditer(word)}
        out: dict[str, list[str]] = {}
        for field, style in self._highlights.items():
            found = []
            for text in _texts(row, field.removesuffix(".ngram")):
                marked = _mark(text, style, whole, tokens)
                if marked != text:
                    found.append(marked)
            if found:
                out[field] = found[:_FRAGMENTS]
        return out


def _added_fields(row: Row, entity: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a document can have besides those of the entity."""
    labels = entity.get("tags") or []
    tiers = [label for label in labels if label["tagFQN"].startswith("Tier.")]
    votes = entity.get("votes") or {}
    parts = split(row.fqn)
    out = {
        "displayName": row.display or row.name,
        "entityType": row.type,
        "followers": [one["id"] for one in entity.get("followers") or ()],
        "tags": [label for label in labels if label not in tiers],
        "tier": tiers[0] if tiers else None,
        "fqnParts": sorted({
            ".".join(parts[start:end])
            for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)
            if start == 0 or end == len(parts) or end == start + 1
        }),
        "totalVotes": votes.get("upVotes", 0) - votes.get("downVotes", 0),
        "suggest": [
            _suggestion(row.fqn), _suggestion(row.name, rule["weight_of_name"]),
            *(_suggestion(part) for part in parts[1:-1]),
            *(_suggestion(".".join(parts[start:])) for start in range(1, len(parts) - 1)),
        ],
    }  # fmt: skip
    for name, field in rule.get("names", {}).items():
        out[name] = list(_names(_members(entity.get(field))))
    for name, field in rule.get("suggestions", {}).items():
        out[name] = [_suggestion(text) for text in _names(_members(entity.get(field)))]
    return out


def _names(members: Sequence[dict[str, Any]], above: str = "") -> Iterator[str]:
    """Yield the names of members; nested ones with the name of the member above them alone."""
    for member in members:
        yield f"{above}{member['name']}"
        yield from _names(_members(member.get("children")), f"{member['name']}.")


def _members(value: Any) -> list[dict[str, Any]]:
    """Return the members of a list, or the only one of a reference."""
    if isinstance(value, dict):
        return [value]
    return [member for member in value or () if isinstance(member, dict) and "name" in member]


def _suggestion(text: str, weight: int = _WEIGHT) -> dict[str, Any]:
    return {"input": text, "weight": weight}


def _texts(row: Row, field: str) -> Iterator[str]:
    """Yield the texts at a field of an entity, or of its members: ``columns.description``."""
    first, _, below = field.partition(".")
    if below:
        values = [member.get(below) for member in _members(row.doc.get(first))]
    else:
        values = [row.display or row.name] if first == "displayName" else [row.doc.get(first)]
    yield from (value for value in values if isinstance(value, str))


def _mark(text: str, style: str, whole: set[str], tokens: set[str]) -> str:
    """Return a text with the matching words marked.

    ``style`` says what matches: ``exact`` only the whole text, ``words`` words with the same stem
    or the whole text, ``parts`` any part of the text.
    """
    if text.lower() in whole:
        return _marked(text)
    if style == "exact":
        return text
    if style == "parts":
        longest_first = sorted(tokens, key=len, reverse=True)
        pattern = "|".join(re.escape(token) for token in longest_first) or r"(?!)"
        return re.sub(pattern, lambda found: _marked(found[0]), text, flags=re.IGNORECASE)
    stems = {stem(token) for token in tokens}
    return _TOKEN.sub(
        lambda found: _marked(found[0]) if stem(found[0]) in stems else found[0], text
    )


def _marked(text: str) -> str:
    return f'<span class="text-highlighter">{text}</span>'
