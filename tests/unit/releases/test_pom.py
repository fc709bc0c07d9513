"""The version of a checkout, from its Maven project files."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from dynclient.releases import Cache, registry, release
from dynclient.releases.pom import version
from dynclient.releases.tree_files import project_files, project_folders, read
from tests.support.small_tree import SMALL, files, make_folder, make_tar, make_zip

SCHEMAS = "openmetadata-spec/src/main/resources/json/schema/"
XMLNS = 'xmlns="http://maven.apache.org/POM/4.0.0"'


def pom(body: str, group: str = "org.open-metadata") -> bytes:
    return f"<project {XMLNS}><groupId>{group}</groupId>{body}</project>".encode()


OWN = pom("<version>7.1.0-SNAPSHOT</version>")
OF_PARENT = (
    f"<project {XMLNS}><parent><groupId>org.open-metadata</groupId><version>7.1.0</version>"
    "</parent><artifactId>openmetadata-spec</artifactId></project>"
).encode()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (OWN, "7.1.0-SNAPSHOT"),
        (OF_PARENT, "7.1.0"),
        (pom("<version>${rev}</version><properties><rev>7.1.0</rev></properties>"), "7.1.0"),
        (pom("<version> 7.1.0\n</version>"), "7.1.0"),
        (pom("<version>${rev}</version>"), None),
        (pom("<version/>"), None),
        (pom(""), None),
        (pom("<version>7.1.0</version>", group="com.example"), None),
        (pom(f"<version>{'9' * 5000}.1</version>"), None),
        (b"<project", None),
        (b'<!DOCTYPE x [<!ENTITY v "7.1.0">]>' + pom("<version>&v;</version>"), None),
        (b"", None),
        (b'<?xml version="1.0" encoding="klingon"?><project/>', None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_a_version_is_that_of_the_project_or_of_its_parent(
    content: bytes, expected: str | None
) -> None:
    assert version(content) == expected


def test_the_project_files_of_a_checkout_lie_above_its_schemas() -> None:
    found = [
        str(each) for each in project_folders(PurePosixPath("a/openmetadata-spec/src/main/schemas"))
    ]
    assert found == ["a/openmetadata-spec/src/main", "a/openmetadata-spec/src",
                     "a/openmetadata-spec", "a"]  # fmt: skip
    assert list(project_folders(PurePosixPath("somewhere/else"))) == []


@pytest.mark.parametrize("place", ["pom.xml", "openmetadata-spec/pom.xml"])
@pytest.mark.parametrize("make", [make_zip, make_tar, make_folder])
def test_a_checkout_has_the_version_of_its_project(make, place: str, tmp_path: Path) -> None:
    tree = read(make(tmp_path / "OpenMetadata", {**files(root=SCHEMAS), place: OWN}))
    assert tree.version == "7.1.0-SNAPSHOT"
    assert tree.documents == SMALL


def test_the_schema_folder_of_a_checkout_has_its_version(tmp_path: Path) -> None:
    make_folder(tmp_path / "OpenMetadata", {**files(root=SCHEMAS), "pom.xml": OWN})
    assert read(tmp_path / "OpenMetadata" / SCHEMAS).version == "7.1.0-SNAPSHOT"


@pytest.mark.parametrize("make", [make_zip, make_tar, make_folder])
def test_a_name_is_used_without_a_project_that_says_more(make, tmp_path: Path) -> None:
    contents = files(root=SCHEMAS) | {"pom.xml": pom("", group="com.example"), "a/pom.xml": OWN}
    assert read(make(tmp_path / "OpenMetadata-7.0.0", contents)).version == "7.0.0"
    # The version is one that a name of a release can have.
    contents["pom.xml"] = pom("<version>../../x</version>")
    assert read(make(tmp_path / "OpenMetadata-7.0.1", contents)).version == "7.0.1"


def test_a_project_file_outside_the_checkout_is_not_read(tmp_path: Path) -> None:
    make_folder(tmp_path, {"pom.xml": OWN, **files(root="checkout/own/")})
    assert read(tmp_path / "checkout").version is None
    (tmp_path / "schemas" / "pom.xml").parent.mkdir()
    (tmp_path / "schemas" / "pom.xml").mkdir()
    assert project_files(tmp_path / "schemas" / "schema") == [tmp_path.resolve() / "pom.xml"]


def test_another_version_of_the_same_files_is_another_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "_open", {})
    checkout = make_folder(tmp_path / "OpenMetadata", {**files(root=SCHEMAS), "pom.xml": OWN})
    assert release(source=checkout).name == "7.1.0-SNAPSHOT"
    (checkout / "pom.xml").write_bytes(pom("<version>7.1.1</version>"))
    assert release(source=checkout).name == "7.1.1"
    assert set(Cache().names()) == {"7.1.0-SNAPSHOT", "7.1.1"}
