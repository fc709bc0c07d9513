"""``metadata.utils.entity_link``: links to entities and columns, as test cases use them."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa.exceptions import FQNBuildingException
from dynclient.compat.ometa.utils import get_entity_type, model_str
from dynclient.extensions.entity_links import EntityLink, parse_entity_link

_COLUMNS = "columns"


def get_entity_link(entity_type: Any, fqn: Any, **kwargs: Any) -> str:
    """Return the link to an entity, or with ``column_name=`` to one of its columns.

    Args:
        entity_type: the entity class, or the name of the entity type.
        fqn: fully qualified name of the entity.
        kwargs: ``column_name``.

    Raises:
        TypeError: an unknown argument.
    """
    column = kwargs.pop("column_name", None)
    if kwargs:
        raise TypeError(f"get_entity_link() takes column_name=, not {', '.join(kwargs)}")
    parts = () if column is None else (_COLUMNS, model_str(column))
    return str(EntityLink(get_entity_type(entity_type), model_str(fqn), parts))


def split(str_: str) -> list[str]:
    """Split a link into entity type, name, and what follows.

    Raises:
        FQNBuildingException: the text is not a link.
    """
    text = model_str(str_)
    link = parse_entity_link(text)
    if link is None:
        raise FQNBuildingException(
            f"{text!r} is not an entity link, such as <#E::table::svc.db.schema.table>"
        )
    return [link.type, link.name, *link.parts]


def get_decoded_column(entity_link: str) -> str:
    """Return the last part of a link: the column, if it names one."""
    return split(entity_link)[-1]


def get_table_fqn(entity_link: str) -> str:
    """Return the fully qualified name of the table of a link."""
    return split(entity_link)[1]


def get_table_or_column_fqn(entity_link: str) -> str:
    """Return the fully qualified name of the column, else of the table, of a link."""
    parts = split(entity_link)
    if len(parts) > 3 and parts[2] == _COLUMNS:
        return f"{parts[1]}.{parts[3]}"
    return parts[1]
