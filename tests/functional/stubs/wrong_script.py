# ruff: noqa: B018 -- mistakes that are found because of their types, not by a linter
# mypy: ignore-errors
"""Mistakes that type checkers must find: one on each line that is marked, and no other."""

import dynclient

om = dynclient.connect("http://localhost:8585")
om.tabels  # wrong
om.tables.creat(name="t")  # wrong
om.tables.create(name="t", databaseSchema="s.d.c", colums=[])  # wrong
om.tables.create(name="t", databaseSchema="s.d.c", columns="id")  # wrong
om.tables.create(name="t", databaseSchema="s.d.c", columns=[], tableType="Regulr")  # wrong
om.tables.create(name="t", databaseSchema="s.d.c", columns=[{"nam": "a"}])  # wrong
om.tables.create(name="t", databaseSchema=4, columns=[])  # wrong
om.types.Column(name="a", dataType="INTT")  # wrong
om.types.Column(name="a", dataTyp="INT")  # wrong
om.types.Colum  # wrong
table = om.tables["s.d.c.t"]
table.colums  # wrong
table.name = 4  # wrong
table.nam = "t"  # wrong
table.tableType = "Regulr"  # wrong
table.columns[0].dataTyp  # wrong
table.owners = "ada"  # wrong
table.tableConstraints = [{"constraintType": "UNIQUE", "columns": "id"}]  # wrong
om.tables.list(databse="s.d")  # wrong
om.tables.list(include="some")  # wrong
om.tables.list().frist()  # wrong
om["table"].lst()  # wrong
om.tables.add_tag(table, "PII.Sensitive")  # wrong
om.tables.set_tier(table, "Tier1").descripton  # wrong
om.lineage.ad(table, table)  # wrong
om.save(table).descripton  # wrong
om.create_or_update(table)  # wrong
om.get_by_name(om.types.Table, "s.d.c.t").name  # wrong
dynclient.conect("http://localhost:8585")  # wrong
dynclient.connect("http://localhost:8585", timout=3)  # wrong
