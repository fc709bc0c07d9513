"""Operations that a server offers beside the usual ones: ``om.tables.op``, and ``om.op``.

They are told by the server's OpenAPI document. Looking around uses what is known of it already;
naming one that is not known yet asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.dispatch import bad_arguments, label
from dynclient.dispatch.binding import BoundArguments, nearest
from dynclient.errors import BadArguments, Problem, UnknownOperation
from dynclient.session.plan import Plan
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.openapi.index import Index, OperationInfo
    from dynclient.openapi.operations import CallableOperation
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Node
    from dynclient.session.session import Session


class ExtraOperations:
    """Operations of one collection, or of the server, as attributes.

    By item they can be had by their ``operationId``, or by method and path, too:
    ``om.tables.op["PUT /v1/tables/{id}/sampleData"]``.

    Args:
        session: of the server.
        attribute: name of the collection; None for what belongs to none.
    """

    def __init__(self, session: Session, attribute: str | None = None) -> None:
        self._session = session
        self._attribute = attribute
        self._named: tuple[Index, dict[str, OperationInfo]] | None = None
        self._made: dict[str, CallableOperation] = {}

    # -- what there is -----------------------------------------------------------------------------

    def _spec(self) -> CollectionSpec | None:
        return None if self._attribute is None else self._session.contract.spec(self._attribute)

    def _names(self, index: Index | None) -> dict[str, OperationInfo]:
        """Return what an index tells, by Python name."""
        if index is None:
            return {}
        if self._named is None or self._named[0] is not index:
            from dynclient.openapi.operation_names import operation_names

            contract, spec = self._session.contract, self._spec()
            routes = tuple(contract.spec(attribute).route for attribute in contract)
            told = index.beside(routes) if spec is None else index.below(spec.route, routes)
            names = operation_names(told, "/v1" if spec is None else spec.route)
            self._named, self._made = (index, names), {}
        return self._named[1]

    def _glanced(self) -> dict[str, OperationInfo]:
        """Return what is known without asking the server."""
        if self._session.known_release is None:
            return {}
        return self._names(self._session.contract.completion_index())

    def _served(self, name: str, *, ask: bool) -> CallableOperation:
        """Return an operation by name.

        Args:
            name: its Python name.
            ask: whether the server may be asked; else what completion shows will do.
        """
        from dynclient.openapi.operations import to_operation

        known = self._names(self._session.contract.openapi) if ask else self._glanced()
        told = known.get(name)
        if told is None:
            raise self._unknown(name)
        if told.key not in self._made:
            self._made[told.key] = to_operation(name, told, self._session.release, self._spec())
        return self._made[told.key]

    def _unknown(self, name: str) -> UnknownOperation:
        index = self._session.contract.openapi
        known = self._names(index)
        whose = "the server" if self._attribute is None else self._attribute
        if index is None:
            message = f"which operations {whose} offers is not known: {self._session.contract.why}"
            return UnknownOperation(message, name=name, obj=self, nearest=())
        right = self._meant(name)
        if right is not None:
            message = f"{name!r} of the server is called {right!r} here"
            return UnknownOperation(message, name=name, obj=self, nearest=(right,))
        near = nearest(name, list(known))
        hint = did_you_mean(near, f"; dir() lists the {len(known)}")
        message = f"{whose} of {index.version} offers no operation {name!r}{hint}"
        return UnknownOperation(message, name=name, obj=self, nearest=near)

    def _meant(self, key: str) -> str | None:
        """Return the name of what is meant by an operationId, or by method and path."""
        known = self._names(self._session.contract.openapi)
        for name, told in known.items():
            if key in {name, told.identity, told.key}:
                return name
        return None

    # -- access ------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> ExtraOperation:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        if name not in self._glanced() and name not in self._names(self._session.contract.openapi):
            raise self._unknown(name)
        return ExtraOperation(self, name)

    def __getitem__(self, key: str) -> ExtraOperation:
        """Return an operation by its name, its ``operationId``, or its method and path.

        Raises:
            UnknownOperation: there is none.
        """
        name = self._meant(key)
        if name is None:
            raise self._unknown(key)
        return ExtraOperation(self, name)

    def __dir__(self) -> list[str]:
        hidden = [name for name in object.__dir__(self) if name.startswith("__")]
        return sorted([*hidden, *self._glanced()])

    def _ipython_key_completions_(self) -> list[str]:
        return [told.key for told in self._glanced().values()]

    def __repr__(self) -> str:
        whose = "the server" if self._attribute is None else self._attribute
        known = self._glanced()
        if not known and self._session.server.index is None:
            return f"<operations of {whose}, not asked for yet; om.contract.load() does>"
        return f"<{len(known)} operations of {whose}; dir() lists them>"

    def __reduce__(self) -> tuple[Any, ...]:
        return ExtraOperations, (self._session, self._attribute)


class _Words:
    """The docstring of an operation; a descriptor, so that nothing is written before it is read."""

    def __get__(self, instance: ExtraOperation | None, owner: type | None = None) -> str:
        if instance is None:
            return "One operation that a server offers; call it, or ask for help() on it."
        from dynclient.client import docstrings

        return docstrings.offer_doc(*instance._glanced())


class ExtraOperation:
    """One operation that a server offers; call it, or ask for ``help()`` on it."""

    __slots__ = ("__name__", "__qualname__", "_offers")

    __module__ = "dynclient"

    def __init__(self, offers: ExtraOperations, name: str) -> None:
        self._offers = offers
        self.__name__ = name
        before = f"{offers._attribute}." if offers._attribute else ""
        self.__qualname__ = f"{before}op.{name}"

    def __call__(self, *given: Any, **keywords: Any) -> Any:
        """Do it; see the documentation of the single operation."""
        session = self._offers._session
        return session.send(session.prepare(self._plan(given, keywords)))

    def __get__(self, instance: Any, owner: type | None = None) -> ExtraOperation:
        # Having this makes it a routine for `inspect`, so that help() shows it and not its class.
        return self

    @property
    def __signature__(self) -> Signature:
        from dynclient.client import docstrings

        return docstrings.offer_signature(*self._glanced())

    def _glanced(self) -> tuple[CallableOperation, Node | None]:
        """Return the operation, and what it sends, as far as is known without asking."""
        served = self._offers._served(self.__name__, ask=False)
        return served, self._offers._session.node(served.operation.body)

    def _plan(self, given: tuple[Any, ...], keywords: dict[str, Any]) -> Plan:
        """Return the plan of a call.

        Raises:
            BadArguments: what it does not take, or lacks; all at once.
        """
        from dynclient.openapi.operations import BODY

        served = self._offers._served(self.__name__, ask=True)
        operation = served.operation
        names = [each.name for each in operation.parameters if each.place == "path"]
        if operation.body_kind is not None:
            names.append(BODY)
        arguments = dict(zip(names, given, strict=False))
        twice = sorted(arguments.keys() & keywords)
        problems = [Problem(name, None, "argument", "is given twice") for name in twice]
        if len(given) > len(names):
            takes = ", ".join(names) or "none"
            message = f"{len(given)} arguments by place, where it takes {takes}"
            problems.append(Problem("", len(given), "argument", message))
        arguments |= keywords
        body = arguments.pop(BODY, None) if operation.body_kind is not None else None
        if body is None and served.body_required:
            problems.append(Problem(BODY, None, "required", "is missing"))
        if problems:
            raise bad_arguments(label(operation), problems + _others(operation, arguments))
        if body is None:
            operation = operation._replace(body_kind=None)
        return Plan(operation, arguments, body)

    def __repr__(self) -> str:
        told = self._glanced()[0].told
        return f"<{self.__qualname__}, {told.key}; see help()>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _offer, (self._offers, self.__name__)

    __doc__ = _Words()


def plan_operation(
    operation: ExtraOperation, values: tuple[Any, ...], keywords: dict[str, Any]
) -> Plan:
    """Return the plan of a call of an operation; errors as for the call."""
    return operation._plan(values, keywords)


def _offer(offers: ExtraOperations, name: str) -> ExtraOperation:
    return ExtraOperation(offers, name)


def _others(operation: Operation, arguments: dict[str, Any]) -> list[Problem]:
    """Return what else is wrong with the arguments of a call that is refused anyway."""
    try:
        BoundArguments(operation, arguments)
    except BadArguments as error:
        return list(error.problems)
    return []
