"""Methods of ``Containers``: what is above and below one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.entity_list import EntityList
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import text_of
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Sequence


@public_calls
class ContainerMethods(BaseEntity[Any, Any]):
    """What containers have in addition to the methods of all entities."""

    @classmethod
    def set_parent(cls, container_id: Any, parent: Any) -> Any:
        """Move a container below another one, and return it.

        Args:
            container_id: id of the container.
            parent: an ``EntityReference`` to the container above.
        """
        return cls._move(container_id, schema_classes.payload(parent))

    @classmethod
    def clear_parent(cls, container_id: Any) -> Any:
        """Move a container to the top of its service, and return it."""
        return cls._move(container_id, None)

    @classmethod
    def list_children(
        cls, container_fqn: Any, *, limit: int = 100, offset: int = 0
    ) -> EntityList[Any]:
        """Return the containers directly below a container, with id and names.

        Args:
            container_fqn: fully qualified name of the container.
            limit: the largest number of containers.
            offset: the number of containers to skip.
        """
        children = cls._native(
            lambda containers: [
                *islice(containers.children(text_of(container_fqn)), offset, offset + limit)
            ]
        )
        return EntityList([cls._to_entity(model.asdict(each)) for each in children])

    @classmethod
    def list_ancestors(cls, container_fqn: Any) -> Sequence[Any]:
        """Return references to the containers above a container, the outermost first."""
        found = cls._native(lambda containers: containers.ancestors(text_of(container_fqn)))
        return [cls._reference(cls.to_entity_reference(each)) for each in found]

    @classmethod
    def _move(cls, container_id: Any, parent: Any) -> Any:
        def change(state: dict[str, Any]) -> None:
            state.pop("parent", None)
            if parent is not None:
                state["parent"] = parent

        return cls._get_client()._read_and_patch(
            cls.entity_type(),
            text_of(container_id),
            ["parent"],
            change,
            skip_on_failure=False,
            unchanged=lambda container: container,
        )
