"""Imports point one way, rooms keep their order, every table belongs to a town."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from applications.models import Application
from budgets.models import Grant, Payment, UsageProof
from funding.models import Municipality, User

ROOT = Path(settings.BASE_DIR)
APPS = ("funding", "applications", "budgets", "review")  # each may import those before it
ROOMS = ("policies", "rules", "workflow", "models", "documents", "operations", "forms", "views", "urls")
ROOF = ("funding.site", "funding.urls", "funding.settings", "funding.wsgi")
PURE = ("policies", "rules")


def modules():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield dotted, path


def imports_of(path: Path, dotted: str) -> set[str]:
    """Every project module a file imports, relative imports resolved."""
    package = dotted if path.name == "__init__.py" else dotted.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in APPS}


MODULES = {dotted: imports_of(path, dotted) for dotted, path in modules()}


def is_roof(dotted: str) -> bool:
    return any(dotted == name or dotted.startswith(f"{name}.") for name in ROOF)


def room_of(dotted: str) -> str:
    return next((part for part in dotted.split(".")[1:] if part in ROOMS), "")


@pytest.mark.parametrize("dotted", [name for name in MODULES if not is_roof(name)])
def test_imports_point_downwards(dotted):
    app = dotted.split(".")[0]
    allowed = APPS[: APPS.index(app) + 1]

    wrong = {name for name in MODULES[dotted] if name.split(".")[0] not in allowed or is_roof(name)}

    assert wrong == set()


@pytest.mark.parametrize("dotted", [name for name in MODULES if room_of(name)])
def test_rooms_import_only_earlier_rooms(dotted):
    room = ROOMS.index(room_of(dotted))

    later = {name for name in MODULES[dotted] if room_of(name) and ROOMS.index(room_of(name)) > room}

    assert later == set()


@pytest.mark.parametrize("dotted", [name for name in MODULES if room_of(name) in PURE])
def test_policies_and_rules_know_no_tables(dotted):
    known = {name for name in MODULES[dotted] if room_of(name) in ("models", "operations", "views", "forms")}

    assert known == set()


def test_only_views_and_the_roof_know_requests():
    below = ("policies", "rules", "workflow", "models", "documents", "operations")
    wrong = []
    for dotted, path in modules():
        if room_of(dotted) in below and "django.contrib.messages" in path.read_text(encoding="utf-8"):
            wrong.append(dotted)

    assert wrong == []


def test_state_is_never_written_past_the_gate():
    wrong = []
    for dotted, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                names = {keyword.arg for keyword in node.keywords}
                # The outbox is no machine: its row is taken by exactly one sender with one conditional UPDATE.
                if "state" in names and dotted != "funding.outbox":
                    wrong.append(f"{dotted}:{node.lineno}")

    assert wrong == []


# --- Tables -----------------------------------------------------------------------------------------------------------

OWN = [m for m in apps.get_models() if m._meta.app_label in (*APPS, "site")]
TABLES = [m for m in OWN if not m.__name__.startswith("Historical")]
# The town itself, and the account that lets one person work in several towns (docs/decisions.md).
WITHOUT_TOWN = {Municipality, User}


@pytest.mark.parametrize("model", [m for m in TABLES if m not in WITHOUT_TOWN], ids=lambda m: m.__name__)
def test_table_carries_its_town_first_in_every_unique_key(model):
    field = model._meta.get_field("municipality")
    keys = [c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    single = [f.name for f in model._meta.concrete_fields if f.unique and not f.primary_key]

    assert not field.null
    assert [key for key in keys if key[0] != "municipality"] == []
    assert single == []


# Rows that prove themselves otherwise: the chain, the ledger, saved lists, frozen files and versions of texts are
# append-only; a dossier is a copy; a vote is sealed; a member's private note is theirs alone; how far somebody has read
# is nobody's business later.
WITHOUT_HISTORY = {
    "User", "BoardList", "Counter", "Dossier", "Event", "EventDetails", "EventHead", "LetterText", "Message",
    "LedgerEntry", "PaymentRun", "PrivateNote", "Reading", "Reminder", "Submission", "Settlement", "Vote",
}  # fmt: skip


def test_every_other_table_has_row_history():
    without = {m.__name__ for m in TABLES if not hasattr(m, "history")}

    assert without == WITHOUT_HISTORY


@pytest.mark.parametrize("machine", [Application, Grant, Payment, UsageProof], ids=lambda m: m.__name__)
def test_database_itself_knows_the_states(machine):
    values = {value for value, _label in machine._meta.get_field("state").choices}
    checks = [c for c in machine._meta.constraints if isinstance(c, models.CheckConstraint)]
    known = [set(value) for c in checks for key, value in _plain(c.condition) if key == "state__in"]

    assert values in known


def _plain(condition):
    return [child for child in getattr(condition, "children", []) if isinstance(child, tuple)]


# --- Writing ----------------------------------------------------------------------------------------------------------

WRITERS = {"save_with_history", "create", "get_or_create", "update_or_create", "record", "perform"}


def calls_in(node: ast.AST) -> set[str]:
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return {c.attr if isinstance(c, ast.Attribute) else c.id for c in calls if isinstance(c, ast.Attribute | ast.Name)}


def test_views_write_only_through_operations():
    written = {
        f"{dotted}: {name}"
        for dotted, path in modules()
        if "views" in dotted.split(".")
        for name in calls_in(ast.parse(path.read_text(encoding="utf-8"))) & (WRITERS - {"record"})
    }

    assert written == set()


def test_every_verb_that_writes_is_one_unit_of_work():
    """A public operation that writes opens the transaction that retries; private ones run inside such a verb."""
    without = set()
    for dotted, path in modules():
        if room_of(dotted) != "operations" and not dotted.endswith(("site.operations", "site.imports", "site.demo")):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or not calls_in(node) & WRITERS:
                continue
            if "writes" not in {getattr(d, "id", "") for d in node.decorator_list}:
                without.add(f"{dotted}.{node.name}")

    assert without == set()
