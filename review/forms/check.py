"""Forms of the formal check: checklist, cuts of costs, asking for changes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from applications.models import Application, CostLine, Submission
from applications.sections import SECTIONS
from funding import clock
from funding.clock import BERLIN
from funding.fields import GermanDateField, MoneyField, TextField
from funding.templatetags.show import eur_text
from review.checklist import Point
from review.forms.procedure import VersionForm
from review.models import CheckResult, ConceptFit, CostCut
from review.operations import day_to_answer, wants_note


def _lines(label: Any, *, rows: int = 1, **more: Any) -> TextField:
    return TextField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": rows}), **more)


class ChecklistForm(forms.Form):
    """A result and a note per point; the machine's finding is suggested where it is clear.

    `seen-<point>` carries the stamp of the answer the page was made from, so that two officers lose nothing.
    """

    def __init__(
        self,
        *args: Any,
        points: list[Point],
        results: Mapping[str, CheckResult],
        words: list[str],
        fit: ConceptFit | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.points, self.results, self.stated, self.words = points, results, fit, words
        for point in points:
            known = results.get(point.code)
            self.fields[f"result-{point.code}"] = forms.ChoiceField(
                label=_("Result"),
                choices=CheckResult.Result.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=known.result if known else point.suggestion,
            )
            self.fields[f"note-{point.code}"] = _lines(_("Note"), required=False, initial=known.note if known else "")
        if words:
            self.fields["fit"] = forms.ChoiceField(
                label=_("How it fits"),
                choices=[(word, word) for word in words],
                widget=forms.RadioSelect,
                required=False,
                initial=fit.value if fit else "",
            )
            self.fields["fit_sentence"] = _lines(
                _("In a sentence"), required=False, initial=fit.sentence if fit else "", rows=2
            )

    def show(self, application: Application) -> None:
        """Beside what was typed, the answers as they stand now."""
        self.results = {result.item: result for result in application.check_results.select_related("checked_by")}
        self.stated = application.concept_fits.select_related("stated_by").first()

    def rows(self) -> list[dict[str, Any]]:
        """Each point with its two fields, who decided it, and whether its fields can be folded away."""
        return [self._row(point) for point in self.points]

    def _row(self, point: Point) -> dict[str, Any]:
        known, result, note = self.results.get(point.code), self[f"result-{point.code}"], self[f"note-{point.code}"]
        stale = known is not None and known.is_stale
        shown = (known.result, known.note) if known else (point.suggestion, "")
        typed = self.is_bound and (result.value() or "", note.value() or "") != shown
        return {
            "point": point,
            "result": result,
            "note": note,
            "known": known,
            "stale": stale,
            "differs": known is not None and typed,
            "folded": (known is not None or point.is_clear) and not (stale or typed or note.errors),
        }

    @property
    def clear(self) -> list[Point]:
        """The points that are in order by all the machine saw, and that nobody has decided yet."""
        decided = {code for code, known in self.results.items() if not known.is_stale}
        return [point for point in self.points if point.is_clear and point.code not in decided]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for point in self.points:
            result, note = cleaned.get(f"result-{point.code}"), cleaned.get(f"note-{point.code}", "")
            if result and (sentence := wants_note(point.suggestion, result, note)) is not None:
                self.add_error(f"note-{point.code}", sentence)
        if self.words and bool(cleaned.get("fit")) != bool(cleaned.get("fit_sentence")):
            missing = "fit_sentence" if cleaned.get("fit") else "fit"
            self.add_error(missing, _("Please give both: how it fits, and why in a sentence."))
        return cleaned

    def answers(self) -> dict[str, tuple[str, str]]:
        """item -> (result, note), for the points that were answered."""
        data = self.cleaned_data
        pairs = {p.code: (data[f"result-{p.code}"], data[f"note-{p.code}"]) for p in self.points}
        return {code: pair for code, pair in pairs.items() if pair[0]}

    def clear_answers(self) -> dict[str, tuple[str, str]]:
        """The clear points as the machine suggests them, but for those where something else was chosen."""
        chosen = {point.code: self.data.get(f"result-{point.code}", "") for point in self.clear}
        yes = CheckResult.Result.YES
        return {
            code: (yes, self.cleaned_data.get(f"note-{code}", ""))
            for code, result in chosen.items()
            if result in ("", yes)
        }

    def touched(self) -> dict[str, tuple[str, str]]:
        """Those of the answers that differ from what the page suggested or showed."""
        changed = {name.partition("-")[2] for name in self.changed_data}
        return {code: answer for code, answer in self.answers().items() if code in changed}

    def fit_answer(self) -> tuple[str, str] | None:
        value = self.cleaned_data.get("fit")
        return (value, self.cleaned_data["fit_sentence"]) if value else None

    def seen(self) -> dict[str, str]:
        """item -> stamp of the answer the page was made from."""
        names = [*(point.code for point in self.points), "fit"]
        return {name: self.data.get(f"seen-{name}", "") for name in names}


class CutsForm(forms.Form):
    """What is admitted of each cost line, and why not all of it; unpaid work is in no sum and cannot be cut."""

    def __init__(self, *args: Any, costs: list[CostLine], cuts: Mapping[int, CostCut], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.costs, self.cuts = costs, cuts
        for line, cost in self.lines():
            cut = cuts.get(line)
            self.fields[f"admitted-{line}"] = MoneyField(
                label=_("Admitted"), initial=cut.admitted_cents if cut else cost.amount_cents
            )
            self.fields[f"reason-{line}"] = _lines(
                _("Why not all of it"), required=False, initial=cut.reason if cut else ""
            )

    def lines(self) -> list[tuple[int, CostLine]]:
        """The lines that may be cut, with their place in the plan."""
        return [
            (line, cost) for line, cost in enumerate(self.costs) if not cost.in_kind and cost.category.eligible_share
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its fields and the cut it has now."""
        return [
            {
                "line": cost,
                "admitted": self[f"admitted-{line}"],
                "reason": self[f"reason-{line}"],
                "cut": self.cuts.get(line),
            }
            for line, cost in self.lines()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for line, cost in self.lines():
            cents = cleaned.get(f"admitted-{line}")
            if cents is None:
                continue
            if cents > cost.amount_cents:
                sentence = _("At most the planned %s can be admitted.") % eur_text(cost.amount_cents)
                self.add_error(f"admitted-{line}", sentence)
            elif cents < cost.amount_cents and not cleaned.get(f"reason-{line}"):
                self.add_error(f"reason-{line}", _("Please say why less is admitted. The reason stands in the letter."))
        return cleaned

    def admitted(self) -> dict[int, int]:
        """line -> admitted cents, for what can be read of the lines that are cut: what the sums are made of."""
        if not self.is_bound:
            return {line: cut.admitted_cents for line, cut in self.cuts.items()}
        self.is_valid()
        read = {line: self.cleaned_data.get(f"admitted-{line}") for line, _cost in self.lines()}
        return {line: cents for line, cents in read.items() if cents is not None}

    def answers(self) -> dict[int, tuple[int, str]]:
        """line -> (admitted cents, reason), for the lines of which less is admitted."""
        data = self.cleaned_data
        pairs = {line: (data[f"admitted-{line}"], data[f"reason-{line}"]) for line, _cost in self.lines()}
        return {line: pair for line, pair in pairs.items() if pair[0] < self.costs[line].amount_cents}


# Where the group answers what a point of the checklist is about.
SECTION_OF = {
    "applicant": "organisation",
    "place": "when",
    "not-begun": "when",
    "plan": "costs",
    "categories": "costs",
    "other-funding": "costs",
    "de-minimis": "bank",
}


class ReturnForm(VersionForm):
    """The sections that should change, each with its reason, by when, and what else is to be said."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        wrong = _wrong_by_section(application)
        for section in SECTIONS:
            self.fields[section.slug] = _lines(
                section.title, required=False, rows=2, initial="\n".join(wrong.get(section.slug, []))
            )
        self.fields["answer_by"] = GermanDateField(
            label=_("Answer by"),
            required=False,
            help_text=_("The last day for the group to answer. They may ask for more time."),
        )
        self.fields["reason"] = _lines(
            _("What else you want to say"),
            required=False,
            rows=3,
            help_text=_("Stands at the top of the mail, for example a greeting or an offer to call."),
        )

    def clean_answer_by(self) -> date:
        """The chosen day, else the one that is usual in the programme."""
        day = self.cleaned_data["answer_by"] or day_to_answer(self.application)
        if day <= clock.today():
            raise ValidationError(_("Please choose a day to come."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.sections():
            raise ValidationError(_("Please write for at least one section what should change."))
        return cleaned

    def sections(self) -> dict[str, str]:
        """section -> reason, for those with a reason."""
        return {s.slug: self.cleaned_data[s.slug] for s in SECTIONS if self.cleaned_data.get(s.slug)}


def _wrong_by_section(application: Application) -> dict[str, list[str]]:
    """What the check found not in order, as the first draft of what to ask for: section -> sentences."""
    found: dict[str, list[str]] = {}
    for result in application.check_results.filter(result=CheckResult.Result.NO).order_by("pk"):
        if (section := SECTION_OF.get(result.item)) is not None:
            found.setdefault(section, []).append(result.remark)
    return found


class CompareForm(forms.Form):
    """Which two submissions to lay side by side."""

    older = forms.TypedChoiceField(label=_("Older"), coerce=int)
    newer = forms.TypedChoiceField(label=_("Newer"), coerce=int)

    def __init__(self, *args: Any, submissions: list[Submission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submissions = {submission.number: submission for submission in submissions}
        numbers = sorted(self.submissions)
        names = _("Number %(number)s, %(day)s")
        choices = [
            (number, names % {"number": number, "day": date_format(localdate(sent.submitted_at, BERLIN))})
            for number, sent in self.submissions.items()
        ]
        for name, number in (("older", numbers[-2:][:1]), ("newer", numbers[-1:])):
            field: Any = self.fields[name]
            field.choices, field.initial = choices, next(iter(number), None)

    def chosen(self) -> tuple[Submission | None, Submission | None]:
        """The two submissions, the older first however they were chosen; the last two where nothing was."""
        data = self.cleaned_data if self.is_valid() else {}
        picked = [data.get(name, self.fields[name].initial) for name in ("older", "newer")]
        older, newer = sorted(picked) if None not in picked else picked
        return self.submissions.get(older), self.submissions.get(newer)
