"""Data contracts: their validation and its results, and ODCS, the Open Data Contract Standard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.responses import is_route
from dynclient.errors import NotFound, Problem
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.choices import allowed_value
from dynclient.extensions.records import load_record, newest_first, time_of_record
from dynclient.extensions.text_sources import read_source
from dynclient.extensions.times import recent_span, time_or_now

_FORMATS = ("yaml", "json")
_RESULT = "entity/datacontract/dataContractResult.json"


class Contracts(CollectionExtension):
    """Methods of data contracts: ``om.data_contracts.validate(c)``, ``export_odcs(c)``."""

    name = "contracts"
    operations = "contracts"

    def for_entity(self, entity: Any) -> CollectionEntity | None:
        """Return the contract of an entity, or None if it has none.

        Args:
            entity: the entity, a reference, or ``"table:a.b.c.d"``.
        """
        try:
            return self.call("of_entity", self._entity(entity))
        except NotFound as error:
            if is_route(error.message):
                raise
            return None

    # -- validation --------------------------------------------------------------------------------

    def validate(self, contract: Any) -> Any:
        """Validate the entity of a contract now, and return the result.

        Args:
            contract: the contract: an entity, a reference, an id or a name.

        Returns:
            A ``DataContractResult``; quality tests may go on, then its status is ``Running``.

        Raises:
            NotFound: the contract does not exist.
        """
        return self.call("validate", {"id": self.id_of(contract)})

    def check(self, request: Any) -> Any:
        """Return what is wrong with a contract that does not exist yet; nothing is created.

        Args:
            request: the create request, ``om.types.CreateDataContractRequest(…)`` or a mapping.

        Returns:
            A ``ContractValidation``; ``valid`` says whether the contract could be created.
        """
        if not isinstance(model.json_of(request), Mapping):
            kind = type(request).__name__
            message = f"must be a create request or a dict, not {kind}"
            problem = Problem("request", kind, "argument", message)
            raise bad_arguments(f"{self.attribute}.check", [problem])
        return self.call("check_request", {}, request)

    def results(
        self, contract: Any, since: Any = None, until: Any = None, limit: int | None = None
    ) -> list[Any]:
        """Return the results of a contract in a span of time, newest first.

        Args:
            contract: as for :meth:`validate`.
            since: the begin of the span: a datetime, a date, or a number; by default 30 days ago.
            until: the end of the span; by default a day from now, as clocks may differ.
            limit: the largest number of results; by default the server's.
        """
        start, end = recent_span("results", since, until)
        span = {"startTs": start, "endTs": end, "limit": limit}
        found = self.call("results", {"id": self.id_of(contract), **span})
        return newest_first(found)

    def latest_result(self, contract: Any) -> Any:
        """Return the last result of a contract, or None if it was never validated.

        Args:
            contract: as for :meth:`validate`.
        """
        try:
            found = self.call("latest_result", {"id": self.id_of(contract)})
        except NotFound as error:
            if is_route(error.message):
                raise
            self.read(contract)  # raises NotFound if it is the contract that does not exist
            return None
        return load_record(self.session.release, _RESULT, found)

    def add_result(self, contract: Any, status: Any, *, at: Any = None, **fields: Any) -> Any:
        """Add the result of a validation that was done elsewhere, and return it.

        Args:
            contract: as for :meth:`validate`.
            status: ``"Success"``, ``"Failed"``, ``"PartialSuccess"``, ``"Running"`` …; or a whole
                result, as ``om.types.DataContractResult`` or a mapping.
            at: when it was validated: a datetime, a date, or a number; by default now. A result of
                the same time is replaced.
            fields: more fields of the result: ``result``, ``executionTime`` …

        Raises:
            RequestInvalid: the result breaks its schema; lists all problems.
        """
        given = model.json_of(status)
        is_whole = isinstance(given, Mapping)
        body: dict[str, Any] = dict(given) if is_whole else {"contractExecutionStatus": given}
        body.update(fields)
        if at is not None or "timestamp" not in body:
            body["timestamp"] = time_or_now(at, "add_result")
        body.setdefault("dataContractFQN", self.name_of(contract))
        return self.call("put_result", {"id": self.id_of(contract)}, body)

    def delete_result(self, contract: Any, at: Any) -> None:
        """Delete the result of a time.

        Args:
            contract: as for :meth:`validate`.
            at: the time: a datetime, a number, or the result itself.
        """
        stamp = time_of_record(at, "delete_result")
        self.call("delete_result", {"id": self.id_of(contract), "timestamp": stamp})

    def delete_results_before(self, contract: Any, at: Any) -> None:
        """Delete the results before a time.

        Args:
            contract: as for :meth:`validate`.
            at: the time: a datetime, a date, a number, or a result.
        """
        stamp = time_of_record(at, "delete_results_before")
        self.call("delete_results_before", {"id": self.id_of(contract), "timestamp": stamp})

    # -- ODCS --------------------------------------------------------------------------------------

    def export_odcs(self, contract: Any, format: str = "yaml") -> Any:
        """Return a contract in the Open Data Contract Standard.

        Args:
            contract: as for :meth:`validate`.
            format: ``"yaml"``, or ``"json"``.

        Returns:
            The text of YAML; or for JSON a dict.

        Raises:
            BadArguments: it is another format.
        """
        format = allowed_value("export_odcs", "format", format, _FORMATS)
        return self.call(f"export_{format}", {"id": self.id_of(contract)})

    def import_odcs(
        self, source: Any, entity: Any, *, merge: bool = False, object_name: str | None = None
    ) -> CollectionEntity:
        """Create the contract of an entity from the Open Data Contract Standard.

        Args:
            source: YAML or JSON as text, a ``Path``, an open file, or a mapping.
            entity: the entity: itself, a reference, or ``"table:a.b.c.d"``.
            merge: whether to change the contract that the entity has; what the source does not say
                stays.
            object_name: the object of the source that describes the entity, if it has several.

        Returns:
            The contract.

        Raises:
            Conflict: the entity has a contract, without ``merge``.
            BadRequest: it is not ODCS.
        """
        body, kind = _source(source, "import_odcs")
        arguments = {**self._entity(entity), "objectName": object_name}
        return self.call(f"{'merge' if merge else 'create'}_from_{kind}", arguments, body)

    def check_odcs(self, source: Any, entity: Any, *, object_name: str | None = None) -> Any:
        """Return what is wrong with ODCS as YAML or JSON for an entity; nothing is created.

        Args:
            source: YAML or JSON as text, a ``Path``, an open file, or a mapping.
            entity: as for :meth:`import_odcs`.
            object_name: as for :meth:`import_odcs`.

        Returns:
            A ``ContractValidation``; ``valid`` says whether it could be imported.
        """
        arguments = {**self._entity(entity), "objectName": object_name}
        return self.call("check_yaml", arguments, _text(source, "check_odcs"))

    def parse_odcs(self, source: Any) -> Any:
        """Return what ODCS consists of: its objects, as the server reads them.

        Args:
            source: as for :meth:`check_odcs`.
        """
        return self.call("parse_yaml", {}, _text(source, "parse_odcs"))

    def _entity(self, entity: Any) -> dict[str, Any]:
        """Return the arguments that name the entity of a contract."""
        reference = super(CollectionExtension, self).reference(entity)
        return {"entityId": reference["id"], "entityType": reference["type"]}


def _source(source: Any, call: str) -> tuple[Any, str]:
    """Return ODCS as the body of a request, and its format."""
    source = model.json_of(source)
    if isinstance(source, Mapping):
        return dict(source), "json"
    return _text(source, call), "yaml"


def _text(source: Any, call: str) -> str:
    """Return ODCS as text. JSON is YAML too."""
    source = model.json_of(source)
    if isinstance(source, Mapping):
        return json.dumps(source)
    source = read_source(source, call, "source")
    if isinstance(source, str) and ("\n" in source.strip() or ":" in source):
        return source
    if isinstance(source, str):
        message = f"must be ODCS as text, not the name of a file; pass Path({source!r})"
    else:
        kind = type(source).__name__
        message = f"must be ODCS as text, a Path, an open file or a mapping, not {kind}"
    raise bad_arguments(call, [Problem("source", None, "argument", message)])
