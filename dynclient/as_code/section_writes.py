"""The sections of documents written: by the requests that servers have for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.as_code.references import is_named
from dynclient.as_code.request_fields import NAME
from dynclient.as_code.sections import FEED, FOLLOWERS, LINEAGE, PROFILE, SAMPLE_DATA
from dynclient.operations.operation import Plan
from dynclient.session.property_values import DEFINITIONS

if TYPE_CHECKING:
    from dynclient.as_code.plan_actions import Action
    from dynclient.session.session import Session


class SectionWriter:
    """Writes sections; each is written such that it can be repeated.

    Args:
        session: the session of the server.
        id_of: returns type and id of an entity, by its types and its fully qualified name.
    """

    def __init__(
        self, session: Session, id_of: Callable[[tuple[str, ...], str], tuple[str, str]]
    ) -> None:
        self._session = session
        self._id_of = id_of

    def write(self, action: Action) -> None:
        """Write the sections of an action.

        Raises:
            DynclientError: one of them was refused.
        """
        writers: dict[str, Callable[[Action, Any], None]] = {
            DEFINITIONS: self._definitions, FOLLOWERS: self._followers, LINEAGE: self._lineage,
            SAMPLE_DATA: self._sample_data, PROFILE: self._profile, FEED: self._threads,
        }  # fmt: skip
        for name, value in action.content.get("sections", {}).items():
            writers[name](action, value)

    def _definitions(self, action: Action, value: list[dict[str, Any]]) -> None:
        from dynclient.extensions.custom_properties import CustomProperties

        extension = CustomProperties(self._session)
        types = extension.field_types()
        for each in value:
            kind = each["propertyType"][NAME]
            reference = {"id": types[kind]["id"], "type": "type"}
            extension.call("define", {"id": action.id}, {**each, "propertyType": reference})
        self._session.property_definitions.forget(action.fqn)

    def _followers(self, action: Action, value: list[dict[str, Any]]) -> None:
        follow = self._session.find(action.type).operations["follow"]
        for each in value:
            _, id = self._id_of((each["type"],), each[NAME])
            self._session.call(Plan(follow, {"id": action.id}, id))

    def _lineage(self, action: Action, value: list[dict[str, Any]]) -> None:
        from dynclient.extensions.lineage import LineageExtension

        lineage = LineageExtension(self._session)
        for each in value:
            details = {name: self._with_ids(inner) for name, inner in each.items()}
            edge: dict[str, Any] = {
                "fromEntity": _bare(details.pop("from")),
                "toEntity": {"id": action.id, "type": action.type},
            }
            if details:
                edge["lineageDetails"] = details
            lineage.call("put", {}, {"edge": edge})

    def _sample_data(self, action: Action, value: Any) -> None:
        self._profiles(action).call("set_sample_data", {"id": action.id}, value)

    def _profile(self, action: Action, value: Any) -> None:
        self._profiles(action).call("add_profile", {"id": action.id}, value)

    def _profiles(self, action: Action) -> Any:
        from dynclient.extensions.profiles import Profiles

        return Profiles(self._session, self._session.find(action.type).attribute)

    def _threads(self, action: Action, value: list[dict[str, Any]]) -> None:
        from dynclient.extensions.feed import Feed

        feed = Feed(self._session)
        target = {"id": action.id, "type": action.type, NAME: action.fqn}
        known = {model.raw(each)["message"] for each in feed.conversations(target)}
        is_named = feed.takes_author()
        for each in value:
            if each["message"] not in known:
                author = each["from"] if is_named else None
                thread = feed.start(target, each["message"], author=author)
                for post in each["posts"]:
                    feed.reply(thread, post["message"], author=post["from"] if is_named else None)

    def _with_ids(self, value: Any) -> Any:
        """Return JSON with the ids of entities in references by name."""
        if is_named(value):
            entity_type, id = self._id_of((value["type"],), value[NAME])
            return {"id": id, "type": entity_type, NAME: value[NAME]}
        if isinstance(value, Mapping):
            return {name: self._with_ids(inner) for name, inner in value.items()}
        return [*map(self._with_ids, value)] if isinstance(value, list) else value


def _bare(reference: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": reference["id"], "type": reference["type"]}
