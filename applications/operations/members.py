"""Who may work for an organisation: invite, accept, change a right, take somebody out."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from applications import documents, policies
from applications.models import Application, Invitation, Membership, Organisation
from funding import clock, outbox
from funding.gate import Refused, lock, record, save_with_history, writes
from funding.policies import may_write_for

INVITATIONS_PER_DAY = 10  # of one organisation, and of one person


@writes
def invite(organisation: Organisation, *, email: str, right: str, language: str, by: Any) -> Invitation:
    """Invite an address by mail, in `language`.

    Raises Refused for somebody who is a member already, for an invitation that is still open, and above ten a day.
    """
    organisation = _locked(organisation, by=by)
    email = email.strip().casefold()
    if organisation.memberships.filter(user__email=email).exists():
        raise Refused(_("This person already works on your applications. You can change what they may do below."))
    present = organisation.invitations.open().filter(email=email).first()
    if present is not None and not present.is_expired:
        until = date_format(present.expires_at)
        raise Refused(_("This person is already invited. The link in the mail is good until %s.") % until)
    if present is not None:
        _revoke(present, by=by, reason="expired")
    since = clock.now() - timedelta(days=1)
    lately = Invitation.objects.filter(invited_at__gt=since)
    if max(lately.filter(organisation=organisation).count(), lately.filter(invited_by=by).count()) >= (
        INVITATIONS_PER_DAY
    ):
        raise Refused(_("That is enough for one day: %s invitations. Please go on tomorrow.") % INVITATIONS_PER_DAY)
    return send_invitation(organisation, email=email, right=right, language=language, by=by)


@writes
def send_invitation(organisation: Organisation, *, email: str, right: str, language: str, by: Any) -> Invitation:
    """The invitation and its mail, without asking who invites: members through `invite`, the counter by itself."""
    invitation = Invitation(
        municipality_id=organisation.municipality_id,
        organisation=organisation,
        email=email,
        right=right,
        language=language,
        invited_by=by,
        invited_at=clock.now(),
    )
    save_with_history(invitation, by=by, reason="invite")
    record(invitation.municipality_id, "invitation.send", invitation, by=by, details={"right": right})
    outbox.post(
        "invitation",
        to=[(email, language)],
        about=organisation,
        text=lambda: documents.invitation_mail(invitation, outbox.link_to("applications:invitation", invitation.key)),
    )
    return invitation


def _locked(organisation: Organisation, *, by: Any) -> Organisation:
    """One change at a time, so that somebody who may send always stays."""
    if not policies.may_invite(organisation, by):
        raise PermissionDenied("only people who may send say who may write")
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def refusal_of(invitation: Invitation, user: Any) -> Any:
    """Why this person cannot accept the invitation now, as a sentence; nothing when they can."""
    if invitation.accepted_at is not None and invitation.accepted_by_id == getattr(user, "pk", None):
        return _("You have already accepted this invitation.")
    if invitation.accepted_at is not None:
        return _("This invitation was already used.")
    if invitation.revoked_at is not None:
        return _("This invitation was taken back. Please ask the person who invited you.")
    if invitation.is_expired:
        return _("This invitation is older than two weeks. Please ask for a new one.")
    if user.is_authenticated and user.email != invitation.email:
        sentence = _("This invitation is for %(address)s, and you are signed in as %(own)s. Please use that address.")
        return sentence % {"address": invitation.email, "own": user.email}
    return None


@writes
def accept_invitation(invitation: Invitation, *, by: Any) -> Membership:
    """Join the organisation with the right that was offered; the link is used up. Raises Refused with the reason."""
    Organisation.objects.select_for_update().get(pk=invitation.organisation_id)
    fresh = Invitation.objects.select_related("organisation").get(pk=invitation.pk)
    if (sentence := refusal_of(fresh, by)) is not None:
        raise Refused(sentence)
    fresh.accepted_at, fresh.accepted_by = clock.now(), by
    save_with_history(fresh, by=by, reason="accept")
    membership = fresh.organisation.memberships.filter(user=by).first()
    if membership is None:
        membership = Membership(
            municipality_id=fresh.municipality_id, organisation=fresh.organisation, user=by, right=fresh.right
        )
        save_with_history(membership, by=by, reason="invitation")
    by.forget_rights()  # loaded before this one existed
    for draft in fresh.organisation.applications.filter(assisted=Application.Assisted.OPEN).order_by("pk"):
        take_over(draft, by=by)
    record(fresh.municipality_id, "invitation.accept", fresh, by=by, details={"right": fresh.right})
    return membership


@writes
def revoke_invitation(invitation: Invitation, *, by: Any) -> None:
    """Take an open invitation back; its link then says so. Raises Refused when it was accepted meanwhile."""
    _locked(invitation.organisation, by=by)
    fresh = Invitation.objects.get(pk=invitation.pk)
    if fresh.accepted_at is not None:
        raise Refused(_("This person has joined in the meantime. You can take them out of the list."))
    if fresh.revoked_at is None:
        _revoke(fresh, by=by, reason="revoke")


def _revoke(invitation: Invitation, *, by: Any, reason: str) -> None:
    invitation.revoked_at = clock.now()
    save_with_history(invitation, by=by, reason=reason)
    record(invitation.municipality_id, "invitation.revoke", invitation, by=by, details={"reason": reason})


@writes
def change_right(membership: Membership, right: str, *, by: Any) -> Membership:
    """Let somebody do more or less. Raises Refused when nobody would be left who may send."""
    organisation = _locked(membership.organisation, by=by)
    fresh = Membership.objects.get(pk=membership.pk)
    if right != Membership.Right.SUBMIT:
        _keep_somebody_who_sends(organisation, fresh)
    fresh.right = right
    save_with_history(fresh, by=by, reason="right")
    record(fresh.municipality_id, "membership.change", fresh, by=by, details={"right": right})
    return fresh


@writes
def remove_member(membership: Membership, *, by: Any) -> None:
    """Take somebody out, or leave oneself. Raises Refused when nobody would be left who may send."""
    if membership.user_id == by.pk:
        organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    else:
        organisation = _locked(membership.organisation, by=by)
    fresh = Membership.objects.get(pk=membership.pk)
    _keep_somebody_who_sends(organisation, fresh)
    details = {"user": fresh.user_id, "right": fresh.right}
    record(fresh.municipality_id, "membership.remove", Membership(pk=fresh.pk), by=by, details=details)
    fresh._history_user = by  # type: ignore[attr-defined]
    fresh.delete()
    by.forget_rights()


@writes
def take_over(application: Application, *, by: Any) -> Application:
    """Go on alone with what was begun at the counter: from now on the officer neither sees nor writes the draft."""
    fresh = lock(application)
    if not may_write_for(fresh, by):
        # Somebody who joins to read changes nothing; the page offers this to nobody else.
        return fresh
    if fresh.assisted == Application.Assisted.OPEN:
        fresh.assisted = Application.Assisted.TAKEN_OVER
        save_with_history(fresh, by=by, reason="take over")
        record(fresh.municipality_id, "application.take_over", fresh, by=by)
    return fresh


def _keep_somebody_who_sends(organisation: Organisation, leaving: Membership) -> None:
    others = organisation.memberships.filter(right=Membership.Right.SUBMIT).exclude(pk=leaving.pk)
    if leaving.right == Membership.Right.SUBMIT and not others.exists():
        raise Refused(
            _("Somebody has to be able to send your applications. Please give that right to another person first.")
        )
