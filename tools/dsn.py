"""Delivery reports (RFC 3464): what another mail server says of a mail that ours had accepted."""

from typing import NamedTuple

FAILED, DELAYED = "failed", "delayed"


class Report(NamedTuple):
    """``action`` as in RFC 3464 §2.3.3; ``text`` is the status and the other server's own words."""

    action: str
    text: str


def read_report(message):
    """Read the report of the first recipient out of a parsed ``email.message.EmailMessage``.

    A bounce without the machine-readable part is final: servers that are too old for it report
    failures only.
    """
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            # the first block speaks of the message, each further one of a recipient
            recipient = blocks[1] if isinstance(blocks, list) and len(blocks) > 1 else {}
            words = (_value(recipient, "Status"), _value(recipient, "Diagnostic-Code"))
            return Report(_value(recipient, "Action").lower() or FAILED, " ".join(filter(None, words)))
    return Report(FAILED, "")


def _value(block, header):
    return " ".join(str(block.get(header) or "").split())
