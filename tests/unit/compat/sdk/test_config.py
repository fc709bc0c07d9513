"""The configuration: where its fields come from, and that its token is never printed."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from dynclient.compat.sdk.config import (
    ConfigurationMissing,
    OpenMetadataConfig,
    read_config,
    verify_ssl_mode,
)
from dynclient.errors import UsageError
from dynclient.schema import Release
from tests.unit.compat.sdk.conftest import TOKEN

HOST = "https://metadata.example.com"


def test_the_builder_sets_each_field() -> None:
    builder = OpenMetadataConfig.builder().server_url(f"{HOST}/").jwt_token(TOKEN)
    built = builder.verify_ssl(False).ca_bundle("ca.pem").client_timeout(60).build()
    expected = OpenMetadataConfig(HOST, TOKEN, None, False, "ca.pem", 60)
    assert built == expected
    assert (built.server_url, built.client_timeout) == (HOST, 60)


def test_the_key_is_the_token_unless_there_is_one() -> None:
    assert OpenMetadataConfig(HOST, api_key=TOKEN).jwt_token == TOKEN
    assert OpenMetadataConfig(HOST, jwt_token="other", api_key=TOKEN).jwt_token == "other"


@pytest.mark.parametrize("host", ["OPENMETADATA_HOST", "OPENMETADATA_SERVER_URL"])
@pytest.mark.parametrize("key", ["OPENMETADATA_JWT_TOKEN", "OPENMETADATA_API_KEY"])
def test_the_environment_has_all_fields(
    host: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(host, HOST)
    monkeypatch.setenv(key, TOKEN)
    assert OpenMetadataConfig.from_env() == OpenMetadataConfig(HOST, TOKEN)
    for name, value in (("VERIFY_SSL", "False"), ("CA_BUNDLE", "x.pem"), ("CLIENT_TIMEOUT", "5")):
        monkeypatch.setenv(f"OPENMETADATA_{name}", value)
    assert OpenMetadataConfig.from_env() == OpenMetadataConfig(HOST, TOKEN, None, False, "x.pem", 5)


@pytest.mark.parametrize(("name", "value"), [("VERIFY_SSL", "maybe"), ("CLIENT_TIMEOUT", "soon")])
def test_a_wrong_variable_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENMETADATA_HOST", HOST)
    monkeypatch.setenv(f"OPENMETADATA_{name}", value)
    with pytest.raises(UsageError, match=f"OPENMETADATA_{name} must be .*'{value}'"):
        OpenMetadataConfig.from_env()


def test_what_is_missing_is_named_with_the_ways_to_set_it() -> None:
    with pytest.raises(ConfigurationMissing, match=r"configure\(host=….*OPENMETADATA_HOST"):
        OpenMetadataConfig.from_env()
    with pytest.raises(ValueError, match="address of the server is missing"):
        OpenMetadataConfig.builder().jwt_token(TOKEN).build()
    with pytest.raises(ConfigurationMissing, match="OPENMETADATA_JWT_TOKEN or OPENMETADATA_API"):
        OpenMetadataConfig(HOST).connection()


def test_arguments_replace_fields_of_the_configuration_and_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENMETADATA_HOST", "https://elsewhere.example.com")
    monkeypatch.setenv("OPENMETADATA_JWT_TOKEN", "from-environment")
    assert read_config(None, {"host": HOST}).server_url == HOST
    assert read_config(None, {"api_key": TOKEN}).jwt_token == TOKEN
    whole = OpenMetadataConfig(HOST, TOKEN)
    assert read_config(whole, {"client_timeout": 5}) == OpenMetadataConfig(
        HOST, TOKEN, client_timeout=5
    )
    assert read_config({"host": HOST, "jwt_token": TOKEN}, {}) == whole
    assert read_config({"server_url": HOST}, {"jwt_token": None}).jwt_token is None


def test_an_unknown_argument_has_a_near_one() -> None:
    with pytest.raises(UsageError, match="'jwt_tokn'; did you mean jwt_token"):
        read_config({"host": HOST, "jwt_tokn": TOKEN}, {})


@pytest.mark.parametrize(
    ("fields", "mode"),
    [({}, "no-ssl"), ({"ca_bundle": "ca.pem"}, "validate"),
     ({"verify_ssl": False, "ca_bundle": "ca.pem"}, "ignore")],
)  # fmt: skip
def test_certificates_are_verified_unless_that_is_declined(
    fields: dict[str, Any], mode: str, release: Release
) -> None:
    config = OpenMetadataConfig(HOST, TOKEN, **fields)
    assert verify_ssl_mode(config).value == mode
    assert config.connection().verifySSL.value == mode
    assert config.connection().hostPort == HOST
    assert config.to_ometa_config().jwtToken.get_secret_value() == TOKEN
    certificates = config.to_ssl_config()
    assert (certificates is not None) == ("ca_bundle" in fields)


def test_the_token_is_in_no_text_and_no_pickle(release: Release) -> None:
    config = OpenMetadataConfig(HOST, TOKEN, TOKEN)
    for text in (repr(config), str(config), f"{config}", repr(config.connection())):
        assert TOKEN not in text
    assert HOST in repr(config)
    assert TOKEN.encode() not in pickle.dumps(config)
    assert pickle.loads(pickle.dumps(config)) == config == copy.deepcopy(config)


@pytest.mark.parametrize("timeout", ["soon", -1, True])
def test_a_timeout_is_a_number_of_seconds(timeout: Any) -> None:
    with pytest.raises(UsageError, match="client_timeout must be a number of seconds"):
        OpenMetadataConfig(HOST, TOKEN, client_timeout=timeout)
