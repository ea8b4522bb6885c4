"""The calendar file of a meeting, line by line as RFC 5545 asks for."""

from datetime import date, datetime, time, timedelta

import pytest

from funding import clock
from funding.clock import BERLIN
from funding.models import Message
from review import operations
from review.documents import meeting_file, meeting_of_mail
from review.models import Meeting
from tests.factories import make_programme, make_town
from tests.review.test_views import signed_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    settings.SITE_URL = "https://foerdern.unna.example"


def made(**fields):
    town = make_town(email="integration@unna.example")
    defaults = {
        "held_on": date(2026, 3, 24),
        "begins": time(18, 0),
        "place": "Rathaus, Raum 107",
        "invited_at": datetime(2026, 3, 10, 9, 0, tzinfo=BERLIN),
    }
    return Meeting.objects.create(municipality=town, programme=make_programme(town), **defaults | fields)


def lines(meeting, recipient=""):
    """The content lines, unfolded."""
    return meeting_file(meeting, recipient=recipient).decode().replace("\r\n ", "").split("\r\n")


def test_meeting_is_a_published_event_in_utc():
    meeting = made()

    assert lines(meeting) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Foerdertopf//Board//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:meeting-{meeting.pk}@foerdern.unna.example",
        "SEQUENCE:0",
        "DTSTAMP:20260310T080000Z",
        "DTSTART:20260324T170000Z",
        "DTEND:20260324T190000Z",
        "SUMMARY:Projektbeirat",
        "LOCATION:Rathaus\\, Raum 107",
        f"DESCRIPTION:Agenda and files: https://foerdern.unna.example/review/meetings/{meeting.pk}/",
        f"URL:https://foerdern.unna.example/review/meetings/{meeting.pk}/",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(
    ("held_on", "begin"),
    [(date(2026, 3, 28), "20260328T170000Z"), (date(2026, 3, 29), "20260329T160000Z")],
)
def test_hour_follows_summer_time(held_on, begin):
    assert f"DTSTART:{begin}" in lines(made(held_on=held_on))


def test_invitation_names_the_board_and_only_its_recipient():
    found = lines(made(), "mitglied@example.org")

    assert found[3] == "METHOD:REQUEST"
    assert found[-5:-3] == [
        'ORGANIZER;CN="Projektbeirat":mailto:integration@unna.example',
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:mitglied@example.org",
    ]


@pytest.mark.parametrize("fields", [{"begins": None}, {"kind": "written", "place": ""}])
def test_day_without_an_hour_is_a_whole_day(fields):
    found = lines(made(**fields))

    assert found[8:11] == ["DTSTART;VALUE=DATE:20260324", "DTEND;VALUE=DATE:20260325", "TRANSP:TRANSPARENT"]


def test_text_is_escaped():
    found = lines(made(place="Haus; Saal 1, links\\hinten\nHof"))

    assert "LOCATION:Haus\\; Saal 1\\, links\\\\hinten\\nHof" in found


def test_no_line_is_longer_than_75_octets_and_no_character_is_cut():
    place = "Bürgerhaus am Königsborner Tor, großer Saal im Obergeschoss, قاعة, 👩‍👩‍👧‍👦 " * 2
    meeting = made(place=place.strip())

    raw = meeting_file(meeting).split(b"\r\n")

    assert max(len(line) for line in raw) == 75
    assert [line.decode() for line in raw if not line.isascii()] != []
    assert f"LOCATION:{place.strip()}".replace(",", "\\,") in lines(meeting)


def test_moved_meeting_keeps_its_uid_and_counts_up(review):
    [item] = review.meet(day=clock.today() + timedelta(days=14), begins=time(18, 0))
    before = lines(item.meeting)

    moved = operations.move_meeting(
        item.meeting, by=review.officer, held_on=item.meeting.held_on, begins=time(19, 0), place="Rathaus"
    )

    after = lines(moved)
    assert [line for line in after if line.startswith("UID")] == [line for line in before if line.startswith("UID")]
    assert ("SEQUENCE:0" in before, "SEQUENCE:1" in after) == (True, True)


def test_cancelled_meeting_takes_its_entry_out_of_the_calendar(review):
    [item] = review.meet(day=clock.today() + timedelta(days=14), begins=time(18, 0))

    cancelled = operations.cancel_meeting(item.meeting, by=review.officer, reason="Zu wenige Fälle.")

    found = lines(cancelled, "mitglied@example.org")
    assert (found[3], "SEQUENCE:1" in found, "STATUS:CANCELLED" in found) == ("METHOD:CANCEL", True, True)
    assert "DESCRIPTION:This meeting is cancelled: Zu wenige Fälle." in found


def test_mail_carries_the_file_with_its_method(review, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        [item] = review.meet(day=clock.today() + timedelta(days=14), begins=time(18, 0))

    [part] = mailoutbox[0].attachments
    assert len(mailoutbox) == len(review.board)
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    assert part.get_filename() == f"{item.meeting.held_on.isoformat()}-{item.meeting.pk}.ics"
    assert f"mailto:{mailoutbox[0].to[0]}" in part.get_payload(decode=True).decode().replace("\r\n ", "")


def test_mail_of_another_kind_about_the_meeting_has_no_file(review, settings):
    assert "meeting-agenda" not in settings.MAIL_ATTACHMENTS
    [item] = review.meet()
    message = Message.objects.filter(kind="invitation", about_id=item.meeting_id).first()

    [part] = meeting_of_mail(message)

    assert part.get_param("method") == "REQUEST"


def test_file_names_no_case_and_is_the_same_for_all(review):
    [item] = review.meet(review.case(title="Geheimer Titel"))

    answers = [
        signed_in(user).get(url("meeting-file", item.meeting_id)) for user in (review.officer, review.board[3].user)
    ]

    assert {answer.headers["content-type"] for answer in answers} == {"text/calendar; charset=utf-8"}
    assert "Geheimer" not in answers[0].content.decode()
