"""Acts on a grant by letter: more time, the hearing, the revocation that must follow it; what each letter says."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from applications.models import Hearing, Letter
from budgets.documents.letters import REVOCATION_PARTS, revocation_letter, revocation_parts
from budgets.models import Grant
from funding import clock
from funding.clock import BERLIN
from funding.gate import Refused, Stale, carry_out
from funding.models import Message
from funding.pdf import Facts, Heading, Strong, Text
from tests.budgets.money import TODAY, award, booked, fresh, payable
from tests.factories import make_hearing

NOT_HEARD = (
    "The recipient must be heard first (§ 28 VwVfG). That is done when an answer came, or when the letter of the "
    "hearing was received and the time to answer is over."
)
DAY = date(2026, 3, 20)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return str(refused.value)


def reload(grant):
    return Grant.objects.get(pk=grant.pk)


def mails(kind):
    return list(Message.objects.filter(kind=kind).values_list("state", "language"))


# --- More time --------------------------------------------------------------------------------------------------------


def test_more_time_for_the_proof_comes_by_letter_and_drafted_mail(world):
    grant = award(world)

    carry_out(grant, "extend", by=world.officer, day=date(2027, 4, 1), reason="Die Rechnung fehlt noch.")

    letter = Letter.objects.get(kind="extension")
    assert reload(grant).proof_due_on == date(2027, 4, 1)
    assert letter.facts == {"about": "proof", "until": "2027-04-01"}
    assert (letter.delivery, letter.is_intact) == ("download", True)
    assert mails("extension") == [("draft", world.applicant.language)]


# --- Hearing ----------------------------------------------------------------------------------------------------------


def test_hearing_is_opened_by_letter_and_answered_once(world):
    grant = award(world)

    carry_out(grant, "hear", by=world.officer, day=DAY, reason="Das Fest fand nicht statt.")
    hearing = Hearing.objects.get()
    assert (hearing.about, hearing.answer_by, hearing.letter.kind, hearing.is_over) == (
        "revocation",
        DAY,
        "hearing",
        False,
    )
    assert mails("hearing") == [("draft", world.applicant.language)]

    carry_out(reload(grant), "answer_hearing", by=fresh(world.applicant), statement="Es fand im Saal statt.")

    hearing.refresh_from_db()
    assert (hearing.answer, hearing.answered_by, hearing.is_over) == (
        "Es fand im Saal statt.",
        world.applicant,
        True,
    )
    assert mails("hearing-answer") == [("queued", world.officer.language)]
    again = refusal(carry_out, reload(grant), "answer_hearing", by=fresh(world.applicant), statement="Noch etwas.")
    assert again == "There is no open hearing."


def test_hearing_with_too_little_time_is_refused(world):
    sentence = refusal(carry_out, award(world), "hear", by=world.officer, day=date(2026, 3, 15), reason="x")

    assert sentence == "Please leave at least 14 days to answer: the letter has to arrive first."


def test_second_hearing_while_one_is_open_is_refused(world):
    grant = award(world)
    carry_out(grant, "hear", by=world.officer, day=DAY, reason="x")

    sentence = refusal(carry_out, reload(grant), "hear", by=world.officer, day=DAY, reason="y")

    assert sentence == (
        "A hearing is open. Please wait for the answer, or until its letter was received and the time is over."
    )


@pytest.mark.parametrize("role", ["cashier", "auditor", "applicant"])
def test_hearing_by_anybody_else_is_forbidden(world, role):
    with pytest.raises(PermissionDenied):
        carry_out(award(world), "hear", by=fresh(getattr(world, role)), day=DAY, reason="x")


@pytest.mark.parametrize(
    ("notified_on", "answered", "day", "is_over"),
    [
        (date(2026, 2, 6), False, date(2026, 2, 20), False),
        (date(2026, 2, 6), False, date(2026, 2, 21), True),
        (None, False, date(2026, 6, 1), False),
        (None, True, date(2026, 2, 7), True),
    ],
)
def test_hearing_is_over_when_answered_or_received_and_its_time_is_gone(world, notified_on, answered, day, is_over):
    hearing = make_hearing(award(world).application, answer_by=date(2026, 2, 20))
    hearing.letter.notified_on = notified_on
    hearing.answered_at = datetime(2026, 2, 7, 9, 0, tzinfo=BERLIN) if answered else None

    with clock.at(day):
        assert hearing.is_over == is_over


# --- Revocation -------------------------------------------------------------------------------------------------------


def test_revocation_without_a_hearing_is_refused(world):
    grant = award(world)

    assert refusal(carry_out, grant, "revoke", by=world.decider, reason="x") == NOT_HEARD
    assert Letter.objects.filter(kind="revocation").count() == 0


def test_revocation_while_the_hearing_is_open_is_refused(world):
    grant = award(world)
    carry_out(grant, "hear", by=world.officer, day=DAY, reason="x")

    assert refusal(carry_out, reload(grant), "revoke", by=world.decider, reason="x") == NOT_HEARD


def test_revocation_after_a_hearing_about_a_refusal_is_refused(world):
    grant = award(world)
    make_hearing(grant.application, "refusal")

    assert refusal(carry_out, grant, "revoke", by=world.decider, reason="x") == NOT_HEARD


def test_revocation_after_the_answer_comes_by_letter_and_drafted_mail(world):
    grant = award(world)
    carry_out(grant, "hear", by=world.officer, day=DAY, reason="Das Fest fand nicht statt.")
    carry_out(reload(grant), "answer_hearing", by=fresh(world.applicant), statement="Das stimmt.")

    revoked = carry_out(reload(grant), "revoke", by=world.decider, reason="Zweck verfehlt.")

    letter = Letter.objects.get(kind="revocation")
    assert revoked.state == "revoked"
    assert letter.facts == {"cents": revoked.amount_cents, "repay_cents": 0}
    assert mails("revocation") == [("draft", world.applicant.language)]


def test_revocation_that_asks_money_back_goes_in_writing(world):
    grant = payable(world)
    booked(world, grant)
    make_hearing(grant.application)
    grant.application.consents.create(
        municipality=world.town, kind="electronic", version="1", given_by=world.applicant, given_at=clock.now()
    )

    carry_out(reload(grant), "revoke", by=world.decider, reason="Zweck verfehlt.")

    letter = Letter.objects.get(kind="revocation")
    assert (letter.delivery, letter.facts["repay_cents"]) == ("post", grant.amount_cents)


def test_revocation_of_somebody_elses_page_is_stale(world):
    grant = award(world)
    make_hearing(grant.application)

    with pytest.raises(Stale):
        carry_out(grant, "revoke", by=world.decider, version=grant.version - 1, reason="x")


def test_revocation_letter_says_exactly_this(world):
    grant = award(world)
    grant.letter.issued_at = datetime(2026, 2, 2, 9, 0, tzinfo=BERLIN)
    world.decider.name = "Sabine Köster"

    parts = revocation_parts(grant, make_hearing(grant.application), reason="Zweck verfehlt.", by=world.decider)

    assert parts["revocation"] == [
        Heading("1 Entscheidung"),
        Text(
            (
                "Wir widerrufen den Zuwendungsbescheid vom 2. Februar 2026 über ",
                Strong("1.598,90\u00a0€"),
                " (in Worten: eintausendfünfhundertachtundneunzig Euro und neunzig Cent) in voller Höhe "
                "(§ 49 VwVfG NRW).",
            )
        ),
    ]
    assert parts["repayment"] == [
        Heading("2 Was das für das Geld heißt"),
        Text("Es wurde nichts ausgezahlt. Sie müssen nichts zurückzahlen. Geld können Sie nicht mehr abrufen."),
    ]
    assert parts["heard"][1] == Text(
        "Mit Schreiben vom 2. Februar 2026 haben wir Ihnen Gelegenheit gegeben, sich bis zum 20. Januar 2026 zu "
        "äußern (§ 28 VwVfG NRW). Sie haben sich nicht geäußert."
    )
    assert parts["reasons"][:2] == [Heading("Begründung"), Text("Zweck verfehlt.")]
    assert set(REVOCATION_PARTS) <= set(parts)


def test_revocation_letter_names_money_and_account(world):
    grant = payable(world)
    booked(world, grant)
    grant = reload(grant)

    parts = revocation_parts(grant, make_hearing(grant.application), reason="x", by=world.decider)

    assert parts["repayment"][2] == Facts(
        [
            (
                "Betrag",
                (
                    Strong("1.598,90\u00a0€"),
                    " (in Worten: eintausendfünfhundertachtundneunzig Euro und neunzig Cent)",
                ),
            ),
            ("Konto", "Kreisstadt Unna, IBAN DE02 3705 0198 0001 8020 57"),
            ("Verwendungszweck", grant.application.file_number),
        ]
    )


def test_revocation_letter_without_the_towns_account_is_refused(world):
    grant = payable(world)
    booked(world, grant)
    grant = reload(grant)
    grant.application.municipality.iban = ""

    sentence = refusal(
        revocation_letter, grant, make_hearing(grant.application), reason="x", day=TODAY, by=world.decider
    )

    assert sentence == ("The letter is not complete. Missing: what has to be paid back, and to which account.")
