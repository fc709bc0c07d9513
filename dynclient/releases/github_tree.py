"""A release on GitHub: its tag, the listing of its schema folder, and files that are as listed.

No connection is opened here; whoever asks gives functions that do. Every file is held against the
git object id and the size that the listing tells, so a file that is cut short, a login page or
another file altogether is never taken for it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from dynclient.errors import SourceRefused, SourceUnavailable
from dynclient.releases.archive import refuse_excess, safe_name
from dynclient.releases.tree_files import ROOTS, is_document

REPOSITORY = "open-metadata/OpenMetadata"
FOLDER = ROOTS[0]
"""Where the schema root lies in it."""
PAGE = f"https://github.com/{REPOSITORY}"
ATTEMPTS = 3
"""How often a file is asked for that comes, but is not the one listed."""

_ID = re.compile(r"[0-9a-f]{40}")
_REGULAR = {"100644", "100755"}
WAY_OUT = (
    f"Otherwise get the sources of the release from {PAGE} yourself, and take them in with"
    " 'dynclient schemas add PATH'"
)
"""What else can be done, for errors."""


class Response(Protocol):
    """What comes back for a request; :class:`dynclient.transport.request.Response` is one."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by name; case does not matter."""

    @property
    def body(self) -> bytes:
        """The body, decompressed."""


Get = Callable[[str], Response]
"""Asks for a path with its query, encoded, and returns the answer of whatever status."""


def tag_of(version: str) -> str:
    """Return the tag that marks a release: ``1.13.0`` → ``1.13.0-release``."""
    return f"{version}-release"


class RemoteFile(NamedTuple):
    """One schema file, as GitHub lists it."""

    path: str
    """Inside the schema root: ``entity/data/table.json``."""
    sha: str
    """Git object id of its content, 40 hex digits."""
    size: int
    """In bytes."""

    def fits(self, data: bytes) -> bool:
        """Tell whether this is its content."""
        return len(data) == self.size and object_id(data) == self.sha


def object_id(data: bytes) -> str:
    """Return the id that git gives to a file of this content."""
    # Not for security: it is what git calls the file, and the listing itself is trusted.
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class GitHubTree:
    """The schema folder of one tag.

    Args:
        tag: ``1.13.0-release``.
        api: asks GitHub's REST API, for ``/repos/…``.
        raw: asks for plain files, ``/<owner>/<repository>/<tag>/…``.
    """

    def __init__(self, tag: str, api: Get, raw: Get) -> None:
        self.tag = tag
        self._api = api
        self._raw = raw

    @property
    def page(self) -> str:
        """Where people see it."""
        return f"{PAGE}/tree/{self.tag}/{FOLDER}"

    # -- the listing -------------------------------------------------------------------------------

    def listing(self) -> list[RemoteFile]:
        """List the schema files: one request, or some more where the whole is too long for one.

        Raises:
            SourceUnavailable: there is no such tag, or GitHub does not answer, or not now.
            SourceRefused: the listing is none, or lists what no schema folder has.
        """
        whole = self._tree(self.tag)
        if whole.truncated:
            entries = list(self._everything(self._folder(whole), ""))
        else:
            above = f"{FOLDER}/"
            entries = [
                each._replace(path=each.path[len(above) :])
                for each in whole.entries
                if each.path.startswith(above)
            ]
        found = [
            RemoteFile(safe_name(each.path, self.page), each.sha, each.size)
            for each in entries
            if each.mode in _REGULAR and is_document(each.path)
        ]
        if not found:
            message = f"the tag {self.tag} of {REPOSITORY} has no schemas in {FOLDER}"
            raise SourceRefused(message, source=self.page)
        refuse_excess(len(found), sum(each.size for each in found), self.page)
        return sorted(found)

    def _folder(self, whole: _Tree) -> str:
        """Return the id of the schema folder, step by step from the nearest one above it."""
        known = {each.path: each.sha for each in whole.entries if each.mode == _FOLDER_MODE}
        steps = FOLDER.split("/")
        depth = len(steps)
        while depth and "/".join(steps[:depth]) not in known:
            depth -= 1
        current = known["/".join(steps[:depth])] if depth else self.tag
        for step in steps[depth:]:
            below = self._tree(current, recursive=False)
            next_one = [e.sha for e in below.entries if (e.path, e.mode) == (step, _FOLDER_MODE)]
            if not next_one:
                message = f"the tag {self.tag} of {REPOSITORY} has no folder {FOLDER}"
                raise SourceRefused(message, source=self.page)
            current = next_one[0]
        return current

    def _everything(self, sha: str, above: str) -> Iterator[_Entry]:
        """Give all entries below a folder, in as few listings as GitHub allows."""
        tree = self._tree(sha)
        if not tree.truncated:
            yield from (each._replace(path=above + each.path) for each in tree.entries)
            return
        tree = self._tree(sha, recursive=False)
        if tree.truncated:
            message = f"GitHub lists the folder {FOLDER}/{above} in part only"
            raise SourceRefused(message, source=self.page)
        for each in tree.entries:
            if each.mode == _FOLDER_MODE:
                yield from self._everything(each.sha, f"{above}{each.path}/")
            else:
                yield each._replace(path=above + each.path)

    def _tree(self, ref: str, *, recursive: bool = True) -> _Tree:
        depth = "?recursive=1" if recursive else ""
        answer = self._api(f"/repos/{REPOSITORY}/git/trees/{quote(ref, safe='')}{depth}")
        if answer.status != 200:
            raise self._failed(answer, f"the listing of {self.tag}")
        if _is_page(answer):
            raise self._no_listing("an HTML page, as proxies and login pages give them")
        try:
            told = json.loads(answer.body)
        except ValueError:
            raise self._no_listing("no JSON") from None
        return self._checked(told)

    def _checked(self, told: Any) -> _Tree:
        listed = told.get("tree") if isinstance(told, dict) else None
        if not isinstance(listed, list):
            raise self._no_listing("no listing")
        entries = []
        for each in listed:
            entry = _entry(each)
            if entry is None:
                raise self._no_listing(f"an entry that is none: {str(each)[:100]}")
            entries.append(entry)
        return _Tree(entries, told.get("truncated") is True)

    def _no_listing(self, what: str) -> SourceRefused:
        message = f"asked for the listing of {self.tag}, GitHub answers with {what}. {WAY_OUT}"
        return SourceRefused(message, source=self.page)

    # -- files -------------------------------------------------------------------------------------

    def fetch(self, listed: RemoteFile) -> bytes:
        """Fetch one file, and make sure that it is the one listed.

        Raises:
            SourceUnavailable: GitHub does not give it, or not now.
            SourceRefused: what comes is another file, time and again.
        """
        path = quote(f"{FOLDER}/{listed.path}")
        for _ in range(ATTEMPTS):
            answer = self._raw(f"/{REPOSITORY}/{quote(self.tag, safe='')}/{path}")
            if answer.status != 200:
                raise self._failed(answer, listed.path)
            if listed.fits(answer.body):
                return answer.body
        if _is_page(answer):
            what = "an HTML page, as proxies and login pages give them"
        elif len(answer.body) != listed.size:
            what = f"{len(answer.body):,} bytes where {listed.size:,} are listed"
        else:
            what = f"content of the id {object_id(answer.body)[:12]}, not {listed.sha[:12]}"
        message = f"GitHub gives {what} for {listed.path} of {self.tag}. {WAY_OUT}"
        raise SourceRefused(message, source=self.page)

    # -- refusals ----------------------------------------------------------------------------------

    def _failed(self, answer: Response, what: str) -> SourceUnavailable:
        status = answer.status
        if status == 404:
            why = f"GitHub has nothing for {what}; there may be no such tag in {REPOSITORY}"
        elif status == 401:
            why = "GitHub does not accept the token in GITHUB_TOKEN; renew it, or unset it"
        elif status == 429 or (status == 403 and _is_limited(answer)):
            until = _until(answer.headers.get("X-RateLimit-Reset"))
            why = (
                f"GitHub's limit of requests is reached{until}; wait, or set GITHUB_TOKEN to any"
                " token of yours, for which the limit is far higher"
            )
        else:
            why = f"GitHub answers {status} for {what}"
        return SourceUnavailable(f"{why}. {WAY_OUT}", source=self.page, status=status)


_FOLDER_MODE = "040000"


class _Entry(NamedTuple):
    """One entry of a git tree, as GitHub lists it."""

    path: str
    mode: str
    sha: str
    size: int


def _entry(told: Any) -> _Entry | None:
    """Return an entry of a listing, or None where it is none; nothing is taken on trust."""
    fields = told if isinstance(told, dict) else {}
    path, mode, sha = fields.get("path"), fields.get("mode"), fields.get("sha")
    size = fields.get("size", 0)  # folders have none
    if not (isinstance(path, str) and path and isinstance(mode, str) and isinstance(sha, str)):
        return None
    sound = isinstance(size, int) and size >= 0 and _ID.fullmatch(sha)
    return _Entry(path, mode, sha, size) if sound else None


class _Tree(NamedTuple):
    entries: list[_Entry]
    truncated: bool


def _is_page(answer: Response) -> bool:
    kind = answer.headers.get("Content-Type", "")
    return "html" in kind or answer.body.lstrip()[:1] == b"<"


def _is_limited(answer: Response) -> bool:
    spent = answer.headers.get("X-RateLimit-Remaining") == "0"
    return spent or "Retry-After" in answer.headers or b"rate limit" in answer.body


def _until(reset: str | None) -> str:
    """Return when a limit ends, from seconds since 1970; nothing where none is told."""
    if not reset or not reset.isdigit():
        return ""
    from datetime import UTC, datetime

    try:
        moment = datetime.fromtimestamp(int(reset), UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return f" until {moment:%H:%M} UTC"
