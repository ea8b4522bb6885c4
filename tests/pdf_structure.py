"""Reads a tagged PDF as assistive technology does: structure tree in order, ActualText before glyphs."""

import re
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf

_MAPPING = re.compile(r"<([0-9A-F]{2})> <([0-9A-F]{4})>")


@dataclass
class Painted:
    """Text painted in one go: page (from 1), position of its baseline in mm from the top left."""

    page: int
    x_mm: float
    y_mm: float
    text: str
    artifact: bool


@dataclass
class Node:
    """A structure element with the text of its own marks, in the order in which they are read."""

    role: str
    lang: str | None = None
    alt: str | None = None
    scope: str | None = None
    pages: set[int] = field(default_factory=set)
    parts: list = field(default_factory=list)
    links: list = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def children(self) -> list["Node"]:
        return [part for part in self.parts if isinstance(part, Node)]

    def all(self, role: str) -> list["Node"]:
        return [node for child in self.children for node in ([child] if child.role == role else []) + child.all(role)]


def read(pdf: bytes) -> tuple[Node, list[Painted]]:
    """The document element and everything painted, artifacts included."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        marks: dict[tuple[int, int], str] = {}
        painted: list[Painted] = []
        for number, page in enumerate(opened.pages, start=1):
            _read_page(page, number, marks, painted)
        numbers = {page.obj.objgen: number for number, page in enumerate(opened.pages, start=1)}
        return _node(opened.Root.StructTreeRoot.K[0], marks, numbers), painted


def outline(pdf: bytes) -> list[tuple[str, str]]:
    """Role and text of every element below the document, tables and lists opened, in reading order."""
    return [entry for child in read(pdf)[0].children for entry in _flat(child)]


def _flat(node: Node) -> list[tuple[str, str]]:
    if node.role in ("Table", "TR", "L", "LI"):
        return [entry for child in node.children for entry in _flat(child)]
    return [(node.role, node.text.strip())]


def _target(annotation, numbers: dict) -> str:
    """The address a link opens; inside the document "page 3"."""
    return str(annotation.A.URI) if "/A" in annotation else f"page {numbers[annotation.Dest[0].objgen]}"


def _node(element, marks: dict, numbers: dict) -> Node:
    attributes = element.get("/A", {})
    node = Node(
        role=str(element.S)[1:],
        lang=_text(element.get("/Lang")),
        alt=_text(element.get("/Alt")),
        scope=_text(attributes.get("/Scope")),
    )
    for kid in element.get("/K", []):
        if isinstance(kid, int):
            _add_mark(node, numbers[element.Pg.objgen], kid, marks)
        elif kid.get("/Type") == "/MCR":
            _add_mark(node, numbers[kid.Pg.objgen], int(kid.MCID), marks)
        elif kid.get("/Type") == "/OBJR":
            node.links.append((_target(kid.Obj, numbers), str(kid.Obj.Contents)))
        else:
            node.parts.append(_node(kid, marks, numbers))
    return node


def _add_mark(node: Node, page: int, mcid: int, marks: dict) -> None:
    node.pages.add(page)
    node.parts.append(marks[page, mcid])


def _text(value) -> str | None:
    return None if value is None else str(value)


def _read_page(page, number: int, marks: dict, painted: list[Painted]) -> None:
    fonts = {name: _codes(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
    height = float(page.mediabox[3])
    open_content: list[dict] = []
    font, position = {}, (0.0, 0.0)
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                open_content.append({"tag": str(operands[0]), "properties": operands[1]})
                if "/MCID" in operands[1]:
                    marks[number, int(operands[1].MCID)] = ""
            case "EMC":
                open_content.pop()
            case "Tf":
                font = fonts[str(operands[0])]
            case "Tm":
                position = (float(operands[4]), float(operands[5]))
            case "Tj":
                glyphs = "".join(font[code] for code in bytes(operands[0]))
                _paint(number, position, height, glyphs, open_content, marks, painted)


def _paint(number, position, height, glyphs, open_content, marks, painted) -> None:
    text, artifact, mark = glyphs, False, None
    for content in open_content:
        artifact |= content["tag"] == "/Artifact"
        mark = content["properties"].get("/MCID", mark)
        if "/ActualText" in content["properties"]:
            # A text of several pieces (one per font subset) is spoken once.
            text = "" if content.get("spoken") else str(content["properties"].ActualText)
            content["spoken"] = True
    if mark is not None:
        marks[number, int(mark)] += text
    mm = 72 / 25.4
    painted.append(Painted(number, position[0] / mm, (height - position[1]) / mm, text, artifact))


def _codes(font) -> dict[int, str]:
    found = _MAPPING.findall(font.ToUnicode.read_bytes().decode())
    return {int(code, 16): chr(int(character, 16)) for code, character in found}
