"""What a client and a collection look like at a prompt and in a notebook.

Requests are sent only where :func:`dynclient.display.interactive.may_fetch` allows it, and give up
after a few seconds. What cannot be read is left out, and the reason is displayed instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.client import docstrings
from dynclient.display.blocks import Block, Cell, Code, Fields, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.display.interactive import is_interactive, may_fetch
from dynclient.errors import DynclientError, TransportError

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.client.collection import Collection
    from dynclient.operations import CollectionSpec
    from dynclient.schema import Release
    from dynclient.session.session import Session

_SECONDS = 3.0
"""How long one request of a card may take."""
_COUNTS = 15
"""Numbers of entities in the card of a client."""
_DESCRIPTION = 200
_LINE = 76


class Collections(Displayed, tuple["Collection", ...]):
    """The collections of a release, sorted by name; displayed as a table."""

    __slots__ = ()

    def _blocks(self) -> Iterator[Block]:
        specs = [each._listed() for each in self]
        rows = [
            (spec.attribute, spec.entity.type_name, spec.route, _description(spec, release))
            for spec, release in specs
        ]
        release = specs[0][1].name if specs else ""
        yield Heading(f"{len(rows)} collections of release", release)
        yield Table(("name", "entities", "path", "description"), rows)


def client_blocks(client: Client) -> Iterator[Block]:
    """Yield what a client looks like: the server, the release, the user, how much there is."""
    session = client.session
    yield Heading("OpenMetadata at", session.host, session.host)
    requests = _Requests(session)
    me: Any = None
    counts: dict[str, int] = {}
    quick = requests.session
    if quick is not None:
        from dynclient.extensions.entity_counts import EntityCounts
        from dynclient.extensions.people import People

        if session.server.known_build is None:
            build = requests.send("the version", lambda: quick.server.build)
            if build is not None:
                session.server.use_build(build)
        me = requests.send("the user", People(quick).me)
        counts = requests.send("the numbers of entities", EntityCounts(quick).counts)
    rows = [*_release_rows(session, client)]
    user = _user(me)
    rows += [("user", user)] if user else []
    yield Fields([(name, cell) for name, cell in rows if cell])
    if counts:
        present = {name: count for name, count in counts.items() if count}
        if present:
            yield Table(
                ("collection", "entities"), list(present.items())[:_COUNTS],
                total=len(present), more="om.counts()",
            )  # fmt: skip
        else:
            yield Text("no entities yet", "quiet")
    for reason in requests.failures:
        yield Text(reason, "warning")
    specs = client._specs()
    if specs:
        example = "tables" if "tables" in specs else next(iter(specs))
        yield Text(
            f"{len(specs)} collections: om.collections lists them, om.{example} describes one;"
            " help(om) lists the features",
            "quiet",
        )


class _Requests:
    """The requests of a card; ``session`` is None if none may be sent.

    Args:
        session: the session of the client.
    """

    def __init__(self, session: Session) -> None:
        self.failures: list[str] = []
        self.session: Session | None = None
        self._is_down = False
        if not may_fetch():
            return
        if session.completion_release() is None and not is_interactive():
            self.send("the release", lambda: session.release)  # dynclient.show() in a script
        if session.known_release is not None:
            self.session = session.impatient(_SECONDS)
        elif not self.failures:
            is_silent = session.server.known_build is None and not session.is_pinned
            silence = "the server did not respond within a second; " if is_silent else ""
            self.failures.append(f"{silence}the first call chooses the release")

    def send(self, what: str, call: Callable[[], Any]) -> Any:
        """Return the result of a call; None if it fails, which is noted.

        Args:
            what: what the call reads, for the reason of a failure.
            call: the call.
        """
        if self._is_down:
            return None
        try:
            return call()
        except DynclientError as error:
            self._is_down = isinstance(error, TransportError)
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            self.failures.append(f"{what} cannot be read: {reason}")
            return None


def _release_rows(session: Session, client: Client) -> Iterator[tuple[str, Cell]]:
    """Yield what is known of the server and the release, without a request."""
    build = session.server.known_build
    version = "" if build is None else build.version
    yield "server version", version
    release = session.known_release
    if release is None:
        yield "release", "not chosen yet"
    else:
        yield "release", f"{release.name}, {_origin(session, release, version)}"
    if session.settings.drift != "bridge":
        yield "drift", session.settings.drift
    unknown = client.drift_seen
    if unknown:
        count = f"{len(unknown)} name{'' if len(unknown) == 1 else 's'}"
        yield (
            "drift seen",
            Label(f"{count} that the release does not have: om.drift_seen", "warning"),
        )
    if session.settings.read_only:
        yield "read-only", Label("yes: nothing is changed by this client", "warning")
    auth = getattr(session.transport, "auth", None)
    yield "signed in by", repr(auth) if auth else None


def _origin(session: Session, release: Release, version: str) -> str:
    """Return how a release was chosen, as the end of a sentence."""
    if session.is_pinned:
        return "as connect() asks for"
    if release.lossy:
        from dynclient.session.release_choice import completion

        return f"built from the OpenAPI document of the server{completion(release)}"
    from dynclient.schema.versions import names_for

    if version and release.name in names_for(version):
        return "the same as that of the server"
    return "the nearest one that was found"


def _user(me: Any) -> str:
    if me is None:
        return ""
    raw = model.raw(me)
    names = dict.fromkeys(filter(None, (raw.get("name"), raw.get("displayName"))))
    kinds = {"isAdmin": "administrator", "isBot": "bot"}
    parts = [*names, *(word for field, word in kinds.items() if raw.get(field))]
    return ", ".join(parts)


# -- collections -----------------------------------------------------------------------------------


def collection_blocks(collection: Collection) -> Iterator[Block]:
    """Yield what a collection looks like: what it is, how to use it, and how much there is."""
    spec, release = collection._listed()
    session = collection._session
    yield Heading("collection", f"om.{spec.attribute}")
    description = _description(spec, release)
    if description:
        yield Text(description)
    requests = _Requests(session)
    rows: list[tuple[str, Cell]] = [
        ("entities", spec.entity.type_name),
        ("path", spec.route),
        ("release", release.name),
    ]
    if requests.session is not None and "list" in spec.operations and not _has_path(spec):
        quick = type(collection)(requests.session, spec)
        count = requests.send("the number of entities", lambda: len(quick))
        if count is not None:
            rows.insert(1, ("count", count))
    yield Fields(rows)
    yield from (Text(reason, "warning") for reason in requests.failures)
    yield from _create_blocks(spec, release)
    methods = collection._methods()
    if methods:
        summaries = [(name, _summary(collection, name)) for name in methods]
        yield Table(("method", "what it does"), summaries)
    added = collection._added_methods()
    if added:
        yield Text(f"more methods: {', '.join(added)}")
    yield Text(f"help(om.{spec.attribute}) describes all of them", "quiet")


def _has_path(spec: CollectionSpec) -> bool:
    """Return whether a list needs arguments, as those of time series do."""
    return any(each.place == "path" or each.required for each in spec.operations["list"].parameters)


def _description(spec: CollectionSpec, release: Release) -> str:
    text = release.node(spec.entity.path).description or ""
    return shorten(text, _DESCRIPTION, placeholder=" …")


def _summary(collection: Collection, name: str) -> str:
    return docstrings.first_sentence(getattr(collection, name).__doc__ or "")


def _create_blocks(spec: CollectionSpec, release: Release) -> Iterator[Block]:
    """Yield what a create request needs, and an example of it."""
    if spec.entity.create is None or "create" not in spec.operations:
        return
    from dynclient.explore.examples import example
    from dynclient.model import class_docs

    node = release.node(spec.entity.create)
    required = [(name, field) for name, field in node.properties.items() if name in node.required]
    rows = [
        (name, class_docs.type_words(field), docstrings.first_sentence(field.description or ""))
        for name, field in required
    ]
    if rows:
        yield Table(("needed to create", "type", ""), rows)
    call = f"om.{spec.attribute}.create"
    arguments = [f"{k}={v!r}" for k, v in example(spec.entity.name, release=release).items()]
    line = f"{call}({', '.join(arguments)})"
    lines = [f"{call}(", *(f"    {each}," for each in arguments), ")"]
    yield Code(line if len(line) <= _LINE else "\n".join(lines), "python")
