"""Values of enumerations."""

from __future__ import annotations

from enum import Enum

import pytest

from dynclient.errors import BadArguments
from dynclient.extensions.choices import allowed_value


class _Filter(Enum):
    OWNER = "owner"


@pytest.mark.parametrize("value", ["OWNER", "Owner", _Filter.OWNER])
def test_case_is_ignored_and_members_of_enums_are_accepted(value: object) -> None:
    assert allowed_value("feed", "filter", value, ["OWNER", "MENTIONS"]) == "OWNER"


def test_another_value_is_refused_with_the_allowed_ones_and_a_close_one() -> None:
    with pytest.raises(BadArguments, match="'OWNER', 'MENTIONS', not 'MENTION'") as caught:
        allowed_value("feed", "filter", "MENTION", ["OWNER", "MENTIONS"])
    assert caught.value.problems[0].nearest == ("MENTIONS",)
    assert caught.value.problems[0].path == "filter"
