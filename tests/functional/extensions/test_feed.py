"""The activity feed: what is said about entities, and what changes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, NotSupported

pytestmark = pytest.mark.usefixtures("removed_afterwards")


@pytest.fixture
def table(each: Client) -> Iterator[Any]:
    """A table with columns, on releases that have a feed."""
    if not each.supports("feed"):
        pytest.skip(f"release {each.release} does not have a feed")
    service = each.database_services.create(
        name="fed", serviceType="Mysql", connection={"config": {"hostPort": "x", "username": "x"}}
    )
    database = each.databases.create(name="db", service=service)
    schema = each.database_schemas.create(name="s", database=database)
    street = {"name": "street", "dataType": "STRING"}
    columns = [
        {"name": "email", "dataType": "STRING"},
        {"name": "address", "dataType": "STRUCT", "children": [street]},
    ]
    yield each.tables.create(name="t", databaseSchema=schema, columns=columns)
    each.database_services.delete(service, recursive=True, hard=True)


@pytest.fixture
def ada(each: Client) -> Iterator[Any]:
    user = each.users.create(name="ada", email="ada@example.com")
    yield user
    each.users.delete(user, hard=True)


def test_conversations_are_started_answered_listed_and_deleted(
    each: Client, table: Any, ada: Any
) -> None:
    feed = each.feed
    thread = feed.start(table, "is this right?")
    assert thread.createdBy == "admin"
    assert type(thread) is each.types.Thread
    name = f"table:{table.fullyQualifiedName}"
    create = each.release.node("api/feed/createThread.json").properties
    if "from" in create:
        part = feed.start(name, "and this?", column="EMAIL", author=ada)
        assert part.createdBy == "ada"
    else:
        with pytest.raises(BadArguments, match="the author is the user of the token"):
            feed.start(name, "and this?", author=ada)
        part = feed.start(name, "and this?", column="EMAIL")
    assert part.about == f"<#E::table::{table.fullyQualifiedName}::columns::email>"
    nested = feed.start(table, "or this?", column="address.street", field="description")
    assert nested.about.endswith("::columns::address.street::description>")
    for number in range(4):
        feed.reply(thread, f"reply {number}")
    posts = feed.posts(thread.id)
    assert [post.message for post in posts] == [f"reply {number}" for number in range(4)]
    assert [each.id for each in feed.conversations(table)] == [thread.id, nested.id, part.id]
    assert [each.id for each in feed.conversations(table, column="email")] == [part.id]
    assert len(feed.conversations(table, posts=1)[0].posts) == 1
    mention = feed.start(table, "ask <#E::user::ada>")
    found = feed.conversations(user="ada", filter="MENTIONS")
    assert [each.id for each in found] == [mention.id]
    feed.delete(mention)
    feed.delete(thread, posts[0])
    assert len(feed.get(thread).posts) == 3
    feed.delete(part)
    with pytest.raises(NotFound):
        feed.get(part)
    assert feed.count(table).conversations == 2


def test_a_column_that_does_not_exist_is_refused_with_close_names(each: Client, table: Any) -> None:
    with pytest.raises(BadArguments, match="has no column 'emial'; did you mean email"):
        each.feed.start(table, "?", column="emial")
    with pytest.raises(BadArguments, match="did you mean MENTIONS"):
        each.feed.conversations(user="ada", filter="MENTION")
    with pytest.raises(BadArguments, match="requires user="):
        each.feed.conversations(filter="MENTIONS")
    with pytest.raises(BadArguments, match="requires a target"):
        each.feed.conversations(column="email")


def test_lists_of_conversations_are_read_page_by_page(each: Client, table: Any) -> None:
    threads = [each.feed.start(table, f"thread {number}") for number in range(12)]
    found = each.extension("feed").listing(
        "list", {"link": f"<#E::table::{table.fullyQualifiedName}>", "page_size": 5}
    )
    assert {each.id for each in found} == {each.id for each in threads}


def test_announcements_have_a_time(each: Client, table: Any) -> None:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    with pytest.raises(BadArguments, match="must be after start="):
        each.feed.announce(table, "never", start=now, end=now)
    later = each.feed.announce(table, "outage", start=now + hour, end=now + 2 * hour)
    assert [each.id for each in each.feed.announcements(table)] == [later.id]
    assert not list(each.feed.announcements(table, active=True))
    current = each.feed.announce(
        table, "slow", start=now - hour, end=now + hour / 2, description="the network is slow"
    )
    assert [each.id for each in each.feed.announcements(table, active=True)] == [current.id]
    assert current.announcement.description == "the network is slow"
    assert each.feed.count(table).announcements == 2


def test_tasks_change_what_they_are_about(each: Client, table: Any, ada: Any) -> None:
    feed = each.feed
    with pytest.raises(BadArguments, match="at least one user"):
        feed.request_description(table, assignees=[])
    one = feed.request_description(table, assignees="ada@example.com", suggestion="customers")
    other = feed.request_description(table, assignees=[ada, "user:admin"], column="email")
    tags = feed.request_tags(table, assignees="ada", tags="PII.Sensitive", column="email")
    assert {task.id for task in feed.tasks(table)} == {one.id, other.id, tags.id}
    assert {task.id for task in feed.tasks(assignee=ada)} >= {one.id, other.id, tags.id}
    assert [task.id for task in feed.tasks(table, assignee="admin")] == [other.id]
    assert {task.id for task in feed.tasks(table, creator="admin")} == {one.id, other.id, tags.id}
    assert feed.task(one.task.id).id == one.id
    feed.resolve(one)
    feed.resolve(tags.id)
    feed.close(other, "not now")
    state = each.tables.get(table, fields="columns,tags")
    assert state.description == "customers"
    assert state.columns[0].tags[0].tagFQN == "PII.Sensitive"
    assert state.columns[0].description is None
    assert not list(feed.tasks(table, status="Open"))
    assert {task.id for task in feed.tasks(table, status="Closed")} == {one.id, other.id, tags.id}
    counts = feed.count(table)
    assert (counts.open_tasks, counts.closed_tasks, counts.total) == (0, 3, 3)
    assert not list(feed.tasks(table, status="open"))
    with pytest.raises(BadArguments, match="must be one of 'Open', 'Closed', not 'Opened'"):
        feed.tasks(status="Opened")
    asked = feed.request_description(table, assignees=ada)
    with pytest.raises(BadArguments, match="the task suggests none"):
        feed.resolve(asked)
    assert feed.resolve(asked.task.id, "clients").task.newValue == "clients"


def test_tags_of_a_resolved_task_are_added_to_those_that_are_there(
    each: Client, table: Any, ada: Any
) -> None:
    label = {"tagFQN": "PII.None", "source": "Classification", "labelType": "Manual"}
    state = each.tables.get(table, fields="columns,tags")
    state.columns[0].tags = [{**label, "state": "Confirmed"}]
    state.description = "all customers"
    each.save(state)
    name = f"table:{table.fullyQualifiedName}"
    task = each.feed.request_tags(name, assignees=ada, tags="PersonalData.Personal", column="email")
    each.feed.resolve(task)
    tags = each.tables.get(table, fields="columns,tags").columns[0].tags
    assert {tag.tagFQN for tag in tags} == {"PII.None", "PersonalData.Personal"}
    asked = each.feed.request_tags(table, assignees=ada)
    with pytest.raises(BadArguments, match="the task suggests none"):
        each.feed.resolve(asked)
    described = each.feed.request_description(table, assignees=ada, suggestion="clients")
    assert described.task.oldValue == "all customers"


def test_a_conversation_is_not_a_task(each: Client, table: Any) -> None:
    thread = each.feed.start(table, "hello")
    with pytest.raises(BadArguments, match="must be a task"):
        each.feed.close(thread.id, "no")


def test_suggestions_are_accepted_and_rejected(each: Client, table: Any) -> None:
    feed = each.feed
    if "entity/feed/suggestion.json" not in each.release.paths:
        with pytest.raises(NotSupported, match=r"since 1\.4"):
            feed.suggest_description(table, "customers")
        with pytest.raises(NotSupported):
            feed.accept_all(table)
        return
    text = feed.suggest_description(table, "customers")
    tags = feed.suggest_tags(table, ["PII.Sensitive"], column="email")
    no = feed.suggest_description(table, "nonsense", column="email")
    assert {each.id for each in feed.suggestions(table)} == {text.id, tags.id, no.id}
    assert feed.update_suggestion(text, "clients").description == "clients"
    assert feed.update_suggestion(tags.id, "PII.None").tagLabels[0].tagFQN == "PII.None"
    feed.update_suggestion(tags, ["PII.Sensitive"])
    feed.accept(text)
    feed.reject(no.id)
    feed.accept_all(table)
    state = each.tables.get(table, fields="columns,tags")
    assert (state.description, state.columns[0].description) == ("clients", None)
    assert state.columns[0].tags[0].tagFQN == "PII.Sensitive"
    assert not list(feed.suggestions(table))
    assert [each.id for each in feed.suggestions(table, status="Rejected")] == [no.id]
    with pytest.raises(BadArguments, match="must be one of 'Open', 'Accepted', 'Rejected'"):
        feed.suggestions(status="Done")
    again = feed.suggest_description(table, "more nonsense")
    with pytest.raises(BadArguments, match="did you mean SuggestDescription"):
        feed.reject_all(table, type="SuggestDescriptions")
    feed.reject_all(table, user="admin")
    assert again.id in [each.id for each in feed.suggestions(table, status="Rejected")]


def test_labels_of_tasks_are_those_of_tags_and_terms(each: Client, table: Any, ada: Any) -> None:
    glossary = each.glossaries.create(name="words", description="words")
    term = each.glossary_terms.create(name="client", glossary=glossary, description="client")
    try:
        task = each.feed.request_tags(table, assignees=ada, tags=["PII.None", "words.client", term])
        labels = json.loads(task.task.suggestion)
        assert [(label["tagFQN"], label["source"]) for label in labels] == [
            ("PII.None", "Classification"),
            ("words.client", "Glossary"),
            ("words.client", "Glossary"),
        ]
    finally:
        each.glossaries.delete(glossary, recursive=True, hard=True)
