"""Cases that look alike: the table of `review.rules.similar`, and what the pages make of it."""

from dataclasses import replace
from datetime import date

import pytest

from applications.models import Application
from applications.workflow import State
from budgets.models import UsageProof
from budgets.workflow import GrantState, ProofState
from funding import clock
from review.earlier import earlier_grants, similar_cases
from review.rules.similar import Sketch, alike, likeness
from tests.factories import CHILDCARE, make_application, make_grant, make_organisation, make_user

CAP = 5_000_00
TOURS = Sketch(
    title="Stadtteilführungen von Neuen für Neue",
    organisation_id=1,
    name="Wegweiser e.V.",
    representatives=("Leyla Aydın",),
    iban="DE02120300000000202051",
    place="Königsborn",
    start=date(2026, 4, 1),
    end=date(2026, 6, 30),
    costs=(("Faltplan", 620_00), ("Abschlussfest", 360_00)),
    requested_cents=3_000_00,
)
ELSEWHERE = {"organisation_id": 2, "name": "Anderer Verein", "representatives": (), "iban": ""}
LATER = {"start": date(2026, 7, 15), "end": date(2026, 9, 30)}
MUCH_LATER = {"start": date(2026, 9, 1), "end": date(2026, 9, 30)}
OTHER = {"title": "Kochen am Abend", "place": "Massen", "costs": (("Gewürze", 50_00),)}


@pytest.mark.parametrize(
    ("changes", "kind", "shared"),
    [
        ({}, "duplicate", "applicant title period place costs"),
        ({"title": "STADTTEILFÜHRUNGEN: von Neuen, für Neue"}, "duplicate", "applicant title period place costs"),
        ({"place": "Massen", "costs": ()}, "duplicate", "applicant title period"),
        (ELSEWHERE, "duplicate", "title period place costs"),
        (ELSEWHERE | {"iban": TOURS.iban, "place": "", "costs": ()}, "duplicate", "iban title period"),
        (
            ELSEWHERE | {"representatives": ("leyla aydın",), "costs": ()},
            "duplicate",
            "representative title period place",
        ),
        (ELSEWHERE | {"name": "wegweiser  E.V.", "costs": ()}, "duplicate", "name title period place"),
        (ELSEWHERE | {"costs": ()}, None, ""),
        (ELSEWHERE | OTHER, None, ""),
        (LATER, "split", "applicant title place costs"),
        (LATER | {"title": "Zweiter Teil"}, "split", "applicant place costs"),
        (OTHER | {"costs": TOURS.costs}, "split", "applicant period costs"),
        (LATER | {"requested_cents": 2_000_00}, None, ""),
        (MUCH_LATER, None, ""),
        (OTHER, None, ""),
        ({"start": None}, None, ""),
    ],
)
def test_two_cases_look_alike_by_what_they_share(changes, kind, shared):
    found = likeness(TOURS, replace(TOURS, **changes), CAP)

    assert (found.kind if found else None, " ".join(found.shared) if found else "") == (kind, shared)


def test_likeness_is_the_same_both_ways():
    for changes in ({}, LATER, OTHER, ELSEWHERE):
        other = replace(TOURS, **changes)
        assert likeness(TOURS, other, CAP) == likeness(other, TOURS, CAP)


def test_nothing_is_split_where_there_is_no_cap():
    assert likeness(TOURS, replace(TOURS, **LATER), None) is None


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("Chor der Nachbarn", "Der Nachbarn-Chor", True),
        ("Chor der Nachbarn", "Chor der Nachbarn II", True),
        ("Chor der Nachbarn", "Kochtreff", False),
        ("", "", False),
        ("…", "…", False),
    ],
)
def test_titles_are_alike_by_words_and_letters(one, other, is_alike):
    assert (alike(one, other) >= 0.75) is is_alike


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_similar_cases_are_those_of_the_year_one_may_see(review, settings):
    settings.LANGUAGE_CODE = "en"
    own = review.case(state=State.SUBMITTED)
    twice = review.case(state=State.SUBMITTED)
    make_application(review.programme, review.organisation)  # a draft is nobody's business
    review.case(state=State.WITHDRAWN)
    review.case(state=State.SUBMITTED, year=2027)
    make_application(
        review.programme, make_organisation(review.town), plan=CHILDCARE, state=State.SUBMITTED, title="Kochtreff"
    )

    found = similar_cases(own, review.officer)

    assert [(row.application, row.kind, row.shared) for row in found] == [
        (twice, "Looks like the same application", "same applicant, same title, same time, same costs")
    ]
    assert similar_cases(own, make_user()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_similar_cases_ask_the_same_number_of_queries(review, django_assert_num_queries, count):
    for _number in range(count):
        review.case(state=State.SUBMITTED)
    own = Application.objects.with_parties().with_plan().get(pk=review.case(state=State.SUBMITTED).pk)
    review.officer.towns_as()

    with django_assert_num_queries(4):
        assert len(similar_cases(own, review.officer)) == count


@pytest.mark.parametrize(
    ("grant", "proof", "ended", "tone"),
    [
        ({}, ProofState.OPEN, "Usage proof: Being written", "neutral"),
        ({"proof_due_on": date(2020, 1, 1)}, ProofState.RETURNED, "Usage proof overdue", "danger"),
        (
            {"state": GrantState.CLOSED, "settled_cents": 1_598_90},
            ProofState.SETTLED,
            "Usage proof accepted, settled at €1,598.90",
            "success",
        ),
        (
            {"state": GrantState.SETTLED, "settled_cents": 1_000_00},
            ProofState.SETTLED,
            "Usage proof accepted, settled at €1,000.00",
            "info",
        ),
        ({"state": GrantState.DECLINED}, ProofState.OPEN, "Declined by the recipient", "neutral"),
        ({"state": GrantState.REVOKED}, ProofState.OPEN, "Revoked", "danger"),
    ],
)
def test_earlier_grant_says_how_it_ended(review, settings, grant, proof, ended, tone):
    settings.LANGUAGE_CODE = "en"
    before = review.case(state=State.AWARDED, title="Sommerküche")
    made = make_grant(before, **{"proof_due_on": clock.today().replace(year=2099)} | grant)
    UsageProof.objects.filter(grant=made).update(state=proof)

    [row] = earlier_grants(review.case(state=State.SUBMITTED), review.officer)

    shown = (row.application, row.year, row.cents, row.ended, row.tone)
    assert shown == (before, 2026, 1_598_90, ended, tone)
