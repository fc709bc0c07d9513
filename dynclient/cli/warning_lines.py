"""Warnings of dynclient as lines on standard error, without the line of source Python adds."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

from dynclient.errors import DynclientWarning


def show_warnings(*, as_json: bool = False) -> None:
    """Print warnings of dynclient as lines from now on; others as Python prints them.

    Args:
        as_json: print each as a JSON object.
    """
    default = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        if not issubclass(category, DynclientWarning):
            default(message, category, *rest, **more)
        elif as_json:
            print(
                json.dumps({"warning": category.__name__, "message": str(message)}), file=sys.stderr
            )
        else:
            print(f"dynclient: {message}", file=sys.stderr)

    warnings.showwarning = show
