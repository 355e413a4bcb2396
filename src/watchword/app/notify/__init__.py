"""Sending what is in the outbox: e-mail and signed webhooks, at least once, retried with back-off.

settings.py    where mail and webhooks go
text.py        what a message says
mail.py        SMTP (RFC 5321, 5322)
webhook.py     Standard Webhooks
delivery.py    which message next, and what became of it
"""
