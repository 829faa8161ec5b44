"""Who gets a document: the rules of choice, on plain data.

The nearest flagged contacts win, upwards and downwards: first those at or below the document's own
address, then those at or below each parent up to the commercial entity, last the general address of
the document's partner and of its commercial entity. Of those below an address, the people directly at
it come first; who belongs to another address below it (a branch, a delivery or an invoice address)
only where there is nobody nearer. Whoever is passed over is named with the reason.

Those who win say in which field of the mail they stand. Where all of them are only in copy (Cc, Bcc), To is the general
address's; where there is none, those in Cc are in To. Of who is flagged twice the stronger field counts. Nobody whose
flags say Bcc ever gets into another field.
"""

from collections import defaultdict, deque
from dataclasses import dataclass, field, replace

from ..dispatch.address_fields import BCC, CC, TO, strongest
from ..mail import addresses

# Why somebody gets it
FLAG = "flag"
GENERAL = "general"
GENERAL_COMPANY = "general_company"
MANUAL = "manual"
STANDING = "standing"
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
    """A partner as far as the choice needs it; ``roles`` are its flags, ``address_fields`` the fields by flag.

    ``is_place``: it has a postal address of its own, other than that of its parent.
    """

    id: int
    parent_id: int | None
    commercial_id: int
    email: str
    active: bool = True
    roles: frozenset = frozenset()
    is_place: bool = False
    address_fields: dict = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Choice:
    """One address with the contact it belongs to and the reason why it was taken or passed over.

    ``address_field``: where it stands in a common mail, see :mod:`tools.dispatch.address_fields`
    """

    contact_id: int
    email: str
    reason: str
    name: str = ""
    address_field: str = TO


@dataclass
class Resolution:
    """The outcome for one document: who gets it, and who was passed over.

    ``farther``: flagged contacts of other addresses below, who would get it if there were nobody nearer.
    """

    chosen: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    farther: list = field(default_factory=list)


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

    def resolve(self, contact_id, role, standing=()):
        """Return the :class:`Resolution` for a document of ``role`` addressed to ``contact_id``.

        :param standing: :class:`tools.mail.addresses.Address` that get a blind copy of whatever goes to somebody
        """
        resolution = Resolution()
        if not any(self._take_nearest(level, role, resolution) for level in self._levels(contact_id)):
            self._take_general(contact_id, resolution)
        elif not _has_to(resolution):
            self._take_general(contact_id, resolution)
            if not _has_to(resolution):
                resolution.chosen = [
                    replace(choice, address_field=TO) if choice.address_field == CC else choice
                    for choice in resolution.chosen]
        if resolution.chosen:
            self._take_standing(standing, resolution)
        return resolution

    def _take_general(self, contact_id, resolution):
        """Take the general address of the document's partner, or that of its commercial entity."""
        document = self._contacts[contact_id]
        if not self._take([document], GENERAL, resolution) and document.commercial_id != contact_id:
            self._take([self._contacts[document.commercial_id]], GENERAL_COMPANY, resolution)

    def _take_standing(self, standing, resolution):
        """Take those who always get a blind copy, unless they get it anyhow."""
        taken = {choice.email for choice in resolution.chosen}
        for address in standing:
            if address.email in self._blacklist:
                _skip(resolution, Choice(False, address.email, BLACKLISTED, address_field=BCC))
            elif address.email not in taken:
                taken.add(address.email)
                resolution.chosen.append(Choice(False, address.email, STANDING, address.name, BCC))

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

    def _take_nearest(self, top, role, resolution):
        """Take the flagged contacts at the address ``top``; where there are none, those of the addresses below it."""
        tiers = defaultdict(list)
        for contact, distance in self._family(top):
            if role in contact.roles:
                tiers[distance].append(contact)
        distances = sorted(tiers)
        for number, distance in enumerate(distances):
            if self._take(tiers[distance], FLAG, resolution, role):
                resolution.farther = [contact for far in distances[number + 1:] for contact in tiers[far]]
                return True
        return False

    def _family(self, top):
        """``top`` and everybody below it who belongs to the same commercial entity, each with the distance.

        That is the number of addresses on the way down: 0 for ``top`` and for the people directly at it.
        """
        pending, seen = deque([(top, 0)]), set()
        while pending:
            contact, distance = pending.popleft()
            if contact.id in seen or contact.commercial_id != top.commercial_id:
                continue
            seen.add(contact.id)
            yield contact, distance
            # whatever has somebody below it is another address, a branch that says no street too; it counts once
            crossed = contact is not top and not contact.is_place
            pending += ((child, distance + crossed + child.is_place) for child in self._children[contact.id])

    def _take(self, contacts, reason, resolution, role=None):
        """Add the usable addresses of ``contacts``; tell whether there was one.

        :param role: whose flag says in which field they stand; ``None``: in To
        """
        taken, found = {choice.email: place for place, choice in enumerate(resolution.chosen)}, False
        for contact in contacts:
            address_field = contact.address_fields.get(role, TO)
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
                    if reason == FLAG:
                        there = resolution.chosen[taken[address.email]]
                        resolution.chosen[taken[address.email]] = replace(
                            there, address_field=strongest((there.address_field, address_field)))
                else:
                    found = True
                    taken[address.email] = len(resolution.chosen)
                    resolution.chosen.append(
                        Choice(contact.id, address.email, reason, address.name, address_field)
                    )
        return found


def _has_to(resolution):
    return any(choice.address_field == TO for choice in resolution.chosen)


def _skip(resolution, choice):
    """Note who was passed over, once: a level repeats the contacts of the level below it."""
    if choice not in resolution.skipped:
        resolution.skipped.append(choice)
