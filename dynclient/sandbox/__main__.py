"""``python -m dynclient.sandbox``: serve a release from the command line."""

from __future__ import annotations

import argparse
import sys

from dynclient.errors import DynclientError
from dynclient.sandbox.runner import DEFAULT_RUNNER
from dynclient.sandbox.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dynclient.sandbox", description="An embedded OpenMetadata server."
    )
    parser.add_argument(
        "--release", help="name of a release in the cache (default: the starter release)"
    )
    parser.add_argument("--tree", help="folder or archive of a schema tree")
    parser.add_argument(
        "--data",
        help="SQLite file to store all data in (default: a temporary file, removed at the end)",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on; 0 (the default) for any free port"
    )
    parser.add_argument(
        "--json", action="store_true", help="print host and tokens as one line of JSON"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="list the rules that are guesses for the release"
    )
    parser.add_argument(
        "--no-pipeline-service",
        action="store_true",
        help="respond as a server without a pipeline service, which runs ingestion pipelines",
    )
    parser.add_argument(
        "--run-polls",
        type=int,
        default=DEFAULT_RUNNER.polls,
        help="how often a run of an app or an ingestion pipeline is seen unfinished (default: 2)",
    )
    parser.add_argument(
        "--request-log",
        help="file to which a line of JSON for each request is appended, without values",
    )
    parser.add_argument("--follow-parent", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        serve(
            options.release,
            tree=options.tree,
            data=options.data,
            port=options.port,
            json=options.json,
            follow_parent=options.follow_parent,
            verbose=options.verbose,
            pipeline_service=not options.no_pipeline_service,
            run_polls=options.run_polls,
            request_log=options.request_log,
        )
    except (DynclientError, OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
