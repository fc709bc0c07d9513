"""Directives that document features under the names a user types.

``.. feature:: lineage`` documents what an extension of ``dynclient/data/extensions.json`` adds to
the client and to collections: ``om.lineage.add``, ``om.tables.add_tags``. Their classes are not
what users see, so ``autoclass`` would show names that users do not type.

``.. collection-methods:: create, list`` documents standard methods of collections, whose
signatures and texts come from schemas; those on the site are of the tables of the starter release.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from docutils.parsers.rst.directives import unchanged
from sphinx.errors import ExtensionError
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.util.docutils import SphinxDirective

from dynclient.client.docstrings import parameter_type
from dynclient.client.docstrings import signature as signature_of
from dynclient.client.methods import METHODS
from dynclient.extensions.base import CollectionExtension, Extension
from dynclient.extensions.registry import ExtensionEntry, extensions
from dynclient.operations.catalogue import catalogue
from dynclient.releases import release
from dynclient.session.calls import plan_create

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx

    from dynclient.extensions.requirements import Requirement
    from dynclient.operations.operation import Parameter

_EXAMPLE = "tables"
_PARAMETER = re.compile(r"^:param \\?\*{0,2}(?P<name>\w+):", re.MULTILINE)
_RAISES = re.compile(r"^:raises (?P<names>\w+(?:, \w+)+):", re.MULTILINE)
_STYLE = Config(napoleon_use_ivar=True, napoleon_custom_sections=[("Remedy", "Remedy")])
_OLDEST = (1, 0)
"""Features of earlier releases are in all releases that are supported."""
_INTERNAL = {name for name in dir(CollectionExtension) if not name.startswith("__")}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("feature", Feature)
    app.add_directive("collection-methods", CollectionMethods)
    app.connect("autodoc-process-docstring", _process)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class Feature(SphinxDirective):
    """Documents the members that extensions add; each argument is the name of one."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"of": unchanged}  # the collection, where the starter release has none

    def run(self) -> list[Node]:
        """Return the documentation of the extensions."""
        names = self.arguments[0].replace(",", " ").split()
        lines: list[str] = []
        for name in names:
            entry = extensions().get(name)
            if entry is None:
                raise self.error(f"dynclient has no extension {name!r}")
            lines += _feature(entry, self.options.get("of", ""))
            lines.append("")
        documented = self.env.metadata[self.env.docname]
        documented["features"] = " ".join([documented.get("features", ""), *names])
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


class CollectionMethods(SphinxDirective):
    """Documents standard methods of collections, named in its argument."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[Node]:
        """Return the documentation of the methods."""
        lines: list[str] = []
        for name in self.arguments[0].replace(",", " ").split():
            lines += [*_standard_method(name), ""]
        return self.parse_text_to_nodes("\n".join(lines))


# -- features -------------------------------------------------------------------------------------


def _feature(entry: ExtensionEntry, collection: str) -> Iterator[str]:
    cls = entry.load()
    for name in entry.client:
        if name != entry.name:
            yield from _function(f"om.{name}", getattr(cls, name), "")
        else:
            yield from _object(entry, cls)
    for name, needs in entry.methods.items():
        path = f"om.{_collection(entry, name, collection)}.{name}"
        yield from _function(path, getattr(cls, name), _availability(entry, needs))


def _object(entry: ExtensionEntry, cls: type[Extension]) -> Iterator[str]:
    """Yield the documentation of ``om.<name>``: calls of the object, and its methods."""
    path = f"om.{entry.name}"
    if "__call__" in vars(cls):
        yield from _function(path, cls.__call__, "")
    else:
        text = markup(cls.__doc__ or "")
        yield from [f".. py:data:: {path}", "", *_indented(text), ""]
    for name, member in vars(cls).items():
        if name.startswith("_") or name in _INTERNAL or name in entry.client:
            continue  # `om.search.count` is `om.count`
        if isinstance(member, property):
            text = markup(inspect.getdoc(member) or "")
            yield from [f".. py:data:: {path}.{name}", "", *_indented(text), ""]
        elif callable(member):
            yield from _function(f"{path}.{name}", member, "")


def _collection(entry: ExtensionEntry, method: str, named: str) -> str:
    """Return a collection that has a method: the named one, tables, or else another one.

    Args:
        entry: the extension.
        method: the method.
        named: the collection that a page names, which the starter release may not have.
    """
    needs, known = entry.methods[method], catalogue(release("starter"))
    has = [spec.attribute for spec in known if needs.is_met(known.release, entry.rows, spec)]
    if not has and not named:
        raise ExtensionError(f"starter has no {entry.name}.{method}; name a collection by :of:")
    return next((each for each in (named, _EXAMPLE) if each in has), min(has, default=named))


def _availability(entry: ExtensionEntry, needs: Requirement) -> str:
    """Return which collections have a feature, since which release; empty if all have it."""
    if needs.field:
        fields = " or ".join(f"``{name}``" for name in needs.field.split("|"))
        return f"those whose entities have the field {fields}"
    names = needs.operation.split("|")
    types: dict[str, str] = {}
    for row in entry.rows:
        if row["name"] in names:
            for kind, since in row.get("collections", {}).items():
                types[kind] = min(since, types.get(kind, since), key=_parts)
    return ", ".join(
        f"{kind} (since {since})" if _parts(since) > _OLDEST else kind
        for kind, since in types.items()
    )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


# -- functions ------------------------------------------------------------------------------------


def _function(path: str, function: Callable[..., Any], of: str) -> Iterator[str]:
    """Yield the directive of a function under the name a user types."""
    function = inspect.unwrap(function)
    found = inspect.signature(function)
    own = list(found.parameters.values())[1:]
    shown = found.replace(
        parameters=[each.replace(annotation=each.empty) for each in own],
        return_annotation=found.empty,
    )
    text = markup(inspect.getdoc(function) or "")
    fields = [f":type {each}: {words}" for each, words in _types(text, own)]
    if found.return_annotation not in {found.empty, "None", None, "Any"}:
        fields.append(f":rtype: {_qualified(str(found.return_annotation), function)}")
    if of:
        fields.append(f":Collections: {of}")
    canonical = f"{function.__module__}.{function.__qualname__}"
    yield from [f".. py:function:: {path}{shown}", f"   :canonical: {canonical}", ""]
    yield from _indented("\n".join([text, "", *fields]))
    yield ""


def _qualified(annotation: str, function: Callable[..., Any]) -> str:
    """Return an annotation with the full names of the classes that its module knows."""

    def full(match: re.Match[str]) -> str:
        known = getattr(function, "__globals__", {}).get(match[0])
        is_own = inspect.isclass(known) and known.__module__.startswith("dynclient")
        return f"~{known.__module__}.{known.__qualname__}" if is_own else match[0]

    return re.sub(r"(?<![\w.])[A-Z]\w*", full, annotation)


def _types(text: str, parameters: list[inspect.Parameter]) -> Iterator[tuple[str, str]]:
    """Yield the types of the parameters that a text describes."""
    described = {match["name"] for match in _PARAMETER.finditer(text)}
    for each in parameters:
        if each.name in described and each.annotation not in {each.empty, "Any"}:
            yield each.name, str(each.annotation)


def markup(docstring: str) -> str:
    """Return a docstring in Google's style as reStructuredText.

    Napoleon's own extension would read the first sentence of a property up to a colon as its type.
    ``Raises: A, B: …`` becomes one line for each error, so that each is a link.
    """
    text = str(GoogleDocstring(inspect.cleandoc(docstring), _STYLE))
    return _RAISES.sub(_one_by_one, text)


def _one_by_one(match: re.Match[str]) -> str:
    *others, last = match["names"].split(", ")
    same = "".join(f":raises {name}: see {last}\n" for name in others)
    return f"{same}:raises {last}:"


def _process(*event: Any) -> None:
    lines: list[str] = event[-1]
    lines[:] = markup("\n".join(lines)).split("\n")


def _indented(text: str) -> list[str]:
    return [f"   {line}" if line else "" for line in text.splitlines()]


# -- standard methods of collections --------------------------------------------------------------


def _standard_method(name: str) -> Iterator[str]:
    spec = catalogue(release("starter")).collections[_EXAMPLE]
    method = METHODS[name]
    operation = spec.operations[method.operation]
    own = [each for each in operation.parameters if each.place != "path" and not _is_filter(each)]
    filters = len(own) < len([each for each in operation.parameters if each.place != "path"])
    if method.plan is plan_create:
        shown = "(data=None, /, **fields)"
    else:
        found = signature_of(operation._replace(parameters=tuple(own)), method.first)
        plain = [each.replace(annotation=each.empty) for each in found.parameters.values()]
        shown = str(found.replace(parameters=plain))
        shown = shown.replace(")", ", **filters)") if filters else shown
    yield f".. py:function:: om.{_EXAMPLE}.{name}{shown}"
    yield ""
    text = method.intro or operation.doc
    yield from _indented(re.sub(r"`+([^`]+)`+", r"``\1``", text))
    yield ""
    if method.plan is plan_create:
        yield "   :param data: a create request, ``om.types.CreateTableRequest(…)``."
        yield "   :param fields: its fields, instead; ``om.explain('table')`` describes them."
    for each in own:
        yield f"   :param {each.name}: {each.doc}"
        yield f"   :type {each.name}: {parameter_type(each)}"
    if filters:
        names = ", ".join(f"``{each.name}``" for each in operation.parameters if _is_filter(each))
        yield f"   :param filters: filters of the collection; of tables: {names}."
    yield ""
    yield f"   Sends ``{operation.method} {operation.route}``."


def _is_filter(parameter: Parameter) -> bool:
    return parameter.doc.startswith("Filter")
