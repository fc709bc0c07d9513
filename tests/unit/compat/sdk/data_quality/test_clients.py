"""The client that data quality uses."""

from __future__ import annotations

import pytest

from dynclient.compat.ometa.exceptions import RejectedBeforeSending
from dynclient.compat.sdk.data_quality.clients import find, official_client
from dynclient.compat.sdk.data_quality.exceptions import UnknownTable
from dynclient.compat.sdk.default_client import configure, reset
from dynclient.errors import BadArguments, DynclientError, NotFound


def test_each_kind_of_client_is_taken() -> None:
    sdk = configure(host="http://localhost:1/api", jwt_token="t")
    assert official_client(None) is sdk.ometa
    assert official_client(sdk) is sdk.ometa
    assert official_client(sdk.ometa) is sdk.ometa
    reset()


@pytest.mark.parametrize(
    ("error", "official"),
    [
        (NotFound("no table", status=404, code=404), UnknownTable),
        (BadArguments("wrong", problems=()), RejectedBeforeSending),
    ],
)
def test_native_errors_become_official_ones(error: DynclientError, official: type) -> None:
    def fail() -> None:
        raise error

    assert find(lambda: 3) == 3
    with pytest.raises(official):
        find(fail)
