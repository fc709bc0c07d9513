"""The modules of the official SDK that no schema makes, each where its namesake is.

``dynclient.compat.metadata.ingestion.ometa.ometa_api`` is what scripts import as
``metadata.ingestion.ometa.ometa_api``.
"""
