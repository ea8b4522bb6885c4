"""Verbs about who of the staff works on a case: assigned, handed over, biased (§§ 20, 21 VwVfG)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application, StaffBias
from applications.policies import may_check
from funding import clock
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.models import User
from funding.policies import STAFF, is_board_member
from review import policies
from review.models import BoardItem
from review.operations.bias import declare
from review.operations.decision import drop_decision
from review.operations.desk import add_note


@writes
def assign(
    application: Application, officer: User, *, by: Any, note: str = "", version: int | None = None
) -> Application:
    """Make an officer responsible for a case: oneself, a colleague; the note tells the next one what to know.

    Raises Stale, PermissionDenied, and Refused for somebody who is no officer of the town, belongs to the group or
    declared bias.
    """
    fresh = lock(application, version=version)
    if not policies.may_assign(fresh, by):
        raise PermissionDenied("only an officer who may work on the case")
    if not officer.is_active or not may_check(fresh, officer):
        raise Refused(_("%s cannot work on this case. Please choose somebody else.") % officer)
    if fresh.assigned_to_id == officer.pk:
        return fresh
    before, fresh.assigned_to = fresh.assigned_to_id, officer
    _save(fresh, "assign", by=by, details={"from": before, "to": officer.pk})
    if note.strip():
        add_note(fresh, _("For %(name)s: %(note)s") % {"name": officer, "note": note.strip()}, by=by)
    return fresh


@writes
def declare_bias(application: Application, *, by: Any, reason: str, deputy: User | None = None) -> StaffBias:
    """Somebody of the staff is biased in this case: from now on no role of theirs counts there.

    What they were responsible for goes to the deputy, or to nobody until a colleague takes it; a decision they
    prepared falls; on an open agenda they are excluded from the board as well. Raises PermissionDenied, and Refused
    without a reason or for a deputy who cannot do it.
    """
    fresh = lock(application)
    if not policies.may_declare_bias(fresh, by):
        raise PermissionDenied("only staff who work on the case, and once")
    if not reason.strip():
        raise Refused(_("Please say why: it stands in the file."))
    if deputy is not None and not may_take_over(fresh, by, deputy):
        raise Refused(_("%s cannot work on this case. Please choose somebody else.") % deputy)
    for decision in fresh.decisions.prepared().filter(prepared_by=by):
        drop_decision(decision.application, by=by, reason="bias")
    seats = BoardItem.objects.filter(application=fresh, closed_at=None, meeting__attendance__member__user=by)
    for item in seats.order_by("pk"):
        if is_board_member(item, by):
            declare(item, by=by, biased=True, reason=reason)
    fresh = lock(fresh)  # the board may have given it back
    entry = StaffBias(
        municipality_id=fresh.municipality_id,
        application=fresh,
        user=by,
        reason=reason.strip(),
        deputy=deputy,
        declared_at=clock.now(),
    )
    save_with_history(entry, by=by, reason="bias")
    if fresh.assigned_to_id == by.pk:
        fresh.assigned_to = deputy if deputy is not None and may_check(fresh, deputy) else None
    _save(fresh, "declare_bias", by=by, details={"deputy": deputy.pk if deputy else None})
    by.forget_biases()
    return entry


def may_take_over(application: Application, person: User, deputy: User) -> bool:
    """The deputy has a role the person has, works on the case from inside, and is not biased in it."""
    shared = person.roles_in(application.municipality_id) & deputy.roles_in(application.municipality_id)
    works = policies.may_declare_bias(application, deputy)
    return deputy.pk != person.pk and deputy.is_active and works and bool(shared & set(STAFF))


@writes
def withdraw_bias(entry: StaffBias, *, by: Any, reason: str) -> StaffBias:
    """Take back what a colleague declared: it was a mistake, or its ground is gone. Never one's own.

    Raises PermissionDenied, and Refused without a reason or when it was taken back already.
    """
    application = lock(entry.application)
    fresh = StaffBias.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if not policies.may_withdraw_bias(fresh, by):
        raise PermissionDenied("only an officer or decider, and never the person themselves")
    if fresh.withdrawn_at is not None:
        raise Refused(_("This was already taken back."))
    if not reason.strip():
        raise Refused(_("Please say why: it stands in the file."))
    fresh.withdrawn_at, fresh.withdrawn_by, fresh.withdrawn_reason = clock.now(), by, reason.strip()
    save_with_history(fresh, by=by, reason="withdraw")
    _save(application, "withdraw_bias", by=by, details={"user": fresh.user_id})
    return fresh


def _save(application: Application, act: str, *, by: Any, details: dict[str, Any]) -> None:
    application.version += 1
    save_with_history(application, by=by, reason=act)
    record(application.municipality_id, f"application.{act}", application, by=by, details=details)
