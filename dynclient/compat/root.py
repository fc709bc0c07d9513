"""What root types have in common: one value that is no object, with the official face."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynclient.compat.dumping import Options, dump, payload, plain
from dynclient.compat.face import Face
from dynclient.compat.faults import Fault
from dynclient.compat.foreign import refusal

if TYPE_CHECKING:
    from dynclient.compat.leaves import Shape
    from dynclient.schema import Node


class RootFace(Face):
    """Methods of root types."""

    __slots__ = ()

    _shape: Shape
    _kinds: tuple[type, ...] = ()
    """What the value is in JSON; none for what may be anything."""
    _plain = False
    """Whether instances are the JSON itself, so that nothing below is to be made of it."""
    root: Any

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return JSON text, secrets masked; for options see :meth:`model_dump`."""
        told = self.model_dump(**{**options, "mode": "json"})
        separators = None if indent else (",", ":")
        return json.dumps(told, indent=indent, separators=separators, ensure_ascii=False)

    @property
    def __root__(self) -> Any:
        return self.root

    @classmethod
    def _given(cls, value: Any, named: dict[str, Any]) -> Any:
        """Return the judged value of a constructor's arguments.

        Raises:
            ValidationError: it does not fit, or other names than ``root`` are given.
        """
        faults: list[Fault] = []
        if value is None and named:
            # Named otherwise, they are the fields of the one object that the root is.
            value = named.get("root", named.get("__root__", named))
        taken = value
        if type(value) is not cls:
            taken = cls._shape.check(value, (), faults)
        if faults:
            raise refusal(cls.__name__, faults)
        return taken

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        """Return an instance around a value that is judged already."""
        raise NotImplementedError

    @classmethod
    def _take(cls, raw: Any) -> Any:
        """Return an instance for a server's JSON; what cannot be one stays as it is."""
        if cls._kinds and type(raw) not in cls._kinds:
            return raw
        return cls._wrapped(raw if cls._plain else cls._shape.take(raw))

    @classmethod
    def _check(cls, value: Any, loc: Any, faults: list[Fault]) -> Any:
        if type(value) is cls:
            return value
        if isinstance(value, RootFace) and not value._kinds:
            value = value.root
        before = len(faults)
        taken = cls._shape.check(value, loc, faults)
        return taken if len(faults) > before else cls._wrapped(taken)

    def _dump(self, options: Options, include: Any, exclude: Any) -> Any:
        value = self.root
        return dump(_open(self) if value is self else value, options, include, exclude)

    def _wire(self) -> Any:
        value = _open(self)
        return payload(self.root if value is self else value)

    @classmethod
    def model_construct(cls, root: Any = None, _fields_set: Any = None) -> Any:
        """Return an instance around a value that is not judged."""
        return cls._wrapped(root)

    construct = model_construct

    @property
    def model_fields_set(self) -> set[str]:
        """The one name that is given."""
        return {"root"}

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        value = _open(self)
        return _restored, (self._node, self.root if value is self else value)


def _restored(node: Node, value: Any) -> Any:
    from dynclient.compat.family import family

    return family(node.release).class_at(node)._wrapped(value)  # type: ignore[attr-defined]


def _open(value: Any) -> Any:
    """Return the plain list, dict, string or number that a root type is; itself if it is none."""
    if isinstance(value, (list, dict)):
        return [*value] if isinstance(value, list) else {**value}
    return plain(value) if isinstance(value, (str, int, float)) else value
