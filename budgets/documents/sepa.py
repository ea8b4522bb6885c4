"""The SEPA credit transfer file: pain.001.001.09 in the German profile GBIC_5 (DK Anlage 3, from 16 November 2026)."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from funding.bank import BankError, check_iban, sepa_text
from funding.gate import Refused
from funding.money import MAX_CENTS, decimal_string

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME_LENGTH, PURPOSE_LENGTH = 70, 140

_IDENTIFIER = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/?:().,'+\- ]{1,35}(?<!/)")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
# sepa_text would rewrite these; in a payment that was checked and ordered they mean that something is wrong.
_NEVER = ("€", "//")


def credit_transfer(town: Any, payments: list[Any], *, number: int, execute_on: date, at: datetime) -> bytes:
    """The file for the bank, of one or more payments, to be executed on a day.

    Raises Refused when the town's own account is not entered, or naming the first payment a bank would turn down:
    account holder, purpose, IBAN, amount (0.01 to 999,999,999.99) or reference.
    """
    account = _own_account(town)
    message = f"FT-{number:06d}-{at:%Y%m%d%H%M%S}"
    totals = {"NbOfTxs": str(len(payments)), "CtrlSum": decimal_string(sum(p.amount_cents for p in payments))}

    document = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})
    initiation = _add(document, "CstmrCdtTrfInitn")
    header = _add(initiation, "GrpHdr", MsgId=message, CreDtTm=at.strftime("%Y-%m-%dT%H:%M:%S"), **totals)
    _add(header, "InitgPty", Nm=account["name"])

    batch = _add(initiation, "PmtInf", PmtInfId=f"{message}-1", PmtMtd="TRF", BtchBookg="true", **totals)
    _add(_add(batch, "PmtTpInf"), "SvcLvl", Cd="SEPA")
    _add(batch, "ReqdExctnDt", Dt=execute_on.isoformat())
    _add(batch, "Dbtr", Nm=account["name"])
    _add(_add(batch, "DbtrAcct"), "Id", IBAN=account["iban"])
    agent = _add(_add(batch, "DbtrAgt"), "FinInstnId")
    if account["bic"]:
        _add(agent, "BICFI", account["bic"])
    else:
        _add(agent, "Othr", Id="NOTPROVIDED")
    _add(batch, "ChrgBr", "SLEV")
    for payment in payments:
        _add_transfer(batch, payment)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _own_account(town: Any) -> dict[str, str]:
    """Name, IBAN and BIC ("" when unknown) of the town's account."""
    if not town.iban or not town.account_holder:
        raise Refused(_("No payment file can be made yet. Please enter the town's IBAN and account holder first."))
    try:
        account = {"name": sepa_text(town.account_holder, NAME_LENGTH), "iban": check_iban(town.iban), "bic": town.bic}
    except BankError as error:
        raise Refused(_("The town's own bank details: %(problem)s") % {"problem": error}) from error
    if town.bic and not _BIC.fullmatch(town.bic):
        raise Refused(_("The town's own bank details: the BIC has 8 or 11 letters and digits."))
    return account


def _add_transfer(batch: Any, payment: Any) -> None:
    carried = _carried(payment)
    transfer = _add(batch, "CdtTrfTxInf")
    _add(transfer, "PmtId", EndToEndId=carried["reference"])
    _add(_add(transfer, "Amt"), "InstdAmt", decimal_string(payment.amount_cents)).set("Ccy", "EUR")
    _add(transfer, "Cdtr", Nm=carried["holder"])
    _add(_add(transfer, "CdtrAcct"), "Id", IBAN=carried["iban"])
    _add(transfer, "RmtInf", Ustrd=carried["purpose"])


def _carried(payment: Any) -> dict[str, str]:
    """What the file says of a payment. Raises Refused with everything a bank would turn down, naming the payment."""
    if problem := next(_problems(payment), None):
        raise Refused(_("%(payment)s: %(problem)s") % {"payment": payment.end_to_end_id, "problem": problem})
    return {
        "reference": payment.end_to_end_id,
        "holder": sepa_text(payment.account_holder, NAME_LENGTH),
        "iban": check_iban(payment.iban),
        "purpose": sepa_text(payment.purpose, PURPOSE_LENGTH),
    }


def _problems(payment: Any) -> Iterator[Any]:
    if not _IDENTIFIER.fullmatch(payment.end_to_end_id):
        yield _("The reference may have at most 35 letters, digits and signs that banks know.")
    if not 1 <= payment.amount_cents <= MAX_CENTS:
        yield _("The amount must lie between 0.01 and 999,999,999.99 euros.")
    for text, limit in ((payment.account_holder, NAME_LENGTH), (payment.purpose, PURPOSE_LENGTH)):
        for sign in _NEVER:
            if sign in text:
                yield _("Banks cannot carry “%(sign)s”.") % {"sign": sign}
        try:
            sepa_text(text, limit)
        except BankError as error:
            yield error
    try:
        check_iban(payment.iban)
    except BankError as error:
        yield error


def _add(parent: Any, tag: str, text: str | None = None, **leaves: str) -> Any:
    """A new element below `parent` with its text, or with a leaf for each keyword, in order."""
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    element.text = text
    for name, value in leaves.items():
        _add(element, name, value)
    return element
