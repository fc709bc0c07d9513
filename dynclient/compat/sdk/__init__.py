"""``metadata.sdk``: facades such as ``Tables`` over one client for the whole process."""
