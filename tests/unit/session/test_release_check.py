"""A release that the user named, and a server that is upgraded while a client is connected."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import pytest

from dynclient import errors
from dynclient.errors import ReleaseChanged, ReleaseMismatch
from dynclient.openapi.index_cache import Build
from dynclient.operations.operation import Operation, Plan
from dynclient.schema import Release
from dynclient.session.release_check import INTERVAL, ReleaseCheck, warn_mismatch
from dynclient.session.release_choice import Sources
from dynclient.session.session import Session
from dynclient.settings import Settings
from tests.support.trees import release_named
from tests.support.wire import Wire, session_over
from tests.unit.session.test_session import ID, NO_ROUTE, TABLE, plan

OLD, NEW = {"version": "1.13.0"}, {"version": "1.14.0"}
UNKNOWN = {**TABLE, "shininess": 1}


@pytest.fixture
def release() -> Release:
    return release_named("starter")


# -- a release that was named ----------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.13.0", "1.13.4", "1.13.0-SNAPSHOT", "latest"])
def test_a_patch_of_the_same_minor_version_fits(release: Release, version: str) -> None:
    session, _ = session_over({"version": version}, release=release)
    assert session.server.version == version  # warnings are errors


@pytest.mark.parametrize("version", ["1.12.9", "1.1.0", "2.13.0"])
def test_another_minor_version_raises_one_warning_when_the_version_is_known(
    release: Release, version: str
) -> None:
    session, wire = session_over({"version": version}, release=release)
    assert session.release is not None
    assert wire.sent == []
    with pytest.warns(ReleaseMismatch, match=rf"starter, is not .* server, {version}: fields"):
        assert session.server.version == version
    assert session.server.request_build().version == version
    assert {sent.path for sent in wire.sent} == {"/v1/system/version"}


def test_a_release_without_a_version_fits_every_server(release: Release) -> None:
    class Unversioned:
        name, version = "tree-0123456789ab", ()

    warn_mismatch(Unversioned(), Build("1.2.0", ""))  # type: ignore[arg-type]


def test_a_release_that_is_named_with_sources_is_compared_as_well() -> None:
    wire = Wire({"version": "1.2.0"})
    sources = Sources(("cache",), "1.13.0")
    session = Session("http://server/api", wire, Settings(), sources=sources)  # type: ignore[arg-type]
    assert session.server.version == "1.2.0"
    session.use_release(release_named("starter"))
    with pytest.warns(ReleaseMismatch):
        session.server.request_build()


def test_a_release_that_the_client_chose_is_not_compared(release: Release) -> None:
    session, _ = session_over({"version": "1.2.0"})
    session.use_release(release)
    session.transport = Wire({"version": "1.2.0"})  # type: ignore[assignment]
    copy = pickle.loads(pickle.dumps(session))
    assert copy.server.version == "1.2.0"


# -- an upgrade ------------------------------------------------------------------------------------


def connected(release: Release, *responses: Any) -> tuple[Session, Wire]:
    """Return a session that knows its server's version, and the responses that follow."""
    session, wire = session_over(OLD, *responses, release=release)
    assert session.server.version == "1.13.0"
    return session, wire


def test_an_unknown_field_shows_an_upgrade(release: Release) -> None:
    session, wire = connected(release, TABLE, UNKNOWN, NEW, TABLE)
    assert session.call(plan(session)).name == "t"
    with pytest.raises(
        ReleaseChanged, match=r"from 1\.13\.0 to 1\.14\.0 .* Connect again"
    ) as caught:
        session.call(plan(session))
    assert (caught.value.before, caught.value.after) == ("1.13.0", "1.14.0")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    sent = len(wire.sent)
    with pytest.raises(ReleaseChanged):  # whatever is called
        session.call(plan(session))
    with pytest.raises(ReleaseChanged):
        session.send(session.prepare(plan(session)))
    assert len(wire.sent) == sent


def test_a_route_that_is_gone_shows_an_upgrade(release: Release) -> None:
    session, _ = connected(release, NO_ROUTE, NEW)
    operation = Operation("gone", None, "GET", "/v1/gone")
    with pytest.raises(ReleaseChanged) as caught:
        session.call(Plan(operation, {}))
    assert isinstance(caught.value.__context__, errors.NotFound)


@pytest.mark.parametrize(
    "message", ['Unrecognized field "owner" (class CreateTable)', "Invalid field name owner"]
)
def test_a_field_that_the_server_refuses_shows_an_upgrade(release: Release, message: str) -> None:
    session, _ = connected(release, (400, {"code": 400, "message": message}), NEW)
    with pytest.raises(ReleaseChanged):
        session.call(plan(session))
    session, _ = connected(release, (400, {"code": 400, "message": message}), OLD)
    with pytest.raises(errors.BadRequest):
        session.call(plan(session))


def test_other_refusals_show_nothing(release: Release) -> None:
    session, wire = connected(release, (400, {"code": 400, "message": "Invalid name"}))
    with pytest.raises(errors.BadRequest):
        session.call(plan(session))
    missing = (404, {"code": 404, "message": "table instance for x not found"})
    wire.responses[:] = [missing]
    with pytest.raises(errors.NotFound):
        session.call(plan(session))
    assert len(wire.sent) == 3


def test_the_result_of_a_write_is_not_lost(release: Release) -> None:
    session, wire = connected(release, UNKNOWN, NEW)
    request = {"name": "t", "databaseSchema": "a.b.c", "columns": []}
    created = session.call(plan(session, "create", more=None)._replace(body=request, arguments={}))
    assert created.id == ID
    with pytest.raises(ReleaseChanged):
        session.call(plan(session))
    assert [sent.method for sent in wire.sent] == ["GET", "POST", "GET"]


def test_unknown_fields_of_the_same_version_are_asked_about_once(release: Release) -> None:
    more = [{**TABLE, f"unknown{number}": 1} for number in range(5)]
    session, wire = connected(release, UNKNOWN, OLD, *more)
    for _ in range(6):
        assert session.call(plan(session)).name == "t"
    assert [sent.path for sent in wire.sent].count("/v1/system/version") == 2


def test_a_session_that_never_knew_a_version_asks_nothing(release: Release) -> None:
    session, wire = session_over(UNKNOWN, release=release)
    assert session.call(plan(session)).name == "t"
    assert len(wire.sent) == 1


def test_the_version_is_asked_again_after_a_while(release: Release) -> None:
    now = [0.0]
    session, wire = connected(release, OLD, NEW)
    check = ReleaseCheck(session.server, clock=lambda: now[0])
    assert not check.ask()
    now[0] = INTERVAL - 1
    assert not check.ask()
    assert len(wire.sent) == 2
    now[0] = INTERVAL
    assert check.ask()
    assert check.ask()
    assert len(wire.sent) == 3


def test_a_server_that_does_not_say_its_version_was_not_upgraded(release: Release) -> None:
    session, _ = connected(release, (503, {"code": 503, "message": "starting"}))
    assert not ReleaseCheck(session.server).ask()
    for version in ("../../etc", "9" * 5000 + ".1", ""):
        session, _ = connected(release, {"version": version})
        assert not ReleaseCheck(session.server).ask()


def test_nothing_is_checked_while_nothing_is_unknown(release: Release) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session, wire = connected(release, TABLE)
        for _ in range(3):
            session.call(plan(session))
    assert len(wire.sent) == 4
