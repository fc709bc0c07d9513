"""The content of a fork, written to servers of any release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dynclient.as_code.applied_state import AppliedState
from dynclient.as_code.apply import Application, Options
from dynclient.as_code.catalogue import Catalogue
from dynclient.as_code.dump import dump
from dynclient.as_code.fork_file import open_fork
from dynclient.as_code.planner import Options as PlanOptions
from dynclient.as_code.planner import Planner
from dynclient.as_code.sections import Switches
from dynclient.as_code.selection import Options as Selected
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client


@contextmanager
def content_of_fork(path: Path) -> Iterator[Callable[[Client], None]]:
    """Yield a function that writes what is in a fork to the server of a client.

    Documents are translated for the release of the server; what this has no place for is left out,
    as are secrets. Ids and versions are those that the server gives.

    Args:
        path: path of the data file.

    Raises:
        UsageError: it is not the data file of a fork; or, by the function, the server refused an
            entity.
    """
    with TemporaryDirectory(prefix="dynclient-") as temporary:
        folder = Path(temporary)
        with open_fork(path) as fork:
            dump(fork.session, folder, Selected(format="jsonl", sections=Switches(lineage=True)))

        def load(om: Client) -> None:
            session = om.session
            with AppliedState(folder, session.host, write=True) as state:
                catalogue = Catalogue(folder, session.release)
                plan = Planner(session, catalogue, state, PlanOptions()).plan()
                options = Options(lossy=True, without_secrets=True, progress=False)
                result = Application(session, plan, state, options).run()
            if result.failed:
                raise UsageError(
                    f"{path} cannot be loaded for release {session.release.name}:"
                    f" {result.failed[0]}"
                )

        yield load
