"""Arguments of wrong types: our error, which names the call and the argument, before a request."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.data import data_file
from dynclient.errors import BadArguments, DynclientError
from dynclient.extensions import registry
from dynclient.settings import Settings
from tests.support.trees import ALL_RELEASES, release_named

WRONG: list[Any] = [None, 3, 1.5, "", b"x", [], object()]
OTHERWISE_VALID: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("feed.task", "feed.resolve", "feed.close"), (3,)),  # the number of a task
    **dict.fromkeys(("search", "suggest", "count", "find", "search.suggest"), ("",)),  # all
    "change_events.request": (None,),  # of no kind
}
"""Values that some calls take."""


class Refusing:
    """A transport that fails the test that uses it."""

    def send(self, request: Any) -> Any:
        raise AssertionError(f"{request.method} {request.path} was sent")


def client() -> Client:
    transport: Any = Refusing()
    return Client("http://server/api", transport, Settings(), release_named(ALL_RELEASES[-1]))


def calls(om: Client) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield all calls of extensions, each method of collections once."""
    for name in registry.client_names(om.release, None):
        found = getattr(om, name)
        if callable(found):
            yield name, found
        if hasattr(found, "session") and not inspect.isroutine(found):
            for method in dir(found):
                if method[0] != "_" and callable(getattr(found, method)):
                    yield f"{name}.{method}", getattr(found, method)
    for row in data_file("extensions.json"):
        for method in row.get("methods", {}):
            found = next((c for c in om.collections if method in dir(c)), None)
            if found is not None:
                yield f"{row['name']}: {method}", getattr(found, method)
    yield "supports", om.supports
    yield "extension", om.extension
    yield "resolve", om.resolve


OM = client()
CALLS = dict(calls(OM))


def required(function: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = inspect.Parameter
    return [
        each
        for each in inspect.signature(function).parameters.values()
        if each.kind is kinds.VAR_POSITIONAL
        or (each.default is each.empty and each.kind is not kinds.VAR_KEYWORD)
    ]


def call(function: Callable[..., Any], value: Any) -> Any:
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = required(function)
    result = function(
        *(value for each in parameters if each.kind is not keyword),
        **{each.name: value for each in parameters if each.kind is keyword},
    )
    return next(result, None) if inspect.isgenerator(result) else result


def test_there_are_calls_of_all_extensions() -> None:
    assert {"lineage.add", "quality.run", "supports"} <= CALLS.keys()
    assert len(CALLS) > 100, "the starter release has so many at least"


@pytest.mark.parametrize("name", [name for name, each in CALLS.items() if required(each)])
def test_wrong_types_are_refused_before_anything_is_sent(name: str) -> None:
    for value in WRONG:
        if value in OTHERWISE_VALID.get(name, ()):
            continue
        try:
            call(CALLS[name], value)
        except DynclientError as error:
            first = str(error).partition("\n")[0]
            assert name == "resolve" or not first.startswith("resolve:"), error  # noqa: PT017
        # What is left out, or an empty list, may be a valid value.


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda om: om.lineage.add(None, "table:a"), "lineage.add: .*\n  source: must be an e"),
        (lambda om: om.lineage.edge("table:a", 3), "lineage.edge: .*\n  target: must be an entity"),
        (lambda om: om.lineage(object()), "lineage: .*\n  entity: must be an entity"),
        (lambda om: om.tables.add_tags(3, "PII.None"), "tables.add_tags: .*\n  target: must be"),
        (lambda om: om.bots.token(om.types.User(name="a")), "bots.token: .*\n  bot: must be a bot"),
        (lambda om: om.history(3), "history: .*\n  entity: must be an entity"),
        (lambda om: om.permissions("table", user=3), "permissions: .*\n  user: must be"),
        (lambda om: om.supports(None), "supports: .*\n  name: must be a name"),
        (lambda om: om.tables.set_property("a.b", None, 1), "set_property: .*\n  name: must be"),
    ],
)  # fmt: skip
def test_the_error_names_the_call_and_the_argument(
    function: Callable[[Client], Any], message: str
) -> None:
    with pytest.raises(BadArguments, match=message):
        function(OM)
