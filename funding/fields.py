"""Form fields for what people type here: plain text, amounts, quantities and dates."""

import datetime
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from funding import money
from funding.widgets import DateInput, MoneyInput, QuantityInput

# Invisible marks that arrive by copy and paste and make equal texts unequal or reorder what stands beside them.
_INVISIBLE = frozenset(
    "\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_JOINER, _NON_JOINER = "\u200d", "\u200c"


def clean_text(value: str) -> str:
    """The text without invisible marks and control characters; emoji and Persian spelling stay whole."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = [char for index, char in enumerate(text) if _is_kept(text, index, char)]
    return "".join(kept).strip()


def _is_kept(text: str, index: int, char: str) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if char == _JOINER:
        # Family and profession emoji are several emoji joined by this mark.
        return _is_emoji(before) and _is_emoji(after)
    if char == _NON_JOINER:
        # Persian and Kurdish spell with it inside words.
        return _is_arabic(before) and _is_arabic(after)
    if char in _INVISIBLE:
        return False
    return char in "\n\t" or unicodedata.category(char) != "Cc"


def _is_emoji(char: str) -> bool:
    # Variation selector and skin tones follow an emoji.
    return bool(char) and (
        char == "\ufe0f" or unicodedata.category(char) == "So" or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _is_arabic(char: str) -> bool:
    return bool(char) and "\u0600" <= char <= "\u06ff"


class TextField(forms.CharField):
    """A CharField whose text passes `clean_text`.

    The browser is not told how long it may be: it would cut off what somebody pastes without a word.
    """

    default_error_messages = {
        "max_length": _(
            "This is too long: %(show_value)s characters, and at most %(limit_value)s fit. Please shorten it."
        ),
    }

    def to_python(self, value):
        return super().to_python(clean_text(value) if isinstance(value, str) else value)

    def widget_attrs(self, widget):
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class MailField(forms.EmailField):
    """A mail address."""

    default_error_messages = {
        "invalid": _("This is no whole mail address. It has an @ in it, for example name@example.org."),
    }


class MoneyField(forms.Field):
    """An amount in euros as people write it, cleaned to integer cents; None when left empty."""

    widget = MoneyInput

    def to_python(self, value) -> int | None:
        if isinstance(value, int):
            return value
        text = clean_text(value or "")
        if not text:
            return None
        try:
            return money.parse_amount(text, translation.get_language() or "de")
        except money.AmountError as error:
            raise ValidationError(str(error), code="amount") from error

    def prepare_value(self, value):
        return money.format_amount(value, translation.get_language() or "de") if isinstance(value, int) else value


class QuantityField(forms.Field):
    """How many of something, cleaned by `funding.money.parse_quantity`; None when left empty."""

    widget = QuantityInput

    def to_python(self, value) -> Decimal | None:
        if isinstance(value, int | Decimal):
            return Decimal(value)
        text = clean_text(value or "")
        if not text:
            return None
        try:
            return money.parse_quantity(text, translation.get_language() or "de")
        except money.AmountError as error:
            raise ValidationError(str(error), code="quantity") from error

    def prepare_value(self, value):
        if not isinstance(value, Decimal):
            return value
        return money.format_quantity(value, translation.get_language() or "de")


class GermanDateField(forms.Field):
    """A date typed as day, month and year; every way of being wrong has one clear sentence."""

    widget = DateInput
    default_error_messages = {
        "incomplete": _("Please enter day, month and year as numbers, for example 24 3 2026."),
        "year": _("Please enter the year with four digits, for example 2026."),
        "impossible": _("The calendar has no %(typed)s. Please check day, month and year."),
    }

    def to_python(self, value) -> datetime.date | None:
        if value is None or isinstance(value, datetime.date):
            return value
        parts = [clean_text(part or "").rstrip(".") for part in value]
        if not any(parts):
            return None
        # Four digits are the most that day, month or year can have; longer ones would not even fit a date's numbers.
        if not all(part.isdecimal() and len(part.lstrip("0")) <= 4 for part in parts):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        day, month, year = (int(part) for part in parts)
        if not 1900 <= year <= 2199:
            raise ValidationError(self.error_messages["year"], code="year")
        try:
            return datetime.date(year, month, day)
        except ValueError as error:
            typed = f"{day:02}.{month:02}.{year}"
            raise ValidationError(
                self.error_messages["impossible"], code="impossible", params={"typed": typed}
            ) from error
