"""Who may: small predicates over an object of a municipality and a person; none of them asks the database.

A person's roles, and the cases they declared bias in, are loaded once per request (`User.roles_in`,
`withheld_cases`). Every predicate answers False for nobody.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does for a town (applicants have no role: they belong to organisations)."""

    OFFICER = "officer", _("Integration officer")
    BOARD = "board", _("Member of the advisory board")
    DECIDER = "decider", _("Decider")
    VERIFIER = "verifier", _("Verifier")
    AUTHORISER = "authoriser", _("Payment authoriser")
    CASHIER = "cashier", _("Cashier")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# Everybody who works on cases for the town (§ 20 VwVfG): neither the advisory board nor the administrator does.
STAFF = (Role.OFFICER, Role.DECIDER, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR)


class System:
    """The platform itself, acting for an import or a calendar; it has no account and no session."""

    pk = None
    is_authenticated = False
    withheld_cases: frozenset[int] = frozenset()

    def roles_in(self, municipality_id: int) -> frozenset[str]:
        return frozenset({"system"})

    def right_in(self, organisation_id: int) -> str:
        return ""


SYSTEM = System()


def has_role(obj: Any, user: Any, *roles: str) -> bool:
    """The person has one of these roles in the object's municipality, and declared no bias in its case."""
    if user is None or not hasattr(user, "roles_in"):
        return False
    return bool(user.roles_in(obj.municipality_id) & set(roles)) and not is_withheld(obj, user)


def is_withheld(obj: Any, user: Any) -> bool:
    """The object is part of a case in which the person declared bias (§§ 20, 21 VwVfG): no role counts there."""
    return bool(user.withheld_cases) and getattr(obj, "case_id", None) in user.withheld_cases


def is_system(obj: Any, user: Any) -> bool:
    return user is SYSTEM


def is_officer(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.OFFICER)


def is_board_member(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.BOARD)


def is_decider(obj: Any, user: Any) -> bool:
    """Decides for the town; never somebody who also sits on the board (docs/decisions.md)."""
    return has_role(obj, user, Role.DECIDER) and not has_role(obj, user, Role.BOARD)


def is_verifier(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.VERIFIER)


def is_authoriser(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.AUTHORISER)


def is_cashier(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.CASHIER)


def is_auditor(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.AUDITOR)


def is_administrator(obj: Any, user: Any) -> bool:
    return has_role(obj, user, Role.ADMINISTRATOR)


def may_see_money(obj: Any, user: Any) -> bool:
    """The pot and its ledger: everybody who works on money or on the decision, and the auditor."""
    return has_role(obj, user, *STAFF)


def _right(obj: Any, user: Any) -> str:
    return user.right_in(obj.organisation_id) if hasattr(user, "right_in") else ""


def may_write_for(obj: Any, user: Any) -> bool:
    """Somebody of the organisation who may edit its cases."""
    return _right(obj, user) in ("edit", "submit")


def may_act_for(obj: Any, user: Any) -> bool:
    """Somebody of the organisation who may submit, accept, waive and call for money."""
    return _right(obj, user) == "submit"
