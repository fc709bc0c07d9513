"""Restoring soft-deleted entities, at once or as a job of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass
class AsyncJobResponse:
    """What a server answers when it starts a job.

    Attributes:
        job_id: the id of the job; empty if the server did the work at once.
        message: what the server said.
    """

    job_id: str
    message: str | None = None

    @classmethod
    def from_response(cls, payload: Any) -> AsyncJobResponse:
        """Return the answer of a server.

        Args:
            payload: the decoded JSON of the response, or None if it had no body.
        """
        fields = payload if isinstance(payload, dict) else {}
        identity = fields.get("jobId") or fields.get("job_id") or ""
        message = fields.get("message")
        return cls(str(identity), None if message is None else str(message))


class RestoreOperation(Generic[T]):
    """A request to restore an entity.

    Args:
        entity_cls: the facade of the entity type.
        entity_id: id of the entity.
    """

    def __init__(self, entity_cls: Any, entity_id: str) -> None:
        self.entity_cls = entity_cls
        self.entity_id = entity_id
        self.async_enabled = False

    def with_async(self) -> RestoreOperation[T]:
        """Make it a job of the server."""
        self.async_enabled = True
        return self

    def execute(self) -> Any:
        """Restore the entity; return it, or the :class:`AsyncJobResponse` of the job."""
        if self.async_enabled:
            return self.entity_cls.restore_async(self.entity_id)
        return self.entity_cls.restore(self.entity_id)
