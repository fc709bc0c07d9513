# mypy: ignore-errors
# pyright: reportIncompatibleMethodOverride=false
"""What the types of all releases have in common; ``dynclient stubs`` copies this file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar, overload
from uuid import UUID

from dynclient.client.client import Client as AnyClient
from dynclient.client.collection import Collection as AnyCollection
from dynclient.dispatch.pagination import Listing as AnyListing
from dynclient.dispatch.pagination import Page as AnyPage
from dynclient.model.entity import Entity as AnyEntity
from dynclient.transport.request import Request

R = TypeVar("R")
W = TypeVar("W")
T = TypeVar("T")
E = TypeVar("E", bound=AnyEntity)

Strings: TypeAlias = list[str] | tuple[str, ...]
"""Several strings; a single one is a sequence of its letters, and always a mistake."""
StringsOr: TypeAlias = Sequence[T] | list[T | str] | list[str] | tuple[T | str, ...]
"""Several strings, or values that may be passed instead of one."""
Id: TypeAlias = str | UUID | AnyEntity
Name: TypeAlias = str | AnyEntity
Key: TypeAlias = str | UUID | AnyEntity | tuple[str, ...] | Mapping[str, Any]
"""What names an entity: its id, its fully qualified name, its names, itself or a reference."""
Time: TypeAlias = int | datetime
Fields: TypeAlias = str | Iterable[str]
Include: TypeAlias = Literal["non-deleted", "deleted", "all"]

class Field(Generic[R, W]):
    """A field that returns one type and takes more when it is assigned."""

    @overload
    def __get__(self, instance: None, owner: type) -> Any: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> R: ...
    def __set__(self, instance: object, value: W) -> None: ...
    def __delete__(self, instance: object) -> None: ...

class Entity(AnyEntity):
    __getattr__: None  # only the fields of the release exist
    __setattr__: None

class CreateRequest(Entity, Generic[T]):
    """A request that creates or updates an entity of a type."""

class Page(AnyPage, Generic[T]):
    entities: list[T]
    def __iter__(self) -> Iterator[T]: ...
    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

class Listing(AnyListing, Generic[T]):
    def page(self, *, after: str | None = None, before: str | None = None) -> Page[T]: ...
    def pages(self) -> Iterator[Page[T]]: ...
    def pages_with(self, paths: Iterable[str]) -> Iterator[Page[T]]: ...
    def first(self) -> T | None: ...
    @overload
    def __getitem__(self, key: int) -> T: ...
    @overload
    def __getitem__(self, key: slice) -> list[T]: ...
    def __iter__(self) -> Iterator[T]: ...
    def __next__(self) -> T: ...

class Collection(AnyCollection, Generic[T]):
    __getattr__: None  # only the methods of the release exist
    @overload
    def __getitem__(self, key: slice) -> list[T]: ...
    @overload
    def __getitem__(self, key: Key) -> T: ...
    def __iter__(self) -> Iterator[T]: ...

class BaseClient(AnyClient):
    """A client without the collections and features of a release."""

    __getattr__: None  # only the collections and features of the release exist
    def __enter__(self) -> Self: ...
    def save(
        self,
        entity: E,
        *,
        read_back: bool = False,
        on_conflict: Literal["error", "rebase"] = "error",
    ) -> E: ...
    def create_or_update(self, data: CreateRequest[T]) -> T: ...
    @overload
    def delete(
        self,
        target: E,
        /,
        *,
        recursive: bool = False,
        hard: bool | None = None,
        hard_delete: bool | None = None,
    ) -> E | None: ...
    @overload
    def delete(
        self,
        target: None = None,
        /,
        *,
        entity: type[E],
        entity_id: Key,
        recursive: bool = False,
        hard: bool | None = None,
        hard_delete: bool | None = None,
    ) -> E | None: ...
    @overload
    def delete(
        self,
        target: None = None,
        /,
        *,
        entity: str,
        entity_id: Key,
        recursive: bool = False,
        hard: bool | None = None,
        hard_delete: bool | None = None,
    ) -> Any: ...
    @overload
    def get_by_name(
        self,
        entity: type[E],
        fqn: Name,
        fields: Fields | None = None,
        include: Include | None = None,
    ) -> E | None: ...
    @overload
    def get_by_name(
        self, entity: str, fqn: Name, fields: Fields | None = None, include: Include | None = None
    ) -> Any: ...
    @overload
    def get_by_id(
        self,
        entity: type[E],
        entity_id: Id,
        fields: Fields | None = None,
        include: Include | None = None,
    ) -> E | None: ...
    @overload
    def get_by_id(
        self,
        entity: str,
        entity_id: Id,
        fields: Fields | None = None,
        include: Include | None = None,
    ) -> Any: ...
    @overload
    def resolve(
        self,
        target: Any,
        /,
        entity: type[E],
        *,
        fields: Fields | None = None,
        include: Include | None = None,
    ) -> E: ...
    @overload
    def resolve(
        self,
        target: Any,
        /,
        entity: str | None = None,
        *,
        fields: Fields | None = None,
        include: Include | None = None,
    ) -> Any: ...
    @overload
    def list_entities(
        self,
        entity: type[E],
        fields: Fields | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> Page[E]: ...
    @overload
    def list_entities(
        self,
        entity: str,
        fields: Fields | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> Page[Any]: ...
    @overload
    def list_all_entities(
        self,
        entity: type[E],
        fields: Fields | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> Listing[E]: ...
    @overload
    def list_all_entities(
        self, entity: str, fields: Fields | None = None, limit: int | None = None, **filters: Any
    ) -> Listing[Any]: ...
    def prepare(
        self, call: str | Callable[..., Any], /, *values: Any, **keywords: Any
    ) -> Request: ...
