"""A folder of documents, read back: checked as a whole, and in the order of its dependencies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from typing import TYPE_CHECKING, NamedTuple

from dynclient.as_code.create_requests import CreateRequest, translated_request
from dynclient.as_code.dependency_order import name_order, type_order
from dynclient.as_code.document_folder import DocumentFolder
from dynclient.as_code.documents import Document, document_at, read_file
from dynclient.as_code.folder_writer import document_files
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.references import NAME_PATH, named_references, with_ids
from dynclient.as_code.request_fields import Reference
from dynclient.as_code.secret_places import is_wrong_place, resolve_secrets, secret_places
from dynclient.as_code.sections import FOLLOWERS
from dynclient.bulk.order import request_name
from dynclient.errors import (
    NotSupported,
    Problem,
    RequestInvalid,
    ValidationFailed,
)
from dynclient.extensions.arguments import as_path
from dynclient.model.masking import mask_paths
from dynclient.suggestions import nearest
from dynclient.tracebacks import public_calls
from dynclient.validation import validator
from dynclient.validation.messages import parse_path

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

_CACHED = 500
"""So many documents are kept in memory; those of a larger catalogue are read again."""


class _Entry(NamedTuple):
    """Where a document is."""

    file: str
    offset: int
    first_line: int
    has_request: bool
    has_followers: bool


class MissingReference(NamedTuple):
    """An entity that documents refer to and that has no document in the catalogue."""

    types: tuple[str, ...]
    """The entity types that it may have."""
    fqn: str
    """Its fully qualified name."""
    problem: Problem
    """The first reference to it; the path is file and line."""


@public_calls
class Catalogue:
    """The documents in a folder, validated for a release.

    The folder is read once when the catalogue is opened. It iterates over its documents, each after
    those that it refers to; where two refer to each other, the reference of the first is to a
    document that comes later. Documents of a large catalogue are read from their files again when
    they are needed, and where they are is kept in a temporary file, so that its memory does not
    grow with them.

    Args:
        folder: path of the folder, as ``om.dump`` wrote it or written by hand.
        release: the release that the create requests must be valid for.

    Attributes:
        folder: the folder.
        release: the release.
        manifest: what was dumped; None for a folder that was written by hand.
        problems: everything that is wrong with the documents, but for missing references and
            secrets; the path of each is file and line.
        untranslatable: what is wrong with documents of other releases that the release has no place
            for, by type and fully qualified name; they are not among the problems.
        missing: the entities that are referred to and have no document.
        unresolved: the secrets that are not set where their places say, as problems.

    Raises:
        BadArguments: the folder is not a path.
        UsageError: it is not a folder, or a dump into it was interrupted.
        ValidationFailed: its manifest is not valid.
    """

    def __init__(self, folder: str | PathLike[str], release: Release) -> None:
        self.folder = as_path(folder, "Catalogue", "folder")
        self.release = release
        self.manifest = DocumentFolder.manifest(self.folder)
        self.problems: list[Problem] = []
        self.untranslatable: dict[tuple[str, str], list[Problem]] = {}
        self.missing: list[MissingReference] = []
        self.unresolved: list[Problem] = []
        self._entries = KeyIndex()
        self._cache: dict[Key, Document] = {}
        self._needed: dict[tuple[tuple[str, ...], str], Problem] = {}
        self._edges: set[tuple[str, str]] = set()
        self._required: set[tuple[str, str]] = set()
        self._above: dict[Key, list[Key]] = {}
        self._read()
        self._ranks = self._ranked()
        self._places: dict[str, dict[str, int]] = {}
        """Of types whose entities refer to each other, the places of their names."""

    def __repr__(self) -> str:
        return f"<Catalogue {self.folder}, {len(self)} documents for release {self.release.name}>"

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Document]:
        """Yield the documents, each after those that it refers to."""
        for entity_type in self._ranks:
            for fqn in self.names(entity_type):
                yield self._document((entity_type, fqn))

    def keys(self) -> list[Key]:
        """Return type and fully qualified name of all documents, in the order of iteration."""
        return [(each, fqn) for each in self._ranks for fqn in self.names(each)]

    def types(self) -> list[str]:
        """Return the entity types of the documents, in the order of iteration."""
        return [*self._ranks]

    def names(self, entity_type: str) -> Iterator[str]:
        """Yield the fully qualified names of the documents of a type, in the order of iteration.

        Args:
            entity_type: name of the entity type, ``table``.
        """
        return iter(self._arranged(entity_type) or self._entries.names(entity_type))

    def is_before(self, first: Key, second: Key) -> bool:
        """Return whether a document comes before another one in the order of iteration.

        Args:
            first: type and fully qualified name of the one; the catalogue has both.
            second: those of the other.
        """
        if first[0] != second[0]:
            return self._ranks[first[0]] < self._ranks[second[0]]
        places = self._arranged(first[0])
        return places[first[1]] < places[second[1]] if places else first[1] < second[1]

    def has_followers(self, entity_type: str, fqn: str) -> bool:
        """Return whether the catalogue has a document that says who follows the entity.

        Args:
            entity_type: name of the entity type, ``table``.
            fqn: fully qualified name of the entity.
        """
        entry = self._entry((entity_type, fqn))
        return entry is not None and entry.has_followers

    def find(self, entity_type: str, fqn: str) -> Document | None:
        """Return a document, or None if the catalogue does not have it.

        Args:
            entity_type: name of the entity type, ``table``.
            fqn: fully qualified name of the entity.
        """
        key = (entity_type, fqn)
        return self._document(key) if key in self._entries else None

    def request(self, document: Document) -> CreateRequest:
        """Return the create request of a document as the release of the catalogue has it.

        Its references are by name, and its secrets are places. What the release has no place for is
        in ``left_out``.

        Args:
            document: one of the catalogue.

        Raises:
            NotSupported: the release does not have the entity type, or no create request for it.
            RequestInvalid: the request is not valid in the release.
        """
        entity = self.release.entities.get(document.type)
        known = [] if entity is None else self._references(entity, document)
        made = CreateRequest(document.type, document.release, document.request, (), tuple(known))
        return translated_request(made, document.release, self.release, portable=True)

    def check(
        self,
        exists: Callable[[str, str], bool] | None = None,
        *,
        without_secrets: bool = False,
    ) -> None:
        """Raise an error that lists everything that is wrong with the catalogue.

        Args:
            exists: returns whether the target has an entity, by its type and its fully qualified
                name; it is called for references without a document. None if there is no target.
            without_secrets: whether secrets may be missing.

        Raises:
            ValidationFailed: something is wrong; the paths of ``problems`` are file and line.
        """
        problems = [*self.problems]
        problems += [
            problem
            for types, fqn, problem in self.missing
            if exists is None or not any(exists(each, fqn) for each in types)
        ]
        if not without_secrets:
            problems += self.unresolved
        if problems:
            raise ValidationFailed(what=str(self.folder), problems=problems)

    # -- reading -----------------------------------------------------------------------------------

    def _read(self) -> None:
        for path in document_files(self.folder):
            file = path.relative_to(self.folder).as_posix()
            if path.is_symlink() and not path.resolve().is_relative_to(self.folder.resolve()):
                message = f"is a symbolic link to {path.resolve()}, outside of {self.folder}"
                self.problems.append(Problem(f"{file}:1", None, "link", message))
                continue
            for found, offset in read_file(path, file):
                if isinstance(found, ValidationFailed):
                    self.problems += found.problems
                else:
                    self._add(found, offset)
        provided = {} if self.manifest is None else self.manifest.provided
        for (types, fqn), problem in self._needed.items():
            if any(self._has(each, fqn) or fqn in provided.get(each, ()) for each in types):
                continue
            self.missing.append(MissingReference(types, fqn, problem))
        self._needed.clear()

    def _has(self, entity_type: str, fqn: str) -> bool:
        """Return whether a document says how to create an entity."""
        entry = self._entry((entity_type, fqn))
        return entry is not None and entry.has_request

    def _entry(self, key: Key) -> _Entry | None:
        found = self._entries.get(key)
        return None if found is None else _Entry(*found)

    def _add(self, document: Document, offset: int) -> None:
        """Note a document and what is wrong with it."""
        known = self._entry(document.key)
        if known is not None:
            place = f"{known.file}:{known.first_line}"
            message = f"{document} has another document in {place}; remove one of them"
            self.problems.append(document.problem("fullyQualifiedName", message, "unique"))
            return
        self._entries[document.key] = _Entry(
            document.file, offset, document.first_line, bool(document.request),
            FOLLOWERS in document.sections,
        )  # fmt: skip
        if len(self._entries) <= _CACHED:
            self._cache[document.key] = document
        entity = self.release.entities.get(document.type)
        if not document.request and entity is not None:
            self._needed[(document.type,), document.fqn] = document.problem(
                "", f"{document} has no create request, so the target must have it", "reference"
            )
            return
        if entity is None or entity.create is None:
            self._add_problems(document, [self._unknown_type(document)])
            return
        self._note_references(entity, document)
        self._check_request(self.release.node(entity.create), document)

    def _unknown_type(self, document: Document) -> Problem:
        creatable = [each.name for each in self.release.entities.values() if each.create]
        name = self.release.name
        message = f"release {name} has no create request for {document.type!r}"
        near = nearest(document.type, creatable)
        return document.problem("type", message, "type", document.type, near)

    def _note_references(self, entity: EntityType, document: Document) -> None:
        above = []
        required = self.release.node(entity.create or "").required
        for path, types, fqn in named_references(self.release, entity, document.request):
            # The entity of the same name may be one that servers have from the start.
            if path != NAME_PATH and (types, fqn) not in self._needed:
                what = " or ".join(types)
                message = f"{what} {fqn!r} has no document in the catalogue"
                self._needed[types, fqn] = document.problem(
                    f"request.{path}", message, "reference", fqn
                )
            edges = [(document.type, each) for each in types]
            self._edges.update(edges)
            if parse_path(path)[0] in required:
                self._required.update(edges)
            if document.type in types:
                above.append((document.type, fqn))
        if above:
            self._above[document.key] = above

    def _check_request(self, create: Node, document: Document) -> None:
        """Note what is wrong with a request in the release of the catalogue."""
        try:
            made = self.request(document)
        except RequestInvalid as error:
            self._note(document, error.problems)
            return
        except NotSupported as error:
            self._add_problems(document, [document.problem("type", str(error))])
            return
        faults = validator(self.release).check(create, with_ids(create, made.request))
        self._note(document, faults)
        self._add_problems(document, [*_secret_problems(create, document)])
        self._check_name(document)
        _, missing = resolve_secrets(create, document.request)
        for path, place in missing:
            message = f"the secret {place} is not set"
            self.unresolved.append(document.problem(f"request.{path}", message, "secret", place))

    def _check_name(self, document: Document) -> None:
        """Note that the request creates an entity of another name than the document has.

        Names are compared as far as it is known how servers make them: some write them in lower
        case, or add a part.
        """
        entity, name = self.release.entities[document.type], document.request.get("name")
        made = request_name(self.release, entity, document.request)
        if not isinstance(name, str) or not made:
            return
        found = document.fqn.casefold()
        end = rf'(^|[.:"]){re.escape(name.casefold())}"?$'
        if found != made.casefold() and re.search(end, found) is None:
            message = (
                f"fullyQualifiedName is {document.fqn!r}, but the request creates {made!r};"
                " correct one of them"
            )
            self._add_problems(document, [document.problem("", message, "name", document.fqn)])

    def _note(self, document: Document, faults: Iterable[Problem]) -> None:
        found = []
        for fault in faults:
            path = f"request.{fault.path}" if fault.path else "request"
            found.append(
                document.problem(path, fault.message, fault.rule, fault.value, fault.nearest)
            )
        self._add_problems(document, found)

    def _add_problems(self, document: Document, problems: list[Problem]) -> None:
        if not problems:
            return
        if document.release == self.release.name:
            self.problems += problems
        else:
            self.untranslatable.setdefault(document.key, []).extend(problems)

    def _references(self, entity: EntityType, document: Document) -> Iterator[Reference]:
        for path, types, fqn in named_references(self.release, entity, document.request):
            known = (each for each in types if (each, fqn) in self._entries)
            yield Reference(path, next(known, types[0]), fqn)

    def _document(self, key: tuple[str, str]) -> Document:
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        entry = _Entry(*self._entries.get(key))
        return document_at(self.folder / entry.file, entry.file, entry.offset, entry.first_line)

    def _ranked(self) -> dict[str, int]:
        """Return the places of entity types in the order of iteration."""
        types = self._entries.types()
        order = type_order(self.release, types, self._edges, self._required)
        return {name: number for number, name in enumerate(order)}

    def _arranged(self, entity_type: str) -> dict[str, int]:
        """Return the places of the names of a type in the order of iteration.

        It is empty for a type whose entities do not refer to each other: the order of their names
        is that of the index, and need not be kept.
        """
        if entity_type not in self._places:
            above = {key: names for key, names in self._above.items() if key[0] == entity_type}
            keys = [(entity_type, fqn) for fqn in self._entries.names(entity_type)] if above else []
            self._places[entity_type] = {
                fqn: number for number, (_, fqn) in enumerate(name_order(keys, above))
            }
        return self._places[entity_type]


def _secret_problems(create: Node, document: Document) -> Iterator[Problem]:
    """Yield masks and misspelt places where secrets have to be; servers would store them."""
    for path in mask_paths(create, document.request):
        message = "is a mask, which the server would store in place of the secret; write its place"
        yield document.problem(f"request.{path}", f"{message}, ${{env:NAME}}", "secret")
    for path, value in secret_places(create, document.request):
        if is_wrong_place(value):
            message = "is not the place of a secret; write ${env:NAME} or ${keyring:service/name}"
            yield document.problem(f"request.{path}", message, "secret")
