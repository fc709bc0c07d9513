"""Archives: every way in which one may be unsafe or unsound is refused with a message."""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import SourceRefused
from dynclient.releases import archive
from dynclient.releases.archive import members, refuse_excess, safe_name
from tests.support.small_tree import files, make_tar, make_zip


def every(name: str) -> bool:
    return True


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_members_are_read_by_their_content_not_by_the_file_name(make, tmp_path: Path) -> None:
    contents = files()
    assert members(make(tmp_path / "release.bin", contents), every) == contents


def test_a_plain_tar_is_read_too(tmp_path: Path) -> None:
    contents = files()
    assert members(make_tar(tmp_path / "a.tar", contents, "w"), every) == contents


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


@given(names | st.lists(st.sampled_from(["..", ".", "", "a", "C:", "b.json"])).map("/".join))
def test_no_name_ever_leads_out(name: str) -> None:
    try:
        safe = safe_name(name, "a.zip")
    except SourceRefused:
        return
    place = Path("/top") / safe
    assert ".." not in place.parts
    assert place.is_relative_to("/top")
    assert "\\" not in safe


BAD_NAMES = ["../x.json", "a/../../x.json", "/etc/x.json", "C:/x.json", "c:\\x.json", "..\\x.json"]


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_names_that_point_outside_are_refused(make, name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match=r"points outside|is absolute"):
        members(make(tmp_path / "a", {**files(), name: b"{}"}), every)


def test_a_zip_name_cut_by_a_nul_is_refused(tmp_path: Path) -> None:
    target = make_zip(tmp_path / "a.zip", {"schemas/aXb.json": b"{}"})
    target.write_bytes(target.read_bytes().replace(b"aXb", b"a\0b"))
    with pytest.raises(SourceRefused):
        members(target, every)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(kind: int, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("schemas/x.json")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened:
        opened.writestr(info, "/etc/passwd")
    with pytest.raises(SourceRefused, match="is a"):
        members(tmp_path / "a.zip", every)


KINDS = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]


@pytest.mark.parametrize("kind", KINDS)
def test_links_and_devices_in_a_tar_are_refused(kind: bytes, tmp_path: Path) -> None:
    info = tarfile.TarInfo("schemas/x.json")
    info.type, info.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as opened:
        opened.addfile(info)
    with pytest.raises(SourceRefused, match="is a"):
        members(tmp_path / "a.tgz", every)


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_too_many_members_are_refused(make, tmp_path: Path) -> None:
    contents = {f"x/{number}": b"" for number in range(archive.MAX_MEMBERS)}
    assert members(make(tmp_path / "most", contents), every) == contents
    with pytest.raises(SourceRefused, match="10,001 members"):
        members(make(tmp_path / "more", {**contents, "y": b""}), every)


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_bomb_is_refused_even_where_it_would_not_be_kept(make, tmp_path: Path) -> None:
    big = make(tmp_path / "bomb", {"x.bin": bytes(archive.MAX_BYTES + 1)})
    assert big.stat().st_size < 1 << 20
    with pytest.raises(SourceRefused, match="over 64 MiB"):
        members(big, lambda name: False)


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    """The sizes in both headers say 10 bytes, the data unpacks to more than the limit."""
    size = archive.MAX_BYTES + (1 << 20)
    target = make_zip(tmp_path / "bomb.zip", {"x.json": bytes(size)})
    data = target.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 10))
    target.write_bytes(data)
    with pytest.raises(SourceRefused):
        members(target, every)


def test_a_tar_bomb_of_headers_alone_is_refused(tmp_path: Path) -> None:
    """A pax header may be as large as it likes; it counts as what is unpacked."""
    size = archive.MAX_BYTES + 3000 * archive.MAX_MEMBERS
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, size
    with gzip.open(tmp_path / "bomb.tgz", "wb", compresslevel=1) as opened:
        opened.write(info.tobuf())
        for _ in range(size >> 20):
            opened.write(bytes(1 << 20))
    with pytest.raises(SourceRefused):
        members(tmp_path / "bomb.tgz", every)


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened:
        opened.writestr("x.json", "{}")
        opened.writestr("./x.json", "{}")
    with pytest.raises(SourceRefused, match="twice"):
        members(tmp_path / "a.zip", every)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    target = make_zip(tmp_path / "a.zip", {"x.json": b"{}"})
    data = bytearray(target.read_bytes())
    data[6] |= 1  # flags in the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    target.write_bytes(bytes(data))
    with pytest.raises(SourceRefused, match="encrypted"):
        members(target, every)


def test_unusual_compression_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as opened:
        opened.writestr("x.json", "{}")
    with pytest.raises(SourceRefused, match="unsupported compression"):
        members(tmp_path / "a.zip", every)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut", b"\x1f\x8b\x08 cut"])
def test_a_file_that_is_not_an_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(SourceRefused, match="is not a valid zip"):
        members(tmp_path / "a.zip", every)


@given(st.data())
def test_a_damaged_archive_is_read_or_refused_but_never_anything_else(data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        make = data.draw(st.sampled_from([make_zip, make_tar]))
        target = make(Path(folder) / "a", {**files(), f"schemas/{'ü' * 90}.json": b"{}"})
        content = bytearray(target.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        target.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
        with contextlib.suppress(SourceRefused):
            members(target, every)


def test_a_zip_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    target = make_zip(tmp_path / "a.zip", {"ü.json": b"{}"})
    target.write_bytes(target.read_bytes().replace("ü".encode(), b"\xff\xff"))
    with pytest.raises(SourceRefused, match="is not a valid zip"):
        members(target, every)


def test_a_zip_of_a_later_version_is_refused(tmp_path: Path) -> None:
    target = make_zip(tmp_path / "a.zip", {"a.json": b"{}"})
    content = bytearray(target.read_bytes())
    content[content.index(b"PK\x01\x02") + 6] = 99  # the version that is needed to extract it
    target.write_bytes(content)
    with pytest.raises(SourceRefused, match=r"is not a valid zip.* version 9\.9"):
        members(target, every)


def test_a_gzip_of_something_else_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as opened:
        opened.write(b"not a tar at all" * 100)
    (tmp_path / "a.tgz").write_bytes(buffer.getvalue())
    with pytest.raises(SourceRefused, match="is not a valid zip"):
        members(tmp_path / "a.tgz", every)


@pytest.mark.parametrize(
    ("members_", "size", "allowed"),
    [
        (archive.MAX_MEMBERS, archive.MAX_BYTES, True),
        (archive.MAX_MEMBERS + 1, 0, False),
        (0, archive.MAX_BYTES + 1, False),
    ],
)
def test_limits_of_members_and_bytes(members_: int, size: int, allowed: bool) -> None:
    if allowed:
        refuse_excess(members_, size, "a.zip")
        return
    what = "10,001 members" if members_ else "over 64 MiB unpacked"
    message = f"a.zip has {what}; the limit is 10,000 members and 64 MiB"
    with pytest.raises(SourceRefused, match=message) as caught:
        refuse_excess(members_, size, "a.zip")
    assert caught.value.parts["source"] == "a.zip"


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_the_limit_counts_all_members_together(make, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 200)
    monkeypatch.setattr(archive, "_CHUNK", 16)
    fits = {"a.json": bytes(100), "b.json": bytes(100)}
    assert members(make(tmp_path / "fits", fits), every) == fits
    with pytest.raises(SourceRefused, match="unpacked"):
        members(make(tmp_path / "more", {**fits, "c.json": b"x"}), every)


def test_a_stream_is_cut_off_after_its_limit(monkeypatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    limit = 10 + 2048
    stream = archive._LimitedStream(io.BytesIO(bytes(limit + 1)), "a.tar")
    assert len(stream.read(limit)) == limit
    with pytest.raises(SourceRefused):
        stream.read(1)


@pytest.mark.parametrize(
    ("size", "count"), [((), 40), ((-1,), 40), ((0,), 0), ((1,), 1), ((39,), 39), ((99,), 99)]
)
def test_a_limited_stream_reads_as_much_as_asked_or_one_chunk(monkeypatch, size, count) -> None:
    monkeypatch.setattr(archive, "_CHUNK", 40)
    stream = archive._LimitedStream(io.BytesIO(bytes(100)), "a.tar")
    assert len(stream.read(*size)) == count
