"""The server's own routes: version, configuration, login, the logged-in user, resources, tokens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox import listing, tokens
from dynclient.sandbox.faults import bad_request, not_found
from dynclient.sandbox.routing import JSON, Asked, Route, Routes
from dynclient.sandbox.session import Answer, Session

if TYPE_CHECKING:
    from dynclient.sandbox.shapes import Shapes
    from dynclient.schema.tree import Release

_HOUR_MS = 3_600_000


class System:
    """Handlers that need the release and the tokens."""

    def __init__(self, release: Release, shapes: Shapes, signer: tokens.Tokens) -> None:
        self._release = release
        self._shapes = shapes
        self._signer = signer

    def version(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        told = {"version": self._release.name, "revision": self._release.digest[:40]}
        return Answer(200, {**told, "timestamp": 0})

    def auth(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        return Answer(200, {
            "provider": "basic", "providerName": "", "authority": "", "clientId": "",
            "callbackUrl": "", "publicKeyUrls": [f"{asked.base}/v1/system/config/jwks"],
            "jwtPrincipalClaims": ["email", "preferred_username", "sub"],
            "enableSelfSignup": True,
        })  # fmt: skip

    def authorizer(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        return Answer(200, {"adminPrincipals": ["admin"], "testPrincipals": [], "principalDomain": ""})

    def jwks(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        return Answer(200, {"keys": []})

    def status(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        return Answer(200, {"database": {"passed": True}})

    def login(self, session: Session, asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        email = str(body.get("email", "")).lower()
        try:
            password = base64.b64decode(str(body.get("password", "")), validate=True).decode()
        except (binascii.Error, ValueError):
            raise bad_request("Illegal base64 character") from None
        rows = session.tx.page(
            "e.type = 'user' and json_extract(e.doc, '$.email') = ?", [email], "e.name", 1
        )
        stored = session.tx.meta(f"password:{rows[0].id}") if rows else None
        if stored is None or not tokens.matches(password, stored):
            raise bad_request("You have entered an invalid username or password.")
        return Answer(200, self._pair(session, rows[0].name, email))

    def _pair(self, session: Session, user: str, email: str) -> dict[str, Any]:
        expires = session.now + _HOUR_MS
        return {
            "accessToken": self._signer.make(user, email, bot=False, expires=expires),
            "refreshToken": self._signer.make(user, email, bot=False),
            "tokenType": "Bearer",
            "expiryDuration": expires,
        }

    def refresh(self, session: Session, asked: Asked) -> Answer:
        body = asked.body if isinstance(asked.body, dict) else {}
        user = self._signer.user_of(f"Bearer {body.get('refreshToken', '')}")
        row = session.tx.find("user", user)
        if row is None:
            raise not_found("user", user)
        return Answer(200, self._pair(session, row.name, str(row.doc.get("email"))))

    def logged_in(self, session: Session, asked: Asked) -> Answer:
        shape = self._shapes["user"]
        return listing.get(session, shape, session.caller.name, asked.query, by_name=True)

    def resources(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        operations = _operations(self._release)
        names = ["all", *sorted(self._release.entities)]
        data = [{"name": name, "operations": operations} for name in names]
        return Answer(200, {"data": data, "paging": {"total": len(data)}})

    def count(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        told: dict[str, int] = {}
        for key, types in self._shapes.rules.table("counts").items():
            known = [type for type in types if type in self._shapes]
            told[key] = sum(
                session.tx.count("e.type = ? and e.deleted = 0", [type]) for type in known
            )
        return Answer(200, told)

    def token(self, session: Session, asked: Asked) -> Answer:
        """Give a bot's token."""
        row = session.row(self._shapes["user"], asked.path["id"])
        token = self._signer.make(row.name, str(row.doc.get("email")), bot=bool(row.doc.get("isBot")))
        return Answer(200, {"JWTToken": token, "JWTTokenExpiry": "Unlimited"})


def _operations(release: Release) -> list[str]:
    try:
        found = release.find("MetadataOperation").enum
    except LookupError:
        found = None
    return [str(name) for name in found or ("All", "Create", "Delete", "ViewAll", "EditAll")]


def mount(routes: Routes, system: System, prefix: str) -> None:
    """Add the routes; ``prefix`` is ``/system`` since 1.0, empty before."""

    def get(path: str, handler: Callable[[Session, Asked], Answer], *, open: bool = False) -> None:
        routes.add("GET", path, Route(handler, None, open))

    get(f"/v1{prefix}/version", system.version, open=True)
    get(f"/v1{prefix}/config/auth", system.auth, open=True)
    get(f"/v1{prefix}/config/authorizer", system.authorizer, open=True)
    get(f"/v1{prefix}/config/jwks", system.jwks, open=True)
    get(f"/v1{prefix}/status", system.status)
    get(f"/v1{prefix or '/util'}/entities/count", system.count)
    get("/v1/users/loggedInUser", system.logged_in)
    get("/v1/users/token/{id}", system.token)
    get("/v1/policies/resources", system.resources)
    routes.add("POST", "/v1/users/login", Route(system.login, JSON, open=True))
    routes.add("POST", "/v1/users/refresh", Route(system.refresh, JSON, open=True))
