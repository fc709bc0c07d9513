"""A server's own OpenAPI document: what it says of operations, entities and schemas."""
