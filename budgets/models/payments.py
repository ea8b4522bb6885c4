"""Payments to recipients, the runs they leave in, and money that came back."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from applications.models import Organisation
from budgets.models.grants import Grant
from budgets.workflow import PaymentState, PaymentWorkflow
from funding.models import Municipality, Tenant, User, cents_field, token
from funding.policies import Role


class PaymentRunQuerySet(models.QuerySet["PaymentRun"]):
    def visible_to(self, user: Any) -> PaymentRunQuerySet:
        """The runs of the towns in which this person handles or audits payments."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(municipality__in=user.towns_as(Role.CASHIER, Role.AUDITOR)).order_by("-number", "-pk")


class PaymentRun(Tenant):
    """One file handed to the bank or the finance system; its bytes are kept as they left."""

    number = models.PositiveIntegerField()
    channel = models.CharField(max_length=20, choices=Municipality.Channel)
    key = models.CharField(max_length=40, default=token, editable=False)
    execute_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    file_name = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    objects = PaymentRunQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="run_number"),
            models.UniqueConstraint(fields=["municipality", "key"], name="run_key"),
        ]

    @property
    def is_intact(self) -> bool:
        """The bytes are still those that left."""
        return hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: Any) -> PaymentQuerySet:
        return self.filter(grant__in=Grant.objects.visible_to(user))

    def with_case(self) -> PaymentQuerySet:
        return self.select_related("grant__application", "grant__letter", "organisation", "run", "municipality")

    def with_order(self) -> PaymentQuerySet:
        """With everything a payment order or a run names."""
        return self.with_case().select_related(
            "grant__budget_year", "grant__application__programme", "verified_by", "ordered_by", "requested_by"
        )

    def in_states(self, *states: str) -> PaymentQuerySet:
        return self.filter(state__in=states)

    def matching(self, words: str) -> PaymentQuerySet:
        """Every word occurs in what the case is searched by, or begins the number of the payment."""
        found = self
        for word in words.casefold().split():
            found = found.filter(Q(grant__application__search__contains=word) | Q(end_to_end_id__istartswith=word))
        return found

    def in_order(self) -> PaymentQuerySet:
        return self.order_by("-pk")


def _differ(one: str, other: str) -> models.CheckConstraint:
    """Two acts on a payment are done by two people, as far as both are done."""
    return models.CheckConstraint(
        condition=Q(**{one: None}) | Q(**{other: None}) | ~Q(**{one: F(other)}), name=f"payment_{one}_not_{other}"
    )


class Payment(PaymentWorkflow, Tenant):
    """One payment order. Payee, account and amount are never edited, only cancelled and asked for anew."""

    move_url = "budgets:payment_move"

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="payments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    end_to_end_id = models.CharField(max_length=35)
    amount_cents = cents_field()
    payee = models.CharField(max_length=200)
    account_holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    purpose = models.CharField(max_length=140)
    due_on = models.DateField(null=True, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    ordered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ordered_at = models.DateTimeField(null=True, blank=True)
    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    exported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    booked_on = models.DateField(null=True, blank=True)
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    history = HistoricalRecords()
    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "grant", "number"], name="payment_number"),
            models.UniqueConstraint(fields=["municipality", "end_to_end_id"], name="payment_end_to_end"),
            models.CheckConstraint(condition=Q(state__in=PaymentState.values), name="payment_state"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="payment_amount_positive"),
            # § 31 KomHVO NRW: whoever asks, verifies, orders or pays out does only that one of them.
            _differ("requested_by", "verified_by"),
            _differ("requested_by", "ordered_by"),
            _differ("verified_by", "ordered_by"),
            _differ("verified_by", "exported_by"),
            _differ("ordered_by", "exported_by"),
            _differ("verified_by", "booked_by"),
            _differ("ordered_by", "booked_by"),
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="payment_state_index")]

    @property
    def case_id(self) -> int:
        return self.grant.application_id


class Repayment(Tenant):
    """Money that came back from a recipient."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="repayments")
    amount_cents = cents_field()
    received_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["received_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gt=0), name="repayment_amount_positive")]

    @property
    def case_id(self) -> int:
        return self.grant.application_id
