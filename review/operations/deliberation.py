"""Verbs before the vote: a private note, a comment to the others, a doubt about bias and the board's ruling on it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from funding import clock
from funding.gate import Refused, record, save_with_history, writes
from funding.models import Programme
from review import policies, rules
from review.models import BiasDeclaration, BoardComment, BoardItem, BoardMember, PrivateNote, Ruling
from review.operations.bias import exclude_member
from review.operations.body import Body
from review.operations.items import assert_leads, lock_item, member_of


@writes
def note_privately(item: BoardItem, *, by: Any, leaning: str = "", text: str = "") -> PrivateNote:
    """A member's own note and leaning. No event and no history: it is read by nobody else (DOMAIN section 6).

    Raises PermissionDenied for whoever has no seat or has not declared to be unbiased.
    """
    member = _unbiased(item, by)
    entry, _created = PrivateNote.objects.update_or_create(
        municipality_id=item.municipality_id, item=item, member=member, defaults={"leaning": leaning, "text": text}
    )
    return entry


@writes
def comment(item: BoardItem, text: str, *, by: Any) -> BoardComment:
    """Say something to the other unbiased members and the officer. Raises Refused when the board has finished."""
    if not policies.may_check(item.application, by):
        _unbiased(item, by)
    fresh = lock_item(item)
    if fresh.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    entry = BoardComment(municipality_id=fresh.municipality_id, item=fresh, text=text)
    entry.written_by, entry.written_at = by, clock.now()
    save_with_history(entry, by=by, reason="comment")
    record(fresh.municipality_id, "item.comment", fresh, by=by)
    return entry


def _unbiased(item: BoardItem, user: Any) -> BoardMember:
    member = member_of(item.meeting, user)
    if not item.declarations.filter(member=member, biased=False).exists():
        raise PermissionDenied("only who declared to be unbiased")
    return member


# --- Doubts -----------------------------------------------------------------------------------------------------------


@writes
def doubt(item: BoardItem, member: BoardMember, question: str, *, by: Any) -> Ruling:
    """Ask the board to rule whether a member is biased; until then they neither read the file nor vote.

    Asked by the member, or by whoever leads the item or keeps the minutes. Raises Refused while a motion is open,
    without a reason, when the board has finished the case, when the doubt was raised already, in writing.
    """
    fresh = lock_item(item)
    body = Body(fresh)
    if member.user_id != by.pk:
        assert_leads(fresh, body, by)
    if member.pk not in {m.pk for m in body.invited}:
        raise Refused(_("This person was not invited to the meeting."))
    _assert_may_rule(fresh)
    if not question.strip():
        raise Refused(_("Please say what makes you doubt: the board rules on it."))
    if fresh.rulings.filter(member=member, ruled_at=None).exists():
        raise Refused(_("The board is asked already whether this member is biased."))
    entry = Ruling(municipality_id=fresh.municipality_id, item=fresh, member=member, question=question[:300])
    entry.asked_by, entry.asked_at = by, clock.now()
    save_with_history(entry, by=by, reason="doubt")
    for declaration in fresh.declarations.filter(member=member, biased=False):
        declaration._history_user = by  # type: ignore[attr-defined]
        declaration.delete()
    record(fresh.municipality_id, "ruling.ask", entry, by=by, details={"member": member.pk})
    return entry


@writes
def rule(ruling: Ruling, *, by: Any, yes: int, no: int, leader_vote: str = "") -> Ruling:
    """Write down how those present ruled without the member; yes means biased. Who did not vote has abstained.

    Biased: the member loses file and vote, and ballots they took part in are void. Not biased: the file opens for
    them, here and where they were excluded from the same case before. `leader_vote` decides a tie. Raises Refused when
    ruled already, without quorum, for more votes than people, for a tie without the leader's vote.
    """
    item = lock_item(ruling.item)
    fresh = Ruling.objects.select_for_update(of=("self",)).select_related("member__user").get(pk=ruling.pk)
    body, member = Body(item), fresh.member
    assert_leads(item, body, by)
    if member.user_id == by.pk:
        raise PermissionDenied("the board rules without the member")
    if not fresh.is_open:
        raise Refused(_("The board has already ruled on this."))
    _assert_may_rule(item)
    fresh.led_by = body.leader if body.leader != member else None
    fresh.yes, fresh.no, fresh.abstained = yes, no, len(body.judges_of(member)) - yes - no
    fresh.biased = _result(item, body, fresh, leader_vote)
    fresh.ruled_at = clock.now()
    save_with_history(fresh, by=by, reason="ruling")
    details = {name: getattr(fresh, name) for name in ("yes", "no", "abstained", "biased")}
    record(fresh.municipality_id, "ruling.rule", fresh, by=by, details={"member": member.pk, **details})
    reason = str(_("Ruled by the board: %s") % fresh.question)
    if fresh.biased:
        exclude_member(item, member, by=by, reason=reason)
    else:
        _clear(item, member, by=by, reason=reason[:300])
    return fresh


def _assert_may_rule(item: BoardItem) -> None:
    if item.closed_at is not None:
        raise Refused(_("The board has already finished this case."))
    if item.meeting.is_written:
        raise Refused(_("The board rules on doubts in a meeting. Please ask for one, or say that you are biased."))
    if any(motion.is_open for motion in item.motions.all()):
        raise Refused(_("A vote is under way. Please close the motion first."))


def _result(item: BoardItem, body: Body, ruling: Ruling, leader_vote: str) -> bool:
    judges, meeting = body.judges_of(ruling.member), item.meeting
    yes, no = ruling.yes or 0, ruling.no or 0
    if not rules.quorate(
        invited_all=meeting.invited_at is not None,
        entitled=body.entitled_to_rule_on(ruling.member),
        present_entitled=len(judges),
        second_meeting=meeting.repeats_id is not None,
    ):
        raise Refused(_("Too few members are present to rule on this without the member: %s.") % len(judges))
    if yes + no > len(judges):
        raise Refused(_("Only %s members are present who may vote on this.") % len(judges))
    tie_rejects = meeting.programme.tie == Programme.Tie.REJECTED
    if yes == no and yes and not leader_vote and not tie_rejects:
        raise Refused(_("The votes are equal: please say how the person who leads voted. Their vote decides."))
    known: Any = leader_vote or None
    return rules.carried(yes=yes, no=no, leader_vote=known, tie_rejects=tie_rejects)


def _clear(item: BoardItem, member: BoardMember, *, by: Any, reason: str) -> None:
    """Not biased: said for this item, and for the same case wherever bias was noted before."""
    noted = BiasDeclaration.objects.filter(member=member, item__application=item.application_id)
    own = noted.filter(item=item).first() or BiasDeclaration(
        municipality_id=item.municipality_id, item=item, member=member
    )
    for entry in [own, *noted.filter(biased=True).exclude(pk=own.pk)]:
        entry.biased, entry.reason, entry.declared_at = False, reason, clock.now()
        save_with_history(entry, by=by, reason="ruling")
