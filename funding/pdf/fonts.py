"""The one typeface, and how text becomes the glyphs it has."""

import re
import threading
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import arabic_reshaper

# `from bidi import get_display` would not mirror brackets.
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MISSING = "\u25a1"
_FOLDER = Path(__file__).parent / "fonts"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
# Within German text: an Arabic phrase with the numbers and signs between its words.
_RTL_PHRASE = re.compile(f"{_RIGHT_TO_LEFT.pattern}(?:[\\d\\W_]*{_RIGHT_TO_LEFT.pattern})*")
_JOINERS = "\u200c\u200d"
# An amount is read from left to right with its sign, as <bdi dir="ltr"> does on pages.
_AMOUNT = re.compile("[0-9][0-9.,]*[ \u00a0\u202f]?[€%]")
_LEFT_TO_RIGHT = "\u200e"
_RTL_LANGUAGES = {"ar", "ckb", "fa", "he", "ps", "ur"}
_lock = threading.RLock()
P = ParamSpec("P")
R = TypeVar("R")


def one_at_a_time(render: Callable[P, R]) -> Callable[P, R]:
    """One document after the other: reportlab reads and embeds a font through one file position all threads share."""

    @wraps(render)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with _lock:
            return render(*args, **kwargs)

    return wrapper


@cache
def _faces() -> dict:
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, _FOLDER / f"{name}.ttf"))
    return {name: pdfmetrics.getFont(name).face for name in (REGULAR, BOLD)}


def face(font: str):
    """The parsed font file; read on first use, so that importing costs nothing."""
    with _lock:
        return _faces()[font]


@cache
def _reshaper():
    # DejaVu has no glyph for the ligature that writes "Allah" as one sign.
    return arabic_reshaper.ArabicReshaper(configuration={"ARABIC LIGATURE ALLAH": False})


def is_rtl(lang: str | None) -> bool:
    return (lang or "").split("-")[0].lower() in _RTL_LANGUAGES


def reads_from_right(text: str) -> bool:
    """There are right-to-left letters in it; without, even an Arabic page shows it from left to right."""
    return bool(_RIGHT_TO_LEFT.search(text))


def begins_from_right(text: str) -> bool:
    """Its first letter is read from the right, so the whole text is, as with dir="auto"."""
    strong = (direction for char in text if (direction := unicodedata.bidirectional(char)) in ("L", "R", "AL"))
    return next(strong, "L") != "L"


# What most text consists of: none of it is changed, whatever stands beside it.
_PLAIN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u017f€„“”‚‘’–—…§•·]*")


def clean(text: str) -> str:
    """`text` without what is no text: controls, direction marks, private and broken characters; \\n stays.

    Direction marks could make a letter say something else than what was decided (CVE-2021-42574).
    The joiners stay inside right-to-left text, where they change the shape of letters.
    """
    text = str(text)
    return text if _PLAIN.fullmatch(text) else _cleaned(text)


@lru_cache(maxsize=8192)
def _cleaned(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    joiners = _JOINERS if _RIGHT_TO_LEFT.search(text) else ""
    return "".join(_kept(char, joiners) for char in text)


def _kept(char: str, joiners: str) -> str:
    if char == "\n" or char in joiners:
        return char
    if char in "\u2028\u2029":
        return "\n"
    category = unicodedata.category(char)
    if category in ("Cc", "Cf") or "\ufe00" <= char <= "\ufe0f":
        return ""
    return "\ufffd" if category in ("Co", "Cs") or ord(char) & 0xFFFE == 0xFFFE else char


@lru_cache(maxsize=8192)
def glyphs(text: str, font: str, rtl: bool = False) -> str:
    """The characters to paint from left to right for cleaned `text`: joined, ordered, missing ones as a box."""
    if rtl:
        return _from_right(text, font)
    # Each phrase for itself, as <bdi> does: the words around it stay where they are.
    text = _RTL_PHRASE.sub(lambda phrase: _from_right(phrase[0], font), text)
    return _boxed(text, font)


def _from_right(text: str, font: str) -> str:
    # Boxes first: characters newer than Python's Unicode tables have no direction and would stop the ordering.
    shaped = _boxed(_reshaper().reshape(text), font, _JOINERS)
    shown = get_display(_AMOUNT.sub(rf"{_LEFT_TO_RIGHT}\g<0>{_LEFT_TO_RIGHT}", shaped), base_dir="R")
    return _boxed("".join(char for char in shown if char not in _JOINERS + _LEFT_TO_RIGHT), font)


def _boxed(text: str, font: str, exempt: str = "") -> str:
    known = face(font).charToGlyph
    # reportlab writes a wrong ToUnicode entry beyond the basic plane: a box there too.
    return "".join(char if char in exempt or (ord(char) in known and ord(char) < 0x10000) else MISSING for char in text)


@lru_cache(maxsize=32768)
def width(text: str, font: str, size: float) -> float:
    """Width in points of cleaned `text`."""
    widths = face(font)
    return sum(widths.getCharWidth(ord(char)) for char in glyphs(text, font)) * size / 1000
