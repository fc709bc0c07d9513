"""Operations that every entity type has: create, read, update, delete, serialize."""
