"""``metadata.config.common``: configuration files of workflows."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class ConfigurationError(Exception):
    """A configuration file does not exist, or cannot be read."""


class WorkflowExecutionError(Exception):
    """A workflow failed."""


def load_config_file(config_file: Path | str) -> Any:
    """Return the content of a YAML or JSON file, with ``$NAME`` replaced from the environment.

    Names of variables that are not set stay as they are.

    Args:
        config_file: path of the file: ``.yml``, ``.yaml`` or ``.json``.

    Raises:
        ConfigurationError: there is no such file, or it cannot be parsed.
        ImportError: PyYAML, of the extra ``cli``, is not installed.
    """
    path = Path(config_file)
    suffix = path.suffix.lower()
    if suffix not in {".yml", ".yaml", ".json"}:
        found = f"not {suffix}" if suffix else "and has no suffix"
        raise ConfigurationError(f"{path} must be a .yml, .yaml or .json file, {found}")
    if not path.is_file():
        raise ConfigurationError(f"the configuration file {path} does not exist")
    try:
        text = os.path.expandvars(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {_reason(error)}") from None
    return _parse(path, text, is_json=suffix == ".json")


def _parse(path: Path, text: str, *, is_json: bool) -> Any:
    if is_json:
        try:
            return json.loads(text)
        except ValueError as error:
            raise ConfigurationError(f"{path} is not valid JSON: {error}") from None
    try:
        import yaml
    except ImportError:
        message = "YAML files need PyYAML: pip install 'dynclient[cli]'"
        raise ImportError(message, name="yaml") from None
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        # Only problem and place: the error quotes lines of the file, which may have passwords.
        where = "" if mark is None else f" in line {mark.line + 1}, column {mark.column + 1}"
        problem = f"{path} is not valid YAML: {error.problem}{where}"
    except yaml.YAMLError:
        problem = f"{path} is not valid YAML"
    raise ConfigurationError(problem)


def _reason(error: Exception) -> str:
    """Return why a file cannot be read; the error of a codec would quote its content."""
    return error.strerror or "unknown" if isinstance(error, OSError) else "it is not UTF-8 text"
