"""Who sits on the board: seats are given, changed and ended, open meetings follow, and who has left sees nothing."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications.models import Application
from funding import clock
from funding.gate import Refused
from funding.models import Message, User
from funding.policies import Role
from funding.site.tasks import tasks_of
from review import operations
from review.models import BoardItem, BoardMember, Meeting
from tests.factories import make_member, make_user
from tests.review.test_views import day, errors, signed_in, url

pytestmark = pytest.mark.django_db

NEXT_WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def term(**changes):
    return {
        "position": "member",
        "votes": True,
        "affiliations": [],
        "since": clock.today(),
        "until": None,
    } | changes


def give(review, email="neu@town.example", by=None, **changes):
    return operations.give_seat(
        review.programme, by=by or review.officer, email=email, name="Nora Neu", **term(**changes)
    )


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return str(refused.value)


def invited_to(meeting):
    return set(meeting.attendance.values_list("member", flat=True))


def test_new_member_gets_account_role_seat_and_the_invitations_that_are_out(review):
    [item] = review.meet(day=clock.today() + NEXT_WEEK)

    seat = give(review, affiliations=["Sportverein Unna"])

    assert User.objects.get(pk=seat.user_id).roles_in(review.town.pk) == {Role.BOARD}
    assert seat.pk in invited_to(item.meeting)
    assert Message.objects.filter(kind="invitation", recipient="neu@town.example").count() == 1
    assert seat.history.get().history_user == review.officer


def test_member_who_leaves_before_a_meeting_is_no_longer_invited_and_no_longer_counted(review):
    [item] = review.meet(day=clock.today() + NEXT_WEEK)
    leaving = review.board[6]

    operations.change_seat(leaving, by=review.officer, **term(since=leaving.since, until=clock.today()))

    assert invited_to(item.meeting) == {member.pk for member in review.board[:6]}


def test_meeting_that_has_voted_keeps_its_seats(review):
    [item] = review.meet(day=clock.today())
    review.open(item)
    review.ballot(item, m0="yes")

    seat = give(review)

    assert seat.pk not in invited_to(item.meeting)


def test_former_member_sees_no_meeting_no_file_and_no_case_any_more(review):
    case = review.case()
    [item] = review.meet(case)
    review.open(item)
    member = review.board[3]
    client = signed_in(member.user)
    before = client.get(url("item", item.pk)).status_code
    BoardMember.objects.filter(pk=member.pk).update(until=clock.today() - timedelta(days=1))

    after = [client.get(url(name, pk)).status_code for name, pk in (("item", item.pk), ("meeting", item.meeting_id))]

    assert (before, after) == (200, [404, 404])
    assert client.get(reverse("case", args=[case.pk])).status_code == 404
    assert client.get(url("meeting-file", item.meeting_id)).status_code == 404
    for rows in (Meeting, BoardItem, Application):
        assert list(rows.objects.visible_to(member.user)) == []
    assert tasks_of(User.objects.get(pk=member.user_id)) == []
    with pytest.raises(PermissionDenied):
        operations.declare(item, by=member.user, biased=True)


def test_former_member_is_not_invited_and_finds_nothing_of_a_later_agenda(review):
    member = review.board[3]
    operations.change_seat(member, by=review.officer, **term(since=member.since, until=clock.today() + NEXT_WEEK))

    [item] = review.meet(day=clock.today() + 2 * NEXT_WEEK)

    assert member.pk not in invited_to(item.meeting)
    assert not Meeting.objects.visible_to(member.user).exists()
    assert not Message.objects.filter(recipient=member.user.email).exists()


def test_member_sees_only_the_meetings_they_are_invited_to(review):
    review.meet(day=clock.today())
    newcomer = make_member(review.programme)

    [item] = review.meet(day=clock.today() + NEXT_WEEK)

    assert list(Meeting.objects.visible_to(newcomer.user)) == [item.meeting]


def test_former_member_may_come_back_to_the_same_seat(review):
    member = review.board[5]
    yesterday = clock.today() - timedelta(days=1)
    BoardMember.objects.filter(pk=member.pk).update(until=yesterday)

    back = give(review, email=member.user.email)

    assert (back.pk, back.since, back.until, str(back)) == (member.pk, clock.today(), None, str(member))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": clock.today() - timedelta(days=1)}, "The term ends before it begins. Please check both days."),
        ({"position": "chair"}, "There is already a chair in this time. Please end or change that seat first."),
    ],
)
def test_seat_is_refused_with_a_sentence(review, changes, said):
    assert refusal(give, review, **changes) == said
    assert not BoardMember.objects.filter(user__email="neu@town.example").exists()


def test_chair_follows_a_chair_whose_term_ends_before(review):
    chair = review.board[0]
    operations.change_seat(chair, by=review.officer, **term(position="chair", since=chair.since, until=clock.today()))

    seat = give(review, position="chair", since=clock.today() + timedelta(days=1))

    assert seat.position == "chair"


def test_decider_gets_no_seat(review):
    said = refusal(give, review, email=review.decider.email)

    assert said == "This person decides for the town, and so cannot sit on the board."


def test_second_seat_of_one_person_is_refused(review):
    assert refusal(give, review, email=review.board[2].user.email) == "This person already has a seat on this board."


@pytest.mark.parametrize("role", [Role.DECIDER, Role.AUDITOR, Role.BOARD])
def test_seats_are_given_and_changed_by_officer_and_administrator_only(review, role):
    by = make_user(review.town, role)

    with pytest.raises(PermissionDenied):
        give(review, by=by)
    with pytest.raises(PermissionDenied):
        operations.change_seat(review.board[2], by=by, **term())
    assert give(review, by=make_user(review.town, Role.ADMINISTRATOR)).position == "member"


def test_seat_is_given_changed_and_ended_on_its_pages(review):
    client = signed_in(make_user(review.town, Role.ADMINISTRATOR))
    data = {
        "programme": review.programme.pk,
        "name": "Nora Neu",
        "email": "neu@town.example",
        "position": "substitute",
        "votes": "on",
        "affiliations": "Sportverein Unna\n\n Chor ",
        **day(clock.today(), "since"),
    }

    given = client.post(url("seat-create"), data)
    seat = BoardMember.objects.get(user__email="neu@town.example")
    ended = client.post(url("seat", seat.pk), {**data, **day(clock.today() + NEXT_WEEK, "until")})

    assert {given.headers["location"], ended.headers["location"]} == {url("seats")}
    assert seat.affiliations == ["Sportverein Unna", "Chor"]
    assert BoardMember.objects.get(pk=seat.pk).until == clock.today() + NEXT_WEEK


def test_seat_refused_keeps_what_was_typed(review):
    data = {"name": "Nora Neu", "email": "neu@town.example", "position": "chair", "votes": "on", "affiliations": "Chor"}
    data |= {"programme": review.programme.pk, **day(clock.today(), "since")}

    response = signed_in(review.officer).post(url("seat-create"), data)

    assert errors(response)["__all__"][0].startswith("There is already a chair")
    assert response.context["form"]["affiliations"].value() == "Chor"
