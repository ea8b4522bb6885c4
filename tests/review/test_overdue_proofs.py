"""Who owes a usage proof gets no new award, unless the decider says why."""

from datetime import timedelta

import pytest

from applications.workflow import State
from budgets.models import Grant, UsageProof
from budgets.operations import open_year
from budgets.workflow import GrantState, ProofState
from funding import clock
from funding.gate import Refused
from review import operations
from tests.factories import make_application, make_grant, make_organisation

YESTERDAY = clock.today() - timedelta(days=1)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def owe(review, *, organisation=None, state=GrantState.ACCEPTED, proof=ProofState.OPEN, due=YESTERDAY):
    """A grant of 1,598.90 of an earlier year, with its usage proof in a state."""
    case = make_application(
        review.programme, organisation or review.organisation, state=State.AWARDED, title="Sommerküche"
    )
    grant = make_grant(case, state=state, proof_due_on=due)
    UsageProof.objects.filter(grant=grant).update(state=proof)
    return grant.proofs.get()


def prepare(review, case, **changes):
    defaults = {"by": review.decider, "kind": "award", "cents": 1_500_00, "reasons": "Der Topf soll reichen."}
    return operations.prepare_decision(case, **defaults | changes)


@pytest.mark.parametrize(
    ("changes", "is_owed"),
    [
        ({}, True),
        ({"proof": ProofState.RETURNED}, True),
        ({"due": clock.today()}, False),
        ({"proof": ProofState.SUBMITTED}, False),
        ({"proof": ProofState.SETTLED}, False),
        ({"state": GrantState.DECLINED}, False),
        ({"state": GrantState.REVOKED}, False),
    ],
)
def test_proof_is_overdue_when_its_day_is_over_and_it_is_still_with_the_group(review, changes, is_owed):
    proof = owe(review, **changes)

    assert operations.overdue_proofs(review.organisation) == ([proof] if is_owed else [])


def test_award_to_who_owes_a_proof_is_refused_with_its_figures(review):
    owe(review)
    owe(review, organisation=make_organisation(review.town))

    with pytest.raises(Refused) as refusal:
        prepare(review, review.case(state=State.RECOMMENDED))

    assert "“Sommerküche”: 1.598,90 €, due on" in str(refusal.value).replace("\u00a0", " ")
    assert refusal.value.figures == {"proofs": 1, "cents": 1_598_90}


def test_award_with_a_reason_to_overrule_keeps_it(review):
    owe(review)

    decision = prepare(review, review.case(state=State.RECOMMENDED), overrule_reason="Der Kassenwart ist krank.")

    assert (decision.amount_cents, decision.overrule_reason) == (1_500_00, "Der Kassenwart ist krank.")


def test_rejection_needs_no_reason_to_overrule(review):
    owe(review)
    why = {"grounds": {"Viele machen mit.": "Nur drei sind beteiligt."}, "next_step": "Sprechen Sie mit uns."}

    decision = prepare(review, review.case(state=State.RECOMMENDED), kind="reject", **why)

    assert (decision.kind, decision.overrule_reason) == ("reject", "")


def test_award_is_not_released_when_a_proof_became_overdue_meanwhile(review):
    case = review.case(state=State.RECOMMENDED)
    open_year(review.programme, 2026, by=review.officer)
    decision = prepare(review, case)
    owe(review)

    with pytest.raises(Refused):
        operations.release(decision, by=review.decider)

    decision.refresh_from_db()
    assert (decision.is_released, Grant.objects.filter(application=case).exists()) == (False, False)
