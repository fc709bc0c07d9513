"""Completion in bash, zsh and fish: how lines are read, and how candidates are written.

``dynclient completion bash`` prints the script of a shell. It runs ``dynclient`` with the name of
the shell in an environment variable, and reads a line for each candidate: its kind, its text and a
description, with tabs between them.

A shell shows whatever a completion prints in the middle of the line that is typed. So nothing but
candidates is printed, and no error leaves this module.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from typing import NamedTuple

from dynclient.tracebacks import FULL

_SPECIAL = re.compile(r"""([\s\\'"`$&|;<>(){}\[\]*?!#~^])""")
_IN_DOUBLE_QUOTES = re.compile(r'(["\\$`])')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Line(NamedTuple):
    """A command line up to the cursor."""

    words: list[str]
    """The words after ``dynclient`` and before the one that is completed."""
    incomplete: str
    """What there is of the word that is completed, without quotes."""
    quote: str = ""
    """The quote that is open at the cursor."""


def complete(shell: str, arguments: Sequence[str]) -> None:
    """Print the candidates for a shell. Nothing is raised, unless ``DYNCLIENT_TRACEBACK=1``.

    Args:
        shell: ``bash``, ``zsh`` or ``fish``.
        arguments: the words of the line; bash has the line itself in ``COMP_LINE``.
    """
    with redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            for line in _lines(shell, arguments):
                sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except (Exception, KeyboardInterrupt):  # the line that the user types stays as it is
            if os.environ.get(FULL):
                raise


def _lines(shell: str, arguments: Sequence[str]) -> Iterator[str]:
    """Yield the lines that the script of a shell reads."""
    from dynclient.cli.candidates import candidates

    if shell == "bash":
        line = split_line(
            os.environ["COMP_LINE"].encode()[: int(os.environ["COMP_POINT"])].decode()
        )
    else:
        line = Line(list(arguments[:-1]), arguments[-1] if arguments else "")
    for found in candidates(line.words, line.incomplete):
        if _CONTROL.search(found.text):
            continue  # no shell can insert a name with a line feed
        text = in_bash(found.text, line) if shell == "bash" else found.text
        about = _CONTROL.sub(" ", found.help).partition(". ")[0].removesuffix(".")
        yield f"{found.kind}\t{text}\t{about}"


def split_line(text: str) -> Line:
    """Return the words of a line of bash, whose last quote may be open.

    Args:
        text: the line up to the cursor.
    """
    end = "\0"  # without it, an empty last word would not be one
    lexer = shlex.shlex(text + end, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    quote = ""
    try:
        words.extend(lexer)
    except ValueError:  # the quote is open
        quote = f"{vars(lexer)['state']}"
        words.append(lexer.token)
    return Line(words[1:-1], words[-1].removesuffix(end), quote)


def in_bash(text: str, line: Line) -> str:
    """Return a candidate as bash inserts it: quoted, and without what is before a colon.

    Unless a quote is open, bash replaces what is behind the last ``:`` or ``=`` only.

    Args:
        text: the whole word.
        line: the line.
    """
    if line.quote == "'":
        return text.replace("'", r"'\''")
    if line.quote:
        return _IN_DOUBLE_QUOTES.sub(r"\\\1", text)
    breaks = {":", "="}.intersection(os.environ.get("COMP_WORDBREAKS", ":="))
    start = max((line.incomplete.rfind(each) for each in breaks), default=-1) + 1
    return _SPECIAL.sub(r"\\\1", text[start:])
