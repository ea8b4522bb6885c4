"""The counter: who may help whom, what the officer sees, and that only the applicant can confirm."""

import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.models import Application, Consent, Invitation
from applications.operations import DECLARATIONS
from applications.uploads import UploadRefused
from applications.workflow import State
from funding import clock
from funding.clock import BERLIN
from funding.gate import Refused, perform
from funding.models import Event, Message
from tests.factories import make_application, make_group, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 12, 15, 10, 0, tzinfo=BERLIN)


@pytest.fixture(autouse=True)
def _in_december_in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(NOW), translation.override("en"):
        yield


@pytest.fixture
def town():
    return make_town()


@pytest.fixture
def officer(town):
    return make_user(town, "officer")


def begin(programme, officer, **more):
    return operations.assist(programme, by=officer, **more)


@pytest.fixture
def draft(town, officer):
    """A whole draft at the counter, for a known organisation with a mail address."""
    organisation = make_organisation(town, email="vorstand@kinderzeit.example")
    case = begin(make_programme(town), officer, organisation=organisation, email="vorstand@kinderzeit.example")
    whole = make_application(case.programme, organisation, assisted="open", declared={})
    case.assistances.update(application=whole)
    return whole


def code_in(message) -> str:
    return re.search(r"\b\d{6}\b", message.body)[0]


def confirm(draft, officer, code, **more):
    answers = {"declared": DECLARATIONS, "consents": ["photos"]} | more
    return operations.confirm_by_code(draft, code, by=officer, **answers)


def pdf() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(written)
    return written.getvalue()


# --- Beginning --------------------------------------------------------------------------------------------------------


def test_assist_marks_who_helps_and_since_when_and_is_no_paper(town, officer):
    case = begin(make_programme(town), officer)

    assistance = case.assistances.get()
    assert (case.assisted, case.paper, case.created_by) == ("open", False, officer)
    assert (assistance.officer, assistance.begun_at) == (officer, NOW)
    assert Event.objects.filter(kind="application.assist").get().actor == officer.pk


def test_assist_of_a_new_group_with_an_address_invites_it_to_go_on_alone(client, town, officer):
    case = begin(make_programme(town), officer, email="Neu@Gruppe.example")
    applicant = make_user(email="neu@gruppe.example")

    operations.accept_invitation(Invitation.objects.get(), by=applicant)

    assert Application.objects.get(pk=case.pk).assisted == "taken-over"
    assert applicant.right_in(case.organisation_id) == "submit"
    client.force_login(officer)
    assert client.get(reverse("applications:detail", args=[case.pk])).status_code == 404


def test_assist_by_anybody_but_an_officer_is_forbidden(town):
    programme = make_programme(town)

    for person in (make_user(), make_user(town, "decider"), make_user(make_town(), "officer")):
        with pytest.raises(PermissionDenied):
            begin(programme, person)


def test_assist_of_ones_own_group_is_refused(town, officer):
    with pytest.raises(Refused, match="ask a colleague"):
        begin(make_programme(town), officer, organisation=make_organisation(town, officer))


def test_assist_of_a_known_group_with_a_strange_address_is_refused(town, officer):
    with pytest.raises(Refused, match="do not know this address"):
        begin(make_programme(town), officer, organisation=make_organisation(town), email="x@strange.example")


# --- Seeing and writing -----------------------------------------------------------------------------------------------


def test_draft_at_the_counter_is_open_to_officers_of_the_town_alone(client, draft, town, officer):
    people = {
        "officer": officer,
        "colleague": make_user(town, "officer"),
        "decider": make_user(town, "decider"),
        "auditor": make_user(town, "auditor"),
        "elsewhere": make_user(make_town(), "officer"),
    }
    statuses = {}
    for name, person in people.items():
        client.force_login(person)
        statuses[name] = client.get(reverse("applications:edit", args=[draft.pk, "idea"])).status_code

    assert statuses == {"officer": 200, "colleague": 200, "decider": 404, "auditor": 404, "elsewhere": 404}


def test_read_back_shows_every_answer_and_where_the_code_goes(client, draft, officer):
    client.force_login(officer)

    page = client.get(reverse("applications:read-back", args=[draft.pk])).text

    organisation = draft.organisation
    read = [draft.title, draft.summary, organisation.name, organisation.street, organisation.account_holder]
    assert [answer for answer in [*read, "vorstand@kinderzeit.example"] if answer not in page] == []


def test_officer_of_the_group_cannot_confirm_for_it(client, draft, town):
    biased = make_user(town, "officer")
    draft.organisation.memberships.create(municipality=town, user=biased, right="view")
    client.force_login(biased)

    assert client.get(reverse("applications:read-back", args=[draft.pk])).status_code == 403


def test_officer_cannot_send_the_draft_without_its_applicant(client, draft, officer):
    client.force_login(officer)

    with pytest.raises(PermissionDenied):
        operations.send_in(draft, by=officer, declared=DECLARATIONS, consents=[])
    operations.declare(draft, DECLARATIONS, by=officer)
    with pytest.raises(PermissionDenied):
        operations.submit(draft, by=officer)
    assert client.get(reverse("applications:check", args=[draft.pk])).url.endswith("/read-back/")


# --- Confirming by code -----------------------------------------------------------------------------------------------


def test_confirm_by_code_sends_it_once_and_says_how(draft, officer):
    operations.send_confirmation_code(draft, by=officer, language="en")
    code = code_in(mail.outbox[-1])

    sent = confirm(draft, officer, code)

    submission = sent.submissions.get()
    assert (sent.state, sent.assisted, submission.submitted_by) == (State.SUBMITTED, "sent", officer)
    assert submission.snapshot["confirmed"] == {
        "how": "code",
        "at": NOW.astimezone(UTC).isoformat(),
        "officer": officer.pk,
    }
    assert sorted(sent.declared) == sorted(DECLARATIONS)
    assert Consent.objects.get().given_by is None
    kinds = Event.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["application.confirm", "application.submit"]
    with pytest.raises(PermissionDenied):
        confirm(draft, officer, code)


def test_code_goes_to_the_applicant_and_stands_nowhere_an_officer_looks(draft, officer):
    operations.send_confirmation_code(draft, by=officer, language="en")

    code = code_in(mail.outbox[-1])
    assert mail.outbox[-1].to == ["vorstand@kinderzeit.example"]
    assert [message.pk for message in Message.objects.all() if code in message.subject + message.body] == []
    assert code not in str(draft.assistances.values())


def test_code_that_is_wrong_is_refused_five_times_and_then_also_the_right_one(draft, officer):
    operations.send_confirmation_code(draft, by=officer)
    code = code_in(mail.outbox[-1])
    wrong = "000000" if code != "000000" else "111111"

    for _time in range(5):
        with pytest.raises(Refused, match="not right"):
            confirm(draft, officer, wrong)
    with pytest.raises(Refused, match="wrong five times"):
        confirm(draft, officer, code)

    assert Application.objects.get(pk=draft.pk).state == State.DRAFT


def test_code_that_is_old_or_for_other_answers_or_replaced_is_refused(draft, officer):
    operations.send_confirmation_code(draft, by=officer)
    first = code_in(mail.outbox[-1])
    with clock.at(NOW + timedelta(minutes=16)), pytest.raises(Refused, match="older than a quarter"):
        confirm(draft, officer, first)

    Application.objects.filter(pk=draft.pk).update(title="Etwas anderes")
    with pytest.raises(Refused, match="answers have changed"):
        confirm(draft, officer, first)


def test_codes_are_sent_five_times_at_most(draft, officer):
    for _time in range(5):
        operations.send_confirmation_code(draft, by=officer)

    with pytest.raises(Refused, match="Five codes"):
        operations.send_confirmation_code(draft, by=officer)


def test_code_without_an_address_is_refused_with_the_way_out(town, officer):
    case = begin(make_programme(town), officer)

    with pytest.raises(Refused, match="sign the printed page"):
        operations.send_confirmation_code(case, by=officer)


# --- Confirming by signature ------------------------------------------------------------------------------------------


def test_confirm_by_signature_keeps_the_signed_page_with_the_case(client, draft, officer):
    client.force_login(officer)
    page = SimpleUploadedFile("unterschrift.pdf", pdf())

    address = reverse("applications:confirm", args=[draft.pk, "signature"])
    answer = client.post(address, {"declared": "on", "version": draft.version, "signed": page})

    sent = Application.objects.get(pk=draft.pk)
    assistance = sent.assistances.get()
    assert (answer.status_code, sent.state) == (302, State.SUBMITTED)
    assert (assistance.confirmed, assistance.signed) == ("signature", sent.uploads.get())


def test_confirm_by_signature_with_a_bad_file_or_without_a_tick_sends_nothing(client, draft, officer):
    answers = {"by": officer, "name": "x.pdf", "declared": DECLARATIONS, "consents": []}
    with pytest.raises(UploadRefused):
        operations.confirm_by_signature(draft, content=b"GIF89a", **answers)
    client.force_login(officer)

    page = SimpleUploadedFile("unterschrift.pdf", pdf())
    answer = client.post(reverse("applications:confirm", args=[draft.pk, "signature"]), {"version": 0, "signed": page})

    assert list(answer.context["form"].errors) == ["declared"]
    assert Application.objects.get(pk=draft.pk).state == State.DRAFT


# --- Afterwards -------------------------------------------------------------------------------------------------------


def test_case_that_came_back_is_changed_together_again(draft, officer):
    operations.send_confirmation_code(draft, by=officer)
    sent = confirm(draft, officer, code_in(mail.outbox[-1]))
    returned = perform(
        sent, "return_for_changes", by=officer, reason="?", sections={"when": "Wann?"}, answer_by=NOW.date()
    )
    assert operations.may_be_written(returned, officer) is False

    again = operations.assist_again(returned, by=officer)
    operations.send_confirmation_code(again, by=officer)
    twice = confirm(again, officer, code_in(mail.outbox[-1]))

    assert (twice.state, twice.submissions.count(), twice.file_number) == (State.SUBMITTED, 2, sent.file_number)


def test_take_over_ends_what_the_office_sees(client, town, officer):
    applicant = make_user()
    case = begin(make_programme(town), officer, organisation=make_organisation(town, applicant))
    client.force_login(applicant)

    client.post(reverse("applications:take-over", args=[case.pk]))

    seen = [Application.objects.visible_to(person).filter(pk=case.pk).count() for person in (applicant, officer)]
    assert seen == [1, 0]


# --- A group that is no association -----------------------------------------------------------------------------------


def test_group_has_to_declare_that_it_answers_together(town):
    applicant = make_user()
    case = make_application(make_programme(town), make_group(town, applicant), declared={})

    operations.declare(case, DECLARATIONS, by=applicant)
    without = operations.missing_answers(Application.objects.get())
    operations.declare(case, [*DECLARATIONS, "joint"], by=applicant)

    assert (without, operations.missing_answers(Application.objects.get())) == (["missing-declarations"], [])


def test_group_page_names_the_people_and_association_has_none(client, town):
    applicant = make_user()
    programme = make_programme(town)
    group = make_application(programme, make_group(town, applicant))
    association = make_application(programme, make_organisation(town, applicant))
    client.force_login(applicant)

    page = client.get(reverse("applications:group", args=[group.pk]))
    paper = client.get(reverse("applications:agreement", args=[group.pk]))

    assert ("Leyla Aydın" in page.text, "Jonas Brink" in page.text, paper.content[:5]) == (True, True, b"%PDF-")
    assert client.get(reverse("applications:group", args=[association.pk])).status_code == 404
