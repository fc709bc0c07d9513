"""A schema tree small enough to read, and ways to pack it."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

SMALL: dict[str, dict[str, Any]] = {
    "type/basic.json": {
        "$id": "https://open-metadata.org/schema/type/basic.json",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Basic",
        "definitions": {
            "uuid": {"description": "An id.", "type": "string", "format": "uuid"},
            "name": {"type": "string", "pattern": r"^(?U)[\w'\-.]+$"},
        },
    },
    "entity/data/thing.json": {
        "$id": "https://open-metadata.org/schema/entity/data/thing.json",
        "title": "Thing",
        "type": "object",
        "javaType": "org.openmetadata.schema.entity.data.Thing",
        "javaInterfaces": ["org.openmetadata.schema.EntityInterface"],
        "definitions": {
            "part": {
                "type": "object",
                "properties": {
                    "name": {"$ref": "../../type/basic.json#/definitions/name"},
                    "parts": {"type": "array", "items": {"$ref": "#/definitions/part"}},
                    "size": {"type": "object", "properties": {"width": {"type": "integer"}}},
                },
                "required": ["name"],
                "additionalProperties": False,
            },
            "colour": {"type": "string", "enum": ["red", "green"]},
        },
        "properties": {
            "id": {"description": "Which one.", "$ref": "../../type/basic.json#/definitions/uuid"},
            "parts": {"type": "array", "items": {"$ref": "#/definitions/part"}},
            "colour": {"$ref": "#/definitions/colour", "default": "red"},
            "deleted": {"type": "boolean"},
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    "api/data/createThing.json": {
        "title": "CreateThingRequest",
        "type": "object",
        "javaType": "org.openmetadata.schema.api.data.CreateThing",
        "javaInterfaces": ["org.openmetadata.schema.CreateEntity"],
        "properties": {"name": {"$ref": "../../type/basic.json#/definitions/name"}},
        "required": ["name"],
        "additionalProperties": False,
    },
}


def files(documents: dict[str, Any] | None = None, root: str = "schemas/") -> dict[str, bytes]:
    """Return the files of a tree by name inside an archive."""
    chosen = SMALL if documents is None else documents
    return {root + path: json.dumps(document).encode() for path, document in chosen.items()}


def make_zip(target: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return target


def make_tar(target: Path, members: dict[str, bytes], mode: Any = "w:gz") -> Path:
    with tarfile.open(target, mode) as opened:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            opened.addfile(info, io.BytesIO(data))
    return target


def make_folder(target: Path, members: dict[str, bytes]) -> Path:
    for name, data in members.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return target
