"""A meeting before it is held: its notice, its invitations, moved, cancelled, another agenda; and two on one day."""

import re
from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from applications.models import Application
from funding import clock
from funding.gate import Refused
from funding.models import Message
from review import operations
from review.models import BoardItem, Meeting
from tests.review.test_views import day, errors, said, signed_in, text_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return str(refused.value)


def in_days(days):
    return clock.today() + timedelta(days=days)


def mails(kind):
    return Message.objects.filter(kind=kind)


# --- Notice and invitation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "short"), [(6, True), (7, False), (8, False)])
def test_invitation_later_than_the_period_of_notice_is_noted(review, days, short):
    [item] = review.meet(day=in_days(days))

    assert item.meeting.short_notice is short


def meeting_data(review, case, days, **changes):
    data = {"programme": review.programme.pk, "kind": "meeting", "begins": "18:00", "place": "Rathaus"}
    return data | {"applications": [case.pk], **day(in_days(days))} | changes


def test_short_notice_is_asked_about_once_more_and_said_on_the_page(review):
    client, case = signed_in(review.officer), review.case()

    asked = client.post(url("meeting-create"), meeting_data(review, case, 3))
    done = client.post(url("meeting-create"), meeting_data(review, case, 3, short_notice="on"), follow=True)

    assert errors(asked)["held_on"][0].startswith("The board is to be invited 7 days ahead.")
    assert 'type="checkbox" name="short_notice"' in asked.content.decode()
    assert "The invitation went out later than the board's period of notice asks for." in text_of(done)


def test_period_of_notice_is_a_setting(review):
    review.programme.notice_days = 2
    review.programme.save()

    response = signed_in(review.officer).post(url("meeting-create"), meeting_data(review, review.case(), 3))

    assert response.headers["location"] == url("meeting", Meeting.objects.get().pk)


def test_time_that_is_none_keeps_what_was_typed(review):
    data = meeting_data(review, review.case(), 14, begins="abends")

    response = signed_in(review.officer).post(url("meeting-create"), data)

    assert errors(response) == {"begins": ["Please enter the time like 18:00."]}
    assert response.context["form"]["place"].value() == "Rathaus"


def test_every_member_is_invited_in_their_language_with_their_own_link(review):
    review.board[1].user.language = "en"
    review.board[1].user.save()
    review.meet(review.case(title="Stadtrallye"), day=in_days(14), begins=time(18, 0))

    bodies = {mail.recipient: mail.body for mail in mails("invitation")}

    links = {re.search(r"/sign-in/for/\S+", body).group() for body in bodies.values()}
    english = bodies[review.board[1].user.email]
    assert (len(bodies), len(links)) == (7, 7)
    assert "6 p.m., Rathaus." in english
    assert "1. Stadtrallye" in english
    assert sorted(set(mails("invitation").values_list("language", flat=True))) == ["de", "en"]


def test_link_of_an_invitation_leads_by_the_code_to_the_meeting(review, mailoutbox):
    [item] = review.meet(day=clock.today() + timedelta(days=14))
    member = review.board[3].user
    invitation = Message.objects.get(kind="invitation", recipient=member.email)
    address = re.search(r"/sign-in/for/\S+", invitation.body).group()
    client = Client(headers={"accept-language": "en"})

    opened = client.get(address)
    sent = [mail.to for mail in mailoutbox if re.search(r"\b\d{6}\b", mail.subject)]
    asked = client.post(address)
    [code] = [mail for mail in mailoutbox if mail.to == [member.email] and re.search(r"\b\d{6}\b", mail.subject)]
    signed_in = client.post(asked.headers["location"], {"code": re.search(r"\b\d{6}\b", code.subject).group()})

    assert (opened.status_code, sent) == (200, [])
    assert signed_in.headers["location"] == reverse("review:meeting", args=[item.meeting_id])
    assert client.get(signed_in.headers["location"]).context["seat"] == review.board[3]


# --- Move -------------------------------------------------------------------------------------------------------------


def test_moved_meeting_invites_everybody_anew(review):
    [item] = review.meet(day=in_days(14))
    client = signed_in(review.officer)

    data = {"begins": "19:00", "place": "Bürgerhaus", **day(in_days(21))}
    response = client.post(url("meeting-move", item.meeting_id), data)

    moved = fresh(item.meeting)
    assert response.headers["location"] == url("meeting", moved.pk)
    assert (moved.held_on, moved.begins, moved.place, moved.sequence) == (in_days(21), time(19, 0), "Bürgerhaus", 1)
    assert {mail.recipient for mail in mails("meeting-moved")} == {member.user.email for member in review.board}
    assert moved.history.first().history_user == review.officer


def test_moving_forgets_who_was_there_and_follows_the_seats_of_the_new_day(review):
    [item] = review.meet(day=in_days(0))
    operations.mark_present(item.meeting, {m.pk for m in review.board}, by=review.officer)
    leaving = review.board[6]
    type(leaving).objects.filter(pk=leaving.pk).update(until=in_days(7))

    moved = operations.move_meeting(item.meeting, by=review.officer, held_on=in_days(14), place="Rathaus")

    seats = moved.attendance.all()
    assert ({seat.member for seat in seats}, any(seat.present for seat in seats)) == (set(review.board[:6]), False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"held_on": in_days(-1)}, "The day of the meeting lies in the past."),
        ({}, "Day, time and place are as before. Nobody was written to."),
    ],
)
def test_move_is_refused_with_a_sentence(review, changes, sentence):
    [item] = review.meet(day=in_days(14))
    as_before = {"held_on": in_days(14), "place": "Rathaus"}

    assert refusal(operations.move_meeting, item.meeting, by=review.officer, **as_before | changes) == sentence
    assert fresh(item.meeting).sequence == 0


def test_second_meeting_cannot_move_before_the_first(review):
    case = review.case()
    [first] = review.meet(case, day=in_days(0))
    with clock.at(in_days(1)):
        [second] = review.meet(case, day=in_days(14), repeats=first.meeting)

    before = in_days(-1)

    with clock.at(before):
        sentence = refusal(operations.move_meeting, second.meeting, by=review.officer, held_on=before)

    assert sentence == "The second meeting cannot be before the first one."


# --- Cancel -----------------------------------------------------------------------------------------------------------


def test_cancelled_meeting_frees_its_cases_and_tells_everybody_why(review):
    case = review.case()
    [item] = review.meet(case, day=in_days(14))
    client = signed_in(review.officer)

    empty = client.post(url("meeting-cancel", item.meeting_id), {"reason": ""})
    done = client.post(url("meeting-cancel", item.meeting_id), {"reason": "Zu wenige Fälle."}, follow=True)

    cancelled = fresh(item.meeting)
    assert errors(empty) == {"reason": ["Please fill this in."]}
    assert "This meeting does not take place. Zu wenige Fälle." in text_of(done)
    assert (cancelled.cancelled_at == cancelled.closed_at, cancelled.sequence) == (True, 1)
    assert list(Application.objects.for_board()) == [case]
    assert all("Zu wenige Fälle." in mail.body for mail in mails("meeting-cancelled"))
    assert mails("meeting-cancelled").count() == 7
    assert operations.without_quorum(cancelled) == []


def test_cancelled_second_meeting_can_be_called_again(review):
    case = review.case()
    [first] = review.meet(case, day=in_days(0))
    [second] = review.meet(case, day=in_days(14), repeats=first.meeting)

    operations.cancel_meeting(second.meeting, by=review.officer, reason="Der Raum ist gesperrt.")

    assert [item.application for item in operations.without_quorum(fresh(first.meeting))] == [case]
    assert review.meet(case, day=in_days(21), repeats=first.meeting)[0].meeting.repeats == first.meeting


# --- Agenda -----------------------------------------------------------------------------------------------------------


def on_agenda(meeting):
    items = meeting.items.filter(closed_at=None).order_by("position")
    return [(item.position, item.application) for item in items]


def test_agenda_is_put_in_another_order_without_a_mail(review):
    one, two, three = review.case(), review.case(), review.case()
    items = review.meet(one, two, three, day=in_days(14))
    numbers = dict(zip(items, ("3", "1", "2"), strict=True))

    data = {f"number-{item.pk}": number for item, number in numbers.items()}
    response = signed_in(review.officer).post(url("agenda", items[0].meeting_id), data)

    assert response.headers["location"] == url("meeting", items[0].meeting_id)
    assert on_agenda(items[0].meeting) == [(1, two), (2, three), (3, one)]
    assert mails("meeting-agenda").count() == 0


def test_cases_come_and_go_and_everybody_is_told(review):
    one, two, new = review.case(title="Eins"), review.case(title="Zwei"), review.case(title="Neu")
    first, second = review.meet(one, two, day=in_days(14))

    data = {f"number-{first.pk}": "1", f"number-{second.pk}": "2", f"off-{first.pk}": "on", "more": [new.pk]}
    signed_in(review.officer).post(url("agenda", first.meeting_id), data)

    assert on_agenda(first.meeting) == [(1, two), (2, new)]
    assert fresh(first).taken_off is True
    assert list(Application.objects.for_board()) == [one]
    assert mails("meeting-agenda").count() == 7
    rows = signed_in(review.board[1].user).get(url("meeting", first.meeting_id)).context["rows"]
    assert [row["item"].application for row in rows] == [two, new]


def test_case_that_comes_back_keeps_who_was_excluded(review):
    one, two = review.case(), review.case()
    first, _second = review.meet(one, two, day=in_days(14))
    operations.declare(first, by=review.board[2].user, biased=True, reason="Vorstand")

    operations.change_agenda(first.meeting, [two.pk], by=review.officer)
    operations.change_agenda(first.meeting, [two.pk, one.pk], by=review.officer)

    again = BoardItem.objects.get(application=one)
    assert (again.pk, again.taken_off, again.closed_at) == (first.pk, False, None)
    assert list(again.declarations.values_list("member", "biased")) == [(review.board[2].pk, True)]


def test_agenda_is_refused_with_a_sentence(review):
    case, draft = review.case(), review.case(state="submitted", title="Noch nicht geprüft")
    [item] = review.meet(case, day=in_days(0))
    change = operations.change_agenda

    assert refusal(change, item.meeting, [], by=review.officer) == (
        "An agenda needs at least one case. If there is none, please cancel the meeting."
    )
    assert refusal(change, item.meeting, [case.pk, draft.pk], by=review.officer) == (
        "“Noch nicht geprüft” cannot go on this agenda."
    )
    [again] = review.meet(case, day=in_days(14), repeats=item.meeting)
    assert refusal(change, again.meeting, [case.pk, review.case().pk], by=review.officer) == (
        "A second meeting takes up exactly the cases for which the first one was not quorate."
    )


def change_all(meeting, by):
    """Every verb that changes a meeting which was called."""
    later = {"held_on": in_days(30), "place": "Rathaus"}
    cases = list(meeting.items.values_list("application", flat=True))
    return [
        lambda: operations.move_meeting(meeting, by=by, **later),
        lambda: operations.cancel_meeting(meeting, by=by, reason="So."),
        lambda: operations.change_agenda(meeting, cases, by=by),
    ]


def test_nothing_is_changed_once_the_board_has_voted(review):
    [item] = review.meet()
    review.open(item)
    review.ballot(item, m0="yes")

    found = [refusal(act) for act in change_all(item.meeting, review.officer)]

    assert found == ["The board has begun to vote. Please end the meeting instead; open cases can go on the next."] * 3
    page = signed_in(review.officer).get(url("meeting", item.meeting_id))
    assert page.context["may_change"] is False


def test_nothing_is_changed_once_the_meeting_is_over_or_cancelled(review):
    [over] = review.meet()
    operations.end_meeting(over.meeting, by=review.officer)
    [called_off] = review.meet()
    operations.cancel_meeting(called_off.meeting, by=review.officer, reason="So.")

    assert [refusal(act) for act in change_all(over.meeting, review.officer)] == ["This meeting is over."] * 3
    assert [refusal(act) for act in change_all(called_off.meeting, review.officer)] == [
        "This meeting was cancelled."
    ] * 3


def test_only_the_officer_changes_a_meeting(review):
    [item] = review.meet()

    for by in (review.board[0].user, review.decider):
        for act in change_all(item.meeting, by):
            with pytest.raises(PermissionDenied):
                act()


# --- Two on one day, and what was typed -------------------------------------------------------------------------------


def test_two_meetings_on_one_day_are_told_apart_by_their_hour(review):
    [early] = review.meet(begins=time(17, 0))
    [late] = review.meet(begins=time(19, 30))
    client = signed_in(review.officer)

    titles = [
        re.search(r"<title>(.*?)</title>", client.get(url("meeting", item.meeting_id)).content.decode()).group(1)
        for item in (early, late)
    ]

    assert ["5 p.m." in titles[0], "7:30 p.m." in titles[1]] == [True, True]


def test_what_was_typed_stays_when_another_button_is_pressed(review):
    one, two = review.meet(review.case(), review.case())
    client = signed_in(review.board[1].user)

    data = {"biased": "no", f"reason-{one.pk}": "", f"reason-{two.pk}": "Meine Schwester ist dort Kassiererin"}
    client.post(url("declare", one.pk), data)

    rows = client.get(url("meeting", one.meeting_id)).context["rows"]
    assert [row["reason"] for row in rows] == ["", "Meine Schwester ist dort Kassiererin"]


def test_return_pressed_in_a_field_says_which_buttons_there_are_and_keeps_it(review):
    [item] = review.meet()
    client = signed_in(review.board[1].user)

    response = client.post(url("meeting", item.meeting_id), {f"reason-{item.pk}": "Meine Schwester"})

    assert said(response) == ["Please press the button for what you want to do."]
    assert client.get(url("meeting", item.meeting_id)).context["rows"][0]["reason"] == "Meine Schwester"


def test_language_switch_keeps_what_was_typed_in_every_form_of_an_item(review):
    [item] = review.meet()
    review.open(item)
    client, page = signed_in(review.board[0].user), url("item", item.pk)

    data = {"to-language": "de", "note-text": "Für mich", "comment-text": "Für alle", "motion-conditions": "Der Saal"}
    client.post(f"{reverse('set_language')}?next={page}", data)

    context = client.get(page).context
    typed = [context[name][field].value() for name, field in
             (("note_form", "text"), ("comment_form", "text"), ("motion_form", "conditions"))]  # fmt: skip
    assert typed == ["Für mich", "Für alle", "Der Saal"]


def test_language_switch_after_an_error_leads_back_to_the_item_with_what_was_typed(review):
    [item] = review.meet()
    review.open(item)
    client, page = signed_in(review.board[0].user), url("motion", item.pk)

    client.post(f"{reverse('set_language')}?next={page}&sent-before", {"to-language": "en", "motion-cents": "9.999,00"})
    response = client.get(page, follow=True)

    assert response.redirect_chain == [(url("item", item.pk), 302)]
    assert response.context["motion_form"]["cents"].value() == "9.999,00"
    assert "Please write your comment first." not in response.content.decode()


def test_saved_presence_is_shown_again_beside_a_reason_that_was_being_typed(review):
    [item] = review.meet()
    client, there = signed_in(review.board[0].user), [review.board[0].pk, review.board[3].pk]

    client.post(url("present", item.meeting_id), {"members": there, f"reason-{item.pk}": "Meine Schwester"})

    context = client.get(url("meeting", item.meeting_id)).context
    assert context["present_form"]["members"].value() == there
    assert context["rows"][0]["reason"] == "Meine Schwester"
