"""The dossier: what it says of a case, who gets which cases, how it is made and thrown away."""

import sys
import time
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from applications.models import Application
from funding.pdf import Heading, NewPage, plain
from review import documents, operations
from review.models import BoardItem, Dossier
from tests.factories import make_grant
from tests.pdf_structure import read

AS_OF = date(2026, 3, 3)


def words(blocks):
    return repr(blocks)


def titles(pdf):
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_outline() as outline:
        return [item.title for item in outline.root]


@pytest.fixture
def pdf_of(django_capture_on_commit_callbacks):
    """`pdf_of(meeting, user)`: what this person gets once the worker has made it."""

    def make(meeting, user):
        with django_capture_on_commit_callbacks(execute=True):
            operations.ask_for_dossier(meeting, by=user)
        return bytes(operations.dossier_of(meeting, operations.share_of(meeting, user)).content)

    return make


@pytest.fixture
def three(review):
    """A meeting on three cases; the first member opened 1 and 2 only, the second is biased in 2."""
    items = review.meet(*(review.case(title=f"Projekt {name}") for name in ("Nord", "Mitte", "Süd")))
    for item in items[:2]:
        operations.declare(item, by=review.board[0].user, biased=False)
    for item in items:
        operations.declare(item, by=review.board[1].user, biased=item == items[1], reason="Vorstand")
    return items


# --- What it says -----------------------------------------------------------------------------------------------------


def test_case_says_facts_plan_bar_note_check_earlier_grants_and_history(review):
    past = review.case(title="Das letzte Fest", state="awarded")
    make_grant(past, amount_cents=900_00)
    [item] = review.meet(review.case(title="Stadtteilführungen"))
    operations.write_note(item, "Die Gruppe ist neu. Das Konto ist geklärt.", by=review.officer)

    blocks = documents.case_blocks(documents.dossier_files([item.pk])[0])

    assert [block.text for block in blocks if isinstance(block, Heading)] == [
        "TOP 1: Stadtteilführungen",
        "Was geplant ist",
        "Was es kostet",
        "Notiz des Integrationsbüros",
        "Frühere Zuwendungen an dieselbe Organisation",
        "Bisher",
    ]
    said = words(blocks)
    for part in (
        "Die Gruppe ist neu. Das Konto ist geklärt.",
        "Das letzte Fest",
        "900,00",
        "1.598,90",
        "Kuchenverkauf",
    ):
        assert part in said, part


def test_dossier_says_what_was_sent_in_not_what_the_rows_became(review):
    case = review.case(title="Wie eingereicht")
    [item] = review.meet(case)
    before = documents.dossier_blocks(documents.dossier_files([item.pk]), [])
    case.costs.update(what="Später geändert", unit_price_cents=1)
    Application.objects.filter(pk=case.pk).update(title="Später geändert", summary="Später geändert")

    assert documents.dossier_blocks(documents.dossier_files([item.pk]), []) == before


def test_each_case_begins_on_its_page_with_a_bookmark_and_a_link_to_it(review, three, pdf_of):
    pdf = pdf_of(three[0].meeting, review.officer)

    assert titles(pdf) == ["TOP 1: Projekt Nord", "TOP 2: Projekt Mitte", "TOP 3: Projekt Süd"]
    contents, *_plans = read(pdf)[0].all("Table")
    [(first, _words)] = contents.all("Link")[0].links
    assert (first, len(contents.all("Link"))) == ("page 2", 3)
    assert contents.all("TR")[1].text == "1Projekt Nord1.598,90 €2"


def test_same_cases_on_the_same_day_give_the_same_bytes(review, three):
    meeting, files = three[0].meeting, documents.dossier_files([item.pk for item in three])

    assert documents.dossier_pdf(meeting, files, [], as_of=AS_OF) == documents.dossier_pdf(
        meeting, documents.dossier_files([item.pk for item in three]), [], as_of=AS_OF
    )


def test_worker_without_a_language_says_the_same(review, three):
    pks = [item.pk for item in three]
    here = documents.fingerprint(documents.dossier_files(pks), [])

    with translation.override(None):
        there = documents.fingerprint(documents.dossier_files(pks), [])

    assert here == there


def test_number_of_queries_does_not_grow_with_the_cases(review):
    def asked(items):
        with CaptureQueriesContext(connection) as found:
            documents.dossier_files([item.pk for item in items])
        return len(found)

    items = review.meet(*(review.case() for _ in range(3)))

    assert asked(items) == asked(items[:1])


def test_dossier_of_forty_cases_is_made_in_time(review, record_property):
    """Under 5 s on one core; a machine that does other things beside it gets twice that of its own time."""
    items = review.meet(*(review.case(summary="Ein Absatz über das Projekt. " * 40) for _ in range(40)))
    heard = []
    began = time.process_time()

    files = documents.dossier_files([item.pk for item in items])
    pdf = documents.dossier_pdf(items[0].meeting, files, [], as_of=AS_OF, progress=heard.append)

    seconds = time.process_time() - began
    sys.stdout.write(f"dossier of 40 cases: {seconds:.2f} s of one core, {len(pdf):,} bytes\n")
    record_property("dossier_seconds", seconds)
    assert heard == list(range(1, 41))
    assert seconds < 10


# --- Who gets what ----------------------------------------------------------------------------------------------------


def test_member_gets_the_cases_they_declared_on_and_reads_which_are_left_out(review, three, pdf_of):
    pdf = pdf_of(three[0].meeting, review.board[0].user)

    assert titles(pdf) == ["TOP 1: Projekt Nord", "TOP 2: Projekt Mitte"]
    text = "".join(child.text for child in read(pdf)[0].children)
    assert "Nicht enthalten: TOP 3." in text
    assert "Süd" not in text


def test_excluded_member_gets_nothing_of_that_case(review, three, pdf_of):
    pdf = pdf_of(three[0].meeting, review.board[1].user)

    assert titles(pdf) == ["TOP 1: Projekt Nord", "TOP 3: Projekt Süd"]
    assert "Projekt Mitte" not in "".join(child.text for child in read(pdf)[0].children)


def test_file_of_another_share_is_never_handed_out(client, review, three, pdf_of):
    meeting, member = three[0].meeting, review.board[0].user
    pdf_of(meeting, member)
    client.force_login(member)
    address = reverse("review:dossier-file", args=[meeting.pk])
    assert client.get(address).content.startswith(b"%PDF")

    operations.declare(three[1], by=member, biased=True, reason="Tochter im Vorstand")

    assert client.get(address).status_code == 302
    assert titles(pdf_of(meeting, member)) == ["TOP 1: Projekt Nord"]


# --- How it is made ---------------------------------------------------------------------------------------------------


def test_copy_is_kept_with_its_checksum_and_shared_by_all_with_the_same_cases(review, three, pdf_of):
    meeting = three[0].meeting
    pdf_of(meeting, review.decider)
    first = operations.ask_for_dossier(meeting, by=review.officer)
    second = operations.ask_for_dossier(meeting, by=review.decider)

    kept = Dossier.objects.get()
    assert (first.pk, second.pk) == (kept.pk, kept.pk)
    assert (kept.done, kept.total, len(kept.sha256)) == (3, 3, 64)


def test_copy_is_made_again_when_a_case_changed(client, review, three, pdf_of):
    meeting = three[0].meeting
    before = pdf_of(meeting, review.officer)
    operations.write_note(three[0], "Neu: Das Konto ist geklärt.", by=review.officer)
    client.force_login(review.officer)

    assert client.get(reverse("review:dossier-file", args=[meeting.pk])).status_code == 302
    assert "Neu erstellen" in client.get(reverse("review:dossier", args=[meeting.pk])).content.decode()
    assert pdf_of(meeting, review.officer) != before


def test_page_shows_how_far_it_is_and_asks_again_until_it_is_ready(client, review, three, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    meeting = three[0].meeting
    client.force_login(review.officer)
    client.post(reverse("review:dossier", args=[meeting.pk]))
    Dossier.objects.update(done=2)

    page = client.get(reverse("review:dossier", args=[meeting.pk])).content.decode()
    part = client.get(reverse("review:dossier-progress", args=[meeting.pk])).content.decode()

    assert "2 von 3 Fällen" in page
    assert 'value="2" max="3"' in part
    assert "every 1s" in part
    made = Dossier.objects.get()
    operations.make_dossier.func(made.pk, made.fingerprint, [item.pk for item in three], [])
    assert "every 1s" not in client.get(reverse("review:dossier-progress", args=[meeting.pk])).content.decode()


def test_case_that_changes_while_the_worker_waits_makes_no_wrong_copy(review, three, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    wanted = operations.ask_for_dossier(three[0].meeting, by=review.officer)
    BoardItem.objects.filter(pk=three[0].pk).update(note="Nachgereicht.")

    operations.make_dossier.func(wanted.pk, wanted.fingerprint, [item.pk for item in three], [])

    wanted.refresh_from_db()
    assert (wanted.failed, wanted.sha256) == (True, "")


def test_copies_nobody_asked_for_lately_are_thrown_away(review, three):
    operations.ask_for_dossier(three[0].meeting, by=review.officer)
    Dossier.objects.update(asked_at="2025-01-01T00:00:00Z")

    assert operations.forget_dossiers() == 1


def test_case_blocks_begin_a_new_page(review):
    [item] = review.meet(review.case())

    first, heading = documents.case_blocks(documents.dossier_files([item.pk])[0])[:2]

    assert isinstance(first, NewPage)
    assert plain(heading.text).startswith("TOP 1: ")
