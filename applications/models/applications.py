"""The application itself: its answers, who sees it, and what may be asked about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications import rules
from applications.models.organisations import Organisation
from applications.policies import may_check
from applications.sections import BY_SLUG, OF_ORGANISATION, Progress
from applications.workflow import ApplicationWorkflow, State
from funding import clock
from funding.models import Programme, Round, Tenant, User
from funding.policies import Role


@dataclass(frozen=True)
class Attachment:
    """A file the programme wants to see; it need not be there when the application is sent."""

    slug: str
    name: str
    mandatory: bool
    files: list[Any]
    later: bool

    @property
    def is_answered(self) -> bool:
        """It is there, or was promised for later; what is not mandatory needs no answer."""
        return bool(self.files) or self.later or not self.mandatory


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """What this person may see at all; everything else does not exist for them.

        Applicants: the cases of their organisations. Officer, decider, auditor: every case of their town that was
        sent in (a draft belongs to its writers, also one that was withdrawn before it was sent). Officer: a draft as
        well while its writers share it because they asked for help, or while it is written at the counter. Money:
        cases with a grant. Board: cases on their agenda for which they declared no bias, while their term lasts.
        Staff who declared bias in a case have lost it, whatever roles they have.
        """
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        never_sent = Q(paper=False, file_number="")
        seen = own = Q(organisation__memberships__user=user)
        if towns := user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR):
            seen |= Q(municipality__in=towns) & ~never_sent
        if towns := user.towns_as(Role.OFFICER):
            seen |= Q(municipality__in=towns, state=State.DRAFT, shared_at__isnull=False)
            seen |= Q(municipality__in=towns, assisted="open")
        if towns := user.towns_as(Role.VERIFIER, Role.AUTHORISER, Role.CASHIER):
            seen |= Q(municipality__in=towns, grants__isnull=False)
        if towns := user.towns_as(Role.BOARD):
            declared = {"board_items__declarations__member__user": user}
            excluded = self.model._default_manager.filter(**declared, board_items__declarations__biased=True)
            term = "board_items__declarations__member__until"
            unbiased = Q(**declared, board_items__declarations__biased=False, municipality__in=towns)
            unbiased &= Q(**{term: None}) | Q(**{f"{term}__gte": clock.today()})
            # Excluded once is excluded in every later meeting too.
            seen |= unbiased & ~Q(pk__in=excluded.values("pk"))
        # One query by primary key keeps joins from doubling rows, and lets callers join on.
        found = self.model._default_manager.filter(seen)
        if user.withheld_cases:
            found = found.filter(own | ~Q(pk__in=user.withheld_cases))
        return self.filter(pk__in=found.values("pk"))

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

    class Assisted(models.TextChoices):
        NO = "", _("no")
        OPEN = "open", _("being written at the counter")
        CONFIRMED = "confirmed", _("confirmed by the applicant")
        SENT = "sent", _("written at the counter and sent")
        TAKEN_OVER = "taken-over", _("taken over by the applicant")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="applications")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="applications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    assigned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    paper = models.BooleanField(default=False, help_text="Came in on paper and was entered by the town")
    assisted = models.CharField(max_length=10, choices=Assisted, blank=True, default="")
    demo = models.BooleanField(default=False)

    file_number = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Budget year: that of the start")
    received_on = models.DateField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True, help_text="The day by which the answer was promised")
    answer_by = models.DateField(null=True, blank=True, help_text="The day by which the applicant has to answer")
    returned_on = models.DateField(null=True, blank=True, help_text="The day on which changes were asked for")
    time_wanted_until = models.DateField(null=True, blank=True, help_text="The applicant asks for time up to this day")
    time_wanted_reason = models.TextField(blank=True)
    officer_note = models.TextField(blank=True)
    changes_asked = models.JSONField(default=dict, blank=True, help_text="section -> reason")
    shared_at = models.DateTimeField(null=True, blank=True, help_text="Its writers let the officers read the draft")
    updated_at = models.DateTimeField(auto_now=True)
    search = models.TextField(blank=True, editable=False)

    language = models.CharField(max_length=5, default="de")
    title = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
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
    german = models.JSONField(default=dict, blank=True, help_text="German versions: applications/narrative.py")
    confirm_by = models.DateField(null=True, blank=True, help_text="The day by which they are to be confirmed")
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    early_start = models.CharField(max_length=10, choices=EarlyStart, blank=True, default="")
    early_start_from = models.DateField(null=True, blank=True, help_text="The day from which it may begin early")
    early_start_note = models.TextField(blank=True, help_text="Why it may not begin early")
    short = models.BooleanField(default=False, help_text="So small that the short form is enough")
    sections = models.JSONField(default=dict, blank=True, help_text="How far each section is: applications/sections.py")
    attachments_later = models.JSONField(default=list, blank=True, help_text="Wanted attachments that come later")
    declared = models.JSONField(default=dict, blank=True, help_text="declaration -> moment of the tick")

    history = HistoricalRecords(excluded_fields=["search", "sections"])
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

    def worked_on(self, by: Any) -> None:
        """Whoever of the officers acts first is responsible, until it is handed over."""
        if self.assigned_to_id is None and may_check(self, by):
            self.assigned_to = by

    @property
    def case_id(self) -> int:
        """A case is part of itself: the policies ask every object the same question."""
        return self.pk

    def __str__(self) -> str:
        return self.title or str(_("(no title yet)"))

    def progress(self, slug: str) -> Progress:
        """How far a section is, with what was typed in it and cannot be read yet."""
        return Progress(self.sections, slug, self.organisation.sections if slug in OF_ORGANISATION else self.sections)

    @property
    def is_short(self) -> bool:
        """The short form is enough: by the total of the plan, before there is one by what was said at the start."""
        costs = self.costs.all()
        if not costs:
            return self.short
        return sum(line.amount_cents for line in costs) <= self.programme.short_form_cents

    @property
    def unclear(self) -> list[str]:
        """The sections in which an answer was typed that cannot be read yet."""
        return [slug for slug in BY_SLUG if self.progress(slug).typed]

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
            deducts=organisation.deducts,
        )

    @cached_property
    def open_hearing(self) -> Any:
        """The hearing before a refusal that waits for its answer or its day."""
        found = self.hearings.filter(about="refusal").with_letter()
        return next((hearing for hearing in found if not hearing.is_over), None)

    @property
    def open_points(self) -> list[str]:
        """The points of the programme's checklist nobody has decided yet, or whose facts have changed since."""
        decided = {result.item for result in self.check_results.all() if result.result and not result.is_stale}
        return [item for item in self.programme.checklist if item not in decided]

    @property
    def attachments(self) -> list[Attachment]:
        """What the programme wants to see, each with its files and whether it was promised for later."""
        return self.attachments_among(list(self.uploads.all())) if self.programme.attachments else []

    def attachments_among(self, files: list[Any]) -> list[Attachment]:
        """The same from files that are loaded already."""
        return [
            Attachment(
                slug=wanted["slug"],
                name=wanted["name"],
                mandatory=wanted["mandatory"],
                files=[file for file in files if file.wanted == wanted["slug"]],
                later=wanted["slug"] in self.attachments_later,
            )
            for wanted in self.programme.attachments
        ]

    def refresh_search(self) -> None:
        """SQLite compares only ASCII letters without case: keep a folded copy of what people search for."""
        words = [self.title, self.organisation.name, self.file_number, self.district]
        self.search = " ".join(words).casefold()
