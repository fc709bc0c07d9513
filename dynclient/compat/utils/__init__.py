"""Small functions and classes of ``metadata.utils``."""
