"""The whole road in a real browser: one application from nothing to closed, each act by the person whose act it is."""

import hashlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from applications.models import Application, FinancingLine, Letter, Submission
from applications.workflow import State
from budgets.models import BudgetYear, Grant
from budgets.operations import verify_ledger
from budgets.workflow import GrantState
from funding import events
from funding.policies import Role
from review.checklist import LABELS
from review.models import BoardMember, Vote
from tests.factories import make_member, make_user
from tests.journeys.people import (
    Applicant,
    Auditor,
    Authoriser,
    Browsers,
    Cashier,
    Chair,
    Decider,
    Member,
    Officer,
    Verifier,
    de,
    today,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Angekommen in Königsborn"
# Plan: 600 + 620 + 360 = 1.580,00; 100 own income, 1.480,00 asked for. Recommended 1.400, decided 1.300.
# Spent 500 + 332,60 + 300 = 1.132,60, of which 982,60 are admitted: more than a minor change less, so the grant falls
# to the eligible cost. Called for 900,00, the rest is 82,60, and 317,40 go back to the year.
ASKED, RECOMMENDED, DECIDED, CALLED, SETTLED = 1_480_00, 1_400_00, 1_300_00, 900_00, 982_60


class Town:
    """Everybody who works for the town, in a browser each."""

    def __init__(self, browsers: Browsers, programme: Any) -> None:
        town = programme.municipality

        def staff(kind: Any, role: Role, name: str) -> Any:
            return kind(browsers, make_user(town, role, name=name))

        def member(kind: Any, name: str, position: str = BoardMember.Position.MEMBER, **fields: Any) -> Any:
            user = make_user(town, Role.BOARD, name=name)
            make_member(programme, position, user=user, **fields)
            return kind(browsers, user)

        self.officer = staff(Officer, Role.OFFICER, "Aylin Sommer")
        self.chair = member(Chair, "Carla Vogt", BoardMember.Position.CHAIR)
        self.members = [member(Member, "Mehmet Kaya"), member(Member, "Olga Petrova")]
        self.biased = member(Member, "Jonas Brink")
        self.decider = staff(Decider, Role.DECIDER, "Dirk Lange")
        self.verifier = staff(Verifier, Role.VERIFIER, "Vera Blum")
        self.authoriser = staff(Authoriser, Role.AUTHORISER, "Anton Ruhr")
        self.cashier = staff(Cashier, Role.CASHIER, "Karin Kasse")
        self.auditor = staff(Auditor, Role.AUDITOR, "Paul Prüfer")


def test_application_from_nothing_to_closed_is_walked_by_everybody(browsers, programme, mailoutbox):
    leyla, town = Applicant(browsers), Town(browsers, programme)

    apply_and_send(leyla, programme, mailoutbox)
    first = Submission.objects.get()
    ask_for_a_change(town.officer, leyla, mailoutbox)
    admit(town.officer)
    deliberate(town)
    decide(town.decider)
    receive_the_letter(town.officer, leyla)
    accept_and_waive(leyla)
    leyla.calls_for(CALLED)
    pay(town, "900.00")
    report(leyla)
    check_and_settle(town)
    pay(town, "82.60")
    close(town.officer)
    look_at_everything(town.auditor)

    application = Application.objects.get()
    assert application.state == State.COMPLETED
    assert_money_is_right(Grant.objects.get())
    assert_nothing_was_altered(application, first)


# --- Apply and check --------------------------------------------------------------------------------------------------


def apply_and_send(leyla: Applicant, programme: Any, mails: list[Any]) -> None:
    start = today() + timedelta(weeks=12)
    leyla.goes("/")
    leyla.follows(programme.name)
    leyla.follows(de("Apply now"))
    leyla.answers_the_questions(start)
    leyla.signs_in_by_mail("leyla@wegweiser.example", mails)
    leyla.answers_the_first_sections(TITLE, start, programme.taxonomies["action_fields"][0])
    leyla.adds_cost(1, "Ehrenamtliche Aufwandsentschädigungen", "Zwölf Führungen × 2 Personen", "24", "25")
    leyla.adds_cost(2, "Material", "Faltplan in fünf Sprachen", "1000", "0,62")
    leyla.adds_cost(3, "Unterkunft / Verpflegung", "Abschlussfest", "80", "4,50")
    leyla.adds_money(1, FinancingLine.Kind.INCOME, "100", "Kuchenverkauf")
    leyla.adds_money(2, FinancingLine.Kind.GRANT, "1.480,00")
    leyla.page.get_by_text(de("Costs and money are the same sum.")).first.wait_for()
    leyla.goes_on()
    leyla.gives_the_account()
    leyla.goes_on()
    upload(leyla)
    send(leyla, de("Send the application"))
    number = Application.objects.get().file_number
    assert number
    assert number in leyla.message


def upload(leyla: Applicant) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "PNG")
    leyla.follows(de("Not yet"))
    leyla.follows(de("Add or remove files"))
    leyla.field("Files").set_input_files({"name": "plan.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    leyla.page.get_by_role("link", name="plan.png").wait_for()
    assert leyla.message == de("One file is stored.")
    leyla.follows(de("Done"))


def send(leyla: Applicant, button: str) -> None:
    leyla.opens_section("Check and send")
    leyla.sends(button)


def ask_for_a_change(officer: Officer, leyla: Applicant, mails: list[Any]) -> None:
    wish = "Bitte nennen Sie den Treffpunkt."
    officer.takes_up(de("New: check"))
    officer.follows(de("Ask for changes"))
    officer.types("When and where", wish)
    officer.presses(de("Ask for changes"))
    officer.sends_the_waiting_mail()
    assert f"{de('When and where')}: {wish}" in mails[-1].body

    leyla.takes_up(de("Change something and send again"))
    assert wish in leyla.reads
    leyla.opens_section("When and where")
    leyla.types("Where does it take place?", "Bürgerhaus Königsborn, Foyer")
    leyla.presses(de("Save and come back"))
    send(leyla, de("Send again"))


def admit(officer: Officer) -> None:
    officer.takes_up(de("Answered: check again"))
    officer.finds_everything_in_order([de(LABELS[code]) for code in ("applicant", "place", "not-begun", "plan")])
    officer.follows(de("Admit to the board"))
    officer.presses(de("Admit to the board"))


# --- Board and decision -----------------------------------------------------------------------------------------------


def deliberate(town: Town) -> None:
    town.officer.invites_the_board(TITLE, today(), "18:00", "Rathaus")
    for member in (town.chair, *town.members):
        member.declares(de("I am not biased"))
    lose_the_case(town.biased)

    town.chair.opens_meeting()
    town.chair.notes_who_is_there([member.user.name for member in (town.chair, *town.members, town.biased)])
    town.chair.follows(TITLE)
    town.chair.puts_motion(RECOMMENDED)
    for member, choice in zip(town.members, (Vote.Choice.YES, Vote.Choice.NO), strict=True):
        member.votes(choice)
    town.chair.presses(de(Vote.Choice.YES.label))
    town.chair.presses(de("Close the vote"))
    town.chair.records_result("Das Projekt bringt Menschen zusammen.")


def lose_the_case(member: Member) -> None:
    """Who is biased finds neither link nor vote, and not the page behind it."""
    member.declares(de("I am biased"), "Ich unterschreibe für die Initiative.")
    assert member.page.get_by_role("link", name=TITLE).count() == 0
    assert member.page.goto(f"/review/item/{Application.objects.get().board_items.get().pk}/").status == 404
    member.goes("/tasks/")
    assert de("Nothing waits for you") in member.reads


def decide(decider: Decider) -> None:
    decider.takes_up(de("Decide"))
    decider.prepares(DECIDED, "Das Fest kann kleiner sein.", "Der Topf soll für alle reichen.")
    assert decider.draft_letter().startswith(b"%PDF-")
    decider.presses(de("Release now"))
    assert decider.message == de("Released: the letter is issued, the money is committed. The mail waits as a draft.")


def receive_the_letter(officer: Officer, leyla: Applicant) -> None:
    """Read on the screen at once; it counts from the day it is handed over, so nothing waits for the calendar."""
    officer.sends_the_waiting_mail()
    leyla.takes_up(de("Open your letter"))
    leyla.opens_the_letter()
    letter = Letter.objects.filter(kind=Letter.Kind.AWARD)
    assert letter.get().notified_on is None
    officer.opens_case(TITLE)
    officer.follows(de("Handed over: note the day"))
    officer.presses(de("Save"))
    assert letter.get().notified_on == today()


# --- Money ------------------------------------------------------------------------------------------------------------


def accept_and_waive(leyla: Applicant) -> None:
    leyla.takes_up(de("Accept the grant"))
    leyla.follows(de("Accept the grant"))
    leyla.presses(de("Accept the grant"))
    assert Grant.objects.get().waived_on is None
    waive = "Waive the right to sue, so the money comes sooner"
    leyla.follows(de(waive))
    leyla.ticks("I waive the right to sue against this letter.")
    leyla.presses(de(waive))
    assert Grant.objects.get().waived_on == today()


def pay(town: Town, amount: str) -> None:
    """Four eyes, then a third pair."""
    town.verifier.verifies()
    town.authoriser.orders()
    assert amount.encode() in town.cashier.hands_over().replace(b",", b".")
    town.cashier.books(today())


def report(leyla: Applicant) -> None:
    leyla.takes_up(de("Tell us how it went"))
    leyla.types("What did you do?", "Zwölf Führungen mit 174 Gästen, zum Schluss ein Fest.")
    leyla.types("How many people took part?", "174")
    leyla.spent("Ehrenamtliche Aufwandsentschädigungen", 500_00)
    leyla.spent("Material", 332_60)
    leyla.spent("Unterkunft / Verpflegung", 300_00)
    leyla.notes_receipt(1, today(), "Druckerei Köhler", "Faltplan", 332_60, "Material")
    leyla.presses(de("Save and add a receipt"))
    leyla.notes_receipt(2, today(), "Café Lale", "Abschlussfest", 300_00, "Unterkunft / Verpflegung")
    leyla.presses(de("Save and go on to hand in"))
    leyla.presses(de("Hand in"))


def check_and_settle(town: Town) -> None:
    town.officer.takes_up(de("Check the usage proof"))
    town.officer.admits("Unterkunft / Verpflegung", 150_00, "Getränke mit Alkohol zählen nicht.")
    town.officer.presses(de("Finish the check"))
    town.decider.takes_up(de("Settle"))
    town.decider.presses(de("Settle and make the letter"))
    town.officer.sends_the_waiting_mail()


def close(officer: Officer) -> None:
    officer.takes_up(de("Everything is paid: close the case"))
    officer.follows(de("Close the case"))
    officer.presses(de("Close the case"))


def look_at_everything(auditor: Auditor) -> None:
    auditor.takes_up(de("Verify that nothing was altered"))
    auditor.presses(de("Verify now"))
    assert de("Every entry is as it was written. None is missing.") in auditor.reads
    auditor.chooses_from_menu(de("Money"))
    auditor.follows(f"{Grant.objects.get().budget_year.year} – {Grant.objects.get().application.programme}")
    auditor.chooses_from_menu(de("Payments"))
    auditor.follows(de("Payment runs"))
    auditor.chooses_from_menu(de("Applications"))
    auditor.follows(TITLE)
    assert de(State.COMPLETED.label) in auditor.reads


# --- What is left in the database -------------------------------------------------------------------------------------


def assert_money_is_right(grant: Grant) -> None:
    year = BudgetYear.objects.get()
    balances = year.balances
    assert (grant.state, grant.amount_cents, grant.settled_cents) == (GrantState.CLOSED, DECIDED, SETTLED)
    assert (grant.paid_cents, grant.open_cents) == (SETTLED, 0)
    assert [p.amount_cents for p in grant.payments.order_by("number")] == [CALLED, SETTLED - CALLED]
    assert balances.paid_cents == SETTLED
    assert balances.free_cents == year.programme.budget_per_year_cents - SETTLED
    assert (balances.reserved_cents, balances.outstanding_cents) == (0, 0)
    assert verify_ledger(year) is None


def assert_nothing_was_altered(application: Application, first: Submission) -> None:
    assert events.verify(application.municipality) is None
    letters = list(Letter.objects.order_by("pk"))
    kinds = [Letter.Kind.CHANGE_REQUEST, Letter.Kind.AWARD, Letter.Kind.SETTLEMENT]
    assert [letter.kind for letter in letters] == kinds
    assert [hashlib.sha256(letter.content).hexdigest() for letter in letters] == [letter.sha256 for letter in letters]
    sent = list(application.submissions.order_by("number"))
    assert (sent[0].pk, sent[0].snapshot, sent[0].sha256) == (first.pk, first.snapshot, first.sha256)
    places = [submission.snapshot["application"]["place"] for submission in sent]
    assert places == ["Berliner Allee", "Bürgerhaus Königsborn, Foyer"]
    for submission in sent:
        content = json.dumps(submission.snapshot, sort_keys=True, ensure_ascii=False)
        assert hashlib.sha256(content.encode()).hexdigest() == submission.sha256
