"""Verbs of bias: declared before the file opens, or found later; both exclude, and void what was voted."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.workflow import State
from funding import clock
from funding.gate import Refused, record, save_with_history, writes
from funding.policies import is_officer, is_withheld
from review.models import BiasDeclaration, BoardItem, BoardMember, PrivateNote, Ruling, Vote
from review.operations.body import Body
from review.operations.decision import current_recommendation
from review.operations.items import lock_item, member_of, void
from review.operations.outcome import give_back


@writes
def declare(item: BoardItem, *, by: Any, biased: bool, reason: str = "") -> BiasDeclaration:
    """A member says, before the file opens, whether they are biased; said once, changed only towards bias.

    Who voted and then turns out biased voids the ballot. Raises PermissionDenied for somebody not invited, Refused
    when the board has finished the case, or when bias is taken back.
    """
    member = member_of(item.meeting, by)
    fresh = lock_item(item)
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case. Please tell the officer if you were biased."))
    entry = fresh.declarations.filter(member=member).first()
    if not biased and by.right_in(fresh.application.organisation_id):
        raise Refused(_("You may act for this applicant here. Whoever represents somebody cannot vote on their case."))
    if not biased and fresh.rulings.filter(member=member, ruled_at=None).exists():
        raise Refused(_("The board rules first whether you are biased. Until then the file stays closed for you."))
    if not biased and is_withheld(fresh, by):
        raise Refused(_("You declared bias in this case where you work for the town. It holds here, too."))
    if entry is not None and entry.biased and not biased:
        raise Refused(_("You said that you are biased. Please ask the officer if that was a mistake."))
    if biased:
        entry = note_exclusion(fresh, member.pk, reason=reason, by=by)
        _void_ballots_of(fresh, member, by=by)
    elif entry is None:
        entry = BiasDeclaration(municipality_id=fresh.municipality_id, item=fresh, member=member, biased=False)
        entry.reason, entry.declared_at = reason, clock.now()
        save_with_history(entry, by=by, reason="declare")
    record(fresh.municipality_id, "item.declare", fresh, by=by, details={"biased": biased})
    return entry


@writes
def note_exclusion(item: BoardItem, member_id: int, *, reason: str, by: Any) -> BiasDeclaration:
    entry = BiasDeclaration.objects.filter(item=item, member=member_id).first() or BiasDeclaration(
        municipality_id=item.municipality_id, item=item, member_id=member_id
    )
    entry.biased, entry.reason, entry.declared_at = True, reason[:300], clock.now()
    save_with_history(entry, by=by, reason="declare")
    PrivateNote.objects.filter(item=item, member=member_id).delete()  # nobody could read it any more
    for ruling in Ruling.objects.filter(item=item, member=member_id, ruled_at=None):
        ruling.ruled_at = clock.now()  # nothing is left to rule on
        save_with_history(ruling, by=by, reason="declare")
    return entry


@writes
def exclude(item: BoardItem, member: BoardMember, *, by: Any, reason: str) -> bool:
    """Record that a member was found biased, at any time; True when ballots became void by it.

    A recommendation that rests on a void ballot falls: the case goes back to the board, and with it a prepared
    decision. What was already released stays; the record shows why. Officer only; Refused without a reason.
    """
    fresh = lock_item(item)
    if not is_officer(fresh, by):
        raise PermissionDenied("only the officer records this")
    if not reason.strip():
        raise Refused(_("Please give the reason: it stands in the minutes."))
    if member.pk not in {m.pk for m in Body(fresh).invited}:
        raise Refused(_("This person was not invited to the meeting."))
    return exclude_member(fresh, member, by=by, reason=reason)


@writes
def exclude_member(item: BoardItem, member: BoardMember, *, by: Any, reason: str) -> bool:
    """A member is excluded from a locked item, with what follows for ballots, recommendation and their own notes."""
    note_exclusion(item, member.pk, reason=reason, by=by)
    record(item.municipality_id, "item.exclude", item, by=by, details={"member": member.pk})
    voided = _void_ballots_of(item, member, by=by)
    recommendation = current_recommendation(item.application)
    rests_on_it = recommendation is not None and recommendation.item_id == item.pk
    if voided and rests_on_it and item.application.state == State.RECOMMENDED:
        give_back(item.application, by=by, reason=reason)
    return voided


def _void_ballots_of(item: BoardItem, member: BoardMember, *, by: Any) -> bool:
    """An excluded member voted: every ballot on the item is void, and the item is repeated. True when that was so."""
    if not Vote.objects.filter(motion__item=item, motion__void=False, member=member).exists():
        return False
    void(item, by=by, reason="void")
    return True
