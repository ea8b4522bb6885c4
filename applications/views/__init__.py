"""Pages of applications, of their files and of the letters of a case."""

from applications.views.answers import edit
from applications.views.cases import application_list, create, move, receipt
from applications.views.check import check
from applications.views.drafts import detail
from applications.views.files import remove_upload, upload, upload_file
from applications.views.letters import document, handover_letter, post_letter

__all__ = [
    "application_list",
    "check",
    "create",
    "detail",
    "document",
    "edit",
    "handover_letter",
    "move",
    "post_letter",
    "receipt",
    "remove_upload",
    "upload",
    "upload_file",
]
