"""Make the calls of ``calls/`` one at a time and print what each returns; run by either SDK.

``serve_calls.py HOST TOKEN`` first prints the names of the calls as JSON. Each name that it reads
from its standard input is then made, and described as JSON on a line: ``{"result": …}`` or
``{"error": …}``, with the types in it (``types``).
"""

import json
import os
import sys
import traceback
import warnings
from types import SimpleNamespace

from calls import CALLS
from calls.outcomes import Description, describe_error

warnings.simplefilter("ignore")
# What an SDK prints must not get between the lines.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def make(call, om, seen):
    """Make one call; its result is an attribute of ``seen`` for those after it."""
    try:
        result = call(om, seen)
    except Exception as error:
        traceback.print_exc()  # for whoever asks why a call failed
        return {"error": describe_error(error)}
    setattr(seen, call.__name__, result)
    description = Description()
    plain = None if result is om or om is None else description.describe(result)
    return {"result": plain, "types": description.types}


def main():
    """Answer until the input ends."""
    om, seen = None, SimpleNamespace(host=sys.argv[1], token=sys.argv[2])
    print(json.dumps(list(CALLS)), file=answers, flush=True)
    for line in sys.stdin:
        made = make(CALLS[line.strip()], om, seen)
        om = getattr(seen, "connect", None)
        print(json.dumps(made), file=answers, flush=True)


main()
