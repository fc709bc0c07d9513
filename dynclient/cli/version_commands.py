"""``dynclient history``, ``diff`` and ``blame``: the versions of an entity."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.cli.output import Output, escaped, show_rows
from dynclient.cli.targets import Target, WrongWords, only_target

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.extensions.versions import Version

_NUMBER = re.compile(r"\d+\.\d+")


def history(output: Output, om: Client, target: Target) -> int:
    """Print all versions of an entity, newest first.

    Raises:
        NotFound: it does not exist.
    """
    rows = [
        {**_version(version), "changes": list(version.changes) or ["created"]}
        for version in om.history(target.key, type=target.entity_type(om))
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
    rows = [{"field": path, **_version(version)} for path, version in found.items()]
    show_rows(output, rows, ("field", "version", "by", "at"))
    return DONE


def diff(
    output: Output,
    om: Client,
    target: Target,
    others: Sequence[str],
    *,
    exit_code: bool = False,
) -> int:
    """Print what differs between two versions of an entity, or between two entities.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        others: one or two version numbers, or the words that name another entity.
        exit_code: return 3 if there is a difference.

    Raises:
        WrongWords: these are neither versions nor an entity.
        NotFound: an entity or a version does not exist.
    """
    if not others:
        raise WrongWords("name one version, two versions, or another entity: 0.1 0.2")
    if all(map(_NUMBER.fullmatch, others)):
        if len(others) > 2:
            raise WrongWords(f"two versions can be compared, not {len(others)}")
        found = om.diff(target.key, *others, type=target.entity_type(om))
    else:
        words = [target.type, *others] if len(others) == 1 and ":" not in others[0] else others
        second = only_target(words)
        # The extension reads what a create request can set; a reference says which entity it is.
        pair = [om.resolve(each.key, each.type) for each in (target, second)]
        found = om.diff(*pair)
    if output.is_table and not output.columns:
        output.write(escaped(str(found)))
    else:
        rows = [{"kind": each.kind, **each._asdict()} for each in found]
        show_rows(output, rows, ("path", "kind", "before", "after"))
    return DIFFERS if exit_code and len(found) else DONE
