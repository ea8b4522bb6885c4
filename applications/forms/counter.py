"""The counter: whom the officer helps, and how the applicant confirms what was read back."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from applications.forms.sending import ACCEPTED, CheckForm
from applications.models import Application, Organisation
from funding.fields import MailField, TextField
from funding.models import Programme


class CounterForm(forms.Form):
    programme: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("For which programme?"), queryset=None, empty_label=None
    )
    organisation: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Who applies?"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("A group or person not in this list"),
    )
    email = MailField(
        label=gettext_lazy("Their mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("A code to confirm goes there. Without an address they sign the printed page."),
    )

    def __init__(
        self, *args: Any, programmes: QuerySet[Programme], organisations: QuerySet[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        programme, organisation = cleaned.get("programme"), cleaned.get("organisation")
        if programme and organisation and organisation.municipality_id != programme.municipality_id:
            self.add_error("organisation", gettext_lazy("This group belongs to another town."))
        return cleaned


class ConfirmForm(CheckForm):
    """Declarations and consents, ticked by the applicant, and their code or the signed page."""

    def __init__(self, data: Any = None, files: Any = None, *, application: Application, by_code: bool) -> None:
        super().__init__(data, application=application)
        self.files = files or self.files
        if by_code:
            self.fields["code"] = TextField(
                label=gettext_lazy("The code from the mail"),
                max_length=6,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}),
            )
        else:
            self.fields["signed"] = forms.FileField(
                label=gettext_lazy("The signed page"),
                help_text=gettext_lazy("A photo or a scan: PDF, JPEG or PNG."),
                allow_empty_file=True,
                widget=forms.FileInput(attrs={"accept": ACCEPTED}),
            )

    def to_confirm(self) -> dict[str, Any]:
        """The keywords of `operations.confirm_by_…`."""
        sent = self.to_send()
        return {"declared": sent["declared"], "consents": sent["consents"]}
