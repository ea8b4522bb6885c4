"""The demo town: people to sign in as, and at least one case in every state of every machine.

Every case is walked there by the operations people use, each on its own day before today; nothing is written past
the gate. One unit of work builds it all, so a demo is there whole or not at all.
"""

from collections.abc import Iterable
from datetime import time

from applications import operations as applying
from applications.models import Application
from applications.narrative import german_versions
from budgets.models import Grant, Payment, UsageProof
from funding import clock, outbox
from funding.gate import carry_out, save_with_history, writes
from funding.models import Programme
from funding.policies import SYSTEM, Role
from funding.site.demo.cast import DOMAIN, Case, Cast, case_of, engage_staff, open_rounds
from funding.site.imports import SAMPLES, import_application, parse
from review import operations as review
from review.models import Meeting, Motion

WITH_PROBLEMS = (
    "04-above-the-cap",
    "05-fees-are-not-eligible",
    "06-plan-does-not-balance",
    "09-already-begun",
    "10-bad-bank-details",
)
TOURS, CHILDCARE, FESTIVAL, GUIDES, PARENTS = (
    "01-neighbourhood-tours",
    "02-mobile-childcare",
    "03-festival",
    "07-in-kind-hours",
    "08-written-in-turkish",
)
EVENING = time(18)  # when the board meets: after work

# --- The board --------------------------------------------------------------------------------------------------------


def _hold_meeting(cast: Cast, offset: int, cases: Iterable[tuple[Case, str, int]]) -> Meeting:
    """A meeting that was held: each case gets one motion, carried by five to one, or lost by one to five."""
    cases = list(cases)
    officer, chair = cast.staff[Role.OFFICER], cast.board[0]
    with clock.at(cast.day(offset - 14)):
        meeting = review.call_meeting(
            cast.programme,
            [case.application for case, _kind, _cents in cases],
            by=officer,
            held_on=cast.day(offset),
            begins=EVENING,
            place="Rathaus, Raum 107",
        )
    with clock.at(cast.day(offset)):
        for item in meeting.items.all():
            for user in cast.board:
                review.declare(item, by=user, biased=False)
        present = [seat.member_id for seat in meeting.attendance.all()]
        review.mark_present(meeting, set(present[:6]), by=officer)
        for item, (_case, kind, cents) in zip(meeting.items.order_by("position"), cases, strict=True):
            lost = kind == "none"
            motion = review.put_motion(
                item, by=chair, kind=Motion.Kind.DEFER if kind == "defer" else Motion.Kind.FUND, cents=cents
            )
            for number, user in enumerate(cast.board[:6]):
                for_it = (number > 0) != lost
                review.vote(motion, "yes" if for_it else "no", by=user)
            review.close_motion(motion, by=chair)
            reason = {
                "fund": "Das Projekt bringt Menschen zusammen, die sich sonst nicht begegnen.",
                "none": "Das Angebot gibt es im selben Stadtteil schon.",
                "defer": "Der Beirat möchte wissen, ob der Raum sicher ist.",
            }[kind]
            review.finish_item(item, by=chair, reason=reason)
    for case, _kind, _cents in cases:
        case.application = Application.objects.with_parties().get(pk=case.application.pk)
    return meeting


# --- The story --------------------------------------------------------------------------------------------------------


def _season(
    cast: Cast, titles: Iterable[tuple[str, str, int, str]], *, received: int, start: int, end: int
) -> list[Case]:
    """Cases that went to the board together: (sample, title, cents, motion), received on one day."""
    titles = list(titles)
    cases = [
        case_of(cast, sample, received, start=start, end=end, title=title).submit(received).admit(received + 5)
        for sample, title, _cents, _kind in titles
    ]
    _hold_meeting(
        cast, received + 30, [(case, kind, cents) for case, (_s, _t, cents, kind) in zip(cases, titles, strict=True)]
    )
    return cases


def _last_season(cast: Cast) -> None:
    """Projects that are over: closed, to be paid back, revoked, and usage proofs in every state."""
    titles = (
        (TOURS, "Nachbarn zeigen Nachbarn ihr Viertel", 1_598_90, "fund"),
        (GUIDES, "Lotsen für die ersten hundert Tage", 1_500_00, "fund"),
        (PARENTS, "Aileler buluşuyor: Familientreff am Samstag", 832_50, "fund"),
        (TOURS, "Stadtrallye für Familien", 1_598_90, "fund"),
        (PARENTS, "Okul yolu: gemeinsam zur Schule", 832_50, "fund"),
        (GUIDES, "Behördenpaten", 1_500_00, "fund"),
        (PARENTS, "Mahalle kahvaltısı: Frühstück im Quartier", 832_50, "fund"),
    )
    cases = _season(cast, titles, received=-430, start=-372, end=-130)
    for case, (_sample, _title, cents, _kind) in zip(cases, titles, strict=True):
        case.release(-395, cents).accept(-390)
    closed, owing, revoked, submitted, returned, checked, late = cases

    closed.pay(-380, 1_598_90)
    closed.prove(-100).check_proof(-95).settle(-90)
    closed.act(-80, closed.grant, "close", Role.OFFICER)

    owing.pay(-380, 1_500_00)
    owing.prove(-60, percent=40).check_proof(-50).settle(-40)

    off = "Das Projekt findet nicht statt."
    revoked.act(-330, revoked.grant, "hear", Role.OFFICER, day=cast.day(-312), reason=off)
    revoked.send_mails(-330)
    revoked.act(-316, revoked.grant, "answer_hearing", Role.OFFICER, statement="Das stimmt, uns fehlen die Leute.")
    revoked.act(-300, revoked.grant, "revoke", Role.DECIDER, reason=off)

    for case in (submitted, returned, checked, late):
        case.pay(-370, 600_00)
    for case in (submitted, returned, checked):
        case.prove(-12)
    question = "Bitte schreiben Sie dazu, wie viele Familien dabei waren."
    returned.act(-8, returned.proof, "return_with_questions", Role.OFFICER, reason=question)
    checked.check_proof(-5)


def _this_season(cast: Cast) -> None:
    """Projects that were decided a month ago: letters on their way, money on its way, one deferred, one undecided."""
    titles = (
        (TOURS, "Angekommen in Königsborn: Stadtteilführungen von Neuen für Neue", 1_598_90, "fund"),
        (CHILDCARE, "Spielkoffer: mobile Kinderbetreuung während der Sprachkurse", 2_605_00, "fund"),
        (GUIDES, "Willkommenslotsen: jemand geht mit", 1_500_00, "fund"),
        (PARENTS, "Anneler konuşuyor: Elternnetzwerk Königsborn", 832_50, "fund"),
        (FESTIVAL, "Ein Tisch für alle: Fest der Kulturen auf dem Lindenplatz", 2_500_00, "fund"),
        (GUIDES, "Patenschaften fürs erste Jahr", 1_500_00, "fund"),
        (PARENTS, "Nachmittage im Elterncafé", 832_50, "fund"),
        (GUIDES, "Zweite Lotsengruppe Unna-Süd", 1_500_00, "none"),
        (PARENTS, "Spielgruppe am Vormittag", 832_50, "fund"),
        (TOURS, "Führungen durch die Bücherei", 1_598_90, "defer"),
    )
    cases = _season(cast, titles, received=-70, start=-5, end=120)
    issued, childcare, guides, parents, festival, declined, lapsed, rejected, undecided, _deferred = cases
    review.take_usual_provisions(cast.town, by=cast.staff[Role.OFFICER])
    undecided.decide(-3, 832_50)
    issued.release(-1, 1_598_90, mail=False, picks=["Hinweis auf die Förderung", "Einladung"])
    childcare.release(-30, 2_605_00).accept(-28)
    guides.release(-30, 1_500_00).accept(-28)
    parents.release(-30, 832_50).accept(-28)
    part = "Der Topf soll für mehr Projekte reichen; die Bühne fällt kleiner aus."
    festival.release(-30, 2_500_00, reasons=part).accept(-28, waive=False)
    declined.release(-30, 1_500_00)
    lapsed.release(-30, 832_50)
    rejected.release(-30, 0, kind="reject", reasons="Das Angebot gibt es im selben Stadtteil schon.")
    for case in (declined, lapsed, rejected):
        with case.on(-27):
            applying.open_letter(case.letter, by=case.writer)

    childcare.pay(-20, 1_000_00)
    childcare.pay(-2, 605_00, until="requested")
    guides.pay(-15, 500_00, until="ordered")
    guides.pay(-10, 400_00, until="verified")
    unclear = guides.pay(-9, 300_00, until="requested")
    guides.act(-8, unclear, "send_back", Role.VERIFIER, reason="Bitte schreiben Sie, wofür das Geld gebraucht wird.")
    parents.pay(-12, 300_00, until="exported")
    closed_account = parents.pay(-25, 200_00)
    parents.act(-18, closed_account, "return_by_bank", Role.CASHIER, reason="Konto erloschen")
    doubled = parents.pay(-24, 100_00, until="ordered")
    parents.act(-20, doubled, "cancel", Role.OFFICER, reason="Doppelt angefordert")
    remedy = {"day": cast.day(-10), "reason": "Klage gegen die Höhe der Zuwendung"}
    festival.act(-9, festival.grant, "record_remedy", Role.OFFICER, **remedy)
    with declined.on(-20):
        carry_out(declined.grant, "decline", by=declined.writer, reason="Wir haben einen anderen Geldgeber gefunden.")
    lapsed.act(-5, lapsed.grant, "lapse", Role.OFFICER, reason="Trotz Nachfrage keine Antwort.")


def _coming_meeting(cast: Cast) -> None:
    """What is on the officer's desk today: new, incomplete, returned, on the next agenda, withdrawn, lapsed."""
    later = {"start": 70, "end": 160}
    officer = cast.staff[Role.OFFICER]
    case_of(cast, TOURS, -2, title="Stadtteilführungen: zweite Runde", **later)
    case_of(cast, CHILDCARE, -4, title="Spielkoffer auch am Samstag", **later).submit(-4)
    case_of(cast, FESTIVAL, -6, title="Tanzwerkstatt ohne Grenzen", **later).submit(-6, online=False)

    with clock.at(cast.day(-8)):
        file = parse((SAMPLES / "10-bad-bank-details.toml").read_bytes())
        file.answers.update(
            received_on=cast.day(-8), start=cast.day(70), end=cast.day(160), title="Radwerkstatt Lünern"
        )
        paper = import_application(file, cast.programme, submit=False).application
        carry_out(
            paper, "receive_incomplete", by=officer, reason="Die IBAN stimmt nicht. Bitte nennen Sie sie noch einmal."
        )

    returned = case_of(cast, GUIDES, -20, title="Lotsen für Familien", **later).submit(-20)
    with returned.on(-15):
        wish = {"when": "Bitte nennen Sie einen Ort, der mit dem Bus zu erreichen ist."}
        review.return_for_changes(returned.application, wish, by=officer, reason="Eine Frage zum Ort ist noch offen.")
    returned.send_mails(-15)

    agenda = [
        case_of(cast, sample, -25, title=title, **later).submit(-25).admit(-18).application
        for sample, title in (
            (FESTIVAL, "Sommerküche auf dem Lindenplatz"),
            (PARENTS, "Vorlesen in zwei Sprachen"),
            (CHILDCARE, "Betreuung beim Elternabend"),
        )
    ]
    with clock.at(cast.day(-7)):
        review.call_meeting(
            cast.programme, agenda, by=officer, held_on=cast.day(9), begins=EVENING, place="Rathaus, Raum 107"
        )

    withdrawn = case_of(cast, PARENTS, -30, title="Ausflug ins Museum", **later).submit(-30)
    with withdrawn.on(-22):
        carry_out(withdrawn.application, "withdraw", by=withdrawn.writer, reason="Wir machen es ohne Zuschuss.")

    lapsed = case_of(cast, GUIDES, -60, title="Kochtreff", **later).submit(-60)
    with lapsed.on(-50):
        review.return_for_changes(
            lapsed.application,
            {"costs": "Bitte teilen Sie die Kosten auf."},
            by=officer,
            reason="Der Kostenplan fehlt.",
        )
    lapsed.send_mails(-50)
    lapsed.act(-20, lapsed.application, "lapse", Role.OFFICER, reason="Trotz Nachfrage keine Antwort.")


def _advice(cast: Cast) -> None:
    """A draft in which help was asked, with a proposed wording, and a German version that waits to be confirmed."""
    officer = cast.staff[Role.OFFICER]
    draft = case_of(cast, TOURS, -6, start=90, end=200, title="Fest der Sprachen")
    with draft.on(-2):
        question = "Reicht die Beschreibung so? Wir wissen noch nicht, wie viele kommen."
        review.write(draft.application, question, by=draft.writer, section="idea")
    with draft.on(-1):
        answer = "Schätzen genügt. Eine Zahl hilft dem Beirat, zum Beispiel so:"
        summary = "Zehn Sprachen stellen sich an einem Nachmittag vor. Etwa 150 Menschen aus dem Viertel kommen."
        review.propose(draft.application, "summary", summary, by=officer, comment=answer)
        review.log_advice(draft.application, by=officer, given_on=clock.today(), kind="chat", minutes=10)
    turkish = case_of(cast, PARENTS, -12, start=95, end=210, title="Veliler için okul rehberi", summary_de="")
    turkish.submit(-12)
    german = "Eltern von Schulanfängern treffen sich jeden Monat, besprechen ihre Fragen und helfen einander."
    with turkish.on(-4):
        seen = {version.field: version.mark for version in german_versions(turkish.application)}
        applying.write_german(turkish.application, {"summary": german}, by=officer, seen=seen)
        applying.ask_to_confirm(turkish.application, by=officer, day=cast.day(10))
        review.add_note(turkish.application, "Frau Çelik ist vormittags gut zu erreichen.", by=officer)
    with turkish.on(-3):
        review.log_advice(cast.town, by=officer, given_on=clock.today(), kind="phone", minutes=20)


@writes
@outbox.pretended()
def build(programme: Programme) -> dict[str, int]:
    """Fill the town of this programme with the demo; how many applications, grants, payments and proofs it holds."""
    town = programme.municipality
    # Numbers that the Federal Network Agency keeps free for films and examples.
    town.phone, town.email = town.phone or "(0221) 4710 123", town.email or f"integration@{DOMAIN}"
    town.iban, town.account_holder = "DE02370501980001802057", town.name
    save_with_history(town, by=SYSTEM, reason="demo")
    cast = Cast(town=town, programme=programme, today=clock.today())
    engage_staff(cast)
    programme.contact_name = cast.staff[Role.OFFICER].name
    save_with_history(programme, by=SYSTEM, reason="demo")
    open_rounds(cast)
    for sample in WITH_PROBLEMS:
        with clock.at(cast.day(-3)):
            file = parse((SAMPLES / f"{sample}.toml").read_bytes())
            begun = "already-begun" in sample
            file.answers.update(received_on=cast.day(-3), start=cast.day(-40 if begun else 70), end=cast.day(160))
            import_application(file, programme, submit=True)
    _last_season(cast)
    _this_season(cast)
    _coming_meeting(cast)
    _advice(cast)
    return {
        model._meta.model_name or "": model._default_manager.count()
        for model in (Application, Grant, Payment, UsageProof)
    }
