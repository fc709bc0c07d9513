"""What all parts of one client share."""
