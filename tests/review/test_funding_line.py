"""The funding line: the pot dealt out in order, what would still fit, the list that is kept."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets import operations as money
from funding.gate import Refused, Stale
from review import operations, rules
from review.models import BoardList
from tests.factories import make_decision


def pot(review, cents):
    review.programme.budget_per_year_cents = cents
    review.programme.save()
    return money.open_year(review.programme, 2026, by=review.officer)


@pytest.fixture
def line(review):
    """Three cases that ask for 1,598.90 each; the pot holds 4,496.70: for the last one 300 are missing."""
    pot(review, 4_496_70)
    items = review.meet(*(review.case(title=name) for name in ("Nord", "Mitte", "Süd")))
    return [operations.funding_line(items[0].meeting, review.officer), *items]


def fits(line):
    return [(str(row.item.application), row.cents, row.fits, row.missing_cents) for row in line.rows]


@pytest.mark.parametrize(
    ("amounts", "free", "expected"),
    [
        ([], 100, ([], 100)),
        ([60, 40], 100, ([(True, 0), (True, 0)], 0)),
        ([60, 41], 100, ([(True, 0), (False, 1)], 40)),
        ([60, 50, 30], 100, ([(True, 0), (False, 10), (True, 0)], 10)),
        ([0], 0, ([(True, 0)], 0)),
        ([60, 50], None, ([(True, 0), (True, 0)], None)),
    ],
)
def test_pot_is_dealt_out_in_order(amounts, free, expected):
    filled, left = rules.fill_pot(amounts, free)

    assert ([(one.fits, one.missing_cents) for one in filled], left) == expected


def test_last_case_does_not_fit_until_an_amount_is_lowered_by_300(review, line):
    before, first, *_others = line

    after = operations.funding_line(first.meeting, review.officer, amounts={first.pk: 1_298_90})

    assert fits(before)[2] == ("Süd", 1_598_90, False, 300_00)
    assert [row[2] for row in fits(after)] == [True, True, True]
    assert after.pots[0].left_cents == 0


def test_order_decides_who_gets_the_money(review, line):
    _before, first, second, third = line

    turned = operations.funding_line(first.meeting, review.officer, order=[third.pk, first.pk, second.pk])

    assert [(title, fit) for title, _cents, fit, _missing in fits(turned)] == [
        ("Süd", True),
        ("Nord", True),
        ("Mitte", False),
    ]


def test_what_is_left_is_offered_to_who_asked_for_more(review, line):
    _before, first, _second, third = line

    after = operations.funding_line(first.meeting, review.officer, amounts={first.pk: 1_000_00, third.pk: 0})

    assert [row.more_cents for row in after.rows] == [598_90, 0, 1_598_90]


def test_money_set_aside_for_one_of_the_cases_is_there_for_it(review):
    pot(review, 2_000_00)
    case = review.case(state="recommended", title="Nord")
    [item] = review.meet(review.case(title="Süd"))
    item.application = case
    item.save()
    make_decision(case, review.decider, reserved_cents=money.reserve(case, 1_500_00, by=review.decider))

    assert operations.funding_line(item.meeting, review.officer).pots[0].free_cents == 2_000_00


def test_list_is_kept_with_who_and_when_and_motions_begin_with_it(client, review, line):
    _before, first, second, third = line
    review.open(first)
    amounts = {first.pk: 1_298_90, second.pk: 1_598_90, third.pk: 1_598_90}

    kept = operations.save_list(first.meeting, amounts, [first.pk, second.pk, third.pk], by=review.officer)

    assert (kept.number, kept.saved_by, [entry["cents"] for entry in kept.entries]) == (
        1,
        review.officer,
        [1_298_90, 1_598_90, 1_598_90],
    )
    assert operations.suggested_cents(first, 1_598_90) == 1_298_90
    client.force_login(review.officer)
    assert 'value="1.298,90"' in client.get(reverse("review:item", args=[first.pk])).content.decode()


def test_list_saved_meanwhile_is_not_overwritten_unseen(review, line):
    _before, first, *_others = line
    operations.save_list(first.meeting, {}, [], by=review.officer)

    with pytest.raises(Stale):
        operations.save_list(first.meeting, {}, [], by=review.officer, after=0)


def test_amount_above_the_plan_is_refused_with_the_figure(review, line):
    _before, first, *_others = line

    with pytest.raises(Refused, match=r"„Nord“ kann höchstens 1\.598,90"):
        operations.save_list(first.meeting, {first.pk: 1_598_91}, [], by=review.officer)


def test_what_does_not_fit_the_pot_is_kept_as_not_fitting(review, line):
    _before, first, *_others = line

    kept = operations.save_list(first.meeting, {}, [], by=review.officer)

    assert [entry["fits"] for entry in kept.entries] == [True, True, False]
    assert sum(entry["cents"] for entry in kept.entries if entry["fits"]) <= 4_496_70


def test_list_of_a_meeting_that_is_over_is_refused(review, line):
    _before, first, *_others = line
    operations.end_meeting(first.meeting, by=review.officer)

    with pytest.raises(Refused, match="beendet"):
        operations.save_list(first.meeting, {}, [], by=review.officer)


def test_only_officer_and_chair_save(review, line):
    _before, first, *_others = line

    with pytest.raises(PermissionDenied):
        operations.save_list(first.meeting, {}, [], by=review.board[3].user)


def test_excluded_chair_sees_nothing_of_the_case_and_cannot_save(client, review, line):
    _before, *items = line
    for item in items:
        operations.declare(item, by=review.board[0].user, biased=item == items[1], reason="Vorstand")
    client.force_login(review.board[0].user)

    page = client.get(reverse("review:funding-line", args=[items[0].meeting_id])).content.decode()

    assert "Nord" in page
    assert "Mitte" not in page.replace("Mittel", "")
    with pytest.raises(Refused, match="nicht öffnen dürfen"):
        operations.save_list(items[0].meeting, {}, [], by=review.board[0].user)


def test_page_tries_amounts_out_and_saves_only_when_asked(client, review, line):
    _before, first, second, third = line
    client.force_login(review.officer)
    address = reverse("review:funding-line", args=[first.meeting_id])
    typed = {"after": "0", "order": f"{first.pk},{second.pk},{third.pk}"}
    typed |= {f"cents-{first.pk}": "1.298,90", f"cents-{second.pk}": "1.598,90", f"cents-{third.pk}": "1.598,90"}

    tried = client.post(address, typed)
    assert BoardList.objects.count() == 0
    assert [row.fits for row in tried.context["line"].rows] == [True, True, True]

    moved = client.post(address, typed | {"down": str(first.pk)})
    assert [str(row.item.application) for row in moved.context["line"].rows] == ["Mitte", "Nord", "Süd"]

    too_much = client.post(address, typed | {f"cents-{first.pk}": "5.000", "act": "save"})
    assert "Höchstens" in too_much.content.decode()
    assert BoardList.objects.count() == 0

    assert client.post(address, typed | {"act": "save"}).status_code == 302
    assert BoardList.objects.get().entries[0]["cents"] == 1_298_90


def test_number_of_queries_does_not_grow_with_the_cases(review):
    pot(review, 20_000_00)
    few = review.meet(review.case())
    many = review.meet(*(review.case() for _ in range(8)))

    def asked(items):
        with CaptureQueriesContext(connection) as found:
            operations.funding_line(items[0].meeting, review.officer)
        return len(found)

    assert asked(few) == asked(many)
