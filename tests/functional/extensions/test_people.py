"""Users, bots, and what they may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, RequestInvalid, Unauthorized

JWT = {"authType": "JWT", "config": {"JWTTokenExpiry": "Unlimited"}}


@pytest.fixture
def bot(each: Client) -> Iterator[Any]:
    user = each.users.create(
        name="robo", email="robo@example.com", isBot=True, authenticationMechanism=JWT
    )
    bot = each.bots.create(name="robo-bot", botUser="robo")
    yield bot
    each.bots.delete(bot, hard=True)
    if user.id in each.users:
        each.users.delete(user, hard=True)


def test_the_user_of_the_token_is_returned(each: Client) -> None:
    assert each.me().name == "admin"
    assert each.me(fields="teams").name == "admin"
    with dynclient.connect(each.host, release=each.release) as nobody, pytest.raises(Unauthorized):
        nobody.me()


def test_users_are_found_by_address(each: Client) -> None:
    one = each.users.create(name="nina", email="nina@example.com")
    other = each.users.create(name="n2", email="Other@Example.org")
    try:
        assert each.users.by_email("nina@example.com").id == one.id
        assert each.users.by_email("NINA@example.com").id == one.id
        assert each.users.by_email("other@example.ORG").id == other.id
        assert each.users.by_email("nobody@example.org") is None
        assert each.users.by_email("") is None
    finally:
        each.users.delete(one, hard=True)
        each.users.delete(other, hard=True)


def test_tokens_of_bots_are_read_replaced_and_revoked(each: Client, bot: Any) -> None:
    old = each.bots.token(bot)
    with dynclient.connect(each.host, token=old, release=each.release) as om:
        assert om.me().name == "robo"
    new = each.bots.rotate_token("robo-bot")
    assert new.get_secret_value() != old.get_secret_value()
    assert each.bots.token(bot.id) == new
    assert new.get_secret_value() not in f"{new} {new!r} {[new]}"
    with pytest.raises(BadArguments, match=r"expiry: must be one of .*, not 'a week'"):
        each.bots.rotate_token(bot, expiry="a week")
    if each.supports("bots.revoke_token"):
        each.bots.revoke_token(bot)
        assert each.bots.token(bot) == ""


def test_what_is_of_another_type_is_refused(each: Client, bot: Any) -> None:
    user = each.users["robo"]
    for call in (each.bots.token, each.bots.rotate_token, each.bots.revoke_token):
        with pytest.raises(BadArguments, match="bot: must be a bot, not a user"):
            call(user)
    with pytest.raises(BadArguments, match="policy: must be a policy, not a user"):
        each.policies.remove_rule(user, "touch")
    with pytest.raises(BadArguments, match="user: must be a user, not a bot"):
        each.permissions("table", user=bot)
    with pytest.raises(BadArguments, match="mlmodel: must be a mlmodel, not a user"):
        each.lineage.from_mlmodel(user)
    with pytest.raises(BadArguments, match="email: must be an address, not NoneType"):
        each.users.by_email(None)


def test_a_name_may_have_its_type_where_only_one_is_possible(each: Client, bot: Any) -> None:
    assert dict(each.permissions("table", user="user:robo")) == dict(
        each.permissions("table", user="robo")
    )
    assert each.lineage.reference("bot:robo-bot", "bot")["id"] == bot.id


def test_permissions_are_read_by_entity_type_and_user(each: Client) -> None:
    user = each.users.create(name="petra", email="petra@example.com")
    team = each.teams.create(name="permitted", teamType="Group")
    try:
        own = each.permissions(team)
        assert own["EditAll"] == "allow"
        assert "EditAll" in own.allowed
        assert "allowed>" in repr(own)
        others = each.permissions(team, user=user)
        assert others["Delete"] != "allow"
        assert each.permissions("team", user="petra").resource == "team"
        assert each.permissions("team:permitted")["Delete"] == "allow"
        assert each.permissions()["table"].resource == "table"
        assert "ViewAll" in str(own)
        with pytest.raises(NotFound):
            each.permissions("team:nope")
    finally:
        each.users.delete(user, hard=True)
        each.teams.delete(team, hard=True)


def test_rules_of_policies_are_edited_by_name(each: Client) -> None:
    rules = [{"name": "see", "effect": "allow", "resources": ["table"], "operations": ["ViewAll"]}]
    policy = each.policies.create(name="looking", rules=rules)
    try:
        changed = each.policies.set_rule("looking", "see", operations=["ViewBasic"])
        assert changed.rules[0].operations == ["ViewBasic"]
        assert changed.rules[0].resources == ["table"]
        added = each.policies.set_rule(
            policy, "touch", effect="deny", resources=["table"], operations=["EditTags"]
        )
        assert [rule.name for rule in added.rules] == ["see", "touch"]
        with pytest.raises(RequestInvalid, match="effect"):
            each.policies.set_rule(policy, "see", effect="perhaps")
        with pytest.raises(BadArguments, match="did you mean touch"):
            each.policies.remove_rule(policy, "tuch")
        left = each.policies.remove_rule(policy, "touch")
        assert [rule.name for rule in left.rules] == ["see"]
    finally:
        each.policies.delete(policy, hard=True)


def test_an_address_is_looked_for_in_a_bounded_number_of_entities(each: Client) -> None:
    with pytest.raises(BadArguments, match=r"none of the first 1 users has the address"):
        each.users.by_email("nobody@example.org", limit=1)
    assert each.users.by_email("nobody@example.org", limit=None) is None
