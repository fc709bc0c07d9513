"""The stubs of the client, of ``om.types``, and of the packages that users import."""

from __future__ import annotations

import ast
import inspect
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.client.client import OWN
from dynclient.client.connect import connect
from dynclient.errors import UsageError
from dynclient.extensions import registry
from dynclient.schema.node import class_kind
from dynclient.settings import Settings
from dynclient.stubs.collection_stubs import class_of, extension_function, module_of
from dynclient.stubs.schema_names import CLASSES
from dynclient.stubs.signatures import Signatures
from dynclient.stubs.stub_module import BASE, StubModule, docstring, is_member_name
from dynclient.stubs.type_expressions import TypeExpressions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.operations.catalogue import Catalogue, CollectionSpec
    from dynclient.schema import Release
    from dynclient.stubs.schema_names import SchemaNames

CLIENT = "dynclient.typing.client"
TYPES = "dynclient.typing.types"
_HELPERS = ("Collection", "CreateRequest", "Entity", "Listing", "Page")
"""Names of the base module that annotations of users need."""


def client_module(release: Release, catalogue: Catalogue, names: SchemaNames) -> StubModule:
    """Return the module of the client, its collections and its features, and of ``connect``.

    Args:
        release: the release.
        catalogue: the collections of the release.
        names: the names of its types.
    """
    specs = {
        f"{name}_" if name in OWN else name: spec for name, spec in catalogue.collections.items()
    }
    features = [name for name in registry.client_names(release, None) if name not in specs]
    features = sorted(set(features))
    module = StubModule(CLIENT, {*OWN, *specs, *features}, ("Client", "connect"))
    types = TypeExpressions(names, module)
    module.write("", f"class Client({module.use(BASE, 'BaseClient')}):")
    module.write(*docstring(f"A client of a server of release {release.name}.", "    "))
    module.write("    @property", f"    def types(self) -> {module.use(TYPES, 'Types')}: ...")
    for name, spec in specs.items():
        if is_member_name(name):
            cls = module.use(module_of(spec), class_of(spec))
            module.write("    @property", f"    def {name}(self) -> {cls}:")
            module.write(*docstring(f"{spec.entity.type_name} at {spec.route}", " " * 8))
    for name in features:
        _write_feature(module, release, name)
    _write_items(module, release, catalogue, types)
    line = Signatures(module).function("connect", connect, "Client", Settings._fields)
    module.write("", line, *docstring(inspect.getdoc(connect), "    "))
    return module


def _write_feature(module: StubModule, release: Release, name: str) -> None:
    """Write what an extension adds to the client: its object, or a method of it."""
    for entry in registry.extensions().values():
        needs = entry.client.get(name)
        if needs is None or not needs.is_met(release, entry.rows, None, None):
            continue
        if name == entry.name:
            place, _, cls = entry.path.partition(":")
            module.write("    @property", f"    def {name}(self) -> {module.use(place, cls)}: ...")
            return
        function = extension_function(release, None, name)
        module.write(f"    {Signatures(module).method(name, function)}")
        module.write(*(docstring(inspect.getdoc(function), " " * 8) or ("        ...",)))
        return


def _write_items(
    module: StubModule, release: Release, catalogue: Catalogue, types: TypeExpressions
) -> None:
    """Write ``om["table"]``: one overload for each collection, and one for other texts."""
    overload = f"    @{module.use('typing', 'overload')}"
    keys = _keys(catalogue)
    for spec in catalogue:
        cls = module.use(module_of(spec), class_of(spec))
        entity = spec.entity
        classes = [release.node(entity.path)]
        if entity.create is not None:
            classes.append(release.node(entity.create))
        kind = module.use("builtins", "type")
        accepted = [types.literal(keys[spec.attribute])]
        accepted += [f"{kind}[{types.class_of(each)}]" for each in classes]
        module.write(
            overload, f"    def __getitem__(self, key: {' | '.join(accepted)}) -> {cls}: ..."
        )
    other = f"{module.use('builtins', 'str')} | {module.use('builtins', 'type')}"
    other += f" | {module.use('dynclient.schema', 'EntityType')}"
    plain = module.use("dynclient.client.collection", "Collection")
    module.write(overload, f"    def __getitem__(self, key: {other}) -> {plain}: ...")


def _keys(catalogue: Catalogue) -> dict[str, list[str]]:
    """Return the names of each collection that ``om[…]`` takes, by its attribute."""
    return {
        spec.attribute: [name for name in _names(spec) if catalogue.find(name) is spec]
        for spec in catalogue
    }


def _names(spec: CollectionSpec) -> Iterator[str]:
    yield spec.entity.name
    yield spec.attribute
    yield spec.entity.type_name
    yield spec.route.rsplit("/", 1)[-1]


def types_module(release: Release, names: SchemaNames) -> StubModule:
    """Return the module of ``om.types``: the classes of the release by name.

    Args:
        release: the release.
        names: the names of its types.
    """
    listed = {name: ref for name, ref in release.type_names.items() if is_member_name(name)}
    module = StubModule(TYPES, listed, ("Types",))
    types = TypeExpressions(names, module)
    base = module.use("dynclient.model.namespace", "Types")
    base = base if base != "Types" else "_Types"
    module.write("", f"class Types({base}):")
    module.write(*docstring(f"The types of release {release.name}.", "    "))
    module.write("    __getattr__: None")
    kind = module.use("builtins", "type")
    for name, ref in listed.items():
        node = release.node(ref).target
        cls = f"{kind}[{types.class_of(node)}]" if class_kind(node) in CLASSES else kind
        module.write(f"    {name}: {cls}")
    return module


def typing_module(release: Release, names: SchemaNames, catalogue: Catalogue) -> StubModule:
    """Return the module ``dynclient.typing``: all types, for annotations.

    Args:
        release: the release.
        names: the names of its types.
        catalogue: its collections.
    """
    exported: dict[str, tuple[str, str]] = {}
    for name, ref in release.type_names.items():
        node = release.node(ref).target
        if is_member_name(name) and class_kind(node) in CLASSES:
            found = names.of(node)
            exported[name] = (found.module, found.cls)
    for name, ref in release.type_names.items():
        node = release.node(ref).target
        if name in exported and names.of(node).plain:
            suffix = "Dict" if class_kind(node) == "object" else "Value"
            exported.setdefault(name + suffix, (names.of(node).module, names.of(node).plain))
    exported.setdefault("Client", (CLIENT, "Client"))
    for name in _HELPERS:
        exported.setdefault(name, (BASE, name))
    for spec in catalogue:
        exported.setdefault(class_of(spec), (module_of(spec), class_of(spec)))
    module = StubModule("dynclient.typing")
    for name, (place, original) in sorted(exported.items()):
        module.write(f"from {place} import {original} as {name}")
    module.write("", "__all__ = [", *(f"    {name!r}," for name in sorted(exported)), "]")
    return module


def package_module() -> StubModule:
    """Return the module ``dynclient`` itself, whose ``connect`` returns the client of the release.

    Raises:
        UsageError: dynclient is installed without its source.
    """
    module = StubModule("dynclient")
    exported = ["Client", "__version__", "connect"]
    module.write(f"from {CLIENT} import Client as Client")
    module.write(f"from {CLIENT} import connect as connect")
    for place, name in _public_names():
        if name in exported:
            continue
        exported.append(name)
        if place == "dynclient":  # a module; in this form type checkers look for it by its name
            module.write(f"import dynclient.{name} as {name}")
        else:
            module.write(f"from {place} import {name} as {name}")
    module.write("", "__version__: str")
    module.write("", "__all__ = [", *(f"    {name!r}," for name in sorted(exported)), "]")
    return module


def _public_names() -> Iterator[tuple[str, str]]:
    """Yield the public names of dynclient with their modules, from its source."""
    spec = find_spec("dynclient")
    origin = None if spec is None else spec.origin
    if origin is None or not Path(origin).is_file():
        raise UsageError(
            "the stubs cannot be written, because dynclient is installed without its source files"
        )
    for statement in ast.parse(Path(origin).read_text("utf-8")).body:
        if isinstance(statement, ast.If):
            for each in statement.body:
                if isinstance(each, ast.ImportFrom) and each.module is not None:
                    for alias in each.names:
                        yield each.module, alias.asname or alias.name
