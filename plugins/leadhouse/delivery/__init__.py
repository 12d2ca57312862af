"""Mail out: render, compose, send at most once, and land what became of it.

At most once: a message is claimed, and the claim committed, before anything goes out. A refusal of the server leads to
a final state or back to the queue; an answer that was lost after DATA, or with the sender's process, makes the message
`unknown`, which a person decides and nothing sends again.
"""

from leadhouse.delivery.opt_out import MessageNotFoundError, unsubscribe
from leadhouse.delivery.reputation import pause_poor_account
from leadhouse.delivery.sending import NotReadyError, mark_lost, send_queued
from leadhouse.delivery.sign_in import store_sign_in
from leadhouse.delivery.templates import MessageTemplate, TemplateError, TemplateValueError, message_values
from leadhouse.delivery.transport import TransportError

__all__ = [
    "MessageNotFoundError",
    "MessageTemplate",
    "NotReadyError",
    "TemplateError",
    "TemplateValueError",
    "TransportError",
    "mark_lost",
    "message_values",
    "pause_poor_account",
    "send_queued",
    "store_sign_in",
    "unsubscribe",
]
