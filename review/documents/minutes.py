"""The minutes of a meeting (§ 93 VwVfG) and their corrections, from the facts that are signed. German."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from applications.documents import german_day, german_moment
from funding.money import format_eur
from funding.pdf import Block, Bullets, Column, Facts, Grid, Heading, Strong, Text, render_report
from funding.pdf.fonts import begins_from_right

POSITIONS = {
    "chair": "Vorsitz",
    "deputy": "stellvertretender Vorsitz",
    "member": "Mitglied",
    "substitute": "Stellvertretung",
}
ROLES = {"chair": "Leitung der Sitzung", "items": "Leitung bei", "secretary": "Schriftführung"}
RECOMMENDED = {
    "fund": "Der Beirat empfiehlt eine Zuwendung von {amount}.",
    "do-not-fund": "Der Beirat empfiehlt keine Zuwendung.",
    "none": "Der Beirat gibt keine Empfehlung ab. Der Fall geht ohne Empfehlung weiter.",
}
OUTCOMES = {
    "deferred": "Der Fall wird vertagt.",
    "taken-off": "Der Fall wurde von der Tagesordnung genommen, bevor der Beirat darüber sprach.",
    "open": "Der Beirat kam zu keinem Ergebnis. Der Fall kann auf die nächste Tagesordnung.",
}
CARRIED = {"carried": "angenommen", "rejected": "abgelehnt", "void": "ungültig"}


def title_of(facts: Mapping[str, Any]) -> str:
    day = german_day(date.fromisoformat(facts["held_on"]))
    kind = "des Umlaufverfahrens bis" if facts["written"] else "der Sitzung am"
    return f"{'Berichtigung der ' if facts['corrects'] else ''}Niederschrift {kind} {day}"


def minutes_pdf(facts: Mapping[str, Any], signatures: Sequence[Mapping[str, Any]], *, day: date) -> bytes:
    """The signed document; the same facts and signatures give the same bytes."""
    return render_report(
        [*minutes_blocks(facts), *signature_blocks(facts, signatures)],
        title=title_of(facts),
        subtitle=facts["board"],
        author=facts["author"],
        date=day,
    )


def minutes_blocks(facts: Mapping[str, Any], hidden: Collection[int] = ()) -> list[Block]:
    """What the document says, from its facts; of `hidden` items (for who may not read them) only the heading."""
    if facts["corrects"]:
        return _correction(facts) if not hidden else [Text("Diese Berichtigung ist für Sie nicht einsehbar.")]
    blocks = _head(facts)
    for item in facts["items"]:
        blocks += _item(item) if item["item"] not in hidden else _hidden(item)
    return [*blocks, *_list(facts["list"], hidden)] if facts["list"] else blocks


def _list(saved: Mapping[str, Any], hidden: Collection[int]) -> list[Block]:
    """The amounts the board put together, in its order."""
    rows = [
        (
            f"TOP {entry['position']}",
            entry["title"],
            format_eur(entry["cents"]) if entry["fits"] else "passt nicht mehr",
        )
        for entry in saved["entries"]
        if entry["item"] not in hidden
    ]
    moment = german_moment(datetime.fromisoformat(saved["at"]))
    columns = [Column("TOP", 0.8), Column("Projekt", 4), Column("Betrag", 1.8, numeric=True)]
    return [Heading("Liste des Beirats"), Text(f"Gespeichert von {saved['by']}, {moment}:"), Grid(columns, rows)]


def _correction(facts: Mapping[str, Any]) -> list[Block]:
    original = facts["corrects"]
    return [
        Text(
            f"Berichtigt wird die Niederschrift, die am {german_day(date.fromisoformat(original['day']))} "
            "unterschrieben wurde. Sie bleibt unverändert bei den Akten."
        ),
        Facts([("Prüfsumme (SHA-256)", original["sha256"])]),
        Heading("Was berichtigt wird"),
        _typed(facts["text"]),
    ]


def _head(facts: Mapping[str, Any]) -> list[Block]:
    """Place, day, who led, who was there, and what is special about this meeting."""
    day = german_day(date.fromisoformat(facts["held_on"]))
    pairs = [
        ("Gremium", facts["board"]),
        ("Programm", facts["programme"]),
        ("Frist" if facts["written"] else "Tag", f"{day}{', ' + facts['begins'] + ' Uhr' if facts['begins'] else ''}"),
        ("Ort", "Umlaufverfahren (schriftlich)" if facts["written"] else facts["place"] or "–"),
        ("Eingeladen am", german_day(date.fromisoformat(facts["invited_on"])) if facts["invited_on"] else "–"),
        ("Leitung", facts["led_by"] or "–"),
    ]
    if facts["secretary"]:
        pairs.append(("Schriftführung", facts["secretary"]["name"]))
    blocks: list[Block] = [Facts(pairs)]
    people = [(seat["present"], f"{seat['name']} ({POSITIONS[seat['position']]})") for seat in facts["seats"]]
    if facts["written"]:
        blocks += [Heading("Beteiligt"), Bullets([name for _there, name in people])]
        blocks.append(Text("Schweigen zählt weder als Stimme noch als Widerspruch."))
    else:
        present, absent = ([name for there, name in people if there is wanted] for wanted in (True, False))
        blocks += [Heading("Anwesend"), Bullets(present) if present else Text("Niemand.")]
        blocks += [Heading("Nicht anwesend"), Bullets(absent)] if absent else []
    if facts["repeats"]:
        first = german_day(date.fromisoformat(facts["repeats"]))
        blocks.append(
            Text(
                f"Die Sitzung am {first} war für diese Fälle nicht beschlussfähig. Diese zweite Sitzung ist es ohne "
                "Rücksicht auf die Zahl der Anwesenden; darauf hat die Einladung hingewiesen (§ 90 Abs. 2 VwVfG)."
            )
        )
    if facts["short_notice"]:
        blocks.append(Text("Eingeladen wurde mit verkürzter Frist."))
    return [*blocks, *([_typed(facts["text"])] if facts["text"] else [])]


def _title(item: Mapping[str, Any]) -> Heading:
    return Heading(f"TOP {item['position']}: {item['title']}", anchor=f"top-{item['item']}")


def _hidden(item: Mapping[str, Any]) -> list[Block]:
    return [_title(item), Text("Diesen Punkt sehen nur Personen, die erklärt haben, dass sie nicht befangen sind.")]


def _item(item: Mapping[str, Any]) -> list[Block]:
    pairs = [("Antrag von", f"{item['organisation']} ({item['file_number']})")]
    if item["led_by"]:
        pairs.append(("Leitung", item["led_by"]))
    if item["entitled"] is not None:
        pairs.append(("Stimmberechtigt", f"{item['entitled']}, davon anwesend {item['voters']}"))
    pairs.append(("Befangen", "; ".join(_excluded(one) for one in item["excluded"]) or "niemand"))
    blocks: list[Block] = [_title(item), Facts(pairs)]
    if item["excluded"]:
        blocks.append(Text("Wer befangen ist, war bei diesem Punkt nicht anwesend und hat nicht abgestimmt."))
    blocks += [Text(_ruling(ruling)) for ruling in item["rulings"]]
    if item["motions"]:
        blocks.append(_votes(item["motions"]))
        blocks += [Text(f"Widerspruch gegen das Umlaufverfahren: {name}.") for name in item["objections"]]
    blocks.append(Text((Strong("Ergebnis: "), _outcome(item))))
    if item["conditions"]:
        blocks.append(Text((Strong("Bedingungen: "), item["conditions"])))
    if item["reason"]:
        blocks.append(Text((Strong("Begründung: "), item["reason"])))
    if item["remark"]:
        blocks.append(_typed(item["remark"]))
    return blocks


def _excluded(one: Mapping[str, Any]) -> str:
    return f"{one['name']} ({one['reason']})" if one["reason"] else one["name"]


def _ruling(ruling: Mapping[str, Any]) -> str:
    begin = f"Zweifel an der Unbefangenheit von {ruling['name']} ({ruling['question']}): "
    if ruling["biased"] is None:
        return begin + "Der Zweifel hat sich erledigt."
    said = "befangen" if ruling["biased"] else "nicht befangen"
    counts = f"Ja {ruling['yes']}, Nein {ruling['no']}, Enthaltung {ruling['abstained']}"
    return f"{begin}Der Beirat hat ohne das Mitglied entschieden, dass es {said} ist ({counts})."


def _votes(motions: Sequence[Mapping[str, Any]]) -> Grid:
    count = [Column(name, 0.9, numeric=True) for name in ("Ja", "Nein", "Enthaltung", "Befangen")]
    rows = []
    for motion in motions:
        what = "Vertagen" if motion["kind"] == "defer" else f"Zuwendung {format_eur(motion['cents'])}"
        what += f" ({motion['conditions']})" if motion["conditions"] else ""
        counts = [str(motion[name]) if motion[name] is not None else "–" for name in ("yes", "no", "abstained")]
        excluded = str(motion["excluded"]) if motion["excluded"] is not None else "–"
        rows.append((what, *counts, excluded, CARRIED[motion["result"]]))
    count[2] = Column("Enthaltung", 1.3, numeric=True)
    return Grid([Column("Antrag", 2.8), *count, Column("Ergebnis", 1.4)], rows, row_headers=True)


def _outcome(item: Mapping[str, Any]) -> str:
    if item["outcome"] in OUTCOMES:
        return OUTCOMES[item["outcome"]]
    sentence = RECOMMENDED.get(item["outcome"], RECOMMENDED["none"]).format(amount=format_eur(item["cents"]))
    return f"{sentence} Der Fall wird wiederholt." if item["superseded"] else sentence


def _typed(text: str) -> Text:
    return Text(text, lang="ar" if begins_from_right(text) else None)


def signature_blocks(facts: Mapping[str, Any], signatures: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Who signed in the platform, and when."""
    lines = []
    for signature in signatures:
        signer = next(
            one for one in facts["signers"] if (one["user"], one["role"]) == (signature["user"], signature["role"])
        )
        lines.append(
            f"{signer['name']}, {role_of(signer)}, am {german_moment(datetime.fromisoformat(signature['at']))}"
        )
    return [Heading("Unterschriften"), Text("In der Plattform bestätigt von:"), Bullets(lines)] if lines else []


def role_of(signer: Mapping[str, Any]) -> str:
    """As whom somebody signs."""
    numbers = ", ".join(f"TOP {number}" for number in signer["items"])
    return f"{ROLES[signer['role']]}{' ' + numbers if signer['role'] == 'items' else ''}"
