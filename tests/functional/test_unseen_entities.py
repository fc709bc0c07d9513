"""Entity types that no release has work by their schemas alone: no data file names them.

The tree is the starter release with a service for power networks, feeders of such a network and
circuits of a feeder. Requests name owners by texts, the field of a circuit's parent is not called
after a type, and a reading of a meter needs no name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.client.client import Client
from dynclient.releases import release
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.small_tree import files, make_folder
from tests.support.trees import release_named

pytestmark = only_on_sandbox("it serves a tree of its own")

BASIC = "../../type/basic.json#/definitions"
JAVA = "org.openmetadata.schema.grid"
REFERENCE = {"$ref": "../../type/entityReference.json"}
REFERENCES = {"$ref": "../../type/entityReferenceList.json"}
FQN = {"$ref": f"{BASIC}/fullyQualifiedEntityName"}
NAME = {"$ref": f"{BASIC}/entityName"}
KIND = {"$ref": "networkService.json#/definitions/networkServiceType"}


def entity(title: str, interface: str = "EntityInterface", **properties: Any) -> dict[str, Any]:
    """Return the document of an entity type."""
    return {
        "title": title, "type": "object", "javaType": f"{JAVA}.{title}",
        "javaInterfaces": [f"org.openmetadata.schema.{interface}"],
        "properties": {
            "id": {"$ref": f"{BASIC}/uuid"}, "name": NAME, "fullyQualifiedName": FQN,
            "displayName": {"type": "string"}, "description": {"$ref": f"{BASIC}/markdown"},
            "version": {"$ref": "../../type/entityHistory.json#/definitions/entityVersion"},
            "updatedAt": {"$ref": f"{BASIC}/timestamp"}, "updatedBy": {"type": "string"},
            "href": {"$ref": f"{BASIC}/href"},
            "changeDescription": {
                "$ref": "../../type/entityHistory.json#/definitions/changeDescription"
            },
            "deleted": {"type": "boolean", "default": False},
            "owners": REFERENCES, "followers": REFERENCES, **properties,
        },
        "required": ["id", "name"], "additionalProperties": False,
    }  # fmt: skip


def request(title: str, *required: str, **properties: Any) -> dict[str, Any]:
    """Return the document of a create request."""
    return {
        "title": f"Create{title}Request", "type": "object", "javaType": f"{JAVA}.Create{title}",
        "javaInterfaces": ["org.openmetadata.schema.CreateEntity"],
        "properties": {
            "name": NAME, "displayName": {"type": "string"},
            "description": {"$ref": f"{BASIC}/markdown"},
            "owners": {"type": "array", "items": FQN}, **properties,
        },
        "required": [*required], "additionalProperties": False,
    }  # fmt: skip


def documents() -> dict[str, Any]:
    """Return the documents of the tree."""
    starter = release_named("starter")
    service = entity("NetworkService", "ServiceEntityInterface", serviceType=KIND)
    service["definitions"] = {"networkServiceType": {"type": "string", "enum": ["Grid", "Rail"]}}
    kind = {"$ref": f"../../grid/entity/{KIND['$ref']}"}
    return {
        **{path: starter.document(path) for path in starter.paths},
        "grid/entity/networkService.json": service,
        "grid/entity/feeder.json": entity("Feeder", service=REFERENCE, serviceType=KIND),
        "grid/entity/circuit.json": entity(
            "Circuit", upstream=REFERENCE, service=REFERENCE, serviceType=KIND,
            volts={"type": "integer"},
        ),
        "grid/entity/reading.json": entity("Reading", value={"type": "number"}),
        "grid/api/createNetworkService.json": request(
            "NetworkService", "name", "serviceType", serviceType=kind
        ),
        "grid/api/createFeeder.json": request("Feeder", "name", "service", service=FQN),
        "grid/api/createCircuit.json": request(
            "Circuit", "name", "upstream", upstream=FQN, volts={"type": "integer"}
        ),
        "grid/api/createReading.json": request("Reading", "value", value={"type": "number"}),
    }  # fmt: skip


@pytest.fixture(scope="module")
def om(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a sandbox that serves the tree."""
    folder = make_folder(tmp_path_factory.mktemp("unseen"), files(documents()))
    with session_cache():
        tree = release("4.2.0", source=Path(folder))
        with (
            sandbox.start(tree=folder) as running,
            dynclient.connect(running.host, token=running.admin_token, release=tree) as client,
        ):
            yield client


@pytest.fixture(scope="module")
def people(om: Client) -> list[Any]:
    names = ("volta", "ampere")
    return [om.users.create(name=name, email=f"{name}@example.org") for name in names]


@pytest.fixture(scope="module")
def circuit(om: Client, people: list[Any]) -> Any:
    volta, ampere = people
    om.network_services.create(name="north", serviceType="Grid", owners=["volta"])
    om.network_services.create(name="south", serviceType="Grid")
    om.feeders.create(name="f1", service="north", owners=[volta, "ampere"])
    om.feeders.create(name="f2", service=om.network_services["south"])
    om.circuits.create(name="c9", upstream="south.f2")
    return om.circuits.create(name="c1", upstream=om.feeders["north.f1"], owners=[ampere])


def test_a_parent_by_any_name_gives_the_fully_qualified_name(circuit: Any) -> None:
    assert circuit.fullyQualifiedName == "north.f1.c1"
    assert (circuit.upstream.type, circuit.upstream.name) == ("feeder", "f1")
    assert (circuit.service.type, circuit.service.name) == ("networkService", "north")
    assert circuit.serviceType == "Grid"


def test_owners_are_named_by_texts(om: Client, circuit: Any, people: list[Any]) -> None:
    feeder = om.feeders.get("north.f1", fields=["owners"])
    assert [(owner.type, owner.id) for owner in feeder.owners] == [
        ("user", person.id) for person in people
    ]
    team = om.teams.create(name="grid", teamType="Group")
    for owners in (["grid"], [team]):
        other = om.feeders.upsert(name="f3", service="north", owners=owners)
        owner = om.feeders.get(other, fields=["owners"]).owners[0]
        assert (owner.type, owner.id) == ("team", team.id)
    with pytest.raises(dynclient.NotFound, match="nobody"):
        om.feeders.create(name="f4", service="north", owners=["nobody"])
    circuit = om.circuits.get(circuit, fields=["owners"])
    circuit.owners = [people[0]]
    saved = om.circuits.get(om.save(circuit), fields=["owners"])
    assert [owner.name for owner in saved.owners] == ["volta"]


def test_children_are_listed_by_every_entity_above_them(om: Client, circuit: Any) -> None:
    north, feeder = om.network_services["north"], om.feeders["north.f1"]
    for filters in (
        {"service": "north"}, {"service": north}, {"upstream": "north.f1"}, {"upstream": feeder}
    ):  # fmt: skip
        assert [each.name for each in om.circuits.list(**filters)] == ["c1"]
    assert {each.name for each in om.circuits.list()} == {"c1", "c9"}
    assert [each.name for each in om.feeders.list(service="south")] == ["f2"]
    with pytest.raises(dynclient.BadArguments, match="did you mean upstream"):
        om.circuits.list(upstrem="north.f1")


def test_an_entity_is_read_changed_and_listed(om: Client, circuit: Any) -> None:
    assert om.circuits["north.f1.c1"].id == om.circuits[circuit.id].id == circuit.id
    read = om.circuits[circuit.id]
    read.volts = 400
    saved = om.save(read)
    assert (saved.volts, om.circuits[circuit.id].volts) == (400, 400)
    assert [each.version for each in om.circuits.versions(circuit)][-1] == 0.1
    again = om.circuits.upsert(name="c1", upstream="north.f1", volts=110)
    assert (again.id, again.volts) == (circuit.id, 110)
    with pytest.raises(dynclient.NotFound, match=r"north\.f7"):
        om.circuits.create(name="c2", upstream="north.f7")


def test_a_request_may_leave_out_the_name(om: Client) -> None:
    one = om.readings.create(value=1.5)
    other = om.readings.create(value=2.5)
    assert one.name
    assert one.name != other.name
    assert om.readings[one.fullyQualifiedName].value == 1.5
    assert om.readings.upsert(value=2.5).id == other.id
    assert {each.id for each in om.readings.list()} == {one.id, other.id}
    om.readings.delete(one, hard=True)
    assert om.readings.get(one.id, include="all") is None
    with pytest.raises(dynclient.RequestInvalid, match="name"):
        om.network_services.create(serviceType="Grid")


def test_what_is_below_is_deleted_and_restored_with_its_parent(om: Client) -> None:
    service = om.network_services.create(name="west", serviceType="Rail")
    feeder = om.feeders.create(name="f", service=service)
    circuit = om.circuits.create(name="c", upstream=feeder)
    for collection, entity in ((om.network_services, service), (om.feeders, feeder)):
        with pytest.raises(dynclient.BadRequest, match="is not empty"):
            collection.delete(entity)
    om.network_services.delete(service, recursive=True)
    assert om.circuits.get(circuit.id) is None
    om.network_services.restore(service)
    assert om.circuits[circuit.id].fullyQualifiedName == "west.f.c"
    om.network_services.delete(service, recursive=True, hard=True)
    assert om.circuits.get(circuit.id, include="all") is None


def test_no_data_file_names_an_entity_of_the_tree() -> None:
    names = ("networkService", "feeder", "circuit", "upstream")
    root = Path(dynclient.__file__).parent
    data = [*root.glob("data/*.json"), root / "sandbox" / "rules.json"]
    assert len(data) > 10
    for file in data:
        text = json.dumps(json.loads(file.read_text("utf-8")))
        assert not [name for name in names if f'"{name}"' in text]
