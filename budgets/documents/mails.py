"""Mails about money, in the language that is active."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications.documents import closing
from funding.bank import sepa_text
from funding.outbox import link_to


def payment_purpose(grant: Any, number: int) -> str:
    """What the bank statement of the recipient says; German, at most 140 characters a SEPA file can carry."""
    return sepa_text(f"Zuwendung {grant.application.file_number} Abruf {number} {grant.municipality.name}", 140)


def payment_returned_mail(payment: Any) -> tuple[str, str]:
    """The bank sent the money back: please look at the account."""
    number = payment.grant.application.file_number
    subject = _("The bank sent the money back: %(number)s") % {"number": number}
    lines = [
        _("We tried to pay your grant, but the bank sent the money back: %(reason)s") % {"reason": payment.note},
        _("Please check your bank details and call for the money again."),
        _("When you have done that, we pay again. Your grant stays as it is."),
        *closing(payment.grant.application),
    ]
    return subject, "\n\n".join(lines)


def proof_receipt_mail(proof: Any) -> tuple[str, str]:
    """We have the usage proof; what happens next."""
    number = proof.grant.application.file_number
    subject = _("We have your usage proof: %(number)s") % {"number": number}
    lines = [
        _("Thank you. We have received your usage proof."),
        _("We check it and write to you. You need not do anything now. Please keep your receipts for five years."),
        *closing(proof.grant.application),
    ]
    return subject, "\n\n".join(lines)


def settlement_mail(grant: Any, letter: Any) -> tuple[str, str]:
    """The settlement is there: even, a rest to come, or something to pay back."""
    subject = _("Your usage proof is settled: %(number)s") % {"number": grant.application.file_number}
    if grant.open_cents < 0:
        last = _("Part of the money has to be paid back. The letter explains why, how much and until when.")
    elif grant.open_cents > 0:
        last = _("The rest of the money is on its way. You need not do anything.")
    else:
        last = _("Everything is in order. Thank you for what you did.")
    lines = [_("We have checked your usage proof. The letter tells the result."), last, *closing(grant.application)]
    return subject, "\n\n".join(lines)


def payment_sent_back_mail(payment: Any) -> tuple[str, str]:
    """A payment was asked for and will not be made as it stands: why, and what to do."""
    subject = _("Your call for money needs another look: %(number)s") % {
        "number": payment.grant.application.file_number
    }
    lines = [
        _("We could not go on with the payment you asked for: %(reason)s") % {"reason": payment.note},
        _("Please look at it and call for the money again. Your grant stays as it is."),
        *closing(payment.grant.application),
    ]
    return subject, "\n\n".join(lines)


def proof_reminder_mail(proof: Any, *, late: bool) -> tuple[str, str]:
    """The usage proof is due, or (`late`) its day is over."""
    grant = proof.grant
    application = grant.application
    words = {"title": application.title, "day": date_format(grant.proof_due_on), "number": application.file_number}
    if late:
        subject = _("Your usage proof is missing: %(number)s") % words
        first = _("We have no usage proof for “%(title)s” yet. It was due on %(day)s.") % words
        then = _("Please send it now, or tell us when it comes: the day can still be moved.")
    else:
        subject = _("Your usage proof is due on %(day)s: %(number)s") % words
        first = _("Please tell us by %(day)s how “%(title)s” went: a few sentences and what you spent.") % words
        then = _("Is that too early? Tell us before that day, then it can be moved.")
    lines = [
        first,
        then,
        _("It starts here: %(link)s") % {"link": link_to("budgets:proof", proof.pk)},
        _("When it is there, we check it and write to you."),
        *closing(application),
    ]
    return subject, "\n\n".join(lines)


def extension_mail(grant: Any) -> tuple[str, str]:
    """The usage proof has a later day."""
    number, day = grant.application.file_number, date_format(grant.proof_due_on)
    subject = _("You have more time for your usage proof: %(number)s") % {"number": number}
    lines = [
        _("Please send your usage proof for “%(title)s” by %(day)s.") % {"title": grant.application.title, "day": day},
        _("The letter with it says the same. Everything else stays as it is."),
        *closing(grant.application),
    ]
    return subject, "\n\n".join(lines)


def revocation_mail(grant: Any, letter: Any) -> tuple[str, str]:
    """The award was taken back; why, and what becomes of the money, stands in the letter."""
    subject = _("Your grant was taken back: %(number)s") % {"number": grant.application.file_number}
    lines = [
        _("We have decided anew about “%(title)s”: the grant is taken back.") % {"title": grant.application.title},
        _("The letter says why, and what that means for the money."),
        *([_("You get the letter by post.")] if letter.delivery == "post" else []),
        _("If you cannot pay back everything at once, please talk to us before."),
        *closing(grant.application),
    ]
    return subject, "\n\n".join(lines)
