"""The minutes: what they must say, who signs them, that nothing changes what was signed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from funding import clock
from funding.gate import Refused, Stale
from funding.pdf import Bullets, Facts, Grid, Heading, Text, plain
from review import documents, operations
from review.models import BoardList, BoardMember, Meeting, Minutes, Motion
from review.operations import sign_minutes
from tests.factories import make_user
from tests.pdf_structure import read


def lines(blocks):
    """Every line of the blocks in words."""
    found = []
    for block in blocks:
        match block:
            case Heading(text=text):
                found.append(text)
            case Text(runs=runs):
                found.append(plain(runs))
            case Bullets(items=items):
                found += [plain(item) for item in items]
            case Facts(pairs=pairs):
                found += [f"{name}: {plain(value)}" for name, value in pairs]
            case Grid(rows=rows):
                found += [" | ".join(plain(cell) for cell in row) for row in rows]
    return found


@pytest.fixture
def held(review):
    """A meeting that is over: case 1 recommended after two motions, one member biased; case 2 deferred."""
    names = ("Vera Vorsitz", "Dora Vize", "Mia", "Max", "Moritz", "Mona", "Milan")
    for member, name in zip(review.board, names, strict=True):
        member.user.name = name
        member.user.save()
    first, second = review.meet(review.case(title="Führungen"), review.case(title="Fest"))
    review.open(first, biased=(review.board[3],))
    review.open(second)
    review.ballot(first, 1_598_90, m0="no", m1="no", m2="no", m4="yes", m5="yes")
    review.ballot(first, 1_200_00, m0="yes", m1="yes", m2="yes", m4="no")
    operations.finish_item(first, by=review.officer, reason="Viele machen mit.")
    motion = review.put(second, kind="defer", cents=0)
    review.cast(motion, m0="yes", m1="yes", m2="yes", m3="yes")
    operations.close_motion(motion, by=review.officer)
    operations.finish_item(second, by=review.officer, reason="Die Miete ist offen.")
    return Meeting.objects.get(pk=first.meeting_id)


def draft(meeting):
    return operations.minutes_of(meeting)


def fingerprint(meeting, number=1):
    return operations.fingerprint_of_minutes(operations.facts_of(operations.minutes_of(meeting, number)))


def signed(review, meeting):
    sign_minutes(meeting, by=review.board[0].user, read=fingerprint(meeting))
    return Minutes.objects.get(meeting=meeting, number=1)


# --- What they say ----------------------------------------------------------------------------------------------------


def test_minutes_have_every_mandatory_part(review, held):
    items = list(held.items.all())
    BoardList.objects.create(
        municipality=held.municipality,
        meeting=held,
        number=1,
        entries=[{"item": items[0].pk, "cents": 1_200_00, "fits": True}],
        saved_by=review.officer,
        saved_at=clock.now(),
    )
    operations.write_minutes(
        held, by=review.officer, text="Gäste: keine.", remarks={held.items.first().pk: "Frau Aydın war am Telefon."}
    )

    said = lines(documents.minutes_blocks(operations.facts_of(draft(held))))

    for line in (
        "Ort: Rathaus",
        "Leitung: Vera Vorsitz",
        "Vera Vorsitz (Vorsitz)",
        "Gäste: keine.",
        "TOP 1: Führungen",
        "Stimmberechtigt: 6, davon anwesend 6",
        "Befangen: Max (Vorstand)",
        "Zuwendung 1.598,90 € | 2 | 3 | 1 | 1 | abgelehnt",
        "Zuwendung 1.200,00 € | 3 | 1 | 2 | 1 | angenommen",
        "Ergebnis: Der Beirat empfiehlt eine Zuwendung von 1.200,00 €.",
        "Begründung: Viele machen mit.",
        "Frau Aydın war am Telefon.",
        "TOP 2: Fest",
        "Befangen: niemand",
        "Vertagen | 4 | 0 | 3 | 0 | angenommen",
        "Ergebnis: Der Fall wird vertagt.",
        "TOP 1 | Führungen | 1.200,00 €",
    ):
        assert line in [text.replace("\u00a0", " ") for text in said], line


def test_minutes_are_not_there_before_the_meeting_is_over(review):
    [item] = review.meet()

    assert operations.minutes_of(item.meeting) is None
    with pytest.raises(Refused, match="wenn die Sitzung vorbei ist"):
        operations.write_minutes(item.meeting, by=review.officer, text="Zu früh.")


def test_second_meeting_and_written_procedure_say_so(review, held):
    Meeting.objects.filter(pk=held.pk).update(kind="written", repeats=held.pk)
    again = Meeting.objects.select_related("repeats").get(pk=held.pk)

    said = " ".join(lines(documents.minutes_blocks(operations.facts_of(draft(again)))))

    assert "Schweigen zählt weder als Stimme noch als Widerspruch." in said
    assert "§ 90 Abs. 2 VwVfG" in said


def test_excluded_member_does_not_read_their_item_nor_open_the_file(client, review, held):
    signed(review, held)
    client.force_login(review.board[3].user)

    page = client.get(reverse("review:minutes", args=[held.pk, 1])).content.decode()

    assert "Viele machen mit." not in page
    assert "1.200,00" not in page
    assert "Der Fall wird vertagt." in page
    assert client.get(reverse("review:minutes-file", args=[held.pk, 1])).status_code == 403


# --- Signing ----------------------------------------------------------------------------------------------------------


def test_chair_signs_and_the_file_is_kept_with_its_checksum(review, held):
    minutes = signed(review, held)

    text = " ".join(element.text for element in read(bytes(minutes.content))[0].children)
    assert (minutes.is_frozen, minutes.is_intact) == (True, True)
    assert "Vera Vorsitz, Leitung der Sitzung, am " in text
    assert bytes(minutes.content).startswith(b"%PDF")


def test_secretary_signs_too_and_only_then_it_is_frozen(review, held):
    operations.write_minutes(held, by=review.officer, text="", secretary=review.officer)

    first = sign_minutes(held, by=review.board[0].user, read=fingerprint(held))
    second = sign_minutes(held, by=review.officer, read=fingerprint(held))

    assert (first.is_frozen, second.is_frozen) == (False, True)


def test_who_led_an_item_in_the_place_of_an_excluded_chair_signs_too(review):
    [item] = review.meet(review.case())
    review.open(item, biased=(review.board[0],))
    review.ballot(item, 1_500_00, m1="yes", m2="yes", m3="yes")
    operations.finish_item(item, by=review.officer, reason="Gut.")
    meeting = Meeting.objects.get(pk=item.meeting_id)

    signers = operations.facts_of(draft(meeting))["signers"]

    assert [(one["user"], one["role"], one["items"]) for one in signers] == [
        (review.board[0].user_id, "chair", []),
        (review.board[1].user_id, "items", [1]),
    ]


@pytest.mark.parametrize("place", [1, 2])
def test_who_did_not_lead_does_not_sign(review, held, place):
    with pytest.raises(PermissionDenied):
        sign_minutes(held, by=review.board[place].user, read=fingerprint(held))


def test_signing_twice_is_refused(review, held):
    operations.write_minutes(held, by=review.officer, text="", secretary=review.officer)
    sign_minutes(held, by=review.board[0].user, read=fingerprint(held))

    with pytest.raises(Refused, match="schon unterschrieben"):
        sign_minutes(held, by=review.board[0].user, read=fingerprint(held))


def test_what_changed_since_it_was_read_is_not_signed(review, held):
    before = fingerprint(held)
    operations.write_minutes(held, by=review.officer, text="Noch ein Satz.")

    with pytest.raises(Stale):
        sign_minutes(held, by=review.board[0].user, read=before)


def test_nothing_changes_what_was_signed(client, review, held):
    minutes = signed(review, held)
    before = bytes(minutes.content)
    Motion.objects.update(yes=7)
    BoardMember.objects.update(position="member")
    review.board[0].user.name = "Ganz Anders"
    review.board[0].user.save()
    with pytest.raises(Refused):
        operations.write_minutes(held, by=review.officer, text="Nachträglich.")
    with pytest.raises(Refused):
        operations.reopen_minutes(held, by=review.officer)
    client.force_login(review.officer)

    shown = client.get(reverse("review:minutes-file", args=[held.pk, 1])).content

    assert shown == before
    assert (
        "Ganz Anders"
        not in client.get(reverse("review:minutes", args=[held.pk, 1])).content.decode().split("<aside")[0]
    )


def test_file_lost_between_the_last_signature_and_keeping_it_is_the_same_when_made_again(review, held):
    before = bytes(signed(review, held).content)
    Minutes.objects.update(content=None, sha256="", frozen_at=None)

    again = operations.freeze_minutes(Minutes.objects.get(meeting=held, number=1))

    assert bytes(again.content) == before


def test_signatures_are_taken_back_before_the_last_one(review, held):
    operations.write_minutes(held, by=review.officer, text="", secretary=review.officer)
    sign_minutes(held, by=review.board[0].user, read=fingerprint(held))

    with pytest.raises(Refused):
        operations.write_minutes(held, by=review.officer, text="Noch ein Satz.")
    operations.reopen_minutes(held, by=review.officer)
    again = operations.write_minutes(held, by=review.officer, text="Noch ein Satz.")

    assert (again.facts, again.signatures.count()) == (None, 0)


# --- Correcting -------------------------------------------------------------------------------------------------------


def test_correction_is_a_document_of_its_own_that_refers_to_the_minutes(review, held):
    minutes = signed(review, held)

    made = operations.correct_minutes(held, "TOP 1: Mona fehlte.", by=review.officer)
    corrected = sign_minutes(held, made.number, by=review.board[0].user, read=fingerprint(held, 2))

    text = " ".join(element.text for element in read(bytes(corrected.content))[0].children)
    assert (made.number, made.corrects, corrected.is_frozen) == (2, minutes, True)
    assert "TOP 1: Mona fehlte." in text
    assert minutes.sha256 in read(bytes(corrected.content))[0].all("Table")[0].text.replace(" ", "")
    assert bytes(Minutes.objects.get(pk=minutes.pk).content) == bytes(minutes.content)


def test_minutes_that_are_not_signed_are_not_corrected(review, held):
    with pytest.raises(Refused, match="noch nicht unterschrieben"):
        operations.correct_minutes(held, "Falsch.", by=review.officer)


@pytest.mark.parametrize("role", ["decider", "auditor", "administrator"])
def test_only_the_officer_writes_and_corrects(review, held, role):
    person = make_user(review.town, role)

    with pytest.raises(PermissionDenied):
        operations.write_minutes(held, by=person, text="Von mir.")
    with pytest.raises(PermissionDenied):
        operations.correct_minutes(held, "Von mir.", by=person)
    with pytest.raises(PermissionDenied):
        operations.reopen_minutes(held, by=person)


def test_page_saves_sentences_of_the_officer(client, review, held):
    client.force_login(review.officer)
    address = reverse("review:minutes", args=[held.pk, 1])
    item = held.items.first()

    client.post(
        address, {"version": 0, "text": "Beginn 18 Uhr.", f"remark-{item.pk}": "Gut besprochen.", "secretary": ""}
    )

    minutes = Minutes.objects.get(meeting=held)
    assert (minutes.text, minutes.remarks) == ("Beginn 18 Uhr.", {str(item.pk): "Gut besprochen."})
    assert "Gut besprochen." in client.get(address).content.decode()
