"""Users found by e-mail address, the tokens of bots, and the rules of policies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadArguments, NotSupported, Problem, ServerError
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.choices import allowed_value
from dynclient.extensions.search import Search
from dynclient.operations.operation import Plan
from dynclient.secrets import Secret
from dynclient.suggestions import did_you_mean, nearest

LIMIT = 10_000
"""Users or teams that are read to find an e-mail address, by default."""
_HITS = 5


class Accounts(CollectionExtension):
    """Methods of users, bots and policies: ``om.users.by_email("ada@example.com")``."""

    name = "accounts"
    operations = "accounts"

    def by_email(
        self, email: str, fields: Iterable[str] | None = None, limit: int | None = LIMIT
    ) -> CollectionEntity | None:
        """Return the user or team with an e-mail address, or None. Case does not matter.

        Servers have no request for that. The name before the ``@`` is tried first, then the search
        index, and then the entities of the collection are read, a thousand in one request.

        Args:
            email: the address.
            fields: more fields than the server returns by default.
            limit: the largest number of entities to read; None reads all.

        Raises:
            BadArguments: the address is not a string, or the collection has more entities than
                ``limit`` and none of those read has the address.
        """
        call = f"{self.attribute}.by_email"
        given: Any = email
        if not isinstance(given, str):
            kind = type(given).__name__
            problem = Problem("email", kind, "argument", f"must be an address, not {kind}")
            raise bad_arguments(call, [problem])
        address = email.strip().casefold()
        if not address:
            return None
        asked = None if fields is None else list(fields)
        get = self.spec.operations["get_by_name"]
        names = [email.strip().partition("@")[0], *self._indexed_names(address)]
        for name in filter(None, dict.fromkeys(names)):
            found = self.session.find_one(Plan(get, {"fqn": name, "fields": asked}))
            if found is not None and _email(found) == address:
                return found
        for number, each in enumerate(self.entities(page_size=1000, fields=asked)):
            if number == limit:
                message = f"none of the first {limit:,} {self.attribute} has the address"
                message += f" {email!r}; limit=None reads all of them"
                raise bad_arguments(call, [Problem("limit", limit, "argument", message)])
            if _email(each) == address:
                return each
        return None

    def _indexed_names(self, address: str) -> list[str]:
        """Return the names of what has an e-mail address in the search index, if there is one."""
        search = Search(self.session)
        query = {"bool": {"should": [{"match_phrase": {"email": address}}]}}
        try:
            hits = search(types=self.spec.entity.name, raw=query, limit=_HITS)
            return [str(hit.fullyQualifiedName) for hit in hits]
        except (NotSupported, ServerError, BadArguments):
            return []  # the collection is read instead

    def token(self, bot: Any) -> Secret:
        """Return the token of a bot; needs the rights of an administrator.

        Args:
            bot: the bot: an entity, a reference, an id or a name.

        Returns:
            A string that prints masked; ``connect(token=…)`` takes it, and ``get_secret_value()``
            returns it in clear. It is empty if the token was revoked.
        """
        return _token(self.call("token", {"id": self._user(bot)}))

    def rotate_token(self, bot: Any, expiry: str | None = None) -> Secret:
        """Replace the token of a bot by a new one, and return that; the old one ends at once.

        Args:
            bot: the bot: an entity, a reference, an id or a name.
            expiry: the days for which it is valid, as the release's schema allows: ``"30"``,
                ``"Unlimited"``; by default as long as the old one was.

        Returns:
            A string that prints masked, see :meth:`token`.

        Raises:
            BadArguments: ``expiry`` is not one of the release's.
        """
        if expiry is not None:
            body = self.session.release.node("auth/generateToken.json").properties["JWTTokenExpiry"]
            allowed = [str(each) for each in body.target.enum or ()]
            expiry = allowed_value(f"{self.attribute}.rotate_token", "expiry", expiry, allowed)
        user = self._user(bot)
        if expiry is None:
            present = self.call("token", {"id": user}) or {}
            expiry = present.get("JWTTokenExpiry") or "Unlimited"
        return _token(self.call("generate_token", {"id": user}, {"JWTTokenExpiry": expiry}))

    def revoke_token(self, bot: Any) -> None:
        """Revoke the token of a bot, which cannot be used any more.

        Args:
            bot: the bot: an entity, a reference, an id or a name.
        """
        self.call("revoke_token", {}, {"id": self._user(bot)})

    def _user(self, bot: Any) -> str:
        """Return the id of the user of a bot."""
        state = model.raw(self.read(bot, fields=["botUser"]))
        return str(state["botUser"]["id"])

    def set_rule(self, policy: Any, rule: str, **values: Any) -> CollectionEntity:
        """Add a rule to a policy, or change the rule of that name, and return the policy.

        Args:
            policy: the policy: an entity, a reference, an id or a name.
            rule: the name of the rule.
            values: what the schema of a rule has: ``effect="allow"``, ``resources=["table"]``,
                ``operations=["EditTags"]``, ``condition="isOwner()"``, ``description``. What is not
                given stays as it is.

        Raises:
            RequestInvalid: the rule is not valid by its schema.
        """

        def change(state: Any) -> None:
            for each in state.rules or ():
                if each.name == rule:
                    for name, value in values.items():
                        setattr(each, name, value)
                    return
            state.rules = [*(state.rules or ()), {"name": rule, **values}]

        return self.edit(policy, change, fields=["rules"])

    def remove_rule(self, policy: Any, rule: str) -> CollectionEntity:
        """Remove a rule from a policy, and return the policy.

        Args:
            policy: the policy: an entity, a reference, an id or a name.
            rule: the name of the rule.

        Raises:
            BadArguments: the policy has no rule of that name.
        """

        def change(state: Any) -> None:
            names = [str(each.name) for each in state.rules or ()]
            if rule not in names:
                hint = did_you_mean(nearest(rule, names), f"; it has {', '.join(names) or 'none'}")
                message = f"policy {state.fullyQualifiedName} has no rule {rule!r}{hint}"
                raise bad_arguments("remove_rule", [Problem("rule", rule, "argument", message)])
            state.rules = [each for each in state.rules if each.name != rule]

        return self.edit(policy, change, fields=["rules"])


def _email(entity: Any) -> str:
    return str(model.raw(entity).get("email") or "").casefold()


def _token(mechanism: Any) -> Secret:
    raw = model.json_of(mechanism) or {}
    return Secret(raw.get("JWTToken") or "")
