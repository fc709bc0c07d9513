"""A package of the official SDK, as scripts import it."""
