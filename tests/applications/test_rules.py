"""The arithmetic of a plan: the ten sample applications, the limits, the codes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import rules
from applications.rules import Cost, Financing, Plan
from funding.money import MAX_CENTS, from_decimal_string

CAP = 500_000
LEAD_TIME_WEEKS = 6
RECEIVED_ON = date(2025, 12, 15)
IBAN = "DE02120300000000202051"
SHARES = {"personnel": Decimal("0.50"), "other": Decimal(0)}


def make_cost(category, quantity, unit_price, what="", in_kind=False, deductible=0):
    return Cost(
        category=category,
        share=SHARES.get(category, Decimal(1)),
        quantity=Decimal(quantity),
        unit_price_cents=from_decimal_string(unit_price),
        in_kind=in_kind,
        deductible_cents=deductible,
        volunteer_allowance=category == VOLUNTEERS,
        what=what,
    )


def make_plan(costs, **financing):
    """`own="1.00"`, `grant="5.00"`, `third_party=("2.00", "approved")`."""
    lines = []
    for kind, value in financing.items():
        amount, status = value if isinstance(value, tuple) else (value, "")
        lines.append(Financing(kind.replace("_", "-"), from_decimal_string(amount), status))
    return Plan(tuple(make_cost(*cost) for cost in costs), tuple(lines))


def make_sample(costs, financing, start, end, expected, *, holder="Leyla Aydın", names=("Leyla Aydın",), iban=IBAN):
    return {
        "plan": make_plan(costs, **financing),
        "start": date.fromisoformat(start),
        "end": date.fromisoformat(end),
        "account_holder": holder,
        "names": names,
        "iban": iban,
        "expected": dict(zip(EXPECTED, expected, strict=True)),
    }


EXPECTED = ("total", "eligible", "gap", "highest_grant", "binding", "problems", "warnings")
VOLUNTEERS, MEALS = "volunteer-allowance", "accommodation-meals"

SAMPLES = {
    "01": make_sample(
        [
            (VOLUNTEERS, "24", "25.00", "Aufwandsentschädigung, 12 Führungen × 2 Personen"),
            ("material", "1000", "0.62", "Faltplan in fünf Sprachen, 1.000 Stück"),
            (MEALS, "80", "4.50", "Abschlussfest, 80 Gäste"),
            ("insurance", "1", "118.90", "Veranstalterhaftpflicht"),
        ],
        {"income": "100.00", "grant": "1598.90"},
        "2026-04-11",
        "2026-10-31",
        (169_890, 169_890, 159_890, 159_890, ("gap",), [], []),
        names=("Initiative Wegweiser Königsborn", "Leyla Aydın", "Jonas Brink"),
    ),
    "02": make_sample(
        [
            ("personnel", "160", "21.35", "Erzieherin, 40 Wochen × 4 Stunden, Arbeitgeberbrutto"),
            ("travel", "720", "0.35", "Fahrten mit dem Spielkoffer, km"),
            ("material", "1", "480.00", "Spiel- und Bastelmaterial"),
            ("insurance", "1", "165.00", "Unfallversicherung Kinder"),
        ],
        {"own": "500.00", "third_party": ("1208.00", "approved"), "grant": "2605.00"},
        "2026-02-16",
        "2026-11-27",
        (431_300, 260_500, 260_500, 260_500, ("eligible", "gap"), [], []),
        holder="Kinderzeit Unna e.V.",
        names=("Kinderzeit Unna e.V.", "Miriam Okafor"),
        iban="DE89370400440532013000",
    ),
    "03": make_sample(
        [
            ("rent", "1", "4100.00", "Bühne, Zelte, Strom"),
            (MEALS, "600", "5.25", "Zutaten, 600 Gäste"),
            ("insurance", "1", "395.00", "Veranstaltungsversicherung"),
            ("material", "1", "805.00", "Plakate, Geschirr"),
            ("other", "4", "350.00", "Honorare Musikgruppen"),
        ],
        {"own": "2000.00", "third_party": ("1850.00", "applied"), "income": "1000.00", "grant": "5000.00"},
        "2026-09-26",
        "2026-09-26",
        (985_000, 845_000, 500_000, 500_000, ("cap", "gap"), [], ["other-funding-undecided"]),
        holder="Stadtkulturverein Unna e.V.",
        names=("Stadtkulturverein Unna e.V.", "Dr. Petra Lindhorst", "Samir Haddad"),
        iban="DE75512108001245126199",
    ),
    "04": make_sample(
        [
            (VOLUNTEERS, "1000", "4.00", "Aufwand der Patinnen und Paten, 25 Personen × 40 Wochen"),
            (MEALS, "40", "30.00", "Lebensmittel"),
            ("travel", "125", "3.20", "Busfahrkarten"),
        ],
        {"grant": "5600.00"},
        "2026-03-01",
        "2026-12-15",
        (560_000, 560_000, 560_000, 500_000, ("cap",), ["grant-above-cap"], []),
        holder="Hannelore Winkelmann",
        names=("Hannelore Winkelmann", "Hannelore Winkelmann"),
        iban="DE91100000000123456789",
    ),
    "05": make_sample(
        [
            ("other", "6", "200.00", "Honorar Referentinnen und Referenten"),
            ("rent", "6", "65.00", "Saalmiete"),
            ("material", "100", "2.50", "Mappen und Kopien"),
        ],
        {"grant": "1840.00"},
        "2026-05-04",
        "2026-07-06",
        (184_000, 64_000, 184_000, 64_000, ("eligible",), ["grant-above-eligible"], []),
        holder="Begegnungsstätte Massen gGmbH",
        names=("Begegnungsstätte Massen gGmbH", "Thomas Reuter"),
        iban="DE27100777770209299700",
    ),
    "06": make_sample(
        [
            (VOLUNTEERS, "40", "20.00", "Übungsleitende, 10 Termine × 4 Personen"),
            ("rent", "10", "55.00", "Hallenzeiten"),
            ("material", "1", "347.50", "Bälle, Leibchen, Erste Hilfe"),
        ],
        {"own": "150.00", "grant": "1497.50"},
        "2026-03-07",
        "2026-06-27",
        (169_750, 169_750, 154_750, 154_750, ("gap",), ["plan-not-balanced"], []),
        holder="TuS Hellwegdörfer e.V.",
        names=("TuS Hellwegdörfer e.V.", "Anke Vollmer"),
        iban="DE12500105170648489890",
    ),
    "07": make_sample(
        [
            (VOLUNTEERS, "15", "80.00", "Auslagen der Lotsinnen und Lotsen"),
            (MEALS, "10", "48.00", "Monatstreffen"),
            (VOLUNTEERS, "60", "20.00", "Ehrenamtliche Stunden (unbar)", True),
        ],
        {"in_kind": "1200.00", "own": "180.00", "grant": "1500.00"},
        "2026-03-02",
        "2026-12-18",
        (288_000, 168_000, 150_000, 150_000, ("gap",), [], []),
        holder="Haus der Nachbarn Unna e.V.",
        names=("Haus der Nachbarn Unna e.V.", "Olga Petrova"),
        iban="DE02100100100006820101",
    ),
    "08": make_sample(
        [
            ("rent", "9", "35.00", "Gemeinderaum"),
            (MEALS, "9", "42.50", "Çay ve ikram / Tee und Gebäck"),
            ("material", "300", "0.45", "Infoblätter, zweisprachig"),
        ],
        {"grant": "832.50"},
        "2026-04-13",
        "2026-12-11",
        (83_250, 83_250, 83_250, 83_250, ("eligible", "gap"), [], []),
        holder="Zeynep Çelik",
        names=("Elternkreis Königsborn", "Zeynep Çelik", "Gülşen Öztürk"),
        iban="DE02300209000106531065",
    ),
    "09": make_sample(
        [("material", "90", "12.00", "Bücher")],
        {"grant": "1080.00"},
        "2025-09-01",
        "2026-07-10",
        (108_000, 108_000, 108_000, 108_000, ("eligible", "gap"), ["already-begun"], []),
        holder="Förderverein Grundschule am Ostring e.V.",
        names=("Förderverein Grundschule am Ostring e.V.", "Markus Sommer"),
        iban="DE02500105170137075030",
    ),
    "10": make_sample(
        [("material", "1", "1249.99", "Ersatzteile"), ("rent", "5", "90.00", "Lastenrad")],
        {"grant": "1699.99"},
        "2026-05-02",
        "2026-09-26",
        (169_999, 169_999, 169_999, 169_999, ("eligible", "gap"), ["iban-invalid"], []),
        holder="Karl-Heinz Schürmann",
        names=("Radgruppe Hemmerde", "Karl-Heinz Schürmann"),
        iban="DE02120300000000202052",
    ),
}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
def test_sample_application_comes_out_as_expected(sample):
    result = rules.evaluate(sample["plan"], CAP)
    dates = {"start": sample["start"], "end": sample["end"], "received_on": RECEIVED_ON}
    problems = rules.problems(sample["plan"], result, iban=sample["iban"], **dates)
    warnings = rules.warnings(
        sample["plan"],
        result,
        lead_time_weeks=LEAD_TIME_WEEKS,
        account_holder=sample["account_holder"],
        names=sample["names"],
        iban=sample["iban"],
        **dates,
    )

    assert {
        "total": result.total_cents,
        "eligible": result.eligible_cents,
        "gap": result.gap_cents,
        "highest_grant": result.highest_grant_cents,
        "binding": result.binding,
        "problems": problems,
        "warnings": warnings,
    } == sample["expected"]


def problems_of(plan, **changes):
    details = {"start": date(2026, 5, 1), "end": date(2026, 6, 1), "received_on": RECEIVED_ON, "iban": IBAN} | changes
    return rules.problems(plan, rules.evaluate(plan, CAP), **details)


def warnings_of(plan, **changes):
    details = {
        "start": date(2026, 5, 1),
        "end": date(2026, 6, 1),
        "received_on": RECEIVED_ON,
        "lead_time_weeks": LEAD_TIME_WEEKS,
        "account_holder": "Leyla Aydın",
        "names": ["Leyla Aydın"],
        "iban": IBAN,
    } | changes
    return rules.warnings(plan, rules.evaluate(plan, CAP), **details)


BALANCED = make_plan([("material", "1", "100.00")], grant="100.00")


def test_line_is_rounded_half_up_to_the_cent():
    assert [make_cost("material", quantity, "0.01").amount_cents for quantity in ("0.499", "0.5", "1.5")] == [0, 1, 2]


def test_line_with_deductible_tax_counts_net():
    cost = Cost("material", Decimal(1), Decimal(2), 11_900, deductible_cents=3_800)

    assert (cost.gross_cents, cost.amount_cents) == (23_800, 20_000)


@pytest.mark.parametrize(
    ("gross", "percent", "tax"),
    [(119_00, 19, 19_00), (107_00, 7, 7_00), (100_00, 19, 15_97), (9_99, 7, 65), (119_00, 0, 0), (0, 19, 0)],
)
def test_tax_in_a_gross_amount_is_rounded_half_up(gross, percent, tax):
    assert rules.included_tax(gross, percent) == tax


def test_plan_counts_without_the_tax_that_comes_back():
    plan = make_plan(
        [("material", "1", "119.00", "", False, 19_00), ("personnel", "1", "100.00")], own="20.00", grant="130.00"
    )

    result = rules.evaluate(plan, CAP)

    assert (result.total_cents, result.eligible_cents, result.gap_cents) == (200_00, 150_00, 180_00)


@pytest.mark.parametrize(
    ("deducts", "tax", "warns"), [(True, 0, True), (True, 1, False), (False, 0, False), (False, 1, False)]
)
def test_who_gets_tax_back_and_states_none_is_asked_to_look_again(deducts, tax, warns):
    plan = make_plan([("material", "1", "100.00", "", False, tax)], grant="100.00")

    assert ("input-tax-missing" in warnings_of(plan, deducts=deducts)) == warns


def test_eligible_cost_is_rounded_once_over_all_lines():
    plan = make_plan([("personnel", "1", "0.01")] * 3, grant="0.02")

    result = rules.evaluate(plan, CAP)

    assert (result.eligible_cents, result.line_eligible_cents) == (2, (1, 1, 0))


def test_missing_cent_goes_to_the_line_that_lost_most():
    costs = tuple(Cost("material", Decimal(share), Decimal(1), 1) for share in ("0.2", "0.7", "0.6"))

    assert rules.evaluate(Plan(costs, ()), CAP).line_eligible_cents == (0, 1, 1)


def test_other_money_covers_ineligible_cost_first():
    plan = make_plan([("other", "1", "500.00"), ("rent", "1", "500.00")], own="500.00", grant="500.00")

    result = rules.evaluate(plan, CAP)

    assert (result.gap_cents, result.eligible_cents, result.highest_grant_cents) == (50_000, 50_000, 50_000)


def test_cut_line_stays_a_cost_of_which_less_is_eligible():
    brochure = replace(make_cost("material", "1", "620.00"), admitted_cents=420_00)

    plan = Plan((brochure, make_cost("rent", "1", "1000.00")), (Financing("income", 100_00),))

    result = rules.evaluate(plan, CAP)

    assert (result.cash_cents, result.eligible_cents, result.gap_cents) == (1_620_00, 1_420_00, 1_520_00)
    assert (result.highest_grant_cents, result.binding) == (1_420_00, ("eligible",))
    assert result.line_eligible_cents == (420_00, 1_000_00)


def test_cut_personnel_counts_with_its_share_of_what_is_admitted():
    cut = replace(make_cost("personnel", "1", "3000.00"), admitted_cents=2_000_00)

    assert rules.evaluate(Plan((cut,), ()), CAP).eligible_cents == 1_000_00


def test_gap_with_more_money_than_cost_is_zero():
    result = rules.evaluate(make_plan([("rent", "1", "10.00")], own="20.00"), CAP)

    assert (result.gap_cents, result.highest_grant_cents, result.binding, result.open_cents) == (0, 0, ("gap",), -1000)


@pytest.mark.parametrize(
    ("cap", "left", "highest", "binding"),
    [
        (10_000, 10_000, 10_000, ("cap", "eligible", "gap", "budget")),
        (10_000, 9_999, 9_999, ("budget",)),
        (None, 20_000, 10_000, ("eligible", "gap")),
        (500, None, 500, ("cap",)),
        (10_000, 0, 0, ("budget",)),
        (10_000, -5, 0, ("budget",)),
    ],
)
def test_highest_grant_is_the_lowest_limit_and_every_equal_one_binds(cap, left, highest, binding):
    result = rules.evaluate(BALANCED, cap, left)

    assert (result.highest_grant_cents, result.binding) == (highest, binding)


def test_plan_in_order_has_neither_problems_nor_warnings():
    assert (problems_of(BALANCED), warnings_of(BALANCED)) == ([], [])


def test_every_problem_of_the_plan_and_the_case_is_named_in_order():
    plan = make_plan([("other", "1", "6000.00")], own="3000.00", grant="6000.00")

    assert problems_of(plan, start=date(2025, 1, 2), end=date(2025, 1, 1), iban="DE00") == [
        "grant-above-cap",
        "grant-above-eligible",
        "grant-above-gap",
        "plan-not-balanced",
        "already-begun",
        "iban-invalid",
        "dates-reversed",
    ]


def test_unpaid_work_on_one_side_only_is_not_balanced_even_if_the_sums_agree():
    plan = make_plan(
        [("rent", "1", "100.00", "", False), (VOLUNTEERS, "1", "40.00", "", True)], in_kind="50.00", grant="90.00"
    )

    assert rules.evaluate(plan, CAP).open_cents == 0
    assert problems_of(plan) == ["plan-not-balanced"]


@pytest.mark.parametrize(
    ("start", "problems", "warnings"),
    [
        (date(2025, 12, 14), ["already-begun"], []),
        (date(2025, 12, 15), [], ["lead-time-short"]),
        (date(2026, 1, 25), [], ["lead-time-short"]),
        (date(2026, 1, 26), [], []),
        (None, [], []),
    ],
)
def test_start_is_judged_from_the_day_of_receipt(start, problems, warnings):
    assert (problems_of(BALANCED, start=start), warnings_of(BALANCED, start=start)) == (problems, warnings)


def test_dates_are_reversed_only_when_the_end_lies_before_the_start():
    day = date(2026, 5, 1)

    assert problems_of(BALANCED, start=day, end=day) == []
    assert problems_of(BALANCED, start=day, end=date(2026, 4, 30)) == ["dates-reversed"]


def test_iban_left_empty_is_no_problem_of_the_plan():
    assert (problems_of(BALANCED, iban=""), warnings_of(BALANCED, iban="")) == ([], [])


def make_raw_plan(unit_price_cents, quantity, grant_cents, own_cents=None):
    own = () if own_cents is None else (Financing("own", own_cents),)
    cost = Cost("material", Decimal(1), Decimal(quantity), unit_price_cents)
    return Plan((cost,), (*own, Financing("grant", grant_cents)))


@pytest.mark.parametrize(
    ("plan", "problems"),
    [
        (make_raw_plan(1, 1, 1), []),
        (make_raw_plan(0, 1, 0), ["amount-out-of-range", "no-grant-requested"]),
        (make_raw_plan(100, 1, 0, own_cents=100), ["no-grant-requested"]),
        (make_raw_plan(100, 1, 100, own_cents=0), ["amount-out-of-range"]),
        (make_raw_plan(-100, -1, 100), ["amount-out-of-range"]),
        (make_raw_plan(MAX_CENTS, 1, 1, own_cents=MAX_CENTS - 1), []),
        (make_raw_plan(MAX_CENTS, 2, 1), ["plan-not-balanced", "amount-out-of-range"]),
        (
            make_raw_plan(1, "0.1", 1),
            ["grant-above-eligible", "grant-above-gap", "plan-not-balanced", "amount-out-of-range"],
        ),
    ],
)
def test_amount_outside_its_bounds_is_a_problem(plan, problems):
    assert problems_of(plan) == problems


def test_plan_without_lines_asks_for_no_grant():
    assert problems_of(Plan((), ())) == ["no-grant-requested"]


def test_every_warning_is_named_in_order():
    plan = make_plan(
        [(VOLUNTEERS, "1", "1000.00", "eine Helferin"), ("travel", "10", "0.36", "km")],
        third_party=("3.60", "applied"),
        grant="1000.00",
    )

    assert warnings_of(plan, start=date(2026, 1, 1), account_holder="Jonas Brink", iban="DE67370400440532013105") == [
        "other-funding-undecided",
        "lead-time-short",
        "account-holder-differs",
        "iban-national-checksum",
        "volunteer-allowance-high",
        "kilometre-rate-high",
    ]


def test_unknown_bank_warns():
    assert warnings_of(BALANCED, iban="DE93999999990000000001") == ["bank-unknown"]


@pytest.mark.parametrize(
    ("quantity", "price", "what", "start", "end", "warns"),
    [
        ("1", "960.00", "Frau Sommer", "2026-01-30", "2026-12-01", False),
        ("1", "960.01", "Frau Sommer", "2026-01-30", "2026-12-01", True),
        ("1", "840.01", "Frau Sommer", "2025-12-16", "2025-12-20", True),
        ("1", "1800.00", "Frau Sommer", "2025-12-16", "2026-12-20", False),  # 840 for 2025 and 960 for 2026
        ("1", "1800.01", "Frau Sommer", "2025-12-16", "2026-12-20", True),
        ("40", "25.00", "1 Person, 40 Wochen", "2026-01-30", "2026-12-01", True),
        ("40", "25.00", "eine Lotsin, 40 Wochen", "2026-01-30", "2026-12-01", True),
        ("40", "25.00", "alle Lotsinnen", "2026-01-30", "2026-12-01", False),
        ("1", "2000.00", "pauschal für 12 Personen", "2026-01-30", "2026-12-01", False),
        ("1", "3300.00", "Übungsleiterin", "2026-01-30", "2026-12-01", False),
        ("1", "3300.01", "Übungsleiterin", "2026-01-30", "2026-12-01", True),
    ],
)
def test_allowance_of_one_volunteer_above_the_limit_of_the_years_warns(quantity, price, what, start, end, warns):
    plan = Plan((make_cost(VOLUNTEERS, quantity, price, what),), ())

    codes = warnings_of(plan, start=date.fromisoformat(start), end=date.fromisoformat(end), lead_time_weeks=0)

    assert codes == (["volunteer-allowance-high"] if warns else [])


def test_unpaid_work_of_one_volunteer_never_warns():
    assert warnings_of(Plan((make_cost(VOLUNTEERS, "1", "5000.00", in_kind=True),), ())) == []


@pytest.mark.parametrize(
    ("quantity", "price", "what", "warns"),
    [
        ("720", "0.35", "Fahrten, km", False),
        ("720", "0.36", "Fahrten, km", True),
        ("720", "0.36", "Fahrten (Kilometer)", True),
        ("720", "0.36", "поездки, км", True),
        ("720", "0.36", "Fahrten", False),
        ("720", "0.36", "Kmart", False),
        ("1", "252.00", "Fahrten, 720km", False),
        ("720", "0.36", "720km", True),
    ],
)
def test_rate_per_kilometre_above_that_of_a_car_warns(quantity, price, what, warns):
    plan = Plan((make_cost("travel", quantity, price, what),), ())

    assert warnings_of(plan) == (["kilometre-rate-high"] if warns else [])


def test_other_funding_without_a_stated_approval_is_undecided():
    undecided = make_plan([("rent", "1", "2.00")], third_party="1.00", grant="1.00")
    approved = make_plan([("rent", "1", "2.00")], third_party=("1.00", "approved"), grant="1.00")

    assert (warnings_of(undecided), warnings_of(approved)) == (["other-funding-undecided"], [])


GROSS = st.builds(
    Cost,
    category=st.sampled_from(["personnel", "material", "other"]),
    share=st.decimals(0, 1, places=2),
    quantity=st.decimals("0.001", 1_000_000, places=3),
    unit_price_cents=st.integers(1, MAX_CENTS),
    in_kind=st.booleans(),
)
COSTS = st.builds(
    lambda cost, percent: replace(cost, deductible_cents=rules.included_tax(cost.gross_cents, percent)),
    GROSS,
    st.sampled_from([0, 7, 19, 100]),
)
FINANCING = st.builds(
    Financing,
    kind=st.sampled_from(["own", "third-party", "income", "in-kind", "grant"]),
    amount_cents=st.integers(1, MAX_CENTS),
)
PLANS = st.builds(Plan, st.lists(COSTS, max_size=12).map(tuple), st.lists(FINANCING, max_size=6).map(tuple))


@given(PLANS, st.integers(0, MAX_CENTS), st.none() | st.integers(0, MAX_CENTS))
def test_any_plan_keeps_its_bounds_and_its_lines_foot(plan, cap, left):
    result = rules.evaluate(plan, cap, left)

    exact = [Decimal(0) if cost.in_kind else cost.amount_cents * cost.share for cost in plan.costs]
    assert sum(result.line_eligible_cents) == result.eligible_cents
    assert all(abs(cents - value) < 1 for cents, value in zip(result.line_eligible_cents, exact, strict=True))
    assert abs(result.eligible_cents - sum(exact)) <= Decimal("0.5")
    assert result.gap_cents >= 0
    limits = [cap, result.eligible_cents, result.gap_cents, *([] if left is None else [left])]
    assert result.highest_grant_cents == min(limits)
    assert 0 <= result.eligible_cents <= result.cash_cents <= result.total_cents
