"""A script, read statement by statement without running it.

Names are followed as far as the text alone determines them: imports, assignments, calls of clients,
functions of the script. What is not known is not reported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dynclient.upgrade import values as v
from dynclient.upgrade.conditions import MISSING_RULES, Conditions, ends, expects_missing
from dynclient.upgrade.field_checks import FieldChecks
from dynclient.upgrade.findings import ERROR, Finding
from dynclient.upgrade.script_names import ScriptNames
from dynclient.upgrade.values import UNKNOWN, Value

if TYPE_CHECKING:
    from dynclient.schema import Node, Release

_CLIENTS = {
    "dynclient.connect": v.NativeClient(),
    "dynclient.Client": v.NativeClient(),
    "dynclient.AsyncClient": v.NativeClient(),
    "metadata.ingestion.ometa.ometa_api.OpenMetadata": v.OfficialClient(),
}
"""What a call of these returns, and what a parameter annotated with them is."""
_USUAL_NAMES = {"om": ("dynclient", v.NativeClient()), "metadata": ("metadata", v.OfficialClient())}
"""Names for a client that a script was not seen to create, and the package it must import."""
_MAX_CALLS = 8
"""How often one function of the script is read, each time with the arguments of another call."""
_MAX_ITEMS = 20
_NEW = {"create", "upsert", "get_or_create"}
_ONE = {*_NEW, "get", "get_by_name", "update", "restore", "retrieve", "retrieve_by_name"}
_MANY = {"list", "list_all", "list_entities", "list_all_entities"}


def check_script(source: str, file: str, release: Release) -> list[Finding]:
    """Return what a release does not accept of a script, in the order of its lines.

    Args:
        source: the text of the script.
        file: its path, for the findings.
        release: the release.
    """
    try:
        tree = ast.parse(source, filename=file)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        text = getattr(error, "msg", None) or str(error)
        return [Finding(file, line, column, ERROR, "syntax", file, f"is not Python: {text}")]
    found: dict[tuple[Any, ...], Finding] = {}

    def report(
        at: ast.AST, level: str, rule: str, name: str, message: str,
        replacement: tuple[str, ...] = (), since: str = "",
    ) -> None:  # fmt: skip
        line, column = getattr(at, "lineno", 1), getattr(at, "col_offset", 0) + 1
        finding = Finding(file, line, column, level, rule, name, message, replacement, since)
        found.setdefault(finding.place, finding)

    _Reader(release, report).module(tree)
    return sorted(found.values())


class _Reader:
    """Reads one script. Scopes are dicts of names; the last one is the innermost."""

    def __init__(self, release: Release, report: Any) -> None:
        self._report = report
        self._names = ScriptNames(release, self._found)
        self._fields = FieldChecks(release, self._found)
        self._conditions = Conditions(release, self._value)
        self._expected = 0
        """In how many statements that catch the error of a missing name."""
        self._release = release
        self._scopes: list[dict[str, Value]] = [{}]
        self._packages: set[str] = set()
        self._calls: dict[ast.AST, int] = {}
        self._functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self._returned: list[Value] = []

    def module(self, tree: ast.Module) -> None:
        """Read a whole script; functions that it does not call are read at the end."""
        self._block(tree.body)
        for function in self._functions:  # grows, for functions have functions
            if function not in self._calls:
                self._body(function, {})

    def _found(
        self, at: ast.AST, level: str, rule: str, name: str, message: str,
        replacement: tuple[str, ...] = (), since: str = "",
    ) -> None:  # fmt: skip
        """Report what was found, unless the script expects it."""
        if not self._expected or level != ERROR or rule not in MISSING_RULES:
            self._report(at, level, rule, name, message, replacement, since)

    # -- statements --------------------------------------------------------------------------------

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            outcome = None
            if isinstance(statement, ast.If):
                outcome = self._conditions.outcome(statement.test)
            if isinstance(statement, ast.If) and outcome is not None:
                branch = statement.body if outcome else statement.orelse
                self._block(branch)
                if ends(branch):
                    return
                continue
            read = getattr(self, f"_read_{type(statement).__name__.lower()}", None)
            if read is not None:
                read(statement)
            else:
                self._parts(statement)

    def _parts(self, statement: ast.AST) -> None:
        """Read a statement that changes no name: its expressions, then its blocks."""
        for _, value in ast.iter_fields(statement):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.expr):
                    self._value(each)
                elif isinstance(each, ast.stmt):
                    self._block([each])
                elif isinstance(each, (ast.excepthandler, ast.match_case)):
                    self._parts(each)

    def _read_import(self, statement: ast.Import) -> None:
        for alias in statement.names:
            self._packages.add(alias.name.partition(".")[0])
            found = self._names.module(statement, alias.name)
            first = alias.name.partition(".")[0]
            self._set(alias.asname or first, found if alias.asname else v.Module(first))

    def _read_importfrom(self, statement: ast.ImportFrom) -> None:
        if statement.level or statement.module is None:
            return
        self._packages.add(statement.module.partition(".")[0])
        for alias in statement.names:
            found = self._names.imported(alias, statement.module, alias.name)
            self._set(alias.asname or alias.name, found)

    def _read_assign(self, statement: ast.Assign) -> None:
        value = self._value(statement.value)
        for target in statement.targets:
            self._assign(target, value)

    def _read_annassign(self, statement: ast.AnnAssign) -> None:
        value = self._annotated(statement.annotation)
        if statement.value is not None:
            known = self._value(statement.value)
            value = known if value is UNKNOWN else value
        self._assign(statement.target, value)

    def _read_for(self, statement: ast.For | ast.AsyncFor) -> None:
        for item in [*v.items_of(self._value(statement.iter))][:_MAX_ITEMS]:
            self._assign(statement.target, item)
            self._block(statement.body)
        self._block(statement.orelse)

    _read_asyncfor = _read_for

    def _read_try(self, statement: ast.Try) -> None:
        is_expected = expects_missing(statement)
        self._expected += is_expected
        try:
            self._block(statement.body)
        finally:
            self._expected -= is_expected
        for handler in statement.handlers:
            self._block(handler.body)
        self._block([*statement.orelse, *statement.finalbody])

    def _read_with(self, statement: ast.With | ast.AsyncWith) -> None:
        for item in statement.items:
            value = self._value(item.context_expr)
            if item.optional_vars is not None:
                self._assign(item.optional_vars, value)
        self._block(statement.body)

    _read_asyncwith = _read_with

    def _read_functiondef(self, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._functions.append(statement)
        self._set(statement.name, v.Function(statement))

    _read_asyncfunctiondef = _read_functiondef

    def _read_return(self, statement: ast.Return) -> None:
        self._returned.append(self._value(statement.value))

    def _assign(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            self._set(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            items = value.items if isinstance(value, v.Items) else []
            for place, each in enumerate(target.elts):
                item = next(v.items_of(value)) if not items else UNKNOWN
                self._assign(each, items[place] if place < len(items) else item)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, UNKNOWN)
        else:
            self._value(target)
            if isinstance(target, ast.Subscript):
                container, key = self._value(target.value), self._value(target.slice)
                if isinstance(container, v.Mapping):
                    if isinstance(key, v.Constant):
                        container.fields[str(key.value)] = target, value
                    else:
                        container.is_complete = False
                elif isinstance(container, v.Instance) and isinstance(key, v.Constant):
                    self._fields.read(target, container.node, str(key.value))

    # -- names -------------------------------------------------------------------------------------

    def _set(self, name: str, value: Value) -> None:
        self._scopes[-1][name] = value

    def _get(self, name: str) -> Value:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        package, client = _USUAL_NAMES.get(name, ("", UNKNOWN))
        return client if package in self._packages else UNKNOWN

    def _annotated(self, annotation: ast.expr | None) -> Value:
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                return UNKNOWN
        if not isinstance(annotation, (ast.Name, ast.Attribute)):
            return UNKNOWN
        found = self._value(annotation)
        if isinstance(found, v.Class):
            return v.Instance(found.node.target)
        return _CLIENTS.get(found.name, UNKNOWN) if isinstance(found, v.Named) else UNKNOWN

    # -- expressions -------------------------------------------------------------------------------

    def _value(self, expression: ast.expr | None) -> Value:
        if expression is None:
            return UNKNOWN
        read: Callable[[Any], Value] | None = getattr(
            self, f"_value_{type(expression).__name__.lower()}", None
        )
        if read is not None:
            return read(expression)
        for each in ast.iter_child_nodes(expression):
            if isinstance(each, ast.expr):
                self._value(each)
            elif isinstance(each, ast.keyword):
                self._value(each.value)
        return UNKNOWN

    def _value_constant(self, expression: ast.Constant) -> Value:
        return v.Constant(expression.value)

    def _value_name(self, expression: ast.Name) -> Value:
        return self._get(expression.id)

    def _value_await(self, expression: ast.Await) -> Value:
        return self._value(expression.value)

    def _value_ifexp(self, expression: ast.IfExp) -> Value:
        outcome = self._conditions.outcome(expression.test)
        if outcome is None:
            self._value(expression.test)
            found = self._value(expression.body), self._value(expression.orelse)
            if all(isinstance(each, v.Constant) for each in found) and found[0] != found[1]:
                return UNKNOWN
            return next((each for each in found if each is not UNKNOWN), UNKNOWN)
        return self._value(expression.body if outcome else expression.orelse)

    def _value_boolop(self, expression: ast.BoolOp) -> Value:
        for each in expression.values:
            outcome = self._conditions.outcome(each)
            if outcome is not None and outcome == isinstance(expression.op, ast.Or):
                break  # what comes after it is not evaluated
            if outcome is None:
                self._value(each)
        return UNKNOWN

    def _value_namedexpr(self, expression: ast.NamedExpr) -> Value:
        value = self._value(expression.value)
        self._assign(expression.target, value)
        return value

    def _value_tuple(self, expression: ast.Tuple | ast.List) -> Value:
        values = [self._value(each) for each in expression.elts]
        is_plain = not any(isinstance(each, ast.Starred) for each in expression.elts)
        return v.Items(values) if is_plain else UNKNOWN

    _value_list = _value_tuple

    def _value_dict(self, expression: ast.Dict) -> Value:
        found = v.Mapping()
        for key, value in zip(expression.keys, expression.values, strict=True):
            known = self._value(value)
            name = self._value(key)
            if key is None and isinstance(known, v.Mapping):
                found.fields.update(known.fields)
                found.is_complete = found.is_complete and known.is_complete
            elif key is not None and isinstance(name, v.Constant):
                found.fields[str(name.value)] = key, known
            else:
                found.is_complete = False
        return found

    def _value_generatorexp(self, expression: ast.GeneratorExp | ast.ListComp) -> Value:
        self._scopes.append({})
        try:
            return self._generated(expression, expression.generators)
        finally:
            self._scopes.pop()

    _value_listcomp = _value_generatorexp
    _value_setcomp = _value_generatorexp

    def _generated(self, expression: Any, generators: list[ast.comprehension]) -> Value:
        if not generators:
            return self._value(expression.elt)
        first, *rest = generators
        source = self._value(first.iter)
        found = []
        for item in [*v.items_of(source)][:_MAX_ITEMS]:
            self._assign(first.target, item)
            for condition in first.ifs:
                self._value(condition)
            found.append(self._generated(expression, rest))
        if isinstance(source, v.Items) and not rest and not first.ifs:
            return v.Items(found)
        return v.ListOf(found[0]) if found else UNKNOWN

    def _value_dictcomp(self, expression: ast.DictComp) -> Value:
        self._scopes.append({})
        for generator in expression.generators:
            self._assign(generator.target, next(v.items_of(self._value(generator.iter)), UNKNOWN))
        self._value(expression.key)
        self._value(expression.value)
        self._scopes.pop()
        return UNKNOWN

    def _value_lambda(self, expression: ast.Lambda) -> Value:
        self._scopes.append({each.arg: UNKNOWN for each in expression.args.args})
        self._value(expression.body)
        self._scopes.pop()
        return UNKNOWN

    def _value_attribute(self, expression: ast.Attribute) -> Value:
        value, name = self._value(expression.value), expression.attr
        if isinstance(value, v.Module):
            if value.name == "dynclient" or not value.name.startswith("metadata"):
                return v.Named(f"{value.name}.{name}")
            return self._names.imported(expression, value.name, name)
        if isinstance(value, v.NativeClient):
            return self._names.of_client(expression, name)
        if isinstance(value, v.OfficialClient):
            self._names.of_official_client(expression, name)
            return v.Method(value, name)
        if isinstance(value, v.Types):
            return self._names.class_of(expression, name)
        if isinstance(value, v.Collection):
            return self._names.method(expression, value, name)
        if isinstance(value, v.Class):
            return self._names.member(expression, value, name)
        if isinstance(value, v.Instance):
            return self._fields.read(expression, value.node, name)
        if isinstance(value, v.Page) and name == "entities":
            return v.ListOf(value.item)
        return value if isinstance(value, v.ListOf) and name == "root" else UNKNOWN

    def _value_subscript(self, expression: ast.Subscript) -> Value:
        value, key = self._value(expression.value), self._value(expression.slice)
        text = key.value if isinstance(key, v.Constant) else None
        if isinstance(value, v.Collection):
            return v.Instance(value.node.target)
        if isinstance(value, v.NativeClient) and isinstance(text, str):
            return self._names.of_client(expression, text)
        if isinstance(value, v.Types) and isinstance(text, str):
            return self._names.class_of(expression, text)
        if isinstance(value, v.Items) and isinstance(text, int) and -1 <= text < len(value.items):
            return value.items[text]
        if isinstance(value, v.ListOf):
            return value if isinstance(expression.slice, ast.Slice) else value.item
        if isinstance(value, v.Instance) and isinstance(text, str):
            return self._fields.read(expression, value.node, text)
        if isinstance(value, v.Mapping) and isinstance(text, str) and text in value.fields:
            return value.fields[text][1]
        if isinstance(value, v.Class) and isinstance(text, str):
            return self._names.member(expression, value, text)
        return UNKNOWN

    # -- calls -------------------------------------------------------------------------------------

    def _value_call(self, call: ast.Call) -> Value:
        called = self._value(call.func)
        arguments = [self._value(each) for each in call.args]
        keywords = self._keywords(call)
        if isinstance(called, v.Class):
            if not call.args:
                self._fields.written(call, called.node, keywords)
            return v.value_of(called.node)
        if isinstance(called, v.Named):
            return _CLIENTS.get(called.name, UNKNOWN)
        if isinstance(called, v.Function):
            return self._call_function(called.definition, arguments, keywords)
        if isinstance(called, v.Method):
            return self._call_method(call, called, arguments, keywords)
        return UNKNOWN

    def _keywords(self, call: ast.Call) -> v.Mapping:
        found = v.Mapping()
        for keyword in call.keywords:
            value = self._value(keyword.value)
            if keyword.arg is not None:
                found.fields[keyword.arg] = keyword, value
            elif isinstance(value, v.Mapping):
                found.fields.update(value.fields)
                found.is_complete = found.is_complete and value.is_complete
            else:
                found.is_complete = False
        return found

    def _call_method(
        self, call: ast.Call, method: v.Method, arguments: list[Value], keywords: v.Mapping
    ) -> Value:
        name, of = method.name, method.of
        node = self._entity(of, arguments, keywords, name)
        if node is None:
            return UNKNOWN
        if isinstance(of, v.Collection) and not of.is_facade and name in _NEW and not arguments:
            entity = node.entity
            if entity is not None and entity.create is not None:
                create = self._release.node(entity.create)
                self._fields.written(call, create, keywords, is_new=name == "create")
        if "fields" in keywords.fields:
            place, value = keywords.fields["fields"]
            self._fields.requested(place, node, value)
        instance = v.Instance(node.target)
        if name.removesuffix("_async") in _MANY:
            return v.Page(instance) if name in {"list_entities", "list"} else v.ListOf(instance)
        return instance

    def _entity(
        self, of: Value, arguments: list[Value], keywords: v.Mapping, name: str
    ) -> Node | None:
        """Return the entity type that a call of a client's method is about, or None."""
        plain = name.removesuffix("_async")
        if isinstance(of, v.Collection):
            return of.node if plain in _ONE | _MANY else None
        given = keywords.fields.get("entity", (None, UNKNOWN))[1]
        first = arguments[0] if arguments else given
        if isinstance(first, v.Class) and plain in {"get_by_name", "get_by_id", *_MANY}:
            return first.node.target
        if plain in {"create", "create_or_update", "save"} and isinstance(first, v.Instance):
            entity = self._release.entity_of(first.node.path)
            return None if entity is None else self._release.node(entity.path)
        if plain.startswith("patch") and isinstance(given, v.Class):
            return given.node.target
        return None

    def _call_function(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef,
        arguments: list[Value],
        keywords: v.Mapping,
    ) -> Value:
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        given = dict(zip(names, arguments, strict=False))
        given |= {name: value for name, (_, value) in keywords.fields.items()}
        return self._body(function, given)

    def _body(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, given: dict[str, Value]
    ) -> Value:
        """Read a function with the arguments of one call; return what it returns."""
        count = self._calls[function] = self._calls.get(function, 0) + 1
        if count > _MAX_CALLS:
            return UNKNOWN
        every = function.args
        scope: dict[str, Value] = {}
        for each in (*every.posonlyargs, *every.args, *every.kwonlyargs):
            value = given.get(each.arg, UNKNOWN)
            value = self._annotated(each.annotation) if value is UNKNOWN else value
            if value is not UNKNOWN or each.arg not in _USUAL_NAMES:
                scope[each.arg] = value
        scopes, returned = self._scopes, self._returned
        self._scopes, self._returned = [scopes[0], scope], []
        try:
            self._block(function.body)
            known = [value for value in self._returned if value is not UNKNOWN]
        finally:
            self._scopes, self._returned = scopes, returned
        return known[0] if known else UNKNOWN
