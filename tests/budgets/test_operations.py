"""The road of the money from the award to the closed case, and every refusal with its sentence."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.models import Letter
from budgets import operations, rules
from budgets.models import BudgetYear, Grant, LedgerEntry, Payment, PaymentRun, UsageProof
from funding.gate import Refused, Stale, carry_out, perform
from funding.models import Message
from tests.budgets.money import (
    AWARD,
    TODAY,
    award,
    booked,
    checked,
    fresh,
    handed_in,
    make_world,
    member,
    ordered,
    payable,
)
from tests.factories import CHILDCARE, make_hearing, make_user

pytestmark = pytest.mark.django_db


def refusal(operation, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def reload(obj):
    return type(obj).objects.get(pk=obj.pk)


def pot(grant) -> dict[str, int]:
    """The balances that are not zero."""
    balances = reload(grant.budget_year).balances
    return {name.removesuffix("_cents"): cents for name, cents in vars(balances).items() if cents}


# --- The road ---------------------------------------------------------------------------------------------------------


def test_road_from_award_to_closed_moves_the_money_through_the_pot(world):
    grant = payable(world)
    assert pot(grant) == {"allocated": 20_000_00, "committed": AWARD}

    booked(world, grant, 1_000_00)
    proof = checked(world, grant, spent=1_198_90)
    settlement = operations.settle(proof, by=world.decider)
    assert settlement.grant_cents == 1_098_90
    assert pot(grant) == {"allocated": 20_000_00, "committed": AWARD, "paid": 1_000_00, "released": 500_00}

    rest = reload(grant).payments.get(number=2)
    assert (rest.amount_cents, rest.requested_by) == (98_90, world.applicant)
    carry_out(rest, "verify", by=world.verifier)
    carry_out(rest, "order", by=world.authoriser)
    operations.export([rest], execute_on=TODAY, by=world.cashier)
    carry_out(rest, "book", by=world.cashier, booked_on=TODAY)
    closed = carry_out(reload(grant), "close", by=world.officer)

    assert (closed.state, reload(closed.application).state, closed.closed_on) == ("closed", "completed", TODAY)
    assert reload(grant.budget_year).balances.free_cents == 20_000_00 - 1_098_90
    assert operations.verify_ledger(grant.budget_year) is None


def test_award_opens_a_proof_with_the_plan_and_its_other_money(world):
    grant = award(world, plan=CHILDCARE)

    proof = UsageProof.objects.get(grant=grant)

    assert [line.planned_cents for line in proof.lines.all()] == [3_416_00, 252_00, 480_00, 165_00]
    assert (proof.own_cents, proof.third_party_cents, proof.income_cents) == (500_00, 1_208_00, 0)


def test_award_lifts_the_reservation_it_rests_on(world):
    first = award(world)
    application = first.application
    year = first.budget_year

    assert operations.reserve(application, 300_00, by=world.decider) == 300_00
    assert operations.reserve(application, 200_00, by=world.decider) == 200_00
    assert operations.reserve(application, 0, by=world.decider) == 0

    assert reload(year).balances.reserved_cents == 0


def test_award_from_a_closed_year_is_refused(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    BudgetYear.objects.filter(pk=year.pk).update(is_open=False)

    assert refusal(award, world) == "The budget year 2026 is closed."


def test_award_from_a_blocked_year_stays_prepared(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    operations.block_year(year, blocked=True, ground="§ 82 GO NRW", by=world.decider)

    sentence = "The budget for 2026 is only provisional. The decision stays prepared until it is released."
    assert refusal(award, world) == sentence
    assert Grant.objects.count() == 0


def test_award_beyond_what_is_free_is_overdrawn_and_changes_nothing(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    operations.post(year, "commit", 19_000_00, by=world.decider)

    with pytest.raises(operations.Overdrawn) as overdrawn:
        award(world)

    assert (overdrawn.value.free_cents, overdrawn.value.wanted_cents) == (1_000_00, AWARD)
    assert reload(year).balances.committed_cents == 19_000_00


# --- The pot ----------------------------------------------------------------------------------------------------------


def test_supplement_and_cut_stand_in_the_ledger_with_their_ground(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)

    operations.move_year(year, "supplement", 500_00, ground="Rat, 3. März", by=world.decider, after_number=1)
    operations.move_year(year, "cut", 200_00, ground="Haushaltssperre", by=world.decider, after_number=2)

    rows = year.entries.values_list("kind", "amount_cents", "free_cents", "ground")
    assert list(rows)[1:] == [
        ("supplement", 500_00, 20_500_00, "Rat, 3. März"),
        ("cut", 200_00, 20_300_00, "Haushaltssperre"),
    ]


def test_second_click_on_a_supplement_is_stale(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    operations.move_year(year, "supplement", 500_00, ground="Rat", by=world.decider, after_number=1)

    with pytest.raises(Stale):
        operations.move_year(year, "supplement", 500_00, ground="Rat", by=world.decider, after_number=1)

    assert reload(year).balances.allocated_cents == 20_500_00


def test_cut_below_what_is_free_is_overdrawn(world):
    grant = award(world)

    with pytest.raises(operations.Overdrawn):
        operations.move_year(grant.budget_year, "cut", 20_000_00, ground="Sperre", by=world.decider, after_number=2)


def test_closed_year_is_neither_supplemented_nor_cut(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    BudgetYear.objects.filter(pk=year.pk).update(is_open=False)

    sentence = refusal(operations.move_year, year, "cut", 1, ground="x", by=world.decider, after_number=1)
    assert sentence == "The budget year 2026 is closed."


@pytest.mark.parametrize("role", ["officer", "verifier", "authoriser", "cashier", "auditor", "administrator", "board"])
def test_pot_is_moved_by_nobody_but_the_decider(world, role):
    year = operations.open_year(world.programme, 2026, by=world.officer)

    with pytest.raises(PermissionDenied):
        operations.move_year(year, "cut", 1, ground="x", by=getattr(world, role), after_number=1)
    with pytest.raises(PermissionDenied):
        operations.block_year(year, blocked=True, ground="x", by=getattr(world, role))


def test_blocking_twice_is_refused(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)
    operations.block_year(year, blocked=True, ground="x", by=world.decider)

    sentence = refusal(operations.block_year, year, blocked=True, ground="x", by=world.decider)
    assert sentence == "Somebody has already done this."


def test_contradiction_of_the_ledger_reaches_people_as_a_sentence(world):
    grant = award(world)

    sentence = refusal(operations.post, grant.budget_year, "pay", AWARD + 1, by=world.cashier)

    assert sentence == (
        "The ledger of this year does not allow 1.598,91\xa0€ here: 1.598,90\xa0€ are still to be paid in it, "
        "0,00\xa0€ are reserved. Nothing was changed."
    )


def test_movement_of_nothing_is_a_programming_error(world):
    year = operations.open_year(world.programme, 2026, by=world.officer)

    with pytest.raises(ValueError):
        operations.post(year, "allocate", 0, by=world.officer)


def test_year_opened_twice_is_allocated_once(world):
    operations.open_year(world.programme, 2026, by=world.officer)

    year = operations.open_year(world.programme, 2026, by=world.officer)

    assert year.entries.count() == 1


# --- Answers to the award ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("move", "actor"), [("decline", "applicant"), ("lapse", "officer"), ("revoke", "decider")])
def test_grant_that_ends_unpaid_gives_its_money_back(world, move, actor):
    grant = award(world, accepted=False)
    make_hearing(grant.application)

    carry_out(grant, move, by=fresh(getattr(world, actor)), reason="Das Projekt findet nicht statt.")

    assert pot(grant) == {"allocated": 20_000_00, "committed": AWARD, "released": AWARD}
    assert reload(grant.budget_year).balances.free_cents == 20_000_00


def test_money_given_back_to_a_closed_year_lapses(world):
    grant = award(world, accepted=False)
    BudgetYear.objects.filter(pk=grant.budget_year_id).update(is_open=False)

    carry_out(grant, "decline", by=fresh(world.applicant), reason="zu spät")

    assert pot(grant) == {"allocated": 20_000_00, "committed": AWARD, "released": AWARD, "lapsed": AWARD}
    assert operations.verify_ledger(reload(grant.budget_year)) is None


def test_accepting_where_one_sum_is_paid_asks_for_it_at_once(db, today):
    world = make_world(payment_mode="when-binding")

    grant = award(world)

    payment = grant.payments.get()
    assert (payment.amount_cents, payment.state) == (AWARD, "requested")


def test_waiver_before_the_letter_was_opened_is_refused(world):
    grant = award(world, notified=False)

    sentence = refusal(carry_out, grant, "waive", by=fresh(world.applicant), waiver=True)

    assert sentence == "Please open the letter first. Only then can you decide to waive your right to sue."


def test_second_waiver_is_refused(world):
    grant = payable(world)

    assert refusal(carry_out, grant, "waive", by=fresh(world.applicant), waiver=True) == (
        "The right to sue was already waived."
    )


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2026, 2, 1)])
def test_remedy_of_an_impossible_day_is_refused(world, day):
    grant = award(world)

    sentence = refusal(carry_out, grant, "record_remedy", by=world.officer, day=day, reason="Klage")

    assert sentence == "The day of the remedy lies between the day of the letter and today."


def test_remedy_against_a_grant_nobody_accepted_is_no_acceptance(world):
    grant = award(world, accepted=False)
    contested = carry_out(grant, "record_remedy", by=world.officer, day=TODAY, reason="Klage auf mehr")
    assert refusal(carry_out, contested, "release_undisputed", by=world.decider, reason="Nur die Höhe") == (
        "The group has not accepted the grant yet. It can do so while the remedy is recorded."
    )

    answered = carry_out(contested, "accept", by=fresh(world.applicant))
    assert (answered.state, answered.accepted_on) == ("contested", TODAY)
    assert refusal(carry_out, answered, "accept", by=fresh(world.applicant)) == "The grant was already accepted."

    assert carry_out(answered, "release_undisputed", by=world.decider, reason="Nur die Höhe").state == "accepted"


def test_more_time_that_is_no_more_is_refused(world):
    grant = award(world)

    sentence = refusal(carry_out, grant, "extend", by=world.officer, day=date(2027, 2, 1), reason="krank")

    assert sentence == "The new day must lie in the future and after the present one."


def test_revocation_while_a_payment_is_on_its_way_is_refused(world):
    grant = payable(world)
    ordered(world, grant)
    make_hearing(grant.application)

    sentence = refusal(carry_out, reload(grant), "revoke", by=world.decider, reason="Zweck verfehlt")

    assert sentence == "A payment is still on its way. Book it, send it back or cancel it first."


def test_revoked_grant_that_was_paid_is_a_claim_and_closes_when_it_came_back(world):
    grant = payable(world)
    booked(world, grant)
    make_hearing(grant.application)

    revoked = carry_out(reload(grant), "revoke", by=world.decider, reason="Zweck verfehlt")
    assert (revoked.claim_cents, pot(grant)["paid"]) == (AWARD, AWARD)
    assert refusal(carry_out, revoked, "close", by=world.officer) == "There is still something to pay or to get back."
    operations.record_repayment(revoked, AWARD, received_on=TODAY, by=world.cashier)

    assert carry_out(reload(grant), "close", by=world.officer).state == "closed"
    assert operations.verify_ledger(grant.budget_year) is None


# --- Calls ------------------------------------------------------------------------------------------------------------


def test_call_before_the_grant_is_accepted_is_refused(world):
    grant = award(world, accepted=False)

    sentence = refusal(operations.call_for_funds, grant, 100, by=fresh(world.applicant))

    assert sentence == "Money can be called for when the grant is accepted and no remedy is recorded."


@pytest.mark.parametrize("cents", [AWARD + 1, 0, -1])
def test_call_for_more_than_is_left_or_for_nothing_is_refused(world, cents):
    grant = payable(world)

    sentence = refusal(operations.call_for_funds, grant, cents, by=fresh(world.applicant))

    assert sentence == "You can call for up to 1.598,90\xa0€."


def test_second_click_on_a_call_is_stale(world):
    grant = payable(world)
    operations.call_for_funds(grant, 100_00, by=fresh(world.applicant), version=grant.version)

    with pytest.raises(Stale):
        operations.call_for_funds(grant, 100_00, by=fresh(world.applicant), version=grant.version)

    assert grant.payments.count() == 1


@pytest.mark.parametrize("role", ["officer", "decider", "cashier"])
def test_call_by_somebody_else_is_forbidden(world, role):
    grant = payable(world)

    with pytest.raises(PermissionDenied):
        operations.call_for_funds(grant, 100, by=getattr(world, role))


def test_call_without_a_usable_account_is_refused(world):
    grant = payable(world)
    submission = grant.application.submissions.get()
    submission.snapshot["organisation"]["iban"] = "DE00123"
    submission.save()

    sentence = refusal(operations.call_for_funds, grant, 100, by=fresh(world.applicant))

    assert sentence == ("This IBAN does not have the length and form of its country. A German one has 22 characters.")


def test_another_account_is_taken_only_after_the_bank_sent_money_back(world):
    grant = payable(world)
    other = ("DE02120300000000202051", "Kinderzeit Unna")
    assert refusal(operations.call_for_funds, grant, 100, by=fresh(world.applicant), account=other) == (
        "The bank account can only be changed here after the bank sent a payment back."
    )
    payment = booked(world, grant)

    carry_out(payment, "return_by_bank", by=world.cashier, reason="Konto aufgelöst")
    again = operations.call_for_funds(reload(grant), AWARD, by=fresh(world.applicant), account=other)

    assert (again.number, again.iban, again.account_holder) == (2, *other)
    assert pot(grant) == {"allocated": 20_000_00, "committed": AWARD}


def test_account_changed_in_another_draft_after_the_award_is_not_paid_to(world):
    grant = payable(world)
    grant.organisation.iban = "DE02120300000000202051"
    grant.organisation.save()

    payment = operations.call_for_funds(grant, 100_00, by=fresh(world.applicant))

    assert payment.iban == "DE89370400440532013000"


def test_next_payment_keeps_the_account_of_the_one_before(world):
    grant = payable(world)
    booked(world, grant, 100_00)
    grant.organisation.iban = "DE02120300000000202051"
    grant.organisation.save()

    payment = operations.call_for_funds(reload(grant), 100_00, by=fresh(world.applicant))

    assert payment.iban == "DE89370400440532013000"


# --- Four eyes --------------------------------------------------------------------------------------------------------


def test_payment_is_never_verified_and_ordered_by_one_person(world):
    both = make_user(world.town, "verifier", "authoriser", "cashier")
    grant = payable(world)
    payment = operations.call_for_funds(grant, 100_00, by=fresh(world.applicant))
    payment = carry_out(payment, "verify", by=both)

    with pytest.raises(PermissionDenied):
        carry_out(payment, "order", by=both)
    payment = carry_out(payment, "order", by=world.authoriser)
    with pytest.raises(PermissionDenied):
        operations.export([payment], execute_on=TODAY, by=both)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("requested_by", "verified_by"),
        ("requested_by", "ordered_by"),
        ("verified_by", "ordered_by"),
        ("verified_by", "exported_by"),
        ("ordered_by", "exported_by"),
        ("verified_by", "booked_by"),
        ("ordered_by", "booked_by"),
    ],
)
def test_database_itself_keeps_two_acts_on_a_payment_apart(world, one, other):
    payment = operations.call_for_funds(payable(world), 100_00, by=fresh(world.applicant))

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**{one: world.officer, other: world.officer})


@pytest.mark.parametrize(("role", "move"), [("verifier", "verify"), ("authoriser", "order")])
def test_staff_of_the_organisation_do_not_act_on_its_payments(world, role, move):
    grant = payable(world)
    payment = operations.call_for_funds(grant, 100_00, by=fresh(world.applicant))
    if move == "order":
        payment = carry_out(payment, "verify", by=world.verifier)

    with pytest.raises(PermissionDenied):
        carry_out(payment, move, by=member(world, getattr(world, role), grant))


# --- Order, hand over, book -------------------------------------------------------------------------------------------


def test_order_without_a_day_to_pay_on_is_refused(world):
    grant = award(world, notified=False)
    payment = operations.call_for_funds(grant, 100_00, by=fresh(world.applicant))
    payment = carry_out(payment, "verify", by=world.verifier)

    sentence = refusal(carry_out, payment, "order", by=world.authoriser)

    assert sentence == "The letter is not binding yet, and its right to sue was not waived: there is no day to pay on."


def test_payment_leaves_from_the_day_the_letter_is_binding_and_not_before(world):
    payment = ordered(world, award(world))
    assert payment.due_on == date(2026, 4, 3)

    sentence = refusal(operations.export, [payment], execute_on=TODAY, by=world.cashier)
    assert sentence == f"{payment.end_to_end_id} may be paid from April 3, 2026 on."
    Letter.objects.update(remedy_ends_on=None)
    sentence = refusal(operations.export, [payment], execute_on=TODAY, by=world.cashier)
    assert sentence == f"{payment.end_to_end_id} cannot be paid: its letter is not binding."


def test_recorded_remedy_holds_an_ordered_payment_until_it_is_released(world):
    grant = payable(world)
    payment = ordered(world, grant)
    carry_out(reload(grant), "record_remedy", by=world.officer, day=TODAY, reason="Klage gegen die Kürzung")

    sentence = refusal(operations.export, [payment], execute_on=TODAY, by=world.cashier)
    assert sentence == (
        f"{payment.end_to_end_id}: A remedy is recorded. Nothing is paid until the decider releases what is undisputed."
    )
    carry_out(reload(grant), "release_undisputed", by=world.decider, reason="Die Höhe ist unstreitig.")

    assert operations.export([payment], execute_on=TODAY, by=world.cashier).number == 1


@pytest.mark.parametrize("days", [-1, 15])
def test_run_for_a_day_out_of_reach_is_refused(world, days):
    payment = ordered(world, payable(world))

    sentence = refusal(operations.export, [payment], execute_on=TODAY + timedelta(days=days), by=world.cashier)

    assert sentence == "The day of execution must lie between today and two weeks from now."


def test_run_of_nothing_is_refused(world):
    assert refusal(operations.export, [], execute_on=TODAY, by=world.cashier) == "Please choose at least one payment."


def test_second_run_of_a_payment_is_refused_and_draws_no_number(world):
    payment = ordered(world, payable(world))
    operations.export([payment], execute_on=TODAY, by=world.cashier)

    sentence = refusal(operations.export, [payment], execute_on=TODAY, by=world.cashier)

    assert sentence == f"{payment.end_to_end_id} is no longer waiting to be handed over. Somebody else was quicker."
    assert PaymentRun.objects.count() == 1


def test_run_keeps_its_bytes_and_who_made_it(world):
    payment = ordered(world, payable(world))

    run = operations.export([payment], execute_on=TODAY, by=world.cashier)

    payment = reload(payment)
    assert (payment.run, payment.exported_by, payment.state) == (run, world.cashier, "exported")
    assert payment.end_to_end_id in bytes(run.content).decode("utf-8-sig")


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (TODAY + timedelta(days=1), "A payment can only be booked when it has happened."),
        (
            TODAY - timedelta(days=1),
            "That day lies before the payment was handed over. Please look at the bank statement again.",
        ),
    ],
)
def test_booking_on_an_impossible_day_is_refused(world, day, sentence):
    payment = ordered(world, payable(world))
    operations.export([payment], execute_on=TODAY, by=world.cashier)

    assert refusal(carry_out, reload(payment), "book", by=world.cashier, booked_on=day) == sentence
    assert reload(payment).state == "exported"


def test_booking_twice_comes_too_late_and_pays_once(world):
    grant = payable(world)
    payment = booked(world, grant)

    with pytest.raises(TransitionNotAllowed):
        carry_out(payment, "book", by=world.cashier, booked_on=TODAY)

    assert pot(grant)["paid"] == AWARD


@pytest.mark.parametrize(("move", "state"), [("send_back", "sent-back"), ("cancel", "cancelled")])
def test_payment_that_ends_before_it_left_tells_the_group_and_can_be_called_again(world, move, state):
    grant = payable(world)
    payment = carry_out(operations.call_for_funds(grant, AWARD, by=fresh(world.applicant)), "verify", by=world.verifier)

    payment = carry_out(payment, move, by=world.authoriser, reason="Der Kontoinhaber ist ein anderer.")

    assert (payment.state, reload(grant).callable_cents) == (state, AWARD)
    mail = Message.objects.get(kind="payment-sent-back")
    assert (mail.recipient, "Der Kontoinhaber ist ein anderer." in mail.body) == (world.applicant.email, True)


def test_payment_of_a_closed_case_does_not_come_back(world):
    grant = payable(world)
    payment = booked(world, grant)
    operations.settle(checked(world, grant), by=world.decider)
    carry_out(reload(grant), "close", by=world.officer)

    sentence = refusal(carry_out, reload(payment), "return_by_bank", by=world.cashier, reason="Konto aufgelöst")

    assert sentence == "This case is closed. Its payments stay as they are."


def test_payment_that_comes_back_after_settlement_can_be_called_again(world):
    grant = payable(world)
    payment = booked(world, grant)
    operations.settle(checked(world, grant), by=world.decider)
    carry_out(reload(payment), "return_by_bank", by=world.cashier, reason="Konto aufgelöst")

    again = operations.call_for_funds(reload(grant), AWARD, by=fresh(world.applicant))

    assert (again.amount_cents, reload(grant).open_cents) == (AWARD, AWARD)


# --- Usage proof and settlement ---------------------------------------------------------------------------------------


def test_proof_without_a_report_or_without_spending_is_refused(world):
    grant = payable(world)

    assert refusal(handed_in, world, grant, report=" ") == "Please tell us in a few sentences what you did."
    assert refusal(handed_in, world, grant, spent=0) == "Please enter what you spent."


def test_proof_of_a_grant_nobody_accepted_is_refused(world):
    grant = award(world, accepted=False)

    assert refusal(handed_in, world, grant) == (
        "Please accept the grant first. A usage proof belongs to a grant that was accepted and has not ended."
    )


def test_proof_that_was_handed_in_is_not_written_any_more(world):
    proof = handed_in(world, payable(world))

    sentence = refusal(operations.save_proof, proof, by=fresh(world.applicant), answers={"report": "anders"})

    assert sentence == "The usage proof was already handed in."


def test_draft_of_a_proof_that_somebody_else_saved_is_stale(world):
    proof = UsageProof.objects.get(grant=payable(world))
    operations.save_proof(proof, by=fresh(world.applicant), version=0, answers={"report": "eins"})

    with pytest.raises(Stale):
        operations.save_proof(proof, by=fresh(world.applicant), version=0, answers={"report": "zwei"})

    assert reload(proof).report == "eins"


def test_receipts_keep_their_identity_and_leave_when_emptied(world):
    proof = UsageProof.objects.get(grant=payable(world))
    category = proof.lines.first().category
    row = {"paid_on": TODAY, "payee": "Druckerei", "purpose": "Plan", "amount_cents": 620_00, "category": category}
    by = fresh(world.applicant)
    operations.save_proof(proof, by=by, receipts=[row, {**row, "payee": "Bäcker"}])
    kept = proof.receipts.first()

    operations.save_proof(proof, by=by, receipts=[{**row, "amount_cents": 600_00}])

    assert [(r.pk, r.amount_cents) for r in proof.receipts.all()] == [(kept.pk, 600_00)]


def test_admitting_more_than_was_spent_or_less_without_a_reason_is_refused(world):
    proof = handed_in(world, payable(world))
    line = proof.lines.first()

    more = refusal(operations.check_proof, proof, by=world.officer, admitted={line.pk: (600_01, "")})
    less = refusal(operations.check_proof, proof, by=world.officer, admitted={line.pk: (599_99, " ")})

    assert more == "Ehrenamtliche Aufwandsentschädigungen: more cannot be admitted than was spent."
    assert less == "Ehrenamtliche Aufwandsentschädigungen: please say why less is admitted than was spent."
    assert reload(proof).state == "submitted"


def test_figures_handed_in_again_are_admitted_anew(world):
    grant = payable(world)
    proof = handed_in(world, grant)
    line = proof.lines.first()
    proof = operations.check_proof(proof, by=world.officer, admitted={line.pk: (100_00, "Belege fehlen")})
    carry_out(proof, "return_with_questions", by=world.officer, reason="Wo sind die Belege?")

    handed_in(world, grant)

    assert (reload(line).admitted_cents, reload(line).reason) == (None, "")


def test_settlement_by_who_checked_is_forbidden(world):
    both = make_user(world.town, "officer", "decider")
    proof = operations.check_proof(handed_in(world, payable(world)), by=both, admitted={})

    with pytest.raises(PermissionDenied):
        operations.settle(proof, by=both)


def test_settlement_while_a_payment_is_on_its_way_is_refused(world):
    grant = payable(world)
    ordered(world, grant)

    sentence = refusal(operations.settle, checked(world, grant), by=world.decider)

    assert sentence == "A payment is still on its way. Book it, send it back or cancel it first."
    assert Letter.objects.filter(kind="settlement").count() == 0


def test_settlement_under_a_remedy_is_refused(world):
    grant = payable(world)
    proof = checked(world, grant)
    carry_out(reload(grant), "record_remedy", by=world.officer, day=TODAY, reason="Klage")

    sentence = refusal(operations.settle, proof, by=world.decider)

    assert sentence == "A remedy is recorded, or the grant has ended. It cannot be settled now."


def test_settlement_without_a_letterhead_is_refused(world):
    proof = checked(world, payable(world))
    world.town.court = ""
    world.town.save()

    sentence = refusal(operations.settle, proof, by=world.decider)

    assert sentence == "No letter can be issued yet. Please enter first: court or authority of the remedy"


def test_settlement_of_a_page_that_is_out_of_date_is_stale(world):
    proof = checked(world, payable(world))

    with pytest.raises(Stale):
        operations.settle(proof, by=world.decider, version=proof.version - 1)


def test_settlement_twice_comes_too_late(world):
    proof = checked(world, payable(world))
    operations.settle(proof, by=world.decider)

    with pytest.raises(TransitionNotAllowed):
        operations.settle(reload(proof), by=world.decider)

    assert Letter.objects.filter(kind="settlement").count() == 1


def test_settlement_below_what_was_paid_is_a_claim_paid_back_in_parts(world):
    grant = payable(world)
    booked(world, grant)
    operations.settle(checked(world, grant, spent=1_000_00), by=world.decider)
    grant = reload(grant)
    assert (grant.settled_cents, grant.claim_cents) == (900_00, 698_90)

    sentence = refusal(operations.record_repayment, grant, 698_91, received_on=TODAY, by=world.cashier)
    assert sentence == "698,90\xa0€ are still to be paid back."
    operations.record_repayment(grant, 600_00, received_on=TODAY, by=world.cashier, version=grant.version)
    with pytest.raises(Stale):
        operations.record_repayment(grant, 98_90, received_on=TODAY, by=world.cashier, version=grant.version)
    assert refusal(carry_out, reload(grant), "close", by=world.officer) == (
        "There is still something to pay or to get back."
    )
    operations.record_repayment(reload(grant), 98_90, received_on=TODAY, by=world.cashier)

    assert carry_out(reload(grant), "close", by=world.officer).state == "closed"
    assert reload(grant.budget_year).balances.free_cents == 20_000_00 - 900_00
    assert operations.verify_ledger(grant.budget_year) is None


def test_repayment_in_the_future_without_a_claim_or_by_somebody_else_is_refused(world):
    grant = payable(world)
    booked(world, grant)
    grant = reload(grant)

    none = refusal(operations.record_repayment, grant, 1, received_on=TODAY, by=world.cashier)
    assert none == "Nothing is to be paid back for this grant."
    operations.settle(checked(world, grant, spent=1_000_00), by=world.decider)
    tomorrow = TODAY + timedelta(days=1)
    future = refusal(operations.record_repayment, grant, 1, received_on=tomorrow, by=world.cashier)
    assert future == "A repayment can only be booked when it has arrived."
    with pytest.raises(PermissionDenied):
        operations.record_repayment(grant, 1, received_on=TODAY, by=world.officer)


def test_claim_up_to_the_small_limit_is_not_pursued_and_closes(db, today):
    world = make_world(minor_change_cents=0, small_claim_cents=25_00)
    grant = payable(world)
    booked(world, grant)

    operations.settle(checked(world, grant, spent=1_673_90), by=world.decider)
    grant = reload(grant)

    assert (grant.settled_cents, grant.not_pursued_cents, grant.claim_cents) == (1_573_90, 25_00, 0)
    assert carry_out(grant, "close", by=world.officer).state == "closed"


def test_settlement_waits_for_the_group_when_the_bank_sent_money_back(world):
    grant = payable(world)
    payment = booked(world, grant)
    carry_out(payment, "return_by_bank", by=world.cashier, reason="Konto aufgelöst")

    operations.settle(checked(world, reload(grant)), by=world.decider)

    assert [p.state for p in grant.payments.all()] == ["returned"]
    assert reload(grant).callable_cents == AWARD


# --- Proving the ledger -----------------------------------------------------------------------------------------------


def test_ledger_whose_entry_was_altered_is_named(world, capsys):
    grant = payable(world)
    booked(world, grant)
    year = grant.budget_year
    LedgerEntry.objects.filter(budget_year=year, number=2).update(amount_cents=1_500_00)

    problem = operations.verify_ledger(year)

    slug = world.town.slug
    assert problem == f"{slug}: {year}: entry 2: committed is 1598.90, recomputed 1500.00"
    with pytest.raises(CommandError) as error:
        call_command("verify_ledger")
    assert (str(error.value), error.value.returncode) == (problem, 1)


@pytest.mark.parametrize(
    ("number", "problem"),
    [(1, "entry 1 is missing"), (2, "entry 2 is missing"), (3, "{file}: paid is 0.00, recomputed 1598.90")],
)
def test_ledger_with_an_entry_removed_is_named(world, number, problem):
    grant = payable(world)
    booked(world, grant)
    year = grant.budget_year
    LedgerEntry.objects.filter(budget_year=year, number=number).delete()

    expected = problem.format(file=grant.application.file_number)
    assert operations.verify_ledger(year) == f"{world.town.slug}: {year}: {expected}"


def test_payment_set_booked_behind_the_ledger_is_named(world):
    grant = payable(world)
    payment = ordered(world, grant)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE budgets_payment SET state = 'booked' WHERE id = %s", [payment.pk])

    problem = operations.verify_ledger(grant.budget_year)

    number = grant.application.file_number
    assert problem == f"{world.town.slug}: {grant.budget_year}: {number}: paid is 0.00, recomputed 1598.90"


def test_ledgers_that_follow_from_their_entries_are_counted(world, capsys):
    booked(world, payable(world))

    call_command("verify_ledger")

    assert capsys.readouterr().out == "1 budget years, every figure follows from its entries.\n"


MOVEMENTS = st.lists(st.tuples(st.sampled_from(rules.KINDS), st.integers(1, 600_00)), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVEMENTS)
def test_any_sequence_of_movements_leaves_the_stored_pot_whole(world, movements):
    with transaction.atomic():
        year = operations.open_year(world.programme, 2026, by=world.officer)
        for kind, cents in movements:
            try:
                operations.post(year, kind, cents, by=world.officer)
            except Refused:
                continue
        balances = year.balances
        assert min(*vars(balances).values(), balances.free_cents, balances.outstanding_cents) >= 0
        assert balances.allocated_cents + balances.carried_in_cents == (
            balances.paid_cents
            - balances.repaid_cents
            + balances.outstanding_cents
            + balances.carried_over_cents
            + balances.reserved_cents
            + balances.free_cents
            + balances.lapsed_cents
        )
        assert operations.verify_ledger(year) is None
        transaction.set_rollback(True)


STEPS = (
    "call",
    "verify",
    "order",
    "export",
    "book",
    "return",
    "send_back",
    "proof",
    "settle",
    "repay",
    "revoke",
    "close",
)


def _step(world, grant, name: str, cents: int) -> None:
    """One act of whoever may do it, on whatever there is; most of them come at a wrong time."""
    grant = reload(grant)
    payment = grant.payments.order_by("-number").first()
    proof = UsageProof.objects.get(grant=grant)
    if name == "call":
        operations.call_for_funds(grant, cents, by=fresh(world.applicant))
    elif name == "proof":
        checked(world, grant, spent=cents)
    elif name == "settle":
        operations.settle(proof, by=world.decider)
    elif name == "repay":
        operations.record_repayment(grant, cents, received_on=TODAY, by=world.cashier)
    elif name in ("revoke", "close"):
        carry_out(grant, name, by=world.decider, **({"reason": "x"} if name == "revoke" else {}))
    elif payment is None:
        return
    elif name == "export":
        operations.export([payment], execute_on=TODAY, by=world.cashier)
    else:
        actor = {"verify": world.verifier, "order": world.authoriser, "send_back": world.authoriser}
        details = {"book": {"booked_on": TODAY}, "return": {"reason": "x"}, "send_back": {"reason": "x"}}
        move = "return_by_bank" if name == "return" else name
        carry_out(payment, move, by=actor.get(name, world.cashier), **details.get(name, {}))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, AWARD)), max_size=40))
def test_any_sequence_of_acts_on_a_grant_keeps_ledger_and_payments_equal(world, steps):
    with transaction.atomic():
        grant = payable(world)
        make_hearing(grant.application)
        for name, cents in steps:
            try:
                with transaction.atomic():
                    _step(world, grant, name, cents)
            except (Refused, TransitionNotAllowed):
                continue
        grant = reload(grant)
        assert operations.verify_ledger(grant.budget_year) is None
        assert grant.paid_cents <= AWARD
        assert grant.state != "closed" or grant.open_cents == 0
        transaction.set_rollback(True)


def test_move_past_the_operation_still_goes_through_the_gate(world):
    payment = operations.call_for_funds(payable(world), 100_00, by=fresh(world.applicant))

    with pytest.raises(PermissionDenied):
        perform(payment, "verify", by=world.cashier)


@pytest.mark.parametrize("role", ["decider", "board", "cashier", "administrator"])
def test_year_opened_by_anybody_but_the_officer_is_forbidden(world, role):
    with pytest.raises(PermissionDenied):
        operations.open_year(world.programme, 2031, by=getattr(world, role))
