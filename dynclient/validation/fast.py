"""The fast engine: jsonschema-rs validators of the closure of one document.

Formats are annotations, as in draft-07 by default and as servers treat them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.validation.documents import Documents


def compile_validator(documents: Documents, reference: str) -> Callable[[Any], bool]:
    """Return a function that returns whether decoded JSON is valid at a place.

    Raises:
        SchemaNotFound: the release has no such place.
        SchemaError: a schema there is not valid, or refers to a place that does not exist.
        ImportError: jsonschema-rs is not installed.
    """
    schema = documents.root_schema(reference)
    import jsonschema_rs

    try:
        registry = jsonschema_rs.Registry(documents.closure(reference), draft=jsonschema_rs.Draft7)
        compiled = jsonschema_rs.Draft7Validator(schema, registry=registry, validate_formats=False)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        # Repairs leave nothing of this kind, except below keywords that JSON Schema does not have.
        message = f"{reference} of release {documents.release.name} cannot be compiled: {error}"
        raise SchemaError(message) from None
    is_valid_json: Callable[[Any], bool] = compiled.is_valid

    def is_valid(data: Any) -> bool:
        try:
            return is_valid_json(data)
        except (TypeError, ValueError):
            # Some value is not JSON at all; the explaining engine says which.
            return False

    return is_valid
