"""Who applies, which people may act for it, and who is invited to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from funding import clock
from funding.models import Tenant, User, cents_field, token

INVITATION_DAYS = 14


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
    de_minimis_cents = cents_field(null=True, blank=True, help_text="Declared de-minimis aid of three years")
    demo = models.BooleanField(default=False)
    sections = models.JSONField(default=dict, blank=True, help_text="Who wrote which answer: applications/sections.py")
    history = HistoricalRecords(excluded_fields=["sections"])

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
    def deducts(self) -> bool:
        """Gets input tax back, all or part of it: costs then count without that tax."""
        return self.input_tax != self.InputTax.NO

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


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Neither accepted nor taken back; it may be too old."""
        return self.filter(accepted_at=None, revoked_at=None).order_by("pk")


class Invitation(Tenant):
    """Somebody is asked to work on an organisation's applications: one link, one use, for one mail address."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    key = models.CharField(max_length=40, default=token, editable=False)
    email = models.EmailField(help_text="Only an account with this address may accept")
    right = models.CharField(max_length=10, choices=Membership.Right)
    language = models.CharField(max_length=5, default="de")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()
    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="invitation_key"),
            models.UniqueConstraint(
                fields=["municipality", "organisation", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def expires_at(self) -> datetime:
        return self.invited_at + timedelta(days=INVITATION_DAYS)

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()
