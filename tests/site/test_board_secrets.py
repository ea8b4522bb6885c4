"""What the board keeps: no file for who may not read it, no vote before it closes, no private note for anybody else.

Every address, PDF, mail and calendar file that can concern the case is asked for, with a mark in all the file says.
"""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from applications.models import Application, Submission
from funding import clock
from funding.models import Message, User
from review import operations
from review.models import (
    Attendance,
    BiasDeclaration,
    BoardComment,
    BoardItem,
    CheckResult,
    Motion,
    PrivateNote,
    Remark,
    Ruling,
)
from tests.factories import make_member
from tests.site.test_internal_notes import plain
from tests.test_access import ARGUMENTS, NAMES, TABLE
from tests.world import NOW, World, build

pytestmark = pytest.mark.django_db

MARKER = "Zqaktezq"
# Addresses without any case of a board: sign-in, public pages, money after the award, texts and settings.
APART = (
    "demo",
    "eligibility",
    "setup",
    "sign-",
    "budgets:",
    "town",
    "programme",
    "round-",
    "people",
    "person-",
    "role-",
)
CONCERNED = [name for name in NAMES if not name.startswith(APART)]


@pytest.fixture
def world() -> World:
    """The small world with the mark in everything the file of the case on the agenda says."""
    world = build()
    case, item = world["admitted"], world["item"]
    about = {"municipality": world["town"]}
    Application.objects.filter(pk=case.pk).update(summary=MARKER, need=MARKER, goals=MARKER)
    for sent in Submission.objects.filter(application=case):
        snapshot = sent.snapshot
        snapshot["application"] |= {"summary": MARKER, "need": MARKER, "goals": MARKER}
        snapshot["costs"] = [{**line, "what": MARKER} for line in snapshot["costs"]]
        Submission.objects.filter(pk=sent.pk).update(snapshot=snapshot)
    case.costs.update(what=MARKER)
    BoardItem.objects.filter(pk=item.pk).update(note=MARKER)
    Motion.objects.filter(item=item).update(conditions=MARKER)
    written = {"written_by": world.people["officer"], "written_at": NOW}
    BoardComment.objects.create(**about, item=item, text=MARKER, **written)
    Remark.objects.create(**about, application=case, text=MARKER, from_town=True, **written)
    checked = {"checked_by": world.people["officer"], "checked_at": NOW}
    CheckResult.objects.create(**about, application=case, item="plan", result="yes", note=MARKER, **checked)
    PrivateNote.objects.create(**about, item=item, member=world["seat"], leaning="for", text=MARKER)
    return world


def excluded(world: World) -> User:
    return world.people["biased"]


def undeclared(world: World) -> User:
    member = make_member(world["programme"])
    Attendance.objects.create(municipality=world["town"], meeting=world["meeting"], member=member, present=True)
    return member.user


def in_doubt(world: World) -> User:
    user = undeclared(world)
    Ruling.objects.create(
        municipality=world["town"],
        item=world["item"],
        member=user.seats.get(),
        question="Nachbarin",
        asked_by=user,
        asked_at=NOW,
    )
    return user


def uninvited(world: World) -> User:
    return make_member(world["programme"]).user


def former(world: World) -> User:
    """Declared to be unbiased when they were a member; their term was over yesterday."""
    user = undeclared(world)
    BiasDeclaration.objects.create(
        municipality=world["town"], item=world["item"], member=user.seats.get(), biased=False, declared_at=NOW
    )
    user.seats.update(until=clock.today() - timedelta(days=1))
    return user


def excluded_in_another_meeting(world: World) -> User:
    """Unbiased here, and found biased on the same case elsewhere."""
    user = former(world)
    user.seats.update(until=None)
    case, meeting = world["admitted"], world["meeting"]
    later = type(meeting).objects.create(
        municipality=world["town"], programme=world["programme"], held_on=clock.today(), invited_at=NOW
    )
    item = BoardItem.objects.create(municipality=world["town"], meeting=later, application=case, position=1)
    member = user.seats.get()
    Attendance.objects.create(municipality=world["town"], meeting=later, member=member, present=True)
    BiasDeclaration.objects.create(municipality=world["town"], item=item, member=member, biased=True, declared_at=NOW)
    return user


WITHOUT_FILE = (excluded, undeclared, in_doubt, uninvited, former, excluded_in_another_meeting)


def address(world: World, name: str) -> str:
    """The address with the case on the agenda wherever it takes a case of the group."""
    args = list(ARGUMENTS.get(name, lambda w: [])(world))
    cases = Application.objects.filter(organisation=world["organisation"]).values_list("pk", flat=True)
    about_a_case = name == "case" or name.startswith(("applications:", "review:"))
    if args and about_a_case and args[0] in set(cases) and not name.startswith(("review:item", "review:seat")):
        args[0] = world["admitted"].pk
    return reverse(name, args=args)


def answers(world: World, user: User, names: list[str], methods: tuple[str, ...] = ("get", "post")) -> dict[str, str]:
    """What this person gets, by address and method."""
    found = {}
    for name in names:
        for method in methods:
            client = Client(headers={"accept-language": "en"})
            client.force_login(user)
            response = getattr(client, method)(address(world, name))
            content = b"".join(response.streaming_content) if response.streaming else response.content
            found[f"{method} {name}"] = plain(content)
    return found


def with_marker(found: dict[str, str]) -> list[str]:
    return [where for where, text in found.items() if MARKER in text]


# --- The file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WITHOUT_FILE, ids=lambda who: who.__name__)
def test_no_answer_holds_the_file_for_who_may_not_read_it(world, who):
    assert with_marker(answers(world, who(world), CONCERNED)) == []


def test_the_same_walk_finds_the_file_for_an_unbiased_member(world):
    found = set(with_marker(answers(world, world.people["board"], CONCERNED, ("get",))))

    assert {"get case", "get review:item", "get review:dossier"} <= found


@pytest.mark.parametrize("who", WITHOUT_FILE, ids=lambda who: who.__name__)
def test_search_finds_no_case_for_who_may_not_read_it(world, who):
    client = Client()
    client.force_login(who(world))

    for name in ("applications:list", "review:meetings", "review:conversations", "review:decisions"):
        response = client.get(reverse(name), {"q": world["admitted"].file_number})
        assert reverse("case", args=[world["admitted"].pk]) not in response.content.decode()
        assert reverse("review:item", args=[world["item"].pk]) not in response.content.decode()


def test_no_mail_to_members_holds_the_file(world):
    officer, meeting = world.people["officer"], world["meeting"]
    Motion.objects.all().delete()
    later = {"held_on": clock.today() + timedelta(days=30), "place": "Rathaus"}

    operations.move_meeting(meeting, by=officer, **later)
    operations.change_agenda(meeting, [world["admitted"].pk], by=officer)
    operations.cancel_meeting(meeting, by=officer, reason="Zu wenige Fälle.")
    operations.call_meeting(world["programme"], [world["admitted"]], by=officer, **later)

    mails = Message.objects.filter(recipient__in=[world.people["board"].email, world.people["biased"].email])
    assert {mail.kind for mail in mails} == {"meeting-moved", "meeting-cancelled", "invitation"}
    assert [mail.kind for mail in mails if MARKER in mail.subject + mail.body] == []


# --- Votes and private notes ------------------------------------------------------------------------------------------

OTHERS = ("officer", "decider", "auditor", "administrator", "biased", "applicant")


def pages(world: World, person: str) -> dict[str, str]:
    """Every page this person gets, without what is new in each answer."""
    mine = [name for name in CONCERNED if person in TABLE[name]["GET"].get(200, "").split()]
    found = answers(world, world.people[person], mine, ("get",))
    return {where: re.sub(r"\w{64}|nonce-\S+", "", text) for where, text in found.items()}


@pytest.mark.parametrize("person", OTHERS)
def test_no_page_tells_how_somebody_votes_before_the_motion_closes(world, person):
    operations.vote(world["motion"], "yes", by=world.people["board"])
    before = pages(world, person)

    operations.vote(world["motion"], "no", by=world.people["board"])

    after = pages(world, person)
    before.pop("get audit", None)  # one entry more: that somebody voted, and nothing else
    after.pop("get audit", None)
    assert [where for where in after if after[where] != before[where]] == []


def test_private_note_and_leaning_are_read_by_their_member_only(world):
    BoardComment.objects.all().delete()
    note = "Zqnotizzq"
    PrivateNote.objects.update(text=note)
    other = undeclared(world)
    BiasDeclaration.objects.create(
        municipality=world["town"], item=world["item"], member=other.seats.get(), biased=False, declared_at=NOW
    )

    found = {person: pages(world, person) for person in OTHERS}
    found["another member"] = answers(world, other, ["review:item", "review:meeting", "review:dossier", "case"])

    assert [who for who, texts in found.items() if any(note in text for text in texts.values())] == []
    assert note in answers(world, world.people["board"], ["review:item"])["get review:item"]


def test_no_database_browser_is_installed():
    """Django's admin would show votes and notes to whoever may open it."""
    assert not apps.is_installed("django.contrib.admin")
    assert [name for name in NAMES if name.startswith(("admin", "api"))] == []
    assert "rest_framework" not in settings.INSTALLED_APPS
