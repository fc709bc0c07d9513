"""Children of entities, columns of wide tables, and hierarchies as trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dynclient import model
from dynclient.dispatch.entity_list import EntityList
from dynclient.dispatch.pagination import Listing, Page
from dynclient.display import blocks
from dynclient.display.displayed import Displayed
from dynclient.errors import NotFound
from dynclient.extensions.base import CollectionExtension
from dynclient.extensions.offset_pages import offset_listing
from dynclient.operations.operation import Plan
from dynclient.secrets import printable
from dynclient.session.requested_fields import requested_fields

_CHILDREN, _COLUMNS = "children", "columns"
_LINKS = {_CHILDREN: False, "parent": True, "parents": True}
"""The fields that link entities, and whether they name the one above."""
_EDGES = (("├── ", "│   "), ("└── ", "    "))
"""The lines before a branch and before those below it; those of the last branch differ."""


class Branch(Displayed):
    """One entity of a tree, with those below it.

    Args:
        entity: the entity.

    Attributes:
        entity: the entity, with the fields that a list returns.
        children: the branches below it.
    """

    __slots__ = ("children", "entity")

    def __init__(self, entity: Any) -> None:
        self.entity = entity
        self.children: list[Branch] = []

    @property
    def name(self) -> str:
        """The name of the entity."""
        return str(model.raw(self.entity).get("name"))

    def walk(self) -> Iterator[Branch]:
        """Yield this branch and all below it, each before those below it."""
        rest = [self]
        while rest:
            branch = rest.pop()
            yield branch
            rest += reversed(branch.children)

    def __iter__(self) -> Iterator[Branch]:
        return iter(self.children)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def _blocks(self) -> Iterator[blocks.Block]:
        yield blocks.Tree([_drawn(self)])

    def __repr__(self) -> str:
        return f"<Branch {printable(self.name)}, {len(self.children)} below it; print() shows them>"


class Tree(Displayed):
    """The entities of a collection below each other: ``print()`` it, loop over its roots.

    Args:
        roots: the branches that are below no other.

    Attributes:
        roots: the branches that are below no other.
    """

    __slots__ = ("roots",)

    def __init__(self, roots: list[Branch]) -> None:
        self.roots = roots

    def walk(self) -> Iterator[Branch]:
        """Yield all branches, each before those below it."""
        for root in self.roots:
            yield from root.walk()

    def find(self, name: str) -> Branch | None:
        """Return the branch of an entity, or None if there is none.

        Args:
            name: its name or its fully qualified name; of several, the first one is returned.
        """
        for branch in self.walk():
            raw = model.raw(branch.entity)
            if name in {raw.get("fullyQualifiedName"), raw.get("name")}:
                return branch
        return None

    def __iter__(self) -> Iterator[Branch]:
        return iter(self.roots)

    def __len__(self) -> int:
        """Return the number of entities in the tree."""
        return sum(1 for _ in self.walk())

    def __str__(self) -> str:
        return "\n".join(line for root in self.roots for line in _lines(root))

    def _blocks(self) -> Iterator[blocks.Block]:
        count = len(self)
        yield blocks.Text(f"{count} {'entity' if count == 1 else 'entities'}", "quiet")
        yield blocks.Tree([_drawn(root) for root in self.roots])

    def __repr__(self) -> str:
        return f"<Tree of {len(self)} with {len(self.roots)} at the top; print() shows it>"


class Hierarchy(CollectionExtension):
    """What is below entities: ``om.teams.tree()``, ``om.containers.children(c)``."""

    name = "hierarchy"
    operations = "hierarchy"

    def tree(self, root: Any = None, **filters: Any) -> Tree:
        """Return the entities of the collection as a tree; reads all of them.

        Args:
            root: an entity, by id, name or itself, if only the tree below it is needed.
            filters: as for ``list``: ``glossary=`` of glossary terms, ``parent=`` of tags.

        Raises:
            NotFound: the root does not exist, or does not meet the filters.
            BadArguments: the list does not take these filters.
        """
        identity = None if root is None else self.id_of(root)
        operation = self.spec.operations["list"]
        arguments = {
            "page_size": self.session.settings.page_size,
            **filters,
            "fields": list(dict.fromkeys(n for each in _LINKS for n in self._fields(each))) or None,
        }
        branches = {
            str(model.raw(each)["id"]): Branch(each)
            for each in self.session.listing(Plan(operation, arguments))
        }
        pairs: dict[tuple[str, str], None] = {}
        for key, branch in branches.items():
            raw = model.raw(branch.entity)
            for name, is_above in _LINKS.items():
                for reference in _listed(raw.get(name)):
                    pair = (key, reference["id"])
                    pairs[pair[::-1] if is_above else pair] = None
        below = set()
        for above, child in pairs:
            if above in branches and child in branches:
                branches[above].children.append(branches[child])
                below.add(child)
        if identity is None:
            return Tree([branch for each, branch in branches.items() if each not in below])
        if identity not in branches:
            raise _not_listed(self.attribute, root)
        return Tree([branches[identity]])

    def children(self, target: Any) -> Listing:
        """Return a lazy list of references to what is directly below an entity.

        Args:
            target: the entity, by id, name, reference or itself.

        Raises:
            NotFound: the entity does not exist.
        """
        return self._listing(_CHILDREN, target, self._fields(_CHILDREN), {})

    def ancestors(self, target: Any) -> list[Any]:
        """Return the entities above an entity, the outermost first; one request for each.

        Args:
            target: the entity, by id, name, reference or itself.

        Raises:
            NotFound: the entity does not exist.
        """
        fields = self._fields("parent")
        found: dict[str, Any] = {}
        above = model.raw(self.read(target, fields=fields)).get("parent")
        while above is not None and above["id"] not in found:
            entity = self.read(above["id"], fields=fields)
            found[above["id"]] = entity
            above = model.raw(entity).get("parent")
        return EntityList([*found.values()][::-1])

    def columns(self, target: Any, fields: str | Sequence[str] | None = None) -> Listing:
        """Return a lazy list of the columns of an entity, in pages where the server has them.

        Args:
            target: the table, by id, name, reference or itself.
            fields: more fields of the columns: ``["tags", "profile"]``.

        Raises:
            NotFound: the table does not exist.
        """
        names = [fields] if isinstance(fields, str) else [*(fields or ())]
        field_names = [*self._fields(_COLUMNS), *names]
        return self._listing(_COLUMNS, target, field_names, {"fields": names or None})

    def _listing(
        self, field: str, target: Any, field_names: list[str], arguments: dict[str, Any]
    ) -> Listing:
        name = self.name_of(target)
        operation = self.operation(field) if self.has_operation(field) else None

        def from_entity(more: dict[str, Any]) -> Page:
            found = self.read(name, fields=field_names)
            listed = list(found[field] or ())
            total = {"total": len(listed)}
            return Page([] if more.get("page_size") == 0 else listed, total)

        return offset_listing(self.session, operation, {"fqn": name, **arguments}, from_entity)

    def _fields(self, field: str) -> list[str]:
        """Return the names in ``fields=`` that request a field."""
        if field not in self.spec.entity.properties:
            return []
        known = requested_fields(self.session.release)
        return [*known.needed(self.spec.entity.name, field)]


def _listed(value: Any) -> list[Any]:
    """Return the references of a field, which may be one or none."""
    return value if isinstance(value, list) else [value] if value else []


def _drawn(branch: Branch) -> blocks.Branch:
    """Return a branch to be drawn; without recursion, since data may be deep."""
    roots: list[blocks.Branch] = []
    rest = [(branch, roots)]
    while rest:
        each, siblings = rest.pop()
        below: list[blocks.Branch] = []
        siblings.append(blocks.Branch(_label(each), below))
        rest += [(child, below) for child in reversed(each.children)]
    return roots[0]


def _label(branch: Branch) -> str:
    """Return the name of a branch, and what people call it if that differs."""
    title = model.raw(branch.entity).get("displayName")
    return f"{branch.name} ({title})" if title and title != branch.name else branch.name


def _lines(branch: Branch) -> Iterator[str]:
    """Yield the lines of a branch as text."""
    rest = [(branch, "", "")]
    while rest:
        each, first, below = rest.pop()
        yield first + printable(each.name)
        for position, child in enumerate(reversed(each.children)):
            before, under = _EDGES[position == 0]
            rest.append((child, below + before, below + under))


def _not_listed(attribute: str, root: Any) -> NotFound:
    label = root if isinstance(root, str) else model.name_of(model.raw(root))
    message = f"{label} is not in the list of {attribute} that meet the filters"
    return NotFound(message, status=404, code=404, method="GET", url="", request_id=None)
