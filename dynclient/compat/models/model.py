"""Models with the official API: objects with named fields, validated when they are created.

A model holds the values that users set, and a server's JSON as it was received, which is converted
when it is read. So a page of a thousand tables costs a thousand thin objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from dynclient.compat.models import alias_fields, name_encoding, serialization
from dynclient.compat.models.fields import FieldInfo
from dynclient.compat.models.pydantic_api import ModelApi
from dynclient.compat.models.pydantic_interop import validation_error
from dynclient.compat.models.scalar_types import NotConverted, SecretType, check_converter
from dynclient.compat.models.secret_values import SecretStr, hide_field, mask, reveal
from dynclient.compat.models.serialization import Options, payload
from dynclient.compat.models.type_hints import without_hints
from dynclient.compat.models.validation_errors import FieldError, Loc, too_deep
from dynclient.model.entity import clone
from dynclient.secrets import Secret, printable
from dynclient.tracebacks import public_call, shorten_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynclient.compat.models.construction import Plans
    from dynclient.compat.models.scalar_types import Converter
    from dynclient.schema import Node


def _visible(cls: ModelMeta, key: str, value: Any) -> Any:
    """Return the value of a field as the error about another field may show it."""
    field = cls._by_key.get(key)
    is_secret = field is not None and isinstance(field.field_type, SecretType)
    return SecretStr(str(value)) if is_secret else value


NOTHING_RECEIVED: dict[str, Any] = {}
"""What models have of a server's JSON that were built by a script."""


class ModelMeta(type):
    """The type of models."""

    _node: Node
    _fields: dict[str, FieldInfo]
    _by_key: dict[str, FieldInfo]
    _extra: str
    _names_read: frozenset[str]
    _names_written: frozenset[str]
    _plans: Plans

    @property
    def model_fields(cls) -> dict[str, FieldInfo]:
        """The fields by name, in the schema's order."""
        return cls._fields

    @property
    def __signature__(cls) -> Any:
        from inspect import Parameter, Signature

        fields = cls._fields.values()
        return Signature([
            Parameter(
                field.name if iskeyword(field.key) or not field.key.isidentifier() else field.key,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if field.required else field.default,
                annotation=field.annotation,
            )
            for field in fields
        ])  # fmt: skip

    @property
    def __fields__(cls) -> dict[str, FieldInfo]:
        return cls._fields

    @property
    def model_config(cls) -> dict[str, Any]:
        """The configuration of the official model: what it does with unknown fields."""
        return {"extra": cls._extra}

    def __dir__(cls) -> list[str]:
        names = {*super().__dir__(), "model_fields", "model_config"}
        return sorted(names - alias_fields.alias_names(cls))


@without_hints
class Storage:
    """What a model consists of, without its methods.

    Instances get the class of a model once their attributes are set: a model checks what is set.
    """

    __slots__ = ("__dict__", "__weakref__", "_origin")

    _origin: tuple[dict[str, Any], set[str] | frozenset[str] | None]
    """The server's JSON, and the names of the fields that are set; None for those of the JSON.

    One attribute for both: models that are built from the same fields share it.
    """


@without_hints
class Model(ModelApi, Storage, metaclass=ModelMeta):
    """An object with named fields."""

    __slots__ = ()

    def __init__(self, /, **data: Any) -> None:
        """Create an instance from keywords, which are validated.

        Raises:
            ValidationError: fields are missing, unknown or not valid; lists every error.
        """
        # Not a `public_call`, which would cost more than all other steps.
        try:
            try:
                type(self)._plans.fill(self, data)
            except NotConverted:
                self._coerce(data)
            except RecursionError:
                raise validation_error(type(self).__name__, [too_deep()]) from None
        except BaseException as error:
            data = {}
            set_values(self, data)
            set_origin(self, (NOTHING_RECEIVED, frozenset()))  # this frame shows the model
            shorten_traceback(error)
            raise

    def _coerce(self, data: dict[str, Any]) -> None:
        errors: list[FieldError] = []
        try:
            self._fill(data, (), errors)
        except RecursionError:
            errors = [too_deep()]
        if errors:
            raise validation_error(type(self).__name__, errors)

    # -- creation ----------------------------------------------------------------------------------

    @classmethod
    def _converter(cls) -> Converter:
        build = cls._plans.builder(cls, check_converter(cls._check))
        return lambda value: build((value,))[0]

    @classmethod
    def _list_converter(cls) -> Converter:
        return cls._plans.builder(cls, check_converter(cls._check))

    @classmethod
    def _converted(cls, value: Any) -> Any:
        build = cls._plans.build if cls._plans.cls is cls else cls._list_converter()
        return build((value,))[0]

    def _fill(self, data: Mapping[str, Any], loc: Loc, errors: list[FieldError]) -> None:
        cls = type(self)
        reasons: dict[str, str] = {}
        if not cls._by_key.keys() >= data.keys():
            data, reasons = alias_fields.translated(cls, data)
        values = self.__dict__
        fields_set: set[str] = set()
        for key, field in cls._by_key.items():
            if key not in data:
                if field.required:
                    visible = {name: _visible(cls, name, value) for name, value in data.items()}
                    errors.append(FieldError("missing", (*loc, key), "Field required", visible))
                continue
            value = data[key]
            fields_set.add(field.name)
            if value is None and not field.required:
                values[field.name] = None
            else:
                values[field.name] = field.field_type.check(value, (*loc, key), errors)
        set_origin(self, (NOTHING_RECEIVED, fields_set))
        if not cls._by_key.keys() >= data.keys():
            self._fill_unknown(data, reasons, loc, errors)

    def _fill_unknown(
        self, data: Mapping[str, Any], reasons: dict[str, str], loc: Loc, errors: list[FieldError]
    ) -> None:
        cls = type(self)
        for key in data:
            if key in cls._by_key:
                continue
            if cls._extra == "forbid":
                known = tuple(cls._by_key)
                reason = reasons.get(key)
                message = "Extra inputs are not permitted" + (f": {reason}" if reason else "")
                errors.append(FieldError("extra_forbidden", (*loc, key), message, data[key], known))
            elif cls._extra == "allow":
                self.__dict__[key] = data[key]
                self.model_fields_set.add(key)

    @classmethod
    def _from_json(cls, raw: Any) -> Any:
        """Return a model for a server's JSON, which is shared and not validated."""
        if type(raw) is not dict:
            return raw
        result = cls.__new__(cls)
        set_origin(result, (raw, None))
        if not cls._by_key.keys() >= raw.keys():
            result._set_unknown_fields()
        return result

    def _set_unknown_fields(self) -> None:
        """Make fields that the schema does not have readable as attributes."""
        known = type(self)._by_key
        for key, value in self._raw.items():
            if key not in known and key.isidentifier() and not hasattr(type(self), key):
                self.__dict__[key] = value

    @classmethod
    def _check(cls, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Return a model for a user's value: an instance, or a dict of fields."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Model) and type(value).__name__ == cls.__name__:
            # The same type of another release.
            value = payload(value)
        if not isinstance(value, Mapping):
            message = f"Input should be a valid dictionary or instance of {cls.__name__}"
            errors.append(FieldError("model_type", loc, message, value))
            return value
        result = cls.__new__(cls)
        result._fill(value, loc, errors)
        return result

    @property
    def _raw(self) -> dict[str, Any]:
        """The server's JSON."""
        return self._origin[0]

    # -- fields ------------------------------------------------------------------------------------

    def _look_up(self, field: FieldInfo) -> Any:
        value = self._read(field)
        self.__dict__[field.name] = value
        return value

    def _read(self, field: FieldInfo) -> Any:
        """Return the value of a field from the server's JSON, else its default."""
        received = self._origin[0]
        raw = received.get(field.key)
        if raw is None:
            # None if the server sent null, or did not send a required field.
            return None if field.required or field.key in received else field.get_default()
        if field.key in type(self)._names_read:
            raw = name_encoding.decode(raw)
        return field.field_type.from_json(raw)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__()} - alias_fields.alias_names(type(self)))

    @public_call
    def __setattr__(self, name: str, value: Any) -> None:
        field = type(self)._fields.get(name)
        if field is None:
            alias = alias_fields.find_alias(type(self), name)
            if alias is not None:
                alias_fields.set_field(self, alias, value)
                return
            if type(self)._extra != "allow" and name not in self.__dict__:
                raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
        elif value is not None:
            # Invalid values are kept, as the official models do, and validated when sent.
            errors: list[FieldError] = []
            converted = field.field_type.check(value, (), errors)
            value = value if errors or _has_same_items(value, converted) else converted
        self.model_fields_set.add(name)
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self.model_fields_set.discard(name)
        if self.__dict__.pop(name, self) is self and name not in type(self)._fields:
            raise AttributeError(name, name=name, obj=self)
        self.__dict__[name] = None

    @property
    def model_fields_set(self) -> set[str]:
        """Names of the fields that a user or a server set."""
        raw, found = self._origin
        if type(found) is set:
            return found
        if found is None:
            known = type(self)._by_key
            own = {known[key].name if key in known else key for key in raw}
        else:
            own = set(found)  # models that were built from the same fields share it
        set_origin(self, (raw, own))
        return own

    @property
    def __fields_set__(self) -> set[str]:
        return self.model_fields_set

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """Values of fields that the schema does not have."""
        known = type(self)._fields
        return {name: value for name, value in self.__dict__.items() if name not in known}

    def _dump(self, options: Options, include: Any, exclude: Any) -> dict[str, Any]:
        return serialization.dump_model(self, options, include, exclude)

    def _wire(self) -> dict[str, Any]:
        return serialization.model_payload(self)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for name in type(self)._fields:
            yield name, getattr(self, name)
        yield from (self.model_extra or {}).items()

    # -- as values ---------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model):
            return NotImplemented
        if type(self) is not type(other):
            return False
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # mutable, as the official models are

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._shown())
        return f"{type(self).__name__}({fields})"

    def __str__(self) -> str:
        return " ".join(f"{name}={value!r}" for name, value in self._shown())

    def _shown(self) -> Iterator[tuple[str, Any]]:
        """Yield names and values with secrets masked."""
        for name, value in self:
            yield printable(name), self._hidden(name, value, mask)

    def _hidden(self, name: str, value: Any, hide: Callable[[str], Any]) -> Any:
        cls = type(self)
        field = cls._fields.get(name)
        return hide_field(cls._node, name if field is None else field.key, value, hide)

    def __copy__(self) -> Any:
        result = type(self).__new__(type(self))
        result.__dict__.update(self.__dict__)
        set_origin(result, (self._raw, set(self.model_fields_set)))
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        from copy import deepcopy

        result = type(self).__new__(type(self))
        memo[id(self)] = result
        result.__dict__.update(deepcopy(self.__dict__, memo))
        set_origin(result, (clone(self._raw), set(self.model_fields_set)))
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed

        # Secrets are sealed: those that were read are `SecretStr`, or secret by their names; the
        # schema marks the others.
        node = type(self)._node
        raw = sealed(node, self._raw)
        values = {name: self._hidden(name, value, Secret) for name, value in self.__dict__.items()}
        return _restored, (self._registry, node, raw, values, self.model_fields_set)


def _restored(
    registry: Any, node: Node, raw: dict[str, Any], values: dict[str, Any], fields_set: set[str]
) -> Any:
    from dynclient.model.masking import unsealed

    result = registry.class_at(node)._from_json({})
    result.__dict__.update({name: reveal(value) for name, value in values.items()})
    set_origin(result, (unsealed(raw), fields_set))
    return result


def _has_same_items(value: Any, converted: Any) -> bool:
    """Return whether a list was converted to a list of the same objects: the script's own stays."""
    if type(value) is not list or type(converted) is not list:
        return False
    return all(own is other for own, other in zip(value, converted, strict=True))


set_values: Any = Storage.__dict__["__dict__"].__set__
set_origin: Any = Storage.__dict__["_origin"].__set__
