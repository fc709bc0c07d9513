"""The activity feed: conversations about entities, announcements, and tasks that change them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, write
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.request_parsing import default_of
from dynclient.sandbox.entities.tag_labels import members_at
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import query_int
from dynclient.sandbox.features.thread_filters import in_ms, selector
from dynclient.sandbox.http_errors import UnhandledServerError, bad_request, not_found
from dynclient.sandbox.json_codec import loads
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

THREAD = "entity/feed/thread.json"
CREATE, POST = "api/feed/createThread.json", "api/feed/createPost.json"
RESOLVE, CLOSE = "api/feed/resolveTask.json", "api/feed/closeTask.json"
NEEDS = (THREAD, CREATE, POST, RESOLVE, CLOSE)
KIND = "thread"

_NO_TASK = (
    'Cannot invoke "org.openmetadata.schema.type.TaskDetails.getAssignees()" because the return'
    ' value of "org.openmetadata.schema.entity.feed.Thread.getTask()" is null'
)
_QUERY = ("entityLink", "type", "taskStatus", "userId", "filterType", "limit", "limitPosts",
          "resolved", "before", "after", "activeAnnouncement")  # fmt: skip


class Feed:
    """The handlers of threads, posts and tasks."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        self._node = models.schema(THREAD)
        self.create_body = models.schema(CREATE)
        self.post_body = models.schema(POST)
        self.resolve_body = models.schema(RESOLVE)
        self.close_body = models.schema(CLOSE)
        self._change = models.change_header

    # threads

    def create(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST feed``."""
        body = context.read(self.create_body, request.body)
        about = self._find_entity(context, body["about"])
        author = self._find_author(context, body)
        kind = body.get("type", "Conversation")
        thread = {
            "id": new_id(),
            "type": kind,
            "threadTs": context.now,
            "about": body["about"],
            "entityId": about.id,
            "entityRef": {"id": about.id, "type": about.type},
            "createdBy": author,
            "updatedAt": context.now,
            "updatedBy": context.caller.name,
            "resolved": False,
            "message": body["message"],
            "postsCount": 0,
            "posts": [],
            "reactions": [],
        }
        if kind == "Task":
            thread["task"] = self._new_task(context, body)
        elif kind == "Announcement":
            thread["announcement"] = self._new_announcement(context, body, about)
        for name, node in self._node.properties.items():
            default = default_of(node)
            if name not in thread and default not in (None, []):
                thread[name] = default
        thread = {name: thread[name] for name in self._node.properties if name in thread}
        thread = self._with_reference(context, thread)
        self._save(context, about.id, thread)
        if "task" in thread and not context.rules.flag("new_assignees_resolved"):
            assignees = body["taskDetails"]["assignees"]
            thread["task"] = {**thread["task"], "assignees": assignees}
        serialized = self._serialize(context, self._with_reference(context, thread))
        return Result(
            201, serialized, change=self._change("threadCreated"), location=serialized["href"]
        )

    def _find_author(self, context: RequestContext, body: dict[str, Any]) -> str:
        """Return the author of a message: ``from`` in the body, or else the caller."""
        name = str(body.get("from") or context.caller.name)
        if context.tx.head("user", name) is None:
            raise not_found("user", name)
        return name

    def _find_entity(self, context: RequestContext, link: str) -> Row:
        """Return the entity of an entity link, or raise the server's 404."""
        parts = link.strip("<>").split("::")
        if len(parts) < 3 or parts[1] not in self._models:
            raise not_found(parts[1] if len(parts) > 1 else "entity", link)
        return context.get_row(self._models[parts[1]], parts[2], by_name=True)

    def _new_task(self, context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
        details = body.get("taskDetails")
        if details is None:
            raise UnhandledServerError(_NO_TASK)
        number = int(context.tx.meta("last task") or "0") + 1
        context.tx.set_meta("last task", str(number))
        heads = context.tx.heads(one["id"] for one in details["assignees"])
        for one in details["assignees"]:
            if one["id"] not in heads:
                raise not_found(one["type"], one["id"])
        assignees = [
            context.plain_serializer.reference(heads[one["id"]]) for one in details["assignees"]
        ]
        return {"id": number, **details, "assignees": assignees, "status": "Open"}

    def _new_announcement(
        self, context: RequestContext, body: dict[str, Any], about: Row
    ) -> dict[str, Any]:
        details: dict[str, Any] = body.get("announcementDetails") or {}
        if details.get("startTime", 0) >= details.get("endTime", 0):
            raise bad_request("Announcement start time must be earlier than the end time")
        for other in context.tx.records(about.id, KIND, 0, time_series.ALWAYS):
            existing = other.get("announcement")
            if (
                existing is not None
                and other["about"] == body["about"]
                and existing["startTime"] < details["endTime"]
                and details["startTime"] < existing["endTime"]
            ):
                raise bad_request(
                    "There is already an announcement scheduled that overlaps with the given"
                    " start time and end time"
                )
        if context.rules.flag("announcements_in_ms"):  # what is stored, not what is compared
            times = {name: in_ms(details[name]) for name in ("startTime", "endTime")}
            return {**details, **times}
        return details

    def _save(self, context: RequestContext, owner: str, thread: dict[str, Any]) -> None:
        context.tx.record(owner, KIND, thread["threadTs"], thread["id"], thread)

    def _with_reference(self, context: RequestContext, thread: dict[str, Any]) -> dict[str, Any]:
        """Return a thread with the reference to its entity as it is now.

        Lists show what was stored when the thread was created or its task closed.
        """
        if "entityRef" not in thread:
            return thread
        heads = context.tx.heads([thread["entityRef"]["id"]])
        references = [context.plain_serializer.reference(head) for head in heads.values()]
        return {**thread, "entityRef": references[0]} if references else thread

    def _find_thread(self, context: RequestContext, id: str) -> tuple[str, dict[str, Any]]:
        found = context.tx.record_of(KIND, id)
        if found is None:
            raise not_found("Thread", id)
        return found

    def _serialize(self, context: RequestContext, thread: dict[str, Any]) -> dict[str, Any]:
        """Return a thread as responses show it."""
        out = {**thread, "href": f"{context.base}/v1/feed/{thread['id']}"}
        return {name: out[name] for name in self._node.properties if name in out}

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET feed/{id}``."""
        thread = self._find_thread(context, request.path["id"])[1]
        return Result(200, self._serialize(context, self._with_reference(context, thread)))

    def list(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET feed``: threads, newest first."""
        query = request.query
        kinds = [str(kind) for kind in self._node.properties["type"].enum or ()]
        kind = query.get("type") or None
        if kind is not None and kind not in kinds:
            raise bad_request(f"query param type must be one of [{', '.join(kinds)}]")
        is_selected = selector(context, query)
        found = [
            one for one in context.tx.records_of(KIND, 0, time_series.ALWAYS) if is_selected(one)
        ]
        found.sort(key=lambda one: one["updatedAt"], reverse=True)
        limit = query_int(query, "limit", 10)
        if limit < 0:
            raise bad_request("[query param limit must be greater than or equal to 0]")
        page, paging = time_series.update_page(found, query, limit)
        post_limit = query_int(query, "limitPosts", 3)
        data = [
            self._serialize(
                context, {**one, "posts": one["posts"][-post_limit:] if post_limit else []}
            )
            for one in page
        ]
        return Result(200, {"data": data, "paging": paging})

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PATCH feed/{id}``."""
        owner, thread = self._find_thread(context, request.path["id"])
        changed = self._apply_patch(context, thread, request.body)
        change = self._change("threadUpdated") if changed != thread else "entityNoChange"
        self._save(context, owner, changed)
        return Result(
            200, self._serialize(context, self._with_reference(context, changed)), change=change
        )

    def _apply_patch(
        self, context: RequestContext, thread: dict[str, Any], operations: Any
    ) -> dict[str, Any]:
        changed: dict[str, Any] = context.read(self._node, patch_apply.apply(thread, operations))
        changed |= {name: thread[name] for name in ("id", "threadTs", "about") if name in thread}
        for one in changed.get("reactions") or ():
            heads = context.tx.heads([one["user"]["id"]])
            if one["user"]["id"] in heads:
                one["user"] = context.plain_serializer.reference(heads[one["user"]["id"]])
        if changed != thread:
            changed["updatedAt"], changed["updatedBy"] = context.now, context.caller.name
        return changed

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE feed/{id}``."""
        owner, thread = self._find_thread(context, request.path["id"])
        context.tx.remove_record(owner, KIND, thread["id"])
        stored = {name: thread[name] for name in self._node.properties if name in thread}
        return Result(200, stored, change="entityDeleted")

    # posts

    def add_post(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST feed/{id}/posts``."""
        owner, thread = self._find_thread(context, request.path["id"])
        body = context.read(self.post_body, request.body)
        post = {
            "id": new_id(), "message": body["message"], "postTs": context.now,
            "from": self._find_author(context, body), "reactions": [],
        }  # fmt: skip
        changed = self._with_posts(context, thread, [*thread["posts"], post])
        self._save(context, owner, changed)
        serialized = self._serialize(context, self._with_reference(context, changed))
        return Result(
            201, serialized, change=self._change("postCreated"), location=serialized["href"]
        )

    def _with_posts(
        self, context: RequestContext, thread: dict[str, Any], posts: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            **thread,
            "posts": [*posts],
            "postsCount": len(posts),
            "updatedAt": context.now,
            "updatedBy": context.caller.name,
        }

    def posts(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET feed/{id}/posts``."""
        return Result(200, {"data": self._find_thread(context, request.path["id"])[1]["posts"]})

    def patch_post(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PATCH feed/{id}/posts/{post}``."""
        return self._change_post(context, request, "postUpdated")

    def delete_post(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE feed/{id}/posts/{post}``."""
        return self._change_post(context, request, "entityDeleted")

    def _change_post(self, context: RequestContext, request: Request, change: str) -> Result:
        owner, thread = self._find_thread(context, request.path["id"])
        post_id = request.path["postId"]
        post = next((one for one in thread["posts"] if one["id"] == post_id), None)
        if post is None:
            raise not_found("Post", post_id)
        posts = [one for one in thread["posts"] if one["id"] != post_id]
        if change == "postUpdated":
            post = patch_apply.apply(post, request.body)
            posts = [post if one["id"] == post_id else one for one in thread["posts"]]
        self._save(context, owner, self._with_posts(context, thread, posts))
        return Result(200, post, change=self._change(change))

    # tasks

    def task(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET feed/tasks/{number}``."""
        thread = self._thread_of_task(context, request)[1]
        return Result(200, self._serialize(context, self._with_reference(context, thread)))

    def _thread_of_task(
        self, context: RequestContext, request: Request
    ) -> tuple[str, dict[str, Any]]:
        number = request.path["number"]
        for one in context.tx.records_of(KIND, 0, time_series.ALWAYS):
            if str((one.get("task") or {}).get("id")) == number:
                return self._find_thread(context, one["id"])
        raise not_found("Task", number)

    def resolve(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT feed/tasks/{number}/resolve``: set the new value in the entity."""
        owner, thread = self._thread_of_task(context, request)
        body = context.read(self.resolve_body, request.body)
        self._apply_value(context, thread, body["newValue"])
        task_fields = {"newValue": body["newValue"]}
        message = f"Resolved the Task with {_describe_change(thread['task'], body['newValue'])}"
        return self._close_task(context, owner, thread, task_fields, "taskResolved", message)

    def close(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT feed/tasks/{number}/close``."""
        owner, thread = self._thread_of_task(context, request)
        body = context.read(self.close_body, request.body)
        message = f"Closed the Task with comment - {body['comment']}"
        return self._close_task(context, owner, thread, {}, "taskClosed", message)

    def _close_task(
        self,
        context: RequestContext,
        owner: str,
        thread: dict[str, Any],
        task_fields: dict[str, Any],
        change: str,
        message: str,
    ) -> Result:
        """Close a task and add the server's own post, which the response does not show yet.

        A closed task stays as it is on newer releases, although the response shows the new value.
        """
        task = {**thread["task"], **task_fields}
        is_final = bool(context.rules.flag("closed_tasks_are_final"))
        if task["status"] == "Closed" and is_final:
            changed = self._with_reference(context, {**thread, "task": task})
        else:
            closing = {"status": "Closed", "closedBy": context.caller.name, "closedAt": context.now}
            changed = self._with_reference(context, {**thread, "task": {**task, **closing}})
            changed |= {"updatedAt": context.now, "updatedBy": context.caller.name}
            post = {
                "id": new_id(), "message": message, "postTs": context.now,
                "from": context.caller.name, "reactions": [],
            }  # fmt: skip
            posts = [*thread["posts"], post]
            self._save(context, owner, self._with_posts(context, changed, posts))
        return Result(200, self._serialize(context, changed), change=self._change(change))

    def _apply_value(self, context: RequestContext, thread: dict[str, Any], value: str) -> None:
        """Set the field of a task's entity link, like a patch by the caller."""
        row = self._find_entity(context, thread["about"])
        model = self._models[row.type]
        steps = thread["about"].strip("<>").split("::")[3:]
        field = steps[-1] if steps else "description"
        pointer = f"/{field}"
        if len(steps) > 2:
            listed = members_at(row.doc, (steps[0],))
            names = [member.get("name") for member in listed]
            if steps[1] not in names:
                raise bad_request(f"Invalid column name {steps[1]}")
            pointer = f"/{steps[0]}/{names.index(steps[1])}/{field}"
        new_value: Any = value
        if field == "tags":
            new_value = loads(value)
        write.patch(context, model, row, [{"op": "add", "path": pointer, "value": new_value}])


def _describe_change(task: dict[str, Any], value: str) -> str:
    """Return the server's text about what a resolved task changed."""
    old = task.get("oldValue") or ""
    if task["type"].endswith("Tag"):
        names = [
            ", ".join(label["tagFQN"] for label in loads(each or "[]")) for each in (old, value)
        ]
        return f"Tag(s) - {_mark_difference(*names)}"
    return f"Description - {_mark_difference(old, value)}"


def _mark_difference(old: str, new: str) -> str:
    """Return a text with its change marked: all between the common beginning and end."""
    start = _common_length(old, new)
    end = _common_length(old[start:][::-1], new[start:][::-1])
    removed, added = (text[start : len(text) - end].strip() for text in (old, new))
    pieces = [
        old[:start].strip(),
        f'<span class="diff-removed">{removed}</span>' if removed else "",
        f'<span class="diff-added">{added}</span>' if added else "",
        old[len(old) - end :].strip() if end else "",
    ]
    return " ".join(piece for piece in pieces if piece)


def _common_length(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    feed = Feed(models)
    root = "/v1/feed"

    def add(method: str, tail: str, route: Route) -> None:
        routes.add(method, root + tail, route)

    add("POST", "", Route(feed.create, JSON, writes=True, operation="createThread",
                          body_schema=feed.create_body))  # fmt: skip
    add("GET", "", Route(feed.list, operation="listThreads", query=_QUERY))
    add("GET", "/{id}", Route(feed.get, operation="getThreadByID"))
    add("PATCH", "/{id}", Route(feed.patch, JSON_PATCH, writes=True, operation="patchThread"))
    add("DELETE", "/{id}", Route(feed.delete, writes=True, operation="deleteThread"))
    add("GET", "/{id}/posts", Route(feed.posts))
    add("POST", "/{id}/posts", Route(feed.add_post, JSON, writes=True, body_schema=feed.post_body))
    one = "/{id}/posts/{postId}"
    add("PATCH", one, Route(feed.patch_post, JSON_PATCH, writes=True))
    add("DELETE", one, Route(feed.delete_post, writes=True))
    add("GET", "/tasks/{number}", Route(feed.task, operation="getTaskByID"))
    add(
        "PUT",
        "/tasks/{number}/resolve",
        Route(
            feed.resolve, JSON, writes=True, operation="resolveTask", body_schema=feed.resolve_body
        ),
    )
    add(
        "PUT",
        "/tasks/{number}/close",
        Route(feed.close, JSON, writes=True, operation="closeTask", body_schema=feed.close_body),
    )
