"""The server's own routes: version, configuration, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.routing import Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

NEEDS: tuple[str, ...] = ()
"""Documents of a release that these routes are for."""


class System:
    """The handlers of the server's own routes."""

    def __init__(self, models: EntityModels) -> None:
        self._release = models.release
        self._models = models

    def version(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        version = {"version": self._release.name, "revision": self._release.digest[:40]}
        return Result(200, {**version, "timestamp": 0})

    def auth(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        return Result(200, {
            "clientType": "public", "provider": "basic", "responseType": "id_token",
            "providerName": "", "authority": "", "clientId": "", "callbackUrl": "",
            "jwtPrincipalClaimsMapping": [],
            "publicKeyUrls": [f"{request.base_url}/v1/system/config/jwks"],
            "jwtPrincipalClaims": ["email", "preferred_username", "sub"],
            "enableSelfSignup": True,
        })  # fmt: skip

    def authorizer(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        body = {"adminPrincipals": ["admin"], "testPrincipals": [], "principalDomain": ""}
        return Result(200, body)

    def jwks(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        return Result(200, {"keys": []})

    def status(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        return Result(200, {"database": {"passed": True}})

    def count(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        counts: dict[str, int] = {}
        for key, types in self._models.rules.table("counts").items():
            existing = [type for type in types if type in self._models]
            counts[key] = sum(
                context.tx.count("e.type = ? and e.deleted = 0", [type]) for type in existing
            )
        return Result(200, counts)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes, below ``/system`` since 1.0 and directly below ``/v1`` before."""
    system = System(models)
    prefix = models.rules.flag("system_prefix")

    def get(
        path: str, handler: Callable[[RequestContext, Request], Result], *, is_open: bool = False
    ) -> None:
        routes.add("GET", path, Route(handler, None, is_open))

    get(f"/v1{prefix}/version", system.version, is_open=True)
    get(f"/v1{prefix}/config/auth", system.auth, is_open=True)
    get(f"/v1{prefix}/config/authorizer", system.authorizer, is_open=True)
    get(f"/v1{prefix}/config/jwks", system.jwks, is_open=True)
    get(f"/v1{prefix}/status", system.status)
    get(f"/v1{prefix or '/util'}/entities/count", system.count)
