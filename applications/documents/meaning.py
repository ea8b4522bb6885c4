"""What a letter means: this case's amounts, days and next steps, in the language that is active.

It reads what the letter states (`Letter.facts`) and the days that came to it since, never the case as it is today.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from applications.models import Letter
from funding.templatetags.show import bdi, day, eur


@dataclass
class Meaning:
    """One sentence that says it, the figures, and what happens next in order."""

    lead: Any
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)


def meaning_of(letter: Letter) -> Meaning:
    """The letter explained; one issued before its facts were kept says only what every letter of its kind does."""
    meaning = _BY_KIND[Letter.Kind(letter.kind)](letter, letter.facts)
    if letter.notified_on and letter.kind in Letter.DECIDING:
        meaning.facts.append((_("Counts as received on"), day(letter.notified_on)))
    if letter.remedy_ends_on:
        meaning.facts.append((_("You can take action against it until"), day(letter.remedy_ends_on)))
    return meaning


def _say(sentence: str, **values: Any) -> SafeString:
    """A sentence with amounts, days and names that do not reorder its words, whichever way it is read."""
    return format_html(sentence, **{name: format_html("<bdi>{}</bdi>", value) for name, value in values.items()})


def _date(facts: dict[str, Any], name: str = "until") -> Any:
    return day(datetime.date.fromisoformat(facts[name])) if facts.get(name) else ""


def _award(letter: Letter, facts: dict[str, Any]) -> Meaning:
    title, granted, asked = letter.application.title, facts.get("cents"), facts.get("requested_cents")
    partial = bool(granted and asked and granted < asked)
    meaning = Meaning(_say(_("Good news: “{title}” gets a grant."), title=title))
    if partial:
        meaning.lead = _say(_("Good news: “{title}” gets a grant, but less than you asked for."), title=title)
    if granted:
        meaning.facts.append((_("You get up to"), eur(granted)))
    if partial:
        meaning.facts.append((_("You asked for"), eur(asked)))
        meaning.steps.append(_("The letter says why it is less, and how the amount was found."))
    if due := _date(facts):
        meaning.facts.append((_("Usage proof due by"), due))
    meaning.steps += [
        _("Please say whether you accept the grant. You do that here, beside the letter."),
        _("The money comes when the letter is final: after the time to take action, or sooner if you give that up."),
        _("Keep all receipts. After the project you tell us in a few sentences how it went and what you spent."),
    ]
    return meaning


def _rejection(letter: Letter, facts: dict[str, Any]) -> Meaning:
    meaning = Meaning(_say(_("“{title}” does not get a grant this time."), title=letter.application.title))
    if asked := facts.get("requested_cents"):
        meaning.facts.append((_("You asked for"), eur(asked)))
    meaning.steps = [
        _("The letter gives the reasons."),
        _("You can change your application and apply again. Talk to us before: we help you with it."),
        _("If you think the decision is wrong, you can take action against it. The last part of the letter says how."),
    ]
    return meaning


def _settlement(letter: Letter, facts: dict[str, Any]) -> Meaning:
    meaning = Meaning(_say(_("We have checked your usage proof for “{title}”."), title=letter.application.title))
    if "cents" in facts:
        meaning.facts.append((_("Your grant in the end"), eur(facts["cents"])))
    if rest := facts.get("rest_cents"):
        meaning.facts.append((_("We still pay you"), eur(rest)))
        meaning.steps.append(_("The rest of the money comes to your account. You need not do anything."))
    elif claim := facts.get("claim_cents"):
        meaning.facts.append((_("You received too much"), eur(claim)))
        meaning.steps.append(_("Please do not pay anything back yet. We ask you first, then you get another letter."))
    else:
        meaning.steps.append(_("Nothing is to be paid any more, by you or by us. You need not do anything."))
    meaning.steps.append(_("Please keep the receipts for five years."))
    return meaning


def _change_request(letter: Letter, facts: dict[str, Any]) -> Meaning:
    title = letter.application.title
    meaning = Meaning(_say(_("We have a question about “{title}” before we can go on."), title=title))
    if until := _date(facts):
        meaning.facts.append((_("Please answer by"), until))
    meaning.steps = [
        _("Open your application: the parts we ask about are marked. Change them and send it again."),
        _("Your application keeps the day on which it came in."),
        _("You need more time? Tell us before that day."),
    ]
    return meaning


def _extension(letter: Letter, facts: dict[str, Any]) -> Meaning:
    title = letter.application.title
    if facts.get("about") == "proof":
        meaning = Meaning(_say(_("You have more time for your usage proof for “{title}”."), title=title))
    else:
        meaning = Meaning(_say(_("You have more time to answer our question about “{title}”."), title=title))
    if until := _date(facts):
        meaning.facts.append((_("New day"), until))
    meaning.steps = [_("Everything else stays as it was.")]
    return meaning


def _hearing(letter: Letter, facts: dict[str, Any]) -> Meaning:
    title = letter.application.title
    leads = {
        "refusal": _("We may refuse your application “{title}”. Nothing is decided yet."),
        "revocation": _("We may take back the grant for “{title}”. Nothing is decided yet."),
        "repayment": _("We may ask money back for “{title}”. Nothing is decided yet."),
    }
    meaning = Meaning(_say(leads.get(facts.get("about", ""), leads["refusal"]), title=title))
    if until := _date(facts):
        meaning.facts.append((_("You can answer until"), until))
    meaning.steps = [
        _("The letter says why. Tell us what you think: here beside the letter, by mail or by post."),
        _("You need not answer. Then we decide with what we know."),
    ]
    return meaning


def _revocation(letter: Letter, facts: dict[str, Any]) -> Meaning:
    title = letter.application.title
    meaning = Meaning(_say(_("The grant for “{title}” is taken back."), title=title))
    if cents := facts.get("cents"):
        meaning.facts.append((_("It was"), eur(cents)))
    if owed := facts.get("repay_cents"):
        meaning.facts.append((_("You have to pay back"), eur(owed)))
        meaning.steps.append(_("The letter names the account. You cannot pay all at once? Talk to us before."))
    else:
        meaning.steps.append(_("No money was paid, so you need not pay anything back."))
    meaning.steps.append(
        _("If you think the decision is wrong, you can take action against it. The last part of the letter says how.")
    )
    return meaning


def _correction(letter: Letter, facts: dict[str, Any]) -> Meaning:
    meaning = Meaning(_("There was a mistake in an earlier letter. This one says what is right."))
    if facts.get("letter"):
        meaning.facts = [(_("The earlier letter"), bdi(facts["letter"])), (_("Its day"), _date(facts, "issued"))]
    meaning.steps = [_("Please keep both letters. Everything else in the first one stays as it is.")]
    return meaning


_BY_KIND = {
    Letter.Kind.AWARD: _award,
    Letter.Kind.REJECTION: _rejection,
    Letter.Kind.SETTLEMENT: _settlement,
    Letter.Kind.CHANGE_REQUEST: _change_request,
    Letter.Kind.EXTENSION: _extension,
    Letter.Kind.HEARING: _hearing,
    Letter.Kind.REVOCATION: _revocation,
    Letter.Kind.CORRECTION: _correction,
}
