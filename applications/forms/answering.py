"""What every section has in common: which questions it asks, what was typed, what is kept, what is still missing."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from applications.operations import Sent

ABOUT_THE_PAGE = ("version", "page")
KNOWN = "known-"  # before the name of a question: the version of its answer this page has shown since


class SectionForm(forms.Form):
    """The questions of one section. A field bears the name of what it answers on the application or organisation.

    `partial` lets questions stay open ("save and come back"); what is typed must still be right. `version` and `page`
    tell what this page knew when it was made (see `operations.Sent`).
    """

    version = forms.CharField(
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("The page did not arrive completely. Please send it once more.")},
    )
    page = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    section: str
    of_organisation: tuple[str, ...] = ()
    prefilled: tuple[str, ...] = ()  # has an answer before anybody gave one
    proposed: tuple[str, ...] = ()  # an answer is proposed on an empty page
    long_only: tuple[str, ...] = ()  # asked only where the short form is not enough
    optional_in_short: tuple[str, ...] = ()
    examples: dict[str, Any] = {}
    formsets: tuple = ()
    is_rearranged = False

    def __init__(self, data: Any = None, *, application: Application, partial: bool = False) -> None:
        self.application, self.partial = application, partial
        super().__init__(data)
        self.initial = {name: self.stored(name) for name in self.base_fields if name not in ABOUT_THE_PAGE}
        self.initial["version"] = application.progress(self.section).version
        self.prepare()
        if self.may_be_short() and application.is_short:
            self._shorten()
        for name in self.examples.keys() & self.fields.keys():
            self.fields[name].example = self.examples[name]  # type: ignore[attr-defined]
        self.questions = [name for name in self.fields if name not in ABOUT_THE_PAGE]
        self.needed = [name for name in self.questions if self.fields[name].required]
        for name in self.needed:
            self.fields[name].required = not partial
            self.fields[name].error_messages["required"] = _("Please answer this question.")

    def stored(self, name: str) -> Any:
        """The answer as it is kept now, as the field shows it."""
        holder = self.application.organisation if name in self.of_organisation else self.application
        return getattr(holder, name)

    def prepare(self) -> None:
        """Fit the fields to the programme."""

    @classmethod
    def may_be_short(cls) -> bool:
        """Whether the short form asks less here: only then it matters what the project costs."""
        return bool(cls.long_only or cls.optional_in_short)

    def _shorten(self) -> None:
        """Leave out what the short form does not ask, but never an answer that was given."""
        for name in self.long_only:
            if name in self.fields and not self.initial.get(name) and not self.data.get(name):
                del self.fields[name]
        for name in self.optional_in_short:
            if name in self.fields:
                self.fields[name].required = False

    def propose(self, user: Any) -> None:
        """Fill in on an empty page what is probably right; it is kept when the page is."""

    def _propose(self, name: str, value: str) -> None:
        if value and not self.initial.get(name) and name not in self.application.progress(self.section).typed:
            self.initial[name] = value

    @property
    def required_inputs(self) -> int:
        """How many inputs somebody has to fill in at the least; a date has three."""
        asked = [self.fields[name].widget for name in self.needed if name not in (*self.prefilled, *self.proposed)]
        return sum(len(getattr(widget, "widgets", [widget])) for widget in asked)

    @property
    def is_begun(self) -> bool:
        """Whether one of the questions that need an answer has one (where none does: any question)."""
        asked = [name for name in self.needed or self.questions if name not in self.prefilled]
        return any(self.initial[name] for name in asked)

    @property
    def is_answered(self) -> bool:
        """Whether what is kept can stand as it is, should nothing be missing."""
        return bool(self.needed) and self.is_begun

    @property
    def is_complete(self) -> bool:
        """Whether what was sent answers all that needs an answer."""
        given = [name for name, value in self.cleaned_data.items() if value not in (None, "", [])]
        return set(self.needed) <= set(given)

    # --- What was typed ---------------------------------------------------------------------------------------------

    def sent(self, names: Iterable[str] | None = None) -> Sent:
        """What this page sends: all its answers, or those whose inputs bear one of these `names`."""
        answers = self._answers(names)
        versions = {
            name: int(found)
            for name in self.questions
            if (found := self.data.get(f"{KNOWN}{name}", "")).isdecimal() and len(found) < 10
        }
        return Sent(*answers, version=self._known_version(), versions=versions, page=self.data.get("page", "")[:200])

    def _known_version(self) -> int:
        """A page that does not say what it knew knew nothing."""
        found = str(self.data.get("version", ""))
        return int(found) if found.isdecimal() and len(found) < 10 else 0

    def _answers(self, names: Iterable[str] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """(what can be kept as it is, what cannot be read yet) of the questions asked about."""
        asked = self._asked(self.questions if names is None else self._questions_of(names))
        if names is None and self.is_valid():
            return {name: self.cleaned_data[name] for name in asked}, {}
        read = self._reading(self.data, asked)
        values = {name: value for name, value in read.cleaned_data.items() if name in self.questions}
        return values, {name: read.typed(name) for name in read.errors if name in self.questions}

    def _asked(self, questions: Iterable[str]) -> list[str]:
        """Those a page has really sent; of boxes nobody ticked there is no trace, so a page of ours counts as one."""
        if not self.data.get("version"):
            return []
        widgets = {name: self.fields[name].widget for name in questions}
        return [name for name, widget in widgets.items() if not widget.value_omitted_from_data(self.data, {}, name)]

    def _questions_of(self, names: Iterable[str]) -> list[str]:
        """The questions to which inputs of these names belong; a date has three."""
        found = []
        for name in self.questions:
            parts = getattr(self.fields[name].widget, "widgets_names", [""])
            if {f"{name}{part}" for part in parts} & set(names):
                found.append(name)
        return found

    def _reading(self, data: Any, questions: Iterable[str]) -> "SectionForm":
        """This form with some of its questions only, each of which may stay open."""
        form = type(self)(data, application=self.application, partial=True)
        for name in set(form.fields) - set(questions):
            del form.fields[name]
        form.full_clean()
        return form

    def typed(self, name: str) -> Any:
        """The answer as it was typed."""
        return self.fields[name].widget.value_from_datadict(self.data, self.files, self.add_prefix(name))

    def show_typed(self) -> None:
        """Show what was typed last and cannot be read yet instead of what is kept, each with its sentence."""
        typed = {
            name: value
            for name, value in self.application.progress(self.section).typed.items()
            if name in self.questions
        }
        if typed:
            self.initial.update(typed)
            self._errors = self._reading(self._as_sent(typed), typed).errors

    def _as_sent(self, answers: dict[str, Any]) -> QueryDict:
        """Answers as a browser would send them."""
        data = QueryDict(mutable=True)
        for name, value in answers.items():
            for part, values in self.inputs_of(name, value).items():
                data.setlist(part, values)
        return data

    def inputs_of(self, name: str, value: Any) -> dict[str, list[str]]:
        """The inputs of a question, each with the values it has when the answer is `value`."""
        field = self.fields[name]
        if isinstance(field.widget, forms.MultiWidget):
            parts = value if isinstance(value, list) else field.widget.decompress(value)
            names = [f"{name}{part}" for part in field.widget.widgets_names]  # type: ignore[attr-defined]
            return {part: [as_text(found)] for part, found in zip(names, parts or (), strict=True)}
        if isinstance(field.widget, forms.CheckboxInput):
            return {name: ["on"] if value else []}
        if isinstance(value, list):
            return {name: [as_text(found) for found in value]}
        return {name: [as_text(field.prepare_value(value))]}

    def has(self, name: str) -> bool:
        """Whether this form asks for it."""
        return name in self.questions

    def anchor(self, name: str) -> Any:
        """Where a page hangs what belongs beside a question."""
        return self.fields[name]

    def shown(self, name: str) -> Any:
        """The answer as it stands, for people to read."""
        return self._shown(name, self.fields[name])

    def without(self, name: str) -> QueryDict:
        """What was sent, with the stored answer in the place of one that was typed."""
        data = cast(QueryDict, self.data).copy()
        typed = self.application.progress(self.section).typed
        for part, values in self.inputs_of(name, typed.get(name, self.stored(name))).items():
            data.setlist(part, values)
        return data

    def pairs(self) -> list[tuple[Any, Any]]:
        """(question, answer) as they stand, for the page on which people check their answers."""
        return [(self.fields[name].label, self._shown(name, self.fields[name])) for name in self.questions]

    def _shown(self, name: str, field: forms.Field) -> Any:
        value = self.initial[name]
        if name in self.application.progress(self.section).typed and name in (self._errors or ()):
            return " ".join(value) if isinstance(value, list) else value
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        if isinstance(value, date):
            return date_format(value)
        if isinstance(field, forms.MultipleChoiceField):
            names = dict(field.choices)  # type: ignore[arg-type]
            return "\n".join(names.get(one, one) for one in value)
        if isinstance(value, list):
            return "\n".join(value)
        if isinstance(field, forms.ChoiceField):
            return dict(field.choices).get(value, value) if value else ""  # type: ignore[arg-type]
        return value


def as_text(value: Any) -> str:
    return "" if value is None else str(value)
