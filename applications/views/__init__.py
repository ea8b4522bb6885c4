"""Pages of applications, of their files and letters, and of the people who write them."""

from applications.views.answers import autosave, edit
from applications.views.cases import application_list, copy, move, receipt
from applications.views.check import check
from applications.views.consents import consents
from applications.views.drafts import detail
from applications.views.files import remove_upload, upload, upload_file
from applications.views.letters import document, handover_letter, post_letter
from applications.views.members import invitation, member, members, remove_member, revoke_invitation
from applications.views.starting import create

__all__ = [
    "application_list",
    "autosave",
    "check",
    "consents",
    "copy",
    "create",
    "detail",
    "document",
    "edit",
    "handover_letter",
    "invitation",
    "member",
    "members",
    "move",
    "post_letter",
    "receipt",
    "remove_member",
    "remove_upload",
    "revoke_invitation",
    "upload",
    "upload_file",
]
