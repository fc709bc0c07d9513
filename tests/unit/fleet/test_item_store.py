"""Items on the disk: each once, in the journal before it is reported, found by id and name."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dynclient.errors import DynclientError, UsageError
from dynclient.fleet.item_store import ItemStore
from dynclient.fleet.items import DONE, FAILED, UPDATED, MapItem

RUN = {"server": "http://server", "list": "/v1/tables", "function": "checks.check"}


def item(number: int, kind: str = DONE, value: object = None) -> MapItem:
    error = DynclientError(f"wrong {number}") if kind == FAILED else None
    return MapItem(f"id{number}", f"s.d.t{number}", kind, value, error)


def test_items_are_recorded_once_and_stay_as_they_are() -> None:
    with ItemStore(RUN) as store:
        assert store.add([item(1, value=[1]), item(2, UPDATED)]) == [
            item(1, value=[1]), item(2, UPDATED),
        ]  # fmt: skip
        assert store.add([item(1, value=[2]), item(3)]) == [item(3)]
        assert store.add([item(1, FAILED)]) == []
        assert list(store.items()) == [item(1, value=[1]), item(2, UPDATED), item(3)]
        assert store.counts == {"done": 2, "updated": 1, "unchanged": 0, "failed": 0}
        assert store.count == 3


def test_a_failure_gives_way_to_a_result_of_the_same_entity() -> None:
    with ItemStore(RUN) as store:
        store.add([item(1, FAILED), item(2, FAILED), item(1, FAILED)])
        assert store.counts["failed"] == 2
        assert [str(each.error) for each in store.failures()] == ["wrong 1", "wrong 2"]
        store.add([item(1)])
        assert store.counts == {"done": 1, "updated": 0, "unchanged": 0, "failed": 1}
        assert [each.key for each in store.failures()] == ["id2"]


def test_more_items_than_are_read_at_once_come_in_their_order() -> None:
    with ItemStore(RUN) as store:
        store.add(item(number) for number in range(1201))
        assert [each.key for each in store.items()] == [f"id{n}" for n in range(1201)]
        keys = [f"id{number}" for number in range(1190, 1300)]
        assert store.known(keys) == {f"id{number}" for number in range(1190, 1201)}


def test_items_are_found_by_id_and_by_name(tmp_path: Path) -> None:
    for path in (None, tmp_path / "journal"):
        store = ItemStore(RUN, path)
        store.add([item(1, value="x"), item(2, FAILED)])
        for name in ("id1", "s.d.t1"):
            found = store.find(name)
            assert found == item(1, value="x")
        store.close()
        assert store.find("s.d.t1") == item(1, value="x")
        failed = store.find("id2")
        assert failed is not None
        assert str(failed.error) == "wrong 2"
        assert store.find("s.d.t3") is None


def test_a_journal_continues_with_what_was_done_and_without_failures(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with ItemStore(RUN, path) as store:
        store.add([item(1, value={"n": 1}), item(2, FAILED)], "database=s.d")
        assert store.continued == 0
    with ItemStore(RUN, path) as store:
        assert store.continued == 1
        assert store.known(["id1", "id2"]) == {"id1"}
        assert store.is_done("database=s.d")
        assert not store.is_done("database=s.e")
        assert list(store.failures()) == []
        assert store.known_below("s.d") == {"id1"}
        assert store.known_below("s.d.t") == set()
    assert list(store.items()) == [item(1, value={"n": 1})], "also after it was closed"


@pytest.mark.skipif(os.name == "nt", reason="modes of files are of POSIX")
def test_a_journal_is_for_its_user_only(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with ItemStore(RUN, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_journal_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    ItemStore(RUN, path).close()
    with pytest.raises(UsageError, match=r"another run: its list is '/v1/tables', not '/v1/users'"):
        ItemStore({**RUN, "list": "/v1/users"}, path)
    ItemStore(RUN, path).close()


def test_what_is_not_a_journal_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    text = '{"journal": 1}\n' * 100
    path.write_text(text)
    with pytest.raises(UsageError, match=r"is not a journal of om\.map"):
        ItemStore(RUN, path)
    assert path.read_text() == text
    with pytest.raises(UsageError, match="cannot be opened: No such file or directory"):
        ItemStore(RUN, tmp_path / "missing" / "journal")


def test_two_runs_do_not_share_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with ItemStore(RUN, path) as store:
        store.add([item(1)])
        with pytest.raises(UsageError, match="is used by another process"):
            ItemStore(RUN, path)


KILLED = """
import os, sys
from dynclient.fleet.item_store import ItemStore
from dynclient.fleet.items import MapItem
store = ItemStore({run!r}, sys.argv[1])
for number in range(30):
    store.add([MapItem(f"id{{number}}", f"s.d.t{{number}}", "done", number)])
os._exit(9)
"""


def test_what_was_recorded_survives_the_death_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    done = subprocess.run([sys.executable, "-c", KILLED.format(run=RUN), str(path)], check=False)
    assert done.returncode == 9
    with ItemStore(RUN, path) as store:
        assert [each.value for each in store.items()] == list(range(30))
