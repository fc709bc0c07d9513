"""Methods of ``DataContracts``: validation, and the Open Data Contract Standard."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import text_of
from dynclient.compat.sdk.script_release import script_release
from dynclient.errors import UsageError
from dynclient.tracebacks import public_calls

_RESULT = "entity/datacontract/dataContractResult.json"


@public_calls
class ContractMethods(BaseEntity[Any, Any]):
    """What data contracts have in addition to the methods of all entities."""

    @classmethod
    def export_odcs(cls, contract_id: Any) -> ODCSExportOperation:
        """Return an export of a contract by its id: ``….as_yaml().execute()``."""
        return ODCSExportOperation(cls, text_of(contract_id))

    @classmethod
    def export_odcs_by_name(cls, fqn: Any) -> ODCSExportOperation:
        """Return an export of a contract by its name."""
        return ODCSExportOperation(cls, text_of(fqn), by_name=True)

    @classmethod
    def import_odcs(cls, entity_id: Any, entity_type: str) -> ODCSImportOperation:
        """Return an import of the contract of an entity: ``….from_yaml(text).execute()``.

        Args:
            entity_id: id of the entity.
            entity_type: its type, ``table``.
        """
        return ODCSImportOperation(cls, text_of(entity_id), entity_type)

    @classmethod
    def get_by_entity(cls, entity_id: Any, entity_type: str) -> Any:
        """Return the contract of an entity, or None."""
        found = cls._native(lambda contracts: contracts.for_entity(_entity(entity_id, entity_type)))
        return None if found is None else cls._to_entity(found)

    @classmethod
    def validate_by_entity(cls, entity_id: Any, entity_type: str) -> Any:
        """Validate the contract of an entity now, and return the result; None without a contract.

        Args:
            entity_id: id of the entity.
            entity_type: its type, ``table``.
        """
        contract = cls.get_by_entity(entity_id, entity_type)
        if contract is None:
            return None
        result = cls._native(lambda contracts: contracts.validate(_contract(contract.id)))
        kind = schema_classes.class_at(script_release(cls._get_client()), _RESULT)
        return schema_classes.wrap(kind, model.asdict(result))

    @classmethod
    def validate_request(cls, request: Any) -> Any:
        """Return what is wrong with a create request, as JSON; nothing is created."""
        body = schema_classes.payload(request)
        return model.asdict(cls._native(lambda contracts: contracts.check(body)))

    @classmethod
    def validate_request_yaml(cls, yaml_content: str) -> Any:
        """Return what is wrong with a create request in YAML, as JSON; nothing is created."""
        return cls._get_client().validate_data_contract_request_yaml(yaml_content)

    @classmethod
    def validate_odcs_yaml(
        cls, entity_id: Any, entity_type: str, yaml_content: str, object_name: str | None = None
    ) -> Any:
        """Return what is wrong with ODCS for an entity, as JSON; nothing is created.

        Args:
            entity_id: id of the entity.
            entity_type: its type, ``table``.
            yaml_content: the text.
            object_name: the object of the text that describes the entity, if it has several.
        """
        place = _entity(entity_id, entity_type)
        return model.asdict(
            cls._native(
                lambda contracts: contracts.check_odcs(yaml_content, place, object_name=object_name)
            )
        )

    @classmethod
    def parse_odcs_yaml(cls, yaml_content: str) -> Any:
        """Return what ODCS consists of, as JSON."""
        return model.asdict(cls._native(lambda contracts: contracts.parse_odcs(yaml_content)))

    @classmethod
    def delete_results_before(cls, contract_id: Any, timestamp: int) -> bool:
        """Delete the results before a time, in milliseconds since 1970; return True."""
        target = _contract(contract_id)
        cls._native(lambda contracts: contracts.delete_results_before(target, timestamp))
        return True


@public_calls
class ODCSExportOperation:
    """An export of a contract in the Open Data Contract Standard.

    Args:
        contracts: the facade.
        identifier: id or name of the contract.
        by_name: whether it is the name.
    """

    def __init__(self, contracts: Any, identifier: str, by_name: bool = False) -> None:
        self._contracts = contracts
        self.client = contracts._get_client()
        self.identifier = identifier
        self.by_name = by_name
        self.yaml_format = False

    def as_yaml(self) -> ODCSExportOperation:
        """Export YAML, as text."""
        self.yaml_format = True
        return self

    def as_json(self) -> ODCSExportOperation:
        """Export JSON, decoded; the default."""
        self.yaml_format = False
        return self

    def execute(self) -> Any:
        """Return the contract in the chosen format."""
        form = "yaml" if self.yaml_format else "json"
        target = self.identifier if self.by_name else _contract(self.identifier)
        found = self._contracts._native(lambda contracts: contracts.export_odcs(target, form))
        return found if self.yaml_format else model.asdict(found)


@public_calls
class ODCSImportOperation:
    """An import of a contract in the Open Data Contract Standard; ``execute()`` sends it.

    Args:
        contracts: the facade.
        entity_id: id of the entity that the contract is about.
        entity_type: its type, ``table``.
    """

    def __init__(self, contracts: Any, entity_id: str, entity_type: str) -> None:
        self._contracts = contracts
        self.client = contracts._get_client()
        self.entity_id = entity_id
        self.entity_type = entity_type
        self.odcs_data: Any = None
        self.yaml_data: str | None = None
        self.smart_merge = True

    def from_odcs(self, odcs: Any) -> ODCSImportOperation:
        """Set the source: an ``ODCSDataContract``, or a mapping."""
        self.odcs_data, self.yaml_data = odcs, None
        return self

    def from_yaml(self, yaml_content: str) -> ODCSImportOperation:
        """Set the source: YAML as text."""
        self.odcs_data, self.yaml_data = None, yaml_content
        return self

    def merge(self) -> ODCSImportOperation:
        """Change the contract that the entity has, or create it; the default."""
        self.smart_merge = True
        return self

    def create_new(self) -> ODCSImportOperation:
        """Create the contract; it is an error if the entity has one."""
        self.smart_merge = False
        return self

    def execute(self) -> Any:
        """Import the contract, and return it.

        Raises:
            UsageError: there is no source.
            APIError: it is not ODCS, or the entity has a contract, after :meth:`create_new`.
        """
        source = self.yaml_data or schema_classes.payload(self.odcs_data)
        if not source:
            raise UsageError("the import has no data; use from_yaml(text) or from_odcs(contract)")
        place = _entity(self.entity_id, self.entity_type)
        return self._contracts._changed(
            lambda contracts: contracts.import_odcs(source, place, merge=self.smart_merge)
        )


def _contract(contract_id: Any) -> dict[str, str]:
    """Return a reference to a contract, so that its id need not be looked up."""
    return _entity(contract_id, "dataContract")


def _entity(entity_id: Any, entity_type: str) -> dict[str, str]:
    return {"id": text_of(entity_id), "type": text_of(entity_type)}
