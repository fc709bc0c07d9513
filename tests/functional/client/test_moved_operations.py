"""Operations that moved between releases, natively and in the drop-in, on sandboxes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from dynclient import compat
from dynclient.client.client import Client
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.dispatch.responses import is_route
from dynclient.errors import NotFound
from dynclient.operations.operation import Operation, Parameter, Plan
from dynclient.sandbox import Running
from tests.support.trees import ALL_RELEASES, release_named

CASE = "no.such.table.case"
FQN = (Parameter("fqn", "path", required=True),)
NEW, OLD = (
    "/v1/dataQuality/testCases/testCaseResults/{fqn}",
    "/v1/dataQuality/testCases/{fqn}/testCaseResult",
)
RESULT = {"timestamp": 1700000000000, "testCaseStatus": "Success"}


@pytest.fixture(params=ALL_RELEASES)
def running(
    request: pytest.FixtureRequest, server: Callable[[str], Running]
) -> Iterator[tuple[str, Running]]:
    found = server(request.param)
    compat.install(release_named(request.param))
    yield request.param, found
    compat.uninstall()


@pytest.mark.parametrize(("method", "route"), [("POST", NEW), ("PUT", OLD)])
def test_the_route_of_a_result_exists_on_every_release(
    each: Client, method: str, route: str
) -> None:
    """Whichever release the code was written for, only the test case is not found."""
    operation = Operation("add", None, method, route, FQN, body_kind="json")
    _ = each.version
    with pytest.raises(NotFound) as caught:
        each.session.call(Plan(operation, {"fqn": CASE}, RESULT))
    assert not is_route(caught.value.message)
    assert CASE in caught.value.message


def test_the_official_method_adds_a_result_on_every_release(running: tuple[str, Running]) -> None:
    _, found = running
    config = {
        "hostPort": found.host,
        "authProvider": "openmetadata",
        "securityConfig": {"jwtToken": found.admin_token},
    }
    with OpenMetadata(config) as metadata, pytest.raises(APIError, match=CASE) as caught:
        metadata.add_test_case_results({**RESULT, "testResultValue": []}, CASE)
    assert caught.value.status_code == 404
