"""The language switch of every page: it leads back to the same page, and nothing typed there is lost."""

import ast
import inspect
from pathlib import Path

import lxml.html
import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import resolve, reverse

from funding.languages import offered
from tests.catalogues import is_for_staff, is_staff_file
from tests.factories import make_application, make_group, make_programme, make_town, make_user
from tests.test_access import ARGUMENTS, TABLE
from tests.test_architecture import APPS, ROOT
from tests.test_pages import NO_PAGES
from tests.world import PEOPLE, build

pytestmark = pytest.mark.once

TYPED = "31,5 <b>ليلى</b>"
TO_FILL = ".//textarea or .//select or .//input[@type!='hidden' and @type!='file']"
SWITCH = "//button[@name='to-language']"
VIEWS = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "views" in path.with_suffix("").parts)
# Pages of the office with several short forms, each sent to an address of its own: there is not the one to keep.
FOR_THE_FIRST_ADMINISTRATOR = {"setup"}
SEVERAL_FORMS = {"review:item", "review:meeting"}


def page_of(response):
    return lxml.html.fromstring(response.content.decode(), base_url="http://testserver/")


def pages(world, person):
    """(name, address) of what this person can read as a page."""
    for name, methods in TABLE.items():
        if name not in NO_PAGES and person in methods["GET"].get(200, "").split():
            yield name, reverse(name, args=ARGUMENTS.get(name, lambda w: [])(world))


def opened(client, address):
    """The page at this address; None for a file."""
    response = client.get(address)
    return page_of(response) if response["Content-Type"].startswith("text/html") else None


def client_of(world, person):
    client = Client()
    if (user := world.people[person]) is not None:
        client.force_login(user)
    return client


def fields_of(form) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value.strip())  # this parser keeps the line break that opens a textarea
    return values


def fill(form) -> None:
    """Type into every field, tick every box, choose the last of every list."""
    for field in form.xpath(".//input | .//textarea | .//select"):
        kind = field.get("type", "text") if field.tag == "input" else field.tag
        if kind in ("text", "email", "tel", "url", "textarea", "search"):
            field.value = TYPED
        elif kind == "number":
            field.value = "7"
        elif kind == "radio":
            for other in form.xpath(".//input[@type='radio'][@name=$name]", name=field.get("name")):
                other.attrib.pop("checked", None)
            field.set("checked", "")
        elif kind == "checkbox":
            field.set("checked", "")
        elif kind == "select" and field.value_options:
            field.value = field.value_options[-1]


def press(client, page, language, typed=()):
    [button] = page.xpath(f"{SWITCH}[@value='{language}']")
    return client.post(button.get("formaction"), dict(typed) | {"to-language": language})


def test_every_switch_sends_the_form_of_its_page(db):
    world = build()
    wrong = []

    for person in PEOPLE:
        client = client_of(world, person)
        for name, address in pages(world, person):
            if (page := opened(client, address)) is None:
                continue
            owners = {button.get("form") for button in page.xpath(SWITCH)}
            to_fill = page.xpath(f"//main//form[@method='post'][{TO_FILL}]")
            missed = {form.get("id") for form in to_fill} - owners if name not in SEVERAL_FORMS else set()
            if missed or len(owners) != 1 or not owners <= set(page.xpath("//form/@id")):
                wrong.append(f"{person} {name}: {owners}, not {missed}")

    assert not wrong, "\n".join(wrong)


def test_everything_typed_on_a_page_is_still_there_after_the_switch(db):
    world = build()
    lost, tried = [], set()

    for person in PEOPLE:
        client = client_of(world, person)
        language = "tr" if person in ("anonymous", "applicant", "viewer", "other") else "en"
        for name, address in pages(world, person):
            if (page := opened(client, address)) is None:
                continue
            for form in page.xpath("//form[@id='page-form']"):
                fill(form)
                typed = fields_of(form)
                answer = press(client, page, language, typed)
                after = page_of(client.get(answer["Location"]))
                [again] = after.xpath("//form[@id='page-form']")
                kept = fields_of(again)
                changed = {key for key in typed if key != "csrfmiddlewaretoken" and typed[key] != kept.get(key)}
                if changed or answer["Location"] != address or after.get("lang") != language:
                    lost.append(f"{person} {name}: {changed} {answer['Location']} {after.get('lang')}")
                if after.xpath("//*[@id='error-summary'] | //*[@aria-invalid]"):
                    lost.append(f"{person} {name} finds fault with what nobody sent")
                tried.add(name)

    assert not lost, "\n".join(lost)
    assert len(tried) > 20


def test_applicants_get_no_page_whose_texts_are_for_staff(db):
    world = build()
    found = set()

    for person in ("anonymous", "applicant", "viewer", "other"):
        client = client_of(world, person)
        for name, methods in TABLE.items():
            address = reverse(name, args=ARGUMENTS.get(name, lambda w: [])(world))
            for method in ("GET", "POST"):
                if (
                    person in methods[method].get(200, "").split()
                    and name not in NO_PAGES | FOR_THE_FIRST_ADMINISTRATOR
                ):
                    templates = getattr(client, method.lower())(address).templates
                    found |= {f"{name}: {t.name}" for t in templates if is_staff_file(f"templates/{t.name}")}
                    view = inspect.unwrap(resolve(address).func)
                    file = Path(inspect.getfile(view)).relative_to(ROOT).as_posix()
                    found |= {f"{name}: {file}"} if is_for_staff(file, view.__code__.co_firstlineno) else set()

    assert found == set()


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_view_takes_kept_input_for_an_act(path):
    """Kept input is the data of a form on a GET: whoever acts on a valid form must ask for the method first."""
    source = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    reading = [text for node in functions if "request.POST or None" in (text := ast.get_source_segment(source, node))]

    careless = [
        line.strip()
        for text in reading
        for line in text.splitlines()
        if "is_valid()" in line and 'request.method == "POST" and' not in line
    ]

    assert careless == []


def test_kept_input_is_shown_once_and_only_on_its_page(client, db):
    page = page_of(client.get("/sign-in/"))
    press(client, page, "tr", {"email": "leyla@"})

    elsewhere = client.get("/imprint/")
    first, second = client.get("/sign-in/"), client.get("/sign-in/")

    assert [b"leyla@" in answer.content for answer in (elsewhere, first, second)] == [False, True, False]
    assert first["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_page_that_showed_what_is_wrong_shows_it_again_in_the_new_language(client, db):
    page = page_of(client.post("/sign-in/", {"email": "leyla@"}))

    answer = press(client, page, "en", {"email": "leyla@"})

    assert client.get(answer["Location"]).context["form"].errors == {
        "email": ["This is no whole mail address. It has an @ in it, for example name@example.org."]
    }


def test_switch_sends_nothing_but_the_language(client, db):
    page = page_of(client.get("/sign-in/"))

    answer = press(client, page, "tr", {"email": "leyla@koenigsborn.example"})
    client.get(answer["Location"])

    assert mail.outbox == []


def test_switch_keeps_the_query_of_the_page(client, db):
    page = page_of(client.get("/sign-in/?next=/tasks/%3Fa%3Db%26c"))

    assert press(client, page, "ar")["Location"] == "/sign-in/?next=/tasks/%3Fa%3Db%26c"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_switch_never_leads_to_another_site(client, db, target):
    answer = client.post(reverse("set_language", query={"next": target}), {"to-language": "en"})

    assert answer["Location"] == "/"


def test_switch_without_a_token_is_refused(db):
    assert Client(enforce_csrf_checks=True).post("/language/", {"to-language": "en"}).status_code == 403


@pytest.mark.parametrize(
    ("languages", "codes"),
    [
        ([], ["de", "de-simple", "en", "tr", "ar", "ru"]),
        (["de"], ["de", "de-simple"]),
        (["de", "tr", "fr"], ["de", "de-simple", "tr"]),
        (["en"], ["de", "en"]),
    ],
)
def test_town_offers_its_languages_and_the_one_in_use(db, languages, codes):
    town = make_town(languages=languages)

    assert [code for code, _name in offered(None, town)] == codes


def test_person_with_a_role_has_german_and_english(client, db):
    officer = make_user(make_town(), "officer", language="ar")
    client.force_login(officer)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"

    page = page_of(client.get("/tasks/"))

    assert (page.get("lang"), [b.get("value") for b in page.xpath(SWITCH)]) == ("de", ["de", "en"])


def test_language_is_remembered_on_the_account_and_in_the_browser(client, db):
    user = make_user()
    client.force_login(user)

    answer = client.post("/language/?next=/imprint/", {"to-language": "de-simple"})

    user.refresh_from_db()
    assert (user.language, answer.cookies["django_language"].value) == ("de-simple", "de-simple")
    assert page_of(client.get("/imprint/")).get("lang") == "de-simple"


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [True, False])
def test_typed_address_survives_the_switch_to_arabic_in_a_browser(new_page, javascript):
    page = new_page(java_script_enabled=javascript)
    page.goto("/sign-in/?next=/tasks/")
    page.get_by_role("textbox").fill("leyla@koenigsborn.example")

    page.get_by_role("button", name="العربية").click()

    assert (page.url.partition("/sign-in/")[2], page.get_by_role("textbox").input_value()) == (
        "?next=/tasks/",
        "leyla@koenigsborn.example",
    )
    assert (page.get_attribute("html", "lang"), page.get_attribute("html", "dir")) == ("ar", "rtl")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [True, False])
def test_answer_being_typed_survives_the_switch_in_a_browser(new_page, sign_in, javascript):
    application = make_application(make_programme(town := make_town()), make_group(town, user := make_user()))
    page = new_page(java_script_enabled=javascript)
    sign_in(page, user)
    page.goto(reverse("applications:edit", args=[application.pk, "idea"]))
    page.locator("[name=title]").fill("Straßenfest")

    page.get_by_role("button", name="Русский").click()

    assert (page.get_attribute("html", "lang"), page.locator("[name=title]").input_value()) == ("ru", "Straßenfest")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_return_key_in_a_field_sends_the_form_and_changes_no_language(new_page):
    page = new_page()
    page.goto("/sign-in/")
    page.get_by_role("textbox").fill("leyla@koenigsborn.example")

    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert ([message.to for message in mail.outbox], page.get_attribute("html", "lang")) == (
        [["leyla@koenigsborn.example"]],
        "de",
    )


FONTS = {"de": 50_000, "en": 50_000, "tr": 50_000, "ar": 95_000, "ru": 95_000}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", FONTS)
def test_fonts_of_a_page_are_only_those_of_its_language(new_page, language, live_server):
    page = new_page()
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}])
    loaded: list[int] = []
    page.on("response", lambda answer: loaded.append(len(answer.body())) if "woff2" in answer.url else None)

    page.goto("/sign-in/", wait_until="networkidle")

    assert 0 < sum(loaded) <= FONTS[language]
