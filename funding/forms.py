"""The form of the confirm page: the details a move asks for, by name."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from funding.fields import GermanDateField, TextField


def _field(name: str) -> forms.Field:
    """A fresh field for one detail a move may ask for (`custom["asks"]` in a workflow)."""
    if name == "reason":
        return TextField(
            label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, help_text=_("In plain words.")
        )
    if name == "day":
        return GermanDateField(label=_("Date"))
    if name == "booked_on":
        return GermanDateField(label=_("Day on the bank statement"))
    if name == "waiver":
        return forms.BooleanField(label=_("I waive the right to sue against this letter."))
    raise KeyError(name)


class MoveForm(forms.Form):
    """What a move asks for, and the version of the object its page was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, asks: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update({name: _field(name) for name in asks})


def renew_version(form: forms.Form, version: int) -> None:
    """After a collision: the page says so and keeps what was typed; the next save is meant, and counts."""
    renewed = cast(QueryDict, form.data).copy()
    renewed["version"] = str(version)
    form.data = renewed
