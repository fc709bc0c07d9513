"""Repairs of a schema tree: small named steps that report what they change.

They run once, when a tree is read, and leave valid JSON Schema. A step depends on the structure of
the schema, never on the name of a file, so it works for unknown releases as well. If a step only
reports, its note says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from dynclient.documentation import document_fields
from dynclient.schema.pointers import join, look_up, walk

Documents = dict[str, Any]
"""Documents by path, decoded; a repair changes them in place."""

BASE = "file:///tree/"
"""Base URI of the paths, since `referencing` resolves against URIs; no file is read."""


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
                f"the flag (?U) of Java was replaced by character ranges in {pattern!r}",
            )


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


def _signs(pattern: str) -> Iterator[tuple[str, bool]]:
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
        for sign, inside in _signs(pattern)
    )


_JAVA_ANCHORS = {r"\A": "^", r"\Z": "$", r"\z": "$"}
_JAVA_ESCAPES = {r"\Q", r"\E", r"\p", r"\P", r"\h", r"\H", r"\R", r"\X", r"\G", r"\a", r"\e"}
_JAVA_GROUPS = ("(?i", "(?s", "(?m", "(?x", "(?u", "(?d", "(?-", "(?>", "*+", "++", "?+", "}+")
"""Inline flags, atomic groups and possessive quantifiers; inside a class they are characters."""


def _patterns(documents: Documents) -> Iterator[tuple[str, str, str]]:
    import re

    for path, pointer, schema in _schemas(documents):
        pattern = schema.get("pattern")
        if not isinstance(pattern, str):
            continue
        signs = [(_JAVA_ANCHORS.get(sign, sign), inside) for sign, inside in _signs(pattern)]
        plain = "".join(sign for sign, _ in signs)
        # An escaped character, or one in a class, is not syntax; a letter replaces it.
        outside = "".join("x" if inside or sign[0] == "\\" else sign for sign, inside in signs)
        unknown = [sign for sign, _ in signs if sign in _JAVA_ESCAPES]
        unknown += [syntax for syntax in _JAVA_GROUPS if syntax in outside]
        try:
            re.compile(plain)
        except re.error as error:
            unknown.append(str(error))
        if unknown:
            del schema["pattern"]
            yield (
                path,
                pointer,
                f"the pattern {pattern!r} was removed; ECMA 262 has no {unknown[0]!r}",
            )
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
    known = _Resolver(documents)
    for path, pointer, schema, reference in _references(documents):
        if known.reaches(path, reference):
            continue
        del schema["$ref"]
        far = "://" in reference
        why = "is remote, and not followed" if far else "has no target"
        yield path, pointer, f"the $ref {reference!r} {why}; it was removed and allows any value"


class _Resolver:
    """References of a tree, resolved by `referencing` with a registry keyed by path URIs."""

    def __init__(self, documents: Documents) -> None:
        from referencing import Registry
        from referencing.jsonschema import DRAFT7

        # A registry without `retrieve` fails for what it does not contain: nothing is ever fetched.
        registry: Registry[Any] = Registry()
        self._registry = registry.with_resources(
            (BASE + path, DRAFT7.create_resource(document)) for path, document in documents.items()
        )
        self._known: dict[tuple[str, str], bool] = {}

    def reaches(self, path: str, reference: str) -> bool:
        from referencing.exceptions import Unresolvable

        key = join(path, reference)
        if key not in self._known:
            try:
                found = self._registry.resolver(base_uri=BASE + path).lookup(reference).contents
            except (Unresolvable, ValueError, TypeError):
                found = None
            self._known[key] = isinstance(found, (dict, bool))
        return self._known[key]


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


STEPS: tuple[Step, ...] = (
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
    Step("mistaken-maps", "a pattern in the place of a schema", _mistaken_maps),
    Step("arrays", "properties of an array", _arrays),
    Step(
        "open-references",
        "a reference without target must not break the documents that contain it",
        _open_references,
    ),
)
"""The repairs, in the order they run."""
