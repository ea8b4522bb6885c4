"""What the officer admits of the costs, line by line, and what the plan comes to then."""

from __future__ import annotations

from dataclasses import replace

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from applications import rules
from applications.models import Application, Submission
from funding.models import Tenant, User, cents_field


class CostCut(Tenant):
    """Of one cost line of a submission less is admitted than was planned, and why. The next submission asks again."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="cuts")
    line = models.PositiveSmallIntegerField(help_text="Place of the line in the plan, from 0")
    planned_cents = cents_field()
    admitted_cents = cents_field()
    reason = models.TextField()
    cut_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cut_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "submission", "line"], name="cost_cut_once"),
            models.CheckConstraint(condition=Q(admitted_cents__lt=F("planned_cents")), name="cost_cut_below_planned"),
        ]


def cuts_of(application: Application) -> dict[int, CostCut]:
    """The cuts of the last submission by the place of their line; they do not outlive a change of the line."""
    last = application.submissions.order_by("-number").values("pk")[:1]
    costs = list(application.costs.all())
    return {
        cut.line: cut
        for cut in CostCut.objects.filter(submission__in=last).select_related("cut_by")
        if cut.line < len(costs) and costs[cut.line].amount_cents == cut.planned_cents
    }


def admitted_plan(application: Application, admitted: dict[int, int] | None = None) -> rules.Plan:
    """The plan with what is admitted of each cost line; `admitted` (line -> cents) tries other amounts."""
    if admitted is None:
        admitted = {line: cut.admitted_cents for line, cut in cuts_of(application).items()}
    plan = application.plan
    costs = tuple(replace(cost, admitted_cents=admitted.get(line)) for line, cost in enumerate(plan.costs))
    return replace(plan, costs=costs)


def admitted_result(application: Application, admitted: dict[int, int] | None = None) -> rules.Result:
    """The result that counts from the formal check on: eligible cost, gap and highest grant of what is admitted.

    Board, decision, letter and grant read this; what was asked for is `application.evaluate()`.
    """
    return rules.evaluate(admitted_plan(application, admitted), application.programme.cap_per_project_cents)
