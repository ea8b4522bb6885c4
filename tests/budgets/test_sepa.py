"""The SEPA file: against the schema of ISO 20022, and what a German bank asks for beyond it."""

import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
import sepaxml
from django.utils import translation
from lxml import etree

from budgets.documents.sepa import NAMESPACE, credit_transfer
from funding.clock import BERLIN
from funding.gate import Refused

AT = datetime(2026, 3, 2, 9, 5, 7, tzinfo=BERLIN)
DAY = date(2026, 3, 4)


@dataclass(frozen=True)
class Town:
    iban: str = "DE02370501980001802057"
    bic: str = ""
    account_holder: str = "Kreisstadt Unna"


@dataclass(frozen=True)
class Payment:
    end_to_end_id: str = "FT-2025-0001-1"
    amount_cents: int = 1_200_00
    account_holder: str = "Leyla Aydın"
    iban: str = "DE02120300000000202051"
    purpose: str = "Zuwendung FT-2025-0001 Abruf 1 Kreisstadt Unna"


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd")


def make_file(*payments: Payment, town: Town | None = None) -> bytes:
    return credit_transfer(town or Town(), list(payments) or [Payment()], number=7, execute_on=DAY, at=AT)


def leaves(content: bytes) -> list[tuple[str, str]]:
    """Name and text of every element without children, in order."""
    elements = etree.fromstring(content).iter()
    return [(etree.QName(element).localname, element.text) for element in elements if len(element) == 0]


def find(content: bytes, tag: str) -> list[str]:
    return [element.text for element in etree.fromstring(content).iter(f"{{{NAMESPACE}}}{tag}")]


def refusal(*payments: Payment, town: Town | None = None) -> str:
    with translation.override("en"), pytest.raises(Refused) as refused:
        make_file(*payments, town=town)
    return str(refused.value)


def test_file_with_two_payments_says_exactly_this():
    second = Payment("FT-2025-0002-1", 5, "Kinderzeit Müller & Söhne e.V.", "DE89370400440532013000", "Zuwendung")

    content = make_file(Payment(), second)

    assert leaves(content) == [
        ("MsgId", "FT-000007-20260302090507"),
        ("CreDtTm", "2026-03-02T09:05:07"),
        ("NbOfTxs", "2"),
        ("CtrlSum", "1200.05"),
        ("Nm", "Kreisstadt Unna"),
        ("PmtInfId", "FT-000007-20260302090507-1"),
        ("PmtMtd", "TRF"),
        ("BtchBookg", "true"),
        ("NbOfTxs", "2"),
        ("CtrlSum", "1200.05"),
        ("Cd", "SEPA"),
        ("Dt", "2026-03-04"),
        ("Nm", "Kreisstadt Unna"),
        ("IBAN", "DE02370501980001802057"),
        ("Id", "NOTPROVIDED"),
        ("ChrgBr", "SLEV"),
        ("EndToEndId", "FT-2025-0001-1"),
        ("InstdAmt", "1200.00"),
        ("Nm", "Leyla Aydin"),
        ("IBAN", "DE02120300000000202051"),
        ("Ustrd", "Zuwendung FT-2025-0001 Abruf 1 Kreisstadt Unna"),
        ("EndToEndId", "FT-2025-0002-1"),
        ("InstdAmt", "0.05"),
        ("Nm", "Kinderzeit Müller & Söhne e.V."),
        ("IBAN", "DE89370400440532013000"),
        ("Ustrd", "Zuwendung"),
    ]


def test_file_begins_with_its_declaration_and_no_byte_order_mark():
    assert make_file().startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<Document xmlns=\"" + NAMESPACE.encode())


@pytest.mark.parametrize("bic", ["", "COLSDE33XXX", "COLSDE33"])
def test_file_is_valid_against_the_schema(bic):
    content = make_file(Payment(), Payment(amount_cents=99_999_999_999), town=Town(bic=bic))

    assert schema().validate(etree.fromstring(content)), schema().error_log
    assert find(content, "BICFI") == ([bic] if bic else [])


def test_file_made_twice_has_the_same_bytes():
    assert make_file() == make_file()


def test_markup_in_names_is_text():
    content = make_file(Payment(account_holder="<b>&Söhne", purpose="A & <B>"))

    assert find(content, "Nm")[-1] == ".b.&Söhne"
    assert find(content, "Ustrd") == ["A & .B."]


def test_long_names_and_purposes_are_cut_to_what_the_format_holds():
    content = make_file(Payment(account_holder="Ä" * 200, purpose="x" * 200))

    assert (find(content, "Nm")[-1], find(content, "Ustrd")) == ("Ä" * 70, ["x" * 140])
    assert schema().validate(etree.fromstring(content)), schema().error_log


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"account_holder": "جمعية الصداقة"},
            "Banks cannot carry the character “ج”. Please write the name in Latin letters, as at the bank.",
        ),
        (
            {"account_holder": "Дружба"},
            "Banks cannot carry the character “Д”. Please write the name in Latin letters, as at the bank.",
        ),
        (
            {"account_holder": "Verein 🎉"},
            "Banks cannot carry the character “🎉”. Please write the name in Latin letters, as at the bank.",
        ),
        ({"account_holder": " "}, "Please enter a text in Latin letters; the bank needs at least one."),
        ({"account_holder": "5 € Verein"}, "Banks cannot carry “€”."),
        ({"purpose": "Zuwendung 5 €"}, "Banks cannot carry “€”."),
        ({"purpose": "Zuwendung // Unna"}, "Banks cannot carry “//”."),
        (
            {"iban": "DE03120300000000202051"},
            "The check digits of this IBAN are wrong, so one character is mistyped. Please compare it once more.",
        ),
        ({"iban": ""}, "Please enter the IBAN. It stands on the bank card and on every statement."),
        ({"amount_cents": 0}, "The amount must lie between 0.01 and 999,999,999.99 euros."),
        ({"amount_cents": 100_000_000_000}, "The amount must lie between 0.01 and 999,999,999.99 euros."),
    ],
)
def test_payment_a_bank_would_turn_down_is_refused_by_its_reference(change, problem):
    bad = replace(Payment(end_to_end_id="FT-2025-0009-2"), **change)

    assert refusal(Payment(), bad) == f"FT-2025-0009-2: {problem}"


@pytest.mark.parametrize("reference", ["FT_2025", "FT#1", "Ü1", "/FT", "FT/", "FT//1", "x" * 36, ""])
def test_reference_a_bank_would_turn_down_is_refused(reference):
    text = refusal(Payment(end_to_end_id=reference))

    assert text == f"{reference}: The reference may have at most 35 letters, digits and signs that banks know."


@pytest.mark.parametrize("missing", ["iban", "account_holder"])
def test_file_of_a_town_without_its_account_is_refused(missing):
    town = replace(Town(), **{missing: ""})

    assert refusal(town=town) == (
        "No payment file can be made yet. Please enter the town's IBAN and account holder first."
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"iban": "DE03370501980001802057"},
            "The check digits of this IBAN are wrong, so one character is mistyped. Please compare it once more.",
        ),
        ({"bic": "COLSDE"}, "the BIC has 8 or 11 letters and digits."),
    ],
)
def test_file_of_a_town_with_a_wrong_account_is_refused(change, problem):
    assert refusal(town=replace(Town(), **change)) == f"The town's own bank details: {problem}"


def test_five_thousand_payments_take_less_than_two_seconds():
    payments = [Payment(end_to_end_id=f"FT-2025-{number:04d}-1") for number in range(5_000)]

    begun = time.perf_counter()
    content = make_file(*payments)
    taken = time.perf_counter() - begun

    assert taken < 2
    assert find(content, "CtrlSum") == ["6000000.00"] * 2
    assert schema().validate(etree.fromstring(content)), schema().error_log
