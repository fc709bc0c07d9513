"""``connect()``: its arguments checked, and the client they describe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.client.client import Client
from dynclient.errors import BadArguments, Problem, UsageError
from dynclient.secrets import Secret, looks_secret
from dynclient.settings import Settings
from dynclient.transport.address import HOST, api_url, token_from_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dynclient.hooks import Hooks
    from dynclient.schema import Release
    from dynclient.session.release_choice import Sources
    from dynclient.transport.http import Transport


_OTHERS = ("host", "token", "release", "username", "password", "source", "hooks", "transport")
"""What ``connect`` takes besides settings, for whoever mistypes one."""


_CHOICES = {"responses": ("strict", "tolerant"), "drift": ("bridge", "warn", "error")}
"""Settings that take one of a few words."""


_FILES = {
    "verify": "True, False, or the path of a bundle of authorities",
    "client_certificate": "the path of a PEM file, or (certificate, key)",
}


def address(host: str | None) -> str:
    """Return the address given, or that of the environment.

    Raises:
        UsageError: neither is there.
    """
    given = host if host is not None else os.environ.get(HOST)
    if not given:
        raise UsageError(f"which server? dynclient.connect('http://localhost:8585'), or set {HOST}")
    return api_url(given)


def settings_of(given: dict[str, Any]) -> Settings:
    """Return settings, from keywords.

    Raises:
        BadArguments: unknown ones, or values they do not take; all at once.
    """
    problems = []
    for name, value in given.items():
        if name not in Settings._fields:
            from dynclient.suggestions import nearest

            near = nearest(name, (*Settings._fields, *_OTHERS))
            problems.append(Problem(name, type(value).__name__, "unknown", "is no setting", near))
        elif (wrong := _wrong(name, value)) is not None:
            problems.append(Problem(name, value, "value", wrong))
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise BadArguments(f"connect: settings it does not take{lines}", problems=tuple(problems))
    taken = dict(given)
    if "headers" in taken:
        taken["headers"] = _masked(taken["headers"])
    for name in _FILES:
        if name in taken:
            taken[name] = _paths(taken[name])
    return Settings(**taken)


def _wrong(name: str, value: Any) -> str | None:
    """Return what is wrong with a setting's value, or None."""
    default = Settings._field_defaults[name]
    if name in _CHOICES:
        words = " or ".join(map(repr, _CHOICES[name]))
        return None if value in _CHOICES[name] else f"{value!r}: {words}"
    if name == "headers":
        return None if _pairs(value) is not None else "takes a mapping of strings"
    if name in {"verify", "client_certificate"}:
        return _wrong_file(name, value)
    if name == "github":
        return _wrong_mirror(value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    whole = isinstance(default, int)
    if not number or value < 0 or (whole and not isinstance(value, int)):
        return f"{value!r}: {'a whole number' if whole else 'seconds'} from 0 on"
    if value == 0 and name not in {"retries", "backoff", "backoff_limit", "retry_after_limit"}:
        return "0: more than 0"
    return None


def _wrong_mirror(value: Any) -> str | None:
    address = isinstance(value, str) and (not value or value.startswith(("http://", "https://")))
    return None if address else f"{value!r}: an address such as 'https://mirror.example.com'"


def _wrong_file(name: str, value: Any) -> str | None:
    """Return what is wrong with the files of a TLS setting; requests would tell it much later."""
    if value is None or isinstance(value, bool):
        flag = name == "verify" and value is not None
        none = name == "client_certificate" and value is None
        return None if flag or none else f"{value!r}: {_FILES[name]}"
    pair = name == "client_certificate" and isinstance(value, (tuple, list)) and len(value) == 2
    files = value if pair else [value]
    if not all(isinstance(file, (str, os.PathLike)) for file in files):
        return f"{type(value).__name__}: {_FILES[name]}"
    missing = [os.fspath(file) for file in files if not Path(file).exists()]
    return f"{', '.join(map(repr, missing))}: no such file" if missing else None


def _paths(value: Any) -> Any:
    """Return a path, or a pair of them, as text."""
    if isinstance(value, (tuple, list)):
        return tuple(os.fspath(file) for file in value)
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _pairs(value: Any) -> list[tuple[str, str]] | None:
    try:
        pairs = list(dict(value).items())
    except (TypeError, ValueError):
        return None
    fit = all(isinstance(name, str) and isinstance(text, str) for name, text in pairs)
    return pairs if fit else None


def _masked(value: Any) -> tuple[tuple[str, str], ...]:
    """Return headers as pairs, those that look secret so that they print masked."""
    pairs = _pairs(value) or []
    return tuple((name, Secret(text) if looks_secret(name) else text) for name, text in pairs)


def release_of(
    given: Release | str | Path | None, source: str | Path | Iterable[str | Path] | None
) -> tuple[Release | None, Sources]:
    """Return the release that ``connect`` was told, if that is certain, and else where to get it.

    Args:
        given: a release, its name, or the path of its tree.
        source: a path, a step, or a sequence of these; see :mod:`dynclient.session.release_choice`.

    Raises:
        UsageError: the source names no step and no path.
        UnknownRelease: the release is not in the cache, and no source is named.
        SourceRefused: the path holds no schema tree, or is not safe or not sound.
    """
    from dynclient import releases
    from dynclient.schema import Release
    from dynclient.session.release_choice import Sources, is_path, sources_of

    if isinstance(given, Release):
        return given, Sources()
    if given is not None and source is None:
        text = os.fspath(given)
        if not isinstance(given, str) or is_path(text):
            return releases.release(source=text), Sources()
        return releases.release(text), Sources()
    name = None if given is None else os.fspath(given)
    sources = sources_of(source, name)
    only = sources.steps[0] if len(sources.steps) == 1 else None
    if isinstance(only, os.PathLike):
        return releases.release(name, source=only), Sources()
    return None, sources


def connect(
    host: str | None = None,
    *,
    token: str | Callable[[], str] | None = None,
    release: Release | str | Path | None = None,
    username: str | None = None,
    password: str | None = None,
    source: str | Path | Iterable[str | Path] | None = None,
    hooks: Hooks | None = None,
    transport: Transport | None = None,
    **settings: Any,
) -> Client:
    """Return a client of one server. Nothing is sent before it is used.

    Args:
        host: address of the server, with or without ``/api``; None for ``OPENMETADATA_HOST``.
        token: a bot's JWT or a personal access token; or a callable that gives one, which is called
            before each request and once more after a 401. None for ``OPENMETADATA_TOKEN``, unless
            ``OPENMETADATA_HOST`` names another server.
        release: whose schemas to speak: a release, its name in the cache, or the path of its tree.
            None asks the server for its version, when that is first needed.
        username: e-mail address of a user who logs in, with ``password``, instead of a token.
        password: of that user.
        source: where the release may come from: a step (``"cache"``, ``"github"``, ``"nearest"``,
            ``"server"``), the path of a folder or an archive, or a sequence of these, gone through
            in order. None for all four steps; ``"cache"`` alone for all that the cache can give.
            A path alone is read at once, without asking the server for its version.
        hooks: what watches requests and answers.
        transport: what sends, in the place of HTTP: anything with ``send(request)``.
        settings: see :class:`dynclient.settings.Settings`.

    Raises:
        UsageError: no host, or none that could be; a token and a user at once.
        BadArguments: settings that do not exist, or values they do not take.
        UnknownRelease: the release named is not in the cache, and no source is.
        SourceRefused: the path named holds no schema tree, or is not safe or not sound.
    """
    base = address(host)
    switches = settings_of(settings)
    known, sources = release_of(release, source)
    if transport is None:
        from dynclient.transport.auth import identity
        from dynclient.transport.http import Transport

        if token is None and username is None:
            token = token_from_environment(base)
        transport = Transport(base, switches, identity(token, username, password))
    return Client(base, transport, switches, known, hooks, sources)
