"""The pydantic methods of the official models and root types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.pydantic_interop import core_schema, json_schema, validation_error
from dynclient.compat.models.scalar_types import NotConverted, list_converter
from dynclient.compat.models.serialization import Options, dump
from dynclient.compat.models.type_hints import without_hints
from dynclient.compat.models.validation_errors import FieldError, too_deep
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.compat.models.scalar_types import Converter
    from dynclient.schema import Node


@without_hints
class PydanticApi:
    """The methods that models and root types share."""

    __slots__ = ()

    _node: Node
    _registry: Any
    """The ClassRegistry that made the class; it finds the other classes of the release."""

    @property
    def model_fields_set(self) -> set[str]:
        """Names of the fields that a user or a server set."""
        raise NotImplementedError

    @classmethod
    def _check(cls, value: Any, loc: Any, errors: list[FieldError]) -> Any:
        raise NotImplementedError

    @classmethod
    def _converter(cls) -> Converter:
        """Return a function that converts valid data as ``_check`` does; see ``FieldType``."""
        raise NotImplementedError

    @classmethod
    def _list_converter(cls) -> Converter:
        """Return a function that converts all values of a list of valid data."""
        return list_converter(cls._converter())

    @classmethod
    def _converted(cls, value: Any) -> Any:
        """Return an instance for valid data.

        Raises:
            NotConverted: the data is not valid; ``_check`` reports why.
        """
        return cls._converter()(value)

    @classmethod
    @public_call
    def model_validate(cls, obj: Any, **_: Any) -> Any:
        """Return an instance for a dict, a value or an instance.

        Raises:
            ValidationError: the value is not valid; lists every error.
        """
        errors: list[FieldError] = []
        instance = None
        try:
            return cls._converted(obj)
        except NotConverted:
            pass
        except RecursionError:
            raise validation_error(cls.__name__, [too_deep()]) from None
        try:
            instance = cls._check(obj, (), errors)
        except RecursionError:
            errors = [too_deep()]
        if errors:
            raise validation_error(cls.__name__, errors)
        return instance

    @classmethod
    @public_call
    def model_validate_json(cls, json_data: str | bytes, **_: Any) -> Any:
        """Return an instance for JSON text.

        Raises:
            ValidationError: the text is not JSON, or not valid; lists every error.
        """
        try:
            obj = json.loads(json_data)
        except (ValueError, RecursionError) as error:
            invalid = FieldError("json_invalid", (), f"Invalid JSON: {error}", "")
            raise validation_error(cls.__name__, [invalid]) from None
        return cls.model_validate(obj)

    parse_obj = validate = model_validate
    parse_raw = model_validate_json

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Any = None,
        exclude: Any = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        **_: Any,
    ) -> Any:
        """Return plain data; secrets stay ``SecretStr`` (``python``) or are masked (``json``).

        Args:
            mode: ``python`` keeps UUIDs, dates and enumeration members as objects; ``json`` returns
                types that JSON has.
            include: names to include, nested by dicts.
            exclude: names to leave out, nested by dicts.
            by_alias: use the names of fields in JSON.
            exclude_unset: leave out fields that were not set.
            exclude_defaults: leave out fields equal to their default.
            exclude_none: leave out None.
        """
        options = Options(mode, by_alias, exclude_unset, exclude_defaults, exclude_none)
        return dump(self, options, include, exclude)

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        exclude_unset: bool = True,
        exclude_none: bool = True,
        **options: Any,
    ) -> str:
        """Return JSON text, secrets masked; fields not set and None are left out by default.

        Args:
            indent: spaces per level; None for one line.
            exclude_unset: leave out fields that were not set.
            exclude_none: leave out None.
            options: as for :meth:`model_dump`.
        """
        data = self.model_dump(
            **{**options, "mode": "json"}, exclude_unset=exclude_unset, exclude_none=exclude_none
        )
        return json.dumps(data, indent=indent)

    def json(
        self, *, exclude_unset: bool = False, exclude_none: bool = False, **options: Any
    ) -> str:
        """Return JSON text of all fields, secrets masked; for options see :meth:`model_dump`."""
        return self.model_dump_json(
            exclude_unset=exclude_unset, exclude_none=exclude_none, **options
        )

    def dict(self, **options: Any) -> Any:
        """Return plain data; for options see :meth:`model_dump`."""
        return self.model_dump(**options)

    def copy(
        self,
        *,
        include: Any = None,
        exclude: Any = None,
        update: Any = None,
        deep: bool = False,
    ) -> Any:
        """Return a copy.

        Args:
            include: names of the fields to copy; None for all.
            exclude: names of the fields to leave out.
            update: values to set on the copy; they are not validated.
            deep: copy nested values too.
        """
        result = self.model_copy(update=update, deep=deep)
        if include is not None or exclude is not None:
            result._keep(include, exclude)
        return result

    def model_copy(self, *, update: Any = None, deep: bool = False) -> Any:
        """Return a copy.

        Args:
            update: values to set on the copy; they are not validated.
            deep: copy nested values too.
        """
        import copy

        result = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            result.__dict__[name] = value
            result.model_fields_set.add(name)
        return result

    @classmethod
    def model_json_schema(cls, **_: Any) -> Any:
        """Return the JSON Schema of the class, as the release defines it."""
        from dynclient.model.entity import clone

        return clone(cls._node.schema)

    schema = model_json_schema

    @classmethod
    def model_rebuild(cls, **_: Any) -> bool:
        """Do nothing and return True: classes are always complete."""
        return True

    update_forward_refs = model_rebuild

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        return core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> Any:
        return json_schema(cls)


@without_hints
class ModelApi(PydanticApi):
    """Methods of models."""

    __slots__ = ()

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Any:
        """Return an instance with values that are not validated.

        Args:
            _fields_set: names that count as set; None for all of them.
            values: the values, by field.
        """
        result = cls._from_json({})  # type: ignore[attr-defined]
        result.__dict__.update(values)
        result.model_fields_set.update(values if _fields_set is None else _fields_set)
        return result

    construct = model_construct

    def _keep(self, include: Any, exclude: Any) -> None:
        fields: Any = type(self)._fields  # type: ignore[attr-defined]
        for name in fields:
            if (include is not None and name not in include) or name in (exclude or ()):
                self.__dict__[name] = None
                self.model_fields_set.discard(name)
