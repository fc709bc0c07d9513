"""``metadata.sdk.data_quality``: tests as code, run on data frames, published to a server."""
