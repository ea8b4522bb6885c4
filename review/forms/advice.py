"""Forms of advice: a message, a proposed wording, the German version, an internal note, advice given."""

from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from applications.forms.sending import FilesField
from applications.models import Application
from applications.narrative import GermanVersion, answer_of
from applications.sections import SECTIONS
from funding import clock
from funding.fields import GermanDateField, TextField
from review.models import Advice
from review.operations import MAX_FILES

LONGEST = 5000


def _long(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 4) -> TextField:
    return TextField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class MessageForm(forms.Form):
    """One message, about one section or all of it."""

    section = forms.ChoiceField(
        label=_("What is it about?"),
        required=False,
        choices=[("", _("All of it")), *((section.slug, section.title) for section in SECTIONS)],
    )
    text = _long(_("Your message"), required=False)
    chosen = FilesField(label=_("Files"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].help_text = _(
            "PDF, JPEG or PNG, up to %(size)s megabytes each and %(count)s files at once."
        ) % {"size": settings.UPLOAD_MAX_BYTES // 1024 // 1024, "count": MAX_FILES}

    def clean_chosen(self) -> list[Any]:
        files = [file for file in self.cleaned_data["chosen"] if file]
        for file in files:
            if file.size > settings.UPLOAD_MAX_BYTES:
                size = settings.UPLOAD_MAX_BYTES // 1024 // 1024
                raise ValidationError(
                    _("%(name)s: larger than %(size)s megabytes. Please make it smaller.")
                    % {"name": file.name, "size": size}
                )
        return files

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("text") and not cleaned.get("chosen"):
            self.add_error("text", _("Please write something first."))
        return cleaned


class ProposalForm(forms.Form):
    """A wording for one answer, prefilled with the answer as it stands."""

    text = _long(_("Proposed wording"), rows=8)
    comment = _long(_("A word about it"), required=False, help_text=_("Why you propose this, or a question."), rows=2)

    def __init__(self, *args: Any, application: Application, field: str, **kwargs: Any) -> None:
        longest = application._meta.get_field(field).max_length  # type: ignore[union-attr]
        super().__init__(*args, **kwargs)
        self.initial = {"text": answer_of(application, field)}
        if longest:
            self.fields["text"] = TextField(label=_("Proposed wording"), max_length=longest)


class NoteForm(forms.Form):
    text = _long(_("Internal note"), help_text=_("Only people who work for the town read this."))


class AdviceForm(forms.Form):
    """Advice, noted in two taps: today and the kind are there already, a button says how long it took."""

    PRESETS = (10, 20, 30, 60)

    kind = forms.ChoiceField(label=_("How"), choices=Advice.Kind.choices, widget=forms.RadioSelect)
    given_on = GermanDateField(label=_("When"))
    note = _long(_("Note"), required=False, help_text=_("For the town only."), rows=2)
    other = forms.IntegerField(label=_("Another length, in minutes"), required=False, min_value=1, max_value=600)
    minutes = forms.TypedChoiceField(
        choices=[(minutes, str(minutes)) for minutes in PRESETS],
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.HiddenInput,
    )

    def clean_given_on(self) -> date:
        if self.cleaned_data["given_on"] > clock.today():
            raise ValidationError(_("This day is still to come. Please enter the day of the talk."))
        return self.cleaned_data["given_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("minutes") and not cleaned.get("other"):
            self.add_error("other", _("Please say how long it took."))
        return cleaned

    def to_log(self) -> dict[str, Any]:
        """The keywords of `operations.log_advice`."""
        data = self.cleaned_data
        return {
            "kind": data["kind"],
            "given_on": data["given_on"],
            "note": data["note"],
            "minutes": data["minutes"] or data["other"],
        }


class WrongForm(forms.Form):
    text = _long(_("What is not right?"), help_text=_("In your own language, or in German."))


class GermanForm(forms.Form):
    """A German text per answer, beside its original, with the mark of both as the page showed them."""

    def __init__(self, data: Any = None, *, versions: list[GermanVersion]) -> None:
        super().__init__(data)
        self.versions = versions
        for version in versions:
            self.fields[version.field] = _long(_("In German"), required=False, rows=5)
            self.fields[version.field].initial = version.text
            self.fields[f"seen-{version.field}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=version.mark
            )

    def rows(self) -> list[tuple[GermanVersion, Any, Any]]:
        """(version, its text, its mark)."""
        return [(version, self[version.field], self[f"seen-{version.field}"]) for version in self.versions]

    def texts(self) -> dict[str, str]:
        return {version.field: self.cleaned_data[version.field] for version in self.versions}

    def seen(self) -> dict[str, str]:
        return {version.field: self.cleaned_data[f"seen-{version.field}"] for version in self.versions}

    def renew(self, versions: list[GermanVersion]) -> None:
        """After a collision the page shows the texts as they are now beside what was typed; the next save counts."""
        self.versions, renewed = versions, cast(QueryDict, self.data).copy()
        for version in versions:
            renewed[f"seen-{version.field}"] = version.mark
        self.data = renewed
