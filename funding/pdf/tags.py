"""A reportlab canvas on which everything painted belongs to a structure element or is an artifact."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from . import fonts


@dataclass(eq=False)
class Element:
    """A node of the structure tree; `kids` are elements, marks and link areas in reading order."""

    role: str
    parent: "Element | None" = None
    lang: str | None = None
    alt: str | None = None
    attributes: dict[str, object] = field(default_factory=dict)
    kids: list = field(default_factory=list)
    attached: bool = False

    def add(self, role: str, **values) -> "Element":
        """A child that stands after those already there."""
        child = Element(role, parent=self, **values)
        child.attach()
        return child

    def inline(self, role: str) -> "Element":
        """A child that takes its place when it is painted: between the words around it."""
        return Element(role, parent=self)

    def attach(self) -> None:
        if not self.attached and self.parent is not None:
            self.parent.kids.append(self)
            self.attached = True


@dataclass(frozen=True)
class Mark:
    """A piece of marked content: page index and number on that page."""

    page: int
    mcid: int


@dataclass(frozen=True)
class LinkArea:
    """A rectangle (points from the bottom left) that opens `url`."""

    page: int
    rect: tuple[float, float, float, float]
    url: str
    contents: str


@dataclass(frozen=True)
class Place:
    """A heading one can jump to: name of its anchor, its words, its level (2, 3)."""

    name: str
    title: str
    level: int


@cache
def rgb(color: str) -> Color:
    """The colour of "#rrggbb"."""
    return HexColor(color)


class TagCanvas(Canvas):
    """Collects the structure tree in `root` while painting."""

    def __init__(self, pagesize: tuple[float, float]):
        fonts.face(fonts.REGULAR)
        self.buffer = BytesIO()
        super().__init__(self.buffer, pagesize=pagesize, invariant=1, pageCompression=0, initialFontName=fonts.REGULAR)
        # The preamble would select a font before any text is tagged.
        self._preamble = "1 0 0 1 0 0 cm"
        self.root = Element("Document")
        self._page, self._next_mcid, self._in_artifact = 0, 0, False
        self._open: Element | None = None
        self.places: dict[Place, tuple[int, float]] = {}
        """Where each place was painted: page index and height."""
        self.page_numbers: dict[str, int] = {}
        """The page of each anchor, known before the first is painted."""

    def tag(self, element: Element) -> None:
        """What is painted from now on belongs to `element`; nothing happens when it already does."""
        if self._open is element or self._in_artifact:
            return
        self._close()
        element.attach()
        element.kids.append(Mark(self._page, self._next_mcid))
        self._code.append(f"/{element.role} <</MCID {self._next_mcid}>> BDC")
        self._next_mcid += 1
        self._open = element

    @contextmanager
    def artifact(self, kind: str = "Layout"):
        """What is painted inside is decoration (kind Layout) or repetition (Pagination): passed over when read."""
        if self._in_artifact:
            yield
            return
        self._close()
        self._in_artifact = True
        self._code.append(f"/Artifact <</Type /{kind}>> BDC")
        yield
        self._code.append("EMC")
        self._in_artifact = False

    @contextmanager
    def spoken(self, text: str):
        """The glyphs painted inside stand for `text`."""
        self._code.append(f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex().upper()}>>> BDC")
        yield
        self._code.append("EMC")

    def hairline(self, left: float, right: float, height: float, color: str, thickness: float = 0.5) -> None:
        """A horizontal line, as an artifact."""
        with self.artifact():
            self.setStrokeColor(rgb(color))
            self.setLineWidth(thickness)
            self.line(left, height, right, height)

    def mark_place(self, place: Place, top: float) -> None:
        """Here begins a heading one can jump to."""
        self.places[place] = (self._page, round(top, 2))

    def add_link(self, element: Element, rect: tuple[float, float, float, float], url: str, contents: str) -> None:
        if not self._in_artifact:
            element.kids.append(LinkArea(self._page, rect, url, contents))

    def _close(self) -> None:
        if self._open is not None:
            self._code.append("EMC")
            self._open = None

    def showPage(self) -> None:
        self._close()
        super().showPage()
        self._page, self._next_mcid = self._page + 1, 0

    def data(self) -> bytes:
        self.save()
        return self.buffer.getvalue()
