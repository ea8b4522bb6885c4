"""Every function that makes a PDF makes one that conforms to PDF/UA-1 and PDF/A-3a, with the hardest of texts."""

import ast
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from applications.documents import (
    agreement_pdf,
    change_request_letter,
    correction_letter,
    extension_letter,
    hearing_letter,
    read_back_pdf,
    receipt_pdf,
    sample_letter,
)
from applications.operations import mark_of, snapshot
from budgets.documents import payment_order_pdf, revocation_letter, settlement_letter
from budgets.operations import settlement_of
from funding.clock import BERLIN
from review.documents import decision_letter, dossier_files, dossier_pdf, minutes_pdf
from review.operations import facts_of
from tests import factories
from tests.verapdf import conformance_errors

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
APPS = ("funding", "applications", "budgets", "review")
RENDERERS = {"render_letter", "render_report"}
CONFORMS = {"ua1": [], "3a": []}
HARD = "<b>Rot & Blau</b> 😀 漢字 جمعية الصداقة " + "x" * 150
DAY = date(2026, 2, 2)


def calls(function: ast.AST) -> set[str]:
    """Names called inside a function: plain names, and the renderers also as attributes."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RENDERERS:
            found.add(node.func.attr)
    return found


def find_renderers(root: Path = ROOT) -> set[str]:
    """Every function of the product that renders, itself or through another one, as "module.function".

    One that only lends its sheet to others (it is called by another renderer) is tested through them.
    """
    functions: dict[str, tuple[str, set[str]]] = {}
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            module = ".".join(path.relative_to(root).with_suffix("").parts)
            if module.startswith("funding.pdf.") or "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    functions[f"{module}.{node.name}"] = (node.name, calls(node))
    rendering: set[str] = set()
    while True:
        names = RENDERERS | {functions[dotted][0] for dotted in rendering}
        found = {dotted for dotted, (_name, called) in functions.items() if called & names}
        if found == rendering:
            break
        rendering = found
    lending = {name for dotted in rendering for name in functions[dotted][1]}
    return {dotted for dotted in rendering if functions[dotted][0] not in lending}


# --- One document of each ---------------------------------------------------------------------------------------------


def make_case(state: str, **fields: Any) -> Any:
    town = factories.make_town()
    return factories.make_application(
        factories.make_programme(town),
        factories.make_group(town, name=HARD, representatives=["ليلى العلي", "Jonas <Brink> 🎉"]),
        state=state,
        **{"title": HARD, "summary": HARD * 20} | fields,
    )


def make_decider(case: Any) -> Any:
    return factories.make_user(case.municipality, "decider", name="Sabine Köster")


def decision_pdf(**fields: Any) -> bytes:
    case = make_case("recommended")
    decider = make_decider(case)
    values = {"reasons": HARD * 30, "conditions": HARD, "obligations": HARD} | fields
    decision = factories.make_decision(case, decider, **values)
    return decision_letter(decision, day=DAY, proof_due_on=date(2027, 2, 1), by=decider)[2]


def make_settlement() -> bytes:
    case = make_case("awarded")
    proof = factories.make_grant(case).proofs.get()
    proof.submitted_at = datetime(2027, 1, 4, 9, 0, tzinfo=BERLIN)
    for line in proof.lines.all():
        line.spent_cents, line.admitted_cents, line.reason = line.planned_cents, 0, HARD
        line.save()
    return settlement_letter(proof, settlement_of(proof), day=DAY, by=make_decider(case))[1]


def make_revocation() -> bytes:
    case = make_case("awarded")
    grant = factories.make_grant(case)
    factories.make_payment(grant, state="booked")
    hearing = factories.make_hearing(case)
    return revocation_letter(grant, hearing, reason=HARD * 30, day=DAY, by=make_decider(case))[1]


def make_change_request() -> bytes:
    case = make_case("submitted")
    sections = {"idea": HARD * 3, "costs": "Der Preis fehlt."}
    answer_by = date(2026, 3, 2)
    return change_request_letter(case, sections, reason=HARD, answer_by=answer_by, day=DAY, by=make_decider(case))[1]


def make_extension(awarded_on: date | None = None) -> bytes:
    case = make_case("awarded")
    days = {"until": date(2027, 4, 1), "before": date(2027, 2, 1), "awarded_on": awarded_on, "day": DAY}
    return extension_letter(case, reason=HARD, by=make_decider(case), **days)[1]


def make_hearing(about: str) -> bytes:
    case = make_case("awarded")
    days = {"answer_by": date(2026, 3, 2), "awarded_on": DAY, "day": DAY}
    return hearing_letter(case, about, grounds=HARD * 30, cents=120_00, by=make_decider(case), **days)[1]


def make_correction() -> bytes:
    case = make_case("awarded")
    letter = factories.make_letter(case)
    return correction_letter(letter, f"Unter 6 muss es heißen:\n{HARD}", day=DAY, by=make_decider(case))[1]


def make_sample() -> bytes:
    town = factories.make_town(name=HARD)
    return sample_letter(town, "award", day=DAY, by=factories.make_user(town, "officer"))


def make_receipt() -> bytes:
    return receipt_pdf(make_case("submitted").submissions.get())


def make_order() -> bytes:
    return payment_order_pdf(factories.make_payment(factories.make_grant(make_case("awarded"))))


def make_agreement() -> bytes:
    with translation.override("ar"):
        return agreement_pdf(make_case("draft"))


def make_read_back() -> bytes:
    case = make_case("draft")
    return read_back_pdf(case, snapshot(case), mark_of(case))


def make_dossier() -> bytes:
    case = make_case("admitted")
    item = factories.make_item(case)
    item.note = HARD * 5
    item.save()
    factories.make_grant(make_case("awarded"), organisation=case.organisation)
    return dossier_pdf(item.meeting, dossier_files([item.pk]), [2, 3], as_of=DAY)


def make_minutes() -> bytes:
    item = factories.make_item(make_case("recommended"))
    member = factories.make_member(item.meeting.programme, "chair", user=make_decider(item.application))
    minutes = factories.make_minutes(item.meeting, member, text=HARD * 3, remarks={str(item.pk): HARD})
    facts = facts_of(minutes)
    said = [{"user": one["user"], "role": one["role"], "at": "2026-03-24T18:04:00+01:00"} for one in facts["signers"]]
    return minutes_pdf(facts, said, day=DAY)


SAMPLES: dict[str, list[Callable[[], bytes]]] = {
    "applications.documents.counter.agreement_pdf": [make_agreement],
    "applications.documents.counter.read_back_pdf": [make_read_back],
    "applications.documents.notices.change_request_letter": [make_change_request],
    "applications.documents.notices.correction_letter": [make_correction],
    "applications.documents.notices.extension_letter": [make_extension, lambda: make_extension(DAY)],
    "applications.documents.notices.hearing_letter": [
        lambda: make_hearing("refusal"),
        lambda: make_hearing("revocation"),
        lambda: make_hearing("repayment"),
    ],
    "applications.documents.samples.sample_letter": [make_sample],
    "applications.documents.receipt.receipt_of_mail": [make_receipt],
    "budgets.documents.files.payment_order_pdf": [make_order],
    "budgets.documents.letters.revocation_letter": [make_revocation],
    "budgets.documents.letters.settlement_letter": [make_settlement],
    "review.documents.dossier.dossier_pdf": [make_dossier],
    "review.documents.minutes.minutes_pdf": [make_minutes],
    "review.documents.letters.decision_letter": [
        lambda: decision_pdf(amount_cents=1_200_00),
        lambda: decision_pdf(kind="reject", amount_cents=0),
    ],
}


@pytest.mark.django_db
@pytest.mark.parametrize("sample", [sample for samples in SAMPLES.values() for sample in samples])
def test_document_conforms_to_ua1_and_3a(sample):
    assert conformance_errors(sample()) == CONFORMS


def test_every_renderer_has_a_document_here():
    assert find_renderers() == set(SAMPLES)


def test_renderer_without_a_document_would_be_found(tmp_path):
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "views.py").write_text(
        "def sheet():\n    render_letter([])\n\n"
        "def new_letter():\n    sheet()\n\n"
        "def other():\n    pdf.render_report([])\n"
    )

    assert find_renderers(tmp_path) == {"review.views.new_letter", "review.views.other"}
