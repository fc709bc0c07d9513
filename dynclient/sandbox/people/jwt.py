"""Bearer tokens and passwords: JWTs signed with the data file's key, password hashes.

A token is valid if its signature is, and the user it names exists. It does not expire unless it
was created with an expiry time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from typing import Any

from dynclient.sandbox.http_errors import ErrorResponse, error_response

_HEADER = {"alg": "HS256", "typ": "JWT"}
_ROUNDS = 20_000
"""PBKDF2 rounds: few, because the sandbox holds test data and test suites log in often."""


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_key() -> str:
    """Return a fresh signing key."""
    return secrets.token_hex(32)


class TokenSigner:
    """Creates and verifies tokens with one key; ``invalid`` is the message about all others."""

    def __init__(self, key: str, invalid: str) -> None:
        self._key = key.encode()
        self._invalid = invalid

    def _sign(self, text: str) -> str:
        return _encode(hmac.new(self._key, text.encode(), hashlib.sha256).digest())

    def create_token(self, user: str, email: str, *, bot: bool, expires: int | None = None) -> str:
        """Return a token for a user; ``expires`` in ms since the epoch, None for never."""
        claims: dict[str, Any] = {
            "iss": "sandbox.dynclient",
            "sub": user,
            "email": email,
            "isBot": bot,
            "tokenType": "BOT" if bot else "OM_USER",
            "iat": int(time.time()),
            # Tokens created in the same second differ.
            "jti": secrets.token_hex(8),
        }
        if expires is not None:
            claims["exp"] = expires // 1000
        text = f"{_encode(json.dumps(_HEADER).encode())}.{_encode(json.dumps(claims).encode())}"
        return f"{text}.{self._sign(text)}"

    def is_signed(self, token: str) -> bool:
        """Return whether a token was signed with this key."""
        text, _, signature = token.strip().rpartition(".")
        return bool(text) and hmac.compare_digest(signature.encode(), self._sign(text).encode())

    def read_user(self, header: str | None) -> str:
        """Return the user name in an ``Authorization`` header; raises the server's 401."""
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise unauthorized("Token not present")
        if not self.is_signed(token):
            raise error_response(401, self._invalid)
        try:
            claims = json.loads(_decode(token.strip().split(".")[1]))
            user = str(claims["sub"])
        except (ValueError, KeyError, IndexError):
            raise error_response(401, self._invalid) from None
        if claims.get("exp") is not None and claims["exp"] < time.time():
            raise error_response(401, "Expired token!")
        return user


def fingerprint(token: str) -> str:
    """Return the hash by which a revoked token is stored."""
    return hashlib.sha256(token.strip().encode()).hexdigest()


def unauthorized(reason: str) -> ErrorResponse:
    """Return the server's 401 error."""
    return error_response(401, f"Not Authorized! {reason}")


def hash_password(password: str, salt: bytes | None = None) -> str:
    """Return a password's salted hash, as it is stored."""
    salt = os.urandom(16) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    return f"{salt.hex()}${digest.hex()}"


def is_password(password: str, stored: str) -> bool:
    """Return whether a password matches a stored hash."""
    salt, _, _ = stored.partition("$")
    return hmac.compare_digest(hash_password(password, bytes.fromhex(salt)), stored)
