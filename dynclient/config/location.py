"""Where the configuration file is."""

from __future__ import annotations

import os
from pathlib import Path

from dynclient.errors import UsageError

VARIABLE = "DYNCLIENT_CONFIG"
"""Environment variable that names another file; ``/dev/null`` for none."""
FILE = "config.toml"
DISABLED = f"{VARIABLE} is {os.devnull}, so no configuration file is used"


def config_path() -> Path:
    """Return the path of the configuration file, which need not exist.

    It is that of ``DYNCLIENT_CONFIG``, or ``config.toml`` in the folder that the platform has for
    it: ``~/.config/dynclient`` on Linux.

    Raises:
        UsageError: ``DYNCLIENT_CONFIG`` is not a path.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        import platformdirs

        return Path(platformdirs.user_config_dir("dynclient", appauthor=False), FILE)
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # there is no such user
        raise UsageError(f"{VARIABLE} must be a path, not {text!r}: {error}") from None


def is_disabled(path: Path) -> bool:
    """Return whether the path says that there is no configuration file."""
    return str(path) == os.devnull or (os.name == "nt" and path.name.upper() == "NUL")


def path_text(path: Path) -> str:
    """Return a path for messages, with ``~`` for the user's folder."""
    try:
        return f"~{os.sep}{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(path)
