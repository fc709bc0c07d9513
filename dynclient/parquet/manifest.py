"""What a dataset of Parquet files contains, and how far its server's changes have been read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.as_code.whole_files import write_whole
from dynclient.errors import UsageError

FILE = "_dynclient.json"
"""The name of the file; readers of Parquet ignore names that begin with ``_``."""
_FORMAT = 1


class Selection(NamedTuple):
    """What is exported."""

    type: str
    """The name of the entity type."""
    fields: tuple[str, ...] | None
    """The columns; None for those of the schema."""
    where: str
    """Conditions; empty for all entities."""
    include: str
    """``non-deleted``, ``deleted`` or ``all``."""


class ServicePart(NamedTuple):
    """The rows of one service."""

    service: str | None
    """The name of the service; None if rows are not divided by service."""
    path: str | None
    """The path of its file below the folder; None if there are no rows."""
    rows: int
    listed: int
    """The number of entities in its lists, of which conditions may leave some out."""


class Manifest(NamedTuple):
    """What a dataset contains."""

    server: str
    """The address of the server."""
    release: str
    """The name of the release."""
    selection: Selection
    columns: str
    """The Arrow schema as text; files with other columns cannot be added."""
    exported: str
    """When the export began, in ISO 8601."""
    events: str | None
    """The position of the change events that are contained; None if they could not be read."""
    parts: tuple[ServicePart, ...]

    def write(self, folder: Path) -> None:
        """Write the manifest into a folder, at once or not at all.

        Raises:
            UsageError: the file cannot be written.
        """
        raw = {"format": _FORMAT, **self._asdict()}
        raw["selection"] = self.selection._asdict()
        raw["parts"] = [part._asdict() for part in self.parts]
        text = json.dumps(raw, indent=1, ensure_ascii=False) + "\n"
        write_whole(folder / FILE, text)

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Return the manifest in a folder, or None.

        Raises:
            UsageError: it cannot be read, is damaged, or is of a later version of dynclient.
        """
        path = folder / FILE
        try:
            raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
            version = raw.pop("format")
            if version == _FORMAT:
                selection = Selection(**raw.pop("selection"))
                if selection.fields is not None:
                    selection = selection._replace(fields=tuple(selection.fields))
                parts = tuple(ServicePart(**part) for part in raw.pop("parts"))
                return cls(selection=selection, parts=parts, **raw)
        except FileNotFoundError:
            return None
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}"
        except (AttributeError, KeyError, TypeError, ValueError):
            message = f"{path} is damaged; export to another folder"
        else:
            message = f"{path} has format {version}, and this dynclient reads {_FORMAT}"
        raise UsageError(message)
