"""The plan as people type it: input tax, lines, numbers and what the page says about them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.documents.receipt import receipt_blocks
from applications.models import Application
from budgets.operations import open_year
from funding import clock
from funding.pdf import Bullets
from funding.policies import SYSTEM
from tests.factories import make_application, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

DAY = date(2025, 12, 15)
SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _in_december_in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(DAY), translation.override("en"):
        yield


@pytest.fixture
def applicant():
    return make_user()


@pytest.fixture
def draft(applicant):
    town = make_town()
    return make_application(make_programme(town), make_organisation(town, applicant))


@pytest.fixture
def page(client, applicant, draft):
    """`page(data)`: the answer of the section to what was sent."""
    client.force_login(applicant)

    def send(data=None, **headers):
        address = reverse("applications:edit", args=[draft.pk, "costs"])
        return client.post(address, data, headers=headers) if data is not None else client.get(address)

    return send


def lines(application: Application, costs: list[tuple], financing: list[tuple], **more) -> dict:
    """What the page sends: (category, what, quantity, price) and (kind, what, status, amount)."""
    categories = {category.slug: category.pk for category in application.programme.categories.all()}
    data: dict = {"version": application.version, "costs-TOTAL_FORMS": len(costs), "costs-INITIAL_FORMS": 0}
    data |= {"financing-TOTAL_FORMS": len(financing), "financing-INITIAL_FORMS": 0}
    for row, (slug, what, quantity, price) in enumerate(costs):
        data |= {f"costs-{row}-category": categories.get(slug, ""), f"costs-{row}-what": what}
        data |= {f"costs-{row}-quantity": quantity, f"costs-{row}-unit_price_cents": price}
    for row, (kind, what, status, amount) in enumerate(financing):
        data |= {f"financing-{row}-kind": kind, f"financing-{row}-what": what}
        data |= {f"financing-{row}-status": status, f"financing-{row}-amount_cents": amount}
    return data | more


def let_deduct(draft: Application, how: str) -> None:
    draft.organisation.input_tax = how
    draft.organisation.save()


# --- Input tax --------------------------------------------------------------------------------------------------------

TENT = [("material", "Zelt", "2", "119,00"), ("insurance", "Haftpflicht", "1", "50")]


@pytest.mark.parametrize(
    ("input_tax", "asked"), [("no", set()), ("yes", {"tax_percent"}), ("partly", {"deductible_cents"})]
)
def test_cost_asks_for_tax_only_who_gets_some_back(page, draft, input_tax, asked):
    let_deduct(draft, input_tax)

    line = page().context["formsets"][0].forms[0]

    assert set(line.fields) & {"tax_percent", "deductible_cents"} == asked


@pytest.mark.parametrize(
    ("input_tax", "typed", "stored"),
    [
        ("no", {"costs-0-tax_percent": "19"}, (0, 0, 238_00)),
        ("yes", {"costs-0-tax_percent": "19"}, (19, 38_00, 200_00)),
        ("yes", {"costs-0-tax_percent": "19", "costs-0-in_kind": "on"}, (0, 0, 238_00)),
        ("yes", {}, (0, 0, 238_00)),
        ("partly", {"costs-0-deductible_cents": "12,50"}, (0, 12_50, 225_50)),
        ("partly", {"costs-0-deductible_cents": ""}, (0, 0, 238_00)),
    ],
)
def test_cost_is_kept_with_the_tax_that_comes_back(page, draft, input_tax, typed, stored):
    let_deduct(draft, input_tax)

    page(lines(draft, TENT, [], **typed))

    line = draft.costs.first()
    assert (line.tax_percent, line.deductible_cents, line.amount_cents) == stored


def test_cost_with_more_tax_than_price_is_refused_at_its_field(page, draft):
    let_deduct(draft, "partly")

    response = page(lines(draft, TENT, [], **{"costs-0-deductible_cents": "238,01"}))

    assert response.context["formsets"][0].forms[0].errors == {
        "deductible_cents": ["The tax cannot be more than the whole cost."]
    }


def test_cost_of_who_gets_no_tax_back_any_more_counts_whole(client, page, draft, applicant):
    let_deduct(draft, "yes")
    page(lines(draft, TENT, [], **{"costs-0-tax_percent": "19"}))

    bank = {"iban": draft.organisation.iban, "account_holder": "Kinderzeit Unna e.V.", "input_tax": "no"}
    client.post(reverse("applications:edit", args=[draft.pk, "bank"]), {"version": 1, **bank})

    assert [line.amount_cents for line in draft.costs.all()] == [238_00, 50_00]


def autosave_bank(client, draft, input_tax):
    version = Application.objects.get(pk=draft.pk).progress("bank").version
    address = reverse("applications:autosave", args=[draft.pk, "bank"])
    answer = client.post(address, {"version": version, "input_tax": input_tax, "changed": ["input_tax"]})
    assert answer.status_code == 200


def test_plan_follows_at_once_when_input_tax_is_answered_otherwise_and_a_wrong_tap_can_be_taken_back(
    client, page, draft
):
    let_deduct(draft, "yes")
    page(lines(draft, TENT, [], **{"costs-0-tax_percent": "19"}))
    totals = [Application.objects.get(pk=draft.pk).evaluate().total_cents]

    for answer in ("no", "yes"):
        autosave_bank(client, draft, answer)
        totals.append(Application.objects.get(pk=draft.pk).evaluate().total_cents)

    assert totals == [250_00, 288_00, 250_00]


def test_entered_tax_ends_with_the_answer_in_every_open_application_and_in_no_sent_one(client, page, draft):
    let_deduct(draft, "partly")
    page(lines(draft, TENT, [], **{"costs-0-deductible_cents": "12,50"}))
    second = make_application(draft.programme, draft.organisation)
    sent = make_application(draft.programme, draft.organisation, state="submitted")
    for other in (second, sent):
        other.costs.update(deductible_cents=1)

    autosave_bank(client, draft, "no")

    taxes = [sum(line.deductible_cents for line in case.costs.all()) for case in (draft, second, sent)]
    assert taxes == [0, 0, sent.costs.count()]


def test_tax_that_comes_back_stands_in_plan_snapshot_and_receipt(client, page, draft, applicant):
    let_deduct(draft, "yes")
    page(lines(draft, TENT, [("grant", "", "", "250")], **{"costs-0-tax_percent": "19"}))

    checked = client.get(reverse("applications:check", args=[draft.pk])).context
    operations.submit(draft, by=applicant)
    submission = draft.submissions.get()

    note = "€238.00 with tax, of which €38.00 comes back from the tax office"
    assert (checked["plan"]["costs"][0]["note"], checked["problems"], checked["warnings"]) == (
        f"Material, {note}",
        [],
        [],
    )
    assert [(line["amount_cents"], line["deductible_cents"]) for line in submission.snapshot["costs"]] == [
        (200_00, 38_00),
        (50_00, 0),
    ]
    assert Bullets([f"Zelt: {note}"]) in receipt_blocks(submission)


# --- Lines ------------------------------------------------------------------------------------------------------------


def test_edit_costs_that_do_not_balance_are_saved_and_held_back_by_the_check_page(page, client, draft):
    data = lines(draft, [("material", "Farbe", "2,5", "1.200,40"), ("", "", "1", "")], [("grant", "", "", "3000")])

    response = page(data)
    checked = client.get(reverse("applications:check", args=[draft.pk]))

    assert response.url == reverse("applications:edit", args=[draft.pk, "bank"])
    saved = [(line.what, line.quantity, line.unit_price_cents) for line in draft.costs.all()]
    assert saved == [("Farbe", Decimal("2.5"), 120_040)]
    assert [problem[0] for problem in checked.context["problems"]] == [
        "Costs and money are not the same sum yet. €1.00 is still to be financed."
    ]


@pytest.mark.parametrize("amount", ["12,3456", "-5", "viel", "99999999999"])
def test_edit_costs_with_an_unreadable_amount_is_refused_and_everything_stays(page, client, draft, amount):

    response = page(lines(draft, [("material", "Farbe rot", "1", amount)], []))

    assert response.status_code == 200
    assert list(response.context["formsets"][0].forms[0].errors) == ["unit_price_cents"]
    page = response.content.decode()
    assert ("Farbe rot" in page, amount in page) == (True, True)
    assert draft.costs.count() == 4


def test_edit_costs_with_half_a_line_names_what_is_missing(page, client, draft):

    response = page(lines(draft, [("", "Farbe", "1", "")], [("", "", "", "100")]))

    costs, financing = response.context["formsets"]
    assert costs.forms[0].errors == {
        "category": ["Please choose the kind of cost."],
        "unit_price_cents": ["Please enter the price, for example 25 or 4,50."],
    }
    assert financing.forms[0].errors == {"kind": ["Please say whose money this is."]}


@pytest.mark.parametrize(
    ("button", "costs", "financing"),
    [
        ("add-costs", ["Farbe", "Pinsel", None], ["Kasse"]),
        ("copy-costs-0", ["Farbe", "Farbe", "Pinsel"], ["Kasse"]),
        ("remove-costs-0", ["Pinsel"], ["Kasse"]),
        ("remove-financing-0", ["Farbe", "Pinsel"], [None]),
        ("up-costs-1", ["Pinsel", "Farbe"], ["Kasse"]),
        ("down-costs-0", ["Pinsel", "Farbe"], ["Kasse"]),
        ("up-costs-0", ["Farbe", "Pinsel"], ["Kasse"]),
        ("down-costs-1", ["Farbe", "Pinsel"], ["Kasse"]),
        ("down-costs-999", ["Farbe", "Pinsel"], ["Kasse"]),
        ("usual-0", ["Farbe", "Pinsel", "Room rent, per evening"], ["Kasse"]),
        ("usual-99", ["Farbe", "Pinsel"], ["Kasse"]),
        ("remove-costs-9", ["Farbe", "Pinsel"], ["Kasse"]),
        ("add-financing", ["Farbe", "Pinsel"], ["Kasse", None]),
    ],
)
def test_edit_costs_line_buttons_work_without_a_script_and_keep_what_was_typed(page, draft, button, costs, financing):
    typed = lines(
        draft, [("material", "Farbe", "1", "oops"), ("rent", "Pinsel", "2", "4,50")], [("own", "Kasse", "", "9")]
    )

    response = page({**typed, button: "1"})

    rows = [[form["what"].value() for form in formset] for formset in response.context["formsets"]]
    assert rows == [costs, financing]
    assert [form.errors for formset in response.context["formsets"] for form in formset] == [{}] * (
        len(costs) + len(financing)
    )
    again = [[form["what"].value() for form in formset] for formset in page().context["formsets"]]
    assert [list(filter(None, row)) for row in again] == [list(filter(None, row)) for row in rows]


@pytest.mark.parametrize(
    ("button", "focus", "said"),
    [
        ("add-costs", "costs-3-what", "Cost 4 is new."),
        ("copy-costs-0", "costs-1-what", "Cost 2 is a copy of the one before."),
        ("remove-costs-2", "costs-1", "Cost 3 is gone."),
        ("remove-costs-0", "costs-0", "Cost 1 is gone."),
        ("down-costs-0", "down-costs-1", "Cost 1 is now number 2 of 3."),
        ("down-costs-1", "up-costs-2", "Cost 2 is now number 3 of 3."),
        ("up-costs-2", "up-costs-1", "Cost 3 is now number 2 of 3."),
        ("up-costs-1", "down-costs-0", "Cost 2 is now number 1 of 3."),
        ("usual-0", "costs-3-quantity", "Cost 4 is new. Please adjust how many and the price."),
        ("ask", "financing-0-amount_cents", "Money 1 now asks the town for 6,00 euros."),
    ],
)
def test_line_button_puts_the_focus_where_it_goes_on_and_says_what_happened(page, draft, button, focus, said):
    three = [("material", name, "1", "2") for name in ("Farbe", "Pinsel", "Papier")]

    response = page({**lines(draft, three, [("grant", "", "", "1")]), button: "1"})

    form, html = response.context["form"], response.content.decode()
    assert (form.focus, form.said) == (focus, said)
    [marked] = re.findall(r"<[^>]* autofocus[^>]*>", html)
    assert re.search(r' id="(?:id_)?([\w-]+)"', marked)[1] == focus


def test_usual_cost_fills_the_line_that_is_still_empty(page, draft):
    typed = lines(draft, [("", "", "1", "")], [])

    formset = page({**typed, "usual-1": "1"}).context["formsets"][0]

    line = formset.forms[0]
    shown = [line[name].value() for name in ("what", "quantity", "unit_price_cents", "category")]
    assert shown == ["Printing flyers", "500", "0.10", draft.programme.categories.get(slug="material").pk]
    assert len(formset.forms) == 1


def test_plan_with_more_lines_than_it_takes_is_refused_and_shows_them_all(page, draft):
    typed = lines(draft, [("material", f"Sache {number}", "1", "1") for number in range(61)], [])

    saved = page(typed).context["formsets"][0]
    added = page({**typed, "add-costs": "1"}).context

    assert saved.non_form_errors() == ["There can be up to 60 rows here. Please put some of them together."]
    assert [len(saved.forms), len(added["formsets"][0].forms)] == [61, 61]
    assert added["form"].said == "There can be up to 60 rows here. Please put some of them together."


def test_plan_takes_the_same_queries_for_any_number_of_lines(page, draft, django_assert_num_queries):
    for count in (1, 30):
        typed = lines(draft, [("material", "Sache", "1", "1")] * count, [("own", "", "", "1")] * count, calculate="1")
        with django_assert_num_queries(14):
            page(typed)


# --- What the page says -----------------------------------------------------------------------------------------------


def noted(response, prefix: int = 0) -> list[tuple[str, ...]]:
    return [form.note for form in response.context["formsets"][prefix].forms]


def formula(text):
    """Read from the left, whatever the language of the page."""
    return f"\u2066{text}\u2069"


def test_line_says_what_it_understood_and_which_limits_apply(page, draft):
    costs = [
        ("personnel", "Erzieherin", "10", "300"),
        ("other", "Honorar", "1", "50"),
        ("volunteer-allowance", "Aufwandsentschädigung", "1", "961"),
        ("travel", "Fahrten, km", "100", "0.36"),
        ("material", "Farbe", "2", "-5"),
        ("", "Noch nichts", "", ""),
        ("material", "", "3", "1,250.50"),
    ]

    response = page(lines(draft, costs, [("own", "", "", "25,-")], calculate="1"))

    assert noted(response) == [
        (formula("10 × €300.00 = €3,000.00"), "Half of this counts here: of €3,000.00, €1,500.00."),
        (formula("1 × €50.00 = €50.00"), "This does not count here. You pay it with other money."),
        (
            formula("1 × €961.00 = €961.00"),
            "One volunteer would get more than is free of tax in a year. That is allowed, but they may owe tax.",
        ),
        (
            formula("100 × €0.36 = €36.00"),
            "You count more for a kilometre than the usual 0.35 euros. We may count less.",
        ),
        ("“-5” is below zero. Write it without a minus.",),
        (),
        (formula("3 × €1,250.50 = €3,751.50"),),
    ]
    assert noted(response, 1) == [("€25.00",)]


@pytest.mark.parametrize(
    ("language", "typed", "understood"),
    [
        ("de", "1.250,50", "1.250,50\u00a0€"),
        ("de", "1.250", "1.250,00\u00a0€"),
        ("de", "25 €", "25,00\u00a0€"),
        ("de", "25,-", "25,00\u00a0€"),
        ("de", "1 250", "1.250,00\u00a0€"),
        ("en", "1,250.50", "€1,250.50"),
        ("en", "1,250", "€1,250.00"),
        ("de", "١٬٢٥٠٫٥٠", "1.250,50\u00a0€"),
        ("de", "٢٥", "25,00\u00a0€"),
    ],
)
def test_amount_is_echoed_as_it_was_understood(client, page, draft, language, typed, understood):
    client.cookies["django_language"] = language

    response = page(lines(draft, [], [("own", "", "", typed)], calculate="1"))

    assert noted(response, 1) == [(understood,)]


@pytest.mark.parametrize("typed", ["viel", "999999999999", "12,3456", "1/2", "²"])
def test_amount_that_is_not_understood_has_a_sentence_and_no_part_in_the_sums(page, draft, typed):
    response = page(lines(draft, [("material", "Farbe", "1", typed)], [], calculate="1"))

    [[sentence]] = noted(response)
    assert sentence.startswith(f"“{typed}” ")
    assert response.context["result"].total_cents == 0


@pytest.mark.parametrize(
    ("costs", "financing", "sentence"),
    [
        ([], [], "As soon as there is a line with costs, you see here what the town can pay."),
        ([("material", "a", "1", "1698.90")], [], "All in all €1,698.90. The town can pay all of it: up to €1,698.90."),
        (
            [("material", "a", "1", "1698.90")],
            [("income", "", "", "100")],
            "All in all €1,698.90. Of this the town can pay up to €1,598.90, because you bring €100.00 yourselves.",
        ),
        (
            [("material", "a", "1", "300")],
            [("third-party", "", "", "100")],
            "All in all €300.00. Of this the town can pay up to €200.00, because others give €100.00.",
        ),
        (
            [("material", "a", "1", "300")],
            [("third-party", "", "", "100"), ("own", "", "", "50")],
            "All in all €300.00. Of this the town can pay up to €150.00, because you and others bring €150.00.",
        ),
        (
            [("personnel", "a", "1", "1000"), ("other", "b", "1", "50")],
            [("own", "", "", "200")],
            "All in all €1,050.00. Of this the town can pay up to €500.00, because only so much counts here.",
        ),
        (
            [("material", "a", "1", "6000")],
            [],
            "All in all €6,000.00. Of this the town can pay up to €5,000.00: that is the most for one project.",
        ),
    ],
)
def test_plan_says_in_one_sentence_which_limit_decides(page, draft, costs, financing, sentence):
    assert page(lines(draft, costs, financing, calculate="1")).context["highest"] == sentence


def test_plan_says_when_the_year_has_less_left(page, draft):
    draft.programme.budget_per_year_cents = 1_000_00
    draft.programme.save()
    open_year(draft.programme, 2026, by=SYSTEM)

    highest = page(lines(draft, [("material", "a", "1", "25000")], [], calculate="1")).context["highest"]

    assert highest == (
        "All in all €25,000.00. Of this the town can pay up to €1,000.00: that is all this year has left."
    )


@pytest.mark.parametrize(
    ("money", "after"),
    [
        ([], [("grant", 150_00)]),
        ([("", "", "", "")], [("grant", 150_00)]),
        ([("own", "", "", "60"), ("grant", "", "", "7")], [("own", "60"), ("grant", 140_00)]),
        ([("grant", "", "", "7"), ("grant", "", "", "x")], [("grant", 150_00)]),
    ],
)
def test_ask_fills_one_grant_line_with_the_most_the_town_can_pay(page, draft, money, after):
    typed = lines(draft, [("material", "a", "1", "100"), ("personnel", "b", "1", "100")], money)

    formset = page({**typed, "ask": "1"}).context["formsets"][1]

    assert [(form.initial.get("kind"), form.initial.get("amount_cents")) for form in formset.forms] == after


def test_unpaid_work_is_written_once_and_stands_on_both_sides(client, page, draft):
    costs = [("material", "Farbe", "1", "100"), ("material", "Helfen", "5", "20")]
    typed = lines(draft, costs, [("grant", "", "", "100")], **{"costs-1-in_kind": "on"})

    page(typed)
    again = page()

    assert [(line.kind, line.amount_cents) for line in draft.financing.all()] == [
        ("grant", 100_00),
        ("in-kind", 100_00),
    ]
    assert draft.problems(DAY) == []
    assert [form["kind"].value() for form in again.context["formsets"][1].forms] == ["grant"]
    assert again.context["balance"] == "Costs and money are the same sum."


# --- With a script ----------------------------------------------------------------------------------------------------


def test_script_gets_only_the_sums_and_notes_while_somebody_types(page, draft):
    typed = lines(draft, [("material", "Farbe", "2", "3")], [("grant", "", "", "6")])

    html = page({**typed, "calculate": "1"}, **SCRIPT).content.decode()

    assert "<form" not in html
    assert re.findall(r'id="([\w-]+)" hx-swap-oob', html) == ["sum-acts", "costs-0-note", "financing-0-note"]
    assert formula("2 × €3.00 = €6.00") in html


def test_script_gets_the_lines_arranged_anew_and_what_to_say(page, draft):
    typed = lines(draft, [("material", "Farbe", "2", "3"), ("material", "Pinsel", "1", "x")], [])

    html = page({**typed, "up-costs-1": "1"}, **SCRIPT).content.decode()

    assert html.index("Pinsel") < html.index("Farbe")
    assert '<p id="plan-said" hx-swap-oob="innerHTML">Cost 2 is now number 1 of 2.</p>' in html
    assert "<form" not in html
