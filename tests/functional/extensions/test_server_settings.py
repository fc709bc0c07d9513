"""Settings of the server: read, changed and replaced by the schemas of the release."""

from __future__ import annotations

import pytest

from dynclient import errors
from dynclient.client.client import Client

pytestmark = pytest.mark.usefixtures("removed_afterwards")


@pytest.fixture
def om(each: Client) -> Client:
    if not each.supports("server_settings"):
        pytest.skip("the release has no settings")
    return each


def test_settings_are_read_changed_and_replaced(om: Client) -> None:
    settings = om.server_settings()
    assert "emailConfiguration" in settings
    assert repr(settings).startswith("<SettingValues emailConfiguration")
    assert type(settings["emailConfiguration"]).__name__ == "SmtpSettings"
    changed = om.server_settings.change("emailConfiguration", serverPort=2525)
    assert changed.serverPort == 2525
    assert om.server_settings.get("emailConfiguration").serverPort == 2525
    node = om.release.node("email/smtpSettings.json")
    body = dict.fromkeys(node.required, "http://x") | {"serverPort": 1}
    body |= {"senderMail": "a@x.org"} if "senderMail" in node.properties else {}
    assert om.server_settings.set("emailConfiguration", body).serverPort == 1


def test_wrong_names_of_settings_and_fields_are_refused_with_close_ones(om: Client) -> None:
    with pytest.raises(errors.BadArguments, match="did you mean emailConfiguration"):
        om.server_settings.get("emailConfig")
    name = next(name for name in om.server_settings.names() if om.server_settings._node(name))
    with pytest.raises(errors.BadArguments, match="has no field 'zzz'"):
        om.server_settings.change(name, zzz=1)
    with pytest.raises(errors.BadArguments, match="'serverPrt'; did you mean serverPort"):
        om.server_settings.change("emailConfiguration", serverPrt=1)
    before = om.server_settings.get("emailConfiguration")
    with pytest.raises(errors.BadArguments, match="value: must be a dict"):
        om.server_settings.set("emailConfiguration", None)
    assert om.server_settings.get("emailConfiguration") == before
    with pytest.raises(errors.BadArguments, match="at least one field"):
        om.server_settings.change(name)


def test_settings_that_the_server_does_not_have_are_none(om: Client) -> None:
    name = next(n for n in om.server_settings.names() if n not in om.server_settings())
    assert om.server_settings.get(name) is None
