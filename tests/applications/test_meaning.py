"""What the page beside a letter says: amounts, days and next steps of this case, for every kind."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from applications.documents import meaning_of
from applications.models import Letter
from tests import factories

pytestmark = pytest.mark.django_db

FACTS = {
    "award": {"cents": 1_200_00, "requested_cents": 1_598_90, "until": "2027-02-01"},
    "rejection": {"requested_cents": 1_598_90},
    "settlement": {"cents": 1_180_00, "claim_cents": 20_00},
    "change-request": {"until": "2026-03-23"},
    "extension": {"about": "proof", "until": "2027-04-01"},
    "hearing": {"about": "revocation", "until": "2026-03-23"},
    "revocation": {"cents": 1_200_00, "repay_cents": 600_00},
    "correction": {"letter": "Zuwendungsbescheid FT-2025-0001", "issued": "2026-02-02"},
}


@pytest.fixture
def user():
    return factories.make_user(language="en")


@pytest.fixture
def case(user):
    town = factories.make_town()
    return factories.make_application(
        factories.make_programme(town), factories.make_group(town, user), state="awarded", title="<b>Tee & Rat</b>"
    )


def letter_of(case, kind, **fields):
    return factories.make_letter(case, kind, facts=FACTS[kind], opened_at="2026-02-05T10:00Z", **fields)


def test_partial_award_says_amounts_days_and_steps(case):
    letter = letter_of(case, "award", notified_on=date(2026, 2, 6), remedy_ends_on=date(2026, 3, 6))

    with translation.override("en"):
        meaning = meaning_of(letter)

    assert meaning.lead == (
        "Good news: “<bdi>&lt;b&gt;Tee &amp; Rat&lt;/b&gt;</bdi>” gets a grant, but less than you asked for."
    )
    assert meaning.facts == [
        ("You get up to", '<bdi dir="ltr" class="app-money">€1,200.00</bdi>'),
        ("You asked for", '<bdi dir="ltr" class="app-money">€1,598.90</bdi>'),
        ("Usage proof due by", '<time datetime="2027-02-01">Feb. 1, 2027</time>'),
        ("Counts as received on", '<time datetime="2026-02-06">Feb. 6, 2026</time>'),
        ("You can take action against it until", '<time datetime="2026-03-06">March 6, 2026</time>'),
    ]
    assert meaning.steps[0] == "The letter says why it is less, and how the amount was found."


@pytest.mark.parametrize("language", ["de", "de-simple", "en", "tr", "ar", "ru"])
@pytest.mark.parametrize("kind", Letter.Kind.values)
def test_every_kind_is_explained_in_every_language(client, user, case, kind, language):
    user.language = language
    user.save()
    client.force_login(user)

    answer = client.get(
        reverse("applications:letter-meaning", args=[letter_of(case, kind).key]), headers={"accept-language": language}
    )

    assert answer.status_code == 200
    assert answer.context["meaning"].steps


@pytest.mark.parametrize("kind", Letter.Kind.values)
def test_letter_without_facts_is_explained_too(case, kind):
    assert meaning_of(factories.make_letter(case, kind)).steps


def test_letter_that_was_not_opened_is_opened_first(client, user, case):
    letter = factories.make_letter(case, "award", facts=FACTS["award"])
    client.force_login(user)

    answer = client.get(reverse("applications:letter-meaning", args=[letter.key]))

    assert (answer.status_code, answer.url) == (302, reverse("document", args=[letter.key]))
