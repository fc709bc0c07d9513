"""Secrets in an entity's JSON: what counts as one, in the schemas and by its name."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from dynclient import asdict, changes, to_json
from dynclient.model import load
from dynclient.model.masking import (
    is_secret,
    mask_paths,
    masked,
    patch_mask_paths,
    sealed,
    unsealed,
    without_masks,
)
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.secrets import MASK, Secret
from tests.support.small_tree import SMALL

PLAIN = {"type": "string"}
PASSWORD = {"type": "string", "format": "password"}
MARKED = {"type": "string", "mask": True}
KEYS = {"type": "object", "properties": {"certificate": PASSWORD, "path": PLAIN}}

PROPERTIES: dict[str, dict[str, Any]] = {
    "plain": PLAIN,
    "caCertValue": PASSWORD,
    "marked": MARKED,
    "unmarked": {"type": "string", "mask": False},
    "referred": {"$ref": "#/definitions/key"},
    "holder": KEYS,
    "holders": {"type": "array", "items": KEYS},
    "grid": {"type": "array", "items": {"type": "array", "items": KEYS}},
    "named": {"type": "object", "additionalProperties": KEYS},
    "codes": {"type": "object", "additionalProperties": PASSWORD},
    "list": {"type": "array", "items": PASSWORD},
    "either": {"oneOf": [{"type": "object", "properties": {"path": PLAIN}}, KEYS]},
    "several": {"type": "array", "items": {"anyOf": [KEYS, {"type": "integer"}]}},
    "free": {"type": "object"},
    "arguments": {"type": "object", "additionalProperties": {}},
    "settings": {"type": "object", "additionalProperties": PLAIN},
    "access_key": PLAIN,
    "adminPwd": PLAIN,
    "anyPassword": {},
    "clientSecret": PLAIN,
    "tokens": {"type": "array", "items": PLAIN},
    "maxToken": {"type": "integer"},
    "dbPassword": {"oneOf": [{"type": "integer"}, PLAIN]},
}


@pytest.fixture
def node(tmp_path):
    tree = copy.deepcopy(SMALL)
    thing = tree["entity/data/thing.json"]
    thing["definitions"]["key"] = PASSWORD
    thing["properties"] |= PROPERTIES
    found = add_documents(tree, "7.0.0", cache=Cache(tmp_path), origin="a test")
    return found.node("entity/data/thing.json")


RAW: dict[str, Any] = {
    "plain": "open",
    "caCertValue": "hush",
    "marked": "hush",
    "unmarked": "open",
    "referred": "hush",
    "holder": {"certificate": "hush", "path": "open"},
    "holders": [{"certificate": "hush", "path": "open"}, {"certificate": "hush"}],
    "grid": [[{"certificate": "hush", "path": "open"}]],
    "named": {"a": {"certificate": "hush", "path": "open"}},
    "codes": {"a": "hush", "b": "hush"},
    "list": ["hush", "hush"],
    "either": {"certificate": "hush", "path": "open"},
    "several": [{"certificate": "hush", "path": "open"}, 5],
    "free": {"password": "hush", "text": "open", "deep": [{"apiKey": "hush", "size": 5}]},
    "arguments": {"password": "hush", "host": "open", "secretKeys": ["hush"], "a": {"pwd": "hush"}},
    "settings": {"api_key": "hush", "access-key": "hush", "path": "open", "private key": "hush"},
    "access_key": "hush",
    "adminPwd": "hush",
    "anyPassword": "hush",
    "clientSecret": "hush",
    "maxToken": 5,
    "dbPassword": "hush",
    "unknownToken": "hush",
    "unknownTokens": ["hush", {"password": "hush", "text": "open"}, 5],
    "unknown": {"jwtToken": "hush", "text": "open"},
}


def replace_mask(raw: Any, secret: Any) -> Any:
    """Return JSON with each ``hush`` replaced."""
    if isinstance(raw, dict):
        return {name: replace_mask(value, secret) for name, value in raw.items()}
    if isinstance(raw, list):
        return [replace_mask(value, secret) for value in raw]
    return secret if raw == "hush" else raw


@pytest.mark.parametrize("name", RAW)
def test_secrets_are_masked_and_nothing_else(node, name: str) -> None:
    raw = {name: copy.deepcopy(RAW[name])}
    assert masked(node, raw) == {name: replace_mask(RAW[name], MASK)}
    assert raw == {name: RAW[name]}


@pytest.mark.parametrize("name", RAW)
def test_secrets_are_sealed_and_nothing_else(node, name: str) -> None:
    found = sealed(node, {name: RAW[name]})
    assert found == {name: RAW[name]}  # a Secret equals its string
    assert "hush" not in repr(found)
    assert "hush" not in str(pickle.dumps(found))
    assert repr(found) == repr({name: replace_mask(RAW[name], Secret("hush"))})
    plain = unsealed(found)
    assert plain == {name: RAW[name]}
    assert json.dumps(plain) == json.dumps({name: RAW[name]})
    assert "Secret" not in str(kinds(plain))


def kinds(raw: Any) -> list[str]:
    if isinstance(raw, dict):
        return [kind for value in raw.values() for kind in kinds(value)]
    if isinstance(raw, list):
        return [kind for value in raw for kind in kinds(value)]
    return [type(raw).__name__]


def test_pickles_and_dumps_of_entities_hold_no_secret(node) -> None:
    thing = load(node, copy.deepcopy(RAW))
    data = pickle.dumps(thing)
    assert b"hush" not in data
    again = pickle.loads(data)
    assert asdict(again, secrets=True) == RAW
    assert b"hush" not in pickle.dumps(again)
    assert "hush" not in to_json(thing)
    assert "hush" not in repr(thing)
    assert json.loads(to_json(thing)) == replace_mask(RAW, MASK)
    assert json.loads(to_json(thing, secrets=True)) == RAW


def test_pickles_of_changed_entities_hold_no_secret_of_before(node) -> None:
    thing = load(node, copy.deepcopy(RAW))
    thing.caCertValue = "other"
    thing.free["password"] = "other"
    data = pickle.dumps(thing)
    assert b"hush" not in data
    assert b"other" not in data
    from dynclient import original

    assert original(pickle.loads(data)) == RAW


def test_pickles_of_parts_of_entities_hold_no_secret(node) -> None:
    thing = load(node, copy.deepcopy(RAW))
    parts = (thing.free, thing.free["deep"], thing.list, thing.unknown, thing.codes)
    more = (thing.unknownTokens, thing.unknownToken, thing.arguments, thing.settings)
    for part in (*parts, *more, thing.arguments["secretKeys"], thing.arguments["password"]):
        assert b"hush" not in pickle.dumps(part)
        assert "hush" not in repr(part)
        assert "hush" not in to_json(part)


def test_secrets_that_only_a_name_shows_are_equal_to_their_text(node) -> None:
    thing = load(node, copy.deepcopy(RAW))
    assert thing.unknownToken == thing.free["password"] == thing.settings["api_key"] == "hush"
    assert thing.unknownTokens[0].get_secret_value() == "hush"
    assert thing.unknownTokens[1] == {"password": "hush", "text": "open"}
    thing.free["copy"] = thing.free["password"]
    thing.unknownTokens.append("other")
    assert asdict(thing, secrets=True)["free"]["copy"] == "hush"
    assert asdict(thing, secrets=True)["unknownTokens"][-1] == "other"


def test_maps_with_secret_names_keep_the_types_of_their_objects(node) -> None:
    thing = load(node, {"named": {"tokens": {"certificate": "hush", "path": "open"}}})
    assert type(thing.named["tokens"]).__name__ == type(load(node, RAW).named["a"]).__name__


def test_changes_are_masked_unless_secrets_are_asked_for(node) -> None:
    thing = load(node, copy.deepcopy(RAW))
    thing.caCertValue = "other"
    thing.free["password"] = "other"
    thing.unknownTokens.append("more")
    thing.holder = {"certificate": "other", "path": "b"}
    del thing.plain
    shown = changes(thing)
    assert type(shown) is list
    text = repr(shown) + json.dumps(shown)
    assert "hush" not in text
    assert "other" not in text
    assert "more" not in text
    clear = changes(thing, secrets=True)
    assert [step["path"] for step in shown] == [step["path"] for step in clear]
    assert {"op": "replace", "path": "/caCertValue", "value": MASK} in shown
    assert {"op": "replace", "path": "/caCertValue", "value": "other"} in clear
    assert {"op": "add", "path": "/unknownTokens/3", "value": "more"} in clear


# -- names -----------------------------------------------------------------------------------------

ENDINGS = (
    *("password", "passphrase", "secret", "secretKey", "token"),
    *("privateKey", "apiKey", "accessKey", "jwt"),
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_strings_with_a_secret_name_are_secrets_whatever_the_schema_says(node, ending: str) -> None:
    place = (node.properties["plain"],)
    for name in (ending, ending.upper(), f"my{ending[0].upper()}{ending[1:]}"):
        assert is_secret(name, place)
        assert is_secret(name, ())
    assert not is_secret(f"{ending}Count", place)
    assert not is_secret(ending, (node.properties["maxToken"],))


def test_in_a_union_one_branch_makes_a_secret(node) -> None:
    number, text = node.properties["dbPassword"].branches
    assert is_secret("password", (number, text))
    assert not is_secret("password", (number,))
    assert is_secret("path", (number, node.properties["caCertValue"]))
    assert is_secret("path", (node.properties["marked"], number))
    assert not is_secret("path", (number, text))
    assert not is_secret("path", (node.properties["unmarked"],))


def test_without_a_schema_the_name_decides() -> None:
    for name in (
        *("authorization", "credentials", "access_key", "nextPageToken", "db_pwd", "dbPwd", "pass"),
        *("access-key", "accountKey", "secretKey", "api key", "user_pass", "Cookie", "X-Auth-User"),
    ):
        assert is_secret(name, ())
    for name in ("name", "description", "keyword", "key", "bypass", "passengers", "compass"):
        assert not is_secret(name, ())


@pytest.mark.parametrize("value", [5, 1.5, True, None])
def test_only_strings_are_hidden(value: Any) -> None:
    assert masked(None, {"password": value}) == {"password": value}
    assert masked(None, {"password": [value, "hush"]}) == {"password": [value, MASK]}
    assert masked(None, value) is value


def test_below_a_secret_name_objects_are_looked_through() -> None:
    raw = {"secrets": {"path": "open", "token": "hush"}}
    assert masked(None, raw) == {"secrets": {"path": "open", "token": MASK}}


def test_a_string_of_a_secret_place_is_masked_itself(node) -> None:
    assert masked(node.properties["caCertValue"], "hush") == MASK
    assert masked(node.properties["caCertValue"], 5) == 5
    assert masked(node.properties["plain"], "open") == "open"
    assert masked(node.properties["list"], ["hush"]) == [MASK]


class TestCredentialsUnderOtherNames:
    """Where no schema names a key, a value that looks like a credential is a secret."""

    TOKEN = "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"

    def test_it_is_masked_in_free_maps_and_kept_in_fields_of_the_schema(self, node) -> None:
        raw = {
            "free": {"x": self.TOKEN, "y": "plain", "z": "*****"},
            "settings": {"x": self.TOKEN, "n": ["plain"]},
            "plain": "plain",
        }
        found = masked(node, raw)
        assert found["free"] == {"x": MASK, "y": "plain", "z": "*****"}
        assert found["settings"] == {"x": MASK, "n": ["plain"]}
        assert found["plain"] == "plain"
        assert unsealed(sealed(node, raw)) == raw
        assert self.TOKEN not in repr(sealed(node, raw))

    def test_its_mask_is_not_sent(self, node) -> None:
        assert mask_paths(node, {"free": {"x": MASK}}) == ["free.x"]
        assert mask_paths(node, {"free": {"x": "*****"}}) == [], "five stars may be a rating"
        patch = [{"op": "add", "path": "/free/x", "value": MASK}]
        assert patch_mask_paths(node, patch) == ["free.x"]

    def test_its_mask_becomes_the_former_value(self, node) -> None:
        before = {"free": {"x": self.TOKEN, "y": "1"}}
        after = {"free": {"x": MASK, "y": "2"}}
        assert without_masks(node, before, after) == {"free": {"x": self.TOKEN, "y": "2"}}
