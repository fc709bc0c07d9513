"""Commands in a pseudo-terminal, whose questions are answered as a person does."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from collections.abc import Mapping, Sequence

from tests.support.sandbox_processes import PATIENCE


def in_terminal(
    words: Sequence[str], variables: Mapping[str, str], *dialogue: tuple[bytes, bytes]
) -> tuple[int, str]:
    """Run a command in a pseudo-terminal and return its exit code and all it printed.

    Args:
        words: the command.
        variables: its environment.
        dialogue: pairs of the end of a question, and what is typed after it, each once, in order.
    """
    screen, terminal = pty.openpty()
    pending = list(dialogue)
    with subprocess.Popen(
        words, stdin=terminal, stdout=terminal, stderr=terminal, env=dict(variables),
        start_new_session=True,
    ) as process:  # fmt: skip
        os.close(terminal)
        output, answered = b"", 0
        while select.select([screen], [], [], PATIENCE)[0]:
            try:
                part = os.read(screen, 65536)
            except OSError:  # the other end was closed
                break
            if not part:
                break
            output += part
            if pending and pending[0][0] in output[answered:]:
                answered = len(output)
                os.write(screen, pending.pop(0)[1])
        code = process.wait(PATIENCE)
    os.close(screen)
    assert not pending, f"was not asked {pending[0][0]!r}: {output!r}"
    return code, output.decode()
