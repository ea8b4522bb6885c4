"""The most dangerous protections: each scenario passes while its protection stands, and fails when it is taken out.

A protection that somebody removes is noticed by its scenario; a scenario that cannot fail is noticed by the second
test. Where two layers hold the same line (a rule and the database), each has a row of its own.
"""

import io
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client
from django.urls import reverse

from applications import uploads
from applications.models import ApplicationQuerySet, Letter, LetterQuerySet, Upload
from applications.operations import issue_letter
from applications.workflow import State
from budgets import operations as money
from budgets import rules as pot_rules
from budgets.models import LedgerEntry, Payment
from budgets.operations import payments as paying
from funding import clock, events, gate
from funding.gate import Refused, Stale, carry_out, perform, transitions_of
from funding.models import Assignment, Event
from funding.policies import Role, is_authoriser
from funding.site.views import demo, sign_in
from review import operations as review
from review.models import BoardItem, BoardItemQuerySet, Meeting, Vote
from review.views import items
from tests.budgets.money import AWARD, TODAY, fresh, make_world, payable
from tests.factories import (
    make_application,
    make_board,
    make_letter,
    make_organisation,
    make_programme,
    make_town,
    make_user,
)

Scenario = Callable[[], None]


def outcome(act: Callable[[], Any]) -> type[Exception] | None:
    """What refused the act, or None when it was done."""
    try:
        with transaction.atomic():
            act()
    except Exception as error:
        return type(error)
    return None


def browser(user: Any = None, **options: Any) -> Client:
    client = Client(**options)
    if user is not None:
        client.force_login(user)
    return client


# --- How a protection is taken out ------------------------------------------------------------------------------------


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, value)
        yield


@contextmanager
def without_check(model: type[models.Model], name: str) -> Iterator[None]:
    """The named check of the database is gone until the end of the test."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {name}")
            yield  # the rollback of the test brings it back
            return
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def without_locks() -> Iterator[None]:
    """PostgreSQL locks no row; SQLite lets two transactions read before one writes, and nobody tries again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models.QuerySet, "select_for_update", lambda found, *args, **options: found.all())
        patch.setattr(gate, "TRIES", 1)
        if connection.vendor == "sqlite":
            patch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
        yield


@contextmanager
def without_four_eyes() -> Iterator[None]:
    [order] = [found for found in transitions_of(Payment) if found.name == "order"]
    with replaced(order, "permission", is_authoriser):
        yield


def without_version(lock: Callable[..., Any] = gate.lock) -> AbstractContextManager[None]:
    return replaced(gate, "lock", lambda obj, *, version=None: lock(obj))


def without_free_check(after: Callable[..., Any] = pot_rules.after) -> AbstractContextManager[None]:
    def generous(balances: pot_rules.Balances, kind: str, cents: int, **options: Any) -> pot_rules.Balances:
        return after(replace(balances, allocated_cents=balances.allocated_cents + cents), kind, cents, **options)

    return replaced(pot_rules, "after", generous)


@contextmanager
def without_exclusion_from_the_vote() -> Iterator[None]:
    class Everybody(review.Body):
        def __init__(self, item: BoardItem) -> None:
            super().__init__(item)
            self.voters, self.entitled = self.invited, len(self.invited)

    with replaced(review.ballot, "Body", Everybody):
        yield


def without_seal(shown: Callable[..., Any] = items._ballot) -> AbstractContextManager[None]:
    """The page shows the vote that was cast, whoever reads it."""
    return replaced(items, "_ballot", lambda request, item: shown(request, item) | {"own_vote": Vote.objects.last()})


def as_it_came(content: bytes) -> uploads.CleanFile:
    return uploads.CleanFile(content, "application/pdf", "pdf")


# --- What must hold ---------------------------------------------------------------------------------------------------


def case_in(state: str, town: Any = None, user: Any = None) -> Any:
    town = town or make_town()
    return make_application(make_programme(town), make_organisation(town, user), state=state)


def stranger_cannot_move_a_case() -> None:
    stranger = make_user(make_town(), *Role.values)
    case = case_in(State.RETURNED)

    assert outcome(lambda: perform(case, "lapse", by=stranger, reason="–")) is PermissionDenied


def second_of_two_people_with_the_same_page_is_stopped() -> None:
    case = case_in(State.RETURNED)
    officer = make_user(case.municipality, Role.OFFICER)
    perform(case, "extend", by=officer, version=case.version, day="2026-05-01", reason="Urlaub")

    assert outcome(lambda: perform(case, "lapse", by=officer, version=case.version, reason="zu spät")) is Stale


def two_calls_at_once_never_exceed_the_grant() -> None:
    """Both have read what is left before either writes, where nothing keeps the second one waiting."""
    with clock.at(TODAY):
        world = make_world()
        grant = payable(world)
    both_have_read, results = threading.Barrier(2), []
    account = paying.latest_account

    def slowly(locked: Any) -> tuple[str, str]:
        with suppress(threading.BrokenBarrierError):  # the other one waits for the lock
            both_have_read.wait(timeout=0.5)
        return account(locked)

    def call() -> None:
        try:
            with clock.at(TODAY):
                results.append(money.call_for_funds(grant, AWARD * 6 // 10, by=fresh(world.applicant)))
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    with replaced(paying, "latest_account", slowly):
        threads = [threading.Thread(target=call) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(type(result).__name__ for result in results) == ["Payment", "Refused"]


def pot_refuses_what_it_does_not_hold() -> None:
    world = make_world(budget_per_year_cents=10_000_00)
    year = money.open_year(world.programme, 2026, by=world.officer)
    money.post(year, "commit", 6_000_00, by=world.decider)

    assert outcome(lambda: money.post(year, "commit", 6_000_00, by=world.decider)) is money.Overdrawn


def database_refuses_a_pot_below_zero() -> None:
    world = make_world()
    money.open_year(world.programme, 2026, by=world.officer)
    entries = LedgerEntry.objects.all()

    overdraw = outcome(lambda: entries.update(allocated_cents=0, committed_cents=1_00, free_cents=-1_00))

    assert overdraw is IntegrityError


def foreign_case_does_not_exist() -> None:
    town = make_town()
    case = case_in(State.SUBMITTED, town)
    neighbour = make_user()
    make_organisation(town, neighbour)

    statuses = [
        browser(person).get(reverse("case", args=[case.pk])).status_code
        for person in (neighbour, make_user(make_town(), *Role.values))
    ]

    assert statuses == [404, 404]


def meeting() -> tuple[Any, Any, list[Any]]:
    """(officer, item, members): everybody is there and unbiased but the last member; a motion is open."""
    town = make_town()
    programme = make_programme(town)
    officer = make_user(town, Role.OFFICER)
    board = make_board(programme)
    case = make_application(programme, make_organisation(town), state=State.ADMITTED)
    found: Meeting = review.call_meeting(programme, [case], by=officer, held_on=clock.today(), place="Rathaus")
    [item] = found.items.all()
    for member in board:
        review.declare(item, by=member.user, biased=member is board[-1], reason="Vorstand")
    review.mark_present(found, {member.pk for member in board}, by=officer)
    review.put_motion(item, by=officer, kind="fund", cents=1_000_00)
    return officer, item, board


def biased_member_never_opens_the_file() -> None:
    _officer, item, board = meeting()

    assert browser(board[-1].user).get(reverse("review:item", args=[item.pk])).status_code == 404


def biased_member_never_votes() -> None:
    _officer, item, board = meeting()

    assert outcome(lambda: review.vote(item.motions.get(), "yes", by=board[-1].user)) is Refused


def votes_are_sealed_until_the_motion_closes() -> None:
    _officer, item, board = meeting()

    def page() -> str:
        response = browser(board[0].user).get(reverse("review:item", args=[item.pk]))
        return re.sub(r"\w{64}", "", response.content.decode())  # the token is new in every answer

    before = page()
    review.vote(item.motions.get(), "no", by=board[1].user)

    assert page() == before


def verified_payment() -> tuple[Any, Payment]:
    """A payment, and the one person who verified it and may also order payments."""
    with clock.at(TODAY):
        world = make_world()
        payment = money.call_for_funds(payable(world), AWARD, by=fresh(world.applicant))
        Assignment.objects.create(municipality=world.town, user=world.verifier, role=Role.AUTHORISER)
        both = fresh(world.verifier)
        return both, carry_out(payment, "verify", by=both)


def nobody_orders_what_they_verified() -> None:
    both, payment = verified_payment()

    with clock.at(TODAY):
        assert outcome(lambda: carry_out(payment, "order", by=both)) is PermissionDenied


def database_refuses_two_signatures_of_one_person() -> None:
    both, payment = verified_payment()

    assert outcome(lambda: Payment.objects.filter(pk=payment.pk).update(ordered_by=both)) is IntegrityError


def altered_event_is_found() -> None:
    case = case_in(State.RETURNED)
    officer = make_user(case.municipality, Role.OFFICER)
    perform(case, "lapse", by=officer, reason="Keine Antwort")
    kept = dict(Event.objects.values_list("number", "hash"))  # the file is written at a commit, the test makes none
    Event.objects.update(actor=officer.pk + 1)

    with replaced(events, "_kept_heads", lambda municipality_id: kept):
        assert events.verify(case.municipality) is not None


def letter_is_read_by_its_case_only() -> None:
    town = make_town()
    letter = make_letter(case_in(State.AWARDED, town))
    neighbour = make_user()
    make_organisation(town, neighbour)

    assert browser(neighbour).get(reverse("document", args=[letter.key])).status_code == 404


def altered_letter_is_found() -> None:
    case = case_in(State.AWARDED)
    officer = make_user(case.municipality, Role.OFFICER)
    content = b"%PDF-1.7 1.598,90"
    letter = gate.writes(issue_letter)(case, Letter.Kind.AWARD, title="Bescheid", content=content, by=officer)
    Letter.objects.filter(pk=letter.pk).update(content=b"%PDF-1.7 9.999,00")

    with replaced(events, "_mismatches", lambda municipality: iter(())):  # the log itself is as it was written
        assert outcome(lambda: call_command("verify_audit", stdout=io.StringIO())) is CommandError


def post_from_another_site_is_refused() -> None:
    case = case_in(State.RETURNED)
    officer = make_user(case.municipality, Role.OFFICER)
    url = reverse("applications:move", args=[case.pk, "lapse"])

    response = browser(officer, enforce_csrf_checks=True).post(url, {"reason": "–", "version": case.version})

    assert response.status_code == 403


def page_forbids_scripts_that_are_not_its_own() -> None:
    policy = browser().get("/").headers.get("Content-Security-Policy", "")

    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert (directives.get("default-src"), directives.get("script-src")) == ("'none'", "'self'")


def uploaded_script_is_never_stored() -> None:
    applicant = make_user()
    case = case_in(State.DRAFT, user=applicant)
    with pikepdf.new() as document, io.BytesIO() as written:
        document.add_blank_page()
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("gotcha"))
        document.save(written)
        file = SimpleUploadedFile("plan.pdf", written.getvalue())

    browser(applicant).post(reverse("applications:upload", args=[case.pk]), {"chosen": [file]})

    stored = Path(settings.DATA_DIR, "uploads", Upload.objects.get().file.name).read_bytes()
    assert b"gotcha" not in stored


def code_takes_five_tries() -> None:
    person, client = make_user(), browser()
    client.post(reverse("sign-in"), {"email": person.email})
    code = mail.outbox[-1].subject[:6]

    for number in range(5):
        client.post(reverse("sign-in-code"), {"code": f"{(int(code) + number + 1) % 1_000_000:06}"})
    client.post(reverse("sign-in-code"), {"code": code})

    assert "_auth_user_id" not in client.session


def demo_people_are_chosen_on_this_machine_only() -> None:
    person = make_user(demo=True)

    with replaced(settings, "DEMO", True):
        from_outside = browser().post(reverse("demo"), {"email": person.email}, REMOTE_ADDR="192.0.2.7")

    assert from_outside.status_code == 404


# --- The table --------------------------------------------------------------------------------------------------------

PROTECTIONS: tuple[tuple[str, Callable[[], AbstractContextManager[None]], Scenario], ...] = (
    (
        "permission-in-the-gate",
        lambda: replaced(gate.Move, "has_perm", lambda move, user: True),
        stranger_cannot_move_a_case,
    ),
    ("version", without_version, second_of_two_people_with_the_same_page_is_stopped),
    ("locks", without_locks, two_calls_at_once_never_exceed_the_grant),
    ("free-money-by-rule", without_free_check, pot_refuses_what_it_does_not_hold),
    (
        "free-money-by-database",
        lambda: without_check(LedgerEntry, "ledger_free_not_negative"),
        database_refuses_a_pot_below_zero,
    ),
    (
        "visible-cases",
        lambda: replaced(ApplicationQuerySet, "visible_to", lambda found, user: found.all()),
        foreign_case_does_not_exist,
    ),
    (
        "bias-and-the-file",
        lambda: replaced(BoardItemQuerySet, "visible_to", lambda found, user: found.all()),
        biased_member_never_opens_the_file,
    ),
    ("bias-and-the-vote", without_exclusion_from_the_vote, biased_member_never_votes),
    ("sealed-votes", without_seal, votes_are_sealed_until_the_motion_closes),
    ("four-eyes-by-policy", without_four_eyes, nobody_orders_what_they_verified),
    (
        "four-eyes-by-database",
        lambda: without_check(Payment, "payment_verified_by_not_ordered_by"),
        database_refuses_two_signatures_of_one_person,
    ),
    ("event-chain", lambda: replaced(events, "entry_hash", lambda entry: "0" * 64), altered_event_is_found),
    (
        "letter-by-permission",
        lambda: replaced(LetterQuerySet, "visible_to", lambda found, user: found.all()),
        letter_is_read_by_its_case_only,
    ),
    ("letter-as-issued", lambda: replaced(Letter, "is_intact", True), altered_letter_is_found),
    (
        "cross-site-requests",
        lambda: replaced(CsrfViewMiddleware, "process_view", lambda *args: None),
        post_from_another_site_is_refused,
    ),
    (
        "content-security-policy",
        lambda: replaced(CSPMiddleware, "process_response", lambda self, request, response: response),
        page_forbids_scripts_that_are_not_its_own,
    ),
    ("uploads-written-anew", lambda: replaced(uploads, "rewrite", as_it_came), uploaded_script_is_never_stored),
    ("tries-at-a-code", lambda: replaced(sign_in, "_count_try", lambda *args, **options: True), code_takes_five_tries),
    (
        "demo-on-loopback",
        lambda: replaced(demo, "_is_loopback", lambda request: True),
        demo_people_are_chosen_on_this_machine_only,
    ),
)


def rows(with_threads: tuple[str, ...] = ("locks",)) -> list[Any]:
    return [
        pytest.param(take_out, scenario, id=name, marks=pytest.mark.django_db(transaction=name in with_threads))
        for name, take_out, scenario in PROTECTIONS
    ]


@pytest.mark.parametrize(("take_out", "scenario"), rows())
def test_scenario_with_its_protection_passes(take_out, scenario):
    scenario()


@pytest.mark.parametrize(("take_out", "scenario"), rows())
def test_scenario_with_its_protection_taken_out_fails(take_out, scenario):
    with take_out(), pytest.raises(AssertionError):
        scenario()
