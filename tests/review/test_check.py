"""The formal check: answers to the checklist, costs that are admitted only in part, and what follows from them."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from applications.forms.sections import BankForm
from applications.workflow import State
from budgets.models import Grant
from budgets.operations import open_year
from funding import clock
from funding.gate import Refused, Stale
from funding.pdf import Bullets, Text
from funding.policies import Role
from review import operations
from review.checklist import points
from review.documents.letters import award_parts
from review.models import CheckResult, ConceptFit, CostCut, Decision, admitted_result, cuts_of
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


# --- The checklist ----------------------------------------------------------------------------------------------------


def test_check_writes_results_and_counts_as_a_change(review):
    case = review.case(state=State.SUBMITTED)

    after = operations.check(case, {"plan": ("yes", ""), "place": ("no", "Liegt in Kamen.")}, by=review.officer)

    found = set(CheckResult.objects.values_list("item", "result", "note", "checked_by"))
    officer = review.officer.pk
    assert found == {("plan", "yes", "", officer), ("place", "no", "Liegt in Kamen.", officer)}
    assert (after.version, fresh(case).open_points) == (case.version + 1, ["applicant", "not-begun"])


def test_check_that_changes_nothing_keeps_who_decided(review):
    case, other = review.case(state=State.SUBMITTED), make_user(review.town, Role.OFFICER)
    operations.check(case, {"plan": ("yes", "")}, by=review.officer)

    operations.check(case, {"plan": ("yes", "")}, by=other)

    assert CheckResult.objects.get().checked_by == review.officer


def test_answer_over_one_that_was_given_meanwhile_is_stale(review):
    case = review.case(state=State.SUBMITTED)
    operations.check(case, {"plan": ("yes", "")}, by=review.officer, seen={})

    with pytest.raises(Stale):
        operations.check(case, {"plan": ("no", "Doch nicht.")}, by=review.officer, seen={"plan": ""})


def test_same_answer_given_meanwhile_disturbs_nobody(review):
    case, other = review.case(state=State.SUBMITTED), make_user(review.town, Role.OFFICER)
    operations.check(case, {"plan": ("yes", "")}, by=review.officer, seen={})

    operations.check(case, {"plan": ("yes", ""), "place": ("yes", "")}, by=other, seen={})

    assert dict(CheckResult.objects.values_list("item", "checked_by")) == {
        "plan": review.officer.pk,
        "place": other.pk,
    }


@pytest.mark.parametrize(
    ("state", "results", "said"),
    [
        (State.SUBMITTED, {"plan": ("no", " ")}, "Please say what is not in order."),
        (State.ADMITTED, {"plan": ("yes", "")}, "This application is not in the formal check."),
    ],
)
def test_check_is_refused_with_a_sentence(review, state, results, said):
    assert sentence(operations.check, review.case(state=state), results, by=review.officer) == said


def test_check_of_an_unknown_point_is_an_error(review):
    with pytest.raises(ValueError):
        operations.check(review.case(state=State.SUBMITTED), {"colour": ("yes", "")}, by=review.officer)


def test_answer_keeps_what_the_machine_found_and_suggested(review, case):
    operations.check(case, {"plan": ("no", "Der Faltplan ist doppelt.")}, by=review.officer)

    kept = CheckResult.objects.get()
    assert (kept.suggestion, kept.findings) == ("yes", ["Costs and money match: €1,698.90."])
    assert kept.is_overruled


@pytest.mark.parametrize(
    ("suggestion", "result", "note", "said"),
    [
        ("yes", "yes", "", None),
        ("no", "no", "", None),
        ("", "yes", "", None),
        ("yes", "no", "Es ist falsch.", None),
        ("", "no", "", "Please say what is not in order."),
        ("yes", "no", " ", "Please say what is not in order."),
        ("no", "yes", "", "You decide otherwise than the machine suggests. Please say why."),
        ("no", "not-needed", "", "You decide otherwise than the machine suggests. Please say why."),
        ("yes", "not-needed", "", "You decide otherwise than the machine suggests. Please say why."),
    ],
)
def test_note_is_wanted_where_something_is_wrong_or_overruled(suggestion, result, note, said):
    assert operations.wants_note(suggestion, result, note) == said


CHANGES = {
    "applicant": lambda case: case.organisation.representatives.append("Neue Vorsitzende"),
    "place": lambda case: setattr(case, "district", "Massen"),
    "not-begun": lambda case: setattr(case, "start", date(2026, 5, 1)),
    "plan": lambda case: case.costs.filter(position=1).update(unit_price_cents=30_00),
}


@pytest.mark.parametrize("point", CHANGES)
def test_point_whose_facts_change_has_to_be_looked_at_again(review, case, point):
    everything = dict.fromkeys(review.programme.checklist, ("yes", ""))
    case = operations.check(case, everything, by=review.officer)
    assert fresh(case).open_points == []

    CHANGES[point](case)
    case.organisation.save()
    case.save()

    assert fresh(case).open_points == [point]


def test_point_that_is_looked_at_again_is_decided_anew(review, case):
    other = make_user(review.town, Role.OFFICER)
    operations.check(case, {"place": ("yes", "")}, by=review.officer)
    type(case).objects.filter(pk=case.pk).update(place="Massen")

    operations.check(fresh(case), {"place": ("yes", "")}, by=other)

    assert [(result.checked_by, result.is_stale) for result in CheckResult.objects.all()] == [(other, False)]


@pytest.fixture
def fits(review):
    review.programme.concept_fit = ["positiv", "neutral", "negativ"]
    review.programme.save()
    return review


def test_fit_with_the_concept_is_stated_with_a_sentence(fits, case):
    operations.check(case, {}, by=fits.officer, fit=("positiv", "Es bringt Menschen zusammen."))

    fit = ConceptFit.objects.get()
    assert (fit.value, fit.sentence, fit.stated_by) == ("positiv", "Es bringt Menschen zusammen.", fits.officer)


def test_fit_without_a_sentence_is_refused(fits, case):
    said = sentence(operations.check, case, {}, by=fits.officer, fit=("positiv", " "))

    assert (said, ConceptFit.objects.count()) == ("Please say in a sentence how the project fits the concept.", 0)


def test_fit_that_somebody_else_stated_meanwhile_is_not_overwritten(fits, case):
    operations.check(case, {}, by=fits.officer, fit=("positiv", "Es passt."), seen={})

    with pytest.raises(Stale):
        operations.check(case, {}, by=make_user(fits.town, Role.OFFICER), fit=("neutral", "Naja."), seen={"fit": ""})

    assert ConceptFit.objects.get().value == "positiv"


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

    assert (said, CostCut.objects.count()) == (
        "This application was withdrawn meanwhile. What you typed was not saved.",
        0,
    )


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

    assert said.replace("\xa0", " ") == "At most 1.498,90 € can be awarded: that is what of the costs counts."


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


# --- De-minimis aid ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "suggestion", "said"),
    [
        (None, "", "Nothing is declared yet."),
        (0, "yes", "€0.00 declared for three years; with what is asked for €1,598.90 of €300,000.00."),
        (
            298_401_10,
            "yes",
            "€298,401.10 declared for three years; with what is asked for €300,000.00 of €300,000.00.",
        ),
        (
            298_401_11,
            "no",
            "€298,401.11 declared for three years; with what is asked for €300,000.01 of €300,000.00.",
        ),
    ],
)
def test_de_minimis_aid_is_held_against_the_ceiling_where_the_programme_asks(review, case, declared, suggestion, said):
    case.programme.checklist = ["de-minimis"]
    case.organisation.de_minimis_cents = declared

    [point] = points(case, clock.today())

    assert (point.suggestion, [finding.text for finding in point.findings]) == (suggestion, [said])


@pytest.mark.parametrize(("checklist", "asks"), [(["plan"], False), (["plan", "de-minimis"], True)])
def test_group_is_asked_for_de_minimis_aid_only_where_the_programme_wants_to_know(review, case, checklist, asks):
    case.programme.checklist = checklist

    assert ("de_minimis_cents" in BankForm(application=case).fields) == asks
