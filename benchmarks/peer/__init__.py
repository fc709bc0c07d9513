"""dynclient's drop-in beside the official SDK: one script, run by both, measured in one run.

``make bench-peer`` makes an environment with ``openmetadata-ingestion`` 1.6.0.0 of its own and
prints a table; ``python -m benchmarks.peer PYTHON`` does the same with an existing environment.
"""
