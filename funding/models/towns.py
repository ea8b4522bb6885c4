"""Towns, to which everything belongs, and what all models share."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

# Bounds every stored amount: 999,999,999.99 EUR, what a SEPA file can carry, far below what SQLite can store.
MAX_CENTS = 99_999_999_999


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

    @property
    def case_id(self) -> int | None:
        """The case this row is part of, if it is part of one: there, bias takes every role away (`has_role`)."""
        return getattr(self, "application_id", None)
