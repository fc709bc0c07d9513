"""Relations between glossary terms, and terms that are moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, BadRequest, NotSupported
from tests.support.shop import Shop, shop


class Terms:
    """Terms of one glossary: a, b below a, and d."""

    def __init__(self, place: Shop) -> None:
        self.om = place.om
        self.glossary = place.create("glossaries", "G", displayName="G", description="x")
        self.name = self.glossary.name
        self.a = self.add("a")
        self.b = self.add("b", parent=f"{self.name}.a")
        self.d = self.add("d")

    def add(self, name: str, **fields: Any) -> Any:
        return self.om.glossary_terms.create(
            name=name, displayName=name, glossary=self.glossary, description="x", **fields
        )

    def related(self, term: Any) -> list[str]:
        listed = self.om.glossary_terms.get(term, fields="relatedTerms").relatedTerms or ()
        return [(each["term"] if "term" in type(each)._nodes else each).name for each in listed]


@pytest.fixture
def place(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


@pytest.fixture
def terms(place: Shop) -> Terms:
    return Terms(place)


def test_terms_are_related_and_not_twice(terms: Terms) -> None:
    collection = terms.om.glossary_terms
    collection.add_relation(terms.a, terms.d)
    collection.add_relation(terms.a.fullyQualifiedName, terms.d.fullyQualifiedName)
    assert terms.related(terms.a) == ["d"]
    collection.add_relation(terms.a, [terms.b])
    assert sorted(terms.related(terms.a)) == ["b", "d"]
    collection.remove_relation(terms.a, terms.d)
    assert terms.related(terms.a) == ["b"]
    with pytest.raises(BadArguments, match="there is no glossaryTerm"):
        collection.add_relation(terms.a, f"{terms.name}.nope")


def test_relations_have_types_where_the_release_has_them(terms: Terms) -> None:
    collection = terms.om.glossary_terms
    if "TermRelation" not in dir(terms.om.types):
        with pytest.raises(NotSupported, match=r"it exists since 1\.13"):
            collection.add_relation(terms.a, terms.d, type="synonym")
        return
    found = collection.add_relation(terms.a, terms.d, type="synonym").relatedTerms
    assert [each.relationType for each in found] == ["synonym"]
    collection.remove_relation(terms.a, terms.d, type="antonym")
    assert terms.related(terms.a) == ["d"]


def test_a_term_is_moved_below_another_and_to_the_top(terms: Terms) -> None:
    collection, name = terms.om.glossary_terms, terms.name
    assert collection.move(terms.b, terms.d).fullyQualifiedName == f"{name}.d.b"
    assert collection.move(terms.b, name).fullyQualifiedName == f"{name}.b"
    assert collection.move(f"{name}.b", f"{name}.a").fullyQualifiedName == f"{name}.a.b"
    assert collection.move(terms.b, terms.a).fullyQualifiedName == f"{name}.a.b"
    with pytest.raises(BadArguments, match="there is no glossaryTerm or glossary"):
        collection.move(terms.b, f"{name}.nope")


def test_a_term_is_moved_to_another_glossary(terms: Terms, place: Shop) -> None:
    other = place.create("glossaries", "H", displayName="H", description="x")
    collection = terms.om.glossary_terms
    assert collection.move(terms.a, other).fullyQualifiedName == f"{other.name}.a"
    assert collection.get(terms.b).fullyQualifiedName == f"{other.name}.a.b"


def test_a_term_is_not_moved_below_itself(terms: Terms) -> None:
    with pytest.raises(BadRequest):
        terms.om.glossary_terms.move(terms.a, terms.b)
