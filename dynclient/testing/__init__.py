"""For tests of programs that use dynclient: recorded requests, and a client without a server.

- :func:`record` writes the requests of a program and the responses of a server to a file, and
  :func:`replay` answers the same requests from that file, without a server.
- :class:`Stub` answers every operation with an example that is valid by the schemas.
- :func:`catalogue` makes a catalogue of any size, and :func:`load_example_catalogue` writes that of
  the documentation to a sandbox.

For a whole server in tests, see :mod:`dynclient.sandbox`.
"""

from __future__ import annotations

from dynclient.testing.example_catalogue import load_example_catalogue
from dynclient.testing.playback import Playback, replay
from dynclient.testing.recorder import Recorder, record
from dynclient.testing.recording import Exchange
from dynclient.testing.sample_catalogue import SampleCatalogue, catalogue
from dynclient.testing.stub import Stub

__all__ = [
    "Exchange",
    "Playback",
    "Recorder",
    "SampleCatalogue",
    "Stub",
    "catalogue",
    "load_example_catalogue",
    "record",
    "replay",
]
