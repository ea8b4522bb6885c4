"""What the town knows of an applicant beside this case: earlier grants and how they ended, cases that look alike."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, FinancingLine
from applications.workflow import State
from budgets.models import Grant
from budgets.workflow import GrantState, ProofState
from funding import clock
from funding.templatetags.show import eur_text
from review.rules.similar import Sketch, likeness

SHARED = {
    "applicant": gettext_lazy("same applicant"),
    "name": gettext_lazy("same name"),
    "iban": gettext_lazy("same account"),
    "representative": gettext_lazy("same representative"),
    "title": gettext_lazy("same title"),
    "period": gettext_lazy("same time"),
    "place": gettext_lazy("same place"),
    "costs": gettext_lazy("same costs"),
}
KINDS = {
    "duplicate": gettext_lazy("Looks like the same application"),
    "split": gettext_lazy("Looks like one project in two parts, together above the cap"),
}


@dataclass(frozen=True)
class Earlier:
    """One grant the organisation got before, and how its usage proof ended; `tone` of the badge."""

    application: Application
    year: int
    cents: int
    ended: str
    tone: str


@dataclass(frozen=True)
class Similar:
    """Another case of the year that looks alike, and why."""

    application: Application
    kind: Any
    shared: str


def earlier_grants(application: Application, user: Any) -> list[Earlier]:
    """The other grants of the organisation this person may see, the newest first; three queries."""
    found = Grant.objects.visible_to(user).filter(organisation=application.organisation_id)
    found = found.exclude(application=application.pk).select_related("application", "budget_year")
    grants = found.prefetch_related("proofs").order_by("-budget_year__year", "-pk")
    return [Earlier(g.application, g.budget_year.year, g.amount_cents, *_ended(g)) for g in grants]


def _ended(grant: Grant) -> tuple[str, str]:
    """How the usage proof of a grant ended, or where it is."""
    proof = next(iter(grant.proofs.all()), None)
    if grant.state in (GrantState.DECLINED, GrantState.LAPSED, GrantState.REVOKED) or proof is None:
        return str(grant.get_state_display()), "danger" if grant.state == GrantState.REVOKED else "neutral"
    if proof.state == ProofState.SETTLED:
        settled = _("Usage proof accepted, settled at %s") % eur_text(grant.settled_cents or 0)
        return settled, "success" if grant.settled_cents == grant.amount_cents else "info"
    if proof.is_overdue(clock.today()):
        return _("Usage proof overdue"), "danger"
    return _("Usage proof: %s") % proof.get_state_display(), "neutral"


def similar_cases(application: Application, user: Any) -> list[Similar]:
    """The cases of the same year that look like this one, as far as this person sees them; four queries."""
    others = Application.objects.visible_to(user).filter(
        municipality=application.municipality_id, year=application.year
    )
    others = others.exclude(state__in=[State.DRAFT, State.WITHDRAWN]).exclude(pk=application.pk)
    own, cap = _sketch(application), application.programme.cap_per_project_cents
    found = []
    for other in others.select_related("organisation").with_plan().order_by("pk"):
        if (like := likeness(own, _sketch(other), cap)) is not None:
            shared = ", ".join(str(SHARED[code]) for code in like.shared)
            found.append(Similar(other, KINDS[like.kind], shared))
    return found


def _sketch(application: Application) -> Sketch:
    organisation = application.organisation
    asked = [line for line in application.financing.all() if line.kind == FinancingLine.Kind.GRANT]
    return Sketch(
        title=application.title,
        organisation_id=organisation.pk,
        name=organisation.name,
        representatives=tuple(organisation.representatives),
        iban=organisation.iban,
        place=application.place,
        start=application.start,
        end=application.end,
        costs=tuple((line.what, line.amount_cents) for line in application.costs.all()),
        requested_cents=sum(line.amount_cents for line in asked),
    )
