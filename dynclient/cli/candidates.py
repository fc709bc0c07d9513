"""What can follow in a command line: commands, options, types, files, and names of entities.

What an argument or an option takes is read from its metavar: with ``TYPE NAME TAG…`` the first word
is a type, the second the name of an entity of it, and all others are tags. The type and the name
may be one word, ``table:shop``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dynclient.errors import DynclientError

if TYPE_CHECKING:
    from dynclient.schema import Release

WAIT = 0.3
"""Seconds that the requests of one completion may take together."""
LIMIT = 100
"""The largest number of names."""
_MORE = "…"
_METAVAR = re.compile(rf"[\w-]+{_MORE}?")
_CONNECTION_OPTIONS = ("host", "release", "profile")
"""Options of commands that are arguments of :func:`dynclient.connect`."""


class Candidate(NamedTuple):
    """A text that can follow."""

    text: str
    help: str = ""
    kind: Literal["word", "partial", "file"] = "word"
    """``partial``: more follows without a space; ``file``: the shell completes names of files."""


class _Place(NamedTuple):
    """Where in a command the cursor is."""

    options: dict[str, str]
    """The values of options before the cursor, by the names of their parameters."""
    given: frozenset[str]
    """The names of options before the cursor that cannot be repeated."""
    arguments: list[str]
    """The arguments before the cursor."""
    pending: Any = None
    """The option whose value is completed."""
    only_arguments: bool = False
    """Whether ``--`` is before the cursor."""


def candidates(words: Sequence[str], incomplete: str) -> Iterator[Candidate]:
    """Yield what can follow in a line.

    Args:
        words: the words before the one that is completed.
        incomplete: the beginning of the word.
    """
    from typer.main import get_command

    from dynclient.cli.app import app_of, command_infos

    rest = list(words)
    if not rest:
        if incomplete.startswith("-"):
            yield from _options(get_command(app_of("")), (), incomplete)
        else:
            named = (Candidate(name, about) for name, about in command_infos().items())
            yield from _beginning(named, incomplete)
        return
    command: Any = get_command(app_of(rest[0]))
    while hasattr(command, "commands"):
        if not rest:
            named = (
                Candidate(name, f"{each.help}".partition("\n")[0])
                for name, each in command.commands.items()
            )
            yield from _beginning(named, incomplete)
            return
        command = command.commands.get(rest.pop(0))
    if command is not None:
        yield from _in_command(command, rest, incomplete)


def _beginning(found: Iterable[Candidate], incomplete: str) -> Iterator[Candidate]:
    return (each for each in found if each.text.startswith(incomplete))


def _in_command(command: Any, words: Sequence[str], incomplete: str) -> Iterator[Candidate]:
    place = _place(command, words)
    if place.pending is not None:
        yield from _values(place, _metavars([place.pending]), (), incomplete)
    elif incomplete.startswith("--") and "=" in incomplete and not place.only_arguments:
        name, _, value = incomplete.partition("=")
        option = next((one for one in command.params if name in one.opts), None)
        if option is not None:
            for found in _values(place, _metavars([option]), (), value):
                yield found._replace(text=f"{name}={found.text}") if found.text else found
    elif incomplete.startswith("-") and not place.only_arguments:
        yield from _options(command, place.given, incomplete)
    else:
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        yield from _values(place, _metavars(arguments), place.arguments, incomplete)


def _place(command: Any, words: Sequence[str]) -> _Place:
    """Read the options and arguments before the cursor, as the parser of the command does."""
    by_name = {name: one for one in command.params for name in (*one.opts, *one.secondary_opts)}
    options: dict[str, str] = {}
    given: set[str] = set()
    arguments: list[str] = []
    pending: Any = None
    for position, word in enumerate(words):
        name, equals, value = word.partition("=")
        option = by_name.get(name) if word.startswith("-") else None
        if pending is not None:
            options[pending.name] = word
            pending = None
        elif word == "--":
            arguments += words[position + 1 :]
            return _Place(options, frozenset(given), arguments, only_arguments=True)
        elif option is None or option.param_type_name == "argument":
            arguments += [] if word.startswith("-") and word != "-" else [word]
        else:
            given.update(() if option.multiple else (*option.opts, *option.secondary_opts))
            if equals:
                options[option.name] = value
            elif not option.is_flag:
                pending = option
    return _Place(options, frozenset(given), arguments, pending)


def _options(command: Any, given: Iterable[str], incomplete: str) -> Iterator[Candidate]:
    found = {"--help": "Show this message and exit."}
    for option in command.params:
        if option.param_type_name == "option" and not option.hidden:
            names = (*option.opts, *option.secondary_opts)
            found.update(dict.fromkeys((n for n in names if n.startswith("--")), option.help or ""))
    offered = (Candidate(name, about) for name, about in found.items() if name not in given)
    return _beginning(offered, incomplete)


# -- values ----------------------------------------------------------------------------------------


def _metavars(parameters: Iterable[Any]) -> list[str | Any]:
    """Return what words of parameters are, one after the other; a parameter for its choices."""
    found: list[str | Any] = []
    for parameter in parameters:
        if _choices(parameter):
            found.append(parameter)
        else:
            found += _METAVAR.findall(parameter.metavar or "-")
            if parameter.nargs == -1 and not found[-1].endswith(_MORE) and len(found) == 1:
                found[-1] += _MORE
    return found


def _choices(parameter: Any) -> Sequence[str]:
    """Return the values of an option that takes one of several."""
    described = getattr(parameter, "type_descriptor", None) or getattr(parameter, "type", None)
    found = getattr(described, "choices", None) or ()
    return [str(each.value) if isinstance(each, Enum) else str(each) for each in found]


def _values(
    place: _Place, metavars: Sequence[str | Any], before: Sequence[str], incomplete: str
) -> Iterator[Candidate]:
    """Yield the values of the word that follows some words.

    Args:
        place: where the cursor is.
        metavars: what the words are, one after the other.
        before: the words before it.
        incomplete: the beginning of the word.
    """
    left = list(metavars)
    kind = ""
    for word in before:
        takes = _next(left)
        prefix, colon, _ = word.partition(":")
        if takes == "TYPE":
            kind = prefix
            if colon and left and left[0] == "NAME":
                left.pop(0)
    takes = _next(left)
    if takes is None:
        return
    if not isinstance(takes, str):
        yield from _beginning(map(Candidate, _choices(takes)), incomplete)
        return
    prefix, colon, name = incomplete.partition(":")
    if takes == "TYPE" and colon and left and left[0] == "NAME":
        found: Iterable[Candidate] = _names(place, (prefix,), name)
        yield from (each._replace(text=f"{prefix}:{each.text}") for each in found)
        return
    source = _SOURCES.get(takes.removesuffix(_MORE))
    if source is not None:
        yield from source(place, kind, incomplete)


def _next(metavars: list[str | Any]) -> str | Any | None:
    """Return what the next word is, and remove it unless it may be repeated."""
    if not metavars:
        return None
    is_repeated = isinstance(metavars[0], str) and metavars[0].endswith(_MORE)
    return metavars[0] if is_repeated else metavars.pop(0)


def _types(place: _Place, _: str, incomplete: str) -> Iterator[Candidate]:
    release = _release(place)
    found = (Candidate(name) for name in sorted(release.entities))
    return _beginning(found, incomplete)


def _release(place: _Place) -> Release:
    """Return the release of the option, or the newest one in the cache; the server is not asked."""
    from dynclient.explore.known_releases import release_or_newest

    return release_or_newest(place.options.get("release"))


def _releases(_: _Place, __: str, incomplete: str) -> Iterator[Candidate]:
    from dynclient.releases import Cache

    return _beginning((Candidate(name) for name in Cache().names()), incomplete)


def _profiles(_: _Place, __: str, incomplete: str) -> Iterator[Candidate]:
    from dynclient.config.config_file import read_config

    config = None
    with suppress(DynclientError):
        config = read_config()
    names = () if config is None else config.profiles
    return _beginning((Candidate(name) for name in names), incomplete)


def _files(_: _Place, __: str, ___: str) -> Iterator[Candidate]:
    yield Candidate("", kind="file")


def _names(place: _Place, types: Sequence[str], incomplete: str) -> Iterator[Candidate]:
    """Yield names of entities, level by level; none if the server is slow or refuses."""
    from dynclient.client.connect import connect
    from dynclient.extensions.name_completion import complete_names

    options: dict[str, Any] = {
        name: value for name, value in place.options.items() if name in _CONNECTION_OPTIONS
    }
    with suppress(DynclientError), connect(**options) as om:
        end = time.monotonic() + WAIT
        for kind in types:
            left = end - time.monotonic()
            if left <= 0:
                return
            for name in complete_names(om.session, kind, incomplete, LIMIT, wait=left):
                yield Candidate(name, kind="partial" if name.endswith(".") else "word")


_SOURCES: dict[str, Callable[[_Place, str, str], Iterable[Candidate]]] = {
    "TYPE": _types,
    "NAME": lambda place, kind, text: _names(place, (kind,), text),
    "TAG": lambda place, _, text: _names(place, ("tag", "glossaryTerm"), text),
    "RELEASE": _releases,
    "PROFILE": _profiles,
    "FILE": _files,
    "PATH": _files,
}
"""The candidates for each metavar."""
