"""The plan on a phone: sums, echo and limits while typing, lines that move, the focus that stays with them."""

import pytest

from applications import operations
from tests.factories import make_organisation, make_user
from tests.journeys.people import Applicant, de

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_plan_calculates_echoes_and_moves_lines_while_somebody_types(browsers, programme):
    user = make_user()
    draft = operations.start(programme, by=user, organisation=make_organisation(programme.municipality, user))
    leyla = Applicant(browsers, user, viewport={"width": 360, "height": 740})
    leyla.goes(f"/applications/{draft.pk}/costs/")
    page = leyla.page
    cost, sums = page.locator("#costs-0-note"), page.locator("#sum")

    leyla.arranges(de("Printing flyers"))
    focused_on_usual = page.evaluate("document.activeElement.id")
    page.locator("#id_costs-0-quantity").fill("")
    page.keyboard.type("1.000")
    cost.get_by_text("1000 × 0,10 € = 100,00 €").wait_for()
    still_focused = page.evaluate("document.activeElement.id")
    sums.get_by_text("100,00 €").first.wait_for()

    leyla.arranges(de("Childcare, per hour"))
    leyla.arranges(f"{de('Up')} {de('Cost')} 2")
    moved = page.evaluate("document.activeElement.id")
    order = [page.locator(f"#id_costs-{row}-what").input_value() for row in (0, 1)]
    half = " ".join(cost.inner_text().split())

    leyla.arranges(de("Ask the town for %(amount)s", amount="190,00\xa0€"))
    asked = page.locator("#id_financing-0-amount_cents").input_value()
    below = page.locator("#sum").bounding_box()

    assert (focused_on_usual, still_focused, moved) == ("id_costs-0-quantity", "id_costs-0-quantity", "down-costs-0")
    assert order == [de("Childcare, per hour"), de("Printing flyers")]
    assert half.endswith(de("Half of this counts here: of %(all)s, %(part)s.", all="180,00 €", part="90,00 €"))
    assert asked == "190,00"
    assert page.locator("#plan-said").inner_text() == de(
        "%(line)s %(number)s now asks the town for %(amount)s euros.", line=de("Money"), number=1, amount="190,00"
    )
    assert below["y"] + below["height"] <= 740  # in view, wherever one is
    leyla.goes_on()
    assert [line.what for line in draft.costs.all()] == order
