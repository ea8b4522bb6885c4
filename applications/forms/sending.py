"""The forms around the sections: for whom, check and send, files, the day of a letter."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.confirmations import consent, declaration, declarations_of
from applications.models import (
    Application,
    Consent,
    Organisation,
)
from applications.workflow import State
from funding import clock
from funding.fields import GermanDateField, TextField


class StartForm(forms.Form):
    """For whom a new application is."""

    organisation: forms.ModelChoiceField = forms.ModelChoiceField(
        label=gettext_lazy("Who applies?"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("A group or person not in this list"),
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]


def offered_consents(organisation: Organisation) -> list[str]:
    """Only a natural person has a name to consent to."""
    kinds = [Consent.Kind.ELECTRONIC, Consent.Kind.NAME, Consent.Kind.PHOTOS]
    return [kind.value for kind in kinds if kind != Consent.Kind.NAME or organisation.is_person]


class CheckForm(forms.Form):
    """Declarations and, apart from them, consents; of a paper application the day it came in."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, application: Application) -> None:
        self.application = application
        self.codes = list(declarations_of(application.organisation))
        given = set(application.consents.filter(revoked_at=None).values_list("kind", flat=True))
        super().__init__(data, initial={"version": application.version})
        if application.paper and application.state == State.DRAFT:
            self.fields["received_on"] = GermanDateField(
                label=_("On which day did it come in?"),
                initial=application.received_on or clock.today(),
                help_text=_("This day is its date."),
            )
        if not application.paper:
            self.fields["declared"] = forms.BooleanField(
                label=_("I confirm all of this."),
                error_messages={"required": _("Please confirm this; without it we cannot take the application.")},
            )
        for kind in offered_consents(application.organisation):
            self.fields[f"consent-{kind}"] = forms.BooleanField(
                label=consent(kind), required=False, initial=kind in given
            )

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > clock.today():
            raise ValidationError(_("This day is still to come. Please enter the day on the stamp."))
        return day

    def declarations(self) -> list:
        """What is confirmed with one tick; on paper it was signed."""
        return [] if self.application.paper else [declaration(code) for code in self.codes]

    def consents(self) -> list:
        return [self[name] for name in self.fields if name.startswith("consent-")]

    def to_send(self) -> dict[str, Any]:
        """The keywords of `operations.send_in`."""
        ticked = [name for name, value in self.cleaned_data.items() if value is True]
        return {
            "version": self.cleaned_data["version"],
            "declared": self.codes if "declared" in ticked else [],
            "consents": [name.removeprefix("consent-") for name in ticked if name.startswith("consent-")],
            "received_on": self.cleaned_data.get("received_on"),
        }


ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or several files; what is in them is looked at when they are stored, each by itself."""

    def __init__(self, *, accept: str = ACCEPTED, capture: str = "", required: bool = False, **options: Any) -> None:
        widget = FilesInput(attrs={"accept": accept} | ({"capture": capture} if capture else {"multiple": True}))
        super().__init__(widget=widget, required=required, allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [file for file in data or [] if file]


class UploadForm(forms.Form):
    """Files from the device, or a photo taken now; a telephone's browser turns its own kind of picture into a JPEG."""

    use_required_attribute = False  # one of the two is enough: `clean` asks
    chosen = FilesField(label=gettext_lazy("Files"), required=True)
    photo = FilesField(
        label=gettext_lazy("Or take a photo"), accept="image/jpeg,image/png", capture="environment", required=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        size = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        self.fields["chosen"].help_text = _(
            "PDF, JPEG or PNG, up to %(size)s megabytes each. You can choose several."
        ) % {"size": size}

    def clean(self) -> dict[str, Any]:
        if not self.files_sent():
            self.add_error("chosen", _("Please choose at least one file."))
        return self.cleaned_data

    def files_sent(self) -> list[Any]:
        return [*self.cleaned_data.get("chosen", []), *self.cleaned_data.get("photo", [])]


class CorrectionForm(forms.Form):
    """What was wrong in a letter and what is right; German, as letters are."""

    text = TextField(
        label=gettext_lazy("What was wrong, and what is right"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text=gettext_lazy("In German, as it stands in the letter: Unter 6 muss es heißen: …"),
    )


class DayForm(forms.Form):
    """The day on which a letter went out."""

    day = GermanDateField(label=gettext_lazy("On which day?"))
