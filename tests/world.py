"""A small world for tests that look at everything: one town, its people, a case at every stage, and strangers."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from applications.models import Assistance, Letter, Membership, StaffBias, Upload
from applications.narrative import german_entry
from applications.operations import note_failure
from applications.workflow import State
from budgets.models import Payment, PaymentRun, UsageProof
from budgets.operations import open_year
from budgets.workflow import PaymentState, ProofState
from funding.clock import BERLIN
from funding.models import Absence, Message, User
from funding.policies import Role
from review.models import (
    Advice,
    Attachment,
    Attendance,
    BiasDeclaration,
    BoardItem,
    InternalNote,
    Meeting,
    Minutes,
    Motion,
    Proposal,
    Provision,
    Recommendation,
    Remark,
    Ruling,
)
from tests.factories import (
    make_application,
    make_decision,
    make_grant,
    make_group,
    make_invitation,
    make_item,
    make_letter,
    make_member,
    make_organisation,
    make_payment,
    make_programme,
    make_town,
    make_user,
)

RUN = b"Aktenzeichen;Betrag"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=BERLIN)
STAFF = ("officer", "decider", "verifier", "authoriser", "cashier", "auditor", "administrator")
# Everybody who may knock: nobody signed in, the group (send, read), another group, the board (one of them biased),
# every role of this town, and somebody who has every role and a group in another town.
PEOPLE = ("anonymous", "applicant", "viewer", "other", "board", "biased", *STAFF, "elsewhere")


@dataclass
class World:
    people: dict[str, User | None] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.objects[name]


def build() -> World:
    """Everything, in an open transaction of the caller."""
    world, town = World(), make_town()
    wanted = [{"slug": "statutes", "name": "Satzung", "mandatory": True}]
    programme = make_programme(town, checklist=["applicant", "plan"], attachments=wanted)
    people = world.people
    people["anonymous"] = None
    people["applicant"], people["viewer"], people["other"] = make_user(), make_user(), make_user()
    organisation = make_organisation(town, people["applicant"])
    found = world.objects
    found["organisation"] = organisation
    found["membership"] = Membership.objects.create(
        municipality=town, organisation=organisation, user=people["viewer"], right="view"
    )
    found["invitation"] = make_invitation(organisation, people["applicant"])
    make_organisation(town, people["other"])
    for role in STAFF:
        people[role] = make_user(town, role)
    chair = make_member(programme, "chair")
    biased = make_member(programme)
    people["board"], people["biased"] = chair.user, biased.user
    there = make_town()
    people["elsewhere"] = make_user(there, *Role.values)
    make_organisation(there, people["elsewhere"])
    make_programme(there)

    def case(state: str, **fields: Any) -> Any:
        return make_application(programme, organisation, state=state, **fields)

    found |= {"town": town, "programme": programme, "assignment": people["officer"].assignments.get()}
    found |= {state: case(state) for state in ("draft", "submitted", "returned", "admitted", "recommended", "awarded")}
    found["paper"] = case(State.DRAFT, paper=True)
    found["year"] = open_year(programme, 2026, by=people["officer"])
    found["submission"] = found["submitted"].submissions.get()
    found["upload"] = _upload(found["draft"])
    found["counter"] = case(State.DRAFT, assisted="open")
    Assistance.objects.create(
        municipality=town,
        application=found["counter"],
        officer=people["officer"],
        email=people["applicant"].email,
        begun_at=NOW,
    )
    found["group"] = make_application(programme, make_group(town, people["applicant"]))
    found["failed"] = note_failure(found["draft"], "unknown", by=people["applicant"], name="bild.gif")
    found["unposted"] = make_letter(found["awarded"])
    days = {"posted_on": date(2026, 2, 2), "notified_on": date(2026, 2, 6), "remedy_ends_on": date(2026, 3, 6)}
    found["posted"] = make_letter(found["awarded"], Letter.Kind.SETTLEMENT, **days)
    _meeting(world, [chair, biased])
    found["provision"] = Provision.objects.create(
        municipality=town, kind="obligation", title="Einladung", text="Laden Sie uns zu „{titel}“ ein.", position=1
    )
    found["decision"] = _decision(found["recommended"], people["decider"])
    _money(world)
    found["message"] = _message(found["submitted"])
    found["turkish"] = case(State.SUBMITTED, language="tr", summary="Anneler buluşuyor.", confirm_by=date(2026, 3, 20))
    waiting = german_entry("Mütter treffen sich.", "Anneler buluşuyor.", by=people["officer"], at=NOW, confirmed=False)
    found["turkish"].german = {"summary": waiting}
    found["turkish"].save()
    _conversation(world)
    colleague = make_user(town, "officer")
    found["absence"] = Absence.objects.create(
        municipality=town,
        user=people["officer"],
        deputy=colleague,
        first=date(2099, 3, 2),
        last=date(2099, 3, 6),
    )
    found["bias"] = StaffBias.objects.create(
        municipality=town,
        application=found["submitted"],
        user=colleague,
        reason="Meine Schwester leitet den Verein.",
        declared_at=NOW,
    )
    return world


def _upload(application: Any) -> Upload:
    upload = Upload(
        municipality=application.municipality,
        application=application,
        name="satzung.pdf",
        media_type="application/pdf",
        size=8,
        sha256="0" * 64,
        uploaded_at=NOW,
    )
    Path(settings.DATA_DIR, "uploads").mkdir(parents=True, exist_ok=True)
    upload.file.save("satzung.pdf", ContentFile(b"%PDF-1.7"), save=False)
    upload.save()
    return upload


def _meeting(world: World, members: list[Any]) -> None:
    application = world["admitted"]
    meeting = Meeting.objects.create(
        municipality=application.municipality, programme=application.programme, held_on=date(2026, 3, 2), invited_at=NOW
    )
    item = BoardItem.objects.create(
        municipality=application.municipality, meeting=meeting, application=application, position=1
    )
    for member, biased in zip(members, (False, True), strict=True):
        Attendance.objects.create(
            municipality=application.municipality, meeting=meeting, member=member, present=not biased
        )
        BiasDeclaration.objects.create(
            municipality=application.municipality, item=item, member=member, biased=biased, declared_at=NOW
        )
    motion = Motion.objects.create(
        municipality=application.municipality,
        item=item,
        number=1,
        kind=Motion.Kind.FUND,
        amount_cents=500_00,
        led_by=members[0],
        opened_at=NOW,
    )
    chair, biased = members
    ruling = Ruling.objects.create(
        municipality=application.municipality,
        item=item,
        member=biased,
        question="Ist im Verein, aber nicht im Vorstand.",
        asked_by=world.people["officer"],
        asked_at=NOW,
    )
    world.objects |= {"meeting": meeting, "item": item, "motion": motion, "ruling": ruling, "seat": chair}
    _held(world, members)


def _held(world: World, members: list[Any]) -> None:
    """A meeting that is over, whose minutes wait for the chair; the second member was biased."""
    application = make_application(world["programme"], world["organisation"], state=State.RECOMMENDED)
    held = Meeting.objects.create(
        municipality=application.municipality,
        programme=application.programme,
        held_on=date(2026, 2, 9),
        invited_at=NOW,
        closed_at=NOW,
    )
    item = make_item(application, held, leader=members[0], closed_at=NOW)
    for member, biased in zip(members, (False, True), strict=True):
        fields = {"municipality": application.municipality, "member": member}
        Attendance.objects.create(**fields, meeting=held, present=True)
        BiasDeclaration.objects.create(**fields, item=item, biased=biased, declared_at=NOW)
    Minutes.objects.create(municipality=application.municipality, meeting=held, number=1)
    world.objects["held"] = held


def _decision(application: Any, decider: User) -> Any:
    Recommendation.objects.create(
        municipality=application.municipality,
        application=application,
        kind="fund",
        amount_cents=application.evaluate().requested_cents,
        reason="Es bringt Menschen zusammen.",
        made_at=NOW,
    )
    return make_decision(application, decider)


def _money(world: World) -> None:
    """A grant with its letter opened, payments and proofs at the stages their pages belong to."""
    application = world["awarded"]
    letter = make_letter(application, notified_on=date(2026, 2, 6), remedy_ends_on=date(2026, 3, 6), opened_at=NOW)
    grant = make_grant(application, letter=letter, budget_year=world["year"])
    run = PaymentRun.objects.create(
        municipality=application.municipality,
        number=1,
        channel="finance-system",
        execute_on=date(2026, 3, 10),
        made_by=world.people["cashier"],
        made_at=NOW,
        file_name="auszahlung-1.csv",
        content=RUN,
        sha256=hashlib.sha256(RUN).hexdigest(),
    )
    world.objects |= {"letter": letter, "grant": grant, "run": run, "proof": grant.proofs.get()}
    world.objects["payment"] = make_payment(grant, amount_cents=100_00, requested_by=world.people["applicant"])
    for name, state in (("proof-submitted", ProofState.SUBMITTED), ("proof-checked", ProofState.CHECKED)):
        other = make_application(application.programme, application.organisation, state=State.AWARDED)
        proof: UsageProof = make_grant(other, budget_year=world["year"]).proofs.get()
        proof.__dict__["state"] = state
        proof.report = "Alles lief gut."
        proof.checked_by = world.people["officer"] if state == ProofState.CHECKED else None
        proof.save()
        proof.lines.update(spent_cents=100_00, admitted_cents=100_00)
        world.objects[name] = proof
    exported = make_payment(grant, amount_cents=50_00, run=run, due_on=date(2026, 3, 10))
    Payment.objects.filter(pk=exported.pk).update(state=PaymentState.EXPORTED)


def _conversation(world: World) -> None:
    """The group asked about a returned case, the officer answered with a wording, a file and an internal note."""
    application, town = world["returned"], world["town"]
    officer, applicant = world.people["officer"], world.people["applicant"]
    case = {"municipality": town, "application": application}
    written = {"written_at": NOW, "section": "idea"}
    Remark.objects.create(
        **case, **written, text="Was gehört hierher?", from_town=False, needs_answer=True, written_by=applicant
    )
    answer = Remark.objects.create(**case, **written, text="Zum Beispiel so:", from_town=True, written_by=officer)
    wording = {"field": "goals", "text": "Zwölf Führungen mit je 15 Gästen.", "proposed_by": officer}
    world.objects["proposal"] = Proposal.objects.create(**case, remark=answer, **wording)
    file = Attachment(
        municipality=town, remark=answer, name="beispiel.pdf", media_type="application/pdf", size=8, sha256="0" * 64
    )
    file.file.save("beispiel.pdf", ContentFile(b"%PDF-1.7"), save=False)
    file.save()
    world.objects["attachment"] = file
    InternalNote.objects.create(**case, text="Rückruf am Montag.", written_by=officer, written_at=NOW)
    Advice.objects.create(**case, given_on=date(2026, 3, 2), given_by=officer, minutes=20, note="Kostenplan erklärt.")


def _message(application: Any) -> Message:
    return Message.objects.create(
        municipality=application.municipality,
        kind="return",
        recipient="gruppe@example.org",
        subject="Eine Frage",
        body="Bitte sehen Sie noch einmal nach.",
        state=Message.State.DRAFT,
        about="applications.application",
        about_id=application.pk,
        written_at=NOW,
    )


__all__ = ["PEOPLE", "Letter", "World", "build"]
