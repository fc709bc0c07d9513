"""Personal access tokens: a person's own, by name, good until they expire or are revoked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.people import jwt
from dynclient.sandbox.people.permissions import check_admin
from dynclient.sandbox.routing import JSON, Answer, Asked, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shapes
    from dynclient.sandbox.storage.store import Row

_DAY_MS = 86_400_000
_REQUEST = "auth/createPersonalToken.json"
_REVOCATION = "auth/revokePersonalToken.json"
NEEDS = (_REQUEST, _REVOCATION)
"""Documents of a release that these routes are for."""


class PersonalTokens:
    """The handlers; ``signer`` makes the tokens."""

    def __init__(self, shapes: Shapes, signer: jwt.Tokens) -> None:
        self._shapes = shapes
        self._signer = signer
        self.request = shapes.release.node(_REQUEST)
        self.revocation = shapes.release.node(_REVOCATION)

    def make(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT users/security/token``."""
        body = session.read(self.request, asked.body)
        row = session.row(self._shapes["user"], session.caller.name, by_name=True)
        days = str(body["JWTTokenExpiry"])
        expires = session.now + int(days) * _DAY_MS if days.isdigit() else None
        email = str(row.doc.get("email"))
        made = {
            "token": new_id(),
            "tokenName": body["tokenName"],
            "userId": row.id,
            "tokenType": "PERSONAL_ACCESS_TOKEN",
            "expiryDate": expires,
            "jwtToken": self._signer.make(row.name, email, bot=False, expires=expires),
        }
        made = {name: value for name, value in made.items() if value is not None}
        _keep(session, row, [*_held(session, row), made])
        return Answer(200, made)

    def all(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET users/security/token``."""
        return Answer(200, {"data": _held(session, self._whose(session, asked))})

    def revoke(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT users/security/token/revoke``: those named, or all with ``removeAll``."""
        row = self._whose(session, asked)
        body = session.read(self.revocation, asked.body or {})
        named = set(body.get("tokenIds") or ())
        left = []
        for one in _held(session, row):
            if asked.query.get("removeAll") == "true" or one["token"] in named:
                session.tx.set_meta(f"revoked:{jwt.fingerprint(one['jwtToken'])}", "1")
            else:
                left.append(one)
        _keep(session, row, left)
        return Answer(200, {"data": left})

    def _whose(self, session: Session, asked: Asked) -> Row:
        """Return whose tokens are meant; only administrators see those of others."""
        name = asked.query.get("username", session.caller.name)
        if name != session.caller.name:
            check_admin(session)
        return session.row(self._shapes["user"], name, by_name=True)


def _held(session: Session, row: Row) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = json.loads(session.tx.meta(f"personal:{row.id}") or "[]")
    return held


def _keep(session: Session, row: Row, held: list[dict[str, Any]]) -> None:
    session.tx.set_meta(f"personal:{row.id}", json.dumps(held))


def mount(routes: Routes, personal: PersonalTokens) -> None:
    """Add the routes."""
    path = "/v1/users/security/token"
    routes.add("PUT", path, Route(personal.make, JSON, writes=True, takes=personal.request))
    routes.add("GET", path, Route(personal.all, query=("username",)))
    routes.add("PUT", f"{path}/revoke", Route(
        personal.revoke, JSON, writes=True, takes=personal.revocation,
        query=("username", "removeAll"),
    ))  # fmt: skip
