"""Texts of the review: invitation, decision letters and their mails, from finished objects."""

from review.documents.letters import award_blocks, decision_letter, rejection_blocks
from review.documents.mails import decision_mail, invitation_mail, news_mail

__all__ = ["award_blocks", "decision_letter", "decision_mail", "invitation_mail", "news_mail", "rejection_blocks"]
