"""What the pages say about an application: a sentence for every code, the applicant's words for every state."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications import rules
from applications.sections import BY_SLUG
from applications.workflow import State
from funding import money

# --- Problems and warnings --------------------------------------------------------------------------------------------

# code -> (section that mends it, sentence). Each says what is wrong and what to do.
SENTENCES: dict[str, tuple[str, Any]] = {
    **{
        f"unclear-{slug}": (
            slug,
            gettext_lazy("One answer is not right yet. What you typed is kept; please look at it."),
        )
        for slug in BY_SLUG
    },
    "missing-name": ("organisation", gettext_lazy("The name of your group or organisation is missing.")),
    "missing-legal-form": ("organisation", gettext_lazy("Please say what kind of group or organisation you are.")),
    "missing-address": ("organisation", gettext_lazy("Street, postal code or town is missing. Letters go there.")),
    "missing-representatives": (
        "organisation",
        gettext_lazy("Please name at least one person who may sign for you."),
    ),
    "missing-title": ("idea", gettext_lazy("Your project still needs a name.")),
    "missing-summary": ("idea", gettext_lazy("Please describe your project in a few sentences.")),
    "missing-action-field": ("idea", gettext_lazy("Please choose what your project is mainly about.")),
    "missing-dates": ("when", gettext_lazy("Please say when your project begins and when it ends.")),
    "missing-costs": ("costs", gettext_lazy("Please write down at least one thing that costs money.")),
    "missing-iban": ("bank", gettext_lazy("The IBAN is missing. It stands on the bank card and on every statement.")),
    "missing-account-holder": ("bank", gettext_lazy("Please say whose account it is, as the bank writes the name.")),
    "missing-attachments": (
        "files",
        gettext_lazy("A file we need is not there yet. Please add it, or say that you hand it in later."),
    ),
    "missing-declarations": ("", gettext_lazy("Please confirm every point at the end of this page.")),
    "grant-above-cap": (
        "costs",
        gettext_lazy(
            "You ask for %(requested)s. The programme pays at most %(cap)s for one project. Please ask for less."
        ),
    ),
    "grant-above-eligible": (
        "costs",
        gettext_lazy(
            "You ask for %(requested)s, but only %(eligible)s of your costs count here. Please ask for less, "
            "or look at the lines that count in part or not at all."
        ),
    ),
    "grant-above-gap": (
        "costs",
        gettext_lazy(
            "You ask for %(requested)s, but after your own and other money only %(gap)s is missing. "
            "Please ask for less."
        ),
    ),
    "plan-not-balanced": ("costs", gettext_lazy("Costs and money are not the same sum yet. %(balance)s")),
    "already-begun": (
        "when",
        gettext_lazy(
            "The project begins before this application arrives. We cannot pay for what has already begun, and no "
            "consent given later changes that. Please enter the day on which the part you ask for begins, or call us."
        ),
    ),
    "iban-invalid": (
        "bank",
        gettext_lazy("This IBAN is not right: its check digits do not fit. Please compare it with your bank card."),
    ),
    "dates-reversed": ("when", gettext_lazy("The project ends before it begins. Please look at the two dates again.")),
    "amount-out-of-range": (
        "costs",
        gettext_lazy("One amount is zero or far too large. Please look at the lines again."),
    ),
    "no-grant-requested": (
        "costs",
        gettext_lazy("Nothing is asked for yet. Please enter under “Who pays” how much you need from the town."),
    ),
    "other-funding-undecided": (
        "costs",
        gettext_lazy("Somebody else has not yet said yes to their money. Tell us as soon as you know."),
    ),
    "lead-time-short": (
        "when",
        gettext_lazy(
            "You want to begin soon: a decision takes about %(weeks)s weeks. Do not order or sign anything before you "
            "have our answer. If it is urgent, ask for an early start at “When and where”."
        ),
    ),
    "account-holder-differs": (
        "bank",
        gettext_lazy("The account belongs to somebody who is named nowhere else. We may ask you about it."),
    ),
    "bank-unknown": ("bank", gettext_lazy("We do not know this bank. Please compare the IBAN once more.")),
    "iban-national-checksum": (
        "bank",
        gettext_lazy("The account number in this IBAN looks odd. Please compare it once more with your bank card."),
    ),
    "volunteer-allowance-high": (
        "costs",
        gettext_lazy(
            "One volunteer would get more than is free of tax in a year. That is allowed, but they may owe tax."
        ),
    ),
    "input-tax-missing": (
        "costs",
        gettext_lazy("You get input tax back, but no cost says how much tax is in it. Please look at the costs again."),
    ),
    "kilometre-rate-high": (
        "costs",
        gettext_lazy("You count more for a kilometre than the usual 0.35 euros. We may count less."),
    ),
}


# What follows from costs that are missing or cannot be read, and mends itself with them.
FOLLOWING = ("grant-above-cap", "grant-above-eligible", "grant-above-gap", "plan-not-balanced", "no-grant-requested")


@dataclass(frozen=True)
class Point:
    """Something to mend or to know: its code, its sentence, the section it belongs to ("" for none)."""

    code: str
    sentence: str
    section: str


def points(codes: list[str], application: Any, result: rules.Result) -> list[Point]:
    """The sentences of codes, in their order, with this plan's figures; what follows from another is left out."""
    if {"missing-costs", "unclear-costs"} & set(codes):
        codes = [code for code in codes if code not in FOLLOWING]
    figures = {
        "requested": eur(result.requested_cents),
        "cap": eur(result.cap_cents or 0),
        "eligible": eur(result.eligible_cents),
        "gap": eur(result.gap_cents),
        "balance": balance(result),
        "weeks": application.programme.lead_time_weeks,
    }
    return [Point(code, str(SENTENCES[code][1]) % figures, SENTENCES[code][0]) for code in codes]


def eur(cents: int) -> str:
    return money.format_eur(cents, _language())


def _language() -> str:
    return get_language() or "de"


def balance(result: rules.Result) -> str:
    """What is still to finance, in one sentence."""
    if result.in_kind_open_cents:
        return _("Unpaid work has to stand with the same amount among the costs and among the money.")
    if result.open_cents > 0:
        return _("%(open)s is still to be financed.") % {"open": eur(result.open_cents)}
    if result.open_cents < 0:
        return _("There is %(over)s more money than costs.") % {"over": eur(-result.open_cents)}
    return _("Costs and money are the same sum.")


def highest_grant(result: rules.Result) -> str:
    """All it costs, what the town can pay of it at most, and which limit decides that, in one sentence each."""
    if not result.total_cents:
        return _("As soon as there is a line with costs, you see here what the town can pay.")
    figures = {
        "total": eur(result.total_cents),
        "amount": eur(result.highest_grant_cents),
        "own": eur(result.own_cents + result.income_cents),
        "others": eur(result.third_party_cents),
        "brought": eur(result.own_cents + result.income_cents + result.third_party_cents),
    }
    return str(_limit_sentence(result)) % figures


def _limit_sentence(result: rules.Result) -> str:
    """The limit that decides; where two are equal, the first of them that needs an explanation."""
    if result.binding[0] == "cap":
        return _("All in all %(total)s. Of this the town can pay up to %(amount)s: that is the most for one project.")
    if result.binding[0] == "eligible" and result.eligible_cents < result.cash_cents:
        return _("All in all %(total)s. Of this the town can pay up to %(amount)s, because only so much counts here.")
    if result.binding[0] == "budget":
        return _("All in all %(total)s. Of this the town can pay up to %(amount)s: that is all this year has left.")
    own, others = result.own_cents + result.income_cents, result.third_party_cents
    if own and others:
        return _(
            "All in all %(total)s. Of this the town can pay up to %(amount)s, because you and others bring %(brought)s."
        )
    if own:
        return _(
            "All in all %(total)s. Of this the town can pay up to %(amount)s, because you bring %(own)s yourselves."
        )
    if others:
        return _("All in all %(total)s. Of this the town can pay up to %(amount)s, because others give %(others)s.")
    return _("All in all %(total)s. The town can pay all of it: up to %(amount)s.")


def tax_note(amount_cents: int, deductible_cents: int) -> str:
    """Why a cost stands in the plan with less than its price; empty where no tax comes back."""
    if not deductible_cents:
        return ""
    amounts = {"gross": eur(amount_cents + deductible_cents), "tax": eur(deductible_cents)}
    return _("%(gross)s with tax, of which %(tax)s comes back from the tax office") % amounts


def cost_note(cost: rules.Cost, start: date, end: date | None) -> tuple[str, ...]:
    """What the page understood of a line of cost, and what limits apply to it."""
    quantity, price = money.format_quantity(cost.quantity, _language()), eur(cost.unit_price_cents)
    # A formula reads from the left in every language.
    sentences = [f"\u2066{quantity} × {price} = {eur(cost.gross_cents)}\u2069"]
    if cost.deductible_cents:
        amounts = {"tax": eur(cost.deductible_cents), "net": eur(cost.amount_cents)}
        sentences.append(_("%(tax)s of it comes back from the tax office, %(net)s is what it costs you.") % amounts)
    if cost.in_kind:
        sentences.append(_("Unpaid work shows what you put in. No money flows, so it changes nothing in the sums."))
    elif not cost.share:
        sentences.append(_("This does not count here. You pay it with other money."))
    elif cost.share < 1:
        sentences.append(_share_sentence(cost))
    sentences += [str(SENTENCES[code][1]) for code in rules.line_warnings(cost, start, end)]
    return tuple(sentences)


def _share_sentence(cost: rules.Cost) -> str:
    part = money.round_cents(cost.amount_cents * cost.share)
    figures = {"all": eur(cost.amount_cents), "part": eur(part), "percent": f"{cost.share * 100:.0f}"}
    if cost.share * 2 == 1:
        return _("Half of this counts here: of %(all)s, %(part)s.") % figures
    return _("%(percent)s %% of this counts here: of %(all)s, %(part)s.") % figures


# --- Early start ------------------------------------------------------------------------------------------------------


def early_start_terms(application: Any) -> list[str]:
    """What the group may do before the decision, as its mail and its page say it; nothing where it did not ask."""
    match application.early_start:
        case "asked":
            return [
                _("You ask to begin before the town decides. You get an answer by mail."),
                _("Until then please order nothing and sign nothing."),
            ]
        case "consented":
            day = date_format(application.early_start_from)
            return [
                _("You may begin from %(day)s on, before the town decides.") % {"day": day},
                _("This is at your own risk and no promise of money: if the town says no, you pay it all yourselves."),
                _("What you ordered, signed or began before that day is not paid for."),
            ]
        case "refused":
            return [
                _("Please wait with the beginning until the town has decided."),
                _("Until then order nothing and sign nothing: what was begun before is not paid for."),
                _("Our reason: %(reason)s") % {"reason": application.early_start_note},
            ]
    return []


def early_start_status(application: Any) -> str:
    """The same for those who check, advise and decide."""
    match application.early_start:
        case "asked":
            return _("The group asks to begin before the decision. Nobody has answered yet.")
        case "consented":
            day = date_format(application.early_start_from)
            return _("The group may begin before the decision from %(day)s on, at its own risk.") % {"day": day}
        case "refused":
            reason = {"reason": application.early_start_note}
            return _("The group may not begin before the decision: %(reason)s") % reason
    return ""


# --- States and dates -------------------------------------------------------------------------------------------------

TONES = {
    State.RETURNED: "warning",
    State.INCOMPLETE: "warning",
    State.SUBMITTED: "info",
    State.ADMITTED: "info",
    State.RECOMMENDED: "info",
    State.DEFERRED: "info",
    State.AWARDED: "success",
    State.COMPLETED: "success",
    State.REJECTED: "danger",
}

# What applicants read; staff read the labels of the workflow.
WORDS: dict[str, Any] = {
    State.DRAFT: gettext_lazy("Not sent yet"),
    State.SUBMITTED: gettext_lazy("We check it"),
    State.INCOMPLETE: gettext_lazy("Something is missing"),
    State.RETURNED: gettext_lazy("Please change something"),
    State.ADMITTED: gettext_lazy("Waiting for the board"),
    State.DEFERRED: gettext_lazy("The board takes it up later"),
    State.RECOMMENDED: gettext_lazy("Waiting for the decision"),
    State.AWARDED: gettext_lazy("Approved"),
    State.REJECTED: gettext_lazy("Not approved"),
    State.WITHDRAWN: gettext_lazy("Withdrawn"),
    State.LAPSED: gettext_lazy("Closed without an answer"),
    State.COMPLETED: gettext_lazy("Finished"),
}


def state_label(application: Any, user: Any) -> str:
    """The state in the words of whoever looks: people of the organisation, or staff."""
    own = user.right_in(application.organisation_id)
    return str(WORDS[application.state]) if own else application.get_state_display()


def next_date(application: Any) -> tuple[str, date] | None:
    """The next day somebody promised, and what it is; None when nobody waits for a day."""
    if application.state in (State.RETURNED, State.INCOMPLETE) and application.answer_by:
        return _("answer wanted by"), application.answer_by
    waiting = (State.SUBMITTED, State.ADMITTED, State.DEFERRED, State.RECOMMENDED)
    if application.state in waiting and application.promised_on:
        return _("decision promised by"), application.promised_on
    return None
