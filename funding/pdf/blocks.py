"""What a document says, as plain comparable data: no layout, no fonts, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Strong:
    """A run of bold text inside a line."""

    text: str


@dataclass(frozen=True)
class Link:
    """A run of text that opens `url` (https, mailto or tel) or, with "#name", the heading of that anchor."""

    url: str
    text: str

    def __post_init__(self):
        if not self.url.startswith(("https://", "http://", "mailto:", "tel:", "#")):
            raise ValueError(f"Not a web, mail or phone address: {self.url}")


@dataclass(frozen=True)
class PageOf:
    """The number of the page on which the heading of that anchor stands, for a table of contents."""

    anchor: str

    @property
    def text(self) -> str:
        """As wide as any number it may become."""
        return "0000"


Run = str | Strong | Link | PageOf
Runs = Run | Sequence[Run]
"""One run or several: "plain" or ("until ", Strong("5 March"), "."). Every character is taken literally."""


@dataclass(frozen=True)
class Heading:
    """A heading below the document's title; levels 2 and 3 (level 1 is the title or subject itself).

    With an `anchor` (unique in the document) links lead to it, and it stands among the bookmarks.
    """

    text: str
    level: int = 2
    lang: str | None = None
    anchor: str = ""


@dataclass(frozen=True)
class Text:
    """A paragraph; "\\n" breaks the line. A right-to-left `lang` ("ar") sets it from the right."""

    runs: Runs
    small: bool = False
    lang: str | None = None


@dataclass(frozen=True)
class Bullets:
    """A list, with dots or numbers."""

    items: Sequence[Runs]
    numbered: bool = False
    lang: str | None = None


@dataclass(frozen=True)
class Column:
    """A table column: `width` is its share of the line; numbers stand to the right."""

    title: str
    width: float = 1
    numeric: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with a header row; `row_headers` makes the first column a header, `total` the last row a sum."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Runs]]
    row_headers: bool = False
    total: bool = False

    def __post_init__(self):
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("Every row of a table needs as many cells as the table has columns.")


@dataclass(frozen=True)
class Facts:
    """Labels with their values, one pair a line."""

    pairs: Sequence[tuple[str, Runs]]


@dataclass(frozen=True)
class Figure:
    """A picture (PNG or JPEG bytes) with the text that stands for it."""

    image: bytes
    alt: str
    width_mm: float = 80

    def __post_init__(self):
        if not self.alt.strip():
            raise ValueError("A picture needs a text that stands for it.")


@dataclass(frozen=True)
class Bar:
    """How a sum is made up, as one bar of parts (label, value); the figures stand below it in words."""

    parts: Sequence[tuple[str, int]]
    alt: str

    def __post_init__(self):
        if not self.alt.strip():
            raise ValueError("A picture needs a text that stands for it.")


@dataclass(frozen=True)
class Signature:
    """The end of a letter: greeting, room for a signature, name and function; stays with the text before it."""

    greeting: str
    name: str
    role: str = ""
    room_mm: float = 12


@dataclass(frozen=True)
class Space:
    """Empty height in millimetres; nothing at the top of a page."""

    mm: float = 4


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class QrCode:
    """A code for telephones that opens `url`, with words beside it; `alt` stands for the picture."""

    url: str
    alt: str
    words: Runs = ""


Block = Heading | Text | Bullets | Grid | Facts | Figure | Bar | QrCode | Signature | Space | NewPage


@dataclass(frozen=True)
class Letterhead:
    """Who writes. `color` is "#rrggbb"; `logo` is a PNG or JPEG."""

    name: str
    office: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    logo: bytes | None = None
    color: str = "#1f3a5f"
    return_address: str = ""

    @property
    def place(self) -> str:
        return f"{self.postal_code} {self.city}".strip()


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the PDF; `relation` is PDF/A-3's AFRelationship (Data, Source, Supplement …)."""

    name: str
    mime: str
    content: bytes
    description: str = ""
    relation: str = "Supplement"


def plain(runs: Runs) -> str:
    """The words of `runs` without their dress."""
    return "".join(run if isinstance(run, str) else run.text for run in as_runs(runs))


def as_runs(runs: Runs) -> tuple[Run, ...]:
    return (runs,) if isinstance(runs, str | Strong | Link | PageOf) else tuple(runs)
