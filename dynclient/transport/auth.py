"""Who is calling: a token, a callable that gives tokens, a user with a password, or nobody.

Tokens and passwords are kept as :class:`dynclient.secrets.Secret`: they print as the mask, and a
pickle holds none of them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from dynclient.errors import Unauthorized, UsageError
from dynclient.secrets import MASK, Secret
from dynclient.transport.request import Request, Response


class Anonymous:
    """Sends no token; the base of what ``dynclient.transport.auth`` offers."""

    def header(self, send: Callable[[Request], Response]) -> str | None:  # noqa: ARG002
        """Return the value of the Authorization header, or None for no header.

        Args:
            send: sends a request without any token, for those who have to ask for theirs.
        """
        return None

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:  # noqa: ARG002
        """Get another token after the server refused one; tell whether to try again with it."""
        return False

    def __repr__(self) -> str:
        return "nobody"


def identity(
    token: str | Callable[[], str] | None, username: str | None, password: str | None
) -> Anonymous:
    """Return who calls, from what ``connect`` was given.

    Raises:
        UsageError: a token and a user, or a user without a password, or the reverse.
    """
    if token is not None and (username is not None or password is not None):
        raise UsageError("give either token= or username= with password=, not both")
    if (username is None) != (password is None):
        given, lacking = ("username", "password") if password is None else ("password", "username")
        raise UsageError(f"{given}= needs {lacking}= as well")
    if callable(token):
        return Fresh(token)
    if token is not None:
        return Bearer(token)
    if username is not None and password is not None:
        return Login(username, password)
    return Anonymous()


def _bearer(token: str) -> Secret:
    plain = token.get_secret_value() if isinstance(token, Secret) else token
    return Secret("".join(("Bearer ", plain.strip().removeprefix("Bearer ").strip())))


class Bearer(Anonymous):
    """A token: a bot's JWT, or a personal access token."""

    def __init__(self, token: str) -> None:
        if not isinstance(token, str):
            raise UsageError(f"token= takes a string or a callable, not {type(token).__name__}")
        self._header = _bearer(token)

    def header(self, send: Callable[[Request], Response]) -> str | None:  # noqa: ARG002
        """Return the header; what another process pickled has lost its token.

        Raises:
            UsageError: the token stayed in the process that pickled the client.
        """
        if self._header == MASK:
            self._header = self._from_environment()
        return self._header

    @staticmethod
    def _from_environment() -> Secret:
        token = os.environ.get("OPENMETADATA_TOKEN")
        if not token:
            raise UsageError(
                "this client was pickled by another process, and its token stayed there: pickles"
                " hold no secrets. Set OPENMETADATA_TOKEN here, or connect with a callable as token"
            )
        return _bearer(token)

    def __repr__(self) -> str:
        return f"token {MASK}"


class Fresh(Anonymous):
    """A callable that gives a token whenever one is needed; it should remember its own."""

    def __init__(self, function: Callable[[], str]) -> None:
        self._function = function

    def header(self, send: Callable[[Request], Response]) -> str | None:  # noqa: ARG002
        """Call it, and return the header."""
        token: object = self._function()
        if not isinstance(token, str) or not token:
            kind = type(token).__name__
            raise UsageError(f"token= was called and gave {kind}, where a token was wanted")
        return _bearer(token)

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:  # noqa: ARG002
        """Let it be called again."""
        return True

    def __repr__(self) -> str:
        return f"tokens of {getattr(self._function, '__name__', type(self._function).__name__)}()"


class Login(Anonymous):
    """A user with a password, who logs in when first needed and again when a session ends."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = Secret(password)
        self._session: tuple[Secret, Secret | None] | None = None  # header, refresh token
        self._free()

    def _free(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()

    def __getstate__(self) -> dict[str, Any]:
        return {"_username": self._username, "_password": self._password}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._session = None
        self._free()

    def header(self, send: Callable[[Request], Response]) -> str | None:
        """Return the header of the session, logging in where there is none yet."""
        if self._process != os.getpid():  # in a forked child the lock may be held for ever
            self._free()
        if self._session is None:
            with self._lock:
                if self._session is None:
                    self._session = self._log_in(send)
        return self._session[0]

    def renew(self, send: Callable[[Request], Response], used: str) -> bool:
        """Refresh the session; log in again where that fails. One thread does it for all."""
        with self._lock:
            if self._session is not None and self._session[0] == used:
                self._session = self._refreshed(send, self._session[1]) or self._log_in(send)
        return True

    def _log_in(self, send: Callable[[Request], Response]) -> tuple[Secret, Secret | None]:
        from base64 import b64encode

        if self._password == MASK:
            raise UsageError(
                "this client was pickled by another process, and its password stayed there:"
                " pickles hold no secrets. Connect anew here"
            )
        plain = self._password.get_secret_value().encode()
        body = {"email": self._username, "password": b64encode(plain).decode()}
        answer = send(_post("/v1/users/login", body))
        session = _session_of(answer)
        if session is None:
            raise Unauthorized(
                f"the login of {self._username} was refused: {_words(answer)}",
                status=answer.status,
                code=401 if answer.status in {400, 403} else answer.status,
                method="POST",
                url=answer.url,
                request_id=None,
                hint="Users log in with their e-mail address; bots have tokens instead.",
            )
        return session

    @staticmethod
    def _refreshed(
        send: Callable[[Request], Response], token: Secret | None
    ) -> tuple[Secret, Secret | None] | None:
        if token is None:
            return None
        body = {"refreshToken": token.get_secret_value()}
        return _session_of(send(_post("/v1/users/refresh", body)))

    def __repr__(self) -> str:
        return f"user {self._username}"


def _post(path: str, body: dict[str, str]) -> Request:
    import json

    headers = (("Content-Type", "application/json"),)
    return Request("POST", path, (), headers, json.dumps(body).encode())


def _decoded(answer: Response) -> dict[str, Any]:
    import json

    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _session_of(answer: Response) -> tuple[Secret, Secret | None] | None:
    """Return header and refresh token of a session, or None where the server gave none."""
    given = _decoded(answer)
    token, refresh = given.get("accessToken"), given.get("refreshToken")
    if answer.status != 200 or not isinstance(token, str):
        return None
    return _bearer(token), Secret(refresh) if isinstance(refresh, str) else None


def _words(answer: Response) -> str:
    given = _decoded(answer)
    return str(given.get("message") or given.get("responseMessage") or f"status {answer.status}")
