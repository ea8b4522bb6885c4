"""The formal check: answers to the checklist, costs that are admitted only in part, and what follows from them."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from applications.workflow import State
from budgets.models import Grant
from budgets.operations import open_year
from funding.gate import Refused, Stale
from funding.pdf import Bullets, Text
from funding.policies import Role
from review import operations
from review.documents.letters import award_parts
from review.models import CostCut, Decision, admitted_result, cuts_of
from tests.factories import make_submission, make_user

DUE = date(2027, 2, 1)
TOO_DEAR = (420_00, "In zwei Sprachen liegt er schon vor.")  # of the brochure: line 1, planned 620.00


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


def sentence(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return str(refusal.value)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def case(review):
    return review.case(state=State.SUBMITTED)


# --- Costs that are admitted only in part -----------------------------------------------------------------------------


def test_cut_lowers_what_is_eligible_and_names_the_limit_that_binds(review, case):
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)

    asked, counts = case.evaluate(), admitted_result(fresh(case))
    assert (asked.eligible_cents, asked.highest_grant_cents, asked.binding) == (1_698_90, 1_598_90, ("gap",))
    assert (counts.eligible_cents, counts.highest_grant_cents, counts.binding) == (1_498_90, 1_498_90, ("eligible",))


def test_cut_says_who_and_why(review, case):
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)

    cut = CostCut.objects.get()
    assert (cut.planned_cents, cut.admitted_cents, cut.reason, cut.cut_by) == (620_00, *TOO_DEAR, review.officer)
    assert cut.submission == case.submissions.get()


def test_cut_that_is_taken_back_leaves_its_history(review, case):
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)

    operations.cut_costs(case, {}, by=review.officer)

    assert (cuts_of(case), list(CostCut.history.values_list("history_type", flat=True))) == ({}, ["-", "+"])


def test_cut_that_stays_keeps_who_cut_it(review, case):
    other = make_user(review.town, Role.OFFICER)
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)

    operations.cut_costs(case, {1: TOO_DEAR, 0: (500_00, "Zehn Führungen.")}, by=other)

    assert [(cut.line, cut.cut_by) for cut in CostCut.objects.all()] == [(0, other), (1, review.officer)]


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        ((620_01, "Mehr."), "At most the planned 620,00 € can be admitted."),
        ((-1, "Weniger."), "At most the planned 620,00 € can be admitted."),
        ((420_00, "  "), "Please say why less is admitted. The reason stands in the letter."),
    ],
)
def test_cut_above_the_plan_or_without_a_reason_is_refused(review, case, cut, said):
    assert sentence(operations.cut_costs, case, {1: cut}, by=review.officer).replace("\xa0", " ") == said
    assert CostCut.objects.count() == 0


def test_cut_of_a_case_that_was_withdrawn_meanwhile_is_refused(review, case):
    operations.withdraw(case, by=case.organisation.memberships.get().user, reason="Wir verschieben das Fest.")

    said = sentence(operations.cut_costs, case, {1: TOO_DEAR}, by=review.officer)

    assert (said, CostCut.objects.count()) == ("This application is not in the formal check.", 0)


def test_second_officer_on_the_same_costs_sees_the_first_one_before_overwriting(review, case):
    seen = operations.cuts_mark(case)
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer, seen=seen)

    with pytest.raises(Stale):
        operations.cut_costs(case, {0: (0, "Nicht nötig.")}, by=make_user(review.town, Role.OFFICER), seen=seen)

    assert list(cuts_of(case)) == [1]


def test_cut_by_anybody_but_the_officer_is_forbidden(review, case):
    with pytest.raises(PermissionDenied):
        operations.cut_costs(case, {1: TOO_DEAR}, by=review.decider)


def test_next_submission_asks_again(review, case):
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)

    make_submission(case)

    assert (cuts_of(case), admitted_result(case)) == ({}, case.evaluate())


def test_line_that_was_changed_is_no_longer_cut(review, case):
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)

    case.costs.filter(position=2).update(unit_price_cents=50)

    assert admitted_result(fresh(case)) == fresh(case).evaluate()


# --- What follows from a cut ------------------------------------------------------------------------------------------


@pytest.fixture
def cut_case(review):
    case = review.case(state=State.SUBMITTED)
    operations.cut_costs(case, {1: TOO_DEAR}, by=review.officer)
    type(case).objects.filter(pk=case.pk).update(state=State.RECOMMENDED)
    return fresh(case)


def test_award_above_what_the_cut_leaves_is_refused(review, cut_case):
    said = sentence(
        operations.prepare_decision, cut_case, by=review.decider, kind="award", cents=1_598_90, reasons="Gut."
    )

    assert said.replace("\xa0", " ") == "The amount must lie above zero and may be at most 1.498,90 €."


def test_letter_says_which_costs_were_cut_and_why(review, cut_case):
    decision = operations.prepare_decision(
        cut_case, by=review.decider, kind="award", cents=1_498_90, reasons="Wir fördern, was anerkannt ist."
    )

    parts = award_parts(decision, proof_due_on=DUE, by=review.decider)
    assert parts["calculation"][3:5] == [
        Text("Diese Ausgaben erkennen wir nicht in der geplanten Höhe an:"),
        Bullets(
            [
                "Faltplan in fünf Sprachen, 1.000 Stück: 420,00\u00a0€ statt 620,00\u00a0€. "
                "In zwei Sprachen liegt er schon vor."
            ]
        ),
    ]
    assert parts["reasons"][-1] == Text(
        "Einen Teil der geplanten Ausgaben erkennen wir nicht an. Welchen und warum, steht unter 4."
    )


def test_grant_is_settled_from_what_was_admitted(review, cut_case):
    open_year(review.programme, 2026, by=review.officer)
    decision = operations.prepare_decision(
        cut_case, by=review.decider, kind="award", cents=1_498_90, reasons="Wir fördern, was anerkannt ist."
    )

    operations.release(decision, by=review.decider)

    grant = Grant.objects.get()
    assert (grant.planned_cost_cents, grant.planned_eligible_cents) == (1_698_90, 1_498_90)
    assert [line.planned_cents for line in grant.proofs.get().lines.all()] == [600_00, 420_00, 360_00, 118_90]
    assert Decision.objects.get().is_released
