"""The matrix: every entity of every release at hand, from its first request to its hard delete.

``pytest -m matrix`` runs it whole, ``python -m tests.matrix --write docs/coverage.md`` writes the
grid. Nothing here names an entity; what no schema can tell is in ``values.json``.
"""
