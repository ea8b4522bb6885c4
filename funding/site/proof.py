"""What proves itself: a town's event log, and every file that went out, against the fingerprint in that log."""

from collections.abc import Iterator
from itertools import chain

from django.utils.translation import gettext as _

from applications.models import Letter
from budgets.models import PaymentRun
from funding import events
from funding.models import EventDetails, Municipality

ISSUED = ("letter.issue", "run.export")  # the events that name the fingerprint of a file


def first_mismatch(town: Municipality) -> str | None:
    """The first entry of the log, letter or payment file that is not as it was written, in words; else None.

    The log goes first: only one that proves itself can prove the files. What is emptied at the end of its time of
    keeping is not altered.
    """
    if (mismatch := events.verify(town)) is not None:
        return str(mismatch)
    named = EventDetails.objects.filter(municipality=town, event__kind__in=ISSUED, erased=False).select_related("event")
    issued = {(more.event.subject, more.event.subject_id): more.details["sha256"] for more in named}
    letters = Letter.objects.filter(municipality=town).exclude(content=b"").order_by("pk")
    runs = PaymentRun.objects.filter(municipality=town).exclude(content=b"").order_by("pk")
    files: Iterator[Letter | PaymentRun] = chain(letters.iterator(), runs.iterator())
    for file in files:
        fingerprint = issued.get((file._meta.label_lower, file.pk), file.sha256)
        if not file.is_intact or file.sha256 != fingerprint:
            about = {"town": town.slug, "file": file._meta.verbose_name, "number": file.pk}
            return _("%(town)s: %(file)s %(number)s: altered: it is not the file that was issued") % about
    return None
