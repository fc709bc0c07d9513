"""A client for any OpenMetadata server, built at run time from the server's JSON Schemas.

::

    import dynclient

    om = dynclient.connect("https://metadata.example.com", token="…")
    om.tables.list()[:50]

All public names are attributes of this package; each is loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient import as_code as as_code
    from dynclient import errors as errors
    from dynclient import fqn as fqn
    from dynclient import sandbox as sandbox
    from dynclient import testing as testing
    from dynclient import upgrade as upgrade
    from dynclient.as_code.create_requests import CreateRequest as CreateRequest
    from dynclient.as_code.create_requests import as_request as as_request
    from dynclient.client.client import Client as Client
    from dynclient.client.connect import connect as connect
    from dynclient.client.ipython_completion import load_ipython_extension as load_ipython_extension
    from dynclient.client.ipython_completion import (
        unload_ipython_extension as unload_ipython_extension,
    )
    from dynclient.display.displayed import show as show
    from dynclient.drift.diff import diff as diff
    from dynclient.drift.upgrade_check import check_releases as check_releases
    from dynclient.errors import AmbiguousName as AmbiguousName
    from dynclient.errors import BadArguments as BadArguments
    from dynclient.errors import BadName as BadName
    from dynclient.errors import BadRequest as BadRequest
    from dynclient.errors import ConfigInvalid as ConfigInvalid
    from dynclient.errors import Conflict as Conflict
    from dynclient.errors import ConnectFailed as ConnectFailed
    from dynclient.errors import CredentialUnavailable as CredentialUnavailable
    from dynclient.errors import DriftWarning as DriftWarning
    from dynclient.errors import DynclientError as DynclientError
    from dynclient.errors import DynclientWarning as DynclientWarning
    from dynclient.errors import FieldNotRead as FieldNotRead
    from dynclient.errors import Forbidden as Forbidden
    from dynclient.errors import FunctionFailed as FunctionFailed
    from dynclient.errors import InsecureWarning as InsecureWarning
    from dynclient.errors import LostUpdate as LostUpdate
    from dynclient.errors import MethodNotAllowed as MethodNotAllowed
    from dynclient.errors import NotFound as NotFound
    from dynclient.errors import NotOpenMetadata as NotOpenMetadata
    from dynclient.errors import NotSupported as NotSupported
    from dynclient.errors import OutcomeUnknown as OutcomeUnknown
    from dynclient.errors import OutOfRange as OutOfRange
    from dynclient.errors import PackCorrupt as PackCorrupt
    from dynclient.errors import PlanOutdated as PlanOutdated
    from dynclient.errors import PreconditionFailed as PreconditionFailed
    from dynclient.errors import Problem as Problem
    from dynclient.errors import ReadOnly as ReadOnly
    from dynclient.errors import RefUnresolved as RefUnresolved
    from dynclient.errors import ReleaseChanged as ReleaseChanged
    from dynclient.errors import ReleaseMismatch as ReleaseMismatch
    from dynclient.errors import RequestInvalid as RequestInvalid
    from dynclient.errors import RequestNotRecorded as RequestNotRecorded
    from dynclient.errors import ResponseInvalid as ResponseInvalid
    from dynclient.errors import ResponseTooLarge as ResponseTooLarge
    from dynclient.errors import RunFailed as RunFailed
    from dynclient.errors import SchemaError as SchemaError
    from dynclient.errors import SchemaNotFound as SchemaNotFound
    from dynclient.errors import SearchFailed as SearchFailed
    from dynclient.errors import ServerError as ServerError
    from dynclient.errors import ServerFault as ServerFault
    from dynclient.errors import SourceRefused as SourceRefused
    from dynclient.errors import SourceUnavailable as SourceUnavailable
    from dynclient.errors import StaleWarning as StaleWarning
    from dynclient.errors import TimedOut as TimedOut
    from dynclient.errors import TLSFailed as TLSFailed
    from dynclient.errors import TooManyRequests as TooManyRequests
    from dynclient.errors import TransportError as TransportError
    from dynclient.errors import Unauthorized as Unauthorized
    from dynclient.errors import Unavailable as Unavailable
    from dynclient.errors import UnknownCollection as UnknownCollection
    from dynclient.errors import UnknownField as UnknownField
    from dynclient.errors import UnknownOperation as UnknownOperation
    from dynclient.errors import UnknownProfile as UnknownProfile
    from dynclient.errors import UnknownRelease as UnknownRelease
    from dynclient.errors import UnsupportedMediaType as UnsupportedMediaType
    from dynclient.errors import UsageError as UsageError
    from dynclient.errors import ValidationFailed as ValidationFailed
    from dynclient.errors import WaitTimedOut as WaitTimedOut
    from dynclient.explore.examples import example as example
    from dynclient.explore.explain import explain as explain
    from dynclient.explore.explanation import Explanation as Explanation
    from dynclient.extensions.quality import check_frame as check_frame
    from dynclient.extensions.quality_tests import QualityTest as QualityTest
    from dynclient.hooks import Hooks as Hooks
    from dynclient.model import Entity as Entity
    from dynclient.model import asdict as asdict
    from dynclient.model import changes as changes
    from dynclient.model import check as check
    from dynclient.model import original as original
    from dynclient.model import schema_of as schema_of
    from dynclient.model import to_json as to_json
    from dynclient.model.namespace import types as types
    from dynclient.releases import release as release
    from dynclient.schema import Release as Release
    from dynclient.settings import Settings as Settings
    from dynclient.upgrade.check import upgrade_check as upgrade_check
    from dynclient.upgrade.rehearsal import rehearse as rehearse

    __version__: str

_HOMES = {
    "Client": "client",
    "CreateRequest": "as_code.create_requests",
    "Entity": "model",
    "Explanation": "explore.explanation",
    "Hooks": "hooks",
    "QualityTest": "extensions.quality_tests",
    "Release": "schema",
    "Settings": "settings",
    "as_request": "as_code.create_requests",
    "asdict": "model",
    "changes": "model",
    "check": "model",
    "check_frame": "extensions.quality",
    "check_releases": "drift.upgrade_check",
    "connect": "client",
    "diff": "drift.diff",
    "example": "explore.examples",
    "explain": "explore.explain",
    "original": "model",
    "rehearse": "upgrade.rehearsal",
    "release": "releases",
    "schema_of": "model",
    "show": "display.displayed",
    "to_json": "model",
    "types": "model.namespace",
    "upgrade_check": "upgrade.check",
}
"""Public names with the module that defines them."""

_MODULES = ("as_code", "errors", "fqn", "sandbox", "testing", "upgrade")
"""Public names of modules."""

_IPYTHON = ("load_ipython_extension", "unload_ipython_extension")
"""Names that ``%load_ext dynclient`` of IPython looks for."""

_ERRORS = (
    "AmbiguousName",
    "BadArguments",
    "BadName",
    "BadRequest",
    "ConfigInvalid",
    "Conflict",
    "ConnectFailed",
    "CredentialUnavailable",
    "DriftWarning",
    "DynclientError",
    "DynclientWarning",
    "FieldNotRead",
    "Forbidden",
    "FunctionFailed",
    "InsecureWarning",
    "LostUpdate",
    "MethodNotAllowed",
    "NotFound",
    "NotOpenMetadata",
    "NotSupported",
    "OutOfRange",
    "OutcomeUnknown",
    "PackCorrupt",
    "PlanOutdated",
    "PreconditionFailed",
    "Problem",
    "ReadOnly",
    "RefUnresolved",
    "ReleaseChanged",
    "ReleaseMismatch",
    "RequestInvalid",
    "RequestNotRecorded",
    "ResponseInvalid",
    "ResponseTooLarge",
    "RunFailed",
    "SchemaError",
    "SchemaNotFound",
    "SearchFailed",
    "ServerError",
    "ServerFault",
    "SourceRefused",
    "SourceUnavailable",
    "StaleWarning",
    "TLSFailed",
    "TimedOut",
    "TooManyRequests",
    "TransportError",
    "Unauthorized",
    "Unavailable",
    "UnknownCollection",
    "UnknownField",
    "UnknownOperation",
    "UnknownProfile",
    "UnknownRelease",
    "UnsupportedMediaType",
    "UsageError",
    "ValidationFailed",
    "WaitTimedOut",
)
"""Public names of errors and warnings, in :mod:`dynclient.errors`."""

_RENAMED = {"verdicts": "check_releases"}
"""Public names of earlier versions with their present names; using one raises a
DeprecationWarning."""

__all__ = sorted([*_HOMES, *_MODULES, *_ERRORS, "__version__"])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _RENAMED:
        return _renamed(name)
    if name in _MODULES:
        return import_module(f"dynclient.{name}")
    if name in _HOMES:
        found = getattr(import_module(f"dynclient.{_HOMES[name]}"), name)
    elif name in _ERRORS:
        found = getattr(import_module("dynclient.errors"), name)
    elif name in _IPYTHON:
        found = getattr(import_module("dynclient.client.ipython_completion"), name)
    elif name == "__version__":
        found = _version()
    else:
        hint = _hint(name)
        message = f"module 'dynclient' has no attribute {name!r}{hint}"
        raise AttributeError(message, name=name, obj=None if hint else _here())
    globals()[name] = found
    return found


def _renamed(name: str) -> Any:
    import warnings

    warnings.warn(
        f"dynclient.{name} is deprecated: use dynclient.{_RENAMED[name]} instead",
        DeprecationWarning,
        stacklevel=3,
    )
    return getattr(_here(), _RENAMED[name])


def _hint(name: str) -> str:
    """Return close names at a prompt; Python prints them elsewhere, IPython does not."""
    import sys

    if not hasattr(sys, "ps1"):
        return ""
    from dynclient.suggestions import did_you_mean, nearest

    return did_you_mean(nearest(name, __all__))


def _here() -> Any:
    import sys

    return sys.modules[__name__]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("dynclient")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0.0.0"


def __dir__() -> list[str]:
    return [*__all__]
