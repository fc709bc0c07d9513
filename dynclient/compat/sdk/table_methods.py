"""Methods of ``Tables``: labels, columns, custom metrics, sample data."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import text_of
from dynclient.tracebacks import public_calls


@public_calls
class TableMethods(BaseEntity[Any, Any]):
    """What tables have in addition to the methods of all entities."""

    @classmethod
    def add_tag(cls, table_id: Any, tag_fqn: Any) -> Any:
        """Add a tag or a glossary term to a table, and return the table.

        Args:
            table_id: id of the table.
            tag_fqn: fully qualified name of the tag, ``PII.Sensitive``.

        Raises:
            APIError: there is no such tag; nothing is sent then.
        """
        return cls._changed(lambda tables: tables.add_tags(text_of(table_id), text_of(tag_fqn)))

    @classmethod
    def update_column_description(cls, table_id: Any, column_name: Any, description: Any) -> Any:
        """Set the description of a column, and return the table.

        Args:
            table_id: id of the table.
            column_name: name of the column; of a nested one ``parent.child``.
            description: the text.

        Raises:
            APIError: the table has no such column; nothing is sent then.
        """
        text, column = text_of(description), text_of(column_name)
        return cls._changed(
            lambda tables: tables.set_description(text_of(table_id), text, column=column)
        )

    @classmethod
    def add_custom_metric(cls, table_id: Any, custom_metric: Any) -> Any:
        """Add a custom metric, and return the table.

        Args:
            table_id: id of the table.
            custom_metric: a ``CreateCustomMetricRequest``.
        """
        return cls._get_client().create_or_update_custom_metric(
            custom_metric=custom_metric, table_id=text_of(table_id)
        )

    @classmethod
    def add_sample_data(cls, table_id: Any, sample_data: Any) -> Any:
        """Replace the sample data of a table, and return them.

        Args:
            table_id: id of the table.
            sample_data: a ``TableData``.
        """
        return cls._get_client().ingest_table_sample_data(
            table=cls._only_id(table_id), sample_data=sample_data
        )

    @classmethod
    def get_sample_data(cls, table_id: Any) -> Any:
        """Return a table with its sample data."""
        return cls._get_client().get_sample_data(table=cls._only_id(table_id))

    @classmethod
    def _only_id(cls, table_id: Any) -> Any:
        """Return a table of which only the id is known, so that it need not be requested."""
        return schema_classes.wrap(cls.entity_type(), {"id": text_of(table_id)})
