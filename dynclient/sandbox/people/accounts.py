"""Users as accounts: passwords, sign-up, login, the tokens of bots, teams as a tree."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import read, write
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.secret_fields import MASK
from dynclient.sandbox.http_errors import UnhandledServerError, bad_request, error_response
from dynclient.sandbox.people import jwt
from dynclient.sandbox.people.permissions import check, check_admin
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_LEAST_HIERARCHY = 1000
_LEAST_PASSWORD = 8
_WRONG = "You have entered an invalid username or password."


class Accounts:
    """The handlers; ``signer`` makes the tokens."""

    def __init__(self, models: EntityModels, signer: jwt.TokenSigner) -> None:
        self._models = models
        self._signer = signer
        self.model = models["user"]

    # login

    def login(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/login``."""
        body = _object(request)
        email = str(body.get("email", "")).lower()
        password = _decoded(context, str(body.get("password", "")))
        row = self._by_email(context, email)
        if row is None:
            raise bad_request(_WRONG)
        stored = context.tx.meta(f"password:{row.id}")
        if stored is None or not jwt.is_password(password, stored):
            raise error_response(401, _WRONG)
        return Result(200, self._pair(context, row.name, email))

    def _by_email(self, context: RequestContext, email: str) -> Row | None:
        where = "e.type = 'user' and e.deleted = 0 and lower(json_extract(e.doc, '$.email')) = ?"
        rows = context.tx.page(where, [email], "e.name", 1)
        return rows[0] if rows else None

    def _pair(self, context: RequestContext, user: str, email: str) -> dict[str, Any]:
        expires = context.now + _HOUR_MS
        return {
            "accessToken": self._signer.create_token(user, email, bot=False, expires=expires),
            "refreshToken": self._signer.create_token(user, email, bot=False),
            "tokenType": "Bearer",
            "expiryDuration": expires,
        }

    def refresh(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/refresh``."""
        token = str(_object(request).get("refreshToken", ""))
        row = None
        if self._signer.is_signed(token):
            row = context.tx.find("user", self._signer.read_user(f"Bearer {token}"))
        if row is None or context.tx.meta(f"revoked:{jwt.fingerprint(token)}"):
            raise error_response(404, "Invalid Request Token. Please check your Token")
        # A refresh token is good once.
        context.tx.set_meta(f"revoked:{jwt.fingerprint(token)}", "1")
        return Result(200, self._pair(context, row.name, str(row.doc.get("email"))))

    def logout(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/logout``: neither token is good any more."""
        body = _object(request)
        for token in (body.get("token"), body.get("refreshToken"), request.token):
            if token:
                context.tx.set_meta(f"revoked:{jwt.fingerprint(str(token))}", "1")
        return Result(200, "Logout Successful")

    def sign_up(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/signup``."""
        body = _object(request)
        email = str(body.get("email", "")).lower()
        made = write.create(
            context.as_caller(email.partition("@")[0]),
            self._models["user"],
            {
                "name": email.partition("@")[0],
                "email": email,
                "displayName": f"{body.get('firstName', '')}{body.get('lastName', '')}",
            },
        )
        self._keep(context, made.body["id"], str(body.get("password", "")))
        shown = {name: value for name, value in made.body.items() if name != "href"}
        return Result(201, shown)

    def _keep(self, context: RequestContext, id: str, password: str) -> None:
        context.tx.set_meta(f"password:{id}", jwt.hash_password(password))

    def email_in_use(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users/checkEmailInUse``."""
        found = self._by_email(context, str(_object(request).get("email", "")).lower())
        return Result(200, found is not None)

    # making users

    def create(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST users``: the password of a person or the token of a bot is made as well."""
        check(context, "user", "Create")
        password = self._chosen_password(context, request)
        made = write.create(context, self._models["user"], request.body)
        if password is not None:
            self._keep(context, made.body["id"], password)
            told = {"config": {"password": MASK}, "authType": "BASIC"}
            return made._replace(body=self._with_mechanism(context, made.body, told))
        given = made.body.get("authenticationMechanism")
        if made.body.get("isBot") and isinstance(given, dict) and given.get("authType") == "JWT":
            expiry = (given.get("config") or {}).get("JWTTokenExpiry")
            config = self._bot_config(context, made.body, expiry)
            told = {"config": config, "authType": "JWT"}
            return made._replace(body=self._with_mechanism(context, made.body, told))
        return made

    def _chosen_password(self, context: RequestContext, request: Request) -> str | None:
        """Return the password that an administrator chose for a person; refuse a weak one.

        Whether a user is a person is what ``isBot`` says, which older releases have no default of:
        there a user that is not said to be no bot gets no password.
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
        self, context: RequestContext, body: dict[str, Any], told: dict[str, Any]
    ) -> dict[str, Any]:
        row = context.tx.get(body["id"])
        if row is not None:
            context.store(self._models["user"], {**row.doc, "authenticationMechanism": told})
        merged = {**body, "authenticationMechanism": told}
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

    # tokens of bots

    def mechanism(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/auth-mechanism/{id}``."""
        check_admin(context)
        return Result(200, self._mechanism(context, request.path["id"]))

    def token(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/token/{id}``."""
        check_admin(context)
        return Result(200, self._mechanism(context, request.path["id"]).get("config") or {})

    def _mechanism(self, context: RequestContext, id: str) -> dict[str, Any]:
        row = context.get_row(self._models["user"], id)
        held = row.doc.get("authenticationMechanism")
        return held if isinstance(held, dict) else {}

    def generate(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users/generateToken/{id}``."""
        check_admin(context)
        row = context.get_row(self._models["user"], request.path["id"])
        config = self._bot_config(context, row.doc, _object(request).get("JWTTokenExpiry"))
        self._changed(context, row, {"config": config, "authType": "JWT"})
        return Result(200, config)

    def revoke(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT users/revokeToken``."""
        check_admin(context)
        model = self._models["user"]
        row = context.get_row(model, str(_object(request).get("id")))
        told = {"config": {"JWTToken": ""}, "authType": "JWT"}
        doc = self._changed(context, row, told)
        fields = model.for_update | {"authenticationMechanism", "owns", "follows"}
        body = context.serialize(model, doc, fields & model.on_request)
        body["authenticationMechanism"] = told
        return Result(200, body, change="entityUpdated")

    def _changed(self, context: RequestContext, row: Row, told: dict[str, Any]) -> dict[str, Any]:
        model = self._models["user"]
        context.save_version(model, row.doc, context.load_entity(model, row.doc))
        entry = {"name": "authenticationMechanism", "oldValue": "old-encrypted-value",
                 "newValue": "new-encrypted-value"}  # fmt: skip
        change = {"fieldsAdded": [], "fieldsUpdated": [entry], "fieldsDeleted": [],
                  "previousVersion": row.doc["version"]}  # fmt: skip
        doc = {
            **row.doc,
            "authenticationMechanism": told,
            "version": round(row.doc["version"] + 0.1, 1),
            "changeDescription": change,
            "updatedAt": context.now,
            "updatedBy": context.caller.name,
        }
        context.store(model, doc)
        return doc

    # who am I

    def logged_in(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET users/loggedInUser``."""
        model = self._models["user"]
        return read.get(context, model, context.caller.name, request.query, by_name=True)

    def group_teams(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET users/loggedInUser/groupTeams``."""
        where = "e.type = 'team' and json_extract(e.doc, '$.teamType') = 'Group'"
        rows = context.tx.page(where, [], "e.name", _LEAST_HIERARCHY)
        heads = context.tx.heads(row.id for row in rows)
        return Result(200, [context.plain_serializer.reference(heads[row.id]) for row in rows])

    def hierarchy(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET teams/hierarchy``: the tree below the organization."""
        limit = request.query.get("limit", str(_LEAST_HIERARCHY))
        if limit.isdigit() and int(limit) < _LEAST_HIERARCHY:
            raise bad_request(
                f"[query param limit must be greater than or equal to {_LEAST_HIERARCHY}]"
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
            told: dict[str, Any] = {name: row.doc[name] for name in (
                "id", "teamType", "name", "fullyQualifiedName", "displayName", "isJoinable",
            ) if name in row.doc}  # fmt: skip
            below = self._children(context, row.id)
            if below:
                told["children"] = below
            out.append(told)
        return out


def _object(request: Request) -> dict[str, Any]:
    return request.body if isinstance(request.body, dict) else {}


def _decoded(context: RequestContext, password: str) -> str:
    try:
        return base64.b64decode(password, validate=True).decode()
    except (binascii.Error, ValueError):
        raise bad_request(context.rules.flag("password_not_encoded")) from None


def _check_strength(password: str) -> None:
    """Refuse a password that is easily guessed; an error that the server does not foresee."""
    needed = ("[0-9]", "[a-z]", "[A-Z]", "[^0-9A-Za-z]")
    if len(password) < _LEAST_PASSWORD or not all(re.search(kind, password) for kind in needed):
        raise UnhandledServerError(
            f"Password must be of minimum {_LEAST_PASSWORD} characters, with one special, one"
            " Upper, one lower case character, and one Digit."
        )


def mount(routes: Routes, accounts: Accounts) -> None:
    """Add the routes, before those of the collections."""
    add = routes.add
    create = accounts.model.create
    made = Route(accounts.create, JSON, writes=True, operation="create{name}", body_schema=create,
                 returns="entity")  # fmt: skip
    add("POST", "/v1/users", made)
    add("POST", "/v1/users/login", Route(accounts.login, JSON, public=True))
    add("POST", "/v1/users/refresh", Route(accounts.refresh, JSON, public=True, writes=True))
    add("POST", "/v1/users/signup", Route(accounts.sign_up, JSON, public=True, writes=True))
    add("POST", "/v1/users/checkEmailInUse", Route(accounts.email_in_use, JSON, public=True))
    add("POST", "/v1/users/logout", Route(accounts.logout, JSON, writes=True))
    add("GET", "/v1/users/auth-mechanism/{id}", Route(accounts.mechanism))
    add("GET", "/v1/users/token/{id}", Route(accounts.token))
    add("PUT", "/v1/users/generateToken/{id}", Route(accounts.generate, JSON, writes=True))
    add("PUT", "/v1/users/revokeToken", Route(accounts.revoke, JSON, writes=True))
    add("GET", "/v1/users/loggedInUser", Route(accounts.logged_in))
    add("GET", "/v1/users/loggedInUser/groupTeams", Route(accounts.group_teams))
    add("GET", "/v1/teams/hierarchy", Route(accounts.hierarchy))
