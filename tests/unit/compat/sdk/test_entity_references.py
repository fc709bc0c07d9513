"""References to entities."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.compat.ometa.exceptions import InvalidEntityException
from dynclient.compat.sdk.entity_references import to_entity_reference
from dynclient.compat.sdk.restore_operations import AsyncJobResponse
from tests.unit.compat.sdk.conftest import ID, OTHER


def test_type_and_values_are_those_of_servers(sdk: Any) -> None:
    from metadata.generated.schema.entity.data.databaseSchema import DatabaseSchema

    fields = {"id": ID, "name": "public", "fullyQualifiedName": "a.b.public"}
    schema = DatabaseSchema._from_json({**fields, "database": {"id": OTHER, "type": "database"}})
    expected = {**fields, "type": "databaseSchema"}
    assert to_entity_reference(schema) == expected
    assert sdk.DatabaseSchemas.to_entity_reference(schema) == expected


def test_references_are_taken(sdk: Any) -> None:
    from metadata.generated.schema.type.entityReference import EntityReference

    reference = {"id": ID, "type": "user"}
    assert to_entity_reference(EntityReference(**reference)) == reference
    assert to_entity_reference(reference) == reference


@pytest.mark.parametrize("wrong", ["a name", {"id": ID}, {"type": "user"}, 7, None])
def test_something_else_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidEntityException, match="takes an entity, such as a Table"):
        to_entity_reference(wrong)


def test_the_answer_of_a_job_has_an_id_and_a_message() -> None:
    assert AsyncJobResponse.from_response({"jobId": "1", "message": "m"}) == AsyncJobResponse(
        "1", "m"
    )
    assert AsyncJobResponse.from_response(None) == AsyncJobResponse("")
