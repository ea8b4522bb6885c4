"""Mails of the review, in the language that is active."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications.documents import closing
from applications.sections import BY_SLUG
from funding.outbox import link_to


def invitation_mail(meeting: Any) -> tuple[str, str]:
    """The board is invited: when, where, which cases."""
    day = date_format(meeting.held_on)
    subject = _("Invitation: %(board)s on %(day)s") % {"board": meeting.programme.board, "day": day}
    items = "\n".join(f"{item.position}. {item.application}" for item in meeting.items.select_related("application"))
    lines = [
        _("You are invited to the meeting on %(day)s, %(place)s.") % {"day": day, "place": meeting.place or "–"},
        _("Agenda:") + "\n" + items,
        _("Before you can open a file, please say for each case whether you are biased."),
        link_to("review:meeting", meeting.pk),
    ]
    if meeting.repeats_id:
        lines.append(_("This meeting repeats one that was not quorate. It is quorate however many members come."))
    return subject, "\n\n".join(lines)


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
