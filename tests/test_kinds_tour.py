"""A kind of document without code, in a real browser: from Document Types to the mail at the server."""

from odoo import fields
from odoo.tests import HttpCase

from .common import DispatchCase, new_user


class TestKindsTour(DispatchCase, HttpCase):
    def test_payment_receipt(self):
        helena = new_user(
            self.company, "helena", "document_dispatch.group_dispatch_manager,account.group_account_manager",
            name="Helena Prado", email="helena@aurora.example.com")
        self.silva_rui.dispatch_financial = True
        payment = self.env["account.payment"].create({
            "partner_id": self.silva.id, "amount": 250, "payment_type": "inbound", "partner_type": "customer",
            "date": fields.Date.today(),
        })
        payment.action_post()
        self.start_tour("/odoo", "document_dispatch_suggested_kind", login="helena")
        receipts = self.env["document.dispatch.type"].search([("source_model", "=", "account.payment")])
        self.assertEqual(receipts.name, "Payment Receipt")
        self.start_tour(
            f"/odoo/action-account.action_account_payments/{payment.id}", "document_dispatch_payment_receipt",
            login="helena")
        [mail] = self.mails
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])
        self.assertIn(payment.name, mail["subject"])
        document = self.env["document.dispatch.record"].search([("res_id", "=", payment.id)])
        dispatch = self._dispatches(document)
        self.assertEqual((dispatch.state, dispatch.user_id, dispatch.type_id), ("sent", helena, receipts))
