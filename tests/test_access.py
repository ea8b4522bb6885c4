"""Every address × every person → status: who may call what, written out; a new address without a row fails.

`applicant` may act for the group whose cases these are; `viewer` may only read for it; `other` acts for another group
of the same town; `board` sits in the meeting, `biased` does too and declared bias; `elsewhere` has every role and a
group in another town. A page that is not theirs does not exist for people (404).
"""

from collections import defaultdict
from pathlib import Path

from django.db import transaction
from django.test import Client, TestCase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from funding.personal import token_for
from tests.world import PEOPLE, World, build

# Which object stands in an address; a name without one takes none.
ARGUMENTS = {
    "programme": lambda w: [w["town"].slug, w["programme"].slug],
    **{
        name: lambda w: [w["town"].slug, w["programme"].slug]
        for name in ("programme-meter", "poster", "take-idea", "begin", "eligibility-result")
    },
    "eligibility": lambda w: [w["town"].slug, w["programme"].slug, "who"],
    "setup": lambda w: ["no-such-token"],
    "absence-end": lambda w: [w["absence"].pk],
    "case": lambda w: [w["submitted"].pk],
    "role-remove": lambda w: [w["assignment"].pk],
    "town": lambda w: [w["town"].pk],
    "letter-texts": lambda w: [w["town"].pk],
    "letter-sample": lambda w: [w["town"].pk, "award"],
    "letter-text": lambda w: [w["town"].pk, "award", "proof"],
    "letter-text-restore": lambda w: [w["town"].pk, "award", "proof", 0],
    "stationery": lambda w: [w["town"].pk],
    "programme-edit": lambda w: [w["programme"].pk],
    "round-create": lambda w: [w["programme"].pk],
    "message": lambda w: [w["message"].pk],
    "message-confirm": lambda w: [w["message"].pk],
    "message-discard": lambda w: [w["message"].pk],
    "upload-file": lambda w: [w["upload"].key],
    "document": lambda w: [w["letter"].key],
    "applications:create": lambda w: [w["programme"].pk],
    "applications:letter-meaning": lambda w: [w["letter"].key],
    "applications:correct-letter": lambda w: [w["letter"].pk],
    "applications:post-letter": lambda w: [w["unposted"].pk],
    "applications:handover-letter": lambda w: [w["unposted"].pk],
    **{f"applications:{name}-letter": lambda w: [w["posted"].pk] for name in ("return", "receipt", "contest")},
    "applications:remove-upload": lambda w: [w["upload"].pk],
    "applications:group": lambda w: [w["group"].pk],
    "applications:agreement": lambda w: [w["group"].pk],
    **{
        f"applications:{name}": lambda w: [w["counter"].pk]
        for name in ("read-back", "read-back-file", "send-code", "assist-again", "take-over")
    },
    "applications:confirm": lambda w: [w["counter"].pk, "code"],
    "applications:dismiss-upload": lambda w: [w["failed"].pk],
    "applications:attachment-later": lambda w: [w["draft"].pk, "statutes"],
    "applications:members": lambda w: [w["draft"].organisation_id],
    "applications:member": lambda w: [w["membership"].pk],
    "applications:remove-member": lambda w: [w["membership"].pk],
    "applications:invitation": lambda w: [w["invitation"].key],
    "applications:revoke-invitation": lambda w: [w["invitation"].pk],
    "applications:detail": lambda w: [w["draft"].pk],
    "applications:consents": lambda w: [w["submitted"].pk],
    "applications:copy": lambda w: [w["submitted"].pk],
    "applications:check": lambda w: [w["draft"].pk],
    "applications:upload": lambda w: [w["draft"].pk],
    "applications:receipt": lambda w: [w["submitted"].pk, w["submission"].number],
    "applications:move": lambda w: [w["submitted"].pk, "withdraw"],
    "applications:edit": lambda w: [w["returned"].pk, "idea"],
    "applications:autosave": lambda w: [w["returned"].pk, "idea"],
    "review:check": lambda w: [w["submitted"].pk],
    "review:compare": lambda w: [w["submitted"].pk],
    "review:costs": lambda w: [w["submitted"].pk],
    "review:return": lambda w: [w["submitted"].pk],
    **{f"review:{name}": lambda w: [w["submitted"].pk] for name in ("advice", "assign", "bias")},
    "review:bias-withdraw": lambda w: [w["bias"].pk],
    "review:attachment": lambda w: [w["attachment"].key],
    "review:proposal": lambda w: [w["proposal"].pk],
    "review:propose": lambda w: [w["returned"].pk, "summary"],
    **{f"review:{name}": lambda w: [w["turkish"].pk] for name in ("german", "german-write")},
    "review:german-wrong": lambda w: [w["turkish"].pk, "summary"],
    "review:advice-new": lambda w: [w["town"].pk],
    **{f"review:{name}": lambda w: [w["returned"].pk] for name in ("conversation", "share", "answered", "notes")},
    "review:decide": lambda w: [w["recommended"].pk],
    **{
        f"review:{name}": lambda w: [w["meeting"].pk]
        for name in ("agenda", "meeting", "meeting-again", "meeting-cancel", "meeting-end", "meeting-file")
    },
    **{f"review:minutes{act}": lambda w: [w["held"].pk, 1] for act in ("", "-sign", "-reopen", "-file")},
    "review:minutes-correct": lambda w: [w["held"].pk],
    **{
        f"review:{name}": lambda w: [w["meeting"].pk]
        for name in ("dossier", "dossier-progress", "dossier-file", "funding-line")
    },
    **{f"review:{name}": lambda w: [w["meeting"].pk] for name in ("meeting-move", "present")},
    "review:rule": lambda w: [w["ruling"].pk],
    "review:seat": lambda w: [w["seat"].pk],
    "personal": lambda w: [token_for(w.people["board"], "review:meeting", w["meeting"].pk)],
    **{
        f"review:{name}": lambda w: [w["item"].pk]
        for name in (
            "item",
            "item-note",
            "ballot",
            "comment",
            "declare",
            "doubt",
            "exclude",
            "motion",
            "finish",
            "go-on",
        )
    },
    "review:private-note": lambda w: [w["item"].pk],
    **{f"review:{name}": lambda w: [w["motion"].pk] for name in ("vote", "object", "close")},
    "review:decision-letter": lambda w: [w["decision"].pk],
    "review:provision": lambda w: [w["provision"].pk],
    **{f"review:{name}": lambda w: [w["town"].pk] for name in ("provision-create", "provisions-usual")},
    "review:release": lambda w: [w["decision"].pk],
    **{f"budgets:{name}": lambda w: [w["year"].pk] for name in ("year", "year-move", "year-block")},
    **{f"budgets:{name}": lambda w: [w["grant"].pk] for name in ("grant", "call", "repayment")},
    "budgets:grant_move": lambda w: [w["grant"].pk, "waive"],
    "budgets:payment": lambda w: [w["payment"].pk],
    "budgets:payment-order": lambda w: [w["payment"].pk],
    "budgets:payment_move": lambda w: [w["payment"].pk, "verify"],
    "budgets:run": lambda w: [w["run"].pk],
    "budgets:run-file": lambda w: [w["run"].key],
    **{f"budgets:{name}": lambda w: [w["proof"].pk] for name in ("proof", "proof-sum", "proof-submit")},
    "budgets:proof_check": lambda w: [w["proof-submitted"].pk],
    "budgets:settle": lambda w: [w["proof-checked"].pk],
    "budgets:proof_move": lambda w: [w["proof-submitted"].pk, "return_with_questions"],
}


def table() -> dict[str, dict[str, dict[int, str]]]:
    """tests/access.txt: a name, below it a line per method with `status people | status people`; `else`: all others."""
    found: dict[str, dict[str, dict[int, str]]] = {}
    for line in Path(__file__).with_name("access.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith(" "):
            row = found.setdefault(line, {})
            continue
        method, _space, rest = line.strip().partition(" ")
        groups = [group.split() for group in rest.split("|")]
        named = {person for group in groups for person in group[1:]}
        row[method] = {
            int(status): " ".join(p for p in PEOPLE if p in people or (people == ["else"] and p not in named))
            for status, *people in groups
        }
    return found


TABLE = table()


def names(patterns=None, prefix=""):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


NAMES = sorted(set(names()))


def statuses(world: World, name: str, method: str) -> dict[int, str]:
    """status -> the people who get it, each request undone before the next."""
    found = defaultdict(list)
    url = reverse(name, args=ARGUMENTS.get(name, lambda w: [])(world))
    for person in PEOPLE:
        point = transaction.savepoint()
        client = Client()
        if (user := world.people[person]) is not None:
            client.force_login(user)
        response = getattr(client, method.lower())(url)
        found[response.status_code].append(person)
        if response.streaming:
            b"".join(response.streaming_content)  # read to the end, so that the file is closed
        transaction.savepoint_rollback(point)
    return {status: " ".join(people) for status, people in sorted(found.items())}


def test_every_address_is_listed_and_nothing_else():
    assert sorted(TABLE) == NAMES


class TestAccess(TestCase):
    """One world for all addresses; each test runs in a savepoint of its own."""

    @classmethod
    def setUpTestData(cls):
        cls.world = build()


def _check(name, method):
    def test(self):
        assert statuses(self.world, name, method) == dict(sorted(TABLE[name][method].items()))

    return test


for _name in NAMES:
    for _method in ("GET", "POST"):
        setattr(TestAccess, f"test_{_method}_{_name.replace(':', '_').replace('-', '_')}", _check(_name, _method))


def test_demo_pages_open_on_loopback_with_the_demo_only(client, settings, db):
    settings.DEMO = True

    assert client.get(reverse("demo"), REMOTE_ADDR="127.0.0.1", HTTP_HOST="127.0.0.1").status_code == 200
    assert client.get(reverse("demo"), REMOTE_ADDR="192.0.2.7", HTTP_HOST="127.0.0.1").status_code == 404
