"""The operations of a server, as data: parameters, operations and collections of a release."""

from __future__ import annotations

from dynclient.operations.catalogue import Catalogue, CollectionSpec, catalogue
from dynclient.operations.operation import INCLUDES, LIMIT_MAX, Operation, Parameter
from dynclient.operations.routes import attribute_name, plural, route, rule

__all__ = [
    "INCLUDES",
    "LIMIT_MAX",
    "Catalogue",
    "CollectionSpec",
    "Operation",
    "Parameter",
    "attribute_name",
    "catalogue",
    "plural",
    "route",
    "rule",
]
