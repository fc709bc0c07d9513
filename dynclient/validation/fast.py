"""The fast yes or no: jsonschema-rs validators of the closure of one document.

Formats are annotations, as draft-07 has them by default and servers take them. Where jsonschema-rs
cannot be installed, jsonschema answers, some five hundred times slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.validation.documents import Documents, root_schema

if TYPE_CHECKING:
    from collections.abc import Callable


def compile_validator(documents: Documents, reference: str) -> Callable[[Any], bool]:
    """Return a function that tells whether decoded JSON is valid at a place.

    Raises:
        SchemaNotFound: the release has no such place.
    """
    schema = root_schema(documents, reference)
    try:
        import jsonschema_rs
    except ImportError:
        from dynclient.validation import explain

        return explain.acceptor(documents, reference)
    registry = jsonschema_rs.Registry(documents.closure(reference), draft=jsonschema_rs.Draft7)
    validator = jsonschema_rs.Draft7Validator(schema, registry=registry, validate_formats=False)
    is_valid: Callable[[Any], bool] = validator.is_valid

    def accepts(data: Any) -> bool:
        try:
            return is_valid(data)
        except (TypeError, ValueError):
            # Something in it is no JSON at all; the explaining engine says what.
            return False

    return accepts
