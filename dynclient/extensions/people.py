"""The user of the token, other users, and what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.extensions.base import Extension


class People(Extension):
    """The people of a server: ``om.me()``."""

    name = "people"
    operations = "people"

    def me(self, fields: str | Sequence[str] | None = None) -> Any:
        """Return the user whose token the client has.

        Args:
            fields: more fields than the server returns by default: ``["roles", "teams"]``.

        Raises:
            Unauthorized: the client has no token, or one that is not accepted.
        """
        return self.call("me", {"fields": fields})
