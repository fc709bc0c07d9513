"""Users as accounts: passwords, sign-up, login, the tokens of bots, teams as a tree."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import read, write
from dynclient.sandbox.entities.request_context import Session
from dynclient.sandbox.entities.secret_fields import MASK
from dynclient.sandbox.http_errors import Escaped, bad_request, refused
from dynclient.sandbox.people import jwt
from dynclient.sandbox.people.permissions import check, check_admin
from dynclient.sandbox.routing import JSON, Answer, Asked, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import Shapes
    from dynclient.sandbox.storage.store import Row

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_LEAST_HIERARCHY = 1000
_LEAST_PASSWORD = 8
_WRONG = "You have entered an invalid username or password."


class Accounts:
    """The handlers; ``signer`` makes the tokens."""

    def __init__(self, shapes: Shapes, signer: jwt.Tokens) -> None:
        self._shapes = shapes
        self._signer = signer
        self.shape = shapes["user"]

    # login

    def login(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST users/login``."""
        body = _object(asked)
        email = str(body.get("email", "")).lower()
        password = _decoded(session, str(body.get("password", "")))
        row = self._by_email(session, email)
        if row is None:
            raise bad_request(_WRONG)
        stored = session.tx.meta(f"password:{row.id}")
        if stored is None or not jwt.matches(password, stored):
            raise refused(401, _WRONG)
        return Answer(200, self._pair(session, row.name, email))

    def _by_email(self, session: Session, email: str) -> Row | None:
        where = "e.type = 'user' and e.deleted = 0 and lower(json_extract(e.doc, '$.email')) = ?"
        rows = session.tx.page(where, [email], "e.name", 1)
        return rows[0] if rows else None

    def _pair(self, session: Session, user: str, email: str) -> dict[str, Any]:
        expires = session.now + _HOUR_MS
        return {
            "accessToken": self._signer.make(user, email, bot=False, expires=expires),
            "refreshToken": self._signer.make(user, email, bot=False),
            "tokenType": "Bearer",
            "expiryDuration": expires,
        }

    def refresh(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST users/refresh``."""
        token = str(_object(asked).get("refreshToken", ""))
        row = None
        if self._signer.good(token):
            row = session.tx.find("user", self._signer.user_of(f"Bearer {token}"))
        if row is None or session.tx.meta(f"revoked:{jwt.fingerprint(token)}"):
            raise refused(404, "Invalid Request Token. Please check your Token")
        # A refresh token is good once.
        session.tx.set_meta(f"revoked:{jwt.fingerprint(token)}", "1")
        return Answer(200, self._pair(session, row.name, str(row.doc.get("email"))))

    def logout(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST users/logout``: neither token is good any more."""
        body = _object(asked)
        for token in (body.get("token"), body.get("refreshToken"), asked.token):
            if token:
                session.tx.set_meta(f"revoked:{jwt.fingerprint(str(token))}", "1")
        return Answer(200, "Logout Successful")

    def sign_up(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST users/signup``."""
        body = _object(asked)
        email = str(body.get("email", "")).lower()
        made = write.create(
            session.as_caller(email.partition("@")[0]),
            self._shapes["user"],
            {
                "name": email.partition("@")[0],
                "email": email,
                "displayName": f"{body.get('firstName', '')}{body.get('lastName', '')}",
            },
        )
        self._keep(session, made.body["id"], str(body.get("password", "")))
        shown = {name: value for name, value in made.body.items() if name != "href"}
        return Answer(201, shown)

    def _keep(self, session: Session, id: str, password: str) -> None:
        session.tx.set_meta(f"password:{id}", jwt.hashed(password))

    def email_in_use(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST users/checkEmailInUse``."""
        found = self._by_email(session, str(_object(asked).get("email", "")).lower())
        return Answer(200, found is not None)

    # making users

    def create(self, session: Session, asked: Asked) -> Answer:
        """Answer ``POST users``: the password of a person or the token of a bot is made as well."""
        check(session, "user", "Create")
        password = self._chosen_password(session, asked)
        made = write.create(session, self._shapes["user"], asked.body)
        if password is not None:
            self._keep(session, made.body["id"], password)
            told = {"config": {"password": MASK}, "authType": "BASIC"}
            return made._replace(body=self._with_mechanism(session, made.body, told))
        given = made.body.get("authenticationMechanism")
        if made.body.get("isBot") and isinstance(given, dict) and given.get("authType") == "JWT":
            expiry = (given.get("config") or {}).get("JWTTokenExpiry")
            config = self._bot_config(session, made.body, expiry)
            told = {"config": config, "authType": "JWT"}
            return made._replace(body=self._with_mechanism(session, made.body, told))
        return made

    def _chosen_password(self, session: Session, asked: Asked) -> str | None:
        """Return the password that an administrator chose for a person; refuse a weak one.

        Whether a user is a person is what ``isBot`` says, which older releases have no default of:
        there a user that is not said to be no bot gets no password.
        """
        create = self._shapes["user"].create
        if create is None or not isinstance(asked.body, dict):
            return None
        body = session.read(create, asked.body)
        password = body.get("password")
        if not password or body.get("isBot") is not False:
            return None
        if body.get("createPasswordType") == "ADMIN_CREATE":
            if password != body.get("confirmPassword"):
                raise bad_request("Password and Confirm Password should be same.")
            _check_strength(str(password))
        return str(password)

    def _with_mechanism(
        self, session: Session, body: dict[str, Any], told: dict[str, Any]
    ) -> dict[str, Any]:
        row = session.tx.get(body["id"])
        if row is not None:
            session.store(self._shapes["user"], {**row.doc, "authenticationMechanism": told})
        merged = {**body, "authenticationMechanism": told}
        return {name: merged[name] for name in self._shapes["user"].fields if name in merged}

    def _bot_config(self, session: Session, user: dict[str, Any], expiry: Any) -> dict[str, Any]:
        days = int(expiry) if str(expiry).isdigit() else None
        expires = session.now + days * _DAY_MS if days is not None else None
        token = self._signer.make(user["name"], str(user.get("email")), bot=True, expires=expires)
        config: dict[str, Any] = {"JWTToken": token, "JWTTokenExpiry": expiry or "Unlimited"}
        if expires is not None:
            config["JWTTokenExpiresAt"] = expires
        return config

    # tokens of bots

    def mechanism(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET users/auth-mechanism/{id}``."""
        check_admin(session)
        return Answer(200, self._mechanism(session, asked.path["id"]))

    def token(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET users/token/{id}``."""
        check_admin(session)
        return Answer(200, self._mechanism(session, asked.path["id"]).get("config") or {})

    def _mechanism(self, session: Session, id: str) -> dict[str, Any]:
        row = session.row(self._shapes["user"], id)
        held = row.doc.get("authenticationMechanism")
        return held if isinstance(held, dict) else {}

    def generate(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT users/generateToken/{id}``."""
        check_admin(session)
        row = session.row(self._shapes["user"], asked.path["id"])
        config = self._bot_config(session, row.doc, _object(asked).get("JWTTokenExpiry"))
        self._changed(session, row, {"config": config, "authType": "JWT"})
        return Answer(200, config)

    def revoke(self, session: Session, asked: Asked) -> Answer:
        """Answer ``PUT users/revokeToken``."""
        check_admin(session)
        shape = self._shapes["user"]
        row = session.row(shape, str(_object(asked).get("id")))
        told = {"config": {"JWTToken": ""}, "authType": "JWT"}
        doc = self._changed(session, row, told)
        fields = shape.for_update | {"authenticationMechanism", "owns", "follows"}
        body = session.answer(shape, doc, fields & shape.on_request)
        body["authenticationMechanism"] = told
        return Answer(200, body, change="entityUpdated")

    def _changed(self, session: Session, row: Row, told: dict[str, Any]) -> dict[str, Any]:
        shape = self._shapes["user"]
        session.remember(shape, row.doc, session.whole(shape, row.doc))
        entry = {"name": "authenticationMechanism", "oldValue": "old-encrypted-value",
                 "newValue": "new-encrypted-value"}  # fmt: skip
        change = {"fieldsAdded": [], "fieldsUpdated": [entry], "fieldsDeleted": [],
                  "previousVersion": row.doc["version"]}  # fmt: skip
        doc = {
            **row.doc,
            "authenticationMechanism": told,
            "version": round(row.doc["version"] + 0.1, 1),
            "changeDescription": change,
            "updatedAt": session.now,
            "updatedBy": session.caller.name,
        }
        session.store(shape, doc)
        return doc

    # who am I

    def logged_in(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET users/loggedInUser``."""
        shape = self._shapes["user"]
        return read.get(session, shape, session.caller.name, asked.query, by_name=True)

    def group_teams(self, session: Session, asked: Asked) -> Answer:  # noqa: ARG002
        """Answer ``GET users/loggedInUser/groupTeams``."""
        where = "e.type = 'team' and json_extract(e.doc, '$.teamType') = 'Group'"
        rows = session.tx.page(where, [], "e.name", _LEAST_HIERARCHY)
        heads = session.tx.heads(row.id for row in rows)
        return Answer(200, [session.bare.reference(heads[row.id]) for row in rows])

    def hierarchy(self, session: Session, asked: Asked) -> Answer:
        """Answer ``GET teams/hierarchy``: the tree below the organization."""
        limit = asked.query.get("limit", str(_LEAST_HIERARCHY))
        if limit.isdigit() and int(limit) < _LEAST_HIERARCHY:
            raise bad_request(
                f"[query param limit must be greater than or equal to {_LEAST_HIERARCHY}]"
            )
        top = session.tx.head("team", "Organization")
        below = self._children(session, top.id) if top is not None else []
        return Answer(200, {"data": below, "paging": {"total": len(below)}})

    def _children(self, session: Session, id: str) -> list[dict[str, Any]]:
        out = []
        for edge in session.tx.edges_to([id], ["parents"], ["team"]):
            row = session.tx.get(edge.source)
            if row is None or row.deleted:
                continue
            told: dict[str, Any] = {name: row.doc[name] for name in (
                "id", "teamType", "name", "fullyQualifiedName", "displayName", "isJoinable",
            ) if name in row.doc}  # fmt: skip
            below = self._children(session, row.id)
            if below:
                told["children"] = below
            out.append(told)
        return out


def _object(asked: Asked) -> dict[str, Any]:
    return asked.body if isinstance(asked.body, dict) else {}


def _decoded(session: Session, password: str) -> str:
    try:
        return base64.b64decode(password, validate=True).decode()
    except (binascii.Error, ValueError):
        raise bad_request(session.rules.flag("password_not_encoded")) from None


def _check_strength(password: str) -> None:
    """Refuse a password that is easily guessed; an error that the server does not foresee."""
    needed = ("[0-9]", "[a-z]", "[A-Z]", "[^0-9A-Za-z]")
    if len(password) < _LEAST_PASSWORD or not all(re.search(kind, password) for kind in needed):
        raise Escaped(
            f"Password must be of minimum {_LEAST_PASSWORD} characters, with one special, one"
            " Upper, one lower case character, and one Digit."
        )


def mount(routes: Routes, accounts: Accounts) -> None:
    """Add the routes, before those of the collections."""
    add = routes.add
    create = accounts.shape.create
    made = Route(accounts.create, JSON, writes=True, operation="create{name}", takes=create,
                 gives="entity")  # fmt: skip
    add("POST", "/v1/users", made)
    add("POST", "/v1/users/login", Route(accounts.login, JSON, open=True))
    add("POST", "/v1/users/refresh", Route(accounts.refresh, JSON, open=True, writes=True))
    add("POST", "/v1/users/signup", Route(accounts.sign_up, JSON, open=True, writes=True))
    add("POST", "/v1/users/checkEmailInUse", Route(accounts.email_in_use, JSON, open=True))
    add("POST", "/v1/users/logout", Route(accounts.logout, JSON, writes=True))
    add("GET", "/v1/users/auth-mechanism/{id}", Route(accounts.mechanism))
    add("GET", "/v1/users/token/{id}", Route(accounts.token))
    add("PUT", "/v1/users/generateToken/{id}", Route(accounts.generate, JSON, writes=True))
    add("PUT", "/v1/users/revokeToken", Route(accounts.revoke, JSON, writes=True))
    add("GET", "/v1/users/loggedInUser", Route(accounts.logged_in))
    add("GET", "/v1/users/loggedInUser/groupTeams", Route(accounts.group_teams))
    add("GET", "/v1/teams/hierarchy", Route(accounts.hierarchy))
