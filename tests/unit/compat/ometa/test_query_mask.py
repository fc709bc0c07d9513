"""Queries are masked as the official client masks them, and no literal is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.compat.ometa.query_mask import masked_query


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1 from t", "select ? from t"),
        ("SELECT a, 'x''y' FROM t WHERE b = 1.5 AND c IN (1,2,'z') -- note 3\n",
         "SELECT a, ? FROM t WHERE b = ? AND c IN (?,?,?)"),
        ("select \"col 1\", t2.a1 from t2 where d > '2020-01-01' and e like '%x%'",
         'select "col 1", t2.a1 from t2 where d > ? and e like ?'),
        ("select 1e5, -3, 0x1F, null, true from t", "select ?, ?, 0x1F, null, true from t"),
        ("  select *   from a.b.t limit 10 ;", "select *   from a.b.t limit ? ;"),
        ("update t set a='pw' where id=7", "update t set a=? where id=?"),
        ("not sql at all 'x' 5", "not sql at all ? ?"),
        ("select a-1, a - 2, (b)-3, -4 from t", "select a-?, a - ?, (b)-?, ? from t"),
        ("select N'x', t.n, 'it\\'s' from t", "select ?, t.n, ? from t"),
        ("select `a 1` /* 'x' */ from t where b = .5", "select `a 1`  from t where b = ?"),
        ("select 'not closed", "select 'not closed"),
        ("", ""),
    ],
)  # fmt: skip
def test_literals_become_question_marks(sql: str, expected: str) -> None:
    assert masked_query(sql) == expected


@given(st.text(st.characters(codec="ascii", exclude_characters="'\\"), max_size=20), st.integers())
def test_no_text_and_no_number_is_left(text: str, number: int) -> None:
    sql = f"select '{text}' from t where a = {number}"
    assert masked_query(sql) == "select ? from t where a = ?"


@given(st.text(max_size=40))
def test_a_masked_query_is_masked_no_further(sql: str) -> None:
    once = masked_query(sql)
    if not set("'\"`-/") & set(once):  # a quote that is not closed may be closed afterwards
        assert masked_query(once) == once
