"""The validator of a release: a fast yes or no, and a list of everything that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import Problem
from dynclient.schema.pointers import MAX_DEPTH, check_call_stack, is_deeper
from dynclient.validation import fast
from dynclient.validation.documents import UNEXAMINED, Documents, too_deep

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node, Release
    from dynclient.validation.explain import Explainer


_ROOM_FOR_THE_ENGINE = 200
"""Calls that importing the explaining engine and compiling a schema may nest."""


def validator(release: Release) -> Validator:
    """Return the validator of a release; each release has one."""
    return release.memo("validator", Validator)


class Validator:
    """Validates data by the schemas of one release.

    Compiled schemas are kept by reference (``path#pointer``), so validating the same type again
    costs a look-up and the check itself.
    """

    def __init__(self, release: Release) -> None:
        # A circle through the release's memo; the garbage collector frees both together.
        self._documents = Documents(release)
        self._compiled: dict[str, Callable[[Any], bool]] = {}
        self._explainer: Explainer | None = None

    def check(self, place: str | Node, data: Any) -> list[Problem]:
        """Return everything that is wrong with data of any origin; empty if it is valid.

        Args:
            place: as for :meth:`is_valid`.
            data: decoded JSON, of any depth.

        Raises:
            SchemaNotFound: the release has no such place.
        """
        if is_deeper(data, MAX_DEPTH):
            return [too_deep(data)]
        return [] if self.is_valid(place, data) else self.problems(place, data)

    def is_valid(self, place: str | Node, data: Any) -> bool:
        """Return whether data is valid.

        Its depth is not checked, since that costs half as much as the validation itself: data that
        no recursive Python function has read yet is passed to :meth:`check`.

        Args:
            place: a node, or its reference: ``api/data/createTable.json`` (a whole document) or
                ``entity/data/table.json#/definitions/column``.
            data: decoded JSON.

        Raises:
            SchemaNotFound: the release has no such place.
        """
        reference = place if isinstance(place, str) else place.ref
        is_valid = self._compiled.get(reference)
        if is_valid is None:
            is_valid = self._compiled.setdefault(reference, self._compile(reference))
        return is_valid(data)

    def problems(self, place: str | Node, data: Any) -> list[Problem]:
        """Return everything that is wrong with data, sorted by position; empty if it is valid.

        Args:
            place: as for :meth:`is_valid`.
            data: decoded JSON, or what a user passed as such.

        Raises:
            SchemaNotFound: the release has no such place.
        """
        reference = place if isinstance(place, str) else place.ref
        try:
            check_call_stack(_ROOM_FOR_THE_ENGINE)
            found = self._slow_engine().problems(reference, data)
        except RecursionError:
            message = "was not examined: the call stack is nearly used up"
            found = [Problem("", f"a {type(data).__name__}", UNEXAMINED, message)]
        if found and [problem.rule for problem in found] != [UNEXAMINED]:
            return found
        try:
            if self.is_valid(reference, data):
                return []
        except RecursionError:
            return found
        # The engines agree, and tests verify that; if they ever do not, the data is refused.
        message = "is not valid, but the reason is unknown; please report this"
        return found or [Problem("", f"a {type(data).__name__}", "disagreement", message)]

    def _compile(self, reference: str) -> Callable[[Any], bool]:
        try:
            return fast.compile_validator(self._documents, reference)
        except ImportError:  # no wheel for this platform; jsonschema is some 500 times slower
            return self._slow_engine().compile_validator(reference)

    def _slow_engine(self) -> Explainer:
        explainer = self._explainer
        if explainer is None:
            from dynclient.validation.explain import Explainer

            explainer = self._explainer = Explainer(self._documents)
        return explainer
