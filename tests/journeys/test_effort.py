"""How much work an application is: a newcomer with a phone writes sample 01 and sends it, and every tap is counted."""

import os
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from applications import operations
from applications.forms.effort import required_inputs
from applications.models import Application, FinancingLine, LegalForm
from applications.workflow import State
from funding.models import Programme
from funding.site.imports import SAMPLES
from tests.factories import make_round, make_user
from tests.journeys.people import Applicant, Browsers, de, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAMPLE = SAMPLES / "01-neighbourhood-tours.toml"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SHORT_AT_MOST, FULL_AT_MOST = 15, 30
PAGE = settings.BASE_DIR / "docs" / "effort.md"
COMMAND = "WRITE_EFFORT=1 python -m pytest tests/journeys/test_effort.py"
WORDS = """# How much work an application is

A newcomer with a phone (360 × 740) writes the sample `{sample}` and sends it: from the page of the
programme through the five questions, the sign-in by a code and all sections, to the page that says it has arrived.
`tests/journeys/test_effort.py` walks this way, counts, and fails when this page says something else. To write it anew:

```
{command}
```

| part of the way | pages seen | taps | of these into a field, to type |
|---|---:|---:|---:|
{parts}

A link, a button, a box, a field to type in: one tap each. A choice from a list: two, to open it and to choose.
What the page holds already needs none.

| the least there is to fill in | inputs | promised at most |
|---|---:|---:|
| short form (this sample) | {short} | {short_at_most} |
| full form | {full} | {full_at_most} |

A date counts as three inputs, a line of costs as each of its own, the declarations as their one tick. The sample says
more than the least: {costs} lines of cost, its own income, an end, numbers of people.
"""


@dataclass
class Part:
    """What one part of the way took."""

    name: str
    pages: int = 0
    taps: int = 0
    typed: int = 0


class Newcomer(Applicant):
    """Somebody with one thumb, who counts what it does."""

    def __init__(self, browsers: Browsers) -> None:
        super().__init__(browsers, **PHONE)
        self.parts: list[Part] = []

    def comes_to(self, part: str) -> None:
        """The page one stands on is the first of the new part."""
        arrived = int(bool(self.parts))
        if arrived:
            self.parts[-1].pages -= 1
        self.parts.append(Part(part, pages=arrived))

    def _arrives(self, act: Any) -> None:
        super()._arrives(act)
        self.parts[-1].pages += 1

    def _tap(self, control: Any) -> None:
        control.tap()
        self.parts[-1].taps += 1

    def _write(self, control: Any, text: str) -> None:
        if control.input_value() == text:
            return
        self._tap(control)
        control.fill(text)
        self.parts[-1].typed += 1

    def _choose(self, control: Any, option: str) -> None:
        super()._choose(control, option)
        self.parts[-1].taps += 2

    def _tick(self, control: Any) -> None:
        self._tap(control)
        assert control.is_checked()


@pytest.fixture
def sample() -> dict[str, Any]:
    """Sample 01, as many weeks ahead of today as it was ahead of the day on which it came in."""
    found = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
    weeks = today() - found["received_on"]
    return found | {"start": found["start"] + weeks, "end": found["end"] + weeks}


@pytest.fixture
def unna(transactional_db: None) -> Programme:
    """The programme of the model town as its file has it, with a round."""
    call_command("load_programme", str(settings.BASE_DIR / "funding" / "programmes" / "unna.toml"), verbosity=0)
    programme = Programme.objects.get()
    make_round(programme, opens_on=today(), closes_on=today() + timedelta(days=30))
    return programme


def test_newcomer_sends_sample_01_with_the_effort_the_page_tells(new_page, sign_in, unna, sample, mailoutbox):
    newcomer = Newcomer(Browsers(new_page, sign_in, lambda page: []))

    newcomer.comes_to("Before the form: does it fit?")
    asks_whether_it_fits(newcomer, unna, sample)
    newcomer.comes_to("Sign in by a code")
    newcomer.signs_in_by_mail("leyla@wegweiser.example", mailoutbox)
    newcomer.comes_to("The form: six topics")
    fills_in(newcomer, unna, sample)
    newcomer.comes_to("Check and send")
    newcomer.sends(de("Send the application"))

    application = Application.objects.get()
    assert_is_the_sample(application, sample)
    full = operations.start(unna, by=make_user(), short=False)
    page = written(newcomer.parts, sample, short=required_inputs(application), full=required_inputs(full))
    print(page)  # noqa: T201  # who runs it reads the figures
    assert required_inputs(application) <= SHORT_AT_MOST
    assert required_inputs(full) <= FULL_AT_MOST
    if os.environ.get("WRITE_EFFORT"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, f"docs/effort.md says something else; run: {COMMAND}"


# --- The way ----------------------------------------------------------------------------------------------------------


def asks_whether_it_fits(newcomer: Newcomer, programme: Programme, sample: dict[str, Any]) -> None:
    newcomer.goes(f"/{programme.municipality.slug}/{programme.slug}/")
    newcomer.follows(de("Apply now"))
    newcomer.chooses(LegalForm(sample["applicant"]["legal_form"]).label)
    newcomer.presses(de("Go on"))
    newcomer.chooses(sample["district"])
    newcomer.presses(de("Go on"))
    says_when(newcomer, sample)
    newcomer.presses(de("Go on"))
    newcomer.chooses("Everybody")
    newcomer.presses(de("Go on"))
    newcomer.types("All costs together", as_typed(sample["expected"]["total"]))
    newcomer.presses(de("Go on"))
    newcomer.presses(de("Start now"))


def fills_in(newcomer: Newcomer, programme: Programme, sample: dict[str, Any]) -> None:
    newcomer.opens_section("Who you are")
    says_who(newcomer, sample["applicant"])
    newcomer.goes_on()
    newcomer.follows(de("Go on"))  # what it means to be no association
    newcomer.types("What is your project called?", sample["title"])
    newcomer.types("What do you want to do?", sample["summary"])
    newcomer.selects("What is it mainly about?", sample["action_field"])
    newcomer.goes_on()
    says_when(newcomer, sample)  # nothing: it was asked before
    newcomer.goes_on()
    newcomer.types("How many people will take part?", str(sample["participants"]))
    newcomer.types("How many help without being paid?", str(sample["volunteers"]))
    newcomer.goes_on()
    plans(newcomer, programme, sample)
    newcomer.goes_on()
    newcomer.types("IBAN", sample["applicant"]["iban"])
    newcomer.types("Whose account is it?", sample["applicant"]["account_holder"])
    newcomer.goes_on()


def says_who(newcomer: Newcomer, applicant: dict[str, Any]) -> None:
    newcomer.types("What is your group or organisation called?", applicant["name"])
    newcomer.types("Who signs for you?", "\n".join(applicant["representatives"]))
    newcomer.types("Street and number", applicant["street"])
    newcomer.types("Postal code", applicant["postal_code"])
    newcomer.types("Town", applicant["city"])


def says_when(newcomer: Newcomer, sample: dict[str, Any]) -> None:
    newcomer.enters_day("When does it begin?", sample["start"])
    newcomer.enters_day("When does it end?", sample["end"])


def plans(newcomer: Newcomer, programme: Programme, sample: dict[str, Any]) -> None:
    """The costs, what the group takes in itself, and the rest from the town with one tap."""
    names = dict(programme.categories.values_list("slug", "name"))
    for number, line in enumerate(sample["costs"], start=1):
        price = as_typed(line["unit_price"])
        newcomer.adds_cost(number, names[line["category"]], line["what"], line["quantity"], price)
    income, grant = sample["financing"]
    newcomer.adds_money(2, FinancingLine.Kind.INCOME, as_typed(income["amount"]), income["what"])
    newcomer.arranges(de("Ask the town for %(amount)s", amount=f"{in_german(grant['amount'])}\xa0€"))


def as_typed(amount: str) -> str:
    """An amount of the sample as people write it: 25 and not 25,00."""
    return amount.removesuffix(".00").replace(".", ",")


def in_german(amount: str) -> str:
    """An amount of the sample as the page writes it: 1.598,90."""
    return f"{float(amount):,.2f}".translate(str.maketrans(",.", ".,"))


# --- What came of it --------------------------------------------------------------------------------------------------


def assert_is_the_sample(application: Application, sample: dict[str, Any]) -> None:
    """Nothing was left out on the short way."""
    applicant, organisation = sample["applicant"], application.organisation
    answers = ("title", "language", "action_field", "district", "start", "end", "participants", "volunteers", "summary")
    about = ("name", "legal_form", "representatives", "street", "postal_code", "city", "iban", "account_holder")
    result = application.evaluate()
    assert application.state == State.SUBMITTED
    assert {name: getattr(application, name) for name in answers} == {name: sample[name] for name in answers}
    assert {name: getattr(organisation, name) for name in about} == {name: applicant[name] for name in about}
    assert [line.what for line in application.costs.all()] == [line["what"] for line in sample["costs"]]
    assert [f"{cents / 100:.2f}" for cents in (result.total_cents, result.requested_cents)] == [
        sample["expected"]["total"],
        sample["expected"]["highest_grant"],
    ]


def written(parts: list[Part], sample: dict[str, Any], *, short: int, full: int) -> str:
    """The page as it should be."""
    together = Part(
        "**together**", *(sum(getattr(part, name) for part in parts) for name in ("pages", "taps", "typed"))
    )
    rows = [f"| {part.name} | {part.pages} | {part.taps} | {part.typed} |" for part in [*parts, together]]
    return WORDS.format(
        sample=SAMPLE.name,
        command=COMMAND,
        parts="\n".join(rows),
        short=short,
        short_at_most=SHORT_AT_MOST,
        full=full,
        full_at_most=FULL_AT_MOST,
        costs=len(sample["costs"]),
    )
