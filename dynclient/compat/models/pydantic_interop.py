"""Official models beside pydantic: as fields of pydantic models, and in ``except ValidationError``.

The official models are pydantic models, so scripts use them in models of their own, and catch
pydantic's error. Nothing here imports pydantic before a script does.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.scalar_types import NotConverted
from dynclient.compat.models.serialization import Options, dump
from dynclient.compat.models.validation_errors import FieldError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CORE = "pydantic_core"
_uses_pydantic = [False]


def use_pydantic_errors(enabled: bool) -> None:
    """Set whether pydantic's own error is raised if pydantic is loaded.

    That class cannot be inherited from; ``except pydantic.ValidationError`` catches nothing else.
    """
    _uses_pydantic[0] = enabled


def validation_error(title: str, errors: Iterable[FieldError]) -> Exception:
    """Return the exception to raise for data that is not valid for a class.

    Args:
        title: name of the class.
        errors: the errors.
    """
    error = ValidationError(title=title, field_errors=errors)
    return as_pydantic(error) if _uses_pydantic[0] and _CORE in sys.modules else error


def as_pydantic(error: ValidationError) -> Exception:
    """Return pydantic's exception with the same errors at the same locations."""
    core: Any = import_module(_CORE)
    lines = [
        {
            "type": core.PydanticCustomError(each.kind, each.text),
            "loc": tuple(step if isinstance(step, (str, int)) else str(step) for step in each.loc),
            "input": each.value,
        }
        for each in error.field_errors
    ]
    result: Exception = core.ValidationError.from_exception_data(error.title, lines)
    return result


def core_schema(cls: Any) -> Any:
    """Return what pydantic needs to hold instances of a class in its own models."""
    schemas: Any = import_module(f"{_CORE}.core_schema")

    def validate(value: Any) -> Any:
        errors: list[FieldError] = []
        try:
            return cls._converted(value)
        except NotConverted:
            instance = cls._check(value, (), errors)
        if errors:
            raise as_pydantic(ValidationError(title=cls.__name__, field_errors=errors))
        return instance

    def serialize(value: Any, info: Any) -> Any:
        options = Options(
            info.mode,
            bool(info.by_alias),
            info.exclude_unset,
            info.exclude_defaults,
            info.exclude_none,
        )
        return dump(value, options)

    serialization = schemas.plain_serializer_function_ser_schema(serialize, info_arg=True)
    return schemas.no_info_plain_validator_function(validate, serialization=serialization)


def json_schema(cls: Any) -> dict[str, Any]:
    """Return the JSON Schema of a class for the schema of a pydantic model that uses it."""
    schema = cls._node.schema
    keywords = {name: schema[name] for name in ("type", "description") if name in schema}
    return {"title": cls.__name__, **keywords}
