"""Forms of the procedure: checklist, return, meetings, motions, decision."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.sections import SECTIONS
from funding.fields import TextField
from review.checklist import Point
from review.models import CheckResult


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


# --- Lists -----------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    """Words to look for."""

    q = TextField(label=_("Search"), required=False, max_length=100)
