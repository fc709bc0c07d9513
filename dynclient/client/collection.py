"""Collections: names only. ``om.tables.create`` knows its signature and words, and hands over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.client import docstrings, methods
from dynclient.client.calls import Ask, Call, Plan
from dynclient.client.docstrings import InstanceDoc
from dynclient.client.methods import METHODS
from dynclient.dispatch import Listing
from dynclient.dispatch.binding import own_fields
from dynclient.dispatch.responses import is_route
from dynclient.errors import BadArguments, MethodNotAllowed, NotFound, UnknownOperation

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.client.client import Client
    from dynclient.client.extra_operations import ExtraOperations
    from dynclient.dispatch.dispatcher import Dispatcher
    from dynclient.operations.catalogue import CollectionSpec


class Method:
    """A method of a collection. Call it, or call ``help()`` on it."""

    __slots__ = ("__name__", "__qualname__", "_collection")

    __module__ = "dynclient"

    def __init__(self, collection: Collection, name: str) -> None:
        self._collection = collection
        self.__name__ = name
        self.__qualname__ = f"{collection._spec.attribute}.{name}"

    def __call__(self, *given: Any, **keywords: Any) -> Any:
        """Do it; see the documentation of the single method."""
        return self._collection._call(self.__name__, given, keywords)

    def __get__(self, instance: Any, owner: type | None = None) -> Method:
        # Having this makes it a routine for `inspect`, so that help() shows it and not its class.
        return self

    @property
    def __signature__(self) -> Signature:
        spec, release, known = self._parts()
        operation = spec.operations[known.operation]
        if operation.body is not None and known.plan is methods.sends:
            return docstrings.body_signature(release.node(operation.body))
        return docstrings.signature(operation, known.first)

    def _doc(self) -> str:
        spec, release, known = self._parts()
        operation = spec.operations[known.operation]
        if operation.body is not None and known.plan is methods.sends:
            return docstrings.body_doc(operation, release.node(operation.body))
        return docstrings.doc(operation, known.intro, release)

    def _parts(self) -> tuple[CollectionSpec, Any, methods.MethodSpec]:
        return self._collection._spec, self._collection._release, METHODS[self.__name__]

    def __repr__(self) -> str:
        return f"<{self.__qualname__}, a method of a collection; see help()>"

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self._collection, self.__name__)

    __doc__ = InstanceDoc(__doc__, _doc)


class Collection:
    """All entities of one type on the server.

    ``collection[key]`` is one of them, ``len()`` tells how many there are, a loop goes over all,
    ``key in collection`` asks whether there is one. Its methods depend on its type; ``dir()`` and
    TAB list them.
    """

    def __init__(self, client: Client, spec: CollectionSpec) -> None:
        self._client = client
        self._attribute = spec.attribute
        self._release = client.release

    @property
    def _spec(self) -> CollectionSpec:
        """What is known of it by now; the server may have corrected what the tree says."""
        return self._client.contract.spec(self._attribute)

    @property
    def op(self) -> ExtraOperations:
        """What the server offers for it beside the usual: ``om.tables.op.add_sample_data(…)``."""
        from dynclient.client.extra_operations import ExtraOperations

        return ExtraOperations(self._client, self._attribute)

    @property
    def _dispatcher(self) -> Dispatcher:
        return self._client._dispatcher

    # -- methods -----------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Method:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        if name not in self._verbs():
            raise self._unknown(name)
        made = self.__dict__[name] = Method(self, name)
        return made

    def _verbs(self) -> list[str]:
        operations = self._spec.operations
        return [name for name, known in METHODS.items() if known.operation in operations]

    def _unknown(self, name: str) -> UnknownOperation:
        from dynclient.suggestions import did_you_mean, nearest

        known, attribute = self._verbs(), self._spec.attribute
        near = nearest(name, known)
        hint = did_you_mean(near, f"; it has {', '.join(known) or 'none'}")
        message = f"{attribute} of release {self._release.name} has no method {name!r}{hint}"
        return UnknownOperation(message, name=name, obj=self, nearest=near)

    def __dir__(self) -> list[str]:
        hidden = [name for name in object.__dir__(self) if name.startswith("__")]
        return sorted([*hidden, *self._verbs(), "op"])

    # -- calls -------------------------------------------------------------------------------------

    def _call(self, verb: str, given: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if verb == "patch" and len(given) == 1 and not keywords:
            return self._client.save(given[0])
        if verb == "list":
            self._client.contract.confirm_filters(self._spec, keywords)
        plan = self._plan(verb, given, keywords)
        if verb == "list":
            return self._listing(plan)
        if verb == "get":
            return self._got(plan)
        result = self._carry_out(plan)
        return (result["followers"] or []) if verb == "followers" else result

    def _plan(
        self,
        verb: str,
        given: tuple[Any, ...],
        keywords: dict[str, Any],
        ask: Ask | None = None,
    ) -> Plan:
        call = Call(self._spec, self._release, verb, given, keywords, ask or self._carry_out)
        plan = METHODS[verb].plan(call)
        fields = plan.arguments.get("fields")
        if fields is not None and not isinstance(fields, (str, list, tuple)):
            # What can be looped over once has to last for every page, and for a second try.
            plan.arguments["fields"] = list(fields) if isinstance(fields, Iterable) else fields
        if verb == "list" and plan.arguments.get("limit") is None:
            plan.arguments["limit"] = self._client.settings.page_size
        return plan

    def _carry_out(self, plan: Plan) -> Any:
        try:
            return self._dispatcher.call(*plan)
        except (NotFound, MethodNotAllowed) as error:
            # No route, so nothing was done; the server may have the collection elsewhere.
            if not is_route(error.message) or not self._client.contract.moved(self._spec):
                raise
        return self._dispatcher.call(*self._anew(plan))

    def _anew(self, plan: Plan) -> Plan:
        """Return a plan with its operation as it is known by now."""
        return plan._replace(operation=self._spec.operations[plan.operation.name])

    def _got(self, plan: Plan) -> Any:
        try:
            return self._carry_out(plan)
        except NotFound as error:
            if is_route(error.message):
                raise
        return None

    def _listing(self, plan: Plan) -> Listing:
        operation, arguments, _ = plan
        fields = arguments.get("fields")
        if isinstance(fields, (str, list, tuple)):  # told here, where they stand, not in the loop
            arguments["fields"] = own_fields(self._spec.entity, self._release, fields)
        try:
            self._dispatcher.prepare(operation, arguments)  # told now, not in the loop
        except BadArguments as error:
            raise self._client.contract.explained(error) from None

        def fetch(more: dict[str, Any]) -> Any:
            return self._carry_out(self._anew(plan)._replace(arguments={**arguments, **more}))

        cursors = [p.name for p in operation.parameters if p.name in {"after", "offset"}]
        return Listing(fetch, cursors[0] if cursors else "after")

    # -- as a container ----------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        """Return one entity, by id, name, or names; NotFound, a KeyError, where there is none."""
        return self._carry_out(self._plan("get", (key,), {}))

    def __contains__(self, key: object) -> bool:
        try:
            return self._got(self._plan("get", (key,), {})) is not None
        except BadArguments:
            return False

    def __iter__(self) -> Iterator[Any]:
        listing = self._listing(self._plan("list", (), {}))
        loop = iter(listing)
        self.__dict__["_looped"] = listing  # what list(…) asks for the length of, right after
        return loop

    def __len__(self) -> int:
        listing = self.__dict__.pop("_looped", None)
        return len(listing or self._listing(self._plan("list", (), {})))

    def __bool__(self) -> bool:
        return True  # a question about the object, not worth a request

    def __repr__(self) -> str:
        return f"<{self._spec.attribute} at {self._client.host}{self._spec.route}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _collection, (self._client, self._spec.attribute)

    def _doc(self) -> str:
        return docstrings.collection_doc(self, self._release.name)

    __doc__ = InstanceDoc(__doc__, _doc)


def _collection(client: Client, attribute: str) -> Collection:
    return client[attribute]
