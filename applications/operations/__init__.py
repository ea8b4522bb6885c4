"""Verbs that write applications: drafts, sending in, files, letters."""

from applications.operations.drafts import (
    DECLARATIONS,
    OPEN_STATES,
    declare,
    may_be_written,
    save_answers,
    set_consents,
    start,
)
from applications.operations.files import add_upload, may_add_upload, remove_upload
from applications.operations.letters import issue_letter, open_letter, record_handover, record_posting
from applications.operations.sending import (
    CannotSubmit,
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
    "add_upload",
    "declare",
    "hindrances",
    "issue_letter",
    "may_add_upload",
    "may_be_written",
    "missing_answers",
    "open_letter",
    "receive_incomplete",
    "recipients",
    "record_handover",
    "record_posting",
    "remove_upload",
    "resubmit",
    "save_answers",
    "send_in",
    "set_consents",
    "snapshot",
    "start",
    "submit",
]
