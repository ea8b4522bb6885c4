"""Who may work for an organisation: the invitation, and what a member may do."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, get_language_info, gettext_lazy

from applications.models import Membership
from funding.fields import MailField

RIGHTS = [
    (Membership.Right.VIEW.value, gettext_lazy("Read only")),
    (Membership.Right.EDIT.value, gettext_lazy("Read and write the answers")),
    (
        Membership.Right.SUBMIT.value,
        gettext_lazy("Everything: also send, accept a grant, invite others"),
    ),
]


class InvitationForm(forms.Form):
    email = MailField(label=gettext_lazy("Mail address"), max_length=254)
    right = forms.ChoiceField(
        label=gettext_lazy("What may this person do?"), choices=RIGHTS, initial="edit", widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=gettext_lazy("In which language do we write to them?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["language"].initial = get_language()


class RightForm(forms.Form):
    right = forms.ChoiceField(label=gettext_lazy("What may this person do?"), choices=RIGHTS, widget=forms.RadioSelect)
