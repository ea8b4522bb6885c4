"""What is measured: the main pages, who looks at them, and what each may cost."""

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from applications.models import Application, Membership
from applications.operations import start
from applications.workflow import State
from budgets.models import BudgetYear, Grant
from funding.models import Programme, User
from funding.site.imports import SAMPLES, import_application, parse
from review.models import Meeting
from tests.factories import TOURS, make_plan

ROWS = 25  # as many as the floor lists
FORM_GOAL = 3.0  # times the floor


@dataclass(frozen=True)
class Page:
    """One page as one person sees it; `goal` is the highest ratio to the floor that was promised, if any."""

    name: str
    path: str
    person: User | None = None
    goal: float | None = None


def fill() -> None:
    """Enough cases for full lists: the demo has one of each kind, a town has more."""
    programme = Programme.objects.select_related("municipality").get(municipality__slug="unna")
    sample = parse((SAMPLES / "01-neighbourhood-tours.toml").read_bytes())
    for _ in range(max(0, ROWS - Application.objects.count())):
        import_application(sample, programme, submit=True)


def person(mail: str) -> User:
    return User.objects.get(email=f"{mail}@unna.example")


def sign_in(user: User) -> str:
    """The session of a person, as the browser would send it."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def draft_of(user: User) -> Application:
    """A draft of this person, with the plan of sample 01 and what an earlier application of theirs answers."""
    membership = Membership.objects.filter(user=user).order_by("pk").first()
    programme = Programme.objects.get(municipality__slug="unna")
    draft = start(programme, by=user, organisation=membership.organisation if membership else None)
    make_plan(draft, TOURS)
    return draft


def pages() -> list[Page]:
    """The main pages of the public, of applicants and of staff."""
    programme = Programme.objects.select_related("municipality").get(municipality__slug="unna")
    applicant, officer = person("leyla"), person("integration")
    draft = draft_of(applicant)

    def at(name: str, *args: Any) -> str:
        return reverse(name, args=args)

    sent = Application.objects.filter(state=State.SUBMITTED).order_by("pk").first()
    case = Application.objects.filter(state=State.AWARDED).order_by("pk").first()
    meeting = Meeting.objects.order_by("-pk").first()
    year = BudgetYear.objects.order_by("-pk").first()
    grant = Grant.objects.order_by("pk").first()
    assert all((sent, case, meeting, year, grant)), "the demo holds one of each"
    section = [
        # "change": the questions, also where a summary of known answers stands first.
        Page(f"Form: {slug}", at("applications:edit", draft.pk, slug) + "?change", applicant, FORM_GOAL)
        for slug in ("organisation", "idea", "when", "people", "costs", "bank")
    ]
    return [
        Page("Home", at("home")),
        Page("Start page", at("programme", programme.municipality.slug, programme.slug)),
        Page("Sign in", at("sign-in")),
        Page("My tasks (applicant)", at("tasks"), applicant),
        Page("Task list", at("applications:detail", draft.pk), applicant),
        *section,
        Page("Check and send", at("applications:check", draft.pk), applicant, FORM_GOAL),
        Page("Case (officer)", at("case", case.pk), officer),
        Page("My tasks (officer)", at("tasks"), officer),
        Page("Applications (officer)", at("applications:list"), officer),
        Page("Formal check", at("review:check", sent.pk), officer),
        Page("Outbox", at("outbox"), officer),
        Page("Meeting", at("review:meeting", meeting.pk), officer),
        Page("Year", at("budgets:year", year.pk), officer),
        Page("Grant", at("budgets:grant", grant.pk), officer),
        Page("Payments", at("budgets:payments"), person("anordnung")),
    ]
