"""Every page of every person in a real browser: no barrier, nothing cut off, one heading, German to the last word.

Which pages a person has stands in access.txt. Each test walks them all and lists everything it finds.
"""

import gettext
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.test_access import ARGUMENTS, TABLE
from tests.world import PEOPLE, World, build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK, SMALLEST = {"width": 360, "height": 800}, {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# Addresses whose answer is a file or a part of a page.
NO_PAGES = {
    "applications:agreement",
    "applications:autosave",
    "applications:read-back-file",
    "applications:receipt",
    "budgets:payment-order",
    "budgets:proof-sum",
    "budgets:run-file",
    "document",
    "letter-sample",
    "review:attachment",
    "review:ballot",
    "review:decision-letter",
    "review:dossier-file",
    "review:dossier-progress",
    "review:meeting-file",
    "review:minutes-file",
    "upload-file",
}
LONG = "Donaudampfschifffahrtsgesellschaft" * 6
STRANGE = "عبد الرحمن بن محمد الأنصاري 👩‍👩‍👧‍👦 <b>&amp;" + "W" * 60
LARGEST_CENTS = 999_999_999_99

# What is wrong with the page as it stands, a line each.
LOOK = """() => {
  const found = [], root = document.documentElement, excerpt = node => node.outerHTML.slice(0, 150);
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.querySelectorAll('body *')].filter(node => !node.closest('.kern-table-responsive table')
      && node.getClientRects().length && node.getBoundingClientRect().right > root.clientWidth);
    found.push(`${root.scrollWidth} px wide: ${wide.slice(-1).map(excerpt)}`);
  }
  const headings = [...document.querySelectorAll('h1')];
  if (headings.length !== 1 || !headings[0].innerText.trim()) found.push(`${headings.length} h1`);
  if (!document.querySelector('main').innerText.trim()) found.push('nothing in main');
  if (document.querySelector('noscript')) found.push('noscript');
  for (const form of document.forms) {
    const buttons = [...form.elements].filter(field => field.type === 'submit');
    if (!buttons.length) found.push(`nothing sends ${excerpt(form)}`);
    if (form.querySelectorAll('.kern-btn--primary').length > 1) found.push(`two primary buttons in ${excerpt(form)}`);
  }
  for (const field of document.querySelectorAll('input:not([type=hidden], [type=submit]), select, textarea'))
    if (![...field.labels].some(label => label.textContent.trim())) found.push(`no label: ${excerpt(field)}`);
  return found;
}"""
TEXT = """() => {
  const attributes = ['aria-label', 'placeholder'].flatMap(
    name => [...document.querySelectorAll(`[${name}]`)].map(node => node.getAttribute(name)));
  return [document.title, document.body.innerText, ...attributes].join(' ').replace(/\\s+/g, ' ');
}"""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
SEND_EMPTY = """address => {
  const form = document.createElement('form'), token = document.createElement('input');
  token.name = 'csrfmiddlewaretoken';
  token.value = JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken'];
  form.append(token);
  Object.assign(form, {method: 'post', action: address, hidden: true});
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture
def world(transactional_db: None) -> World:
    with transaction.atomic():
        return build()


def _stretch(world: World) -> None:
    """Give every case, group and person of the world texts and amounts that hardly fit."""
    applications = world["draft"].organisation.applications.all()
    applications.update(title=LONG[:200], summary=STRANGE + LONG)
    for application in applications:
        application.costs.update(what=LONG[:200])
    organisation = world["draft"].organisation
    type(organisation).objects.filter(pk=organisation.pk).update(name=STRANGE, account_holder=STRANGE[:70])
    for user in filter(None, world.people.values()):
        type(user).objects.filter(pk=user.pk).update(name=STRANGE)


def addresses(world: World, person: str, method: str) -> list[tuple[str, str]]:
    """(name, address) of the pages this person gets."""
    return [
        (name, reverse(name, args=ARGUMENTS.get(name, lambda w: [])(world)))
        for name, methods in TABLE.items()
        if name not in NO_PAGES and person in methods[method].get(200, "").split()
    ]


@pytest.fixture
def walk(new_page: Callable[..., Any], sign_in: Callable[..., None], live_server: Any) -> Callable[..., Iterator[Any]]:
    """`walk(world, language, size)`: (where, page) for every page of every person, opened one after the other."""

    def pages(
        world: World, language: str, size: dict, *, method: str = "GET", people: Any = PEOPLE, **options: Any
    ) -> Iterator[Any]:
        page = new_page(viewport=size, **options)  # one browser for all of them: styles and fonts are fetched once
        for person, found in distinct(world, method).items():
            if person not in people:
                continue
            page.context.clear_cookies()
            page.context.add_cookies(
                [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}]
            )
            if (user := world.people[person]) is not None:
                sign_in(page, user)
            for name, address in addresses(world, person, method):
                if name in found:
                    _open(page, address, method)
                    yield f"{person} {name} {address}", page

    return pages


DISTINCT: dict[str, dict[str, set[str]]] = {}  # by method, then person: the same in every world and language


def distinct(world: World, method: str) -> dict[str, set[str]]:
    """The names of the pages to look at, by person.

    One that says to a second person what it said to the first is left out: it would only be looked at again. Found
    out without a browser, once.
    """
    if method not in DISTINCT:
        with transaction.atomic():
            DISTINCT[method] = _distinct(world, method)
            transaction.set_rollback(True)
    return DISTINCT[method]


def _distinct(world: World, method: str) -> dict[str, set[str]]:
    seen, found = set(), {}
    for person, user in world.people.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        found[person] = set()
        for name, address in addresses(world, person, method):
            point = transaction.savepoint()
            content = getattr(client, method.lower())(address).content.decode()
            transaction.savepoint_rollback(point)
            main = TOKEN.sub("", content[content.index("<main") : content.index("</main>")])
            if (name, main) not in seen:
                seen.add((name, main))
                found[person].add(name)
    return found


def _open(page: Any, address: str, method: str) -> None:
    if method == "GET":
        assert page.goto(address).status == 200
        return
    page.goto(reverse("imprint"))
    with page.expect_navigation():
        page.evaluate(SEND_EMPTY, address)


def english_in(text: str) -> list[str]:
    """Parts of this page's text that the German catalogue would have translated, and words no German text has."""
    return [part for part in ENGLISH if part in text] + ENGLISH_WORDS.findall(text)


def language_of(page: Any, language: str) -> list[str]:
    found = page.get_attribute("html", "lang")
    return [] if found == language else [f"language {found}"]


def _english_parts() -> list[str]:
    """What is said in English between the placeholders of every text, from three words on."""
    catalogue = gettext.translation("django", settings.LOCALE_PATHS[0], ["de"])._catalog
    texts = {key[0] if isinstance(key, tuple) else key for key, german in catalogue.items() if key != german}
    parts = {part.strip() for text in texts for part in re.split(r"%(?:\(\w+\))?[sd]|\s*\n\s*", text)}
    return sorted(part for part in parts if part.count(" ") >= 2)


ENGLISH = _english_parts()
ENGLISH_WORDS = re.compile(r"\b(?:the|and|of|you|your|please|this|with|from|not)\b[^.]{0,40}", re.IGNORECASE)


def test_pages_in_german_on_a_phone_have_no_fault(world, walk, axe):
    found, titles = [], Counter()

    for where, page in walk(world, "de", PHONE):
        problems = [*page.evaluate(LOOK), *axe(page), *english_in(page.evaluate(TEXT))]
        page.set_viewport_size(DESK)
        problems += page.evaluate(LOOK)
        page.set_viewport_size(PHONE)
        titles[where.split()[0], page.title()] += 1
        found += [f"{where}: {problem}" for problem in [*problems, *language_of(page, "de")]]

    assert not found, "\n".join(found)
    again = [f"{person}: {title}" for (person, title), times in titles.items() if times > 1]
    assert not again, "\n".join(again)


def test_pages_in_english_on_a_desk_have_no_fault(world, walk, axe):
    found = [
        f"{where}: {problem}"
        for where, page in walk(world, "en", DESK)
        for problem in [*page.evaluate(LOOK), *axe(page), *language_of(page, "en")]
    ]

    assert not found, "\n".join(found)


def test_pages_of_applicants_in_arabic_have_no_fault_on_any_screen(world, walk, axe):
    """Those without a role are the ones who read Arabic (funding/languages.py)."""
    found = []

    for where, page in walk(world, "ar", PHONE, people=("anonymous", "applicant", "other")):
        problems = [*page.evaluate(LOOK), *axe(page), *language_of(page, "ar")]
        page.set_viewport_size(DESK)
        problems += [*page.evaluate(LOOK), *axe(page)]
        page.set_viewport_size(SMALLEST)
        problems += page.evaluate(LOOK)
        page.set_viewport_size(PHONE)
        found += [f"{where}: {problem}" for problem in problems]

    assert not found, "\n".join(found)


def test_forms_sent_empty_have_no_fault(world, walk, axe):
    found = [
        f"{where}: {problem}"
        for where, page in walk(world, "de", PHONE, method="POST")
        for problem in [*page.evaluate(LOOK), *axe(page), *english_in(page.evaluate(TEXT))]
    ]

    assert not found, "\n".join(found)


def test_pages_without_javascript_show_their_content(world, walk):
    found = [
        f"{where}: {problem}"
        for where, page in walk(world, "de", DESK, java_script_enabled=False)
        for problem in page.evaluate(LOOK)
    ]

    assert not found, "\n".join(found)


def test_pages_of_long_texts_are_not_wider_than_the_smallest_screen(world, walk):
    with transaction.atomic():
        _stretch(world)

    found = [f"{where}: {problem}" for where, page in walk(world, "de", SMALLEST) for problem in page.evaluate(LOOK)]

    assert not found, "\n".join(found)
