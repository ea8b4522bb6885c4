"""The form of the confirm page, with the details a move asks for by name; and lists of rows typed on one page."""

import re
from collections.abc import Iterable, Mapping
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
    if name == "statement":
        return TextField(label=_("What you want to say"), widget=forms.Textarea(attrs={"rows": 8}), max_length=5000)
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


# --- Rows -------------------------------------------------------------------------------------------------------------


def rows_sent(data: Mapping[str, str], prefix: str) -> int:
    """How many rows a page sent, by the names of their fields."""
    found = (re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,4}})-.+", name) for name in data)
    return max((int(match[1]) + 1 for match in found if match), default=0)


class RowFormSet(forms.BaseFormSet):
    """Rows of one page. Their number is counted: a wrong one that came with them would cost what was typed."""

    default_error_messages = {
        "missing_management_form": _("The rows did not arrive completely. Please go back and send the page once more."),
        "too_many_forms": _("There can be up to %(num)s rows here. Please put some of them together."),
    }

    def __init__(self, data: Any = None, *, prefix: str, **kwargs: Any) -> None:
        if data is not None:
            data = data.copy()
            name = f"{prefix}-TOTAL_FORMS"
            if total := rows_sent(data, prefix):
                data[name] = str(total)
            elif data.get(name) != "0":
                data[name] = ""  # rows were announced and none came: that is not the same as none
        super().__init__(data, prefix=prefix, **kwargs)
