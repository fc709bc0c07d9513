"""Configurations of test workflows in YAML: the table, its tests, and how to connect."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.compat.sdk.data_quality.case_models import parameter_value
from dynclient.compat.sdk.data_quality.exceptions import invalid_tests
from dynclient.compat.sdk.data_quality.records import TestCaseDefinition
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadArguments, Problem, UsageError
from dynclient.extensions.quality_tests import parameter_problems, parameter_text

_CALL = "TestRunner.from_yaml"
_TABLE = ("source", "sourceConfig", "config", "entityFullyQualifiedName")
_CASES = ("processor", "config", "testCases")
_SERVER = ("workflowConfig", "openMetadataServerConfig")


class Workflow(NamedTuple):
    """What the configuration of a test workflow says."""

    table: str
    """The fully qualified name of the table."""
    tests: list[TestCaseDefinition]
    raw: Mapping[str, Any]
    """The whole configuration."""

    def client(self) -> Any:
        """Return a client of the server that the configuration names.

        Raises:
            InvalidTests: it names none.
            UsageError: the connection is not valid.
        """
        from dynclient.compat.ometa.ometa_api import OpenMetadata

        server = _at(self.raw, _SERVER)
        if not isinstance(server, Mapping):
            raise invalid_tests(_CALL, [_problem(_SERVER, "must have hostPort and securityConfig")])
        return OpenMetadata(dict(server))

    def configure(self, builder: Any) -> None:
        """Give the options of the configuration to a builder."""
        settings = self.raw.get("workflowConfig") or {}
        builder.with_force_test_update(bool(_at(self.raw, (*_CASES[:2], "forceUpdate"))))
        options = {
            "loggerLevel": builder.with_log_level,
            "raiseOnError": builder.with_raise_on_error,
            "successThreshold": builder.with_success_threshold,
        }
        for name, option in options.items():
            if settings.get(name) is not None:
                option(settings[name])
        builder.with_enable_streamable_logs(bool(self.raw.get("enableStreamableLogs")))


def read_workflow(text: str | None, file: str | Path | None) -> Workflow:
    """Return the workflow that a text, or a file, describes.

    Raises:
        InvalidTests: none or both are given, or the configuration is not valid; lists all problems.
        UsageError: PyYAML is missing, or the file cannot be read.
    """
    if (text is None) == (file is None):
        message = "pass either yaml_string or file_path"
        raise invalid_tests(_CALL, [Problem("yaml_string", None, "argument", message)])
    if text is None:
        text = _content(Path(str(file)))
    raw = _parsed(text)
    table = _at(raw, _TABLE)
    problems = []
    if not isinstance(table, str) or not table:
        problems.append(_problem(_TABLE, "must be the fully qualified name of the table"))
    cases = _at(raw, _CASES)
    if cases is not None and not isinstance(cases, list):
        problems.append(_problem(_CASES, f"must be a list, not {type(cases).__name__}"))
        cases = []
    tests = [_test(case, number, problems) for number, case in enumerate(cases or [])]
    if problems:
        raise invalid_tests(_CALL, problems)
    return Workflow(str(table), [test for test in tests if test is not None], raw)


def _content(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        reason = error.strerror
    except UnicodeError:
        reason = "it is not UTF-8 text"
    raise UsageError(f"the file {str(file)!r} cannot be read: {reason}")


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError:
        yaml = None  # type: ignore[assignment]  # the error is raised outside of the handler
    if yaml is None:
        raise UsageError(f"{_CALL} needs PyYAML: pip install 'dynclient[cli]'")
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # Without the text around the place, which may have a token.
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" in line {mark.line + 1}"
        reason = f"is not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}{place}"
    else:
        if isinstance(raw, Mapping):
            return raw
        reason = f"must be a mapping with source and processor, not {type(raw).__name__}"
    raise invalid_tests(_CALL, [Problem("configuration", None, "argument", reason)])


def _test(case: Any, number: int, problems: list[Problem]) -> TestCaseDefinition | None:
    """Return a test of the configuration; None if it is not valid."""
    place = f"{'.'.join(_CASES)}[{number}]"
    try:
        found: TestCaseDefinition = TestCaseDefinition.model_validate(case)
        found.parameterValues = [_parameter(each) for each in found.parameterValues or []]
    except BadArguments as error:
        problems += [each._replace(path=f"{place}.{each.path}") for each in error.problems]
        return None
    return found


def _parameter(value: Any) -> Any:
    """Return an item of ``parameterValues`` as a model.

    Raises:
        BadArguments: it does not have a name and a value.
    """
    pair = value if isinstance(value, Mapping) else {}
    name = pair.get("name")
    if not isinstance(name, str) or "value" not in pair:
        message = f"must have a name and a value, not {value!r}"
        problems = [Problem("parameterValues", None, "argument", message)]
    else:
        problems = parameter_problems({name: pair["value"]})
    if problems:
        raise bad_arguments(_CALL, problems)
    return parameter_value(str(name), parameter_text(pair["value"]))


def _at(raw: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw


def _problem(path: tuple[str, ...], message: str) -> Problem:
    return Problem(".".join(path), None, "argument", message)
