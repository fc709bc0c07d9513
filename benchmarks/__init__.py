"""What dynclient costs, each figure as a ratio to the least the same work could cost.

``python -m benchmarks`` (or ``make bench``) prints a table and writes JSON. Work and floor are
measured in the same run, taking turns, so that a busy machine slows both alike. Nothing gates on
the figures.
"""
