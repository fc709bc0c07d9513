"""Validation by the schemas of a release: jsonschema-rs decides, jsonschema lists the problems.

:func:`validator` returns the validator of a release. Valid data never loads the slow engine.
"""

from __future__ import annotations

from dynclient.validation.validator import Validator, validator

__all__ = ["Validator", "validator"]
