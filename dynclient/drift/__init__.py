"""How releases differ, and data translated between them, on plain JSON."""
