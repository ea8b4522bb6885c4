"""Bank details: IBANs that can be paid to, and the texts a SEPA file can carry."""

import re
import unicodedata

from django.utils.translation import gettext as _
from schwifty import IBAN
from schwifty.exceptions import InvalidChecksumDigits, InvalidCountryCode, SchwiftyException

# The German profile of pain.001 (DK Anlage 3): basic Latin letters, digits, these signs, umlauts and &.
_SEPA_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /?:().,'+-ÄÖÜäöüß&")
# Letters that no decomposition turns into a basic one, and signs replaced as EPC217-08 recommends.
_SEPA_REPLACEMENTS = {
    **{"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H"},
    **{"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ẞ": "ß", "ə": "e", "Ə": "E"},
    **{"’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "_": "-", "~": "-"},
    **{"“": "'", "”": "'", "„": "'", "«": "'", "»": "'", '"': "'", ";": ",", "…": "..."},
    **{"[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "€": "EUR"},
    **dict.fromkeys("*!#$%<=>@^", "."),
}
_LATIN_NAMES = str.maketrans({letter: text for letter, text in _SEPA_REPLACEMENTS.items() if letter.isalpha()})
_GERMAN_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{1,30}")


class BankError(ValueError):
    """Bank details that cannot be used; its text says what to mend, translated."""


def check_iban(text: str) -> str:
    """The IBAN without spaces, in capitals. Raises BankError.

    Wrong check digits block; what only warns (unknown bank, national checksum) is in iban_warnings.
    """
    iban = _compact(text)
    if not iban:
        raise BankError(_("Please enter the IBAN. It stands on the bank card and on every statement."))
    if not _IBAN.fullmatch(iban):
        raise BankError(_("An IBAN starts with two letters and two digits, for example DE02. Please check it."))
    try:
        return str(IBAN(iban))
    except InvalidCountryCode as error:
        raise BankError(
            _("No country with the letters “%(country)s” uses IBANs. Please check the beginning.")
            % {"country": iban[:2]}
        ) from error
    except InvalidChecksumDigits as error:
        raise BankError(
            _("The check digits of this IBAN are wrong, so one character is mistyped. Please compare it once more.")
        ) from error
    except SchwiftyException as error:
        raise BankError(
            _("This IBAN does not have the length and form of its country. A German one has 22 characters.")
        ) from error


def iban_warnings(iban: str) -> list[str]:
    """What is odd about a valid IBAN, as codes: bank-unknown, iban-national-checksum. Neither keeps it from use."""
    codes = []
    if IBAN(iban).bank is None:
        codes.append("bank-unknown")
    try:
        IBAN(iban, validate_bban=True)
    except SchwiftyException:
        codes.append("iban-national-checksum")
    return codes


def bic_of(iban: str) -> str | None:
    """The BIC of the bank of a valid IBAN, if it is known."""
    bic = IBAN(iban).bic
    return str(bic) if bic else None


def format_iban(iban: str) -> str:
    """The IBAN in groups of four, as on a bank card."""
    compact = _compact(iban)
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def sepa_text(text: str, limit: int) -> str:
    """The text in the characters a SEPA file can carry, cut to the limit (names 70, purpose 140).

    Latin letters lose the marks a bank does not know (Çelik becomes Celik); German umlauts stay. Raises BankError
    naming the first character that has no Latin form, and when nothing is left.
    """
    carried = "".join(_carried(character) for character in unicodedata.normalize("NFC", text))
    # Banks read “//” and a slash at either end as the mark of a field; a long run of spaces is one space to them.
    tidied = re.sub(r"/{2,}", "/", " ".join(carried.split())).strip("/ ")
    if not tidied:
        raise BankError(_("Please enter a text in Latin letters; the bank needs at least one."))
    return tidied[:limit].strip("/ ")


def same_person(a: str, b: str) -> bool:
    """Whether two names mean the same: capitals, marks, spaces and punctuation aside, Müller like Mueller."""
    return bool(_foldings(a) & _foldings(b))


def _compact(text: str) -> str:
    """Without spaces and without the invisible characters that come along when an IBAN is copied."""
    return "".join(
        character for character in text if not character.isspace() and unicodedata.category(character) != "Cf"
    ).upper()


def _carried(character: str) -> str:
    if character in _SEPA_CHARACTERS:
        return character
    if character in _SEPA_REPLACEMENTS:
        return _SEPA_REPLACEMENTS[character]
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Mn"):
        return ""
    basic = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    if basic and _SEPA_CHARACTERS.issuperset(basic):
        return basic
    raise BankError(
        _("Banks cannot carry the character “%(character)s”. Please write the name in Latin letters, as at the bank.")
        % {"character": character}
    )


def _foldings(name: str) -> set[str]:
    """A name as compared: once with umlauts as bare letters, once written out."""
    folded = unicodedata.normalize("NFC", name.casefold())
    return {key for spelling in (folded, folded.translate(_GERMAN_DIGRAPHS)) if (key := _bare_letters(spelling))}


def _bare_letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_LATIN_NAMES))
    return "".join(character for character in decomposed if character.isalnum())
