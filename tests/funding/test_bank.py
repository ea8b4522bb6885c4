"""IBANs and the characters of a SEPA file."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from funding import bank


@pytest.fixture(autouse=True)
def _source_language():
    with override("en"):
        yield


VALID = [
    "DE02120300000000202051",
    "DE89370400440532013000",
    "DE75512108001245126199",
    "DE91100000000123456789",
    "DE27100777770209299700",
    "DE12500105170648489890",
    "DE02100100100006820101",
    "DE02300209000106531065",
    "DE02500105170137075030",
]


@pytest.mark.parametrize("iban", VALID)
def test_iban_that_is_right_comes_back_and_warns_of_nothing(iban):
    assert bank.check_iban(iban) == iban
    assert bank.iban_warnings(iban) == []


@pytest.mark.parametrize(
    "typed",
    [
        "de02 1203 0000 0000 2020 51",
        " DE02\u00a01203\u202f0000 0000 2020 51\n",
        "\u200eDE02120300000000202051\u200b",
    ],
)
def test_iban_typed_with_spaces_or_small_letters_is_normalised(typed):
    assert bank.check_iban(typed) == "DE02120300000000202051"


FORM = "An IBAN starts with two letters and two digits, for example DE02. Please check it."
DIGITS = "The check digits of this IBAN are wrong, so one character is mistyped. Please compare it once more."
LENGTH = "This IBAN does not have the length and form of its country. A German one has 22 characters."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Please enter the IBAN. It stands on the bank card and on every statement."),
        ("   ", "Please enter the IBAN. It stands on the bank card and on every statement."),
        ("DE02120300000000202052", DIGITS),
        ("DE0212030000000020205", LENGTH),
        ("DE021203000000002020511", LENGTH),
        ("DE0212030000000020205A", LENGTH),
        ("XX02120300000000202051", "No country with the letters “XX” uses IBANs. Please check the beginning."),
        ("12345678", FORM),
        ("DE02", FORM),
        ("DE٠٢120300000000202051", FORM),
        ("DE02-1203-0000-0000-2020-51", FORM),
        ("DE" + "0" * 500, FORM),
    ],
)
def test_iban_that_is_wrong_is_refused_with_its_own_sentence(typed, sentence):
    with pytest.raises(bank.BankError) as refusal:
        bank.check_iban(typed)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize("check_digits", ["00", "01", "99"])
def test_iban_with_alias_check_digits_is_refused(check_digits):
    """02 to 98 are the only check digits; 97 + 2 and 98 - 97 compute as well but are no IBAN."""
    for account in range(300):
        with pytest.raises(bank.BankError):
            bank.check_iban(f"DE{check_digits}12030000{account:010}")


@pytest.mark.parametrize(
    ("iban", "codes"),
    [
        ("DE93999999990000000001", ["bank-unknown"]),
        ("DE67370400440532013105", ["iban-national-checksum"]),
    ],
)
def test_iban_that_is_odd_is_accepted_with_a_warning(iban, codes):
    assert bank.check_iban(iban) == iban
    assert bank.iban_warnings(iban) == codes


def test_bic_of_a_known_bank_is_found_and_of_an_unknown_one_is_none():
    assert bank.bic_of("DE89370400440532013000") == "COBADEFFXXX"
    assert bank.bic_of("DE93999999990000000001") is None


def test_iban_is_shown_in_groups_of_four():
    assert bank.format_iban("DE02120300000000202051") == "DE02 1203 0000 0000 2020 51"


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("Leyla Aydın", "Leyla Aydin"),
        ("Zeynep Çelik", "Zeynep Celik"),
        ("Gülşen Öztürk", "Gülsen Öztürk"),
        ("İğdır", "Igdir"),
        ("Łukasz Żółć", "Lukasz Zólc".replace("ó", "o")),
        ("Nguyễn Đức", "Nguyen Duc"),
        ("Søren Ærø", "Soren Aero"),
        ("Ștefan", "Stefan"),
        ("Müller & Söhne, Straße", "Müller & Söhne, Straße"),
        ("Mu\u0308ller", "Müller"),
        ("Helfer*innen", "Helfer.innen"),
        ("Haus „Nachbarn“ – Unna", "Haus 'Nachbarn' - Unna"),
        ("  zwei   Räume\n", "zwei Räume"),
        ("a//b", "a/b"),
        ("/am Rand/", "am Rand"),
        ("mit\u200b Unsichtbarem\u200f", "mit Unsichtbarem"),
        ("5 €", "5 EUR"),
    ],
)
def test_text_with_latin_letters_is_carried_by_sepa(text, carried):
    assert bank.sepa_text(text, 70) == carried


@pytest.mark.parametrize(
    ("text", "character"), [("Ольга Петрова", "О"), ("سمير حداد", "س"), ("Йода", "Й"), ("Fest 🎉", "🎉"), ("李", "李")]
)
def test_text_with_other_letters_is_refused_naming_the_first(text, character):
    with pytest.raises(bank.BankError) as refusal:
        bank.sepa_text(text, 70)

    assert str(refusal.value) == (
        f"Banks cannot carry the character “{character}”. Please write the name in Latin letters, as at the bank."
    )


@pytest.mark.parametrize("text", ["", "   ", "//", "\u200f"])
def test_text_of_which_nothing_is_left_is_refused(text):
    with pytest.raises(bank.BankError) as refusal:
        bank.sepa_text(text, 70)

    assert str(refusal.value) == "Please enter a text in Latin letters; the bank needs at least one."


def test_text_longer_than_the_limit_is_cut_without_a_space_at_the_end():
    assert bank.sepa_text("Förderverein Grundschule am Ostring e.V.", 13) == "Förderverein"


@given(st.text(max_size=200), st.sampled_from([35, 70, 140]))
def test_text_that_is_carried_keeps_every_rule_of_the_format(text, limit):
    try:
        carried = bank.sepa_text(text, limit)
    except bank.BankError:
        return

    assert 1 <= len(carried) <= limit
    assert set(carried) <= bank._SEPA_CHARACTERS
    assert "//" not in carried
    assert carried == bank.sepa_text(carried, limit)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Leyla Aydın", "LEYLA AYDIN"),
        ("Zeynep Çelik", "zeynep  celik"),
        ("Gülşen Öztürk", "Guelsen Oeztuerk"),
        ("Gülşen Öztürk", "Gulsen Ozturk"),
        ("Karl-Heinz Schürmann", "Karl Heinz Schürmann"),
        ("Kinderzeit Unna e.V.", "Kinderzeit Unna eV"),
        ("Strauß", "STRAUSS"),
        ("İpek", "ipek"),
        ("Łukasz", "lukasz"),
        ("Ольга Петрова", "ольга петрова"),
    ],
)
def test_names_that_differ_only_in_writing_are_the_same_person(a, b):
    assert bank.same_person(a, b) is True


@pytest.mark.parametrize(("a", "b"), [("Leyla Aydın", "Jonas Brink"), ("", ""), ("-", "."), ("Anna", "")])
def test_names_that_differ_or_are_empty_are_not_the_same_person(a, b):
    assert bank.same_person(a, b) is False
