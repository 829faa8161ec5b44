"""Who gets a document: the rules of choice on plain data."""

import unittest
from dataclasses import replace
from random import Random

from tools.mail import addresses
from tools.recipients.recipients import (
    ARCHIVED,
    BLACKLISTED,
    DUPLICATE,
    FLAG,
    GENERAL,
    GENERAL_COMPANY,
    INVALID,
    MANUAL,
    NO_ADDRESS,
    STANDING,
    Choice,
    Contact,
    Directory,
)

SILVA, ANA, RUI, RECIFE, EVA, BOX, STORE = range(1, 8)


def contact(number, email, *roles, parent=SILVA, **vals):
    """A person or an address of the company Silva."""
    return Contact(number, parent, SILVA, email, roles=frozenset(roles), **vals)


def company(email="contato@silva.com.br", *roles, **vals):
    """The company itself."""
    return contact(SILVA, email, *roles, parent=None, **vals)


def resolve(contacts, addressee=SILVA, role="invoice", blacklist=()):
    return Directory(contacts, blacklist).resolve(addressee, role)


def chosen(*arguments, **options):
    """Return ``(contact, address, reason)`` of those who get it."""
    return [(c.contact_id, c.email, c.reason) for c in resolve(*arguments, **options).chosen]


def skipped(*arguments, **options):
    """Return ``(contact, address, reason)`` of those who were passed over."""
    return [(c.contact_id, c.email, c.reason) for c in resolve(*arguments, **options).skipped]


class TestFlags(unittest.TestCase):
    def test_all_contacts_with_the_flag(self):
        contacts = [company(), contact(ANA, "ana@silva.com.br", "invoice"), contact(RUI, "rui@silva.com.br", "invoice")]
        self.assertEqual(chosen(contacts), [
            (ANA, "ana@silva.com.br", FLAG), (RUI, "rui@silva.com.br", FLAG),
        ])

    def test_only_the_flag_of_the_document(self):
        contacts = [
            company(),
            contact(ANA, "ana@silva.com.br", "nf"),
            contact(RUI, "rui@silva.com.br", "financial", "nf"),
        ]
        self.assertEqual([c[0] for c in chosen(contacts, role="nf")], [ANA, RUI])
        self.assertEqual([c[0] for c in chosen(contacts, role="financial")], [RUI])
        self.assertEqual(chosen(contacts, role="quote"), [(SILVA, "contato@silva.com.br", GENERAL)])

    def test_company_carries_the_flag_itself(self):
        contacts = [company("contato@silva.com.br", "invoice"), contact(ANA, "ana@silva.com.br", "invoice")]
        self.assertEqual(chosen(contacts), [
            (SILVA, "contato@silva.com.br", FLAG), (ANA, "ana@silva.com.br", FLAG),
        ])

    def test_order_of_the_contacts_does_not_depend_on_the_input(self):
        contacts = [company(), contact(RUI, "rui@silva.com.br", "invoice"), contact(ANA, "ana@silva.com.br", "invoice")]
        self.assertEqual([c[0] for c in chosen(contacts)], [ANA, RUI])
        self.assertEqual(chosen(contacts), chosen(contacts[::-1]))

    def test_several_addresses_of_one_contact_with_their_names(self):
        contacts = [company(), contact(ANA, "Ana Silva <ana@silva.com.br>; financeiro@silva.com.br", "invoice")]
        self.assertEqual(resolve(contacts).chosen, [
            Choice(ANA, "ana@silva.com.br", FLAG, "Ana Silva"), Choice(ANA, "financeiro@silva.com.br", FLAG),
        ])


class TestGeneralAddress(unittest.TestCase):
    def test_no_flag_the_documents_partner(self):
        contacts = [company(), contact(RECIFE, "recife@silva.com.br")]
        self.assertEqual(chosen(contacts, RECIFE), [(RECIFE, "recife@silva.com.br", GENERAL)])

    def test_partner_without_address_the_company(self):
        contacts = [company(), contact(RECIFE, "")]
        self.assertEqual(chosen(contacts, RECIFE), [(SILVA, "contato@silva.com.br", GENERAL_COMPANY)])
        self.assertEqual(skipped(contacts, RECIFE), [(RECIFE, "", NO_ADDRESS)])

    def test_not_the_parents_in_between(self):
        """The mission: the document's partner, then its commercial partner."""
        contacts = [company(), contact(RECIFE, "recife@silva.com.br"), contact(BOX, "", parent=RECIFE)]
        self.assertEqual(chosen(contacts, BOX), [(SILVA, "contato@silva.com.br", GENERAL_COMPANY)])

    def test_nobody(self):
        contacts = [company(""), contact(RECIFE, "")]
        self.assertEqual(chosen(contacts, RECIFE), [])
        self.assertEqual(skipped(contacts, RECIFE), [(RECIFE, "", NO_ADDRESS), (SILVA, "", NO_ADDRESS)])

    def test_the_company_is_asked_once(self):
        self.assertEqual(skipped([company("")]), [(SILVA, "", NO_ADDRESS)])


class TestNearestWins(unittest.TestCase):
    """Flagged contacts below the document's own address before those of the whole company."""

    def setUp(self):
        self.contacts = [
            company(),
            contact(ANA, "ana@silva.com.br", "invoice"),
            contact(RECIFE, "recife@silva.com.br"),
            contact(EVA, "eva@silva.com.br", "invoice", parent=RECIFE),
            contact(BOX, "", parent=RECIFE),
        ]

    def test_branch(self):
        self.assertEqual(chosen(self.contacts, RECIFE), [(EVA, "eva@silva.com.br", FLAG)])

    def test_invoice_address_below_a_branch_goes_up_step_by_step(self):
        self.assertEqual(chosen(self.contacts, BOX), [(EVA, "eva@silva.com.br", FLAG)])

    def test_branch_without_flag_takes_the_companys(self):
        contacts = [c for c in self.contacts if c.id != EVA]
        self.assertEqual(chosen(contacts, BOX), [(ANA, "ana@silva.com.br", FLAG)])

    def test_another_flag_in_the_branch_does_not_hold_the_invoice(self):
        contacts = [c if c.id != EVA else contact(EVA, c.email, "nf", parent=RECIFE) for c in self.contacts]
        self.assertEqual(chosen(contacts, RECIFE), [(ANA, "ana@silva.com.br", FLAG)])
        self.assertEqual(chosen(contacts, RECIFE, role="nf"), [(EVA, "eva@silva.com.br", FLAG)])

    def test_document_to_the_company_is_not_the_branchs(self):
        self.assertEqual([c[0] for c in chosen(self.contacts)], [ANA])
        self.assertEqual([c.id for c in resolve(self.contacts).farther], [EVA], "the contact's page says so")

    def test_nobody_nearer_than_the_branch(self):
        contacts = [c for c in self.contacts if c.id != ANA]
        self.assertEqual(chosen(contacts), [(EVA, "eva@silva.com.br", FLAG)])
        self.assertEqual(resolve(contacts).farther, [])

    def test_who_cannot_be_reached_is_not_nearer(self):
        contacts = [c if c.id != ANA else contact(ANA, "ana arroba silva", "invoice") for c in self.contacts]
        self.assertEqual(chosen(contacts), [(EVA, "eva@silva.com.br", FLAG)])
        self.assertEqual(skipped(contacts), [(ANA, "ana arroba silva", INVALID)])

    def test_another_branch_is_not_nearer(self):
        contacts = [*self.contacts, contact(STORE, "loja@silva.com.br")]
        self.assertEqual([c[0] for c in chosen(contacts, STORE)], [ANA])

    def test_an_address_of_its_own_with_the_flag_is_elsewhere_too(self):
        recife = contact(RECIFE, "recife@silva.com.br", "invoice", is_place=True)
        contacts = [recife if c.id == RECIFE else c for c in self.contacts]
        self.assertEqual([c[0] for c in chosen(contacts)], [ANA])
        self.assertEqual([c[0] for c in chosen(contacts, RECIFE)], [RECIFE, EVA])
        self.assertEqual([c[0] for c in chosen([c for c in contacts if c.id != ANA])], [RECIFE, EVA])

    def test_the_nearer_of_two_addresses_below(self):
        contacts = [company(), *(contact(number, f"c{number}@silva.com.br", *roles, parent=parent)
                                 for number, parent, *roles in (
            (RECIFE, SILVA), (BOX, RECIFE), (EVA, BOX, "invoice"), (STORE, SILVA), (RUI, STORE, "invoice"),
        ))]
        self.assertEqual([c[0] for c in chosen(contacts)], [RUI])

    def test_unusable_flag_gives_way_to_the_next_level(self):
        for vals, reason in (
            ({"email": "eva@silva.com.br", "active": False}, ARCHIVED),
            ({"email": ""}, NO_ADDRESS),
            ({"email": "eva arroba silva"}, INVALID),
        ):
            with self.subTest(reason=reason):
                eva = Contact(EVA, RECIFE, SILVA, roles=frozenset(["invoice"]), **vals)
                contacts = [c if c.id != EVA else eva for c in self.contacts]
                self.assertEqual(chosen(contacts, RECIFE), [(ANA, "ana@silva.com.br", FLAG)])
                self.assertEqual(skipped(contacts, RECIFE), [(EVA, vals["email"], reason)])

    def test_subsidiary_with_books_of_its_own_keeps_to_itself(self):
        """A company below a company is its own commercial entity."""
        nowak, zofia = 20, 21
        contacts = [
            *self.contacts,
            Contact(nowak, SILVA, nowak, "biuro@nowak.pl"),
            Contact(zofia, nowak, nowak, "zofia@nowak.pl", roles=frozenset(["invoice"])),
        ]
        self.assertEqual(chosen(contacts, nowak), [(zofia, "zofia@nowak.pl", FLAG)])
        self.assertEqual([c[0] for c in chosen(contacts)], [ANA])
        self.assertEqual(chosen(contacts, nowak, role="quote"), [(nowak, "biuro@nowak.pl", GENERAL)])
        contacts.pop()
        self.assertEqual(chosen(contacts, nowak), [(nowak, "biuro@nowak.pl", GENERAL)], "not the mother's people")

    def test_circle_of_parents_ends(self):
        contacts = [company(), contact(ANA, "", parent=RUI), contact(RUI, "", parent=ANA)]
        self.assertEqual(chosen(contacts, ANA), [(SILVA, "contato@silva.com.br", GENERAL_COMPANY)])


class TestNearestOfAnyTree(unittest.TestCase):
    """Whatever the tree of contacts: nobody gets it while somebody nearer can, and nobody is lost."""

    def trees(self, count=300):
        for seed in range(count):
            random = Random(seed)
            contacts = [company()]
            for number in range(2, random.randint(3, 12)):
                contacts.append(contact(
                    number, f"c{number}@silva.com.br" if random.random() < 0.8 else "",
                    *(["invoice"] if random.random() < 0.4 else []),
                    parent=random.choice(contacts).id, is_place=random.random() < 0.3,
                ))
            yield seed, contacts, random.choice(contacts).id

    def distance(self, by_id, top, one):
        """Addresses between, or nothing where they do not stand below."""
        distance = 0
        while one.id != top:
            distance += one.is_place
            one = by_id.get(one.parent_id)
            if one is None:
                return None
            distance += one.id != top and not one.is_place
        return distance

    def test_nearest(self):
        for seed, contacts, addressee in self.trees():
            with self.subTest(seed=seed):
                by_id = {c.id: c for c in contacts}
                usable = [c for c in contacts if "invoice" in c.roles and c.email]
                expected, level = [], by_id[addressee]
                while not expected and level:
                    distances = {c.id: self.distance(by_id, level.id, c) for c in usable}
                    below = [d for d in distances.values() if d is not None]
                    expected = sorted(number for number, d in distances.items() if below and d == min(below))
                    level = by_id.get(level.parent_id)
                found = resolve(contacts, addressee)
                self.assertEqual(sorted(c.contact_id for c in found.chosen if c.reason == FLAG), expected)
                self.assertTrue(found.chosen, "the company has an address")
                self.assertFalse({c.contact_id for c in found.chosen} & {c.id for c in found.farther})


class TestAddressFields(unittest.TestCase):
    """In which field of the mail they stand."""

    def fields(self, *contacts, standing=(), blacklist=()):
        """``{contact or address: field}``"""
        directory = Directory(contacts, blacklist)
        found = directory.resolve(SILVA, "invoice", addresses.parse(", ".join(standing)).valid).chosen
        return {c.contact_id or c.email: c.address_field for c in found}

    def test_table(self):
        def ana(name, email="ana@silva.com.br"):
            return contact(ANA, email, "invoice", address_fields={"invoice": name})

        def rui(name, email="rui@silva.com.br"):
            return contact(RUI, email, "invoice", address_fields={"invoice": name})

        for name, contacts, expected in (
            ("as they say", [company(), ana("to"), rui("cc")], {ANA: "to", RUI: "cc"}),
            ("another flag's field is not this one's", [company(), contact(
                ANA, "ana@silva.com.br", "invoice", address_fields={"order": "bcc"})], {ANA: "to"}),
            ("nobody in To: the general address", [company(), ana("cc"), rui("bcc")],
             {ANA: "cc", RUI: "bcc", SILVA: "to"}),
            ("nor a general address: Cc becomes To", [company(""), ana("cc"), rui("bcc")], {ANA: "to", RUI: "bcc"}),
            ("only in Bcc", [company(""), ana("bcc"), rui("bcc")], {ANA: "bcc", RUI: "bcc"}),
            ("the general address is theirs", [company("ana@silva.com.br"), ana("bcc")], {ANA: "bcc"}),
            ("twice: the stronger", [company(), ana("bcc"), rui("cc", "ana@silva.com.br")],
             {ANA: "cc", SILVA: "to"}),
        ):
            with self.subTest(name):
                self.assertEqual(self.fields(*contacts), expected)

    def test_standing(self):
        archive, ana = "archive@aurora.com.br", contact(ANA, "ana@silva.com.br", "invoice")
        self.assertEqual(self.fields(company(), ana, standing=[archive, archive]), {ANA: "to", archive: "bcc"})
        self.assertEqual(self.fields(company(), ana, standing=["Ana@silva.com.br"]), {ANA: "to"}, "they get it anyhow")
        self.assertEqual(self.fields(company(), ana, standing=[archive], blacklist=[archive]), {ANA: "to"})
        self.assertEqual(self.fields(company(""), standing=[archive]), {}, "nobody gets it, so no copy goes")

    def test_properties(self):
        """Whatever the fields say: the same people get it, apart from the general address; somebody is in To, unless
        all are in Bcc; and nobody whose flags all say Bcc stands where others see them.
        """
        chance = Random(21)
        for seed in range(2000):
            people = [
                contact(number, chance.choice((f"{number}@silva.com.br", "same@silva.com.br", "", "arroba")),
                        *(["invoice"] if chance.random() < .7 else []), active=chance.random() < .9,
                        address_fields={"invoice": chance.choice(("to", "cc", "bcc"))})
                for number in range(2, 2 + chance.randint(0, 5))
            ]
            contacts = [company(chance.choice(("", "contato@silva.com.br", "same@silva.com.br"))), *people]
            plain = [replace(person, address_fields={}) for person in contacts]
            standing = addresses.parse(chance.choice(("", "archive@aurora.com.br", "same@silva.com.br"))).valid
            found = Directory(contacts).resolve(SILVA, "invoice", standing).chosen
            without = {c.email for c in resolve(plain).chosen}
            emails = [c.email for c in found]
            with self.subTest(seed=seed):
                self.assertEqual(len(emails), len(set(emails)))
                more = {c.email for c in found if c.reason in (GENERAL, STANDING)}
                self.assertEqual(set(emails) - more, without - more)
                shown = [c for c in found if c.address_field != "bcc"]
                self.assertTrue(not shown or any(c.address_field == "to" for c in shown))
                for choice in found:
                    said = {c.address_fields["invoice"] for c in people
                            if "invoice" in c.roles and c.active and c.email == choice.email}
                    if said == {"bcc"}:
                        self.assertEqual(choice.address_field, "bcc")
                    if choice.reason == STANDING:
                        self.assertEqual(choice.address_field, "bcc")


class TestPassedOver(unittest.TestCase):
    def test_archived_contact(self):
        contacts = [company(), contact(ANA, "ana@silva.com.br", "invoice", active=False)]
        self.assertEqual(chosen(contacts), [(SILVA, "contato@silva.com.br", GENERAL)])
        self.assertEqual(skipped(contacts), [(ANA, "ana@silva.com.br", ARCHIVED)])

    def test_archived_customer(self):
        contacts = [company(active=False)]
        self.assertEqual(chosen(contacts), [])
        self.assertEqual(skipped(contacts), [(SILVA, "contato@silva.com.br", ARCHIVED)])

    def test_invalid_piece_beside_a_good_one(self):
        contacts = [company("contato@silva.com.br; sem endereço")]
        self.assertEqual(chosen(contacts), [(SILVA, "contato@silva.com.br", GENERAL)])
        self.assertEqual(skipped(contacts), [(SILVA, "sem endereço", INVALID)])

    def test_blacklist_in_normal_form(self):
        contacts = [company("Contato@Silva.com.br; info@ČAPEK.cz")]
        blacklist = ["contato@silva.com.br", "info@xn--apek-fua.cz"]
        self.assertEqual(chosen(contacts, blacklist=blacklist), [])
        self.assertEqual(skipped(contacts, blacklist=blacklist), [
            (SILVA, "contato@silva.com.br", BLACKLISTED), (SILVA, "info@xn--apek-fua.cz", BLACKLISTED),
        ])

    def test_same_address_of_two_contacts(self):
        contacts = [
            company(),
            contact(ANA, "nfe@silva.com.br", "invoice"),
            contact(RUI, "rui@silva.com.br; NFe@SILVA.com.br", "invoice"),
        ]
        self.assertEqual(chosen(contacts), [(ANA, "nfe@silva.com.br", FLAG), (RUI, "rui@silva.com.br", FLAG)])
        self.assertEqual(skipped(contacts), [(RUI, "nfe@silva.com.br", DUPLICATE)])

    def test_each_is_named_once(self):
        contacts = [
            company(""), contact(RECIFE, ""), contact(EVA, "eva arroba silva", "invoice", parent=RECIFE),
        ]
        self.assertEqual(skipped(contacts, RECIFE), [
            (EVA, "eva arroba silva", INVALID), (RECIFE, "", NO_ADDRESS), (SILVA, "", NO_ADDRESS),
        ])


class TestAddressesOf(unittest.TestCase):
    """A person chose a contact: all of their usable addresses, with the reason that the rules knew."""

    def setUp(self):
        self.contacts = [
            company(), contact(ANA, "ana@silva.com.br", "invoice"),
            contact(RUI, "Rui <rui@silva.com.br>; ana@silva.com.br; sem endereço"),
        ]
        self.directory = Directory(self.contacts)
        self.resolved = {c.email: c for c in self.directory.resolve(SILVA, "invoice").chosen}

    def test_reason_of_the_rules_is_kept(self):
        self.assertEqual(self.directory.addresses_of(ANA, self.resolved), [Choice(ANA, "ana@silva.com.br", FLAG)])

    def test_chosen_by_hand(self):
        self.assertEqual(self.directory.addresses_of(SILVA, self.resolved), [
            Choice(SILVA, "contato@silva.com.br", MANUAL),
        ])

    def test_address_of_another_contact_stays_with_the_chosen_one(self):
        self.assertEqual(self.directory.addresses_of(RUI, self.resolved), [
            Choice(RUI, "rui@silva.com.br", MANUAL, "Rui"),
            Choice(RUI, "ana@silva.com.br", MANUAL),
            Choice(RUI, "sem endereço", INVALID),
        ])
