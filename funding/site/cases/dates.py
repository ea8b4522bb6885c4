"""The calendar of a case: how each letter went out, when it counts as received, how long action is possible, when it is
final; and what the officer can record about it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Letter
from applications.operations import may_be_contested, may_come_back
from budgets.models import Grant
from funding import calendar
from funding.templatetags.show import day


@dataclass(frozen=True)
class LetterDates:
    """One letter with its days, in the order in which they come, and the links that record the next one."""

    letter: Letter
    pairs: list[tuple[Any, Any]]
    links: list[tuple[Any, str]] = field(default_factory=list)


def dates_of(
    letters: list[Letter], grant: Grant | None, *, may_record: bool, correctable: Collection[int] = ()
) -> list[LetterDates]:
    """The days of every letter; the links that record for the officer only, correcting where it may be. No query."""
    found = []
    for letter in letters:
        own = grant if grant is not None and grant.letter_id == letter.pk else None
        links = _links(letter) if may_record else []
        meaning = reverse("applications:letter-meaning", args=[letter.key])
        links = [(_("What this letter means"), meaning), *links]
        if letter.pk in correctable:
            links.append((_("Correct by a new letter"), reverse("applications:correct-letter", args=[letter.pk])))
        found.append(LetterDates(letter, [*_way(letter), *_periods(letter, own)], links))
    return found


def _way(letter: Letter) -> list[tuple[Any, Any]]:
    """How it went out."""
    pairs = [(_("Issued"), day(letter.issued_at))]
    if letter.delivery == Letter.Delivery.DOWNLOAD:
        if letter.provided_on and letter.notified_on is None:
            closes = calendar.download_closes_on(letter.provided_on, letter.municipality.state)
            pairs.append((_("Ready for download until"), day(closes)))
        elif letter.provided_on is None:
            pairs.append((_("Ready for download"), _("when the mail about it is sent")))
    if letter.posted_on:
        pairs.append((_("Posted"), day(letter.posted_on)))
    elif letter.delivery == Letter.Delivery.POST:
        pairs.append((_("Posted"), _("not yet")))
    if letter.returned_on:
        pairs.append((_("Came back"), day(letter.returned_on)))
    if letter.opened_at:
        pairs.append((_("Opened"), day(letter.opened_at)))
    return pairs


def _periods(letter: Letter, grant: Grant | None) -> list[tuple[Any, Any]]:
    """What runs from its receipt, and when it is final; from what decides nothing no period runs."""
    if letter.kind not in Letter.DECIDING:
        return [(_("Counts as received"), day(letter.notified_on))] if letter.notified_on else []
    if letter.notified_on is None or letter.remedy_ends_on is None:
        return [(_("Counts as received"), _("not yet: no period runs"))]
    received = _("Received, as proven") if letter.received_on else _("Counts as received")
    pairs = [(received, day(letter.notified_on)), (_("Action possible until"), day(letter.remedy_ends_on))]
    contested_on = grant.contested_on if grant else letter.contested_on
    if contested_on:
        pairs.append((_("Remedy recorded"), day(contested_on)))
    if grant is not None and grant.waived_on:
        pairs.append((_("Right to sue waived"), day(grant.waived_on)))
    if contested_on and contested_on <= letter.remedy_ends_on:
        return [*pairs, (_("Final (binding)"), _("not before the remedy is decided"))]
    final = grant.payable_from if grant else calendar.binding_on(letter.remedy_ends_on)
    return [*pairs, (_("Final (binding) from"), day(final))]


def _links(letter: Letter) -> list[tuple[Any, str]]:
    """(words, address) of what can be recorded now."""
    links = []
    if letter.kind not in Letter.TO_BE_RECEIVED and letter.delivery == Letter.Delivery.DOWNLOAD:
        return []
    if letter.notified_on is None:
        again = _("Posted again: note the day") if letter.returned_on else _("Posted: note the day")
        links = [(again, "post"), (_("Handed over: note the day"), "handover")]
    elif may_come_back(letter):
        links = [(_("It came back"), "return"), (_("Proven later receipt"), "receipt")]
    if may_be_contested(letter) and letter.notified_on is not None:
        links.append((_("Somebody sued or objected"), "contest"))
    return [(words, reverse(f"applications:{name}-letter", args=[letter.pk])) for words, name in links]
