"""What the whole site stands on: towns, people and their roles, programmes, the event log, the outbox."""

from __future__ import annotations

import hashlib
import secrets
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from funding.policies import Role
from funding.presentation import Presentation

if TYPE_CHECKING:
    from collections.abc import Iterable

# Bounds every stored amount: 999,999,999.99 EUR, what a SEPA file can carry, far below what SQLite can store.
MAX_CENTS = 99_999_999_999

# The points of the formal check of a programme that names none of its own; labels and findings: review/checklist.py.
DEFAULT_CHECKLIST = ["applicant", "place", "not-begun", "plan", "categories", "other-funding", "attachments"]


def token() -> str:
    """An unguessable name for a file or a link (192 bits)."""
    return secrets.token_urlsafe(24)


def cents_field(**options: Any) -> models.BigIntegerField:
    """An amount in whole cents, never negative."""
    validators = [MinValueValidator(0), MaxValueValidator(MAX_CENTS)]
    return models.BigIntegerField(validators=validators, **options)


class Municipality(models.Model):
    """A town; everything else belongs to exactly one."""

    class Remedy(models.TextChoices):
        ACTION = "action", _("Action before the administrative court")
        OBJECTION = "objection", _("Objection (Widerspruch)")

    class Channel(models.TextChoices):
        FINANCE_SYSTEM = "finance-system", _("List for the finance system")
        SEPA = "sepa", _("SEPA file")

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=2, help_text="The Land, whose holidays and procedure law apply: NW, BW")
    office = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    email = models.EmailField(blank=True)
    remedy = models.CharField(max_length=20, choices=Remedy)
    court = models.CharField(max_length=200, blank=True, help_text="Court, or the authority that hears objections")
    court_address = models.CharField(max_length=300, blank=True)
    languages = models.JSONField(default=list)
    payment_channel = models.CharField(max_length=20, choices=Channel, default=Channel.FINANCE_SYSTEM)
    iban = models.CharField(max_length=34, blank=True)
    bic = models.CharField(max_length=11, blank=True)
    account_holder = models.CharField(max_length=70, blank=True)
    official = models.BooleanField(default=False, help_text="May say that this is an official website")
    demo = models.BooleanField(default=False, help_text="Made for the demo: nothing in it is real")
    history = HistoricalRecords(excluded_fields=["demo"])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(remedy__in=["action", "objection"]), name="municipality_remedy")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def municipality_id(self) -> int:
        """A town belongs to itself: the policies ask every object the same question."""
        return self.pk

    @property
    def missing_for_letters(self) -> list[Any]:
        """What a letter could not say: without these no letter can be issued (remedy notice, letterhead)."""
        needed = {
            _("office"): self.office,
            _("street"): self.street,
            _("postal code"): self.postal_code,
            _("city"): self.city,
            _("court or authority of the remedy"): self.court,
            _("address of that court or authority"): self.court_address,
        }
        return [name for name, value in needed.items() if not value]


class Tenant(models.Model):
    """A row of one town. Every unique key of a subclass begins with `municipality`."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


# --- People -----------------------------------------------------------------------------------------------------------


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").casefold())

    def with_address(self, email: str, **defaults: Any) -> User:
        """The account of this mail address, made if there is none; it never has a password."""
        user, created = self.get_or_create(email=email.strip().casefold(), defaults=defaults)
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


class User(AbstractBaseUser):
    """An account: how one person signs in, in whichever towns they have a role or an organisation."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="de")
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def _assigned(self) -> list[Assignment]:
        return list(self.assignments.select_related("municipality"))

    @cached_property
    def _roles(self) -> dict[int, frozenset[str]]:
        roles: dict[int, set[str]] = {}
        for assignment in self._assigned:
            roles.setdefault(assignment.municipality_id, set()).add(assignment.role)
        return {key: frozenset(values) for key, values in roles.items()}

    @property
    def all_roles(self) -> frozenset[str]:
        """What the person does in any town: for the menu, never for permission."""
        return frozenset().union(*self._roles.values()) if self.is_active else frozenset()

    @property
    def only_town(self) -> Municipality | None:
        """The town of somebody who works for exactly one, or whose groups are all in one."""
        places = self._assigned or self._memberships
        return places[0].municipality if len({place.municipality_id for place in places}) == 1 else None

    def roles_in(self, municipality_id: int) -> frozenset[str]:
        """The person's roles in one town; loaded once per request, then answered from memory."""
        return self._roles.get(municipality_id, frozenset()) if self.is_active else frozenset()

    def towns_as(self, *roles: str) -> list[int]:
        """The ids of the towns in which the person has one of these roles."""
        return sorted(key for key in self._roles if self.roles_in(key) & set(roles))

    @cached_property
    def _memberships(self) -> list[Any]:
        return list(self.memberships.select_related("municipality"))

    @cached_property
    def _rights(self) -> dict[int, str]:
        return {membership.organisation_id: membership.right for membership in self._memberships}

    def forget_rights(self) -> None:
        """Let the person's rights be loaded anew: one was given or taken since."""
        for name in ("_memberships", "_rights"):
            self.__dict__.pop(name, None)

    def right_in(self, organisation_id: int) -> str:
        """ "view", "edit", "submit" or "" in one organisation."""
        return self._rights.get(organisation_id, "") if self.is_active else ""

    @property
    def is_staff_somewhere(self) -> bool:
        return self.is_active and bool(self._roles)


class Assignment(Tenant):
    """One role of one person in one town."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=Role)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "user", "role"], name="assignment_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="assignment_role"),
        ]


# --- Programmes -------------------------------------------------------------------------------------------------------


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def with_rounds(self) -> ProgrammeQuerySet:
        return self.prefetch_related("rounds", "categories")

    def in_order(self) -> ProgrammeQuerySet:
        return self.order_by("municipality__name", "name", "pk")


class Programme(Presentation, Tenant):
    """A funding programme: what a town pays for, up to how much, and by which rules.

    Amounts in cents. Defaults follow docs/decisions.md; a town's guideline may set others.
    """

    class Financing(models.TextChoices):
        GAP = "gap", _("Gap financing")
        SHARE = "share", _("Share financing")
        FIXED = "fixed", _("Fixed amount")
        FULL = "full", _("Full financing")

    class Tie(models.TextChoices):
        LEADER = "leader", _("The person leading decides")
        REJECTED = "rejected", _("A tie is a rejection")

    class PaymentMode(models.TextChoices):
        ON_CALL = "on-call", _("On call for funds")
        WHEN_BINDING = "when-binding", _("One sum when the letter is binding")

    slug = models.SlugField()
    name = models.CharField(max_length=200)
    basis = models.CharField(max_length=300, help_text="The guideline a letter cites")
    summary = models.TextField(blank=True)
    cap_per_project_cents = cents_field(null=True, blank=True)
    budget_per_year_cents = cents_field(null=True, blank=True)
    decided_by = models.CharField(max_length=50, default="town")
    board = models.CharField(max_length=100, blank=True)
    board_meetings_per_year = models.PositiveSmallIntegerField(null=True, blank=True)
    financing = models.CharField(max_length=10, choices=Financing, default=Financing.GAP)
    payment_mode = models.CharField(max_length=20, choices=PaymentMode, default=PaymentMode.ON_CALL)
    proof_due_months = models.PositiveSmallIntegerField(default=3)
    lead_time_weeks = models.PositiveSmallIntegerField(default=6)
    answer_days = models.PositiveSmallIntegerField(default=21, help_text="Days an applicant has to answer a return")
    decision_weeks = models.PositiveSmallIntegerField(default=10, help_text="Promised weeks from receipt to decision")
    minor_change_cents = cents_field(default=50_000)
    small_claim_cents = cents_field(default=2_500)
    short_form_cents = cents_field(default=200_000)
    in_kind_hour_cents = cents_field(default=2_000)
    category_tolerance_percent = models.PositiveSmallIntegerField(default=20)
    tie = models.CharField(max_length=10, choices=Tie, default=Tie.LEADER)
    individuals_may_apply = models.BooleanField(default=True)
    evaluation = models.CharField(max_length=200, blank=True)
    concept_fit = models.JSONField(default=list, blank=True)
    taxonomies = models.JSONField(default=dict, help_text="action_fields, cross_cutting_fields, life_phases, districts")
    checklist = models.JSONField(default=list, help_text="Codes of the formal check, in order")
    criteria = models.JSONField(default=list, help_text="Published award criteria, in order")
    prizes = models.JSONField(default=list, blank=True)
    attachments = models.JSONField(default=list, blank=True, help_text="Wanted files: slug, name, mandatory")
    history = HistoricalRecords()
    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "slug"], name="programme_slug"),
            models.CheckConstraint(
                condition=models.Q(financing__in=["gap", "share", "fixed", "full"]), name="programme_financing"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def missing_for_round(self) -> list[Any]:
        """What must be entered before people can apply: without a cap, a budget and categories nothing adds up."""
        needed = {
            _("the highest grant per project"): self.cap_per_project_cents is not None,
            _("the budget per year"): self.budget_per_year_cents is not None,
            _("the cost categories"): bool(self.categories.all()),
        }
        return [name for name, there in needed.items() if not there]


class Category(Tenant):
    """A kind of cost and the share of it that counts towards a grant (0 to 1)."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="categories")
    position = models.PositiveSmallIntegerField()
    slug = models.SlugField()
    name = models.CharField(max_length=200)
    eligible_share = models.DecimalField(
        max_digits=5, decimal_places=4, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]
    )
    volunteer_allowance = models.BooleanField(default=False, help_text="Paid to volunteers, up to a sum free of tax")
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "programme", "slug"], name="category_slug")]

    def __str__(self) -> str:
        return self.name


class RoundQuerySet(models.QuerySet["Round"]):
    def open_on(self, day: Any) -> RoundQuerySet:
        return self.filter(opens_on__lte=day, closes_on__gte=day).order_by("closes_on", "pk")

    def opening_after(self, day: Any) -> RoundQuerySet:
        return self.filter(opens_on__gt=day).order_by("opens_on", "pk")


class Round(Tenant):
    """A period in which people may apply (Antragsrunde), with the dates promised to them."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="rounds")
    name = models.CharField(max_length=100)
    opens_on = models.DateField()
    closes_on = models.DateField()
    board_meets_on = models.DateField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    history = HistoricalRecords()
    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "programme", "name"], name="round_name"),
            models.CheckConstraint(condition=models.Q(closes_on__gte=models.F("opens_on")), name="round_dates"),
        ]

    def __str__(self) -> str:
        return self.name


class Counter(Tenant):
    """The last number drawn of a series in a year; locked while drawing, so numbers are never used twice."""

    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "series", "year"], name="counter_series")]

    @classmethod
    def draw(cls, municipality_id: int, series: str, year: int) -> int:
        """The next number of a series; inside `@writes` only."""
        counter, _created = cls.objects.select_for_update().get_or_create(
            municipality_id=municipality_id, series=series, year=year
        )
        counter.last += 1
        counter.save()
        return counter.last


# --- The event log ----------------------------------------------------------------------------------------------------


class Event(Tenant):
    """One entry of a town's chain (funding/events.py); never changed, never deleted."""

    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    actor = models.BigIntegerField(help_text="An account's number; 0 is the platform itself")
    role = models.CharField(max_length=120)
    details_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="event_number")]
        indexes = [models.Index(fields=["municipality", "subject", "subject_id"], name="event_subject")]


class EventDetails(Tenant):
    """What an entry was about in words and figures; may be erased, the chain still holds."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="more")
    salt = models.CharField(max_length=32)
    details = models.JSONField(default=dict)
    erased = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "event"], name="event_details_once")]


class EventHead(Tenant):
    """The last entry of a town's chain: the row whose lock makes the numbers gapless."""

    number = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality"], name="event_head")]


# --- The outbox -------------------------------------------------------------------------------------------------------


class MessageQuerySet(models.QuerySet["Message"]):
    def in_outbox_of(self, user: User) -> MessageQuerySet:
        towns = user.towns_as(Role.OFFICER, Role.AUDITOR)
        return self.filter(municipality__in=towns).order_by("-pk")


class Message(Tenant):
    """A mail: written in the transaction of the act that causes it, sent after the commit.

    Receipts go at once; what tells an outcome waits as a draft until an officer sends it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being handed over")
        UNSURE = "unsure", _("Perhaps sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")

    kind = models.CharField(max_length=40)
    recipient = models.EmailField()
    language = models.CharField(max_length=10, default="de")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    about = models.CharField(max_length=60, blank=True, help_text="The case: model label")
    about_id = models.BigIntegerField(null=True, blank=True)
    written_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When a worker began to hand it over")
    taken_by = models.CharField(max_length=32, blank=True, help_text="That attempt: only it may say how it ended")
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it certainly did not go out")
    error = models.CharField(max_length=300, blank=True)
    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "queued", "sending", "unsure", "sent", "failed", "discarded"]),
                name="message_state",
            )
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="message_state_index")]

    @property
    def message_id(self) -> str:
        """Its Message-ID, the same however often it is sent."""
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        return f"<{self.pk}.{self.written_at:%Y%m%d%H%M%S%f}@{host}>"

    @property
    def fingerprint(self) -> str:
        """Changes with what the mail says: what somebody has read is what goes out."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()[:16]


class Reminder(Tenant):
    """Somebody was reminded of a day, so many days before or after it; once for each. Never changed, never deleted."""

    about = models.CharField(max_length=60, help_text="Of what: model label")
    about_id = models.BigIntegerField()
    due_on = models.DateField()
    offset = models.SmallIntegerField(help_text="Days from the due day; negative: before it")
    reminded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "about", "about_id", "due_on", "offset"], name="reminder_once"
            )
        ]


def addresses(users: Iterable[User]) -> list[tuple[str, str]]:
    """(mail address, language) of each person, in a fixed order."""
    return sorted({(user.email, user.language) for user in users})
