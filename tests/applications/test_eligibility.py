"""Whether a project fits a programme, as a table."""

from dataclasses import replace
from datetime import date

import pytest

from applications.rules.eligibility import Facts, Terms, Verdict, judge

TODAY = date(2026, 3, 16)
FITS = Facts("unregistered", "town", date(2026, 6, 1), "everybody", 1_500_00)
TERMS = Terms(
    individuals_may_apply=False, cap_cents=5_000_00, short_form_cents=2_000_00, lead_time_weeks=6, is_open=True
)


@pytest.mark.parametrize(
    ("answers", "outcome", "reasons"),
    [
        ({}, "yes", ()),
        ({"legal_form": "registered-association", "audience": "some"}, "yes", ()),
        ({"start": None, "total_cents": None}, "yes", ()),
        ({"legal_form": "individual"}, "no", ("individual",)),
        ({"where": "outside"}, "no", ("outside",)),
        ({"start": date(2026, 3, 15)}, "no", ("already-begun",)),
        ({"start": date(2026, 3, 16)}, "talk", ("too-soon",)),
        ({"start": date(2026, 4, 26)}, "talk", ("too-soon",)),
        ({"start": date(2026, 4, 27)}, "yes", ()),
        ({"where": "partly"}, "talk", ("partly-outside",)),
        ({"audience": "members"}, "talk", ("members-only",)),
        ({"where": "partly", "audience": "members"}, "talk", ("partly-outside", "members-only")),
        ({"where": "outside", "start": date(2026, 3, 1), "audience": "members"}, "no", ("outside", "already-begun")),
    ],
)
def test_answers_come_to_an_outcome_with_its_reasons(answers, outcome, reasons):
    verdict = judge(replace(FITS, **answers), TERMS, TODAY)

    assert (verdict.outcome, verdict.reasons) == (outcome, reasons)


@pytest.mark.parametrize(
    ("total", "terms", "notes", "short"),
    [
        (2_000_00, {}, ("short-form",), True),
        (2_000_01, {}, (), False),
        (None, {}, (), False),
        (5_000_00, {}, (), False),
        (5_000_01, {}, ("above-cap",), False),
        (9_000_00, {"cap_cents": None}, (), False),
        (3_000_00, {"left_cents": 2_999_99}, ("little-left",), False),
        (9_000_00, {"left_cents": 5_000_00}, ("above-cap",), False),
        (1_00, {"left_cents": 0}, ("little-left", "short-form"), True),
        (3_000_00, {"is_open": False}, ("round-closed",), False),
    ],
)
def test_yes_says_what_is_good_to_know(total, terms, notes, short):
    verdict = judge(replace(FITS, total_cents=total), replace(TERMS, **terms), TODAY)

    assert verdict == Verdict("yes", (), notes, short)


def test_one_person_fits_where_the_programme_says_so():
    assert (
        judge(replace(FITS, legal_form="individual"), replace(TERMS, individuals_may_apply=True), TODAY).reasons == ()
    )


def test_nothing_answered_speaks_against_nothing():
    assert judge(Facts(), TERMS, TODAY) == Verdict("yes", (), (), False)
