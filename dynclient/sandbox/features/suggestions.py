"""Suggestions: descriptions and tags that are proposed for an entity, accepted or rejected.

They are kept by the FQN of their entity, and outlive it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import write
from dynclient.sandbox.entities.create_requests import new_id
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.tag_labels import TAG_TYPES, members_at
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.request_parameters import find_model, query_int
from dynclient.sandbox.http_errors import (
    UnhandledServerError,
    bad_request,
    error_response,
    not_found,
)
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import JSON, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

SUGGESTION = "entity/feed/suggestion.json"
CREATE = "api/feed/createSuggestion.json"
NEEDS = (SUGGESTION, CREATE)
KIND = "suggestion"

DESCRIPTION, TAGS = "SuggestDescription", "SuggestTagLabel"
"""The types of suggestions."""

Suggestion = dict[str, Any]


class Suggestions:
    """The handlers of suggestions."""

    def __init__(self, models: EntityModels) -> None:
        self._models = models
        self._node = models.schema(SUGGESTION)
        self.create_body = models.schema(CREATE)
        self.body = self._node
        self._statuses = self._node.properties["status"].target.enum or ()

    def create(self, context: RequestContext, request: Request) -> Result:
        """Handle ``POST suggestions``."""
        body = context.read(self.create_body, request.body)
        if body.get("entityLink") is None:
            raise bad_request("Suggestion's entityLink cannot be null.")
        _, row = self._find_entity(context, body["entityLink"])
        head = context.tx.head("user", context.caller.name)
        if head is None:
            raise not_found("user", context.caller.name)
        suggestion = {
            "id": new_id(),
            "type": body.get("type"),
            "entityLink": body["entityLink"],
            "createdAt": context.now,
            "createdBy": context.plain_serializer.reference(head),
            "updatedAt": context.now,
            "updatedBy": context.caller.name,
            "status": "Open",
            **self._read_content(context, body),
        }
        context.tx.record(row.fqn, KIND, context.now, suggestion["id"], suggestion)
        return self._created(context, suggestion, "suggestionCreated")

    def _find_entity(self, context: RequestContext, link: str) -> tuple[EntityModel, Row]:
        type, fqn = _split_link(link)[:2]
        model = find_model(context, type)
        return model, context.get_row(model, fqn, by_name=True)

    def _read_content(self, context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
        """Return what a request suggests. Raises the server's 400 if it suggests nothing."""
        if body.get("type") == DESCRIPTION:
            if not body.get("description"):
                raise bad_request("Suggestion's description cannot be empty.")
        elif body.get("type") == TAGS:
            if not body.get("tagLabels"):
                raise bad_request("Suggestion's tag label's cannot be empty.")
        else:
            raise bad_request("Invalid Suggestion Type.")
        labels = context.plain_serializer.labels
        for label in body.get("tagLabels") or ():
            if labels.tag(label) is None:
                type = TAG_TYPES.get(label.get("source", "Classification"), "tag")
                raise not_found(type, label["tagFQN"])
        content = {"tagLabels": labels.serialize(body.get("tagLabels") or [])}
        if body.get("description") is not None:
            content["description"] = body["description"]
        return {name: value for name, value in content.items() if value}

    def _created(self, context: RequestContext, suggestion: Suggestion, change: str) -> Result:
        serialized = self._serialize(context, suggestion)
        return Result(201, serialized, change=change, location=serialized["href"])

    def _serialize(self, context: RequestContext, suggestion: Suggestion) -> Suggestion:
        out = {**suggestion, "href": f"{context.base}/v1/suggestions/{suggestion['id']}"}
        return {name: out[name] for name in self._node.properties if name in out}

    # reading

    def get(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET suggestions/{id}``."""
        return Result(200, self._serialize(context, self._find(context, request)[1]))

    def _find(self, context: RequestContext, request: Request) -> tuple[str, Suggestion]:
        """Return a suggestion and the FQN that it is kept by."""
        found = context.tx.record_of(KIND, request.path["id"])
        if found is None:
            raise not_found("Suggestion", request.path["id"])
        return found

    def list_page(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET suggestions``: the last updated first; cursors are times of updates."""
        query = request.query
        status = query.get("status") or "Open"
        if status not in self._statuses:
            message = "No enum constant org.openmetadata.schema.type.SuggestionStatus."
            raise UnhandledServerError(message + status)
        limit = query_int(query, "limit", 10)
        if limit < 1:
            raise bad_request("[query param limit must be greater than or equal to 1]")
        found = [each for each in self._select(context, query) if each["status"] == status]
        page, paging = time_series.update_page(found, query, limit)
        data = [self._serialize(context, suggestion) for suggestion in page]
        return Result(200, {"data": data, "paging": paging})

    def _select(self, context: RequestContext, query: Any) -> Iterator[Suggestion]:
        """Yield the suggestions for an entity, by a user and of a type, the last updated first."""
        fqn, user, type = (query.get(name) for name in ("entityFQN", "userId", "suggestionType"))
        if fqn:
            found = context.tx.records(fqn, KIND, 0, time_series.ALWAYS)
        else:
            found = context.tx.records_of(KIND, 0, time_series.ALWAYS)
        for suggestion in found:
            if type in {None, "", suggestion["type"]} and user in {
                None, "", suggestion["createdBy"]["id"],
            }:  # fmt: skip
                yield suggestion

    # changing

    def update(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT suggestions/{id}``: change all but the author and the creation time."""
        fqn, stored = self._find(context, request)
        if not context.caller.admin and context.caller.name != stored["createdBy"]["name"]:
            raise _not_allowed(context, "Update")
        body = context.read(self._node, request.body)
        sent = {name: value for name, value in body.items() if value is not None}
        fixed = {name: stored[name] for name in ("id", "createdAt", "createdBy")}
        # What a request leaves out stays: a suggestion without it could not be accepted.
        suggestion = {**stored, **sent, **fixed}
        self._read_content(context, suggestion)
        self._save(context, fqn, suggestion)
        return self._created(context, suggestion, "suggestionUpdated")

    def _save(self, context: RequestContext, fqn: str, suggestion: Suggestion) -> None:
        suggestion["updatedBy"] = context.caller.name
        context.tx.remove_record(fqn, KIND, suggestion["id"])
        context.tx.record(fqn, KIND, suggestion["updatedAt"], suggestion["id"], suggestion)

    def accept(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT suggestions/{id}/accept``: change the entity."""
        fqn, suggestion = self._find(context, request)
        self._accept(context, fqn, [suggestion])
        return Result(200, None, change="suggestionAccepted")

    def reject(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT suggestions/{id}/reject``."""
        fqn, suggestion = self._find(context, request)
        self._reject(context, fqn, [suggestion])
        return Result(200, None, change="suggestionRejected")

    def accept_all(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT suggestions/accept-all``: change the entity once."""
        fqn, found = self._find_open(context, request)
        if found:
            self._accept(context, fqn, found)
        return self._all(context, found)

    def reject_all(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT suggestions/reject-all``."""
        fqn, found = self._find_open(context, request)
        if found:
            self._reject(context, fqn, found)
        return self._all(context, found)

    def _find_open(self, context: RequestContext, request: Request) -> tuple[str, list[Suggestion]]:
        fqn = request.query.get("entityFQN") or ""
        query = {**request.query, "entityFQN": fqn}
        found = self._select(context, query) if fqn else ()
        return fqn, [suggestion for suggestion in found if suggestion["status"] == "Open"]

    def _all(self, context: RequestContext, found: Sequence[Suggestion]) -> Result:
        """Return the response for several suggestions, which says what went wrong in its body."""
        serialized = [self._serialize(context, suggestion) for suggestion in found]
        return Result(200, {"entity": serialized, "status": "OK" if found else "BAD_REQUEST"})

    def _accept(self, context: RequestContext, fqn: str, found: Sequence[Suggestion]) -> None:
        self._check(context, found[0], "Accepted")
        model, row = self._entity_of(context, found[0])
        operations = list(_operations(model, row, context.load_entity(model, row.doc), found))
        permissions.check_patch(context, model.type, row.id, operations)
        if operations:
            write.patch(context, model, row, operations)
        for suggestion in found:
            suggestion["status"] = "Accepted"
            self._save(context, fqn, suggestion)

    def _reject(self, context: RequestContext, fqn: str, found: Sequence[Suggestion]) -> None:
        self._check(context, found[0], "Rejected")
        for suggestion in found:
            suggestion["status"] = "Rejected"
            self._save(context, fqn, suggestion)

    def _entity_of(
        self, context: RequestContext, suggestion: Suggestion
    ) -> tuple[EntityModel, Row]:
        type, fqn = _split_link(suggestion["entityLink"])[:2]
        model = find_model(context, type)
        return model, context.get_row(model, fqn, "all", by_name=True)

    def _check(self, context: RequestContext, suggestion: Suggestion, status: str) -> None:
        """Raise the server's 403 unless the caller owns the entity, or it has no owner."""
        _, row = self._entity_of(context, suggestion)
        owners = permissions.find_owners(context, row.id)
        if context.caller.admin or not owners or context.caller.id is None:
            return
        user = context.caller.id
        teams = {edge.target for edge in context.tx.references_from([user], ["teams"])}
        if not owners & {user, *teams}:
            raise _not_allowed(context, status)

    def delete(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE suggestions/{id}``."""
        fqn, suggestion = self._find(context, request)
        caller = context.caller
        if not (caller.admin or caller.bot or caller.name == suggestion["createdBy"]["name"]):
            raise permissions.forbidden(caller.name, "Delete")
        context.tx.remove_record(fqn, KIND, suggestion["id"])
        return Result(200, suggestion, change="suggestionDeleted")

    def delete_all(self, context: RequestContext, request: Request) -> Result:
        """Handle ``DELETE suggestions/{entityType}/name/{entityFQN}``; return the entity."""
        model = find_model(context, request.path["entityType"])
        row = context.get_row(model, request.path["entityFQN"], by_name=True)
        permissions.check(context, model.type, "Delete", row.id)
        for suggestion in context.tx.records(row.fqn, KIND, 0, time_series.ALWAYS):
            context.tx.remove_record(row.fqn, KIND, suggestion["id"])
        return Result(200, context.load_entity(model, row.doc), change="suggestionDeleted")


def _not_allowed(context: RequestContext, operation: str) -> Exception:
    name = context.caller.name
    message = f"Principal: CatalogPrincipal{{name='{name}'}} operations {operation} not allowed"
    return error_response(403, message)


def _split_link(link: str) -> list[str]:
    """Return the entity type, the FQN and the steps to the field of an entity link."""
    return link.removeprefix("<#E::").removesuffix(">").split("::")


def _operations(
    model: EntityModel, row: Row, entity: dict[str, Any], found: Sequence[Suggestion]
) -> Iterator[dict[str, Any]]:
    """Yield the JSON Patch operations that carry out suggestions on a loaded entity.

    Links to anything else than the entity or one of its members, such as a column, do nothing.
    """
    for suggestion in found:
        steps = _split_link(suggestion["entityLink"])[2:]
        pointer, target = "", entity
        if steps:
            member = None
            if len(steps) == 2:
                member = _find_member(model, entity, steps[0], f"{row.fqn}.{steps[1]}")
            if member is None:
                continue
            pointer, target = member
        if suggestion["type"] == DESCRIPTION:
            name, value = "description", suggestion["description"]
        else:
            name, value = "tags", [*(target.get("tags") or ()), *suggestion["tagLabels"]]
        target[name] = value
        yield {"op": "add", "path": f"{pointer}/{name}", "value": value}


def _find_member(
    model: EntityModel, entity: dict[str, Any], field: str, fqn: str
) -> tuple[str, dict[str, Any]] | None:
    """Return the JSON pointer of the member with an FQN, and the member, or None."""
    stack = [
        ("/" + "/".join(group.path), group.children, members_at(entity, group.path))
        for group in model.members if group.path[0] == field
    ]  # fmt: skip
    while stack:
        pointer, children, listed = stack.pop()
        for place, member in enumerate(listed):
            if member.get("fullyQualifiedName") == fqn:
                return f"{pointer}/{place}", member
            if children is not None and member.get(children):
                stack.append((f"{pointer}/{place}/{children}", children, member[children]))
    return None


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the routes."""
    suggestions = Suggestions(models)
    root, one = "/v1/suggestions", "/v1/suggestions/{id}"
    several = ("userId", "entityFQN", "suggestionType")
    routes.add("POST", root, Route(suggestions.create, JSON, writes=True,
               operation="createSuggestion", body_schema=suggestions.create_body))  # fmt: skip
    query = ("limit", "before", "after", "entityFQN", "userId", "status")
    routes.add("GET", root, Route(suggestions.list_page, operation="listSuggestions", query=query))
    routes.add("GET", one, Route(suggestions.get, operation="getSuggestionByID"))
    routes.add("PUT", one, Route(suggestions.update, JSON, writes=True,
               operation="updateSuggestion", body_schema=suggestions.body))  # fmt: skip
    routes.add("DELETE", one, Route(suggestions.delete, writes=True, operation="deleteSuggestion"))
    for name, accept_or_reject, all_of_user in (
        ("accept", suggestions.accept, suggestions.accept_all),
        ("reject", suggestions.reject, suggestions.reject_all),
    ):
        route = Route(accept_or_reject, writes=True, operation=f"{name}Suggestion")
        routes.add("PUT", f"{one}/{name}", route)
        route = Route(all_of_user, writes=True, operation=f"{name}AllSuggestion", query=several)
        routes.add("PUT", f"{root}/{name}-all", route)
    routes.add(
        "DELETE", f"{root}/{{entityType}}/name/{{entityFQN}}",
        Route(suggestions.delete_all, writes=True, operation="deleteSuggestions"),
    )  # fmt: skip
