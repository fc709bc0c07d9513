"""For tests of programs that use dynclient: recorded requests, and a client without a server.

- :func:`record` writes the requests of a program and the responses of a server to a file, and
  :func:`replay` answers the same requests from that file, without a server.
- :class:`Stub` answers every operation with an example that is valid by the schemas.
- :func:`load_example_catalogue` writes a small catalogue to a sandbox.

For a whole server in tests, see :mod:`dynclient.sandbox`.
"""

from __future__ import annotations

from dynclient.testing.example_catalogue import load_example_catalogue
from dynclient.testing.playback import Playback, replay
from dynclient.testing.recorder import Recorder, record
from dynclient.testing.recording import Exchange
from dynclient.testing.stub import Stub

__all__ = ["Exchange", "Playback", "Recorder", "Stub", "load_example_catalogue", "record", "replay"]
