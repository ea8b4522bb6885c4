"""The pages of the German version: side by side, one button per text or for all, an objection, writing, tasks."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from applications.narrative import german_versions, unconfirmed
from applications.operations import ask_to_confirm, write_german
from applications.workflow import State
from funding import clock
from funding.site.tasks import tasks_of
from review.models import Remark
from tests.factories import make_application, make_user

TODAY = date(2026, 3, 2)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def case(review: Any) -> Application:
    applicant = review.organisation.memberships.get().user
    texts = {"summary": "Anneler buluşuyor.", "goals": "On iki buluşma."}
    found = make_application(review.programme, review.organisation, state=State.SUBMITTED, language="tr", **texts)
    german = {"summary": "Mütter treffen sich.", "goals": "Zwölf Treffen."}
    found = write_german(found, german, by=review.officer, seen=marks(found))
    found.applicant = applicant
    return found


def marks(case: Application) -> dict[str, str]:
    return {version.field: version.mark for version in german_versions(case)}


def sent(case: Application, **data: str) -> dict[str, str]:
    return {**{f"seen-{field}": mark for field, mark in marks(case).items()}, **data}


def open_fields(case: Application) -> list[str]:
    return [version.field for version in unconfirmed(Application.objects.get(pk=case.pk))]


def test_applicant_sees_both_texts_and_confirms_one_or_all_with_one_button(case):
    client, url = signed_in(case.applicant), reverse("review:german", args=[case.pk])
    page = client.get(url).content.decode()

    client.post(url, sent(case, confirm="goals"))
    one = open_fields(case)
    client.post(url, sent(case, confirm="all"))

    assert [text in page for text in ("On iki buluşma.", "Zwölf Treffen.", 'value="all"')] == [True] * 3
    assert (one, open_fields(case)) == (["summary"], [])


def test_old_page_confirms_nothing_and_shows_how_it_stands(review, case):
    old = sent(case, confirm="all")
    write_german(case, {"goals": "Zwölf Abende."}, by=review.officer, seen=marks(case))

    response = signed_in(case.applicant).post(reverse("review:german", args=[case.pk]), old, follow=True)

    assert response.redirect_chain
    assert "Zwölf Abende." in response.content.decode()
    assert open_fields(case) == ["summary", "goals"]


def test_objection_goes_into_the_conversation_and_confirms_nothing(case):
    url = reverse("review:german-wrong", args=[case.pk, "goals"])

    signed_in(case.applicant).post(url, {"text": "On iki değil, on üç."})

    remark = Remark.objects.get()
    assert (remark.section, remark.needs_answer, "on üç" in remark.text) == ("idea", True, True)
    assert open_fields(case) == ["summary", "goals"]


def test_officer_writes_next_to_the_original_and_puts_it_to_the_group(review, case):
    client = signed_in(review.officer)
    url = reverse("review:german-write", args=[case.pk])
    page = client.get(url).content.decode()

    client.post(url, sent(case, summary="Mütter treffen sich.", goals="Zwölf Abende."))
    with clock.at(TODAY):
        day = {"day_day": "20", "day_month": "3", "day_year": "2026"}
        client.post(reverse("review:german", args=[case.pk]), {"ask": "1", **day})

    case = Application.objects.get(pk=case.pk)
    assert "On iki buluşma." in page
    assert case.german["goals"]["text"] == "Zwölf Abende."
    assert case.confirm_by == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("31", "The calendar has no 31.02.2026. Please check day, month and year."),
        ("1", "The new day to answer must not lie in the past."),
    ],
)
def test_day_that_cannot_be_asked_for_stays_in_its_field_with_the_reason(review, case, day, said):
    client, address = signed_in(review.officer), reverse("review:german", args=[case.pk])

    with clock.at(TODAY):
        typed = {"ask": "1", "day_day": day, "day_month": "2", "day_year": "2026"}
        page = client.post(address, typed, headers={"accept-language": "en"})

    form = page.context["form"]
    assert (form["day"].value(), [str(one) for errors in form.errors.values() for one in errors]) == (
        [day, "2", "2026"],
        [said],
    )


def test_collision_while_writing_keeps_what_was_typed_and_the_next_save_counts(review, case):
    client, url = signed_in(review.officer), reverse("review:german-write", args=[case.pk])
    old = sent(case, summary="Mütter treffen sich.", goals="Meins.")
    write_german(case, {"goals": "Von jemand anderem."}, by=make_user(review.town, "officer"), seen=marks(case))

    first = client.post(url, old)
    form = first.context["form"]
    again = {name: form[name].value() for name in form.fields}
    second = client.post(url, again)

    assert (first.status_code, form["goals"].value(), second.status_code) == (200, "Meins.", 302)
    assert Application.objects.get(pk=case.pk).german["goals"]["text"] == "Meins."


def test_tasks_say_whose_turn_it_is(review, case):
    def urls(user: Any) -> int:
        with clock.at(TODAY):
            return [(task.due or task.since) for task in tasks_of(user) if "/german/" in task.url]

    written = urls(review.officer), urls(case.applicant)
    with clock.at(TODAY):
        ask_to_confirm(case, by=review.officer, day=date(2026, 3, 20))
    asked = urls(review.officer), urls(case.applicant)
    Application.objects.filter(pk=case.pk).update(confirm_by=date(2026, 3, 1))
    late = urls(review.officer), urls(case.applicant)

    assert written == ([None], [])
    assert asked == ([], [date(2026, 3, 20)])
    assert late == ([date(2026, 3, 1)], [date(2026, 3, 1)])


def test_case_page_leads_the_applicant_to_the_text_with_its_day(review, case):
    with clock.at(TODAY):
        ask_to_confirm(case, by=review.officer, day=date(2026, 3, 20))

    page = signed_in(case.applicant).get(reverse("case", args=[case.pk])).content.decode()

    assert reverse("review:german", args=[case.pk]) in page
    assert "2026" in page
