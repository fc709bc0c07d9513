"""Files that are not regular: opening or reading them may wait for ever."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path


def _fifo(place: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path) -> None:
    # The path of a socket has at most about 100 characters, so it is bound by its short name.
    before = Path.cwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("s")
        Path("s").rename(place.name)
    finally:
        os.chdir(before)


def _link_to_fifo(place: Path) -> None:
    target = place.with_name("target-of-the-link")
    os.mkfifo(target)
    place.symlink_to(target)


SPECIAL_FILES: dict[str, Callable[[Path], None]] = {
    "a pipe": _fifo,
    "a link to a pipe": _link_to_fifo,
    "a device without end": lambda place: place.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "a link to itself": lambda place: place.symlink_to(place),
    "a socket": _socket,
}
"""Functions that create one at a path, by what it is."""
