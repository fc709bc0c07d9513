"""Collections and their methods: ``om.tables.create`` has its signature and documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.client.methods import METHODS
from dynclient.dispatch.responses import is_route
from dynclient.documentation import InstanceDoc
from dynclient.errors import (
    BadArguments,
    Conflict,
    DynclientError,
    NotFound,
    UnknownOperation,
    UsageError,
)
from dynclient.model import Entity
from dynclient.model.entity import Card
from dynclient.session.calls import Call, LookUp, plan_create
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.client.extra_operations import ExtraOperations
    from dynclient.dispatch.pagination import Listing
    from dynclient.display.blocks import Block
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.operations.operation import Plan
    from dynclient.schema import Release
    from dynclient.session.session import Session


_OF_LISTS = frozenset({"first", "page", "pages"})
"""Methods of what ``list`` returns, which users look for at the collection."""
_EXPLAINED = 10
"""Names of one collection that are not found of which the missing part is looked for."""


@public_calls
class Method:
    """A method of a collection. Call it, or call ``help()`` on it."""

    __slots__ = ("__name__", "__qualname__", "_collection")

    __module__ = "dynclient"

    def __init__(self, collection: Collection, name: str) -> None:
        self._collection = collection
        self.__name__ = name
        self.__qualname__ = f"{collection._attribute}.{name}"

    def __call__(self, *values: Any, **keywords: Any) -> Any:
        """Call the method; its arguments are documented at the single method."""
        return self._collection._call(self.__name__, values, keywords)

    def __get__(self, instance: Any, owner: type | None = None) -> Method:
        # Having this makes it a routine for `inspect`, so that help() shows it and not its class.
        return self

    @property
    def __signature__(self) -> Signature:
        from dynclient.client import docstrings

        spec, release = self._collection._listed()
        return docstrings.method_signature(spec, release, self.__name__)

    def _doc(self) -> str:
        from dynclient.client import docstrings

        spec, release = self._collection._listed()
        return docstrings.method_doc(spec, release, self.__name__)

    def __repr__(self) -> str:
        return f"<{self.__qualname__}, a method of a collection; see help()>"

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self._collection, self.__name__)

    __doc__ = InstanceDoc(__doc__, _doc)


def plan_method(
    method: Method, values: tuple[Any, ...], keywords: dict[str, Any], look_up: LookUp
) -> Plan:
    """Return the plan of a call of a method.

    Args:
        method: a method of a collection.
        values: its positional arguments.
        keywords: its keywords.
        look_up: carries out the plans that this one needs first.

    Raises:
        BadArguments: the method does not take these arguments.
    """
    return method._collection._plan(method.__name__, values, keywords, look_up)


@public_calls
class Collection(Card):
    """All entities of one type on the server.

    ``collection[key]`` is one of them, ``len()`` is their number, a loop reads all of them,
    ``key in collection`` is true if there is one. Its methods depend on its type; ``dir()`` and TAB
    list them.
    """

    def __init__(self, session: Session, spec: CollectionSpec) -> None:
        self._session = session
        self._attribute = spec.attribute

    @property
    def _release(self) -> Release:
        return self._session.release

    @property
    def _spec(self) -> CollectionSpec:
        """The collection as it is known so far; the server may have corrected its route."""
        try:
            return self._session.contract.spec(self._attribute)
        except KeyError:
            message = (
                f"release {self._release.name} has no collection {self._attribute!r}; completion"
                " took its name from a near release"
            )
        # Not an AttributeError: Python would call __getattr__ instead of raising it.
        raise UsageError(message)

    def _listed(self) -> tuple[CollectionSpec, Release]:
        """Return what completion and help() show: the collection and its release.

        Before a release is chosen, both are those that completion found.
        """
        found = self._session.listed_release
        if found is None or found is self._session.known_release:
            return self._spec, self._release
        from dynclient.operations.catalogue import catalogue

        return catalogue(found).collections[self._attribute], found

    @property
    def op(self) -> ExtraOperations:
        """The server's other operations for it: ``om.tables.op.put_sample_data(…)``."""
        from dynclient.client.extra_operations import ExtraOperations

        return ExtraOperations(self._session, self._attribute)

    # -- methods -----------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        if name not in self._methods():
            from dynclient.extensions.registry import collection_method, is_method_name

            if not is_method_name(name):
                raise self._unknown(name)
            # Completion may look at it before a release is chosen.
            spec, release = self._listed()
            return collection_method(self._session, spec, name, release)
        method = self.__dict__[name] = Method(self, name)
        return method

    def _methods(self) -> list[str]:
        operations = self._listed()[0].operations
        return [name for name, method in METHODS.items() if method.operation in operations]

    def _added_methods(self) -> list[str]:
        """Return the methods that extensions add."""
        from dynclient.extensions.registry import method_names

        spec, release = self._listed()
        return method_names(release, spec, self._session.contract.completion_index())

    def _unknown(self, name: str) -> UnknownOperation:
        from dynclient.suggestions import did_you_mean, nearest

        known, attribute = [*self._methods(), *self._added_methods()], self._attribute
        near = nearest(name, known)
        if name in _OF_LISTS and "list" in known:
            hint = f"; a list has it: om.{attribute}.list().{name}()"
        else:
            hint = did_you_mean(near, f"; it has {', '.join(known) or 'none'}")
        message = (
            f"collection {attribute} of release {self._release.name} has no method {name!r}{hint}"
        )
        return UnknownOperation(message, name=name, obj=self, nearest=near)

    def __dir__(self) -> list[str]:
        hidden = [name for name in object.__dir__(self) if name.startswith("__")]
        return sorted({*hidden, *self._methods(), *self._added_methods(), "op"})

    def _ipython_key_completions_(self) -> list[str]:
        from dynclient.client.string_literals import key_completions

        return key_completions(self._session, self._attribute)

    # -- calls -------------------------------------------------------------------------------------

    def _call(self, method: str, values: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if method == "patch" and len(values) == 1 and not keywords:
            return self._session.save(values[0])
        if method == "list":
            self._session.contract.confirm_filters(self._spec, keywords)
        try:
            plan = self._plan(method, values, keywords, self._session.call)
        except DynclientError:
            self._session.failed_writes += method in {"create", "upsert"}
            raise
        if method == "list":
            # Without page_size=, a script may still mean the size of a page by limit=.
            return self._session.listing(plan, warn=keywords.get("page_size") is None)
        if method == "get":
            return self._session.find_one(plan)
        try:
            result = self._session.call(plan)
        except Conflict as error:
            if method != "create":
                raise
            from dynclient.client.explanations import conflict

            explained = conflict(error, self._release, self._spec, plan.body)
            raise explained from None
        return (result["followers"] or []) if method == "followers" else result

    def _plan(
        self, method: str, values: tuple[Any, ...], keywords: dict[str, Any], look_up: LookUp
    ) -> Plan:
        if METHODS[method].operation not in self._spec.operations:
            raise self._unknown(method)
        self._check_servers(method, values, keywords)
        call = Call(self._spec, self._release, method, values, keywords, look_up)
        plan = METHODS[method].plan(call)
        fields = plan.arguments.get("fields")
        if fields is not None and not isinstance(fields, (str, list, tuple)):
            # An iterator would be used up by the first page, or by the first attempt.
            plan.arguments["fields"] = list(fields) if isinstance(fields, Iterable) else fields
        if method == "list" and any(p.name == "page_size" for p in plan.operation.parameters):
            size = plan.arguments.get("page_size")
            size = self._session.settings.page_size if size is None else size
            limit = plan.arguments.get("limit")
            if type(limit) is int and type(size) is int and limit >= 0:  # else it is reported
                size = min(limit, size)
            plan.arguments["page_size"] = size
        return plan

    def _check_servers(
        self, method: str, values: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        """Raise UsageError for entities of other servers whose ids the call would send."""
        sent = [*values, *keywords.values()]
        if not any(isinstance(each, Entity) for part in sent for each in _items(part)):
            return
        from dynclient.session.same_server import check_fields, check_same_server

        for each in values:
            if isinstance(each, Entity):
                check_same_server(self._session, each)
        if METHODS[method].plan is plan_create:
            body = self._spec.operations[method].body
            check_fields(self._session, self._session.node(body), keywords)

    def _get_plan(self, key: Any) -> Plan:
        return self._plan("get", (key,), {}, self._session.call)

    def _listing(self) -> Listing:
        return self._session.listing(self._plan("list", (), {}, self._session.call))

    # -- as a container ----------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        """Return one entity, by id, name, or names; or the list of those in a slice, ``[:5]``.

        Raises:
            NotFound: it does not exist; a KeyError too.
        """
        if isinstance(key, slice):
            return self._listing()[key]
        plan = self._get_plan(key)
        try:
            return self._session.call(plan)
        except NotFound as error:
            if "fqn" not in plan.arguments or is_route(error.message) or not self._may_explain():
                raise
            from dynclient.client.explanations import not_found

            explained = not_found(error, self._session, self._spec, plan.arguments["fqn"])
        raise explained

    def _may_explain(self) -> bool:
        """Return whether to find out which part of a name is missing; not for ever in a loop."""
        count = self.__dict__["_explained"] = self.__dict__.get("_explained", 0) + 1
        return int(count) <= _EXPLAINED

    def __contains__(self, key: object) -> bool:
        try:
            return self._session.find_one(self._get_plan(key)) is not None
        except BadArguments:
            return False

    def __iter__(self) -> Iterator[Any]:
        listing = self._listing()
        loop = iter(listing)
        self.__dict__["_looped"] = listing  # list(…) asks for its length right after
        return loop

    def __len__(self) -> int:
        listing = self.__dict__.pop("_looped", None)
        return len(listing or self._listing())

    def __bool__(self) -> bool:
        return True  # without this, bool() asks for the length, which sends a request

    def __repr__(self) -> str:
        return f"<{self._attribute} at {self._session.host}{self._spec.route}>"

    def _blocks(self) -> Iterable[Block]:
        from dynclient.client.cards import collection_blocks

        return collection_blocks(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from dynclient.display.displayed import media_types

        return media_types(self, include, exclude)

    _repr_pretty_ = Card._repr_pretty_  # IPython prefers the __repr__ of a class to that of a base

    def __reduce__(self) -> tuple[Any, ...]:
        return _collection, (self._session, self._attribute)

    def _doc(self) -> str:
        from dynclient.client import docstrings

        return docstrings.collection_doc(self, self._listed()[1].name)

    __doc__ = InstanceDoc(__doc__, _doc)


def _items(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


def _collection(session: Session, attribute: str) -> Collection:
    return Collection(session, session.find(attribute))
