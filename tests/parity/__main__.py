"""``python -m tests.parity`` writes the tables of the documents, and prints what is missing."""

from __future__ import annotations

from tests.parity.guide import GUIDE, guide
from tests.parity.page import PAGE, missing, page

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    GUIDE.write_text(guide(), "utf-8")
    print("\n".join(missing()) or "every official method has a native call or a reason")
