"""A stub of GitHub on loopback: lists trees as the REST API does, and serves raw files.

It fails, truncates, throttles and sends wrong data on request.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from dynclient.releases.github_tree import FOLDER, REPOSITORY, object_id
from tests.support.stub import Reply, Seen, Stub

LISTINGS = f"/repos/{REPOSITORY}/git/trees/"
FILES = f"/{REPOSITORY}/"
BESIDE = {"README.md": b"# Sources", "ingestion/schema/entity/x.json": b"{}"}
"""What else lies in the repository."""


class GitHub(Stub):
    """Holds the schema files of tags; ``with`` starts and stops it.

    Args:
        tags: schema files by path inside the schema root, by tag.

    Attributes:
        limit: so many entries a recursive listing holds before it is truncated.
        faults: replies, by path inside the schema root (or ``""`` for listings), that are given one
            after the other before the right ones.
        wrong: returns the reply to every request for a file, from the right content.
        barrier: where set, files are sent only when so many are requested at once.
    """

    def __init__(self, tags: dict[str, dict[str, bytes]]) -> None:
        super().__init__()
        self.tags = {
            tag: {**BESIDE, **{f"{FOLDER}/{path}": data for path, data in files.items()}}
            for tag, files in tags.items()
        }
        self.limit = 100_000
        self.faults: dict[str, list[Reply]] = {}
        self.wrong: dict[str, Callable[[bytes], Reply]] = {}
        self.barrier: threading.Barrier | None = None
        self.default = self._respond
        self._folders: dict[str, tuple[str, str]] = {}
        for tag, files in self.tags.items():
            for path in files:
                steps = path.split("/")[:-1]
                for depth in range(len(steps) + 1):
                    folder = "/".join(steps[:depth])
                    self._folders[_folder_id(tag, folder)] = (tag, folder)

    def requested(self, prefix: str) -> list[str]:
        """Return the requested paths, with their queries, that start with a prefix."""
        return [seen.path for seen in self.seen if seen.path.startswith(prefix)]

    def _respond(self, seen: Seen) -> Reply:
        parts = urlsplit(seen.path)
        path = unquote(parts.path)
        if path.startswith(LISTINGS):
            faults = self.faults.get("")
            if faults:
                return faults.pop(0)
            recursive = "recursive" in parse_qs(parts.query)
            return self._listing(path[len(LISTINGS) :], recursive)
        if path.startswith(FILES):
            tag, _, file = path[len(FILES) :].partition("/")
            return self._file(tag, file)
        return Reply(404, {"message": "Not Found"})

    def _file(self, tag: str, file: str) -> Reply:
        data = self.tags.get(tag, {}).get(file)
        if data is None:
            return Reply(404, b"404: Not Found", (("Content-Type", "text/plain"),))
        if self.barrier is not None:
            self.barrier.wait(timeout=30)
        inner = file.removeprefix(f"{FOLDER}/")
        if self.faults.get(inner):
            return self.faults[inner].pop(0)
        if inner in self.wrong:
            return self.wrong[inner](data)
        return Reply(200, data, (("Content-Type", "text/plain; charset=utf-8"),))

    def _listing(self, ref: str, recursive: bool) -> Reply:
        tag, folder = self._folders.get(ref, (ref, ""))
        if tag not in self.tags:
            return Reply(404, {"message": "Not Found", "status": "404"})
        entries = self._entries(tag, f"{folder}/" if folder else "", recursive)
        listing = {"sha": _folder_id(tag, folder), "url": "", "tree": entries}
        if recursive and len(entries) > self.limit:
            return Reply(200, {**listing, "tree": entries[: self.limit], "truncated": True})
        return Reply(200, {**listing, "truncated": False})

    def _entries(self, tag: str, above: str, recursive: bool) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for path, data in self.tags[tag].items():
            if not path.startswith(above):
                continue
            steps = path[len(above) :].split("/")
            for depth in range(1, len(steps) if recursive else min(2, len(steps))):
                folder = "/".join(steps[:depth])
                found[folder] = {
                    "path": folder, "mode": "040000", "type": "tree",
                    "sha": _folder_id(tag, above + folder),
                }  # fmt: skip
            if recursive or len(steps) == 1:
                found["/".join(steps)] = {
                    "path": "/".join(steps), "mode": "100644", "type": "blob",
                    "sha": object_id(data), "size": len(data),
                }  # fmt: skip
        return [found[path] for path in sorted(found)]


def _folder_id(tag: str, folder: str) -> str:
    return hashlib.sha1(f"{tag}:{folder}".encode()).hexdigest()


def files_of(documents: dict[str, Any]) -> dict[str, bytes]:
    """Return the files of a tree as a repository holds them."""
    return {path: json.dumps(document, indent=2).encode() for path, document in documents.items()}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Skip the waits between attempts; return how long they would have been."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept
