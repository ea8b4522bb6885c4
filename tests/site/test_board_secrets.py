"""What the board keeps: no file for who may not read it, no vote before it closes, no private note for anybody else.

Every address, PDF, mail and calendar file that can concern the case is asked for, with a mark in all the file says.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import TestCase
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

pytestmark = pytest.mark.once

MARKER = "Zqaktezq"
# What is about a case and its meeting; the rest is sign-in, public pages, money after the award, texts and settings.
APART = ("review:advice-", "review:provision", "applications:create", "applications:invitation", "applications:member")
CONCERNED = [
    name
    for name in NAMES
    if name in ("audit", "case", "document", "message", "outbox", "tasks", "upload-file")
    or (name.startswith(("applications:", "review:")) and not name.startswith(APART))
]


def build_marked() -> World:
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


def declared(world: World, user: User, *, biased: bool) -> None:
    BiasDeclaration.objects.create(
        municipality=world["town"], item=world["item"], member=user.seats.get(), biased=biased, declared_at=NOW
    )


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
    declared(world, user, biased=False)
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


def with_marker(found: dict[str, str]) -> list[str]:
    return [where for where, text in found.items() if MARKER in text]


class TestBoardSecrets(TestCase):
    """One world for all; each test runs in a savepoint of its own."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = build_marked()

    def answers(self, user: User, names: list[str], *, post: bool = False) -> dict[str, str]:
        """What this person gets, by method and address."""
        found = {}
        self.client.force_login(user)
        for name in names:
            for method in ("get", "post") if post and name.startswith("review:") else ("get",):
                response = getattr(self.client, method)(address(self.world, name))
                content = b"".join(response.streaming_content) if response.streaming else response.content
                found[f"{method} {name}"] = plain(content)
        return found

    def pages(self, person: str) -> dict[str, str]:
        """Every page about board and case this person gets, without what is new in each answer."""
        about = [name for name in CONCERNED if not name.startswith("applications:")]
        mine = [name for name in about if person in TABLE[name]["GET"].get(200, "").split()]
        found = self.answers(self.world.people[person], mine)
        return {where: re.sub(r"\w{64}|nonce-\S+", "", text) for where, text in found.items()}

    def unbiased(self) -> User:
        """One more member who reads the case."""
        user = undeclared(self.world)
        declared(self.world, user, biased=False)
        return user

    # --- The file ---

    def test_the_walk_finds_the_file_for_an_unbiased_member(self):
        found = with_marker(self.answers(self.world.people["board"], CONCERNED))

        assert {"get case", "get review:item"} <= set(found)

    def test_no_mail_to_members_holds_the_file(self):
        world = self.world
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

    # --- Votes and private notes ---

    def test_private_note_and_leaning_are_read_by_their_member_only(self):
        note = "Zqnotizzq"
        PrivateNote.objects.update(text=note)
        other = self.unbiased()

        found = {person: self.pages(person) for person in (*OTHERS, "applicant")}
        found["another member"] = self.answers(other, ["review:item", "review:meeting", "review:dossier", "case"])

        assert [who for who, texts in found.items() if any(note in text for text in texts.values())] == []
        assert note in self.answers(self.world.people["board"], ["review:item"])["get review:item"]


# --- Who may not read the file ----------------------------------------------------------------------------------------


def _without_file(who: Callable[[World], User]) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        user = who(self.world)

        found = self.answers(user, CONCERNED, post=who in (excluded, former))

        assert with_marker(found) == []

    return test


def _search(who: Callable[[World], User]) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        self.client.force_login(who(self.world))
        file = [reverse("case", args=[self.world["admitted"].pk]), reverse("review:item", args=[self.world["item"].pk])]

        for name in ("applications:list", "review:meetings", "review:conversations", "review:decisions"):
            response = self.client.get(reverse(name), {"q": self.world["admitted"].file_number})
            assert [link for link in file if link in response.content.decode()] == []

    return test


for _who in WITHOUT_FILE:
    setattr(TestBoardSecrets, f"test_no_answer_holds_the_file_for_a_member_{_who.__name__}", _without_file(_who))
    setattr(TestBoardSecrets, f"test_search_finds_no_case_for_a_member_{_who.__name__}", _search(_who))


# --- How somebody votes -----------------------------------------------------------------------------------------------

OTHERS = ("officer", "decider", "auditor", "administrator", "biased")


def _sealed(person: str) -> Callable[[Any], None]:
    def test(self: Any) -> None:
        operations.vote(self.world["motion"], "yes", by=self.world.people["board"])
        before = self.pages(person)

        operations.vote(self.world["motion"], "no", by=self.world.people["board"])

        after = self.pages(person)
        log = {where: found.pop("get audit", "") for where, found in (("before", before), ("after", after))}
        assert [where for where in after if after[where] != before[where]] == []
        assert [text for text in log.values() if '"yes"' in text or '"no"' in text] == []

    return test


for _person in OTHERS:
    setattr(TestBoardSecrets, f"test_no_page_tells_the_{_person}_how_somebody_votes", _sealed(_person))


def test_no_database_browser_is_installed():
    """Django's admin would show votes and notes to whoever may open it."""
    assert not apps.is_installed("django.contrib.admin")
    assert [name for name in NAMES if name.startswith(("admin", "api"))] == []
    assert "rest_framework" not in settings.INSTALLED_APPS
