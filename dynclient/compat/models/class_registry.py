"""The official classes of one release; each is built once, when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynclient.compat.models import alias_fields, name_encoding
from dynclient.compat.models.class_names import (
    ENUM,
    MODEL,
    NamedClass,
    camel,
    class_kind,
    classes,
    root_name,
    variant_of,
)
from dynclient.compat.models.construction import Plans
from dynclient.compat.models.enums import enum_class
from dynclient.compat.models.field_types import (
    ClassType,
    ListType,
    LiteralType,
    MapType,
    NullableType,
    OpenObjectType,
    UnionType,
)
from dynclient.compat.models.fields import FieldInfo
from dynclient.compat.models.lenient_types import scalar_type_of
from dynclient.compat.models.model import Model, ModelMeta
from dynclient.compat.models.root_models import root_base
from dynclient.compat.models.scalar_types import FieldType
from dynclient.compat.models.type_hints import LazyHints
from dynclient.schema.pointers import join
from dynclient.schema.unions import Union

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node, Release

PACKAGE = "metadata.generated.schema"
"""The package of the official SDK's modules for schema documents."""

_lock = threading.RLock()


def class_registry(release: Release) -> ClassRegistry:
    """Return the classes of a release; each release has one registry."""
    return release.memo("class_registry", ClassRegistry)


class ClassRegistry:
    """The classes of a release, by schema and by module."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._scalar_type = scalar_type_of(release)
        self._classes: dict[str, type] = {}
        self._field_types: dict[str, FieldType] = {}
        self._modules: dict[str, dict[str, NamedClass]] = {}
        self._named: dict[str, NamedClass] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return class_registry, (self.release,)

    def names(self, path: str) -> dict[str, NamedClass]:
        """Return the classes of a document's module by name; no class is built for this."""
        found = self._modules.get(path)
        if found is None:
            found = self._modules[path] = classes(self.release, path)
            self._named.update({named.node.ref: named for named in found.values()})
        return found

    def named(self, node: Node) -> NamedClass:
        """Return the name and kind of a schema's class, also if its module does not list it."""
        self.names(node.path)
        found = self._named.get(node.ref)
        if found is None:
            name = camel(node.pointer.rsplit("/", 1)[-1]) or root_name(node)
            found = self._named[node.ref] = NamedClass(name, class_kind(node), node)
        return found

    def class_at(self, node: Node) -> type:
        """Return the class of a schema that has one."""
        with _lock:
            found = self._classes.get(node.ref)
            if found is None:
                found = self._build(self.named(node))
                type.__setattr__(found, "_registry", self)  # `Enum` takes no new attributes itself
                self._classes[node.ref] = found
            return found

    def _build(self, named: NamedClass) -> type:
        node = named.node
        module = module_of(node.path)
        if named.kind == ENUM and all(isinstance(v, str) for v in node.schema["enum"]):
            return enum_class(named.name, module, node)
        namespace: dict[str, Any] = {
            "__module__": module,
            "__qualname__": named.name,
            "__doc__": node.description or named.name,
            "__slots__": (),
            "_node": node,
        }
        if named.kind == MODEL:
            return self._model(named.name, node, namespace)
        field_type = self._own_type(node, is_nested=False)
        namespace["_field_type"] = field_type
        namespace["__annotations__"] = LazyHints(lambda: {"root": field_type.hint})
        return type(named.name, (root_base(field_type),), namespace)

    def _model(self, name: str, node: Node, namespace: dict[str, Any]) -> type:
        parent = variant_of(node)
        required = node.required | (parent.required if parent is not None else frozenset())
        properties = {**(parent.properties if parent is not None else {}), **node.properties}
        fields = [
            FieldInfo(key, below, key in required, self._lazy_type(below))
            for key, below in properties.items()
        ]
        named = alias_fields.attributes(node) | {field.name: field for field in fields}
        namespace |= {name: each for name, each in named.items() if not hasattr(Model, name)}
        namespace["__annotations__"] = LazyHints(
            lambda: {field.name: field.annotation for field in fields}
        )
        namespace["_fields"] = {field.name: field for field in fields}
        namespace["_by_key"] = {field.key: field for field in fields}
        namespace["_extra"] = _extra(parent or node)
        namespace["_names_read"] = name_encoding.fields(name, "read")
        namespace["_names_written"] = name_encoding.fields(name, "written")
        cls = ModelMeta(name, (Model,), namespace)
        cls._plans = Plans(cls)
        return cls

    # -- types of values ---------------------------------------------------------------------------

    def field_type(self, node: Node) -> FieldType:
        """Return the type of the values of a schema."""
        found = self._field_types.get(node.ref)
        if found is None:
            found = self._field_types.setdefault(node.ref, self._build_type(node))
        return found

    def _lazy_type(self, node: Node) -> Callable[[], FieldType]:
        return lambda: self.field_type(node)

    def _build_type(self, node: Node) -> FieldType:
        reference = node.schema.get("$ref")
        if isinstance(reference, str):
            return self._class_type(self.release.resolve(reference, node.path))
        self.names(node.path)
        if node.ref in self._named:
            return self._class_type(node)
        return self._own_type(node)

    def _class_type(self, node: Node) -> FieldType:
        named = self.named(node)
        # The official SDK's base class uses this name for the branch of a union in an error's loc.
        label = f"function-after[parse_name(), {named.name}]" if named.kind == MODEL else named.name
        return ClassType(label, lambda: self.class_at(node))

    def _own_type(self, node: Node, *, is_nested: bool = True) -> FieldType:
        """Return the type of a schema, apart from a class of its own."""
        schema = node.schema
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = self.release.resolve(reference, node.path)
            return self.field_type(target) if is_nested else self._class_type(target)
        json_type, is_nullable = _json_type(schema)
        field_type = self._type_of(node, json_type)
        return NullableType(field_type) if is_nullable else field_type

    def _type_of(self, node: Node, json_type: str) -> FieldType:
        schema = node.schema
        if isinstance(schema.get("enum"), list):
            return LiteralType(schema["enum"])
        for keyword in ("oneOf", "anyOf", "allOf"):
            listed = schema.get(keyword)
            if isinstance(listed, list) and listed:
                branches = [node.below(keyword, str(index)) for index, _ in enumerate(listed)]
                if len(branches) == 1:
                    return self.field_type(branches[0])
                return self._union(node, branches)
        if json_type == "array" or "items" in schema:
            items = node.items
            return ListType(self._lazy_type(items) if items is not None else FieldType, schema)
        if json_type == "object":
            values = node.values
            if values is None:
                return OpenObjectType(FieldType) if self.release.lossy else MapType(FieldType)
            return MapType(self._lazy_type(values))
        return self._scalar_type(node, json_type)

    def _union(self, node: Node, branches: list[Node]) -> FieldType:
        def by_ref() -> dict[str, Any]:
            return {_target_ref(branch): self._lazy_type(branch) for branch in branches}

        def closest(raw: Any) -> FieldType | None:
            found = Union(node).branch(raw, lambda: None)
            return None if found is None else self.field_type(found)

        return UnionType(tuple(self._lazy_type(branch) for branch in branches), by_ref, closest)


def _target_ref(node: Node) -> str:
    """Return the reference of the schema that a ``$ref`` names, else a schema's own reference.

    No document is read for it.
    """
    reference = node.schema.get("$ref")
    return "#".join(join(node.path, reference)) if isinstance(reference, str) else node.ref


def _json_type(schema: dict[str, Any]) -> tuple[str, bool]:
    """Return the JSON type of a schema, and whether null is allowed."""
    listed = schema.get("type")
    if isinstance(listed, list):
        types = [name for name in listed if name != "null"]
        return (types[0] if len(types) == 1 else ""), "null" in listed
    return (listed if isinstance(listed, str) else ""), False


def _extra(node: Node) -> str:
    """Return what an official model does with unknown fields: ``forbid``, ``ignore``, ``allow``."""
    additional = node.schema.get("additionalProperties")
    if additional is False:
        return "forbid"
    return "ignore" if additional is None else "allow"


def module_of(path: str) -> str:
    """Return the module of a document: ``entity/data/table.json`` → ``….entity.data.table``."""
    return f"{PACKAGE}.{path.removesuffix('.json').replace('/', '.')}"


def path_of(module: str) -> str:
    """Return the document of a module; see :func:`module_of`."""
    return module.removeprefix(f"{PACKAGE}.").replace(".", "/") + ".json"
