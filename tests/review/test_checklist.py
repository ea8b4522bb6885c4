"""What the machine finds about a point of the formal check, and what it therefore suggests."""

from datetime import date

import pytest
from django.utils import translation

from review.checklist import points
from tests.factories import make_application, make_organisation, make_programme, make_town

pytestmark = pytest.mark.django_db

RECEIVED, SOON, EARLY, LATER = date(2026, 3, 2), date(2026, 3, 20), date(2026, 3, 1), date(2026, 7, 1)
SHORT = ("warning", "It starts less than 8 weeks after the application came in.")
ASKED = ("warning", "The group asks to begin before the decision. Nobody has answered yet.")
REFUSED = ("warning", "The group may not begin before the decision: Die Zeit reicht.")
ALLOWED = ("success", "The group may begin before the decision from March 20, 2026 on, at its own risk.")
BEGUN = ("danger", "The project starts before the application came in.")
TOO_EARLY = ("danger", "It starts before the day from which it may begin early.")
GOOD = ("success", "It starts after the application came in, with time to decide.")


@pytest.mark.parametrize(
    ("start", "early_start", "allowed_from", "found", "suggested"),
    [
        (LATER, "", None, [GOOD], "yes"),
        (SOON, "", None, [SHORT], ""),
        (SOON, "asked", None, [SHORT, ASKED], ""),
        (SOON, "refused", None, [SHORT, REFUSED], ""),
        (SOON, "consented", SOON, [ALLOWED], "yes"),
        (date(2026, 3, 19), "consented", SOON, [SHORT, TOO_EARLY, ALLOWED], "no"),
        (EARLY, "", None, [BEGUN], "no"),
        (EARLY, "consented", SOON, [BEGUN, TOO_EARLY, ALLOWED], "no"),
    ],
)
def test_not_begun_knows_the_early_start_and_that_it_cures_nothing(start, early_start, allowed_from, found, suggested):
    town = make_town()
    case = make_application(
        make_programme(town, checklist=["not-begun"], lead_time_weeks=8),
        make_organisation(town),
        state="submitted",
        received_on=RECEIVED,
        start=start,
        early_start=early_start,
        early_start_from=allowed_from,
        early_start_note="Die Zeit reicht." if early_start == "refused" else "",
    )

    with translation.override("en"):
        [point] = points(case, RECEIVED)

        assert ([(one.tone, one.text) for one in point.findings], point.suggestion) == (found, suggested)
