"""One call, from arguments to result: bound, sent, and its response read."""

from __future__ import annotations

from dynclient.dispatch.binding import bad_arguments, label
from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.dispatch.pagination import Listing, Page

__all__ = ["Dispatcher", "Listing", "Page", "bad_arguments", "label"]
