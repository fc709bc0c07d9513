"""``dynclient history``, ``diff`` and ``blame``: the versions of an entity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.cli.output import Output, show_blocks, show_rows
from dynclient.cli.targets import Target, WrongWords, only_target, split_target

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.extensions.entity_diff import EntityDiff
    from dynclient.extensions.versions import Version

_NUMBER = re.compile(r"\d+(\.\d+)?")


def history(output: Output, om: Client, target: Target) -> int:
    """Print all versions of an entity, newest first.

    Raises:
        NotFound: it does not exist.
    """
    found = om.history(target.key, type=target.entity_type(om))
    if output.is_table and not output.columns:
        show_blocks(output, found._blocks())
        return DONE
    rows = [
        {**_version(version), "changes": list(version.changes) or ["created"]} for version in found
    ]
    show_rows(output, rows, ("version", "at", "by", "changes"))
    return DONE


def _version(version: Version) -> dict[str, Any]:
    at = None if version.at is None else version.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"version": version.number, "at": at, "by": version.by}


def blame(output: Output, om: Client, target: Target) -> int:
    """Print which version changed each field of an entity last.

    Raises:
        NotFound: it does not exist.
    """
    found = om.blame(target.key, type=target.entity_type(om))
    if output.is_table and not output.columns:
        show_blocks(output, found._blocks())
        return DONE
    rows = [{"field": path, **_version(version)} for path, version in found.items()]
    show_rows(output, rows, ("field", "version", "by", "at"))
    return DONE


class State(NamedTuple):
    """One side of a comparison: an entity at a version."""

    target: Target
    version: str | None = None
    """The number of the version; None for the present state."""


def compared_states(words: Sequence[str]) -> tuple[State, State]:
    """Return the two sides that the words of a comparison name.

    An entity and one version are compared with the present state, an entity and two versions with
    each other, and two entities as they are now. The type of the second entity may be left out.

    Args:
        words: ``table a.b.c.d 0.1 0.2``, ``table:a.b.c.d 0.1``, ``table:a.b.c.d table:a.b.c.e``.

    Raises:
        WrongWords: these are neither versions nor an entity.
    """
    target, others = split_target(words)
    if not others:
        raise WrongWords(
            "name one version, two versions, or another entity: 0.1 0.2; or two catalogues, which"
            " are the paths of forks and folders, and names of profiles"
        )
    if all(map(_NUMBER.fullmatch, others)):
        if len(others) > 2:
            raise WrongWords(f"two versions can be compared, not {len(others)}")
        first, second = (State(target, number) for number in (*others, None)[:2])
        return first, second
    is_name = len(others) == 1 and ":" not in others[0]
    return State(target), State(only_target([target.type, *others] if is_name else others))


def _difference(om: Client, first: State, second: State) -> EntityDiff:
    found: EntityDiff
    if first.target == second.target:
        numbers = [state.version for state in (first, second) if state.version is not None]
        found = om.diff(first.target.key, *numbers, type=first.target.entity_type(om))
    else:
        pair = [om.resolve(state.target.key, state.target.type) for state in (first, second)]
        found = om.diff(*pair)
    return found


def diff(output: Output, om: Client, sides: tuple[State, State], *, exit_code: bool = False) -> int:
    """Print what differs between two versions of an entity, or between two entities.

    Args:
        output: where and how.
        om: a client.
        sides: what is compared.
        exit_code: return 3 if there is a difference.

    Raises:
        NotFound: an entity or a version does not exist.
    """
    found = _difference(om, *sides)
    if output.is_table and not output.columns:
        show_blocks(output, found._blocks())
    else:
        rows = [{"kind": each.kind, **each._asdict()} for each in found]
        show_rows(output, rows, ("path", "kind", "before", "after"))
    return DIFFERS if exit_code and len(found) else DONE
