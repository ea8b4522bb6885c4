"""The demo shows everything: each state of each machine, on whatever day it is made, with a log that verifies."""

import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from applications.models import Application
from budgets.models import BudgetYear, Grant, Payment, UsageProof
from budgets.operations import verify_ledger
from funding import clock, events
from funding.models import Municipality, User
from funding.site.demo import WITH_PROBLEMS
from tests.factories import make_town

MACHINES = (Application, Grant, Payment, UsageProof)


# The turn of a year: dates of one season fall into two budgets. And a leap day.
@pytest.mark.parametrize("today", [date(2027, 1, 2), date(2028, 2, 29)])
def test_demo_on_any_day_is_made_once_and_has_a_case_in_every_state(
    db, settings, tmp_path, django_capture_on_commit_callbacks, today
):
    settings.DATA_DIR = tmp_path

    with clock.at(today), django_capture_on_commit_callbacks(execute=True):
        call_command("demo", stdout=io.StringIO())
        with pytest.raises(CommandError, match="there already"):
            call_command("demo")

    for machine in MACHINES:
        states = {value for value, _label in machine._meta.get_field("state").choices}
        assert set(machine.objects.values_list("state", flat=True)) == states, machine.__name__
    assert events.verify(Municipality.objects.get()) is None
    assert [verify_ledger(year) for year in BudgetYear.objects.all()] == [None] * BudgetYear.objects.count()

    drafts = Application.objects.filter(paper=True, state="draft")
    assert drafts.count() == len(WITH_PROBLEMS)
    assert all(draft.problems(draft.received_on) for draft in drafts)

    listed = User.objects.filter(demo=True)
    assert listed.filter(assignments__role="board").count() == 7
    assert listed.filter(assignments=None).count() == 3  # the applicants
    assert listed.count() == 18


def test_demo_never_enters_a_real_town(db):
    make_town()

    with pytest.raises(CommandError, match="real town"):
        call_command("demo")
