"""Odoo's windows for what is no business of ours: they open and send as they always did."""

from odoo.tests import Form

from .common import DispatchCase


class TestOtherWindows(DispatchCase):
    def _composer(self, records, **context):
        context = {f"default_{name}": value for name, value in context.items()}
        return Form(self.env["mail.compose.message"].with_context(
            default_model=records._name, default_res_ids=records.ids, **context,
        ))

    def test_message_to_a_contact(self):
        with self._composer(self.silva, composition_mode="comment", partner_ids=self.silva_ana.ids) as form:
            form.subject, form.body = "Visita na quinta", "<p>Chego às 14h.</p>"
        form.record._action_send_mail()
        message = self.silva.message_ids[0]
        self.assertEqual((message.subject, message.partner_ids), ("Visita na quinta", self.silva_ana))
        self.assertFalse(self.env["document.dispatch"].search_count([("partner_id", "=", self.silva.id)]))

    def test_receipts_of_payments_at_once(self):
        payments = self.env["account.payment"].create([
            {"amount": 100.0, "payment_type": "inbound", "partner_type": "customer", "partner_id": customer.id}
            for customer in (self.silva, self.nowak)
        ])
        template = self.env.ref("account.mail_template_data_payment_receipt")
        form = self._composer(payments, composition_mode="mass_mail", template_id=template.id)
        self.assertFalse(form.dispatch_active)
        form.save()._action_send_mail()
        self.assertEqual(len(payments.message_ids.filtered(lambda message: message.subject)), 2)
