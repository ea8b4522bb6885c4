"""The formal check: the officer's answer to every point of the checklist, and how the project fits the concept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application
from applications.sections import fingerprint
from funding.models import Tenant, User

# What each point rests on: when one of these facts changes, the point has to be looked at again.
FACTS: dict[str, Callable[[Application], list[Any]]] = {
    "applicant": lambda case: [
        *(case.organisation.name, case.organisation.legal_form, case.organisation.representatives),
        *(case.organisation.iban, case.organisation.account_holder, case.organisation.gemeinnuetzig_until),
    ],
    "place": lambda case: [case.place, case.district],
    "not-begun": lambda case: [case.start, case.end, case.received_on],
    "plan": lambda case: [_costs(case), _financing(case)],
    "categories": lambda case: [_costs(case), _financing(case), case.programme.cap_per_project_cents],
    "other-funding": lambda case: [line for line in _financing(case) if line[0] == "third-party"],
    "de-minimis": lambda case: [case.organisation.de_minimis_cents, case.evaluate().requested_cents],
    "attachments": lambda case: [sorted(file.sha256 for file in case.uploads.all()), case.attachments_later],
}


def _costs(case: Application) -> list[Any]:
    return [(line.category_id, line.what, line.amount_cents, line.in_kind) for line in case.costs.all()]


def _financing(case: Application) -> list[Any]:
    return [(line.kind, line.what, line.status, line.amount_cents) for line in case.financing.all()]


def facts_mark(application: Application, item: str) -> str:
    """A short mark of the facts a point rests on; "" for one the machine knows nothing about."""
    return fingerprint(FACTS[item](application)) if item in FACTS else ""


class CheckResult(Tenant):
    """The officer's answer to one point, beside what the machine had found and suggested when it was given."""

    class Result(models.TextChoices):
        YES = "yes", _("in order")
        NO = "no", _("not in order")
        NOT_NEEDED = "not-needed", _("not needed")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="check_results")
    item = models.CharField(max_length=40)
    result = models.CharField(max_length=20, choices=Result, blank=True)
    note = models.TextField(blank=True)
    suggestion = models.CharField(max_length=20, choices=Result, blank=True, help_text="What the machine suggested")
    findings = models.JSONField(default=list, blank=True, help_text="What the machine had found: sentences")
    mark = models.CharField(max_length=20, blank=True, help_text="Of the facts it was given on")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "application", "item"], name="check_result_once")
        ]

    @property
    def is_stale(self) -> bool:
        """A fact it rests on has changed since: somebody has to look again."""
        return bool(self.mark) and self.mark != facts_mark(self.application, self.item)

    @property
    def is_overruled(self) -> bool:
        """The officer decided otherwise than the machine suggested."""
        return bool(self.suggestion) and self.result != self.suggestion

    @property
    def remark(self) -> str:
        """What a reader has to know of it: the note, else what the machine had found wrong."""
        return self.note or (" ".join(self.findings) if self.result == self.Result.NO else "")

    @property
    def stamp(self) -> str:
        """Changes with every answer: what a page was made from."""
        return f"{self.result}-{self.checked_at.timestamp():.6f}"


class ConceptFit(Tenant):
    """How the project fits the town's concept, in one of the programme's own words, with a sentence."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="concept_fits")
    value = models.CharField(max_length=100)
    sentence = models.TextField()
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "application"], name="concept_fit_once")]

    @property
    def stamp(self) -> str:
        """Changes with every answer: what a page was made from."""
        return f"{self.stated_at.timestamp():.6f}"
