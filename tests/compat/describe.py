"""Describes every module of the official SDK's schema package as JSON; run by its own Python.

Prints ``{module: {class: {kind, extra, fields, members}}}``. A module that cannot be imported is
read from its source, as far as names and kinds go.
"""

from __future__ import annotations

import ast
import enum
import importlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import metadata.generated.schema as package
from pydantic import BaseModel, RootModel
from pydantic_core import PydanticUndefined

warnings.simplefilter("ignore")
NO_DEFAULT = "<none>"


def default(value: Any) -> Any:
    if value is PydanticUndefined:
        return NO_DEFAULT
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return value.value if isinstance(value, enum.Enum) else value


def describe_class(cls: type) -> dict[str, Any]:
    if issubclass(cls, enum.Enum):
        return {"kind": "enum", "members": {name: m.value for name, m in cls.__members__.items()}}
    if issubclass(cls, RootModel):
        return {"kind": "root"}
    fields = {
        name: [field.alias, field.is_required(), default(field.default)]
        for name, field in cls.model_fields.items()
    }
    return {"kind": "model", "extra": cls.model_config.get("extra", "ignore"), "fields": fields}


def read(file: Path) -> dict[str, Any]:
    """Return names and kinds of the classes in a source file."""
    found = {}
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            base = ast.unparse(node.bases[0])
            kind = {"Enum": "enum", "BaseModel": "model"}.get(base)
            found[node.name] = {"kind": kind or ("root" if "RootModel" in base else "model")}
    return found


def main() -> None:
    modules: dict[str, Any] = {}
    for base in map(Path, package.__path__):
        for file in sorted(base.rglob("*.py")):
            if file.name == "__init__.py":
                continue
            name = ".".join(file.relative_to(base).with_suffix("").parts)
            full = f"{package.__name__}.{name}"
            try:
                module = importlib.import_module(full)
            except AttributeError:  # a module that imports itself in a circle
                modules[name] = read(file)
                continue
            modules[name] = {
                key: describe_class(value)
                for key, value in vars(module).items()
                if key.isidentifier() and isinstance(value, type) and value.__module__ == full
            }
    json.dump(modules, sys.stdout, default=str)


if __name__ == "__main__":
    main()
