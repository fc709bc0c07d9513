"""Which entity a call is about: by id, fully qualified name, entity or reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadName, Problem
from dynclient.operations.operation import Plan, is_id

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec


class KeyReader(NamedTuple):
    """Reads the arguments of one call that say which entity it is about."""

    spec: CollectionSpec
    label: str
    """The call as errors name it: ``tables.get``."""

    def key(self, values: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, str]:
        """Return ("id", id) or ("fqn", fully qualified name) of an entity.

        Args:
            values: an id, a name, an entity or a reference to one; or several names.
            keywords: of the call; if there are no values, ``id`` or ``fqn`` is taken out of them.

        Raises:
            BadArguments: there is no key, or it is not one.
        """
        for keyword in ("id", "fqn"):
            if not values and keywords.get(keyword) is not None:
                return self._by_keyword(keyword, keywords.pop(keyword))
        if len(values) == 1 and isinstance(values[0], tuple):
            values = values[0]
        if not values:
            raise self._error(
                "", None, "the entity is missing; pass its id, its name or the entity itself"
            )
        if len(values) > 1:
            try:
                return "fqn", fqn.build(*values)
            except BadName as error:
                raise self._error("", values, str(error)) from None
        return self._by_value(values[0])

    def id(
        self,
        values: tuple[Any, ...],
        keywords: dict[str, Any],
        look_up: Callable[[Plan], Any],
        include: str = "non-deleted",
    ) -> str:
        """Return the id of an entity; requests it from the server if only its name is known.

        Args:
            values: as for :meth:`key`.
            keywords: as for :meth:`key`.
            look_up: carries out the plan of the request.
            include: which entities the request finds: ``non-deleted``, ``deleted`` or ``all``.

        Raises:
            BadArguments: as for :meth:`key`.
            NotFound: the server has no entity of that name.
        """
        kind, key = self.key(values, keywords)
        if kind == "id":
            return key
        operation = self.spec.operations["get_by_name"]
        return str(model.raw(look_up(Plan(operation, {"fqn": key, "include": include})))["id"])

    def _error(self, argument: str, value: Any, message: str) -> Exception:
        shown = value if value is None or isinstance(value, str) else type(value).__name__
        return bad_arguments(self.label, [Problem(argument, shown, "argument", message)])

    def _by_keyword(self, keyword: str, value: Any) -> tuple[str, str]:
        if isinstance(value, model.Entity):
            return self._by_entity(value)
        from uuid import UUID

        if not isinstance(value, (str, UUID)):
            kind = "a UUID" if keyword == "id" else "a name"
            message = f"must be {kind} or an entity, not {type(value).__name__}"
            raise self._error(keyword, value, message)
        text = str(value)
        if keyword == "id" and not is_id(text):
            # Servers have no route for it, and would respond as if the collection did not exist.
            message = f"must be a UUID, not {text!r}; use fqn= for a name"
            raise self._error("id", text, message)
        return keyword, text

    def _by_value(self, value: Any) -> tuple[str, str]:
        if isinstance(value, model.Entity):
            return self._by_entity(value)
        if isinstance(value, str):
            text = "".join(value)
            if not text:
                raise self._error("", value, "the name must not be empty")
            return ("id" if is_id(text) else "fqn"), text
        from uuid import UUID

        if isinstance(value, UUID):
            return "id", str(value)
        kind = type(value).__name__
        hint = ""
        if isinstance(value, int):
            hint = f"; om.{self.spec.attribute}.list() has positions, such as [0] and [:5]"
        raise self._error("", kind, f"must be an id, a name or an entity, not {kind}{hint}")

    def _by_entity(self, entity: Any) -> tuple[str, str]:
        raw, node, own = model.raw(entity), model.schema_of(entity), self.spec.entity
        kind = model.type_of(entity) or own.name
        if kind.casefold() != own.name.casefold():
            raise self._error("", node.type_name, f"must be a {own.name}, not a {kind}")
        for place, field in (("id", "id"), ("fqn", "fullyQualifiedName"), ("fqn", "name")):
            if isinstance(raw.get(field), str):
                return place, raw[field]
        raise self._error("", node.type_name, "has neither an id nor a name")
