"""Answers in another language: the German version beside them, who writes and who confirms it, and what it binds."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from applications import operations
from applications.documents import receipt_pdf
from applications.models import Application, Membership
from applications.narrative import binding_text, german_versions, side_by_side, unconfirmed
from applications.operations import Sent, save_answers
from applications.workflow import State
from funding import clock
from funding.clock import BERLIN
from funding.gate import Refused, Stale, carry_out, perform
from funding.models import Message
from funding.policies import Role
from tests.factories import make_application, make_organisation, make_programme, make_town, make_user
from tests.pdf_structure import read

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=BERLIN)
ORIGINALS = {"summary": "Anneler her ay buluşuyor.", "goals": "On iki buluşma."}
GERMAN = {"summary": "Mütter treffen sich jeden Monat.", "goals": "Zwölf Treffen."}


class Turkish(SimpleNamespace):
    @property
    def fresh(self) -> Application:
        return Application.objects.get(pk=self.pk)

    def marks(self, *fields: str) -> dict[str, str]:
        versions = german_versions(self.fresh)
        return {version.field: version.mark for version in versions if not fields or version.field in fields}

    def write(self, texts: dict[str, str] | None = None, by: Any = None) -> Application:
        return operations.write_german(self.fresh, texts or GERMAN, by=by or self.officer, seen=self.marks())

    def confirm(self, *fields: str, by: Any = None) -> Application:
        return operations.confirm_german(self.fresh, self.marks(*fields), by=by or self.applicant)

    def open_fields(self) -> list[str]:
        return [version.field for version in unconfirmed(self.fresh)]


@pytest.fixture
def turkish(db: Any) -> Turkish:
    town = make_town()
    programme = make_programme(town, checklist=[])
    applicant = make_user(language="tr")
    organisation = make_organisation(town, applicant)
    case = make_application(programme, organisation, state=State.SUBMITTED, language="tr", **ORIGINALS)
    officer = make_user(town, Role.OFFICER)
    return Turkish(
        pk=case.pk, town=town, programme=programme, applicant=applicant, organisation=organisation, officer=officer
    )


# --- What is binding ---------------------------------------------------------------------------------------------


def test_answers_in_german_need_no_version_and_bind_as_they_are(turkish):
    german = make_application(turkish.programme, turkish.organisation, goals="Zwölf Treffen.")

    assert german_versions(german) == []
    assert (binding_text(german, "goals"), binding_text(german, "need")) == ("Zwölf Treffen.", "")


def test_every_answered_narrative_field_in_another_language_needs_one(turkish):
    assert [version.field for version in german_versions(turkish.fresh)] == ["summary", "goals"]


def test_german_text_of_the_office_binds_only_when_the_applicant_confirmed_it(turkish):
    turkish.write()
    written = binding_text(turkish.fresh, "goals")
    turkish.confirm("goals")

    assert (written, binding_text(turkish.fresh, "goals")) == ("", "Zwölf Treffen.")
    assert turkish.open_fields() == ["summary"]


def test_german_text_the_applicant_writes_is_confirmed_by_that(turkish):
    turkish.write(by=turkish.applicant)

    assert turkish.open_fields() == []


def test_german_text_of_a_member_who_may_not_send_waits_for_one_who_may(turkish):
    writer = make_user()
    Membership.objects.create(municipality=turkish.town, organisation=turkish.organisation, user=writer, right="edit")

    turkish.write(by=writer)

    assert turkish.open_fields() == ["summary", "goals"]
    with pytest.raises(PermissionDenied):
        turkish.confirm(by=writer)


def test_history_names_who_wrote_and_who_confirmed(turkish):
    with clock.at(NOW):
        turkish.write()
        turkish.confirm("goals")

    entry = turkish.fresh.german["goals"]
    when = NOW.isoformat()
    assert {name: entry[name] for name in ("text", "written_by", "written_at", "confirmed_by", "confirmed_at")} == {
        "text": "Zwölf Treffen.",
        "written_by": turkish.officer.pk,
        "written_at": entry["written_at"],
        "confirmed_by": turkish.applicant.pk,
        "confirmed_at": entry["confirmed_at"],
    }
    assert [datetime.fromisoformat(entry[name]) for name in ("written_at", "confirmed_at")] == [
        datetime.fromisoformat(when)
    ] * 2
    assert list(turkish.fresh.history.values_list("history_user", "history_change_reason")[:2]) == [
        (turkish.applicant.pk, "confirm_german"),
        (turkish.officer.pk, "german"),
    ]


def test_german_text_of_a_changed_original_is_no_longer_confirmed(turkish):
    turkish.write()
    turkish.confirm()
    returned = perform(
        turkish.fresh,
        "return_for_changes",
        by=turkish.officer,
        reason="?",
        sections={"idea": "?"},
        answer_by=NOW.date(),
    )

    save_answers(returned, "idea", Sent(values={"goals": "On üç buluşma."}), by=turkish.applicant)

    assert turkish.open_fields() == ["goals"]
    assert (binding_text(turkish.fresh, "goals"), binding_text(turkish.fresh, "summary")) == ("", GERMAN["summary"])


def test_german_text_changed_after_its_confirmation_waits_again(turkish):
    turkish.write()
    turkish.confirm()

    turkish.write({"goals": "Zwölf Abende."})

    assert turkish.open_fields() == ["goals"]


def test_text_saved_unchanged_stays_confirmed(turkish):
    turkish.write()
    turkish.confirm()

    turkish.write()

    assert turkish.open_fields() == []


# --- Admission ---------------------------------------------------------------------------------------------------


def test_unconfirmed_german_blocks_admission_and_not_submission(turkish):
    draft = make_application(turkish.programme, turkish.organisation, language="tr", **ORIGINALS)

    with clock.at(NOW):
        sent = operations.submit(draft, by=turkish.applicant)
        with pytest.raises(Refused):
            carry_out(sent, "admit", by=turkish.officer)

    assert Application.objects.get(pk=sent.pk).state == State.SUBMITTED


@pytest.mark.parametrize(
    ("written", "confirmed", "admitted"),
    [
        ({}, (), False),
        (GERMAN, (), False),
        (GERMAN, ("summary",), False),
        ({"summary": "Nur das."}, ("summary",), False),
        (GERMAN, ("summary", "goals"), True),
    ],
)
def test_admission_needs_every_answered_field_in_confirmed_german(turkish, written, confirmed, admitted):
    if written:
        turkish.write(written)
    if confirmed:
        turkish.confirm(*confirmed)

    assert ("admit" in [move.name for move in turkish.fresh.moves_for(turkish.officer)]) is admitted


def test_confirmed_german_can_no_longer_be_changed_after_admission(turkish):
    turkish.write()
    turkish.confirm()
    carry_out(turkish.fresh, "admit", by=turkish.officer)

    with pytest.raises(Refused):
        turkish.write({"goals": "Anders."})
    with pytest.raises(Refused):
        turkish.confirm()


# --- What is frozen ----------------------------------------------------------------------------------------------


def test_last_confirmation_freezes_both_texts_in_a_submission_of_their_own(turkish):
    turkish.write()
    turkish.confirm("summary")
    before = turkish.fresh.submissions.count()
    turkish.confirm("goals")

    last = turkish.fresh.submissions.first()
    answers = last.snapshot["application"]
    assert (before, turkish.fresh.submissions.count()) == (1, 2)
    assert (answers["goals"], binding_text(answers, "goals")) == ("On iki buluşma.", "Zwölf Treffen.")
    assert binding_text(turkish.fresh.submissions.last().snapshot["application"], "goals") == ""


def test_receipt_shows_the_binding_text_and_the_original(turkish):
    turkish.write()
    turkish.confirm()

    _document, painted = read(receipt_pdf(turkish.fresh.submissions.first()))

    words = " ".join(each.text for each in painted)
    assert ("Zwölf Treffen." in words, "On iki buluşma." in words) == (True, True)


def test_text_that_waits_is_shown_beside_the_original_and_named_so(turkish):
    turkish.write()

    pairs = side_by_side(turkish.fresh, "goals", "Goals")

    assert [text for _label, text in pairs] == ["On iki buluşma.", "Zwölf Treffen."]
    assert pairs[0][0] == "Goals"


# --- Confirming what was seen ------------------------------------------------------------------------------------


def test_text_changed_while_its_page_was_open_is_not_confirmed(turkish):
    turkish.write()
    seen = turkish.marks()
    turkish.write({"goals": "Zwölf Abende."})

    with pytest.raises(Stale):
        operations.confirm_german(turkish.fresh, seen, by=turkish.applicant)

    assert turkish.open_fields() == ["summary", "goals"]


def test_two_people_writing_german_never_overwrite_each_other_unseen(turkish):
    seen = turkish.marks()
    turkish.write({"goals": "Zwölf Treffen."})

    with pytest.raises(Stale):
        operations.write_german(turkish.fresh, {"goals": "Ein Dutzend."}, by=turkish.officer, seen=seen)


def test_confirming_twice_changes_nothing(turkish):
    turkish.write()
    turkish.confirm()
    version = turkish.fresh.version

    turkish.confirm()

    assert (turkish.fresh.version, turkish.fresh.submissions.count()) == (version, 2)


def test_strangers_write_and_confirm_nothing(turkish):
    turkish.write()
    people = [
        make_user(),
        make_user(turkish.town, Role.BOARD),
        make_user(turkish.town, Role.AUDITOR),
        make_user(turkish.town, Role.DECIDER),
        make_user(make_town(), *Role.values),
    ]
    for person in people:
        with pytest.raises(PermissionDenied):
            turkish.write({"goals": "Meins."}, by=person)
        with pytest.raises(PermissionDenied):
            turkish.confirm(by=person)


def test_officer_confirms_nothing_for_the_group_but_what_is_signed_on_paper(turkish):
    turkish.write()
    with pytest.raises(PermissionDenied):
        turkish.confirm(by=turkish.officer)
    Application.objects.filter(pk=turkish.pk).update(paper=True)

    turkish.confirm(by=turkish.officer)

    assert turkish.open_fields() == []


# --- Asking ------------------------------------------------------------------------------------------------------


def test_asking_sets_the_day_and_writes_in_the_applicants_language(turkish):
    turkish.write()

    with clock.at(NOW):
        operations.ask_to_confirm(turkish.fresh, by=turkish.officer, day=date(2026, 3, 20))

    mail = Message.objects.get(kind="german")
    assert turkish.fresh.confirm_by == date(2026, 3, 20)
    assert (mail.recipient, mail.language) == (turkish.applicant.email, "tr")
    assert f"/review/{turkish.pk}/german/" in mail.body


def test_asking_is_refused_while_a_text_is_missing_or_when_all_is_confirmed_or_for_a_day_that_is_over(turkish):
    def ask(day: date = date(2026, 3, 20)) -> None:
        with clock.at(NOW), pytest.raises(Refused):
            operations.ask_to_confirm(turkish.fresh, by=turkish.officer, day=day)

    turkish.write({"summary": "Mütter treffen sich."})
    ask()
    turkish.write()
    ask(date(2026, 3, 1))
    turkish.confirm()
    ask()

    assert not Message.objects.filter(kind="german").exists()


def test_day_to_confirm_is_no_part_of_what_was_sent_in(turkish):
    assert "confirm_by" not in operations.snapshot(turkish.fresh)["application"]
