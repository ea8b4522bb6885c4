"""What people sign on paper: the agreement of a group that is no association, and answers read back at the counter."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.confirmations import declaration, declarations_of
from applications.documents.letters import joined, office_of
from applications.documents.receipt import ORGANISATION, PROJECT, answers_of, plan_of
from funding import clock
from funding.money import format_eur
from funding.pdf import Block, Bullets, Column, Facts, Grid, Heading, Space, Text, render_report


def _language() -> str:
    language = get_language() or "de"
    return "de-DE" if language == "de" else language


# --- The agreement ----------------------------------------------------------------------------------------------------


def agreement_pdf(application: Any) -> bytes:
    """The agreement of a group that is no association as PDF: German, explained in the active language."""
    return render_report(
        agreement_blocks(application),
        title="Vereinbarung unserer Gruppe",
        subtitle=application.title,
        author=str(application.organisation),
        date=clock.today(),
    )


def agreement_blocks(application: Any) -> list[Block]:
    """What the people of the group promise each other. The town does not need it; it is theirs.

    Joint debtors: § 421 BGB; who has paid may ask the others for their share: § 426 BGB.
    """
    organisation, town = application.organisation, application.municipality
    names = organisation.representatives
    cents = application.evaluate().requested_cents
    asked = f"bis zu {format_eur(cents, 'de')}" if cents else "Geld"
    project = f"das Projekt „{application.title}“" if application.title else "unser Projekt"
    return [
        Text(
            f"Wir sind die Gruppe „{organisation}“ und beantragen bei {town.name} {asked} für {project}. "
            "Unsere Gruppe ist kein eingetragener Verein. Deshalb stehen wir selbst "
            f"dafür ein: {joined(names) if names else 'die Personen, die unten unterschreiben'}."
        ),
        Heading("Was das bedeutet"),
        Bullets(
            [
                "Briefe und Bescheide der Stadt gehen an jede und jeden von uns.",
                "Das Geld wird nur für das Projekt ausgegeben, so wie es im Antrag steht.",
                "Muss Geld zurückgezahlt werden, kann die Stadt von jeder und jedem von uns den ganzen Betrag "
                "verlangen, insgesamt aber nur einmal (Gesamtschuld, § 421 BGB).",
                "Wer mehr als den eigenen Teil gezahlt hat, bekommt den Rest von den anderen zurück. Wir teilen zu "
                "gleichen Teilen, wenn unten nichts anderes steht (§ 426 BGB).",
                "Wir alle sind mindestens 18 Jahre alt.",
            ]
        ),
        Heading("Wer was übernimmt"),
        Facts(
            [
                ("Konto, auf das das Geld kommt", organisation.account_holder or "_" * 36),
                ("Bewahrt die Belege fünf Jahre auf", "_" * 36),
                ("Spricht mit der Stadt", "_" * 36),
                ("Das haben wir außerdem vereinbart", "_" * 36),
            ]
        ),
        *_explanation(),
        Heading("Unterschriften"),
        Grid(
            [Column("Name", 2.2), Column("Adresse", 3), Column("Ort, Datum", 1.6), Column("Unterschrift", 2.4)],
            [(f"{name}\n\n", "", "", "") for name in [*names, "", ""][: max(3, len(names) + 1)]],
            row_headers=False,
        ),
        Text("Dieses Blatt bleibt bei Ihnen. Die Stadt braucht es nicht.", small=True),
    ]


def _explanation() -> list[Block]:
    """The same in the reader's language; signed is the German text."""
    language = get_language() or "de"
    if language == "de":
        return []
    return [
        Heading(_("What this says, in your language"), lang=language),
        Bullets(
            [
                _("Our group is no registered association. So we ourselves answer for the money, all of us together."),
                _("Letters of the town go to each of us."),
                _("The money is spent on the project only."),
                _("If money has to be paid back, the town may ask each of us for all of it, but only once."),
                _("Whoever has paid more than their part gets the rest from the others, in equal parts."),
                _("All of us are 18 or older."),
                _("The German text counts. This sheet stays with you; the town does not need it."),
            ],
            lang=language,
        ),
        Space(2),
    ]


# --- Reading back -----------------------------------------------------------------------------------------------------


def read_back_pdf(application: Any, content: dict[str, Any], mark: str) -> bytes:
    """The answers of `content` (a snapshot) to read and sign; `mark` is their fingerprint, printed on the page."""
    town = application.municipality
    return render_report(
        read_back_blocks(application, content, mark),
        title=_("Read back and signed"),
        subtitle=str(application),
        author=f"{town.name} · {office_of(town)}",
        date=clock.today(),
        language=_language(),
    )


def read_back_blocks(application: Any, content: dict[str, Any], mark: str) -> list[Block]:
    """All answers, the declarations, and room for a signature."""
    return [
        Text(
            _("These answers were written down at %(office)s and read back to me on %(day)s.")
            % {"office": office_of(application.municipality), "day": date_format(clock.today())}
        ),
        Heading(_("Who you are")),
        Facts(answers_of(ORGANISATION, content["organisation"])),
        Heading(_("Your project")),
        Facts(answers_of(PROJECT, content["application"])),
        Heading(_("What it costs")),
        *plan_of(content),
        Heading(_("I confirm")),
        Bullets([str(declaration(code)) for code in declarations_of(application.organisation)]),
        Space(8),
        Grid(
            [Column(_("Place, date"), 2), Column(_("Name"), 3), Column(_("Signature"), 4)],
            [("\n\n", "", "")],
        ),
        Text(_("Mark of these answers: %s") % short_mark(mark), small=True),
    ]


def short_mark(mark: str) -> str:
    """Eight characters are enough to tell two printed pages apart."""
    return f"{mark[:4]}-{mark[4:8]}".upper()
