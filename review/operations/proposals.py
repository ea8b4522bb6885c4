"""A wording the officer proposes for one answer, and what the group makes of it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.narrative import OPEN_ANSWERS, answer_of
from applications.operations import OPEN_STATES, Sent, may_be_written, save_answers
from applications.sections import fingerprint
from funding import clock
from funding.gate import Refused, lock, record, save_with_history, writes
from review import policies
from review.models import Proposal
from review.operations.conversation import add_remark


class AnswerChanged(Refused):
    """The answer is no longer the one the wording was proposed for; the person decides with both before them."""

    def __init__(self) -> None:
        super().__init__(
            _("Your answer has changed since this was proposed. Please compare both before you take the proposal.")
        )


@writes
def propose(application: Application, field: str, text: str, *, by: Any, comment: str = "") -> Proposal:
    """Propose a wording for one answer (a key of OPEN_ANSWERS); it stands in the conversation until it is settled.

    An older open proposal for the same answer counts as left. Raises Refused when the answers cannot be changed now,
    PermissionDenied.
    """
    fresh = lock(application)
    if not policies.may_check(fresh, by):
        raise PermissionDenied("only the officer proposes")
    if fresh.state not in OPEN_STATES:
        raise Refused(_("The application was sent. A wording can be proposed when it is returned for changes."))
    before = answer_of(fresh, field)
    if not text.strip() or text.strip() == before:
        raise Refused(_("Please change something: this is the answer as it stands."))
    for older in Proposal.objects.filter(application=fresh, field=field, status=Proposal.State.OPEN):
        _settle(older, Proposal.State.LEFT, by=by)
    remark = add_remark(fresh, comment, by=by, section=OPEN_ANSWERS[field][0])
    proposal = Proposal(
        municipality_id=fresh.municipality_id,
        remark=remark,
        application=fresh,
        field=field,
        before=before,
        text=text.strip(),
        proposed_by=by,
    )
    save_with_history(proposal, by=by, reason="propose")
    record(fresh.municipality_id, "application.propose", fresh, by=by, details={"field": field})
    return proposal


@writes
def take_proposal(proposal: Proposal, *, by: Any, over: str = "") -> Proposal:
    """Make the proposed wording the answer; the history names who proposed and who took it.

    `over` is the fingerprint of the changed answer the person has seen and replaces. Raises AnswerChanged, Refused
    when it was settled before or the application was sent, PermissionDenied.
    """
    application, fresh = _open_proposal(proposal, by=by)
    present = answer_of(application, fresh.field)
    if present not in (fresh.before, fresh.text) and fingerprint(present) != over:
        raise AnswerChanged
    section = OPEN_ANSWERS[fresh.field][0]
    save_answers(
        application,
        section,
        Sent(values={fresh.field: fresh.text}),
        by=by,
        done=application.progress(section).done,
        reason=f"{section}: proposal {fresh.pk} of person {fresh.proposed_by_id}",
    )
    return _settle(fresh, Proposal.State.TAKEN, by=by)


@writes
def leave_proposal(proposal: Proposal, *, by: Any) -> Proposal:
    """Keep one's own words. Raises Refused when it was settled before, PermissionDenied."""
    _application, fresh = _open_proposal(proposal, by=by)
    return _settle(fresh, Proposal.State.LEFT, by=by)


def _open_proposal(proposal: Proposal, *, by: Any) -> tuple[Application, Proposal]:
    application = lock(proposal.application)
    if not policies.may_ask(application, by):
        raise PermissionDenied("not your application")
    fresh = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if not fresh.is_open:
        raise Refused(_("This proposal was already taken or left. Nothing was changed."))
    if not may_be_written(application, by):
        raise Refused(_("The application was already sent. Its answers can only be changed when it is returned."))
    return application, fresh


def _settle(proposal: Proposal, status: str, *, by: Any) -> Proposal:
    proposal.status, proposal.settled_by, proposal.settled_at = status, by, clock.now()
    save_with_history(proposal, by=by, reason=status)
    record(
        proposal.municipality_id,
        f"application.proposal_{status}",
        proposal.application,
        by=by,
        details={"field": proposal.field, "proposed_by": proposal.proposed_by_id},
    )
    return proposal
