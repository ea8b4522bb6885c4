"""What staff write among themselves reaches no applicant: not by page, mail, export, PDF or snapshot."""

import json
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from applications.documents import receipt_pdf
from applications.models import Application, Letter, Submission
from applications.operations import snapshot
from budgets.documents import payment_order_pdf
from budgets.models import Payment
from funding.gate import carry_out
from funding.models import Message
from review import operations
from review.models import CheckResult, ConceptFit, CostCut, Decision
from tests.pdf_structure import read
from tests.test_access import ARGUMENTS, NAMES, TABLE
from tests.world import NOW, World, build

pytestmark = pytest.mark.once

MARKER = "Zqinternqz"


@pytest.fixture
def world(db: Any) -> World:
    """The small world with the marker in everything staff write for themselves, in every case of the group."""
    world = build()
    officer = world.people["officer"]
    for case in cases(world):
        operations.add_note(case, f"{MARKER} in der Notiz", by=officer)
        operations.log_advice(
            case, by=officer, given_on=date(2026, 3, 2), kind="phone", minutes=20, note=f"{MARKER} in der Beratung"
        )
        CheckResult.objects.create(
            municipality=case.municipality,
            application=case,
            item="intern",
            result="yes",
            note=f"{MARKER} in der Prüfung",
            checked_by=officer,
            checked_at=NOW,
        )
        ConceptFit.objects.create(
            municipality=case.municipality,
            application=case,
            value="positiv",
            sentence=f"{MARKER} zum Konzept",
            stated_by=officer,
            stated_at=NOW,
        )
        for submission in case.submissions.all():
            CostCut.objects.create(
                municipality=case.municipality,
                submission=submission,
                line=0,
                planned_cents=case.costs.first().amount_cents,
                admitted_cents=0,
                reason=f"{MARKER} in der Kürzung",
                cut_by=officer,
                cut_at=NOW,
            )
    Decision.objects.update(deviation_reason=f"{MARKER} in der Abweichung")
    return world


def cases(world: World) -> list[Application]:
    return list(Application.objects.filter(organisation=world["draft"].organisation).order_by("pk"))


def arguments(world: World, name: str, person: str) -> list[list[Any]]:
    """What stands in an address: its object, and for somebody of the group, where that is a case, each of its cases."""
    own = ARGUMENTS.get(name, lambda w: [])(world)
    pks = [case.pk for case in cases(world)]
    takes_a_case = person == "applicant" and name.startswith(("case", "applications:", "review:"))
    if own and takes_a_case and own[0] in pks and name not in ("review:proposal", "applications:remove-upload"):
        return [own, *([pk, *own[1:]] for pk in pks)]
    return [own]


def plain(content: bytes) -> str:
    """The words of an answer; of a PDF those a reader would see and hear."""
    if content.startswith(b"%PDF-") and len(content) > 100:
        return words_of(content)
    return content.decode(errors="replace")


@cache
def words_of(pdf: bytes) -> str:
    _document, painted = read(pdf)
    return " ".join(each.text for each in painted)


def walked(world: World, person: str) -> dict[str, str]:
    """Everything this person gets, by address; what a request writes is undone."""
    found = {}
    for name in NAMES:
        client = Client()  # signing out is an address too
        client.force_login(world.people[person])
        for number, args in enumerate(arguments(world, name, person)):
            url = reverse(name, args=args)
            # What an empty form answers depends on its page, not on the case: it is sent once.
            for method in ("get", "post") if number == 0 else ("get",):
                point = transaction.savepoint()
                response = getattr(client, method)(url)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                transaction.savepoint_rollback(point)
                if response.status_code == 200:
                    found[f"{name} {method} {url}"] = plain(content)
    return found


def with_marker(texts: dict[str, str]) -> list[str]:
    return [where for where, text in texts.items() if MARKER in text]


@pytest.mark.parametrize("person", ["applicant", "viewer", "other"])
def test_no_page_or_file_of_an_applicant_holds_an_internal_note(world, person):
    found = walked(world, person)

    reached = {where.split()[0] for where in found}
    meant = {name for name in NAMES if person in TABLE[name]["GET"].get(200, "").split()}
    assert meant <= reached
    assert with_marker(found) == []


def test_the_same_walk_finds_the_notes_on_the_pages_of_staff(world):
    found = {where.split()[0] for where in with_marker(walked(world, "officer"))}

    assert {"case", "review:check", "review:notes"} <= found


def test_no_mail_holds_an_internal_note(world, django_capture_on_commit_callbacks):
    officer, applicant = world.people["officer"], world.people["applicant"]
    with django_capture_on_commit_callbacks(execute=True):
        operations.write(world["draft"], "Eine Frage.", by=applicant)
        operations.write(world["draft"], "Eine Antwort.", by=officer)
        operations.propose(world["returned"], "goals", "Zwölf Führungen.", by=officer)
        operations.return_for_changes(world["submitted"], {"costs": "Bitte teilen."}, by=officer, reason="Eine Frage.")
        carry_out(world["returned"], "withdraw", by=officer, reason="Am Telefon gesagt.")

    texts = [f"{message.subject} {message.body}" for message in Message.objects.all()]
    texts += [f"{sent.subject} {sent.body}" for sent in mail.outbox]
    assert len(texts) >= 4
    assert [text for text in texts if MARKER in text] == []


def test_no_pdf_holds_an_internal_note(world):
    CostCut.objects.all().delete()  # the letter of the decision is where the group learns why costs were cut
    documents = {f"receipt {sent.pk}": receipt_pdf(sent) for sent in Submission.objects.all()}
    documents |= {f"letter {letter.pk}": bytes(letter.content) for letter in Letter.objects.all()}
    documents |= {f"order {payment.pk}": payment_order_pdf(payment) for payment in Payment.objects.with_case()}
    _title, documents["decision"] = operations.preview_letter(world["decision"], by=world.people["decider"])

    texts = {name: plain(content) for name, content in documents.items()}

    assert "Kinderzeit" in texts["decision"]
    assert with_marker(texts) == []


def test_no_snapshot_holds_an_internal_note(world):
    texts = {f"snapshot {case.pk}": json.dumps(snapshot(case)) for case in cases(world)}
    texts |= {f"sent {sent.pk}": json.dumps(sent.snapshot) for sent in Submission.objects.all()}

    assert with_marker(texts) == []
