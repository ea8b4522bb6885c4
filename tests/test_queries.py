"""A page asks the same number of queries with one row and with three, written out; rows are counted, not trusted.

The lists of meetings, decisions, pots, payments, runs, people, programmes, mails, events and tasks stand beside the
tests of their pages; here are the pages of one object with many parts, and the lists as other people see them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Invitation, Letter, Membership, Upload
from budgets.models import LedgerEntry, ProofLine, Receipt, Repayment
from funding.gate import record, writes
from funding.models import Category
from review.models import (
    Advice,
    Attachment,
    Attendance,
    BiasDeclaration,
    BoardComment,
    BoardItem,
    CheckResult,
    InternalNote,
    Motion,
    Proposal,
    Remark,
    Ruling,
)
from tests.factories import (
    TOURS,
    make_application,
    make_invitation,
    make_letter,
    make_member,
    make_organisation,
    make_payment,
    make_plan,
    make_submission,
    make_user,
)
from tests.world import NOW, World, build

Adder = Callable[[World], None]


# --- One row more -----------------------------------------------------------------------------------------------------


def case(state: str) -> Adder:
    return lambda world: (make_application(world["programme"], world["draft"].organisation, state=state), None)[1]


def at_counter(world: World) -> None:
    """A draft more that is being written at the counter, by a group of its own."""
    make_application(world["programme"], make_organisation(world["town"]), assisted="open")


def plan_line(name: str) -> Adder:
    return lambda world: make_plan(world[name], TOURS)


def upload(name: str) -> Adder:
    def add(world: World) -> None:
        application = world[name]
        Upload.objects.create(
            municipality=application.municipality,
            application=application,
            name="satzung.pdf",
            media_type="application/pdf",
            size=8,
            sha256="0" * 64,
            file="2026/03/satzung.pdf",
            uploaded_at=NOW,
        )

    return add


def whole_history(name: str) -> Adder:
    """A submission, a letter, advice, a check and an event of a case."""

    @writes
    def add(world: World) -> None:
        application, officer = world[name], world.people["officer"]
        make_submission(application)
        letter = make_letter(application, Letter.Kind.SETTLEMENT)
        fields = {"municipality": application.municipality, "application": application}
        Advice.objects.create(**fields, given_on=date(2026, 3, 2), given_by=officer, note="Angerufen")
        item = f"point-{CheckResult.objects.count()}"
        CheckResult.objects.create(**fields, item=item, result="yes", checked_by=officer, checked_at=NOW)
        for by in (officer, world.people["applicant"], world.people["decider"]):
            record(application.municipality_id, "application.submit", application, by=by)
            record(application.municipality_id, "letter.open", letter, by=by)

    return add


def remark(name: str) -> Adder:
    """A message with a wording and a file, from either side."""

    def add(world: World) -> None:
        application, officer = world[name], world.people["officer"]
        fields = {"municipality": application.municipality}
        about = fields | {"application": application}
        for from_town, person in ((False, world.people["applicant"]), (True, officer)):
            last = Remark.objects.create(
                **about, text="Und noch etwas.", from_town=from_town, written_by=person, written_at=NOW
            )
        Proposal.objects.create(**about, remark=last, field="goals", text="Zwölf Führungen.", proposed_by=officer)
        Attachment.objects.create(
            **fields, remark=last, name="a.pdf", media_type="application/pdf", size=8, sha256="0" * 64, file="a.pdf"
        )

    return add


def note(name: str) -> Adder:
    def add(world: World) -> None:
        fields = {"municipality": world["town"], "application": world[name]}
        InternalNote.objects.create(**fields, text="Noch eine.", written_by=world.people["officer"], written_at=NOW)

    return add


def payment(world: World) -> None:
    make_payment(world["grant"], amount_cents=1_00)


def repayment(world: World) -> None:
    grant = world["grant"]
    Repayment.objects.create(
        municipality=grant.municipality, grant=grant, amount_cents=1_00, received_on=date(2026, 3, 2)
    )


def proof_line(name: str) -> Adder:
    """A line of a usage proof in a category of its own, with a receipt."""

    def add(world: World) -> None:
        proof, number = world[name], Category.objects.count() + 1
        fields = {"municipality": proof.municipality}
        category = Category.objects.create(
            **fields,
            programme=world["programme"],
            position=number,
            slug=f"more-{number}",
            name=f"Weiteres {number}",
            eligible_share=1,
        )
        fields |= {"proof": proof, "category": category}
        ProofLine.objects.create(**fields, position=number, planned_cents=1_00, spent_cents=1_00)
        Receipt.objects.create(
            **fields, paid_on=date(2026, 5, 2), payee="Druckerei", purpose="Faltplan", amount_cents=1_00
        )

    return add


def item(world: World) -> None:
    """An item more on the agenda, for which the members said what they said before."""
    meeting, first = world["meeting"], world["item"]
    application = make_application(world["programme"], world["draft"].organisation, state="admitted")
    fields = {"municipality": meeting.municipality}
    added = BoardItem.objects.create(
        **fields, meeting=meeting, application=application, position=meeting.items.count() + 1
    )
    for said in first.declarations.all():
        BiasDeclaration.objects.create(
            **fields, item=added, member=said.member, biased=said.biased, declared_at=said.declared_at
        )
    closed_motion(world, added)


def closed_motion(world: World, on: BoardItem | None = None) -> None:
    on = on or world["item"]
    Motion.objects.create(
        municipality=on.municipality,
        item=on,
        number=on.motions.count() + 1,
        kind=Motion.Kind.FUND,
        amount_cents=400_00,
        led_by=make_member(world["programme"]),
        opened_at=NOW,
        closed_at=NOW,
        yes=1,
        no=2,
        abstained=0,
        excluded=1,
        carried=False,
    )


def member(world: World) -> None:
    """Somebody more who is invited, present and has declared."""
    found, fields = make_member(world["programme"]), {"municipality": world["town"]}
    Attendance.objects.create(**fields, meeting=world["meeting"], member=found, present=True)
    BiasDeclaration.objects.create(**fields, item=world["item"], member=found, biased=False, declared_at=NOW)


def entry(world: World) -> None:
    last = LedgerEntry.objects.latest("number")
    application = make_application(world["programme"], world["draft"].organisation, state="awarded")
    last.pk, last.number, last.application = None, last.number + 1, application
    last.by = application.created_by
    last.save()


def invited(world: World) -> None:
    """One more member and one more open invitation."""
    organisation, number = world["organisation"], Invitation.objects.count()
    Membership.objects.create(municipality=world["town"], organisation=organisation, user=make_user(), right="view")
    make_invitation(organisation, world.people["applicant"], email=f"neu-{number}@town.example")


def category(world: World) -> None:
    number = Category.objects.count() + 1
    Category.objects.create(
        municipality=world["town"],
        programme=world["programme"],
        position=number,
        slug=f"c-{number}",
        name="Weiteres",
        eligible_share=1,
    )


def said(world: World) -> None:
    """A comment on the item, and a doubt the board has ruled on."""
    about = {"municipality": world["town"], "item": world["item"]}
    BoardComment.objects.create(**about, text="Wer betreut die Kinder?", written_by=make_user(), written_at=NOW)
    officer = world.people["officer"]
    ruled = {"asked_by": officer, "asked_at": NOW, "ruled_at": NOW, "yes": 1, "no": 4, "abstained": 0, "biased": False}
    Ruling.objects.create(**about, member=make_member(world["programme"]), question="Nachbarin", **ruled)


# --- The table --------------------------------------------------------------------------------------------------------

# Address, its object, who reads it, how many queries, what there is one more of.
PAGES: tuple[tuple[str, str, str, int, Adder], ...] = (
    ("applications:list", "", "applicant", 7, case("submitted")),
    ("applications:list", "", "officer", 7, case("submitted")),
    ("applications:list", "", "auditor", 7, case("awarded")),
    ("applications:assist", "", "officer", 7, at_counter),
    ("applications:create", "programme", "officer", 8, case("draft")),
    ("applications:create", "programme", "applicant", 11, case("draft")),
    ("applications:detail", "draft", "applicant", 11, plan_line("draft")),
    ("applications:detail", "draft", "applicant", 11, upload("draft")),
    ("applications:upload", "draft", "applicant", 8, upload("draft")),
    ("applications:check", "draft", "applicant", 12, plan_line("draft")),
    ("applications:edit", "draft costs", "applicant", 14, plan_line("draft")),
    ("applications:members", "organisation", "applicant", 7, invited),
    ("case", "awarded", "applicant", 24, whole_history("awarded")),
    ("case", "awarded", "officer", 30, whole_history("awarded")),
    ("case", "awarded", "cashier", 21, whole_history("awarded")),
    ("case", "admitted", "board", 14, whole_history("admitted")),
    ("case", "awarded", "applicant", 23, payment),
    ("case", "awarded", "cashier", 20, payment),
    ("case", "awarded", "officer", 28, repayment),
    ("case", "awarded", "applicant", 23, proof_line("proof")),
    ("case", "awarded", "officer", 28, upload("awarded")),
    ("case", "awarded", "officer", 28, plan_line("awarded")),
    ("review:conversation", "returned", "applicant", 16, remark("returned")),
    ("review:conversation", "returned", "officer", 16, remark("returned")),
    ("review:conversations", "", "applicant", 9, remark("submitted")),
    ("review:conversations", "", "officer", 9, remark("submitted")),
    ("review:notes", "returned", "officer", 6, note("returned")),
    ("review:advice-year", "", "officer", 6, whole_history("submitted")),
    ("review:meeting", "meeting", "board", 12, item),
    ("review:meeting", "meeting", "officer", 17, item),
    ("review:meeting", "meeting", "officer", 17, member),
    ("review:meeting-create", "", "officer", 7, case("admitted")),
    ("review:item", "item", "board", 21, closed_motion),
    ("review:item", "item", "board", 21, member),
    ("review:item", "item", "board", 21, said),
    ("review:item", "item", "officer", 20, plan_line("admitted")),
    ("review:agenda", "meeting", "officer", 6, item),
    ("review:seats", "", "administrator", 4, member),
    ("review:funding-line", "meeting", "officer", 13, item),
    ("review:funding-line", "meeting", "board", 13, item),
    ("review:dossier", "meeting", "board", 10, item),
    ("review:dossier", "meeting", "officer", 10, item),
    ("review:check", "submitted", "officer", 23, plan_line("submitted")),
    ("review:check", "submitted", "officer", 23, whole_history("submitted")),
    ("review:compare", "submitted", "officer", 6, whole_history("submitted")),
    ("review:costs", "submitted", "officer", 11, plan_line("submitted")),
    ("review:decide", "recommended", "decider", 18, plan_line("recommended")),
    ("review:decide", "recommended", "decider", 18, whole_history("recommended")),
    ("budgets:year", "year", "officer", 7, entry),
    ("budgets:grant", "grant", "applicant", 13, payment),
    ("budgets:grant", "grant", "officer", 11, payment),
    ("budgets:grant", "grant", "officer", 11, repayment),
    ("budgets:call", "grant", "applicant", 10, payment),
    ("budgets:payments", "", "verifier", 6, payment),
    ("budgets:proof", "proof", "applicant", 10, proof_line("proof")),
    ("budgets:proof", "proof", "auditor", 11, proof_line("proof")),
    ("budgets:proof_check", "proof-submitted", "officer", 8, proof_line("proof-submitted")),
    ("budgets:settle", "proof-checked", "decider", 9, proof_line("proof-checked")),
    ("programme", "programme", "anonymous", 6, category),
)


class TestQueries(TestCase):
    """One world for all pages; each test runs in a savepoint of its own."""

    @classmethod
    def setUpTestData(cls):
        cls.world = build()

    def asked(self, name: str, about: str, person: str) -> int:
        world = self.world
        if (user := world.people[person]) is not None:
            self.client.force_login(user)
        key, *more = about.split() or [""]
        arguments = [world["town"].slug, world[key].slug] if name == "programme" else [world[key].pk] if key else []
        url = reverse(name, args=[*arguments, *more])
        self.client.get(url)  # what is loaded once and kept
        with CaptureQueriesContext(connection) as found:
            answer = self.client.get(url)
        assert answer.status_code == 200, (url, person, answer.status_code)
        return len(found)


# The menu of these people says how many conversations hold something new: one query more than the table says.
WITH_MESSAGES = ("applicant", "officer")


def _check(name: str, about: str, person: str, queries: int, add: Adder) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        expected = queries + (person in WITH_MESSAGES)
        add(self.world)
        one = self.asked(name, about, person)
        add(self.world)
        add(self.world)
        three = self.asked(name, about, person)

        assert (one, three) == (expected, expected)

    return test


for _number, (_name, _about, _person, _queries, _add) in enumerate(PAGES, 1):
    _words = f"{_name}_{_person}_{_number}".replace(":", "_").replace("-", "_")
    setattr(TestQueries, f"test_{_words}_asks_the_same_number", _check(_name, _about, _person, _queries, _add))
