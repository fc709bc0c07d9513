"""What is changed on pages before they are written.

``Any`` as a type of an argument or a result says nothing and is taken out, as is the blank line at
the end of a doctest. Classes that only dynclient makes are documented without their arguments.
"""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.addnodes import desc_content

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ARGUMENTS = re.compile(r"^Args:\n(?:(?: .*)?\n)*", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("doctree-read", tidy)
    app.connect("autodoc-process-signature", hide_arguments)
    app.connect("autodoc-skip-member", skip_described)
    app.connect("autodoc-process-docstring", hide_described_arguments, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def tidy(_app: Sphinx, doctree: nodes.document) -> None:
    """Take what says nothing out of a page."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext()
        if text != text.rstrip("\n"):
            block.rawsource = text.rstrip("\n")
            block.children = [nodes.Text(block.rawsource)]
    for content in list(doctree.findall(desc_content)):
        for field in list(content.findall(nodes.field)):
            name, body = field.children
            if name.astext() == "Return type" and body.astext() == "Any":
                field.parent.remove(field)
            elif name.astext() == "Variables":
                name.children = [nodes.Text("Attributes")]
        for paragraph in content.findall(nodes.paragraph):
            _remove_any(paragraph)


def _remove_any(paragraph: nodes.paragraph) -> None:
    """Remove ``(Any)`` behind the name of an argument."""
    parts = [child.astext() for child in paragraph.children[:4]]
    if parts[1:] == [" (", "Any", ")"]:
        del paragraph.children[1:4]


def hide_arguments(*event: Any) -> tuple[str, None] | None:
    """Hide the arguments of a class that users do not call."""
    _app, what, _name, cls, *_ = event
    return ("", None) if what == "class" and not is_called(cls) else None


def is_called(cls: type) -> bool:
    """Return whether users call a class, or its arguments are its fields."""
    return issubclass(cls, (tuple, str, dict)) or is_dataclass(cls)


def hide_described_arguments(*event: Any) -> None:
    """Remove the arguments of a class that users do not call from its docstring."""
    _app, what, _name, cls, _options, lines = event
    if what == "class" and not is_called(cls):
        lines[:] = _ARGUMENTS.sub("", "\n".join(lines)).split("\n")


def skip_described(*event: Any) -> bool | None:
    """Skip a field of a tuple that the docstring of its class describes."""
    _app, _what, _name, member, *_ = event
    is_field = type(member).__name__ == "_tuplegetter"
    described = is_field and not (member.__doc__ or "").startswith("Alias for field")
    return True if described else None
