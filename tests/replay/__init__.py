"""Recordings of real servers, replayed against the sandbox: ``python -m tests.replay 1.6.0``."""
