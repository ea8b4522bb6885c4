"""Which mails a person finds in the outbox."""

from typing import Any

from django.db.models import Q

from applications.models import Application, Letter
from funding.models import Message, MessageQuerySet
from funding.outbox import KEY_KIND


def mails_of(user: Any) -> MessageQuerySet:
    """The mails of the towns for which this person keeps or audits the outbox.

    Neither keys (codes to sign in) nor what is about a case in which they declared bias.
    """
    found = Message.objects.in_outbox_of(user).exclude(kind=KEY_KIND)
    if not user.withheld_cases:
        return found
    letters = Letter.objects.filter(application__in=user.withheld_cases).values("pk")
    about = Q(about=Application._meta.label_lower, about_id__in=user.withheld_cases)
    return found.exclude(about | Q(about=Letter._meta.label_lower, about_id__in=letters))
