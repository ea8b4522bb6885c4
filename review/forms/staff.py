"""Forms about who of the staff works on a case: assigned, handed over, biased."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from funding.fields import TextField
from funding.models import User
from review.forms.procedure import VersionForm

LONGEST = 2000


class AssignForm(VersionForm):
    """Who is responsible, and what they should know."""

    officer = forms.ModelChoiceField(label=_("Who works on it"), queryset=User.objects.none(), empty_label=None)
    note = TextField(
        label=_("A note for them"),
        required=False,
        max_length=LONGEST,
        help_text=_("What is open, what was promised. It stands with the internal notes."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, officers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers  # type: ignore[attr-defined]


class StaffBiasForm(forms.Form):
    """Why somebody is biased, and who takes over."""

    reason = TextField(
        label=_("Why are you biased?"),
        max_length=LONGEST,
        help_text=_("One sentence is enough, for example: my sister is on the committee of this club."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    deputy = forms.ModelChoiceField(
        label=_("Who takes over?"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Whoever is free"),
    )

    def __init__(self, *args: Any, deputies: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = deputies  # type: ignore[attr-defined]


class WithdrawBiasForm(forms.Form):
    """Why a colleague's declaration no longer holds."""

    reason = TextField(
        label=_("Why does it no longer hold?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
