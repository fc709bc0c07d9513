"""``.. commands::`` documents the commands of ``dynclient`` from the objects that run them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective
from typer.main import get_command

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx

_EXAMPLE = re.compile(r"\s*Example: (?P<lines>.+)", re.DOTALL)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("commands", Commands)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class Commands(SphinxDirective):
    """Documents all commands, each in a section."""

    def run(self) -> list[Node]:
        """Return a section for each command."""
        from dynclient.cli.app import app

        text = "\n".join(_group(get_command(app), "dynclient"))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _group(group: Any, path: str) -> Iterator[str]:
    """Yield the sections of the commands of a group, and of groups in it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _group(command, f"{path} {name}")
        elif not command.hidden:
            yield from _command(command, f"{path} {name}")


def _command(command: Any, path: str) -> Iterator[str]:
    """Yield the section of a command: usage, what it does, arguments, options, an example."""
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    arguments = [each for each in shown if each.param_type_name == "argument"]
    options = [each for each in shown if each.param_type_name == "option"]
    usage = " ".join([path, *(["[OPTIONS]"] if options else []), *map(_placeholder, arguments)])
    yield from [path, "~" * len(path), "", ".. code-block:: text", "", f"   {usage}", ""]
    help_text, _, example = (command.help or "").partition("\nExample: ")
    epilog = _EXAMPLE.fullmatch(command.epilog or "")
    yield from [_plain(help_text), ""]
    for title, listed in (("argument", arguments), ("option", options)):
        if listed:
            yield from [".. list-table::", "   :widths: 35 65", "   :header-rows: 1", ""]
            for left, right in [(title, ""), *map(_row, listed)]:
                yield from [f"   * - {left}", f"     - {right}"]
            yield ""
    example = epilog["lines"] if epilog else example
    if example:
        yield from [".. code-block:: text", ""]
        yield from (f"   {line.strip()}" for line in example.split(" · "))
        yield ""


def _placeholder(argument: Any) -> str:
    """Return an argument as it stands in the usage of a command."""
    name = argument.metavar or argument.name.upper()
    several = "..." if argument.nargs == -1 and argument.metavar is None else ""
    return f"{name}{several}" if argument.required else f"[{name}]{several}"


def _row(parameter: Any) -> tuple[str, str]:
    """Return an argument or an option, and what it is."""
    text = " ".join(_plain(getattr(parameter, "help", "") or "").split())
    default = parameter.default
    if parameter.param_type_name == "argument":
        left = f"``{_placeholder(parameter)}``"
    else:
        names = [*parameter.opts, *parameter.secondary_opts]
        takes = "" if parameter.is_flag else f" {_value(parameter)}"
        left = ", ".join(f"``{name}{takes}``" for name in names)
    is_given = not isinstance(default, bool) and default not in {None, "", ()}
    if is_given and not callable(default) and "default" not in text.lower():
        text += f" Default: ``{getattr(default, 'value', default)}``."
    return left, text


def _value(option: Any) -> str:
    """Return the placeholder of the value of an option."""
    if option.metavar:
        return str(option.metavar)
    if isinstance(option.default, Enum):
        return "|".join(str(each.value) for each in type(option.default))
    return str(option.name).upper()


def _plain(text: str) -> str:
    """Return a help text as reStructuredText in which nothing is markup but what it quotes."""
    lines = [re.sub(r"([*|\\_]|(?<!`)`(?!`))", r"\\\1", line.strip()) for line in text.splitlines()]
    return "\n".join(lines)
