"""Letters and reports: conformance, words in reading order, places on the sheet."""

import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from funding.pdf import (
    Attachment,
    Bar,
    Bullets,
    Column,
    Facts,
    Figure,
    Grid,
    Heading,
    Letterhead,
    Link,
    NewPage,
    PageOf,
    Signature,
    Space,
    Strong,
    Text,
    plain,
    render_letter,
    render_report,
)
from funding.pdf.fonts import REGULAR, clean, glyphs
from funding.pdf.lines import Style, set_lines
from funding.pdf.strips import Frame
from funding.pdf.tables import answer, columns
from funding.pdf.tags import Element
from tests.pdf_structure import outline, read
from tests.verapdf import conformance_errors, require_java

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
CONFORMS = {"ua1": [], "3a": []}
ARABIC = "قررت المدينة منح جمعيتكم مبلغ 1.500,00 € لمشروع «Fußballfest 2026» (المهلة: 31.03.2027)."
LONG = " ".join(["Ein langer Absatz, der über das Ende der Seite läuft und geteilt wird."] * 45)
COSTS = Grid(
    [Column("Ausgabe", 3), Column("Betrag", 1, numeric=True)],
    [("Bühne", "800,00 €"), ("Musik", "700,00 €"), ("Summe", "1.500,00 €")],
    row_headers=True,
    total=True,
)


def make_logo() -> bytes:
    out = BytesIO()
    Image.new("RGBA", (40, 30), (0, 90, 60, 128)).save(out, "PNG")
    return out.getvalue()


def make_letter(blocks, **values) -> bytes:
    letterhead = Letterhead(
        "Stadt Unna", "Bürgeramt", "Rathausplatz 1", "59423", "Unna", "02303 103-0", "foerderung@unna.example"
    )
    defaults = {
        "letterhead": letterhead,
        "addressee": ["Nachbarschaft e. V.", "Frau Ayşe Yılmaz", "Bahnhofstraße 12", "59423 Unna"],
        "info": [("Aktenzeichen", "KF-2026-0012"), ("Datum", "22. November 2026")],
        "subject": "Bewilligung für das Begegnungsfest",
        "date": date(2026, 11, 22),
        "title": "Bewilligung KF-2026-0012",
        "author": "Stadt Unna",
        "reference": "KF-2026-0012",
    }
    return render_letter(blocks, **(defaults | values))


def make_report(blocks, **values) -> bytes:
    defaults = {"title": "Niederschrift", "author": "Stadt Unna", "date": date(2026, 11, 22)}
    return render_report(blocks, **(defaults | values))


def make_everything() -> list:
    rows = [(f"Projekt {number} mit جمعية الصداقة", "1.000,00 €") for number in range(45)]
    return [
        Text("Guten Tag Frau Yılmaz,"),
        Heading("Was Sie bekommen"),
        Facts([("Betrag", Strong("1.500,00 €")), ("Zeitraum", "1. März bis 30. Juni 2027")]),
        COSTS,
        Heading("Was Sie tun", level=3),
        Bullets(["Beginnen Sie.", ("Den Nachweis ", Link("https://foerdertopf.example/ü", "schicken Sie hier"), ".")]),
        Bullets(["Erstens", "Zweitens"], numbered=True),
        Text(LONG),
        Text("<b>& 😀 👨‍👩‍👧 漢字 \u202eumgedreht\u202c \x00\ue000"),
        Grid([Column("Projekt", 3), Column("Betrag", 1, numeric=True)], rows),
        Figure(make_logo(), "Das Wappen", 30),
        Signature("Freundliche Grüße", "Sabine Köster", "Im Auftrag"),
        Space(4),
        Text("Ohne Unterschrift gültig.", small=True),
        NewPage(),
        Heading("ملخص القرار", lang="ar"),
        Text(ARABIC * 3, lang="ar"),
        Bullets(["يمكنكم البدء الآن", ("الموعد ", Strong("30.09.2027"))], lang="ar"),
    ]


def test_letter_with_every_block_conforms_to_ua1_and_3a():
    pdf = make_letter(
        make_everything(),
        letterhead=Letterhead("Stadt Unna", logo=make_logo()),
        attachments=[Attachment("antrag.json", "application/json", b"{}", "Der Antrag")],
    )

    assert conformance_errors(pdf) == CONFORMS


@pytest.mark.parametrize("landscape", [False, True])
def test_report_with_every_block_conforms_to_ua1_and_3a(landscape):
    pdf = make_report(make_everything(), subtitle="3. Sitzung", landscape=landscape)

    assert conformance_errors(pdf) == CONFORMS


def test_letter_without_blocks_conforms_to_ua1_and_3a():
    pdf = make_letter([], letterhead=Letterhead("Stadt"), addressee=[], info=[], reference="")

    assert conformance_errors(pdf) == CONFORMS


def test_conformance_of_an_untagged_file_is_denied():
    out = BytesIO()
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(out)

    errors = conformance_errors(out.getvalue())

    assert all(errors.values())


def test_conformance_without_java_names_the_missing_package(monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(RuntimeError, match="install openjdk-17-jre-headless"):
        require_java()


def test_letter_rendered_twice_has_the_same_bytes():
    assert make_letter(make_everything()) == make_letter(make_everything())


def test_letters_rendered_at_once_from_the_first_on_have_the_same_bytes():
    """In a process of its own: the race was in reading the fonts and embedding them for the first time."""
    script = (
        "import sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "sys.setswitchinterval(1e-6)\n"  # threads change places as often as they can
        "from tests.funding.test_pdf import Text, make_letter\n"
        "with ThreadPoolExecutor(16) as pool:\n"
        "    print(len(set(pool.map(lambda n: make_letter([Text('Guten Tag')]), range(64)))))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == ("1", 0), done.stderr


def test_letter_read_aloud_has_its_words_in_order():
    blocks = [
        Text(
            (
                "Bis zum ",
                Strong("30. September 2027"),
                " schicken Sie ",
                Link("mailto:a@unna.example", "uns"),
                " alles.",
            )
        ),
        Heading("Kosten"),
        COSTS,
        Bullets(["Eins", "Zwei"], numbered=True),
        Signature("Freundliche Grüße", "Sabine Köster"),
    ]

    assert outline(make_letter(blocks)) == [
        ("P", "Stadt Unna"),
        ("P", "Bürgeramt"),
        ("P", "Rathausplatz 1 · 59423 Unna · Telefon 02303 103-0 · foerderung@unna.example"),
        ("P", "Nachbarschaft e. V. Frau Ayşe Yılmaz Bahnhofstraße 12 59423 Unna"),
        ("P", "Aktenzeichen KF-2026-0012"),
        ("P", "Datum 22. November 2026"),
        ("H1", "Bewilligung für das Begegnungsfest"),
        ("P", "Bis zum 30. September 2027 schicken Sie uns alles."),
        ("H2", "Kosten"),
        ("TH", "Ausgabe"),
        ("TH", "Betrag"),
        ("TH", "Bühne"),
        ("TD", "800,00 €"),
        ("TH", "Musik"),
        ("TD", "700,00 €"),
        ("TH", "Summe"),
        ("TD", "1.500,00 €"),
        ("Lbl", "1."),
        ("LBody", "Eins"),
        ("Lbl", "2."),
        ("LBody", "Zwei"),
        ("P", "Freundliche Grüße"),
        ("P", "Sabine Köster"),
    ]


def test_paragraph_split_across_pages_stays_one_element_with_its_spaces():
    document, _ = read(make_letter([Text(LONG)]))

    paragraph = document.children[-1]

    assert (paragraph.role, paragraph.text, paragraph.pages) == ("P", LONG, {1, 2})


def test_page_numbers_and_running_heads_are_artifacts():
    _, painted = read(make_letter([Text(LONG)]))

    assert [(part.page, part.text) for part in painted if part.artifact] == [
        (1, "Stadt Unna · Rathausplatz 1 · 59423 Unna"),
        (1, "Seite 1 von 2"),
        (2, "Stadt Unna · KF-2026-0012"),
        (2, "Seite 2 von 2"),
    ]


def test_table_across_pages_repeats_its_header_as_artifact():
    grid = Grid([Column("Projekt"), Column("Betrag", numeric=True)], [(str(number), "1 €") for number in range(60)])

    document, painted = read(make_report([grid]))

    table = document.all("Table")[0]
    assert [(cell.text, cell.scope) for cell in table.all("TH")] == [("Projekt", "/Column"), ("Betrag", "/Column")]
    assert [cell.text for cell in table.all("TD")[::2]] == [str(number) for number in range(60)]
    assert [part.page for part in painted if part.text == "Projekt" and part.artifact] == [2]


def test_table_row_higher_than_a_page_is_cut_and_read_cell_by_cell():
    grid = Grid([Column("Nr.", 0.2), Column("Text")], [("1", LONG * 3), ("2", "Ende")])

    document, _ = read(make_report([grid]))

    assert [cell.text for cell in document.all("TD")] == ["1", LONG * 3, "2", "Ende"]
    assert document.all("TD")[1].pages == {1, 2, 3}


def test_table_total_row_stands_with_numbers_on_the_right_edge():
    _, painted = read(make_report([COSTS]))

    amounts = [part for part in painted if part.text.endswith("€")]

    assert amounts[0].x_mm == pytest.approx(amounts[1].x_mm, abs=0.01)
    assert amounts[2].x_mm < amounts[0].x_mm


def test_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="as many cells"):
        Grid([Column("A"), Column("B")], [("a",)])


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("<b>Rot & Blau</b>", "<b>Rot & Blau</b>"),
        ("Fest 😀 漢字", "Fest 😀 漢字"),
        ("Fest\u202e 2026\u200b\x00", "Fest 2026"),
        ("U\u0308ber", "Über"),
        ("eins\nzwei", "eins zwei"),
        ("privat \ue000", "privat \ufffd"),
        ("Verein جمعية (2026) hier", "Verein جمعية (2026) hier"),
        ("Verein جمعية \U0001fae9 2026", "Verein جمعية \U0001fae9 2026"),  # newer than Python's tables of directions
        ("", ""),
    ],
)
def test_text_is_spoken_literally_without_hidden_controls(written, spoken):
    assert outline(make_report([Text(written)]))[2:] == [("P", spoken)]


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=120), lang=st.sampled_from([None, "ar"]))
def test_any_text_is_read_back_as_it_was_cleaned(text, lang):
    pdf = make_report([Text(text, lang=lang)])

    said = read(pdf)[0].children[-1].text
    assert said.replace("\xa0", " ") == clean(text).replace("\n", " ").replace("\xa0", " ")


def test_glyphs_missing_in_the_font_are_painted_as_boxes():
    assert glyphs("Fest 漢😀", REGULAR) == "Fest □□"


def test_arabic_line_is_painted_from_the_right_with_numbers_intact():
    assert glyphs("لا (31.03.2027)", REGULAR, rtl=True) == "(31.03.2027) \ufefb"


def test_amount_in_an_arabic_line_keeps_its_sign_behind_it():
    assert glyphs("لا 1.234,56\u00a0€ لا", REGULAR, rtl=True) == "\ufefb 1.234,56\u00a0€ \ufefb"


def test_arabic_report_with_every_block_conforms_to_ua1_and_3a():
    pdf = make_report(make_everything(), title="محضر", language="ar", page_of="صفحة {number} من {total}")

    assert conformance_errors(pdf) == CONFORMS


def test_first_column_of_a_page_read_from_the_right_stands_there():
    first, second = columns(Frame(10, 120), [1, 3], rtl=True)

    assert first.left + first.width == pytest.approx(130)
    assert second.left == pytest.approx(10)


@pytest.mark.parametrize(("text", "from_right"), [("Jonas Brink", False), ("1.234,56\u00a0€", False), ("لا", True)])
def test_line_of_an_arabic_page_stands_right_and_is_turned_only_where_it_is_arabic(text, from_right):
    [line] = set_lines(text, Style(), 200, Element("P"), rtl=True)

    assert (line.rtl, line.on_right) == (from_right, True)


def test_long_arabic_answer_in_a_german_document_reads_from_the_right():
    lines = answer(ARABIC * 3, Style(), 200, Element("TD"), rtl=False)
    name = answer("جمعية e.V.", Style(), 200, Element("TD"), rtl=False)
    german = answer(f"Fest {ARABIC * 3}", Style(), 200, Element("TD"), rtl=False)

    assert ({line.rtl for line in lines}, name[0].rtl, {line.rtl for line in german}) == ({True}, False, {False})


def test_arabic_name_in_a_german_line_leaves_the_words_around_it_in_place():
    assert glyphs("Verein لا (2026) hier", REGULAR) == "Verein \ufefb (2026) hier"


def test_arabic_paragraph_keeps_its_text_and_language():
    document, _ = read(make_report([Text(ARABIC * 3, lang="ar")]))

    paragraph = document.children[-1]

    assert (paragraph.lang, paragraph.text) == ("ar", ARABIC * 3)


def test_link_across_lines_is_one_element_with_an_area_per_line():
    words = " ".join(["Verwendungsnachweis"] * 8)

    document, _ = read(make_report([Text(("Hier: ", Link("https://foerdertopf.example/ü?a=1", words), "."))]))

    link = document.all("Link")[0]
    assert link.text == words
    assert link.links == [("https://foerdertopf.example/%C3%BC?a=1", words)] * 3


def test_link_with_a_dangerous_address_is_refused():
    with pytest.raises(ValueError, match="Not a web"):
        Link("javascript:alert(1)", "hier")


def test_heading_levels_are_never_skipped():
    blocks = [Heading("a", level=3), Heading("b", level=3), Heading("c"), Heading("d", level=3)]

    roles = [role for role, _ in outline(make_report(blocks))]

    assert roles == ["P", "H1", "H2", "H3", "H2", "H3"]


def test_heading_at_the_end_of_a_page_moves_to_the_text_below_it():
    document, _ = read(make_report([Text("Zeile\n" * 43), Heading("Oben"), Text("eins " * 60)]))

    assert [node.pages for node in document.children[2:]] == [{1}, {2}, {2}]


def test_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="needs a text"):
        Figure(make_logo(), " ")


def test_figure_is_read_as_its_alternative_text():
    document, _ = read(make_report([Figure(make_logo(), "Das Wappen")]))

    assert [node.alt for node in document.all("Figure")] == ["Das Wappen"]


@pytest.mark.parametrize(
    "first_line", ["Nachbarschaft e. V.", "Verein der " + "Freundinnen und Freunde " * 8, "X" * 200]
)
def test_address_stands_in_the_window(first_line):
    addressee = [first_line, "Frau Ayşe Yılmaz", "Bahnhofstraße 12", "59423 Unna"]

    _, painted = read(make_letter([], addressee=addressee))

    begin = next(index for index, part in enumerate(painted) if first_line.startswith(part.text.strip()))
    end = next(index for index, part in enumerate(painted) if part.text == "59423 Unna")
    assert {round(part.x_mm, 2) for part in painted[begin : end + 1]} == {25}
    assert painted[begin].y_mm > 62.7
    assert painted[end].y_mm < 90


def test_return_line_stands_right_above_the_address():
    _, painted = read(make_letter([]))

    line = next(part for part in painted if part.text == "Stadt Unna · Rathausplatz 1 · 59423 Unna")

    assert 58 < line.y_mm < 62.7


def test_subject_stands_at_its_place_and_moves_below_a_long_info_block():
    _, usual = read(make_letter([]))
    _, moved = read(make_letter([], info=[("Zeile", str(number)) for number in range(14)]))

    tops = [next(part.y_mm for part in painted if part.text.startswith("Bewilligung")) for painted in (usual, moved)]

    assert tops[0] == pytest.approx(102.8, abs=0.2)
    assert tops[1] > 118


def test_attachment_is_embedded_with_its_relation():
    pdf = make_report([], attachments=[Attachment("d.csv", "text/csv", b"a;b", "Daten", relation="Data")])

    with pikepdf.open(BytesIO(pdf)) as opened:
        spec = opened.Root.AF[0]
        stream = opened.Root.Names.EmbeddedFiles.Names[1].EF.F
        found = (str(spec.UF), str(spec.AFRelationship), str(stream.Subtype), stream.read_bytes())
    assert found == ("d.csv", "/Data", "/text/csv", b"a;b")


def test_metadata_holds_title_author_and_date():
    pdf = make_report([], title="Rot & <Blau>")

    with pikepdf.open(BytesIO(pdf)) as opened:
        info = {key: str(value) for key, value in opened.docinfo.items()}
        with opened.open_metadata() as metadata:
            title = metadata["dc:title"]
    assert (info["/Title"], title) == ("Rot & <Blau>", "Rot & <Blau>")
    assert (info["/Author"], info["/CreationDate"]) == ("Stadt Unna", "D:20261122120000+00'00'")


def test_blocks_with_the_same_words_are_equal():
    assert Text(("bis ", Strong("morgen"))) == Text(("bis ", Strong("morgen")))
    assert plain(("bis ", Strong("morgen"))) == "bis morgen"


# --- Contents, links inside, bars -------------------------------------------------------------------------------------


def make_contents() -> bytes:
    rows = [(Link(f"#{name}", name), PageOf(name)) for name in ("nord", "mitte")]
    blocks = [Grid([Column("Fall", 4), Column("Seite", numeric=True)], rows)]
    for name in ("nord", "mitte"):
        blocks += [NewPage(), Heading(f"Fall {name}", anchor=name), Heading("Wer zahlt", 3, anchor=f"{name}-money")]
        blocks.append(Bar([("Zuwendung", 1_500_00), ("Eigenmittel", 500_00)], alt="Zuwendung 75 %, Eigenmittel 25 %"))
    return make_report(blocks)


def test_contents_lead_to_the_pages_they_name():
    table = read(make_contents())[0].all("Table")[0]

    assert [(row.text, row.all("Link")[0].links[0][0]) for row in table.all("TR")[1:]] == [
        ("nord2", "page 2"),
        ("mitte3", "page 3"),
    ]


def test_headings_with_an_anchor_are_bookmarks_one_below_the_other():
    with pikepdf.open(BytesIO(make_contents())) as opened, opened.open_outline() as found:
        assert [(item.title, [child.title for child in item.children]) for item in found.root] == [
            ("Fall nord", ["Wer zahlt"]),
            ("Fall mitte", ["Wer zahlt"]),
        ]


def test_bar_is_a_figure_with_its_text():
    assert [figure.alt for figure in read(make_contents())[0].all("Figure")] == ["Zuwendung 75 %, Eigenmittel 25 %"] * 2


def test_contents_conform_and_are_the_same_bytes_each_time():
    assert conformance_errors(make_contents()) == CONFORMS
    assert make_contents() == make_contents()


def test_bar_without_its_text_is_refused():
    with pytest.raises(ValueError, match="text that stands for it"):
        Bar([("Zuwendung", 1)], alt=" ")
