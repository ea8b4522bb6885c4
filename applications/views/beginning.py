"""What somebody answered before they had an account: kept in their session, and taken into the draft once.

Kept as it was typed and read through the same forms again, so that whatever no longer fits (another programme file, a
spoilt session) counts as not answered.
"""

from typing import Any

from django.http import HttpRequest, QueryDict

from applications.forms.eligibility import QUESTIONS, Question, facts, for_draft
from applications.rules import eligibility
from funding.models import Programme
from funding.presentation import Idea


class Beginning:
    """One visitor's answers for one programme."""

    def __init__(self, request: HttpRequest, programme: Programme) -> None:
        self._session, self._key, self.programme = request.session, f"beginning-{programme.pk}", programme
        kept = request.session.get(self._key)
        self._kept: dict[str, Any] = kept if isinstance(kept, dict) else {}

    # Answers

    def form(self, step: str) -> Question:
        """The question with what was answered before, unbound where nothing was."""
        return QUESTIONS[step](self._typed(step), programme=self.programme)

    def _typed(self, step: str) -> dict[str, str] | None:
        typed = self._part("answers").get(step)
        if not isinstance(typed, dict) or not all(isinstance(value, str) for value in typed.values()):
            return None
        return typed

    def keep(self, step: str, data: QueryDict) -> None:
        """Keep what was typed for one question."""
        fields = tuple(QUESTIONS[step].base_fields)  # a date sends <field>_day, _month and _year
        typed = {name: data[name] for name in data if name.startswith(fields)}
        self._write(answers={**self._part("answers"), step: typed})

    @property
    def answers(self) -> dict[str, Any]:
        """The clean answers to every question that has one."""
        return {name: value for form in self._answered().values() for name, value in form.cleaned_data.items()}

    @property
    def next_question(self) -> str | None:
        """The first question without an answer, None when all five have one."""
        answered = self._answered()
        return next((step for step in QUESTIONS if step not in answered), None)

    def _answered(self) -> dict[str, Question]:
        forms = {step: self.form(step) for step in QUESTIONS}
        return {step: form for step, form in forms.items() if form.is_valid()}

    # The idea taken, and the wish to begin

    @property
    def idea(self) -> Idea | None:
        slug = self._kept.get("idea")
        return self.programme.idea(slug) if isinstance(slug, str) else None

    def take(self, idea: Idea | None) -> None:
        """Start from this idea (None: from an empty page)."""
        self._write(idea=idea.slug if idea else "")

    @property
    def wanted(self) -> bool:
        """The visitor pressed the button that begins a draft; signing in may lie between that and the draft."""
        return self._kept.get("wanted") is True

    def want(self) -> None:
        self._write(wanted=True)

    # Into the draft

    def for_draft(self) -> dict[str, Any]:
        """The keywords of `operations.start`."""
        answers, idea = self.answers, self.idea
        found = for_draft(answers)
        legal_form = answers.get("legal_form")
        if legal_form and (legal_form != eligibility.INDIVIDUAL or self.programme.individuals_may_apply):
            found["legal_form"] = legal_form
        total = answers.get("total")
        if idea is not None:
            found |= {"title": idea.title, "summary": idea.summary, "goals": idea.goals, "language": idea.language}
            found["costs"] = idea.costs
            total = total or idea.total_cents
        found["short"] = total is not None and total <= self.programme.short_form_cents
        return found

    def facts(self) -> eligibility.Facts:
        return facts(self.answers)

    def clear(self) -> None:
        self._session.pop(self._key, None)

    def _part(self, name: str) -> dict[str, Any]:
        part = self._kept.get(name)
        return part if isinstance(part, dict) else {}

    def _write(self, **values: Any) -> None:
        self._kept = {**self._kept, **values}
        self._session[self._key] = self._kept
