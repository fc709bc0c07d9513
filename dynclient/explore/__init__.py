"""What a release has, explained: types, fields, operations and errors, with examples."""
