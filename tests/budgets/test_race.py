"""Sixteen people at once on the same grant and the same payment: once, and a sentence for everybody else."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django_fsm import TransitionNotAllowed

from budgets import operations
from budgets.models import Grant, Payment, PaymentRun
from funding import clock
from funding.gate import Refused, carry_out
from tests.budgets.money import AWARD, TODAY, fresh, make_world, ordered, payable
from tests.factories import make_organisation, make_user

THREADS = 16
SEED = 20260302

pytestmark = pytest.mark.django_db(transaction=True)


def race(*acts: Callable[[], Any]) -> list[Any]:
    """Start all acts at one moment, in a seeded order; their results, or the refusal or exception of each."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait()
            with clock.at(TODAY):  # threads do not share the clock
                results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    numbered = list(enumerate(acts))
    random.Random(SEED).shuffle(numbered)
    threads = [threading.Thread(target=run, args=pair) for pair in numbered]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def won(results: list[Any]) -> list[Any]:
    """What succeeded; nobody may have got anything but a sentence."""
    wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused | TransitionNotAllowed)]
    assert wrong == []
    return [result for result in results if not isinstance(result, Exception)]


@pytest.fixture
def world(today):
    return make_world()


def test_calls_at_once_never_exceed_the_grant(world):
    grant = payable(world)
    cents = AWARD // 5

    results = race(*[lambda: operations.call_for_funds(grant, cents, by=fresh(world.applicant))] * THREADS)

    assert len(won(results)) == 5
    assert Grant.objects.get(pk=grant.pk).called_cents == 5 * cents


def test_double_clicks_on_one_page_call_once(world):
    grant = payable(world)

    results = race(
        *[lambda: operations.call_for_funds(grant, 1_00, by=fresh(world.applicant), version=grant.version)] * THREADS
    )

    assert len(won(results)) == 1
    assert Grant.objects.get(pk=grant.pk).called_cents == 1_00


def test_orders_at_once_are_one_order(world):
    payment = operations.call_for_funds(payable(world), AWARD, by=fresh(world.applicant))
    payment = carry_out(payment, "verify", by=world.verifier)
    people = [make_user(world.town, "authoriser") for _ in range(THREADS)]

    results = race(*[lambda by=by: carry_out(payment, "order", by=fresh(by)) for by in people])

    assert len(won(results)) == 1
    assert Payment.objects.get(pk=payment.pk).ordered_by == won(results)[0].ordered_by


def test_exports_of_overlapping_lists_hand_every_payment_over_once(world):
    organisation = make_organisation(world.town, world.applicant)
    payments = [ordered(world, payable(world, organisation=organisation)) for _ in range(4)]
    chooser = random.Random(SEED)
    lists = [chooser.sample(payments, k=2) for _ in range(THREADS)]

    results = race(
        *[
            lambda chosen=chosen: operations.export(chosen, execute_on=TODAY, by=fresh(world.cashier))
            for chosen in lists
        ]
    )

    runs = won(results)
    handed_over = [payment.pk for run in runs for payment in run.payments.all()]
    assert len(handed_over) == len(set(handed_over)) == 2 * len(runs)
    assert sorted(PaymentRun.objects.values_list("number", flat=True)) == list(range(1, len(runs) + 1))


def test_bookings_at_once_pay_once(world):
    grant = payable(world)
    payment = ordered(world, grant)
    operations.export([payment], execute_on=TODAY, by=world.cashier)

    results = race(*[lambda: carry_out(payment, "book", by=fresh(world.cashier), booked_on=TODAY)] * THREADS)

    assert len(won(results)) == 1
    assert operations.verify_ledger(grant.budget_year) is None
    assert grant.budget_year.balances.paid_cents == AWARD


def test_remedy_and_export_at_once_never_pay_what_is_disputed(world):
    grant = payable(world)
    payment = ordered(world, grant)

    def remedy():
        return carry_out(grant, "record_remedy", by=fresh(world.officer), day=TODAY, reason="Klage")

    def export():
        return operations.export([payment], execute_on=TODAY, by=fresh(world.cashier))

    won(race(*[remedy, export] * (THREADS // 2)))

    run = PaymentRun.objects.first()
    contested = Grant.objects.get(pk=grant.pk).history.filter(state="contested").earliest("history_id")
    exported = payment.history.filter(state="exported").order_by("history_id").first()
    assert (run is None) == (exported is None)
    # Whoever came first decided: a file that was made was made before the remedy was known.
    assert exported is None or exported.history_date < contested.history_date
