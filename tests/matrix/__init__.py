"""The matrix: every entity type of every available release, from create request to hard delete.

``pytest -m matrix`` runs it, ``python -m tests.matrix --write docs/coverage.md`` writes the grid.
No entity type is named here; facts that are not in the schemas are in ``values.json``.
"""
