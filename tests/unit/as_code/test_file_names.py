"""Files named after fully qualified names, on any file system."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dynclient import fqn
from dynclient.as_code.file_names import collision_key, file_path, with_digest

RESERVED = st.sampled_from(
    [
        "..",
        ".",
        " ",
        "con",
        "CON.txt",
        "nul",
        "a/b",
        "a\\b",
        "x.yaml",
        "X.JSONL",
        "~",
        "%2F",
        "a.",
        "ı",
    ]
)
PARTS = st.text(min_size=1).filter(lambda text: '"' not in text) | RESERVED


@st.composite
def names(draw: st.DrawFn) -> str:
    return fqn.build(*draw(st.lists(PARTS, min_size=1, max_size=4)))


@given(names())
def test_every_part_of_a_path_is_safe(name: str) -> None:
    path = file_path("table", name, ".yaml")
    assert path == file_path("table", name, ".yaml")
    parts = path.split("/")
    assert parts[0] == "table"
    for part in parts:
        assert 0 < len(part.encode()) <= 160
        assert part not in {".", ".."}
        assert not part.startswith((".", " "))
        assert not part.endswith((".", " "))
        assert not set(part) & set('\\:*?"<>|\n\r\t\x00')
        assert part.partition(".")[0].upper() not in {"CON", "NUL", "PRN", "AUX", "COM1", "LPT9"}
    assert not any(part.lower().endswith((".yaml", ".jsonl")) for part in parts[:-1])
    assert len(path.encode()) < 1_000


@given(names(), names())
def test_different_names_have_different_paths(one: str, other: str) -> None:
    if fqn.split(one) != fqn.split(other):
        paths = [file_path("table", each, ".yaml") for each in (one, other)]
        assert paths[0] != paths[1]
        assert with_digest(paths[0], one) != with_digest(paths[1], other)


@given(st.integers(1, 60))
def test_a_long_name_is_cut_and_stays_unique(count: int) -> None:
    name = ".".join(["é" * 200] * count)
    path = file_path("table", name, ".yaml")
    assert len(path.encode()) < 1_000
    assert path != file_path("table", f"{name}x", ".yaml")


def test_plain_names_stay_readable() -> None:
    assert file_path("table", "shop.sales.public.orders", ".yaml") == (
        "table/shop/sales/public/orders.yaml"
    )
    assert file_path("table", 's."a.b"', ".yaml") == "table/s/a.b.yaml"
    assert file_path("table", "s.a/b", ".yaml") == "table/s/a%2Fb.yaml"
    assert file_path("table", '"x.yaml".t', ".yaml") == "table/x%2Eyaml/t.yaml"


def test_names_that_a_file_system_confuses_have_one_key() -> None:
    assert collision_key("a/Orders.yaml") == collision_key("A/orders.yaml")
    assert collision_key("cafe\u0301.yaml") == collision_key("caf\xe9.yaml")
    assert collision_key("a.yaml") != collision_key("b.yaml")
