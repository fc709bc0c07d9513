"""Payloads in files: documents of a catalogue, and JSON whose type is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.as_code.documents import Document, read_file
from dynclient.drift.upgrade_check import check_release, check_releases
from dynclient.errors import UsageError, ValidationFailed
from dynclient.explore.known_releases import known_releases
from dynclient.upgrade.findings import ERROR, WARNING, Finding, changed

if TYPE_CHECKING:
    from pathlib import Path

    from dynclient.drift.upgrade_check import ReleaseCheck
    from dynclient.schema import Release

YAML_ENDINGS, JSON_ENDINGS = (".yaml", ".yml"), (".json", ".jsonl")
_HEAD = ("type", "fullyQualifiedName", "request")


def check_payloads(path: Path, file: str, release: Release, kind: str | None) -> list[Finding]:
    """Return what a release does not accept of the payloads in a file.

    Args:
        path: the file.
        file: its path, for the findings.
        release: the release.
        kind: the type of the payloads: ``CreateTableRequest``, or None for documents of a
            catalogue, which name their type.

    Raises:
        UsageError: the type of the payloads is not known.
        SchemaNotFound: no release has a type of that name.
        OSError: the file cannot be read.
    """
    if kind is not None and path.suffix in JSON_ENDINGS:
        return list(_plain(path, file, release, kind))
    found: list[Finding] = []
    for document, _ in read_file(path, file):
        if isinstance(document, ValidationFailed):
            found += [
                Finding(*_place(each.path, file), ERROR, "syntax", file, str(each.message))
                for each in document.problems
            ]
        else:
            found += _of_document(document, file, release)
    return found


def is_catalogue_file(path: Path) -> bool:
    """Return whether a file has documents of a catalogue, by the beginning of its text."""
    if path.suffix == ".json":
        return False
    with path.open("rb") as data:
        head = data.read(65536)
    quote = '"' if path.suffix == ".jsonl" else ""
    return all(f"{quote}{name}{quote}:".encode() in head for name in _HEAD)


def _plain(path: Path, file: str, release: Release, kind: str) -> Iterator[Finding]:
    try:
        payloads = list(_json_values(path))
    except ValueError as error:
        yield Finding(file, getattr(error, "lineno", 1), 1, ERROR, "syntax", file, str(error))
        return
    for line, payload in payloads:
        # The type may exist in other releases only, which is a finding and not a typing error.
        others = [each for each in known_releases(release) if each is not release]
        result = check_releases(payload, kind, [release, *others])[0]
        yield from _findings(result, file, line, kind)


def _json_values(path: Path) -> Iterator[tuple[int, Any]]:
    text = path.read_text("utf-8-sig")
    if path.suffix == ".jsonl":
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield number, json.loads(line)
        return
    value = json.loads(text)
    for each in value if isinstance(value, list) else [value]:
        yield 1, each


def _of_document(document: Document, file: str, release: Release) -> Iterator[Finding]:
    kind = release.entities.get(document.type) or release.time_series.get(document.type)
    line = _place(document.place("type"), file)[1]
    if kind is None:
        period = changed(release, lambda other: document.type in other.entities)
        message = f"release {release.name} has no entity type {document.type}{period.elsewhere}"
        yield Finding(file, line, 1, ERROR, "class", document.type, message, (), period.since)
        return
    if kind.create is None or not document.request:
        return
    result = check_release(document.request, release.node(kind.create))
    yield from _findings(result, file, line, document.type, document)


def _findings(
    result: ReleaseCheck, file: str, line: int, kind: str, document: Document | None = None
) -> Iterator[Finding]:
    """Yield a finding for each problem that remains, or one for each translation."""
    for problem in result.remaining:
        at = line
        if document is not None:
            place = f"request.{problem.path}" if problem.path else "request"
            at = _place(document.place(place), file)[1]
        name = problem.path or kind
        message = f"{problem.path}: {problem.message}" if problem.path else problem.message
        yield Finding(file, at, 1, ERROR, "payload", name, message, tuple(problem.nearest))
    if result.remaining:
        return
    for sentence in result.translations or ([] if not result.breaks else ["is translated"]):
        yield Finding(file, line, 1, WARNING, "payload", kind, sentence)


def _place(text: str, file: str) -> tuple[str, int, int]:
    line = text.rpartition(":")[2]
    return file, int(line) if line.isdigit() else 1, 1


def refuse_unknown_type(file: str) -> UsageError:
    """Return the error for a file of payloads whose type is not known."""
    return UsageError(
        f"{file} is not a document of a catalogue, so its type is not known; name it: --as"
        " CreateTableRequest"
    )
