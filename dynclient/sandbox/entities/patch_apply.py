"""JSON Patch (RFC 6902) as the server applies it, with its messages for invalid patches.

``jsonpatch`` applies the operations; this module raises the server's errors where it fails.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import jsonpointer

from dynclient.sandbox.http_errors import UnhandledServerError, bad_request
from dynclient.sandbox.json_codec import dumps

_KNOWN = {"add", "remove", "replace", "move", "copy", "test"}
_NEED_VALUE = {"add", "replace", "test"}
_NEED_FROM = {"move", "copy"}
_COPIED_MAX = 250_000
"""Values that a patch may copy: a few copies of the document into itself would fill the memory."""


def apply(document: dict[str, Any], operations: Any) -> Any:
    """Return ``document`` patched; raises the server's 400 or 500 for an invalid patch."""
    if operations is None:
        raise UnhandledServerError(
            'Cannot invoke "javax.json.JsonPatch.toJsonArray()" because "patch" is null'
        )
    if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
        raise bad_request("JSON patch has to be an array of objects\n at [Source: UNKNOWN]")
    # One copy for the whole patch: a copy for each operation takes quadratic time.
    document = copy.deepcopy(document)
    left = _COPIED_MAX
    for operation in operations:
        if operation.get("op") == "copy":
            left -= _size(document, operation.get("from"), left)
            if left <= 0:
                raise bad_request(f"JSON patch copies more than {_COPIED_MAX} values")
        document = _apply_one(document, operation)
    return document


def _apply_one(document: Any, operation: dict[str, Any]) -> Any:
    """Return a document with one operation applied; the document is changed."""
    name = operation.get("op")
    if name is None:
        raise UnhandledServerError("no mapping for op")
    if not isinstance(name, str) or name not in _KNOWN:
        raise UnhandledServerError(
            f"Illegal value for the operationName of the JSON patch operation: {name}"
        )
    path = _pointer(operation, "path")
    place = _pointer(operation, "from") if name in _NEED_FROM else path
    if name in _NEED_VALUE and "value" not in operation:
        raise UnhandledServerError("name or value/builder must not be null")
    try:
        return jsonpatch.apply_patch(document, [operation], in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        missing = _missing_step(document, path)
        if missing is not None:
            raise UnhandledServerError(missing) from None
        raise UnhandledServerError("JsonPatch.Operation.TEST fails! Values are not equal") from None
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        raise UnhandledServerError(_missing_step(document, place) or str(error)) from None


def _size(document: Any, place: Any, limit: int) -> int:
    """Return the number of values at a place, counted up to a limit; 0 without such a place."""
    try:
        pending = [jsonpointer.resolve_pointer(document, place)]
    except (jsonpointer.JsonPointerException, TypeError):
        return 0  # the operation is refused when it is applied
    count = 0
    while pending and count < limit:
        value = pending.pop()
        count += 1
        if isinstance(value, (dict, list)):
            pending += value.values() if isinstance(value, dict) else value
    return count


def _pointer(operation: dict[str, Any], member: str) -> str:
    """Return a JSON pointer of an operation; raises the server's 500 if it is not one."""
    pointer = operation.get(member)
    if not isinstance(pointer, str):
        raise UnhandledServerError(f"no mapping for {member}")
    if pointer and not pointer.startswith("/"):
        raise UnhandledServerError("A non-empty JsonPointer string must begin with a '/'")
    try:
        jsonpointer.JsonPointer(pointer)
    except jsonpointer.JsonPointerException as error:
        raise UnhandledServerError(str(error)) from None
    return pointer


def _missing_step(document: Any, path: str) -> str | None:
    """Return the server's message about the first missing step of ``path``, or None."""
    value = document
    for step in jsonpointer.JsonPointer(path).parts:
        if isinstance(value, dict):
            if step not in value:
                return f"'{dumps(value)}' contains no value for name '{step}'"
            value = value[step]
        elif isinstance(value, list):
            if not step.isdigit() or int(step) >= len(value):
                return f"'{dumps(value)}' contains no element for index {step} and for '{step}'."
            value = value[int(step)]
        else:
            return f"'{dumps(value)}' is not an object or array, so cannot contain '{step}'"
    return None
