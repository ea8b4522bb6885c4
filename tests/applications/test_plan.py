"""The plan as people type it: input tax, lines, numbers and what the page says about them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.documents.receipt import receipt_blocks
from applications.models import Application
from funding import clock
from funding.pdf import Bullets
from tests.factories import make_application, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

DAY = date(2025, 12, 15)


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

    def send(data=None):
        address = reverse("applications:edit", args=[draft.pk, "costs"])
        return client.post(address, data) if data is not None else client.get(address)

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
