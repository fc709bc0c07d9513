"""One call, from arguments to result: bound, sent, and its response read."""

from __future__ import annotations

from dynclient.dispatch.binding import bad_arguments, label
from dynclient.dispatch.dispatcher import Dispatcher

__all__ = ["Dispatcher", "bad_arguments", "label"]
