"""The applicants' pages: writing, checking, sending, files and letters, each with its refusals."""

import hashlib
import io
from datetime import date, datetime

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from applications import operations
from applications.models import Application, Consent, Membership, Organisation
from applications.operations import Sent
from applications.workflow import State
from funding import clock
from funding.clock import BERLIN
from funding.gate import perform
from tests.factories import (
    CHILDCARE,
    make_application,
    make_letter,
    make_organisation,
    make_plan,
    make_programme,
    make_round,
    make_town,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = date(2025, 12, 15)


@pytest.fixture(autouse=True)
def _in_december_in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with clock.at(DAY), translation.override("en"):
        yield


@pytest.fixture
def town():
    return make_town()


@pytest.fixture
def programme(town):
    return make_programme(town)


@pytest.fixture
def applicant():
    return make_user()


@pytest.fixture
def draft(town, programme, applicant):
    return make_application(programme, make_organisation(town, applicant))


@pytest.fixture
def officer(town):
    return make_user(town, "officer")


def url(name: str, *args) -> str:
    return reverse(name if name in ("case", "document", "upload-file") else f"applications:{name}", args=args)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]] if response.context else []


# --- The list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_an_applicant_takes_the_same_queries_for_any_number(
    client, town, programme, applicant, rows, django_assert_num_queries
):
    organisation = make_organisation(town, applicant)
    for _row in range(rows):
        make_application(programme, organisation, state=State.SUBMITTED)
    client.force_login(applicant)

    with django_assert_num_queries(8):
        response = client.get(url("list"))

    assert len(response.context["rows"]) == rows


def test_list_shows_people_their_cases_and_staff_what_was_sent(client, town, programme, applicant, officer, draft):
    foreign = make_application(programme, make_organisation(town), state=State.SUBMITTED, title="Fremd")

    client.force_login(applicant)
    own = client.get(url("list"))
    client.force_login(officer)
    staff = client.get(url("list"))

    assert [(row[0], row[1]) for row in own.context["rows"]] == [(draft, "Not sent yet")]
    assert [(row[0], row[1]) for row in staff.context["rows"]] == [(foreign, "Received")]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"q": "FEST königsborn"}, ["Fest"]),
        ({"state": "returned"}, ["Fest"]),
        ({"year": "2027"}, ["Chor"]),
        ({"q": "nichts"}, []),
        ({"state": "no-such-state"}, ["Chor", "Fest"]),
    ],
)
def test_list_filters_by_words_state_and_year(client, town, programme, officer, query, titles):
    organisation = make_organisation(town)
    make_application(programme, organisation, state=State.RETURNED, title="Fest")
    make_application(programme, organisation, state=State.SUBMITTED, title="Chor", year=2027, district="Massen")
    client.force_login(officer)

    response = client.get(url("list"), query)

    assert [row[0].title for row in response.context["rows"]] == titles


# --- Beginning ------------------------------------------------------------------------------------------------------


def test_create_for_a_new_group_makes_draft_organisation_and_membership(client, programme, applicant):
    client.force_login(applicant)

    before = client.get(url("create", programme.pk))
    response = client.post(url("create", programme.pk))

    application = Application.objects.get()
    assert before.status_code == 200
    assert response.url == url("detail", application.pk)
    assert (application.paper, application.organisation.email) == (False, applicant.email)
    assert Membership.objects.get().user == applicant


def test_create_for_an_organisation_of_others_is_refused_in_the_form(client, town, programme, applicant):
    foreign = make_organisation(town)
    make_organisation(town, applicant)
    client.force_login(applicant)

    response = client.post(url("create", programme.pk), {"organisation": foreign.pk})

    assert "organisation" in response.context["form"].errors
    assert Application.objects.count() == 0


def test_create_by_the_officer_records_paper_and_joins_nobody(client, town, programme, officer):
    organisation = make_organisation(town)
    client.force_login(officer)

    client.post(url("create", programme.pk), {"organisation": organisation.pk})
    client.post(url("create", programme.pk))

    assert list(Application.objects.values_list("paper", flat=True)) == [True, True]
    assert (Membership.objects.count(), Organisation.objects.count()) == (0, 2)


@pytest.mark.parametrize("role", ["decider", "verifier", "authoriser", "cashier", "auditor", "administrator"])
def test_create_by_who_decides_pays_or_looks_on_is_forbidden(client, town, programme, role):
    client.force_login(make_user(town, role))

    assert client.post(url("create", programme.pk)).status_code == 403


# --- Writing --------------------------------------------------------------------------------------------------------


def test_detail_of_a_new_draft_lists_the_sections_and_what_is_missing(client, programme, applicant):
    application = operations.start(programme, by=applicant)
    client.force_login(applicant)

    response = client.get(url("detail", application.pk))

    assert [(task.title, task.status) for task in response.context["tasks"]] == [
        ("Who you are", "not started"),
        ("Your idea", "not started"),
        ("When and where", "not started"),
        ("For whom", "not started"),
        ("What it costs", "not started"),
        ("Bank account", "not started"),
        ("Check and send", "not ready yet"),
    ]
    assert response.context["points"] == []


def test_detail_of_a_half_written_draft_says_what_is_missing_in_what_was_begun(client, town, programme, applicant):
    organisation = make_organisation(town, applicant, iban="")
    application = make_application(programme, organisation, summary="", start=None, end=None, plan=((), ()))
    client.force_login(applicant)

    response = client.get(url("detail", application.pk))

    assert [point.sentence for point in response.context["points"]] == [
        "Please describe your project in a few sentences.",
        "The IBAN is missing. It stands on the bank card and on every statement.",
    ]


def test_detail_of_a_returned_case_marks_only_what_was_asked_for(client, town, programme, applicant, officer, draft):
    sent = operations.submit(draft, by=applicant)
    sent = perform(
        sent,
        "return_for_changes",
        by=officer,
        reason="Bitte noch einmal.",
        sections={"when": "Wann genau?"},
        answer_by=date(2026, 1, 5),
    )
    client.force_login(applicant)

    before = client.get(url("detail", draft.pk)).context
    operations.save_answers(sent, "when", Sent({"place": "Marktplatz"}), by=applicant)
    after = client.get(url("detail", draft.pk)).context

    assert [(str(title), reason) for title, _url, reason in before["changes"]] == [("When and where", "Wann genau?")]
    statuses = ["done", "done", "change wanted", "in progress", "done", "done", "ready to send"]
    assert [task.status for task in before["tasks"]] == statuses
    assert after["tasks"][2].status == "changed"


def test_detail_of_a_sent_case_leads_to_the_case(client, applicant, draft):
    operations.submit(draft, by=applicant)
    client.force_login(applicant)

    assert client.get(url("detail", draft.pk)).url == url("case", draft.pk)


@pytest.mark.parametrize("name", ["detail", "check", "upload"])
def test_page_of_a_foreign_case_does_not_exist(client, draft, officer, name):
    for stranger in (make_user(), officer, make_user(make_town(), "officer")):
        client.force_login(stranger)
        assert client.get(url(name, draft.pk)).status_code == 404


@pytest.mark.parametrize("name", ["check", "upload"])
def test_writing_by_who_may_only_read_is_forbidden(client, town, draft, name):
    reader = make_user()
    Membership.objects.create(municipality=town, organisation=draft.organisation, user=reader, right="view")
    client.force_login(reader)

    assert client.get(url(name, draft.pk)).status_code == 403
    assert client.get(url("edit", draft.pk, "idea")).status_code == 403


def test_edit_unknown_section_does_not_exist(client, applicant, draft):
    client.force_login(applicant)

    assert client.get(url("edit", draft.pk, "nonsense")).status_code == 404


ORGANISATION = {
    "name": "Radgruppe",
    "legal_form": "unregistered",
    "representatives": "Leyla  Aydın\n\nJonas Brink",
    "street": "Berliner Allee 28",
    "postal_code": "59425",
    "city": "Unna",
    "email": "",
    "phone": "",
}
WHEN = {
    **{"start_day": "11", "start_month": "4", "start_year": "2026"},
    **{"end_day": "31", "end_month": "10", "end_year": "2026"},
    "place": "Kurpark",
    "district": "Königsborn",
}


def test_edit_organisation_keeps_the_answers_and_goes_on(client, programme, applicant):
    application = operations.start(programme, by=applicant)
    client.force_login(applicant)

    response = client.post(
        url("edit", application.pk, "organisation"), {**ORGANISATION, "version": application.version, "go": "1"}
    )

    organisation = Organisation.objects.get()
    assert response.url == url("group", application.pk)
    assert (organisation.name, organisation.representatives) == ("Radgruppe", ["Leyla Aydın", "Jonas Brink"])
    assert Application.objects.get().progress("organisation").done


def test_edit_when_coming_back_later_keeps_half_an_answer_and_calls_it_begun(client, programme, applicant):
    application = operations.start(programme, by=applicant)
    client.force_login(applicant)
    half = WHEN | {"end_day": "", "end_month": "", "end_year": ""}

    refused = client.post(url("edit", application.pk, "when"), {**half, "version": 0, "go": "1"})
    saved = client.post(url("edit", application.pk, "when"), {**half, "version": 0, "later": "1"})

    assert refused.context["form"].errors == {"end": ["Please answer this question."]}
    assert saved.url == url("detail", application.pk)
    application = Application.objects.get(pk=application.pk)
    assert (application.start, application.progress("when").done) == (date(2026, 4, 11), False)
    assert client.get(saved.url).context["tasks"][2].status == "in progress"


def test_edit_when_with_dates_reversed_is_refused_and_keeps_what_was_typed(client, applicant, draft):
    client.force_login(applicant)

    response = client.post(
        url("edit", draft.pk, "when"), {**WHEN, "end_year": "2025", "place": "Kurpark hinten", "version": 0}
    )

    assert "ends before" not in str(response.context["form"].errors)
    assert list(response.context["form"].errors) == ["end"]
    assert 'value="Kurpark hinten"' in response.content.decode()


def test_edit_from_the_check_page_leads_back_to_it(client, applicant, draft):
    client.force_login(applicant)

    response = client.post(url("edit", draft.pk, "when") + "?from=check", {**WHEN, "version": 0})

    assert response.url == url("check", draft.pk)


def test_edit_after_somebody_else_saved_keeps_the_text_and_saves_at_the_second_try(client, applicant, draft):
    operations.save_answers(draft, "when", Sent({"place": "Bücherei"}), by=applicant)
    client.force_login(applicant)

    first = client.post(url("edit", draft.pk, "when"), {**WHEN, "version": 0})
    version = first.context["form"]["version"].value()
    second = client.post(url("edit", draft.pk, "when"), {**WHEN, "version": version})

    assert first.context["form"].non_field_errors() == [
        "Somebody saved something here while you were writing. Your answers are still below: save again."
    ]
    assert second.status_code == 302
    draft = Application.objects.get(pk=draft.pk)
    assert draft.place == "Kurpark"


def test_edit_after_sending_leads_to_the_case(client, applicant, draft):
    operations.submit(draft, by=applicant)
    client.force_login(applicant)

    response = client.post(url("edit", draft.pk, "when"), {**WHEN, "version": 0})

    assert response.url == url("case", draft.pk)
    assert Application.objects.get().place == ""


def test_edit_idea_and_people_keep_lists_and_answers(client, programme, applicant):
    programme.taxonomies = {"action_fields": ["Wohnen"], "life_phases": ["Geburt", "Schule"]}
    programme.save()
    application = operations.start(programme, by=applicant)
    client.force_login(applicant)
    idea = {"title": "Fest", "language": "tr", "summary": "Bir şenlik.", "action_field": "Wohnen"}

    client.post(url("edit", application.pk, "idea"), {**idea, "life_phases": ["Geburt"], "version": 0})
    client.post(url("edit", application.pk, "people"), {"participants": "80", "public": "no", "version": 1})

    application = Application.objects.get(pk=application.pk)
    assert (application.title, application.language, application.life_phases) == ("Fest", "tr", ["Geburt"])
    assert (application.participants, application.volunteers, application.public) == (80, None, False)


def test_edit_idea_with_a_book_for_a_summary_is_refused_and_kept(client, applicant, draft):
    client.force_login(applicant)

    response = client.post(
        url("edit", draft.pk, "idea"),
        {"title": "Fest", "language": "de", "summary": "x" * 100_000, "action_field": draft.action_field, "version": 0},
    )

    assert list(response.context["form"].errors) == ["summary"]
    assert "x" * 100_000 in response.content.decode()


BANK = {"iban": "DE02 1203 0000 0000 2020 51", "account_holder": "Leyla Aydın", "input_tax": "no"}


def test_edit_bank_keeps_the_iban_without_spaces(client, applicant, draft):
    client.force_login(applicant)

    response = client.post(url("edit", draft.pk, "bank"), {**BANK, "version": 0})

    organisation = Organisation.objects.get()
    assert response.url == url("check", draft.pk)
    assert (organisation.iban, organisation.account_holder) == ("DE02120300000000202051", "Leyla Aydın")


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"iban": "DE03 1203 0000 0000 2020 51"}, "iban"), ({"account_holder": "جمعية الجيران"}, "account_holder")],
)
def test_edit_bank_that_no_transfer_could_reach_is_refused_where_it_is_typed(client, applicant, draft, typed, field):
    client.force_login(applicant)

    response = client.post(url("edit", draft.pk, "bank"), {**BANK, **typed, "version": 0})

    assert list(response.context["form"].errors) == [field]
    assert typed[field] in response.content.decode()
    organisation = Organisation.objects.get()
    kept = {"iban": "DE89370400440532013000", "account_holder": "Kinderzeit Unna e.V."}[field]
    assert (getattr(organisation, field), Application.objects.get().progress("bank").typed) == (kept, typed)


# --- Check and send -------------------------------------------------------------------------------------------------


def declared(application: Application, **more) -> dict:
    return {"version": application.version, "declared": "on", **more}


def test_check_shows_every_answer_and_no_consent_is_ticked(client, applicant, draft):
    client.force_login(applicant)

    response = client.get(url("check", draft.pk))

    form = response.context["form"]
    assert response.context["problems"] == []
    assert [summary["id"] for summary in response.context["summaries"]] == [
        "organisation",
        "idea",
        "when",
        "people",
        "bank",
    ]
    assert [field.value() for field in form.consents()] == [False, False]
    assert (len(form.declarations()), form["declared"].value()) == (5, None)


def test_check_sends_with_file_number_and_the_consents_that_were_ticked(client, applicant, draft):
    client.force_login(applicant)

    response = client.post(url("check", draft.pk), declared(draft, **{"consent-electronic-delivery": "on"}))

    draft = Application.objects.get(pk=draft.pk)
    assert response.url == url("case", draft.pk)
    assert (draft.state, draft.file_number, draft.received_on) == (State.SUBMITTED, "FT-2025-0001", DAY)
    assert list(draft.consents.values_list("kind", flat=True)) == [Consent.Kind.ELECTRONIC]
    [message] = response.wsgi_request._messages
    assert str(message) == (
        "We have your application. Its file number is FT-2025-0001. A receipt comes by mail. Next we check it, "
        "then the board looks at it. You have an answer by Feb. 23, 2026."
    )


def test_check_without_a_declaration_is_refused_and_keeps_the_other_ticks(client, applicant, draft):
    client.force_login(applicant)
    data = declared(draft)
    del data["declared"]

    response = client.post(url("check", draft.pk), data)

    form = response.context["form"]
    assert list(form.errors) == ["declared"]
    assert form["declared"].value() is False
    assert Application.objects.get().state == State.DRAFT


def test_check_with_problems_names_each_and_sends_nothing(client, town, programme, applicant):
    broken = make_organisation(town, applicant, iban="DE00", account_holder="")
    application = make_application(programme, broken, start=date(2025, 12, 1), title="")
    client.force_login(applicant)

    response = client.post(url("check", application.pk), declared(application))

    assert [str(problem[2]) for problem in response.context["problems"]] == [
        "Your idea",
        "Bank account",
        "When and where",
        "Bank account",
    ]
    assert response.context["form"].non_field_errors() == [
        "The application cannot be sent yet. The list says what is missing."
    ]
    assert Application.objects.get().state == State.DRAFT
    assert application.consents.count() == 0


def test_check_sent_a_second_time_makes_one_submission_and_says_so(client, applicant, draft):
    client.force_login(applicant)
    data = declared(draft)

    client.post(url("check", draft.pk), data)
    second = client.post(url("check", draft.pk), data, follow=False)

    assert second.url == url("case", draft.pk)
    assert draft.submissions.count() == 1


def test_check_by_who_may_write_but_not_send_is_forbidden(client, town, draft):
    writer = make_user()
    Membership.objects.create(municipality=town, organisation=draft.organisation, user=writer, right="edit")
    client.force_login(writer)

    assert client.post(url("check", draft.pk), declared(draft)).status_code == 403


def test_check_without_an_open_round_keeps_the_draft_and_says_why(client, programme, applicant, draft):
    programme.rounds.update(closes_on=date(2025, 6, 1))
    client.force_login(applicant)

    response = client.post(url("check", draft.pk), declared(draft))

    assert response.context["form"].non_field_errors() == [
        "No round is open now. Your draft stays as it is, and you can send it in the next round."
    ]


def test_closed_round_is_named_with_the_next_opening_day_on_task_list_and_check_page_and_the_draft_stays(
    client, programme, applicant, draft
):
    programme.rounds.update(closes_on=date(2025, 6, 1))
    make_round(programme, opens_on=date(2026, 2, 1), closes_on=date(2026, 3, 1))
    client.force_login(applicant)
    said = "No round is open now. Your draft stays as it is, and you can send it from Feb. 1, 2026 on."

    pages = [client.get(url(name, draft.pk)) for name in ("detail", "check")]
    refused = client.post(url("check", draft.pk), declared(draft))

    assert [page.context["closed"] for page in pages] == [said, said]
    assert all(said in page.text for page in pages)
    assert refused.context["form"].non_field_errors() == [said]
    kept = Application.objects.get()
    assert (kept.state, kept.title, kept.costs.count()) == ("draft", draft.title, draft.costs.count())


@pytest.mark.parametrize(("language", "offered"), [("de", False), ("tr", True)])
def test_who_writes_in_another_language_is_shown_the_way_to_their_own_german_text(
    client, applicant, draft, language, offered
):
    Application.objects.update(language=language)
    client.force_login(applicant)

    page = client.get(url("detail", draft.pk))

    assert (reverse("review:german-write", args=[draft.pk]) in page.text) is offered


def test_lists_of_the_town_are_read_in_the_readers_language(client, programme, applicant, draft):
    field = "Freizeit / Kultur / Sport / Soziale Netzwerke"
    programme.texts = {"en": {"words": {field: "Leisure", "Geburt": "Birth"}}}
    programme.taxonomies |= {"life_phases": ["Geburt"]}
    programme.save()
    Application.objects.update(life_phases=["Geburt"])
    make_plan(draft, CHILDCARE)  # the long form
    client.force_login(applicant)

    form = client.get(url("edit", draft.pk, "idea")).context["form"]
    checked = client.get(url("check", draft.pk)).text

    assert form.fields["action_field"].choices[1] == (field, "Leisure")
    assert form.fields["life_phases"].choices == [("Geburt", "Birth")]
    assert ("Birth" in checked, "Geburt" in checked) == (True, False)


def test_check_without_costs_says_that_once_and_nothing_that_follows_from_it(client, applicant, draft):
    draft.costs.all().delete()
    client.force_login(applicant)

    problems = [sentence for sentence, _url, _name in client.get(url("check", draft.pk)).context["problems"]]

    assert problems == ["Please write down at least one thing that costs money."]


def test_check_of_a_paper_application_asks_for_the_day_it_came_in(client, town, programme, officer):
    paper = make_application(programme, make_organisation(town), paper=True, declared={})
    client.force_login(officer)
    day = {"received_on_day": "10", "received_on_month": "12", "received_on_year": "2025"}

    future = client.post(url("check", paper.pk), {"version": 0, **day, "received_on_day": "16"})
    response = client.post(url("check", paper.pk), {"version": 0, **day})

    assert list(future.context["form"].errors) == ["received_on"]
    assert response.url == url("case", paper.pk)
    assert Application.objects.get().received_on == date(2025, 12, 10)


def test_receipt_is_a_pdf_for_who_sees_the_case_only(client, applicant, draft, officer):
    operations.submit(draft, by=applicant)

    answers = {}
    for name, person in {"applicant": applicant, "officer": officer, "stranger": make_user()}.items():
        client.force_login(person)
        answers[name] = client.get(url("receipt", draft.pk, 1))

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "applicant": 200,
        "officer": 200,
        "stranger": 404,
    }
    assert answers["applicant"].content.startswith(b"%PDF")
    assert "no-store" in answers["applicant"]["Cache-Control"]


def test_move_withdraw_asks_for_a_reason_and_ends_the_case(client, applicant, draft):
    client.force_login(applicant)

    asked = client.get(url("move", draft.pk, "withdraw"))
    done = client.post(url("move", draft.pk, "withdraw"), {"version": 0, "reason": "Wir schaffen es nicht."})

    assert (asked.status_code, done.url) == (200, url("case", draft.pk))
    assert Application.objects.get().state == State.WITHDRAWN


# --- Files ----------------------------------------------------------------------------------------------------------


def pdf_file(name: str = "Satzung.pdf") -> SimpleUploadedFile:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(written)
    return SimpleUploadedFile(name, written.getvalue(), "application/pdf")


def test_upload_takes_the_good_files_and_lists_the_others_until_they_are_dealt_with(client, applicant, draft):
    client.force_login(applicant)
    gif = SimpleUploadedFile("bild.pdf", b"GIF89a" + b"x" * 50, "application/pdf")

    client.post(url("upload", draft.pk) + "?section=bank", {"chosen": [pdf_file(), gif]})

    [stored] = draft.uploads.all()
    assert (stored.name, stored.section, stored.media_type) == ("Satzung.pdf", "bank", "application/pdf")
    with stored.file.open("rb") as file:
        assert stored.sha256 == hashlib.sha256(file.read()).hexdigest()
    assert "Satzung" not in stored.file.name
    [failed] = draft.failed_uploads.all()
    for page in (
        url("upload", draft.pk),
        url("detail", draft.pk),
        url("edit", draft.pk, "bank"),
        url("check", draft.pk),
    ):
        assert f"<strong><bdi>bild.pdf</bdi></strong>: {failed.sentence}" in client.get(page).text
    client.post(url("dismiss-upload", failed.pk))
    assert draft.failed_uploads.count() == 0


def test_upload_tried_again_with_another_file_clears_the_failed_one(client, applicant, draft):
    client.force_login(applicant)
    gif = SimpleUploadedFile("bild.gif", b"GIF89a", "image/gif")
    client.post(url("upload", draft.pk), {"chosen": [gif]})

    client.post(url("upload", draft.pk) + f"?again={draft.failed_uploads.get().pk}", {"chosen": [pdf_file("neu.pdf")]})

    assert (draft.failed_uploads.count(), draft.uploads.get().name) == (0, "neu.pdf")


def test_upload_of_an_empty_file_says_so_and_stores_the_other(client, applicant, draft):
    client.force_login(applicant)

    client.post(url("upload", draft.pk), {"chosen": [SimpleUploadedFile("leer.pdf", b""), pdf_file()]})

    assert [(file.name, file.reason) for file in draft.failed_uploads.all()] == [("leer.pdf", "empty")]
    assert draft.uploads.count() == 1


def test_upload_without_a_file_says_so(client, applicant, draft):
    client.force_login(applicant)

    response = client.post(url("upload", draft.pk), {})

    assert response.context["upload_form"].errors["chosen"] == ["Please choose at least one file."]


def test_upload_that_is_too_large_is_listed_and_no_byte_of_it_kept(client, applicant, draft, settings):
    settings.UPLOAD_MAX_BYTES = 100
    client.force_login(applicant)

    client.post(url("upload", draft.pk), {"chosen": [pdf_file()]})

    [failed] = draft.failed_uploads.all()
    assert (failed.name, failed.reason, draft.uploads.count()) == ("Satzung.pdf", "large", 0)


def test_upload_of_too_many_large_files_at_once_keeps_none_and_says_so(client, applicant, draft, settings):
    settings.UPLOAD_MAX_REQUEST_BYTES = 1_000
    client.force_login(applicant)

    client.post(url("upload", draft.pk), {"chosen": [pdf_file("a.pdf"), pdf_file("b.pdf")]})

    reasons = [(file.name, file.reason) for file in draft.failed_uploads.all()]
    assert (reasons, draft.uploads.count()) == ([("a.pdf", "together"), ("b.pdf", "together")], 0)


def test_upload_in_place_answers_with_the_files_alone(client, applicant, draft):
    client.force_login(applicant)
    address = url("upload", draft.pk) + "?section=bank"

    response = client.post(address, {"chosen": [pdf_file()]}, headers={"HX-Request": "true", "HX-Target": "files"})

    assert response.text.lstrip().startswith('<section class="kern-stack-md" id="files"')
    assert ("One file is stored." in response.text, "Satzung.pdf" in response.text) == (True, True)


def test_upload_in_place_after_the_session_ended_touches_nothing(client, draft):
    response = client.post(
        url("upload", draft.pk), {"chosen": [pdf_file()]}, headers={"HX-Request": "true", "HX-Target": "files"}
    )

    assert (response.status_code, response.content) == (401, b"")


def test_save_and_add_a_file_keeps_the_answers_first(client, applicant, draft):
    client.force_login(applicant)
    answers = {"version": draft.version, "iban": "", "account_holder": "Leyla Aydın", "input_tax": "no"}

    response = client.post(url("edit", draft.pk, "bank"), answers | {"later": "files"})

    assert response.url == url("upload", draft.pk) + "?section=bank"
    assert Organisation.objects.get(pk=draft.organisation_id).account_holder == "Leyla Aydın"


STATUTES = {"slug": "statutes", "name": "Satzung", "mandatory": True}


def test_wanted_attachment_holds_the_application_until_it_is_there_or_promised(client, applicant, draft):
    draft.programme.attachments = [STATUTES]
    draft.programme.save()
    client.force_login(applicant)

    def answered() -> tuple[list[str], str]:
        fresh = Application.objects.get(pk=draft.pk)
        return operations.missing_answers(fresh), client.get(url("detail", draft.pk)).context["tasks"][-2].status

    before = answered()
    client.post(url("attachment-later", draft.pk, "statutes"))
    promised = answered()
    client.post(url("attachment-later", draft.pk, "statutes"))

    assert [before, promised, answered()] == [
        (["missing-attachments"], "not started"),
        ([], "later"),
        (["missing-attachments"], "not started"),
    ]


def test_promised_attachment_stands_in_the_submission_and_can_be_added_after_sending(client, applicant, draft):
    draft.programme.attachments = [STATUTES]
    draft.programme.save()
    operations.promise_attachment(draft, "statutes", by=applicant)
    sent = operations.submit(draft, by=applicant)
    client.force_login(applicant)

    still = client.get(reverse("case", args=[draft.pk])).text
    client.post(url("upload", draft.pk) + "?wanted=statutes", {"chosen": [pdf_file()]})

    assert sent.submissions.get().snapshot["later"] == ["Satzung"]
    assert "Still to come: Satzung" in still
    assert "Still to come" not in client.get(reverse("case", args=[draft.pk])).text
    now = Application.objects.get()
    assert ([found.is_answered for found in now.attachments], now.attachments_later) == ([True], [])


def test_upload_file_is_saved_not_shown_and_only_by_who_sees_the_case(client, applicant, draft, officer):
    stored = operations.add_upload(draft, by=applicant, name="Satzung.pdf", content=pdf_file().read())

    statuses = {}
    for name, person in {"stranger": make_user(), "officer": officer, "applicant": applicant}.items():
        client.force_login(person)
        response = client.get(url("upload-file", stored.key))
        statuses[name] = response.status_code

    assert statuses == {"stranger": 404, "officer": 404, "applicant": 200}  # a draft belongs to its writers
    assert response["Content-Disposition"] == 'attachment; filename="Satzung.pdf"'
    assert (response["X-Content-Type-Options"], "no-store" in response["Cache-Control"]) == ("nosniff", True)
    assert b"".join(response).startswith(b"%PDF")


def test_remove_upload_takes_it_away_while_the_case_may_be_written(client, applicant, draft):
    stored = operations.add_upload(draft, by=applicant, name="a.pdf", content=pdf_file().read())
    kept = operations.add_upload(draft, by=applicant, name="b.pdf", content=pdf_file().read())
    client.force_login(applicant)

    client.post(reverse("applications:remove-upload", args=[stored.pk]))
    operations.submit(draft, by=applicant)
    late = client.post(reverse("applications:remove-upload", args=[kept.pk]))

    assert late.status_code == 302
    assert [upload.name for upload in draft.uploads.all()] == ["b.pdf"]


def test_remove_upload_of_a_foreign_case_does_not_exist(client, applicant, draft):
    stored = operations.add_upload(draft, by=applicant, name="a.pdf", content=pdf_file().read())
    client.force_login(make_user())

    assert client.post(reverse("applications:remove-upload", args=[stored.pk])).status_code == 404


# --- Letters --------------------------------------------------------------------------------------------------------


@pytest.fixture
def letter(town, programme, applicant):
    case = make_application(programme, make_organisation(town, applicant), state=State.AWARDED)
    issued = datetime(2026, 2, 2, 9, 0, tzinfo=BERLIN)
    return make_letter(case, issued_at=issued, delivery="download", provided_on=date(2026, 2, 2))


def test_document_fetched_in_advance_starts_no_period(client, applicant, letter):
    client.force_login(applicant)

    with clock.at(date(2026, 2, 5)):
        response = client.get(url("document", letter.key))

    letter.refresh_from_db()
    assert (response["Content-Type"].split(";")[0], letter.opened_at, letter.notified_on) == ("text/html", None, None)
    assert "If you open it today, it counts as received on Feb. 6, 2026." in response.context["meaning"]


def test_document_opened_by_its_button_counts_once_and_shows_the_letter(client, applicant, letter):
    client.force_login(applicant)

    with clock.at(date(2026, 2, 5)):
        response = client.post(url("document", letter.key), follow=True)
    with clock.at(date(2026, 2, 9)):
        client.post(url("document", letter.key))

    letter.refresh_from_db()
    assert response.content == b"%PDF-1.7"
    assert (letter.notified_on, letter.remedy_ends_on) == (date(2026, 2, 6), date(2026, 3, 6))


def test_document_opened_by_staff_or_a_reader_does_not_count(client, town, officer, letter):
    reader = make_user()
    Membership.objects.create(
        municipality=town, organisation=letter.application.organisation, user=reader, right="view"
    )

    with clock.at(date(2026, 2, 5)):
        for person in (officer, reader):
            client.force_login(person)
            assert client.get(url("document", letter.key)).content == b"%PDF-1.7"
            client.post(url("document", letter.key))

    letter.refresh_from_db()
    assert letter.opened_at is None


def test_document_of_a_foreign_case_does_not_exist(client, letter):
    for stranger in (make_user(), make_user(make_town(), "officer")):
        client.force_login(stranger)
        assert client.get(url("document", letter.key)).status_code == 404


@pytest.mark.parametrize(
    ("name", "notified"), [("post-letter", date(2026, 2, 6)), ("handover-letter", date(2026, 2, 2))]
)
def test_letter_that_went_out_is_recorded_by_the_officer(client, officer, letter, name, notified):
    client.force_login(officer)
    typed = {"day_day": "2", "day_month": "2", "day_year": "2026"}

    with clock.at(date(2026, 2, 5)):
        early = client.post(url(name, letter.pk), {**typed, "day_day": "1"})
        done = client.post(url(name, letter.pk), typed)
        again = client.post(url(name, letter.pk), typed)

    letter.refresh_from_db()
    assert early.context["form"].errors == {"day": ["The day must lie between Feb. 2, 2026 and Feb. 5, 2026."]}
    assert (done.url, again.url) == (url("case", letter.application_id),) * 2
    assert letter.notified_on == notified


def test_letter_recorded_by_an_applicant_is_forbidden(client, applicant, letter):
    client.force_login(applicant)

    assert client.get(url("post-letter", letter.pk)).status_code == 403
