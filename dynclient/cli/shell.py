"""``dynclient shell``: IPython with a client, completion of names, and a banner."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.cli.exit_codes import DONE
from dynclient.errors import Forbidden, NotFound, NotSupported, Unauthorized
from dynclient.secrets import MASK, has_credential, looks_secret, printable

if TYPE_CHECKING:
    from dynclient.client.client import Client

_ASSIGNED = re.compile(
    r"""(?P<name>\w+)(?P<between>["']?\]?\s*[=:]\s*[rbuRBU]?(?P<quote>["']))"""
    r"""(?:\\.|(?!(?P=quote))[^\\])*(?P=quote)?"""
)
"""A text that is given a name: ``token="…"``, ``environ["TOKEN"] = "…"``, ``{"token": "…"}``."""


def run(om: Client) -> int:
    """Run IPython until the user leaves it, and return the exit code.

    Args:
        om: a client; its server is asked for its version and for the user.

    Raises:
        ModuleNotFoundError: IPython is not installed.
        ServerError, TransportError: the server cannot be used.
    """
    from IPython.terminal.interactiveshell import TerminalInteractiveShell
    from IPython.terminal.ipapp import TerminalIPythonApp
    from traitlets.config import Config

    import dynclient

    config = Config()
    config.TerminalInteractiveShell.banner1 = banner(om)
    config.TerminalInteractiveShell.confirm_exit = False
    if hasattr(TerminalInteractiveShell, "enable_tip"):  # since IPython 9
        config.TerminalInteractiveShell.enable_tip = False
    names = {
        "om": om,
        "dynclient": dynclient,
        "show": dynclient.show,
        "explain": om.explain,
        "example": om.example,
    }
    app: Any = TerminalIPythonApp.instance(config=config, user_ns=names)
    words, sys.argv = sys.argv, sys.argv[:1]  # a token may be among them
    try:
        app.initialize([])
        dynclient.load_ipython_extension(app.shell)
        mask_history(app.shell.history_manager)
        app.start()
    finally:
        sys.argv = words
        if app.shell is not None:
            type(app.shell).clear_instance()
        TerminalIPythonApp.clear_instance()
    return DONE


def banner(om: Client) -> str:
    """Return what a shell says first: where and who the user is, and what there is."""
    import dynclient

    lines = [
        f"dynclient {dynclient.__version__}, OpenMetadata {om.version} at {om.host}",
        f"release {om.release.name}, {_user(om)}"
        + (", read-only" if om.settings.read_only else ""),
        'om is the client: om.tables["<TAB>, om.search("…"), help(om), explain("table"), show(…)',
    ]
    return "\n".join(printable(line) for line in lines) + "\n"


def _user(om: Client) -> str:
    """Return who the user is, or why that is not known."""
    from dynclient.extensions.people import People

    try:
        me = model.asdict(People(om.session).me())
    except (Unauthorized, Forbidden, NotFound, NotSupported) as error:
        return f"not signed in ({str(error).partition(chr(10))[0]})"
    kind = "bot" if me.get("isBot") else "administrator" if me.get("isAdmin") else "user"
    return f"{kind} {me.get('name')}"


def mask_history(history: Any) -> None:
    """Let a history of IPython keep inputs without the secrets in them.

    Its file outlives the session. What is recognized: tokens by their form, and texts that are
    given the name of a secret, such as ``token="…"``.

    Args:
        history: the ``HistoryManager`` of a shell.
    """
    store: Callable[..., None] = history.store_inputs

    def store_masked(number: int, source: str, source_raw: str | None = None) -> None:
        raw = None if source_raw is None else masked_input(source_raw)
        store(number, masked_input(source), raw)

    history.store_inputs = store_masked


def masked_input(source: str) -> str:
    """Return an input of a user with the secrets in it masked."""
    source = _ASSIGNED.sub(_masked, source)
    return printable(source) if has_credential(source) else source


def _masked(found: re.Match[str]) -> str:
    if not looks_secret(found["name"]):
        return found[0]
    return f"{found['name']}{found['between']}{MASK}{found['quote']}"
