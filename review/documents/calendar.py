"""A meeting as an iCalendar file (RFC 5545): invitation, what moved, what was cancelled."""

from datetime import UTC, datetime, timedelta
from email.mime.text import MIMEText
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from funding.outbox import link_to
from review.models import Meeting

HOURS = 2  # how long a meeting blocks the calendar: its end is nowhere said, and a moment is easily overlooked
LINE_OCTETS = 75  # RFC 5545, 3.1


def meeting_file(meeting: Meeting, *, recipient: str = "") -> bytes:
    """One meeting for a calendar; for a `recipient` as an invitation that moves and cancels what it sent before.

    The titles of the cases stay out: calendars are shared more widely than files. Times are UTC, so that no calendar
    needs to know when the clocks change here; without a time, and for a written procedure, it is the whole day.
    """
    stamp = meeting.cancelled_at or meeting.invited_at or datetime.combine(meeting.held_on, datetime.min.time(), UTC)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Foerdertopf//Board//EN",
        f"METHOD:{_method(meeting, recipient)}",
        "BEGIN:VEVENT",
        f"UID:meeting-{meeting.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTAMP:{_utc(stamp)}",
        *_when(meeting),
        f"SUMMARY:{_escaped(_summary(meeting))}",
        *([f"LOCATION:{_escaped(meeting.place)}"] if meeting.place else []),
        f"DESCRIPTION:{_escaped(_description(meeting))}",
        f"URL:{link_to('review:meeting', meeting.pk)}",
        f"STATUS:{'CANCELLED' if meeting.cancelled_at else 'CONFIRMED'}",
        *_people(meeting, recipient),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def meeting_of_mail(message: Any) -> tuple[MIMEText]:
    """The attachment of a mail about a meeting; its method lets a calendar move or cancel the entry it has."""
    meeting = Meeting.objects.select_related("programme", "municipality").get(pk=message.about_id)
    content = meeting_file(meeting, recipient=message.recipient).decode()
    part = MIMEText(content, "calendar", "utf-8")
    part.set_param("method", _method(meeting, message.recipient))
    part.add_header("Content-Disposition", "attachment", filename=file_name(meeting))
    return (part,)


def file_name(meeting: Meeting) -> str:
    return f"{meeting.held_on.isoformat()}-{meeting.pk}.ics"


def _method(meeting: Meeting, recipient: str) -> str:
    if not recipient:
        return "PUBLISH"
    return "CANCEL" if meeting.cancelled_at else "REQUEST"


def _when(meeting: Meeting) -> list[str]:
    begin = meeting.starts_at
    if begin is None:
        following = meeting.held_on + timedelta(days=1)
        days = (f"DTSTART;VALUE=DATE:{meeting.held_on:%Y%m%d}", f"DTEND;VALUE=DATE:{following:%Y%m%d}")
        return [*days, "TRANSP:TRANSPARENT"]
    return [f"DTSTART:{_utc(begin)}", f"DTEND:{_utc(begin.astimezone(UTC) + timedelta(hours=HOURS))}"]


def _summary(meeting: Meeting) -> str:
    if meeting.is_written:
        return _("%(board)s: last day to vote in writing") % {"board": meeting.programme.board}
    return meeting.programme.board


def _description(meeting: Meeting) -> str:
    link = link_to("review:meeting", meeting.pk)
    if meeting.cancelled_at:
        return _("This meeting is cancelled: %(reason)s") % {"reason": meeting.cancel_reason}
    return _("Agenda and files: %(link)s") % {"link": link}


def _people(meeting: Meeting, recipient: str) -> list[str]:
    """Who invites, and the one who is invited: nobody learns the addresses of the others."""
    if not recipient:
        return []
    office = meeting.municipality.email or settings.DEFAULT_FROM_EMAIL
    name = "".join(c for c in meeting.programme.board if c.isprintable() and c != '"')
    return [
        f'ORGANIZER;CN="{name}":mailto:{office}',
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{recipient}",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A value of type TEXT (RFC 5545, 3.3.11)."""
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, never within a character (RFC 5545, 3.1)."""
    pieces, piece, size = [], "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    return "\r\n".join([*pieces, piece])
