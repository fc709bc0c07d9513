"""Settings, hooks and other named tuples: documented, frozen, picklable."""

from __future__ import annotations

import pickle
import pydoc
from typing import Any, NamedTuple

import pytest

from dynclient.documentation import document_fields
from dynclient.errors import BadArguments, Problem
from dynclient.hooks import Hooks
from dynclient.schema.entity_types import EntityType
from dynclient.schema.repair import RepairNote
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response

DOCUMENTED = [Settings, Hooks, Problem, EntityType, RepairNote, Request, Response]


@pytest.mark.parametrize("cls", DOCUMENTED, ids=lambda cls: cls.__name__)
def test_help_has_a_sentence_for_each_field(cls: Any) -> None:
    text = pydoc.render_doc(cls, renderer=pydoc.plaintext)
    assert "Alias for field" not in text
    assert cls._fields
    for name in cls._fields:
        sentence = getattr(cls, name).__doc__
        assert len(sentence.split()) >= 2, name
        assert sentence.endswith((".", "``")), name
        assert "\n" not in sentence
        assert "  " not in sentence


def test_a_sentence_goes_over_several_lines() -> None:
    @document_fields
    class Pair(NamedTuple):
        """Two values.

        Attributes:
            left: The first: or what
                stands on the left.
            right: The second.
        """

        left: int
        right: int

    assert Pair.left.__doc__ == "The first: or what stands on the left."
    assert Pair.right.__doc__ == "The second."


def test_a_class_without_docstring_stays_as_it_is() -> None:
    class Bare(NamedTuple):
        left: int

    Bare.__doc__ = None
    assert document_fields(Bare) is Bare


def test_settings_cannot_be_changed_but_copied() -> None:
    settings = Settings(retries=1)
    with pytest.raises(AttributeError):
        settings.retries = 2  # type: ignore[misc]
    changed = settings.replace(retries=2, verify=False)
    assert (settings.retries, settings.verify) == (1, True)
    assert (changed.retries, changed.verify) == (2, False)
    assert pickle.loads(pickle.dumps(changed)) == changed
    with pytest.raises(BadArguments, match=r"retires: not a setting; did you mean retries\?"):
        settings.replace(retires=2)


def test_hooks_are_optional() -> None:
    assert Hooks() == Hooks(None, None, None)
    hooks = Hooks(on_request=print)
    assert pickle.loads(pickle.dumps(hooks)) == hooks


def test_defaults_of_settings() -> None:
    assert Settings() == Settings(
        connect_timeout=5.0,
        read_timeout=60.0,
        timeout=300.0,
        max_response=536_870_912,
        retries=3,
        backoff=0.25,
        backoff_limit=20.0,
        retry_after_limit=120.0,
        pool_size=32,
        page_size=100,
        responses="tolerant",
        drift="bridge",
        verify=True,
        client_certificate=None,
        headers=(),
        github="",
    )
