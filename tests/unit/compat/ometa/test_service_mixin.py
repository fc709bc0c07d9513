"""Services created from a configuration of ingestion: what of the connection is sent."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.errors import BadArguments
from dynclient.schema import Release
from tests.support.stub import Stub
from tests.unit.compat.ometa.conftest import Get

SOURCE = {
    "type": "mysql",
    "serviceName": "shop",
    "serviceConnection": {
        "config": {
            "type": "Mysql",
            "username": "u",
            "authType": {"password": "open-sesame"},
            "hostPort": "h:1",
        }
    },
}


@pytest.mark.parametrize("stored", [True, False])
def test_a_connection_is_sent_only_if_it_may_be_stored(
    release: Release, get: Get, stub: Stub, stored: bool
) -> None:
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    service = get("entity.services.databaseService", "DatabaseService")
    path = "PUT /api/v1/services/databaseServices"
    identity = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
    stub.routes[path] = {"id": identity, "name": "shop", "serviceType": "Mysql"}
    config: dict[str, Any] = {"hostPort": f"{stub.host}/api", "authProvider": "no-auth"}
    with OpenMetadata({**config, "storeServiceConnection": stored}) as metadata:
        assert metadata.create_service_from_source(service, SOURCE).name.root == "shop"
    body = stub.seen[-1].json
    assert ("connection" in body) is stored
    assert ("open-sesame" in str(body)) is stored
    assert body["serviceType"] == "Mysql"


class Regression:
    """What is used of an estimator of scikit-learn."""

    feature_names_in_ = ("age in years", "height")

    def get_params(self) -> dict[str, Any]:
        return {"alpha": 0.5, "solver": "auto"}


def test_a_trained_model_becomes_a_request(metadata: Any, stub: Stub) -> None:
    service = {"id": "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0", "name": "scikit-learn",
               "fullyQualifiedName": "scikit-learn", "serviceType": "Sklearn"}  # fmt: skip
    stub.routes["PUT /api/v1/services/mlmodelServices"] = service
    request = metadata.get_mlmodel_sklearn("heights", Regression(), description="How tall.")
    assert request.model_dump(mode="json", exclude_unset=True, exclude_none=True) == {
        "name": "heights",
        "description": "How tall.",
        "algorithm": "Regression",
        "mlFeatures": [{"name": "age_in_years"}, {"name": "height"}],
        "mlHyperParameters": [
            {"name": "alpha", "value": "0.5"},
            {"name": "solver", "value": "auto"},
        ],
        "service": "scikit-learn",
    }
    assert stub.seen[-1].json["serviceType"] == "Sklearn"


def test_what_is_no_estimator_is_refused(metadata: Any, stub: Stub) -> None:
    with pytest.raises(BadArguments, match="must be an estimator of scikit-learn, not dict"):
        metadata.get_mlmodel_sklearn("heights", {"alpha": 1})
    assert stub.seen == []
