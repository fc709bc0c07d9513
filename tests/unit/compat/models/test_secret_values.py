"""Secrets in official models: opened on request and for the server, masked everywhere else."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models.secret_values import SecretStr
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, release_named

WORD = "kv-7391-hush"
PLACE = "security/client/openMetadataJWTClientConfig.json"


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def jwt(release: Release) -> Any:
    return compat.entity_class(release, PLACE)


def connection(release: Release, data: dict[str, Any]) -> Any:
    path = "entity/services/connections/metadata/openMetadataConnection.json"
    return compat.entity_class(release, path)(**data)


def test_only_the_payload_and_the_question_open_a_secret(release: Release) -> None:
    given = {"hostPort": "http://localhost/api", "securityConfig": {"jwtToken": WORD}}
    model = connection(release, given)
    assert model.securityConfig.jwtToken.get_secret_value() == WORD
    assert compat.payload(model) == given
    shown = [
        *(repr(model), str(model), model.json(), model.model_dump_json(), f"{model}"),
        *(repr(model.model_dump()), json.dumps(model.model_dump(mode="json")), repr(vars(model))),
        *(str(model.securityConfig.jwtToken), repr(model.securityConfig.jwtToken)),
        repr(pickle.dumps(model)),
    ]
    assert not [text for text in shown if WORD in text]
    assert "**********" in model.json()


def test_secrets_of_a_server_are_sealed_before_they_are_looked_at(release: Release) -> None:
    model = compat.wrap(jwt(release), {"jwtToken": WORD})
    assert WORD not in repr(pickle.dumps(model))
    assert compat.payload(pickle.loads(pickle.dumps(model))) == {"jwtToken": WORD}
    assert WORD not in repr(model)


def test_a_dump_cannot_be_written_as_json_in_clear(release: Release) -> None:
    with pytest.raises(TypeError, match="SecretStr is not JSON serializable"):
        json.dumps(jwt(release)(jwtToken=WORD).model_dump())


def test_errors_do_not_contain_secrets(release: Release) -> None:
    with pytest.raises(ValidationError) as caught:
        jwt(release)(jwtToken=[WORD])
    with pytest.raises(ValidationError) as mistyped:
        jwt(release)(jwtTokn=WORD, jwtToken=WORD)
    for error in (caught.value, mistyped.value):
        texts = [str(error), repr(error), repr(error.errors()), error.json(), repr(vars(error))]
        texts.append(repr(pickle.dumps(error)))
        assert not [text for text in texts if WORD in text]


def test_secrets_are_values() -> None:
    one = SecretStr(WORD)
    assert one == SecretStr(WORD)
    assert one != WORD
    assert len(one) == len(WORD)
    assert hash(one) == hash(SecretStr(WORD))
    assert (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))) == (one, one, one)
    assert str(SecretStr("")) == ""


# -- secrets that only a name shows ----------------------------------------------------------------

MYSQL = "entity/services/connections/database/mysqlConnection.json"
FREE = {"password": WORD, "host": "db", "secretKeys": [WORD], "deep": {"api_key": WORD}}


def test_secrets_in_free_maps_are_shown_nowhere(release: Release) -> None:
    mysql = compat.entity_class(release, MYSQL)
    if "connectionArguments" not in mysql.model_fields:
        pytest.skip("this release has no connectionArguments")
    for made in (
        mysql(username="reader", hostPort="h:1", connectionArguments=FREE),
        mysql._from_json({"username": "r", "hostPort": "h:1", "connectionArguments": FREE}),
    ):
        arguments = made.connectionArguments
        shown = [repr(made), str(made), made.json(), made.model_dump_json(), repr(arguments)]
        shown += [repr(made.model_dump()), str(pickle.dumps(made)), str(pickle.dumps(arguments))]
        assert WORD not in "".join(shown)
        assert "'db'" in shown[0]
        assert compat.payload(made)["connectionArguments"] == FREE
        again = pickle.loads(pickle.dumps(made))
        assert compat.payload(again)["connectionArguments"] == FREE
        copied = mysql(**made.model_dump(exclude_none=True))
        assert compat.payload(copied)["connectionArguments"] == FREE
    assert FREE["password"] == WORD


def test_errors_show_no_credential_whatever_its_place(release: Release) -> None:
    mysql = compat.entity_class(release, MYSQL)
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
    with pytest.raises(ValidationError) as caught:
        mysql(username=[token], hostPort={"a": f"mysql://me:{WORD}@h"}, scheme=token)
    text = f"{caught.value}{caught.value.errors()}{caught.value.json()}{caught.value.problems}"
    assert token not in text
    assert WORD not in text
