"""Official models beside pydantic: as fields of its own models, and in ``except ValidationError``.

The official models are pydantic's, so scripts put them into models of their own, and catch
pydantic's error. Nothing here imports pydantic before a script has.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.serialization import Options, dump
from dynclient.compat.models.validation_errors import FieldError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CORE = "pydantic_core"
_wanted = [False]


def use_pydantic_errors(wanted: bool) -> None:
    """Say whether pydantic's own error is raised where pydantic is loaded.

    It cannot be inherited from, so an ``except pydantic.ValidationError`` catches nothing else.
    """
    _wanted[0] = wanted


def refusal(title: str, faults: Iterable[FieldError]) -> Exception:
    """Return the error for data that a class does not take.

    Args:
        title: name of the class.
        faults: what is wrong.
    """
    error = ValidationError(title=title, faults=faults)
    return translated(error) if _wanted[0] and _CORE in sys.modules else error


def translated(error: ValidationError) -> Exception:
    """Return pydantic's error with the same faults at the same places."""
    core: Any = import_module(_CORE)
    lines = [
        {
            "type": core.PydanticCustomError(fault.kind, fault.told),
            "loc": tuple(step if isinstance(step, (str, int)) else str(step) for step in fault.loc),
            "input": fault.value,
        }
        for fault in error.faults
    ]
    made: Exception = core.ValidationError.from_exception_data(error.title, lines)
    return made


def core_schema(cls: Any) -> Any:
    """Return what pydantic needs to hold instances of a class in models of its own."""
    schemas: Any = import_module(f"{_CORE}.core_schema")

    def validated(value: Any) -> Any:
        faults: list[FieldError] = []
        made = cls._check(value, (), faults)
        if faults:
            raise translated(ValidationError(title=cls.__name__, faults=faults))
        return made

    def dumped(value: Any, info: Any) -> Any:
        options = Options(
            info.mode,
            bool(info.by_alias),
            info.exclude_unset,
            info.exclude_defaults,
            info.exclude_none,
        )
        return dump(value, options)

    written = schemas.plain_serializer_function_ser_schema(dumped, info_arg=True)
    return schemas.no_info_plain_validator_function(validated, serialization=written)


def json_schema(cls: Any) -> dict[str, Any]:
    """Return what pydantic tells of a class in the JSON Schema of a model of its own."""
    known = cls._node.schema
    told = {name: known[name] for name in ("type", "description") if name in known}
    return {"title": cls.__name__, **told}
