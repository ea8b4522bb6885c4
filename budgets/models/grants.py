"""What was awarded."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from applications.models import Application, Hearing, Letter, Organisation
from budgets import rules
from budgets.models.years import BudgetYear
from budgets.workflow import GrantState, GrantWorkflow, PaymentState
from funding.models import Programme, Tenant, User, cents_field


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, user: Any) -> GrantQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user)).order_by("-pk")

    def with_case(self) -> GrantQuerySet:
        return self.select_related("application__programme", "organisation", "letter", "municipality", "budget_year")


class Grant(GrantWorkflow, Tenant):
    """What was awarded: the amount, the plan it rests on, its dates, and what came of it. Amounts in cents."""

    move_url = "budgets:grant_move"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="grants")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants")
    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="grants")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="grants")
    financing = models.CharField(max_length=10, choices=Programme.Financing)
    payment_mode = models.CharField(max_length=20, choices=Programme.PaymentMode)
    amount_cents = cents_field()
    planned_cost_cents = cents_field(help_text="Planned cash cost")
    planned_eligible_cents = cents_field()
    planned_own_cents = cents_field()
    planned_third_party_cents = cents_field()
    planned_income_cents = cents_field()
    minor_change_cents = cents_field()
    start = models.DateField()
    end = models.DateField()
    proof_due_on = models.DateField()
    accepted_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    waived_on = models.DateField(null=True, blank=True)
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contested_on = models.DateField(null=True, blank=True)
    settled_cents = cents_field(null=True, blank=True)
    not_pursued_cents = cents_field(default=0, help_text="A small claim that is not pursued")
    closed_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    history = HistoricalRecords()
    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "application"], name="grant_once"),
            models.CheckConstraint(condition=Q(state__in=GrantState.values), name="grant_state"),
            models.CheckConstraint(condition=Q(financing__in=Programme.Financing.values), name="grant_financing"),
        ]

    def __str__(self) -> str:
        return str(self.application)

    @property
    def open_hearing(self) -> Hearing | None:
        """The hearing about this grant that waits for its answer or its day."""
        return next((hearing for hearing in self.hearings if not hearing.is_over), None)

    def last_hearing(self, about: str) -> Hearing | None:
        """The last hearing about this grant on one subject (Hearing.About)."""
        return next((hearing for hearing in reversed(self.hearings) if hearing.about == about), None)

    @cached_property
    def hearings(self) -> list[Hearing]:
        """Those before its revocation or a claim, in order; asked once."""
        return list(self.application.hearings.exclude(about=Hearing.About.REFUSAL).with_letter())

    @property
    def payable_from(self) -> datetime.date | None:
        """The first day money may move: the waiver or the end of the remedy period (DOMAIN section 7)."""
        return rules.payable_from(
            notified_on=self.letter.notified_on,
            waived_on=self.waived_on,
            remedy_ends_on=self.letter.remedy_ends_on,
        )

    def _sum(self, *states: str) -> int:
        return sum(p.amount_cents for p in self.payments.all() if p.state in states)

    @property
    def called_cents(self) -> int:
        """Asked for and neither sent back, cancelled nor returned: what the recipient cannot ask for again."""
        return self._sum(
            PaymentState.REQUESTED,
            PaymentState.VERIFIED,
            PaymentState.ORDERED,
            PaymentState.EXPORTED,
            PaymentState.BOOKED,
        )

    @property
    def paid_cents(self) -> int:
        return self._sum(PaymentState.BOOKED)

    @property
    def repaid_cents(self) -> int:
        return sum(r.amount_cents for r in self.repayments.all())

    @property
    def callable_cents(self) -> int:
        """What may still be called for: the award, after settlement what was settled."""
        limit = self.amount_cents if self.settled_cents is None else self.settled_cents
        return max(0, limit - self.called_cents)

    @property
    def needs_account(self) -> bool:
        """The bank sent the last payment back: the next one needs an account that works."""
        last = max(self.payments.all(), key=lambda payment: payment.number, default=None)
        return last is not None and last.state == PaymentState.RETURNED

    @property
    def claim_cents(self) -> int:
        """After settlement or revocation: what is still to be paid back."""
        return max(0, -self.open_cents) if self.settled_cents is not None else 0

    @property
    def open_cents(self) -> int:
        """After settlement: above zero is still to be paid, below zero is to be paid back."""
        return (self.settled_cents or 0) - (self.paid_cents - self.repaid_cents) + self.not_pursued_cents
