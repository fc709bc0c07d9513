"""Authentication: a token, a function or a place that has it, a user with a password, or none.

Tokens and passwords are kept as :class:`dynclient.secrets.Secret`: they print as the mask, and
pickles contain none of them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from dynclient.errors import (
    NotOpenMetadata,
    ServerError,
    ServerFault,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UsageError,
)
from dynclient.secrets import MASK, Secret
from dynclient.transport.address import TOKENS, token_variable, unsent_variable
from dynclient.transport.request import ECHO_MIN, Request, Response, header_problem, retry_after

_LOGIN, _REFRESH = "/v1/users/login", "/v1/users/refresh"
_FAILURES = {429: TooManyRequests, 502: Unavailable, 503: Unavailable, 504: Unavailable}
LOGIN_PATHS = frozenset({_LOGIN, _REFRESH})
"""Paths of the requests that start a session, each with a POST that is safe to repeat."""


class Anonymous:
    """No authentication; the base class of the others.

    Attributes:
        origin: where the token that was sent last comes from, for messages; empty without one.
        last: the header that was sent last, or None.
    """

    origin = ""
    last: Secret | None = None

    def header(self, send: Callable[[Request], Response], base: str) -> str | None:  # noqa: ARG002
        """Return the value of the Authorization header, or None for no header.

        Args:
            send: sends a request without authentication, to log in with.
            base: base URL of the API that the header is sent to.
        """
        return None

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:  # noqa: ARG002
        """Get a new token after a 401 and return whether to repeat the request with it.

        Args:
            send: as for :meth:`header`.
            used: the header that the server refused.
        """
        return False

    def __repr__(self) -> str:
        return "no authentication"


def identity(
    token: str | Callable[[], str] | None,
    username: str | None,
    password: str | None,
    origin: str = "token=",
) -> Anonymous:
    """Return the authentication that the arguments of ``connect`` describe.

    Args:
        token: a token, or a callable that returns one.
        username: user to log in as.
        password: password of the user.
        origin: where a token that is not a callable comes from, for messages.

    Raises:
        UsageError: both a token and a user, or only one of user and password.
    """
    if token is not None and (username is not None or password is not None):
        raise UsageError("token= and username= with password= cannot be combined; pass only one")
    if (username is None) != (password is None):
        passed, missing = ("username", "password") if password is None else ("password", "username")
        raise UsageError(f"{passed}= requires {missing}= as well")
    if callable(token):
        return TokenProvider(token)
    if token is not None:
        return Bearer(token, origin)
    if username is not None and password is not None:
        return Login(username, password)
    return Anonymous()


def _bearer(token: str, origin: str = "the token") -> Secret:
    """Return the header for a token.

    Args:
        token: the token, with or without ``Bearer``; space around it is removed.
        origin: where it comes from, for messages.

    Raises:
        UsageError: HTTP cannot send it; the message does not contain it.
    """
    plain = token.get_secret_value() if isinstance(token, Secret) else token
    header = "".join(("Bearer ", plain.strip().removeprefix("Bearer ").strip()))
    problem = header_problem("Authorization", header)
    if problem is not None:
        raise UsageError(f"{origin} {problem}; it was not sent")
    return Secret(header)


class Bearer(Anonymous):
    """A token: the JWT of a bot, or a personal access token.

    Args:
        token: the token.
        origin: where it comes from, for messages.
    """

    def __init__(self, token: str, origin: str = "token=") -> None:
        if not isinstance(token, str):
            raise UsageError(f"token= must be a string or a callable, not {type(token).__name__}")
        self.origin = origin
        self._header = _bearer(token, origin)

    @property
    def last(self) -> Secret:  # type: ignore[override]  # read only
        """The header."""
        return self._header

    def header(self, send: Callable[[Request], Response], base: str) -> str | None:  # noqa: ARG002
        """Return the header; after unpickling in another process, with the environment's token.

        Raises:
            UsageError: the token is not available in this process.
        """
        if self._header == MASK:
            self._header = self._from_environment(base)
        return self._header

    def _from_environment(self, base: str) -> Secret:
        name = token_variable(base)
        if name is not None:
            self.origin = name
            return _bearer(os.environ[name], name)
        message = (
            "this client was pickled in another process, and pickles do not contain its token."
        )
        if (unsent := unsent_variable(base)) is not None:
            message += f" {unsent}"
        raise UsageError(
            f"{message} Set {TOKENS[0]} in this process, or connect with a callable as token="
        )

    def __repr__(self) -> str:
        return f"token {MASK}"


class Basic(Anonymous):
    """Basic authentication by the user in a URL.

    Args:
        user: ``name:password``, percent-encoded as in the URL.
    """

    def __init__(self, user: str) -> None:
        from base64 import b64encode
        from urllib.parse import unquote_to_bytes

        encoded = b64encode(unquote_to_bytes(user)).decode()
        self._header = Secret(f"Basic {encoded}")

    def header(self, send: Callable[[Request], Response], base: str) -> str | None:  # noqa: ARG002
        """Return the header."""
        return self._header

    def __repr__(self) -> str:
        return f"user {MASK}"


class TokenProvider(Anonymous):
    """A callable that returns a token for each request; it should cache its own."""

    def __init__(self, function: Callable[[], str]) -> None:
        self._function = function
        self.origin = getattr(function, "origin", f"{self._name}(), passed as token=")

    @property
    def _name(self) -> str:
        return str(getattr(self._function, "__name__", type(self._function).__name__))

    def header(self, send: Callable[[Request], Response], base: str) -> str | None:  # noqa: ARG002
        """Call the function and return the header.

        Raises:
            UsageError: it did not return a token, or one that HTTP cannot send.
        """
        token: object = self._function()
        if not isinstance(token, str) or not token:
            kind = "an empty string" if token == "" else type(token).__name__
            raise UsageError(f"the callable passed as token= must return a token, not {kind}")
        header = _bearer(token, "the token that the callable passed as token= returned")
        self.last = header
        return header

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:  # noqa: ARG002
        """Return True: the next header calls the function again."""
        return True

    def __repr__(self) -> str:
        return f"tokens of {self._name}()"


class _Session(Anonymous):
    """Base class of what gets a header by itself: one thread does it for all, once a process.

    Subclasses name the attributes that pickles contain in ``_pickled``.
    """

    _pickled: tuple[str, ...]

    def __init__(self) -> None:
        self._session: tuple[Secret, Secret | None] | None = None  # header, refresh token
        self._new_lock()

    def _new_lock(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in self._pickled}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        _Session.__init__(self)

    def header(self, send: Callable[[Request], Response], base: str) -> str | None:  # noqa: ARG002
        """Return the header of the session, after starting one if there is none; see subclasses."""
        if self._process != os.getpid():  # in a forked child the lock may stay locked for ever
            self._new_lock()
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._session = self._start(send)
        return self._session[0]

    @property
    def last(self) -> Secret | None:  # type: ignore[override]  # read only
        """The header of the session, or None before it was started."""
        session = self._session
        return None if session is None else session[0]

    def _start(self, send: Callable[[Request], Response]) -> tuple[Secret, Secret | None]:
        raise NotImplementedError


class TokenSource(_Session):
    """A token that is read from where it is stored, once, and again after a 401.

    Args:
        read: returns the token. Its errors reach the caller of the request. A pickle contains it.
        origin: where the token comes from, for messages.
    """

    _pickled = ("_read", "origin")

    def __init__(self, read: Callable[[], str], origin: str) -> None:
        super().__init__()
        self._read = read
        self.origin = origin

    def _start(self, send: Callable[[Request], Response]) -> tuple[Secret, None]:  # noqa: ARG002
        return _bearer(self._read(), f"the token from {self.origin}"), None

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:
        """Read the token again, and return whether it is another one by now."""
        with self._lock:
            if self._session is not None and self._session[0] == used:
                self._session = self._start(send)
            return self._session is not None and self._session[0] != used

    def __repr__(self) -> str:
        return f"token from {self.origin}"


class Login(_Session):
    """A user with a password, who logs in on the first request and when a session ends.

    Args:
        username: e-mail address of the user.
        password: the password, or a function that returns it, called for each login.
    """

    _pickled = ("_username", "_password", "origin")

    def __init__(self, username: str, password: str | Callable[[], str]) -> None:
        super().__init__()
        _check_text("username", username)
        if not callable(password):
            _check_text("password", password)
            password = Secret("".join(password))  # that of a Secret would be the mask
        self._username = username
        self._password = password
        self.origin = f"the login of {username}"

    def _plain_password(self) -> str:
        if callable(self._password):
            password = self._password()
            _check_text("password", password)
            return "".join(password)
        if self._password == MASK:
            raise UsageError(
                "this client was pickled in another process, and pickles do not contain its"
                " password. Connect again in this process"
            )
        return "".join(self._password)

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:
        """Refresh the session, or log in again if that fails. One thread does it for all."""
        with self._lock:
            if self._session is not None and self._session[0] == used:
                self._session = self._refresh(send, self._session[1]) or self._start(send)
        return True

    def _start(self, send: Callable[[Request], Response]) -> tuple[Secret, Secret | None]:
        """Log in.

        Raises:
            Unauthorized: the server refused the login.
            ServerError: the login failed for another reason; its class depends on the status.
            UsageError: the password is not available in this process.
        """
        from base64 import b64encode

        password = Secret(self._plain_password())
        plain = password.get_secret_value().encode()
        body = {"email": self._username, "password": b64encode(plain).decode()}
        response = send(_post(_LOGIN, body))
        session = _read_session(response)
        if session is None:
            raise _login_error(self._username, password, response)
        return session

    @staticmethod
    def _refresh(
        send: Callable[[Request], Response], token: Secret | None
    ) -> tuple[Secret, Secret | None] | None:
        if token is None:
            return None
        body = {"refreshToken": token.get_secret_value()}
        return _read_session(send(_post(_REFRESH, body)))

    def __repr__(self) -> str:
        return f"user {self._username}"


def _check_text(name: str, text: object) -> None:
    if not isinstance(text, str):
        raise UsageError(f"{name}= must be a string, not {type(text).__name__}")
    if any("\ud800" <= char <= "\udfff" for char in "".join(text)):
        raise UsageError(f"{name}= contains a character that UTF-8 cannot encode")


def _post(path: str, body: dict[str, str]) -> Request:
    import json

    headers = (("Content-Type", "application/json"),)
    return Request("POST", path, (), headers, json.dumps(body).encode())


def _json_object(response: Response) -> dict[str, Any]:
    import json

    try:
        decoded = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _read_session(response: Response) -> tuple[Secret, Secret | None] | None:
    """Return header and refresh token of a new session, or None if the server refused."""
    body = _json_object(response)
    token, refresh_token = body.get("accessToken"), body.get("refreshToken")
    if response.status != 200 or not isinstance(token, str) or not token.strip():
        return None
    header = _bearer(token, "the accessToken in the response to the login")
    return header, Secret(refresh_token) if isinstance(refresh_token, str) else None


def _login_error(username: str, password: Secret, response: Response) -> ServerError:
    """Return the error of a login, by its status: only a refusal is about the password."""
    status = response.status
    reason = _error_message(response)
    if len(password) >= ECHO_MIN:  # the request has it in base64, a server may repeat it in clear
        reason = reason.replace(password.get_secret_value(), MASK)
    kind: type[ServerError] = Unauthorized
    message = f"the server refused the login of {username}: {reason}"
    hint = "Users log in with their e-mail address; bots have tokens instead."
    parts: dict[str, Any] = {}
    if status in {404, 405, 501}:
        hint = "The server may have no login by password, but a sign-in elsewhere; pass token=."
    elif status == 429 or status >= 500:
        kind, hint = _FAILURES.get(status, ServerFault), ""
        message = f"the login of {username} failed: {reason}"
        if status == 429:
            parts["retry_after"] = retry_after(response.headers.get("Retry-After"))
    elif status < 400:
        kind, hint = (
            NotOpenMetadata,
            "Check the host, and the proxy if there is one; or pass token=.",
        )
        message = f"the response to the login of {username} has no accessToken (status {status})"
    return kind(
        message,
        status=status,
        code=401 if status in {400, 403} else status,
        method="POST",
        url=response.url,
        request_id=None,
        hint=hint,
        **parts,
    )


def _error_message(response: Response) -> str:
    body = _json_object(response)
    return str(body.get("message") or body.get("responseMessage") or f"status {response.status}")
