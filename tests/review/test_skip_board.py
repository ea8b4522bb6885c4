"""Small sums that the programme leaves to the town alone: off by default, recorded, said in the letter."""

from datetime import date

import pytest
from django.utils import translation

from applications.workflow import State
from funding.gate import Refused, carry_out
from review import operations
from review.documents.letters import award_parts
from review.models import Recommendation


def skip(review, case):
    return carry_out(case, "skip_board", by=review.officer, reason="Kleiner Betrag.")


def refusal(review, case):
    with translation.override("en"), pytest.raises(Refused) as refused:
        skip(review, case)
    with translation.override("en"):
        return str(refused.value).partition(":")[0]


@pytest.fixture
def limit(review):
    """The board may be skipped up to 1,600.00; the case of `review` asks for 1,598.90."""
    review.programme.without_board_cents = 1_600_00
    review.programme.save()


def test_board_is_never_skipped_unless_the_programme_says_so(review):
    case = review.case()

    assert refusal(review, case) == "The board advises on this application"
    assert "skip_board" not in [move.name for move in case.moves_for(review.officer)]


def test_board_is_not_skipped_above_the_limit(review, limit):
    review.programme.without_board_cents = 1_598_89
    review.programme.save()

    assert refusal(review, review.case()) == "The board advises on this application"


def test_board_is_not_skipped_once_it_has_the_case(review, limit):
    case = review.case()
    review.meet(case)

    assert refusal(review, case) == "The board already has this application, or has dealt with it."


def test_skipped_board_is_recorded_and_the_letter_says_so(review, limit):
    case = skip(review, review.case())

    decision = operations.prepare_decision(case, by=review.decider, kind="award", cents=1_598_90)

    advice = Recommendation.objects.get()
    assert (case.state, advice.kind, advice.reason) == (State.RECOMMENDED, "skipped", "Kleiner Betrag.")
    assert (decision.recommendation, decision.board_was_skipped) == (advice, True)
    basis = award_parts(decision, proof_due_on=date(2027, 2, 1), by=review.decider)["basis"]
    assert basis[-1].runs == (
        "Der Beirat musste nach der Richtlinie nicht beteiligt werden: Sie haben nicht mehr als 1.600,00\u00a0€ "
        "beantragt."
    )


def test_case_that_skipped_the_board_can_still_be_given_to_it(review, limit):
    case = skip(review, review.case())

    back = carry_out(case, "give_back", by=review.officer, reason="Doch besser mit dem Beirat.")

    assert (back.state, Recommendation.objects.get().superseded) == (State.ADMITTED, True)
