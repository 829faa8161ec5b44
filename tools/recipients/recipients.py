"""Who gets a document: the rules of choice, on plain data.

The nearest flagged contacts win: first those at or below the document's own address, then those
at or below each parent up to the commercial entity, last the general address of the document's
partner and of its commercial entity. Whoever is passed over is named with the reason.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from ..mail import addresses

# Why somebody gets it
FLAG = "flag"
GENERAL = "general"
GENERAL_COMPANY = "general_company"
MANUAL = "manual"
# Why somebody does not
ARCHIVED = "archived"
NO_ADDRESS = "no_address"
INVALID = "invalid"
LETTERS = "letters"
BLACKLISTED = "blacklisted"
DUPLICATE = "duplicate"
PASSED_OVER = (ARCHIVED, NO_ADDRESS, INVALID, LETTERS, BLACKLISTED, DUPLICATE)


@dataclass(frozen=True)
class Contact:
    """A partner as far as the choice needs him; ``roles`` are the flags that he carries."""

    id: int
    parent_id: int | None
    commercial_id: int
    email: str
    active: bool = True
    roles: frozenset = frozenset()


@dataclass(frozen=True)
class Choice:
    """One address with the contact it belongs to and the reason why it was taken or passed over."""

    contact_id: int
    email: str
    reason: str
    name: str = ""


@dataclass
class Resolution:
    """The outcome for one document: who gets it, and who was passed over."""

    chosen: list = field(default_factory=list)
    skipped: list = field(default_factory=list)


class Directory:
    """The contacts of one batch of documents, ready to choose from without further queries.

    :param contacts: every flagged contact of the commercial entities concerned, the documents'
        own partners, and all parents of these
    :param blacklist: normal forms of addresses that must not be used
    """

    def __init__(self, contacts, blacklist=()):
        self._contacts = {contact.id: contact for contact in contacts}
        self._blacklist = frozenset(blacklist)
        self._children = defaultdict(list)
        for contact in sorted(self._contacts.values(), key=lambda c: c.id):
            self._children[contact.parent_id].append(contact)

    def resolve(self, contact_id, role):
        """Return the :class:`Resolution` for a document of ``role`` addressed to ``contact_id``."""
        resolution = Resolution()
        for level in self._levels(contact_id):
            flagged = [contact for contact in self._family(level) if role in contact.roles]
            if self._take(flagged, FLAG, resolution):
                return resolution
        document = self._contacts[contact_id]
        if not self._take([document], GENERAL, resolution) and document.commercial_id != contact_id:
            self._take([self._contacts[document.commercial_id]], GENERAL_COMPANY, resolution)
        return resolution

    def addresses_of(self, contact_id, resolved):
        """Return all addresses of a contact whom a person chose, usable or passed over.

        :param dict resolved: ``{address: Choice}`` that the rules chose; its reasons are kept
        """
        resolution = Resolution()
        self._take([self._contacts[contact_id]], MANUAL, resolution)
        chosen = [
            rule if (rule := resolved.get(choice.email)) and rule.contact_id == contact_id else choice
            for choice in resolution.chosen
        ]
        return chosen + resolution.skipped

    def _levels(self, contact_id):
        """The document's own address, then its parents within the commercial entity."""
        contact, seen = self._contacts[contact_id], set()
        top = contact.commercial_id
        while contact and contact.id not in seen:
            seen.add(contact.id)
            yield contact
            if contact.id == top:
                return
            contact = self._contacts.get(contact.parent_id)

    def _family(self, top):
        """``top`` and everybody below it who belongs to the same commercial entity."""
        pending, seen = [top], set()
        while pending:
            contact = pending.pop(0)
            if contact.id in seen or contact.commercial_id != top.commercial_id:
                continue
            seen.add(contact.id)
            yield contact
            pending += self._children[contact.id]

    def _take(self, contacts, reason, resolution):
        """Add the usable addresses of ``contacts``; tell whether there was one."""
        taken = {choice.email for choice in resolution.chosen}
        for contact in contacts:
            if not contact.active:
                _skip(resolution, Choice(contact.id, contact.email, ARCHIVED))
                continue
            parsed = addresses.parse(contact.email)
            if not parsed.valid and not parsed.invalid:
                _skip(resolution, Choice(contact.id, "", NO_ADDRESS))
            for piece in parsed.invalid:
                problem = LETTERS if addresses.needs_smtputf8(piece) else INVALID
                _skip(resolution, Choice(contact.id, piece, problem))
            for address in parsed.valid:
                if address.email in self._blacklist:
                    _skip(resolution, Choice(contact.id, address.email, BLACKLISTED))
                elif address.email in taken:
                    _skip(resolution, Choice(contact.id, address.email, DUPLICATE))
                else:
                    taken.add(address.email)
                    resolution.chosen.append(
                        Choice(contact.id, address.email, reason, address.name)
                    )
        return bool(resolution.chosen)


def _skip(resolution, choice):
    """Note who was passed over, once: a level repeats the contacts of the level below it."""
    if choice not in resolution.skipped:
        resolution.skipped.append(choice)
