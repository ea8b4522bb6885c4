"""Verbs of the review: advice and formal check, the board and its votes, the decision."""

from review.operations.agenda import change_agenda
from review.operations.ballot import close_motion, object_to, put_motion, vote
from review.operations.bias import declare, exclude
from review.operations.body import Body
from review.operations.check import IN_CHECK, check, cut_costs, cuts_mark, wants_note
from review.operations.conversation import (
    MAX_FILES,
    mark_read,
    needs_no_answer,
    share,
    write,
)
from review.operations.decision import (
    LIMITS,
    Text,
    current_recommendation,
    deviates,
    overdue_proofs,
    pot_of,
    prepare_decision,
)
from review.operations.deliberation import comment, doubt, note_privately, rule
from review.operations.desk import add_note, day_to_answer, log_advice, preview_return, return_for_changes
from review.operations.dossiers import (
    Share,
    ask_for_dossier,
    dossier_of,
    fingerprint_of,
    forget_dossiers,
    make_dossier,
    share_of,
    write_note,
)
from review.operations.funding_line import FundingLine, funding_line, save_list, suggested_cents
from review.operations.items import member_of, seat_of
from review.operations.meetings import (
    call_meeting,
    cancel_meeting,
    end_meeting,
    mark_present,
    move_meeting,
    serving,
    without_quorum,
)
from review.operations.minutes import (
    correct_minutes,
    facts_of,
    fingerprint_of_minutes,
    freeze_minutes,
    minutes_of,
    missing_signers,
    reopen_minutes,
    sign_minutes,
    write_minutes,
)
from review.operations.outcome import (
    finish_item,
    give_back,
    go_on_without,
    may_go_on_without,
    reopen_check,
    withdraw,
)
from review.operations.proposals import AnswerChanged, leave_proposal, propose, take_proposal
from review.operations.provisions import save_provision, take_usual_provisions
from review.operations.release import preview_letter, release, release_together
from review.operations.seats import change_seat, give_seat
from review.operations.staff import assign, declare_bias, may_take_over, withdraw_bias

__all__ = [
    "IN_CHECK",
    "LIMITS",
    "MAX_FILES",
    "AnswerChanged",
    "Body",
    "FundingLine",
    "Share",
    "Text",
    "add_note",
    "ask_for_dossier",
    "assign",
    "call_meeting",
    "cancel_meeting",
    "change_agenda",
    "change_seat",
    "check",
    "close_motion",
    "comment",
    "correct_minutes",
    "current_recommendation",
    "cut_costs",
    "cuts_mark",
    "day_to_answer",
    "declare",
    "declare_bias",
    "deviates",
    "dossier_of",
    "doubt",
    "end_meeting",
    "exclude",
    "facts_of",
    "fingerprint_of",
    "fingerprint_of_minutes",
    "finish_item",
    "forget_dossiers",
    "freeze_minutes",
    "funding_line",
    "give_back",
    "give_seat",
    "go_on_without",
    "leave_proposal",
    "log_advice",
    "make_dossier",
    "mark_present",
    "mark_read",
    "may_go_on_without",
    "may_take_over",
    "member_of",
    "minutes_of",
    "missing_signers",
    "move_meeting",
    "needs_no_answer",
    "note_privately",
    "object_to",
    "overdue_proofs",
    "pot_of",
    "prepare_decision",
    "preview_letter",
    "preview_return",
    "propose",
    "put_motion",
    "release",
    "release_together",
    "reopen_check",
    "reopen_minutes",
    "return_for_changes",
    "rule",
    "save_list",
    "save_provision",
    "seat_of",
    "serving",
    "share",
    "share_of",
    "sign_minutes",
    "suggested_cents",
    "take_proposal",
    "take_usual_provisions",
    "vote",
    "wants_note",
    "withdraw",
    "withdraw_bias",
    "without_quorum",
    "write",
    "write_minutes",
    "write_note",
]
