"""The table of docs/from-official-sdk.md: the calls that most scripts make, and the native ones.

The page is written by hand; the lines between two comments are made from the same data as
docs/parity.md.
"""

from __future__ import annotations

from pathlib import Path

from dynclient.compat.ometa.request_methods import rows
from tests.parity.page import calls

GUIDE = Path(__file__).parents[2] / "docs" / "from-official-sdk.md"
_BEGIN = "<!-- Generated; do not edit. Run: python -m tests.parity -->\n"
_END = "<!-- End of what is generated. -->\n"

GROUPS = {
    "the client": ("from_env", "health_check", "server_version", "close"),
    "entities": (
        "create", "create_or_update", "get_by_name", "get_by_id", "get_entity_reference", "delete",
        "restore",
    ),
    "lists": ("list_entities", "list_all_entities", "list_services"),
    "changes": (
        "patch", "patch_description", "patch_column_description", "patch_tag", "patch_tags",
        "patch_column_tag", "patch_owner", "patch_domain", "patch_custom_properties",
    ),
    "versions": ("get_entity_version", "get_list_entity_versions"),
    "lineage": (
        "add_lineage", "add_lineage_by_name", "add_lineage_by_query", "get_lineage_by_name",
        "get_lineage_edge", "delete_lineage_edge",
    ),
    "search": ("es_search_from_fqn", "get_entity_from_es", "paginate_es", "reindex"),
    "people": ("get_reference_by_email", "get_user_assets"),
    "data quality": (
        "get_or_create_test_suite", "get_or_create_test_case", "add_test_case_results",
        "get_test_case_results",
    ),
    "profiles": (
        "ingest_table_sample_data", "ingest_profile_data", "publish_table_usage",
        "ingest_entity_queries_data",
    ),
    "many": ("bulk_create_or_update", "delete_stale_entities", "export_csv", "import_csv"),
    "runs": ("run_pipeline", "add_pipeline_status", "create_or_update_pipeline_status"),
}  # fmt: skip
"""Official methods in the order of the table."""


def table() -> str:
    """Return the table, in Markdown."""
    official = {row["name"]: row for row in rows()}
    known = calls()
    lines = ["| | official | native |", "| --- | --- | --- |"]
    for group, names in GROUPS.items():
        for name in names:
            parameters = [one for one in official[name].get("parameters", ()) if "=" not in one]
            entry = known[name]
            native = f"`{entry['call']}`" if "call" in entry else entry["reason"]
            native = native.replace("|", "\\|")
            title = group if name == names[0] else ""
            lines.append(f"| {title} | `{name}({', '.join(parameters)})` | {native} |")
    return "\n".join([*lines, ""])


def guide() -> str:
    """Return the page with the table as it should be."""
    text = GUIDE.read_text("utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{table()}\n{_END}{after}"
