"""Names are joined, split and encoded by the server's rules."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient import errors, fqn

names = st.text(
    st.one_of(st.sampled_from(" ./%#?:&=+;é漢\U0001f600"), st.characters(codec="utf-8")),
    min_size=1,
    max_size=20,
).filter(lambda name: '"' not in name)


@given(st.lists(names, min_size=1, max_size=6))
def test_what_is_built_splits_into_the_same_names(parts: list[str]) -> None:
    assert fqn.split(fqn.build(*parts)) == parts


@given(st.lists(names, min_size=1, max_size=4))
def test_an_encoded_name_is_one_segment_and_decodes_to_itself(parts: list[str]) -> None:
    name = fqn.build(*parts)
    encoded = fqn.encode(name)
    assert unquote(encoded) == name
    assert not set(encoded) & set('/?#" ')


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        (["svc"], "svc"),
        (["svc", "db", "a.b"], 'svc.db."a.b"'),
        (["."], '"."'),
        (["a b", "c/d", "50%", "#1", "why?"], "a b.c/d.50%.#1.why?"),
    ],
)
def test_only_names_with_dots_are_quoted(parts: list[str], joined: str) -> None:
    assert dynclient.fqn(*parts) == joined


def test_needless_quotes_are_understood() -> None:
    assert fqn.split('"a"."b.c".d') == ["a", "b.c", "d"]


@pytest.mark.parametrize("parts", [[], [""], ["a", ""], ['say "hi"'], [3]])
def test_names_the_server_would_refuse_are_refused(parts: list[str]) -> None:
    with pytest.raises(errors.BadName):
        fqn.build(*parts)


@pytest.mark.parametrize("text", ["", "a..b", ".a", "a.", '"a', '"a"b.c', '""'])
def test_malformed_names_do_not_split(text: str) -> None:
    with pytest.raises(errors.BadName):
        fqn.split(text)


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_segments_that_no_path_can_contain_are_rejected(segment: str) -> None:
    with pytest.raises(errors.BadName):
        fqn.encode(segment)


def test_encoding_is_as_the_server_documents_it() -> None:
    assert fqn.encode('"a.b"/c') == "%22a.b%22%2Fc"


def test_a_lone_surrogate_cannot_be_encoded() -> None:
    with pytest.raises(errors.BadName, match="contains a lone surrogate"):
        fqn.encode("a\ud800")
