"""The first steps in a real browser: from nothing to the first rule, and a file of an older program."""

from odoo.tests import HttpCase

from .common import new_user
from .test_setup import SetupCase


class TestSetupTour(SetupCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.helena = new_user(
            cls.company, "helena", "account.group_account_manager,base.group_partner_manager,base.group_system",
            name="Helena Prado", email="helena@aurora.example.com")

    def test_first_steps(self):
        self.env["res.partner"].with_context(active_test=False).search([("type", "=", "invoice")]).type = "other"
        accounts = self.env["res.partner"].create({
            "name": "Contas a pagar", "parent_id": self.silva.id, "type": "invoice",
            "email": "contas@silva.example.com",
        })
        self.start_tour("/odoo", "document_dispatch_first_steps", login="helena")
        self.assertEqual(self.envelopes, ["helena@aurora.example.com"])
        self.assertTrue(accounts.dispatch_invoice and accounts.dispatch_financial)
        rule = self.env["document.dispatch.rule"].search([("company_id", "=", self.company.id)])
        self.assertEqual((rule.active, rule.delivery, rule.user_id), (True, "review", self.helena))
        self.assertEqual(self.helena.dispatch_folded_company_ids, self.company)

    def test_import(self):
        self.start_tour("/odoo", "document_dispatch_import", login="helena")
        capek = self.env["res.partner"].search([("ref", "=", "1002")])
        self.assertTrue(capek.dematerialization_refused)
        self.assertEqual(set(capek.consent_ids.mapped("channel")), {"import"})
