"""Tracebacks of errors that leave a public call."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

import dynclient
from dynclient import tracebacks
from dynclient.client.client import Client
from dynclient.client.collection import Collection, Method
from dynclient.client.extra_operations import ExtraOperation, ExtraOperations
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.compat.ometa.rest_client import REST
from dynclient.dispatch.pagination import Listing
from dynclient.errors import UsageError
from dynclient.hooks import Hooks
from dynclient.model.namespace import Types
from dynclient.tracebacks import public_call, public_calls
from tests.support.trees import release_named


@pytest.fixture(autouse=True)
def _shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten tracebacks, also in a run that shows those of its failures in full."""
    monkeypatch.delenv(tracebacks.FULL, raising=False)


DEAD = "http://127.0.0.1:9"
"""Nothing listens there."""


def caught(call: Callable[[], Any]) -> BaseException:
    try:
        call()
    except BaseException as error:
        return error
    raise AssertionError("no error was raised")


def frames(error: BaseException) -> list[str]:
    """The functions of a traceback, without those of this module."""
    walked = traceback.walk_tb(error.__traceback__)
    return [frame.f_code.co_name for frame, _ in walked if frame.f_globals is not globals()]


def values(error: BaseException) -> str:
    """The local variables in a traceback and its causes, without those of this module."""
    found = []
    chain: BaseException | None = error
    while chain is not None:
        walked = traceback.walk_tb(chain.__traceback__)
        found += [frame.f_locals for frame, _ in walked if frame.f_globals is not globals()]
        chain = chain.__cause__ or chain.__context__
    return repr([{k: v for k, v in each.items() if k != "error"} for each in found])


def connect(**options: Any) -> Any:
    options = {"token": "hush", "release": release_named("starter"), "retries": 0, **options}
    return dynclient.connect(DEAD, **options)


CALLS: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "invalid request": (lambda om: om.tables.create(name="hush"), ["call"]),
    "no connection": (lambda om: om.tables["a.b.c.hush"], ["call"]),
    "contains": (lambda om: "a.b.c.hush" in om.tables, ["call"]),
    "length": (lambda om: len(om.tables), ["call"]),
    "loop": (lambda om: list(om.tables.list()), ["call"]),
    "pages": (lambda om: list(om.tables.list().pages()), ["_shortening"]),
    "unknown argument": (lambda om: om.tables.list(hush="hush"), ["call"]),
    "unknown collection": (lambda om: om.hush, ["call"]),
    "unknown method": (lambda om: om.tables.hush, ["call"]),
    "unknown operation": (lambda om: om.tables.op.hush, ["call"]),
    "unknown key": (lambda om: om["hush"], ["call"]),
    "save": (lambda om: om.save("hush"), ["call"]),
    "prepare": (lambda om: om.prepare("tables.create", name="hush"), ["call"]),
    "create": (lambda om: om.create_or_update("hush"), ["call"]),
    "unknown field": (lambda om: om.types.Column(hush="hush"), ["__init__"]),
    "mapping": (lambda om: om.types.Column(["hush"]), ["__init__"]),
    "attribute": (lambda om: setattr(om.types.Column(), "wrong", "hush"), ["__setattr__"]),
    "item": (lambda om: om.types.Column().__setitem__("wrong", "hush"), ["__setitem__"]),
    "unknown type": (lambda om: om.types.Hush, ["call"]),
    "no schema": (lambda om: dynclient.check("hush"), ["call"]),  # type: ignore[arg-type]
    "unknown setting": (lambda om: connect(hush="hush"), ["call"]),
    "unknown release": (lambda om: dynclient.release("hush"), ["call"]),
}
"""Calls that fail, and the frames that remain."""


@pytest.mark.parametrize("name", CALLS)
def test_a_traceback_ends_at_the_public_call_and_shows_no_arguments(name: str) -> None:
    call, expected = CALLS[name]
    om = connect()
    error = caught(lambda: call(om))
    assert isinstance(error, dynclient.DynclientError)
    assert frames(error) == expected
    assert "hush" not in values(error)


@pytest.mark.parametrize("name", CALLS)
def test_all_frames_are_kept_on_demand_without_values(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tracebacks.FULL, "1")
    call, shortened = CALLS[name]
    om = connect()
    error = caught(lambda: call(om))
    assert len(frames(error)) > len(shortened)
    assert "hush" not in values(error)


def test_errors_that_are_not_ours_keep_their_frames_without_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    om = connect()
    monkeypatch.delattr(type(om.session), "call")
    error = caught(lambda: om.tables["a.b.c.hush"])
    assert type(error) is AttributeError
    assert len(frames(error)) > 1
    assert "hush" not in values(error)


def test_frames_of_the_user_below_a_public_call_are_kept_with_their_values() -> None:
    def hook(request: Any) -> None:
        own = "visible"
        raise UsageError(f"not {len(own)}")

    om = connect(hooks=Hooks(on_request=hook))
    error = caught(lambda: om.tables["a.b.c.d"])
    assert frames(error) == ["call"]
    last = list(traceback.walk_tb(error.__traceback__))[-1][0]
    assert last.f_code.co_name == "hook"
    assert last.f_locals["own"] == "visible"


def test_an_error_of_the_user_in_whose_handling_a_call_fails_is_kept_whole() -> None:
    def fail() -> None:
        own = "visible"
        raise ValueError(own)

    def handle() -> None:
        try:
            fail()
        except ValueError:
            connect().tables["a.b.c.hush"]

    error = caught(handle)
    assert isinstance(error.__context__, ValueError)
    last = list(traceback.walk_tb(error.__context__.__traceback__))[-1][0]
    assert last.f_locals["own"] == "visible"
    assert frames(error) == ["call"]


def test_the_frames_of_a_cause_are_left_out() -> None:
    @public_call
    def outer() -> None:
        try:
            dynclient.connect("hush")
        except UsageError as cause:
            raise UsageError("unusable") from cause

    error = caught(outer)
    assert isinstance(error.__cause__, UsageError)
    assert frames(error.__cause__) == []
    assert "hush" not in values(error)


def test_methods_properties_and_inherited_members_become_public_calls() -> None:
    class Base:
        @property
        def value(self) -> int:
            """The value."""
            raise UsageError("no value")

        @classmethod
        def load(cls) -> None:
            raise UsageError("no data")

    Base.__module__ = "dynclient.base"

    @public_calls
    class Part(Base):
        def method(self) -> None:
            """Fail."""
            self._private()

        def _private(self) -> None:
            raise UsageError("private")

        def __getitem__(self, key: str) -> None:
            raise UsageError("no item")

    Part.__module__ = "dynclient.part"
    assert frames(caught(public_calls(Part)().load)) == ["call"]
    part = Part()
    for call in (part.method, lambda: part.value, lambda: part["x"]):
        assert "call" in frames(caught(call))
    assert Part.method.__doc__ == "Fail."
    assert Part.value.__doc__ == "The value."
    assert isinstance(Part._private, FunctionType)
    assert frames(caught(part._private)) == []


PUBLIC = [Client, Collection, Method, ExtraOperations, ExtraOperation, Listing, Types]
PUBLIC += [OpenMetadata, REST]


@pytest.mark.parametrize("cls", PUBLIC)
def test_whatever_users_call_is_a_public_call(cls: type) -> None:
    found = {name: member for name, member in inspect.getmembers(cls) if not name.startswith("_")}
    functions = {
        name: member.fget if isinstance(member, property) else member
        for name, member in found.items()
        if isinstance(member, (FunctionType, property))
    }
    functions |= {
        name: function
        for name in ("__init__", "__call__", "__getattr__", "__getitem__", "__iter__", "__len__")
        if isinstance(function := vars(cls).get(name), FunctionType)
    }
    assert functions
    assert [name for name, each in functions.items() if not hasattr(each, "__wrapped__")] == []


@pytest.mark.parametrize(
    "function", [dynclient.connect, dynclient.check, dynclient.changes, dynclient.release]
)
def test_public_functions_keep_their_signature_and_documentation(function: Any) -> None:
    assert function.__wrapped__.__doc__ == function.__doc__
    assert inspect.signature(function) == inspect.signature(function.__wrapped__)
    assert function.__module__ == function.__wrapped__.__module__
