"""The verbs of an application: what they keep, what follows from them, what they refuse."""

import io
from datetime import date, datetime

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.utils import translation
from django_fsm import TransitionNotAllowed
from PIL import Image

from applications import operations, uploads
from applications.documents import receipt_pdf
from applications.forms import CheckForm
from applications.models import Application, Letter, Membership, Organisation
from applications.operations import DECLARATIONS, CannotSubmit, Sent
from applications.sections import BY_SLUG
from applications.uploads import UploadRefused
from applications.workflow import State
from funding import clock, outbox
from funding.clock import BERLIN
from funding.gate import Refused, Stale, carry_out, perform
from funding.models import Message
from tests.factories import make_application, make_letter, make_organisation, make_programme, make_town, make_user

pytestmark = pytest.mark.django_db

RECEIVED = date(2025, 12, 15)


@pytest.fixture(autouse=True)
def _in_december_in_english():
    with clock.at(RECEIVED), translation.override("en"):
        yield


@pytest.fixture
def town():
    return make_town()


@pytest.fixture
def programme(town):
    return make_programme(town)


@pytest.fixture
def applicant():
    return make_user(email="leyla@wegweiser.example", language="en")


@pytest.fixture
def officer(town):
    return make_user(town, "officer")


@pytest.fixture
def draft(town, programme, applicant):
    return make_application(programme, make_organisation(town, applicant))


@pytest.fixture
def paper(town, programme):
    return make_application(programme, make_organisation(town), paper=True, declared={})


# --- Beginning and writing ------------------------------------------------------------------------------------------


def test_start_for_an_organisation_of_others_is_forbidden(town, programme, applicant):
    with pytest.raises(PermissionDenied):
        operations.start(programme, by=applicant, organisation=make_organisation(town))


def test_start_on_paper_by_an_applicant_gives_no_way_around_membership(town, programme, applicant):
    with pytest.raises(PermissionDenied):
        operations.start(programme, by=applicant, organisation=make_organisation(town), paper=True)


def test_start_on_paper_for_an_organisation_of_another_town_is_forbidden(programme, officer):
    with pytest.raises(PermissionDenied):
        operations.start(programme, by=officer, organisation=make_organisation(make_town()), paper=True)


def test_start_on_paper_by_the_officer_makes_no_member(programme, officer):
    operations.start(programme, by=officer, paper=True)

    assert (Membership.objects.count(), Organisation.objects.get().email) == (0, "")


def test_save_answers_of_a_stranger_is_forbidden(draft, officer):
    for stranger in (make_user(), officer):
        with pytest.raises(PermissionDenied):
            operations.save_answers(draft, "idea", Sent({"title": "Fremd"}), by=stranger)


def test_save_answers_with_an_old_version_is_stale(draft, applicant):
    operations.save_answers(draft, "idea", Sent({"title": "Eins"}, version=0), by=applicant)

    with pytest.raises(Stale):
        operations.save_answers(draft, "idea", Sent({"title": "Zwei"}, version=0), by=applicant)

    assert Application.objects.get().title == "Eins"


def test_save_answers_after_sending_is_refused(draft, applicant):
    operations.submit(draft, by=applicant)

    with pytest.raises(Refused, match="already sent"):
        operations.save_answers(draft, "idea", Sent({"title": "Zu spät"}), by=applicant)


# --- Sending in -----------------------------------------------------------------------------------------------------


def test_submit_gives_file_number_day_promise_year_and_one_receipt(draft, applicant):
    sent = operations.submit(draft, by=applicant)

    assert (sent.state, sent.file_number, sent.received_on) == (State.SUBMITTED, "FT-2025-0001", RECEIVED)
    assert (sent.promised_on, sent.year, sent.round) == (date(2026, 2, 23), 2026, draft.programme.rounds.get())
    assert list(Message.objects.values_list("kind", "recipient")) == [("receipt", "leyla@wegweiser.example")]


def test_submit_mails_the_receipt_with_everything_that_was_sent_as_a_file(draft, applicant, mailoutbox):
    applicant.language = "en"
    applicant.save()

    sent = operations.submit(draft, by=applicant)
    outbox.deliver.call(Message.objects.get().pk)

    [mail] = mailoutbox
    [(name, content, media_type)] = mail.attachments
    assert (name, media_type) == ("FT-2025-0001.pdf", "application/pdf")
    with translation.override("en"):
        assert content == receipt_pdf(sent.submissions.get())


def test_submit_a_second_time_is_not_possible_and_draws_no_number(draft, applicant, town, programme):
    operations.submit(draft, by=applicant)

    with pytest.raises(TransitionNotAllowed):
        operations.submit(draft, by=applicant)

    other = operations.submit(make_application(programme, draft.organisation), by=applicant)
    assert (draft.submissions.count(), other.file_number) == (1, "FT-2025-0002")


def test_submit_with_problems_names_all_of_them_and_draws_no_number(programme, town, applicant):
    organisation = make_organisation(town, applicant, iban="", representatives=[])
    broken = make_application(programme, organisation, title="", start=date(2025, 12, 14), declared={})

    with pytest.raises(CannotSubmit) as refusal:
        operations.submit(broken, by=applicant)

    assert refusal.value.problems == [
        "missing-representatives",
        "missing-title",
        "missing-iban",
        "missing-declarations",
        "already-begun",
    ]
    assert Application.objects.get().file_number == ""


def test_submit_of_paper_keeps_the_day_it_came_in_and_needs_no_round(paper, officer):
    paper.programme.rounds.all().delete()

    sent = operations.submit(paper, by=officer, received_on=date(2025, 12, 1))

    assert (sent.received_on, sent.round) == (date(2025, 12, 1), None)


def test_send_in_records_declarations_and_consents_with_the_submission(draft, applicant):
    draft.declared = {}
    draft.save()

    sent = operations.send_in(draft, by=applicant, declared=DECLARATIONS, consents=["photos"])

    assert sorted(sent.declared) == sorted(DECLARATIONS)
    assert sent.submissions.get().snapshot["consents"] == {"photos": "2026-11"}


def test_send_in_that_is_refused_leaves_nothing_behind(draft, applicant):
    with pytest.raises(CannotSubmit):
        operations.send_in(draft, by=applicant, declared=["true"], consents=["photos"])

    kept = Application.objects.get()
    assert (kept.state, len(kept.declared), kept.consents.count()) == (State.DRAFT, 5, 0)


def test_send_in_a_second_time_says_that_it_was_sent_even_with_an_old_version(draft, applicant):
    operations.send_in(draft, by=applicant, version=0, declared=DECLARATIONS, consents=[])

    with pytest.raises(TransitionNotAllowed):
        operations.send_in(draft, by=applicant, version=0, declared=DECLARATIONS, consents=[])

    assert draft.submissions.count() == 1


def test_send_in_by_who_may_only_write_is_forbidden(town, draft):
    writer = make_user()
    Membership.objects.create(municipality=town, organisation=draft.organisation, user=writer, right="edit")

    with pytest.raises(PermissionDenied):
        operations.send_in(draft, by=writer, declared=DECLARATIONS, consents=[])


def returned(draft: Application, applicant, officer) -> Application:
    sent = operations.submit(draft, by=applicant)
    asked = {"reason": "Bitte ändern.", "sections": {"when": "Wann?"}, "answer_by": date(2026, 1, 5)}
    return perform(sent, "return_for_changes", by=officer, **asked)


def test_return_takes_the_named_sections_back_and_leaves_the_others_done(draft, applicant, officer):
    for section in ("idea", "when"):
        draft = operations.save_answers(draft, section, Sent(), by=applicant)

    case = returned(draft, applicant, officer)

    done = [slug for slug in BY_SLUG if case.progress(slug).done]
    assert (done, case.changes_asked) == (["idea"], {"when": "Wann?"})


# --- More time to answer ----------------------------------------------------------------------------------------------

LATER = date(2026, 1, 20)


def test_ask_for_time_until_a_later_day_is_noted_and_changes_nothing_else(draft, applicant, officer):
    case = returned(draft, applicant, officer)

    asked = carry_out(case, "ask_for_time", by=applicant, day=LATER, reason="Unsere Kassiererin ist krank.")

    assert (asked.time_wanted_until, asked.time_wanted_reason) == (LATER, "Unsere Kassiererin ist krank.")
    assert (asked.state, asked.answer_by) == (State.RETURNED, date(2026, 1, 5))
    assert Message.objects.filter(kind="time").count() == 0


@pytest.mark.parametrize("day", [date(2026, 1, 5), date(2020, 1, 1)])
def test_ask_for_time_until_a_day_that_is_no_later_is_refused(draft, applicant, officer, day):
    case = returned(draft, applicant, officer)

    with pytest.raises(Refused):
        carry_out(case, "ask_for_time", by=applicant, day=day, reason="Bitte.")

    assert Application.objects.get(pk=case.pk).time_wanted_until is None


def test_ask_for_time_twice_is_refused_until_somebody_answers(draft, applicant, officer):
    case = carry_out(returned(draft, applicant, officer), "ask_for_time", by=applicant, day=LATER, reason="Bitte.")

    with pytest.raises(Refused, match="already asked"):
        carry_out(case, "ask_for_time", by=applicant, day=LATER, reason="Bitte, bitte.")

    case = carry_out(case, "refuse_time", by=officer, reason="Die Sitzung ist am 10. Januar.")
    again = carry_out(case, "ask_for_time", by=applicant, day=LATER, reason="Trotzdem, bitte.")
    assert again.time_wanted_reason == "Trotzdem, bitte."


def test_extend_answers_the_wish_and_writes_the_mail_as_a_draft(draft, applicant, officer):
    case = carry_out(returned(draft, applicant, officer), "ask_for_time", by=applicant, day=LATER, reason="Bitte.")

    given = carry_out(case, "extend", by=officer, day=LATER, reason="Gern.")

    assert (given.answer_by, given.time_wanted_until, given.time_wanted_reason) == (LATER, None, "")
    mail = Message.objects.get(kind="time")
    assert (mail.recipient, mail.state) == (applicant.email, Message.State.DRAFT)
    assert "Jan. 20, 2026" in mail.body
    assert "Gern." in mail.body


def test_refuse_time_keeps_the_day_and_tells_why(draft, applicant, officer):
    case = carry_out(returned(draft, applicant, officer), "ask_for_time", by=applicant, day=LATER, reason="Bitte.")

    kept = carry_out(case, "refuse_time", by=officer, reason="Die Sitzung ist am 10. Januar.")

    assert (kept.answer_by, kept.time_wanted_until) == (date(2026, 1, 5), None)
    mail = Message.objects.get(kind="time")
    assert "Jan. 5, 2026" in mail.body
    assert "Die Sitzung ist am 10. Januar." in mail.body


def test_refuse_time_that_nobody_asked_for_is_refused(draft, applicant, officer):
    with pytest.raises(Refused, match="Nobody asked"):
        carry_out(returned(draft, applicant, officer), "refuse_time", by=officer, reason="Nein.")


def test_resubmit_keeps_the_first_day_of_receipt_and_the_number(draft, applicant, officer):
    case = returned(draft, applicant, officer)

    with clock.at(date(2026, 1, 4)):
        again = operations.send_in(case, by=applicant, declared=DECLARATIONS, consents=[])

    assert (again.state, again.received_on, again.file_number) == (State.SUBMITTED, RECEIVED, "FT-2025-0001")
    assert (again.changes_asked, again.answer_by) == ({}, None)
    assert list(again.submissions.values_list("number", flat=True)) == [2, 1]


def test_receive_incomplete_gives_number_day_and_deadline_whatever_is_missing(town, programme, officer):
    organisation = make_organisation(town, iban="", email="radgruppe@unna.example")
    bare = make_application(programme, organisation, paper=True, title="", start=None, end=None, plan=((), ()))

    case = operations.receive_incomplete(bare, by=officer, reason="Der Plan fehlt.", received_on=date(2025, 12, 10))

    assert (case.state, case.file_number, case.received_on) == (State.INCOMPLETE, "FT-2025-0001", date(2025, 12, 10))
    assert (case.officer_note, case.answer_by) == ("Der Plan fehlt.", date(2026, 1, 5))
    assert case.submissions.count() == 1
    assert Message.objects.get().recipient == "radgruppe@unna.example"


def test_receive_incomplete_by_an_applicant_is_forbidden(draft, applicant):
    with pytest.raises(PermissionDenied):
        operations.receive_incomplete(draft, by=applicant, reason="Ich will.")


def test_submission_stays_as_sent_when_the_case_is_changed_later(draft, applicant, officer):
    case = returned(draft, applicant, officer)
    sent = case.submissions.get()

    material = case.programme.categories.get(slug="material")
    line = {"category": material, "what": "Neu", "quantity": 1, "unit_price_cents": 100, "in_kind": False}
    operations.save_answers(case, "idea", Sent({"title": "Anders"}), by=applicant)
    operations.save_answers(case, "organisation", Sent({"name": "Andere"}), by=applicant)
    operations.save_answers(case, "costs", Sent({"costs": [line], "financing": []}), by=applicant)

    now = case.submissions.get()
    assert now.snapshot == sent.snapshot
    assert now.snapshot["application"]["title"].startswith("Angekommen")
    assert (now.snapshot["organisation"]["name"], len(now.snapshot["costs"])) == ("Kinderzeit Unna e.V.", 4)


def test_set_consents_gives_keeps_and_revokes_each_by_itself(draft, applicant):
    operations.set_consents(draft, ["photos", "electronic-delivery"], by=applicant)
    with clock.at(date(2025, 12, 20)):
        operations.set_consents(draft, ["photos"], by=applicant)

    rows = {consent.kind: (consent.given_at.date(), consent.revoked_at) for consent in draft.consents.all()}
    assert rows["photos"] == (RECEIVED, None)
    assert rows["electronic-delivery"][0] == RECEIVED
    assert rows["electronic-delivery"][1].date() == date(2025, 12, 20)


# --- Files ----------------------------------------------------------------------------------------------------------


def pdf_with_script() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('gotcha')"))
        document.Root.OpenAction = script
        document.save(written)
    return written.getvalue()


def test_add_upload_stores_the_file_without_its_script_under_an_unguessable_name(draft, applicant):
    stored = operations.add_upload(
        draft, by=applicant, name="../Satzung.exe", content=pdf_with_script(), section="bank"
    )

    with stored.file.open("rb") as file:
        content = file.read()
    assert (stored.name, stored.size, b"gotcha" in content) == ("Satzung.pdf", len(content), False)
    assert len(stored.file.name.rpartition("/")[2]) > 30


def test_add_upload_of_a_photo_stores_it_without_its_place(draft, applicant):
    exif, photo = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8825)[2] = (51.0, 32.0, 0.0)
    Image.new("RGB", (9, 9)).save(photo, "JPEG", exif=exif)

    stored = operations.add_upload(draft, by=applicant, name="foto.jpeg", content=photo.getvalue())

    with stored.file.open("rb") as file, Image.open(file) as image:
        assert dict(image.getexif().get_ifd(0x8825)) == {}


def test_add_upload_that_is_refused_stores_nothing(draft, applicant):
    with pytest.raises(UploadRefused):
        operations.add_upload(draft, by=applicant, name="a.pdf", content=b"GIF89a")

    assert draft.uploads.count() == 0


def test_add_upload_beyond_the_limit_is_refused(draft, applicant, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UPLOADS", 1)
    operations.add_upload(draft, by=applicant, name="a.pdf", content=pdf_with_script())

    with pytest.raises(Refused, match="already 1 files"):
        operations.add_upload(draft, by=applicant, name="b.pdf", content=pdf_with_script())


def test_add_upload_by_a_stranger_is_forbidden_and_to_a_closed_case_refused(draft, applicant, officer):
    with pytest.raises(PermissionDenied):
        operations.add_upload(draft, by=officer, name="a.pdf", content=pdf_with_script())
    ended = perform(draft, "withdraw", by=applicant, reason="Doch nicht.")
    with pytest.raises(Refused, match="closed"):
        operations.add_upload(ended, by=applicant, name="a.pdf", content=pdf_with_script())


@pytest.mark.django_db(transaction=True)
def test_remove_upload_takes_row_and_file_away(draft, applicant):
    stored = operations.add_upload(draft, by=applicant, name="a.pdf", content=pdf_with_script())
    name = stored.file.name

    operations.remove_upload(stored, by=applicant)

    assert (draft.uploads.count(), default_storage.exists(name)) == (0, False)


def test_remove_upload_after_sending_is_refused(draft, applicant):
    stored = operations.add_upload(draft, by=applicant, name="a.pdf", content=pdf_with_script())
    operations.submit(draft, by=applicant)

    with pytest.raises(Refused, match="stays with it"):
        operations.remove_upload(stored, by=applicant)


# --- Letters --------------------------------------------------------------------------------------------------------


@pytest.fixture
def case(town, programme, applicant):
    return make_application(programme, make_organisation(town, applicant), state=State.AWARDED)


def letter_of(case: Application, issued: date, delivery: str = "post") -> Letter:
    provided = issued if delivery == "download" else None
    moment = datetime.combine(issued, datetime.min.time().replace(hour=9), tzinfo=BERLIN)
    return make_letter(case, issued_at=moment, delivery=delivery, provided_on=provided)


@pytest.mark.parametrize(
    ("posted", "notified", "ends"),
    [
        (date(2026, 2, 2), date(2026, 2, 6), date(2026, 3, 6)),
        (date(2026, 1, 27), date(2026, 1, 31), date(2026, 3, 2)),
        (date(2026, 2, 27), date(2026, 3, 3), date(2026, 4, 7)),
        (date(2026, 11, 27), date(2026, 12, 1), date(2027, 1, 4)),
    ],
)
def test_record_posting_counts_four_days_and_a_month(case, officer, posted, notified, ends):
    letter = letter_of(case, posted)

    with clock.at(posted):
        done = operations.record_posting(letter, by=officer, day=posted)

    assert (done.notified_on, done.remedy_ends_on, done.posted_on) == (notified, ends, posted)


def test_record_handover_counts_that_day_and_as_opened(case, officer):
    letter = letter_of(case, date(2026, 2, 2))

    with clock.at(date(2026, 2, 4)):
        done = operations.record_handover(letter, by=officer, day=date(2026, 2, 3))

    assert (done.delivery, done.notified_on, done.remedy_ends_on) == ("in-person", date(2026, 2, 3), date(2026, 3, 3))
    assert done.opened_at is not None


@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2026, 2, 6)])
def test_record_posting_before_the_letter_or_in_the_future_is_refused(case, officer, day):
    letter = letter_of(case, date(2026, 2, 2))

    with clock.at(date(2026, 2, 5)), pytest.raises(Refused, match="must lie between"):
        operations.record_posting(letter, by=officer, day=day)


def test_record_posting_by_anybody_else_is_forbidden(case, applicant, town):
    letter = letter_of(case, date(2026, 2, 2))

    for person in (applicant, make_user(town, "decider"), make_user(make_town(), "officer")):
        with clock.at(date(2026, 2, 5)), pytest.raises(PermissionDenied):
            operations.record_posting(letter, by=person, day=date(2026, 2, 3))


@pytest.mark.parametrize(
    ("opened", "notified"),
    [
        (date(2026, 2, 5), date(2026, 2, 6)),
        (date(2026, 2, 16), date(2026, 2, 17)),  # ten days end on a Sunday, so the Monday still counts
        (date(2026, 2, 17), None),
    ],
)
def test_open_letter_notifies_the_next_day_while_the_ten_days_run(case, applicant, opened, notified):
    letter = letter_of(case, date(2026, 2, 5), "download")

    with clock.at(opened):
        done = operations.open_letter(letter, by=applicant)

    assert done.notified_on == notified


def test_open_letter_that_comes_by_post_notifies_nobody(case, applicant):
    done = operations.open_letter(letter_of(case, date(2025, 12, 15)), by=applicant)

    assert (done.opened_by, done.notified_on) == (applicant, None)


def test_open_letter_a_second_time_or_by_staff_changes_nothing(case, applicant, officer):
    letter = letter_of(case, date(2026, 2, 2), "download")

    with clock.at(date(2026, 2, 3)):
        assert operations.open_letter(letter, by=officer).opened_at is None
        operations.open_letter(letter, by=applicant)
    with clock.at(date(2026, 2, 10)):
        again = operations.open_letter(letter, by=applicant)

    assert again.notified_on == date(2026, 2, 4)


def test_issue_letter_goes_by_download_only_with_consent_that_still_stands(case, applicant, officer):
    first = operations.issue_letter(case, Letter.Kind.AWARD, title="Bescheid", content=b"%PDF", by=officer)
    operations.set_consents(case, ["electronic-delivery"], by=applicant)
    second = operations.issue_letter(case, Letter.Kind.AWARD, title="Bescheid", content=b"%PDF", by=officer)
    operations.set_consents(case, [], by=applicant)
    third = operations.issue_letter(case, Letter.Kind.AWARD, title="Bescheid", content=b"%PDF", by=officer)

    found = [(letter.delivery, letter.provided_on) for letter in (first, second, third)]
    assert found == [("post", None), ("download", None), ("post", None)]
    assert first.is_intact


def test_issue_letter_of_a_town_without_court_is_refused_by_name(case, officer, town):
    town.court = ""
    town.save()
    case = Application.objects.get(pk=case.pk)

    with pytest.raises(Refused, match="court or authority"):
        operations.issue_letter(case, Letter.Kind.AWARD, title="Bescheid", content=b"%PDF", by=officer)


# --- What was never sent, what came on paper, what was handed in -----------------------------------------------------


def test_draft_that_was_withdrawn_stays_its_writers_own(draft, applicant, officer):
    carry_out(draft, "withdraw", by=applicant, reason="Wir machen etwas anderes.")

    assert list(Application.objects.visible_to(officer)) == []
    assert list(Application.objects.visible_to(applicant)) == [draft]


@pytest.mark.parametrize("name", ["submit", "receive_incomplete"])
def test_paper_keeps_the_day_it_was_entered_with(paper, officer, name):
    Application.objects.update(received_on=date(2025, 12, 1))

    details = {"reason": "Es fehlt etwas."} if name == "receive_incomplete" else {}
    done = carry_out(paper, name, by=officer, **details)

    assert (done.state != State.DRAFT, done.received_on) == (True, date(2025, 12, 1))


def test_paper_form_offers_the_day_it_was_entered_with(paper):
    paper.received_on = date(2025, 12, 1)

    assert CheckForm(application=paper)["received_on"].initial == date(2025, 12, 1)


def test_incomplete_case_is_promised_an_answer_when_it_is_complete(paper, officer):
    carry_out(paper, "receive_incomplete", by=officer, reason="Es fehlt etwas.")

    with clock.at(date(2026, 1, 5)):
        done = operations.resubmit(paper, by=officer)

    assert (done.received_on, done.promised_on) == (RECEIVED, date(2026, 3, 16))


def test_file_of_an_earlier_submission_stays_and_is_named_in_it(draft, applicant, officer):
    first = operations.add_upload(draft, by=applicant, name="plan.pdf", content=pdf_with_script())
    sent = operations.submit(draft, by=applicant)
    perform(sent, "return_for_changes", by=officer, reason="Frage", sections={"idea": "?"}, answer_by=RECEIVED)
    with clock.at(date(2025, 12, 16)):
        later = operations.add_upload(draft, by=applicant, name="neu.pdf", content=pdf_with_script())

        with pytest.raises(Refused, match="What was handed in stays with it"):
            operations.remove_upload(first, by=applicant)
        operations.remove_upload(later, by=applicant)

    [submission] = sent.submissions.all()
    assert submission.snapshot["uploads"] == [
        {"name": "plan.pdf", "section": "", "size": first.size, "sha256": first.sha256}
    ]
    assert list(draft.uploads.all()) == [first]


# --- Time to answer ---------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(programme, draft):
    return make_application(programme, draft.organisation, state=State.RETURNED, answer_by=date(2025, 12, 20))


def test_case_lapses_only_when_its_time_is_over(waiting, officer):
    with pytest.raises(Refused, match="time to answer is not over"):
        carry_out(waiting, "lapse", by=officer, reason="Keine Antwort.")

    with clock.at(date(2025, 12, 21)):
        assert carry_out(waiting, "lapse", by=officer, reason="Keine Antwort.").state == State.LAPSED


def test_more_time_never_ends_in_the_past(waiting, officer):
    with pytest.raises(Refused, match="must not lie in the past"):
        carry_out(waiting, "extend", by=officer, day=date(2025, 12, 14), reason="Urlaub")

    assert carry_out(waiting, "extend", by=officer, day=date(2026, 1, 9), reason="Urlaub").answer_by == date(2026, 1, 9)


def test_officer_of_the_applicant_keeps_no_time_of_its_case(waiting, officer):
    Membership.objects.create(
        municipality=waiting.municipality, organisation=waiting.organisation, user=officer, right="view"
    )

    with pytest.raises(PermissionDenied):
        carry_out(waiting, "extend", by=officer, day=date(2026, 1, 9), reason="Urlaub")
