"""Verbs that write applications: drafts, sending in, files, letters."""

from applications.confirmations import DECLARATIONS
from applications.operations.answers import OPEN_STATES, Other, Overtaken, Sent, autosave, may_be_written, save_answers
from applications.operations.drafts import copy_application, declare, set_consents, start
from applications.operations.files import add_upload, may_add_upload, remove_upload
from applications.operations.letters import issue_letter, open_letter, record_handover, record_posting
from applications.operations.members import (
    accept_invitation,
    change_right,
    invite,
    refusal_of,
    remove_member,
    revoke_invitation,
)
from applications.operations.sending import (
    CannotSubmit,
    closed_round,
    hindrances,
    missing_answers,
    receive_incomplete,
    recipients,
    resubmit,
    send_in,
    snapshot,
    submit,
)

__all__ = [
    "DECLARATIONS",
    "OPEN_STATES",
    "CannotSubmit",
    "Other",
    "Overtaken",
    "Sent",
    "accept_invitation",
    "add_upload",
    "autosave",
    "change_right",
    "closed_round",
    "copy_application",
    "declare",
    "hindrances",
    "invite",
    "issue_letter",
    "may_add_upload",
    "may_be_written",
    "missing_answers",
    "open_letter",
    "receive_incomplete",
    "recipients",
    "record_handover",
    "record_posting",
    "refusal_of",
    "remove_member",
    "remove_upload",
    "resubmit",
    "revoke_invitation",
    "save_answers",
    "send_in",
    "set_consents",
    "snapshot",
    "start",
    "submit",
]
