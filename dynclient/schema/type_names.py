"""Class names of root schemas and definitions, here and in the server's Java code."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from dynclient.schema.pointers import segments, walk


def root_names(documents: dict[str, Any]) -> dict[str, str]:
    """Return the class name of each root by path: its title, or its file name if others share it.

    A title may be copied from another file (a Persona titled "Team"); the file whose name equals
    its title keeps it.

    Args:
        documents: documents by path.
    """
    own = {path: class_name(path, document.get("title")) for path, document in documents.items()}
    sharing: dict[str, list[str]] = {}
    for path, name in own.items():
        sharing.setdefault(name, []).append(path)
    for name, paths in sharing.items():
        for path in paths if len(paths) > 1 else ():
            if stem(path).casefold() != name.casefold():
                own[path] = class_name(path, None)
    return own


def type_names(
    documents: dict[str, Any], privileged: Container[str], own: dict[str, str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return (short name → reference, ambiguous name → references) of all roots and definitions.

    A name belongs to the only entity or create request of that name, or to the only root with that
    title, or to the only definition. Otherwise it is ambiguous: roots are then named after their
    file, if that name is free, and definitions get the name of their root as a prefix
    (``TableDataType``).

    Args:
        documents: the documents by path.
        privileged: paths of the entities and create requests, whose names come first.
        own: the class name of each root, as ``root_names`` returns it.
    """
    by_name = _TypesByName(documents, own)
    names: dict[str, str] = {}
    ambiguous: dict[str, list[str]] = {}
    for name in sorted({*by_name.titles, *by_name.definitions}):
        titled, defined = by_name.titles.get(name, []), by_name.definitions.get(name, [])
        chosen = [path for path in by_name.roots.get(name, ()) if path in privileged]
        best = chosen or titled or defined
        if len(best) == 1:
            names[name] = best[0]
        else:
            ambiguous[name] = titled + defined
    second: dict[str, list[str]] = {}
    for name, refs in ambiguous.items():
        for ref in refs:
            path, mark, _ = ref.partition("#")
            second.setdefault(own[path] + name if mark else own[path], []).append(ref)
    for path, name in own.items():
        second.setdefault(name, []).append(path)
    for name, refs in second.items():
        if len({*refs}) == 1 and name not in names and name not in ambiguous:
            names[name] = refs[0]
    full = {name: ref if "#" in ref else f"{ref}#" for name, ref in sorted(names.items())}
    return full, ambiguous


class _TypesByName:
    """Roots by title and by class name, and definitions by key."""

    def __init__(self, documents: dict[str, Any], own: dict[str, str]) -> None:
        self.titles: dict[str, list[str]] = {}
        self.roots: dict[str, list[str]] = {}
        self.definitions: dict[str, list[str]] = {}
        for path, document in sorted(documents.items()):
            self.titles.setdefault(class_name(path, document.get("title")), []).append(path)
            self.roots.setdefault(own[path], []).append(path)
            for pointer, _ in walk(document):
                keyword, key = segments(pointer)[-1] if "/definitions/" in pointer else ("", None)
                if keyword == "definitions" and key is not None:
                    self.definitions.setdefault(camel(key), []).append(f"{path}#{pointer}")


def java_name(schema: dict[str, Any], name: str) -> str:
    """Return the simple name of the Java class that the server generates from a schema.

    Args:
        schema: a root or a definition.
        name: what the generator names the class after if there is no ``javaType``: the stem of a
            root's file, the key of a definition.
    """
    return declared_java_name(schema) or camel(name)


def declared_java_name(schema: dict[str, Any]) -> str | None:
    """Return the simple name of the class in ``javaType``, or None if the schema has none."""
    declared = schema.get("javaType")
    if not isinstance(declared, str) or not declared:
        return None
    return declared.rsplit(".", 1)[-1]


def camel(text: str) -> str:
    """Return a text in CamelCase: ``Query Vote`` → ``QueryVote``, ``table-cp`` → ``TableCp``."""
    words = "".join(letter if letter.isalnum() else " " for letter in text).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def stem(path: str) -> str:
    """Return the file name of a document without folder and suffix."""
    return path.rsplit("/", 1)[-1].removesuffix(".json")


def class_name(path: str, title: Any) -> str:
    """Return the class name of a root: its title if that is an identifier, or its file name."""
    name = camel(title) if isinstance(title, str) else ""
    if name.isidentifier():
        return name
    name = camel(stem(path))
    return name if name.isidentifier() else f"T{name}"
