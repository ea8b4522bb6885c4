"""What becomes of a letter after it was posted: it comes back, it arrives later, somebody acts against it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from applications import operations
from applications.models import Letter
from applications.workflow import State
from funding import clock
from funding.gate import Refused
from funding.models import Event
from funding.policies import Role
from tests.factories import make_application, make_letter, make_organisation, make_programme, make_town, make_user


@pytest.fixture
def officer(db):
    return make_user(make_town(), Role.OFFICER)


@pytest.fixture
def letter(officer):
    """Issued and posted on 2 February 2026: notified on the 6th, open for action until 6 March."""
    town = officer.assignments.get().municipality
    case = make_application(make_programme(town), make_organisation(town, make_user()), state=State.REJECTED)
    with clock.at(date(2026, 2, 2)):
        return operations.record_posting(make_letter(case, Letter.Kind.REJECTION), by=officer, day=date(2026, 2, 2))


def refusal(operation, *args, on, **kwargs):
    with clock.at(on), translation.override("en"), pytest.raises(Refused) as refused:
        operation(*args, **kwargs)
    with translation.override("en"):
        return str(refused.value)


def test_letter_that_came_back_counts_as_not_received_and_can_be_posted_again(officer, letter):
    with clock.at(date(2026, 2, 9)):
        back = operations.record_return(letter, by=officer, day=date(2026, 2, 9))
        known = (back.notified_on, back.remedy_ends_on, back.returned_on)
        again = operations.record_posting(letter, by=officer, day=date(2026, 2, 9))

    assert known == (None, None, date(2026, 2, 9))
    assert (again.notified_on, again.remedy_ends_on) == (date(2026, 2, 13), date(2026, 3, 13))
    assert list(Event.objects.order_by("number").values_list("kind", flat=True)) == [
        "letter.post",
        "letter.return",
        "letter.post",
    ]


def test_letter_that_came_back_is_not_posted_again_before_that(officer, letter):
    with clock.at(date(2026, 2, 9)):
        operations.record_return(letter, by=officer, day=date(2026, 2, 9))

    said = refusal(operations.record_posting, letter, on=date(2026, 2, 10), by=officer, day=date(2026, 2, 8))

    assert said == "The day must lie between Feb. 9, 2026 and Feb. 10, 2026."


def test_proven_later_receipt_moves_the_period(officer, letter):
    with clock.at(date(2026, 2, 20)):
        done = operations.record_receipt(letter, by=officer, day=date(2026, 2, 11))

    assert (done.notified_on, done.remedy_ends_on) == (date(2026, 2, 11), date(2026, 3, 11))


@pytest.mark.parametrize("day", [date(2026, 2, 4), date(2026, 2, 6)])
def test_proven_earlier_receipt_changes_nothing_and_says_so(officer, letter, day):
    said = refusal(operations.record_receipt, letter, on=date(2026, 2, 20), by=officer, day=day)

    letter.refresh_from_db()
    assert said == "An earlier receipt changes nothing: the letter counts as received on Feb. 6, 2026."
    assert letter.notified_on == date(2026, 2, 6)


def test_letter_whose_receipt_is_proven_cannot_have_come_back(officer, letter):
    with clock.at(date(2026, 2, 20)):
        operations.record_receipt(letter, by=officer, day=date(2026, 2, 11))

    said = refusal(operations.record_return, letter, on=date(2026, 2, 21), by=officer, day=date(2026, 2, 21))

    assert said == "This letter is not on its way by post, or its receipt is proven. Nothing was changed."


@pytest.mark.parametrize("name", ["record_return", "record_receipt", "contest"])
def test_what_became_of_a_letter_is_recorded_by_the_officer_only(letter, name):
    town = letter.municipality

    for person in (make_user(town, Role.DECIDER), make_user(make_town(), Role.OFFICER)):
        with clock.at(date(2026, 2, 20)), pytest.raises(PermissionDenied):
            getattr(operations, name)(letter, by=person, day=date(2026, 2, 20))


def test_remedy_against_a_rejection_is_recorded_once_and_never_against_an_award_here(officer, letter):
    award = make_letter(letter.application)
    with clock.at(date(2026, 2, 20)):
        done = operations.contest(letter, by=officer, day=date(2026, 2, 20))

    twice = refusal(operations.contest, letter, on=date(2026, 2, 21), by=officer, day=date(2026, 2, 21))
    other = refusal(operations.contest, award, on=date(2026, 2, 21), by=officer, day=date(2026, 2, 21))

    assert done.contested_on == date(2026, 2, 20)
    assert twice == other == "A remedy against this letter is recorded elsewhere, or it already was."


def dates_on_page(client, letter):
    page = client.get(reverse("case", args=[letter.application_id]), headers={"accept-language": "en"})
    [entry] = page.context["case"].dates
    return {str(name): strip_tags(str(value)) for name, value in entry.pairs}, [
        str(words) for words, _url in entry.links
    ]


def test_case_shows_notification_end_of_the_period_and_the_binding_day(client, officer, letter):
    client.force_login(officer)

    pairs, links = dates_on_page(client, letter)

    assert pairs == {
        "Issued": "Feb. 2, 2026",
        "Posted": "Feb. 2, 2026",
        "Counts as received": "Feb. 6, 2026",
        "Action possible until": "March 6, 2026",
        "Final (binding) from": "March 7, 2026",
    }
    assert links == ["What this letter means", "It came back", "Proven later receipt", "Somebody sued or objected"]


def test_case_with_a_remedy_in_time_says_that_the_letter_is_not_final(client, officer, letter):
    with clock.at(date(2026, 3, 6)):
        operations.contest(letter, by=officer, day=date(2026, 3, 6))
    client.force_login(officer)

    pairs, _links = dates_on_page(client, letter)

    assert (pairs["Remedy recorded"], pairs["Final (binding)"]) == ("March 6, 2026", "not before the remedy is decided")


def test_applicant_sees_the_dates_and_records_nothing(client, letter):
    client.force_login(letter.application.organisation.memberships.get().user)

    pairs, links = dates_on_page(client, letter)

    assert (pairs["Counts as received"], links) == ("Feb. 6, 2026", ["What this letter means"])


def test_return_recorded_on_its_page_makes_the_task_to_post_again(client, officer, letter):
    client.force_login(officer)
    with clock.at(date(2026, 2, 10)):
        day = {"day_day": "10", "day_month": "2", "day_year": "2026"}
        client.post(reverse("applications:return-letter", args=[letter.pk]), day)
        rows = client.get(reverse("tasks"), headers={"accept-language": "en"}).context["page_obj"]

    assert [row.task.what for row in rows if row.task.title == str(letter.application)] == [
        "The letter came back: check the address and post it again"
    ]
