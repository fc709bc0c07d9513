"""``connect()``: validates its arguments and returns the client.

What an argument does not say comes from a profile of the configuration file or from the
environment, in the order that :class:`Configuration` describes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.client.client import Client
from dynclient.errors import BadArguments, Problem, UsageError
from dynclient.secrets import Secret, looks_secret
from dynclient.settings import READ_ONLY, Settings
from dynclient.tracebacks import public_call
from dynclient.transport.address import HOST, PROFILE, api_url, token_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dynclient.config.profile import Profile
    from dynclient.hooks import Hooks
    from dynclient.schema import Release
    from dynclient.session.release_choice import Sources
    from dynclient.transport.auth import Anonymous
    from dynclient.transport.http import Transport


_PARAMETERS = (
    *("host", "token", "release", "username", "password", "source", "profile", "hooks"),
    "transport",
)
"""Parameters of ``connect`` that are not settings, for suggestions."""


_CHOICES = {
    "responses": ("strict", "tolerant"),
    "drift": ("bridge", "warn", "error"),
    "unread": ("fetch", "error", "none"),
}
"""Settings that take one of a few words."""


_FILES = {
    "verify": "True, False or the path of a CA bundle",
    "client_certificate": "the path of a PEM file, or (certificate, key)",
}
"""What the settings that name files take."""


_MAY_HOLD_SECRETS = {"headers", "github", *_FILES}
"""Settings whose value is not kept in an error: a PEM text, a URL with a password."""
UNREAD = "DYNCLIENT_UNREAD"
"""Environment variable with the default of the setting ``unread``."""
_SWITCHES = {"1": True, "true": True, "0": False, "false": False, "": False}
"""What a variable of a setting that is True or False takes."""
_MAY_BE_ZERO = {"retries", "backoff", "backoff_limit", "retry_after_limit"}
TIMEOUT = "DYNCLIENT_TIMEOUT"
"""Environment variable with the default of ``timeout``."""
_NO_LIMIT = float("inf")
"""As ``timeout`` the same as None, which TOML does not have."""
VARIABLES = {
    "timeout": TIMEOUT,
    "unread": UNREAD,
    "github": "DYNCLIENT_GITHUB",
    "read_only": READ_ONLY,
}
"""Settings that have an environment variable."""
ARGUMENT, DEFAULT = "argument", "default"
"""Where a value comes from, if not from a profile or a variable."""


class Configuration(NamedTuple):
    """How to connect to one server.

    Each value comes from the first of these that has one: the arguments of ``connect``; the profile
    that ``profile=`` names; the environment; the profile that ``OPENMETADATA_PROFILE`` names, or
    the default one, which are read only if ``host=`` is not passed; the defaults. The credential of
    a profile, and the token of the environment beside ``OPENMETADATA_HOST``, are sent to the server
    that goes with them only.
    """

    base: str
    """``http://localhost:8585/api``."""
    settings: Settings
    auth: Anonymous
    release: Release | str | Path | None
    source: str | Path | Iterable[str | Path] | None
    profile: Profile | None
    origins: dict[str, str]
    """Where parameters and settings come from; those that are missing are the defaults."""


def address(host: str | None) -> str:
    """Return the address of the API at a host, or at the host of the environment.

    Args:
        host: as for :func:`dynclient.transport.address.api_url`; None for ``OPENMETADATA_HOST``.

    Raises:
        UsageError: there is neither, or it is not valid.
    """
    url = host if host is not None else os.environ.get(HOST)
    if not url:
        raise UsageError(f"host= is missing; {_HOST_HINT}")
    return api_url(url)


_HOST_HINT = f"use dynclient.connect('http://localhost:8585'), or set {HOST}"


def settings_of(keywords: dict[str, Any]) -> Settings:
    """Return the settings in keywords.

    Args:
        keywords: values by the names of :class:`Settings`.

    Raises:
        BadArguments: unknown settings or invalid values; lists all problems.
    """
    problems = setting_problems(keywords)
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise BadArguments(f"connect: invalid settings{lines}", problems=tuple(problems))
    values = {
        name: value for name, value in keywords.items() if name != "verify" or value is not None
    }
    if "headers" in values:
        values["headers"] = _masked(values["headers"])
    if "@" in values.get("github", ""):
        values["github"] = Secret(values["github"])
    for name in _FILES:
        if name in values:
            values[name] = _paths(values[name])
    if "timeout" not in values:
        values["timeout"] = _default_timeout(values)
    elif values["timeout"] == _NO_LIMIT:
        values["timeout"] = None
    if "read_only" not in values:
        values["read_only"] = _default_read_only()
    return Settings(**values)


def setting_problems(keywords: dict[str, Any]) -> list[Problem]:
    """Return what is wrong with settings, by their names."""
    problems = []
    for name, value in keywords.items():
        if name not in Settings._fields:
            from dynclient.suggestions import nearest

            near = nearest(name, (*Settings._fields, *_PARAMETERS))
            message = "is not a setting"
            problems.append(Problem(name, type(value).__name__, "unknown", message, near))
        elif (problem := _problem(name, value)) is not None:
            shown = type(value).__name__ if name in _MAY_HOLD_SECRETS else value
            problems.append(Problem(name, shown, "value", problem))
    return problems


def _default_timeout(values: dict[str, Any]) -> float:
    """Return the ``timeout`` that the environment sets, or one that the other timeouts fit into."""
    text = os.environ.get(TIMEOUT)
    if not text:
        known = Settings._field_defaults | values
        longest: float = max(known[name] for name in ("timeout", "connect_timeout", "read_timeout"))
        return longest
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"{TIMEOUT} must be a number of seconds, more than 0, not {text!r}")
    return seconds


def _default_read_only() -> bool:
    text = os.environ.get(READ_ONLY, "")
    if text.lower() not in _SWITCHES:
        raise UsageError(f"{READ_ONLY} must be 1, true, 0 or false, not {text!r}")
    return _SWITCHES[text.lower()]


def _problem(name: str, value: Any) -> str | None:
    """Return what is wrong with the value of a setting, or None."""
    default = Settings._field_defaults[name]
    if name in _CHOICES:
        *first, last = map(repr, _CHOICES[name])
        known = value in _CHOICES[name]
        return None if known else f"must be {', '.join(first)} or {last}, not {value!r}"
    if name == "headers":
        return _headers_problem(value)
    if name in _FILES:
        return _file_problem(name, value)
    if name == "github":
        return _mirror_problem(value)
    if name == "timeout" and value is None:
        return None
    if isinstance(default, bool) and name not in _FILES:
        return None if isinstance(value, bool) else f"must be True or False, not {value!r}"
    if name.endswith("timeout") and isinstance(value, (tuple, list)):
        way = "connect_timeout= and read_timeout= take one number each"
        return f"must be a number of seconds, not {value!r}; {way}"
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    is_count = isinstance(default, int)
    if name == "timeout" and value == _NO_LIMIT:
        return None
    if not is_number or not 0 <= value < _NO_LIMIT or (is_count and not isinstance(value, int)):
        allowed = "an integer" if is_count else "a number of seconds"
        return f"must be {allowed}, 0 or more, not {value!r}"
    if value == 0 and name not in _MAY_BE_ZERO:
        return "must be more than 0"
    return None


def _mirror_problem(value: Any) -> str | None:
    if isinstance(value, str) and (not value or value.startswith(("http://", "https://"))):
        return None
    # What stands before an @ may be a password.
    shown = value.rpartition("@")[2] if isinstance(value, str) else value
    return f"must be a URL such as 'https://mirror.example.com', not {shown!r}"


def _headers_problem(value: Any) -> str | None:
    """Return what is wrong with headers, without their values."""
    from dynclient.transport.request import header_problem

    pairs = _pairs(value)
    if pairs is None:
        return "must be a mapping of str to str"
    wrong = ((name, header_problem(name, text)) for name, text in pairs)
    return next((f"{name!r} {problem}" for name, problem in wrong if problem is not None), None)


def _file_problem(name: str, value: Any) -> str | None:
    """Return what is wrong with the files of a TLS setting; requests reports it much later."""
    if value is None or (name == "verify" and isinstance(value, bool)):
        return None
    if isinstance(value, bool) or value == "":
        return f"must be {_FILES[name]}, not {value!r}"
    is_pair = name == "client_certificate" and isinstance(value, (tuple, list)) and len(value) == 2
    files = value if is_pair else [value]
    if not all(isinstance(file, (str, os.PathLike)) for file in files):
        return f"must be {_FILES[name]}, not {type(value).__name__}"
    if any("-----BEGIN" in str(file) for file in files):
        return "must be the path of a file, not its content"
    missing = [os.fspath(file) for file in files if not (file and Path(file).exists())]
    if missing:
        return f"file not found: {', '.join(map(repr, missing))}"
    return _certificate_problem(files) if name == "client_certificate" else None


def _certificate_problem(files: Iterable[Any]) -> str | None:
    """Return what is wrong with the files of a client certificate.

    For an encrypted key, OpenSSL would ask for its passphrase on the terminal.
    """
    for file in files:
        try:
            text = Path(file).read_bytes()
        except OSError as error:
            return f"{os.fspath(file)!r} cannot be read: {error.strerror}"
        if b"ENCRYPTED" in text:
            return f"the key in {os.fspath(file)!r} is encrypted; pass one without a passphrase"
    return None


def _paths(value: Any) -> Any:
    """Return a path, or a pair of paths, as text."""
    if isinstance(value, (tuple, list)):
        return tuple(os.fspath(file) for file in value)
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _pairs(value: Any) -> list[tuple[str, str]] | None:
    try:
        pairs = list(dict(value).items())
    except (TypeError, ValueError):
        return None
    is_text = all(isinstance(name, str) and isinstance(text, str) for name, text in pairs)
    return pairs if is_text else None


def _masked(value: Any) -> tuple[tuple[str, str], ...]:
    """Return headers as pairs; values that look secret are masked in every text."""
    pairs = _pairs(value) or []
    return tuple((name, Secret(text) if looks_secret(name) else text) for name, text in pairs)


def _with_environment(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return settings with those of the environment.

    Raises:
        UsageError: the environment has an invalid value.
    """
    unread = os.environ.get(UNREAD)
    if not unread or "unread" in keywords:
        return keywords
    problem = _problem("unread", unread)
    if problem is not None:
        raise UsageError(f"{UNREAD} {problem}")
    return {**keywords, "unread": unread}


def release_of(
    named: Release | str | Path | None, source: str | Path | Iterable[str | Path] | None
) -> tuple[Release | None, Sources | None]:
    """Return the release that ``connect`` names, or None; and the steps that may return it.

    Args:
        named: a release, its name, or the path of its schema tree.
        source: a path, a step, or a sequence of these; see :mod:`dynclient.session.release_choice`.

    Raises:
        UsageError: the source is neither a step nor a path, or the release is something else.
        UnknownRelease: the release is not in the cache, and there is no source.
        SourceRefused: the path does not contain a schema tree, or is unsafe or damaged.
    """
    from dynclient import releases
    from dynclient.releases.registry import is_path
    from dynclient.schema import Release

    if isinstance(named, Release):
        return named, None
    if named is not None and not isinstance(named, (str, os.PathLike)):
        raise UsageError(f"release= must be a release, its name or a path, not {named!r}")
    if named is not None and source is None:
        text = os.fspath(named)
        if not isinstance(named, str) or is_path(text):
            return releases.release(source=text), None
        return releases.release(text), None
    from dynclient.session.release_choice import sources_of

    name = None if named is None else os.fspath(named)
    sources = sources_of(source, name)
    only = sources.steps[0] if len(sources.steps) == 1 else None
    if isinstance(only, os.PathLike):
        return releases.release(name, source=only), None
    return None, sources


def chosen_profile(host: str | None, name: str | None) -> Profile | None:
    """Return the profile that a client uses, or None.

    Args:
        host: the argument of ``connect``.
        name: the argument ``profile`` of ``connect``.

    Raises:
        UnknownProfile: there is no profile of that name.
        ConfigInvalid: the configuration file or the profile is not valid, or not safe.
    """
    if name is None:
        is_answered = bool(os.environ.get(HOST)) and not os.environ.get(PROFILE)
        if host is not None or is_answered:
            return None
    from dynclient.config.config_file import find_profile, invalid

    chosen = find_profile(name)
    if chosen is not None:
        problems = profile_problems(chosen)
        if problems:
            raise invalid(chosen.file, problems)
    return chosen


def profile_problems(profile: Profile) -> list[Problem]:
    """Return everything that is wrong with a profile."""
    wrong = setting_problems(profile.settings)
    placed = (problem._replace(path=profile.place(problem.path)) for problem in wrong)
    return [*profile.problems, *placed]


def configure(
    host: str | None = None,
    *,
    token: str | Callable[[], str] | None = None,
    release: Release | str | Path | None = None,
    username: str | None = None,
    password: str | None = None,
    source: str | Path | Iterable[str | Path] | None = None,
    profile: str | None = None,
    settings: dict[str, Any] | None = None,
) -> Configuration:
    """Return how to connect, from arguments, profile and environment; reads no release.

    Args:
        host: as for :func:`connect`, like the others.
        token: a token, or a function that returns one.
        release: the release to use.
        username: user to log in as.
        password: password of that user.
        source: where the release may come from.
        profile: name of a profile.
        settings: settings by name.

    Raises:
        UsageError, BadArguments: as for :func:`connect`.
    """
    chosen = chosen_profile(host, profile)
    passed = {
        "host": host, "token": token, "release": release, "username": username,
        "password": password, "source": source, "profile": profile, **(settings or {}),
    }  # fmt: skip
    origins = {
        name: ARGUMENT
        for name, value in passed.items()
        if value is not None or name in (settings or {})
    }
    is_named = profile is not None
    base = _base(host, chosen, is_named, origins)
    values = settings_of(_merged(settings or {}, chosen, is_named, origins))
    if chosen is not None and release is None and source is None:
        for name in ("release", "source"):
            if name in chosen.values:
                origins[name] = chosen.origin
        release, source = chosen.values.get("release"), chosen.values.get("source")
    if chosen is not None and not is_named:
        origins["profile"] = PROFILE if os.environ.get(PROFILE) else str(chosen.file)
    auth = _authentication(base, token, username, password, chosen, is_named, origins)
    return Configuration(base, values, auth, release, source, chosen, origins)


def _base(host: str | None, chosen: Profile | None, is_named: bool, origins: dict[str, str]) -> str:
    """Return the base URL of the API."""
    if host is not None:
        return api_url(host)
    variable = os.environ.get(HOST)
    if chosen is None or chosen.host is None:
        if not variable:
            raise UsageError(f"host= is missing; {_HOST_HINT}{_profile_hint(chosen)}")
        origins["host"] = HOST
        return api_url(variable)
    base = api_url(chosen.host)
    if variable and not is_named and api_url(variable) != base:
        raise UsageError(
            f"{HOST} is {api_url(variable)}, but {PROFILE} names the profile {chosen.name!r}, whose"
            f" host is {chosen.host}; unset one of them, or pass host= or profile="
        )
    origins["host"] = chosen.origin
    return base


def _profile_hint(chosen: Profile | None) -> str:
    """Return how to choose a profile, if there are any."""
    if chosen is not None:
        return f", or add host to {chosen.origin}"
    from dynclient.config.config_file import read_config
    from dynclient.config.location import path_text

    config = read_config()
    if config is None or not config.profiles:
        return ""
    names = ", ".join(map(repr, config.profiles))
    return f", or pass profile=: {path_text(config.path)} has {names}"


def _merged(
    settings: dict[str, Any], chosen: Profile | None, is_named: bool, origins: dict[str, str]
) -> dict[str, Any]:
    """Return the settings of arguments, profile and environment."""
    variables = {name: each for name, each in VARIABLES.items() if os.environ.get(each)}
    merged = dict(settings)
    if chosen is not None:
        for name, value in chosen.settings.items():
            if name not in settings and (is_named or name not in variables):
                merged[name] = value
                origins[name] = chosen.origin
    origins.update((name, each) for name, each in variables.items() if name not in merged)
    return _with_environment(merged)


def _authentication(
    base: str,
    token: str | Callable[[], str] | None,
    username: str | None,
    password: str | None,
    chosen: Profile | None,
    is_named: bool,
    origins: dict[str, str],
) -> Anonymous:
    """Return the authentication of arguments, profile or environment."""
    from dynclient.transport.auth import identity

    origin = "token="
    if token is None and username is None:
        variable = None if is_named and chosen and chosen.credential else token_variable(base)
        can_take = password is None or (chosen is not None and chosen.username is not None)
        if chosen is not None and chosen.credential and variable is None and can_take:
            origins["username" if chosen.username else "token"] = chosen.origin
            return _profile_authentication(base, chosen, password)
        if variable is not None:
            token = os.environ[variable]
            origin = origins["token"] = variable
    return identity(token, username, password, origin)


def _profile_authentication(base: str, chosen: Profile, password: str | None) -> Anonymous:
    """Return the authentication of a profile, for its server only."""
    own = api_url(chosen.host or "")
    if own != base:
        raise UsageError(
            f"host= is {base}, but the credential of {chosen.origin} is for {own} and is sent there"
            " only; pass token= as well, or leave out host="
        )
    is_used = chosen.credential == "token" or password is None
    if chosen.has_secret and is_used:
        from dynclient import warn
        from dynclient.config.location import path_text
        from dynclient.errors import InsecureWarning

        what = "token" if chosen.credential == "token" else "password"
        warn.warn_user(
            f"the {what} of {chosen.origin} is in clear in {path_text(chosen.file)}; 'dynclient"
            f" login --profile {chosen.name}' stores a token in the keyring of the system",
            InsecureWarning,
        )
    return chosen.authentication(password)


def client_of(
    configuration: Configuration, hooks: Hooks | None = None, transport: Transport | None = None
) -> Client:
    """Return the client of a configuration; arguments and errors as for :func:`connect`."""
    if hooks is not None and not hasattr(hooks, "on_request"):
        raise UsageError(f"hooks= must be a dynclient.Hooks(…), not {hooks!r}")
    base, settings, auth, *_ = configuration
    known, sources = release_of(configuration.release, configuration.source)
    if transport is None:
        from dynclient.transport.http import Transport

        transport = Transport(base, settings, auth)
    if "IPython" in sys.modules:
        from dynclient.client.ipython_completion import install

        install()
    return Client(base, transport, settings, known, hooks, sources)


@public_call
def connect(
    host: str | None = None,
    *,
    token: str | Callable[[], str] | None = None,
    release: Release | str | Path | None = None,
    username: str | None = None,
    password: str | None = None,
    source: str | Path | Iterable[str | Path] | None = None,
    profile: str | None = None,
    hooks: Hooks | None = None,
    transport: Transport | None = None,
    **settings: Any,
) -> Client:
    """Return a client of one server. No request is sent before the client is used.

    Args:
        host: address of the server, with or without ``/api``; None for that of the profile, or
            ``OPENMETADATA_HOST``.
        token: the JWT of a bot, or a personal access token; or a callable that returns one, called
            before each request and once more after a 401. None for that of the profile, or
            ``OPENMETADATA_TOKEN`` or else ``OPENMETADATA_JWT_TOKEN``, unless ``OPENMETADATA_HOST``
            is another server.
        release: the release to use: a release, its name in the cache, or the path of its schema
            tree. None for the server's version, which is requested when it is first needed.
        username: e-mail address of a user to log in as, with ``password``, instead of a token.
        password: password of that user.
        source: where the release may come from: a step (``"cache"``, ``"github"``, ``"nearest"``,
            ``"server"``), the path of a folder or an archive, or a sequence of these, tried in
            order. None for all four steps; ``"cache"`` alone for ``"cache"`` and ``"nearest"``.
            A path alone is read at once, without requesting the server's version.
        profile: name of a profile of the configuration file, which has host, credential and
            settings; arguments come before it, and it comes before the environment. None for
            ``OPENMETADATA_PROFILE`` or the default profile, unless ``host`` is passed, or
            ``OPENMETADATA_HOST`` is set.
        hooks: callables that watch requests and responses.
        transport: sends requests instead of HTTP: anything with ``send(request)``.
        settings: see :class:`dynclient.settings.Settings`.

    Raises:
        UsageError: the host is missing or not valid; a token and a user are both given; the
            token, release, source or hooks cannot be used.
        BadArguments: unknown settings or invalid values; lists all problems.
        UnknownProfile: the configuration file has no profile of that name.
        ConfigInvalid: the file or the profile is not valid, or other users can change the file.
        CredentialUnavailable: the profile has a user without a password.
        UnknownRelease: the release is not in the cache, and there is no source.
        SourceRefused: the path does not contain a schema tree, or is unsafe or damaged.
    """
    found = configure(
        host, token=token, release=release, username=username, password=password, source=source,
        profile=profile, settings=settings,
    )  # fmt: skip
    return client_of(found, hooks, transport)
