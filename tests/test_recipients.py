from odoo.tests import TransactionCase


class TestRecipients(TransactionCase):
    def test_smoke(self):
        partner = self.env["res.partner"].create({"name": "Silva", "email": "a@silva.com.br; b@silva.com.br"})
        invoice_type = self.env.ref("document_dispatch.type_invoice")
        self.assertEqual(
            [c.email for c in partner._dispatch_recipients(invoice_type)[partner].chosen],
            ["a@silva.com.br", "b@silva.com.br"],
        )
