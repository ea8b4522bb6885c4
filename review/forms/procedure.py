"""Forms of the procedure: checklist, return, meetings, motions, decision."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.sections import SECTIONS
from funding import clock
from funding.fields import GermanDateField, MoneyField, TextField
from funding.models import Programme
from review.checklist import Point
from review.models import CheckResult, Meeting, Motion


def long_text(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 3) -> TextField:
    return TextField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class VersionForm(forms.Form):
    """Carries the version of the case its page was made from: two people never overwrite each other unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


# --- The officer's desk -----------------------------------------------------------------------------------------------


class ChecklistForm(VersionForm):
    """A result and a note per point; the machine's finding is suggested where it is clear."""

    def __init__(self, *args: Any, points: list[Point], results: dict[str, CheckResult], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points, self.results = points, results
        for point in points:
            known = results.get(point.code)
            self.fields[f"result-{point.code}"] = forms.ChoiceField(
                label=_("Result"),
                choices=CheckResult.Result.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=known.result if known else point.suggestion,
            )
            self.fields[f"note-{point.code}"] = TextField(
                label=_("Note"),
                required=False,
                max_length=2000,
                initial=known.note if known else point.note,
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each point with its two fields and who decided it."""
        return [
            {
                "point": point,
                "result": self[f"result-{point.code}"],
                "note": self[f"note-{point.code}"],
                "known": self.results.get(point.code),
            }
            for point in self.points
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for point in self.points:
            if cleaned.get(f"result-{point.code}") == CheckResult.Result.NO and not cleaned.get(f"note-{point.code}"):
                self.add_error(f"note-{point.code}", _("Please say what is not in order."))
        return cleaned

    def answers(self) -> dict[str, tuple[str, str]]:
        """item -> (result, note), for the points that were answered."""
        data = self.cleaned_data
        pairs = {p.code: (data[f"result-{p.code}"], data[f"note-{p.code}"]) for p in self.points}
        return {code: pair for code, pair in pairs.items() if pair[0]}


class ReturnForm(VersionForm):
    """The sections that should change, each with its reason, and what else is to be said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in SECTIONS:
            self.fields[section.slug] = TextField(
                label=section.title,
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields["reason"] = long_text(
            _("What else you want to say"),
            required=False,
            help_text=_("Stands at the top of the mail, for example a greeting or an offer to call."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.sections():
            raise ValidationError(_("Please write for at least one section what should change."))
        return cleaned

    def sections(self) -> dict[str, str]:
        """section -> reason, for those with a reason."""
        return {s.slug: self.cleaned_data[s.slug] for s in SECTIONS if self.cleaned_data.get(s.slug)}


# --- The board --------------------------------------------------------------------------------------------------------


class _Cases(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.file_number} · {obj} · {obj.organisation}"


class MeetingForm(forms.Form):
    """A meeting or a written procedure; one that repeats another takes its cases from there."""

    programme = forms.ModelChoiceField(label=_("Programme"), queryset=Programme.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind"), choices=Meeting.Kind.choices, widget=forms.RadioSelect, initial="meeting")
    held_on = GermanDateField(
        label=_("Day"), help_text=_("The day of the meeting; of a written procedure the last day to vote.")
    )
    place = TextField(
        label=_("Place and time"),
        max_length=200,
        help_text=_("For example: Rathaus, room 204, 6 pm. Not needed for a written procedure."),
        error_messages={"required": _("Please say where and when the board meets.")},
    )
    applications = _Cases(
        label=_("Cases on the agenda"),
        queryset=Application.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose at least one case.")},
    )

    def __init__(
        self, *args: Any, programmes: Any, applications: Any, repeats: Meeting | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._field("programme").queryset = programmes
        self._field("applications").queryset = applications
        self._field("place").required = self.data.get("kind") != Meeting.Kind.WRITTEN
        if repeats is None and not applications.exists():
            self._field("applications").help_text = _(
                "No case waits for the board. Admit one in the formal check first."
            )
        if repeats is not None:
            for name in ("programme", "kind", "applications"):
                del self.fields[name]
        elif programmes.count() == 1:
            self.fields["programme"].initial = programmes.get().pk
            self.fields["programme"].widget = forms.HiddenInput()

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_held_on(self) -> Any:
        if self.cleaned_data["held_on"] < clock.today():
            raise ValidationError(_("This day lies in the past. Please choose today or a later day."))
        return self.cleaned_data["held_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        programme = cleaned.get("programme")
        strange = [a for a in cleaned.get("applications") or [] if programme and a.programme_id != programme.pk]
        if strange:
            names = ", ".join(str(application) for application in strange)
            self.add_error("applications", _("These cases belong to another programme: %s") % names)
        return cleaned


class PresentForm(forms.Form):
    """Who is there."""

    members = forms.TypedMultipleChoiceField(
        label=_("Who is there"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, seats: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(s.member_id, f"{s.member} ({s.member.get_position_display()})") for s in seats]
        field: Any = self.fields["members"]
        field.choices = names
        field.initial = [seat.member_id for seat in seats if seat.present]


class BiasForm(forms.Form):
    """Biased or not, with the reason if one is."""

    biased = forms.ChoiceField(choices=[("yes", _("I am biased")), ("no", _("I am not biased"))])
    reason = TextField(label=_("Why"), required=False, max_length=300)


class ExcludeForm(forms.Form):
    """Who was found biased, and why."""

    member = forms.TypedChoiceField(label=_("Member"), coerce=int)
    reason = long_text(_("Reason"), help_text=_("It stands in the minutes."))

    def __init__(self, *args: Any, members: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.choices = [("", _("Please choose")), *((m.pk, str(m)) for m in members)]


class MotionForm(forms.Form):
    """What is put to the vote."""

    kind = forms.ChoiceField(
        label=_("Motion"), choices=Motion.Kind.choices, widget=forms.RadioSelect, initial=Motion.Kind.FUND
    )
    cents = MoneyField(label=_("Amount"), required=False)
    conditions = long_text(_("Conditions"), required=False, rows=2)

    def __init__(self, *args: Any, written: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if written:
            field: Any = self.fields["kind"]
            field.choices = [(Motion.Kind.FUND, Motion.Kind.FUND.label)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Motion.Kind.FUND and not cleaned.get("cents") and "cents" not in self.errors:
            self.add_error("cents", _("Please enter the amount the board votes on."))
        return cleaned


class ReasonForm(forms.Form):
    """The board's reason, or why it could give none."""

    reason = long_text(_("Reason"), help_text=_("One or two sentences, for the decision and for the applicant."))


# --- Lists -----------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    """Words to look for."""

    q = TextField(label=_("Search"), required=False, max_length=100)


class MeetingSearchForm(forms.Form):
    """Which meetings to list."""

    which = forms.ChoiceField(
        label=_("Show"), required=False, choices=[("", _("All")), ("open", _("Not over yet")), ("over", _("Over"))]
    )
