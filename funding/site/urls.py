"""The addresses of the roof: public pages, sign-in, tasks, cases, administration; a town's own pages come last."""

from django.urls import path

from funding.site.views import accounts, administration, cases, demo, eligibility, office, public, sign_in

urlpatterns = [
    path("", public.home, name="home"),
    path("favicon.ico", public.favicon, name="favicon"),
    path("imprint/", public.imprint, name="imprint"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("language/", public.set_language, name="set_language"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-in/for/<str:token>/", sign_in.personal, name="personal"),
    path("sign-out/", accounts.sign_out, name="sign-out"),
    path("setup/<str:token>/", accounts.setup, name="setup"),
    path("tasks/", cases.tasks, name="tasks"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("people/", administration.people, name="people"),
    path("people/new/", administration.person_create, name="person-create"),
    path("people/<int:pk>/remove/", administration.role_remove, name="role-remove"),
    path("towns/<int:pk>/", administration.town, name="town"),
    path("programmes/", administration.programmes, name="programmes"),
    path("programmes/upload/", administration.programme_upload, name="programme-upload"),
    path("programmes/<int:pk>/", administration.programme_edit, name="programme-edit"),
    path("programmes/<int:pk>/rounds/new/", administration.round_create, name="round-create"),
    path("outbox/", office.outbox, name="outbox"),
    path("outbox/send/", office.outbox_send, name="outbox-send"),
    path("outbox/<int:pk>/", office.message, name="message"),
    path("outbox/<int:pk>/confirm/", office.message_confirm, name="message-confirm"),
    path("outbox/<int:pk>/discard/", office.message_discard, name="message-discard"),
    path("audit/", office.audit, name="audit"),
    path("demo/", demo.people, name="demo"),
    path("demo/mail/", demo.mail, name="demo-mail"),
    path("<slug:town>/<slug:programme>/", public.programme, name="programme"),
    path("<slug:town>/<slug:programme>/meter/", public.programme_meter, name="programme-meter"),
    path("<slug:town>/<slug:programme>/poster/", public.poster, name="poster"),
    path("<slug:town>/<slug:programme>/idea/", eligibility.take_idea, name="take-idea"),
    path("<slug:town>/<slug:programme>/begin/", eligibility.begin, name="begin"),
    path("<slug:town>/<slug:programme>/check/result/", eligibility.result, name="eligibility-result"),
    path("<slug:town>/<slug:programme>/check/<slug:step>/", eligibility.question, name="eligibility"),
]
