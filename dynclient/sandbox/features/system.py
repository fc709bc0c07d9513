"""The server's own routes: version, configuration, settings, counts, checks of conditions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.secret_fields import MASK, mask
from dynclient.sandbox.http_errors import bad_request, not_found
from dynclient.sandbox.json_codec import dumps, loads
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import (
    JSON,
    JSON_PATCH,
    Handler,
    Request,
    Result,
    Route,
    Routes,
)
from dynclient.secrets import looks_secret

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels

SETTING = "settings/settings.json"
VALIDATION = "system/validationResponse.json"
_AUTHENTICATION = "configuration/authenticationConfiguration.json"
_AUTHORIZER = "configuration/authorizerConfiguration.json"
NEEDS: tuple[str, ...] = ()
"""Documents of a release that these routes are for."""


class System:
    """The handlers of the server's own routes."""

    def __init__(self, models: EntityModels) -> None:
        self._release = models.release
        self._models = models
        self._setting_node = models.schema(SETTING) if SETTING in models.release.paths else None

    def version(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        version = {"version": self._release.name, "revision": self._release.digest[:40]}
        return Result(200, {**version, "timestamp": 0})

    def auth(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        body = {
            "clientType": "public", "provider": "basic", "responseType": "id_token",
            "providerName": "", "authority": "", "clientId": "", "callbackUrl": "",
            "jwtPrincipalClaimsMapping": [],
            "publicKeyUrls": [f"{request.base_url}/v1/system/config/jwks"],
            "jwtPrincipalClaims": ["email", "preferred_username", "sub"],
            "enableSelfSignup": True,
        }  # fmt: skip
        return Result(200, self._known_fields(_AUTHENTICATION, body))

    def authorizer(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        java = "org.openmetadata.service.security"
        body = {
            "className": f"{java}.DefaultAuthorizer",
            "containerRequestFilter": f"{java}.JwtFilter",
            "adminPrincipals": ["admin"],
            "testPrincipals": [],
            "allowedEmailRegistrationDomains": ["all"],
            "principalDomain": "open-metadata.org",
            "enforcePrincipalDomain": False,
            "enableSecureSocketConnection": False,
            "useRolesFromProvider": False,
        }
        return Result(200, self._known_fields(_AUTHORIZER, body))

    def _known_fields(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of a body that its schema has, if the release has the schema."""
        if path not in self._release.paths:
            return body
        known = self._models.schema(path).properties
        return {name: value for name, value in body.items() if name in known}

    def pipeline_client(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer with the address that a server without settings of its own has."""
        return Result(200, {"apiEndpoint": "http://localhost:8080"})

    def jwks(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        return Result(200, {"keys": []})

    def status(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer that every part of the server is well; most of them the sandbox does not have."""
        parts = ["database"]
        if VALIDATION in self._release.paths:
            parts = list(self._models.schema(VALIDATION).properties)
        step = {"description": "Part of the sandbox.", "passed": True, "message": "It is served."}
        return Result(200, dict.fromkeys(parts, step))

    def count(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        counts: dict[str, int] = {}
        for key, types in self._models.rules.table("counts").items():
            existing = [type for type in types if type in self._models]
            counts[key] = _count(context, existing)
        return Result(200, counts)

    def count_services(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        types = self._models.rules.table("service_counts")
        return Result(200, {key: _count(context, [type]) for key, type in types.items()})

    # settings

    def settings(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        known = self._stored(context)
        data = [self._setting(name, value) for name, value in known.items()]
        return Result(200, {"data": data, "paging": {"total": len(data)}})

    def setting(self, context: RequestContext, request: Request) -> Result:
        name, known = request.path["name"], self._stored(context)
        return Result(200, self._setting(name, known[name])) if name in known else Result(204, None)

    def configuration(self, name: str) -> Handler:
        """Return the handler of a route for the value of one setting."""

        def handle(context: RequestContext, request: Request) -> Result:  # noqa: ARG001
            return Result(200, self._stored(context)[name])

        return handle

    def _stored(self, context: RequestContext) -> dict[str, Any]:
        """Return the values of all settings by their names."""
        stored = loads(context.tx.meta("settings") or "{}")
        return {**self._models.rules.table("settings"), **stored}

    def _setting(self, name: str, value: Any) -> dict[str, Any]:
        if self._setting_node is not None:
            value = mask(self._setting_node.properties["config_value"], value)
        return {"config_type": name, "config_value": _mask_by_name(value)}

    def _read_setting(self, context: RequestContext, body: Any) -> dict[str, Any]:
        """Return a setting that a request sets; its value is stored as it is sent."""
        if self._setting_node is None:
            raise bad_request("This release has no schema of settings")
        checked = context.read(self._setting_node, body)
        if checked.get("config_type") is None:
            raise bad_request("[config_type must not be null]")
        return {**checked, "config_value": body.get("config_value")}

    def put_setting(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT settings``: create or replace a setting."""
        permissions.check_admin(context)
        body = self._read_setting(context, request.body)
        return self._store(context, body["config_type"], body["config_value"])

    def patch_setting(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PATCH settings/{name}``; the patch is applied to the whole setting."""
        permissions.check_admin(context)
        name, known = request.path["name"], self._stored(context)
        if name not in known:
            raise not_found("Settings", name)
        before = {"config_type": name, "config_value": known[name]}
        patched = self._read_setting(context, patch_apply.apply(before, request.body))
        return self._store(context, name, patched["config_value"])

    def _store(self, context: RequestContext, name: str, value: Any) -> Result:
        is_known = name in self._stored(context)
        stored = loads(context.tx.meta("settings") or "{}")
        context.tx.set_meta("settings", dumps({**stored, name: value}))
        body = self._setting(name, value)
        if is_known:
            return Result(200, body, change="entityUpdated")
        return Result(201, body, change="entityCreated")

    # limits and conditions

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


def _mask_by_name(value: Any) -> Any:
    """Return a value without the secrets that its schema does not declare, such as SMTP's."""
    if isinstance(value, list):
        return [_mask_by_name(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: MASK if isinstance(inner, str) and inner and looks_secret(name)
        else _mask_by_name(inner)
        for name, inner in value.items()
    }  # fmt: skip


def _count(context: RequestContext, types: Sequence[str]) -> int:
    return sum(context.tx.count("e.type = ? and e.deleted = 0", [type]) for type in types)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes, below ``/system`` since 1.0 and directly below ``/v1`` before."""
    system = System(models)
    prefix = models.rules.flag("system_prefix")

    def get(path: str, handler: Handler, *, is_open: bool = False) -> None:
        routes.add("GET", path, Route(handler, None, is_open))

    get(f"/v1{prefix}/version", system.version, is_open=True)
    get(f"/v1{prefix}/config/auth", system.auth, is_open=True)
    get(f"/v1{prefix}/config/authorizer", system.authorizer, is_open=True)
    get(f"/v1{prefix}/config/jwks", system.jwks, is_open=True)
    get(f"/v1{prefix}/config/pipeline-service-client", system.pipeline_client)
    for name, setting in models.rules.table("settings_as_configuration").items():
        get(f"/v1{prefix}/config/{name}", system.configuration(setting))
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
    if "settings" in served and SETTING in models.release.paths:
        changes = Route(system.put_setting, JSON, writes=True, operation="createOrUpdate")
        routes.add("PUT", f"/v1{prefix}/settings", changes)
        patches = Route(system.patch_setting, JSON_PATCH, writes=True, operation="patchSetting")
        routes.add("PATCH", f"/v1{prefix}/settings/{{name}}", patches)
    if "limits" in served:
        get("/v1/limits/config", system.limits)
        get("/v1/limits/features/{feature}", system.feature_limit)
    get(f"/v1{prefix or '/util'}/entities/count", system.count)
