"""Write the table of faults into ``docs/reliability.md``: ``python -m tests.faults``."""

from __future__ import annotations

from tests.faults.page import PAGE, current

if __name__ == "__main__":
    PAGE.write_text(current(), "utf-8")
