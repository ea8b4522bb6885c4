"""Towns, people, programmes and cases as plain rows, with the facts of the model case; extend, never change defaults.

Every function saves through the models and takes any further field as a keyword. Numbers count up within a test run,
so two calls never collide; a test that compares a number gives its own.
"""

import hashlib
import itertools
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from applications.models import (
    Application,
    CostLine,
    FinancingLine,
    Hearing,
    Invitation,
    Letter,
    Membership,
    Organisation,
    Submission,
)
from applications.operations import declarations_of, snapshot
from applications.workflow import State
from budgets.models import BudgetYear, Grant, Payment, ProofLine, UsageProof
from budgets.workflow import GrantState
from funding import clock
from funding.clock import BERLIN
from funding.models import Assignment, Category, Municipality, Programme, Round, User
from review.models import Attendance, BoardItem, BoardMember, Decision, Meeting, Minutes, Provision

_numbers = itertools.count(1)

CATEGORIES = (  # slug, name, eligible share
    ("volunteer-allowance", "Ehrenamtliche Aufwandsentschädigungen", "1.00"),
    ("personnel", "Personalkosten", "0.50"),
    ("travel", "Fahrtkosten", "1.00"),
    ("rent", "Mieten", "1.00"),
    ("accommodation-meals", "Unterkunft / Verpflegung", "1.00"),
    ("material", "Material", "1.00"),
    ("insurance", "Versicherungen", "1.00"),
    ("other", "Sonstiges (nicht förderfähig)", "0.00"),
)
CRITERIA = ("Das Projekt bringt Menschen zusammen.", "Viele machen mit.", "Etwas bleibt, wenn das Projekt endet.")

# Plans: cost rows (category, what, quantity, cents) and financing rows (kind, what, status, cents).
TOURS = (  # 1,698.90, all of it eligible; grant asked for and gap 1,598.90
    (
        ("volunteer-allowance", "Aufwandsentschädigung, 12 Führungen × 2 Personen", "24", 25_00),
        ("material", "Faltplan in fünf Sprachen, 1.000 Stück", "1000", 62),
        ("accommodation-meals", "Abschlussfest, 80 Gäste", "80", 4_50),
        ("insurance", "Veranstalterhaftpflicht", "1", 118_90),
    ),
    (("income", "Kuchenverkauf", "", 100_00), ("grant", "", "", 1_598_90)),
)
CHILDCARE = (  # 4,313.00, eligible 2,605.00; grant asked for and gap 2,605.00
    (
        ("personnel", "Erzieherin, 40 Wochen × 4 Stunden, Arbeitgeberbrutto", "160", 21_35),
        ("travel", "Fahrten mit dem Spielkoffer, km", "720", 35),
        ("material", "Spiel- und Bastelmaterial", "1", 480_00),
        ("insurance", "Unfallversicherung Kinder", "1", 165_00),
    ),
    (
        ("own", "Vereinsmittel", "", 500_00),
        ("third-party", "Stiftung Nachbarschaft, Zusage vom 3. November", "approved", 1_208_00),
        ("grant", "", "", 2_605_00),
    ),
)


def make_town(**fields: Any) -> Municipality:
    """The Kreisstadt Unna, with everything a letter and a SEPA file need."""
    defaults = {
        "slug": f"unna-{next(_numbers)}",
        "name": "Kreisstadt Unna",
        "state": "NW",
        "office": "Fachbereich Wohnen, Soziales und Senioren",
        "street": "Rathausplatz 1",
        "postal_code": "59423",
        "city": "Unna",
        "phone": "02303 103-0",
        "email": "integration@unna.example",
        "remedy": "action",
        "court": "Verwaltungsgericht Gelsenkirchen",
        "court_address": "Bahnhofsvorplatz 3, 45879 Gelsenkirchen",
        "languages": ["de", "en", "tr", "ar", "ru"],
        "iban": "DE02370501980001802057",
        "account_holder": "Kreisstadt Unna",
    }
    return Municipality.objects.create(**defaults | fields)


def make_programme(town: Municipality, **fields: Any) -> Programme:
    """The programme with its eight categories and a round that is open all through 2025 and 2026."""
    defaults = {
        "slug": f"integration-{next(_numbers)}",
        "name": "Projektförderung Teilhabe und Integration",
        "basis": "Förderrichtlinien zur Projektförderung, Rat der Kreisstadt Unna, 2020",
        "cap_per_project_cents": 5_000_00,
        "budget_per_year_cents": 20_000_00,
        "board": "Projektbeirat",
        "criteria": list(CRITERIA),
        "checklist": ["complete", "in-time"],
        "taxonomies": {"action_fields": ["Freizeit / Kultur / Sport / Soziale Netzwerke"], "districts": ["Königsborn"]},
    }
    programme = Programme.objects.create(municipality=town, **defaults | fields)
    for position, (slug, name, share) in enumerate(CATEGORIES, start=1):
        Category.objects.create(
            municipality=town,
            programme=programme,
            position=position,
            slug=slug,
            name=name,
            eligible_share=Decimal(share),
            volunteer_allowance=slug == "volunteer-allowance",
        )
    make_round(programme)
    return programme


def make_round(programme: Programme, **fields: Any) -> Round:
    defaults = {"name": f"Runde {next(_numbers)}", "opens_on": date(2025, 1, 1), "closes_on": date(2026, 12, 31)}
    return Round.objects.create(municipality=programme.municipality, programme=programme, **defaults | fields)


def make_user(town: Municipality | None = None, *roles: str, **fields: Any) -> User:
    """An account, with roles in the town when some are given."""
    number = next(_numbers)
    user = User.objects.create(**{"email": f"person-{number}@town.example", "name": f"Person {number}"} | fields)
    for role in roles:
        Assignment.objects.create(municipality=town, user=user, role=role)
    return user


def make_organisation(town: Municipality, user: User | None = None, **fields: Any) -> Organisation:
    """A registered association; the user, if given, may send for it."""
    defaults = {
        "name": "Kinderzeit Unna e.V.",
        "legal_form": "registered-association",
        "representatives": ["Miriam Okafor"],
        "street": "Bahnhofstraße 11",
        "postal_code": "59423",
        "city": "Unna",
        "email": "vorstand@kinderzeit-unna.example",
        "iban": "DE89370400440532013000",
        "account_holder": "Kinderzeit Unna e.V.",
        "gemeinnuetzig": True,
    }
    organisation = Organisation.objects.create(municipality=town, **defaults | fields)
    if user is not None:
        Membership.objects.create(municipality=town, organisation=organisation, user=user, right="submit")
    return organisation


def make_group(town: Municipality, user: User | None = None, **fields: Any) -> Organisation:
    """A group that is no association: its two representatives are joint debtors."""
    defaults = {
        "name": "Initiative Wegweiser Königsborn",
        "legal_form": "unregistered",
        "representatives": ["Leyla Aydın", "Jonas Brink"],
        "street": "Berliner Allee 28",
        "postal_code": "59425",
        "email": "wegweiser@koenigsborn.example",
        "iban": "DE02120300000000202051",
        "account_holder": "Leyla Aydın",
        "gemeinnuetzig": False,
    }
    return make_organisation(town, user, **defaults | fields)


def make_invitation(organisation: Organisation, by: User, **fields: Any) -> Invitation:
    """An invitation that was sent just now, to write."""
    defaults = {"email": "neu@kinderzeit-unna.example", "right": "edit", "invited_at": clock.now()}
    return Invitation.objects.create(
        municipality=organisation.municipality, organisation=organisation, invited_by=by, **defaults | fields
    )


def make_application(
    programme: Programme,
    organisation: Organisation,
    *,
    plan: tuple = TOURS,
    state: str = State.DRAFT,
    **fields: Any,
) -> Application:
    """A complete application; in any state but draft with file number, day of receipt and frozen submission."""
    defaults: dict[str, Any] = {
        "title": "Angekommen in Königsborn: Stadtteilführungen von Neuen für Neue",
        "summary": "Acht Menschen zeigen Neuzugezogenen ihr Viertel. Zwölf Führungen in fünf Sprachen.",
        "action_field": "Freizeit / Kultur / Sport / Soziale Netzwerke",
        "district": "Königsborn",
        "participants": 180,
        "volunteers": 8,
        "public": True,
        "start": date(2026, 4, 11),
        "end": date(2026, 10, 31),
        "declared": dict.fromkeys(declarations_of(organisation), "2025-12-15T10:00:00+01:00"),
    }
    if state != State.DRAFT:
        defaults |= {
            "file_number": f"FT-2025-{next(_numbers):04d}",
            "year": 2026,
            "received_on": date(2025, 12, 15),
            "promised_on": date(2026, 2, 23),
        }
    application = Application(
        municipality=programme.municipality,
        programme=programme,
        organisation=organisation,
        state=state,
        **defaults | fields,
    )
    application.refresh_search()
    application.save()
    make_plan(application, plan)
    if state != State.DRAFT:
        make_submission(application)
    return application


def make_plan(application: Application, plan: tuple) -> None:
    """Add the lines of a plan like TOURS."""
    categories = {category.slug: category for category in application.programme.categories.all()}
    costs, financing = plan
    for position, (slug, what, quantity, cents) in enumerate(costs, start=1):
        CostLine.objects.create(
            municipality=application.municipality,
            application=application,
            position=position,
            category=categories[slug],
            what=what,
            quantity=Decimal(quantity),
            unit_price_cents=cents,
        )
    for position, (kind, what, status, cents) in enumerate(financing, start=1):
        FinancingLine.objects.create(
            municipality=application.municipality,
            application=application,
            position=position,
            kind=kind,
            what=what,
            status=status,
            amount_cents=cents,
        )


def make_submission(application: Application, **fields: Any) -> Submission:
    """What was sent in, frozen as the application stands now."""
    content = snapshot(application)
    defaults = {
        "number": application.submissions.count() + 1,
        "submitted_at": datetime(2025, 12, 15, 10, 30, tzinfo=BERLIN),
        "snapshot": content,
        "sha256": hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
    }
    return Submission.objects.create(
        municipality=application.municipality, application=application, **defaults | fields
    )


def make_letter(application: Application, kind: str = Letter.Kind.AWARD, **fields: Any) -> Letter:
    """An issued letter with a few bytes for its content."""
    content = b"%PDF-1.7"
    defaults = {
        "title": f"Zuwendungsbescheid {application.file_number}",
        "content": content,
        "sha256": hashlib.sha256(content).hexdigest(),
        "issued_at": datetime(2026, 2, 2, 9, 0, tzinfo=BERLIN),
        "delivery": Letter.Delivery.POST,
    }
    return Letter.objects.create(
        municipality=application.municipality, application=application, kind=kind, **defaults | fields
    )


def make_hearing(application: Application, about: str = "revocation", **fields: Any) -> Hearing:
    """A hearing whose letter was received and whose time is over, without an answer."""
    defaults = {"grounds": "Das Fest fand nicht statt.", "answer_by": date(2026, 1, 20)} | fields
    defaults.setdefault("letter", None)
    defaults["letter"] = defaults["letter"] or make_letter(
        application, Letter.Kind.HEARING, title=f"Anhörung {application.file_number}", notified_on=date(2026, 1, 5)
    )
    return Hearing.objects.create(
        municipality=application.municipality, application=application, about=about, **defaults
    )


def make_decision(application: Application, by: User, **fields: Any) -> Decision:
    """A prepared award of all that was asked for; `conditions` and `obligations` are finished sentences."""
    rejected = fields.get("kind") == Decision.Kind.REJECT
    texts = {kind: fields.pop(f"{kind}s", []) for kind in Provision.Kind.values}
    defaults = {
        "next_step": "Sie können Ihren Antrag überarbeiten und neu stellen." if rejected else "",
        "provisions": [{"kind": kind, "text": text} for kind in texts for text in texts[kind]],
        "kind": Decision.Kind.AWARD,
        "amount_cents": application.evaluate().requested_cents,
        "reasons": "",
        "prepared_by": by,
        "prepared_at": datetime(2026, 2, 1, 9, 0, tzinfo=BERLIN),
    }
    return Decision.objects.create(municipality=application.municipality, application=application, **defaults | fields)


def make_year(programme: Programme, year: int = 2026, **fields: Any) -> BudgetYear:
    """The pot of a year, without a ledger: money comes by `budgets.operations.open_year`."""
    found = BudgetYear.objects.filter(programme=programme, year=year).first()
    return found or BudgetYear.objects.create(
        municipality=programme.municipality, programme=programme, year=year, **fields
    )


def make_grant(application: Application, **fields: Any) -> Grant:
    """An accepted grant of all that was asked for, with its open usage proof; the ledger knows nothing of it."""
    result = application.evaluate()
    defaults = {
        "organisation": application.organisation,
        "state": GrantState.ACCEPTED,
        "financing": application.programme.financing,
        "payment_mode": application.programme.payment_mode,
        "amount_cents": result.requested_cents,
        "planned_cost_cents": result.cash_cents,
        "planned_eligible_cents": result.eligible_cents,
        "planned_own_cents": result.own_cents,
        "planned_third_party_cents": result.third_party_cents,
        "planned_income_cents": result.income_cents,
        "minor_change_cents": application.programme.minor_change_cents,
        "start": application.start,
        "end": application.end,
        "proof_due_on": date(2027, 2, 1),
        "accepted_on": date(2026, 2, 10),
    } | fields
    defaults.setdefault("letter", None)
    defaults["letter"] = defaults["letter"] or make_letter(application)
    defaults.setdefault("budget_year", make_year(application.programme, application.start.year))
    grant = Grant.objects.create(municipality=application.municipality, application=application, **defaults)
    make_proof(grant)
    return grant


def make_proof(grant: Grant, **fields: Any) -> UsageProof:
    """An empty usage proof with a line for every planned category."""
    proof = UsageProof.objects.create(
        municipality=grant.municipality, grant=grant, organisation=grant.organisation, **fields
    )
    planned: dict[Category, int] = {}
    for line in grant.application.costs.select_related("category"):
        if not line.in_kind:
            planned[line.category] = planned.get(line.category, 0) + line.amount_cents
    for position, (category, cents) in enumerate(planned.items(), start=1):
        ProofLine.objects.create(
            municipality=grant.municipality,
            proof=proof,
            category=category,
            position=position,
            planned_cents=cents,
        )
    return proof


def make_payment(grant: Grant, **fields: Any) -> Payment:
    """A payment that was asked for, of the whole grant."""
    organisation = grant.organisation
    number = grant.payments.count() + 1
    file_number = grant.application.file_number
    defaults = {
        "organisation": organisation,
        "number": number,
        "end_to_end_id": f"{file_number}-{number}",
        "amount_cents": grant.amount_cents,
        "payee": organisation.name,
        "account_holder": organisation.account_holder,
        "iban": organisation.iban,
        "purpose": f"Zuwendung {file_number} Abruf {number} {grant.municipality.name}",
        "requested_at": datetime(2026, 3, 1, 9, 0, tzinfo=BERLIN),
    }
    return Payment.objects.create(municipality=grant.municipality, grant=grant, **defaults | fields)


def make_member(programme: Programme, position: str = BoardMember.Position.MEMBER, **fields: Any) -> BoardMember:
    """Somebody with a seat on the board, and the role that goes with it."""
    user = fields.pop("user", None) or make_user(programme.municipality, "board")
    defaults = {"since": date(2025, 1, 1)}
    return BoardMember.objects.create(
        municipality=programme.municipality, programme=programme, user=user, position=position, **defaults | fields
    )


def make_board(programme: Programme, members: int = 5) -> list[BoardMember]:
    """A chair, a deputy and members, seven seats unless told otherwise."""
    positions = ["chair", "deputy", *["member"] * members]
    return [make_member(programme, position) for position in positions]


def make_item(application: Application, meeting: Meeting | None = None, **fields: Any) -> BoardItem:
    """The case on the agenda of a meeting, a new one when none is given."""
    meeting = meeting or Meeting.objects.create(
        municipality=application.municipality,
        programme=application.programme,
        held_on=date(2026, 3, 24),
        place="Rathaus",
        invited_at=datetime(2026, 3, 3, 9, 0, tzinfo=BERLIN),
    )
    defaults = {"position": meeting.items.count() + 1}
    return BoardItem.objects.create(
        municipality=application.municipality, meeting=meeting, application=application, **defaults | fields
    )


def make_minutes(meeting: Meeting, *present: BoardMember, **fields: Any) -> Minutes:
    """The draft of the minutes of a meeting that is over, in which these members were present."""
    for member in present:
        Attendance.objects.create(municipality=meeting.municipality, meeting=meeting, member=member, present=True)
    meeting.closed_at = datetime(2026, 3, 24, 20, 0, tzinfo=BERLIN)
    meeting.save()
    return Minutes.objects.create(municipality=meeting.municipality, meeting=meeting, **{"number": 1} | fields)
