"""Lists as lazy frames of dask: nothing is read before it is needed, and types do not vary."""

from __future__ import annotations

import builtins
import pickle
from typing import Any

import pytest

from dynclient.dispatch.dask_frames import PartReader
from dynclient.dispatch.pagination import Listing, Page
from dynclient.errors import BadArguments, UsageError
from tests.support.fake_catalogue import FakeCatalogue
from tests.support.trees import release_named

COLUMNS = ("name", "version", "updatedAt", "columns.name", "description")


@pytest.fixture(scope="module", autouse=True)
def _dask() -> None:
    pytest.importorskip("dask.dataframe", reason="dask is not installed")


def client(databases: dict[str, dict[str, int]]) -> tuple[Any, Any]:
    return FakeCatalogue(databases).client(release_named("starter"))


def pages(transport: Any) -> int:
    """Return the number of pages of tables that were requested."""
    return sum(
        each.path == "/v1/tables" and dict(each.query)["limit"] != "0" for each in transport.seen
    )


def test_parts_are_read_when_something_is_computed() -> None:
    om, transport = client({"a": {"x": 3}, "b": {"y": 4}, "c": {"z": 2}})
    frame = om.tables.list().to_dask(fields=COLUMNS, size=5)
    assert frame.npartitions == 3
    assert list(frame.columns) == list(COLUMNS)
    assert pages(transport) == 0
    found = frame.compute(scheduler="synchronous")
    assert sorted(found["name"]) == sorted(
        f"t{number:06}" for count in (3, 4, 2) for number in range(count)
    )
    assert pages(transport) == 3
    assert len(frame.partitions[0].compute(scheduler="synchronous")) == 4


def test_types_are_those_of_the_schema_with_and_without_values() -> None:
    om, _ = client({"a": {"x": 3}, "b": {"y": 4}})
    frame = om.tables.list().to_dask(fields=COLUMNS, size=1)
    types = {name: str(type) for name, type in frame.dtypes.items()}
    assert types == {
        "name": "string[pyarrow]",
        "version": "double[pyarrow]",
        "updatedAt": "timestamp[ms, tz=UTC][pyarrow]",
        "columns.name": "list<item: string>[pyarrow]",
        "description": "string[pyarrow]",
    }
    read = frame.compute(scheduler="synchronous")
    assert {name: str(type) for name, type in read.dtypes.items()} == types
    empty, _ = client({})
    nothing = empty.tables.list().to_dask(fields=COLUMNS).compute(scheduler="synchronous")
    assert {name: str(type) for name, type in nothing.dtypes.items()} == types


def test_two_frames_are_not_taken_for_one_and_show_no_token() -> None:
    om, _ = client({"a": {"x": 1}})
    frames = [om.tables.list().to_dask(fields=("name",)) for _ in range(2)]
    assert frames[0]._name != frames[1]._name
    source = om.tables.list().source
    reader = PartReader(source.lists, source.plan, ("name",), None)
    assert repr(reader) == "<PartReader of ('name',)>"
    assert repr(PartReader(source.lists, source.plan, None, None)) == "<PartReader of all columns>"


def test_a_part_can_be_read_in_another_process() -> None:
    source = client({"a": {"x": 1}})[0].tables.list().source

    class Lists:
        """A session that answers as the one of the test, which is not pickled."""

        def __reduce__(self) -> tuple[Any, ...]:
            return _lists, ()

    reader = pickle.loads(pickle.dumps(PartReader(Lists(), source.plan, ("name",), None)))
    assert list(reader({"database": "s.a"})["name"]) == ["t000000"]


def _lists() -> Any:
    return client({"a": {"x": 1}, "b": {"y": 5}})[0].session


def test_what_cannot_be_a_frame_is_refused_before_entities_are_read() -> None:
    om, transport = client({"a": {"x": 1}})
    with pytest.raises(BadArguments, match="nam"):
        om.tables.list().to_dask(fields="nam")
    with pytest.raises(BadArguments, match="size"):
        om.tables.list().to_dask(size=0)
    assert pages(transport) == 0
    with pytest.raises(UsageError, match="cannot be divided"):
        Listing(lambda _: Page([])).to_dask()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    om, transport = client({"a": {"x": 1}})
    load = builtins.__import__

    def refuse(name: str, *args: Any, **keywords: Any) -> Any:
        if name.startswith("dask"):
            raise ImportError(name)
        return load(name, *args, **keywords)

    monkeypatch.setattr("importlib.import_module", lambda name, *rest: refuse(name, *rest))
    with pytest.raises(ImportError, match=r"pip install 'dynclient\[fleet,frames\]'"):
        om.tables.list().to_dask()
    assert not transport.seen
