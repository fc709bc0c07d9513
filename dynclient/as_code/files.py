"""The catalogue of a server as files: ``om.dump(…)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from dynclient.as_code.applied_state import AppliedState
from dynclient.as_code.apply import Application, ApplyResult, check_plan
from dynclient.as_code.apply import Options as ApplyOptions
from dynclient.as_code.catalogue import Catalogue
from dynclient.as_code.catalogue_plan import CataloguePlan
from dynclient.as_code.documents import FORMATS
from dynclient.as_code.dump import DumpResult, dump
from dynclient.as_code.manifest import Manifest
from dynclient.as_code.planner import Options as PlanOptions
from dynclient.as_code.planner import Planner
from dynclient.as_code.secret_places import Store
from dynclient.as_code.sections import Switches
from dynclient.as_code.selection import Options, selection_problems
from dynclient.bulk.load import Options as LoadOptions
from dynclient.bulk.load import check_options
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem, UsageError
from dynclient.extensions.arguments import as_path
from dynclient.extensions.base import Extension
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.as_code.backup import Backup, Restoration


class CatalogueFiles(Extension):
    """Writes the entities of a server into files."""

    name = "as_code"

    def dump(
        self,
        folder: str | PathLike[str],
        *,
        types: Iterable[Any] | str = (),
        service: str = "",
        where: str = "",
        format: str = "yaml",
        secrets: Store = "env",
        tests: bool = True,
        custom_properties: bool = True,
        followers: bool = False,
        lineage: bool = False,
        sample_data: bool = False,
        profiles: bool = False,
        feeds: bool = False,
        replace: bool = False,
    ) -> DumpResult:
        """Write entities into a folder: a document for each, with its create request.

        Lists are read page by page, and memory does not grow with the number of entities, apart
        from their names. A second dump of the same state leaves every file as it is. In files that
        exist, comments are kept; documents that are not part of the dump are removed.

        What servers have from the start (``provider: system``) is left out. Secrets are never
        written: a file has the name of an environment variable or an entry of the keyring instead.

        If only a part is dumped, what it refers to is added and marked ``referenced``: users,
        teams, tags, domains.

        Args:
            folder: path of the folder; it is created if it does not exist. Until the dump is
                complete, its files stay as they are.
            types: the entity types to dump, by any name of their collections; default: all.
            service: the fully qualified name of a service: it is dumped with all that is below it.
            where: conditions, ``owner:ada -tier:*``, as in a search; needs ``types``.
            format: ``yaml``, a file for each entity in folders that follow their fully qualified
                names; or ``jsonl``, a file for each type with an entity on each line.
            secrets: where the values of secrets will be: ``env`` or ``keyring``.
            tests: whether to dump test cases and test suites, if ``types`` does not name types.
            custom_properties: whether to dump the definitions of custom properties.
            followers: whether documents say who follows the entity.
            lineage: whether documents have the edges into the entity; one request for each.
            sample_data: whether documents have sample data; one request for each table, topic …
            profiles: whether documents have the last profile; one request for each table.
            feeds: whether documents have the conversations about the entity; one request for each.
            replace: whether to replace a dump of another selection, whose other documents are then
                removed.

        Raises:
            BadArguments: an argument is wrong; lists all problems.
            UnknownCollection: the release does not have a type.
            UsageError: the folder cannot be written, or has a dump of another selection; or PyYAML
                is not installed.
            ServerError, TransportError: a list could not be read; the folder stays as it is.
        """
        path = as_path(folder, "dump", "folder")
        named = (types,) if isinstance(types, str) else tuple(types)
        problems = []
        for argument, value, allowed in (
            ("format", format, FORMATS),
            ("secrets", secrets, get_args(Store)),
        ):
            if value not in allowed:
                near = did_you_mean(nearest(str(value), allowed))
                message = f"must be {' or '.join(map(repr, allowed))}, not {value!r}{near}"
                problems.append(Problem(argument, value, "argument", message))
        problems += selection_problems(named, service, where)
        if problems:
            raise bad_arguments("dump", problems)
        options = Options(
            tuple(self.session.find(each).entity.name for each in named), service, where, format,
            secrets, tests, custom_properties,
            Switches(followers, lineage, sample_data, profiles, feeds),
        )  # fmt: skip
        if not replace:
            _check_selection(path, options)
        return dump(self.session, path, options)

    def plan(
        self,
        folder: str | PathLike[str],
        *,
        prune: bool = False,
        overwrite: bool = False,
        only: Iterable[str] | str = (),
    ) -> CataloguePlan:
        """Return what has to be done so that this server has what the files in a folder say.

        Only reads are sent: the lists of the entity types in the folder, page by page. What the
        files say is compared with what the server has and with what was applied last, which is
        kept in ``.dynclient`` beside the files: what only the files changed is changed, what only
        the server changed stays, and what both changed is a conflict, with who changed it there,
        and when.

        Args:
            folder: the folder, as ``om.dump`` wrote it or written by hand, for any release; or the
                data file of a fork, see :func:`dynclient.sandbox.fork`: what was changed in it is
                written into a folder beside it, and compared with what this server had when the
                fork was made.
            prune: whether to delete what an earlier ``apply`` created and has no file any more; or
                what was deleted in the fork.
            overwrite: whether conflicts are decided for the files.
            only: the entities to plan for: ``"table"``, ``"shop.*"``, ``"table:shop.*"``.

        Raises:
            BadArguments: the folder is not a path.
            UsageError: it is neither a folder with a whole dump nor a fork.
            ValidationFailed: files are not valid for the release of this server, or refer to what
                does not exist; lists all problems with file and line.
            ServerError, TransportError: a list could not be read.
        """
        path = self._documents(as_path(folder, "plan", "folder"))
        with AppliedState(path, self.session.host) as state:
            return self._plan(path, state, prune, overwrite, only)

    def _documents(self, path: Path) -> Path:
        """Return the folder with the documents of a path: for a fork, those of its changes."""
        from dynclient.as_code.fork_changes import write_changes
        from dynclient.as_code.fork_file import is_data_file

        return write_changes(self.session, path) if is_data_file(path) else path

    def _plan(
        self,
        folder: Path,
        state: AppliedState,
        prune: bool,
        overwrite: bool,
        only: Iterable[str] | str,
    ) -> CataloguePlan:
        catalogue = Catalogue(folder, self.session.release)
        options = PlanOptions(prune, overwrite)
        plan = Planner(self.session, catalogue, state, options).plan()
        patterns = (only,) if isinstance(only, str) else tuple(only)
        return plan.only(patterns) if patterns else plan

    def apply(
        self,
        plan: CataloguePlan | str | PathLike[str],
        *,
        prune: bool = False,
        overwrite: bool = False,
        only: Iterable[str] | str = (),
        lossy: bool = False,
        without_secrets: bool = False,
        workers: int | None = None,
        progress: Any = None,
    ) -> ApplyResult:
        """Make this server have what files say; what is as it should be is not sent.

        Entities are created by POST, those first that others refer to, and changed by guarded
        PATCH. Everything is validated before the first request that writes. An ``apply`` that was
        interrupted continues if it is called again.

        Args:
            plan: what ``om.plan`` returned; the path of a file with it; or the folder or fork, for
                which a plan is made.
            prune: as for :meth:`plan`; only for a folder, as is the following.
            overwrite: see there.
            only: see there; also for a part of a plan.
            lossy: whether to leave out what the release of this server has no place for.
            without_secrets: whether to leave out secrets that are not set where the files say.
            workers: the highest number of requests at once.
            progress: as for ``om.tables.upsert_many``.

        Returns:
            What became of each entity; a failure does not stop the others.

        Raises:
            PlanOutdated: this server has another state than when the plan was made.
            UsageError: another process applies the folder at the moment; or it is a plan for
                another server.
            ValidationFailed: there are conflicts, values that the release has no place for, secrets
                that are not set; or as for :meth:`plan`. Lists all.
        """
        options = self._apply_options("apply", lossy, without_secrets, workers, progress)
        path = None if isinstance(plan, CataloguePlan) else as_path(plan, "apply", "plan")
        path = path and self._documents(path)
        if path is not None and not path.is_dir():
            plan, path = CataloguePlan.read(path), None
        folder = path or Path(plan.folder)  # type: ignore[union-attr]  # it is a plan then
        patterns = (only,) if isinstance(only, str) else tuple(only)
        with AppliedState(folder, self.session.host, write=True) as state:
            if path is not None:
                made = self._plan(path, state, prune, overwrite, patterns)
                check_plan(self.session, made, options)
                return Application(self.session, made, state, options).run()
            made = plan.only(patterns or ("*",))  # type: ignore[union-attr]  # as above
            check_plan(self.session, made, options)
            application = Application(self.session, made, state, options)
            application.check_state()
            return application.run()

    def backup(
        self,
        file: str | PathLike[str],
        *,
        followers: bool = True,
        lineage: bool = True,
        sample_data: bool = True,
        profiles: bool = True,
        feeds: bool = True,
        replace: bool = False,
    ) -> Backup:
        """Write everything of this server into one file, from which it can be restored.

        The file is a zip archive of the documents that :meth:`dump` writes, with their counts and
        SHA-256 digests. It is read back and checked before it gets its name. Secrets are not in it;
        their places are.

        Args:
            file: path of the file; its folder must exist.
            followers: whether it has who follows an entity.
            lineage: whether it has the edges of lineage; one request for each entity.
            sample_data: whether it has sample data; one request for each table, topic …
            profiles: whether it has the last profiles; one request for each table.
            feeds: whether it has conversations; one request for each entity.
            replace: whether to replace a file that exists.

        Raises:
            BadArguments: the file is not a path.
            UsageError: the file exists or cannot be written.
            ServerError, TransportError: a list could not be read; no file is written.
        """
        from dynclient.as_code.backup import create_backup

        path = as_path(file, "backup", "file")
        switches = Switches(followers, lineage, sample_data, profiles, feeds)
        return create_backup(self.session, path, switches, replace=replace)

    def restore_backup(
        self,
        file: str | PathLike[str],
        *,
        lossy: bool = False,
        without_secrets: bool = False,
        workers: int | None = None,
        progress: Any = None,
        confirm: Callable[[CataloguePlan], None] | None = None,
    ) -> Restoration:
        """Make this server have what a backup says.

        The whole file is checked first. What does not exist is created, what is different is
        changed, and nothing is deleted. Entities that are created get new ids; references are
        restored by name. Afterwards everything in the backup is compared with the server again.
        A restoration that was interrupted continues if it is repeated.

        Args:
            file: path of a file that :meth:`backup` wrote, of any release.
            lossy: whether to leave out what the release of this server has no place for.
            without_secrets: whether to leave out secrets that are not set where the file says.
            workers: the highest number of requests at once.
            progress: as for ``om.tables.upsert_many``.
            confirm: called with the plan before anything is written; an error that it raises ends
                the restoration.

        Raises:
            BadArguments: the file is not a path.
            UsageError: it cannot be read.
            ValidationFailed: it is not a backup, is truncated or was altered; or as for
                :meth:`apply`. Nothing is sent then.
        """
        from dynclient.as_code.backup import restore_backup

        path = as_path(file, "restore_backup", "file")
        options = self._apply_options("restore_backup", lossy, without_secrets, workers, progress)
        return restore_backup(self.session, path, options, confirm=confirm)

    def _apply_options(
        self, method: str, lossy: bool, without_secrets: bool, workers: int | None, progress: Any
    ) -> ApplyOptions:
        """Return how a plan is applied. Raises BadArguments for wrong options."""
        options = LoadOptions(workers, progress=progress)
        check_options(method, options.problems(self.session.settings.pool_size))
        return ApplyOptions(lossy, without_secrets, workers, progress)


def _check_selection(folder: Path, options: Options) -> None:
    """Raise UsageError if a folder has a dump of other entities, whose documents would be lost."""
    known = Manifest.read(folder)
    if known is None:
        return
    if known.format != options.format:
        message = f"has documents in the format {known.format}"
    elif known.selection != options.selection():
        message = f"has a dump of {_words(known.selection)}, not of {_words(options.selection())}"
    else:
        return
    raise UsageError(f"{folder} {message}; use another folder, or replace=True to replace them")


def _words(selection: Mapping[str, Any]) -> str:
    """Return a selection as arguments of ``om.dump``."""
    words = [f"{name}={selection[name]!r}" for name in sorted(selection)]
    return f"({', '.join(words)})" if words else "everything"
