"""The classes of one release with the official face; each is made once, when first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from dynclient.compat.models import name_encoding
from dynclient.compat.models.class_names import (
    ENUM,
    MODEL,
    Named,
    camel,
    class_kind,
    classes,
    root_name,
    variant_of,
)
from dynclient.compat.models.enums import enum_class
from dynclient.compat.models.field_types import (
    ClassType,
    ListType,
    LiteralType,
    MapType,
    NullableType,
    UnionType,
)
from dynclient.compat.models.fields import FieldInfo
from dynclient.compat.models.model import Model, ModelMeta
from dynclient.compat.models.root_models import root_base
from dynclient.compat.models.scalar_types import FieldType, leaf
from dynclient.schema.pointers import join
from dynclient.schema.unions import Union

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

PACKAGE = "metadata.generated.schema"
"""Where the official SDK's modules of the schema documents lie."""

_families: WeakKeyDictionary[Release, ClassRegistry] = WeakKeyDictionary()
_lock = threading.RLock()


def class_registry(release: Release) -> ClassRegistry:
    """Return the classes of a release; there is one set per process."""
    with _lock:
        found = _families.get(release)
        if found is None:
            found = _families[release] = ClassRegistry(release)
        return found


class ClassRegistry:
    """The classes of a release, by place and by module."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._classes: dict[str, type] = {}
        self._shapes: dict[str, FieldType] = {}
        self._modules: dict[str, dict[str, Named]] = {}
        self._named: dict[str, Named] = {}

    def names(self, path: str) -> dict[str, Named]:
        """Return the classes of a document's module by name; none is made for it."""
        found = self._modules.get(path)
        if found is None:
            found = self._modules[path] = classes(self.release, path)
            self._named.update({named.node.ref: named for named in found.values()})
        return found

    def named(self, node: Node) -> Named:
        """Return what the class of a place is called; its own place's where nobody lists it."""
        self.names(node.path)
        found = self._named.get(node.ref)
        if found is None:
            name = camel(node.pointer.rsplit("/", 1)[-1]) or root_name(node)
            found = self._named[node.ref] = Named(name, class_kind(node), node)
        return found

    def class_at(self, node: Node) -> type:
        """Return the class of a place that has one."""
        with _lock:
            found = self._classes.get(node.ref)
            if found is None:
                found = self._classes[node.ref] = self._build(self.named(node))
            return found

    def _build(self, named: Named) -> type:
        node = named.node
        module = module_of(node.path)
        if named.kind == ENUM and all(isinstance(v, str) for v in node.schema["enum"]):
            return enum_class(named.name, module, node)
        space: dict[str, Any] = {"__module__": module, "__qualname__": named.name, "_node": node}
        space["__doc__"] = node.description or named.name
        if named.kind == MODEL:
            return self._model(named.name, node, space)
        shape = self._plain(node, inside=False)
        space |= {"_shape": shape, "__slots__": ()}
        return type(named.name, (root_base(shape),), space)

    def _model(self, name: str, node: Node, space: dict[str, Any]) -> type:
        around = variant_of(node)
        required = node.required | (around.required if around is not None else frozenset())
        places = {**(around.properties if around is not None else {}), **node.properties}
        fields = [
            FieldInfo(key, below, key in required, _late(self, below))
            for key, below in places.items()
        ]
        for field in fields:
            if not hasattr(Model, field.name):
                space[field.name] = field
        space["_fields"] = {field.name: field for field in fields}
        space["_by_key"] = {field.key: field for field in fields}
        space["_extra"] = _extra(around or node)
        space["_names_read"] = name_encoding.fields(name, "read")
        space["_names_written"] = name_encoding.fields(name, "written")
        space["__slots__"] = ()
        return ModelMeta(name, (Model,), space)

    def _union(self, node: Node, places: list[Node]) -> FieldType:
        def by_place() -> dict[str, Any]:
            return {_meant(place): _late(self, place) for place in places}

        def nearest(raw: Any) -> FieldType | None:
            found = Union(node).branch(raw, lambda: None)
            return None if found is None else self.shape(found)

        return UnionType(tuple(_late(self, place) for place in places), by_place, nearest)

    # -- shapes ------------------------------------------------------------------------------------

    def shape(self, node: Node) -> FieldType:
        """Return the shape of a place."""
        found = self._shapes.get(node.ref)
        if found is None:
            found = self._shapes.setdefault(node.ref, self._shape(node))
        return found

    def _shape(self, node: Node) -> FieldType:
        reference = node.schema.get("$ref")
        if isinstance(reference, str):
            return self._class_shape(self.release.resolve(reference, node.path))
        self.names(node.path)
        if node.ref in self._named:
            return self._class_shape(node)
        return self._plain(node)

    def _class_shape(self, node: Node) -> FieldType:
        named = self.named(node)
        # What the official SDK's base class makes of the branch of a union in the place of a fault.
        label = f"function-after[parse_name(), {named.name}]" if named.kind == MODEL else named.name
        return ClassType(label, lambda: self.class_at(node))

    def _plain(self, node: Node, *, inside: bool = True) -> FieldType:
        """Return the shape of a place apart from any class of its own."""
        schema = node.schema
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return (
                self.shape(self.release.resolve(reference, node.path))
                if inside
                else (self._class_shape(self.release.resolve(reference, node.path)))
            )
        kind, nullable = _type(schema)
        shape = self._of_kind(node, kind)
        return NullableType(shape) if nullable else shape

    def _of_kind(self, node: Node, kind: str) -> FieldType:
        schema = node.schema
        if isinstance(schema.get("enum"), list):
            return LiteralType(schema["enum"])
        for keyword in ("oneOf", "anyOf", "allOf"):
            listed = schema.get(keyword)
            if isinstance(listed, list) and listed:
                places = [node.below(keyword, str(place)) for place, _ in enumerate(listed)]
                if len(places) == 1:
                    return self.shape(places[0])
                return self._union(node, places)
        if kind == "array" or "items" in schema:
            items = node.items
            return ListType(_late(self, items) if items is not None else FieldType, schema)
        if kind == "object":
            values = node.values
            return MapType(_late(self, values) if values is not None else FieldType)
        return leaf(node, kind)


def _meant(node: Node) -> str:
    """Return the reference of the place that a place refers to, or its own; none is read for it."""
    reference = node.schema.get("$ref")
    return "#".join(join(node.path, reference)) if isinstance(reference, str) else node.ref


def _late(owner: ClassRegistry, node: Node) -> Any:
    return lambda: owner.shape(node)


def _type(schema: dict[str, Any]) -> tuple[str, bool]:
    told = schema.get("type")
    if isinstance(told, list):
        real = [name for name in told if name != "null"]
        return (real[0] if len(real) == 1 else ""), "null" in told
    return (told if isinstance(told, str) else ""), False


def _extra(node: Node) -> str:
    """Return what a model does with fields its schema lacks, as official models are told to."""
    told = node.schema.get("additionalProperties")
    if told is False:
        return "forbid"
    return "ignore" if told is None else "allow"


def module_of(path: str) -> str:
    """Return the module of a document: ``entity/data/table.json`` → ``….entity.data.table``."""
    return f"{PACKAGE}.{path.removesuffix('.json').replace('/', '.')}"


def path_of(module: str) -> str:
    """Return the document of a module; see :func:`module_of`."""
    return module.removeprefix(f"{PACKAGE}.").replace(".", "/") + ".json"
