"""``dynclient diff`` for catalogues: forks, folders of documents, and servers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.cli.output import Output, show_blocks, show_object


def are_catalogues(words: Sequence[str]) -> bool:
    """Return whether the words of ``dynclient diff`` name catalogues, and not an entity.

    Args:
        words: one or two words, of which one is the path of a fork or a folder, or both are names
            of profiles.
    """
    from dynclient.config.config_file import read_config

    if len(words) > 2:
        return False
    if any(Path(each).exists() for each in words):
        return True
    config = read_config() if len(words) == 2 else None
    return config is not None and all(each in config.profiles for each in words)


def diff_catalogues(output: Output, words: Sequence[str], **server: str | None) -> int:
    """Print what differs between two catalogues, and return the exit code.

    Args:
        output: where and how.
        words: paths of forks and folders, and names of profiles. One fork is compared with the
            server that ``server`` names, or else with what it was when it was made.
        server: ``host`` and ``profile`` of the second catalogue, and ``release`` of all servers.
    """
    from dynclient.as_code.catalogue_diff import diff
    from dynclient.cli.connection import connect_or_ask, reported

    host, profile, release = (server.get(name) for name in ("host", "profile", "release"))
    with reported(output), ExitStack() as stack:
        sides: list[Any] = [
            each if Path(each).exists()
            else stack.enter_context(connect_or_ask(None, profile=each, release=release))
            for each in words
        ]  # fmt: skip
        if len(sides) == 1 and (host or profile):
            client = connect_or_ask(host, profile=profile, release=release)
            sides.append(stack.enter_context(client))
        found = diff(*sides)
        if output.is_table:
            show_blocks(output, found._blocks())
        else:
            show_object(output, found.as_json())
    return DIFFERS if len(found) else DONE
