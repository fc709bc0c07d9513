"""What happens to any entity in the sandbox."""
