"""The check that tests leave nothing behind on a shared sandbox."""

from __future__ import annotations

from dynclient.client.client import Client
from tests.support.external_server import only_on_sandbox
from tests.support.leftovers import SHARED


@only_on_sandbox("the files of a sandbox are read")
def test_what_is_new_on_a_sandbox_is_found_until_it_is_deleted_for_good(om: Client) -> None:
    (file,) = (each for each in SHARED if each.running.host.removesuffix("/api") == om.host)
    assert ("admin", "user") in {each[:2] for each in file.known}
    team = om.teams.create(name="Left behind", teamType="Group")
    assert [each[1:] for each in file.new()] == [("team", str(team.id))]
    om.teams.delete(team)
    assert [each.id for each in file.new()] == [str(team.id)]
    om.teams.delete(team, hard=True)
    assert file.new() == []
