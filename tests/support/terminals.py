"""Programs in a pseudo-terminal, as a person uses them."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.support.sandbox_processes import PATIENCE


class Terminal:
    """A running program whose input and output are a terminal; it is killed at the end.

    Args:
        words: the program and its arguments.
        variables: its environment.
        folder: the folder it runs in.
    """

    def __init__(
        self, words: Sequence[str], variables: Mapping[str, str], folder: Path | None = None
    ) -> None:
        self._screen, terminal = pty.openpty()
        # A session of its own, so that the terminal is the one that controls it.
        self.process = subprocess.Popen(
            words, stdin=terminal, stdout=terminal, stderr=terminal, env=dict(variables),
            cwd=folder, start_new_session=True,
        )  # fmt: skip
        os.close(terminal)
        self.output = ""
        """Everything that was read."""

    def write(self, text: str) -> None:
        """Type a text."""
        os.write(self._screen, text.encode())

    def read_until(self, text: str) -> str:
        """Return the output up to a text; raises AssertionError if it does not come."""
        begin, end = len(self.output), time.monotonic() + PATIENCE
        while text not in self.output[begin:]:
            part = self._read(end - time.monotonic())
            assert part, f"{text!r} was not printed, but {self.output[begin:]!r}"
        return self.output[begin:]

    def wait(self) -> int:
        """Read the output until the program ends; return its exit code."""
        end = time.monotonic() + PATIENCE
        while self._read(end - time.monotonic()):
            pass
        return self.process.wait(PATIENCE)

    def _read(self, seconds: float) -> str:
        """Read what there is; an empty text if the program ends or the time is over."""
        part = b""
        if select.select([self._screen], [], [], max(seconds, 0))[0]:
            with contextlib.suppress(OSError):  # the other end was closed
                part = os.read(self._screen, 65536)
        text = part.decode(errors="replace")
        self.output += text
        return text

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)


def in_terminal(
    words: Sequence[str], variables: Mapping[str, str], *dialogue: tuple[str, str]
) -> tuple[int, str]:
    """Run a command in a pseudo-terminal and return its exit code and all it printed.

    Args:
        words: the command.
        variables: its environment.
        dialogue: pairs of the end of a question, and what is typed after it, each once, in order.
    """
    with Terminal(words, variables) as terminal:
        for question, answer in dialogue:
            terminal.read_until(question)
            terminal.write(answer)
        code = terminal.wait()
    return code, terminal.output
