"""How a letter's text is read, filled and checked; and that every shipped text holds."""

import pytest
from django.utils import translation

from applications.letter_forms import fill, fill_line, problems
from applications.letter_texts import kinds
from funding.pdf import Bullets, Facts, Heading, Strong, Text

EVERY_PART = [part for kind in kinds().values() for part in kind.parts.values()]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_signs_become_headings_lists_facts_and_paragraphs():
    text = """
    # 1 Zuwendung
    Erster Satz.
    Zweiter Satz in neuer Zeile.

    | Betrag | **{betrag}** (in Worten: {worte})
    | Zweck | das Fest

    ## Klein
    - eins
    - zwei {betrag}

    1. zuerst
    2. dann
    """

    assert fill(text, {"betrag": "5,00 €", "worte": "fünf Euro"}) == [
        Heading("1 Zuwendung"),
        Text("Erster Satz.\nZweiter Satz in neuer Zeile."),
        Facts([("Betrag", (Strong("5,00 €"), " (in Worten: fünf Euro)")), ("Zweck", "das Fest")]),
        Heading("Klein", level=3),
        Bullets(["eins", "zwei 5,00 €"]),
        Bullets(["zuerst", "dann"], numbered=True),
    ]


def test_value_acts_as_nothing_but_text():
    title = "<b>Rot & Blau</b> {betrag} **laut** # 1. - | x"

    assert fill("„{titel}“", {"titel": title, "betrag": "9"}) == [Text(f"„{title}“")]
    assert fill("{titel}", {"titel": title}) == [Text(title)]
    assert fill_line("Für {titel}", {"titel": title}) == f"Für {title}"


def test_blocks_fill_their_line():
    table = [Facts([("Ort", "Unna")])]

    assert fill("Davor:\n{tabelle}\nDanach.", {"tabelle": table}) == [Text("Davor:"), *table, Text("Danach.")]
    assert fill("Davor.\n{tabelle}", {"tabelle": []}) == [Text("Davor.")]


@pytest.mark.parametrize("missing", [None, ""])
def test_text_whose_fact_is_missing_says_nothing(missing):
    assert fill("# Nachweis\nBitte bis {tag}.", {"tag": missing}) == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Bis {tag}.", []),
        ("  ", ["Please write a text: a part of a letter cannot be empty."]),
        ("Bis {tga} {tag}.", ["There is no placeholder {tga} here. Possible are: {tag}, {liste}"]),
        (
            "Bis {tag. {tag}",
            ["There is a brace that belongs to no placeholder near “Bis {tag.”. They are written like {titel}."],
        ),
        (
            "Bis {Tag} {tag}",
            ["There is a brace that belongs to no placeholder near “Bis {Tag}”. They are written like {titel}."],
        ),
        ("Bald.", ["{tag} is missing. This part must say it."]),
        ("Bis {tag}: {liste}", ["{liste} has to stand alone in its line."]),
        ("- {liste}\nBis {tag}", ["{liste} has to stand alone in its line."]),
        ("| Ohne Wert\n{tag}", ["A line with a label is written like this: | label | value"]),
        ("{tag}" + "x" * 5_000, ["The text is too long: at most 5000 characters."]),
    ],
)
def test_problem_of_a_text_is_a_sentence_that_names_it(text, sentences):
    assert problems(text, ["tag", "liste"], needed=["tag"], alone=["liste"]) == sentences


def test_subject_is_one_line():
    assert problems("Eins\nzwei", [], one_line=True) == ["The subject is one line."]


@pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: f"{part.kind}-{part.name}")
def test_shipped_text_has_no_problem_and_fills_with_its_examples(part):
    kind = kinds()[part.kind]

    assert part.problems(part.text) == []
    assert set(part.needed) <= set(part.known)
    assert fill(part.text, kind.sample()) != []


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.kind)
def test_every_example_belongs_to_a_placeholder_in_use(kind):
    assert {name for part in kind.parts.values() for name in part.known} == set(kind.examples)
