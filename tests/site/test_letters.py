"""Pages of the town's letters: bad texts get sentences, versions come back, a logo is a picture."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from applications.documents import LetterTexts, sample_letter
from applications.letter_texts import kinds
from applications.models import LetterText, Stationery
from applications.operations import save_text
from funding.gate import Refused
from funding.site.letter_forms import StationeryForm, contrast_on_white
from tests import factories
from tests.verapdf import conformance_errors

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 2)
PROOF = kinds()["award"].parts["proof"]


@pytest.fixture
def town(settings):
    settings.LANGUAGE_CODE = "en"
    return factories.make_town()


@pytest.fixture
def officer(town):
    return factories.make_user(town, "officer", name="Nadja Berger", language="en")


@pytest.fixture
def page(client, town, officer):
    client.force_login(officer)
    url = reverse("letter-text", args=[town.pk, "award", "proof"])

    def post(text, version=0, **data):
        return client.post(url, {"text": text, "version": version, **data})

    return post


def picture(kind="PNG", mode="RGBA"):
    out = BytesIO()
    Image.new(mode, (300, 120), "#336699").save(out, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", out.getvalue())


def stationery_form(**changes):
    data = {"color": "#1f3a5f", "return_address": "", "info": ""} | changes
    files = {"logo": data.pop("logo")} if "logo" in data else {}
    return StationeryForm(data, files, sheet=None)


# --- Texts ------------------------------------------------------------------------------------------------------------


def test_saved_text_stands_in_the_next_letter(page, town):
    assert page("Bitte bis {nachweis_bis}.").status_code == 302

    assert LetterTexts(town, "award").text("proof") == "Bitte bis {nachweis_bis}."
    assert LetterText.objects.get().version == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Bis {nachweis_bis}, {foo}.", "There is no placeholder {foo} here."),
        ("Bis {nachweis_bis.", "There is a brace that belongs to no placeholder"),
        ("Bald.", "{nachweis_bis} is missing. This part must say it."),
    ],
)
def test_wrong_text_is_kept_in_the_form_with_its_sentence(page, text, sentence):
    answer = page(text)

    assert answer.status_code == 200
    assert sentence in answer.context["form"].errors["text"][0]
    assert answer.context["form"]["text"].value() == text
    assert LetterText.objects.count() == 0


def test_two_people_at_once_lose_nothing(page, town, officer):
    save_text(town, PROOF, "Zuerst bis {nachweis_bis}.", by=officer)

    answer = page("Danach bis {nachweis_bis}.", version=0)

    assert answer.context["form"].errors == {
        "__all__": ["Somebody else changed this in the meantime. Please look at it again before you go on."]
    }
    assert answer.context["form"]["version"].value() == "1"


def test_preview_is_a_letter_and_keeps_nothing(page):
    answer = page("Bitte bis {nachweis_bis}.", preview="1")

    assert answer["Content-Type"] == "application/pdf"
    assert LetterText.objects.count() == 0


def test_older_version_and_shipped_text_can_be_taken_back(client, page, town, officer):
    page("Eins {nachweis_bis}.")
    page("Zwei {nachweis_bis}.", version=1)

    client.post(reverse("letter-text-restore", args=[town.pk, "award", "proof", 1]))
    assert LetterTexts(town, "award").text("proof") == "Eins {nachweis_bis}."

    client.post(reverse("letter-text-restore", args=[town.pk, "award", "proof", 0]))
    assert LetterTexts(town, "award").text("proof") == PROOF.text
    assert list(LetterText.objects.order_by("version").values_list("version", "text")) == [
        (1, "Eins {nachweis_bis}."),
        (2, "Zwei {nachweis_bis}."),
        (3, "Eins {nachweis_bis}."),
        (4, ""),
    ]


def test_text_that_went_wrong_stops_every_letter_with_a_sentence(town, officer):
    LetterText.objects.create(
        municipality=town,
        kind="award",
        name="proof",
        version=1,
        text="Bis {nie_gab_es}.",
        made_by=officer,
        made_at="2026-01-01T00:00Z",
    )

    with pytest.raises(Refused) as refused:
        LetterTexts(town, "award").text("proof")
    assert str(refused.value) == (
        "No letter can be issued: its text “Verwendungsnachweis” has to be corrected. "
        "There is no placeholder {nie_gab_es} here. Possible are: "
        "{nachweis_bis}, {titel}, {organisation}, {aktenzeichen} {nachweis_bis} is missing. This part must say it."
    )


def test_list_of_texts_shows_what_the_town_changed(client, page, town):
    page("Bitte bis {nachweis_bis}.")

    answer = client.get(reverse("letter-texts", args=[town.pk]))

    assert answer.content.decode().count("changed: version 1") == 1


@pytest.mark.parametrize("kind", kinds())
def test_sample_of_every_kind_conforms_with_logo_and_colour(town, officer, kind):
    logo = picture().read()
    Stationery.objects.create(municipality=town, logo=logo, color="#7a1f3d", info="Sprechzeiten: Di 9–12 Uhr")

    content = sample_letter(town, kind, day=DAY, by=officer)

    assert conformance_errors(content) == {"ua1": [], "3a": []}
    assert content == sample_letter(town, kind, day=DAY, by=officer)


# --- Letterhead -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("logo", [picture(), picture("JPEG", "RGB")], ids=["png", "jpeg"])
def test_logo_is_written_anew(client, town, officer, logo):
    client.force_login(officer)

    answer = client.post(reverse("stationery", args=[town.pk]), {"color": "#1f3a5f", "logo": logo})

    sheet = Stationery.objects.get()
    assert answer.status_code == 302
    assert Image.open(BytesIO(bytes(sheet.logo))).size == (300, 120)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"GIF89a no picture", "This is no PDF, JPEG or PNG, whatever its name says."),
        (b"\x89PNG\r\n\x1a\n broken", "This picture is damaged and cannot be read."),
    ],
)
def test_logo_that_is_no_picture_gets_a_sentence(town, content, sentence):
    form = stationery_form(logo=SimpleUploadedFile("logo.png", content))

    assert form.errors["logo"][0].startswith(sentence)


def test_colour_too_light_for_white_paper_is_refused_with_its_contrast(town):
    assert stationery_form(color="#ffcc00").errors["color"] == [
        "This colour is too light to read on white: its contrast is 1.5, at least 4.5 is needed."
    ]
    assert stationery_form(color="red").errors["color"] == [
        "Please write the colour with # and six signs, as in #1f3a5f."
    ]
    assert round(contrast_on_white("#000000"), 1) == 21.0


def test_line_of_the_info_block_without_a_value_is_refused(town):
    assert stationery_form(info="Sprechzeiten").errors["info"] == [
        "Please write a label, a colon and a value: Sprechzeiten"
    ]
