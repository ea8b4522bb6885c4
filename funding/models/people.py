"""Accounts and the roles people have in a town."""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from simple_history.models import HistoricalRecords

from funding.models.towns import Municipality, Tenant
from funding.policies import Role


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

    def with_role(self, municipality_id: int, *roles: str) -> models.QuerySet[User]:
        """Who has one of these roles in a town, by name."""
        found = Assignment.objects.filter(municipality=municipality_id, role__in=roles)
        return self.filter(pk__in=found.values("user"), is_active=True).order_by("name", "pk")


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
        # Most people declared no bias anywhere: the query for their roles says so, and no other one is needed.
        declared = models.Count("user__biases", filter=models.Q(user__biases__withdrawn_at=None))
        return list(self.assignments.select_related("municipality").annotate(with_biases=declared))

    @cached_property
    def withheld_cases(self) -> frozenset[int]:
        """The cases in which the person declared bias as staff: no role of theirs counts there."""
        if not any(assignment.with_biases for assignment in self._assigned):  # type: ignore[attr-defined]
            return frozenset()
        return frozenset(self.biases.filter(withdrawn_at=None).values_list("application_id", flat=True))

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

    @property
    def organisation_ids(self) -> list[int]:
        """The organisations the person belongs to."""
        return list(self._rights)

    def forget_rights(self) -> None:
        """Let the person's rights be loaded anew: one was given or taken since."""
        for name in ("_memberships", "_rights"):
            self.__dict__.pop(name, None)

    def forget_biases(self) -> None:
        """Let the cases the person declared bias in be loaded anew: one was added since."""
        for name in ("_assigned", "withheld_cases"):
            self.__dict__.pop(name, None)

    def right_in(self, organisation_id: int) -> str:
        """ "view", "edit", "submit" or "" in one organisation."""
        return self._rights.get(organisation_id, "") if self.is_active else ""

    @property
    def is_staff_somewhere(self) -> bool:
        return self.is_active and bool(self._roles)


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: datetime.date) -> AbsenceQuerySet:
        """The absences this day lies in."""
        return self.filter(first__lte=day, last__gte=day).order_by("pk")

    def deputies(self, day: datetime.date) -> dict[int, int]:
        """Who is away this day -> who stands in; the absence entered last counts."""
        return dict(self.on(day).values_list("user", "deputy"))


class Absence(Tenant):
    """Somebody is away from a day to a day; their deputy does their work meanwhile."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    history = HistoricalRecords()
    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="absence_ends_after_start"),
            models.CheckConstraint(condition=~models.Q(deputy=models.F("user")), name="absence_deputy_is_another"),
        ]


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
