"""Amounts as people type them, as files carry them, and as letters print them; stored as integer cents."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from num2words import num2words

MAX_CENTS = 99_999_999_999  # 999,999,999.99: what a SEPA file can carry in one payment
MAX_QUANTITY = Decimal(1_000_000)
QUANTITY_PLACES = 3
LONGEST_NUMBER = 40  # characters; no amount within the bounds needs more

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"

# Applicants type on Arabic and Persian keyboards too; ٫ is their decimal comma, ٬ their thousands separator.
_TYPED_CHARACTERS: dict[str, str | None] = {
    **{digit: str(value) for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, digit in enumerate(digits)},
    "٫": ",",
    "٬": " ",
    NO_BREAK_SPACE: " ",
    NARROW_NO_BREAK_SPACE: " ",
    "\u2009": " ",  # thin space
    "\u2212": "-",  # the typographic minus
    "\u2013": "-",
    "\u2014": "-",
    "'": " ",  # thousands in Switzerland
    "\u2019": " ",
    # direction marks come along when an amount is copied from right-to-left text
    "\u061c": None,
    "\u200e": None,
    "\u200f": None,
}
_AS_TYPED = str.maketrans(_TYPED_CHARACTERS)
_CURRENCY = re.compile(r"^(?:€|EUR|Euros?)|(?:€|EUR|Euros?|avro|евро|يورو)$", re.IGNORECASE)
_NO_CENTS = re.compile(r"[.,]\s?--?$")  # 25,-
_DECIMAL_COMMA = re.compile(r"([0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:,([0-9]+))?")
_DECIMAL_POINT = re.compile(r"([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+)\.([0-9]+)")
_ENGLISH = re.compile(r"([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:\.([0-9]+))?")
_FILE_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_FILE_QUANTITY = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,3})?")

# Decimal and thousands separator, and where the sign stands. Arabic keeps Latin digits and the German notation:
# people in Germany meet it in every letter of their bank, and it is what the form accepts.
_SEPARATORS = {"en": (".", ","), "ru": (",", NO_BREAK_SPACE)}
_GERMAN_SEPARATORS = (",", ".")


class AmountError(ValueError):
    """An amount or quantity that cannot be used; its text names what was typed and how to mend it, translated."""


def parse_amount(text: str, language: str = "de") -> int:
    """Cents of an amount as typed: 1.234,56 or 1234,56 or 1234.56 or 1.234 (one thousand two hundred thirty-four).

    A dot with one or two digits behind it can only be a decimal point; three digits behind the only comma could be
    either thousands or decimals, so they are refused, but on an English page, where 1,234 is read as thousands.
    Raises AmountError.
    """
    typed = str(text)
    plain = _CURRENCY.sub("", _tidy(typed)).strip()
    number, places = _read(typed, _NO_CENTS.sub("", plain), language, places=2)
    if places > 2:
        raise AmountError(
            _(
                "“%(typed)s” has %(places)s digits after the separator. Write 12345 for whole euros, "
                "or at most two digits for cents: 12,34."
            )
            % {"typed": _shown(typed), "places": places}
        )
    cents = int(number * 100)
    if cents > MAX_CENTS:
        raise _too_large(typed)
    return cents


def parse_quantity(text: str, language: str = "de") -> Decimal:
    """The quantity as typed, in the notation of parse_amount, above 0 and up to 1,000,000. Raises AmountError.

    Hours and kilometres are measured in fractions, so up to three decimals are allowed and 12,345 is a little more
    than twelve; in an amount the same text is refused.
    """
    typed = str(text)
    number, places = _read(typed, _tidy(typed), language, places=QUANTITY_PLACES)
    if places > QUANTITY_PLACES:
        raise AmountError(
            _("“%(typed)s” has more than three digits after the separator. Please round it: 12,345.")
            % {"typed": _shown(typed)}
        )
    return _bounded_quantity(number, typed)


def from_decimal_string(text: str) -> int:
    """Cents of an amount in a file, strictly as in 5600.00. Raises AmountError."""
    if not isinstance(text, str) or not _FILE_AMOUNT.fullmatch(text):
        raise AmountError(
            _("“%(typed)s” is not an amount for a file. Write euros, a dot and two digits: 5600.00.")
            % {"typed": _shown(str(text))}
        )
    return int(Decimal(text) * 100)


def quantity_from_decimal_string(text: str) -> Decimal:
    """The quantity in a file, strictly with a decimal point: 24 or 1.250. Raises AmountError."""
    if not isinstance(text, str) or not _FILE_QUANTITY.fullmatch(text):
        raise AmountError(
            _("“%(typed)s” is not a quantity for a file. Write digits with a dot for decimals: 24 or 1.5.")
            % {"typed": _shown(str(text))}
        )
    return _bounded_quantity(Decimal(text), text)


def round_cents(value: Decimal) -> int:
    """A value in cents, rounded to whole cents, half up."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def decimal_string(cents: int) -> str:
    """The amount for files and programs: 1234.56."""
    return f"{_sign(cents)}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def format_amount(cents: int, language: str = "de") -> str:
    """The amount for people, without the currency: 1.234,56 in German."""
    decimal, thousands = _SEPARATORS.get(language.split("-")[0], _GERMAN_SEPARATORS)
    euros = f"{abs(cents) // 100:,}".replace(",", thousands)
    return f"{_sign(cents)}{euros}{decimal}{abs(cents) % 100:02d}"


def format_eur(cents: int, language: str = "de") -> str:
    """The amount for people, with the sign where the language puts it: 1.234,56 € or €1,234.56."""
    if language.split("-")[0] == "en":
        return f"{_sign(cents)}€{format_amount(abs(cents), language)}"
    return f"{format_amount(cents, language)}{NO_BREAK_SPACE}€"


def format_quantity(quantity: Decimal, language: str = "de") -> str:
    """How many, for people: 24 and not 24.000, with the decimal sign of the language."""
    plain = f"{quantity.normalize():f}"
    return plain.replace(".", _SEPARATORS.get(language.split("-")[0], _GERMAN_SEPARATORS)[0])


def in_words(cents: int) -> str:
    """A non-negative amount in German words for a letter: fünftausend Euro. Raises ValueError below zero."""
    if cents < 0:
        raise ValueError("an amount in words is never negative")
    euros, rest = divmod(cents, 100)
    text = f"{_number_in_words(euros)} Euro"
    return f"{text} und {_number_in_words(rest)} Cent" if rest else text


def _number_in_words(number: int) -> str:
    if number == 0:
        return "null"  # num2words says so too, but only by accident of its German table
    words = num2words(number, lang="de")
    # num2words counts (einhunderteins, and wrongly einhunderteinstausend); before a noun it is "ein".
    words = words.replace("einstausend", "eintausend").replace("eins Millionen", "eine Millionen")
    return words.removesuffix("s") if words.endswith("eins") else words


def _tidy(typed: str) -> str:
    return typed.translate(_AS_TYPED).strip()


def _read(typed: str, tidied: str, language: str, places: int) -> tuple[Decimal, int]:
    """The number and how many decimals were written.

    The notation of the language goes first; the other is tried where that one gives no number of so many `places`.
    """
    if not tidied:
        raise AmountError(_("Nothing was entered. Write a number, for example 1.234,56."))
    if tidied.startswith("-") or tidied.endswith("-"):
        raise AmountError(_("“%(typed)s” is below zero. Write it without a minus.") % {"typed": _shown(typed)})
    if len(tidied) > LONGEST_NUMBER:
        raise _too_large(typed)
    notations = [_ENGLISH, _DECIMAL_COMMA] if language.startswith("en") else [_DECIMAL_COMMA, _DECIMAL_POINT]
    matches = [match for notation in notations if (match := notation.fullmatch(tidied))]
    if not matches:
        raise AmountError(
            _("“%(typed)s” is not a number we understand. Use digits only, for example 1.234,56.")
            % {"typed": _shown(typed)}
        )
    match = next((match for match in matches if len(match[2] or "") <= places), matches[0])
    whole, decimals = re.sub("[^0-9]", "", match[1]), match[2] or ""
    return Decimal(f"{whole}.{decimals or 0}"), len(decimals)


def _bounded_quantity(number: Decimal, typed: str) -> Decimal:
    if number <= 0:
        raise AmountError(_("“%(typed)s” is nothing. Write a quantity above zero.") % {"typed": _shown(typed)})
    if number > MAX_QUANTITY:
        raise AmountError(_("“%(typed)s” is too much. A quantity can be at most 1,000,000.") % {"typed": _shown(typed)})
    return number


def _too_large(typed: str) -> AmountError:
    return AmountError(
        _("“%(typed)s” is too large. An amount can be at most 999.999.999,99 euros.") % {"typed": _shown(typed)}
    )


def _shown(typed: str) -> str:
    return typed if len(typed) <= LONGEST_NUMBER else f"{typed[:LONGEST_NUMBER]}…"


def _sign(cents: int) -> str:
    return "-" if cents < 0 else ""
