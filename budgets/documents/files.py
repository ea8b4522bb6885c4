"""What leaves for the bank or the finance system, and the payment order behind it."""

import csv
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.utils import timezone

from applications.documents import german_day, german_moment, office_of
from budgets.documents import sepa
from funding.bank import format_iban
from funding.clock import BERLIN
from funding.money import decimal_string, format_eur, in_words
from funding.pdf import Block, Facts, Heading, Strong, Text, render_report

# A spreadsheet reads a cell that begins like this as a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

_CHANNELS = {"sepa": "SEPA-Datei", "finance-system": "Liste für das Finanzverfahren"}

# German, for the finance office. Product, account, cost centre and creditor number are filled in there.
COLUMNS = (
    "Dienststelle",
    "Aktenzeichen",
    "Referenz",
    "Empfänger",
    "Kontoinhaber",
    "IBAN",
    "Betrag EUR",
    "Verwendungszweck",
    "Grund",
    "Fällig am",
    "Auszuführen am",
    "Haushaltsjahr",
    "Produkt",
    "Sachkonto",
    "Kostenstelle",
    "Kreditor",
    "Sachlich und rechnerisch richtig",
    "Bestätigt am",
    "Angeordnet von",
    "Angeordnet am",
)


def payment_file(town: Any, payments: list[Any], *, number: int, execute_on: date, at: datetime) -> tuple[str, bytes]:
    """(file name, bytes) of a payment run through the town's channel. Raises Refused as `sepa.credit_transfer`."""
    local = timezone.localtime(at, BERLIN)
    name = f"zahlungslauf-{number:04d}-{execute_on.isoformat()}"
    if town.payment_channel == "sepa":
        return f"{name}.xml", sepa.credit_transfer(town, payments, number=number, execute_on=execute_on, at=local)
    return f"{name}.csv", _finance_list(town, payments, execute_on)


def _finance_list(town: Any, payments: list[Any], execute_on: date) -> bytes:
    """A list that German Excel opens by a double click: semicolons, BOM, CRLF, decimal comma, dd.mm.yyyy."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _row(town, payment, execute_on)] for payment in payments)
    return out.getvalue().encode("utf-8-sig")


def _row(town: Any, payment: Any, execute_on: date) -> list[str]:
    grant = payment.grant
    return [
        office_of(town),
        grant.application.file_number,
        payment.end_to_end_id,
        payment.payee,
        payment.account_holder,
        payment.iban,
        decimal_string(payment.amount_cents).replace(".", ","),
        payment.purpose,
        _ground(payment),
        _short_day(payment.due_on),
        _short_day(execute_on),
        str(grant.budget_year.year),
        *[""] * 4,
        payment.verified_by.name if payment.verified_by else "",
        _short_moment(payment.verified_at),
        payment.ordered_by.name if payment.ordered_by else "",
        _short_moment(payment.ordered_at),
    ]


def _cell(value: str) -> str:
    one_line = " ".join(value.splitlines())
    is_formula = one_line.startswith(_FORMULA_SIGNS) or one_line.lstrip().startswith(_FORMULA_SIGNS)
    return f"'{one_line}" if is_formula else one_line


def _short_day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _short_moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment, BERLIN):%d.%m.%Y %H:%M}" if moment else ""


def _ground(payment: Any) -> str:
    letter = payment.grant.letter
    issued = timezone.localtime(letter.issued_at, BERLIN)
    return f"{letter.title} vom {issued:%d.%m.%Y}, {payment.number}. Auszahlung"


def payment_order_pdf(payment: Any) -> bytes:
    """The payment order (Auszahlungsanordnung, § 31 KomHVO NRW) with every confirmation given so far."""
    town, grant = payment.municipality, payment.grant
    blocks: list[Block] = [
        Heading("Zahlung"),
        Facts(
            [
                (
                    "Betrag",
                    (Strong(format_eur(payment.amount_cents)), f" (in Worten: {in_words(payment.amount_cents)})"),
                ),
                ("Empfänger", payment.payee),
                ("Kontoinhaber", payment.account_holder),
                ("IBAN", format_iban(payment.iban)),
                ("Verwendungszweck", payment.purpose),
                ("Fällig am", german_day(payment.due_on) if payment.due_on else "steht noch nicht fest"),
            ]
        ),
        Heading("Grund und Buchung"),
        Facts(
            [
                ("Dienststelle", office_of(town)),
                ("Aktenzeichen", grant.application.file_number),
                ("Referenz", payment.end_to_end_id),
                ("Vorhaben", grant.application.title),
                ("Grund", _ground(payment)),
                ("Haushaltsjahr", f"{grant.budget_year.year}"),
                ("Zahlungsweg", _CHANNELS[town.payment_channel]),
            ]
        ),
        Text("Produkt, Sachkonto, Kostenstelle und Kreditor trägt die Finanzbuchhaltung ein.", small=True),
        Heading("Bestätigungen"),
        Facts(
            [
                ("Angefordert", _confirmation(payment.requested_by, payment.requested_at)),
                ("Sachlich und rechnerisch richtig", _confirmation(payment.verified_by, payment.verified_at)),
                ("Zahlung angeordnet", _confirmation(payment.ordered_by, payment.ordered_at)),
            ]
        ),
        Text(
            "Wer bestätigt, dass Grund und Betrag richtig sind, ordnet die Zahlung nicht an. "
            "Empfänger, Konto und Betrag wurden nach der Anforderung nicht geändert.",
            small=True,
        ),
    ]
    made_on = timezone.localtime(payment.ordered_at or payment.requested_at, BERLIN).date()
    return render_report(
        blocks,
        title=f"Auszahlungsanordnung {payment.end_to_end_id}",
        subtitle=f"{payment.payee}: {grant.application.title}",
        author=f"{town.name} · {office_of(town)}",
        date=made_on,
    )


def _confirmation(person: Any, moment: datetime | None) -> str:
    if moment is None:
        return "noch nicht"
    # Money nobody asked for by hand (the rest after a settlement) is asked for by the platform.
    return f"{person.name if person else 'durch die Plattform'}, {german_moment(moment)}"
