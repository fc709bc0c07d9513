"""Write the data files that are derived from the shared folder: ``python -m tests.facts``."""

from tests.facts.requested_fields import FILE, derived, text

if __name__ == "__main__":
    FILE.write_text(text(derived()), "utf-8")
