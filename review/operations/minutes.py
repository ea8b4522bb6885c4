"""Verbs of the minutes: write them, sign them, keep what was signed, correct it by a document of its own."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funding import clock
from funding.clock import BERLIN
from funding.gate import Refused, Stale, record, save_with_history, writes
from funding.models import User
from funding.policies import is_officer
from review import documents
from review.models import BoardItem, BoardMember, Meeting, Minutes, MinutesSignature, Motion, sha256
from review.operations.body import Body

Position, Role = BoardMember.Position, MinutesSignature.Role


# --- The facts --------------------------------------------------------------------------------------------------------


def facts_of(minutes: Minutes) -> dict[str, Any]:
    """What the document says: what was signed, else the rows as they stand now."""
    if minutes.facts is not None:
        return minutes.facts
    meeting = minutes.meeting
    seats = list(meeting.attendance.select_related("member__user"))
    leader = _leader(meeting, [seat.member for seat in seats if seat.present or meeting.is_written])
    leader = leader or _leader(meeting, [seat.member for seat in seats])
    items = list(meeting.items.with_case().with_board())
    original, programme = minutes.corrects, meeting.programme
    town = programme.municipality
    return {
        "author": f"{town.name} · {town.office}" if town.office else town.name,
        "board": programme.board,
        "programme": programme.name,
        "held_on": meeting.held_on.isoformat(),
        "begins": f"{meeting.begins:%H:%M}" if meeting.begins else "",
        "place": meeting.place,
        "written": meeting.is_written,
        "invited_on": _day(meeting.invited_at),
        "repeats": meeting.repeats.held_on.isoformat() if meeting.repeats else "",
        "short_notice": meeting.short_notice,
        "led_by": str(leader) if leader else "",
        "seats": [
            {"name": str(seat.member), "position": seat.member.position, "present": seat.present} for seat in seats
        ],
        "items": [_item(item, minutes, leader) for item in items],
        "list": _list(meeting, items),
        "text": minutes.text,
        "secretary": {"user": minutes.secretary_id, "name": str(minutes.secretary)} if minutes.secretary else None,
        "signers": _signers(minutes, leader, items),
        "corrects": {"day": _day(original.frozen_at), "sha256": original.sha256} if original else None,
    }


def _list(meeting: Meeting, items: list[BoardItem]) -> dict[str, Any] | None:
    """The board's list as it was saved last."""
    saved = meeting.lists.select_related("saved_by").first()
    if saved is None:
        return None
    by_pk = {item.pk: item for item in items}
    entries = [
        {
            "item": entry["item"],
            "position": by_pk[entry["item"]].position,
            "title": str(by_pk[entry["item"]].application),
            "cents": entry["cents"],
            "fits": entry["fits"],
        }
        for entry in saved.entries
        if entry["item"] in by_pk
    ]
    return {"by": str(saved.saved_by), "at": saved.saved_at.isoformat(), "entries": entries}


def _day(moment: Any) -> str:
    return timezone.localtime(moment, BERLIN).date().isoformat() if moment else ""


def _leader(meeting: Meeting, members: list[BoardMember]) -> BoardMember | None:
    """Who leads the whole: the chair, else the deputy, else who has been there longest."""
    rank = {Position.CHAIR: 0, Position.DEPUTY: 1}
    return min(members, key=lambda m: (rank.get(Position(m.position), 2), m.since, m.pk), default=None)


def _item(item: BoardItem, minutes: Minutes, leader: BoardMember | None) -> dict[str, Any]:
    body, recommendation = Body(item), next(iter(item.recommendations.all()), None)
    reasons = {said.member_id: said.reason for said in item.declarations.all() if said.biased}
    motions = [motion for motion in item.motions.all() if not motion.is_open]
    leads = item.leader if item.leader_id and item.leader != leader else None
    return {
        "item": item.pk,
        "position": item.position,
        "title": str(item.application),
        "organisation": str(item.application.organisation),
        "file_number": item.application.file_number,
        "led_by": str(leads) if leads else "",
        "entitled": None if item.meeting.is_written else body.entitled,
        "voters": len(body.voters),
        "excluded": [{"name": str(member), "reason": reasons.get(member.pk, "")} for member in body.biased],
        "rulings": [
            {
                "name": str(ruling.member),
                "question": ruling.question,
                **{name: getattr(ruling, name) for name in ("biased", "yes", "no", "abstained")},
            }
            for ruling in item.rulings.all()
            if not ruling.is_open
        ],
        "motions": [_motion(motion) for motion in motions],
        "objections": [str(motion.objected_by) for motion in motions if motion.objected_by_id],
        "outcome": _outcome(item, motions, recommendation),
        "cents": recommendation.amount_cents if recommendation else 0,
        "superseded": bool(recommendation and recommendation.superseded),
        "conditions": recommendation.conditions if recommendation else "",
        "reason": recommendation.reason if recommendation else "",
        "remark": minutes.remarks.get(str(item.pk), ""),
    }


def _motion(motion: Motion) -> dict[str, Any]:
    result = "void" if motion.void else "carried" if motion.carried else "rejected"
    counts = {name: getattr(motion, name) for name in ("yes", "no", "abstained", "excluded")}
    if motion.void:
        counts = dict.fromkeys(counts)
    return {
        "kind": motion.kind,
        "cents": motion.amount_cents,
        "conditions": motion.conditions,
        "result": result,
        **counts,
    }


def _outcome(item: BoardItem, motions: list[Motion], recommendation: Any) -> str:
    if recommendation is not None:
        return str(recommendation.kind)
    if any(motion.carried and motion.defers and not motion.void for motion in motions):
        return "deferred"
    return "taken-off" if item.taken_off else "open"


def _signers(minutes: Minutes, leader: BoardMember | None, items: list[BoardItem]) -> list[dict[str, Any]]:
    """Who has to sign: who led, whoever led single items in their place, the secretary, if any."""
    found = [{"user": leader.user_id, "name": str(leader), "role": Role.CHAIR.value, "items": []}] if leader else []
    others: dict[int, dict[str, Any]] = {}
    for item in items:
        if item.leader is not None and item.leader != leader:
            entry = {"user": item.leader.user_id, "name": str(item.leader), "role": Role.ITEMS.value, "items": []}
            others.setdefault(item.leader.user_id, entry)["items"].append(item.position)
    found += others.values()
    if (secretary := minutes.secretary) is not None:
        found.append({"user": secretary.pk, "name": str(secretary), "role": Role.SECRETARY.value, "items": []})
    return found


def fingerprint_of_minutes(facts: Mapping[str, Any]) -> str:
    """Stands for all that is signed: who signs says by it what they have read."""
    return sha256(json.dumps(facts, sort_keys=True).encode())


# --- Writing ----------------------------------------------------------------------------------------------------------


def minutes_of(meeting: Meeting, number: int = 1) -> Minutes | None:
    """The minutes (1) or a correction; minutes nobody has written in yet are there as soon as the meeting is over."""
    found = Minutes.objects.filter(meeting=meeting, number=number).select_related("secretary", "corrects").first()
    if found is None and number == 1 and meeting.closed_at and not meeting.cancelled_at:
        found = Minutes(municipality_id=meeting.municipality_id, meeting=meeting, number=1)
    if found is not None:
        found.meeting = meeting
    return found


def _lock(meeting: Meeting, number: int) -> Minutes:
    """The minutes as they are now, with their meeting locked. Raises Refused while the meeting is not over."""
    fresh = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("programme__municipality", "repeats")
        .get(pk=meeting.pk)
    )
    found = minutes_of(fresh, number)
    if found is None:
        raise Refused(_("The minutes are written when the meeting is over."))
    return found


@writes
def write_minutes(
    meeting: Meeting,
    number: int = 1,
    *,
    by: Any,
    text: str,
    remarks: Mapping[int, str] | None = None,
    secretary: User | None = None,
    version: int | None = None,
) -> Minutes:
    """Add sentences to the whole and to items (item -> text), and name the secretary.

    Raises Stale, or Refused when the meeting is not over, somebody has signed, or a correction says nothing.
    """
    minutes = _lock(meeting, number)
    if not is_officer(meeting, by):
        raise PermissionDenied("only the officer writes the minutes")
    if version is not None and version != minutes.version:
        raise Stale
    if minutes.facts is not None:
        raise Refused(_("Somebody has signed this already: it stays as it is."))
    if minutes.corrects_id and not text.strip():
        raise Refused(_("Please say what is corrected, and why."))
    minutes.text, minutes.secretary = text.strip(), secretary
    minutes.remarks = {str(item): said.strip() for item, said in (remarks or {}).items() if said.strip()}
    minutes.version += 1
    save_with_history(minutes, by=by, reason="write")
    record(minutes.municipality_id, "minutes.write", minutes, by=by)
    return minutes


@writes
def reopen_minutes(meeting: Meeting, number: int = 1, *, by: Any) -> Minutes:
    """Before the last signature: take back those that are there, so that the text can be changed.

    Raises Refused when everybody has signed: then only a correction is possible.
    """
    minutes = _lock(meeting, number)
    if not is_officer(meeting, by):
        raise PermissionDenied("only the officer reopens the minutes")
    if minutes.facts is not None and not missing_signers(minutes):
        raise Refused(_("The minutes are signed. What is wrong in them is put right by a correction."))
    for signature in minutes.signatures.all():
        signature._history_user, signature._change_reason = by, "reopen"  # type: ignore[attr-defined]
        signature.delete()
    minutes.facts = None
    minutes.version += 1
    save_with_history(minutes, by=by, reason="reopen")
    record(minutes.municipality_id, "minutes.reopen", minutes, by=by)
    return minutes


@writes
def correct_minutes(meeting: Meeting, text: str, *, by: Any) -> Minutes:
    """Begin a correction: a document of its own that refers to the minutes, which stay as they were signed.

    Raises Refused while the minutes are not signed, a correction is still open, or nothing is said.
    """
    original = _lock(meeting, 1)
    if not is_officer(meeting, by):
        raise PermissionDenied("only the officer corrects the minutes")
    if not original.is_frozen:
        raise Refused(_("The minutes are not signed yet. Please change them as they stand."))
    if Minutes.objects.filter(meeting=meeting, frozen_at=None).exists():
        raise Refused(_("A correction is already waiting to be signed."))
    if not text.strip():
        raise Refused(_("Please say what is corrected, and why."))
    number = Minutes.objects.filter(meeting=meeting).count() + 1
    minutes = Minutes(municipality_id=meeting.municipality_id, meeting=meeting, number=number, corrects=original)
    minutes.text, minutes.secretary = text.strip(), original.secretary
    save_with_history(minutes, by=by, reason="correct")
    record(minutes.municipality_id, "minutes.correct", minutes, by=by)
    return minutes


# --- Signing ----------------------------------------------------------------------------------------------------------


def missing_signers(minutes: Minutes, facts: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Who still has to sign."""
    signed = set(minutes.signatures.values_list("user", "role")) if minutes.pk else set()
    signers = (facts or facts_of(minutes))["signers"]
    return [signer for signer in signers if (signer["user"], signer["role"]) not in signed]


def sign_minutes(meeting: Meeting, number: int = 1, *, by: Any, read: str) -> Minutes:
    """Confirm what was read (its fingerprint), in every role this person signs in.

    The first signature freezes the text; after the last one the file is made and kept. Raises PermissionDenied for
    somebody who does not sign, Stale when it says something else by now, Refused when it was signed before.
    """
    minutes = _sign(meeting, number, by=by, read=read)
    return freeze_minutes(minutes)


@writes
def _sign(meeting: Meeting, number: int, *, by: Any, read: str) -> Minutes:
    minutes = _lock(meeting, number)
    facts = facts_of(minutes)
    if by.pk not in {signer["user"] for signer in facts["signers"]}:
        raise PermissionDenied("does not sign these minutes")
    if read != fingerprint_of_minutes(facts):
        raise Stale
    mine = [signer for signer in missing_signers(minutes, facts) if signer["user"] == by.pk]
    if not mine:
        raise Refused(_("You have signed this already."))
    if minutes.facts is None:
        minutes.facts = facts
        minutes.version += 1
        save_with_history(minutes, by=by, reason="first signature")
    for signer in mine:
        signature = MinutesSignature(
            municipality_id=minutes.municipality_id,
            minutes=minutes,
            user=by,
            role=signer["role"],
            signed_at=clock.now(),
        )
        save_with_history(signature, by=by, reason="sign")
    record(minutes.municipality_id, "minutes.sign", minutes, by=by, details={"sha256": read})
    return minutes


def freeze_minutes(minutes: Minutes) -> Minutes:
    """Make and keep the file once everybody has signed; the same bytes however often it is tried."""
    if minutes.is_frozen or minutes.facts is None or missing_signers(minutes):
        return minutes
    signatures = list(minutes.signatures.all())
    said = [{"user": s.user_id, "role": s.role, "at": s.signed_at.isoformat()} for s in signatures]
    last = signatures[-1]
    day = timezone.localtime(last.signed_at, BERLIN).date()
    return _keep(minutes, documents.minutes_pdf(minutes.facts, said, day=day), last)


@writes
def _keep(minutes: Minutes, content: bytes, last: MinutesSignature) -> Minutes:
    fresh = Minutes.objects.select_for_update().get(pk=minutes.pk)
    if fresh.is_frozen:
        return fresh
    fresh.content, fresh.sha256, fresh.frozen_at = content, sha256(content), last.signed_at
    save_with_history(fresh, by=last.user, reason="freeze")
    record(fresh.municipality_id, "minutes.freeze", fresh, by=last.user, details={"sha256": fresh.sha256})
    return fresh
