"""Addresses of applications below /applications/; `file_urlpatterns` stand at the root of the site."""

from django.urls import path

from applications import views

app_name = "applications"
urlpatterns = [
    path("", views.application_list, name="list"),
    path("new/<int:programme_pk>/", views.create, name="create"),
    path("letters/<int:pk>/post/", views.post_letter, name="post-letter"),
    path("letters/<int:pk>/returned/", views.return_letter, name="return-letter"),
    path("letters/<int:pk>/receipt/", views.receipt_letter, name="receipt-letter"),
    path("letters/<int:pk>/remedy/", views.contest_letter, name="contest-letter"),
    path("letters/<str:key>/meaning/", views.letter_meaning, name="letter-meaning"),
    path("letters/<int:pk>/correct/", views.correct_letter, name="correct-letter"),
    path("letters/<int:pk>/handover/", views.handover_letter, name="handover-letter"),
    path("uploads/<int:pk>/remove/", views.remove_upload, name="remove-upload"),
    path("uploads/<int:pk>/dismiss/", views.dismiss_upload, name="dismiss-upload"),
    path("organisations/<int:pk>/people/", views.members, name="members"),
    path("people/<int:pk>/", views.member, name="member"),
    path("people/<int:pk>/remove/", views.remove_member, name="remove-member"),
    path("invitations/<slug:key>/", views.invitation, name="invitation"),
    path("invitations/<int:pk>/revoke/", views.revoke_invitation, name="revoke-invitation"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/consents/", views.consents, name="consents"),
    path("<int:pk>/copy/", views.copy, name="copy"),
    path("<int:pk>/check/", views.check, name="check"),
    path("help/", views.assist, name="assist"),
    path("<int:pk>/group/", views.group, name="group"),
    path("<int:pk>/agreement/", views.agreement, name="agreement"),
    path("<int:pk>/read-back/", views.read_back, name="read-back"),
    path("<int:pk>/read-back/file/", views.read_back_file, name="read-back-file"),
    path("<int:pk>/confirm/code/send/", views.send_code, name="send-code"),
    path("<int:pk>/confirm/<slug:how>/", views.confirm, name="confirm"),
    path("<int:pk>/help-again/", views.assist_again, name="assist-again"),
    path("<int:pk>/take-over/", views.take_over, name="take-over"),
    path("<int:pk>/upload/", views.upload, name="upload"),
    path("<int:pk>/attachments/<slug:slug>/later/", views.attachment_later, name="attachment-later"),
    path("<int:pk>/receipt/<int:number>/", views.receipt, name="receipt"),
    path("<int:pk>/move/<slug:name>/", views.move, name="move"),
    path("<int:pk>/<slug:section>/", views.edit, name="edit"),
    path("<int:pk>/<slug:section>/autosave/", views.autosave, name="autosave"),
]

# Files lie under unguessable names and are still served by permission only.
file_urlpatterns = [
    path("uploads/<slug:key>/", views.upload_file, name="upload-file"),
    path("documents/<slug:key>/", views.document, name="document"),
]
