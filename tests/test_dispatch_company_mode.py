"""The switch of a company: send, rehearse, off."""

from odoo import fields
from odoo.exceptions import UserError, ValidationError

from .common import DispatchCase

BOSS = "helena@aurora.example.com"


class TestCompanyMode(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas", "invoice")

    def _rehearse(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": BOSS})

    def test_a_rehearsal_needs_a_supervisor(self):
        for wrong in (False, "nobody", "a@b.example.com, c@d.example.com"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": wrong})

    def test_the_settings_start_a_rehearsal_and_end_it(self):
        """The form sends its fields in its own order."""
        start = {"dispatch_mode": "rehearse", "dispatch_rehearsal_email": BOSS}
        end = {"dispatch_mode": "send", "dispatch_rehearsal_email": False}
        for vals in (start, end, dict(reversed(start.items())), dict(reversed(end.items()))):
            self.env["res.config.settings"].create(dict(vals)).execute()
            self.assertEqual({name: self.company[name] for name in vals}, vals)

    def test_rehearsal_goes_to_the_supervisor_only(self):
        self._rehearse()
        invoice, paper = self._invoice(self.silva), self._invoice(self.papel)
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, [BOSS, BOSS])
        self.assertEqual({mail["to"] for mail in self.mails}, {BOSS})
        self.assertIn("for ana@silva.example.com", self.mails[0]["subject"])
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, dispatch.recipient_ids.mapped("state")), ("rehearsed", ["rehearsed"] * 2))
        self.assertEqual(
            (invoice.dispatch_state, invoice.is_move_sent, dispatch.sent_date), ("rehearsed", False, False))
        self.assertEqual(self._dispatches(paper).state, "rehearsed")
        self.assertTrue(dispatch.mail_message_id.is_internal, "the customer does not read it on their portal")
        self.assertFalse(dispatch.mail_message_id.notification_ids)

    def test_rehearsed_once_and_sent_for_real_later(self):
        self._rehearse()
        invoice = self._invoice(self.nowak)
        self._plan()
        self._deliver()
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, [BOSS])
        self.company.dispatch_mode = "send"
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, [BOSS, "biuro@nowak.example.com"])
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("sent", True))

    def test_what_waited_before_the_rehearsal_stays(self):
        invoice = self._invoice(self.nowak)
        with self._mail_server_down():
            self._plan()
            self._deliver()
        self._rehearse()
        dispatch = self._dispatches(invoice)
        dispatch.recipient_ids._with_system_write().next_try = False
        self._deliver()
        self.assertEqual((self.envelopes, dispatch.state), ([], "queued"))
        self.company.dispatch_mode = "send"
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])

    def test_rehearsal_by_hand(self):
        self._rehearse()
        invoice = self._invoice(self.nowak)
        self._send_window(invoice).action_send_and_print()
        self.assertEqual(self.envelopes, [BOSS])
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("rehearsed", False))
        self.company.dispatch_mode = "send"
        self._send_window(invoice).action_send_and_print()
        self.assertEqual(self.envelopes, [BOSS, "biuro@nowak.example.com"])
        self.assertFalse(self._dispatches(invoice)[-1].resend_of_id, "it is the first one for real")

    def test_off(self):
        invoice = self._invoice(self.nowak)
        with self._mail_server_down():
            self._plan()
            self._deliver()
        self.company.dispatch_mode = "off"
        self._dispatches(invoice).recipient_ids._with_system_write().next_try = False
        self._deliver()
        self.assertEqual(self.envelopes, [])
        later = self._invoice(self.nowak)
        self._plan()
        self.assertFalse(self._dispatches(later))
        self.assertIn("turned off", self.rule.problem)
        with self.assertRaisesRegex(UserError, "turned off"):
            self._send_window(later).action_send_and_print()
        self.company.dispatch_mode = "send"
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"] * 2)

    def test_another_company_goes_on(self):
        other = self.setup_other_company()["company"]
        other.dispatch_mode = "off"
        invoice = self._invoice(self.nowak)
        self._plan()
        self._deliver()
        self.assertEqual(invoice.dispatch_state, "sent")
        self.assertEqual(fields.Date.today(), self.rule.date_from)

    def test_rehearsed_again_by_hand(self):
        """Each time; what waits for real is withdrawn by sending for real only."""
        invoice = self._invoice(self.nowak)
        with self._mail_server_down():
            self._plan()
            self._deliver()
        real = self._dispatches(invoice)
        self._rehearse()
        for _time in range(2):
            self._send_window(invoice).action_send_and_print()
        invoice._dispatch_send_now("manual")
        self._deliver()
        self.assertEqual(self.envelopes, [BOSS] * 3)
        self.assertEqual(real.state, "queued", "it waits until the company sends")
        self.assertEqual((self._dispatches(invoice) - real).mapped("state"), ["rehearsed"] * 3)

    def test_rehearsed_again_by_programs(self):
        """A second time breaks nothing; what really went is not rehearsed by a process that nobody asked."""
        order, invoice = self._order(self.nowak), self._invoice(self.nowak)
        self.env["account.move.send"]._generate_and_send_invoices(invoice, sending_methods=["email"])
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        self._rehearse()
        for _time in range(2):
            self.types["quotation"].mail_template_id.send_mail(order.id)
            order.message_mail_with_source(self.types["quotation"].mail_template_id)
            self.env["account.move.send"]._generate_and_send_invoices(invoice, sending_methods=["email"])
        self._deliver()
        self.assertEqual(self.envelopes[1:], [BOSS] * 4)
        self.assertEqual(len(self._dispatches(invoice)), 1)

    def test_rehearsed_again_on_paper(self):
        self._rehearse()
        order = self._order(self.papel)
        for _time in range(2):
            self.assertEqual(order._dispatch_to_paper().state, "rehearsed")
