"""Makes plans: reads the entities of a server page by page and compares them with documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.applied_state import Applied, AppliedState, stamp_of
from dynclient.as_code.catalogue_plan import CataloguePlan, Kept, Lost, MergeConflict
from dynclient.as_code.entity_documents import EntityDocuments, entity_name
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.merged_fields import Clash, merge_fields, with_known_secrets
from dynclient.as_code.plan_actions import CHANGE, CREATE, DELETE, KEEP, RESTORE, Action
from dynclient.as_code.request_fields import LeftOut, Reference
from dynclient.as_code.section_changes import definition_changes, section_changes
from dynclient.as_code.sections import PATCHED, Switches
from dynclient.as_code.translated_documents import Translated, translated_document
from dynclient.as_code.unordered_lists import UnorderedLists
from dynclient.bulk.order import type_level
from dynclient.drift.translate import remove
from dynclient.extensions.entity_diff import FieldChange
from dynclient.extensions.versions import Versions
from dynclient.operations.operation import Plan
from dynclient.session.property_values import DEFINITIONS
from dynclient.validation.messages import format_path, parse_path

if TYPE_CHECKING:
    from dynclient.as_code.catalogue import Catalogue
    from dynclient.as_code.documents import Document
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session


class Options(NamedTuple):
    """How a plan is made; see ``om.plan``."""

    prune: bool = False
    overwrite: bool = False


class Planner:
    """Makes one plan.

    Args:
        session: the session of the server.
        catalogue: the documents, read for the release of the server.
        state: what was applied to the server last.
        options: how the plan is made.
    """

    def __init__(
        self, session: Session, catalogue: Catalogue, state: AppliedState, options: Options
    ) -> None:
        self._session = session
        self._release = session.release
        self._catalogue = catalogue
        self._state = state
        self._options = options
        self._plan = CataloguePlan(str(catalogue.folder), session.host, session.release.name)
        self._later: dict[Key, list[tuple[str, Key]]] = {}
        self._depths: dict[Key, int] = {}
        self._levels: dict[tuple[int, int], tuple[int, int]] = {}
        self._readers: dict[bool, EntityDocuments] = {}
        self._authors: dict[str, Any] = {}
        self._lost: set[Key] = set()
        """Documents that the release of the server has no place for."""

    def plan(self) -> CataloguePlan:
        """Return the plan; only reads are sent.

        Raises:
            ValidationFailed: something is wrong with the documents, or what they refer to does not
                exist; lists all problems with file and line.
        """
        self._catalogue.check(self._exists, without_secrets=True)
        self._plan.unresolved = [*self._catalogue.unresolved]
        self._lose_documents()
        for level, entity_type in enumerate(self._catalogue.types()):
            if any((entity_type, fqn) not in self._lost for fqn in self._names(entity_type)):
                self._plan_type(level, entity_type)
        self._link()
        if self._options.prune:
            self._prune()
        return self._plan

    def _names(self, entity_type: str) -> Iterator[str]:
        """Yield the names of the documents of a type that the release has a place for."""
        for fqn in self._catalogue.names(entity_type):
            if (entity_type, fqn) not in self._lost:
                yield fqn

    def _exists(self, entity_type: str, fqn: str) -> bool:
        """Return whether the server has an entity that no document is about."""
        entity = self._release.entities.get(entity_type)
        operation = self._session.find(entity).operations.get("get_by_name") if entity else None
        if operation is None:
            return False
        return self._session.find_one(Plan(operation, {"fqn": fqn})) is not None

    # -- the entities of a type --------------------------------------------------------------------

    def _plan_type(self, level: int, entity_type: str) -> None:
        spec = self._session.find(self._release.entities[entity_type])
        seen = KeyIndex()
        found: dict[str, Action] = {}
        reader = self._reader(entity_type)
        for raw in _read(reader, spec, self._names(entity_type), self._session):
            fqn = entity_name(raw)
            key = (entity_type, fqn)
            document = None if key in self._lost else self._catalogue.find(*key)
            if document is None or (key in seen and raw.get("deleted")):
                continue
            seen[key] = None
            found.pop(fqn, None)
            action = self._compare(spec, reader, document, raw)
            if action is not None:
                action.settle(self._plan.contents)
                found[fqn] = action
        for fqn in self._names(entity_type):
            action = found.get(fqn)
            if action is None and (entity_type, fqn) not in seen:
                document = self._catalogue.find(entity_type, fqn)
                action = None if document is None else self._create(document)
            if action is None:
                self._plan.unchanged += 1
                continue
            action.level = self._level(level, self._depths.get(action.key, 0))
            self._plan.unchanged += action.kind == KEEP
            action.settle(self._plan.contents)
            self._plan.actions.append(action)

    def _level(self, *numbers: int) -> tuple[int, int]:
        """Return a level; those of many actions are the same object."""
        first, second = numbers
        return self._levels.setdefault((first, second), (first, second))

    def _reader(self, entity_type: str) -> EntityDocuments:
        followers = any(
            self._catalogue.has_followers(entity_type, fqn) for fqn in self._names(entity_type)
        )
        if followers not in self._readers:
            self._readers[followers] = EntityDocuments(self._session, Switches(followers=followers))
        return self._readers[followers]

    def _create(self, document: Document) -> Action:
        """Return the creation of an entity, and note what it refers to that comes later."""
        translated = self._translated(document)
        fields = translated.all_fields
        changes = tuple(FieldChange(name, None, value) for name, value in fields.items())
        action = Action(
            CREATE, *document.key, document.place(), changes=changes, translated=translated.changes
        )
        content = _content(document, translated)
        content["sections"] = _sections(document)
        action.content = content
        for each in translated.references:
            key = (each.type, each.fqn)
            if key not in self._catalogue:
                continue
            if not self._catalogue.is_before(key, document.key):
                self._later.setdefault(document.key, []).append((each.path, key))
            elif each.type == document.type:
                depth = self._depths.get(key, 0) + 1
                self._depths[document.key] = max(depth, self._depths.get(document.key, 0))
        return action

    def _translated(self, document: Document) -> Translated:
        """Return a document as the release of the server has it; note what it has no place for."""
        translated = translated_document(self._release, document)
        left_out = [*translated.left_out]
        for each in self._lost_references(translated):
            step = parse_path(each.path)
            is_item = isinstance(step[-1], int) or len(step) == 1
            remove(translated.request, format_path(step if is_item else step[:-1]))
            reason = f"It refers to {each.type} {each.fqn}, which has no place"
            left_out.append(LeftOut(each.path, reason))
        for lost in left_out:
            place = document.place(f"request.{lost.path}")
            self._plan.lost.append(Lost(*document.key, place, lost.path, lost.reason))
        return translated

    def _lost_references(self, translated: Translated) -> list[Reference]:
        """Return the references to what is not created, from the end of lists."""
        found = [each for each in translated.references if (each.type, each.fqn) in self._lost]
        return sorted(
            found,
            key=lambda each: [str(step).zfill(6) for step in parse_path(each.path)],
            reverse=True,
        )

    def _lose_documents(self) -> None:
        """Note the documents that have no place, and those that cannot be without them."""
        for key, problems in self._catalogue.untranslatable.items():
            self._lost.add(key)
            self._plan.lost += [Lost(*key, each.path, "", f"{each.message}") for each in problems]
        for document in self._catalogue if self._lost else ():
            entity = self._release.entities.get(document.type)
            if document.key in self._lost or entity is None or not document.request:
                continue
            required = self._release.node(entity.create or "").required
            translated = translated_document(self._release, document)
            for each in self._lost_references(translated):
                if each.path and parse_path(each.path)[0] in required:
                    self._lost.add(document.key)
                    reason = f"It needs {each.type} {each.fqn}, which has no place"
                    place = document.place(f"request.{each.path}")
                    self._plan.lost.append(Lost(*document.key, place, each.path, reason))
                    break

    # -- an entity that exists ---------------------------------------------------------------------

    def _compare(
        self, spec: CollectionSpec, reader: EntityDocuments, document: Document, raw: dict[str, Any]
    ) -> Action | None:
        """Return what has to be done with an entity that exists; None for nothing."""
        is_deleted = bool(raw.get("deleted"))
        if document.referenced and not is_deleted:
            return None
        common = (*document.key, document.place(), str(raw["id"]), stamp_of(raw))
        if not document.request:
            return self._compare_definitions(spec, reader, document, raw)
        found = reader.document(spec, raw).document
        translated = self._translated(document)
        applied = self._state.get(document.key)
        base = self._base(applied)
        current = {**found.request, **(found.sections.get(PATCHED) or {})}
        mine = self._comparable(spec, translated, current, base)
        if base is not None:
            base = self._known(spec, base, current)
        is_unchanged = applied is not None and applied.stamp == stamp_of(raw)
        merged = merge_fields(
            mine, current, base, is_unchanged=is_unchanged, overwrite=self._options.overwrite,
            unordered=UnorderedLists.of(self._release, spec.entity),
        )  # fmt: skip
        for clash in merged.clashes:
            self._plan.conflicts.append(self._conflict(document, clash, raw))
        author, at = str(raw.get("updatedBy") or ""), int(raw.get("updatedAt") or 0)
        for change in merged.kept:
            self._plan.kept.append(Kept(*document.key, change, author, at))
        sections, section_diff = section_changes(
            self._session, spec, document, raw, found, None if applied is None else applied.sections
        )
        content = _content(document, translated)
        content.update(values=merged.values, old=merged.old, sections=sections)
        changes = (*merged.changes, *section_diff)
        action = Action(CHANGE, *common, changes, translated.changes)
        if is_deleted:
            action.kind = RESTORE
        elif not changes:
            is_known = applied is not None and applied.request == translated.all_fields
            if is_known or merged.clashes:
                return None
            action.kind = KEEP
        action.content = content
        return action

    def _base(self, applied: Applied | None) -> dict[str, Any] | None:
        """Return what was applied last; None if it was to another release of the server."""
        if applied is None or applied.release != self._release.name:
            return None
        return applied.request

    def _comparable(
        self,
        spec: CollectionSpec,
        translated: Translated,
        current: Mapping[str, Any],
        base: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the fields of a document that the entity has, too; others are only sent."""
        known = {*spec.entity.properties, *current}
        fields = {name: each for name, each in translated.all_fields.items() if name in known}
        return self._known(spec, fields, current, base)

    def _known(
        self,
        spec: CollectionSpec,
        fields: dict[str, Any],
        current: Mapping[str, Any],
        base: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        create = self._release.node(spec.entity.create or "")
        own = self._release.node(spec.entity.path)
        found = with_known_secrets(create, fields, current, base)
        return with_known_secrets(own, found, current, base)

    def _compare_definitions(
        self, spec: CollectionSpec, reader: EntityDocuments, document: Document, raw: dict[str, Any]
    ) -> Action | None:
        """Return what has to be done with the custom properties of a type."""
        needed, changes = definition_changes(document, reader.definitions(spec.entity, raw))
        if not changes:
            return None
        common = (*document.key, document.place(), str(raw["id"]), stamp_of(raw))
        action = Action(CHANGE, *common, tuple(changes))
        action.content = {"sections": {DEFINITIONS: needed}}
        return action

    # -- conflicts ---------------------------------------------------------------------------------

    def _conflict(self, document: Document, clash: Clash, raw: dict[str, Any]) -> MergeConflict:
        """Return a conflict with who changed the place, and when, from the versions."""
        by, at, version = str(raw.get("updatedBy") or ""), raw.get("updatedAt"), raw.get("version")
        top = clash.path.partition(".")[0].partition("[")[0]
        for each in self._versions(document.type, str(raw["id"])):
            if top in {change.partition(".")[0].partition("[")[0] for change in each.changes}:
                changed = model.raw(each.entity)
                by, at, version = each.by, changed.get("updatedAt"), each.number
                break
        place = document.place(f"request.{top}")
        return MergeConflict(
            *document.key, place, clash.path, clash.base, clash.mine, clash.current, str(by or ""),
            int(at or 0), str(version),
        )  # fmt: skip

    def _versions(self, entity_type: str, id: str) -> Any:
        """Return the versions of an entity, the newest first; none if the server keeps none."""
        if id not in self._authors:
            spec = self._session.find(self._release.entities[entity_type])
            is_kept = "versions" in spec.operations
            reference = {"id": id, "type": entity_type}
            self._authors[id] = Versions(self._session).history(reference) if is_kept else ()
        return self._authors[id]

    # -- references to what comes later ------------------------------------------------------------

    def _link(self) -> None:
        """Set references between entities that refer to each other after both were created."""
        needed = {key for later in self._later.values() for _, key in later}
        created = {
            each.key for each in self._plan.actions if each.kind == CREATE and each.key in needed
        }
        for action in self._plan.actions:
            later = [path for path, key in self._later.get(action.key, ()) if key in created]
            if action.kind != CREATE or not later:
                continue
            content = action.content
            entity = self._release.entities[action.type]
            required = self._release.node(entity.create or "").required
            names = {str(parse_path(path)[0]) for path in later} & content["request"].keys()
            names -= {*required}
            content["links"] = {name: content["request"].pop(name) for name in sorted(names)}
            action.content = content

    # -- deletions ---------------------------------------------------------------------------------

    def _prune(self) -> None:
        """Delete what an earlier apply created and has no document any more."""
        stale: dict[str, dict[str, Applied]] = {}
        for key in self._state.entities():
            applied = self._state.get(key) if key not in self._catalogue else None
            if applied is not None and applied.is_ours and key[0] in self._release.entities:
                stale.setdefault(key[0], {})[key[1]] = applied
        found = []
        for entity_type, known in stale.items():
            spec = self._session.find(self._release.entities[entity_type])
            for raw in _read(EntityDocuments(self._session), spec, known, self._session):
                fqn = entity_name(raw)
                if fqn not in known or raw.get("deleted"):
                    continue
                if known[fqn].stamp not in ("", stamp_of(raw)) and not self._options.overwrite:
                    self._plan.conflicts.append(_changed(entity_type, fqn, raw))
                    continue
                level = -type_level(self._release, spec.entity), -fqn.count(".")
                found.append(
                    Action(DELETE, entity_type, fqn, "", str(raw["id"]), stamp_of(raw), level=level)
                )
        # What is below others goes first.
        self._plan.actions += sorted(found, key=lambda each: (each.level, each.type, each.fqn))


def _changed(entity_type: str, fqn: str, raw: Mapping[str, Any]) -> MergeConflict:
    """Return the conflict of an entity that would be deleted and that somebody else changed."""
    return MergeConflict(
        entity_type, fqn, "", "", "as it was created", None, "changed since",
        str(raw.get("updatedBy") or ""), int(raw.get("updatedAt") or 0), str(raw.get("version")),
    )  # fmt: skip


def _content(document: Document, translated: Translated) -> dict[str, Any]:
    return {
        "request": translated.request, "fields": translated.fields, "links": {},
        "document": document.sections,
    }  # fmt: skip


def _sections(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.sections.items() if name != PATCHED}


def _read(
    reader: EntityDocuments, spec: CollectionSpec, fqns: Iterable[str], session: Session
) -> Iterator[dict[str, Any]]:
    """Yield the entities of a collection page by page; one by one where there is no list."""
    if "list" in spec.operations:
        filters = {"include": "all"} if spec.entity.deleted else {}
        yield from reader.entities(spec, filters)
        return
    for fqn in fqns:
        arguments = {"fqn": fqn, "fields": reader.fields(spec)}
        entity = session.find_one(Plan(spec.operations["get_by_name"], arguments))
        if entity is not None:
            yield model.raw(entity)


def _place_order(reference: Reference) -> list[str]:
    """Return what references are sorted by, so that items come in their order in lists."""
    return [str(step).zfill(6) for step in parse_path(reference.path)]
