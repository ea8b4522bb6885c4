"""The applicant's whole way with the keys alone: the focus is always seen, in view, and goes down the page."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from applications.models import Application
from applications.workflow import State
from tests.journeys.people import Applicant, Browsers, de, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST = 120  # presses of Tab to whatever comes next on a page

# What has the focus, whether it is what somebody is looking for, and what is wrong with it.
FOCUS = """async wanted => {
  const node = document.activeElement, wrong = [];
  if (node === document.body || node.id === 'main') return {there: false, what: '', top: 0, wrong};
  const alike = node.type === 'radio' && wanted.type === 'radio' && node.name === wanted.name;
  const box = node.getBoundingClientRect(), first = [...node.getClientRects()][0], height = window.innerHeight;
  // Of a text of several lines the browser brings the line into view in which one writes.
  const tall = node.localName === 'textarea' ? Math.min(box.height, 40) : box.height, end = box.top + tall;
  if (!first || !first.width || !first.height) wrong.push('nothing to see');
  else {
    if (tall < height ? box.top < -1 || end > height + 1 : box.top > height || end < 0)
      wrong.push(`out of view: ${box.top} to ${end} of ${height}`);
    if (box.left < -1 || box.right > window.innerWidth + 1) wrong.push('cut off at the side');
    const y = Math.max(first.top, 0) + Math.min(first.height, tall, height) / 2;
    const above = document.elementFromPoint(first.left + first.width / 2, y);
    const own = [node, ...node.labels ?? []].some(part => part.contains(above));
    if (!own && !above?.contains(node)) wrong.push(`covered by ${above?.outerHTML.slice(0, 80)}`);
  }
  const rings = () => [null, '::after', '::before'].map(part => getComputedStyle(node, part))
    .some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
  // It may be drawn with a transition, however short.
  for (let frame = 0; frame < 3 && !rings(); frame++) await new Promise(requestAnimationFrame);
  if (!rings()) wrong.push('no ring');
  const floats = Boolean(node.closest('.app-sum'));
  return {
    there: node === wanted || alike, what: node.outerHTML.slice(0, 160),
    top: floats ? null : box.top + window.scrollY, bottom: box.bottom + window.scrollY, wrong,
  };
}"""
CHOSEN = "select => select.selectedOptions[0].label.trim()"


class Typist(Applicant):
    """Somebody who has no mouse."""

    def __init__(self, browsers: Browsers) -> None:
        super().__init__(browsers, viewport={"width": 360, "height": 740}, reduced_motion="reduce")
        self.wrong: list[str] = []  # page, what is wrong with the focus, element

    def _press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def _reaches(self, control: Any) -> None:
        """With Tab, forwards only: what comes next stands further down."""
        wanted, before = control.element_handle(), 0
        for _ in range(MOST):
            focus = self.page.evaluate(FOCUS, wanted)
            self._note(focus, before)
            if focus["there"]:
                return
            if focus["top"] is not None:
                before = focus["top"]
            self._press("Tab")
        pytest.fail(f"{self.page.url}: Tab does not lead to {wanted.evaluate('node => node.outerHTML')}")

    def _note(self, focus: dict[str, Any], before: float) -> None:
        wrong = list(focus["wrong"])
        if focus["top"] is not None and focus["what"] and focus["bottom"] < before:
            wrong.append("stands above the one before")
        self.wrong += [f"{urlsplit(self.page.url).path}: {each}: {focus['what']}" for each in wrong]

    def skips_the_head(self) -> None:
        """The first thing Tab reaches leads past all that every page has."""
        self._tap(self.page.get_by_role("link", name=de("Skip to content")))
        expect(self.page.locator("main")).to_be_focused()

    def _tap(self, control: Any) -> None:
        self._reaches(control)
        self._press("Enter")

    def _write(self, control: Any, text: str) -> None:
        self._reaches(control)
        self._press("Control+a")
        self.page.keyboard.type(text)

    def _choose(self, control: Any, option: str) -> None:
        self._reaches(control)
        for _ in range(MOST):
            if control.evaluate(CHOSEN) == option:
                return
            self._press("ArrowDown")
        pytest.fail(f"{self.page.url}: the arrows do not lead to {option}")

    def _tick(self, control: Any) -> None:
        self._reaches(control)
        self._press("Space")
        for _ in range(MOST):
            if control.is_checked():
                return
            self._press("ArrowDown")
        pytest.fail(f"{self.page.url}: the keys do not tick {control}")


def test_keys_alone_lead_from_the_programme_to_the_sent_application(new_page, sign_in, programme, mailoutbox):
    leyla = Typist(Browsers(new_page, sign_in, lambda page: []))

    leyla.goes(f"/{programme.municipality.slug}/{programme.slug}/")
    leyla.skips_the_head()
    leyla.follows(de("Apply now"))
    leyla.answers_the_questions(today() + timedelta(weeks=12))
    leyla.signs_in_by_mail("leyla@wegweiser.example", mailoutbox)
    leyla.opens_section("Who you are")
    leyla.says_who_they_are()
    leyla.goes_on()
    leyla.follows(de("Go on"))
    leyla.types("What is your project called?", "Angekommen")
    leyla.types("What do you want to do?", "Wir zeigen Neuen ihr Viertel.")
    leyla.goes_on()
    leyla.goes_on()  # when and where it is was asked before
    leyla.says_for_whom()
    leyla.goes_on()
    leyla.adds_cost(1, "Material", "Faltplan", "1000", "0,62")
    leyla.adds_cost(2, "Material", "Kuchen", "1", "80")
    leyla.arranges(de("Ask the town for %(amount)s", amount="700,00\xa0€"))
    leyla.goes_on()
    leyla.gives_the_account()
    leyla.goes_on()
    leyla.sends(de("Send the application"))

    application = Application.objects.get()
    assert not leyla.wrong, "\n".join(leyla.wrong)
    assert (application.state, [line.what for line in application.costs.all()]) == (
        State.SUBMITTED,
        ["Faltplan", "Kuchen"],
    )
    assert application.file_number in leyla.message
