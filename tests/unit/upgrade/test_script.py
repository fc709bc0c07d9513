"""Scripts are read without running them: what a release does not accept of each line."""

from __future__ import annotations

import textwrap

import pytest

from dynclient.upgrade.script import check_script
from tests.support.trees import real_release

OFFICIAL = "from metadata.generated.schema."


def found(source: str, release: str = "1.13.0") -> list[tuple[int, str, str, str]]:
    """Return line, level, rule and name of the findings."""
    findings = check_script(textwrap.dedent(source), "script.py", real_release(release))
    return [(each.line, each.level, each.rule, each.name) for each in findings]


def test_fields_of_official_classes() -> None:
    source = f"""\
    {OFFICIAL}api.data.createTable import CreateTableRequest as Create
    {OFFICIAL}entity.data.table import Column, DataType, Table
    from metadata.ingestion.ometa.ometa_api import OpenMetadata
    metadata = OpenMetadata(config)
    request = Create(name="t", databaseSchema="s", columns=[Column(name="a", dataType="BIGNT")],
                     owner=somebody, tpye=1)
    table = metadata.create_or_update(request)
    print(table.owner, table.columns[0].constraints)
    Column(name="b", dataType=DataType.BIGNT)
    metadata.get_by_name(entity=Table, fqn="a.b.c.d", fields=["owner", "tags"])
    metadata.stream("GET", "/tables")
    """
    assert found(source) == [
        (5, "error", "enum-value", "BIGNT"),
        (6, "warning", "field", "owner"),
        (6, "error", "field", "tpye"),
        (8, "warning", "field", "owner"),
        (9, "error", "enum-value", "BIGNT"),
        (10, "warning", "field", "owner"),
        (11, "error", "method", "stream"),
    ]


def test_modules_and_classes_of_other_releases() -> None:
    source = f"""\
    {OFFICIAL}api.data.createDataContract import CreateDataContractRequest
    {OFFICIAL}security.credentials.gcsCredentials import GCSCredentials
    {OFFICIAL}entity.data.table import Table, Colum
    from metadata.sdk import DataContracts, Tables
    """
    assert found(source, "1.6.0") == [
        (1, "error", "module", "metadata.generated.schema.api.data.createDataContract"),
        (2, "warning", "module", "metadata.generated.schema.security.credentials.gcsCredentials"),
        (3, "error", "class", "Colum"),
        (4, "error", "collection", "DataContracts"),
    ]


NATIVE = """\
import dynclient

def main(om: dynclient.Client) -> None:
    tables = [add(om, name) for name in ("a", "b")]
    for table in tables:
        print(table.owner.name)
    for domain in om.domains.list():
        print(domain.name)
    om.tables.get("a.b.c.d", fields="owner,columns").description = "x"
    om.types.DataContract
    om.tables.export_csv("a")

def add(om, name):
    return om.tables.create(name=name, databaseSchema="s", owner=ada, columns=[{"name": "id"}])

with dynclient.connect() as om:
    main(om)
"""


def test_the_native_client() -> None:
    assert found(NATIVE) == [
        (6, "warning", "field", "owner"),
        (9, "warning", "field", "owner"),
        (14, "warning", "field", "owner"),
        (14, "error", "required-field", "dataType"),
    ]
    assert found(NATIVE, "1.0.4") == [
        (7, "error", "collection", "om.domains"),
        (10, "error", "class", "DataContract"),
        (11, "error", "method", "tables.export_csv"),
        (14, "error", "required-field", "dataType"),
    ]


def test_what_is_not_known_is_not_reported() -> None:
    source = """\
    import dynclient
    om = dynclient.connect()
    table = om.tables["a"]
    table.whatever, table.model_dump(), something.owner
    om.tables.create(**given)
    om.tables.create(name="x", columns=given, databaseSchema="s", **more)
    om.frobnicate(owner=1)
    lambda table: table.owner
    """
    assert found(source) == []


def test_a_finding_says_since_when_and_what_it_is_called() -> None:
    source = 'import dynclient\nom = dynclient.connect()\nom.tables["x"].owner\n'
    (finding,) = check_script(source, "a.py", real_release("1.13.0"))
    assert (finding.line, finding.column, finding.replacement, finding.since) == (
        3, 1, ("owners",), "1.5",
    )  # fmt: skip
    assert str(finding) == (
        "a.py:3:1: warning: Table.owner is called owners in release 1.13.0 (since 1.5) [field]"
    )


@pytest.mark.parametrize("source", ["def f(:\n", "x = '\0'\n"])
def test_what_is_not_python(source: str) -> None:
    assert [rule for _, _, rule, _ in found(source)] == ["syntax"]


def test_a_recursive_function_is_read() -> None:
    source = """\
    import dynclient
    om = dynclient.connect()
    def walk(table):
        table.owner
        return walk(table)
    walk(om.tables["a"])
    """
    assert found(source) == [(4, "warning", "field", "owner")]


@pytest.mark.parametrize(
    "guard",
    [
        'if "data_contracts" in om:\n    CALL',
        'if hasattr(om, "data_contracts"):\n    CALL',
        'if "CreateDataContractRequest" in om.types and flag:\n    CALL',
        "if om.release.version >= (1, 8):\n    CALL",
        "if (1, 8) <= om.release.version:\n    CALL",
        'if not "data_contracts" in om:\n    raise SystemExit\nCALL',
        'if "data_contracts" not in om or other:\n    raise SystemExit\nelse:\n    CALL',
        'found = CALL if "data_contracts" in om else None',
        '"data_contracts" in om and CALL',
        '"data_contracts" not in om or CALL',
        "try:\n    CALL\nexcept dynclient.UnknownCollection:\n    pass",
        "try:\n    CALL\nexcept (KeyError, AttributeError):\n    pass",
    ],
)
def test_what_a_condition_excludes_is_not_reported(guard: str) -> None:
    head = "import dynclient\nom = dynclient.connect()\n"
    guarded = head + guard.replace("CALL", "om.data_contracts.list()")
    assert found(guarded, "1.6.0") == []
    assert found(guarded, "1.13.0") == []
    assert found(head + "om.data_contracts.list()", "1.6.0") == [
        (3, "error", "collection", "om.data_contracts")
    ]


@pytest.mark.parametrize(
    "guard",
    [
        'if "tables" in om:\n    CALL',
        'if "data_contracts" in names:\n    CALL',
        'if hasattr(om, "tables") and hasattr(om, "anything"):\n    CALL',
        "if om.release.version >= (1, 6):\n    CALL",
        "if om.release.version != old:\n    CALL",
        'if "data_contracts" not in om:\n    CALL',
        "try:\n    CALL\nexcept Exception as error:\n    print(error)",
        "try:\n    pass\nexcept AttributeError:\n    CALL",
    ],
)
def test_what_a_condition_does_not_exclude_is_reported(guard: str) -> None:
    source = "import dynclient\nom = dynclient.connect()\n" + guard
    names = [each[3] for each in found(source.replace("CALL", "om.data_contracts.list()"), "1.6.0")]
    assert names == ["om.data_contracts"]


def test_a_name_that_depends_on_the_fields_of_a_class_is_that_of_the_release() -> None:
    source = f"""\
    {OFFICIAL}api.data.createTable import CreateTableRequest
    one = "owner" if "owner" in CreateTableRequest.model_fields else "owners"
    fields = {{"name": "t", "databaseSchema": "s", "columns": []}}
    fields[one] = ada
    CreateTableRequest(**fields)
    """
    source = textwrap.dedent(source)
    assert found(source) == []
    assert found(source.replace(" in CreateTableRequest.model_fields", " in other")) == []
    reported = found(source.replace('"owner" if', '"owner" if not'))
    assert [each[3] for each in reported] == ["owner"]


def test_modules_that_a_script_tries_to_import_are_not_reported() -> None:
    source = f"""\
    try:
        {OFFICIAL}api.data.createDataContract import CreateDataContractRequest
    except ImportError:
        CreateDataContractRequest = None
    """
    assert found(source, "1.6.0") == []
