"""`docs/workflow.md`, written from the machines themselves; a test compares the file with this."""

from collections.abc import Iterator
from typing import Any

from django.utils import translation

from applications.models import Application
from budgets.models import Grant, Payment, UsageProof
from funding.gate import Machine, transitions_of

MACHINES: tuple[type[Machine], ...] = (Application, Grant, Payment, UsageProof)
INTRODUCTION = """# Workflow

Written by `manage.py write_workflow` from `applications/workflow.py` and `budgets/workflow.py`; do not edit.
A move is declared once there; buttons, confirm pages, history and this page follow from it.
"""


def render() -> str:
    """The whole page in English."""
    with translation.override("en"):
        return "\n".join([INTRODUCTION, *(_machine(machine) for machine in MACHINES)])


def _machine(machine: type[Machine]) -> str:
    field: Any = machine._meta.get_field("state")  # type: ignore[misc]
    labels = dict(field.choices)
    transitions = sorted(transitions_of(machine), key=lambda t: (list(labels).index(t.source), t.name))
    return "\n".join(
        [
            f"## {str(machine._meta.verbose_name).capitalize()}",
            "",
            "```mermaid",
            "stateDiagram-v2",
            *(f"    {_id(value)}: {label}" for value, label in labels.items()),
            f"    [*] --> {_id(field.default)}",
            *(f"    {_id(t.source)} --> {_id(t.target or t.source)}: {t.name}" for t in transitions),
            "```",
            "",
            "| move | button | from | to | who | only when | asks for |",
            "|---|---|---|---|---|---|---|",
            *_rows(transitions, labels),
            "",
        ]
    )


def _rows(transitions: list[Any], labels: dict[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys(t.name for t in transitions):
        same = [t for t in transitions if t.name == name]
        first = same[0]
        custom = first.custom
        cells = [
            f"`{name}`",
            str(custom["label"]) if not custom.get("internal") else "(part of another act)",
            ", ".join(str(labels[t.source]) for t in same),
            ", ".join(dict.fromkeys(str(labels[t.target]) if t.target else "(stays)" for t in same)),
            f"`{first.permission.__name__}`",
            "; ".join(dict.fromkeys(f"`{c.__name__}`" for t in same for c in t.conditions)),
            ", ".join(custom.get("asks", ())) or (f"`{custom['at']}`" if custom.get("at") else ""),
        ]
        yield f"| {' | '.join(cells)} |"


def _id(state: Any) -> str:
    return str(state).replace("-", "_")
