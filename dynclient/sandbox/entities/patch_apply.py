"""JSON Patch (RFC 6902) as the server applies it, with its words for patches that do not fit.

The work is done by ``jsonpatch``; what is here are the answers for patches it refuses.
"""

from __future__ import annotations

from typing import Any

import jsonpatch
import jsonpointer

from dynclient.sandbox.http_errors import UnhandledServerError, bad_request
from dynclient.sandbox.json_codec import dumps

_KNOWN = {"add", "remove", "replace", "move", "copy", "test"}
_NEED_VALUE = {"add", "replace", "test"}


def apply(document: dict[str, Any], operations: Any) -> Any:
    """Return ``document`` changed; raises 400 for no patch and 500 for one that does not fit."""
    if operations is None:
        raise UnhandledServerError(
            'Cannot invoke "javax.json.JsonPatch.toJsonArray()" because "patch" is null'
        )
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise bad_request("JSON patch has to be an array of objects\n at [Source: UNKNOWN]")
    for operation in operations:
        document = _apply_one(document, operation)
    return document


def _apply_one(document: Any, operation: dict[str, Any]) -> Any:
    name = operation.get("op")
    if name is None:
        raise UnhandledServerError("no mapping for op")
    if name not in _KNOWN:
        raise UnhandledServerError(
            f"Illegal value for the operationName of the JSON patch operation: {name}"
        )
    path = operation.get("path")
    if not isinstance(path, str):
        raise UnhandledServerError("no mapping for path")
    if path and not path.startswith("/"):
        raise UnhandledServerError("A non-empty JsonPointer string must begin with a '/'")
    if name in _NEED_VALUE and "value" not in operation:
        raise UnhandledServerError("name or value/builder must not be null")
    try:
        return jsonpatch.apply_patch(document, [operation])
    except jsonpatch.JsonPatchTestFailed:
        if _missing(document, path) is not None:
            raise UnhandledServerError(str(_missing(document, path))) from None
        raise UnhandledServerError("JsonPatch.Operation.TEST fails! Values are not equal") from None
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        place = operation.get("from") if name in {"move", "copy"} else path
        raise UnhandledServerError(_missing(document, str(place)) or str(error)) from None


def _missing(document: Any, path: str) -> str | None:
    """Say which part of ``path`` is not there, or return None."""
    here = document
    for step in jsonpointer.JsonPointer(path).parts:
        if isinstance(here, dict):
            if step not in here:
                return f"'{dumps(here)}' contains no value for name '{step}'"
            here = here[step]
        elif isinstance(here, list):
            if not step.isdigit() or int(step) >= len(here):
                return f"'{dumps(here)}' contains no element for index {step} and for '{step}'."
            here = here[int(step)]
        else:
            return f"'{dumps(here)}' is not an object or array, so cannot contain '{step}'"
    return None
