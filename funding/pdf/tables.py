"""Tables: light lines, numbers to the right, the header row repeated on every page."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from pikepdf import Name
from reportlab.lib.units import mm

from .blocks import Facts, Grid, Runs
from .fonts import begins_from_right
from .lines import GREY, Line, Style, set_lines
from .strips import Frame, Strip
from .tags import Element, TagCanvas

HAIRLINE, RULE = "#d9d9d9", "#8c8c8c"
_GUTTER = 4 * mm
_PADDING = 4.0
_TALLEST_ROW = 200.0
"""Points; a taller row may be cut between its lines."""

Cell = tuple[list[Line], Frame, bool]


def grid_strips(grid: Grid, style: Style, frame: Frame, parent: Element, gap: float, rtl: bool = False) -> list[Strip]:
    """The strips of a table: header row, rows, a stronger line above a total; `rtl`: the first column at the right."""
    table = _table(parent, rtl)
    frames = columns(frame, [column.width for column in grid.columns], rtl)
    numeric = [column.numeric for column in grid.columns]
    body = replace(style, size=style.size - 1, leading=style.leading - 1.5)
    head = replace(body, size=body.size - 0.5, leading=body.leading - 0.5, color=GREY, bold=True)

    def row(cells: Sequence[Runs], look: Style, roles: Sequence[str | None], line_below: tuple[str, float]):
        tr = table.add("TR")
        set_cells: list[Cell] = []
        for runs, scope, place, right in zip(cells, roles, frames, numeric, strict=True):
            set_cells.append((set_lines(runs, look, place.width, _cell(tr, scope), rtl), place, right))
        return _row_strips(set_cells, look, frame, line_below)

    titles = [column.title for column in grid.columns]
    header = row(titles, head, ["Column"] * len(titles), (RULE, 0.8))
    roles = ["Row" if grid.row_headers else None, *[None] * (len(titles) - 1)]
    strips = []
    for index, cells in enumerate(grid.rows):
        last, before_total = index == len(grid.rows) - 1, grid.total and index == len(grid.rows) - 2
        look = replace(body, bold=True) if grid.total and last else body
        part = row(cells, look, roles, (RULE, 0.8) if before_total or (last and not grid.total) else (HAIRLINE, 0.5))
        part[-1].keep = before_total
        strips += part
    repeated = header[0] if len(header) == 1 else _merged(header)
    for strip in strips:
        strip.header = _as_artifact(repeated)
    repeated.keep = True
    repeated.gap = gap
    return [repeated, *strips]


def facts_strips(
    facts: Facts, style: Style, frame: Frame, parent: Element, gap: float, rtl: bool = False
) -> list[Strip]:
    """Labels in grey, values beside them; read as a table whose rows have headers. `rtl`: labels at the right."""
    table = _table(parent, rtl)
    label, value = columns(frame, [0.28, 0.72], rtl)
    strips: list[Strip] = []
    for name, runs in facts.pairs:
        tr = table.add("TR")
        cells: list[Cell] = [
            (set_lines(name, replace(style, color=GREY), label.width, _cell(tr, "Row"), rtl), label, False),
            (answer(runs, style, value.width, _cell(tr, None), rtl), value, False),
        ]
        strips += _row_strips(cells, style, frame, None)
    if strips:
        strips[0].gap = gap
        strips[0].keep = len(strips) > 1
    return strips


def _cell(tr: Element, scope: str | None) -> Element:
    if scope is None:
        return tr.add("TD")
    return tr.add("TH", attributes={"O": Name.Table, "Scope": Name(f"/{scope}")})


def answer(runs: Runs, style: Style, width: float, cell: Element, rtl: bool) -> list[Line]:
    """What somebody wrote, in any language: several lines in Arabic read from the right on a German page, too."""
    lines = set_lines(runs, style, width, cell, rtl)
    if len(lines) > 1 and isinstance(runs, str) and begins_from_right(runs):
        return set_lines(runs, style, width, cell, rtl=True)
    return lines


def _table(parent: Element, rtl: bool) -> Element:
    return parent.add("Table", attributes={"O": Name.Layout, "WritingMode": Name.RlTb} if rtl else {})


def columns(frame: Frame, shares: Sequence[float], rtl: bool) -> list[Frame]:
    """Where each column stands, the first one first."""
    free = frame.width - _GUTTER * (len(shares) - 1)
    frames, left = [], frame.left
    for share in shares:
        width = free * share / sum(shares)
        frames.append(Frame(left, width))
        left += width + _GUTTER
    if rtl:
        return [Frame(2 * frame.left + frame.width - place.left - place.width, place.width) for place in frames]
    return frames


def _row_strips(cells: list[Cell], style: Style, frame: Frame, line_below: tuple[str, float] | None) -> list[Strip]:
    """One strip; one per line when the row is so tall that pages must be able to cut it."""
    count = max(len(lines) for lines, _, _ in cells)
    padding = _PADDING if line_below else _PADDING / 2
    step = 1 if count * style.leading > _TALLEST_ROW else count
    spans = [(first, first + step) for first in range(0, count, step)]
    strips = []
    for first, after in spans:
        above = padding if first == 0 else 0
        below = padding if after == count else 0
        strips.append(
            Strip(
                above + (after - first) * style.leading + below,
                partial(
                    _paint_row,
                    cells=[(lines[first:after], place, right) for lines, place, right in cells],
                    offset=above,
                    leading=style.leading,
                    rule=(line_below, above + (after - first) * style.leading + below, frame) if below else None,
                ),
            )
        )
    return strips


def _paint_row(canvas: TagCanvas, top: float, *, cells: list[Cell], offset: float, leading: float, rule) -> None:
    for lines, place, right in cells:
        for index, line in enumerate(lines):
            line.paint(canvas, place.left, top - offset - index * leading, place.width, right)
    if rule and rule[0]:
        (color, thickness), height, frame = rule
        canvas.hairline(frame.left, frame.left + frame.width, top - height, color, thickness)


def _merged(strips: list[Strip]) -> Strip:
    def paint(canvas: TagCanvas, top: float) -> None:
        for strip in strips:
            strip.paint(canvas, top)
            top -= strip.height

    return Strip(sum(strip.height for strip in strips), paint)


def _as_artifact(strip: Strip) -> Strip:
    def paint(canvas: TagCanvas, top: float) -> None:
        with canvas.artifact("Pagination"):
            strip.paint(canvas, top)

    return Strip(strip.height, paint)
