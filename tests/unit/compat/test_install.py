"""The import hook: what is found, what is not, and the messages about it."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynclient import compat
from dynclient.compat.finder import Finder
from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import class_registry, module_of
from dynclient.drift import table
from dynclient.errors import DriftWarning, DynclientWarning, UnknownRelease, UsageError
from dynclient.releases import release as opened
from dynclient.schema import Release
from dynclient.schema.type_names import camel, stem
from tests.support.stub import Reply, Stub
from tests.support.trees import ALL_RELEASES, TREES, real_release, release_named

DRIFT = Path(table.__file__).parent.parent / "data" / "drift.json"
SCHEMA = "metadata.generated.schema"


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Iterator[Release]:
    found = release_named(request.param)
    compat.install(found)
    yield found
    compat.uninstall()


def test_modules_serve_their_classes(release: Release) -> None:
    table = importlib.import_module(f"{SCHEMA}.entity.data.table")
    assert table.Table is importlib.import_module(table.__name__).Table
    assert (table.Table.__module__, table.Table.__name__) == (
        f"{SCHEMA}.entity.data.table",
        "Table",
    )
    assert {"Table", "Column", "DataType"} <= set(dir(table))
    assert "Table" in table.__all__


def test_every_way_to_import_works(release: Release) -> None:
    space: dict[str, object] = {}
    exec(f"from {SCHEMA}.entity.data import table", space)
    exec(f"import {SCHEMA}.entity.data.table as aliased", space)
    exec(f"from {SCHEMA}.entity.data.table import *", space)
    assert space["table"] is space["aliased"]
    assert space["Table"] is space["table"].Table  # type: ignore[attr-defined]


def test_a_misspelt_name_gets_a_suggestion(release: Release) -> None:
    with pytest.raises(ImportError, match=r"has no Tabel; did you mean .*Table"):
        exec(f"from {SCHEMA}.entity.data.table import Tabel")
    with pytest.raises(
        ModuleNotFoundError, match=rf"has no module {SCHEMA}\.entity\.data\.tabel;.*table"
    ):
        importlib.import_module(f"{SCHEMA}.entity.data.tabel")


def test_the_error_says_which_module_has_a_name(release: Release) -> None:
    with pytest.raises(ImportError, match=rf"{SCHEMA}\.type\.tagLabel"):
        exec(f"from {SCHEMA}.entity.data.table import TagLabel")


def test_uninstall_removes_hook_and_modules() -> None:
    compat.install(release_named("starter"))
    importlib.import_module(f"{SCHEMA}.entity.data.table")
    compat.uninstall()
    assert compat.installed() is None
    assert not [name for name in sys.modules if name.split(".")[0] == "metadata"]
    with pytest.raises(ModuleNotFoundError, match="metadata"):
        importlib.import_module(f"{SCHEMA}.entity.data.table")


# -- what another release has ---------------------------------------------------------


def test_the_error_names_a_release_that_has_it() -> None:
    older, newer = real_release("1.6.0"), real_release("1.13.0")
    oldest = real_release("1.0.4")
    gone = next(
        path
        for path in oldest.paths
        if path not in newer.paths and table.moved(path, newer.paths) is None
    )
    compat.install(newer)
    try:
        with pytest.raises(
            ModuleNotFoundError, match=r"release 1\.13\.0 has no module .*1\.0\.4 has it"
        ):
            importlib.import_module(module_of(gone))
        path, name = next(
            (path, name)
            for path in older.paths
            if path in newer.paths
            for name in class_names.classes(older, path)
            if name not in class_names.classes(newer, path)
        )
        with pytest.raises(ImportError, match=rf"1\.13\.0 has no {name}; .*1\.6\.0 has it"):
            exec(f"from {module_of(path)} import {name}")
    finally:
        compat.uninstall()


def test_a_document_with_another_name_is_served_under_both() -> None:
    table = json.loads(DRIFT.read_text("utf-8"))["documents"]
    assert table
    newer = real_release("1.13.0")
    compat.install(newer)
    try:
        for entry in table:
            old, new = entry["old"], entry["new"]
            with pytest.warns(DriftWarning, match="is called"):
                module = importlib.import_module(module_of(old))
            root = class_registry(newer).named(newer.node(new)).name
            assert getattr(module, root) is getattr(importlib.import_module(module_of(new)), root)
            assert getattr(module, camel(stem(old))) is getattr(module, root)
    finally:
        compat.uninstall()


def test_the_error_says_where_a_module_moved() -> None:
    compat.install(release_named("starter"))
    try:
        with pytest.raises(
            ModuleNotFoundError, match=rf"this release has {SCHEMA}\.entity\.data\.t"
        ):
            importlib.import_module(f"{SCHEMA}.entity.table")
    finally:
        compat.uninstall()


def test_the_error_names_a_release_that_has_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    known = ["type/basic.json"], ["type/basic.json", "type/place.json", "entity/data/table.json"]
    for number, paths in enumerate(known, 1):
        for path in paths:
            file = tmp_path / str(number) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text('{"type": "object"}', "utf-8")
        opened(f"0.0.{number}", source=tmp_path / str(number), cache=tmp_path)
    compat.install("0.0.1")
    try:
        with pytest.raises(ModuleNotFoundError, match=r"release 0\.0\.2 has it"):
            importlib.import_module(f"{SCHEMA}.entity.data.table")
        with pytest.raises(
            ImportError, match=rf"no module {SCHEMA}\.type\.place; release 0\.0\.2 has"
        ):
            exec(f"from {SCHEMA}.type import place")
    finally:
        compat.uninstall()


def test_modules_outside_the_sdk_are_not_supported() -> None:
    compat.install(release_named("starter"))
    try:
        for name in ("metadata.anything", "metadata.utils.anything"):
            with pytest.raises(ModuleNotFoundError, match="only in openmetadata-ingestion"):
                importlib.import_module(name)
    finally:
        compat.uninstall()


# -- where the official SDK is installed too ------------------------------------------------


@pytest.fixture
def rival(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "__init__.py").write_text("RIVAL = True\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    compat.uninstall()
    sys.modules.pop("metadata", None)


def test_the_official_sdk_is_not_replaced_without_a_choice(rival: None) -> None:
    with pytest.raises(UsageError, match=r'prefer="dynclient"'):
        compat.install("starter")
    assert compat.installed() is None


def test_the_official_sdk_stays_where_it_is_preferred(rival: None) -> None:
    assert compat.install("starter", prefer="official") is None
    assert importlib.import_module("metadata").RIVAL


def test_dynclient_serves_where_it_is_preferred(
    rival: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_COMPAT_PREFER", "dynclient")
    compat.install("starter")
    assert not hasattr(importlib.import_module("metadata"), "RIVAL")
    assert importlib.import_module(f"{SCHEMA}.entity.data.table").Table
    compat.install("starter")  # again is fine: it is dynclient's own that is there
    compat.uninstall()
    assert importlib.import_module("metadata").RIVAL


def test_what_is_imported_already_is_not_replaced(rival: None) -> None:
    importlib.import_module("metadata")
    with pytest.raises(UsageError, match="is already imported"):
        compat.install("starter", prefer="dynclient")


def test_the_preference_is_one_of_two() -> None:
    with pytest.raises(UsageError, match="dynclient or official, not 'mine'"):
        compat.install("starter", prefer="mine")


# -- which release ---------------------------------------------------------


def test_without_a_name_it_is_the_newest_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    assert compat.find_release().name == "starter"
    for name in ("1.11.0", "1.6.0"):
        if name in TREES:
            opened(name, source=TREES[name], cache=tmp_path)
    cached = [name for name in ("1.11.0", "1.6.0") if name in TREES]
    assert compat.find_release().name == next(iter(cached), "starter")


def _add(cache: Path, name: str) -> Path:
    """Put a release into a cache, remove its source, and return its pack."""
    source = cache / "source" / name
    file = source / "type" / "basic.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"type": "object", "title": f"T{name}"}), "utf-8")
    opened(name, source=source, cache=cache)
    shutil.rmtree(source)
    return next(cache.glob(f"{name}-*.pack"))


def test_a_damaged_newest_pack_is_skipped_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    monkeypatch.setattr("dynclient.releases.registry._open", {})  # as in a new process
    _add(tmp_path, "8.1.0")
    _add(tmp_path, "8.2.0").write_bytes(b"damaged")
    monkeypatch.setattr("dynclient.releases.registry._open", {})
    try:
        with pytest.warns(DynclientWarning, match=r"8\.2\.0 in the cache is damaged") as caught:
            release = compat.install()
        assert release is not None
        assert release.name == "8.1.0"
        assert [each.filename for each in caught] == [__file__]
    finally:
        compat.uninstall()


def test_a_damaged_pack_that_is_named_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    monkeypatch.setattr("dynclient.releases.registry._open", {})
    _add(tmp_path, "8.2.0").write_bytes(b"damaged")
    monkeypatch.setattr("dynclient.releases.registry._open", {})
    with pytest.raises(UnknownRelease, match=r"8\.2\.0"):
        compat.install("8.2.0")


def test_a_server_of_the_environment_that_reports_no_release_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Stub() as stub:
        stub.default = Reply(404, {"code": 404, "message": "nothing here"})
        monkeypatch.setenv("OPENMETADATA_HOST", stub.host)
        release = compat.install()
        assert release is not None
        with pytest.warns(DynclientWarning, match="OPENMETADATA_HOST is not known") as caught:
            module = importlib.import_module(f"{SCHEMA}.entity.data.table")
    compat.uninstall()
    assert f"are of release {release.name}: " in str(caught[0].message)
    assert module.__doc__ == f"Types of entity/data/table.json, release {release.name}."


def test_the_server_of_the_environment_comes_before_the_script_s() -> None:
    start, first, second = (release_named("starter") for _ in range(3))
    asked: list[str] = []

    def server(name: str, found: Release) -> Callable[[], Release]:
        return lambda: asked.append(name) or found

    finder = Finder(start, is_fixed=False)
    finder.set_server(server("environment", first), "OPENMETADATA_HOST")
    finder.set_server(server("script", second))
    finder.find_spec(f"{SCHEMA}.entity.data.table")
    assert asked == ["environment"]


def test_the_script_s_server_is_asked_where_the_environment_s_fails() -> None:
    asked: list[str] = []

    def fail() -> Release:
        raise UsageError("no such host\nsome more")

    def respond() -> Release:
        asked.append("script")
        return release_named("starter")

    finder = Finder(release_named("starter"), is_fixed=False)
    finder.set_server(respond)
    finder.set_server(fail, "OPENMETADATA_HOST")
    with pytest.warns(DynclientWarning, match=r"not known \(no such host\)\. Correct"):
        finder.find_spec(f"{SCHEMA}.entity.data.table")
    assert asked == ["script"]


def test_the_earlier_name_of_find_release_is_deprecated() -> None:
    with pytest.warns(DeprecationWarning, match=r"use dynclient\.compat\.find_release") as caught:
        assert compat.at_hand("starter") is compat.find_release("starter")
    assert [each.filename for each in caught] == [__file__]
