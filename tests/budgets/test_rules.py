"""The arithmetic of money: the settlement table, the first day of payment, the pot, interest."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import rules
from budgets.rules import Balances

# --- Settlement: plan 8,000 eligible = cash = own 1,500 + third party 1,500 + grant 5,000 -----------------------------

PLAN = {
    "award": 500_000,
    "planned_eligible": 800_000,
    "planned_cost": 800_000,
    "planned_own": 150_000,
    "planned_third_party": 150_000,
    "planned_income": 0,
}


def settle(financing, cost=800_000, income=0, own=150_000, third_party=150_000, **changes):
    actual = {
        "actual_eligible": cost,
        "actual_cost": cost,
        "actual_own": own,
        "actual_third_party": third_party,
        "actual_income": income,
    }
    return rules.settle(financing=financing, **(PLAN | actual | changes))


TABLE = {
    "A cost 7,200": (720_000, 0, 450_000, 420_000, 500_000),
    "B +1,000 income": (800_000, 100_000, 437_500, 400_000, 500_000),
    "C cost 7,200, +1,000 income": (720_000, 100_000, 387_500, 320_000, 470_000),
    "D cost 9,000": (900_000, 0, 500_000, 500_000, 500_000),
    "E cost 7,600": (760_000, 0, 500_000, 500_000, 500_000),
    "F cost 4,600": (460_000, 0, 287_500, 160_000, 310_000),
    "G cost 7,500": (750_000, 0, 500_000, 500_000, 500_000),
    "G cost 7,499.99": (749_999, 0, 468_749, 449_999, 500_000),
    "H cost 7,600, +400 income": (760_000, 40_000, 500_000, 500_000, 500_000),
    "as planned": (800_000, 0, 500_000, 500_000, 500_000),
}


@pytest.mark.parametrize(("cost", "income", "share", "gap", "fixed"), TABLE.values(), ids=TABLE.keys())
def test_settlement_of_the_table_comes_out_by_type(cost, income, share, gap, fixed):
    grants = {financing: settle(financing, cost, income).grant_cents for financing in ("share", "gap", "fixed")}

    assert grants == {"share": share, "gap": gap, "fixed": fixed}


@pytest.mark.parametrize("financing", ["share", "gap", "fixed"])
def test_cost_above_the_plan_paid_by_own_money_never_raises_the_award(financing):
    assert settle(financing, cost=900_000, own=250_000).grant_cents == 500_000


@pytest.mark.parametrize(("own", "third_party", "income"), [(200_001, 0, 0), (0, 200_001, 0), (0, 0, 200_001)])
def test_cover_that_rose_by_more_than_the_limit_counts_in_full_whatever_it_is(own, third_party, income):
    changes = {"planned_own": 150_000, "planned_third_party": 0}
    within = settle(
        "share", own=max(0, own - 1), third_party=max(0, third_party - 1), income=max(0, income - 1), **changes
    )
    above = settle("share", own=own, third_party=third_party, income=income, **changes)

    assert (within.grant_cents, above.grant_cents) == (500_000, 468_749)  # 0.625 × (8,000 − 500.01)


def test_cover_that_fell_does_not_make_up_for_cost_that_fell():
    assert settle("share", cost=720_000, own=70_000).grant_cents == 450_000


def test_minor_change_of_another_programme_is_its_own_setting():
    assert settle("share", cost=799_999, minor_change=0).grant_cents == 499_999
    assert settle("share", cost=720_000, minor_change=80_000).grant_cents == 500_000


def test_own_money_of_the_plan_stays_frozen_in_gap_financing():
    assert settle("gap", cost=720_000, own=0).grant_cents == 420_000


FULL = {
    "award": 500_000,
    "planned_eligible": 500_000,
    "planned_cost": 500_000,
    "planned_own": 0,
    "planned_third_party": 0,
    "own": 0,
    "third_party": 0,
}


@pytest.mark.parametrize(
    ("cost", "income", "grant"),
    [(460_000, 0, 460_000), (500_000, 100_000, 400_000), (500_000, 0, 500_000), (600_000, 0, 500_000)],
)
def test_full_financing_knows_no_minor_change(cost, income, grant):
    assert settle("full", cost, income, **FULL).grant_cents == grant


@pytest.mark.parametrize("financing", ["gap", "share", "fixed", "full"])
def test_sample_08_that_spent_600_keeps_600_by_the_guard(financing):
    plan = FULL | {"award": 83_250, "planned_eligible": 83_250, "planned_cost": 83_250}

    assert settle(financing, cost=60_000, **plan).grant_cents == 60_000


PERSONNEL = {  # staff 3,000 counted half, other 2,000; the other 1,500 is own money
    "award": 350_000,
    "planned_eligible": 350_000,
    "planned_cost": 500_000,
    "planned_own": 150_000,
    "planned_third_party": 0,
    "third_party": 0,
}


@pytest.mark.parametrize(
    ("financing", "cost", "eligible", "grant"),
    [
        ("gap", 500_000, 350_000, 350_000),
        ("gap", 400_000, 250_000, 250_000),  # other cost 1,000 instead of 2,000
        ("gap", 300_000, 250_000, 150_000),  # staff 1,000 instead of 3,000: 3,000 − own 1,500
        ("share", 300_000, 250_000, 250_000),
        ("fixed", 300_000, 250_000, 250_000),  # the guard: never more than eligible
    ],
)
def test_personnel_counted_half_leaves_the_other_half_to_other_money(financing, cost, eligible, grant):
    settlement = settle(financing, cost=cost, actual_eligible=eligible, **PERSONNEL)

    assert settlement.grant_cents == grant


def test_settlement_tells_every_step_with_its_figure():
    assert settle("fixed", 720_000, 100_000).steps == (
        ("award", 500_000),
        ("cost-change", -80_000),
        ("eligible-fall", 80_000),
        ("cover-rise", 100_000),
        ("by-fixed", 500_000),
        ("guard-cover", 470_000),
        ("grant", 470_000),
    )
    assert settle("gap", 760_000).steps == (
        ("award", 500_000),
        ("cost-change", -40_000),
        ("eligible-fall", 40_000),
        ("minor-change", 50_000),
        ("grant", 500_000),
    )
    assert settle("share").steps == (("award", 500_000), ("minor-change", 50_000), ("grant", 500_000))
    assert settle("gap", 900_000, own=250_000).steps == (
        ("award", 500_000),
        ("cost-change", 100_000),
        ("cover-rise", 100_000),
        ("by-gap", 600_000),
        ("award-limit", 500_000),
        ("grant", 500_000),
    )


def test_settlement_without_any_cost_is_nothing():
    settlement = settle("gap", cost=0)

    assert settlement.steps[-3:] == (("by-gap", -300_000), ("nothing-left", 0), ("grant", 0))


def test_share_of_a_plan_without_eligible_cost_is_nothing():
    assert settle("share", planned_eligible=0, award=0).grant_cents == 0
    assert settle("share", planned_eligible=0, award=0, own=300_000).grant_cents == 0


def test_settlement_of_an_unknown_type_is_refused():
    with pytest.raises(ValueError, match="unknown type of financing: 'loan'"):
        settle("loan")


CENTS = st.integers(0, 2_000_000)


@given(
    st.sampled_from(["gap", "share", "fixed", "full"]),
    st.fixed_dictionaries(dict.fromkeys([*PLAN, "minor_change"], CENTS)),
    st.fixed_dictionaries(dict.fromkeys(("own", "third_party", "income"), CENTS)),
    CENTS,
    CENTS,
)
def test_settlement_of_anything_stays_within_the_guard(financing, plan, money, eligible, ineligible):
    cost = eligible + ineligible
    settlement = settle(financing, cost=cost, actual_eligible=eligible, **money, **plan)

    guard = min(plan["award"], eligible, cost - money["third_party"] - money["income"])
    assert 0 <= settlement.grant_cents <= max(0, guard)
    assert settlement.steps[0] == ("award", plan["award"])
    assert settlement.steps[-1] == ("grant", settlement.grant_cents)


def test_eligible_cost_of_lines_is_rounded_once():
    assert rules.eligible([(1, Decimal("0.5"))] * 3) == 2
    assert rules.eligible([]) == 0


# --- When it may be paid ----------------------------------------------------------------------------------------------

NOTIFIED, END = date(2026, 2, 6), date(2026, 3, 6)


@pytest.mark.parametrize(
    ("notified_on", "waived_on", "remedy_ends_on", "day"),
    [
        (NOTIFIED, None, END, date(2026, 3, 7)),
        (NOTIFIED, date(2026, 2, 10), END, date(2026, 2, 10)),
        (NOTIFIED, date(2026, 2, 3), END, NOTIFIED),  # opened and waived before it counts as notified
        (NOTIFIED, date(2026, 4, 1), END, date(2026, 3, 7)),
        (NOTIFIED, date(2026, 2, 10), None, date(2026, 2, 10)),
        (None, date(2026, 2, 10), None, None),
        (NOTIFIED, None, None, None),
        (None, None, None, None),
    ],
)
def test_grant_is_payable_when_the_award_is_binding(notified_on, waived_on, remedy_ends_on, day):
    result = rules.payable_from(notified_on=notified_on, waived_on=waived_on, remedy_ends_on=remedy_ends_on)

    assert result == day


# --- The year's pot ---------------------------------------------------------------------------------------------------


def play(*movements, year_open=True):
    balances = Balances()
    for kind, amount in movements:
        balances = rules.after(balances, kind, amount, year_open=year_open)
    return balances


def test_kinds_of_movement_are_complete():
    kinds = (
        *("allocate", "supplement", "cut", "carry_in", "reserve", "unreserve", "commit"),
        *("release", "pay", "unpay", "repay", "carry_over", "lapse"),
    )

    assert kinds == rules.KINDS


STARTED = Balances(allocated_cents=1000, reserved_cents=100, committed_cents=500, paid_cents=200)


@pytest.mark.parametrize(
    ("kind", "changed", "free", "outstanding"),
    [
        ("allocate", {"allocated_cents": 1050}, 450, 300),
        ("supplement", {"allocated_cents": 1050}, 450, 300),
        ("cut", {"allocated_cents": 950}, 350, 300),
        ("carry_in", {"carried_in_cents": 50}, 450, 300),
        ("reserve", {"reserved_cents": 150}, 350, 300),
        ("unreserve", {"reserved_cents": 50}, 450, 300),
        ("commit", {"committed_cents": 550}, 350, 350),
        ("release", {"released_cents": 50}, 450, 250),
        ("pay", {"paid_cents": 250}, 400, 250),
        ("unpay", {"paid_cents": 150}, 400, 350),
        ("repay", {"repaid_cents": 50, "released_cents": 50}, 450, 300),
        ("carry_over", {"carried_over_cents": 50}, 400, 250),
        ("lapse", {"lapsed_cents": 50}, 350, 300),
    ],
)
def test_movement_in_an_open_year_changes_its_parts_only(kind, changed, free, outstanding):
    moved = rules.after(STARTED, kind, 50)

    assert moved == Balances(**(vars(STARTED) | changed))
    assert (moved.free_cents, moved.outstanding_cents) == (free, outstanding)


@pytest.mark.parametrize(
    ("kind", "changed", "outstanding"),
    [
        ("release", {"released_cents": 50, "lapsed_cents": 50}, 250),
        ("repay", {"repaid_cents": 50, "released_cents": 50, "lapsed_cents": 50}, 300),
    ],
)
def test_money_that_comes_back_in_a_closed_year_lapses_and_is_never_free(kind, changed, outstanding):
    moved = rules.after(STARTED, kind, 50, year_open=False)

    assert moved == Balances(**(vars(STARTED) | changed))
    assert (moved.free_cents, moved.outstanding_cents) == (STARTED.free_cents, outstanding)


def test_reservation_turned_into_a_commitment_leaves_what_is_free():
    moved = play(("allocate", 1000), ("reserve", 400), ("unreserve", 400), ("commit", 400))

    assert (moved.free_cents, moved.reserved_cents, moved.committed_cents) == (600, 0, 400)


@pytest.mark.parametrize("kind", ["reserve", "commit", "lapse", "cut"])
def test_movement_beyond_what_is_free_is_refused_and_exactly_that_is_not(kind):
    assert rules.after(STARTED, kind, 400).free_cents == 0
    with pytest.raises(rules.OverdrawnError) as refusal:
        rules.after(STARTED, kind, 401)

    assert (refusal.value.free, refusal.value.wanted) == (400, 401)


@pytest.mark.parametrize(
    ("kind", "amount", "sentence"),
    [
        ("unreserve", 101, "unreserve of 101 cents exceeds what is reserved by 1 cents"),
        ("pay", 301, "pay of 301 cents exceeds what is outstanding by 1 cents"),
        ("release", 301, "release of 301 cents exceeds what is outstanding by 1 cents"),
        ("carry_over", 301, "carry_over of 301 cents exceeds what is outstanding by 1 cents"),
        ("unpay", 201, "unpay of 201 cents exceeds what is paid and not repaid by 1 cents"),
        ("repay", 201, "repay of 201 cents exceeds what is paid and not repaid by 1 cents"),
        ("cut", 1001, "cut of 1001 cents exceeds what is allocated by 1 cents"),
        ("pay", 0, "a movement has an amount above zero"),
        ("pay", -1, "a movement has an amount above zero"),
        ("steal", 1, "unknown kind of movement: 'steal'"),
    ],
)
def test_movement_that_takes_a_part_below_zero_is_refused(kind, amount, sentence):
    with pytest.raises(ValueError) as refusal:
        rules.after(STARTED, kind, amount)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("year_open", [True, False])
def test_money_repaid_cannot_be_paid_out_again(year_open):
    settled = Balances(allocated_cents=500, committed_cents=500, paid_cents=500)
    repaid = rules.after(settled, "repay", 200, year_open=year_open)

    with pytest.raises(ValueError):
        rules.after(repaid, "pay", 1, year_open=year_open)


def test_unpaid_commitment_moves_to_the_next_year_without_becoming_free():
    old = play(("allocate", 1000), ("commit", 600), ("pay", 250), ("carry_over", 350), ("lapse", 400))
    new = play(("allocate", 1000), ("carry_in", 350), ("commit", 350))

    assert (old.free_cents, old.outstanding_cents, old.carried_over_cents) == (0, 0, 350)
    assert (new.free_cents, new.outstanding_cents) == (1000, 350)


@given(st.lists(st.tuples(st.sampled_from(rules.KINDS), st.integers(1, 1000), st.booleans()), max_size=60))
def test_any_sequence_of_movements_keeps_the_pot_whole(movements):
    balances = Balances()
    for kind, amount, year_open in movements:
        try:
            balances = rules.after(balances, kind, amount, year_open=year_open)
        except (ValueError, rules.OverdrawnError):
            continue
        b = balances
        assert min(*vars(b).values(), b.free_cents, b.outstanding_cents) >= 0
        assert b.repaid_cents <= b.paid_cents
        assert b.allocated_cents + b.carried_in_cents + b.released_cents == (
            b.free_cents + b.reserved_cents + b.committed_cents + b.lapsed_cents
        )
        assert b.committed_cents == (
            b.paid_cents - b.repaid_cents + b.released_cents + b.carried_over_cents + b.outstanding_cents
        )


# --- Interest ---------------------------------------------------------------------------------------------------------


def test_interest_over_two_rates_is_computed_by_days_and_rounded_once():
    # 121 days at 7.27 % and 62 at 6.27 %: the first day bears none, the last one does.
    assert rules.interest(80_000, date(2025, 3, 1), date(2025, 8, 31)) == 2780


def test_interest_over_one_half_year_has_183_days():
    assert rules.interest(80_000, date(2025, 7, 1), date(2025, 12, 31)) == 2515


def test_interest_in_a_leap_year_divides_by_365_too():
    # 366 days of 2024: 182 at 8.62 % and 184 at 8.37 %
    expected = round(1_000_000 * (Decimal("8.62") * 182 + Decimal("8.37") * 184) / 36_500)

    assert rules.interest(1_000_000, date(2023, 12, 31), date(2024, 12, 31)) == expected == 85_176


@pytest.mark.parametrize("to_day", [date(2025, 3, 1), date(2025, 2, 1)])
def test_interest_until_the_first_day_or_before_is_nothing(to_day):
    assert rules.interest(80_000, date(2025, 3, 1), to_day) == 0


def test_interest_into_a_half_year_without_a_confirmed_rate_is_refused():
    assert rules.interest(80_000, date(2026, 6, 29), date(2026, 6, 30)) == 14
    with pytest.raises(rules.RateMissing) as refusal:
        rules.interest(80_000, date(2026, 6, 29), date(2026, 7, 1))

    assert refusal.value.half_year == date(2026, 7, 1)


def test_interest_takes_the_rates_it_is_given():
    rates = {date(2026, 7, 1): Decimal("-5")}

    assert rules.interest(80_000, date(2026, 7, 1), date(2026, 8, 1), rates) == 0


@given(
    st.integers(1, 10_000_000),
    st.dates(date(2024, 1, 1), date(2026, 6, 30)),
    st.dates(date(2024, 1, 1), date(2026, 6, 30)),
)
def test_interest_equals_the_sum_day_by_day(cents, from_day, to_day):
    days = [from_day + timedelta(days=number) for number in range(1, (to_day - from_day).days + 1)]
    rates = [rules.BASE_RATES[date(day.year, 1 if day.month < 7 else 7, 1)] + 5 for day in days]

    assert abs(rules.interest(cents, from_day, to_day) - cents * sum(rates) / Decimal(36_500)) <= Decimal("0.5")


def test_what_was_not_awarded_says_nothing_of_what_is_reserved():
    assert (STARTED.free_cents, STARTED.not_awarded_cents) == (400, 500)
