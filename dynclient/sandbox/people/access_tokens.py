"""Personal access tokens: named tokens of one user, valid until they expire or are revoked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.people import jwt
from dynclient.sandbox.people.permissions import check_admin
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

_DAY_MS = 86_400_000
_REQUEST = "auth/createPersonalToken.json"
_REVOCATION = "auth/revokePersonalToken.json"
NEEDS = (_REQUEST, _REVOCATION)
"""Documents of a release that these routes are for."""


class PersonalTokens:
    """Handlers of ``users/security/token``; ``signer`` creates the tokens."""

    def __init__(self, models: EntityModels, signer: jwt.TokenSigner) -> None:
        self._models = models
        self._signer = signer
        self.create_schema = models.release.node(_REQUEST)
        self.revoke_schema = models.release.node(_REVOCATION)

    def create(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users/security/token``."""
        body = context.read(self.create_schema, request.body)
        row = context.get_row(self._models["user"], context.caller.name, by_name=True)
        days = str(body["JWTTokenExpiry"])
        expires = context.now + int(days) * _DAY_MS if days.isdigit() else None
        email = str(row.doc.get("email"))
        token = {
            "token": new_id(),
            "tokenName": body["tokenName"],
            "userId": row.id,
            "tokenType": "PERSONAL_ACCESS_TOKEN",
            "expiryDate": expires,
            "jwtToken": self._signer.create_token(row.name, email, bot=False, expires=expires),
        }
        token = {name: value for name, value in token.items() if value is not None}
        _store(context, row, [*_load(context, row), token])
        return Result(200, token)

    def list_all(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/security/token``."""
        return Result(200, {"data": _load(context, self._requested_user(context, request))})

    def revoke(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users/security/token/revoke``: the given ids, or all with ``removeAll``."""
        row = self._requested_user(context, request)
        body = context.read(self.revoke_schema, request.body or {})
        ids = set(body.get("tokenIds") or ())
        remaining = []
        for token in _load(context, row):
            if request.query.get("removeAll") == "true" or token["token"] in ids:
                context.tx.set_meta(f"revoked:{jwt.fingerprint(token['jwtToken'])}", "1")
            else:
                remaining.append(token)
        _store(context, row, remaining)
        return Result(200, {"data": remaining})

    def _requested_user(self, context: RequestContext, request: Request) -> Row:
        """Return the user of ``username=``, or the caller; only administrators may name another."""
        name = request.query.get("username", context.caller.name)
        if name != context.caller.name:
            check_admin(context)
        return context.get_row(self._models["user"], name, by_name=True)


def _load(context: RequestContext, row: Row) -> list[dict[str, Any]]:
    tokens: list[dict[str, Any]] = json.loads(context.tx.meta(f"personal:{row.id}") or "[]")
    return tokens


def _store(context: RequestContext, row: Row, tokens: list[dict[str, Any]]) -> None:
    context.tx.set_meta(f"personal:{row.id}", json.dumps(tokens))


def mount(routes: Routes, personal: PersonalTokens) -> None:
    """Add the routes."""
    path = "/v1/users/security/token"
    routes.add(
        "PUT", path, Route(personal.create, JSON, writes=True, body_schema=personal.create_schema)
    )
    routes.add("GET", path, Route(personal.list_all, query=("username",)))
    routes.add("PUT", f"{path}/revoke", Route(
        personal.revoke, JSON, writes=True, body_schema=personal.revoke_schema,
        query=("username", "removeAll"),
    ))  # fmt: skip
