"""Inlets and outlets of DAGs."""

from __future__ import annotations

import json

import pytest

from dynclient.compat.ingestion.airflow_lineage import OMEntity, parse_xlets


class Table:
    """Stands in for a generated class."""


def test_an_entity_of_a_dag() -> None:
    entity = OMEntity(entity=Table, fqn="shop.main.public.orders")
    assert entity == OMEntity(entity=Table, fqn="shop.main.public.orders", key="default")
    path = f"{__name__}.Table"
    assert json.loads(str(entity)) == {"entity": path, "fqn": entity.fqn, "key": "default"}
    with pytest.raises(TypeError):
        OMEntity(Table, "shop.main.public.orders")  # type: ignore[misc]


def test_inlets_are_grouped_by_key() -> None:
    first, second = (OMEntity(entity=Table, fqn=name, key=name) for name in ("a", "b"))
    assert parse_xlets([first, "other", second, first]) == {"a": [first, first], "b": [second]}
