"""A disk that is full: files of this process cannot grow beyond a size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let every write fail that makes a file larger than a size, in the middle of the write.

    The system says EFBIG, which is handled like ENOSPC.

    Args:
        size: in bytes.
    """
    resource = pytest.importorskip("resource", reason="limits of files are of POSIX")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
