"""The manifest of a catalogue: what was dumped, and what the target must have already."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynclient.as_code.whole_files import write_whole
from dynclient.errors import Problem, ValidationFailed

FILE = "catalogue.json"
"""Name of the file of the manifest, which is written last."""
STAGING = ".dynclient-staging"
"""Name of the folder that a dump is written to before it replaces the files of the last one."""
VERSION = 1
"""The version of the format of files."""


@dataclass(slots=True)
class Manifest:
    """What a folder with documents contains.

    Attributes:
        format: Format of the documents, ``yaml`` or ``jsonl``.
        release: Name of the release of the server that was dumped.
        selection: What was dumped, as the arguments of ``om.dump``; nothing for everything.
        provided: Entities that documents refer to and that servers have from the start, such as
            the team Organization: fully qualified names by entity type.
    """

    format: str
    release: str
    selection: dict[str, Any] = field(default_factory=dict)
    provided: dict[str, list[str]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the manifest into a folder, at once or not at all."""
        value = {
            "version": VERSION,
            "format": self.format,
            "release": self.release,
            "selection": dict(sorted(self.selection.items())),
            "provided": {name: sorted(self.provided[name]) for name in sorted(self.provided)},
        }
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        write_whole(folder / FILE, text)

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Return the manifest of a folder, or None if it has none.

        Raises:
            ValidationFailed: it is not a manifest, or one of a later version of dynclient.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            value = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise _invalid(path, f"is not valid JSON: {error}") from None
        if not isinstance(value, dict) or not isinstance(value.get("version"), int):
            raise _invalid(path, "is not the manifest of a catalogue")
        if value["version"] > VERSION:
            version = value["version"]
            raise _invalid(path, f"has version {version}, and this dynclient reads {VERSION}")
        return cls(
            str(value.get("format", "")), str(value.get("release", "")),
            dict(value.get("selection", {})), dict(value.get("provided", {})),
        )  # fmt: skip


def _invalid(path: Path, message: str) -> ValidationFailed:
    problem = Problem(f"{path}:1", None, "manifest", message)
    return ValidationFailed(what=str(path), problems=[problem])
