"""The people of the demo and one case of theirs: the verbs that move it, each on its day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from applications import operations as applying
from applications.models import Application, Letter, Membership
from budgets import operations as money
from budgets.models import Grant, Payment, UsageProof
from funding import clock
from funding.gate import Machine, carry_out, save_with_history
from funding.models import Assignment, Message, Municipality, Programme, Round, User
from funding.policies import SYSTEM, Role
from funding.site.imports import SAMPLES, import_application, parse
from funding.site.operations import send_message
from review import operations as review
from review.models import BoardMember, Decision, Provision

DOMAIN = "unna.example"

# (mail name, name, roles): what the demo page lists, in this order.
STAFF = (
    ("integration", "Sabine Köster", (Role.OFFICER,)),
    ("integration.2", "Murat Yıldız", (Role.OFFICER,)),
    ("beirat.vorsitz", "Dr. Renate Falk", (Role.BOARD,)),
    ("beirat.vertretung", "Mehmet Demir", (Role.BOARD,)),
    ("beirat.3", "Elif Kaya", (Role.BOARD,)),
    ("beirat.4", "Wolfgang Brandt", (Role.BOARD,)),
    ("beirat.5", "Natalia Iwanowa", (Role.BOARD,)),
    ("beirat.6", "Yusuf Al-Hamid", (Role.BOARD,)),
    ("beirat.7", "Claudia Neumann", (Role.BOARD,)),
    ("entscheidung", "Andreas Vogt", (Role.DECIDER,)),
    ("pruefung", "Birgit Lange", (Role.VERIFIER,)),
    ("anordnung", "Thomas Wieczorek", (Role.AUTHORISER,)),
    ("kasse", "Ingrid Paulsen", (Role.CASHIER,)),
    ("rechnungspruefung", "Dr. Jan Hoffmeister", (Role.AUDITOR,)),
    ("administration", "Katrin Schulte", (Role.ADMINISTRATOR,)),
)
POSITIONS = ("chair", "deputy", "member", "member", "member", "member", "member")
APPLICANTS = {  # sample -> the demo person who may act for its organisation
    "01-neighbourhood-tours": ("leyla", "Leyla Aydın"),
    "02-mobile-childcare": ("miriam", "Miriam Okafor"),
    "08-written-in-turkish": ("zeynep", "Zeynep Çelik"),
}


@dataclass
class Cast:
    """Who acts in the demo, by role."""

    town: Municipality
    programme: Programme
    today: date
    staff: dict[str, User] = field(default_factory=dict)
    board: list[User] = field(default_factory=list)

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)


# --- People and dates -------------------------------------------------------------------------------------------------


def _person(mail: str, name: str, *, listed: bool = True, language: str = "de") -> User:
    return User.objects.with_address(f"{mail}@{DOMAIN}", name=name, demo=listed, language=language)


def engage_staff(cast: Cast) -> None:
    for mail, name, roles in STAFF:
        user = _person(mail, name)
        for role in roles:
            assignment = Assignment(municipality=cast.town, user=user, role=role)
            save_with_history(assignment, by=SYSTEM, reason="demo")
            cast.staff.setdefault(role, user)
        if Role.BOARD in roles:
            cast.board.append(user)
    for user, position in zip(cast.board, POSITIONS, strict=True):
        member = BoardMember(
            municipality=cast.town,
            programme=cast.programme,
            user=user,
            position=position,
            since=cast.day(-700),
            # The treasurer of one of the applicants: the list suggests bias before the file opens.
            affiliations=["Stadtkulturverein Unna e.V."] if user.name == "Wolfgang Brandt" else [],
        )
        save_with_history(member, by=SYSTEM, reason="demo")


def open_rounds(cast: Cast) -> None:
    for name, first, last, board in (
        ("Vorige Runde", -460, -90, -400),
        ("Aktuelle Runde", -89, 60, 69),
    ):
        entry = Round(
            municipality=cast.town,
            programme=cast.programme,
            name=name,
            opens_on=cast.day(first),
            closes_on=cast.day(last),
            board_meets_on=cast.day(board),
            answer_by=cast.day(board + 14),
        )
        save_with_history(entry, by=SYSTEM, reason="demo")


# --- One case ---------------------------------------------------------------------------------------------------------


@dataclass
class Case:
    """One application of the demo and the verbs that move it, each on a day counted from today."""

    cast: Cast
    application: Application
    writer: User

    def on(self, offset: int) -> Any:
        return clock.at(self.cast.day(offset))

    def act(self, offset: int, obj: Machine, name: str, role: str, **details: Any) -> None:
        """A move of the case, its grant, a payment or the proof, by the demo person with this role."""
        with self.on(offset):
            carry_out(obj, name, by=self.cast.staff[role], **details)

    def submit(self, offset: int, *, online: bool = True) -> "Case":
        with self.on(offset):
            applying.declare(self.application, applying.declarations_of(self.application.organisation), by=self.writer)
            if online:
                applying.set_consents(self.application, ["electronic-delivery"], by=self.writer)
            self.application = applying.submit(self.application, by=self.writer)
        return self

    def admit(self, offset: int) -> "Case":
        officer = self.cast.staff[Role.OFFICER]
        with self.on(offset):
            results = dict.fromkeys(self.application.programme.checklist, ("yes", ""))
            review.check(self.application, results, by=officer)
            self.application = carry_out(self.application, "admit", by=officer)
        return self

    def decide(
        self, offset: int, cents: int, *, reasons: str = "", kind: str = "award", picks: Sequence[str] = ()
    ) -> Decision:
        """Prepared with the entries of the town's library of these names; reasons of a rejection apply a criterion."""
        application, rejects = self.application, kind == "reject"
        library = Provision.objects.filter(municipality=application.municipality_id, title__in=picks)
        with self.on(offset):
            recommendation = review.current_recommendation(self.application)
            deviates = review.deviates(recommendation, kind, cents)
            owes = kind == "award" and bool(review.overdue_proofs(self.application.organisation))
            return review.prepare_decision(
                self.application,
                by=self.cast.staff[Role.DECIDER],
                kind=kind,
                cents=cents,
                provisions=[review.Text(entry.kind, entry.text, entry.pk) for entry in library.in_order()],
                grounds={application.programme.criteria[0]: reasons} if rejects else {},
                reasons="" if rejects else reasons,
                next_step="Sie können Ihren Antrag überarbeiten und neu stellen." if rejects else "",
                deviation_reason="Der Topf soll für mehr Projekte reichen." if deviates else "",
                overrule_reason="Der Nachweis ist für nächste Woche angekündigt." if owes else "",
            )

    def release(self, offset: int, cents: int, *, mail: bool = True, **details: Any) -> "Case":
        decision = self.decide(offset, cents, **details)
        with self.on(offset):
            review.release(decision, by=self.cast.staff[Role.DECIDER])
        return self.send_mails(offset) if mail else self

    def send_mails(self, offset: int) -> "Case":
        """The officer reads and sends what waits as a draft about this case or one of its letters."""
        cases = Q(about="applications.application", about_id=self.application.pk)
        letters = Q(about="applications.letter", about_id__in=self.application.letters.values("pk"))
        with self.on(offset):
            for draft in Message.objects.filter(cases | letters, state=Message.State.DRAFT).order_by("pk"):
                subject, body = draft.subject, draft.body
                send_message(draft, by=self.cast.staff[Role.OFFICER], subject=subject, body=body)
        return self

    @property
    def grant(self) -> Grant:
        return Grant.objects.with_case().get(application=self.application)

    @property
    def letter(self) -> Letter:
        return self.application.letters.select_related("application").latest("pk")

    def accept(self, offset: int, *, waive: bool = True) -> "Case":
        with self.on(offset):
            applying.open_letter(self.letter, by=self.writer)
            grant = carry_out(self.grant, "accept", by=self.writer)
            if waive:
                carry_out(grant, "waive", by=self.writer, waiver=True)
        return self

    def call(self, offset: int, cents: int) -> Payment:
        with self.on(offset):
            return money.call_for_funds(self.grant, cents, by=self.writer)

    def pay(self, offset: int, cents: int, *, until: str = "booked") -> Payment:
        """A payment on its way: asked for, verified, ordered, handed over, booked, a day each."""
        payment = self.call(offset, cents)
        steps = ("requested", "verified", "ordered", "exported", "booked")
        for step in steps[1 : steps.index(until) + 1]:
            offset += 1
            payment = Payment.objects.with_case().get(pk=payment.pk)
            with self.on(offset):
                match step:
                    case "verified":
                        carry_out(payment, "verify", by=self.cast.staff[Role.VERIFIER])
                    case "ordered":
                        carry_out(payment, "order", by=self.cast.staff[Role.AUTHORISER])
                    case "exported":
                        money.export([payment], execute_on=clock.today(), by=self.cast.staff[Role.CASHIER])
                    case "booked":
                        carry_out(payment, "book", by=self.cast.staff[Role.CASHIER], booked_on=clock.today())
        return Payment.objects.with_case().get(pk=payment.pk)

    @property
    def proof(self) -> UsageProof:
        return UsageProof.objects.with_case().get(grant__application=self.application)

    def prove(self, offset: int, *, percent: int = 100) -> "Case":
        """Hand in the usage proof; `percent` of every planned amount was spent."""
        proof, grant = self.proof, self.grant
        spent = {line.pk: line.planned_cents * percent // 100 for line in proof.lines.all()}
        with self.on(offset):
            money.save_proof(
                proof,
                by=self.writer,
                answers={
                    "report": "Wir haben alles wie geplant gemacht. Viele Menschen sind gekommen, manche jedes Mal.",
                    "goals_reached": "Alle Termine haben stattgefunden.",
                    "participants": self.application.participants,
                    "volunteers": self.application.volunteers,
                    "own_cents": grant.planned_own_cents,
                    "third_party_cents": grant.planned_third_party_cents,
                    "income_cents": grant.planned_income_cents,
                },
                spent=spent,
            )
            money.submit_proof(self.proof, by=self.writer)
        return self

    def check_proof(self, offset: int) -> "Case":
        with self.on(offset):
            money.check_proof(self.proof, by=self.cast.staff[Role.OFFICER], admitted={})
        return self

    def settle(self, offset: int) -> "Case":
        with self.on(offset):
            money.settle(self.proof, by=self.cast.staff[Role.DECIDER])
        self.send_mails(offset)
        with self.on(offset + 1):
            applying.open_letter(self.letter, by=self.writer)
        return self


def case_of(cast: Cast, sample: str, offset: int, *, start: int, end: int, title: str = "", **changes: Any) -> Case:
    """An application made from a sample on a day, its project lying between two days, with somebody to write for it."""
    file = parse((SAMPLES / f"{sample}.toml").read_bytes())
    file.answers.update(
        {"received_on": cast.day(offset), "start": cast.day(start), "end": cast.day(end)}
        | ({"title": title} if title else {})
        | changes
    )
    with clock.at(cast.day(offset)):
        application = import_application(file, cast.programme, submit=False).application
        mail, name = APPLICANTS.get(sample, (sample.partition("-")[0], file.applicant["representatives"][0]))
        writer = _person(mail, name, listed=sample in APPLICANTS, language=file.answers.get("language", "de"))
        Membership.objects.get_or_create(
            municipality=cast.town, organisation=application.organisation, user=writer, defaults={"right": "submit"}
        )
        application.paper, application.created_by, application.received_on = False, writer, None
        save_with_history(application, by=writer, reason="start")
    return Case(cast, application, User.objects.get(pk=writer.pk))
