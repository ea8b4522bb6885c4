"""Who may work for an organisation: invitations, their links, rights, and the last person who may send."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.models import Invitation, Membership
from applications.operations import members
from funding import clock
from funding.clock import BERLIN
from funding.gate import Refused
from funding.models import Event, Message
from funding.outbox import link_to
from tests.factories import make_application, make_invitation, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def _in_march_in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(NOW), translation.override("en"):
        yield


@pytest.fixture
def leyla():
    return make_user(email="leyla@wegweiser.example", name="Leyla Aydın")


@pytest.fixture
def jonas():
    return make_user(email="jonas@wegweiser.example", name="Jonas Brink")


@pytest.fixture
def group(leyla):
    return make_organisation(make_town(), leyla, name="Wegweiser")


def invite(group, by, email="jonas@wegweiser.example", right="edit", language="en"):
    return operations.invite(group, email=email, right=right, language=language, by=by)


def join(group, user, right):
    return Membership.objects.create(municipality=group.municipality, organisation=group, user=user, right=right)


def kinds():
    return list(Event.objects.order_by("number").values_list("kind", flat=True))


# --- Inviting ---------------------------------------------------------------------------------------------------------


def test_invite_mails_an_unguessable_link_in_the_chosen_language(group, leyla):
    invitation = invite(group, leyla, email=" Jonas@Wegweiser.Example ", language="de")

    message = Message.objects.get()
    assert (message.kind, message.recipient, message.language) == ("invitation", "jonas@wegweiser.example", "de")
    assert link_to("applications:invitation", invitation.key) in message.body.splitlines()
    assert (len(invitation.key), invitation.expires_at) == (32, NOW + timedelta(days=14))
    assert (kinds(), invitation.history.get().history_user) == (["invitation.send"], leyla)


@pytest.mark.parametrize("right", ["view", "edit", ""])
def test_invite_by_somebody_who_may_not_send_is_forbidden(group, jonas, right):
    if right:
        join(group, jonas, right)

    with pytest.raises(PermissionDenied):
        invite(group, jonas, email="neu@wegweiser.example")


def test_invite_by_an_officer_is_forbidden(group):
    with pytest.raises(PermissionDenied):
        invite(group, make_user(group.municipality, "officer"))


def test_invite_of_a_member_is_refused(group, leyla):
    with pytest.raises(Refused, match="already works"):
        invite(group, leyla, email="LEYLA@wegweiser.example")


def test_invite_twice_is_refused_until_the_first_is_too_old(group, leyla):
    first = invite(group, leyla)

    with pytest.raises(Refused, match="already invited"):
        invite(group, leyla)
    with clock.at(NOW + timedelta(days=14)):
        second = invite(group, leyla)

    assert list(group.invitations.open()) == [second]
    assert first.key != second.key


def test_invite_more_than_ten_a_day_waits_until_tomorrow(group, leyla):
    for number in range(members.INVITATIONS_PER_DAY):
        operations.revoke_invitation(invite(group, leyla, email=f"p{number}@town.example"), by=leyla)

    with pytest.raises(Refused, match="enough for one day"):
        invite(group, leyla, email="last@town.example")
    with clock.at(NOW + timedelta(days=1)):
        assert invite(group, leyla, email="last@town.example").email == "last@town.example"


# --- Accepting --------------------------------------------------------------------------------------------------------


def test_accept_gives_the_offered_right_once(group, leyla, jonas):
    invitation = invite(group, leyla)

    operations.accept_invitation(invitation, by=jonas)

    assert jonas.right_in(group.pk) == "edit"
    assert kinds() == ["invitation.send", "invitation.accept"]
    with pytest.raises(Refused, match="already accepted"):
        operations.accept_invitation(invitation, by=jonas)


def used(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=NOW, accepted_by=make_user())


def expired(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(invited_at=NOW - timedelta(days=14))


def revoked(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=NOW)


def foreign(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(email="somebody@else.example")


SENTENCES = [
    (used, "already used"),
    (expired, "older than two weeks"),
    (revoked, "taken back"),
    (foreign, "is for somebody@else.example"),
]


@pytest.mark.parametrize(("spoil", "sentence"), SENTENCES)
def test_accept_an_invitation_that_is_no_good_says_why_and_lets_nobody_in(client, group, leyla, jonas, spoil, sentence):
    invitation = make_invitation(group, leyla, email=jonas.email)
    spoil(invitation)
    client.force_login(jonas)
    address = reverse("applications:invitation", args=[invitation.key])

    shown, sent = client.get(address), client.post(address)

    assert [sentence in answer.text for answer in (shown, sent)] == [True, True]
    assert group.memberships.count() == 1


def test_invitation_that_does_not_exist_says_so(client, jonas):
    client.force_login(jonas)

    answer = client.get(reverse("applications:invitation", args=["x" * 32]), follow=True)

    assert "There is no such invitation" in answer.text


def test_invitation_opened_by_nobody_leads_to_the_sign_in_and_back(client, group, leyla):
    invitation = make_invitation(group, leyla)
    address = reverse("applications:invitation", args=[invitation.key])

    shown, pressed = client.get(address), client.post(address)

    assert "neu@kinderzeit-unna.example" in shown.text
    assert pressed.url == f"/sign-in/?next={address.replace('/', '%2F')}"


def test_member_who_may_only_read_sees_the_draft_and_cannot_write_it(client, group, leyla, jonas):
    draft = make_application(make_programme(group.municipality), group)
    operations.accept_invitation(invite(group, leyla, right="view"), by=jonas)
    client.force_login(jonas)

    assert client.get(reverse("case", args=[draft.pk])).status_code == 200
    assert client.get(reverse("applications:edit", args=[draft.pk, "idea"])).status_code == 403


# --- Rights and leaving -----------------------------------------------------------------------------------------------


def test_change_right_is_kept_with_its_author(group, leyla, jonas):
    membership = join(group, jonas, "view")

    operations.change_right(membership, "submit", by=leyla)

    assert (group.memberships.get(user=jonas).right, membership.history.first().history_user) == ("submit", leyla)
    assert kinds() == ["membership.change"]


@pytest.mark.parametrize("right", ["view", "edit"])
def test_the_last_person_who_may_send_keeps_that_right_and_stays(group, leyla, jonas, right):
    join(group, jonas, right)
    own = group.memberships.get(user=leyla)

    with pytest.raises(Refused, match="Somebody has to be able to send"):
        operations.change_right(own, "edit", by=leyla)
    with pytest.raises(Refused, match="Somebody has to be able to send"):
        operations.remove_member(own, by=leyla)

    assert group.memberships.get(user=leyla).right == "submit"


def test_remove_member_ends_what_they_see(client, group, leyla, jonas):
    membership = join(group, jonas, "submit")
    draft = make_application(make_programme(group.municipality), group)
    client.force_login(leyla)

    client.post(reverse("applications:remove-member", args=[membership.pk]))

    client.force_login(jonas)
    assert client.get(reverse("case", args=[draft.pk])).status_code == 404
    assert Membership.history.filter(history_type="-").get().history_user == leyla


def test_remove_somebody_else_without_the_right_to_send_is_forbidden_and_leaving_is_not(group, leyla, jonas):
    membership = join(group, jonas, "edit")

    with pytest.raises(PermissionDenied):
        operations.remove_member(group.memberships.get(user=leyla), by=jonas)
    operations.remove_member(membership, by=jonas)

    assert [member.user for member in group.memberships.all()] == [leyla]


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_members_page_invites_and_lists_who_is_invited(client, group, leyla):
    client.force_login(leyla)
    address = reverse("applications:members", args=[group.pk])

    client.post(address, {"email": "neu@town.example", "right": "edit", "language": "de"})
    answer = client.get(address)

    assert [str(invitation) for invitation in answer.context["invitations"]] == ["neu@town.example"]
    assert f"/applications/invitations/{Invitation.objects.get().key}/" in Message.objects.get().body


def test_members_page_keeps_what_was_typed_when_it_is_refused(client, group, leyla):
    client.force_login(leyla)

    answer = client.post(
        reverse("applications:members", args=[group.pk]), {"email": leyla.email, "right": "view", "language": "en"}
    )

    assert answer.context["form"].data["email"] == leyla.email
    assert "already works on your applications" in answer.text
    assert Invitation.objects.count() == 0
