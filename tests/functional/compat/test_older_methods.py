"""Methods of the official clients of 1.0 to 1.2, on the sandbox of each release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from dynclient import compat
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = [
    pytest.mark.usefixtures("removed_afterwards"),
    pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning"),
]


class World(NamedTuple):
    """A glossary with three terms, and the official client."""

    metadata: Any
    glossary: Any
    terms: list[Any]
    users: list[Any]


@pytest.fixture(scope="module", params=ALL_RELEASES)
def world(request: pytest.FixtureRequest, server: Server) -> Iterator[World]:
    running = server(request.param)
    compat.install(release_named(request.param))
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    connection = {"hostPort": running.host, "securityConfig": {"jwtToken": running.admin_token}}
    with OpenMetadata(connection) as metadata:
        om = metadata.native
        glossary = om.glossaries.upsert(name="Older", displayName="Older", description="d")
        terms = [
            om.glossary_terms.upsert(
                name=name, displayName=name, description="d", glossary=glossary
            )
            for name in ("one", "two", "three")
        ]
        users = [
            om.users.upsert(name=name, email=f"{name}@older.example.com")
            for name in ("older-ada", "older-bob")
        ]
        yield World(metadata, glossary, terms, users)
        om.glossaries.delete(glossary, recursive=True, hard=True)
        for user in users:
            om.users.delete(user, hard=True)
    compat.uninstall()


def ids(values: Any) -> list[str]:
    listed = [getattr(each, "term", None) or each for each in getattr(values, "root", values) or ()]
    return [str(each.id.root) for each in listed]


def test_reviewers_come_and_the_last_one_goes(world: World) -> None:
    from metadata.generated.schema.entity.data.glossary import Glossary

    patch, key = world.metadata.patch_reviewers, world.glossary.id
    known = [str(each.id) for each in world.users]
    for number, user in enumerate(known, 1):
        found = patch(entity=Glossary, entity_id=key, reviewer_id=user)
        assert sorted(ids(found.reviewers)) == sorted(known[:number])
    last = ids(found.reviewers)[-1]
    assert ids(patch(entity=Glossary, entity_id=key).reviewers) == [i for i in known if i != last]
    assert not ids(patch(entity=Glossary, entity_id=key).reviewers)
    assert patch(entity=Glossary, entity_id=key) is None


def test_a_term_moves_and_comes_back(world: World) -> None:
    patch, (one, two, _) = world.metadata.patch_glossary_term_parent, world.terms
    moved = patch(entity_id=two.id, parent_fqn=one.fullyQualifiedName)
    assert str(moved.parent.id.root) == str(one.id)
    assert patch(entity_id=two.id).parent is None
    assert patch(entity_id=two.id) is None
    assert patch(entity_id=two.id, parent_fqn="Older.nothing") is None


def test_terms_are_related_until_the_last_relation_goes(world: World) -> None:
    patch, (one, _, three) = world.metadata.patch_glossary_term_related_terms, world.terms
    assert ids(patch(entity_id=one.id, related_term_id=three.id).relatedTerms) == [str(three.id)]
    assert not ids(patch(entity_id=one.id).relatedTerms)
    assert patch(entity_id=one.id) is None


def test_synonyms_and_references_come_and_go(world: World) -> None:
    key = world.terms[0].id
    synonyms, references = (
        world.metadata.patch_glossary_term_synonyms,
        world.metadata.patch_glossary_term_references,
    )
    synonyms(entity_id=key, synonym="uno")
    found = synonyms(entity_id=key, synonym="eins")
    assert [str(each) for each in found.synonyms] == ["uno", "eins"]
    assert [str(each) for each in synonyms(entity_id=key).synonyms] == ["uno"]
    assert not synonyms(entity_id=key).synonyms
    assert synonyms(entity_id=key) is None
    address = "https://words.example.com/"
    found = references(entity_id=key, reference_name="w", reference_endpoint=address)
    assert [(each.name, str(each.endpoint)) for each in found.references] == [("w", address)]
    assert not references(entity_id=key).references
    assert references(entity_id=key) is None


def test_a_user_is_found_by_address(world: World) -> None:
    find, user = world.metadata.get_user_by_email, world.users[0]
    assert str(find("Older-Ada@older.example.com").id.root) == str(user.id)
    assert find("nobody@older.example.com") is None
    assert find("older-ada@older.example.com", fields=["teams"]).email is not None


def test_an_owner_is_set_by_its_old_name(world: World) -> None:
    from metadata.generated.schema.entity.data.glossary import Glossary

    metadata, user = world.metadata, world.users[0]
    source = metadata.get_by_id(Glossary, world.glossary.id)
    owner = {"id": str(user.id), "type": "user"}
    found = metadata.patch_owner(entity=Glossary, source=source, owner=owner, force=True)
    assert str(found.owner.id.root) == str(user.id)
