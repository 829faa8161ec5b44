"""The consent ledger: for some documents, towards some companies, with its evidence."""

import base64
import hashlib

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_consent import ConsentCase


@tagged("post_install", "-at_install")
class TestConsentScope(ConsentCase):
    # ------------------------------------------------------------------
    # Some documents, some companies
    # ------------------------------------------------------------------

    def _types(self, *codes):
        Types = self.env["document.dispatch.type"]
        return Types.union(*(Types._get_by_code([code], self.env.company)[code] for code in codes))

    def _refused_codes(self, partner, company=None):
        types = self.env["document.dispatch.type"].search([])
        return {kind.code for kind in types if partner._dispatch_refuses(kind, company)}

    def test_refusal_of_some_documents(self):
        self._declare(self.durand, "refused", type_ids=self._types("invoice", "credit_note").ids)
        self.assertFalse(self.durand.dematerialization_refused, "not all of them")
        for partner in (self.durand, self.camille):
            self.assertEqual(self._refused_codes(partner), {"invoice", "credit_note"})
        self.assertIn("Invoice", self.durand.dispatch_overview)
        self._declare(self.durand, "withdrawn", type_ids=self._types("invoice").ids)
        self.assertEqual(self._refused_codes(self.durand), {"credit_note"})
        self._declare(self.durand, "accepted")
        self.assertEqual(self._refused_codes(self.durand), set())

    def test_refusal_of_all_but_some(self):
        self._declare(self.durand, "refused")
        self._declare(self.durand, "accepted", type_ids=self._types("quotation").ids)
        self.assertTrue(self.durand.dematerialization_refused)
        self.assertNotIn("quotation", self._refused_codes(self.durand))
        self.assertIn("invoice", self._refused_codes(self.durand))

    def test_a_companys_own_record_of_a_type_is_the_same_kind(self):
        self._declare(self.durand, "refused", type_ids=self._types("invoice").ids)
        own = self._types("invoice").copy({"company_id": self.env.company.id})
        self.assertTrue(self.durand._dispatch_refuses(own))
        own.refusal_applies = False
        self.assertFalse(self.durand._dispatch_refuses(own), "a legal duty wins")

    def test_a_type_that_was_refused_stays(self):
        """Without it the refusal would be one of all documents."""
        own = self._types("invoice").copy({"company_id": self.env.company.id})
        self._declare(self.durand, "refused", type_ids=own.ids)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            own.unlink()

    def test_refusal_towards_one_company(self):
        paris = self.env["res.company"].create({"name": "Aurore Paris"})
        self._declare(self.durand, "refused", company_id=paris.id)
        self.assertEqual(self._refusals(self.durand, self.camille), [False, False])
        here, there = self.env["res.partner"], self.env["res.partner"].with_company(paris)
        domain = [("dematerialization_refused", "=", True), ("id", "in", (self.durand | self.nowak).ids)]
        self.assertEqual((len(here.search(domain)), there.search(domain).ids), (0, self.durand.ids))
        self.assertTrue(self.camille._dispatch_refuses(self._types("invoice"), paris))
        self.assertIn("since", self.durand._dispatch_refusal_text(company=paris))
        self.assertNotIn("since", self.durand._dispatch_refusal_text())
        self.durand.dematerialization_refused = True
        self.assertEqual(self._ledger(self.durand)[-1].company_id, self.env.company)
        self.durand.dematerialization_refused = False
        self.assertTrue(self.durand.with_company(paris).dematerialization_refused, "said to the other house")

    def test_statements_do_not_grow_with_partners(self):
        many = self.env["res.partner"].create([{"name": f"Client {n}", "is_company": True} for n in range(40)])
        many[:20].dematerialization_refused = True
        kind = self._types("invoice")

        def statements(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(any(partner._dispatch_refuses(kind) for partner in partners))
            return self.env.cr.sql_log_count - before

        few = statements(many[:5])
        self.assertEqual(statements(many), few)
        self.assertLessEqual(few, 4)

    # ------------------------------------------------------------------
    # Evidence
    # ------------------------------------------------------------------

    def test_text_and_hash(self):
        entry = self._declare(self.durand, "refused", text="Voulez-vous… ?", lang="fr_FR", text_hash="0" * 64)
        self.assertEqual(entry.text_hash, hashlib.sha256("fr_FR\nVoulez-vous… ?".encode()).hexdigest())
        self.assertTrue(entry._check_hash())
        self.env.cr.execute("UPDATE document_consent SET text = 'Autre' WHERE id = %s", [entry.id])
        self.env.invalidate_all()
        self.assertFalse(entry._check_hash())

    def test_by_hand_with_a_letter(self):
        with Form(self.env["document.consent"].with_user(self.clerk)) as form:
            form.partner_id = self.camille
            form.kind = "refused"
            form.channel = "letter"
            form.declared_by = "Camille Durand, Lyon"
            form.evidence = base64.b64encode(b"%PDF-1.4 scan")
        entry = self._ledger(self.durand)
        self.assertEqual((entry.channel, entry.user_id, entry.attachment_id.name), ("letter", self.clerk, "Evidence"))
        self.assertEqual((entry.attachment_id.res_model, entry.attachment_id.res_id), ("document.consent", entry.id))
        self.assertEqual(entry.attachment_id.with_user(self.clerk).raw, b"%PDF-1.4 scan")
        for change in (lambda: entry.attachment_id.write({"raw": b"other"}), lambda: entry.attachment_id.unlink()):
            with self.assertRaisesRegex(UserError, "proves a declaration"):
                change()

    def test_what_only_the_system_says(self):
        Consent = self.env["document.consent"].with_user(self.clerk)
        vals = {"partner_id": self.durand.id, "kind": "address", "new_email": "a@durand.example.fr"}
        for extra in ({"channel": "page"}, {"ip": "10.0.0.1"}, {"user_agent": "x"}, {"step": "verified"}):
            with self.assertRaisesRegex(UserError, "Only the customers themselves"), self.env.cr.savepoint():
                Consent.create({**vals, **extra})
            context = {f"default_{name}": value for name, value in extra.items()}
            with self.assertRaisesRegex(UserError, "Only the customers themselves"), self.env.cr.savepoint():
                Consent.with_context(**context).create(vals)
        self.assertEqual(Consent.create(vals).email_normalized, "a@durand.example.fr")
        with self.assertRaisesRegex(UserError, "not a valid"):
            Consent.create({**vals, "new_email": "a@b, c@d.example"})

    def test_company_is_kept_as_well(self):
        """Without it the refusal would be one towards every company."""
        paris = self.env["res.company"].create({"name": "Aurore Paris"})
        self._declare(self.durand, "refused", company_id=paris.id)
        self.assertEqual(self.env["document.consent"]._fields["company_id"].ondelete, "restrict")

    def test_privacy_lookup_finds_entries(self):
        """Odoo's module looks for stored links to partners that do not cascade, and for these names of fields."""
        fields_of = self.env["document.consent"]._fields
        self.assertTrue(fields_of["partner_id"].store and fields_of["partner_id"].ondelete != "cascade")
        self.assertTrue(fields_of["email_normalized"].store)
        if "privacy.lookup.wizard" in self.env:
            entry = self._declare(self.nowak, "refused")
            wizard = self.env["privacy.lookup.wizard"].create({"name": "Nowak", "email": self.nowak.email})
            wizard.action_lookup()
            found = wizard.line_ids.filtered(lambda line: line.res_model == "document.consent")
            self.assertIn(entry.id, found.mapped("res_id"))
