"""``metadata.ingestion.ometa``: the official client, implemented with dynclient's."""
