"""A catalogue as Parquet files: ``om.export_parquet(…)`` and ``om.refresh_parquet(…)``."""
