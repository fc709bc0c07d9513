"""32 writers at once: no 500, nothing lost, names stay unique, versions only go up."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from dynclient import sandbox
from tests.support.sandbox_api import Api
from tests.support.trees import ALL_RELEASES, TREES, release_named

WRITERS = 32
SERVICE = {
    "name": "s",
    "serviceType": "Mysql",
    "connection": {"config": {"type": "Mysql", "username": "u", "hostPort": "db:3306"}},
}


@pytest.fixture(scope="module", params=dict.fromkeys([ALL_RELEASES[0], ALL_RELEASES[-1]]))
def running(request: pytest.FixtureRequest) -> Iterator[sandbox.Running]:
    """A sandbox with a schema to put tables in; no release differs in how it writes."""
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        api = Api(started)
        for path, body in (
            ("/v1/services/databaseServices", SERVICE),
            ("/v1/databases", {"name": "d", "service": "s"}),
            ("/v1/databaseSchemas", {"name": "c", "database": "s.d"}),
        ):
            response = api.request("POST", path, json=body)
            assert response.status_code == 201, response.text
        yield started


@pytest.fixture
def at_once(running: sandbox.Running) -> Callable[..., list[Any]]:
    """Return a function that runs another one in 32 threads that start together."""

    def run(work: Callable[[Api, int], Any], tokens: list[str] | None = None) -> list[Any]:
        start = Barrier(WRITERS)

        def one(number: int) -> Any:
            api = Api(running, tokens[number] if tokens else None)
            try:
                start.wait()
                return work(api, number)
            finally:
                api.session.close()

        with ThreadPoolExecutor(WRITERS) as pool:
            return list(pool.map(one, range(WRITERS)))

    return run


def table(name: str, **more: Any) -> dict[str, Any]:
    columns = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "DOUBLE"}]
    return {"name": name, "databaseSchema": "s.d.c", "columns": columns, **more}


def test_a_name_is_created_once(at_once: Any) -> None:
    def work(api: Api, number: int) -> list[int]:
        return [
            api.request("POST", "/v1/tables", json=table(f"unique{turn}")).status_code
            for turn in range(5)
        ]

    for statuses in zip(*at_once(work), strict=True):
        assert Counter(statuses) == {201: 1, 409: WRITERS - 1}


def test_a_name_is_put_once_and_updated_by_the_others(at_once: Any, running: Any) -> None:
    def work(api: Api, number: int) -> tuple[int, str, float]:
        response = api.request(
            "PUT", "/v1/tables", json=table("upserted", description=f"by {number}")
        )
        body = response.json()
        return response.status_code, body["id"], body["version"]

    results = at_once(work)
    assert Counter(status for status, _, _ in results) == {201: 1, 200: WRITERS - 1}
    assert len({id for _, id, _ in results}) == 1
    # Every writer changed something, so each left a version of its own, and they only go up.
    versions = sorted(version for _, _, version in results)
    assert versions == [round(0.1 + 0.1 * step, 1) for step in range(WRITERS)]
    body = Api(running).get(f"/v1/tables/{results[0][1]}/versions")["versions"]
    kept = [json.loads(state) for state in body]
    assert [state["version"] for state in kept] == versions[::-1]
    assert len({state["description"] for state in kept}) == WRITERS


def test_different_tables_are_all_created(at_once: Any, running: Any) -> None:
    def work(api: Api, number: int) -> list[int]:
        statuses = []
        for turn in range(4):
            name = f"own-{number}-{turn}"
            response = api.request("POST", "/v1/tables", json=table(name))
            path = f"/v1/tables/{response.json()['id']}"
            operation = {"op": "add", "path": "/description", "value": name}
            statuses += [response.status_code, api.patch(path, operation).status_code]
            assert api.get(f"/v1/tables/name/s.d.c.{name}")["description"] == name
            statuses.append(api.request("DELETE", path).status_code)
            statuses.append(api.request("PUT", "/v1/tables", json=table(name)).status_code)
        return statuses

    assert at_once(work) == [[201, 200, 200, 200] * 4] * WRITERS
    listed = Api(running).get("/v1/tables?limit=100000")
    own = [found["name"] for found in listed["data"] if found["name"].startswith("own-")]
    assert len(own) == len(set(own)) == 4 * WRITERS


def add_until_kept(api: Api, id: str, word: str, operations: Callable[..., Any]) -> list[float]:
    """Add a word to a description by reading, changing and writing it; return the versions seen."""
    seen = []
    for _ in range(50 * WRITERS):
        now = api.get(f"/v1/tables/{id}")
        seen.append(now["version"])
        response = operations(api, now, f"{now['description']} {word}")
        if response.status_code == 200:
            return [*seen, response.json()["version"]]
        assert response.status_code in {412, 500}, response.text
        if response.status_code == 500:
            assert "JsonPatch.Operation.TEST" in response.text
    raise AssertionError("the guard never let this writer through")


def test_a_patch_test_prevents_lost_updates(at_once: Any, running: Any) -> None:
    """As ``om.save`` does it: where patches are folded, the version alone is not enough."""
    body = table("guarded", description="words:")
    created = Api(running).request("POST", "/v1/tables", json=body).json()

    def patch_with_test(api: Api, now: dict[str, Any], text: str) -> requests.Response:
        tests = [
            {"op": "test", "path": f"/{name}", "value": now[name]}
            for name in ("updatedAt", "version")
        ]
        change = {"op": "replace", "path": "/description", "value": text}
        return api.patch(f"/v1/tables/{created['id']}", *tests, change)

    def work(api: Api, number: int) -> list[float]:
        return add_until_kept(api, created["id"], f"w{number}", patch_with_test)

    for versions in at_once(work):
        assert versions == sorted(versions)
    words = Api(running).get(f"/v1/tables/{created['id']}")["description"].split()[1:]
    assert sorted(words) == sorted(f"w{number}" for number in range(WRITERS))


@pytest.fixture
def people(running: sandbox.Running) -> list[str]:
    """The tokens of as many administrators as there are writers."""
    api = Api(running)
    tokens = []
    for number in range(WRITERS):
        email, password = f"writer{number}@example.com", "Writer-pass1"
        body = {"name": f"writer{number}", "email": email, "isAdmin": True, "isBot": False,
                "createPasswordType": "ADMIN_CREATE", "password": password,
                "confirmPassword": password}  # fmt: skip
        response = api.request("POST", "/v1/users", json=body)
        assert response.status_code == 201, response.text
        login = {"email": email, "password": base64.b64encode(password.encode()).decode()}
        tokens.append(api.request("POST", "/v1/users/login", json=login).json()["accessToken"])
    return tokens


def test_if_match_prevents_lost_updates(at_once: Any, running: Any, people: list[str]) -> None:
    """The version shows every edit of another user, which is what the weak tag stands for."""
    api = Api(running)
    response = api.request("POST", "/v1/tables", json=table("matched", description="words:"))
    if "ETag" not in response.headers:
        pytest.skip("this release has no entity tags")
    id = response.json()["id"]

    def matching(api: Api, now: dict[str, Any], text: str) -> requests.Response:
        change = {"op": "replace", "path": "/description", "value": text}
        match = {"If-Match": f'W/"{now["version"]}"'}
        return api.patch(f"/v1/tables/{id}", change, **match)

    def work(api: Api, number: int) -> list[float]:
        return add_until_kept(api, id, f"w{number}", matching)

    versions = at_once(work, people)
    assert len({seen[-1] for seen in versions}) == WRITERS
    words = api.get(f"/v1/tables/{id}")["description"].split()[1:]
    assert sorted(words) == sorted(f"w{number}" for number in range(WRITERS))


def test_followers_and_labels_of_all_are_kept(at_once: Any, running: Any) -> None:
    api = Api(running)
    table_id = api.request("POST", "/v1/tables", json=table("followed")).json()["id"]
    users = []
    for number in range(WRITERS):
        body = {"name": f"follower{number}", "email": f"follower{number}@example.com"}
        users.append(api.request("POST", "/v1/users", json=body).json()["id"])

    def work(api: Api, number: int) -> int:
        path = f"/v1/tables/{table_id}/followers"
        return api.request("PUT", path, json=users[number]).status_code

    assert set(at_once(work)) <= {200, 201}
    followers = api.get(f"/v1/tables/{table_id}?fields=followers")["followers"]
    assert {follower["id"] for follower in followers} == set(users)


def test_an_entity_is_deleted_once(at_once: Any, running: Any) -> None:
    created = Api(running).request("POST", "/v1/tables", json=table("doomed")).json()

    def work(api: Api, number: int) -> int:
        response = api.request(
            "DELETE", f"/v1/tables/{created['id']}", params={"hardDelete": "true"}
        )
        return response.status_code

    assert Counter(at_once(work)) == {200: 1, 404: WRITERS - 1}


def test_readers_see_committed_states_only(at_once: Any, running: Any) -> None:
    """Half of all write a table as a whole, the others never see a mixture of two states."""
    api = Api(running)
    api.request("POST", "/v1/tables", json=table("whole", description="0", displayName="0"))

    def work(api: Api, number: int) -> int:
        for turn in range(8):
            if number % 2:
                text = f"{number}-{turn}"
                body = table("whole", description=text, displayName=text)
                assert api.request("PUT", "/v1/tables", json=body).status_code == 200
            else:
                seen = api.get("/v1/tables/name/s.d.c.whole")
                assert seen["description"] == seen["displayName"]
        return number

    assert at_once(work) == list(range(WRITERS))
