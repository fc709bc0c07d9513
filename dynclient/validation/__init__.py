"""Who judges data: jsonschema-rs accepts, jsonschema explains.

:func:`judge` gives the judge of a release. Valid data never loads the slow engine.
"""

from __future__ import annotations

from dynclient.validation.validator import Judge, judge

__all__ = ["Judge", "judge"]
