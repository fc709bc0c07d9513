"""Models with the official face: objects with named fields, validated when they are built.

A model holds what users gave, and the JSON of a server as it came; the latter is turned into what
users hold when it is asked for. So a page of a thousand tables costs a thousand thin objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from dynclient.compat.models import alias_fields, name_encoding, serialization
from dynclient.compat.models.fields import FieldInfo
from dynclient.compat.models.pydantic_api import ModelApi
from dynclient.compat.models.pydantic_interop import refusal
from dynclient.compat.models.scalar_types import SecretType
from dynclient.compat.models.secret_values import SecretStr
from dynclient.compat.models.serialization import Options, payload
from dynclient.compat.models.validation_errors import FieldError, Loc
from dynclient.model.entity import clone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Node


def _shown(cls: ModelMeta, key: str, value: Any) -> Any:
    """Return the value of a field as the fault of another may show it."""
    field = cls._by_key.get(key)
    secret = field is not None and isinstance(field.shape, SecretType)
    return SecretStr(str(value)) if secret else value


_EMPTY: dict[str, Any] = {}


class ModelMeta(type):
    """The type of models."""

    _node: Node
    _fields: dict[str, FieldInfo]
    _by_key: dict[str, FieldInfo]
    _extra: str
    _names_read: frozenset[str]
    _names_written: frozenset[str]

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
        """What the official models tell about themselves."""
        return {"extra": cls._extra}

    def __dir__(cls) -> list[str]:
        return sorted({*super().__dir__(), "model_fields", "model_config"})


class Model(ModelApi, metaclass=ModelMeta):
    """An object with named fields."""

    __slots__ = ("__dict__", "__weakref__", "_given", "_raw")

    _given: set[str] | None
    _raw: dict[str, Any]

    def __init__(self, /, **data: Any) -> None:
        """Build from keywords, judged at once.

        Raises:
            ValidationError: what is missing, unknown or does not fit; all of it.
        """
        faults: list[FieldError] = []
        self._fill(data, (), faults)
        if faults:
            raise refusal(type(self).__name__, faults)

    # -- building ----------------------------------------------------------------------------------

    def _fill(self, data: Mapping[str, Any], loc: Loc, faults: list[FieldError]) -> None:
        cls = type(self)
        if not cls._by_key.keys() >= data.keys():
            data = alias_fields.renamed(cls, data)
        held = self.__dict__
        given: set[str] = set()
        for key, field in cls._by_key.items():
            if key not in data:
                if field.required:
                    shown = {name: _shown(cls, name, value) for name, value in data.items()}
                    faults.append(FieldError("missing", (*loc, key), "is required", shown))
                continue
            value = data[key]
            given.add(field.name)
            if value is None and not field.required:
                held[field.name] = None
            else:
                held[field.name] = field.shape.check(value, (*loc, key), faults)
        _set_given(self, given)
        _set_raw(self, _EMPTY)
        if not cls._by_key.keys() >= data.keys():
            self._fill_unknown(data, given, loc, faults)

    def _fill_unknown(
        self, data: Mapping[str, Any], given: set[str], loc: Loc, faults: list[FieldError]
    ) -> None:
        cls = type(self)
        for key in data:
            if key in cls._by_key:
                continue
            if cls._extra == "forbid":
                known = tuple(cls._by_key)
                words = alias_fields.lost(cls, key, data[key]) or "is unknown"
                faults.append(FieldError("extra_forbidden", (*loc, key), words, data[key], known))
            elif cls._extra == "allow":
                self.__dict__[key] = data[key]
                given.add(key)

    @classmethod
    def _take(cls, raw: Any) -> Any:
        """Return a model around a server's JSON, which is shared and not judged."""
        if type(raw) is not dict:
            return raw
        made = cls.__new__(cls)
        _set_raw(made, raw)
        _set_given(made, None)
        if not cls._by_key.keys() >= raw.keys():
            made._show_unknown()
        return made

    def _show_unknown(self) -> None:
        """Make fields that the schema lacks readable as attributes."""
        known = type(self)._by_key
        for key, value in self._raw.items():
            if key not in known and key.isidentifier() and not hasattr(type(self), key):
                self.__dict__[key] = value

    @classmethod
    def _check(cls, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Return a model for what a user gave: an instance, or a dict of fields."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Model) and type(value).__name__ == cls.__name__:
            # The same type of another release.
            value = payload(value)
        if not isinstance(value, Mapping):
            words = f"a {type(value).__name__} is neither a dict nor a {cls.__name__}"
            faults.append(FieldError("model_type", loc, words, value))
            return value
        made = cls.__new__(cls)
        made._fill(value, loc, faults)
        return made

    # -- fields ------------------------------------------------------------------------------------

    def _look_up(self, field: FieldInfo) -> Any:
        value = self._read(field)
        self.__dict__[field.name] = value
        return value

    def _read(self, field: FieldInfo) -> Any:
        """Return the value of a field as the server's JSON, or the default, has it."""
        raw = self._raw.get(field.key)
        if raw is None:
            # None where the server said null, and where it left out what its schema requires.
            return None if field.required or field.key in self._raw else field.get_default()
        if field.key in type(self)._names_read:
            raw = name_encoding.decode(raw)
        return field.shape.take(raw)

    def __getattr__(self, name: str) -> Any:
        """Return a field that another release has, by what this one has in its place."""
        if not name.startswith("_"):
            found = alias_fields.meant(type(self), name)
            if found is not None:
                return alias_fields.read(self, found)
            move = alias_fields.moved_into(type(self), name)
            if move is not None:
                return alias_fields.read_from(self, move)
        message = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        field = type(self)._fields.get(name)
        if field is None:
            found = alias_fields.meant(type(self), name)
            if found is not None:
                alias_fields.write(self, name, found, value)
                return
            move = alias_fields.moved_into(type(self), name)
            if move is not None:
                alias_fields.write_into(self, move, value)
                return
            if type(self)._extra != "allow" and name not in self.__dict__:
                raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
        elif value is not None:
            # What does not fit is kept as it is, as the official models do, and judged when sent.
            faults: list[FieldError] = []
            fitting = field.shape.check(value, (), faults)
            value = value if faults else fitting
        self.model_fields_set.add(name)
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self.model_fields_set.discard(name)
        if self.__dict__.pop(name, self) is self and name not in type(self)._fields:
            raise AttributeError(name, name=name, obj=self)
        self.__dict__[name] = None

    @property
    def model_fields_set(self) -> set[str]:
        """Names of the fields that were given, by a user or a server."""
        if self._given is None:
            known = type(self)._by_key
            _set_given(self, {known[key].name if key in known else key for key in self._raw})
        given: set[str] = self._given  # type: ignore[assignment]  # set just now
        return given

    @property
    def __fields_set__(self) -> set[str]:
        return self.model_fields_set

    @property
    def model_extra(self) -> dict[str, Any] | None:
        """Values of fields that the schema lacks."""
        known = type(self)._fields
        return {name: value for name, value in self.__dict__.items() if name not in known}

    def _dump(self, options: Options, include: Any, exclude: Any) -> dict[str, Any]:
        return serialization.dumped(self, options, include, exclude)

    def _wire(self) -> dict[str, Any]:
        return serialization.wire(self)

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
        told = ", ".join(f"{name}={value!r}" for name, value in self)
        return f"{type(self).__name__}({told})"

    def __str__(self) -> str:
        return " ".join(f"{name}={value!r}" for name, value in self)

    def __copy__(self) -> Any:
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        _set_raw(made, self._raw)
        _set_given(made, set(self.model_fields_set))
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        from copy import deepcopy

        made = type(self).__new__(type(self))
        memo[id(self)] = made
        made.__dict__.update(deepcopy(self.__dict__, memo))
        _set_raw(made, clone(self._raw))
        _set_given(made, set(self.model_fields_set))
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed

        # Secrets are sealed: what was met is `SecretStr`, the rest is told by the schema.
        node = type(self)._node
        raw = sealed(node, self._raw)
        return _restored, (self._registry, node, raw, self.__dict__, self.model_fields_set)


def _restored(
    registry: Any, node: Node, raw: dict[str, Any], held: dict[str, Any], given: set[str]
) -> Any:
    from dynclient.model.masking import unsealed

    made = registry.class_at(node)._take({})
    made.__dict__.update(held)
    _set_raw(made, unsealed(raw))
    _set_given(made, given)
    return made


_set_given: Any = Model.__dict__["_given"].__set__
_set_raw: Any = Model.__dict__["_raw"].__set__
