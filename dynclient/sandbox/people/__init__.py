"""Users, tokens and permissions of the sandbox."""
