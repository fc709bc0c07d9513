"""A release on GitHub: its tag, the listing of its schema folder, and its files.

This module opens no connections; callers pass functions that do. Each file must have the git object
id and the size of the listing, so a truncated file, a login page or another file is never accepted.
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
"""Path of the schema root in it."""
PAGE = f"https://github.com/{REPOSITORY}"
ATTEMPTS = 3
"""Number of attempts for a file whose content is not the listed one."""

_ID = re.compile(r"[0-9a-f]{40}")
_REGULAR = {"100644", "100755"}
WAY_OUT = (
    f"Alternatively, download the sources of the release from {PAGE} and add them with"
    " 'dynclient schemas add PATH'"
)
"""The alternative to a download, for error messages."""


class Response(Protocol):
    """An HTTP response; :class:`dynclient.transport.request.Response` is one."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by name, case-insensitive."""

    @property
    def body(self) -> bytes:
        """The body, decompressed."""


Get = Callable[[str], Response]
"""Sends a GET request for an encoded path and query; returns the response of any status."""


def tag_of(version: str) -> str:
    """Return the git tag of a release: ``1.13.0`` → ``1.13.0-release``."""
    return f"{version}-release"


class RemoteFile(NamedTuple):
    """One schema file, as GitHub lists it."""

    path: str
    """Path inside the schema root: ``entity/data/table.json``."""
    sha: str
    """Git object id of its content, 40 hexadecimal digits."""
    size: int
    """Size in bytes."""

    def matches(self, data: bytes) -> bool:
        """Return whether this is its content."""
        return len(data) == self.size and object_id(data) == self.sha


def object_id(data: bytes) -> str:
    """Return the git object id of a file with this content."""
    # Not for security: git uses SHA-1 for its ids, and the listing itself is trusted.
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class GitHubTree:
    """The schema folder of one tag.

    Args:
        tag: ``1.13.0-release``.
        api: sends requests to GitHub's REST API, ``/repos/…``.
        raw: sends requests for plain files, ``/<owner>/<repository>/<tag>/…``.
    """

    def __init__(self, tag: str, api: Get, raw: Get) -> None:
        self.tag = tag
        self._api = api
        self._raw = raw

    @property
    def page(self) -> str:
        """URL of its web page."""
        return f"{PAGE}/tree/{self.tag}/{FOLDER}"

    # -- the listing -------------------------------------------------------------------------------

    def listing(self) -> list[RemoteFile]:
        """Return the schema files, sorted; one request, or more if the listing is truncated.

        Raises:
            SourceUnavailable: there is no such tag, or GitHub does not return it now.
            SourceRefused: the response is not a listing, or not that of a schema folder.
        """
        whole = self._tree(self.tag)
        if whole.truncated:
            entries = list(self._entries(self._folder(whole), ""))
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
        """Return the id of the schema folder, found from its nearest listed parent folder."""
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

    def _entries(self, sha: str, above: str) -> Iterator[_Entry]:
        """Yield all entries below a folder, with as few requests as possible."""
        tree = self._tree(sha)
        if not tree.truncated:
            yield from (each._replace(path=above + each.path) for each in tree.entries)
            return
        tree = self._tree(sha, recursive=False)
        if tree.truncated:
            message = f"GitHub returns an incomplete listing of the folder {FOLDER}/{above}"
            raise SourceRefused(message, source=self.page)
        for each in tree.entries:
            if each.mode == _FOLDER_MODE:
                yield from self._entries(each.sha, f"{above}{each.path}/")
            else:
                yield each._replace(path=above + each.path)

    def _tree(self, ref: str, *, recursive: bool = True) -> _Tree:
        depth = "?recursive=1" if recursive else ""
        response = self._api(f"/repos/{REPOSITORY}/git/trees/{quote(ref, safe='')}{depth}")
        if response.status != 200:
            raise self._failed(response, f"the listing of {self.tag}")
        if _is_page(response):
            raise self._not_a_listing("an HTML page, such as that of a proxy or a login")
        try:
            listing = json.loads(response.body)
        except (ValueError, RecursionError):
            raise self._not_a_listing("a body that is not JSON") from None
        return self._parse(listing)

    def _parse(self, listing: Any) -> _Tree:
        listed = listing.get("tree") if isinstance(listing, dict) else None
        if not isinstance(listed, list):
            raise self._not_a_listing("JSON without a listing")
        entries = []
        for each in listed:
            entry = _entry(each)
            if entry is None:
                raise self._not_a_listing(f"an entry that is not valid: {str(each)[:100]}")
            entries.append(entry)
        return _Tree(entries, listing.get("truncated") is True)

    def _not_a_listing(self, what: str) -> SourceRefused:
        message = (
            f"GitHub responded to the request for the listing of {self.tag} with {what}. {WAY_OUT}"
        )
        return SourceRefused(message, source=self.page)

    # -- files -------------------------------------------------------------------------------------

    def fetch(self, listed: RemoteFile) -> bytes:
        """Download one file and verify its content.

        Raises:
            SourceUnavailable: GitHub does not have it, or does not return it now.
            SourceRefused: the content is not the listed one, in each of several attempts.
        """
        path = quote(f"{FOLDER}/{listed.path}")
        for _ in range(ATTEMPTS):
            response = self._raw(f"/{REPOSITORY}/{quote(self.tag, safe='')}/{path}")
            if response.status != 200:
                raise self._failed(response, listed.path)
            if listed.matches(response.body):
                return response.body
        if _is_page(response):
            what = "an HTML page, such as that of a proxy or a login"
        elif len(response.body) != listed.size:
            what = f"{len(response.body):,} bytes instead of {listed.size:,}"
        else:
            what = (
                f"content with the id {object_id(response.body)[:12]} instead of {listed.sha[:12]}"
            )
        message = f"GitHub returned {what} for {listed.path} of {self.tag}. {WAY_OUT}"
        raise SourceRefused(message, source=self.page)

    # -- errors ------------------------------------------------------------------------------------

    def _failed(self, response: Response, what: str) -> SourceUnavailable:
        status = response.status
        if status == 404:
            why = f"GitHub did not find {what}; the tag may not exist in {REPOSITORY}"
        elif status == 401:
            why = "GitHub does not accept the token in GITHUB_TOKEN; renew or unset it"
        elif status == 429 or (status == 403 and _is_limited(response)):
            until = _until(response.headers.get("X-RateLimit-Reset"))
            why = (
                f"GitHub's rate limit is exceeded{until}; wait, or set GITHUB_TOKEN to one of your"
                " tokens for a far higher limit"
            )
        else:
            why = f"GitHub responded with status {status} for {what}"
        return SourceUnavailable(f"{why}. {WAY_OUT}", source=self.page, status=status)


_FOLDER_MODE = "040000"


class _Entry(NamedTuple):
    """One entry of a git tree, as GitHub lists it."""

    path: str
    mode: str
    sha: str
    size: int


def _entry(value: Any) -> _Entry | None:
    """Return an entry of a listing, or None if it is not valid."""
    fields = value if isinstance(value, dict) else {}
    path, mode, sha = fields.get("path"), fields.get("mode"), fields.get("sha")
    size = fields.get("size", 0)  # folders have none
    if not (isinstance(path, str) and path and isinstance(mode, str) and isinstance(sha, str)):
        return None
    is_valid = isinstance(size, int) and size >= 0 and _ID.fullmatch(sha)
    return _Entry(path, mode, sha, size) if is_valid else None


class _Tree(NamedTuple):
    entries: list[_Entry]
    truncated: bool


def _is_page(response: Response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return "html" in kind or response.body.lstrip()[:1] == b"<"


def _is_limited(response: Response) -> bool:
    used_up = response.headers.get("X-RateLimit-Remaining") == "0"
    return used_up or "Retry-After" in response.headers or b"rate limit" in response.body


def _until(reset: str | None) -> str:
    """Return when a limit ends, " until 12:00 UTC", from seconds since 1970; empty if unknown."""
    if not reset or not reset.isdigit():
        return ""
    from datetime import UTC, datetime

    try:
        moment = datetime.fromtimestamp(int(reset), UTC)
    except (OverflowError, OSError, ValueError):
        return ""
    return f" until {moment:%H:%M} UTC"
