"""How values are shown everywhere: money, IBANs, days, names; always safe beside right-to-left text."""

import datetime

from django import template
from django.utils import formats, timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from funding import money

register = template.Library()


@register.filter
def eur(cents: int | None) -> SafeString | str:
    """Cents as euros in the page's language; nothing stays nothing."""
    if cents is None:
        return ""
    return format_html('<bdi dir="ltr" class="app-money">{}</bdi>', eur_text(cents))


@register.filter
def eur_text(cents: int | None) -> str:
    """The same without markup, for attributes and for sentences with a placeholder."""
    return "" if cents is None else money.format_eur(cents, translation.get_language() or "de")


@register.filter
def iban(value: str | None) -> SafeString | str:
    """An IBAN in groups of four."""
    if not value:
        return ""
    compact = "".join(value.split()).upper()
    groups = " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))
    return format_html('<bdi dir="ltr" class="app-nowrap">{}</bdi>', groups)


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> SafeString | str:
    """A date in words of the page's language, in local time: 24. März 2026."""
    if value is None:
        return ""
    local = _local(value)
    return format_html(
        '<time datetime="{}">{}</time>', local.strftime("%Y-%m-%d"), formats.date_format(local, "DATE_FORMAT")
    )


@register.filter
def moment(value: datetime.datetime | None) -> SafeString | str:
    """A date with its time of day, in local time."""
    if value is None:
        return ""
    local = _local(value)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), formats.date_format(local, "DATETIME_FORMAT")
    )


@register.filter
def bdi(value) -> SafeString | str:
    """Text that a person typed, kept from reordering its surroundings."""
    return "" if value in (None, "") else format_html("<bdi>{}</bdi>", value)


@register.filter
def ltr(value) -> SafeString | str:
    """A mail address, phone or file number: always left to right."""
    return "" if value in (None, "") else format_html('<bdi dir="ltr">{}</bdi>', value)


@register.simple_tag
def elided(page) -> list:
    """The page numbers a pagination shows, with gaps."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag
def bar_parts(segments: list[dict]) -> list[dict]:
    """Segments (`label`, `cents`, `tone`) with `x` and `width` in percent of their sum."""
    total = sum(segment["cents"] for segment in segments)
    parts, start = [], 0
    for segment in segments:
        share = 100 * segment["cents"] / total if total else 0
        parts.append({**segment, "x": f"{start:.2f}%", "width": f"{share:.2f}%"})
        start += share
    return parts


def _local(value: datetime.date | datetime.datetime) -> datetime.date | datetime.datetime:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value
