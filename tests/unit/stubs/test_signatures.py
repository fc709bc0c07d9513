"""Signatures written for another module, with the imports that their annotations need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import pytest

from dynclient import errors
from dynclient.extensions.accounts import Accounts
from dynclient.extensions.lineage import LineageExtension
from dynclient.extensions.tag_labels import TagLabels
from dynclient.extensions.versions import Versions
from dynclient.stubs.signatures import Signatures
from dynclient.stubs.stub_module import StubModule

if TYPE_CHECKING:
    from decimal import Decimal


class Example:
    def plain(self, a: int, *names: str, flag: bool = False) -> list[str]: ...  # type: ignore[empty-body]  # only its signature counts

    def checked(self, value: Decimal | None = None) -> Callable[[Decimal], Any]: ...  # type: ignore[empty-body]

    def literal(self, how: Literal["a b", "Decimal"], default: object = object()) -> None: ...

    def dotted(self, error: errors.Conflict) -> Example: ...  # type: ignore[empty-body]

    def unknown(self, value: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    def bare(self, value, other=()):  # type: ignore[no-untyped-def]
        ...


def written(name: str) -> tuple[str, str]:
    module = StubModule("there")
    line = Signatures(module).method(name, getattr(Example, name))
    module.write(line)
    return line, module.text("#")


@pytest.mark.parametrize(
    ("name", "line", "imported"),
    [
        ("plain", "(self, a: int, *names: str, flag: bool = False) -> list[str]:", ""),
        (
            "checked",
            "(self, value: Decimal | None = None) -> Callable[[Decimal], Any]:",
            "from decimal import Decimal",
        ),
        (
            "literal",
            "(self, how: Literal['a b', 'Decimal'], default: object = ...) -> None:",
            "from typing import Literal",
        ),
        ("dotted", "(self, error: Conflict) -> Example:", "from dynclient.errors import Conflict"),
        ("unknown", "(self, value: Any) -> None:", "from typing import Any"),
        ("bare", "(self, value: Any, other: Any = ()) -> Any:", "from typing import Any"),
    ],
)
def test_a_method_is_written_with_its_annotations(name: str, line: str, imported: str) -> None:
    first, text = written(name)
    assert first == f"def {name}{line}"
    assert imported in text


def test_methods_of_extensions_keep_what_is_imported_for_type_checkers_only() -> None:
    module = StubModule("there", members=("history",))
    signatures = Signatures(module)
    found = signatures.method("edge", LineageExtension.edge)
    assert found == "def edge(self, source: Any, target: Any) -> LineageEdge | None:"
    assert signatures.method("blame", Versions.blame, "X").endswith(" -> X:")


def test_an_entity_of_the_collection_is_written_as_its_class() -> None:
    signatures = Signatures(StubModule("there"), "Table")
    assert signatures.method("set_tier", TagLabels.set_tier).endswith(" -> Table:")
    assert signatures.method("by_email", Accounts.by_email).endswith(" -> Table | None:")


def test_the_keywords_of_a_function_are_written_out() -> None:
    def connect(host: str | None = None, *, token: str, **settings: Any) -> None: ...

    found = Signatures(StubModule("there")).function("connect", connect, "Client", ("retries",))
    assert found == (
        "def connect(host: str | None = None, *, token: str, retries: Any = ...) -> Client:"
    )
