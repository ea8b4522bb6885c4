"""The people of the journeys: each in a browser of their own, each with the verbs of their part of the road.

They find what they need as a person would: by role and by the German words on the page. The words come from the
catalogue, so a better German wording breaks no journey.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve
from django.utils import translation
from django.utils.translation import gettext, ngettext
from playwright.sync_api import expect

from applications.forms.lines import FinancingForm
from applications.models import FinancingLine, LegalForm
from funding import clock
from funding.money import format_amount
from review.models import CheckResult, Decision, Vote


def de(text: Any, **values: Any) -> str:
    """The German words for an English source text (or a lazy one), with its values filled in."""
    with translation.override("de"):
        words = gettext(text) if isinstance(text, str) else str(text)
        return words % values if values else words


def quoted(words: str) -> str:
    """The words as part of a pattern; Playwright cannot take a slash in one."""
    return re.escape(words).replace("/", ".")


def de_many(one: str, many: str, number: int) -> str:
    with translation.override("de"):
        return ngettext(one, many, number) % number


def typed(cents: int) -> str:
    """An amount as a German types it: 1.234,56."""
    return format_amount(cents, "de")


KINDS = dict(FinancingForm.base_fields["kind"].choices)  # type: ignore[attr-defined]  # as the page names them


@dataclass
class Browsers:
    """Opens a browser context per person, and looks once at every distinct page that anybody passes."""

    new_page: Callable[..., Any]
    sign_in: Callable[[Any, Any], None]
    axe: Callable[[Any], list[str]]
    shots: str = ""  # a folder: keep a picture of every distinct page, wide and narrow
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def look(self, page: Any, who: str) -> None:
        """No barrier on this page, if nobody has been here yet: the number of the case makes no other page."""
        path = urlsplit(page.url).path
        found = resolve(path)
        place = (found.view_name, *(value for value in found.kwargs.values() if isinstance(value, str)))
        if place in self.seen:
            return
        self.seen.add(place)
        if self.shots:
            self._photograph(page, f"{len(self.seen):02}-{who}-{'-'.join(place)[:60].replace(':', '-')}")
        assert (path, self.axe(page)) == (path, [])

    def _photograph(self, page: Any, name: str) -> None:
        size = page.viewport_size
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=Path(self.shots) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size(size)


class Person:
    """Somebody in front of a browser."""

    def __init__(self, browsers: Browsers, user: Any = None, **options: Any) -> None:
        self.browsers, self.user = browsers, user
        self.page = browsers.new_page(**options)
        if user is not None:
            browsers.sign_in(self.page, user)

    # --- Going somewhere ----------------------------------------------------------------------------------------------

    def goes(self, path: str) -> None:
        self._arrives(lambda: self.page.goto(path))

    def follows(self, words: str, within: Any = None) -> None:
        link = (within or self.page).get_by_role("link", name=words, exact=True)
        self._arrives(lambda: self._tap(link.first))

    def presses(self, words: str, within: Any = None) -> None:
        button = (within or self.page).get_by_role("button", name=words, exact=True)
        self._arrives(lambda: self._tap(button))

    def takes_up(self, task: str) -> None:
        """Open one's tasks and choose the one that begins with these words."""
        self.goes("/tasks/")
        waiting = self.page.locator(".kern-task-list")
        self._arrives(waiting.get_by_role("link", name=re.compile(f"^{quoted(task)}")).first.click)

    def chooses_from_menu(self, words: str) -> None:
        self.follows(words, within=self.page.get_by_role("navigation", name=de("Main menu")))

    def _arrives(self, act: Callable[[], Any]) -> None:
        with self.page.expect_navigation() as navigation:
            act()
        assert (self.page.url, navigation.value.status) == (self.page.url, 200)
        self.browsers.look(self.page, type(self).__name__)

    # --- Answering ----------------------------------------------------------------------------------------------------

    def field(self, label: Any, within: Any = None) -> Any:
        """The control with this label, whether or not it is marked as optional."""
        words = re.compile(rf"^\s*{quoted(de(label))}(\s+–.*)?\s*$")
        return (within or self.page).get_by_label(words)

    def types(self, label: Any, text: str, within: Any = None) -> None:
        self._write(self.field(label, within), text)

    def selects(self, label: Any, option: Any, within: Any = None) -> None:
        self._choose(self.field(label, within), de(option))

    def ticks(self, label: Any, within: Any = None) -> None:
        self._tick(self.field(label, within))

    def chooses(self, answer: Any) -> None:
        """One of the answers that stand below each other."""
        self._tick(self.page.get_by_role("radio", name=de(answer), exact=True))

    def enters_day(self, legend: Any, day: date, within: Any = None) -> None:
        group = self.group(legend, within)
        for part, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            self._write(group.get_by_label(de(part), exact=True), str(number))

    def group(self, legend: Any, within: Any = None) -> Any:
        """The fieldset with this legend."""
        return (within or self.page).get_by_role("group", name=re.compile(rf"^{quoted(de(legend))}"))

    # --- The hand: what somebody does otherwise who has no mouse ------------------------------------------------------

    def _tap(self, control: Any) -> None:
        control.click()

    def _write(self, control: Any, text: str) -> None:
        control.fill(text)

    def _choose(self, control: Any, option: str) -> None:
        control.select_option(label=option)

    def _tick(self, control: Any) -> None:
        control.check()

    # --- Seeing -------------------------------------------------------------------------------------------------------

    @property
    def reads(self) -> str:
        """The whole text of the page, with plain spaces."""
        return " ".join(self.page.inner_text("main").split())

    @property
    def heading(self) -> str:
        return " ".join(self.page.inner_text("h1").split())

    @property
    def message(self) -> str:
        """What the page says about the last act."""
        return " ".join(self.page.locator("main [role=status], main [role=alert]").first.inner_text().split())

    def has_task(self, task: str) -> bool:
        self.goes("/tasks/")
        return self.page.get_by_role("link", name=re.compile(f"^{quoted(task)}")).count() > 0


class Applicant(Person):
    """Leyla, who writes for a group that is no association."""

    def signs_in_by_mail(self, address: str, mails: list[Any]) -> None:
        self.types("Mail address", address)
        self.presses(de("Send me a code"))
        self.types(de("Code from the mail"), mails[-1].subject[:6])
        self.presses(de("Sign in"), within=self.page.get_by_role("main"))

    def opens_section(self, title: str) -> None:
        """One of the numbered tasks of the application."""
        answers = self.page.get_by_role("region", name=de("Your answers"))
        link = answers.get_by_role("link", name=re.compile(rf"^\d+\W+{quoted(de(title))}$"))
        self._arrives(lambda: self._tap(link))

    def goes_on(self) -> None:
        self.presses(de("Save and go on"))

    def begins(self, programme: Any) -> None:
        """From the page of the programme to the open draft."""
        self.goes(f"/{programme.municipality.slug}/{programme.slug}/")
        self.follows(de("Apply now"))
        self.presses(de("Skip the questions: I know that it fits"))

    def answers_the_questions(self, start: date) -> None:
        """The five questions before the form, up to the button that begins a draft."""
        self.chooses(LegalForm.UNREGISTERED.label)
        self.presses(de("Go on"))
        self._tick(self.page.get_by_role("radio").first)
        self.presses(de("Go on"))
        self.enters_day("When does it begin?", start)
        self.presses(de("Go on"))
        self.chooses("Everybody")
        self.presses(de("Go on"))
        self.types("All costs together", "1.700")
        self.presses(de("Go on"))
        self.presses(de("Start now"))

    def answers_the_first_sections(self, title: str, start: date, field_of_action: str) -> None:
        """Everything before the money, page after page."""
        self.opens_section("Who you are")
        self.says_who_they_are()
        self.goes_on()
        self.follows(de("Go on"))
        self.tells_the_idea(title, field_of_action)
        self.goes_on()
        self.says_when_and_where(start, start + timedelta(days=60), "Berliner Allee")
        self.goes_on()
        self.says_for_whom()
        self.goes_on()

    def says_who_they_are(self) -> None:
        self.types("What is your group or organisation called?", "Initiative Wegweiser Königsborn")
        self.selects("What are you?", LegalForm.UNREGISTERED.label)
        self.types("Who signs for you?", "Leyla Aydın\nJonas Brink")
        self.types("Street and number", "Berliner Allee 28")
        self.types("Postal code", "59425")
        self.types("Town", "Unna")

    def tells_the_idea(self, title: str, field_of_action: str) -> None:
        self.types("What is your project called?", title)
        self.types("What do you want to do?", "Menschen, die neu waren, zeigen Neuen ihr Viertel: zwölf Führungen.")
        self._choose(self.page.get_by_label(de("What is it mainly about?")), field_of_action)

    def says_when_and_where(self, start: date, end: date, place: str) -> None:
        self.enters_day("When does it begin?", start)
        self.enters_day("When does it end?", end)
        self.types("Where does it take place?", place)

    def says_for_whom(self) -> None:
        self.types("How many people will take part?", "180")
        self.types("How many help without being paid?", "8")

    def adds_cost(self, number: int, category: str, what: str, quantity: str, price: str) -> None:
        """Fill in line `number`; there is one line to begin with, the next come with a button."""
        if number > 1:
            self.arranges(de("Add a cost"))
        line = self.group(f"{de('Cost')} {number}")
        self.types("What for?", what, line)
        self.types("How many?", quantity, line)
        self.types("Price for one", price, line)
        self._choose(self.page.get_by_label(de("Kind of cost")).nth(number - 1), category)

    def adds_money(self, number: int, kind: FinancingLine.Kind, amount: str, what: str = "") -> None:
        if number > 1:
            self.arranges(de("Add money"))
        line = self.group(f"{de('Money')} {number}")
        self._choose(self.field("Whose money?", line), de(KINDS[kind]))
        self.types("Amount", amount, line)
        if what:
            self.types("From whom or what?", what, line)

    def arranges(self, words: str) -> None:
        """A button that brings the lines back in another order or number, with a script or without."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self._tap(self.page.get_by_role("button", name=words, exact=True))
        self.page.wait_for_load_state()
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def gives_the_account(self) -> None:
        self.types("IBAN", "DE02 1203 0000 0000 2020 51")
        self.types("Whose account is it?", "Leyla Aydın")

    def sends(self, button: str) -> None:
        """On the page to check: confirm every point, and send."""
        self.confirms_everything()
        self.presses(button)

    def confirms_everything(self) -> None:
        self.ticks("I confirm all of this.")

    def opens_the_letter(self) -> None:
        """The button that notifies; the PDF itself comes after it."""
        with self.page.expect_response(lambda answer: answer.headers.get("content-type") == "application/pdf") as pdf:
            self.page.get_by_role("button", name=de("Open the letter")).click()
        assert pdf.value.status == 200

    def calls_for(self, cents: int) -> None:
        self.takes_up(de("Call for the money when you need it"))
        self.types("How much do you need now?", typed(cents))
        self.presses(de("Call for this money"))

    def spent(self, category: str, cents: int) -> None:
        self.page.get_by_role("textbox", name=category, exact=True).fill(typed(cents))

    def notes_receipt(self, number: int, day: date, payee: str, purpose: str, cents: int, category: str) -> None:
        row = self.group(f"{de('Receipt')} {number}")
        self.enters_day("Paid on", day, row)
        self.types("Paid to", payee, row)
        self.types("What for", purpose, row)
        self.types("Amount", typed(cents), row)
        row.get_by_label(de("Kind of cost")).select_option(label=category)


class Officer(Person):
    """Aylin, who checks, invites, and sends the mails."""

    def finds_everything_in_order(self, labels: list[str]) -> None:
        for number, label in enumerate(labels, start=1):
            point = self.page.get_by_role("group", name=f"{number}. {label}")
            answer = point.get_by_label(de(CheckResult.Result.YES.label), exact=True)
            if not answer.is_visible():  # what is clear is folded
                self._tap(point.locator("summary"))
            answer.check()
        self.presses(de("Save the check"))

    def invites_the_board(self, case: str, day: date, time: str, place: str) -> None:
        """On short notice: the page asks once more."""
        self.chooses_from_menu(de("Meetings"))
        self.follows(de("Prepare a meeting"))
        self.enters_day("Day", day)
        self.types("Time", time)
        self.types("Place", place)
        self.page.get_by_label(re.compile(quoted(case))).check()
        self.presses(de("Invite the board"))
        self.ticks("Invite all the same")
        self.presses(de("Invite the board"))

    def sends_the_waiting_mail(self) -> None:
        self.takes_up(de("Read mails and send them"))
        self._arrives(self.page.get_by_role("table").get_by_role("link").first.click)
        self.presses(de("Send"))

    def opens_case(self, case: str) -> None:
        self.chooses_from_menu(de("Applications"))
        self.follows(case)

    def admits(self, category: str, cents: int, reason: str) -> None:
        row = self.group(category)
        self.types("Admitted", typed(cents), row)
        self.types("Reason, if less", reason, row)


class Member(Person):
    """Somebody of the board."""

    def declares(self, words: str, reason: str = "") -> None:
        task = de_many("Say whether you are biased: %s case", "Say whether you are biased: %s cases", 1)
        self.takes_up(task)
        if reason:
            self.page.get_by_label(re.compile(f"^{de('Why')}")).fill(reason)
        self.presses(words)

    def votes(self, choice: Vote.Choice) -> None:
        self.takes_up(de("Vote on number %s") % 1)
        self.presses(de(choice.label))


class Chair(Member):
    """The member who leads the meeting."""

    def opens_meeting(self) -> None:
        self.chooses_from_menu(de("Meetings"))
        self._arrives(self.page.get_by_role("table").get_by_role("link").first.click)

    def notes_who_is_there(self, names: list[str]) -> None:
        for name in names:
            self.page.get_by_label(re.compile(f"^{quoted(name)}")).check()
        self.presses(de("Save who is there"))

    def puts_motion(self, cents: int) -> None:
        self.types("Amount", typed(cents))
        self.presses(de("Open the vote"))

    def records_result(self, reason: str) -> None:
        self.types("Reason", reason)
        self.presses(de("Record the board's result"))


class Decider(Person):
    """Dirk, who decides and settles."""

    def prepares(self, cents: int, reasons: str, deviation: str) -> None:
        self.ticks(Decision.Kind.AWARD.label)
        self.types("Amount", typed(cents))
        self.types("What else you want to say", reasons)
        self.types("Why you do not follow the board", deviation)
        self.presses(de("Prepare the decision"))

    def draft_letter(self) -> bytes:
        """The draft as the browser would show it."""
        link = self.page.get_by_role("link", name=de("Read the letter (draft, PDF)"))
        response = self.page.request.get(link.get_attribute("href"))
        assert (response.status, response.headers["content-type"]) == (200, "application/pdf")
        return response.body()


class Verifier(Person):
    """Confirms ground and amount."""

    def verifies(self) -> None:
        self.takes_up(de("Verify the payment"))
        self.follows(de("Verify"))
        self.presses(de("Verify"))


class Authoriser(Person):
    """Orders what somebody else verified."""

    def orders(self) -> None:
        self.takes_up(de("Order the payment"))
        self.follows(de("Order the payment"))
        self.presses(de("Order the payment"))


class Cashier(Person):
    """Hands payments over and books them."""

    def hands_over(self) -> bytes:
        """Make the run and download its file."""
        self.takes_up(de("Hand the payment over"))
        self.page.get_by_role("group", name=de("Payments")).get_by_role("checkbox").first.check()
        self.presses(de("Make the file"))
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=de("Download the file")).click()
        return download.value.path().read_bytes()

    def books(self, day: date) -> None:
        self.takes_up(de("Book the payment when the bank has paid"))
        self.follows(de("Book as paid"))
        self.enters_day("Day on the bank statement", day)
        self.presses(de("Book as paid"))


class Auditor(Person):
    """Looks at everything and changes nothing."""


class Administrator(Person):
    """Sets up the town."""


def today() -> date:
    return clock.today()
