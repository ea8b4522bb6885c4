"""Asking for help, answering, proposing a wording: who reads and writes what, who is told, what the history says."""

import io
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from applications.models import Application, Membership
from applications.operations import Sent, save_answers, snapshot
from applications.sections import fingerprint
from applications.workflow import State
from funding import clock
from funding.clock import BERLIN
from funding.gate import Refused, carry_out
from funding.models import Event, EventDetails, Message
from funding.policies import Role
from funding.site.tasks import tasks_of
from review import operations
from review.models import Attachment, BiasDeclaration, BoardItem, Meeting, Proposal, Reading, Remark
from tests.factories import make_application, make_member, make_organisation, make_programme, make_town, make_user


def jpeg() -> bytes:
    exif, written = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Gotcha Camera"
    Image.new("RGB", (40, 20), "red").save(written, "JPEG", exif=exif)
    return written.getvalue()


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=BERLIN)


class Help(SimpleNamespace):
    def ask(self, text: str = "Was gehört zu den Zielen?", **more: Any) -> Remark:
        return operations.write(self.draft, text, by=self.applicant, **{"section": "idea"} | more)

    def answer(self, text: str = "Eine Zahl hilft.", **more: Any) -> Remark:
        return operations.write(self.draft, text, by=self.officer, **{"section": "idea"} | more)

    def propose(self, text: str = "Zwölf Führungen.", field: str = "goals") -> Proposal:
        return operations.propose(self.draft, field, text, by=self.officer)

    def reload(self) -> None:
        self.draft = Application.objects.get(pk=self.draft.pk)

    def page(self, user: Any, **data: Any) -> Any:
        client = Client()
        client.force_login(user)
        url = reverse("review:conversation", args=[self.draft.pk])
        return client.post(url, data) if data else client.get(url)


@pytest.fixture
def help_(db: Any) -> Help:
    town = make_town()
    programme = make_programme(town)
    applicant = make_user(name="Leyla Aydın", language="tr")
    organisation = make_organisation(town, applicant)
    return Help(
        town=town,
        programme=programme,
        applicant=applicant,
        organisation=organisation,
        officer=make_user(town, Role.OFFICER, name="Sabine Köster"),
        draft=make_application(programme, organisation, goals="Viele Führungen."),
    )


# --- A draft is shared by asking --------------------------------------------------------------------------------------


def test_draft_is_read_by_officers_of_its_town_only_while_it_is_shared(help_):
    others = [
        make_user(help_.town, role)
        for role in (Role.DECIDER, Role.AUDITOR, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.ADMINISTRATOR)
    ]
    others += [make_member(help_.programme).user, make_user(make_town(), *Role.values), make_user()]

    def readers() -> list[bool]:
        return [Application.objects.visible_to(user).exists() for user in (help_.officer, *others)]

    before = readers()
    help_.ask()
    while_shared = readers()
    operations.share(help_.draft, by=help_.applicant, on=False)

    assert before == [False] * 10
    assert while_shared == [True, *[False] * 9]
    assert readers() == [False] * 10


def test_sharing_again_after_stopping_is_asking_again(help_):
    help_.ask()
    operations.share(help_.draft, by=help_.applicant, on=False)

    help_.ask("Noch eine Frage.")

    assert Application.objects.visible_to(help_.officer).get() == help_.draft


def test_shared_draft_that_was_withdrawn_belongs_to_its_writers_again(help_):
    help_.ask()

    carry_out(help_.draft, "withdraw", by=help_.applicant, reason="Doch nicht.")

    assert not Application.objects.visible_to(help_.officer).exists()
    assert not Remark.objects.readable_to(help_.officer).exists()


def test_officer_may_neither_write_nor_receive_nor_withdraw_a_shared_draft(help_):
    help_.ask()
    help_.reload()

    assert [move.name for move in help_.draft.moves_for(help_.officer)] == []
    with pytest.raises(PermissionDenied):
        save_answers(help_.draft, "idea", Sent(values={"goals": "Meins."}), by=help_.officer)


def test_page_of_a_shared_draft_shows_the_officer_no_account(help_):
    help_.ask()
    client = Client()
    client.force_login(help_.officer)

    pages = [
        client.get(reverse("case", args=[help_.draft.pk])).content.decode(),
        client.get(reverse("review:conversation", args=[help_.draft.pk]) + "?section=bank").content.decode(),
    ]

    assert [help_.organisation.iban[-6:] in page.replace(" ", "").replace("\u00a0", "") for page in pages] == [
        False
    ] * 2


def test_what_sharing_means_stands_beside_the_button(help_):
    sentence = "can read your draft, without your bank account. You can stop that at any time."
    client = Client()
    client.force_login(help_.applicant)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    url = reverse("review:conversation", args=[help_.draft.pk])

    before = client.get(url).content.decode()
    help_.ask()
    after = client.get(url).content.decode()

    assert (sentence in before, sentence in after, "Stop sharing" in after) == (True, False, True)


def test_sharing_is_no_part_of_what_is_sent_in(help_):
    help_.ask()
    help_.reload()

    assert "shared_at" not in snapshot(help_.draft)["application"]


# --- Who reads and writes ---------------------------------------------------------------------------------------------


def test_conversation_of_a_case_is_closed_to_the_board_and_open_to_staff_inside(help_):
    case = make_application(help_.programme, help_.organisation, state=State.ADMITTED)
    member = make_member(help_.programme)
    meeting = Meeting.objects.create(municipality=help_.town, programme=help_.programme, held_on=date(2026, 3, 2))
    item = BoardItem.objects.create(municipality=help_.town, meeting=meeting, application=case, position=1)
    BiasDeclaration.objects.create(municipality=help_.town, item=item, member=member, biased=False, declared_at=NOON)
    people = [
        member.user,
        make_user(help_.town, Role.AUDITOR),
        make_user(help_.town, Role.DECIDER),
        make_user(make_town(), Role.OFFICER),
    ]
    found = {}
    for method in ("get", "post"):
        clients = [Client() for _person in people]
        for client, person in zip(clients, people, strict=True):
            client.force_login(person)
        url = reverse("review:conversation", args=[case.pk])
        found[method] = [getattr(client, method)(url).status_code for client in clients]

    assert found == {"get": [403, 200, 200, 404], "post": [403, 403, 403, 404]}


def test_member_with_the_right_to_read_reads_and_does_not_write(help_):
    viewer = make_user()
    Membership.objects.create(municipality=help_.town, organisation=help_.organisation, user=viewer, right="view")
    help_.ask("Eine Frage.")

    assert "Eine Frage." in help_.page(viewer).content.decode()
    assert help_.page(viewer, text="Ich auch.").status_code == 403


def test_officer_of_the_group_itself_writes_as_the_group(help_):
    Membership.objects.create(
        municipality=help_.town, organisation=help_.organisation, user=help_.officer, right="submit"
    )
    help_.officer.forget_rights()

    remark = help_.answer("Ich gehöre dazu.")

    assert (remark.from_town, remark.needs_answer) == (False, True)


# --- Read state -------------------------------------------------------------------------------------------------------


def unread(user: Any) -> int:
    return Remark.objects.unread_by(user).count()


def test_message_is_unread_for_the_other_side_until_it_is_opened(help_):
    help_.ask()
    help_.ask("Und noch etwas.")
    before = unread(help_.officer), unread(help_.applicant)
    help_.page(help_.officer)
    opened = unread(help_.officer)
    help_.answer()
    after = unread(help_.officer), unread(help_.applicant)
    help_.page(help_.applicant)

    assert (before, opened, after, unread(help_.applicant)) == ((2, 0), 0, (0, 1), 0)


def test_unread_messages_are_counted_in_the_menu_of_both_sides(help_):
    help_.ask()
    help_.answer()

    def counted(user: Any) -> list[int]:
        client = Client()
        client.force_login(user)
        return [entry.count for entry in client.get(reverse("tasks")).context["frame"]["nav"] if entry.count]

    assert (counted(help_.applicant), counted(help_.officer)) == ([1], [1])
    help_.page(help_.applicant)
    help_.page(help_.officer)
    assert (counted(help_.applicant), counted(help_.officer)) == ([], [])


def test_refresh_in_the_background_reads_nothing(help_):
    help_.ask()
    client = Client()
    client.force_login(help_.officer)

    client.get(reverse("review:conversation", args=[help_.draft.pk]), headers={"HX-Request": "true"})

    assert unread(help_.officer) == 1


def test_auditor_looks_without_a_trace(help_):
    auditor = make_user(help_.town, Role.AUDITOR)
    case = make_application(help_.programme, help_.organisation, state=State.SUBMITTED)
    operations.write(case, "Eine Frage.", by=help_.applicant)
    client = Client()
    client.force_login(auditor)

    client.get(reverse("review:conversation", args=[case.pk]))

    assert not Reading.objects.filter(user=auditor).exists()


def waiting(user: Any) -> list[str]:
    user.forget_rights()
    return [task.what for task in tasks_of(user) if "/conversation/" in task.url]


def test_question_waits_for_the_officer_until_it_is_answered(help_):
    help_.ask()
    help_.page(help_.officer)
    before = waiting(help_.officer)

    help_.answer()

    assert (len(before), waiting(help_.officer)) == (1, [])


def test_thank_you_needs_no_answer(help_):
    help_.ask("Danke!")

    operations.needs_no_answer(help_.draft, by=help_.officer)

    assert waiting(help_.officer) == []


def test_answer_and_proposal_stand_in_the_applicants_tasks(help_):
    help_.ask()
    help_.answer()
    answered = len(waiting(help_.applicant))
    proposal = help_.propose()
    help_.page(help_.applicant)
    proposed = len(waiting(help_.applicant))
    operations.leave_proposal(proposal, by=help_.applicant)

    assert (answered, proposed, waiting(help_.applicant)) == (1, 1, [])


# --- Mails ------------------------------------------------------------------------------------------------------------


def told() -> list[tuple[str, str]]:
    return list(Message.objects.filter(kind="message").order_by("pk").values_list("recipient", "language"))


def test_mail_about_news_is_in_the_language_of_the_recipient_and_leads_there(help_):
    help_.page(help_.applicant, text="Was gehört zu den Zielen?", section="idea")
    help_.page(help_.officer, text="Eine Zahl hilft.", section="idea")

    mails = Message.objects.filter(kind="message").order_by("pk")

    assert told() == [(help_.officer.email, "de"), (help_.applicant.email, "tr")]
    address = settings.SITE_URL + reverse("review:conversation", args=[help_.draft.pk])
    assert [address in mail.body for mail in mails] == [True, True]
    assert ["Zahl" in mail.body for mail in mails] == [False, False]


def test_several_messages_within_a_quarter_of_an_hour_make_one_mail(help_):
    for minute in (0, 3, 9, 14, 20):
        with clock.at(NOON + timedelta(minutes=minute)):
            help_.ask(f"Nach {minute} Minuten.")

    assert told() == [(help_.officer.email, "de")] * 2


def test_message_after_the_conversation_was_opened_is_news_again(help_):
    with clock.at(NOON):
        help_.ask()
    with clock.at(NOON + timedelta(minutes=3)):
        help_.page(help_.officer)
    with clock.at(NOON + timedelta(minutes=5)):
        help_.ask("Noch etwas.")

    assert len(told()) == 2


def test_mail_goes_to_the_officer_of_the_case_and_to_all_who_write_for_the_group(help_):
    make_user(help_.town, Role.OFFICER)
    make_user(make_town(), Role.OFFICER)
    for right in ("edit", "view"):
        person = make_user(email=f"{right}@group.example")
        Membership.objects.create(municipality=help_.town, organisation=help_.organisation, user=person, right=right)
    help_.draft.assigned_to = help_.officer
    help_.draft.save()

    help_.ask()
    help_.answer()

    assert sorted(told()) == sorted(
        [(help_.officer.email, "de"), (help_.applicant.email, "tr"), ("edit@group.example", "de")]
    )


# --- Attachments ------------------------------------------------------------------------------------------------------


def test_attachment_is_written_anew_and_served_to_readers_only(help_):
    photo = SimpleUploadedFile("foto.jpg", jpeg(), "image/jpeg")

    response = help_.page(help_.applicant, text="", section="", chosen=photo)

    file = Attachment.objects.get()
    stranger, reader = Client(), Client()
    stranger.force_login(make_user())
    reader.force_login(help_.officer)
    url = reverse("review:attachment", args=[file.key])
    answers = [client.get(url) for client in (stranger, reader)]
    content = b"".join(answers[1].streaming_content)
    assert response.status_code == 302
    assert [answer.status_code for answer in answers] == [404, 200]
    assert (file.name, b"Exif" in content) == ("foto.jpg", False)
    assert help_.draft.uploads.count() == 0


def test_refused_file_keeps_the_text_and_writes_nothing(help_):
    response = help_.page(help_.applicant, text="Mein Text.", chosen=SimpleUploadedFile("a.pdf", b"GIF89a"))

    assert response.status_code == 200
    assert response.context["form"]["text"].value() == "Mein Text."
    assert "chosen" in response.context["form"].errors
    assert not Remark.objects.exists()


def test_more_files_than_fit_are_refused_with_a_sentence(help_):
    with pytest.raises(Refused, match="5"):
        operations.write(help_.draft, "", by=help_.applicant, files=[("a.jpg", jpeg())] * 6)


def test_empty_message_is_refused(help_):
    assert help_.page(help_.applicant, text="  ").context["form"].errors
    with pytest.raises(Refused):
        operations.write(help_.draft, " ", by=help_.applicant)


# --- Proposed wordings ------------------------------------------------------------------------------------------------


def click(user: Any, proposal: Proposal, **data: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse("review:proposal", args=[proposal.pk]), data)


def test_proposal_is_taken_with_one_click_and_the_history_names_both(help_):
    help_.ask()
    proposal = help_.propose("Zwölf Führungen.")

    response = click(help_.applicant, proposal, act="take")

    help_.reload()
    last = help_.draft.history.latest()
    page = help_.page(help_.applicant).content.decode()
    event = Event.objects.get(kind="application.proposal_taken")
    details = EventDetails.objects.get(event=event).details
    assert response.status_code == 302
    assert help_.draft.goals == "Zwölf Führungen."
    assert last.history_user == help_.applicant
    assert last.history_change_reason == f"idea: proposal {proposal.pk} of person {help_.officer.pk}"
    assert (event.actor, details["proposed_by"]) == (help_.applicant.pk, help_.officer.pk)
    assert page.count("Sabine Köster") >= 2


def test_proposal_form_is_prefilled_with_the_present_answer(help_):
    help_.ask()
    client = Client()
    client.force_login(help_.officer)

    form = client.get(reverse("review:propose", args=[help_.draft.pk, "goals"])).context["form"]

    assert form.initial["text"] == "Viele Führungen."


def test_unchanged_wording_is_no_proposal(help_):
    help_.ask()

    with pytest.raises(Refused):
        help_.propose("Viele Führungen.")


def test_proposal_that_is_left_changes_nothing(help_):
    help_.ask()
    proposal = help_.propose()

    click(help_.applicant, proposal, act="leave")

    help_.reload()
    proposal.refresh_from_db()
    assert (help_.draft.goals, proposal.status, proposal.settled_by) == ("Viele Führungen.", "left", help_.applicant)


def test_proposal_is_taken_once(help_):
    help_.ask()
    proposal = help_.propose()
    click(help_.applicant, proposal, act="take")
    save_answers(help_.draft, "idea", Sent(values={"goals": "Wieder meins."}), by=help_.applicant)

    response = click(help_.applicant, proposal, act="take")

    help_.reload()
    assert response.status_code == 302
    assert help_.draft.goals == "Wieder meins."
    with pytest.raises(Refused):
        operations.leave_proposal(proposal, by=help_.applicant)


def test_proposal_for_an_answer_that_changed_shows_both_and_is_taken_knowingly(help_):
    help_.ask()
    proposal = help_.propose("Zwölf Führungen.")
    save_answers(help_.draft, "idea", Sent(values={"goals": "Dreizehn Führungen."}), by=help_.applicant)

    first = click(help_.applicant, proposal, act="take")
    page = first.content.decode()
    help_.reload()
    kept = help_.draft.goals
    second = click(help_.applicant, proposal, act="take", over=first.context["over"])

    help_.reload()
    assert first.status_code == 200
    assert ("Zwölf Führungen." in page, "Dreizehn Führungen." in page) == (True, True)
    assert kept == "Dreizehn Führungen."
    assert (second.status_code, help_.draft.goals) == (302, "Zwölf Führungen.")


def test_proposal_is_not_taken_over_an_answer_nobody_has_seen(help_):
    help_.ask()
    proposal = help_.propose()
    save_answers(help_.draft, "idea", Sent(values={"goals": "Ganz anders."}), by=help_.applicant)

    with pytest.raises(operations.AnswerChanged):
        operations.take_proposal(proposal, by=help_.applicant, over=fingerprint("Noch ein Stand."))


def test_newer_proposal_for_an_answer_replaces_the_older(help_):
    help_.ask()
    first = help_.propose("Zwölf Führungen.")

    help_.propose("Zwölf Führungen mit 180 Gästen.")

    first.refresh_from_db()
    assert first.status == "left"


def test_proposal_keeps_the_state_of_its_section(help_):
    help_.ask()
    proposal = help_.propose()

    operations.take_proposal(proposal, by=help_.applicant)

    help_.reload()
    assert not help_.draft.progress("idea").done


def test_proposal_belongs_to_the_group_alone(help_):
    help_.ask()
    proposal = help_.propose()
    stranger, viewer = make_user(), make_user()
    make_organisation(help_.town, stranger)
    Membership.objects.create(municipality=help_.town, organisation=help_.organisation, user=viewer, right="view")

    found = [click(user, proposal, act="take").status_code for user in (stranger, viewer, help_.officer)]

    assert found == [404, 403, 403]


def test_proposal_after_sending_is_refused_on_both_sides(help_):
    help_.ask()
    proposal = help_.propose()
    Application.objects.filter(pk=help_.draft.pk).update(state=State.SUBMITTED, file_number="FT-2026-0001")
    help_.reload()

    with pytest.raises(Refused):
        operations.take_proposal(proposal, by=help_.applicant)
    with pytest.raises(Refused):
        operations.propose(help_.draft, "goals", "Anders.", by=help_.officer)


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_list_of_conversations_marks_what_is_new_for_each_side(help_):
    help_.ask()
    other = make_application(help_.programme, help_.organisation)
    operations.write(other, "Noch eine Frage.", by=help_.applicant)
    help_.answer()

    def rows(user: Any) -> list[tuple[int, int, bool]]:
        client = Client()
        client.force_login(user)
        found = client.get(reverse("review:conversations")).context["rows"]
        return [(row["application"].pk, row["unread"], bool(row["waits"])) for row in found]

    assert rows(help_.officer) == [(help_.draft.pk, 1, False), (other.pk, 1, True)]
    assert rows(help_.applicant) == [(help_.draft.pk, 1, False), (other.pk, 0, False)]


def test_wording_is_proposed_only_for_questions_the_form_asks(help_):
    help_.ask()
    client = Client()
    client.force_login(help_.officer)
    statuses = {}
    for short in (True, False):
        type(help_.programme).objects.update(short_form_cents=2_000_00 if short else 0)
        statuses[short] = [
            client.get(reverse("review:propose", args=[help_.draft.pk, field])).status_code
            for field in ("summary", "need", "officer_note")
        ]

    assert statuses == {True: [200, 404, 404], False: [200, 200, 404]}
