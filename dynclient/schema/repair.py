"""Repairs of a schema tree: small named steps that report what they change.

They run once, when a tree is read, and leave valid JSON Schema. A step depends on the structure of
the schema, never on the name of a file, so it works for unknown releases as well. If a step only
reports, its note says so.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from dynclient.documentation import document_fields
from dynclient.schema.pointers import MAPS, escape, join, look_up, walk

Documents = dict[str, Any]
"""Documents by path, decoded; a repair changes them in place."""


@document_fields
class RepairNote(NamedTuple):
    """One change of a repair step, or one problem that it found and left.

    Attributes:
        step: Name of the step.
        path: Path of the document.
        pointer: JSON pointer of the place in it.
        note: What was changed or found.
    """

    step: str
    path: str
    pointer: str
    note: str

    def __str__(self) -> str:
        return f"{self.step}: {self.path}#{self.pointer}: {self.note}"


MALFORMED = "malformed-keywords"
"""The step whose notes are shown in a warning when a tree is added."""


class Step(NamedTuple):
    """One repair: its name, the reason for it, and its function."""

    name: str
    why: str
    run: Callable[[Documents], Iterator[tuple[str, str, str]]]


def repair(documents: Documents) -> tuple[RepairNote, ...]:
    """Run all steps over the documents, in order, and return what they changed or found."""
    return tuple(
        RepairNote(step.name, path, pointer, note)
        for step in STEPS
        for path, pointer, note in step.run(documents)
    )


def _schemas(documents: Documents) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, document in documents.items():
        for pointer, schema in walk(document):
            yield path, pointer, schema


_TYPE_NAMES = {"array", "boolean", "integer", "null", "number", "object", "string"}


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))


def _is_schema_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_name_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == len(value)
    )


def _is_type(value: Any) -> bool:
    if isinstance(value, str):
        return value in _TYPE_NAMES
    return _is_name_list(value) and bool(value) and _TYPE_NAMES.issuperset(value)


def _is_items(value: Any) -> bool:
    return _is_schema(value) or _is_schema_list(value)


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


_FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("$comment", "$id", "$ref", "$schema"), (_is_string, "a string")),
    **dict.fromkeys(("description", "format", "pattern", "title"), (_is_string, "a string")),
    **dict.fromkeys(("enum", "examples"), (lambda value: isinstance(value, list), "a list")),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), (_is_schema_list, "a list of schemas")),
    **dict.fromkeys(("additionalItems", "additionalProperties"), (_is_schema, "a schema")),
    **dict.fromkeys(("contains", "not", "propertyNames"), (_is_schema, "a schema")),
    **dict.fromkeys(("else", "if", "then"), (_is_schema, "a schema")),
    **dict.fromkeys(
        ("$defs", "definitions", "dependencies", "patternProperties", "properties"),
        (lambda value: isinstance(value, dict), "an object of schemas"),
    ),
    **dict.fromkeys(
        ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"), (_is_number, "a number")
    ),
    **dict.fromkeys(
        ("maxItems", "maxLength", "maxProperties", "minItems", "minLength", "minProperties"),
        (_is_count, "an integer of at least 0"),
    ),
    **dict.fromkeys(
        ("readOnly", "uniqueItems", "writeOnly"),
        (lambda value: isinstance(value, bool), "a boolean"),
    ),
    "items": (_is_items, "a schema or a list of schemas"),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    "required": (_is_name_list, "a list of different names"),
    "type": (_is_type, f"one or more of {', '.join(sorted(_TYPE_NAMES))}"),
}
"""The form of the value of each keyword of draft-07, and what it is called in a note."""


def _malformed(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        for keyword in [name for name in schema if name in _FORMS]:
            value = schema[keyword]
            is_right, form = _FORMS[keyword]
            if not is_right(value):
                del schema[keyword]
                note = f"{keyword} must be {form}, not {_short(value)}; it was removed"
                yield path, f"{pointer}/{escape(keyword)}", note
            elif keyword in MAPS:
                for name, fault in _malformed_entries(keyword, value):
                    del value[name]
                    yield path, f"{pointer}/{keyword}/{escape(name)}", f"{fault}; it was removed"


def _malformed_entries(keyword: str, entries: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (name, what is wrong) for entries of a keyword that maps names to schemas."""
    found = []
    for name, value in entries.items():
        if keyword == "dependencies" and _is_name_list(value):
            continue
        fault = _pattern_fault(name) if keyword == "patternProperties" else ""
        if fault:
            found.append((name, f"the pattern {name!r} is not valid: {fault}"))
        elif not _is_schema(value):
            found.append((name, f"must be a schema, not {_short(value)}"))
    return found


@lru_cache(maxsize=1024)
def _pattern_fault(pattern: str) -> str:
    """Return what an engine refuses in a pattern; empty for nothing."""
    import re
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Python may read differently one day
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error) or "it is too large"
    with contextlib.suppress(ImportError):
        import jsonschema_rs

        try:
            jsonschema_rs.Draft7Validator({"pattern": pattern})
        except ValueError:
            return "it is too large, or uses syntax of Python"
    return ""


def _short(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _identifiers(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        schema.pop("$schema", None)
        written = schema.pop("$id", None)
        # Usually `$id` repeats the path; only a different one is reported.
        if isinstance(written, str) and (pointer or not written.endswith("/" + path)):
            yield path, pointer, f"$id {written!r} differs from the path and is ignored"


def _slashes(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema, reference in _references(documents):
        head, mark, fragment = reference.partition("#")
        if fragment and not fragment.startswith("/"):
            target, place = join(path, f"{head}#/{fragment}")
            if _exists(documents, target, place):
                schema["$ref"] = f"{head}{mark}/{fragment}"
                yield path, pointer, f"a slash was added after '#' of the $ref {reference!r}"


def _astray(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema, reference in _references(documents):
        head, _, fragment = reference.partition("#")
        if not head or join(path, reference)[0] in documents:
            continue
        steps = [step for step in head.split("://")[-1].split("/") if step not in {"..", ".", ""}]
        for skipped in range(len(steps)):
            target = "/".join(steps[skipped:])
            # The name of a file alone is not enough.
            if target in documents and (skipped == 0 or "/" in target):
                schema["$ref"] = relative(path, target) + (f"#{fragment}" if fragment else "")
                yield (
                    path,
                    pointer,
                    f"the $ref {reference!r} points outside the tree; it was replaced by {target}",
                )
                break


def relative(base: str, target: str) -> str:
    """Return the relative reference from the document ``base`` to the document ``target``."""
    here, there = base.split("/")[:-1], target.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])


def _flags(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and "(?U)" in pattern:
            schema["pattern"] = unicode_words(pattern.replace("(?U)", ""))
            yield (
                path,
                pointer,
                f"{_FLAG_NOTE}{pattern!r}",
            )


_FLAG_NOTE = "the flag (?U) of Java was replaced by character ranges in "


def original_patterns(notes: Iterable[RepairNote]) -> dict[str, str]:
    """Return the patterns with flags of Java as the tree has them, by ``path#pointer``."""
    return {
        f"{note.path}#{note.pointer}": str(ast.literal_eval(note.note.removeprefix(_FLAG_NOTE)))
        for note in notes
        if note.note.startswith(_FLAG_NOTE)
    }


# What Java's \w takes beyond ASCII under (?U): letters, marks, digits, connectors and joiners of
# every script. Written as ranges because ECMA's \w is ASCII, and neither Python nor ECMA has a flag
# for it that both engines read alike. The ranges hold a few unassigned or symbol code points too: a
# name that the server refuses costs one request, one refused here could never be sent.
_WORD = (
    "A-Za-z0-9_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u200c\u200d\u203f\u2040\u2054"
    "\u2071\u207f\u2090-\u209c\u20d0-\u20f0\u2102-\u2188\u24b6-\u24e9\u2c00-\u2dff\u2e2f\u3005-\u3007"
    "\u3021-\u303c\u3041-\ud7ff\uf900-\ufdfb\ufe00-\ufe0f\ufe20-\ufe2f\ufe33\ufe34\ufe4d-\ufe4f"
    "\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a\uff66-\uffdc\U00010000-\U0001efff"
    "\U0001f130-\U0001f189\U0001fbf0-\U0001fbf9\U00020000-\U0003ffff\U000e0100-\U000e01ef"
)


def signs(pattern: str) -> Iterator[tuple[str, bool]]:
    """Yield (character, whether it is in a class) of a pattern; an escape is one character."""
    inside, place = False, 0
    while place < len(pattern):
        sign = pattern[place : place + 2] if pattern[place] == "\\" else pattern[place]
        place += len(sign)
        if sign == "[":
            inside = True
        elif sign == "]":
            inside = False
        yield sign, inside


def unicode_words(pattern: str) -> str:
    r"""Return a pattern with ``\w`` replaced by the word characters of all scripts."""
    return "".join(
        sign if sign != r"\w" else _WORD if inside else f"[{_WORD}]"
        for sign, inside in signs(pattern)
    )


_JAVA_ANCHORS = {r"\A": "^", r"\Z": "$", r"\z": "$"}
_JAVA_ESCAPES = {r"\Q", r"\E", r"\p", r"\P", r"\h", r"\H", r"\R", r"\X", r"\G", r"\a", r"\e"}
_JAVA_GROUPS = ("(?i", "(?s", "(?m", "(?x", "(?u", "(?d", "(?-", "(?>", "*+", "++", "?+", "}+")
"""Inline flags, atomic groups and possessive quantifiers; inside a class they are characters."""


def _patterns(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        pattern = schema.get("pattern")
        if not isinstance(pattern, str):
            continue
        replaced = [(_JAVA_ANCHORS.get(sign, sign), inside) for sign, inside in signs(pattern)]
        plain = "".join(sign for sign, _ in replaced)
        # An escaped character, or one in a class, is not syntax; a letter replaces it.
        outside = "".join("x" if inside or sign[0] == "\\" else sign for sign, inside in replaced)
        unknown = [sign for sign, _ in replaced if sign in _JAVA_ESCAPES]
        unknown += [syntax for syntax in _JAVA_GROUPS if syntax in outside]
        fault = f"ECMA 262 has no {unknown[0]!r}" if unknown else _pattern_fault(plain)
        if fault:
            del schema["pattern"]
            yield path, pointer, f"the pattern {pattern!r} was removed: {fault}"
        elif plain != pattern:
            schema["pattern"] = plain
            yield path, pointer, f"the anchors of Java in {pattern!r} were replaced by ^ and $"


_SCALARS = {"string", "integer", "number", "boolean", "null"}


def _types(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        written = schema.get("type")
        if isinstance(written, str) and written in _SCALARS and schema.get("properties"):
            schema["type"] = "object"
            yield (
                path,
                pointer,
                f"the type {written!r} of a schema with properties was replaced by 'object'",
            )


def _impossible(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            continue
        if schema.get("additionalProperties") is not False or schema.get("patternProperties"):
            continue
        for place, part in _parts(pointer, schema):
            required = part["required"]
            lacking = [name for name in required if name not in properties]
            if lacking:
                part["required"] = [name for name in required if name in properties]
                named = ", ".join(map(str, lacking))
                note = f"removed from required, being neither defined nor allowed: {named}"
                yield path, place, note


def _parts(pointer: str, schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a schema and the branches that every value of it is validated by, if they require."""
    branches: list[tuple[str, Any]] = [(pointer, schema)]
    for keyword in ("allOf", "anyOf", "oneOf"):
        listed = schema.get(keyword)
        if isinstance(listed, list):
            branches += [(f"{pointer}/{keyword}/{n}", each) for n, each in enumerate(listed)]
    for place, branch in branches:
        if isinstance(branch, dict) and isinstance(branch.get("required"), list):
            yield place, branch


def _alternatives(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        if isinstance(schema.get("oneOf"), list) and "anyOf" not in schema:
            # In place and in order: the document is shared, and messages follow its order.
            renamed = {"anyOf" if name == "oneOf" else name: v for name, v in schema.items()}
            schema.clear()
            schema.update(renamed)
            yield (
                path,
                pointer,
                f"the oneOf of {len(schema['anyOf'])} branches was replaced by anyOf",
            )


def _mistaken_maps(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        values = schema.get("additionalProperties")
        if isinstance(values, dict) and ".{1,}" in values:
            note = "not changed: '.{1,}' is not a keyword, so any value is allowed"
            yield path, f"{pointer}/additionalProperties", note


def _arrays(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        if schema.get("type") == "array" and "properties" in schema:
            yield path, pointer, "not changed: an array has no properties, so they have no effect"


def _open_references(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema, reference in _references(documents):
        if _resolves(documents, path, reference):
            continue
        del schema["$ref"]
        far = "://" in reference
        why = "is remote, and not followed" if far else "has no target"
        yield path, pointer, f"the $ref {reference!r} {why}; it was removed and allows any value"


def _resolves(documents: Documents, path: str, reference: str) -> bool:
    target, pointer = join(path, reference)
    try:
        return isinstance(look_up(documents[target], pointer), (dict, bool))
    except LookupError:
        return False


def _plain(documents: Documents) -> Iterator[tuple[str, str, str]]:
    import re
    from urllib.parse import quote

    plain = re.compile(r"(?!/)[\w./$-]*(?:#(?:/[\w./~$-]*)?)?", re.ASCII)
    for path, pointer, schema, reference in _references(documents):
        if reference and plain.fullmatch(reference):
            continue
        target, place = join(path, reference)
        file = "" if target == path else quote(relative(path, target), safe="/$")
        schema["$ref"] = f"{file}#{quote(place, safe='/~$')}"
        yield path, pointer, f"the $ref {reference!r} was replaced by {schema['$ref']!r}"


def _references(documents: Documents) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    for path, pointer, schema in _schemas(documents):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield path, pointer, schema, reference


def _exists(documents: Documents, path: str, pointer: str) -> bool:
    try:
        look_up(documents[path], pointer)
    except LookupError:
        return False
    return True


def _closed_unions(documents: Documents) -> Iterator[tuple[str, str, str]]:
    for path, pointer, schema in _schemas(documents):
        union = schema.get("anyOf") or schema.get("oneOf")
        if not union or schema.get("additionalProperties") is not False:
            continue
        if not schema.get("properties") and not schema.get("patternProperties"):
            del schema["additionalProperties"]
            note = "additionalProperties: false was removed; it refuses every field of the branches"
            yield path, pointer, note


STEPS: tuple[Step, ...] = (
    Step(
        MALFORMED,
        "a keyword with a value that it cannot have breaks the documents that contain it",
        _malformed,
    ),
    Step(
        "identifiers",
        "$id differs from the path in many files, and references use paths",
        _identifiers,
    ),
    Step(
        "slashes",
        "'#definitions/x' is an anchor, but '#/definitions/x', a pointer, is intended",
        _slashes,
    ),
    Step("astray", "references that point outside the tree, or to its public URL", _astray),
    Step(
        "flags",
        "(?U) is a flag of Java for Unicode classes, which other engines refuse or misread",
        _flags,
    ),
    Step(
        "patterns",
        "anchors of Java are replaced by standard ones, patterns only Java supports are removed",
        _patterns,
    ),
    Step("types", "a scalar type beside properties would refuse every value", _types),
    Step(
        "impossible",
        "a closed schema that requires what it does not define refuses every value",
        _impossible,
    ),
    Step(
        "alternatives",
        "servers choose a branch by its type and do not check the others, so data that matches two"
        " connectors is valid",
        _alternatives,
    ),
    Step(
        "closed-unions",
        "a closed schema without properties beside a union refuses every object with fields",
        _closed_unions,
    ),
    Step("mistaken-maps", "a pattern in the place of a schema", _mistaken_maps),
    Step("arrays", "properties of an array", _arrays),
    Step(
        "open-references",
        "a reference without target must not break the documents that contain it",
        _open_references,
    ),
    Step("plain-references", "every engine resolves a plain $ref to the same place", _plain),
)
"""The repairs, in the order they run."""
