"""Schema classes with the methods of pydantic models."""
