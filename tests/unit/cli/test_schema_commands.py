"""``dynclient schemas``: what its commands print, leave behind and end with."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dynclient.releases import Cache, registry
from tests.support.github_server import GitHub, files_of, hasty
from tests.support.small_tree import SMALL, files, make_zip
from tests.support.stub import Reply
from tests.support.trees import real_release
from tests.unit.cli.test_main import run

__all__ = ["hasty"]

PATIENCE = 120
"""Seconds after which a process counts as hanging, on however busy a machine."""


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cache:
    """Give each test a cache of its own, as a new process sees it."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "_open", {})
    return Cache()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with GitHub({"7.1.0-release": files_of(SMALL)}) as hub:
        monkeypatch.setenv("DYNCLIENT_GITHUB", hub.host)
        yield hub


@pytest.fixture
def trees(tmp_path: Path) -> tuple[str, str]:
    """Return the paths of two trees: of the newer one, things have a size and no mark."""
    newer = json.loads(json.dumps(SMALL))
    properties = newer["entity/data/thing.json"]["properties"]
    del properties["deleted"]
    properties["size"] = {"type": "number"}
    newer["entity/data/thing.json"]["definitions"]["colour"]["enum"] = ["red", "blue", "gold"]
    older_zip = make_zip(tmp_path / "7.0.0.zip", files())
    return str(older_zip), str(make_zip(tmp_path / "7.1.0.zip", files(newer)))


def names(cache: Cache) -> tuple[str, ...]:
    return tuple(name for name in cache.names() if name != "starter")


# -- add -------------------------------------------------------------------------------------------


def test_a_tree_without_a_version_is_added_with_advice(
    capsys, tmp_path: Path, cache: Cache
) -> None:
    tree = str(make_zip(tmp_path / "schemas.zip", files()))
    code, out, _ = run(capsys, "schemas", "add", tree)
    assert code == 0
    assert "its version is not known" in out
    code, out, _ = run(capsys, "schemas", "add", tree, "--name", "7.1.0")
    assert code == 0
    assert "its version is not known" not in out
    assert "7.1.0" in names(cache)


# -- fetch -----------------------------------------------------------------------------------------


def test_fetch_downloads_a_release_once(capsys, hub: GitHub, cache: Cache) -> None:
    code, out, err = run(capsys, "schemas", "fetch", "7.1.0")
    assert (code, err) == (0, "")
    assert out.startswith("7.1.0: 1 entity types, 3 documents, digest ")
    request_count = len(hub.seen)
    code, out, _ = run(capsys, "schemas", "fetch", "7.1.0-SNAPSHOT")
    assert (code, len(hub.seen)) == (0, request_count)
    assert "already in the cache" in out
    code, out, _ = run(capsys, "schemas", "fetch", "7.1.0", "--json")
    assert json.loads(out)["documents"] == 3


def test_fetch_uses_the_named_mirror(capsys, cache: Cache) -> None:
    with GitHub({"7.1.0-release": files_of(SMALL)}) as hub:
        assert run(capsys, "schemas", "fetch", "7.1.0", "--mirror", hub.host)[0] == 0
    assert names(cache) == ("7.1.0",)


@pytest.mark.parametrize(
    ("version", "near"),
    [("v7.1.0", "7.1.0"), ("7.1.0-release", "7.1.0"), ("7.1", "7.1.0"), ("latest", ""), ("..", "")],
)
def test_what_is_not_a_version_is_rejected_without_a_request(
    capsys, hub: GitHub, cache: Cache, version: str, near: str
) -> None:
    code, out, err = run(capsys, "schemas", "fetch", version)
    assert (code, out, hub.seen, names(cache)) == (1, "", [], ())
    assert "is not a version of OpenMetadata" in err
    assert err.endswith(f"; did you mean {near}?\n") == bool(near)


def test_an_unknown_release_is_reported_in_one_line_with_advice(
    capsys, hub: GitHub, cache: Cache
) -> None:
    code, out, err = run(capsys, "schemas", "fetch", "7.9.9")
    assert (code, out, names(cache)) == (1, "", ())
    assert "7.9.9-release" in err
    assert "schemas add CHECKOUT" in err
    assert err.count("\n") == 1


def test_a_dead_mirror_is_reported_in_one_line_with_advice(capsys, hasty: list[float]) -> None:
    code, _, err = run(capsys, "schemas", "fetch", "7.1.0", "--mirror", "http://127.0.0.1:9")
    assert code == 1
    assert "could not connect to http://127.0.0.1:9: no server accepts" in err
    assert "the port in its URL. Set DYNCLIENT_GITHUB" in err
    assert "schemas add CHECKOUT" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("given", [("--mirror", "nowhere"), ()])
def test_a_mirror_must_be_a_url(capsys, monkeypatch, given: tuple[str, ...]) -> None:
    monkeypatch.setenv("DYNCLIENT_GITHUB", "ftp://nowhere")
    code, _, err = run(capsys, "schemas", "fetch", "7.1.0", *given)
    assert code == 1
    label, value = ("the mirror", "nowhere") if given else ("DYNCLIENT_GITHUB", "ftp://nowhere")
    assert f"{label} must be a URL such as 'https://mirror.example.com', not {value!r}" in err


@contextmanager
def start(*arguments: str, **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """Start the command in a process; one still running at the end is killed, and reaped."""
    with subprocess.Popen(
        [sys.executable, "-m", "dynclient", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for a state that a running process brings about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the state was not reached"
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(0.01)
            pytest.fail(f"the process ended with {code}")


def test_ctrl_c_ends_a_fetch_at_once_and_the_next_continues_from_there(
    hub: GitHub, cache: Cache, capsys
) -> None:
    interrupted = threading.Event()

    def stall(data: bytes) -> Reply:
        interrupted.wait()
        return Reply(200, data)

    hub.wrong["type/basic.json"] = stall
    staging = cache.directory / "staging/7.1.0"

    def two_files_are_kept() -> bool:
        return staging.is_dir() and len([f for f in staging.iterdir() if len(f.name) == 40]) == 2

    with start("schemas", "fetch", "7.1.0") as process:
        try:
            wait_until(two_files_are_kept, process)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=PATIENCE)  # the server still holds a file back
        finally:
            interrupted.set()
    assert process.returncode == 130, err
    assert "2 of 3 files are kept, and the next attempt continues from there" in err
    assert "Traceback" not in err
    assert names(cache) == ()
    hub.seen.clear()
    assert run(capsys, "schemas", "fetch", "7.1.0")[0] == 0
    assert len(hub.requested("/open-metadata")) == 1
    assert not staging.exists()


def test_a_full_disk_is_an_error_and_downloads_are_kept(hub: GitHub, cache: Cache, trees) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    # Python would cut its own files of bytecode as well, and read them in the next process.
    limited = {
        "preexec_fn": small_files, "env": {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    }  # fmt: skip
    with start("schemas", "fetch", "7.1.0", **limited) as process:
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "7.1.0 was read but not stored" in err
    assert os.strerror(27) in err
    assert "DYNCLIENT_CACHE" in err
    assert names(cache) == ()
    assert len(list((cache.directory / "staging/7.1.0").iterdir())) == 3
    with start("schemas", "add", trees[0], **limited) as process:
        assert "7.0.0 was read but not stored" in process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 1


RACER = """
import sys
from dynclient.cli import main

def ended(command):
    try:
        return main(["schemas", command, "7.1.0"])
    except SystemExit as end:
        return end.code

print("ready", flush=True)
sys.stdin.readline()
print({ended(sys.argv[1]) for _ in range(10)}, file=sys.stderr)
"""


def test_processes_that_fetch_and_remove_at_once(hub: GitHub, cache: Cache) -> None:
    with contextlib.ExitStack() as stack:
        racers = []
        for command in ("fetch", "fetch", "remove", "remove"):
            racer = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", RACER, command],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    text=True,
                )
            )  # fmt: skip
            stack.callback(racer.kill)
            racers.append(racer)
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        outputs = [racer.communicate(timeout=300)[1] for racer in racers]
    assert all("Traceback" not in err for err in outputs)
    for err in outputs:
        for line in err.splitlines()[:-1]:
            assert "has no release 7.1.0" in line or "another process" in line, line
    assert not [f for f in cache.directory.rglob("*") if f.name.endswith((".corrupt", ".tmp"))]


# -- list, verify and remove -----------------------------------------------------------------------


def test_list_as_json_and_past_a_damaged_pack(capsys, cache: Cache, trees, caplog) -> None:
    run(capsys, "schemas", "add", trees[0])
    (pack,) = cache.directory.glob("7.0.0*.pack")
    pack.write_bytes(b"damaged")
    Path(trees[0]).unlink()
    registry._open.clear()
    code, out, _ = run(capsys, "schemas", "list", "--json")
    assert code == 0
    assert [each["name"] for each in json.loads(out)] == ["starter"]


def test_verify_names_bad_packs_and_what_to_do(capsys, cache: Cache, trees) -> None:
    for tree in trees:
        assert run(capsys, "schemas", "add", tree)[0] == 0
    assert run(capsys, "schemas", "verify")[0] == 0
    (pack,) = cache.directory.glob("7.0.0*.pack")
    pack.write_bytes(pack.read_bytes()[:-1])
    code, out, _ = run(capsys, "schemas", "verify")
    assert code == 3
    assert "1 sound, 1 bad" in out
    assert f"dynclient schemas add {trees[0]}" in out
    assert run(capsys, "schemas", "verify", "7.1.0")[0] == 0
    code, out, _ = run(capsys, "schemas", "verify", "--json")
    assert (code, [each["state"] for each in json.loads(out)]) == (3, ["bad", "sound"])
    assert run(capsys, "schemas", "verify", "7.2.0")[0] == 1


def test_remove(capsys, cache: Cache, trees) -> None:
    for tree in trees:
        run(capsys, "schemas", "add", tree)
    code, _, err = run(capsys, "schemas", "remove", "7.0.0", "7.1.1")
    assert (code, names(cache)) == (1, ("7.0.0", "7.1.0"))
    assert "no release 7.1.1; did you mean 7.1.0" in err
    code, out, _ = run(capsys, "schemas", "remove", "7.0.0")
    assert (code, names(cache)) == (0, ("7.1.0",))
    assert out.startswith("7.0.0: removed 7.0.0-")
    assert run(capsys, "schemas", "remove", "starter")[0] == 1
    assert (
        json.loads(run(capsys, "schemas", "remove", "7.1.0", "--json")[1])[0]["release"] == "7.1.0"
    )


# -- diff ------------------------------------------------------------------------------------------


def test_diff_in_words(capsys, trees) -> None:
    code, out, err = run(capsys, "schemas", "diff", *trees)
    assert (code, err) == (0, "")
    assert out.startswith("7.0.0 → 7.1.0\n")
    for line in (
        "Thing  entity/data/thing.json",
        "  - deleted: boolean  (breaks)",
        "  + size: number",
        "Colour  entity/data/thing.json#/definitions/colour",
        "  - value green  (breaks)",
        "  + values: blue, gold",
    ):
        assert f"{line}\n" in out
    assert run(capsys, "schemas", "diff", *trees, "--summary")[1].count("\n") < 12


def test_diff_narrowed_and_as_a_check(capsys, trees) -> None:
    assert run(capsys, "schemas", "diff", *trees, "--exit-code")[0] == 3
    assert run(capsys, "schemas", "diff", trees[0], trees[0], "--exit-code")[0] == 0
    code, out, _ = run(capsys, "schemas", "diff", *trees, "--breaking", "--json")
    assert code == 0
    assert [each["name"] for each in json.loads(out)["changes"]] == ["deleted", ""]
    out = run(capsys, "schemas", "diff", *trees, "--entity", "Colour", "--json")[1]
    assert {each["type_name"] for each in json.loads(out)["changes"]} == {"Colour"}
    out = run(capsys, "schemas", "diff", *trees, "--entity", "CreateThingRequest")[1]
    assert "size: number" in out  # an entity comes with its request


def test_diff_deep_is_refused_without_an_entity(capsys, trees) -> None:
    code, _, err = run(capsys, "schemas", "diff", *trees, "--deep")
    assert code == 2
    assert "needs --entity" in err


def test_diff_suggests_names_for_a_wrong_one(capsys, trees, cache: Cache) -> None:
    run(capsys, "schemas", "add", trees[0])
    code, _, err = run(capsys, "schemas", "diff", "7.0.0", "7.0.O")
    assert code == 1
    assert "did you mean 7.0.0" in err
    code, _, err = run(capsys, "schemas", "diff", *trees, "--entity", "Thng")
    assert code == 1
    assert "did you mean Thing" in err


def test_a_closed_pipe_is_not_an_error(trees) -> None:
    script = (
        "import os, sys; from dynclient.cli import main\n"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 1)\n"
        "code = main(['schemas', 'diff', *sys.argv[1:]])\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *trees], check=False, capture_output=True, text=True
    )
    assert "Error" not in done.stderr
    assert "Broken" not in done.stderr


# -- check -----------------------------------------------------------------------------------------


def check(capsys, trees: tuple[str, str], file: Path | str, *more: str) -> tuple[int, str, str]:
    words = ("--as", "Thing", "--releases", ",".join(trees))
    return run(capsys, "schemas", "check", str(file), *words, *more)


ID = "3f0b6ae0-1111-4222-8333-abcdefabcdef"
GOOD, OLD = {"id": ID, "colour": "red"}, {"id": ID, "deleted": True, "colour": "green"}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (json.dumps(GOOD), ["p.json"]),
        (json.dumps([GOOD, OLD], indent=2), ["p.json[0]", "p.json[1]"]),
        (f"{json.dumps(GOOD)}\n\n{json.dumps(OLD)}\n", ["p.json:1", "p.json:3"]),
        ("\ufeff" + json.dumps(GOOD), ["p.json"]),
    ],
)
def test_a_file_contains_one_payload_a_list_or_lines(
    capsys, trees, tmp_path: Path, text: str, places: list[str]
) -> None:
    (tmp_path / "p.json").write_text(text, "utf-8")
    code, out, _ = check(capsys, trees, tmp_path / "p.json", "--json")
    read = json.loads(out)
    assert [each["payload"] for each in read] == places
    assert code == (3 if len(places) > 1 else 0)
    assert {result["release"] for each in read for result in each["verdicts"]} == {
        "7.0.0",
        "7.1.0",
    }


def test_every_problem_is_listed(capsys, trees, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps([GOOD, OLD]))
    code, out, err = check(capsys, trees, tmp_path / "p.json")
    assert (code, err) == (3, "")
    assert "  7.1.0: invalid, 2 problems\n" in out
    assert "    deleted: is not a known property" in out
    assert "    colour: must be one of 'red', 'blue', 'gold', not 'green'\n" in out
    assert out.endswith("7.0.0: 0 of 2 invalid\n7.1.0: 1 of 2 invalid\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "p.json contains no payload"),
        ("[]", "p.json contains no payload"),
        ("{'id': 1}", "p.json is not JSON: line 1, column 2"),
        ('{\n  "id": 1\n  "x": 2}', "p.json is not JSON: line 3, column 3"),
        ('{"id": 1}\n{"id": ', "p.json is not JSON: line 2"),
    ],
)
def test_invalid_json_is_reported_with_its_line(
    capsys, trees, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "p.json").write_text(text)
    code, out, err = check(capsys, trees, tmp_path / "p.json")
    assert (code, out) == (1, "")
    assert message in err


def test_wrong_calls(capsys, trees, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"\xff\xfe")
    assert "invalid UTF-8 at byte 0" in check(capsys, trees, tmp_path / "p.json")[2]
    assert check(capsys, trees, tmp_path / "none.json")[0] == 1
    assert check(capsys, (" ", ""), tmp_path / "p.json")[0] == 2


def test_payloads_come_from_standard_input(capsys, trees, monkeypatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(OLD).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, _ = check(capsys, trees, "-")
    assert code == 3
    assert out.startswith("standard input\n")


def test_translated_payloads_can_be_accepted(capsys, tmp_path: Path) -> None:
    from tests.support.trees import TREES

    real_release("1.0.4"), real_release("1.13.0")  # or the test is skipped
    table = {"name": "t", "databaseSchema": "a.b.c", "columns": [{"name": "id", "dataType": "INT"}]}
    (tmp_path / "p.json").write_text(json.dumps({**table, "owner": {"id": ID, "type": "user"}}))
    words = ("schemas", "check", str(tmp_path / "p.json"), "--as", "CreateTableRequest",
             "--releases", f"{TREES['1.0.4']},{TREES['1.13.0']}")  # fmt: skip
    code, out, err = run(capsys, *words)
    assert (code, err) == (3, "")
    assert "  1.0.4: valid\n" in out
    assert "  1.13.0: invalid, 1 problem, translated by the client\n" in out
    assert "(CreateTableRequest.owner is called owners in release 1.13.0)" in out
    assert out.endswith("1.13.0: 1 of 1 invalid, 1 of them translated by the client\n")
    assert run(capsys, *words, "--allow-bridged")[0] == 0
