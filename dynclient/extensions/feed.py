"""The activity feed: conversations, announcements, tasks, and suggestions about entities."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.entity_list import EntityList
from dynclient.errors import Problem
from dynclient.extensions.arguments import as_list
from dynclient.extensions.base import Extension
from dynclient.extensions.choices import allowed_value
from dynclient.extensions.entity_links import EntityLink
from dynclient.extensions.entity_parts import column_fields, columns_of, find_part
from dynclient.extensions.reference_lookup import bare, named_references
from dynclient.extensions.tag_labels import TagLabels
from dynclient.extensions.times import timestamp
from dynclient.operations.operation import is_id

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing

CREATE, POST = "api/feed/createThread.json", "api/feed/createPost.json"
_COUNTS = ("conversationCount", "openTaskCount", "closedTaskCount", "totalAnnouncementCount")
"""The properties of a count, in the order of ThreadCounts; some releases lack the last one."""

_PEOPLE = ("user", "team")
FILTERS = ("OWNER", "MENTIONS", "FOLLOWS", "OWNER_OR_FOLLOWS")
SUGGESTION_TYPES = ("SuggestDescription", "SuggestTagLabel")


class ThreadCounts(NamedTuple):
    """How many threads there are about an entity and its parts."""

    conversations: int = 0
    open_tasks: int = 0
    closed_tasks: int = 0
    announcements: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


class Feed(Extension):
    """The activity feed of a server: ``om.feed.conversations(table)``.

    A ``target`` is an entity, a reference, or ``"table:a.b.c.d"``; ``column`` is a column of it, or
    another part with a name: a field of a schema, a task, a feature; nested ones with dots.
    Up to 1.x, tasks and announcements are threads of the feed; since 2.0 they are entities.
    """

    name = "feed"
    operations = "feed"

    # -- conversations -----------------------------------------------------------------------------

    def conversations(
        self,
        target: Any = None,
        *,
        column: str | None = None,
        user: Any = None,
        filter: str | None = None,
        resolved: bool = False,
        posts: int | None = None,
    ) -> Listing:
        """Return a lazy list of conversations, the last changed first.

        Args:
            target: what they are about, including its parts; None for all.
            column: only those about a column.
            user: only those that concern a user: an entity, a reference or a name.
            filter: how they concern the user: ``"OWNER"``, ``"MENTIONS"``, ``"FOLLOWS"`` or
                ``"OWNER_OR_FOLLOWS"``; None for any way.
            resolved: those that are marked as resolved, instead of the others.
            posts: the number of the last replies in each thread; the server's default is 3.
                :meth:`posts` returns all.

        Raises:
            BadArguments: the column or the filter does not exist, or a filter has no user.
        """
        call = "feed.conversations"
        if filter is not None:
            filter = allowed_value(call, "filter", filter, FILTERS)
        if filter is not None and user is None:
            raise bad_arguments(call, [Problem("filter", filter, "argument", "requires user=")])
        link = self._optional_link(call, target, column)
        who = None if user is None else self._person(user)["id"]
        found = {"type": "Conversation", "user": who, "filter": filter, "posts": posts}
        return self.listing("list", _given(link=link, resolved=resolved or None, **found))

    def get(self, thread: Any) -> Any:
        """Return a thread with all its replies.

        Args:
            thread: a thread, or its id.

        Raises:
            NotFound: there is no such thread.
        """
        return self.call("get", {"id": _id(thread)})

    def start(
        self,
        target: Any,
        message: str,
        *,
        column: str | None = None,
        field: str | None = None,
        author: Any = None,
    ) -> Any:
        """Start a conversation and return its thread.

        Args:
            target: what it is about.
            message: the message in Markdown; ``<#E::user::ada>`` mentions a user.
            column: a column that it is about.
            field: a field that it is about: ``"description"``.
            author: who writes it: a user or a name; by default the user of the token, and always
                where releases do not take it (1.13).

        Raises:
            BadArguments: the column or the author does not exist.
            NotFound: the entity does not exist.
        """
        link = self._link("feed.start", target, column, field)
        return self._start("start", link, message, author, {})

    def reply(self, thread: Any, message: str, *, author: Any = None) -> Any:
        """Reply to a thread, or comment on a task, and return it.

        Args:
            thread: a thread or its id; since 2.0 also a task.
            message: the message in Markdown.
            author: who writes it; by default the user of the token.
        """
        if self._has_tasks and _is_task(thread):
            return self.call("comment", {"id": self._task_id(thread)}, message)
        body = {"message": message, **self._from("feed.reply", POST, author)}
        return self.call("reply", {"id": _id(thread)}, body)

    def posts(self, thread: Any) -> list[Any]:
        """Return all replies of a thread, the first one first.

        Args:
            thread: a thread or its id.
        """
        return EntityList(self.listing("posts", {"id": _id(thread)}).page())

    def delete(self, thread: Any, post: Any = None) -> None:
        """Delete a thread, an announcement or a task, or one reply of a thread.

        Args:
            thread: a thread or its id; since 2.0 also an announcement.
            post: the reply to delete, or its id; by default the whole thread.

        Raises:
            NotFound: there is no such thread or reply.
        """
        if post is not None:
            self.call("delete_post", {"id": _id(thread), "post": _id(post, "post")})
        elif self.has_operation("delete_announcement") and "startTime" in _raw(thread):
            self.call("delete_announcement", {"id": _id(thread), "hardDelete": True})
        else:
            self.call("delete", {"id": _id(thread)})

    def count(self, target: Any) -> ThreadCounts:
        """Return how many threads there are about an entity and its parts.

        Args:
            target: what they are about.
        """
        link = str(self._entity(target))
        found = _raw(self.call("count", {"link": link}))
        if isinstance(found.get("data"), list):
            rows = [_raw(row) for row in found["data"]]
            conversations, opened, closed, announcements = (
                sum(row.get(name) or 0 for row in rows) for name in _COUNTS
            )
            counted = self.session.release.node("api/feed/threadCount.json").properties
            if _COUNTS[3] not in counted:
                announcements = self.announcements(target).page().total or 0
            return ThreadCounts(conversations, opened, closed, announcements)
        kinds = (
            {"type": "Conversation"},
            {"type": "Task", "status": "Open"},
            {"type": "Task", "status": "Closed"},
            {"type": "Announcement"},
        )  # older servers count one kind at a time
        counts = (_raw(self.call("count", {"link": link, **kind})) for kind in kinds)
        return ThreadCounts(*(int(each.get("totalCount") or 0) for each in counts))

    # -- announcements -----------------------------------------------------------------------------

    def announcements(self, target: Any = None, *, active: bool | None = None) -> Listing:
        """Return a lazy list of announcements.

        Args:
            target: what they are about; None for all.
            active: only those whose time has come and is not over, or only the others.
        """
        link = self._optional_link("feed.announcements", target)
        if self.has_operation("announcements"):
            return self.listing("announcements", _given(link=link, active=active))
        return self.listing("list", _given(link=link, type="Announcement", active=active))

    def announce(
        self,
        target: Any,
        message: str,
        *,
        start: Any,
        end: Any,
        description: str | None = None,
        author: Any = None,
    ) -> Any:
        """Announce something about an entity and return the announcement.

        Args:
            target: what it is about.
            message: the title.
            start: when it begins: a datetime, a date, an ISO 8601 text, or an epoch.
            end: when it ends.
            description: the text in Markdown.
            author: who writes it; by default the user of the token.

        Raises:
            BadArguments: the end is not after the start.
            ServerError: servers refuse announcements that overlap on one entity.
        """
        call = "feed.announce"
        times = {
            "startTime": timestamp(start, call, "start"),
            "endTime": timestamp(end, call, "end"),
        }
        if times["startTime"] >= times["endTime"]:
            problem = Problem("end", end, "argument", f"must be after start={start!r}, not {end!r}")
            raise bad_arguments(call, [problem])
        link = self._entity(target)
        if self.has_operation("create_announcement"):
            text = {"displayName": message, "description": description or message}
            return self.call("create_announcement", {}, {**text, "entityLink": str(link), **times})
        if self.has_operation("announce_in_seconds"):
            times = {name: time // 1000 for name, time in times.items()}
        details = _given(description=description, **times)
        more = {"type": "Announcement", "announcementDetails": details}
        return self._start("announce", link, message, author, more)

    # -- tasks -------------------------------------------------------------------------------------

    def tasks(
        self,
        target: Any = None,
        *,
        assignee: Any = None,
        creator: Any = None,
        status: str | None = None,
    ) -> Listing:
        """Return a lazy list of tasks, the last changed first.

        Args:
            target: what they are about, including its parts; None for all.
            assignee: the user who has to do them: an entity, a reference or a name.
            creator: the user who created them.
            status: ``"Open"`` or ``"Closed"``; since 2.0 there are more.

        Raises:
            BadArguments: no task has such a status; or both users are given, where tasks are
                threads, which servers list by one user.
        """
        call = "feed.tasks"
        status = self._status(call, status, *self._task_statuses)
        if self._has_tasks:
            about = None if target is None else self._entity(target).name
            users = {
                "assignee": None if assignee is None else self._person(assignee)["name"],
                "creator": None if creator is None else self._person(creator)["name"],
            }
            return self.listing("tasks", _given(about=about, status=status, **users))
        if assignee is not None and creator is not None:
            message = "cannot be combined with assignee= on this server"
            raise bad_arguments(call, [Problem("creator", creator, "argument", message)])
        link = self._optional_link(call, target)
        user, filter = assignee, "ASSIGNED_TO"
        if creator is not None:
            user, filter = creator, "ASSIGNED_BY"
        found: dict[str, Any] = {"type": "Task", "status": status, "link": link}
        if user is not None:
            found |= {"user": self._person(user)["id"], "filter": filter}
        return self.listing("list", _given(**found))

    def task(self, task: Any) -> Any:
        """Return a task: a thread, or since 2.0 a task.

        Args:
            task: a task, its id, its number, or since 2.0 its name, ``"TASK-00001"``.

        Raises:
            NotFound: there is no such task.
        """
        return self.call("task", {"id": self._task_id(task)})

    def request_description(
        self,
        target: Any,
        *,
        assignees: Any,
        message: str | None = None,
        column: str | None = None,
        suggestion: str | None = None,
    ) -> Any:
        """Create a task to describe an entity or a column, and return it.

        Args:
            target: what is to be described.
            assignees: who has to do it: users or teams, one or several: entities, references,
                ``"ada"``, ``"ada@example.org"``, ``"team:Shop"``.
            message: the message of the task.
            column: the column to describe.
            suggestion: a description that the assignee may take.

        Raises:
            BadArguments: the column or an assignee does not exist, or there is no assignee.
            NotFound: the entity does not exist.
        """
        call = "feed.request_description"
        people = self._people(call, assignees)
        link, part = self._place(call, target, column)
        text = message or f"Description of {column or link.name}"
        current = part.get("description") or ""
        if self._has_tasks:
            change = {"currentDescription": current, "newDescription": suggestion or ""}
            return self._create_task(link, text, "DescriptionUpdate", people, "description", change)
        kind = "RequestDescription" if suggestion is None else "UpdateDescription"
        details = _given(type=kind, assignees=_references(people), suggestion=suggestion)
        return self._new_task(link, "description", text, {"oldValue": current, **details})

    def request_tags(
        self,
        target: Any,
        *,
        assignees: Any,
        tags: Any = (),
        message: str | None = None,
        column: str | None = None,
    ) -> Any:
        """Create a task to tag an entity or a column, and return it.

        Servers replace all tags by those of a resolved task, so up to 1.x the task suggests the
        present tags as well.

        Args:
            target: what is to be tagged.
            assignees: who has to do it, as for :meth:`request_description`.
            tags: tags that the assignee may take: names, labels, tags or glossary terms.
            message: the message of the task.
            column: the column to tag.

        Raises:
            BadArguments: the column, an assignee or a tag does not exist, or there is no assignee.
            NotFound: the entity does not exist.
        """
        call = "feed.request_tags"
        people = self._people(call, assignees)
        labels = self._labels(call, tags)
        link, part = self._place(call, target, column)
        text = message or f"Tags of {column or link.name}"
        current = list(part.get("tags") or ())
        if self._has_tasks:
            change = {"operation": "Add", "currentTags": current, "tagsToAdd": labels}
            return self._create_task(link, text, "TagUpdate", people, "tags", change)
        known = {label["tagFQN"] for label in current}
        all_tags = [*current, *(label for label in labels if label["tagFQN"] not in known)]
        details = {"type": "RequestTag", "assignees": _references(people)}
        if labels:
            details |= {"type": "UpdateTag", "suggestion": _json(all_tags)}
        return self._new_task(link, "tags", text, {**details, "oldValue": _json(current)})

    def resolve(self, task: Any, value: Any = None, *, comment: str | None = None) -> Any:
        """Resolve a task, which sets the value that it asks for, and return it.

        Args:
            task: a task, its id, or its number.
            value: the description, or all tags that the entity or column has afterwards: names,
                labels, tags or glossary terms; by default what the task suggests.
            comment: why; since 2.0.

        Raises:
            BadArguments: there is neither a value nor a suggestion.
            NotFound: there is no such task.
        """
        call = "feed.resolve"
        if self._has_tasks:
            body = _given(resolutionType="Approved", comment=comment)
            if value is not None:
                is_text = isinstance(value, str)
                body["newValue"] = value if is_text else _json(self._labels(call, value))
            return self.call("resolve", {"id": self._task_id(task)}, body)
        details = _raw(task).get("task")
        if details is None:
            details = _raw(self.task(task))["task"]
        if value is None:
            value = details.get("suggestion")
        elif str(details.get("type")).endswith("Tag"):
            value = _json(self._labels(call, value))
        if not isinstance(value, str):
            message = f"must be a text, not {value!r}; the task suggests none"
            raise bad_arguments(call, [Problem("value", value, "argument", message)])
        return self.call("resolve", {"id": str(details["id"])}, {"newValue": value})

    def close(self, task: Any, comment: str) -> Any:
        """Close a task without a change and return it.

        Args:
            task: a task, its id, or its number.
            comment: why.
        """
        number = self._task_id(task)
        if self._has_tasks:
            return self.call("close", {"id": number, "comment": comment})
        return self.call("close", {"id": number}, {"comment": comment})

    # -- suggestions -------------------------------------------------------------------------------

    def suggestions(
        self, target: Any = None, *, user: Any = None, status: str | None = None
    ) -> Listing:
        """Return a lazy list of suggestions.

        Args:
            target: the entity that they are for, with its columns; None for all.
            user: the user who created them.
            status: ``"Open"``, which is the default of servers, ``"Accepted"`` or ``"Rejected"``.

        Raises:
            BadArguments: no suggestion has such a status.
            NotSupported: the release does not have suggestions.
        """
        call = "feed.suggestions"
        if self._has_tasks:
            status = self._status(call, status, *self._task_statuses)
            about = None if target is None else self._entity(target).name
            who = None if user is None else self._person(user)["name"]
            found = _given(about=about, creator=who, status=status or "Open")
            return self.listing("tasks", {"type": "Suggestion", **found})
        self.operation("suggestions")
        place = ("entity/feed/suggestion.json", "/definitions/suggestionStatus")
        status = self._status(call, status, *place)
        about = None if target is None else self._entity(target).name
        who = None if user is None else self._person(user)["id"]
        return self.listing("suggestions", _given(about=about, user=who, status=status))

    def suggest_description(self, target: Any, text: str, *, column: str | None = None) -> Any:
        """Suggest a description of an entity or a column, and return the suggestion.

        Args:
            target: what is described.
            text: the description in Markdown.
            column: the column that is described.

        Raises:
            BadArguments: the column does not exist.
            NotSupported: the release does not have suggestions.
        """
        link = self._link("feed.suggest_description", target, column)
        if self._has_tasks:
            return self._suggest_task(link, "Description", "description", text)
        body = {"type": SUGGESTION_TYPES[0], "description": text}
        return self.call("suggest", {}, {**body, "entityLink": str(link)})

    def suggest_tags(self, target: Any, tags: Any, *, column: str | None = None) -> Any:
        """Suggest tags of an entity or a column, and return the suggestion.

        Args:
            target: what is tagged.
            tags: names, labels, tags or glossary terms, one or several.
            column: the column that is tagged.

        Raises:
            BadArguments: the column or a tag does not exist.
            NotFound: the entity does not exist.
            NotSupported: the release does not have suggestions.
        """
        link = self._link("feed.suggest_tags", target, column)
        labels = self._labels("feed.suggest_tags", tags)
        if self._has_tasks:
            return self._suggest_task(link, "Tag", "tags", _json(labels))
        body = {"type": SUGGESTION_TYPES[1], "tagLabels": labels}
        return self.call("suggest", {}, {**body, "entityLink": str(link)})

    def update_suggestion(self, suggestion: Any, value: Any) -> Any:
        """Change what a suggestion proposes, and return it.

        Args:
            suggestion: a suggestion or its id.
            value: the description; or tags, as for :meth:`suggest_tags`.

        Raises:
            NotFound: there is no such suggestion, or a tag does not exist.
            NotSupported: the release does not have suggestions.
        """
        current = dict(_raw(self.call("suggestion", {"id": _id(suggestion, "suggestion")})))
        if current.get("type") == SUGGESTION_TYPES[1]:
            current["tagLabels"] = self._labels("feed.update_suggestion", value)
        else:
            current["description"] = value
        return self.call("update_suggestion", {"id": current["id"]}, current)

    def accept(self, suggestion: Any) -> None:
        """Accept a suggestion: the entity gets what it suggests.

        Args:
            suggestion: a suggestion or its id.
        """
        self.call("accept", {"id": _id(suggestion, "suggestion")})

    def reject(self, suggestion: Any) -> None:
        """Reject a suggestion.

        Args:
            suggestion: a suggestion or its id.
        """
        self.call("reject", {"id": _id(suggestion, "suggestion")})

    def accept_all(self, target: Any, *, user: Any = None, type: str | None = None) -> None:
        """Accept all open suggestions of a user for an entity and its columns.

        Args:
            target: the entity.
            user: the user who created them; by default the user of the token.
            type: ``"SuggestDescription"`` or ``"SuggestTagLabel"``; by default both.
        """
        self._all("accept", target, user, type)

    def reject_all(self, target: Any, *, user: Any = None, type: str | None = None) -> None:
        """Reject all open suggestions of a user for an entity and its columns.

        Args:
            target: the entity.
            user: the user who created them; by default the user of the token.
            type: ``"SuggestDescription"`` or ``"SuggestTagLabel"``; by default both.
        """
        self._all("reject", target, user, type)

    def _all(self, what: str, target: Any, user: Any, type: str | None) -> None:
        if type is not None:
            type = allowed_value(f"feed.{what}_all", "type", type, SUGGESTION_TYPES)
        if self._has_tasks:
            own = self._me() if user is None else user
            for each in list(self.suggestions(target, user=own)):
                kind = (_raw(each).get("payload") or {}).get("suggestionType")
                if type is None or str(kind) in type:
                    self.call(what, {"id": _id(each)})
            return
        self.operation(f"{what}_all")
        self.check_target(target)
        who = _raw(self._me())["id"] if user is None else self._person(user)["id"]
        about = self._entity(target).name
        for each in SUGGESTION_TYPES if type is None else (type,):
            self.call(f"{what}_all", {"about": about, "user": who, "type": each})

    # -- requests ----------------------------------------------------------------------------------

    @property
    def _has_tasks(self) -> bool:
        """Whether tasks are entities, not threads."""
        return self.has_operation("create_task")

    def _start(
        self, name: str, link: EntityLink, message: str, author: Any, more: Mapping[str, Any]
    ) -> Any:
        writer = self._from(f"feed.{name}", CREATE, author)
        return self.call(name, {}, {"message": message, **writer, "about": str(link), **more})

    def _new_task(
        self, link: EntityLink, field: str, message: str, details: Mapping[str, Any]
    ) -> Any:
        place = link._replace(parts=(*link.parts, field))
        more = {"type": "Task", "taskDetails": dict(details)}
        return self._start("start", place, message, None, more)

    def _create_task(
        self,
        link: EntityLink,
        message: str,
        kind: str,
        people: Iterable[Mapping[str, Any]],
        field: str,
        change: Mapping[str, Any],
    ) -> Any:
        body = {
            "category": "MetadataUpdate",
            "type": kind,
            "description": message,
            "about": link.name,
            "aboutType": link.type,
            "assignees": [each["name"] for each in people],
            "payload": {"fieldPath": ".".join((*link.parts, field)), **change},
        }
        return self.call("create_task", {}, body)

    def _suggest_task(self, link: EntityLink, kind: str, field: str, value: str) -> Any:
        change = {"suggestionType": kind, "suggestedValue": value}
        return self._create_task(link, f"{kind} of {link.name}", "Suggestion", (), field, change)

    @property
    def _task_statuses(self) -> tuple[str, str]:
        """The schema of the status of a task."""
        if self._has_tasks:
            return "entity/tasks/task.json", "/definitions/taskStatus"
        return "entity/feed/thread.json", "/definitions/threadTaskStatus"

    def _status(self, call: str, status: str | None, path: str, pointer: str) -> str | None:
        """Return a status as a schema has it; BadArguments if it does not have it."""
        if status is None or path not in self.session.release.paths:
            return status
        known = [str(each) for each in self.session.release.node(path, pointer).enum or ()]
        return allowed_value(call, "status", status, known) if known else status

    def _task_id(self, task: Any) -> str:
        """Return what names a task in paths: its number, or since 2.0 its id."""
        raw = _raw(task)
        text = str(raw.get("id", task))
        if not (is_id(text) or text.isdecimal() or _is_task(task)):
            raise _not_an_id("task", task, ", its id or its number")
        if self._has_tasks:
            if is_id(text):
                return text
            return _id(self.call("task_by_name", {"name": text}))
        if "task" in raw:
            return str(raw["task"]["id"])
        if is_id(text):
            found = _raw(self.get(text))
            if not found.get("task"):
                message = f"must be a task; thread {text} is of type {found.get('type')}"
                raise bad_arguments("feed", [Problem("task", text, "argument", message)])
            return str(found["task"]["id"])
        return text

    # -- people, tags and places -------------------------------------------------------------------

    def _me(self) -> Any:
        from dynclient.extensions.registry import client_member

        return client_member(self.session, "me")()

    def takes_author(self, body: str = CREATE) -> bool:
        """Return whether a message can name its author; newer releases take the caller.

        Args:
            body: the document of the request.
        """
        paths = self.session.release.paths
        return body not in paths or "from" in self.session.release.node(body).properties

    def _from(self, call: str, body: str, author: Any) -> dict[str, str]:
        """Return the author of a message as a body names it."""
        if not self.takes_author(body):
            if author is None:
                return {}
            message = "cannot be given; the author is the user of the token"
            raise bad_arguments(call, [Problem("author", author, "argument", message)])
        name = _raw(self._me())["name"] if author is None else self._person(author)["name"]
        return {"from": str(name)}

    def _person(self, target: Any, call: str = "feed", argument: str = "user") -> dict[str, Any]:
        """Return id, type and name of a user or team."""
        (found,) = named_references(self.session, [target], _PEOPLE, call, argument)
        names = found
        if not names.get("name"):
            names = model.raw(self.session.resolver.resolve(bare(found)))
        return {**bare(found), "name": str(names.get("fullyQualifiedName") or names["name"])}

    def _people(self, call: str, assignees: Any) -> list[dict[str, Any]]:
        listed = as_list(assignees, call, "assignees")
        people = [self._person(each, call, "assignees") for each in listed]
        if not people:
            message = "must name at least one user or team"
            raise bad_arguments(call, [Problem("assignees", assignees, "argument", message)])
        return people

    def _labels(self, call: str, tags: Any) -> list[dict[str, Any]]:
        """Return the labels of tags and glossary terms."""
        return TagLabels(self.session, "tags").read_labels(call, as_list(tags, call, "tags"))

    def _entity(self, target: Any) -> EntityLink:
        """Return the link to an entity."""
        return EntityLink(self.reference(target)["type"], self.name_of(target))

    def _optional_link(self, call: str, target: Any, column: str | None = None) -> str | None:
        if target is None:
            if column is not None:
                message = "requires a target"
                raise bad_arguments(call, [Problem("column", column, "argument", message)])
            return None
        return str(self._link(call, target, column))

    def _link(
        self, call: str, target: Any, column: str | None = None, field: str | None = None
    ) -> EntityLink:
        """Return the link to an entity, to a column that it has, or to a field of either."""
        link = self._entity(target) if column is None else self._place(call, target, column)[0]
        return link if field is None else link._replace(parts=(*link.parts, field))

    def _place(
        self, call: str, target: Any, column: str | None
    ) -> tuple[EntityLink, Mapping[str, Any]]:
        """Return the link to an entity or a column that it has, and its present state."""
        link = self._entity(target)
        release, entity = self.session.release, self.session.find(link.type).entity
        state = model.raw(self.read(target, fields=[*column_fields(release, entity), "tags"]))
        if column is None:
            return link, state
        found = find_part(columns_of(release, entity, state), column, owner=link.name)
        if isinstance(found, Problem):
            raise bad_arguments(call, [found])
        return link._replace(parts=(found.group, found.name)), found.value


def _raw(value: Any) -> Mapping[str, Any]:
    """Return the JSON of an entity or a reference; of anything else an empty mapping."""
    raw = model.json_of(value)
    return raw if isinstance(raw, Mapping) else {}


def _id(value: Any, what: str = "thread") -> str:
    """Return the id of a thread, a post or a suggestion."""
    text = str(_raw(value).get("id", value))
    if not is_id(text):
        raise _not_an_id(what, value)
    return text


def _not_an_id(what: str, value: Any, forms: str = " or its id") -> Exception:
    message = f"must be a {what}{forms}, not {reprlib.repr(value)}"
    return bad_arguments("feed", [Problem(what, value, "argument", message)])


def _is_task(value: Any) -> bool:
    """Return whether something is a task of 2.0 or its name."""
    return "taskId" in _raw(value) or (isinstance(value, str) and value.startswith("TASK-"))


def _references(people: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": each["id"], "type": each["type"]} for each in people]


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _json(value: Any) -> str:
    import json

    return json.dumps(value)
