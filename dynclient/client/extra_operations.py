"""Operations beyond the standard ones: ``om.tables.op`` and ``om.op``.

They come from the server's OpenAPI document. Completion and ``help()`` use the document if it is
loaded or cached; calling an operation requests it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.client.calls import hide_secrets
from dynclient.dispatch import bad_arguments, label
from dynclient.dispatch.binding import BoundArguments, nearest
from dynclient.documentation import InstanceDoc
from dynclient.errors import BadArguments, Problem, UnknownOperation
from dynclient.operations.operation import BODY, Plan
from dynclient.suggestions import did_you_mean
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.openapi.index import Index, OperationInfo
    from dynclient.openapi.operations import CallableOperation
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Node
    from dynclient.session.session import Session


@public_calls
class ExtraOperations:
    """The operations of one collection, or of the server, as attributes.

    An item is found by name, by ``operationId``, or by method and path:
    ``om.tables.op["PUT /v1/tables/{id}/sampleData"]``. The operations come from the server's
    OpenAPI document, which ``om.contract.load()`` requests.

    Args:
        session: the session of the server.
        attribute: the collection's name; None for operations that belong to no collection.
    """

    def __init__(self, session: Session, attribute: str | None = None) -> None:
        self._session = session
        self._attribute = attribute
        self._named: tuple[Index, dict[str, OperationInfo]] | None = None
        self._callables: dict[str, CallableOperation] = {}

    # -- operations by name ------------------------------------------------------------------------

    def _spec(self) -> CollectionSpec | None:
        return None if self._attribute is None else self._session.contract.spec(self._attribute)

    def _names(self, index: Index | None) -> dict[str, OperationInfo]:
        """Return the operations of an index by Python name."""
        if index is None:
            return {}
        if self._named is None or self._named[0] is not index:
            from dynclient.openapi.operation_names import operation_names

            contract, spec = self._session.contract, self._spec()
            routes = tuple(contract.spec(attribute).route for attribute in contract)
            infos = index.outside(routes) if spec is None else index.below(spec.route, routes)
            names = operation_names(infos, "/v1" if spec is None else spec.route)
            self._named, self._callables = (index, names), {}
        return self._named[1]

    def _known_operations(self) -> dict[str, OperationInfo]:
        """Return the operations that are known without a request, by Python name."""
        if self._session.known_release is None:
            return {}
        return self._names(self._session.contract.completion_index())

    def _callable_operation(self, name: str, *, may_request: bool) -> CallableOperation:
        """Return an operation by its Python name.

        Args:
            name: the Python name.
            may_request: whether the server's document may be requested; otherwise only operations
                that are known without a request are found.

        Raises:
            UnknownOperation: there is no such operation.
        """
        from dynclient.openapi.operations import to_operation

        if may_request:
            known = self._names(self._session.contract.openapi)
        else:
            known = self._known_operations()
        info = known.get(name)
        if info is None:
            raise self._unknown(name)
        if info.key not in self._callables:
            operation = to_operation(name, info, self._session.release, self._spec())
            self._callables[info.key] = operation
        return self._callables[info.key]

    @property
    def _owner(self) -> str:
        """The name of the collection, or ``the server``."""
        return self._attribute or "the server"

    def _unknown(self, name: str) -> UnknownOperation:
        index = self._session.contract.openapi
        known = self._names(index)
        if index is None:
            message = f"the operations of {self._owner} are not known: {self._session.contract.why}"
            return UnknownOperation(message, name=name, obj=self, nearest=())
        python_name = self._find(name)
        if python_name is not None:
            message = f"the Python name of operation {name!r} is {python_name!r}"
            return UnknownOperation(message, name=name, obj=self, nearest=(python_name,))
        near = nearest(name, list(known))
        hint = did_you_mean(near, f"; dir() lists all {len(known)}")
        owner = f"collection {self._attribute}" if self._attribute else "the server"
        message = f"{owner} of release {index.version} has no operation {name!r}{hint}"
        return UnknownOperation(message, name=name, obj=self, nearest=near)

    def _find(self, key: str) -> str | None:
        """Return the Python name for a Python name, an ``operationId``, or a method and path."""
        known = self._names(self._session.contract.openapi)
        for name, info in known.items():
            if key in {name, info.operation_id, info.key}:
                return name
        return None

    def _present_name(self, name: str) -> str | None:
        """Return the name of an operation that earlier versions named after its id, and warn."""
        known = self._names(self._session.contract.openapi)
        if name in known:
            return None
        from dynclient.openapi.operation_id_names import names_by_operation_id
        from dynclient.warn import warn_user

        spec = self._spec()
        root = "/v1" if spec is None else spec.route
        info = names_by_operation_id(known.values(), root).get(name)
        present = next((each for each, value in known.items() if value is info), None)
        if present is not None:
            owner = f"om.{self._attribute}" if self._attribute else "om"
            warn_user(
                f"{owner}.op.{name} is deprecated: use {owner}.op.{present} instead, which has this"
                " name on every server",
                DeprecationWarning,
            )
        return present

    # -- access ------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> ExtraOperation:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        if name not in self._known_operations():
            present = self._present_name(name)
            if present is not None:
                return ExtraOperation(self, present)
            self._callable_operation(name, may_request=True)
        return ExtraOperation(self, name)

    def __getitem__(self, key: str) -> ExtraOperation:
        """Return an operation by its name, its ``operationId``, or its method and path.

        Raises:
            UnknownOperation: there is no such operation.
        """
        name = self._find(key) or self._present_name(key)
        if name is None:
            raise self._unknown(key)
        return ExtraOperation(self, name)

    def __dir__(self) -> list[str]:
        hidden = [name for name in object.__dir__(self) if name.startswith("__")]
        return sorted([*hidden, *self._known_operations()])

    def _ipython_key_completions_(self) -> list[str]:
        return [info.key for info in self._known_operations().values()]

    def __repr__(self) -> str:
        known = self._known_operations()
        if not known:
            return f"<operations of {self._owner}, {self._state}>"
        return f"<{len(known)} operations of {self._owner}; dir() lists them>"

    @property
    def _state(self) -> str:
        """Why no operations are known, as part of a sentence."""
        if self._session.contract.origin is None:
            return "not loaded yet; call om.contract.load()"
        return "none in the server's OpenAPI document"

    def __reduce__(self) -> tuple[Any, ...]:
        return ExtraOperations, (self._session, self._attribute)

    def _doc(self) -> str:
        from dynclient.client import docstrings

        known = self._known_operations()
        return docstrings.extra_operations_doc(type(self), self._owner, known, self._state)

    __doc__ = InstanceDoc(__doc__, _doc)


@public_calls
class ExtraOperation:
    """One further operation of a server. Call it, or call ``help()`` on it."""

    __slots__ = ("__name__", "__qualname__", "_namespace")

    __module__ = "dynclient"

    def __init__(self, namespace: ExtraOperations, name: str) -> None:
        self._namespace = namespace
        self.__name__ = name
        before = f"{namespace._attribute}." if namespace._attribute else ""
        self.__qualname__ = f"{before}op.{name}"

    def __call__(self, *values: Any, **keywords: Any) -> Any:
        """Call the operation; its arguments are documented at the single operation."""
        session = self._namespace._session
        plan = self._plan(values, keywords)
        return hide_secrets(session.send(session.prepare(plan)), plan.operation)

    def __get__(self, instance: Any, owner: type | None = None) -> ExtraOperation:
        # Having this makes it a routine for `inspect`, so that help() shows it and not its class.
        return self

    @property
    def __signature__(self) -> Signature:
        from dynclient.client import docstrings

        return docstrings.operation_signature(*self._known_parts())

    def _known_parts(self) -> tuple[CallableOperation, Node | None]:
        """Return the operation and the schema of its body, as known without a request."""
        found = self._namespace._callable_operation(self.__name__, may_request=False)
        return found, self._namespace._session.node(found.operation.body)

    def _doc(self) -> str:
        from dynclient.client import docstrings

        return docstrings.operation_doc(*self._known_parts())

    def _plan(self, values: tuple[Any, ...], keywords: dict[str, Any]) -> Plan:
        """Return the plan of a call.

        Raises:
            BadArguments: arguments are unknown, missing or invalid; it lists all problems.
        """
        found = self._namespace._callable_operation(self.__name__, may_request=True)
        operation = found.operation
        names = [each.name for each in operation.parameters if each.place == "path"]
        if operation.body_kind is not None:
            names.append(BODY)
        arguments = dict(zip(names, values, strict=False))
        twice = sorted(arguments.keys() & keywords)
        problems = [Problem(name, None, "argument", "is given twice") for name in twice]
        if len(values) > len(names):
            allowed = ", ".join(names) or "none"
            message = f"{len(values)} positional arguments were given; it takes {allowed}"
            problems.append(Problem("", len(values), "argument", message))
        arguments |= keywords
        body = arguments.pop(BODY, None) if operation.body_kind is not None else None
        if body is None and found.body_required:
            problems.append(Problem(BODY, None, "required", "is missing"))
        if problems:
            raise bad_arguments(
                label(operation), problems + _binding_problems(operation, arguments)
            )
        if body is None:
            operation = operation._replace(body_kind=None)
        return Plan(operation, arguments, body)

    def __repr__(self) -> str:
        return f"<{self.__qualname__}, {self._known_parts()[0].info.key}; see help()>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._namespace, self.__name__)

    __doc__ = InstanceDoc(__doc__, _doc)


def plan_operation(
    operation: ExtraOperation, values: tuple[Any, ...], keywords: dict[str, Any]
) -> Plan:
    """Return the plan of a call of an operation.

    Raises:
        BadArguments: arguments are unknown, missing or invalid; it lists all problems.
    """
    return operation._plan(values, keywords)


def _restore(namespace: ExtraOperations, name: str) -> ExtraOperation:
    return ExtraOperation(namespace, name)


def _binding_problems(operation: Operation, arguments: dict[str, Any]) -> list[Problem]:
    """Return the problems that binding finds in the arguments of a call that is invalid anyway."""
    try:
        BoundArguments(operation, arguments)
    except BadArguments as error:
        return list(error.problems)
    return []
