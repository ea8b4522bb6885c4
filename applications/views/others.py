"""What somebody else wrote into an answer while a page was open, as the page shows it beside the answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from applications.forms import FORMS, SectionForm
from applications.models import Application
from applications.operations import Other
from funding import clock
from funding.models import User


@dataclass(frozen=True)
class Beside:
    """The other text of one answer. `known`: the version the page still speaks of, None when saving keeps its own."""

    name: str
    sentence: str
    text: str
    known: int | None


def beside(application: Application, section: str, others: list[Other], user: Any, *, asks: bool) -> list[Beside]:
    """A box for every answer; with `asks` the page goes on comparing with what it knew until somebody chooses."""
    if not others:
        return []
    now = FORMS[section](application=application)
    now.show_typed()
    names: dict[int | None, str] = dict(
        User.objects.filter(pk__in={other.by for other in others}).values_list("pk", "name")
    )
    return [
        Beside(
            other.name,
            _sentence(other, names.get(other.by, "") if other.by != user.pk else None),
            str(now.shown(other.name)),
            other.version if asks else None,
        )
        for other in others
        if now.has(other.name)
    ]


def attach(form: SectionForm, boxes: list[Beside]) -> None:
    """Put each box beside its question."""
    for box in boxes:
        form.anchor(box.name).other = box


def _sentence(other: Other, name: str | None) -> str:
    """`name` is None for the same person in another window."""
    at, now = datetime.fromisoformat(other.at), clock.now()
    is_new = (now - at).total_seconds() < 60
    when = {"when": _("just now") if is_new else _("%s ago") % timesince(at, now, depth=1)}
    if name is None:
        return _("You changed this in another window (%(when)s):") % when
    return _("%(name)s changed this (%(when)s):") % {**when, "name": name or _("Somebody")}
