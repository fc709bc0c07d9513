"""What differs between two catalogues: servers, forks, and folders of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.document_folder import DocumentFolder
from dynclient.as_code.dump import dump
from dynclient.as_code.fork_file import is_data_file, open_fork
from dynclient.as_code.key_index import Key
from dynclient.as_code.merged_fields import sorted_items
from dynclient.as_code.sections import PATCHED
from dynclient.as_code.selection import Options, options_of, selected_options
from dynclient.as_code.translated_documents import translated_document
from dynclient.display.blocks import Block, Heading, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.errors import RequestInvalid, UsageError
from dynclient.extensions.arguments import as_path
from dynclient.extensions.entity_diff import FieldChange, field_changes
from dynclient.secrets import printable
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.as_code.documents import Document
    from dynclient.client.client import Client
    from dynclient.schema import Release
    from dynclient.session.session import Session

CREATED, CHANGED, DELETED = KINDS = ("created", "changed", "deleted")
_SIGNS = {CREATED: "+", CHANGED: "~", DELETED: "-"}
_ROWS = 100


class EntityDifference(NamedTuple):
    """An entity that differs."""

    kind: str
    """``created`` if only the second catalogue has it, ``deleted`` if only the first, or
    ``changed``."""
    type: str
    """Name of the entity type."""
    fqn: str
    """Fully qualified name."""
    changes: tuple[FieldChange, ...] = ()
    """The places that differ; of an entity that was created, its fields."""

    def __str__(self) -> str:
        lines = [f"{_SIGNS[self.kind]} {self.kind} {self.type} {self.fqn}"]
        return printable("\n".join([*lines, *(f"    {each}" for each in self.changes)]))


class CatalogueDiff(Displayed, Sequence[EntityDifference]):
    """The entities that differ between two catalogues; a sequence, empty if they are equal.

    Attributes:
        before: what the first catalogue is.
        after: what the second one is.
    """

    def __init__(self, before: str, after: str, found: Iterable[EntityDifference]) -> None:
        self.before = before
        self.after = after
        self._found = tuple(found)

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, position: Any) -> Any:
        return self._found[position]

    @property
    def counts(self) -> dict[str, int]:
        """Number of entities that were created, changed and deleted."""
        counts = Counter(each.kind for each in self._found)
        return {kind: counts[kind] for kind in KINDS if counts[kind]}

    def as_json(self) -> dict[str, Any]:
        """Return the differences as JSON; it has no secrets, but their places."""
        found = [
            {
                "kind": each.kind, "type": each.type, "fullyQualifiedName": each.fqn,
                "changes": [change._asdict() for change in each.changes],
            }
            for each in self._found
        ]  # fmt: skip
        return {
            "before": self.before, "after": self.after, "counts": self.counts, "differences": found
        }  # fmt: skip

    def __str__(self) -> str:
        lines = [f"--- {self.before}", f"+++ {self.after}", *map(str, self._found)]
        return printable("\n".join([*lines, self._summary]))

    def _blocks(self) -> Iterator[Block]:
        yield Heading("difference between", f"{self.before} and {self.after}")
        rows = [
            (each.kind, each.type, each.fqn, [str(change) for change in each.changes])
            for each in self._found
        ]
        if rows:
            columns = ("", "type", "entity", "changes")
            yield Table(columns, rows[:_ROWS], total=len(rows), more="print(diff)")
        yield Text(self._summary)

    @property
    def _summary(self) -> str:
        words = [f"{count:,} {kind}" for kind, count in self.counts.items()]
        return ", ".join(words) or "no differences"

    def __repr__(self) -> str:
        text = f"<CatalogueDiff of {self.before} and {self.after}: {self._summary}>"
        return printable(text)


@public_call
def diff(
    first: Client | str | PathLike[str],
    second: Client | str | PathLike[str] | None = None,
    *,
    service: str = "",
    types: Iterable[Any] | str = (),
    where: str = "",
) -> CatalogueDiff:
    """Return what differs between two catalogues, entity by entity and field by field.

    Entities are compared as ``om.dump`` writes them: by their names, without ids, versions and
    secrets. Lists of servers are read page by page; of what is read, only names are kept in memory.

    Args:
        first: a client; the path of a fork, see :func:`dynclient.sandbox.fork`; or the path of a
            folder that ``om.dump`` wrote.
        second: the same; None for a fork as it is now, compared with its state when it was made.
        service: the fully qualified name of a service: it is compared with all that is below it.
            By default, the selection of the fork or the folder is compared.
        types: the entity types to compare.
        where: conditions, as for ``om.dump``.

    Raises:
        BadArguments: the arguments contradict each other, or a path is not one.
        UsageError: a path is neither a fork nor a folder with documents, or there is no second
            catalogue and the first is not a fork.
        ServerError, TransportError: a list could not be read.
    """
    if second is None:
        path = _path(first)
        if path is None or not is_data_file(path):
            raise UsageError(
                "one catalogue can be compared with its earlier state only if it is a fork; name a"
                " second catalogue"
            )
        return _changes_of_fork(path)
    with ExitStack() as stack:
        sides = [_Side.of(each, stack) for each in (first, second)]
        release = next((each.session.release for each in reversed(sides) if each.session), None)
        known = (each.selection for each in sides if each.selection is not None)
        options = options_of(next(known, {}))
        if service or types or where:
            session = next((each.session for each in sides if each.session), None)
            is_folder = any(each.session is None for each in sides)
            if session is None or (is_folder and (service or where)):
                raise UsageError(
                    "a folder is compared as it is: dump the part that service= or where= selects"
                    " into another folder; types= needs a server or a fork as the other catalogue"
                )
            chosen = selected_options(session, "diff", types, service, where)
            service = chosen.service or options.service
            options = options._replace(types=chosen.types, service=service, where=where)
        before, after = (each.folder(options, stack) for each in sides)
        kinds = {*options.types} if types else None
        found = _differences(before, after, release, kinds)
        return CatalogueDiff(sides[0].name, sides[1].name, found)


def _path(source: Any) -> Path | None:
    """Return what was passed as a path; None if it is a client."""
    return None if hasattr(source, "session") else as_path(source, "diff", "catalogue")


def _changes_of_fork(path: Path) -> CatalogueDiff:
    with open_fork(path) as fork:
        found = [
            _difference(each.key, _content(each.before), _content(each.after))
            for each in fork.changes()
        ]
        differing = [each for each in found if each is not None]
        start = f"{fork.facts.host} when the fork was made"
    return CatalogueDiff(start, str(path), sorted(differing, key=lambda each: each[1:3]))


class _Side:
    """One of the catalogues that are compared.

    Attributes:
        name: what it is, for people.
        session: the session of the server; None for a folder.
        selection: what a fork or a folder contains; None for a server.
    """

    def __init__(
        self, name: str, session: Session | None, selection: Mapping[str, Any] | None, path: Path
    ) -> None:
        self.name = name
        self.session = session
        self.selection = selection
        self._path = path

    @classmethod
    def of(cls, source: Any, stack: ExitStack) -> _Side:
        """Return what a client or a path is; a fork is served until the stack is closed."""
        path = _path(source)
        if path is None:
            return cls(source.host, source.session, None, Path())
        if is_data_file(path):
            fork = stack.enter_context(open_fork(path))
            return cls(str(path), fork.session, fork.facts.selection, path)
        manifest = DocumentFolder.manifest(path)
        return cls(str(path), None, {} if manifest is None else manifest.selection, path)

    def folder(self, options: Options, stack: ExitStack) -> DocumentFolder:
        """Return its documents; those of a server are read."""
        if self.session is None:
            return DocumentFolder(self._path)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="dynclient-")))
        dump(self.session, folder, options._replace(format="jsonl"))
        return DocumentFolder(folder)


def _differences(
    before: DocumentFolder,
    after: DocumentFolder,
    release: Release | None,
    types: set[str] | None,
) -> Iterator[EntityDifference]:
    for key in sorted({*before, *after}):
        if types is not None and key[0] not in types:
            continue
        old, new = before.find(key), after.find(key)
        if old is None and new is not None and new.referenced:
            continue  # the other catalogue may have it, and does not refer to it
        if new is None and old is not None and old.referenced:
            continue
        contents = [_content(each, release) for each in (old, new)]
        if old is not None and new is not None and old.referenced != new.referenced:
            # What only other entities refer to has no sections.
            shared = contents[0].keys() & contents[1].keys()  # type: ignore[union-attr]
            contents = [{name: each[name] for name in shared} for each in contents if each]
        found = _difference(key, *contents)
        if found is not None:
            yield found


def _content(document: Document | None, release: Release | None = None) -> dict[str, Any] | None:
    """Return the fields and sections of a document, as a release has them."""
    if document is None:
        return None
    sections = {name: value for name, value in document.sections.items() if name != PATCHED}
    if release is None or release.name == document.release or not document.request:
        return {**document.request, **document.sections.get(PATCHED, {}), **sections}
    if document.type not in release.entities:
        return {**document.request, **sections}
    try:
        fields = translated_document(release, document).all_fields
    except RequestInvalid:  # the release has no place for a required field
        fields = document.request
    return {**fields, **sections}


def _difference(
    key: Key, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> EntityDifference | None:
    if after is None:
        return EntityDifference(DELETED, *key)
    names = frozenset({*(before or {}), *after})
    changes = tuple(field_changes(sorted_items(before or {}), sorted_items(after), names))
    if before is None:
        return EntityDifference(CREATED, *key, changes)
    return EntityDifference(CHANGED, *key, changes) if changes else None
