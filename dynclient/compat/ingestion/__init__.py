"""Classes of the ingestion framework that custom connectors import; workflows are not here."""
