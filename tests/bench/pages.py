"""What is measured: the main pages, who looks at them, and what each may cost."""

from dataclasses import dataclass
from datetime import timedelta
from time import process_time
from typing import Any

from django.db.models import Count
from django.test import Client
from django.urls import reverse

from applications.models import Application, Membership
from applications.operations import start
from applications.workflow import State
from budgets.models import BudgetYear, Grant
from funding import clock
from funding.models import Programme, User
from review.documents import dossier_files, dossier_pdf
from review.models import Attendance, BiasDeclaration, Meeting
from tests.factories import TOURS, make_application, make_item, make_plan

ROWS = 25  # as many as the floor lists
FORM_GOAL = 3.0  # times the floor
LIST_GOAL = 4.0
DOSSIER_CASES = 40


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
    organisation = programme.applications.exclude(file_number="").order_by("pk")[0].organisation
    for number in range(DOSSIER_CASES):
        make_application(
            programme, organisation, state=State.ADMITTED, title=f"Projekt {number}", file_number=f"FT-BENCH-{number}"
        )
    _fill_meetings(programme)


def _fill_meetings(programme: Programme) -> None:
    """As many meetings as a list holds: the last one with as many cases, the first one with those of the dossier."""
    chair = programme.board_members.filter(position="chair").order_by("pk")[0]
    town, cases = programme.municipality, list(programme.applications.exclude(file_number="").order_by("-pk"))
    fields = {"municipality": town, "programme": programme, "invited_at": clock.now(), "place": "Rathaus"}
    meetings = [Meeting.objects.create(**fields, held_on=clock.today() + timedelta(weeks=n)) for n in range(ROWS)]
    for member in programme.board_members.order_by("pk"):
        Attendance.objects.create(municipality=town, meeting=meetings[-1], member=member)
    for application in cases[:DOSSIER_CASES]:
        make_item(application, meetings[0])
    for application in cases[:ROWS]:
        item = make_item(application, meetings[-1])
        BiasDeclaration.objects.create(
            municipality=town, item=item, member=chair, biased=False, declared_at=clock.now()
        )


@dataclass(frozen=True)
class Work:
    """Something that is made in the background: how many seconds of one core it took, and may take."""

    name: str
    seconds: float
    goal: float


def works() -> list[Work]:
    """What has a goal of its own: a dossier of 40 cases, from the database to the finished file."""
    by_size = Meeting.objects.annotate(cases=Count("items")).order_by("-cases", "pk")
    meeting = by_size.select_related("programme__municipality")[0]
    pks = list(meeting.items.values_list("pk", flat=True))
    began = process_time()
    dossier_pdf(meeting, dossier_files(pks), [], as_of=clock.today())
    return [Work(f"Dossier of {len(pks)} cases", process_time() - began, 5.0)]


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
        Page("Applications (officer)", at("applications:list"), officer, LIST_GOAL),
        Page("Formal check", at("review:check", sent.pk), officer),
        Page("Outbox", at("outbox"), officer),
        Page("Meetings", at("review:meetings"), officer, LIST_GOAL),
        Page("Meeting (officer)", at("review:meeting", meeting.pk), officer, LIST_GOAL),
        Page("Meeting (chair)", at("review:meeting", meeting.pk), person("beirat.vorsitz"), LIST_GOAL),
        Page("Dossier", at("review:dossier", meeting.pk), officer, LIST_GOAL),
        Page("Funding line", at("review:funding-line", meeting.pk), officer, LIST_GOAL),
        Page("Year", at("budgets:year", year.pk), officer),
        Page("Grant", at("budgets:grant", grant.pk), officer),
        Page("Payments", at("budgets:payments"), person("anordnung")),
    ]
