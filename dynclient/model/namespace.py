"""The types of a release by name: ``types.Table``, ``types["entity/data/table.json"]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.errors import AmbiguousName, SchemaNotFound, UnknownField
from dynclient.model.classes import class_for
from dynclient.schema.release import ERROR
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from dynclient.schema import Release


@public_calls
class Types:
    """The types of a release as attributes; ``dir()`` lists them, classes are built on access."""

    __slots__ = ("__weakref__", "_release")

    def __init__(self, release: Release) -> None:
        self._release = release

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        try:
            return class_for(self._release.find(name))
        except AmbiguousName as error:
            raise UnknownField(f"{error}", name=name) from None
        except SchemaNotFound as error:
            raise UnknownField(f"{error}", name=name, obj=self) from None

    def __getitem__(self, name: str) -> Any:
        """Return a type by name, path, or path and pointer.

        A path that a document has in another release works too, with a DriftWarning.

        Raises:
            SchemaNotFound: there is no such type or document.
            AmbiguousName: several types have this name; use the path of one.
        """
        release = self._release
        path, mark, pointer = name.partition("#")
        moved = None if path in release.paths else table.moved(path, release.paths)
        if moved is not None and release.drift != ERROR:
            table.warn_drift(release, f"{path} is called {moved} in release {release.name}")
            name = f"{moved}{mark}{pointer}"
        return class_for(release.find(name))

    def __contains__(self, name: str) -> bool:
        return name in self._release.type_names

    def __dir__(self) -> list[str]:
        return list(self._release.type_names)

    def _ipython_key_completions_(self) -> list[str]:
        return [*self._release.type_names, *self._release.paths]

    def __repr__(self) -> str:
        return f"<types of {self._release.name}: {len(self._release.type_names)} names>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Types, (self._release,)


def types(release: Release) -> Types:
    """Return the types of a release; ``om.types`` are those of the client's release.

    Args:
        release: the release, ``dynclient.release("starter")``.
    """
    return Types(release)
