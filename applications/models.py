"""Organisations, their applications with plan, submissions and consents, and the files and letters of a case."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications import rules
from applications.workflow import ApplicationWorkflow, State
from funding.models import Category, Programme, Round, Tenant, User, cents_field, token
from funding.policies import Role


class LegalForm(models.TextChoices):
    REGISTERED_ASSOCIATION = "registered-association", _("Registered association (e.V.)")
    GGMBH = "ggmbh", _("Non-profit company (gGmbH)")
    FOUNDATION = "foundation", _("Foundation")
    PARISH = "parish", _("Parish or religious community")
    SCHOOL_ASSOCIATION = "school-association", _("School association")
    UNREGISTERED = "unregistered", _("Group that is no association")
    INDIVIDUAL = "individual", _("One person")
    OTHER = "other", _("Something else")


class Organisation(Tenant):
    """Who applies: asked once, reused in every application. A single person is an organisation of one."""

    class InputTax(models.TextChoices):
        NO = "no", _("No")
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")

    name = models.CharField(max_length=200, blank=True)
    legal_form = models.CharField(max_length=30, choices=LegalForm, blank=True)
    representatives = models.JSONField(default=list, help_text="Names; of an unregistered group the joint debtors")
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    account_holder = models.CharField(max_length=70, blank=True)
    gemeinnuetzig = models.BooleanField(default=False)
    gemeinnuetzig_until = models.DateField(null=True, blank=True)
    input_tax = models.CharField(max_length=10, choices=InputTax, default=InputTax.NO)
    demo = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(input_tax__in=["no", "yes", "partly"]), name="input_tax")]

    def __str__(self) -> str:
        return self.name or str(_("(no name yet)"))

    @property
    def organisation_id(self) -> int:
        """An organisation belongs to itself: the policies ask every object the same question."""
        return self.pk

    @property
    def is_unregistered(self) -> bool:
        return self.legal_form == LegalForm.UNREGISTERED

    @property
    def is_person(self) -> bool:
        return self.legal_form == LegalForm.INDIVIDUAL

    @property
    def addressees(self) -> list[str]:
        """Whom a letter names above the address: of an unregistered group its joint debtors as well."""
        return [self.name, *self.representatives] if self.is_unregistered else [self.name]


class Membership(Tenant):
    """What a person may do for an organisation."""

    class Right(models.TextChoices):
        VIEW = "view", _("read")
        EDIT = "edit", _("read and write")
        SUBMIT = "submit", _("read, write and send")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    right = models.CharField(max_length=10, choices=Right, default=Right.SUBMIT)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "organisation", "user"], name="membership_once")]


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """What this person may see at all; everything else does not exist for them.

        Applicants: the cases of their organisations. Officer, decider, auditor: every case of their town that was
        sent in (a draft belongs to its writers, also one that was withdrawn before it was sent). Money: cases with a
        grant. Board: cases on their agenda for which they declared no bias.
        """
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        never_sent = Q(paper=False, file_number="")
        seen = Q(organisation__memberships__user=user)
        if towns := user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR):
            seen |= Q(municipality__in=towns) & ~never_sent
        if towns := user.towns_as(Role.VERIFIER, Role.AUTHORISER, Role.CASHIER):
            seen |= Q(municipality__in=towns, grants__isnull=False)
        if towns := user.towns_as(Role.BOARD):
            declared = {"board_items__declarations__member__user": user}
            excluded = self.model._default_manager.filter(**declared, board_items__declarations__biased=True)
            unbiased = Q(**declared, board_items__declarations__biased=False, municipality__in=towns)
            # Excluded once is excluded in every later meeting too.
            seen |= unbiased & ~Q(pk__in=excluded.values("pk"))
        # One query by primary key keeps joins from doubling rows, and lets callers join on.
        return self.filter(pk__in=self.model._default_manager.filter(seen).values("pk"))

    def with_parties(self) -> ApplicationQuerySet:
        return self.select_related("organisation", "programme", "municipality")

    def with_plan(self) -> ApplicationQuerySet:
        return self.prefetch_related("costs__category", "financing")

    def submitted(self) -> ApplicationQuerySet:
        return self.exclude(state__in=[State.DRAFT])

    def in_year(self, year: int) -> ApplicationQuerySet:
        return self.filter(year=year)

    def for_board(self) -> ApplicationQuerySet:
        """Checked and not yet on the agenda of a meeting that is still to come."""
        return self.filter(state=State.ADMITTED).exclude(board_items__closed_at=None, board_items__isnull=False)

    def matching(self, words: str) -> ApplicationQuerySet:
        """Every word occurs in title, organisation or file number, whatever the case of the letters."""
        found = self
        for word in words.casefold().split():
            found = found.filter(search__contains=word)
        return found

    def in_order(self) -> ApplicationQuerySet:
        return self.order_by("-updated_at", "-pk")


class Application(ApplicationWorkflow, Tenant):
    """One application, from its first answer to its closed file. Amounts in cents."""

    move_url = "applications:move"

    class EarlyStart(models.TextChoices):
        NOT_ASKED = "", _("not asked for")
        ASKED = "asked", _("asked for")
        CONSENTED = "consented", _("consented to")
        REFUSED = "refused", _("refused")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="applications")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="applications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paper = models.BooleanField(default=False, help_text="Came in on paper and was entered by the town")
    demo = models.BooleanField(default=False)

    file_number = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Budget year: that of the start")
    received_on = models.DateField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True, help_text="The day by which the answer was promised")
    answer_by = models.DateField(null=True, blank=True, help_text="The day by which the applicant has to answer")
    officer_note = models.TextField(blank=True)
    changes_asked = models.JSONField(default=dict, blank=True, help_text="section -> reason")
    updated_at = models.DateTimeField(auto_now=True)
    search = models.TextField(blank=True, editable=False)

    language = models.CharField(max_length=5, default="de")
    title = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    summary_de = models.TextField(blank=True)
    need = models.TextField(blank=True)
    goals = models.TextField(blank=True)
    remains = models.TextField(blank=True, help_text="What is left when the project is over")
    target_groups = models.TextField(blank=True)
    partners = models.TextField(blank=True)
    participants = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(1_000_000)])
    volunteers = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(1_000_000)])
    place = models.CharField(max_length=200, blank=True)
    district = models.CharField(max_length=100, blank=True)
    action_field = models.CharField(max_length=200, blank=True)
    cross_cutting = models.JSONField(default=list, blank=True)
    life_phases = models.JSONField(default=list, blank=True)
    public = models.BooleanField(null=True, blank=True, help_text="Open to everybody")
    accessibility = models.TextField(blank=True)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    early_start = models.CharField(max_length=10, choices=EarlyStart, blank=True, default="")
    short = models.BooleanField(default=False, help_text="So small that the short form is enough")
    sections_done = models.JSONField(default=list, blank=True, help_text="Sections their writer called done")
    declared = models.JSONField(default=dict, blank=True, help_text="declaration -> moment of the tick")

    history = HistoricalRecords(excluded_fields=["search"])
    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="application_state"),
            models.UniqueConstraint(
                fields=["municipality", "file_number"], condition=~Q(file_number=""), name="application_file_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | ~Q(file_number=""), name="application_has_file_number"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state"], name="application_state_index"),
            models.Index(fields=["municipality", "-updated_at"], name="application_updated_index"),
        ]

    def __str__(self) -> str:
        return self.title or str(_("(no title yet)"))

    @property
    def plan(self) -> rules.Plan:
        """The plan as plain values for `rules`; no query when loaded `with_plan`."""
        return rules.Plan(
            costs=tuple(line.as_rule() for line in self.costs.all()),
            financing=tuple(line.as_rule() for line in self.financing.all()),
        )

    def evaluate(self, left_cents: int | None = None) -> rules.Result:
        """The arithmetic of the plan under this programme's cap; `left_cents` adds what the year has left."""
        return rules.evaluate(self.plan, self.programme.cap_per_project_cents, left_cents)

    def problems(self, on: Any) -> list[str]:
        """Codes of what keeps the plan from being submitted, judged from the day it comes in."""
        return rules.problems(
            self.plan,
            self.evaluate(),
            start=self.start,
            end=self.end,
            received_on=self.received_on or on,
            iban=self.organisation.iban,
        )

    def warnings(self, on: Any) -> list[str]:
        """Codes of what somebody should look at; they never block."""
        organisation = self.organisation
        return rules.warnings(
            self.plan,
            self.evaluate(),
            start=self.start,
            end=self.end,
            received_on=self.received_on or on,
            lead_time_weeks=self.programme.lead_time_weeks,
            account_holder=organisation.account_holder,
            names=[organisation.name, *organisation.representatives],
            iban=organisation.iban,
        )

    @property
    def open_points(self) -> list[str]:
        """The points of the programme's checklist nobody has decided yet."""
        decided = {result.item for result in self.check_results.all() if result.result}
        return [item for item in self.programme.checklist if item not in decided]

    @property
    def german_summary(self) -> str:
        """The text that is binding: the German version where the original is another language."""
        return self.summary if self.language == "de" else self.summary_de

    def refresh_search(self) -> None:
        """SQLite compares only ASCII letters without case: keep a folded copy of what people search for."""
        words = [self.title, self.organisation.name, self.file_number, self.district]
        self.search = " ".join(words).casefold()


class CostLine(Tenant):
    """One line of the cost plan: quantity × unit price of one category."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="costs")
    position = models.PositiveSmallIntegerField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="cost_lines")
    what = models.CharField(max_length=200)
    quantity = models.DecimalField(max_digits=10, decimal_places=3, default=1)
    unit_price_cents = cents_field()
    in_kind = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]

    def as_rule(self) -> rules.Cost:
        return rules.Cost(
            category=self.category.slug,
            share=self.category.eligible_share,
            quantity=self.quantity,
            unit_price_cents=self.unit_price_cents,
            in_kind=self.in_kind,
            what=self.what,
        )

    @property
    def amount_cents(self) -> int:
        return self.as_rule().amount_cents


class FinancingLine(Tenant):
    """One line of the financing plan."""

    class Kind(models.TextChoices):
        OWN = "own", _("Own money")
        THIRD_PARTY = "third-party", _("Other funders")
        INCOME = "income", _("Income")
        IN_KIND = "in-kind", _("Unpaid work")
        GRANT = "grant", _("Grant asked for")

    class Status(models.TextChoices):
        NONE = "", _("–")
        APPLIED = "applied", _("applied for")
        APPROVED = "approved", _("approved")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="financing")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    what = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, blank=True, default="")
    amount_cents = cents_field()
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["own", "third-party", "income", "in-kind", "grant"]), name="financing_kind"
            )
        ]

    def as_rule(self) -> rules.Financing:
        return rules.Financing(kind=self.kind, amount_cents=self.amount_cents, status=self.status)


class Submission(Tenant):
    """What was sent in, word for word: receipt, dossier, board and letter read this, not the living draft."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "application", "number"], name="submission_number")
        ]

    @property
    def organisation(self) -> Organisation:
        """The applicant as it stood when this was sent in, for letters and payments; never to be saved."""
        names = {field.attname for field in Organisation._meta.concrete_fields}
        return Organisation(**{name: value for name, value in self.snapshot["organisation"].items() if name in names})


class Consent(Tenant):
    """A consent somebody gave by ticking a box: its own row, versioned, revocable."""

    class Kind(models.TextChoices):
        ELECTRONIC = "electronic-delivery", _("Letters may be provided for download instead of by post")
        NAME = "publish-name", _("My name may be published with the project")
        PHOTOS = "photos", _("Photos of the project may be published")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=30, choices=Kind)
    version = models.CharField(max_length=20, default="2026-11")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "application", "kind"], condition=Q(revoked_at=None), name="consent_once"
            )
        ]


class Upload(Tenant):
    """A file somebody handed in, parsed and written anew before it is stored; served only by permission."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="uploads")
    key = models.CharField(max_length=40, default=token, editable=False)
    name = models.CharField(max_length=200)
    section = models.CharField(max_length=20, blank=True)
    media_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="%Y/%m", max_length=200)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="upload_key")]


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: Any) -> LetterQuerySet:
        """The letters of the cases this person sees."""
        return self.filter(application__in=Application.objects.visible_to(user))


class Letter(Tenant):
    """A document that went out: issued once, its bytes kept and never made again; a correction is a new letter.

    `content` is emptied at the end of retention, `sha256` stays. Dates follow DOMAIN section 7 (§ 41 VwVfG).
    """

    class Kind(models.TextChoices):
        AWARD = "award", _("Award letter")
        REJECTION = "rejection", _("Rejection letter")
        SETTLEMENT = "settlement", _("Settlement letter")

    class Delivery(models.TextChoices):
        POST = "post", _("by post")
        DOWNLOAD = "download", _("by download")
        IN_PERSON = "in-person", _("handed over")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(max_length=40, default=token, editable=False)
    title = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    delivery = models.CharField(max_length=20, choices=Delivery)
    provided_on = models.DateField(null=True, blank=True, help_text="The notice of the download was sent")
    posted_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="First opened by somebody entitled to receive")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    notified_on = models.DateField(null=True, blank=True)
    remedy_ends_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["content"])
    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="letter_key")]

    @property
    def is_intact(self) -> bool:
        """The bytes are still those that were issued."""
        return hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256
