"""Forms of what is made for and after a meeting: the officer's note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.fields import TextField


def _long(label: Any, *, help_text: Any = "", rows: int = 3) -> TextField:
    return TextField(
        label=label, required=False, help_text=help_text, max_length=4000, widget=forms.Textarea(attrs={"rows": rows})
    )


class BoardNoteForm(forms.Form):
    """What the officer wants the board to know about a case."""

    text = _long(_("Note"), help_text=_("Two or three sentences: what speaks for it, what is still open."), rows=5)
