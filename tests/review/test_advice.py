"""Advice noted in two taps, with a case and without, its sums of a year, and internal notes."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from applications.models import Membership
from funding import clock
from funding.gate import Refused
from funding.policies import Role
from review import operations
from review.models import Advice
from tests.factories import make_town, make_user


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(**more: str) -> dict[str, str]:
    today = clock.today()
    day = {"given_on_day": today.day, "given_on_month": today.month, "given_on_year": today.year}
    return {"kind": "phone", **{name: str(value) for name, value in day.items()}, **more}


def log(review: Any, day: date, minutes: int, kind: str = "phone", about: Any = None) -> Advice:
    return operations.log_advice(about or review.town, by=review.officer, given_on=day, kind=kind, minutes=minutes)


def test_button_with_the_minutes_saves_the_advice(review):
    case = review.case()
    client = signed_in(review.officer)
    page = client.get(reverse("review:advice", args=[case.pk])).content.decode()

    client.post(reverse("review:advice", args=[case.pk]), sent(minutes="30"))

    found = case.advice.get()
    assert [f'name="minutes" value="{minutes}"' in page for minutes in (10, 20, 30, 60)] == [True] * 4
    assert (found.minutes, found.kind, found.given_by, found.given_on) == (30, "phone", review.officer, clock.today())


def test_another_length_is_typed(review):
    case = review.case()

    signed_in(review.officer).post(reverse("review:advice", args=[case.pk]), sent(other="45", kind="meeting"))

    assert (case.advice.get().minutes, case.advice.get().kind) == (45, "meeting")


@pytest.mark.parametrize("minutes", [{}, {"minutes": "15"}, {"other": "0"}, {"other": "many"}])
def test_advice_without_a_usable_length_is_asked_for_it(review, minutes):
    response = signed_in(review.officer).post(reverse("review:advice", args=[review.case().pk]), sent(**minutes))

    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Advice.objects.exists()


def test_advice_to_somebody_without_a_case_belongs_to_the_town(review):
    signed_in(review.officer).post(reverse("review:advice-new", args=[review.town.pk]), sent(minutes="10"))

    found = Advice.objects.get()
    assert (found.municipality, found.application, found.minutes) == (review.town, None, 10)


def test_advice_of_another_town_cannot_be_noted(review):
    stranger = make_user(make_town(), Role.OFFICER)

    with pytest.raises(PermissionDenied):
        operations.log_advice(review.town, by=stranger, given_on=clock.today(), kind="phone", minutes=10)


def test_advice_of_tomorrow_is_refused(review):
    with pytest.raises(Refused):
        log(review, date(2999, 1, 1), 10)


def test_sums_of_a_year_count_by_kind_and_month(review):
    log(review, date(2025, 1, 8), 20)
    log(review, date(2025, 1, 9), 10, about=review.case())
    log(review, date(2025, 3, 1), 60, kind="meeting")
    log(review, date(2024, 12, 31), 30)

    context = signed_in(review.officer).get(reverse("review:advice-year"), {"year": "2025"}).context

    assert (context["count"], context["minutes"], context["without_case"]) == (3, 90, 2)
    assert [(count, minutes) for _kind, count, minutes in context["by_kind"]] == [(2, 30), (1, 60)]
    assert [(count, minutes) for _month, count, minutes in context["by_month"]] == [(2, 30), (1, 60)]


@pytest.mark.parametrize("year", ["", "soon", "1066", "²"])
def test_year_that_cannot_be_shown_gives_the_present_one(review, year):
    context = signed_in(review.officer).get(reverse("review:advice-year"), {"year": year}).context

    assert context["year"] == clock.today().year


def test_sums_hold_nothing_of_another_town_or_of_the_readers_own_group(review):
    town = make_town()
    stranger = make_user(town, Role.OFFICER)
    operations.log_advice(town, by=stranger, given_on=clock.today(), kind="phone", minutes=10)
    case = review.case()
    log(review, clock.today(), 20, about=case)
    Membership.objects.create(
        municipality=review.town, organisation=review.organisation, user=review.officer, right="view"
    )

    assert signed_in(review.officer).get(reverse("review:advice-year")).context["count"] == 0


def test_internal_note_is_kept_with_who_and_when(review):
    case = review.case()

    signed_in(review.decider).post(reverse("review:notes", args=[case.pk]), {"text": "Rückruf am Montag."})

    note = case.internal_notes.get()
    assert (note.text, note.written_by, note.written_at.date()) == (
        "Rückruf am Montag.",
        review.decider,
        clock.now().date(),
    )
    assert "Rückruf am Montag." in signed_in(review.officer).get(reverse("case", args=[case.pk])).content.decode()


def test_empty_internal_note_is_refused(review):
    case = review.case()

    response = signed_in(review.officer).post(reverse("review:notes", args=[case.pk]), {"text": " "})

    assert response.context["form"].errors
    with pytest.raises(Refused):
        operations.add_note(case, " ", by=review.officer)


def test_officer_of_the_group_itself_reads_and_writes_no_internal_note(review):
    member = make_user(review.town, Role.OFFICER)
    Membership.objects.create(municipality=review.town, organisation=review.organisation, user=member, right="view")
    case = review.case()

    assert signed_in(member).get(reverse("review:notes", args=[case.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        operations.add_note(case, "Meins.", by=member)
