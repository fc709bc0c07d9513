"""The sandbox's state on the disk."""
