"""The board: its seats, meetings, declarations of bias, motions, votes, and what it recommends."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from applications.models import Application
from funding import clock
from funding.models import Programme, Tenant, User, cents_field
from funding.policies import Role


class BoardMember(Tenant):
    """A seat on a programme's advisory board; a substitute takes an excluded member's seat."""

    class Position(models.TextChoices):
        CHAIR = "chair", _("Chair")
        DEPUTY = "deputy", _("Deputy chair")
        MEMBER = "member", _("Member")
        SUBSTITUTE = "substitute", _("Substitute")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="board_members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    position = models.CharField(max_length=20, choices=Position, default=Position.MEMBER)
    votes = models.BooleanField(default=True, help_text="A chair may sit without a vote")
    affiliations = models.JSONField(default=list, blank=True, help_text="Names of organisations; they suggest bias")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "programme", "user"], name="board_member_once")]

    def __str__(self) -> str:
        return str(self.user)

    def is_serving(self, day: datetime.date) -> bool:
        return self.since <= day and not self.has_left(day)

    def has_left(self, day: datetime.date) -> bool:
        """The term was over before this day: nothing of the board is shown to them any more."""
        return self.until is not None and self.until < day


def still_seated(path: str = "") -> Q:
    """Rows whose member (reached by `path`) has not left the board."""
    return Q(**{f"{path}until": None}) | Q(**{f"{path}until__gte": clock.today()})


# What a list never shows and would take time to read: lists and tables of a programme.
PROGRAMME_TEXTS = tuple(
    f"programme__{field.name}" for field in Programme._meta.concrete_fields if isinstance(field, models.JSONField)
)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> MeetingQuerySet:
        """Meetings this person is invited to; officer, decider and auditor see those of their town.

        Whoever has left the board sees nothing of it any more, also of what they were invited to.
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        seen = Q(municipality__in=user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR))
        if boards := user.towns_as(Role.BOARD):
            seats = Attendance.objects.filter(still_seated("member__"), member__user=user)
            seen |= Q(municipality__in=boards, pk__in=seats.order_by().values("meeting"))
        return self.filter(seen).order_by("-held_on", "-pk")

    def with_cases(self) -> MeetingQuerySet:
        """With the name of the board and how many cases are on the agenda, for lists."""
        items = BoardItem.objects.filter(meeting=OuterRef("pk"), taken_off=False).order_by().values("meeting")
        cases = Coalesce(Subquery(items.annotate(n=models.Count("pk")).values("n")), 0)
        return self.select_related("programme").defer(*PROGRAMME_TEXTS).annotate(cases=cases)


class Meeting(Tenant):
    """A meeting of the board or a written procedure."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("Meeting")
        WRITTEN = "written", _("Written procedure")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MEETING)
    held_on = models.DateField(help_text="The day of the meeting; of a written procedure its deadline")
    begins = models.TimeField(null=True, blank=True, help_text="In the town's time; none for a written procedure")
    place = models.CharField(max_length=200, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    short_notice = models.BooleanField(default=False, help_text="Invited later than the period of notice asks for")
    sequence = models.PositiveSmallIntegerField(default=0, help_text="How often it was moved (SEQUENCE, RFC 5545)")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.TextField(blank=True)
    repeats = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The meeting without quorum whose items this one takes up again",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()
    objects = MeetingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.programme.board} {self.held_on:%d.%m.%Y}"

    @property
    def is_written(self) -> bool:
        return self.kind == self.Kind.WRITTEN

    @property
    def starts_at(self) -> datetime.datetime | None:
        """When it begins; None where only the day is known."""
        if self.begins is None or self.is_written:
            return None
        return datetime.datetime.combine(self.held_on, self.begins, clock.BERLIN)


class Attendance(Tenant):
    """Who was marked present in a meeting: only they vote."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    member = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="attendance")
    present = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["municipality", "meeting", "member"], name="attendance_once")]


class BoardItemQuerySet(models.QuerySet["BoardItem"]):
    def visible_to(self, user: Any) -> BoardItemQuerySet:
        """The items whose file this person may open: staff who see the meeting, and members who declared no bias.

        Whoever is excluded from a case is excluded from it in every meeting, whatever other role they have; so is
        whoever belongs to the applicant, and whoever declared bias as staff.
        """
        if not getattr(user, "is_authenticated", False):
            return self.none()
        meetings = Meeting.objects.visible_to(user).values("pk")
        declared = BiasDeclaration.objects.filter(member__user=user)
        excluded = declared.filter(biased=True).values("item__application")
        staff = Q(municipality__in=user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR))
        member = Q(pk__in=declared.filter(biased=False).values("item"))
        found = self.filter(staff | member, meeting__in=meetings).exclude(application__in=excluded)
        own = Q(application__organisation__memberships__user=user) | Q(application__in=user.withheld_cases)
        return found.exclude(own).order_by("meeting", "position", "pk")

    def on_the_list_of(self, user: Any) -> BoardItemQuerySet:
        """The items of the meetings this person is invited to or prepares: title and parties, not the file."""
        meetings = Meeting.objects.visible_to(user).values("pk")
        return self.filter(meeting__in=meetings).order_by("meeting", "position", "pk")

    def with_parties(self) -> BoardItemQuerySet:
        """With title and parties of each case and no more: what a list of the agenda shows."""
        return self.select_related("application__organisation").only(
            *("municipality", "meeting", "application", "position", "leader", "closed_at", "taken_off"),
            *(
                f"application__{name}"
                for name in ("municipality", "programme", "title", "file_number", "year", "state")
            ),
            *(f"application__organisation__{name}" for name in ("name", "representatives")),
        )

    def with_case(self) -> BoardItemQuerySet:
        return self.select_related(
            "meeting__programme", "application__organisation", "application__programme", "leader__user", "municipality"
        )

    def with_board(self) -> BoardItemQuerySet:
        """With what decides who may vote on it: the invited members, their declarations, the motions."""
        return self.prefetch_related(
            Prefetch("meeting__attendance", Attendance.objects.select_related("member__user")),
            "declarations",
            Prefetch("motions", Motion.objects.select_related("led_by__user", "objected_by__user")),
            "recommendations",
            Prefetch("rulings", Ruling.objects.select_related("member__user")),
        )


class BoardItem(Tenant):
    """One application on the agenda of one meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="board_items")
    position = models.PositiveSmallIntegerField()
    leader = models.ForeignKey(BoardMember, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    taken_off = models.BooleanField(default=False, help_text="Left the agenda before the board came to it")
    note = models.TextField(blank=True, help_text="What the officer wants the board to know")
    history = HistoricalRecords()
    objects = BoardItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "meeting", "application"], name="board_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.application}"


class BiasDeclaration(Tenant):
    """A member's answer, before the file opens: biased or not (§§ 20, 21 VwVfG; § 31 GO NRW)."""

    item = models.ForeignKey(BoardItem, on_delete=models.CASCADE, related_name="declarations")
    member = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="declarations")
    biased = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    declared_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "item", "member"], name="bias_declared_once")]


class Ruling(Tenant):
    """A doubt whether a member is biased, and what the board ruled without them (§ 20 (4) VwVfG).

    Open until `ruled_at`; meanwhile the member neither reads the file nor votes. `biased` is the result, None while
    open and where the doubt settled itself because the member said that they are biased.
    """

    item = models.ForeignKey(BoardItem, on_delete=models.PROTECT, related_name="rulings")
    member = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="+")
    question = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    led_by = models.ForeignKey(BoardMember, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    yes = models.PositiveSmallIntegerField(null=True, blank=True, help_text="For: the member is biased")
    no = models.PositiveSmallIntegerField(null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(null=True, blank=True)
    biased = models.BooleanField(null=True, blank=True)
    ruled_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "item", "member"], condition=Q(ruled_at=None), name="ruling_open_once"
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.ruled_at is None


class Motion(Tenant):
    """What the chair puts to the vote; one at a time per item. Counts are written when it closes."""

    class Kind(models.TextChoices):
        DEFER = "defer", _("Defer")
        FUND = "fund", _("Recommend a grant")

    item = models.ForeignKey(BoardItem, on_delete=models.PROTECT, related_name="motions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    amount_cents = cents_field(default=0)
    conditions = models.TextField(blank=True)
    led_by = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    yes = models.PositiveSmallIntegerField(null=True, blank=True)
    no = models.PositiveSmallIntegerField(null=True, blank=True)
    abstained = models.PositiveSmallIntegerField(null=True, blank=True)
    excluded = models.PositiveSmallIntegerField(null=True, blank=True)
    carried = models.BooleanField(null=True, blank=True)
    void = models.BooleanField(default=False, help_text="The ballot does not count: the item is repeated")
    objected_by = models.ForeignKey(BoardMember, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "item", "number"], name="motion_number"),
            models.UniqueConstraint(
                fields=["municipality", "item"], condition=Q(closed_at=None), name="motion_one_at_a_time"
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def defers(self) -> bool:
        return self.kind == self.Kind.DEFER


class Vote(Tenant):
    """One member's vote on one motion; sealed until the motion is closed, so it has no row history."""

    class Choice(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        ABSTAIN = "abstain", _("Abstain")

    motion = models.ForeignKey(Motion, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(BoardMember, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["municipality", "motion", "member"], name="vote_once")]


class Recommendation(Tenant):
    """What the board advised on an application; superseded when the case goes back to the board."""

    class Kind(models.TextChoices):
        FUND = "fund", _("Recommended")
        DO_NOT_FUND = "do-not-fund", _("Not recommended")
        NONE = "none", _("No recommendation")
        SKIPPED = "skipped", _("Board not asked: below the limit of the programme")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="recommendations")
    item = models.ForeignKey(BoardItem, on_delete=models.PROTECT, null=True, blank=True, related_name="recommendations")
    kind = models.CharField(max_length=20, choices=Kind)
    amount_cents = cents_field(default=0)
    conditions = models.TextField(blank=True)
    reason = models.TextField()
    made_at = models.DateTimeField()
    superseded = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "application"], condition=Q(superseded=False), name="recommendation_current"
            )
        ]
