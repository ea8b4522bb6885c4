"""Addresses of the review, below /review/."""

from django.urls import path

from review.views import advice, conversation, decisions, desk, german, items, meetings

app_name = "review"
urlpatterns = [
    path("<int:pk>/check/", desk.check, name="check"),
    path("<int:pk>/return/", desk.return_for_changes, name="return"),
    path("<int:pk>/advice/", advice.advice, name="advice"),
    path("<int:pk>/notes/", advice.notes, name="notes"),
    path("<int:pk>/conversation/", conversation.conversation, name="conversation"),
    path("<int:pk>/german/", german.german, name="german"),
    path("<int:pk>/german/write/", german.german_write, name="german-write"),
    path("<int:pk>/german/wrong/<slug:field>/", german.german_wrong, name="german-wrong"),
    path("<int:pk>/share/", conversation.share, name="share"),
    path("<int:pk>/answered/", conversation.answered, name="answered"),
    path("<int:pk>/propose/<slug:field>/", conversation.propose, name="propose"),
    path("<int:pk>/decide/", decisions.decide, name="decide"),
    path("conversations/", conversation.conversations, name="conversations"),
    path("proposal/<int:pk>/", conversation.proposal, name="proposal"),
    path("attachment/<slug:key>/", conversation.attachment, name="attachment"),
    path("advice/", advice.advice_year, name="advice-year"),
    path("advice/<int:town>/new/", advice.advice_without_case, name="advice-new"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.meeting_create, name="meeting-create"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/again/", meetings.meeting_again, name="meeting-again"),
    path("meetings/<int:pk>/present/", meetings.present, name="present"),
    path("meetings/<int:pk>/end/", meetings.end, name="meeting-end"),
    path("item/<int:pk>/", items.item, name="item"),
    path("item/<int:pk>/ballot/", items.ballot, name="ballot"),
    path("item/<int:pk>/declare/", meetings.declare, name="declare"),
    path("item/<int:pk>/exclude/", items.exclude, name="exclude"),
    path("item/<int:pk>/motion/", items.motion, name="motion"),
    path("item/<int:pk>/finish/", items.finish, name="finish"),
    path("item/<int:pk>/go-on/", items.go_on, name="go-on"),
    path("motion/<int:pk>/vote/", items.vote, name="vote"),
    path("motion/<int:pk>/object/", items.object_to, name="object"),
    path("motion/<int:pk>/close/", items.close, name="close"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/release/", decisions.release_all, name="release-all"),
    path("decision/<int:pk>/letter/", decisions.letter, name="decision-letter"),
    path("decision/<int:pk>/release/", decisions.release, name="release"),
]
