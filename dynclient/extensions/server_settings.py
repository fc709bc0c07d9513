"""Settings of the server: ``om.server_settings()["emailConfiguration"]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.base import Extension
from dynclient.extensions.records import load_record
from dynclient.schema import Node
from dynclient.suggestions import nearest

_SETTING = "settings/settings.json"


class SettingValues(Mapping[str, Any]):
    """The values of settings by their names; its repr shows the names only.

    Args:
        values: the values.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<SettingValues {', '.join(self._values) or 'none'}>"


class ServerSettings(Extension):
    """The settings of the server: ``om.server_settings()``; changes need an administrator."""

    name = "server_settings"
    operations = "server_settings"

    def __call__(self) -> SettingValues:
        """Return the values of all settings by their names, typed by the schemas of the release."""
        listed = self.call("list")
        values = {model.raw(each)["config_type"]: self._value(each) for each in listed}
        return SettingValues(values)

    def names(self) -> list[str]:
        """Return the names of the settings that the release knows, sorted."""
        node = self.session.release.node(_SETTING).properties["config_type"].target
        return sorted(node.enum or ())

    def get(self, name: str) -> Any:
        """Return the value of a setting, or None if the server does not have it.

        Args:
            name: the name of the setting, ``"emailConfiguration"``.

        Raises:
            BadArguments: the release does not have a setting of that name.
        """
        self._check(name)
        found = self.call("get", {"name": name})
        return self._value(load_record(self.session.release, _SETTING, found))

    def set(self, name: str, value: Any) -> Any:
        """Replace a setting as a whole, and return its value.

        Args:
            name: the name of the setting.
            value: the value: a mapping, or an instance of the class of the setting. Secrets that
                the server masks must be given again; :meth:`change` keeps them.

        Raises:
            BadArguments: the release does not have a setting of that name, or the value is None.
            RequestInvalid: the value breaks its schema, or has a mask in place of a secret.
            Forbidden: the user is not an administrator.
        """
        self._check(name)
        if value is None:
            message = "must be a dict or an instance of the class of the setting, not None"
            problem = Problem("value", None, "argument", message)
            raise bad_arguments("server_settings.set", [problem])
        raw = model.json_of(value)
        return self._value(self.call("put", {}, {"config_type": name, "config_value": raw}))

    def change(self, name: str, **fields: Any) -> Any:
        """Change single fields of a setting, and return its value; the others stay.

        Args:
            name: the name of the setting.
            fields: the fields with their new values.

        Raises:
            BadArguments: the release does not have a setting of that name, or the setting does not
                have a field; lists all of them.
            NotFound: the server does not have the setting yet.
            Forbidden: the user is not an administrator.
        """
        self._check(name)
        known = self._fields(name)
        unknown = sorted(fields.keys() - set(known)) if known else []
        if unknown or not fields:
            problems = [_unknown_field(name, each, known) for each in unknown]
            problems = problems or [Problem("fields", None, "argument", "takes at least one field")]
            raise bad_arguments("server_settings.change", problems)
        patch = [
            {"op": "add", "path": f"/config_value/{field}", "value": model.json_of(value)}
            for field, value in fields.items()
        ]
        return self._value(self.call("patch", {"name": name}, patch))

    def _check(self, name: str) -> None:
        known = self.names()
        if known and name not in known:
            message = f"release {self.session.release.name} has no setting {name!r}"
            near = tuple(nearest(str(name), known))
            problem = Problem("name", name, "argument", message, near)
            raise bad_arguments("server_settings", [problem])

    def _node(self, name: str) -> Node | None:
        """Return the schema of a setting: the branch of the union whose document has its name."""
        node = self.session.release.node(_SETTING).properties["config_value"].target
        for branch in node.branches:
            stem = branch.target.path.rpartition("/")[2].removesuffix(".json")
            if name.casefold().endswith(stem.casefold()):
                return branch.target
        return None

    def _fields(self, name: str) -> list[str]:
        """Return the names of the fields of a setting; empty if they are not known.

        Some settings, such as emailConfiguration, are not named like their schemas: those with the
        most fields of the present value may be theirs.
        """
        node = self._node(name)
        if node is not None:
            return list(node.properties)
        value = self.get(name)
        present = set(model.raw(value)) if isinstance(value, model.Entity) else set()
        union = self.session.release.node(_SETTING).properties["config_value"].target
        schemas = [branch.target.properties for branch in union.branches] if present else []
        common = [len(present & fields.keys()) for fields in schemas]
        fitting = [f for f, count in zip(schemas, common, strict=True) if count == max(common)]
        return list(dict.fromkeys(field for fields in fitting for field in [*fields, *present]))

    def _value(self, setting: Any) -> Any:
        """Return the value of a setting as an instance of its class, if that is known."""
        if setting is None:
            return None
        raw = model.raw(setting)
        value, node = raw.get("config_value"), self._node(str(raw.get("config_type")))
        if node is None or not isinstance(value, Mapping):
            return setting.config_value
        return model.load(node, value)


def _unknown_field(setting: str, name: str, known: list[str]) -> Problem:
    message = f"setting {setting} has no field {name!r}"
    return Problem("fields", name, "argument", message, tuple(nearest(name, known)))
