"""What is installed: every package and data file, few dependencies, the promised extras."""

from __future__ import annotations

import configparser
import importlib.metadata
import re
from collections import deque
from pathlib import Path

import pytest

import dynclient

ROOT = Path(__file__).resolve().parent.parent.parent
EXTRAS = {
    *(
        "all",
        "as-code",
        "aws",
        "cli",
        "dist",
        "docs",
        "fast",
        "fleet",
        "frames",
        "fuzz",
        "graph",
        "lint",
        "login",
        "mutate",
    ),
    *("sandbox", "shell", "sql", "test"),
}


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def test_setup_names_every_package(config: configparser.ConfigParser) -> None:
    named = set(config["options"]["packages"].split())
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "dynclient").rglob("__init__.py")
    }
    assert named == found | {"dynclient.schema_cache"}


def test_setup_ships_every_data_file(config: configparser.ConfigParser) -> None:
    package_data = config["options.package_data"]
    folders = dict.fromkeys(config["options"]["packages"].split(), "")
    homes = {name: ROOT.joinpath(*name.split(".")) for name in folders}
    homes["dynclient.schema_cache"] = ROOT / "schema_cache"
    shipped = {
        path
        for package, patterns in package_data.items()
        for pattern in patterns.split()
        for path in homes[package].glob(pattern)
    }
    wanted = {
        path
        for folder in (ROOT / "dynclient", ROOT / "schema_cache")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert wanted <= shipped, f"not in the wheel: {sorted(map(str, wanted - shipped))}"


def test_extras_are_those_promised(config: configparser.ConfigParser) -> None:
    assert set(config["options.extras_require"]) == EXTRAS


def test_a_plain_install_stays_under_15_packages(config: configparser.ConfigParser) -> None:
    """Whatever dynclient needs, and what that needs in turn, extras left out."""
    found: set[str] = set()
    waiting = deque(config["options"]["install_requires"].split())
    while waiting:
        requirement, _, marker = waiting.popleft().partition(";")
        match = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert match is not None, requirement
        name = re.sub(r"[-_.]+", "-", match[0]).lower()
        if name in found or "extra" in marker or "python_version" in marker:
            continue
        found.add(name)
        waiting.extend(importlib.metadata.requires(name) or ())
    assert len(found) < 15, sorted(found)


def test_every_error_can_be_caught_by_the_package_s_own_name() -> None:
    from dynclient import errors

    known = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__ == errors.__name__ and name[0] != "_"
    }
    assert known <= set(dir(dynclient))
    assert all(getattr(dynclient, name) is getattr(errors, name) for name in known)
