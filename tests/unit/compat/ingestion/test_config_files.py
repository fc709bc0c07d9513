"""Configuration files: variables are replaced, and errors name the file and never its content."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.compat.ingestion.config_files import ConfigurationError, load_config_file


def test_variables_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", "main")
    monkeypatch.delenv("MISSING", raising=False)
    (tmp_path / "a.yaml").write_text("a: $WAREHOUSE\nb: ${WAREHOUSE}\nc: $MISSING\n", "utf-8")
    (tmp_path / "a.json").write_text('{"a": "$WAREHOUSE"}', "utf-8")
    assert load_config_file(tmp_path / "a.yaml") == {"a": "main", "b": "main", "c": "$MISSING"}
    assert load_config_file(str(tmp_path / "a.json")) == {"a": "main"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "a: 1", r"must be a \.yml, \.yaml or \.json file, not \.txt"),
        ("a.yml", None, "does not exist"),
        ("a.yml", "password: [s3cret", r"not valid YAML: .* in line 1, column 18"),
        ("a.yml", "password: s3cret\x00", "not valid YAML"),
        ("a.json", '{"password": s3cret}', "not valid JSON"),
        ("a.yml", b"\xff\xfe\xfa", "not UTF-8"),
    ],
)
def test_errors_name_the_file(
    tmp_path: Path, name: str, content: str | bytes | None, message: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError, match=message) as caught:
        load_config_file(file)
    assert name in str(caught.value)
    assert "s3cret" not in str(caught.value)
