"""One function for every entity of a list: in this thread, in threads, or on a Dask cluster."""
