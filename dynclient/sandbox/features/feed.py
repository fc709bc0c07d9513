"""The activity feed: conversations about entities, announcements, and tasks that change them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import patch_apply, write
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.request_parsing import default_of
from dynclient.sandbox.entities.tag_labels import members_at
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import query_int
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
    """The handlers."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        self._node = models.schema(THREAD)
        self.create_body = models.schema(CREATE)
        self.post_body = models.schema(POST)
        self.resolve_body = models.schema(RESOLVE)
        self.close_body = models.schema(CLOSE)

    # threads

    def create(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST feed``."""
        given = context.read(self.create_body, request.body)
        about = self._about(context, given["about"])
        author = self._author(context, given)
        kind = given.get("type", "Conversation")
        thread = {
            "id": new_id(),
            "type": kind,
            "threadTs": context.now,
            "about": given["about"],
            "entityId": about.id,
            "entityRef": {"id": about.id, "type": about.type},
            "createdBy": author,
            "updatedAt": context.now,
            "updatedBy": context.caller.name,
            "resolved": False,
            "message": given["message"],
            "postsCount": 0,
            "posts": [],
            "reactions": [],
        }
        if kind == "Task":
            thread["task"] = self._task(context, given)
        elif kind == "Announcement":
            thread["announcement"] = self._announced(context, given, about)
        for name, node in self._node.properties.items():
            default = default_of(node)
            if name not in thread and default not in (None, []):
                thread[name] = default
        known = {n: thread[n] for n in self._node.properties if n in thread}
        self._keep(context, about.id, known)
        shown = self._shown(context, known)
        return Result(201, shown, change="threadCreated", location=shown["href"])

    def _author(self, context: RequestContext, given: dict[str, Any]) -> str:
        """Return who says something; the newest releases take the caller's word for nobody else."""
        name = str(given.get("from") or context.caller.name)
        if context.tx.head("user", name) is None:
            raise not_found("user", name)
        return name

    def _about(self, context: RequestContext, link: str) -> Row:
        """Return the entity that a link is about; raises the server's 404."""
        parts = link.strip("<>").split("::")
        if len(parts) < 3 or parts[1] not in self._models:
            raise not_found(parts[1] if len(parts) > 1 else "entity", link)
        return context.get_row(self._models[parts[1]], parts[2], by_name=True)

    def _task(self, context: RequestContext, given: dict[str, Any]) -> dict[str, Any]:
        told = given.get("taskDetails")
        if told is None:
            raise UnhandledServerError(_NO_TASK)
        number = int(context.tx.meta("last task") or "0") + 1
        context.tx.set_meta("last task", str(number))
        heads = context.tx.heads(one["id"] for one in told["assignees"])
        for one in told["assignees"]:
            if one["id"] not in heads:
                raise not_found(one["type"], one["id"])
        assignees = [
            context.plain_serializer.reference(heads[one["id"]]) for one in told["assignees"]
        ]
        return {"id": number, **told, "assignees": assignees, "status": "Open"}

    def _announced(
        self, context: RequestContext, given: dict[str, Any], about: Row
    ) -> dict[str, Any]:
        told: dict[str, Any] = given.get("announcementDetails") or {}
        if told.get("startTime", 0) >= told.get("endTime", 0):
            raise bad_request("Announcement start time must be earlier than the end time")
        for other in context.tx.records(about.id, KIND, 0, time_series.ALWAYS):
            held = other.get("announcement")
            if (
                held is not None
                and other["about"] == given["about"]
                and (held["startTime"] < told["endTime"] and told["startTime"] < held["endTime"])
            ):
                raise bad_request(
                    "There is already an announcement scheduled that overlaps with the given"
                    " start time and end time"
                )
        return told

    def _keep(self, context: RequestContext, owner: str, thread: dict[str, Any]) -> None:
        context.tx.record(owner, KIND, thread["threadTs"], thread["id"], thread)

    def _held(self, context: RequestContext, id: str) -> tuple[str, dict[str, Any]]:
        found = context.tx.record_of(KIND, id)
        if found is None:
            raise not_found("Thread", id)
        return found

    def _shown(self, context: RequestContext, thread: dict[str, Any]) -> dict[str, Any]:
        """Show a thread, and the entity it is about as it is now."""
        out = {**thread, "href": f"{context.base}/v1/feed/{thread['id']}"}
        if "entityRef" in thread:
            heads = context.tx.heads([thread["entityRef"]["id"]])
            for head in heads.values():
                out["entityRef"] = context.plain_serializer.reference(head)
        return {name: out[name] for name in self._node.properties if name in out}

    def get(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET feed/{id}``."""
        return Result(200, self._shown(context, self._held(context, request.path["id"])[1]))

    def list(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET feed``: threads, the newest first."""
        query = request.query
        kinds = [str(kind) for kind in self._node.properties["type"].enum or ()]
        wanted = query.get("type") or None
        if wanted is not None and wanted not in kinds:
            raise bad_request(f"query param type must be one of [{', '.join(kinds)}]")
        found = [
            one for one in context.tx.records_of(KIND, 0, time_series.ALWAYS)
            if self._wanted(context, one, query)
        ]  # fmt: skip
        limit = query_int(query, "limit", 10)
        most = query_int(query, "limitPosts", 3)
        data = [
            self._shown(context, {**one, "posts": one["posts"][-most:] if most else []})
            for one in found[:limit]
        ]
        return Result(200, {"data": data, "paging": {"total": len(found)}})

    def _wanted(self, context: RequestContext, thread: dict[str, Any], query: Any) -> bool:
        link = str(query.get("entityLink") or "").rstrip(">")
        task = thread.get("task") or {}
        tests = [
            not link or re.match(re.escape(link) + "(::|>)", thread["about"]) is not None,
            query.get("type") in (None, "", thread["type"]),
            query.get("taskStatus") in (None, "", task.get("status")),
        ]
        if query.get("activeAnnouncement"):
            told = thread.get("announcement") or {}
            active = told.get("startTime", 0) <= context.now <= told.get("endTime", 0)
            tests.append(active == (query["activeAnnouncement"] == "true"))
        if query.get("userId") and query.get("filterType") == "ASSIGNED_TO":
            assigned = {one["id"] for one in task.get("assignees") or ()}
            tests.append(query["userId"] in assigned)
        return all(tests)

    def patch(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PATCH feed/{id}``."""
        owner, held = self._held(context, request.path["id"])
        changed = self._patched(context, held, request.body)
        told = "threadUpdated" if changed != held else "entityNoChange"
        self._keep(context, owner, changed)
        return Result(200, self._shown(context, changed), change=told)

    def _patched(
        self, context: RequestContext, held: dict[str, Any], operations: Any
    ) -> dict[str, Any]:
        changed: dict[str, Any] = context.read(self._node, patch_apply.apply(held, operations))
        changed |= {name: held[name] for name in ("id", "threadTs", "about") if name in held}
        for one in changed.get("reactions") or ():
            heads = context.tx.heads([one["user"]["id"]])
            if one["user"]["id"] in heads:
                one["user"] = context.plain_serializer.reference(heads[one["user"]["id"]])
        if changed != held:
            changed["updatedAt"], changed["updatedBy"] = context.now, context.caller.name
        return changed

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE feed/{id}``."""
        owner, held = self._held(context, request.path["id"])
        context.tx.remove_record(owner, KIND, held["id"])
        shown = self._shown(context, held)
        del shown["href"]
        return Result(200, shown, change="entityDeleted")

    # posts

    def add_post(self, context: RequestContext, request: Request) -> Result:
        """Answer ``POST feed/{id}/posts``."""
        owner, held = self._held(context, request.path["id"])
        given = context.read(self.post_body, request.body)
        post = {
            "id": new_id(), "message": given["message"], "postTs": context.now,
            "from": self._author(context, given), "reactions": [],
        }  # fmt: skip
        changed = self._with_posts(context, held, [*held["posts"], post])
        self._keep(context, owner, changed)
        shown = self._shown(context, changed)
        return Result(201, shown, change="postCreated", location=shown["href"])

    def _with_posts(
        self, context: RequestContext, held: dict[str, Any], posts: Sequence[dict[str, Any]]
    ) -> dict[str, Any]:
        told = {"posts": [*posts], "postsCount": len(posts), "updatedAt": context.now}
        return {**held, **told, "updatedBy": context.caller.name}

    def posts(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET feed/{id}/posts``."""
        return Result(200, {"data": self._held(context, request.path["id"])[1]["posts"]})

    def patch_post(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PATCH feed/{id}/posts/{post}``."""
        return self._one_post(context, request, "postUpdated")

    def delete_post(self, context: RequestContext, request: Request) -> Result:
        """Answer ``DELETE feed/{id}/posts/{post}``."""
        return self._one_post(context, request, "entityDeleted")

    def _one_post(self, context: RequestContext, request: Request, change: str) -> Result:
        owner, held = self._held(context, request.path["id"])
        wanted = request.path["postId"]
        post = next((one for one in held["posts"] if one["id"] == wanted), None)
        if post is None:
            raise not_found("Post", wanted)
        kept = [one for one in held["posts"] if one["id"] != wanted]
        if change == "postUpdated":
            post = patch_apply.apply(post, request.body)
            kept = [post if one["id"] == wanted else one for one in held["posts"]]
        self._keep(context, owner, self._with_posts(context, held, kept))
        return Result(200, post, change=change)

    # tasks

    def task(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET feed/tasks/{number}``."""
        return Result(200, self._shown(context, self._by_number(context, request)[1]))

    def _by_number(self, context: RequestContext, request: Request) -> tuple[str, dict[str, Any]]:
        number = request.path["number"]
        for one in context.tx.records_of(KIND, 0, time_series.ALWAYS):
            if str((one.get("task") or {}).get("id")) == number:
                return self._held(context, one["id"])
        raise not_found("Task", number)

    def resolve(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT feed/tasks/{number}/resolve``: the entity takes the new value."""
        owner, held = self._by_number(context, request)
        given = context.read(self.resolve_body, request.body)
        self._apply(context, held, given["newValue"])
        return self._closed(context, owner, held, {"newValue": given["newValue"]}, "taskResolved")

    def close(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT feed/tasks/{number}/close``."""
        owner, held = self._by_number(context, request)
        given = context.read(self.close_body, request.body)
        result = self._closed(context, owner, held, {}, "taskClosed")
        self._remark(context, held["id"], f"Closed the Task with comment - {given['comment']}")
        return result

    def _remark(self, context: RequestContext, id: str, message: str) -> None:
        """Let the server itself post what came of a task; the answer does not show that yet."""
        owner, held = self._held(context, id)
        post = {
            "id": new_id(), "message": message, "postTs": context.now,
            "from": context.caller.name, "reactions": [],
        }  # fmt: skip
        self._keep(context, owner, self._with_posts(context, held, [*held["posts"], post]))

    def _closed(
        self,
        context: RequestContext,
        owner: str,
        held: dict[str, Any],
        more: dict[str, Any],
        change: str,
    ) -> Result:
        told = {"status": "Closed", "closedBy": context.caller.name, "closedAt": context.now}
        task = {**held["task"], **told, **more}
        changed = {**held, "task": task, "updatedAt": context.now}
        changed["updatedBy"] = context.caller.name
        self._keep(context, owner, changed)
        return Result(200, self._shown(context, changed), change=change)

    def _apply(self, context: RequestContext, thread: dict[str, Any], value: str) -> None:
        """Change the field that a task is about, as a patch by the caller would."""
        row = self._about(context, thread["about"])
        model = self._models[row.type]
        steps = thread["about"].strip("<>").split("::")[3:]
        field = steps[-1] if steps else "description"
        place = f"/{field}"
        if len(steps) > 2:
            listed = members_at(row.doc, (steps[0],))
            names = [member.get("name") for member in listed]
            if steps[1] not in names:
                raise bad_request(f"Invalid column name {steps[1]}")
            place = f"/{steps[0]}/{names.index(steps[1])}/{field}"
        made: Any = value
        if field == "tags":
            made = loads(value)
        write.patch(context, model, row, [{"op": "add", "path": place, "value": made}])


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
