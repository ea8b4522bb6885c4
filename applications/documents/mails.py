"""Mails about an application, in the language that is active."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications.documents.letters import office_of
from applications.sections import BY_SLUG
from applications.texts import early_start_terms
from funding.outbox import link_to


def closing(application: Any) -> list[str]:
    """How every mail to an applicant ends: the way to the case, and whom to ask."""
    town = application.municipality
    contact = ", ".join(part for part in (town.office, town.phone, town.email) if part)
    return [
        _("Here is your application: %(link)s") % {"link": link_to("case", application.pk)},
        _("Questions? %(contact)s") % {"contact": contact or town.name},
    ]


def receipt_mail(application: Any) -> tuple[str, str]:
    """We have it: file number, what happens next and by when."""
    subject = _("We have your application: %(number)s") % {"number": application.file_number}
    lines = [
        _("We have received your application “%(title)s”.") % {"title": application.title},
        _("Its file number is %(number)s. Please keep it.") % {"number": application.file_number},
    ]
    if application.officer_note:
        lines.append(_("Something is still missing: %(note)s") % {"note": application.officer_note})
    if application.promised_on:
        day = date_format(application.promised_on)
        lines.append(_("We check it, then the board looks at it. You get an answer by %(day)s.") % {"day": day})
    lines.append(_("Everything you sent is in the file with this mail."))
    lines += closing(application)
    return subject, "\n\n".join(lines)


def invitation_mail(invitation: Any, link: str) -> tuple[str, str]:
    """Somebody asks you to work on an application with them."""
    names = {"name": invitation.invited_by, "organisation": invitation.organisation}
    subject = _("%(name)s invites you: %(organisation)s") % names
    lines = [
        _("%(name)s asks you to work on the applications of “%(organisation)s” with them.") % names,
        _("You may: %(right)s.") % {"right": invitation.get_right_display()},
        _("Open this link and sign in with this mail address (%(address)s). The link is good until %(day)s:")
        % {"address": invitation.email, "day": date_format(invitation.expires_at)},
        link,
        _("You do not know what this is about? Then you need not do anything."),
    ]
    return subject, "\n\n".join(lines)


def confirmation_code_mail(application: Any, code: str, minutes: int) -> tuple[str, str]:
    """The code with which the applicant confirms what was read back to them at the counter."""
    subject = _("%s is your code to confirm your application") % code
    lines = [
        _("Your code: %s") % code,
        _("With it you confirm the application “%(title)s” that was just read back to you at %(office)s.")
        % {"title": application, "office": office_of(application.municipality)},
        _("It works once, within %s minutes. Please tell it only to the person who read the answers to you.") % minutes,
        _("Nobody has read anything back to you? Then please give the code to nobody and call us."),
        *closing(application),
    ]
    return subject, "\n\n".join(lines)


def return_mail(application: Any) -> tuple[str, str]:
    """Something has to be changed: what, why, until when."""
    subject = _("Please look at your application again: %(number)s") % {"number": application.file_number}
    lines = [
        _("We have read “%(title)s” and have a question.") % {"title": application.title},
        *([application.officer_note] if application.officer_note else []),
        *[f"– {BY_SLUG[slug].title}: {reason}" for slug, reason in application.changes_asked.items()],
    ]
    if application.answer_by:
        lines.append(
            _("Please answer by %(day)s. Your application keeps its date.")
            % {"day": date_format(application.answer_by)}
        )
    lines.append(_("When you have sent it again, we check it at once and write to you."))
    lines += closing(application)
    return subject, "\n\n".join(lines)


def answer_reminder_mail(application: Any) -> tuple[str, str]:
    """The answer is due in a few days."""
    day = date_format(application.answer_by)
    subject = _("Please answer by %(day)s: %(number)s") % {"day": day, "number": application.file_number}
    lines = [
        _("We asked you something about “%(title)s”. Your answer is due on %(day)s.")
        % {"title": application.title, "day": day},
        _("Do you need more time? Tell us before that day. When you have answered, we go on with your application."),
        *closing(application),
    ]
    return subject, "\n\n".join(lines)


def time_mail(application: Any, reason: str) -> tuple[str, str]:
    """By which day to answer, after more time was given or not."""
    day = date_format(application.answer_by) if application.answer_by else ""
    subject = _("Your time to answer: %(number)s") % {"number": application.file_number}
    lines = [
        _("This is about “%(title)s”.") % {"title": application.title},
        _("Please answer by %(day)s. Your application keeps its date.") % {"day": day},
        *([_("Our reason: %(reason)s") % {"reason": reason}] if reason else []),
        *closing(application),
    ]
    return subject, "\n\n".join(lines)


def early_start_mail(application: Any) -> tuple[str, str]:
    """Whether the group may begin before the decision, and what that means."""
    allowed = application.early_start == "consented"
    subject = _("You may begin early: %(number)s") if allowed else _("Please do not begin yet: %(number)s")
    lines = [
        _("This is about “%(title)s”.") % {"title": application.title},
        *early_start_terms(application),
        *closing(application),
    ]
    return subject % {"number": application.file_number}, "\n\n".join(lines)


def german_mail(application: Any) -> tuple[str, str]:
    """The German version is written: please read it and say whether it is right, by when, and what that means."""
    subject = _("Please look at the German text: %(title)s") % {"title": application.title}
    lines = [
        _("We have written “%(title)s” in German. The German text is the one that counts.")
        % {"title": application.title},
        _("Please read both texts side by side and tell us whether the German one says the same."),
    ]
    if application.confirm_by:
        lines.append(
            _("Please answer by %(day)s. Your application keeps its date.")
            % {"day": date_format(application.confirm_by)}
        )
    lines += [link_to("review:german", application.pk), *closing(application)]
    return subject, "\n\n".join(lines)


def hearing_mail(hearing: Any) -> tuple[str, str]:
    """The town thinks of deciding against the group and asks it first; what and why stands in the letter."""
    application, day = hearing.application, date_format(hearing.answer_by)
    subject = _("Please tell us what you think by %(day)s: %(number)s") % {
        "day": day,
        "number": application.file_number,
    }
    lines = [
        _("There is a letter about “%(title)s”. Nothing is decided yet.") % {"title": application.title},
        _("Before we decide, you can tell us what you think, until %(day)s. The letter says what it is about.")
        % {"day": day},
        _("You need not answer. Then we decide with what we know."),
        *closing(application),
    ]
    return subject, "\n\n".join(lines)


def hearing_answer_mail(hearing: Any) -> tuple[str, str]:
    """To who opened the hearing: an answer is there."""
    subject = _("An answer in the hearing: %(number)s") % {"number": hearing.application.file_number}
    lines = [
        _("“%(title)s” has answered in the hearing.") % {"title": hearing.application.title},
        _("Read it here: %(link)s") % {"link": link_to("case", hearing.application_id)},
    ]
    return subject, "\n\n".join(lines)


def correction_mail(letter: Any) -> tuple[str, str]:
    """A letter had a mistake; a new one says what is right."""
    application = letter.application
    subject = _("We have corrected a letter: %(number)s") % {"number": application.file_number}
    lines = [
        _("In our letter “%(letter)s” was a mistake. A new letter says what is right.")
        % {"letter": letter.corrects.title},
        _("Please read it and keep both letters."),
        *closing(application),
    ]
    return subject, "\n\n".join(lines)
