"""Users found by e-mail address, the tokens of bots, and the rules of policies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.operations.operation import Plan
from dynclient.secrets import Secret
from dynclient.suggestions import did_you_mean, nearest


class Accounts(CollectionExtension):
    """Methods of users, bots and policies: ``om.users.by_email("ada@example.com")``."""

    name = "accounts"
    operations = "accounts"

    def by_email(self, email: str, fields: Iterable[str] | None = None) -> CollectionEntity | None:
        """Return the user or team with an e-mail address, or None. Case does not matter.

        Servers have no request for that: the name before the ``@`` is tried first, and then all
        entities of the collection are read, a thousand in one request.

        Args:
            email: the address.
            fields: more fields than the server returns by default.

        Raises:
            BadArguments: the address is not a string.
        """
        given: Any = email
        if not isinstance(given, str):
            kind = type(given).__name__
            problem = Problem("email", kind, "argument", f"must be an address, not {kind}")
            raise bad_arguments(f"{self.attribute}.by_email", [problem])
        asked = None if fields is None else list(fields)
        address = email.strip().casefold()
        operation = self.spec.operations["get_by_name"]
        name = email.strip().partition("@")[0]
        if name:
            found = self.session.find_one(Plan(operation, {"fqn": name, "fields": asked}))
            if found is not None and _email(found) == address:
                return found
        for each in self.entities(page_size=1000, fields=asked):
            if _email(each) == address:
                return each
        return None

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
        """
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
