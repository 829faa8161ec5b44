"""What steers sending, on its way through the layers of core, which hand on nothing but the context.

A context also comes with every call of a client, and with messages that strangers write on the portal
(``mail.controllers.thread``, ``context``). So what decides what goes, to whom and in whose name stands there as
an object of a type of its own: JSON cannot express one, only our own code makes it.
"""

from dataclasses import dataclass, field
from typing import ClassVar


class Steering:
    """A value in the context that counts only as what it is."""

    KEY: ClassVar[str]

    @classmethod
    def of(cls, env):
        """The value in the context of this environment, or ``None``: whatever else stands there is nobody's word."""
        value = env.context.get(cls.KEY)
        return value if isinstance(value, cls) else None

    def on(self, records):
        """These records, with this value in their context."""
        return records.with_context(**{self.KEY: self})


@dataclass(frozen=True)
class SendRequest(Steering):
    """A document is to be sent: what a window or a process of core decided about it."""

    KEY = "dispatch_request"

    #: Of ``document.dispatch.origin``
    origin: str
    #: The message that is being posted now is this document's mail: a dispatch takes its place
    posting: bool = False
    #: Make the files, and call nothing sent
    only_files: bool = False
    #: Addresses that were typed into the window
    emails: tuple[str, ...] = ()
    #: Addresses in Cc and in Bcc, as a window says; ``None``: as the contacts and the company say
    cc: tuple[str, ...] | None = None
    bcc: tuple[str, ...] | None = None
    #: Whom the mail comes from; empty: as the text says
    email_from: str = ""
    #: Where answers go as the text says; empty: it says nothing
    reply_to: str = ""
    #: Id of the ``mail.template`` from which a process made the text, seen by nobody
    template_id: int | bool = False
    #: Hand the message to the person as a draft, instead of delivering it
    draft: bool = False
    #: Id of the ``document.dispatch.batch`` in which it goes with others
    batch_id: int | bool = False
    #: Goes also where the document went before: a person, or somebody who set Odoo up, asked for this very mail
    again: bool = False
    #: With another text than the document's own: what waits goes, too
    beside: bool = False
    #: The text prints nothing: the document's own files are added
    add_files: bool = False
    #: When it goes, in UTC, as Odoo writes moments; empty: as soon as it can, or with the customer's collection
    scheduled_date: str = ""
    #: It waits for no collection
    at_once: bool = False
    #: A person wrote something into the text: no common text of several takes its place
    own_words: bool = False

    @property
    def names_addresses(self):
        """Tell whether the window names addresses beside its contacts."""
        return bool(self.emails or self.cc or self.bcc)


@dataclass(frozen=True)
class OutgoingMail(Steering):
    """One of our mails is being made, or is on its way to the server."""

    KEY = "dispatch_mail"

    #: Id of the ``document.dispatch.recipient`` whose mail it is
    recipient_id: int | bool = False
    #: Instead of the subject of the message in the chatter
    subject: str | bool = False
    #: Ids of the files that are too large, and go as a link
    linked_ids: tuple[int, ...] = ()
    #: Addresses to whom it goes, of all that its header and Bcc name; empty: to all of them
    envelope: tuple[str, ...] = ()
    #: … and those of them who stand in no header
    bcc: tuple[str, ...] = ()
    #: Secret links for their places in the text: place → path, see :func:`tools.page.links.put_in`
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class IncomingMail(Steering):
    """A mail from outside is being put on its document: its files are the sender's."""

    KEY = "dispatch_incoming"


@dataclass(frozen=True)
class KnownRecipients(Steering):
    """The recipients of many invoices, found at once for the summary of a window: it shows no text and no file."""

    KEY = "dispatch_summary"

    #: Ids of partners by id of the invoice
    by_move: dict[int, list[int]] = field(default_factory=dict)
