"""Recordings of real servers, played against the sandbox: ``python -m tests.replay 1.6.0``."""
