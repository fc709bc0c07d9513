"""Rehearsals: a script is run against sandboxes of two releases, and the runs are compared."""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.create_requests import as_request
from dynclient.as_code.fork_content import content_of_fork
from dynclient.client.connect import connect
from dynclient.dispatch import bad_arguments
from dynclient.documentation import document_fields
from dynclient.errors import NotSupported, Problem, RequestInvalid, ServerFault, UsageError
from dynclient.explore.known_releases import release_or_newest
from dynclient.extensions.arguments import as_path
from dynclient.model import raw
from dynclient.operations.catalogue import catalogue
from dynclient.sandbox.process import start
from dynclient.secrets import printable
from dynclient.tracebacks import public_call
from dynclient.upgrade.script_runs import run_script

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.model import Entity
    from dynclient.schema import Release

EXIT, ERROR, WARNING, REQUEST, CATALOGUE = KINDS = (
    "exit", "error", "warning", "request", "catalogue",
)  # fmt: skip
"""The kinds of differences: exit code, error, DriftWarning, request, content of the catalogue."""
_TRANSLATED = {WARNING, REQUEST}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\b\d{13}\b")
_PORT = re.compile(r"127\.0\.0\.1:\d+")
_Snapshot = dict[tuple[str, str], "Entity"]


@document_fields
class Difference(NamedTuple):
    """One difference between two runs.

    Attributes:
        kind: ``exit``, ``error``, ``warning``, ``request`` or ``catalogue``.
        before: What only the run on the old release has; empty if that is nothing.
        after: What only the run on the new release has; empty if that is nothing.
    """

    kind: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.before or '(nothing)'} -> {self.after or '(nothing)'}"


@document_fields
class ScriptRun(NamedTuple):
    """What a script did on one release.

    Attributes:
        release: Name of the release.
        exit_code: The exit code of the script.
        error: The exception that ended it, with the line of the script; empty if there was none.
        warnings: Its DriftWarnings, with the lines of the script.
        requests: Its requests: method, path, status, and the fields of the body.
        changes: What it created, changed and deleted in the catalogue.
        output: The last lines that it wrote to standard output and standard error.
    """

    release: str
    exit_code: int
    error: str
    warnings: tuple[str, ...]
    requests: tuple[str, ...]
    changes: tuple[str, ...]
    output: str


@document_fields
class Rehearsal(NamedTuple):
    """The result of running a script on two releases.

    Attributes:
        script: Path of the script.
        before: The run on the old release.
        after: The run on the new release.
        differences: What differs.
    """

    script: str
    before: ScriptRun
    after: ScriptRun
    differences: tuple[Difference, ...]

    @property
    def breaks(self) -> tuple[Difference, ...]:
        """The differences in exit code, errors and the catalogue."""
        return tuple(each for each in self.differences if each.kind not in _TRANSLATED)

    def asdict(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "script": self.script,
            "before": self.before._asdict(),
            "after": self.after._asdict(),
            "differences": [each._asdict() for each in self.differences],
        }


@public_call
def rehearse(
    script: str | PathLike[str],
    *,
    before: Release | str | Path,
    to: Release | str | Path | None = None,
    arguments: Sequence[str] = (),
    load: Callable[[Client], object] | None = None,
    data: str | PathLike[str] | None = None,
    timeout: float = 600,
) -> Rehearsal:
    """Run a script against sandboxes of two releases, and return what differs.

    A Python script runs as with ``dynclient run``: natively, or as a script of the official SDK.
    Any other program is executed. It finds host and token in the environment variables
    ``OM_HOST`` and ``OM_TOKEN``, and ``OPENMETADATA_HOST`` and ``OPENMETADATA_TOKEN``.

    Args:
        script: path of the script or program.
        before: the release before the upgrade, or its name.
        to: the release after it; default: the newest one in the cache.
        arguments: the arguments of the script.
        load: writes content to each sandbox first, such as
            :func:`dynclient.testing.load_example_catalogue`.
        data: path of a fork, see :func:`dynclient.sandbox.fork`: what is in it is written to each
            sandbox, as its release has it. What a release has no place for is left out, as are
            secrets.
        timeout: after how many seconds a run is ended, which counts as an error.

    Raises:
        BadArguments: the script or the data is not a path, or both ``load`` and ``data`` are given.
        UsageError: the script does not exist, or the data are not a fork.
        UnknownRelease: there is no release of some name.
        SandboxFailed: a sandbox did not start.
        DynclientError: ``load`` failed.
    """
    path = as_path(script, "rehearse", "script")
    if not path.is_file():
        raise UsageError(f"there is no script {path}")
    if load is not None and data is not None:
        problem = Problem("data", str(data), "argument", "cannot be combined with load=")
        raise bad_arguments("rehearse", [problem])
    old, new = release_or_newest(before), release_or_newest(to)
    with ExitStack() as stack:
        if data is not None:
            fork = as_path(data, "rehearse", "data")
            load = stack.enter_context(content_of_fork(fork))
        first, first_changes = _run(path, old, new, arguments, load, timeout)
        second, second_changes = _run(path, new, new, arguments, load, timeout)
    differences = tuple(_differences(first, second, first_changes, second_changes))
    return Rehearsal(str(path), first, second, differences)


def _run(
    script: Path, release: Release, target: Release, arguments: Sequence[str],
    load: Callable[[Client], object] | None, timeout: float,
) -> tuple[ScriptRun, dict[str, Any]]:  # fmt: skip
    """Run a script on one release; return the run, and what it changed, as the target has it."""
    with tempfile.TemporaryDirectory(prefix="dynclient-") as folder:
        log = Path(folder, "requests.jsonl")
        with (
            start(release, request_log=log) as sandbox,
            connect(sandbox.host, token=sandbox.admin_token, release=release) as om,
        ):
            if load is not None:
                load(om)
            first = _snapshot(om)
            log.write_text("")
            done = run_script(script, sandbox, arguments, timeout=timeout)
            lines = log.read_text("utf-8").splitlines()
            changes = _changes(first, _snapshot(om), target)
    run = ScriptRun(
        release.name, done.exit_code, done.error,
        tuple(f"line {line}: {text}" for line, text in done.warnings),
        tuple(_request(line) for line in lines),
        tuple(f"{what} {key}" for key, (what, _) in sorted(changes.items())),
        done.output,
    )  # fmt: skip
    return run, changes


def _request(line: str) -> str:
    """Return a request of the log as a line in which ids are the same in all runs."""
    row = json.loads(line)
    query = f"?{row['query']}" if row["query"] else ""
    fields = f" {{{', '.join(row['fields'])}}}" if row["fields"] else ""
    return _UUID.sub("{id}", f"{row['method']} {row['path']}{query} {row['status']}{fields}")


# -- the catalogue ---------------------------------------------------------------------------------


def _snapshot(om: Client) -> _Snapshot:
    """Return all entities by type and fully qualified name."""
    found: _Snapshot = {}
    for spec in catalogue(om.release):
        if spec.entity.kind != "entity" or "list" not in spec.operations:
            continue
        # Servers of some releases fail to list a type, as they fail to create it.
        with suppress(NotSupported, ServerFault):
            for entity in om[spec.attribute].list():
                known = raw(entity)
                name = known.get("fullyQualifiedName") or known.get("name")
                found[spec.entity.name, str(name)] = entity
    return found


def _changes(first: _Snapshot, last: _Snapshot, target: Release) -> dict[str, tuple[str, Any]]:
    """Return what was created, changed and deleted, with the create request for the target."""
    found: dict[str, tuple[str, Any]] = {}
    for key, entity in last.items():
        old = first.get(key)
        if old is not None and raw(old).get("version") == raw(entity).get("version"):
            continue
        what = "created" if old is None else "changed"
        try:
            request: Any = as_request(entity, release=target).request
        except (NotSupported, RequestInvalid) as error:
            request = str(error)
        found[" ".join(key)] = what, request
    for key in first.keys() - last.keys():
        found[" ".join(key)] = "deleted", None
    return found


# -- what differs ----------------------------------------------------------------------------------


def _differences(
    old: ScriptRun, new: ScriptRun, old_content: dict[str, Any], new_content: dict[str, Any]
) -> Iterator[Difference]:
    if old.exit_code != new.exit_code:
        yield Difference(EXIT, str(old.exit_code), str(new.exit_code))
    if _plain(old.error, old.release) != _plain(new.error, new.release):
        yield Difference(ERROR, old.error, new.error)
    for kind, before, after in (
        (WARNING, old.warnings, new.warnings), (REQUEST, old.requests, new.requests),
    ):  # fmt: skip
        yield from _lines(kind, old.release, before, new.release, after)
    for key in sorted(old_content.keys() | new_content.keys()):
        left, right = old_content.get(key), new_content.get(key)
        if left is None or right is None or left[0] != right[0]:
            texts = ["" if each is None else f"{each[0]} {key}" for each in (left, right)]
            yield Difference(CATALOGUE, *texts)
        elif _comparable(left[1]) != _comparable(right[1]):
            yield Difference(CATALOGUE, f"{key} {_text(left[1])}", f"{key} {_text(right[1])}")


def _lines(
    kind: str, old: str, before: Sequence[str], new: str, after: Sequence[str]
) -> Iterator[Difference]:
    left = [_plain(line, old) for line in before]
    right = [_plain(line, new) for line in after]
    for what, i, j, k, m in difflib.SequenceMatcher(None, left, right, False).get_opcodes():
        if what == "equal":
            continue
        for place in range(max(j - i, m - k)):
            yield Difference(
                kind,
                before[i + place] if i + place < j else "",
                after[k + place] if k + place < m else "",
            )


def _plain(text: str, release: str) -> str:
    """Return a text without what differs between any two runs."""
    text = _PORT.sub("HOST", _TIME.sub("TIME", _UUID.sub("{id}", text)))
    return text.replace(f"release {release}", "the release")


def _comparable(value: Any) -> str:
    return _TIME.sub("TIME", _UUID.sub("{id}", _text(_without_defaults(value))))


def _without_defaults(value: Any) -> Any:
    """Return a request without what is empty; references have type and name only.

    Servers of some releases return empty lists and more of references where others do not.
    """
    if isinstance(value, list):
        return [_without_defaults(each) for each in value]
    if not isinstance(value, dict):
        return value
    if {"id", "type", "fullyQualifiedName"} <= value.keys():
        return {name: value[name] for name in ("type", "fullyQualifiedName")}
    kept = {name: _without_defaults(each) for name, each in value.items()}
    return {name: each for name, each in kept.items() if each not in (None, [], {}, "")}


def _text(value: Any) -> str:
    return printable(json.dumps(value, sort_keys=True, default=str))


__all__ = ["Difference", "Rehearsal", "ScriptRun", "rehearse"]
