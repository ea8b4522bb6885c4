"""The event log: gapless per municipality, append-only, each entry hashed with the one before.

An entry names its actor by number and role and holds only a salted hash of its details, so people can be forgotten
while the chain still proves what happened. The head is written outside the database too: a cut tail shows.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

GENESIS = "0" * 64


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def details_hash(salt: str, details: dict[str, Any]) -> str:
    """The fingerprint of details that may later be erased; the salt keeps short details from being guessed."""
    return hashlib.sha256(salt.encode() + _canonical(details)).hexdigest()


def entry_hash(entry: Any) -> str:
    """The fingerprint of every column of an entry, the previous fingerprint included."""
    return hashlib.sha256(
        _canonical(
            [
                entry.municipality_id,
                entry.number,
                entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
                entry.kind,
                entry.subject,
                entry.subject_id,
                entry.actor,
                entry.role,
                entry.details_hash,
                entry.previous_hash,
            ]
        )
    ).hexdigest()


def _role_of(by: Any, municipality_id: int) -> str:
    if by is None or not hasattr(by, "roles_in"):
        return ""
    return "+".join(sorted(by.roles_in(municipality_id))) or "applicant"


def write(events: list[tuple[Any, ...]]) -> None:
    """Append what a unit of work recorded; called once, as its last act, with the heads locked in a fixed order."""
    from funding.models import Event, EventDetails, EventHead

    for municipality_id in sorted({event[0] for event in events}):
        head, _created = EventHead.objects.select_for_update().get_or_create(
            municipality_id=municipality_id, defaults={"number": 0, "hash": GENESIS}
        )
        for _id, at, kind, subject, by, details in (e for e in events if e[0] == municipality_id):
            salt = secrets.token_hex(16)
            entry = Event(
                municipality_id=municipality_id,
                number=head.number + 1,
                at=at,
                kind=kind,
                subject=subject._meta.label_lower,
                subject_id=subject.pk,
                actor=getattr(by, "pk", None) or 0,
                role=_role_of(by, municipality_id),
                details_hash=details_hash(salt, json.loads(_canonical(details))),
                previous_hash=head.hash,
            )
            entry.hash = entry_hash(entry)
            entry.save(force_insert=True)
            EventDetails.objects.create(
                municipality_id=municipality_id, event=entry, salt=salt, details=json.loads(_canonical(details))
            )
            head.number, head.hash = entry.number, entry.hash
        head.save()
        transaction.on_commit(_keep_head(municipality_id, head.number, head.hash))


# --- The head outside the database ------------------------------------------------------------------------------------


def head_file(municipality_id: int) -> Path:
    """One line per unit of work: the number and the fingerprint of the last entry it wrote."""
    return Path(settings.DATA_DIR) / "audit" / f"{municipality_id}.heads"


def _keep_head(municipality_id: int, number: int, digest: str) -> Any:
    def append() -> None:
        path = head_file(municipality_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(f"{number} {digest}\n")
            file.flush()
            os.fsync(file.fileno())

    return append


def _kept_heads(municipality_id: int) -> dict[int, str]:
    try:
        lines = head_file(municipality_id).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split() for line in lines)
    return {int(pair[0]): pair[1] for pair in pairs if len(pair) == 2 and pair[0].isdigit()}


# --- Verification -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mismatch:
    """The first entry of a chain that does not prove itself, and why."""

    municipality: str
    number: int
    problem: str

    def __str__(self) -> str:
        return _("%(town)s: entry %(number)s: %(problem)s") % {
            "town": self.municipality,
            "number": self.number,
            "problem": self.problem,
        }


def verify(municipality: Any) -> Mismatch | None:
    """Recompute the chain of one municipality; None when every entry, the head and the kept heads agree.

    The head is locked meanwhile: an act that commits between two of the readings would look like a forgery.
    """
    from funding.models import EventHead

    with transaction.atomic():
        list(EventHead.objects.select_for_update().filter(municipality=municipality))
        return next(_mismatches(municipality), None)


def _proves(more: Any, fingerprint: str) -> bool:
    """Details are those of their entry, or erased and then nothing at all."""
    if more.erased:
        return not more.details and not more.salt
    return details_hash(more.salt, more.details) == fingerprint


def _mismatches(municipality: Any) -> Iterator[Mismatch]:
    from funding.models import Event, EventDetails, EventHead

    def wrong(number: int, problem: str) -> Mismatch:
        return Mismatch(municipality.slug, number, problem)

    kept = _kept_heads(municipality.pk)
    details = {more.event_id: more for more in EventDetails.objects.filter(municipality=municipality)}
    number, digest = 0, GENESIS
    for entry in Event.objects.filter(municipality=municipality).order_by("number").iterator():
        if entry.number != number + 1:
            inserted = entry.number <= number
            yield wrong(number + 1, _("inserted twice") if inserted else _("removed: the numbers have a gap"))
        if entry.previous_hash != digest:
            yield wrong(entry.number, _("altered or inserted: it does not follow the entry before it"))
        if entry.hash != entry_hash(entry):
            yield wrong(entry.number, _("altered: its content does not match its fingerprint"))
        if entry.number in kept and kept[entry.number] != entry.hash:
            yield wrong(entry.number, _("altered: the head kept outside the database differs"))
        more = details.get(entry.pk)
        if more is None:
            yield wrong(entry.number, _("altered or inserted: its details are missing, not even erased"))
        elif not _proves(more, entry.details_hash):
            yield wrong(entry.number, _("altered: its details do not match their fingerprint"))
        number, digest = entry.number, entry.hash
    if kept and max(kept) > number:
        yield wrong(number + 1, _("cut from the end: the head kept outside the database is %s") % max(kept))
    if number and not kept:
        yield wrong(number, _("the heads kept outside the database are missing"))
    head = EventHead.objects.filter(municipality=municipality).first()
    if (head.number, head.hash) != (number, digest) if head else number > 0:
        yield wrong(number + 1, _("cut from the end or added behind the log's back: the head in the database differs"))
