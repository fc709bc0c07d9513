"""Fields of other releases on the types of each release: read, written, refused, warned of."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import pytest

from dynclient import errors
from dynclient.drift import table
from dynclient.errors import DriftWarning
from dynclient.model import asdict, changes, load
from dynclient.model.namespace import types
from dynclient.schema import Release
from tests.support.trees import TREES, real_release, release_named

USER = {"id": "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0", "type": "user"}
OTHER = {"id": "7d50e4c0-d1b0-4442-80a9-c5fee5b97fe1", "type": "team"}
MYSQL = "entity/services/connections/database/mysqlConnection.json"

pytestmark = pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning")


def _having(field: str, path: str = "api/data/createTable.json") -> list[str]:
    return [name for name in TREES if field in real_release(name).node(path).properties]


one_owner = pytest.mark.parametrize("name", _having("owner"))
many_owners = pytest.mark.parametrize("name", ["starter", *_having("owners")])


def request(release: Release, **fields: Any) -> Any:
    made = types(release).CreateTableRequest
    return made(name="t", databaseSchema="s.d.x", columns=[], **fields)


# -- one and many ----------------------------------------------------------------------------------


@many_owners
@pytest.mark.parametrize("given", [USER, [USER], (USER,)])
def test_one_owner_goes_into_the_list(name: str, given: Any) -> None:
    made = request(release_named(name), owner=given)
    assert asdict(made)["owners"] == [USER]
    assert "owner" not in asdict(made)
    assert made.owner.id == USER["id"]
    assert made["owner"] is made.owners[0]


@many_owners
def test_one_owner_is_set_changed_and_removed(name: str) -> None:
    made = request(release_named(name))
    assert made.owner is None
    made.owner = USER
    made.owner.displayName = "Ada"
    assert asdict(made)["owners"] == [{**USER, "displayName": "Ada"}]
    del made.owner
    assert "owners" not in asdict(made)
    made["owner"] = USER
    made.owner = None
    assert "owners" not in asdict(made)


@many_owners
def test_one_does_not_take_the_place_of_several(name: str) -> None:
    made = request(release_named(name), owners=[USER, OTHER])
    assert made.owner.id == USER["id"]
    told = r"owner: is called owners in release .* and has 2 values; set owners to say which"
    for change in (
        lambda: setattr(made, "owner", OTHER),
        lambda: setattr(made, "owner", None),
        lambda: delattr(made, "owner"),
    ):
        with pytest.raises(errors.BadArguments, match=told):
            change()
        assert asdict(made)["owners"] == [USER, OTHER]
    made.owner = [OTHER]
    assert asdict(made)["owners"] == [OTHER]


@one_owner
def test_a_list_of_one_is_the_one(name: str) -> None:
    made = request(release_named(name), owners=[USER])
    assert asdict(made)["owner"] == USER
    assert [owner.id for owner in made.owners] == [USER["id"]]
    made.owners[0].displayName = "Ada"
    assert made.owner.displayName == "Ada"
    made.owners = []
    assert made.owners is None
    assert "owner" not in asdict(made)


@one_owner
def test_changes_of_the_list_reach_the_one(name: str) -> None:
    made = request(release_named(name), owners=[USER])
    made.owners[0] = OTHER
    assert asdict(made)["owner"] == OTHER
    made.owners.clear()
    assert "owner" not in asdict(made)
    made.owners = [USER]
    owners = made.owners
    owners.pop()
    owners.append(OTHER)
    assert asdict(made)["owner"] == OTHER
    assert owners == [made.owner]


@one_owner
def test_several_are_too_many_and_nothing_is_lost(name: str) -> None:
    release = release_named(name)
    told = f"owners: is called owner in release {name} and takes one value, not 2"
    with pytest.raises(errors.BadArguments, match=told) as caught:
        request(release, owners=[USER, OTHER], colour="red")
    assert {problem.path for problem in caught.value.problems} == {"owners", "colour"}
    made = request(release, owners=[USER])
    for change in (
        lambda: made.owners.append(OTHER),
        lambda: made.owners.extend([OTHER]),
        lambda: made.owners.__iadd__([OTHER]),
        lambda: setattr(made, "owners", [USER, OTHER]),
    ):
        with pytest.raises(errors.BadArguments, match="takes one value, not 2"):
            change()
        assert asdict(made)["owner"] == USER
        assert len(made.owners) == 1


@one_owner
def test_several_in_place_of_none_are_too_many_at_once(name: str) -> None:
    made = request(release_named(name), owners=[USER])
    owners = made.owners
    owners.clear()
    for change in (owners.extend, owners.__iadd__):
        with pytest.raises(errors.BadArguments, match="takes one value, not 2"):
            change([USER, OTHER])
        assert owners == []
        assert made.owners is None


@pytest.mark.parametrize("name", ["starter", *TREES])
def test_what_stands_for_a_field_is_in_an_entity(name: str) -> None:
    made = request(release_named(name))
    assert "owner" not in made
    assert "owners" not in made
    made.owner = USER
    assert "owner" in made
    assert "owners" in made
    assert "colour" not in made
    assert 5 not in made
    strict = request(release_named(name).with_drift("error"))
    assert ("owner" in strict, "owners" in strict) == (False, False)


def test_a_field_that_is_not_set_cannot_be_deleted() -> None:
    made = request(release_named("starter"))
    unset = "owners of this CreateTableRequest is not set, so it cannot be deleted"
    with pytest.raises(errors.UnknownField, match=unset):
        del made.owners
    with pytest.raises(errors.UnknownField, match="has no field 'ownrs'; did you mean owners"):
        del made.ownrs


@one_owner
def test_changes_of_what_a_server_gave_are_a_patch_of_its_own_field(name: str) -> None:
    table = load(types(release_named(name)).Table, {"id": "1", "name": "t", "owner": USER})
    table.owners = [OTHER]
    assert changes(table) == [{"op": "replace", "path": "/owner", "value": OTHER}]


@many_owners
def test_a_field_that_is_set_twice_is_a_problem(name: str) -> None:
    doubled = f"is called owners in release {name}, and owners is set too"
    with pytest.raises(errors.BadArguments, match=doubled):
        request(release_named(name), owner=USER, owners=[OTHER])


# -- every rename of the table ---------------------------------------------------------------------


def _places() -> list[Any]:
    """Return (release, path, field, counterpart) for all that some release calls otherwise."""
    found = []
    for name in TREES:
        release = real_release(name)
        roots = [path for kind in release.entities.values() for path in (kind.path, kind.create)]
        named = [path for rename in table.renames() for path in rename.documents]
        for path in dict.fromkeys(path for path in (*roots, *named) if path in release.paths):
            known = release.node(path).properties
            for rename in table.renames():
                for field in {rename.old, rename.new}.difference(known):
                    theirs = table.find_alias(field, known, path)
                    if theirs is not None:
                        found.append((name, path, field, theirs.name))
    return found


def test_every_rename_is_read_and_written_wherever_it_holds() -> None:
    places = _places()
    if not TREES:
        pytest.skip("the renames show in real trees only")
    tried = {field for _, _, field, _ in places}
    assert all(tried & {rename.old, rename.new} for rename in table.renames())
    for name, path, field, theirs in places:
        cls = types(real_release(name))[path]
        assert not hasattr(cls, field)
        assert field not in dir(cls)
        single = cls._nodes[theirs].kind != "array"
        value = ["x"] if any(
            field == row.new and row.change == "list" and theirs == row.old
            for row in table.renames()
        ) else "x"  # fmt: skip
        made = cls({field: value})
        assert made._raw == {theirs: "x" if single else ["x"]}
        assert made[field] == value
        assert field not in dir(made)


# -- parts of objects ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["starter", *_having("authType", MYSQL)])
def test_a_password_goes_where_the_release_has_it(name: str) -> None:
    Mysql = types(release_named(name))[MYSQL]
    made = Mysql(username="u", hostPort="h:1", password="open-sesame")
    assert asdict(made, secrets=True)["authType"] == {"password": "open-sesame"}
    assert made.password.get_secret_value() == "open-sesame"
    assert "open-sesame" not in repr(made) + repr(made.password)
    made.password = "mellon"
    assert asdict(made, secrets=True)["authType"] == {"password": "mellon"}
    assert Mysql(username="u").password is None


@pytest.mark.parametrize("name", _having("password", MYSQL))
def test_an_object_is_split_into_fields(name: str) -> None:
    Mysql = types(release_named(name))[MYSQL]
    made = Mysql(username="u", authType={"password": "open-sesame"})
    assert asdict(made, secrets=True) == {"username": "u", "password": "open-sesame"}
    made.authType = {"password": "mellon"}
    assert made.password.get_secret_value() == "mellon"
    with pytest.raises(errors.BadArguments, match=r"is password in .*, which has no awsConfig"):
        Mysql(username="u", authType={"awsConfig": {"awsRegion": "eu"}})
    with pytest.raises(errors.UnknownField, match="authType is password in release"):
        made.authType  # noqa: B018
    assert not hasattr(Mysql, "authType")


def test_several_fields_go_into_one_object() -> None:
    path = "entity/services/connections/pipeline/airbyteConnection.json"
    for name in _having("auth", path):
        made = types(real_release(name))[path](username="u", password="p", hostPort="h:1")
        assert asdict(made, secrets=True)["auth"] == {"username": "u", "password": "p"}


# -- items of lists --------------------------------------------------------------------------------

TERM = {"id": USER["id"], "type": "glossaryTerm", "name": "b", "fullyQualifiedName": "g.b"}


def _term(name: str, *related: Any) -> Any:
    cls = types(real_release(name)).GlossaryTerm
    return load(cls, {"id": "1", "name": "a", "relatedTerms": [copy.deepcopy(x) for x in related]})


def _boxed() -> list[str]:
    return [name for name in TREES if "type/termRelation.json" in real_release(name).paths]


def test_what_was_put_into_an_object_is_read_as_before() -> None:
    for name in _boxed():
        term = _term(name, {"relationType": "broader", "term": TERM})
        assert term.relatedTerms[0].name == "b"
        assert term.relatedTerms[0].id == TERM["id"]
        term.relatedTerms[0].name = "c"
        assert term.relatedTerms[0].term.name == "c"
        del term.relatedTerms[0].term
        term.relatedTerms[0].name = "d"
        assert term.relatedTerms[0].term.name == "d"


def test_what_is_bare_is_read_as_newer_releases_have_it() -> None:
    for name in [name for name in TREES if name not in _boxed()]:
        term = _term(name, TERM)
        assert term.relatedTerms[0].term.name == "b"
        assert term.relatedTerms[0].relationType == "relatedTo"
        reference = types(real_release(name)).EntityReference(**USER)
        with pytest.raises(errors.UnknownField, match="has no field 'term'"):
            reference.term  # noqa: B018


@pytest.mark.parametrize("name", TREES)
def test_an_entity_in_the_list_is_a_reference_to_it(name: str) -> None:
    other = load(types(real_release(name)).GlossaryTerm, {**TERM, "description": "b", "version": 1})
    reference = {key: TERM[key] for key in ("id", "type", "fullyQualifiedName")}
    wanted = {"term": reference} if name in _boxed() else reference
    term = _term(name)
    for related in ([other], [{"term": other}]):
        term.relatedTerms = related
        assert asdict(term)["relatedTerms"] == [wanted]
    term.relatedTerms = []
    term.relatedTerms.append(other)
    assert asdict(term)["relatedTerms"] == [wanted]


# -- documents -------------------------------------------------------------------------------------


def test_a_document_is_found_by_the_path_it_has_elsewhere() -> None:
    old, new = (f"security/credentials/{kind}Credentials.json" for kind in ("gcs", "gcp"))
    for name in TREES:
        release = real_release(name)
        known = types(release)
        assert known[old] is known[new]
        here, there = (old, new) if old in release.paths else (new, old)
        with pytest.warns(DriftWarning, match=f"{there} is called {here} in release"):
            assert known[f"{there}#"] is known[here]
        with pytest.raises(errors.SchemaNotFound):
            types(release.with_drift("error"))[there]


# -- what is told ----------------------------------------------------------------------------------


def test_each_place_in_the_code_is_warned_once() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            made = request(release_named("starter"), owner=USER)
        made.owner = OTHER
    assert {each.category for each in told} == {DriftWarning}
    assert [each.filename for each in told] == [__file__] * 2
    assert "CreateTableRequest.owner is called owners in release starter" in str(told[0].message)


def test_a_warning_that_is_an_error_is_one_each_time() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(DriftWarning):
                request(release_named("starter"), owner=USER)


def test_a_warning_that_is_an_error_changes_nothing() -> None:
    made = request(release_named("starter"), owners=[USER])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DriftWarning):
            made.owner = OTHER
        with pytest.raises(DriftWarning):
            del made.owner
    assert asdict(made)["owners"] == [USER]


def test_with_drift_warn_each_use_is_warned() -> None:
    release = release_named("starter").with_drift("warn")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            request(release, owner=USER)
    assert len(told) == 3


def test_with_drift_error_the_error_says_where_a_field_is() -> None:
    release = release_named("starter").with_drift("error")
    with pytest.raises(errors.BadArguments, match="owner: is called owners in release") as caught:
        request(release, owner=USER, colour="red")
    near = {problem.path: problem.nearest for problem in caught.value.problems}
    assert near == {"owner": ("owners",), "colour": ("columns",)}
    made = request(release)
    for use in (lambda: made.owner, lambda: made["owner"], lambda: setattr(made, "owner", USER)):
        with pytest.raises(errors.UnknownField, match=r"owner is called owners") as found:
            use()
        assert found.value.nearest == ("owners",)
    assert not hasattr(made, "owner")


def test_removed_fields_are_reported_with_what_to_do_instead() -> None:
    for loss in table.removed_fields():
        for name in TREES:
            release = real_release(name)
            for path in loss.documents:
                if path in release.paths and loss.field not in release.node(path).properties:
                    with pytest.raises(errors.BadArguments) as caught:
                        types(release)[path]({loss.field: "x"})
                    assert loss.way in str(caught.value)


# -- what stays as it was --------------------------------------------------------------------------


def test_fields_that_a_server_sent_come_before_aliases() -> None:
    table = load(types(release_named("starter")).Table, {"id": "1", "owner": {"id": "2"}})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert table.owner["id"] == "2"
        table.owner = {"id": "3"}
    assert asdict(table) == {"id": "1", "owner": {"id": "3"}}


def test_a_field_of_no_release_is_unknown() -> None:
    made = request(release_named("starter"))
    with pytest.raises(AttributeError, match="colour"):
        made.colour  # noqa: B018
    with pytest.raises(errors.UnknownField, match="colour"):
        made.colour = "red"


def test_releases_differ_by_what_they_do_about_drift() -> None:
    release = release_named("starter")
    other = release.with_drift("error")
    assert other is release.with_drift("error")
    assert other.with_drift("bridge") is release
    assert other != release
    assert pickle.loads(pickle.dumps(other)) is other
    assert types(other).Table is not types(release).Table
    assert pickle.loads(pickle.dumps(types(other).Table)) is types(other).Table
    with pytest.raises(ValueError, match="must be one of 'bridge', 'warn', 'error'"):
        release.with_drift("ignore")
