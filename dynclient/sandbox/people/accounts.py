"""Accounts of users: passwords, sign-up, login, bot tokens, and the tree of teams."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import read, write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.secret_fields import MASK
from dynclient.sandbox.entities.version_changes import next_version
from dynclient.sandbox.http_errors import UnhandledServerError, bad_request, error_response
from dynclient.sandbox.people import jwt
from dynclient.sandbox.people.permissions import check, check_admin
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_HIERARCHY_LIMIT = 1000
_PASSWORD_LENGTH = 8
_BASIC = {"config": {"password": MASK}, "authType": "BASIC"}
"""The authentication mechanism of a user with a password, as responses contain it."""
_LOGIN_FAILED = "You have entered an invalid username or password."


class Accounts:
    """Handlers of accounts; ``signer`` creates the tokens."""

    def __init__(self, models: EntityModels, signer: jwt.TokenSigner) -> None:
        self._models = models
        self._signer = signer
        self.model = models["user"]

    # login

    def login(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/login``."""
        body = _json_object(request)
        email = str(body.get("email", "")).lower()
        password = _decode_password(context, str(body.get("password", "")))
        row = self._by_email(context, email)
        if row is None:
            raise bad_request(_LOGIN_FAILED)
        stored = context.tx.meta(f"password:{row.id}")
        if stored is None or not jwt.is_password(password, stored):
            raise error_response(401, _LOGIN_FAILED)
        return Result(200, self._token_pair(context, row.name, email))

    def _by_email(self, context: RequestContext, email: str) -> Row | None:
        where = "e.type = 'user' and e.deleted = 0 and lower(json_extract(e.doc, '$.email')) = ?"
        rows = context.tx.page(where, [email], "e.name", 1)
        return rows[0] if rows else None

    def _token_pair(self, context: RequestContext, user: str, email: str) -> dict[str, Any]:
        expires = context.now + _HOUR_MS
        refresh = str(uuid.uuid4())
        context.tx.set_meta(f"refresh:{jwt.fingerprint(refresh)}", user)
        return {
            "accessToken": self._signer.create_token(user, email, bot=False, expires=expires),
            "refreshToken": refresh,
            "tokenType": "Bearer",
            "expiryDuration": expires,
        }

    def refresh(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/refresh``."""
        token = str(_json_object(request).get("refreshToken", ""))
        user = context.tx.meta(f"refresh:{jwt.fingerprint(token)}")
        row = context.tx.find("user", user) if user is not None else None
        if row is None or context.tx.meta(f"revoked:{jwt.fingerprint(token)}"):
            raise error_response(404, "Invalid Request Token. Please check your Token")
        # A refresh token can be used once.
        context.tx.set_meta(f"revoked:{jwt.fingerprint(token)}", "1")
        return Result(200, self._token_pair(context, row.name, str(row.doc.get("email"))))

    def logout(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/logout``: both tokens are revoked."""
        body = _json_object(request)
        for token in (body.get("token"), body.get("refreshToken"), request.token):
            if token:
                context.tx.set_meta(f"revoked:{jwt.fingerprint(str(token))}", "1")
        return Result(200, "Logout Successful")

    def sign_up(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/signup``."""
        body = _json_object(request)
        email = str(body.get("email", "")).lower()
        model = self._models["user"]
        result = write.create(
            context.as_caller(email.partition("@")[0]),
            model,
            {
                "name": email.partition("@")[0],
                "email": email,
                "displayName": f"{body.get('firstName', '')}{body.get('lastName', '')}",
            },
            {**context.rules.table("signup")["set"], "authenticationMechanism": _BASIC},
        )
        self._store_password(context, result.body["id"], str(body.get("password", "")))
        user = {name: value for name, value in result.body.items() if name != "href"}
        for name in context.rules.table("signup")["unlinked"]:
            for reference in user[name]:
                reference.pop("href", None)
        return Result(201, user)

    def _store_password(self, context: RequestContext, id: str, password: str) -> None:
        context.tx.set_meta(f"password:{id}", jwt.hash_password(password))

    def is_email_in_use(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/checkEmailInUse``."""
        row = self._by_email(context, str(_json_object(request).get("email", "")).lower())
        return Result(200, row is not None)

    def is_email_verified(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/checkEmailVerified``; empty if the server never asked the user."""
        row = self._by_email(context, str(_json_object(request).get("email", "")).lower())
        return Result(200, None if row is None else row.doc.get("isEmailVerified"))

    def generate_password(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET users/generateRandomPwd``."""
        return Result(200, f"{secrets.token_urlsafe(_PASSWORD_LENGTH)}aA1!")

    # creating users

    def create(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users``; a person's password is stored, and a bot gets a token."""
        check(context, "user", "Create")
        password = self._chosen_password(context, request)
        result = write.create(context, self._models["user"], request.body)
        return self._with_credentials(context, result, password)

    def upsert(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users``; a new user gets credentials as by ``POST``."""
        check(context, "user", "Create")
        password = self._chosen_password(context, request)
        result = write.upsert(context, self._models["user"], request.body)
        return self._with_credentials(context, result, password) if result.status == 201 else result

    def _with_credentials(
        self, context: RequestContext, result: Result, password: str | None
    ) -> Result:
        """Store the password of a new person, or the token of a new bot."""
        if password is not None:
            self._store_password(context, result.body["id"], password)
            return result._replace(body=self._with_mechanism(context, result.body, _BASIC))
        requested = result.body.get("authenticationMechanism")
        if (
            result.body.get("isBot")
            and isinstance(requested, dict)
            and requested.get("authType") == "JWT"
        ):
            expiry = (requested.get("config") or {}).get("JWTTokenExpiry")
            config = self._bot_config(context, result.body, expiry)
            mechanism = {"config": config, "authType": "JWT"}
            return result._replace(body=self._with_mechanism(context, result.body, mechanism))
        return result

    def _chosen_password(self, context: RequestContext, request: Request) -> str | None:
        """Return the password that an administrator chose for a person; refuse a weak one.

        A user is a person if ``isBot`` is false. Older releases have no default for it: there a
        user without ``isBot`` gets no password.
        """
        create = self._models["user"].create
        if create is None or not isinstance(request.body, dict):
            return None
        body = context.read(create, request.body)
        password = body.get("password")
        if not password or body.get("isBot") is not False:
            return None
        if body.get("createPasswordType") == "ADMIN_CREATE":
            if password != body.get("confirmPassword"):
                raise bad_request("Password and Confirm Password should be same.")
            _check_strength(str(password))
        return str(password)

    def _with_mechanism(
        self, context: RequestContext, body: dict[str, Any], mechanism: dict[str, Any]
    ) -> dict[str, Any]:
        row = context.tx.get(body["id"])
        if row is not None:
            context.store(self._models["user"], {**row.doc, "authenticationMechanism": mechanism})
        merged = {**body, "authenticationMechanism": mechanism}
        return {name: merged[name] for name in self._models["user"].fields if name in merged}

    def _bot_config(
        self, context: RequestContext, user: dict[str, Any], expiry: Any
    ) -> dict[str, Any]:
        days = int(expiry) if str(expiry).isdigit() else None
        expires = context.now + days * _DAY_MS if days is not None else None
        token = self._signer.create_token(
            user["name"], str(user.get("email")), bot=True, expires=expires
        )
        config: dict[str, Any] = {"JWTToken": token, "JWTTokenExpiry": expiry or "Unlimited"}
        if expires is not None:
            config["JWTTokenExpiresAt"] = expires
        return config

    # bot tokens

    def get_mechanism(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/auth-mechanism/{id}``."""
        check_admin(context)
        return Result(200, self._mechanism(context, request.path["id"]))

    def get_token(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/token/{id}``."""
        check_admin(context)
        return Result(200, self._mechanism(context, request.path["id"]).get("config") or {})

    def _mechanism(self, context: RequestContext, id: str) -> dict[str, Any]:
        row = context.get_row(self._models["user"], id)
        mechanism = row.doc.get("authenticationMechanism")
        return mechanism if isinstance(mechanism, dict) else {}

    def generate(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users/generateToken/{id}``."""
        check_admin(context)
        row = context.get_row(self._models["user"], request.path["id"])
        config = self._bot_config(context, row.doc, _json_object(request).get("JWTTokenExpiry"))
        self._set_mechanism(context, row, {"config": config, "authType": "JWT"})
        return Result(200, config)

    def revoke(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users/revokeToken``."""
        check_admin(context)
        model = self._models["user"]
        row = context.get_row(model, str(_json_object(request).get("id")))
        mechanism = {"config": {"JWTToken": ""}, "authType": "JWT"}
        doc = self._set_mechanism(context, row, mechanism)
        fields = model.for_update | {"authenticationMechanism", "owns", "follows"}
        body = context.serialize(model, doc, fields & model.on_request)
        body["authenticationMechanism"] = mechanism
        return Result(200, body, change="entityUpdated")

    def _set_mechanism(
        self, context: RequestContext, row: Row, mechanism: dict[str, Any]
    ) -> dict[str, Any]:
        """Store a user's authentication mechanism as a new version."""
        model = self._models["user"]
        context.save_version(model, row.doc, context.load_entity(model, row.doc))
        entry = {"name": "authenticationMechanism", "oldValue": "old-encrypted-value",
                 "newValue": "new-encrypted-value"}  # fmt: skip
        change = {"fieldsAdded": [], "fieldsUpdated": [entry], "fieldsDeleted": [],
                  "previousVersion": row.doc["version"]}  # fmt: skip
        doc = {
            **row.doc,
            "authenticationMechanism": mechanism,
            "version": next_version(row.doc["version"], major=False),
            "changeDescription": change,
            "updatedAt": context.now,
            "updatedBy": context.caller.name,
        }
        context.store(model, doc)
        return doc

    # the caller

    def get_caller(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/loggedInUser``."""
        model = self._models["user"]
        return read.get(context, model, context.caller.name, request.query, by_name=True)

    def list_group_teams(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET users/loggedInUser/groupTeams``."""
        where = "e.type = 'team' and json_extract(e.doc, '$.teamType') = 'Group'"
        rows = context.tx.page(where, [], "e.name", _HIERARCHY_LIMIT)
        heads = context.tx.heads(row.id for row in rows)
        return Result(200, [context.plain_serializer.reference(heads[row.id]) for row in rows])

    def get_hierarchy(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET teams/hierarchy``: the tree below the organization."""
        limit = request.query.get("limit", str(_HIERARCHY_LIMIT))
        if limit.isdigit() and int(limit) < _HIERARCHY_LIMIT:
            raise bad_request(
                f"[query param limit must be greater than or equal to {_HIERARCHY_LIMIT}]"
            )
        top = context.tx.head("team", "Organization")
        below = self._children(context, top.id) if top is not None else []
        return Result(200, {"data": below, "paging": {"total": len(below)}})

    def _children(self, context: RequestContext, id: str) -> list[dict[str, Any]]:
        out = []
        for edge in context.tx.references_to([id], ["parents"], ["team"]):
            row = context.tx.get(edge.source)
            if row is None or row.deleted:
                continue
            team: dict[str, Any] = {name: row.doc[name] for name in (
                "id", "teamType", "name", "fullyQualifiedName", "displayName", "isJoinable",
            ) if name in row.doc}  # fmt: skip
            below = self._children(context, row.id)
            if below:
                team["children"] = below
            out.append(team)
        return out


def _json_object(request: Request) -> dict[str, Any]:
    return request.body if isinstance(request.body, dict) else {}


def _decode_password(context: RequestContext, password: str) -> str:
    try:
        return base64.b64decode(password, validate=True).decode()
    except (binascii.Error, ValueError):
        raise bad_request(context.rules.flag("password_not_encoded")) from None


def _check_strength(password: str) -> None:
    """Refuse a weak password, with the 500 of an unhandled server error."""
    required = ("[0-9]", "[a-z]", "[A-Z]", "[^0-9A-Za-z]")
    if len(password) < _PASSWORD_LENGTH or not all(re.search(kind, password) for kind in required):
        raise UnhandledServerError(
            f"Password must be of minimum {_PASSWORD_LENGTH} characters, with one special, one"
            " Upper, one lower case character, and one Digit."
        )


def mount(routes: Routes, accounts: Accounts) -> None:
    """Add the routes, before those of the collections."""
    add = routes.add
    create = accounts.model.create
    create_route = Route(accounts.create, JSON, writes=True, operation="create{name}",
                         body_schema=create, returns="entity")  # fmt: skip
    add("POST", "/v1/users", create_route)
    upsert = Route(accounts.upsert, JSON, writes=True, operation="createOrUpdate{name}",
                   body_schema=create, returns="entity")  # fmt: skip
    add("PUT", "/v1/users", upsert)
    add("POST", "/v1/users/login", Route(accounts.login, JSON, public=True, writes=True))
    add("POST", "/v1/users/refresh", Route(accounts.refresh, JSON, public=True, writes=True))
    add("POST", "/v1/users/signup", Route(accounts.sign_up, JSON, public=True, writes=True))
    add("POST", "/v1/users/checkEmailInUse", Route(accounts.is_email_in_use, JSON, public=True))
    add("POST", "/v1/users/checkEmailVerified",
        Route(accounts.is_email_verified, JSON, public=True))  # fmt: skip
    add("GET", "/v1/users/generateRandomPwd", Route(accounts.generate_password))
    add("POST", "/v1/users/logout", Route(accounts.logout, JSON, writes=True))
    add("GET", "/v1/users/auth-mechanism/{id}", Route(accounts.get_mechanism))
    add("GET", "/v1/users/token/{id}", Route(accounts.get_token))
    add("PUT", "/v1/users/generateToken/{id}", Route(accounts.generate, JSON, writes=True))
    add("PUT", "/v1/users/revokeToken", Route(accounts.revoke, JSON, writes=True))
    add("GET", "/v1/users/loggedInUser", Route(accounts.get_caller))
    add("GET", "/v1/users/loggedInUser/groupTeams", Route(accounts.list_group_teams))
    add("GET", "/v1/teams/hierarchy", Route(accounts.get_hierarchy))
