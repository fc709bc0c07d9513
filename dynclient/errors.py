"""All errors and warnings of dynclient. They can be pickled; their details are attributes.

::

    DynclientError
    ├── SchemaError
    │   ├── SourceRefused (ValueError)      a schema tree or archive that cannot be used
    │   ├── SourceUnavailable (OSError)     a source without this tree, or not reachable
    │   ├── UnknownRelease (LookupError)    the schema tree of a release was not found
    │   ├── ReleaseChanged                  the server was upgraded since the client chose a release
    │   ├── SchemaNotFound (KeyError)       no document, schema or type of that name
    │   ├── AmbiguousName (KeyError)        a short name of several types
    │   ├── RefUnresolved (LookupError)     a $ref whose target does not exist
    │   └── PackCorrupt (ValueError)        a cached release file that cannot be read
    ├── UsageError
    │   ├── UnknownCollection (AttributeError, KeyError)
    │   ├── UnknownOperation (AttributeError)
    │   ├── UnknownField (AttributeError, KeyError)
    │   ├── FieldNotRead (AttributeError)   a field that a response left out and that is not read
    │   ├── BadArguments (TypeError)        wrong names or values of arguments, all at once
    │   ├── OutOfRange (IndexError)         a position beyond the end of a list
    │   ├── ConfigInvalid (ValueError)      a configuration file that is not valid, or not safe
    │   ├── UnknownProfile (LookupError)    the configuration file has no profile of that name
    │   ├── CredentialUnavailable           a token or password that cannot be read from its place
    │   ├── ReadOnly                        a request of a read-only client that changes something
    │   ├── RequestNotRecorded              a request that a replayed recording does not have
    │   └── BadName (ValueError)            a name or FQN that is not valid
    ├── ValidationFailed (ValueError)       has ``problems``
    │   ├── RequestInvalid                  a request body that is not valid; not sent
    │   └── ResponseInvalid                 a response, with ``responses="strict"``
    ├── TransportError (OSError)
    │   ├── ConnectFailed (ConnectionError)
    │   ├── TimedOut (TimeoutError)
    │   ├── TLSFailed
    │   ├── OutcomeUnknown                  the request may have been carried out
    │   └── ResponseTooLarge                the response exceeds ``max_response``
    ├── WaitTimedOut (TimeoutError)         what ``om.wait`` waits for has not happened in time
    ├── RunFailed                           a run that ``om.wait`` waited for has failed
    └── ServerError                         has status, code, message, method, url, request_id
        ├── BadRequest                      400
        ├── Unauthorized                    401
        ├── Forbidden                       403
        ├── NotFound (KeyError)             404
        ├── MethodNotAllowed                405
        ├── Conflict                        409
        │   └── LostUpdate                  the entity was changed since it was read
        ├── PreconditionFailed              412
        ├── UnsupportedMediaType            415
        ├── TooManyRequests                 429
        ├── ServerFault                     5xx
        │   ├── Unavailable                 502, 503, 504
        │   └── SearchFailed                the search index failed, or refused a query
        └── NotOpenMetadata                 not the response of an OpenMetadata server

    DynclientWarning (UserWarning)
    ├── DriftWarning                        data was translated between releases
    ├── StaleWarning                        a field was read later, from a newer state of its entity
    ├── ReleaseMismatch                     the named release is not that of the server
    └── InsecureWarning                     certificates are not verified, a token is in a file
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.documentation import document_fields

if TYPE_CHECKING:
    from collections.abc import Callable


@document_fields
class Problem(NamedTuple):
    """One thing that is wrong with a piece of data.

    Attributes:
        path: Position in Python syntax, ``columns[3].dataType``; empty for the whole data.
        value: The wrong value, shortened, with secrets masked.
        rule: The JSON Schema keyword that is not satisfied: ``enum``, ``required``, ``type`` ….
        message: What is wrong, in one sentence.
        nearest: Names or allowed values that are close to the given one, best first.
    """

    path: str
    value: Any
    rule: str
    message: str
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        from dynclient.suggestions import did_you_mean  # imported by what fails only

        return f"{place}{self.message}{did_you_mean(self.nearest)}"


_LEVELS_MAX = 100
"""Levels of nested data that an error keeps."""


def _printable(value: Any, levels: int = _LEVELS_MAX) -> Any:
    """Return data that can be shown, see :func:`dynclient.secrets.printable`; objects are kept."""
    kind = type(value)
    if kind is str:
        from dynclient.secrets import printable  # imported by what fails only

        return printable(value)
    if isinstance(value, Problem):
        return Problem(*(_printable(part, levels) for part in value))
    if kind not in {list, tuple, dict}:
        return value
    if not levels:
        return "…"
    if kind is dict:
        return {name: _printable(below, levels - 1) for name, below in value.items()}
    return kind(_printable(below, levels - 1) for below in value)


def _rebuild(cls: type[DynclientError], parts: dict[str, Any]) -> DynclientError:
    return cls(**parts)


class DynclientError(Exception):
    """Base class of all errors. Keyword arguments become attributes, also after unpickling.

    Credentials in texts are masked, and control characters escaped: a server may send both.

    Remedy:
        Catch a subclass to handle one cause; this class catches all of them.

    Args:
        message: what is wrong; it is the text of the error.
        parts: details, by the name of their attribute.
    """

    template = "{message}"

    def __init__(self, message: str = "", **parts: Any) -> None:
        self.parts: dict[str, Any] = _printable({"message": message, **parts})
        for name, value in self.parts.items():
            setattr(self, name, value)
        super().__init__(self.render())

    def render(self) -> str:
        """Return the text of the error."""
        return self.template.format(**self.parts)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.parts)

    def _repr_html_(self) -> str:
        from dynclient.display.html import draw_html
        from dynclient.display.problems import error_blocks

        return draw_html(error_blocks(self))

    @property
    def _render_traceback_(self) -> Callable[[], list[str]]:
        # Only notebooks find it: a terminal gets the traceback that it gets of any error.
        from dynclient.display.problems import traceback_renderer

        return traceback_renderer(self)


class SchemaError(DynclientError):
    """Base class of errors about schema trees and releases.

    Remedy:
        Catch it to handle all errors about schemas at once.
    """


class SourceRefused(SchemaError, ValueError):
    """The source is not a schema tree, or is damaged or unsafe.

    Remedy:
        Pass OpenMetadata's sources or its schemas alone: a folder, .zip, .jar or .tar.gz.
        Download a damaged archive again.
    """


class SourceUnavailable(SchemaError, OSError):
    """The source has no tree of this release, or cannot be reached.

    Remedy:
        Check the version and the network; add the release with ``dynclient schemas add
        PATH``, or set a mirror with ``github=``.
    """


class UnknownRelease(SchemaError, LookupError):
    """No schema tree of this release was found.

    Remedy:
        Fetch the release with ``dynclient schemas fetch VERSION``, or add it with
        ``dynclient schemas add PATH``. ``steps`` says why each source did not have it.

    Attributes:
        steps: pairs (what was tried, why it failed).
    """

    steps: tuple[tuple[str, str], ...] = ()


class ReleaseChanged(SchemaError):
    """The server was upgraded since the client chose its release; connect again.

    ``before`` and ``after`` are the versions of the server. If the request that showed it is a
    write that succeeded, its result is returned, and the next call raises this error, before it
    sends anything.

    Remedy:
        Call ``dynclient.connect`` again, and read again what was read before.
    """


class SchemaNotFound(SchemaError, KeyError):
    """The release has no document, schema or type of that name.

    Remedy:
        Use one of the close names in the message; ``dir(om.types)`` lists all types.
    """

    __str__ = DynclientError.__str__


class AmbiguousName(SchemaError, KeyError):
    """Several types have this short name.

    Remedy:
        Use the path of one of the ``candidates``: ``om.types["entity/data/table.json"]``.

    Attributes:
        candidates: the paths of these types.
    """

    candidates: tuple[str, ...]
    __str__ = DynclientError.__str__


class RefUnresolved(SchemaError, LookupError):
    """The target of a ``$ref`` does not exist in the release.

    Remedy:
        Add a complete schema tree: the release lacks a document that another one refers to.
    """


class PackCorrupt(SchemaError, ValueError):
    """A release file of the cache is damaged or has another format.

    Remedy:
        Delete the files that ``dynclient schemas verify`` lists, and add the release again.
    """


class UsageError(DynclientError):
    """Base class of errors about wrong calls. No request was sent.

    Remedy:
        Correct the call as the message says.
    """


class _NameError(UsageError, AttributeError):
    """Base class of errors about unknown names; ``name`` is the unknown one."""

    def __init__(self, message: str = "", *, name: str = "", obj: Any = None, **parts: Any) -> None:
        super().__init__(message, name=name, **parts)
        # AttributeError has reset it.
        self.name = name
        # From `name` and `obj` a traceback suggests names, which some messages already do. `obj` is
        # not pickled.
        self.obj = None if "; did you mean " in str(self) else obj


class UnknownCollection(_NameError, KeyError):
    """The release has no collection of that name.

    Remedy:
        Use one of the close names in the message; ``dir(om)`` lists all collections.
    """

    __str__ = DynclientError.__str__


class UnknownOperation(_NameError):
    """The collection has no operation of that name.

    Remedy:
        Use one of the close names in the message; ``dir(om.tables)`` lists the methods of a
        collection.
    """


class NotSupported(UnknownOperation):
    """The release, or this server, does not have the feature.

    Remedy:
        Ask ``om.supports(…)`` before the call, or upgrade the server to the release in
        ``since``.

    Attributes:
        since: the first release that has it, such as ``1.3``; empty if that is not known.
        until: the first release that does not have it any more; empty if it still does.
    """

    since: str = ""
    until: str = ""


class UnknownField(_NameError, KeyError):
    """The type has no field of that name.

    Remedy:
        Use one of the close names in the message; ``dynclient.explain("table")`` lists the
        fields of a type.
    """

    __str__ = DynclientError.__str__


class FieldNotRead(_NameError):
    """The response that an entity comes from left the field out, and it is not read now.

    ``getattr(entity, "tags", None)`` returns None then, as for every AttributeError.

    Remedy:
        Read the entity with ``fields=`` and the names in ``fields``, or connect with
        ``unread="fetch"``.

    Attributes:
        name: the field.
        path: where the schema of the entity has it: ``tags``, ``columns[].tags``.
        fields: the names that ``fields=`` needs to read the entity with the field.
    """

    path: str
    fields: tuple[str, ...]


class BadArguments(UsageError, TypeError):
    """A call has unknown, missing or wrong arguments.

    Remedy:
        Correct all ``problems``; ``help()`` of the method describes its arguments.

    Attributes:
        problems: everything that is wrong with them.
    """

    problems: tuple[Problem, ...]


class OutOfRange(UsageError, IndexError):
    """The list is shorter than the position in it that was asked for.

    Remedy:
        Compare the position with ``len()``, or call ``first()``, which returns None for an
        empty list.
    """


class ConfigInvalid(UsageError, ValueError):
    """The configuration file, or a profile in it, is not valid; or others can change the file.

    Remedy:
        Correct what ``problems`` lists. If others can change the file, take that right away with
        ``chmod go-w``.

    Attributes:
        file: path of the file.
        problems: everything that is wrong with the profile; empty if it is the file as a whole.
    """

    file: str
    problems: tuple[Problem, ...] = ()


class UnknownProfile(UsageError, LookupError):
    """The configuration file has no profile of that name, or does not exist.

    Remedy:
        ``dynclient profiles`` lists the profiles; ``dynclient login --profile NAME`` adds one.

    Attributes:
        name: the name.
        profiles: names of the profiles that exist.
    """

    name: str
    profiles: tuple[str, ...] = ()


class CredentialUnavailable(UsageError):
    """The token or password of a profile cannot be read from a command or the keyring.

    Remedy:
        Run ``dynclient login``, or the command of ``token_command`` in a terminal to see why it
        fails.

    Attributes:
        username: the user of a profile without a password; else None.
    """

    username: str | None = None


class ReadOnly(UsageError):
    """A read-only client does not send requests that may change something on the server.

    ``connect(read_only=True)``, ``--read-only`` and ``DYNCLIENT_READ_ONLY`` make a client
    read-only.

    Remedy:
        Connect without ``read_only`` to change something.

    Attributes:
        method: HTTP method of the request.
        path: its path below ``/api``, without the query.
    """

    method: str
    path: str


class PlanOutdated(UsageError):
    """The server has another state than when a plan was made; nothing was written.

    Remedy:
        Make a new plan, look at it, and apply that.
    """


class RequestNotRecorded(UsageError):
    """A recording that is replayed does not have the request; see :mod:`dynclient.testing`.

    Remedy:
        Record again after a change of the program; name fields whose values differ from run to run
        with ``replay(…, ignore=[…])``.
    """


class BadName(UsageError, ValueError):
    """A name or fully qualified name is not valid.

    Remedy:
        Pass plain names to ``dynclient.fqn.build``, which adds the quotes where they are
        needed.
    """


class ValidationFailed(DynclientError, ValueError):
    """Data is not valid by its schema.

    Remedy:
        Correct all ``problems``; ``dynclient.explain`` describes a field and its allowed
        values.

    Attributes:
        problems: everything that is wrong with it.
    """

    problems: tuple[Problem, ...]

    def __init__(
        self, message: str = "", *, problems: Any = (), what: str = "data", **parts: Any
    ) -> None:
        super().__init__(message, problems=tuple(problems), what=what, **parts)

    def render(self) -> str:
        """Return a headline and one line for each problem."""
        problems = self.parts["problems"]
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        head = self.parts["message"] or f"{self.parts['what']} has {count}"
        return "\n".join([head, *(f"  {problem}" for problem in problems)])


class RequestInvalid(ValidationFailed):
    """A request body is not valid by its schema. No request was sent.

    Remedy:
        Correct all ``problems`` and send it again; ``om.example("table")`` returns a valid
        request.
    """


class ResponseInvalid(ValidationFailed):
    """A response is not an entity, a page or a history where the operation returns one.

    With ``responses="strict"``, also: a response is not valid by its schema.

    Remedy:
        Look for what changes responses on the way, such as a gateway; connect with
        ``responses="tolerant"`` if the server is newer than its schemas.

    Attributes:
        may_be_done: whether the server may have carried out a request that changes something.
    """

    may_be_done: bool = False


class TransportError(DynclientError, OSError):
    """Base class of errors without a usable response from the server.

    Remedy:
        Check address, network and proxy. If ``may_be_done`` is true, read the entity before
        you repeat the request.

    Attributes:
        method: HTTP method of the request.
        url: its URL, without the query.
        may_be_done: whether the server may have carried out the request.
    """

    method: str
    url: str
    may_be_done: bool = False
    __str__ = DynclientError.__str__


class ConnectFailed(TransportError, ConnectionError):
    """The connection to the server failed or broke.

    Remedy:
        Check the address, that the server runs, and the proxy settings.
    """


class TimedOut(TransportError, TimeoutError):
    """The server did not respond in time: ``connect_timeout``, ``read_timeout`` or ``timeout``.

    Remedy:
        Repeat the call later, or raise the timeout that the message names.
    """


class TLSFailed(TransportError):
    """The TLS handshake failed.

    Remedy:
        Pass the CA bundle of the server with ``verify="ca.pem"``; check that the port
        serves TLS.
    """


class OutcomeUnknown(TransportError):
    """The response to a request was lost, which may have been carried out.

    It is not repeated, because that could do something twice. Read the entity to find out. Requests
    that are safe to repeat raise ConnectFailed or TimedOut instead. The ``__cause__`` is the error
    of the connection.

    Remedy:
        Read the entity to find out whether the request was carried out, and repeat it if it
        was not.
    """


class ResponseTooLarge(TransportError):
    """The response exceeds ``max_response``. The request was carried out.

    Remedy:
        Request less: a smaller ``page_size``, fewer ``fields``; or raise ``max_response``.
    """


class WaitTimedOut(DynclientError, TimeoutError):
    """What ``om.wait`` waits for has not happened in time.

    Remedy:
        Wait again, or with a larger ``timeout=``; ``status`` is the last status.

    Attributes:
        status: the last status.
        seconds: how long it was waited for.
    """

    status: str
    seconds: float


class FunctionFailed(DynclientError):
    """The function that ``om.map`` calls raised an error, or returned what cannot be recorded.

    Remedy:
        Correct the function; ``place`` says where it failed. Call it with one entity to get the
        whole traceback.

    Attributes:
        kind: the class of the error, ``ValueError``.
        place: file, line and function, ``checks.py:12, in check``; empty if it is not known.
        function: the name of the function that was called.
    """

    kind: str
    place: str
    function: str


class RunFailed(DynclientError):
    """A run has failed or was stopped; raised by ``om.wait(run, raise_on_failure=True)``.

    Remedy:
        Read the logs of the run, correct the cause, and trigger it again.

    Attributes:
        status: its status, as the server names it.
    """

    status: str


class ServerError(DynclientError):
    """The server responded with an error.

    Remedy:
        Read ``message``, and look up ``request_id`` in the logs of the server.

    Attributes:
        status: HTTP status of the response.
        code: status that the error stands for; 404 for a 500 that wraps a 404.
        message: message of the server.
        method: HTTP method of the request.
        url: its URL.
        request_id: the ID of the request at the server, or None.
        may_be_done: whether an earlier attempt, whose response was lost, may have been carried out.
        body: body of the response, decoded if it is JSON, shortened.
    """

    status: int
    code: int
    message: str
    method: str
    url: str
    request_id: str | None
    may_be_done: bool = False

    def render(self) -> str:
        """Return status, message and request, and a hint if there is one."""
        parts = self.parts
        wrapped = parts.get("status") != parts.get("code")
        status = f"{parts.get('code')}" + (f" (sent as {parts.get('status')})" if wrapped else "")
        request = f"{parts.get('method', '')} {parts.get('url', '')}".strip()
        tail = f" [request {parts['request_id']}]" if parts.get("request_id") else ""
        hint = f"\n  {parts['hint']}" if parts.get("hint") else ""
        # The page of a proxy often repeats the status: "404 Not Found".
        message = str(parts["message"]).removeprefix(f"{status} ")
        return f"{status} {message}\n  {request}{tail}{hint}"


class BadRequest(ServerError):
    """400: the request is not valid for the server.

    Remedy:
        Compare the request with the message of the server; other releases may have other
        rules.
    """


class Unauthorized(ServerError):
    """401: the token is missing or not accepted.

    Remedy:
        Pass a valid token: a bot's JWT or a personal access token; an expired one has to be
        created again.
    """


class Forbidden(ServerError):
    """403: the user of the token is not permitted to do this.

    Remedy:
        Use the token of another user, or give this one a role whose policies permit it;
        ``om.permissions()`` lists what is permitted.
    """


class NotFound(ServerError, KeyError):
    """404: the entity does not exist, or this release has no such route.

    Remedy:
        Check the name and its parents; pass ``include="all"`` to find deleted entities too.
        ``get`` returns None instead of raising it.
    """

    __str__ = DynclientError.__str__


class MethodNotAllowed(ServerError):
    """405: the route does not support this HTTP method.

    Remedy:
        Use what the server has: ``help(om.tables)`` and ``help(om.op)`` list it.
    """


class Conflict(ServerError):
    """409: the entity already exists, or was changed.

    Remedy:
        Call ``upsert`` to update what exists, or ``restore`` if it is deleted; the message
        says which.
    """


class LostUpdate(Conflict):
    """The entity was changed since it was read, and nothing was written; or a change was lost.

    Remedy:
        Read the entity again and repeat the change, or save with ``on_conflict="rebase"``.

    Attributes:
        places: the places that both users changed, or whose change was lost, in Python syntax with
            the keys of items: ``columns["total"].description``; empty if they are not known.
    """

    places: tuple[str, ...] = ()


class PreconditionFailed(ServerError):
    """412: the entity was changed since it was read.

    Remedy:
        Read the entity again and repeat the change.
    """


class UnsupportedMediaType(ServerError):
    """415: the route requires another content type.

    Remedy:
        Pass the body in the form that the operation takes; ``help(om.op.…)`` describes it.
    """


class TooManyRequests(ServerError):
    """429: a rate limit was exceeded; ``retry_after`` has the seconds to wait, if known.

    Remedy:
        Wait for ``retry_after`` seconds, and send fewer requests at a time.

    Attributes:
        retry_after: seconds to wait, as the server says; None if it does not.
    """

    retry_after: float | None = None


class ServerFault(ServerError):
    """5xx: the server failed.

    Remedy:
        Repeat the call later; look up ``request_id`` in the logs of the server.
    """


class Unavailable(ServerFault):
    """502, 503, 504: the server, or a proxy in front of it, is temporarily unavailable.

    Remedy:
        Repeat the call later; requests that are safe to repeat were repeated already.
    """


class SearchFailed(ServerFault):
    """The search index failed, or refused a query; a search without hits is not an error.

    Remedy:
        Correct the query; if the index is missing or old, rebuild it with ``om.reindex()``.
        ``om.find`` needs no index.
    """


class NotOpenMetadata(ServerError):
    """The response does not come from an OpenMetadata server, but for instance from a proxy.

    Remedy:
        Check the address, and what is in front of the server: a proxy, a gateway, a login
        page.
    """


class DynclientWarning(UserWarning):
    """Base class of all warnings.

    Remedy:
        Filter it with the module ``warnings``; ``"error"`` turns it into an exception.
    """


class DriftWarning(DynclientWarning):
    """A field of another release was translated.

    Remedy:
        Use the name that the message gives; connect with ``drift="error"`` to find all
        places.
    """


class StaleWarning(DynclientWarning):
    """A field was read later than the rest of its entity, which was changed in between.

    Remedy:
        Request the field together with the rest, with ``fields=``.
    """


class ReleaseMismatch(DynclientWarning):
    """The release that ``connect(release=…)`` names is of another minor version than the server.

    Remedy:
        Leave ``release=`` out, or name the release of the server.
    """


class InsecureWarning(DynclientWarning):
    """TLS certificates are not verified, or a token or password is in a configuration file.

    Remedy:
        Pass the CA bundle of the server with ``verify="ca.pem"`` instead of False. Store the token
        with ``dynclient login``, or name a command that prints it with ``token_command``.
    """
