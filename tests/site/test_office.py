"""The outbox and the event log."""

from datetime import date, datetime, timedelta

import pytest

from funding import clock, outbox
from funding.clock import BERLIN
from funding.events import head_file
from funding.gate import record, writes
from funding.models import Event, Message
from funding.site.operations import send_message
from tests.factories import make_application, make_letter, make_organisation, make_programme, make_town, make_user

MOMENT = datetime(2026, 3, 10, 9, 0, tzinfo=BERLIN)


@pytest.fixture
def town(db):
    town = make_town()
    head_file(town.pk).unlink(missing_ok=True)  # of an earlier test's town of the same number
    return town


@pytest.fixture
def officer(town, client):
    user = make_user(town, "officer")
    client.force_login(user)
    return user


def make_mail(town, **fields):
    defaults = {"kind": "return", "recipient": "a@b.example", "subject": "Betreff", "body": "Text", "state": "draft"}
    return Message.objects.create(municipality=town, written_at=MOMENT, **defaults | fields)


@pytest.fixture
def letter(town):
    case = make_application(make_programme(town), make_organisation(town), state="awarded")
    return make_letter(case, delivery="download", provided_on=date(2026, 2, 2))


def test_draft_is_sent_as_edited(client, town, officer, mailoutbox, django_capture_on_commit_callbacks):
    mail = make_mail(town)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/outbox/{mail.pk}/", {"subject": "Anders", "body": "Neuer Text"})

    mail.refresh_from_db()
    assert (answer["Location"], mail.state) == ("/outbox/", "sent")
    assert [(sent.subject, sent.body, sent.to) for sent in mailoutbox] == [("Anders", "Neuer Text", ["a@b.example"])]
    assert Event.objects.get().kind == "message.send"


def test_draft_without_text_is_refused_and_stays(client, town, officer):
    mail = make_mail(town)

    answer = client.post(f"/outbox/{mail.pk}/", {"subject": "Anders", "body": ""})

    mail.refresh_from_db()
    assert (answer.context["form"]["subject"].value(), mail.state) == ("Anders", "draft")


@pytest.mark.parametrize("state", ["sent", "discarded", "queued", "sending"])
def test_mail_that_went_already_is_not_sent_again(client, town, officer, state):
    mail = make_mail(town, state=state)

    sent = client.post(f"/outbox/{mail.pk}/", {"subject": "Anders", "body": "x"})
    discarded = client.post(f"/outbox/{mail.pk}/discard/")

    mail.refresh_from_db()
    assert (sent["Location"], discarded["Location"]) == ("/outbox/", "/outbox/")
    assert (mail.state, mail.subject) == (state, "Betreff")


def test_draft_is_saved_and_waits_on(client, town, officer, mailoutbox):
    mail = make_mail(town)

    client.post(f"/outbox/{mail.pk}/", {"subject": "Anders", "body": "Neuer Text", "keep": "1"})

    mail.refresh_from_db()
    assert (mail.state, mail.subject, mail.body, mailoutbox) == ("draft", "Anders", "Neuer Text", [])
    assert Event.objects.get().kind == "message.edit"


def read_on(page):
    return [f"{mail.pk}-{mail.fingerprint}" for mail in page.context["mails"]]


def test_all_drafts_shown_are_read_on_one_page_and_sent(
    client, town, officer, mailoutbox, django_capture_on_commit_callbacks
):
    first, second = make_mail(town, subject="Erste Zusage"), make_mail(town, subject="Zweite Zusage")
    others = [make_mail(town, subject="Zusage", state=state) for state in ("failed", "sent", "unsure")]
    others += [make_mail(town), make_mail(make_town(), subject="Zusage")]

    page = client.get("/outbox/send/?state=draft&q=zusage")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/outbox/send/?state=draft&q=zusage", {"mail": read_on(page)})

    assert page.context["mails"] == [first, second]
    assert [mail.subject for mail in mailoutbox] == ["Erste Zusage", "Zweite Zusage"]
    states = dict(Message.objects.values_list("pk", "state"))
    assert [states.pop(mail.pk) for mail in (first, second)] == ["sent", "sent"]
    assert states == {mail.pk: mail.state for mail in others}


def test_all_failed_mails_are_tried_again_with_one_button(
    client, town, officer, mailoutbox, django_capture_on_commit_callbacks
):
    mail = make_mail(town, state="failed", error="550 no such user", tries=6)
    button = client.get("/outbox/").context["sendable"]

    with django_capture_on_commit_callbacks(execute=True):
        client.post("/outbox/send/", {"mail": read_on(client.get(button[0]["url"]))})

    mail.refresh_from_db()
    assert [entry["url"] for entry in button] == ["/outbox/send/?q=&state=failed"]
    assert (mail.state, mail.error, len(mailoutbox)) == ("sent", "", 1)


def test_what_changed_after_it_was_read_is_not_sent_with_the_others(client, town, officer):
    changed, gone, same = make_mail(town), make_mail(town), make_mail(town)
    read = read_on(client.get("/outbox/send/?state=draft"))
    Message.objects.filter(pk=changed.pk).update(body="Anderer Text")
    Message.objects.filter(pk=gone.pk).update(state="discarded")

    client.post("/outbox/send/", {"mail": read})

    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {changed.pk: "draft", gone.pk: "discarded", same.pk: "queued"}


@pytest.mark.parametrize("mails", [[], ["x"], ["1"], ["-"], ["٣-abc"], ["9" * 40 + "-abc"]])
def test_sending_what_is_no_mail_sends_nothing(client, town, officer, mails):
    mail = make_mail(town)

    answer = client.post("/outbox/send/", {"mail": mails})

    mail.refresh_from_db()
    assert (answer["Location"], mail.state) == ("/outbox/", "draft")


def test_drafts_of_one_page_are_read_under_constant_queries(client, town, officer, django_assert_num_queries):
    make_mail(town)
    with django_assert_num_queries(5):
        client.get("/outbox/send/")

    make_mail(town)
    make_mail(town, state="failed")
    with django_assert_num_queries(5):
        client.get("/outbox/send/")


def test_mail_that_perhaps_went_names_its_number_and_is_confirmed(client, town, officer, mailoutbox):
    mail = make_mail(town, state="unsure", taken_at=MOMENT, taken_by="x")
    page = client.get(f"/outbox/{mail.pk}/").content.decode()

    client.post(f"/outbox/{mail.pk}/confirm/")
    client.post(f"/outbox/{mail.pk}/confirm/")

    mail.refresh_from_db()
    assert mail.message_id.strip("<>") in page
    assert (mail.state, mail.sent_at, mailoutbox) == ("sent", MOMENT, [])
    assert [event.kind for event in Event.objects.all()] == ["message.confirm"]


def test_mail_that_perhaps_went_is_sent_again_when_somebody_says_so(
    client, town, officer, mailoutbox, django_capture_on_commit_callbacks
):
    mail = make_mail(town, state="unsure", taken_at=MOMENT, taken_by="x")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/outbox/{mail.pk}/")

    mail.refresh_from_db()
    assert (mail.state, [sent.extra_headers["Message-ID"] for sent in mailoutbox]) == ("sent", [mail.message_id])


def test_mail_that_perhaps_went_is_not_put_away(client, town, officer):
    mail = make_mail(town, state="unsure", taken_at=MOMENT)

    client.post(f"/outbox/{mail.pk}/discard/")

    mail.refresh_from_db()
    assert mail.state == "unsure"


def test_draft_is_put_away(client, town, officer):
    mail = make_mail(town)

    client.post(f"/outbox/{mail.pk}/discard/")

    mail.refresh_from_db()
    assert mail.state == "discarded"


def test_sending_the_notice_provides_the_letter(town, officer, letter):
    with clock.at(date(2026, 3, 16)):
        [mail] = writes(outbox.post)(
            "decision", to=[("a@b.example", "de")], about=letter, text=lambda: ("s", "b"), draft=True
        )
        send_message(mail, by=officer, subject="s", body="b")

    letter.refresh_from_db()
    assert letter.provided_on == date(2026, 3, 16)
    assert [event.kind for event in Event.objects.order_by("number")] == ["message.send", "letter.provide"]


@pytest.mark.parametrize("fields", [{"delivery": "post"}, {"notified_on": date(2026, 2, 6)}])
def test_sending_a_mail_provides_no_letter_by_post_and_none_that_arrived(town, officer, letter, fields):
    type(letter).objects.filter(pk=letter.pk).update(provided_on=None, **fields)
    mail = make_mail(town, about="applications.letter", about_id=letter.pk)

    send_message(mail, by=officer, subject="s", body="b")

    letter.refresh_from_db()
    assert letter.provided_on is None


def test_mail_leads_to_its_case(client, town, officer, letter):
    mail = make_mail(town, about="applications.letter", about_id=letter.pk)

    assert client.get(f"/outbox/{mail.pk}/").context["case_url"] == f"/cases/{letter.application_id}/"


def test_auditor_reads_and_sends_nothing(client, town):
    client.force_login(make_user(town, "auditor"))
    mail = make_mail(town)

    looked = client.get(f"/outbox/{mail.pk}/")
    tried = [
        client.post(f"/outbox/{mail.pk}/", {"subject": "x", "body": "x"}),
        client.post(f"/outbox/{mail.pk}/discard/"),
    ]

    assert (looked.status_code, looked.context["form"]) == (200, None)
    assert [answer.status_code for answer in tried] == [403, 403]


def test_mail_of_another_town_is_no_page(client, officer):
    mail = make_mail(make_town())

    assert (client.get(f"/outbox/{mail.pk}/").status_code, client.post(f"/outbox/{mail.pk}/discard/").status_code) == (
        404,
        404,
    )


@pytest.mark.parametrize("role", ["board", "decider", "cashier", "administrator"])
def test_outbox_is_forbidden_to_others(client, town, role):
    client.force_login(make_user(town, role))

    assert client.get("/outbox/").status_code == 403


def test_outbox_never_lists_sign_in_mails(client, town, officer):
    mail = make_mail(town, kind="sign-in", subject="Ihr Link")

    assert "Ihr Link" not in client.get("/outbox/").content.decode()
    assert client.get(f"/outbox/{mail.pk}/").status_code == 404


def test_outbox_shows_drafts_first_and_finds_by_state_and_words(client, town, officer):
    draft, sent = make_mail(town, subject="Erste"), make_mail(town, subject="Zweite", state="sent")

    assert [mail for mail, _tone in client.get("/outbox/").context["rows"]] == [draft, sent]
    assert [mail for mail, _tone in client.get("/outbox/?state=sent").context["rows"]] == [sent]
    assert [mail for mail, _tone in client.get("/outbox/?q=erste").context["rows"]] == [draft]


def test_outbox_finds_what_did_not_go_out(client, town, officer):
    failed, unsure = make_mail(town, state="failed"), make_mail(town, state="unsure")
    stuck = make_mail(town, state="queued", queued_at=clock.now() - timedelta(hours=2))
    make_mail(town, state="queued", queued_at=clock.now())

    rows = client.get("/outbox/?state=late").context["rows"]

    assert {mail for mail, _tone in rows} == {failed, unsure, stuck}


def test_auditor_sees_no_button_that_sends(client, town):
    client.force_login(make_user(town, "auditor"))
    make_mail(town)

    assert client.get("/outbox/").context["sendable"] == []
    assert client.get("/outbox/send/").status_code == 403


def test_outbox_lists_under_constant_queries(client, town, officer, django_assert_num_queries):
    make_mail(town)
    with django_assert_num_queries(7):
        client.get("/outbox/")

    make_mail(town)
    make_mail(town, state="sent")
    with django_assert_num_queries(7):
        client.get("/outbox/")


# --- The event log ----------------------------------------------------------------------------------------------------


@writes
def act(town, by, kind="test.act"):
    record(town.pk, kind, town, by=by)


def test_auditor_verifies_and_writes_nothing(client, town):
    auditor = make_user(town, "auditor")
    client.force_login(auditor)

    answer = client.post("/audit/")

    assert (answer.status_code, answer.context["results"]) == (200, [(town, None)])
    assert Event.objects.count() == 0


def test_altered_entry_is_named(client, town):
    auditor = make_user(town, "auditor")
    client.force_login(auditor)
    act(town, auditor)
    Event.objects.update(kind="test.other")

    [(_town, mismatch)] = client.post("/audit/", headers={"accept-language": "en"}).context["results"]

    assert mismatch == f"{town.slug}: entry 1: altered: its content does not match its fingerprint"


def test_event_log_shows_own_town_and_finds_by_kind(client, town):
    auditor = make_user(town, "auditor")
    client.force_login(auditor)
    act(town, auditor)
    act(town, auditor, "test.other")
    act(make_town(), auditor, "foreign.act")

    def kinds(query=""):
        return [event.kind for event, _who in client.get(f"/audit/{query}").context["rows"]]

    assert kinds() == ["test.other", "test.act"]
    assert kinds("?kind=other") == ["test.other"]
    assert kinds("?case=999999") == []


@pytest.mark.parametrize("role", ["officer", "decider", "administrator", "board"])
def test_event_log_is_forbidden_to_others(client, town, role):
    client.force_login(make_user(town, role))

    assert (client.get("/audit/").status_code, client.post("/audit/").status_code) == (403, 403)


def test_event_log_lists_under_constant_queries(client, town, django_assert_num_queries):
    auditor = make_user(town, "auditor")
    client.force_login(auditor)
    act(town, auditor)
    with django_assert_num_queries(6):
        client.get("/audit/")

    act(town, auditor)
    act(town, make_user(town, "officer"))
    with django_assert_num_queries(6):
        client.get("/audit/")
