"""Pages of applications, of their files and letters, and of the people who write them."""

from applications.views.answers import autosave, edit
from applications.views.cases import application_list, copy, move, receipt
from applications.views.check import check
from applications.views.consents import consents
from applications.views.counter import (
    agreement,
    assist,
    assist_again,
    confirm,
    group,
    read_back,
    read_back_file,
    send_code,
    take_over,
)
from applications.views.drafts import detail
from applications.views.files import attachment_later, dismiss_upload, remove_upload, upload, upload_file
from applications.views.letters import (
    contest_letter,
    correct_letter,
    document,
    handover_letter,
    letter_meaning,
    post_letter,
    receipt_letter,
    return_letter,
)
from applications.views.members import invitation, member, members, remove_member, revoke_invitation
from applications.views.starting import create

__all__ = [
    "agreement",
    "application_list",
    "assist",
    "assist_again",
    "attachment_later",
    "autosave",
    "check",
    "confirm",
    "consents",
    "contest_letter",
    "copy",
    "correct_letter",
    "create",
    "detail",
    "dismiss_upload",
    "document",
    "edit",
    "group",
    "handover_letter",
    "invitation",
    "letter_meaning",
    "member",
    "members",
    "move",
    "post_letter",
    "read_back",
    "read_back_file",
    "receipt",
    "receipt_letter",
    "remove_member",
    "remove_upload",
    "return_letter",
    "revoke_invitation",
    "send_code",
    "take_over",
    "upload",
    "upload_file",
]
