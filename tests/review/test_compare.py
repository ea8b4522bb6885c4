"""Two submissions side by side: words, answers, matched lines, and who may see them."""

import copy

import pytest
from django.test import Client
from django.urls import reverse

from applications.operations import snapshot
from applications.workflow import State
from review import compare
from review.compare import Part
from tests.factories import make_submission, make_user


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("Acht Menschen", "Acht Menschen", [Part("Acht Menschen")], [Part("Acht Menschen")]),
        (
            "Acht Menschen zeigen ihr Viertel.",
            "Zwölf Menschen zeigen ihr Viertel.",
            [Part("Acht", "deleted"), Part(" Menschen zeigen ihr Viertel.")],
            [Part("Zwölf", "inserted"), Part(" Menschen zeigen ihr Viertel.")],
        ),
        (
            "Ein Fest.",
            "Ein Fest im Mai.",
            [Part("Ein Fest"), Part(".")],
            [Part("Ein Fest"), Part(" im Mai", "inserted"), Part(".")],
        ),
        ("", "Neu.", [], [Part("Neu.", "inserted")]),
        ("Alt.", "", [Part("Alt.", "deleted")], []),
        ("", "", [], []),
    ],
)
def test_words_are_marked_where_two_texts_differ(old, new, left, right):
    assert compare.words(old, new) == (left, right)


def test_texts_too_long_to_match_are_marked_whole():
    old, new = "eins " * 2_001, "zwei " * 2_001

    assert compare.words(old, new) == ([Part(old, "deleted")], [Part(new, "inserted")])


@pytest.fixture
def two(review):
    """A case and the snapshots of its first and its changed second submission."""
    case = review.case(state=State.SUBMITTED)
    old = snapshot(case)
    new = copy.deepcopy(old)
    new["application"]["district"] = "Massen"
    new["organisation"]["iban"] = "DE02120300000000202051"
    new["costs"][1] |= {"what": "Faltplan in drei Sprachen, 1.000 Stück", "amount_cents": 420_00}
    del new["costs"][3]
    new["costs"].insert(0, new["costs"][0] | {"what": "Aufwandsentschädigung für die Leitung"})
    return case, old, new


def marked(row):
    return [(part.text, part.mark) for part in (*row.old, *row.new) if part.mark]


def changed(rows):
    return {str(row.label): marked(row) for row in rows if row.changed}


def test_changed_answers_are_found_and_of_an_account_only_its_end_is_shown(two):
    _case, old, new = two

    assert changed(compare.answers(old, new)) == {
        "IBAN": [("3000", "deleted"), ("2051", "inserted")],
        "District": [("Königsborn", "deleted"), ("Massen", "inserted")],
    }


def test_cost_lines_are_matched_by_category_and_text(two):
    _case, old, new = two

    rows = compare.costs(old, new)

    sides = [(bool(row.old), bool(row.new), row.changed) for row in rows]
    assert sides == [
        (False, True, True),  # a new line
        (True, True, False),
        (True, True, True),  # the brochure
        (True, True, False),
        (True, False, True),  # the insurance was left out
    ]


def test_financing_line_that_grew_is_matched_with_itself(two):
    _case, old, new = two
    new["financing"][0]["amount_cents"] = 150_00

    assert [row.changed for row in compare.financing(old, new)] == [True, False]


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page(case, user, **query):
    return signed_in(user).get(reverse("review:compare", args=[case.pk]), query)


def test_last_two_submissions_are_compared_and_any_two_in_either_order(review):
    case = review.case(state=State.SUBMITTED)
    for district in ("Massen", "Lünern"):
        case.district = district
        case.save()
        make_submission(case)

    last, first = page(case, review.officer), page(case, review.officer, older=2, newer=1)

    assert [(p.context["older"].number, p.context["newer"].number) for p in (last, first)] == [(2, 3), (1, 2)]
    assert changed(last.context["changed"]) == {"District": [("Massen", "deleted"), ("Lünern", "inserted")]}


def test_changes_are_said_in_words_and_not_by_colour_alone(review):
    case = review.case(state=State.SUBMITTED)
    case.title = "Fest & <b>Tanz</b>"
    case.save()
    make_submission(case)

    html = page(case, review.officer).content.decode()

    assert '<ins><span class="app-hidden">inserted: </span>' in html
    assert "<b>Tanz</b>" not in html


def test_group_compares_its_own_submissions(review):
    case = review.case(state=State.SUBMITTED)
    make_submission(case)

    assert page(case, review.organisation.memberships.get().user).status_code == 200


def test_board_does_not_compare(review):
    [item] = review.meet()
    review.open(item)
    case = item.application

    assert page(case, review.board[0].user).status_code == 403


def test_stranger_does_not_learn_of_the_case(review):
    assert page(review.case(), make_user()).status_code == 404
