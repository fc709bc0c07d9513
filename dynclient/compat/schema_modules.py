"""Modules of ``metadata.generated.schema``: what each has under which name.

Besides its classes, such a module has the names that the official one imports, and the classes that
the module of another release has, under their names there.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dynclient.compat.missing_modules import missing_name
from dynclient.compat.models.alias_fields import warn_renamed_module
from dynclient.compat.models.class_names import MODEL, class_kind
from dynclient.compat.models.class_registry import module_of
from dynclient.drift import table
from dynclient.schema.pointers import join, walk
from dynclient.schema.type_names import stem

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from dynclient.compat.models.class_names import NamedClass
    from dynclient.compat.models.class_registry import ClassRegistry

_IMPORTED = {
    "Annotated": "typing",
    "Any": "typing",
    "BaseModel": "metadata.ingestion.models.custom_pydantic",
    "CustomSecretStr": "metadata.ingestion.models.custom_pydantic",
    "Dict": "typing",
    "Enum": "enum",
    "List": "typing",
    "Literal": "typing",
    "Optional": "typing",
    "UUID": "uuid",
    "Union": "typing",
}
"""Names that official modules import, and that scripts import from them: ``basic.UUID``."""
_REQUEST = re.compile(r"(request|req)$")


class SchemaLoader:
    """Loads the module of a schema document; each class is built when it is first accessed.

    Args:
        registry: the classes of the release.
        path: path of the document.
        requested: the path that the document has in another release, after which that release
            names its class; None if it is the same.
        nearest: the classes of the release that has what this one leaves out; None for none.
    """

    def __init__(
        self,
        registry: ClassRegistry,
        path: str,
        requested: str | None = None,
        nearest: ClassRegistry | None = None,
    ) -> None:
        self._registry = registry
        self._path = path
        self._requested = requested
        self._stem = stem(requested or path).casefold()
        self._nearest = nearest or registry
        paths = registry.release.paths
        self._own = registry.names(path) if path in paths else {}
        is_known = nearest is not None and path in nearest.release.paths
        self._others = self._nearest.names(path) if is_known else {}

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Set the module's names."""

        def get(name: str) -> Any:
            found = self._find(name)
            if found is None:
                message = missing_name(self._registry.release, self._path, name)
                raise AttributeError(message, name=name, obj=module)
            module.__dict__[name] = found
            return found

        names = list(dict.fromkeys([*self._own, *self._others]))
        module.__dict__.update(
            __doc__=f"Types of {self._path}, release {self._registry.release.name}.",
            __all__=names,
            __getattr__=get,
            __dir__=lambda: [*names],
        )

    def _find(self, name: str) -> Any:
        """Return what the module has under a name, or None."""
        if name.startswith("__"):  # asked for by Python and its tools, and never a class
            return None
        own = self._own.get(name)
        if own is not None:
            return self._registry.class_at(own.node)
        if self._own and name.casefold() == self._stem:
            return self._root()
        if name in self._others:
            return self._class_of_nearest(self._others[name])
        if name in _IMPORTED:
            return getattr(import_module(_IMPORTED[name]), name)
        return self._referenced_module(name) or self._renamed(name)

    def _root(self) -> Any:
        return self._registry.class_at(self._registry.release.node(self._path))

    # -- what the release leaves out ---------------------------------------------------------------

    def _class_of_nearest(self, named: NamedClass) -> Any:
        """Return this release's own class of that name, or else the class of the nearest release.

        A tree that was built from a server's OpenAPI document has many classes in other places.
        """
        release = self._registry.release
        reference = release.type_names.get(named.name)
        if reference is not None:
            own = release.node(*reference.split("#"))
            same_kind = class_kind(own) == named.kind
            if same_kind and (named.kind != MODEL or {*own.properties} & {*named.node.properties}):
                return self._registry.class_at(own)
        return self._nearest.class_at(named.node)

    # -- names of other modules and releases -------------------------------------------------------

    def _referenced_module(self, name: str) -> Any:
        """Return the module of a document that this one refers to, as official ones import it."""
        registry = self._registry if self._own else self._nearest
        for _, schema in walk(registry.release.document(self._path)):
            reference = schema.get("$ref")
            if isinstance(reference, str):
                target = join(self._path, reference)[0]
                if stem(target) == name and target != self._path:
                    return import_module(module_of(target))
        return None

    def _renamed(self, name: str) -> Any:
        """Return the class that another release has under this name, with a DriftWarning."""
        release = self._registry.release
        place = table.moved_class(self._requested or self._path, name, release.paths)
        if place is not None:
            named = self._registry.names(place.path).get(place.name)
        else:
            named = self._spelled_otherwise(name)
        if named is None:
            return None
        if self._requested is None:  # else importing the module has warned already
            here = f"{module_of(named.node.path)}.{named.name}"
            warn_renamed_module(release, f"{module_of(self._path)}.{name}", here)
        return self._registry.class_at(named.node)

    def _spelled_otherwise(self, name: str) -> NamedClass | None:
        """Return the class with this name in other capitals, or with or without ``Request``."""
        if not name[:1].isupper():
            return None
        plain = name.casefold()
        found = [named for key, named in self._own.items() if key.casefold() == plain]
        if not found and self._own and _REQUEST.sub("", plain) == _REQUEST.sub("", self._stem):
            return self._registry.named(self._registry.release.node(self._path))
        return found[0] if len(found) == 1 else None
