"""Who gets a document: the rules of the mission's "Contacts", on real contacts."""

from lxml import html

from odoo.tests import TransactionCase, tagged

from .common import contact_form, new_user, set_email


@tagged("post_install", "-at_install")
class TestRecipients(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.types = {
            dispatch_type.code: dispatch_type
            for dispatch_type in cls.env["document.dispatch.type"].search([("company_id", "=", False)])
        }
        cls.silva = cls._partner("Silva & Filhos Comércio Ltda", "contato@silva.com.br", is_company=True)
        cls.recife = cls._partner("Filial Recife", "recife@silva.com.br", cls.silva, type="other")
        cls.clerk = new_user(cls.env.company, "helena", "sales_team.group_sale_salesman", name="Helena Prado")

    @classmethod
    def _partner(cls, name, email, parent=None, **vals):
        partner = cls.env["res.partner"].create({
            "name": name, "parent_id": parent.id if parent else False, **vals,
        })
        set_email(partner, email)
        return partner

    def _resolve(self, partner, code="invoice"):
        return partner._dispatch_recipients(self.types[code])[partner]

    def _chosen(self, partner, code="invoice"):
        """``[(contact, address, reason)]`` of those who get it."""
        return [
            (self.env["res.partner"].browse(c.contact_id), c.email, c.reason)
            for c in self._resolve(partner, code).chosen
        ]

    def _emails(self, partner, code="invoice"):
        return [choice.email for choice in self._resolve(partner, code).chosen]

    def _skipped(self, partner, code="invoice"):
        """``[(contact, address, reason)]`` of those who were passed over."""
        return [
            (self.env["res.partner"].browse(c.contact_id), c.email, c.reason)
            for c in self._resolve(partner, code).skipped
        ]

    # ------------------------------------------------------------------
    # Flags
    # ------------------------------------------------------------------

    def test_each_kind_of_document_goes_to_its_own_flag(self):
        ana = self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        rui = self._partner("Rui Lopes", "rui@silva.com.br", self.silva, dispatch_quote=True)
        eva = self._partner("Eva Melo", "eva@silva.com.br", self.silva, dispatch_order=True)
        for code, contact in (
            ("invoice", ana), ("credit_note", ana), ("receipt", ana), ("quotation", rui), ("order", eva),
        ):
            with self.subTest(code=code):
                self.assertEqual(self._chosen(self.silva, code), [(contact, contact.email, "flag")])

    def test_flags_of_brazil(self):
        """NF-e and boletos have flags of their own, whatever documents are delivered for them."""
        nfe = self._partner("NF-e", "nfe@silva.com.br", self.silva, dispatch_nf=True)
        caixa = self._partner("Financeiro", "caixa@silva.com.br", self.silva, dispatch_financial=True)
        directory = self.silva._dispatch_directory()
        for role, contact in (("nf", nfe), ("financial", caixa)):
            [choice] = directory.resolve(self.silva.id, role).chosen
            self.assertEqual((choice.contact_id, choice.reason), (contact.id, "flag"))

    def test_all_contacts_with_the_flag(self):
        ana = self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        self.silva.dispatch_invoice = True
        self.assertEqual(self._chosen(self.silva), [
            (self.silva, "contato@silva.com.br", "flag"), (ana, "ana@silva.com.br", "flag"),
        ])

    # ------------------------------------------------------------------
    # General address
    # ------------------------------------------------------------------

    def test_no_flag_the_documents_partner(self):
        self.assertEqual(self._chosen(self.recife), [(self.recife, "recife@silva.com.br", "general")])

    def test_partner_without_address_the_commercial_partner(self):
        self.recife.email = False
        self.assertEqual(self._chosen(self.recife), [(self.silva, "contato@silva.com.br", "general_company")])
        self.assertEqual(self._skipped(self.recife), [(self.recife, "", "no_address")])

    def test_nobody(self):
        gomez = self._partner("Gómez Hermanos S.A.", False, is_company=True)
        self.assertEqual(self._chosen(gomez), [])
        self.assertEqual(self._skipped(gomez), [(gomez, "", "no_address")])

    # ------------------------------------------------------------------
    # Nearest wins
    # ------------------------------------------------------------------

    def test_branch_before_company(self):
        ana = self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        eva = self._partner("Eva Melo", "eva@silva.com.br", self.recife, dispatch_invoice=True)
        self.assertEqual(self._emails(self.recife), [eva.email])
        self.assertEqual(self._emails(self.silva), [ana.email], "the branch's people get what is the branch's")

    def test_invoice_address_before_branch_before_company(self):
        postbox = self._partner("Caixa postal", False, self.recife, type="invoice")
        ana = self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        self.assertEqual(self._emails(postbox), [ana.email])
        eva = self._partner("Eva Melo", "eva@silva.com.br", self.recife, dispatch_invoice=True)
        self.assertEqual(self._emails(postbox), [eva.email])
        postbox.write({"email": "nf@silva.com.br", "dispatch_invoice": True})
        self.assertEqual(self._emails(postbox), ["nf@silva.com.br"])

    def test_subsidiary_that_is_a_company_keeps_to_itself(self):
        self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        porto = self._partner("Silva Porto Alegre S.A.", "poa@silva.com.br", self.silva, is_company=True)
        zoe = self._partner("Zoe Reis", "zoe@silva.com.br", porto, dispatch_invoice=True)
        self.assertEqual(self._emails(porto), [zoe.email])
        self.assertNotIn(zoe.email, self._emails(self.silva))
        zoe.dispatch_invoice = False
        self.assertEqual(self._emails(porto), ["poa@silva.com.br"])

    def test_contact_moves_with_his_flag(self):
        nowak = self._partner("Nowak Sp. z o.o.", "biuro@nowak.pl", is_company=True)
        zofia = self._partner("Zofia Nowak", "zofia@nowak.pl", self.silva, dispatch_invoice=True)
        self.assertEqual(self._emails(nowak), ["biuro@nowak.pl"])
        zofia.parent_id = nowak
        self.assertEqual(self._emails(nowak), ["zofia@nowak.pl"])
        self.assertEqual(self._emails(self.silva), ["contato@silva.com.br"])

    # ------------------------------------------------------------------
    # Addresses
    # ------------------------------------------------------------------

    def test_several_addresses_in_one_field(self):
        durand = self._partner(
            "Durand SARL", "compta@durand.fr; Camille Durand <camille@durand.fr>, direction@durand.fr",
        )
        self.assertEqual(self._emails(durand), ["compta@durand.fr", "camille@durand.fr", "direction@durand.fr"])
        self.assertEqual([c.name for c in self._resolve(durand).chosen], ["", "Camille Durand", ""])

    def test_nobody_twice(self):
        """Compared in normal form: capitals, and the two ways to write an international domain."""
        capek = self._partner("Čapek s.r.o.", False, is_company=True)
        jan = self._partner("Jan Čapek", "Fakturace@ČAPEK.cz, fakturace@čapek.cz", capek, dispatch_invoice=True)
        eva = self._partner("Eva Malá", "eva@capek.cz; FAKTURACE@xn--apek-fua.cz", capek, dispatch_invoice=True)
        self.assertEqual(self._chosen(capek), [
            (jan, "fakturace@xn--apek-fua.cz", "flag"), (eva, "eva@capek.cz", "flag"),
        ])
        self.assertEqual(self._skipped(capek), [(eva, "fakturace@xn--apek-fua.cz", "duplicate")])

    # ------------------------------------------------------------------
    # Passed over, with the reason
    # ------------------------------------------------------------------

    def test_archived_contact(self):
        ana = self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        ana.active = False
        self.assertEqual(self._emails(self.silva), ["contato@silva.com.br"])
        self.assertEqual(self._skipped(self.silva), [(ana, "ana@silva.com.br", "archived")])

    def test_contact_of_an_archived_branch_stays(self):
        eva = self._partner("Eva Melo", "eva@silva.com.br", self.recife, dispatch_invoice=True)
        self.recife.active = False
        self.assertEqual(self._emails(self.silva), [eva.email])

    def test_invalid_address(self):
        ana = self._partner("Ana Silva", "ana arroba silva", self.silva, dispatch_invoice=True)
        self.assertEqual(self._emails(self.silva), ["contato@silva.com.br"])
        self.assertEqual(self._skipped(self.silva), [(ana, "ana arroba silva", "invalid")])

    def test_blacklisted_address(self):
        ana = self._partner("Ana Silva", "Ana@Silva.com.br; ana.silva@silva.com.br", self.silva, dispatch_invoice=True)
        self.env["mail.blacklist"]._add("ana@silva.com.br")
        self.assertEqual(self._emails(self.silva), ["ana.silva@silva.com.br"])
        self.assertEqual(self._skipped(self.silva), [(ana, "ana@silva.com.br", "blacklisted")])
        self.env["mail.blacklist"]._remove("ana@silva.com.br")
        self.assertEqual(len(self._emails(self.silva)), 2)

    def test_blacklisted_international_domain(self):
        """The blacklist keeps the domain as it was typed (``tools.mail.email_normalize``)."""
        for number, blacklisted in enumerate(("info@łódź.pl", "INFO@xn--D-uga0v4h.pl")):
            with self.subTest(blacklisted=blacklisted):
                self.env["mail.blacklist"]._add(blacklisted)
                lodz = self._partner(f"Łódź {number} Sp. z o.o.", "info@łódź.pl")
                self.assertEqual(self._skipped(lodz), [(lodz, "info@xn--d-uga0v4h.pl", "blacklisted")])
                self.env["mail.blacklist"]._remove(blacklisted)

    def test_clerk_obeys_the_blacklist_that_he_may_not_read(self):
        self.env["mail.blacklist"]._add("contato@silva.com.br")
        self.assertFalse(self.env["mail.blacklist"].with_user(self.clerk).has_access("read"))
        self.assertEqual(self._emails(self.silva.with_user(self.clerk)), [])

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_contact_of_another_company(self):
        """Of our companies: the customer is shared, the contact is of the other house only."""
        paris = self.env["res.company"].create({"name": "Aurora France SARL"})
        ana = self._partner(
            "Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True, company_id=self.env.company.id,
        )
        self._partner("Paul Petit", "paul@silva.com.br", self.silva, dispatch_invoice=True, company_id=paris.id)
        both = new_user(self.env.company | paris, "odile", "sales_team.group_sale_salesman")
        in_both = {"allowed_company_ids": (self.env.company | paris).ids}
        for who, partner in (
            ("clerk of this company", self.silva.with_user(self.clerk)),
            ("clerk of both companies", self.silva.with_user(both).with_context(**in_both)),
            ("scheduler", self.silva),
        ):
            with self.subTest(who=who):
                self.assertEqual(self._emails(partner), [ana.email])

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def test_statements_do_not_grow_with_the_partners(self):
        customers = self.env["res.partner"]
        for number in range(50):
            company = self._partner(f"Cliente {number} Ltda", f"contato@c{number}.com.br", is_company=True)
            branch = self._partner("Filial", f"filial@c{number}.com.br", company)
            self._partner("Financeiro", f"nf@c{number}.com.br", branch, dispatch_invoice=True)
            customers |= company
        for env in (self.env, self.env(user=self.clerk)):
            few, many = self._statements(customers[:1].with_env(env)), self._statements(customers.with_env(env))
            self.assertEqual(few, many)
            self.assertLess(many, 10)

    def _statements(self, partners):
        """Count the SQL statements of one resolution that finds nothing in the cache."""
        partners._dispatch_recipients(self.types["invoice"])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        found = partners._dispatch_recipients(self.types["invoice"])
        count = self.env.cr.sql_log_count - before
        self.assertTrue(all(resolution.chosen[0].reason == "flag" for resolution in found.values()))
        return count

    # ------------------------------------------------------------------
    # On the partner form
    # ------------------------------------------------------------------

    def test_overview_names_who_and_why(self):
        self._partner("Ana <Silva>", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        self._partner("Eva Melo", "eva arroba silva", self.silva, dispatch_nf=True)
        overview = self.silva.with_user(self.clerk).dispatch_overview
        for text in (
            "ana@silva.com.br", "Ana &lt;Silva&gt;", "Invoice flag on the contact",
            "contato@silva.com.br", "No contact flagged: general address",
            "Eva Melo", "eva arroba silva", "not a valid address",
        ):
            self.assertIn(text, overview)
        self.assertNotIn("<Silva>", overview)
        self.assertNotIn("refuses e-mail", overview)

    def test_overview_follows_the_flags(self):
        self.assertNotIn("Quotation flag", self.silva.dispatch_overview)
        self.recife.dispatch_quote = True
        self.silva.invalidate_recordset(["dispatch_overview"])
        self.assertIn("Quotation flag on the contact", self.silva.dispatch_overview)
        self.assertIn("recife@silva.com.br", self.silva.dispatch_overview)

    def test_overview_says_that_the_nearest_get_it(self):
        self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        self._partner("Eva Melo", "eva@silva.com.br", self.recife, dispatch_invoice=True)
        self.assertEqual(self._emails(self.silva), ["ana@silva.com.br"])
        overview = self.silva.with_user(self.clerk).dispatch_overview
        self.assertIn("another address, receives what is addressed there: Eva Melo", " ".join(overview.split()))
        self.assertEqual(self._emails(self.recife), ["eva@silva.com.br"])

    def test_an_address_of_its_own(self):
        """What Odoo calls another address counts as one where it says a place; a mere mailbox does not."""
        self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        contas = self._partner(
            "Contas a pagar", "contas@silva.com.br", self.silva, type="invoice", dispatch_invoice=True)
        self.assertEqual(self._emails(self.silva), ["ana@silva.com.br", "contas@silva.com.br"])
        contas.street = "Rua do Sol, 12"
        self.assertEqual(self._emails(self.silva), ["ana@silva.com.br"])
        self.assertEqual(self._emails(contas), ["contas@silva.com.br"])

    def test_overview_says_that_nobody_gets_it(self):
        gomez = self._partner("Gómez Hermanos S.A.", False, is_company=True)
        self.assertIn("Nobody: goes to the paper tray", gomez.dispatch_overview)
        self.assertIn("no e-mail address", gomez.dispatch_overview)
        gomez.dematerialization_refused = True
        gomez.invalidate_recordset(["dispatch_overview"])
        self.assertIn("refuses e-mail", gomez.dispatch_overview)

    def _outcomes(self, partner, user=None):
        """What the overview says first of each flag: ``{name: (sentence, addresses in bold)}``."""
        partner.invalidate_recordset(["dispatch_overview"])
        shown = html.fromstring(str(partner.with_user(user or self.clerk).dispatch_overview))
        return {row.findtext("th"): (
            " ".join("".join(row.xpath("td/div[contains(@class, 'fw-bold')]//text()")).split()),
            row.xpath("td/div/strong/text()"),
        ) for row in shown.iter("tr")}

    def test_overview_says_first_what_happens(self):
        """A refusal and a wish come before the addresses, which are not in bold where nothing goes to them."""
        self._partner("Ana Silva", "ana@silva.com.br", self.silva, dispatch_invoice=True)
        self.assertEqual(self._outcomes(self.silva)["Invoices"], ("", ["ana@silva.com.br"]))
        Preference = self.env["document.dispatch.preference"]
        wish = Preference.create({
            "partner_id": self.silva.id, "role_id": self.types["invoice"].role_id.id, "channel": "paper"})
        self.assertEqual(self._outcomes(self.silva)["Invoices"], ("As the customer wants it: Paper", []))
        self.assertEqual(self._outcomes(self.silva)["Quotations"], ("", ["contato@silva.com.br"]))
        wish.channel = "email"
        self.assertEqual(self._outcomes(self.silva)["Invoices"], ("", ["ana@silva.com.br"]))
        self.env["document.consent"].create({
            "partner_id": self.silva.id, "kind": "refused",
            "type_ids": [(6, 0, self.types["credit_note"].ids)]})
        self.assertEqual(self._outcomes(self.silva)["Invoices"], (
            f"On paper, because the customer refuses e-mail: {self.types['credit_note'].name}",
            ["ana@silva.com.br"]))
        self.silva.dematerialization_refused = True
        on_paper = ("On paper, because the customer refuses e-mail", [])
        found = self._outcomes(self.silva)
        self.assertEqual((found["Invoices"], found["Quotations"], found["Orders"]), (on_paper,) * 3)
        duty = self.types["order"]
        duty.refusal_applies = False
        self.assertEqual(self._outcomes(self.silva)["Orders"], ("", ["contato@silva.com.br"]), "the law asks for it")
        wish.channel = "manual"
        self.assertEqual(self._outcomes(self.silva)["Invoices"], ("As the customer wants it: Download only", []))

    def test_overview_agrees_with_what_is_sent(self):
        """Whatever is said first is what becomes of the next document."""
        for partner, refuses in ((self.silva, False), (self.silva, True)):
            partner.dematerialization_refused = refuses
            move = self.env["account.move"].new({
                "move_type": "out_invoice", "partner_id": partner.id, "state": "posted"})
            directory = partner._dispatch_directory()
            channel, _reason = move._dispatch_choose_channel(
                self.types["invoice"], directory.resolve(partner.id, "invoice"))
            first, bold = self._outcomes(partner)["Invoices"]
            self.assertEqual((channel._code() == "paper", bool(first), not bold), (refuses,) * 3)

    def test_overview_of_a_salesman_and_of_another_company(self):
        """A refusal towards another company says nothing here; a salesman reads the same as who invoices."""
        other = self.env["res.company"].create({"name": "Aurora Praha s.r.o."})
        self.env["document.consent"].create(
            {"partner_id": self.silva.id, "kind": "refused", "company_id": other.id})
        seller = new_user(self.env.company, "vendas", "sales_team.group_sale_salesman")
        stranger = new_user(other, "praha", "account.group_account_invoice")
        self.assertEqual(self._outcomes(self.silva, seller), self._outcomes(self.silva))
        self.assertEqual(self._outcomes(self.silva, seller)["Invoices"][0], "")
        self.assertIn("refuses", self._outcomes(self.silva, stranger)["Invoices"][0])

    def test_form_of_a_new_contact(self):
        self.clerk.group_ids |= self.env.ref("base.group_partner_manager")
        with contact_form(self, self.env["res.partner"].with_user(self.clerk)) as form:
            form.company_type = "company"  # whose name can be typed beside a module for first names, too
            form.name = "Nowak Sp. z o.o."
            form.email = "zofia@nowak.pl"
            form.dispatch_role_ids.add(self.types["invoice"].role_id)
            self.assertFalse(form.dispatch_overview)
        self.assertIn("zofia@nowak.pl", form.record.dispatch_overview)
