"""Where the money is: the year's pot and its ledger, grants, payments, usage proofs, settlements."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application, Letter, Organisation, Upload
from budgets import rules
from budgets.workflow import GrantState, GrantWorkflow, PaymentState, PaymentWorkflow, ProofState, UsageProofWorkflow
from funding.models import Category, Municipality, Programme, Tenant, User, cents_field, token
from funding.policies import Role

BALANCES = (
    "allocated",
    "carried_in",
    "reserved",
    "committed",
    "paid",
    "repaid",
    "released",
    "carried_over",
    "lapsed",
)


class BudgetYearQuerySet(models.QuerySet["BudgetYear"]):
    def visible_to(self, user: Any) -> BudgetYearQuerySet:
        """The pots of the towns whose money this person works on."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        roles = (Role.OFFICER, Role.DECIDER, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR)
        return self.filter(municipality__in=user.towns_as(*roles)).order_by("-year", "programme__name", "pk")

    def with_free(self) -> BudgetYearQuerySet:
        """With what is free and what was given, as the last ledger entry left it."""
        last = LedgerEntry.objects.filter(budget_year=OuterRef("pk")).order_by("-number")
        return self.select_related("programme", "municipality").annotate(
            free_cents=Coalesce(Subquery(last.values("free_cents")[:1]), 0),
            given_cents=Coalesce(Subquery(last.values("allocated_cents")[:1]), 0)
            + Coalesce(Subquery(last.values("carried_in_cents")[:1]), 0),
        )


class BudgetYear(Tenant):
    """The pot of one programme in one year; locking this row serialises everything that touches its money."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField()
    is_open = models.BooleanField(default=True)
    blocked = models.BooleanField(default=False, help_text="Provisional budget: decisions can be prepared only")
    history = HistoricalRecords()
    objects = BudgetYearQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "programme", "year"], name="budget_year_once")]

    def __str__(self) -> str:
        return f"{self.programme} {self.year}"

    @property
    def balances(self) -> rules.Balances:
        """The pot as its last ledger entry left it (one query)."""
        last = self.entries.order_by("-number").first()
        return last.balances if last else rules.Balances()


class LedgerEntry(Tenant):
    """One movement of the pot with the balances after it; never updated, never deleted. Amounts in cents."""

    class Kind(models.TextChoices):
        ALLOCATE = "allocate", _("Allocated")
        SUPPLEMENT = "supplement", _("Supplemented")
        CUT = "cut", _("Cut")
        CARRY_IN = "carry_in", _("Carried in")
        RESERVE = "reserve", _("Reserved")
        UNRESERVE = "unreserve", _("Reservation lifted")
        COMMIT = "commit", _("Committed")
        RELEASE = "release", _("Released")
        PAY = "pay", _("Paid")
        UNPAY = "unpay", _("Payment came back")
        REPAY = "repay", _("Repaid")
        CARRY_OVER = "carry_over", _("Carried over")
        LAPSE = "lapse", _("Lapsed")

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    amount_cents = cents_field()
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_entries"
    )
    ground = models.CharField(max_length=300, blank=True)
    allocated_cents = cents_field()
    carried_in_cents = cents_field()
    reserved_cents = cents_field()
    committed_cents = cents_field()
    paid_cents = cents_field()
    repaid_cents = cents_field()
    released_cents = cents_field()
    carried_over_cents = cents_field()
    lapsed_cents = cents_field()
    free_cents = cents_field()

    class Meta:
        ordering = ["budget_year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "budget_year", "number"], name="ledger_number"),
            models.CheckConstraint(condition=Q(free_cents__gte=0), name="ledger_free_not_negative"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ledger_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    free_cents=F("allocated_cents")
                    + F("carried_in_cents")
                    + F("released_cents")
                    - F("reserved_cents")
                    - F("committed_cents")
                    - F("lapsed_cents")
                ),
                name="ledger_free_adds_up",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "application"], name="ledger_application")]

    @property
    def balances(self) -> rules.Balances:
        return rules.Balances(**{f"{name}_cents": getattr(self, f"{name}_cents") for name in BALANCES})


# --- Grants -----------------------------------------------------------------------------------------------------------


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


# --- Usage proof ------------------------------------------------------------------------------------------------------


class UsageProofQuerySet(models.QuerySet["UsageProof"]):
    def visible_to(self, user: Any) -> UsageProofQuerySet:
        return self.filter(grant__in=Grant.objects.visible_to(user)).order_by("-pk")

    def with_case(self) -> UsageProofQuerySet:
        return self.select_related("grant__application__programme", "grant__letter", "organisation", "municipality")


class UsageProof(UsageProofWorkflow, Tenant):
    """What a group did with the money: a short report, numbers, what was spent. Amounts in cents."""

    move_url = "budgets:proof_move"

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="proofs")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    report = models.TextField(blank=True)
    goals_reached = models.TextField(blank=True)
    participants = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(1_000_000)])
    volunteers = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(1_000_000)])
    own_cents = cents_field(default=0)
    third_party_cents = cents_field(default=0)
    income_cents = cents_field(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    history = HistoricalRecords()
    objects = UsageProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "grant"], name="proof_once"),
            models.CheckConstraint(condition=Q(state__in=ProofState.values), name="proof_state"),
        ]

    @property
    def spent_cents(self) -> int:
        return sum(line.spent_cents for line in self.lines.all())

    @property
    def eligible_cents(self) -> int:
        """Actual eligible cost: what was admitted (before the check: spent) times the category's share."""
        return rules.eligible([(line.counted_cents, line.category.eligible_share) for line in self.lines.all()])


class ProofLine(Tenant):
    """What was spent in one category, beside what was planned; the officer may admit less, with a reason."""

    proof = models.ForeignKey(UsageProof, on_delete=models.CASCADE, related_name="lines")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    planned_cents = cents_field()
    spent_cents = cents_field(default=0, help_text="Without input tax that the recipient gets back")
    deductible_cents = cents_field(default=0, help_text="That tax; the receipts show both together")
    admitted_cents = cents_field(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "proof", "category"], name="proof_line_once"),
        ]

    @property
    def counted_cents(self) -> int:
        return self.spent_cents if self.admitted_cents is None else self.admitted_cents


class Receipt(Tenant):
    """One line of the list of receipts (Belegliste); the picture is optional unless it is sampled."""

    proof = models.ForeignKey(UsageProof, on_delete=models.CASCADE, related_name="receipts")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField()
    payee = models.CharField(max_length=200)
    purpose = models.CharField(max_length=200)
    amount_cents = cents_field()
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["paid_on", "pk"]


class Settlement(Tenant):
    """How a usage proof was settled, with every step of the arithmetic; frozen with its letter."""

    proof = models.ForeignKey(UsageProof, on_delete=models.PROTECT, related_name="settlements")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    grant_cents = cents_field()
    steps = models.JSONField(help_text="[code, cents] in the order of the calculation")
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "proof"], name="settlement_once")]
