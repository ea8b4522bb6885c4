"""What every page's frame shows: the town, the menu of this person, the demo banner."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.policies import Role
from review.models import Remark

MONEY = (Role.OFFICER, Role.DECIDER, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR)

# Label, URL name, who finds it in the menu: roles, or APPLICANT for people without one.
APPLICANT = "applicant"
MENU: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (_("My tasks"), "tasks", (APPLICANT, *Role.values)),
    (_("Applications"), "applications:list", (APPLICANT, Role.OFFICER, Role.DECIDER, Role.AUDITOR)),
    (_("Messages"), "review:conversations", (APPLICANT, Role.OFFICER)),
    (_("Meetings"), "review:meetings", (Role.OFFICER, Role.BOARD, Role.DECIDER, Role.AUDITOR)),
    (_("Decisions"), "review:decisions", (Role.OFFICER, Role.DECIDER, Role.AUDITOR)),
    (_("Money"), "budgets:years", MONEY),
    (_("Payments"), "budgets:payments", (Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR)),
    (_("Advice"), "review:advice-year", (Role.OFFICER, Role.AUDITOR)),
    (_("Outbox"), "outbox", (Role.OFFICER, Role.AUDITOR)),
    (_("Audit"), "audit", (Role.AUDITOR,)),
    (_("People"), "people", (Role.ADMINISTRATOR,)),
    (_("Board"), "review:seats", (Role.ADMINISTRATOR,)),
    (_("Programmes"), "programmes", (Role.ADMINISTRATOR,)),
)


@dataclass(frozen=True)
class Entry:
    """One link of the main menu."""

    label: Any
    url: str
    current: bool
    count: int = 0


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context for templates/base.html; a page that is about one town passes it as `town`, which goes first."""
    user: Any = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    town = user.only_town if signed_in else None
    return {
        "frame": {
            "brand": town.name if town else "Fördertopf",
            "official": bool(town and town.official),
            "demo": settings.DEMO,
            "home": reverse("tasks") if signed_in else reverse("home"),
            "person": str(user) if signed_in else "",
            "nav": menu(request, user) if signed_in else [],
        }
    }


def menu(request: HttpRequest, user: Any) -> list[Entry]:
    """What this person can use; the roles are loaded once per request."""
    roles = set(user.all_roles) or {APPLICANT}
    found = [(label, reverse(name)) for label, name, who in MENU if not roles.isdisjoint(who)]
    # /money/payments/ lies below /money/: the longest address that fits is where the person is.
    current = max((url for _label, url in found if request.path.startswith(url)), key=len, default="")
    news = reverse("review:conversations")
    return [
        Entry(label, url, current=url == current, count=_unread(user) if url == news else 0) for label, url in found
    ]


def _unread(user: Any) -> int:
    """How many conversations hold something new."""
    return Remark.objects.unread_by(user).aggregate(cases=Count("application", distinct=True))["cases"]
