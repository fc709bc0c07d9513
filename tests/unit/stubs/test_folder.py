"""The folder of the stubs: written, replaced, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.errors import UsageError
from dynclient.stubs import compare, folder, write
from tests.support.stub_texts import stubs_of
from tests.support.trees import release_named

STARTER = release_named("starter")


@pytest.fixture(autouse=True)
def _written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {path: stubs_of("starter")[path] for path in ("__init__.pyi", "typing/base.pyi")}
    monkeypatch.setattr(folder, "stub_files", lambda _: files)


def names(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def test_the_stubs_are_written_into_a_new_folder(tmp_path: Path) -> None:
    out = tmp_path / "a" / "typings"
    files = write(STARTER, out)
    assert files == [out / "dynclient/__init__.pyi", out / "dynclient/typing/base.pyi"]
    assert names(out) == ["dynclient/__init__.pyi", "dynclient/typing/base.pyi"]
    assert compare(STARTER, out).is_current


def test_they_replace_those_of_another_release_whole(tmp_path: Path) -> None:
    old = tmp_path / "dynclient" / "typing" / "old.pyi"
    old.parent.mkdir(parents=True)
    old.write_text("# Stubs of dynclient for release 1.0.0 (0), written by: dynclient stubs\n")
    (tmp_path / "other.pyi").write_text("x: int\n")
    assert compare(STARTER, tmp_path).extra == ("typing/old.pyi",)
    write(STARTER, tmp_path)
    assert names(tmp_path) == ["dynclient/__init__.pyi", "dynclient/typing/base.pyi", "other.pyi"]


def test_a_folder_that_others_wrote_is_not_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "dynclient" / "mine.pyi"
    mine.parent.mkdir()
    mine.write_text("x: int\n")
    with pytest.raises(UsageError, match=r"mine\.pyi was not written by dynclient stubs"):
        write(STARTER, tmp_path)
    assert names(tmp_path) == ["dynclient/mine.pyi"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_not_a_folder_is_not_replaced(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "dynclient"
    if kind == "file":
        place.write_text("")
    else:
        place.symlink_to(tmp_path)
    with pytest.raises(UsageError, match="is not a folder"):
        write(STARTER, tmp_path)


def test_a_failure_leaves_the_present_stubs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(STARTER, tmp_path)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        write(STARTER, tmp_path)
    assert compare(STARTER, tmp_path).is_current
    assert [path.name for path in tmp_path.iterdir()] == ["dynclient"]


def test_a_file_in_the_place_of_the_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "typings").write_text("")
    with pytest.raises(UsageError, match="typings cannot be written"):
        write(STARTER, tmp_path / "typings")


def test_differences_are_listed(tmp_path: Path) -> None:
    assert compare(STARTER, tmp_path).missing == ("__init__.pyi", "typing/base.pyi")
    first, second = write(STARTER, tmp_path)
    first.write_text("# changed\n")
    second.unlink()
    (tmp_path / "dynclient" / "new.pyi").write_text("")
    result = compare(STARTER, tmp_path)
    assert result[1:] == (("typing/base.pyi",), ("__init__.pyi",), ("new.pyi",))
    assert not result.is_current
