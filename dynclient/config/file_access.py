"""Who may read and change the configuration file: it names commands to run and holds secrets.

POSIX only; on Windows the folder of a user is closed to others by default.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dynclient.config.location import path_text
from dynclient.errors import ConfigInvalid


def check_writers(path: Path, status: os.stat_result) -> None:
    """Refuse a file that other users can change, by itself or through one of its folders.

    Args:
        path: the file.
        status: of the open file.

    Raises:
        ConfigInvalid: another user owns the file or its folder, or can write there.
    """
    if os.name != "posix":
        return
    # A link can be replaced where it is, its target where that is.
    folders = dict.fromkeys([path.parent, path.resolve().parent])
    checked = [(path, status), *((folder, folder.stat()) for folder in folders)]
    for place, found in checked:
        what = "folder" if stat.S_ISDIR(found.st_mode) else "file"
        if found.st_uid not in {0, os.geteuid()}:
            problem = f"the {what} {path_text(place)} belongs to another user"
            remedy = f"chown it to yourself: chown {_user()} {place}"
        elif _others(found, stat.S_IWGRP, stat.S_IWOTH):
            problem = f"other users can write to the {what} {path_text(place)}"
            remedy = f"take that right away: chmod go-w {place}"
        else:
            continue
        raise ConfigInvalid(
            f"the configuration file {path_text(path)} is not used, because {problem}, and the file"
            f" names servers and commands; {remedy}",
            file=str(path),
        )


def is_readable_by_others(status: os.stat_result) -> bool:
    """Return whether other users can read a file."""
    return os.name == "posix" and _others(status, stat.S_IRGRP, stat.S_IROTH)


def _others(status: os.stat_result, group: int, world: int) -> bool:
    """Return whether users other than its owner have a right to a file or a folder.

    Args:
        status: of the file or folder.
        group: the bit of the right for its group.
        world: the bit for everyone.
    """
    mode = status.st_mode
    if world == stat.S_IWOTH and stat.S_ISDIR(mode) and mode & stat.S_ISVTX:
        return False  # as in /tmp, others cannot rename or replace the user's file
    return bool(mode & world or (mode & group and not _is_private_group(status)))


def _is_private_group(status: os.stat_result) -> bool:
    """Return whether the group of a file has its owner as the only member.

    Many distributions give each user such a group, and with it files that it may write.
    """
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(status.st_uid), grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    is_primary = owner.pw_gid == group.gr_gid and group.gr_name == owner.pw_name
    return is_primary and set(group.gr_mem) <= {owner.pw_name}


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
