"""``metadata.ingestion.ometa``: the official client over this one."""
