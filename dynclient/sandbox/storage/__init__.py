"""The sandbox's data in SQLite."""
