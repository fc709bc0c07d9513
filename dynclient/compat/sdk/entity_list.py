"""Pages of entities, and the parameters of a list as an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dynclient.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

_PAGE = ("limit", "after", "before", "fields")


class EntityList(Generic[T]):
    """One page of a list.

    Args:
        entities: the entities of the page.
        after: the cursor of the next page; None on the last page.
        before: the cursor of the previous page; None on the first page.
        total: the number of entities on all pages, if it is known.
        fetch: returns the page after a cursor.
    """

    def __init__(
        self,
        entities: Sequence[T],
        after: str | None = None,
        before: str | None = None,
        total: int | None = None,
        fetch: Callable[[str], EntityList[T]] | None = None,
    ) -> None:
        self.entities = entities
        self.after = after
        self.before = before
        self.total = total
        self._fetch = fetch

    def __iter__(self) -> Iterator[T]:
        """Yield the entities of this page."""
        return iter(self.entities)

    def auto_paging_iterable(self) -> Iterator[T]:
        """Yield the entities of this page and of all that follow, fetched page by page."""
        page = self
        yield from page.entities
        while page.after and page._fetch is not None:
            page = page._fetch(page.after)
            yield from page.entities

    def get_data(self) -> Sequence[T]:
        """Return the entities of this page."""
        return self.entities

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntityList) and self._values() == other._values()

    __hash__ = None  # type: ignore[assignment]  # mutable

    def _values(self) -> tuple[list[T], str | None, str | None]:
        return [*self.entities], self.after, self.before

    def __repr__(self) -> str:
        return f"EntityList({len(self.entities)} entities, after={self.after!r})"


class ListParams:
    """Parameters of a list: ``TableListParams.builder().limit(50).database("…").build()``.

    Args:
        values: ``limit``, ``after``, ``before``, ``fields``, and filters by their names in the REST
            API.
    """

    def __init__(self, **values: Any) -> None:
        self._values = values

    @classmethod
    def builder(cls) -> ListParamsBuilder:
        """Return a builder of parameters."""
        return ListParamsBuilder(cls)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters by name."""
        return dict(self._values)

    def arguments(self) -> dict[str, Any]:
        """Return the parameters as keywords of ``Tables.list()``."""
        page = {name: self._values[name] for name in _PAGE if name in self._values}
        filters = {name: value for name, value in self._values.items() if name not in _PAGE}
        return {**page, "filters": filters or None}

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_values", {})
        if name.startswith("_") or name not in values:
            message = f"{type(self).__name__} has no parameter {name!r}"
            raise AttributeError(message, name=name, obj=self)
        return values[name]

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"{type(self).__name__}({arguments})"


class ListParamsBuilder:
    """Builds :class:`ListParams`: every method is the name of a parameter, in snake_case too."""

    def __init__(self, params: type[ListParams]) -> None:
        self._params = params
        self._values: dict[str, Any] = {}

    def build(self) -> ListParams:
        """Return the parameters."""
        return self._params(**self._values)

    def __getattr__(self, name: str) -> Callable[[Any], ListParamsBuilder]:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        first, *others = name.split("_")
        proper = first + "".join(word.title() for word in others)

        def set_value(value: Any) -> ListParamsBuilder:
            self._values[proper] = value
            return self

        return set_value

    def __repr__(self) -> str:
        return f"<builder of {self._params.__name__}>"


def list_arguments(params: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords of a list, from an object with parameters or from keywords.

    Args:
        params: a :class:`ListParams`, or None.
        keywords: the keywords of the call.

    Raises:
        UsageError: ``params`` is something else.
    """
    if params is None:
        return keywords
    if not isinstance(params, ListParams):
        raise UsageError(
            "list() takes keywords, such as list(limit=50, filters={'database': …}), or a"
            f" ListParams, not {type(params).__name__}"
        )
    return {**keywords, **params.arguments()}
