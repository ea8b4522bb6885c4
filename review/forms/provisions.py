"""The form of an entry in the library of ancillary provisions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.letter_forms import problems
from funding.fields import TextField
from review.documents import PLACEHOLDERS
from review.forms.procedure import VersionForm, long_text
from review.models import Provision


class ProvisionForm(VersionForm):
    """An entry of the library; a placeholder we do not know is refused here, where it is typed."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Provision.Kind.choices, widget=forms.RadioSelect)
    title = TextField(label=_("Short name"), max_length=100, help_text=_("To find it when you decide."))
    text = long_text(_("Text of the letter, in German"), rows=4)
    position = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=999, help_text=_("The lowest number stands first.")
    )
    offered = forms.BooleanField(
        label=_("Offer it when a decision is prepared"),
        required=False,
        help_text=_("Without the tick it is kept, with all its versions, but not offered."),
    )

    def __init__(self, *args: Any, provision: Provision, **kwargs: Any) -> None:
        names = ("version", "kind", "title", "text", "position", "offered")
        kwargs["initial"] = {name: getattr(provision, name) for name in names}
        super().__init__(*args, **kwargs)
        if provision.pk is None:
            del self.fields["offered"]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if sentences := problems(text, PLACEHOLDERS, one_line=True):
            raise ValidationError(sentences)
        return text
