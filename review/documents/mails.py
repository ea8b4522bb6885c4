"""Mails of the review, in the language that is active."""

from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from applications.documents import closing
from applications.sections import BY_SLUG
from funding.outbox import link_to
from funding.personal import personal_link


def invitation_mail(meeting: Any, user: Any, *, occasion: str = "invitation") -> tuple[str, str]:
    """One member is invited: when, where, which cases, and a link that leads there after their code.

    `occasion`: "invitation", "moved" or "agenda" (cases were added or taken off).
    """
    subjects = {
        "invitation": _("Invitation: %(board)s on %(day)s"),
        "moved": _("Moved: %(board)s is now on %(day)s"),
        "agenda": _("New agenda: %(board)s on %(day)s"),
    }
    items = meeting.items.filter(taken_off=False, closed_at=None).select_related("application")
    agenda = "\n".join(f"{item.position}. {item.application}" for item in items)
    lines = [
        _when_and_where(meeting),
        _("Agenda:") + "\n" + agenda,
        _("Before you can open a file, please say for each case whether you are biased."),
        _("This is your personal link. It leads to a code that we send to this address, and then to the meeting:")
        + "\n"
        + personal_link(user, "review:meeting", meeting.pk),
    ]
    if occasion == "moved":
        lines.insert(0, _("The date has changed. Please use the new one only."))
    if occasion == "agenda":
        lines.insert(0, _("The agenda has changed."))
    if meeting.repeats_id:
        lines.append(_("This meeting repeats one that was not quorate. It is quorate however many members come."))
    return subjects[occasion] % _board_and_day(meeting), "\n\n".join(lines)


def cancellation_mail(meeting: Any) -> tuple[str, str]:
    """A meeting does not take place, and what becomes of its cases."""
    subject = _("Cancelled: %(board)s on %(day)s") % _board_and_day(meeting)
    lines = [
        _("The written procedure until %(day)s does not take place.") % _board_and_day(meeting)
        if meeting.is_written
        else _("The meeting on %(day)s does not take place.") % _board_and_day(meeting),
        _("Reason: %(reason)s") % {"reason": meeting.cancel_reason},
        _("The cases go on a later agenda. You get a new invitation then."),
    ]
    return subject, "\n\n".join(lines)


def _board_and_day(meeting: Any) -> dict[str, str]:
    return {"board": meeting.programme.board, "day": date_format(meeting.held_on)}


def _when_and_where(meeting: Any) -> str:
    day = date_format(meeting.held_on)
    if meeting.is_written:
        return _("Please vote in writing until %(day)s.") % {"day": day}
    if meeting.begins:
        day = _("%(day)s, %(time)s") % {"day": day, "time": time_format(meeting.begins)}
    return _("You are invited to the meeting on %(day)s, %(place)s.") % {"day": day, "place": meeting.place or "–"}


def decision_mail(decision: Any, letter: Any) -> tuple[str, str]:
    """The decision is there: where the letter is and what to do next."""
    application = decision.application
    subject = _("Your application has been decided: %(number)s") % {"number": application.file_number}
    if decision.kind == "award":
        lines = [
            _("Good news: “%(title)s” gets a grant.") % {"title": application.title},
            _("Please sign in, open the letter and accept the grant. Then you can call for the money."),
        ]
    else:
        lines = [
            _("“%(title)s” does not get a grant this time. The letter gives the reasons.")
            % {"title": application.title},
            _("You can talk to us, change your application and apply again."),
        ]
    if letter.delivery == "post":
        lines.append(_("You also get the letter by post."))
    lines += closing(application)
    return subject, "\n\n".join(lines)


def news_mail(remark: Any) -> tuple[str, str]:
    """There is something new in the conversation on a case; what it is stays behind the sign-in."""
    application = remark.application
    title = {"title": str(application)}
    section = BY_SLUG[remark.section].title if remark.section in BY_SLUG else ""
    if remark.from_town:
        subject = _("The integration office has written to you: %(title)s") % title
        first = _("There is a new message about “%(title)s”.") % title
    else:
        subject = _("Somebody asks for help: %(title)s") % title
        first = _("%(group)s has a question about “%(title)s”.") % {**title, "group": str(application.organisation)}
    lines = [first]
    if section:
        lines.append(_("It is about: %(section)s") % {"section": section})
    lines.append(_("Read and answer it here: %(link)s") % {"link": link_to("review:conversation", application.pk)})
    return subject, "\n\n".join(lines)
