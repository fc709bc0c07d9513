"""``dynclient edit``: an entity in the user's editor, sent back as a patch."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.cli.data_files import has_yaml, json_text, parsed, read_text, yaml_text
from dynclient.cli.exit_codes import DONE
from dynclient.cli.output import Output, show_blocks, show_object
from dynclient.cli.targets import Target, name_and_type
from dynclient.errors import DynclientError, UsageError
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.client.client import Client

Editor = Callable[[Path], None]
"""Changes a file, and returns when the user is done."""
_EDITORS = ("VISUAL", "EDITOR")
_DEFAULT = "vi"


def run_editor(path: Path) -> None:
    """Open a file in the editor that ``VISUAL`` or ``EDITOR`` names, and wait for its end.

    Raises:
        UsageError: the editor cannot be started, or ends with an error.
    """
    named = next((os.environ[name] for name in _EDITORS if os.environ.get(name)), None)
    if named is None and not sys.stdin.isatty():
        raise UsageError(
            f"EDITOR is not set, and {_DEFAULT} needs a terminal; set EDITOR, or pass an edited"
            " file with --from"
        )
    text = named or _DEFAULT
    try:
        words = shlex.split(text)
        with _interrupts_left_to_editor():
            # The user's own environment says which program it is.
            code = subprocess.run([*words, str(path)], check=False).returncode  # noqa: S603
    except (OSError, ValueError) as error:
        hint = "set EDITOR to the command of an editor"
        raise UsageError(f"the editor {text!r} cannot be started ({error}); {hint}") from None
    if code:
        raise UsageError(f"the editor {text!r} ended with exit code {code}")


@contextmanager
def _interrupts_left_to_editor() -> Iterator[None]:
    """Ignore Ctrl-C in this process: the editor receives it too, and uses it for its own ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A function, because a program that is started inherits SIG_IGN.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def edit(
    output: Output,
    om: Client,
    target: Target,
    *,
    file: str | None = None,
    dry_run: bool = False,
    editor: Editor = run_editor,
) -> int:
    """Let the user edit an entity, print what changes, and send it as a patch.

    If anything fails after the editor, the edited text is kept in a file, whose path is in the
    message. Changes that others make meanwhile to other places are kept.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        file: an edited file; the editor is not opened then.
        dry_run: print what changes, and send nothing.
        editor: opens the file.

    Raises:
        LostUpdate: another user changed the same place meanwhile.
        RequestInvalid: the changed entity is not valid; lists all problems.
        UsageError: the editor fails, or the text is not JSON or YAML.
    """
    entity = _read(om, target)
    before = _editable(om, entity)
    if file is not None:
        return _send(output, om, entity, before, _changed(read_text(file), file), dry_run=dry_run)
    suffix = ".yaml" if has_yaml() else ".json"
    handle, name = tempfile.mkstemp(prefix="dynclient-edit-", suffix=suffix)
    path = Path(name)
    text = _text(before, name_and_type(entity), suffix)
    is_kept = False
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        editor(path)
        edited = read_text(name)
        if edited == text:
            output.say("nothing was changed")
            return DONE
        is_kept = True
        code = _send(output, om, entity, before, _changed(edited, name), dry_run=dry_run)
        is_kept = False
    except (DynclientError, OSError, KeyboardInterrupt):
        is_kept = is_kept or _is_changed(path, text)
        if is_kept:
            print(
                f"dynclient: the edited text is kept in {name}; repeat the command with"
                f" --from {name}",
                file=sys.stderr,
            )
        raise
    finally:
        if not is_kept:
            path.unlink(missing_ok=True)
    return code


def _is_changed(path: Path, text: str) -> bool:
    """Return whether a file has another text; also if that cannot be decoded."""
    try:
        return path.read_bytes() != text.encode("utf-8")
    except OSError:
        return False


def _read(om: Client, target: Target) -> Any:
    """Return the present state of an entity with all fields that can be edited."""
    spec = om.session.find(target.type)
    if spec.entity.create is None:
        raise UsageError(f"entities of type {spec.entity.name!r} cannot be edited")
    names = _settable(om, spec.entity.create)
    return om.extension("versions").read(target.key, spec.entity.name, names)


def _settable(om: Client, create: str | None) -> list[str]:
    from dynclient.extensions.entity_diff import settable_fields

    return list(settable_fields(om.session.node(create)))


def _editable(om: Client, entity: Any) -> dict[str, Any]:
    """Return the fields of an entity that can be edited, with secrets masked; text fields first."""
    kind = model.schema_of(entity).entity
    settable = set(_settable(om, None if kind is None else kind.create))
    data = {name: value for name, value in model.asdict(entity).items() if name in settable}
    for name in ("displayName", "description"):
        if name in settable:
            data.setdefault(name, None)
    return dict(sorted(data.items(), key=lambda pair: isinstance(pair[1], (list, dict))))


def _text(data: dict[str, Any], title: str, suffix: str) -> str:
    if suffix == ".json":
        return json_text(data) + "\n"
    head = (
        f"# {title.encode('unicode_escape').decode()}\n"
        "# Save and leave the editor to send the changes; without changes nothing is sent.\n"
        "# A masked secret keeps the one that is stored.\n"
    )
    return head + yaml_text(data)


def _changed(text: str, name: str) -> dict[str, Any]:
    data = parsed(text, name)
    if not isinstance(data, dict):
        raise UsageError(f"{name} must contain one object, not {type(data).__name__}")
    return data


def _send(
    output: Output,
    om: Client,
    entity: Any,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    dry_run: bool,
) -> int:
    """Print the changes, and send them."""
    from dynclient.extensions.entity_diff import EntityDiff, field_changes

    kind = model.schema_of(entity).entity
    settable = frozenset(_settable(om, None if kind is None else kind.create))
    for name in after:
        if name not in before and name not in settable:
            hint = did_you_mean(nearest(name, settable))
            raise UsageError(f"{name!r} is not a field that can be set{hint}")
    changes = field_changes(before, after, settable)
    if not changes:
        output.say("nothing was changed")
        return DONE
    label = name_and_type(entity)
    if output.is_table:
        difference = EntityDiff(f"{label} as it is", f"{label} as edited", changes)
        show_blocks(output, difference._blocks())
    if dry_run:
        return DONE
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            entity[name] = after.get(name)
    saved = om.save(entity, on_conflict="rebase")
    if output.is_table:
        output.say(f"changed {name_and_type(saved)}")
    else:
        show_object(output, model.asdict(saved))
    return DONE
