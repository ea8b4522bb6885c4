"""Sixteen decisions released at the same moment through the page: never a cent too much, none lost, no error page."""

import threading
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications.models import Application, Letter
from applications.workflow import State
from budgets.models import Grant, LedgerEntry
from budgets.operations import open_year
from funding import events
from funding.models import Event
from funding.policies import SYSTEM
from review.models import Decision
from tests.factories import make_application, make_decision, make_organisation, make_programme, make_town, make_user

DECISIONS = 16
AFFORDABLE = 10
AMOUNT = 1_000_00


@pytest.fixture
def sixteen(transactional_db):
    """Sixteen prepared decisions of 1,000.00 for a pot of 10,000.00, none of them reserved."""
    town = make_town()
    programme = make_programme(town, budget_per_year_cents=AFFORDABLE * AMOUNT)
    decider = make_user(town, "decider")
    open_year(programme, 2026, by=SYSTEM)
    cases = [make_application(programme, make_organisation(town), state=State.RECOMMENDED) for _ in range(DECISIONS)]
    return town, decider, [make_decision(case, decider, amount_cents=AMOUNT, reasons="Teilweise.") for case in cases]


def send_together(decider, requests):
    """Send each (address, data) in a browser of its own, all starting at the same moment; what they end on."""
    clients = [Client() for _ in requests]
    for client in clients:
        client.force_login(decider)
    barrier, pages = threading.Barrier(len(requests)), [None] * len(requests)

    def run(number):
        try:
            barrier.wait()
            url, data = requests[number]
            pages[number] = clients[number].post(url, data, follow=True)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pages


def release_together(decider, decisions):
    """Release each decision by itself, all at the same moment."""
    return send_together(decider, [(reverse("review:release", args=[decision.pk]), {}) for decision in decisions])


def test_simultaneous_releases_never_overdraw_the_pot_and_lose_no_decision(sixteen):
    town, decider, decisions = sixteen

    pages = release_together(decider, decisions)

    entries = list(LedgerEntry.objects.order_by("number"))
    assert [page.status_code for page in pages] == [200] * DECISIONS
    assert Counter(Application.objects.values_list("state", flat=True)) == {"awarded": 10, "recommended": 6}
    assert Decision.objects.filter(released_at=None).count() == 6
    assert (Grant.objects.count(), Letter.objects.count()) == (AFFORDABLE, AFFORDABLE)
    assert entries[-1].free_cents == 0
    assert entries[-1].committed_cents == AFFORDABLE * AMOUNT
    assert [entry.number for entry in entries] == list(range(1, AFFORDABLE + 2))
    assert events.verify(town) is None
    assert Event.objects.filter(kind="decision.release").count() == AFFORDABLE


def test_same_decision_released_sixteen_times_at_once_is_released_once(sixteen):
    _town, decider, decisions = sixteen

    pages = release_together(decider, [decisions[0]] * DECISIONS)

    assert [page.status_code for page in pages] == [200] * DECISIONS
    assert (Grant.objects.count(), Letter.objects.count()) == (1, 1)
    assert LedgerEntry.objects.filter(kind="commit").count() == 1


def test_refused_release_says_the_figures_and_changes_nothing(sixteen):
    _town, decider, decisions = sixteen
    release_together(decider, decisions)
    left = Decision.objects.filter(released_at=None).first()
    before = LedgerEntry.objects.count()

    page = release_together(decider, [left])[0]

    assert "1.000,00" in page.content.decode()
    assert LedgerEntry.objects.count() == before
    assert Application.objects.get(pk=left.application_id).state == State.RECOMMENDED


def test_same_selection_released_by_many_at_once_is_released_once_and_as_a_whole(sixteen):
    _town, decider, decisions = sixteen
    values = [f"{decision.pk}-{decision.version}" for decision in decisions[:AFFORDABLE]]
    url = reverse("review:release-all")

    # In whatever order they were ticked: nobody waits for ever.
    pages = send_together(decider, [(url, {"chosen": order}) for order in (values, values[::-1]) * 3])

    assert [page.status_code for page in pages] == [200] * 6
    assert [bool(page.redirect_chain) for page in pages].count(True) == 1
    assert (Grant.objects.count(), Letter.objects.count()) == (AFFORDABLE, AFFORDABLE)
    assert LedgerEntry.objects.filter(kind="commit").count() == AFFORDABLE
