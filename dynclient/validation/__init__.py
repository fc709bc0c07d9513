"""Who judges data: jsonschema-rs accepts, jsonschema explains.

:func:`validator` gives the judge of a release. Valid data never loads the slow engine.
"""

from __future__ import annotations

from dynclient.validation.validator import Validator, validator

__all__ = ["Validator", "validator"]
