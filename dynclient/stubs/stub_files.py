"""The files of the stubs of one release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.operations.catalogue import catalogue
from dynclient.stubs import client_stubs
from dynclient.stubs.collection_stubs import CollectionStub
from dynclient.stubs.schema_names import SchemaNames
from dynclient.stubs.schema_stubs import SchemaStubs
from dynclient.stubs.stub_module import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Release
    from dynclient.stubs.stub_module import StubModule


HEADER = "# Stubs of dynclient for release "
"""How each file begins."""


def stub_files(release: Release) -> dict[str, str]:
    """Return the stubs of a release: the text of each file by its path below ``dynclient/``.

    The same release gives the same files each time.

    Args:
        release: the release.

    Raises:
        UsageError: dynclient is installed without its source files.
    """
    header = f"{HEADER}{release.name} ({release.digest[:12]}), written by: dynclient stubs"
    modules = {module.name: module.text(header) for module in _modules(release)}
    base = Path(__file__).with_name("typing_base.pyi").read_text("utf-8")
    modules[BASE] = f"{header}\n{base}"
    packages = {name.rpartition(".")[0] for name in modules} - {""}
    while more := {name.rpartition(".")[0] for name in packages} - packages - {""}:
        packages |= more
    files = {_path(name, packages): text for name, text in modules.items()}
    for name in packages:
        files.setdefault(_path(name, packages), f"{header}\n")
    return dict(sorted(files.items()))


def _modules(release: Release) -> Iterator[StubModule]:
    names = SchemaNames(release)
    collections = catalogue(release)
    created = {
        entity.create: entity
        for entity in (*release.entities.values(), *release.time_series.values())
        if entity.create is not None
    }
    documents = SchemaStubs(names, created)
    for name in names.documents:
        yield documents.module(name)
    for spec in collections:
        yield CollectionStub(release, spec, names).module()
    yield client_stubs.client_module(release, collections, names)
    yield client_stubs.types_module(release, names)
    yield client_stubs.typing_module(release, names, collections)
    yield client_stubs.package_module()


def _path(name: str, packages: set[str]) -> str:
    """Return the path of a module below ``dynclient/``."""
    steps = name.split(".")[1:]
    return "/".join([*steps, "__init__.pyi"]) if name in packages else "/".join(steps) + ".pyi"
