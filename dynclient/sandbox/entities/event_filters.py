"""Filters of event subscriptions: which a resource has, and the rules that they become."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.http_errors import bad_request

if TYPE_CHECKING:
    from dynclient.sandbox.rules import Rules

_ARGUMENT = re.compile(r"\$\{(\w+)\}")


def filters_by_resource(rules: Rules) -> dict[str, list[str]]:
    """Return the names of the filters of each resource that a subscription can be about."""
    filters = rules.table("filters_of_resources")
    names = rules.names("subscription_resources", "*")
    return {name: filters.get(name, filters["*"]) for name in sorted(names)}


def describe_filter(rules: Rules, name: str) -> dict[str, Any]:
    """Return a filter; its condition has the names of its arguments: ``${fqnList}``."""
    return {
        "name": name,
        "fullyQualifiedName": f"eventSubscription.{name}",
        "effect": "include",
        "prefixCondition": "AND",
        **rules.table("subscription_filters")[name],
    }


def filtering_rule(rules: Rules, resource: str, filter: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule for a filter of a request, with the values of its arguments.

    Raises the server's 400 for a filter that the resource does not have.
    """
    name = filter.get("name")
    if name not in filters_by_resource(rules).get(resource, ()):
        raise bad_request(f"Give Resource doesn't support the filter {name}")
    values = {each["name"]: each.get("input") or [] for each in filter.get("arguments") or ()}
    rule = describe_filter(rules, str(name))
    chosen = {key: filter[key] for key in ("effect", "prefixCondition") if filter.get(key)}

    def quote(found: re.Match[str]) -> str:
        quoted = [f"'{value}'" for value in values.get(found[1], ())]
        return "{" + ", ".join(quoted) + "}"

    return {**rule, **chosen, "condition": _ARGUMENT.sub(quote, rule["condition"])}
