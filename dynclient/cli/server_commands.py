"""``dynclient whoami``, ``count`` and ``call``: what belongs to the server as a whole."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from dynclient import model
from dynclient.cli.data_files import parsed, read_text
from dynclient.cli.exit_codes import DONE
from dynclient.cli.output import Format, Output, escaped, show_object, show_rows
from dynclient.errors import UsageError
from dynclient.operations.operation import Operation, Parameter, Plan

if TYPE_CHECKING:
    from dynclient.client.client import Client

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def whoami(output: Output, om: Client) -> int:
    """Print the user of the token, the server, its version, and the release in use."""
    me = model.asdict(om.me())
    data = {
        "name": me.get("name"),
        "email": me.get("email"),
        "isAdmin": bool(me.get("isAdmin")),
        "isBot": bool(me.get("isBot")),
        "host": om.host,
        "version": om.version,
        "release": om.release.name,
    }
    show_object(output, data)
    return DONE


def count(output: Output, om: Client, types: Sequence[str] = ()) -> int:
    """Print how many entities there are of each type.

    Args:
        output: where and how.
        om: a client.
        types: the types; none for those that the server counts in one request.

    Raises:
        UnknownCollection: the release has no such type.
    """
    if types:
        specs = [om.session.find(name) for name in types]
        rows = [{"name": spec.attribute, "count": len(om[spec.entity])} for spec in specs]
    else:
        rows = [{"name": name, "count": number} for name, number in om.counts().items()]
    show_rows(output, rows, ("name", "count"))
    return DONE


def call(output: Output, om: Client, request: str, data: str | None = None) -> int:
    """Send one request and print the body of its response.

    Args:
        output: where and how; in other formats than JSON and YAML, the rows of a page.
        om: a client.
        request: method and path below ``/api``, ``GET /v1/tables?limit=5``.
        data: JSON or YAML to send; ``@`` and a path reads it from a file, ``-`` from standard
            input.

    Raises:
        UsageError: the request is not a method and a path, or the data are not JSON.
        ServerError: the server responds with an error.
    """
    method, _, path = request.strip().partition(" ")
    method = method.upper()
    if method not in METHODS or not path.strip():
        allowed = ", ".join(METHODS)
        raise UsageError(
            f"the request must be a method ({allowed}) and a path, such as 'GET /v1/tables',"
            f" not {request!r}"
        )
    body: Any = None
    if data is not None:
        is_file = data.startswith("@") or data == "-"
        name = data.removeprefix("@") if is_file else "--data"
        body = parsed(read_text(name) if is_file else data, name)
    _show_body(output, _send(om, method, path.strip(), body))
    return DONE


def _send(om: Client, method: str, path: str, body: Any = None) -> Any:
    """Send one request, and return the decoded body with secrets masked."""
    from dynclient.model.masking import masked

    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        raise UsageError(f"the path must be that of the API, such as /v1/tables, not {path!r}")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    operation = Operation(
        name="call",
        entity_type=None,
        method=method,
        route=quote(parts.path.removeprefix("/api"), safe="/%:@!$&'()*+,;=~"),
        parameters=tuple(Parameter(name, "query", type="array") for name in query),
        body_kind=None if body is None else "json-patch" if method == "PATCH" else "json",
        result_kind="any",
        as_json=True,
    )
    return masked(None, om.session.call(Plan(operation, query, body)))


def _show_body(output: Output, body: Any) -> None:
    if body is None:
        return
    if isinstance(body, bytes):
        if output.is_terminal:
            raise UsageError(f"the response is {len(body):,} bytes; redirect them to a file")
        output.file.flush()
        sys.stdout.buffer.write(body)
    elif isinstance(body, str):
        output.write(escaped(body))
    elif output.format is Format.JSON and not output.columns:
        show_object(output, body)
    else:
        rows = body.get("data") if isinstance(body, dict) else body
        if isinstance(rows, list) and output.format is not Format.YAML:
            first = rows[0] if rows and isinstance(rows[0], dict) else {}
            show_rows(output, rows, tuple(first))
        else:
            show_object(output, body)
