"""Amounts: typed, stored, printed and spoken."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from funding import money

CENTS = st.integers(min_value=0, max_value=money.MAX_CENTS)


@pytest.fixture(autouse=True)
def _source_language():
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("1234", 123400),
        ("1.234", 123400),
        ("1.234.567", 123456700),
        ("1234.56", 123456),
        ("1234.5", 123450),
        ("12,5", 1250),
        ("0,01", 1),
        ("0", 0),
        ("  1.234,56  ", 123456),
        ("1.234,56 €", 123456),
        ("€ 1.234,56", 123456),
        ("€1,234.56", 123456),
        ("1234,56 EUR", 123456),
        ("EUR 12", 1200),
        ("12 Euro", 1200),
        ("1 234,56", 123456),
        ("1\u00a0234,56", 123456),
        ("1\u202f234,56\u00a0€", 123456),
        ("١٢٣٤", 123400),
        ("١٬٢٣٤٫٥٦", 123456),
        ("۱۲۳۴٫۵", 123450),
        ("\u200f1.234,56\u200e", 123456),
        ("999.999.999,99", money.MAX_CENTS),
        ("25,-", 2500),
        ("25,– €", 2500),
        ("25,--", 2500),
        ("1.250,—", 125000),
        ("1'250.50", 125050),
        ("25 евро", 2500),
        ("٢٥ يورو", 2500),
        ("1,250.50", 125050),
    ],
)
def test_amount_in_a_known_notation_becomes_cents(typed, cents):
    assert money.parse_amount(typed) == cents


@pytest.mark.parametrize(
    ("typed", "german", "english"),
    [
        ("1.250", 1250_00, 1250_00),  # on no page are there thousandths of a euro
        ("1,250", None, 1250_00),
        ("1,250,000", None, 1_250_000_00),
        ("12,345", None, 12_345_00),
        ("1,25", 1_25, 1_25),
        ("1.250,50", 1250_50, 1250_50),
        ("1,250.50", 1250_50, 1250_50),
        ("0.125", None, None),
        ("1,2345", None, None),
    ],
)
def test_amount_is_read_in_the_notation_of_the_page_first(typed, german, english):
    def read(language):
        try:
            return money.parse_amount(typed, language)
        except money.AmountError:
            return None

    assert (read("de"), read("en-gb")) == (german, english)


@pytest.mark.parametrize(
    ("typed", "german", "english"),
    [("1,000", "1", "1000"), ("1.000", "1000", "1"), ("2,5", "2.5", "2.5"), ("2.5", "2.5", "2.5")],
)
def test_quantity_is_read_in_the_notation_of_the_page_first(typed, german, english):
    assert money.parse_quantity(typed, "de") == Decimal(german)
    assert money.parse_quantity(typed, "en") == Decimal(english)


DIGITS = st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])


@given(CENTS, DIGITS, st.sampled_from(["de", "en", "tr", "ar", "ru"]), st.sampled_from(["", " €", " EUR", ",-"]))
def test_amount_typed_with_any_digits_is_read_in_any_language(cents, digits, language, tail):
    whole = cents // 100 * 100 if tail == ",-" else cents
    shown = str(whole // 100) if tail == ",-" else money.format_amount(whole, language)
    typed = shown.translate({ord(str(value)): digit for value, digit in enumerate(digits)}) + tail

    assert money.parse_amount(typed, language) == whole


@given(st.text(max_size=60), st.sampled_from(["de", "en"]))
def test_any_text_is_an_amount_within_bounds_or_refused_with_a_sentence(text, language):
    try:
        read = money.parse_amount(text, language)
    except money.AmountError as refusal:
        read = str(refusal)

    assert 0 <= read <= money.MAX_CENTS if isinstance(read, int) else read.startswith("“") or "Nothing" in read


AMBIGUOUS = "Write 12345 for whole euros, or at most two digits for cents: 12,34."
UNKNOWN = "is not a number we understand. Use digits only, for example 1.234,56."
NEGATIVE = "is below zero. Write it without a minus."
LARGE = "is too large. An amount can be at most 999.999.999,99 euros."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12,345", f"“12,345” has 3 digits after the separator. {AMBIGUOUS}"),
        ("0.125", f"“0.125” has 3 digits after the separator. {AMBIGUOUS}"),
        ("1234.5678", f"“1234.5678” has 4 digits after the separator. {AMBIGUOUS}"),
        ("", "Nothing was entered. Write a number, for example 1.234,56."),
        (" € ", "Nothing was entered. Write a number, for example 1.234,56."),
        ("-5", f"“-5” {NEGATIVE}"),
        ("−5,00 €", f"“−5,00 €” {NEGATIVE}"),
        ("1.000.000.000", f"“1.000.000.000” {LARGE}"),
        ("9" * 200, f"“{'9' * 40}…” {LARGE}"),
        ("fünf", f"“fünf” {UNKNOWN}"),
        ("1.23.456", f"“1.23.456” {UNKNOWN}"),
        ("1.234 567", f"“1.234 567” {UNKNOWN}"),
        ("12,34,56", f"“12,34,56” {UNKNOWN}"),
        (",50", f"“,50” {UNKNOWN}"),
        ("1e3", f"“1e3” {UNKNOWN}"),
        ("NaN", f"“NaN” {UNKNOWN}"),
        ("1²", f"“1²” {UNKNOWN}"),
        ("१२", f"“१२” {UNKNOWN}"),
    ],
)
def test_amount_that_cannot_be_used_is_refused_with_its_own_sentence(typed, sentence):
    with pytest.raises(money.AmountError) as refusal:
        money.parse_amount(typed)

    assert str(refusal.value) == sentence


@given(CENTS, st.sampled_from(["de", "en", "tr", "ar", "ru"]))
def test_amount_shown_in_any_language_is_read_back_as_the_same(cents, language):
    assert money.parse_amount(money.format_eur(cents, language), language) == cents


@given(CENTS)
def test_amount_written_to_a_file_is_read_back_as_the_same(cents):
    assert money.from_decimal_string(money.decimal_string(cents)) == cents


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [
        ("12,345", Decimal("12.345")),
        ("0.125", Decimal("0.125")),
        ("1.234", Decimal(1234)),
        ("24", Decimal(24)),
        ("2,5", Decimal("2.5")),
        ("1.000.000", Decimal(1_000_000)),
        ("٢٫٥", Decimal("2.5")),
    ],
)
def test_quantity_in_a_known_notation_becomes_a_decimal(typed, quantity):
    assert money.parse_quantity(typed) == quantity


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0", "“0” is nothing. Write a quantity above zero."),
        ("1.000.001", "“1.000.001” is too much. A quantity can be at most 1,000,000."),
        ("1,2345", "“1,2345” has more than three digits after the separator. Please round it: 12,345."),
        ("-1", "“-1” is below zero. Write it without a minus."),
        ("5 €", "“5 €” is not a number we understand. Use digits only, for example 1.234,56."),
    ],
)
def test_quantity_that_cannot_be_used_is_refused_with_its_own_sentence(typed, sentence):
    with pytest.raises(money.AmountError) as refusal:
        money.parse_quantity(typed)

    assert str(refusal.value) == sentence


def test_amount_of_a_file_is_read_exactly():
    assert [money.from_decimal_string(text) for text in ("5600.00", "0.01", "999999999.99")] == [
        560_000,
        1,
        money.MAX_CENTS,
    ]


@pytest.mark.parametrize(
    "text", ["5600", "5600.0", "5,600.00", "5600,00", "-1.00", " 1.00", "1000000000.00", "", 5600.0]
)
def test_amount_of_a_file_in_another_notation_is_refused(text):
    with pytest.raises(money.AmountError) as refusal:
        money.from_decimal_string(text)

    assert str(refusal.value) == (f"“{text}” is not an amount for a file. Write euros, a dot and two digits: 5600.00.")


def test_quantity_of_a_file_takes_the_dot_as_decimal_point():
    assert money.quantity_from_decimal_string("1.250") == Decimal("1.25")


@pytest.mark.parametrize("text", ["1,5", "0", "-1", "1.2345", "", "1000001", 24])
def test_quantity_of_a_file_in_another_notation_is_refused(text):
    with pytest.raises(money.AmountError):
        money.quantity_from_decimal_string(text)


@pytest.mark.parametrize(
    ("value", "cents"), [("0.4", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("468749.375", 468749)]
)
def test_half_cents_are_rounded_up(value, cents):
    assert money.round_cents(Decimal(value)) == cents


@pytest.mark.parametrize(
    ("language", "amount", "with_sign"),
    [
        ("de", "1.234,56", "1.234,56\u00a0€"),
        ("en", "1,234.56", "€1,234.56"),
        ("en-gb", "1,234.56", "€1,234.56"),
        ("ru", "1\u00a0234,56", "1\u00a0234,56\u00a0€"),
        ("tr", "1.234,56", "1.234,56\u00a0€"),
        ("ar", "1.234,56", "1.234,56\u00a0€"),
    ],
)
def test_amount_is_shown_as_the_language_writes_it(language, amount, with_sign):
    assert (money.format_amount(123456, language), money.format_eur(123456, language)) == (amount, with_sign)


def test_amount_below_zero_is_shown_with_a_minus_in_front():
    assert (money.decimal_string(-5), money.format_amount(-123456), money.format_eur(-123456, "en")) == (
        "-0.05",
        "-1.234,56",
        "-€1,234.56",
    )


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "null Euro"),
        (1, "null Euro und ein Cent"),
        (100, "ein Euro"),
        (101, "ein Euro und ein Cent"),
        (2100, "einundzwanzig Euro"),
        (2121, "einundzwanzig Euro und einundzwanzig Cent"),
        (10100, "einhundertein Euro"),
        (100100, "eintausendein Euro"),
        (500000, "fünftausend Euro"),
        (159890, "eintausendfünfhundertachtundneunzig Euro und neunzig Cent"),
        (83250, "achthundertzweiunddreißig Euro und fünfzig Cent"),
        (10_100_000, "einhunderteintausend Euro"),
        (100_000_000, "eine Million Euro"),
        (
            money.MAX_CENTS,
            "neunhundertneunundneunzig Millionen neunhundertneunundneunzigtausendneunhundertneunundneunzig Euro"
            " und neunundneunzig Cent",
        ),
    ],
)
def test_amount_in_words_is_german_before_a_noun(cents, words):
    assert money.in_words(cents) == words


def test_amount_in_words_below_zero_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        money.in_words(-1)
