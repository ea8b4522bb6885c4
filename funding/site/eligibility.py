"""What the five questions come to, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.eligibility import QUESTIONS, Question
from applications.rules import eligibility
from applications.views.beginning import Beginning
from funding import clock
from funding.site import meter
from funding.templatetags.show import eur_text

REASONS = {
    "individual": gettext_lazy("This fund pays groups and associations, not single people."),
    "outside": gettext_lazy("This fund pays for projects in %(town)s."),
    "already-begun": gettext_lazy("It has already begun. The town may only pay for what has not begun yet."),
    "partly-outside": gettext_lazy(
        "A part of it takes place somewhere else. We look together at what the town can pay."
    ),
    "too-soon": gettext_lazy(
        "It begins soon. Who applies today should begin on %(earliest)s or later. Sometimes the town can agree to an "
        "early start; do not order anything and sign nothing before that."
    ),
    "members-only": gettext_lazy(
        "It is for your own members only. The town wants others to gain from it too; often a small change is enough."
    ),
}
ELSEWHERE = {
    "individual": gettext_lazy("Find one or two people who do it with you: then you are a group and can apply."),
    "outside": gettext_lazy("Ask the town in which it takes place. Many towns have such a fund."),
    "already-begun": gettext_lazy("Is there a part that begins later? For that part you can apply."),
}
NOTES = {
    "round-closed": gettext_lazy("No round is open now. You can write already, and send it as soon as one opens."),
    "round-opens": gettext_lazy("You can write already, and send it from %(opens)s, when the next round opens."),
    "above-cap": gettext_lazy("The town pays at most %(cap)s for one project. The rest comes from you or from others."),
    "little-left": gettext_lazy("In %(year)s the town has only %(left)s left. Perhaps you need less, or begin later."),
    "short-form": gettext_lazy("Your project is small, so the short form is enough: at most fifteen questions."),
}


@dataclass(frozen=True)
class Result:
    """The end of the check: the outcome and whole sentences."""

    outcome: str
    reasons: list[str]
    elsewhere: list[str]
    notes: list[str]


def judge(beginning: Beginning) -> Result:
    """The verdict on what this visitor answered so far, today."""
    programme, facts, today = beginning.programme, beginning.facts(), clock.today()
    year = (facts.start or today).year
    reading = meter.read(programme, year)
    coming = programme.rounds.filter(opens_on__gt=today).order_by("opens_on", "pk").first()
    terms = eligibility.Terms(
        individuals_may_apply=programme.individuals_may_apply,
        cap_cents=programme.cap_per_project_cents,
        short_form_cents=programme.short_form_cents,
        lead_time_weeks=programme.lead_time_weeks,
        is_open=programme.rounds.open_on(today).exists(),
        left_cents=reading.free_cents if reading else None,
    )
    verdict = eligibility.judge(facts, terms, today)
    values = {
        "town": programme.municipality.city or programme.municipality.name,
        "earliest": date_format(today + timedelta(weeks=programme.lead_time_weeks)),
        "opens": date_format(coming.opens_on) if coming else "",
        "cap": eur_text(programme.cap_per_project_cents),
        "year": year,
        "left": eur_text(terms.left_cents),
    }
    notes = ["round-opens" if code == "round-closed" and coming else code for code in verdict.notes]
    return Result(
        outcome=verdict.outcome,
        reasons=_sentences(REASONS, verdict.reasons, values),
        elsewhere=_sentences(ELSEWHERE, verdict.reasons, values),
        notes=_sentences(NOTES, notes, values),
    )


def _sentences(texts: dict[str, Any], codes: Iterable[str], values: dict[str, Any]) -> list[str]:
    return [texts[code] % values for code in codes if code in texts]


def given(beginning: Beginning) -> list[tuple[Any, str, str]]:
    """(question, answer, where to change it) for every question that was answered."""
    programme = beginning.programme
    rows = []
    for step, question in QUESTIONS.items():
        form = beginning.form(step)
        if form.is_valid():
            url = reverse("eligibility", args=[programme.municipality.slug, programme.slug, step])
            rows.append((question.title, _answer(form), url))
    return rows


def _answer(form: Question) -> str:
    shown = []
    for name, value in form.cleaned_data.items():
        field = form.fields[name]
        if value is None:
            continue
        if hasattr(field, "choices"):
            shown.append(str(dict(field.choices)[value]))
        else:
            shown.append(eur_text(value) if isinstance(value, int) else date_format(value))
    return " – ".join(shown) or _("not known yet")
