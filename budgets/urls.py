"""Addresses of money, below /money/."""

from django.urls import path

from budgets import views

app_name = "budgets"
urlpatterns = [
    path("", views.years, name="years"),
    path("year/new/", views.year_open, name="year-open"),
    path("year/<int:pk>/", views.year, name="year"),
    path("year/<int:pk>/move/", views.year_move, name="year-move"),
    path("year/<int:pk>/block/", views.year_block, name="year-block"),
    path("grant/<int:pk>/", views.grant, name="grant"),
    path("grant/<int:pk>/call/", views.call, name="call"),
    path("grant/<int:pk>/repayment/", views.repayment, name="repayment"),
    path("grant/<int:pk>/<slug:name>/", views.grant_move, name="grant_move"),
    path("payments/", views.payments, name="payments"),
    path("payments/<int:pk>/", views.payment, name="payment"),
    path("payments/<int:pk>/order.pdf", views.payment_order, name="payment-order"),
    path("payments/<int:pk>/<slug:name>/", views.payment_move, name="payment_move"),
    path("runs/", views.runs, name="runs"),
    path("runs/new/", views.run_create, name="run-create"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/file/<slug:key>/", views.run_file, name="run-file"),
    path("proof/<int:pk>/", views.proof, name="proof"),
    path("proof/<int:pk>/sum/", views.proof_sum, name="proof-sum"),
    path("proof/<int:pk>/hand-in/", views.proof_submit, name="proof-submit"),
    path("proof/<int:pk>/check/", views.proof_check, name="proof_check"),
    path("proof/<int:pk>/settle/", views.settle, name="settle"),
    path("proof/<int:pk>/<slug:name>/", views.proof_move, name="proof_move"),
]
