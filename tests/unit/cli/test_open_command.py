"""The address that is printed and opened, without a server."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.cli.open_command import open_page
from dynclient.cli.output import Format, Output
from dynclient.cli.targets import Target
from dynclient.errors import UsageError


def client(url: str | None) -> Any:
    return SimpleNamespace(
        host="https://metadata.example.com/sub",
        resolve=lambda key, kind, include: {"name": key},
        url=lambda entity: url,
        session=SimpleNamespace(find=lambda _: SimpleNamespace(entity=SimpleNamespace(name="x"))),
    )


def opened(**options: Any) -> tuple[int, str, list[str]]:
    """Open the start page; return the exit code, what is printed, and what is opened."""
    file, pages = io.StringIO(), list[str]()
    works = options.pop("works", True)

    def browser(url: str) -> bool:
        pages.append(url)
        return bool(works)

    output = Output(file, options.pop("format", Format.TABLE))
    code = open_page(output, client(None), browser=browser, **options)
    return code, file.getvalue(), pages


def test_the_start_page_is_below_the_path_of_the_server() -> None:
    page = "https://metadata.example.com/sub/"
    assert opened() == (0, f"{page}\n", [page])
    assert opened(only_print=True) == (0, f"{page}\n", [])
    assert json.loads(opened(format=Format.JSON)[1]) == {"url": page}


def test_without_a_browser_the_address_is_printed_and_the_command_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = opened(works=False)
    assert (code, out) == (1, "https://metadata.example.com/sub/\n")
    assert "no web browser could be started" in capsys.readouterr().err


def test_an_entity_without_a_page_is_an_error() -> None:
    with pytest.raises(UsageError, match="'x' have no page"):
        open_page(Output(io.StringIO()), client(None), Target("x", "a"), browser=lambda url: True)
