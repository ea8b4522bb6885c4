"""One member votes from two devices at the same moment: one vote counts, no device sees an error."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from applications.workflow import State
from funding import clock
from review import operations
from review.models import Vote
from tests.factories import make_application, make_board, make_organisation, make_programme, make_town, make_user


@pytest.fixture
def motion(transactional_db):
    """An open motion in a meeting of seven, and the devices of its chair."""
    town = make_town()
    programme, officer = make_programme(town), make_user(town, "officer")
    board = make_board(programme)
    case = make_application(programme, make_organisation(town), state=State.ADMITTED)
    meeting = operations.call_meeting(programme, [case], by=officer, held_on=clock.today(), place="Rathaus")
    [item] = meeting.items.all()
    for member in board:
        operations.declare(item, by=member.user, biased=False)
    operations.mark_present(meeting, {member.pk for member in board}, by=officer)
    return operations.put_motion(item, by=officer, kind="fund", cents=1_000_00), board[0], officer


def test_votes_from_two_devices_at_once_are_one_vote(motion):
    opened, chair, officer = motion
    devices = [(Client(), choice) for choice in ("yes", "no", "yes", "no")]
    for client, _choice in devices:
        client.force_login(chair.user)
    barrier, codes = threading.Barrier(len(devices)), []

    def send(client, choice):
        try:
            barrier.wait()
            response = client.post(reverse("review:vote", args=[opened.pk]), {"choice": choice}, follow=True)
            codes.append(response.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=device) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    vote = Vote.objects.get()
    closed = operations.close_motion(opened, by=officer)
    assert codes == [200] * 4
    assert (closed.yes + closed.no, closed.abstained) == (1, 6)
    assert (closed.yes == 1) == (vote.choice == "yes")
