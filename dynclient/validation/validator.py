"""The judge of a release: a fast yes, or a list of everything that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from dynclient.errors import Problem, RequestInvalid
from dynclient.validation import fast
from dynclient.validation.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node, Release

_judges: WeakKeyDictionary[Release, Validator] = WeakKeyDictionary()


def validator(release: Release) -> Validator:
    """Return the judge of a release; there is one per process."""
    found = _judges.get(release)
    if found is None:
        found = _judges.setdefault(release, Validator(release))
    elif not found.judges_by(release):
        # That of an equal release, which may be gone before this one is.
        _judges.pop(release, None)
        found = _judges.setdefault(release, Validator(release))
    return found


class Validator:
    """Judges data by the schemas of one release.

    Compiled validators are kept by reference (``path#pointer``), so a second judgement of the same
    type costs a look-up and the check itself.
    """

    def __init__(self, release: Release) -> None:
        # The documents alone, since the release is the key that this judge is kept under.
        self._documents = Documents(release)
        self._compiled: dict[str, Callable[[Any], bool]] = {}

    def judges_by(self, release: Release) -> bool:
        """Tell whether it holds the documents of this very release, not of one that equals it."""
        return self._documents.are_of(release)

    def accepts(self, place: str | Node, data: Any) -> bool:
        """Tell whether data is valid.

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
            compiled = fast.compile_validator(self._documents, reference)
            is_valid = self._compiled.setdefault(reference, compiled)
        return is_valid(data)

    def explain(self, place: str | Node, data: Any) -> list[Problem]:
        """Return everything that is wrong with data, in the order of the data's places.

        Args:
            place: as for :meth:`accepts`.
            data: decoded JSON, or what a user took for it.
        """
        from dynclient.validation import explain

        reference = place if isinstance(place, str) else place.ref
        return explain.problems(self._documents, reference, data)

    def check(self, place: str | Node, data: Any, what: str = "the request") -> None:
        """Raise unless data is valid.

        Args:
            place: as for :meth:`accepts`.
            data: decoded JSON.
            what: how to call the data in the error.

        Raises:
            RequestInvalid: it is not; ``problems`` lists everything that is wrong.
        """
        if not self.accepts(place, data):
            raise RequestInvalid(what=what, problems=self.faults(place, data))

    def faults(self, place: str | Node, data: Any) -> list[Problem]:
        """Return the problems of data that was not accepted; never an empty list.

        The two engines agree, and tests hold that; should they not, that is said, and the data
        stays refused.
        """
        found = self.explain(place, data)
        if not found:
            rule = "it is refused, but nobody can say why; please report this"
            found = [Problem("", f"a {type(data).__name__}", "disagreement", rule)]
        return found
