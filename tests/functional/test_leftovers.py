"""The check that tests leave nothing behind on a shared sandbox."""

from __future__ import annotations

import pytest

from dynclient.client.client import Client
from tests.support.external_server import only_on_sandbox
from tests.support.leftovers import SHARED, DataFile, Other, remove_records

pytestmark = only_on_sandbox("the files of a sandbox are read")


def file_of(om: Client) -> DataFile:
    [file] = (each for each in SHARED if each.running.host.removesuffix("/api") == om.host)
    return file


def test_what_is_new_on_a_sandbox_is_found_until_it_is_deleted_for_good(om: Client) -> None:
    file = file_of(om)
    assert ("admin", "user") in {each[:2] for each in file.known}
    team = om.teams.create(name="Left behind", teamType="Group")
    assert [each[1:] for each in file.new()] == [("team", str(team.id))]
    om.teams.delete(team)
    assert [each.id for each in file.new()] == [str(team.id)]
    om.teams.delete(team, hard=True)
    assert file.new() == []


def test_definitions_of_custom_properties_are_found_until_they_are_removed(om: Client) -> None:
    file, properties = file_of(om), om.custom_properties("table")
    properties.define("leftBehind", "string")
    assert file.new_others() == [Other("custom property", "table", "leftBehind")]
    assert file.new() == []
    properties.remove("leftBehind")
    assert file.new_others() == []


def test_settings_are_found_and_removed(om: Client) -> None:
    if not om.supports("server_settings"):
        pytest.skip("the release has no settings")
    file, settings = file_of(om), om.server_settings
    before = settings.get("emailConfiguration").serverPort
    settings.change("emailConfiguration", serverPort=2525)
    assert [each[:2] for each in file.new_others()] == [("setting", "emailConfiguration")]
    remove_records(file)
    assert file.new_others() == []
    assert settings.get("emailConfiguration").serverPort == before
