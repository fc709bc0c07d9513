"""The base class of what people look at, and ``dynclient.show``, which prints it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.display.blocks import Block


class Displayed:
    """Base class of objects that notebooks, IPython, rich and ``dynclient.show`` display.

    A subclass describes what it looks like by :meth:`_blocks`, which must not send a request where
    :func:`dynclient.display.interactive.may_fetch` says so. ``repr()`` stays as it is, for logs.
    """

    __slots__ = ()

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "_repr_pretty_" not in vars(cls):
            # IPython prefers the __repr__ of a class to the _repr_pretty_ of its base.
            cls._repr_pretty_ = Displayed._repr_pretty_  # type: ignore[method-assign]

    def _blocks(self) -> Iterable[Block]:
        """Return what the object looks like."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        from dynclient.display.html import draw_html

        return draw_html(self._blocks())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        print_pretty(self, printer, is_nested=cycle)

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from dynclient.display.terminal import renderables

        yield from renderables(self._blocks(), options.max_width)


def print_pretty(value: Any, printer: Any, *, is_nested: bool = False) -> None:
    """Print a value as IPython's terminal displays it; inside of others, by its ``repr()``.

    Args:
        value: what has ``_blocks``.
        printer: the printer of ``IPython.lib.pretty``.
        is_nested: whether it is known that the value is inside of another.
    """
    if is_nested or len(getattr(printer, "stack", ())) > 1:
        printer.text(repr(value))
        return
    from dynclient.display.text import draw_text

    printer.text(draw_text(value._blocks()))


def media_types(
    value: Any,
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
    more: Mapping[str, Callable[[], str]] | None = None,
) -> dict[str, str]:
    """Return what a value looks like by media type, for ``_repr_mimebundle_``.

    The blocks are made once, which matters where they need requests: notebooks ask for HTML and
    for text.

    Args:
        value: what has ``_blocks``.
        include: the media types that are needed; None for all.
        exclude: media types that are not needed.
        more: functions that return other forms, by media type.
    """
    from dynclient.display.html import draw_html
    from dynclient.display.text import draw_text

    blocks = list(value._blocks())
    forms: dict[str, Callable[[], str]] = {
        "text/plain": lambda: draw_text(blocks),
        "text/html": lambda: draw_html(blocks),
        **(more or {}),
    }
    return {
        kind: draw()
        for kind, draw in forms.items()
        if (include is None or kind in include) and kind not in (exclude or ())
    }


def show(value: Any, *, width: int | None = None, file: TextIO | None = None) -> None:
    """Print an entity, a list or a result as a person reads it, in colour where that is possible.

    ::

        dynclient.show(om.tables["shop.main.public.orders"])
        dynclient.show(om.tables.list(), width=200)

    A list that is requested page by page requests its first rows, also in scripts. Other values
    are printed as ``print()`` does.

    Args:
        value: what to print.
        width: the number of columns of the output; that of the terminal by default.
        file: where to print; the standard output by default.

    Raises:
        UsageError: ``width`` is not a number of columns, or ``file`` not an output.
    """
    from dynclient.display.interactive import fetching

    _check_output(width, file)
    output = sys.stdout if file is None else file
    with fetching():
        blocks = _blocks_of(value)
    if blocks is None:
        from dynclient.secrets import printable

        _write(output, printable(str(value)))
    elif not _is_terminal(output) or not _print_rich(blocks, width, output):
        from dynclient.display.text import draw_text

        _write(output, draw_text(blocks, width))


def _blocks_of(value: Any) -> list[Block] | None:
    """Return what a value looks like, or a list of values of one kind; None for others."""
    if hasattr(type(value), "_blocks"):
        return list(value._blocks())
    if isinstance(value, (list, tuple)) and value:
        draw = getattr(type(value[0]), "_blocks_of", None)
        is_drawn = all(getattr(type(each), "_blocks_of", None) is draw for each in value)
        return list(draw(value)) if draw is not None and is_drawn else None
    return None


def _print_rich(blocks: list[Block], width: int | None, output: TextIO) -> bool:
    """Print blocks by rich; return False if it is not installed."""
    try:
        from rich.console import Console
    except ImportError:
        return False
    from dynclient.display.terminal import renderables

    console = Console(file=output, width=width, highlight=False)
    for part in renderables(blocks, console.width):
        console.print(part, markup=False)
    return True


def _check_output(width: Any, file: Any) -> None:
    """Raise UsageError if the arguments of ``show`` are no width and no output."""
    if width is not None and (not isinstance(width, int) or isinstance(width, bool) or width < 1):
        raise UsageError(f"width= must be a number of columns, such as 120, not {width!r}")
    if file is not None and not callable(getattr(file, "write", None)):
        raise UsageError(f"file= must be an open text file or a stream, not {file!r}")


def _is_terminal(output: TextIO) -> bool:
    """Return whether an output is a terminal; an object with nothing but ``write`` is not."""
    isatty = getattr(output, "isatty", None)
    return isatty is not None and isatty()


def _write(output: TextIO, text: str) -> None:
    """Print a text; what the encoding of the output lacks is escaped."""
    encoding = getattr(output, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=output)
