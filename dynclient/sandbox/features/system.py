"""The server's own routes: version, configuration, settings, counts, checks of conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.http_errors import bad_request
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
            counts[key] = _count(context, existing)
        return Result(200, counts)

    def count_services(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        types = self._models.rules.table("service_counts")
        return Result(200, {key: _count(context, [type]) for key, type in types.items()})

    def settings(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        known = self._models.rules.table("settings")
        return Result(200, {
            "data": [_setting(name, value) for name, value in known.items()],
            "paging": {"total": len(known)},
        })  # fmt: skip

    def setting(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        name = request.path["name"]
        known = self._models.rules.table("settings")
        return Result(200, _setting(name, known[name])) if name in known else Result(204, None)

    def limits(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        return Result(200, {"enable": False})

    def feature_limit(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        return Result(200, None)

    def validate_condition(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer 204, or the 400 for a condition whose parentheses do not match."""
        condition = request.path["condition"]
        opened: list[int] = []
        for place, character in enumerate(condition):
            if character == "(":
                opened.append(place)
            elif character == ")" and opened:
                opened.pop()
        if opened:
            raise bad_request(
                f"Failed to parse - Expression [{condition}] @{opened[-1]}: EL1051E: Unexpectedly"
                " ran out of arguments"
            )
        return Result(204, None)


def _count(context: RequestContext, types: Sequence[str]) -> int:
    return sum(context.tx.count("e.type = ? and e.deleted = 0", [type]) for type in types)


def _setting(name: str, value: Any) -> dict[str, Any]:
    return {"config_type": name, "config_value": value}


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
    get("/v1/policies/validation/condition/{condition}", system.validate_condition)
    get("/v1/events/subscriptions/validation/condition/{condition}", system.validate_condition)
    by_release = {
        "status": {"/status": system.status},
        "settings": {"/settings": system.settings, "/settings/{name}": system.setting},
        "service_counts": {"/services/count": system.count_services},
    }
    served = models.rules.names("system_routes", "*")
    for name, handlers in by_release.items():
        if name in served:
            for path, handler in handlers.items():
                get(f"/v1{prefix}{path}", handler)
    if "limits" in served:
        get("/v1/limits/config", system.limits)
        get("/v1/limits/features/{feature}", system.feature_limit)
    get(f"/v1{prefix or '/util'}/entities/count", system.count)
