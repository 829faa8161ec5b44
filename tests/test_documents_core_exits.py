"""Whatever sends an invoice or an order: the flags choose, a dispatch is left, the state is true."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from .common import DispatchCase


class TestCoreExits(DispatchCase):
    def test_send_window_takes_the_flagged_contacts(self):
        invoice = self._invoice(self.silva)
        window = self._send_window(invoice)
        self.assertEqual(window.mail_partner_ids, self.silva_ana | self.silva_rui)
        window.action_send_and_print()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, dispatch.origin, dispatch.user_id), ("sent", "manual", self.env.user))
        self.assertEqual(set(dispatch.recipient_ids.mapped("reason")), {"flag_invoice"})
        self.assertTrue(invoice.is_move_sent)
        self.assertEqual(invoice.dispatch_state, "sent")
        self.assertIn(invoice.name, self.mails[0]["subject"])

    def test_sent_only_after_the_server_accepted(self):
        invoice = self._invoice(self.silva)
        with self._mail_server_down():
            self._send_window(invoice).action_send_and_print()
        self.assertFalse(invoice.is_move_sent)
        self.assertEqual(invoice.dispatch_state, "queued")
        self.assertEqual(set(self._fates(invoice).values()), {"deferred", "queued"})
        self._dispatches(invoice).action_retry()
        self.assertEqual(set(self._fates(invoice).values()), {"sent"})
        self.assertTrue(invoice.is_move_sent)
        self.assertEqual(len(self.envelopes), 2)

    def test_sending_again_is_a_new_dispatch(self):
        invoice = self._invoice(self.silva)
        self._send_window(invoice).action_send_and_print()
        first = self._dispatches(invoice)
        self._send_window(invoice).action_send_and_print()
        second = self._dispatches(invoice) - first
        self.assertEqual(second.resend_of_id, first)
        self.assertEqual((first.state, second.state), ("sent", "sent"))

    def test_window_sends_where_the_rule_still_waited(self):
        invoice = self._invoice(self.silva)
        waiting = invoice._dispatch_create("rule")
        self._send_window(invoice).action_send_and_print()
        self.assertEqual(waiting.state, "cancelled")
        self._deliver()
        self.assertEqual(len(self.envelopes), 2)

    def test_refused_goes_to_the_paper_tray(self):
        invoice = self._invoice(self.papel)
        window = self._send_window(invoice)
        self.assertFalse(window.alerts, "the window says it itself, once")
        self.assertIn("has refused e-mail", window.dispatch_refusal)
        window.action_send_and_print()
        self.assertEqual(self.envelopes, [])
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, dispatch.channel_reason), ("paper", "refused"))
        self.assertEqual(invoice.dispatch_state, "paper")
        self.assertFalse(invoice.is_move_sent)

    def test_batch_window_and_core_cron(self):
        good = self._invoice(self.silva) | self._invoice(self.nowak)
        silent = self._invoice(self.mudo)
        moves = good | silent
        window = self._batch_window(moves)
        self.assertIn("account_missing_email", window.alerts)
        window.action_send_and_print()
        # nobody asked for another way: they wait for Odoo's own job, as other modules expect it
        self.assertEqual((moves.mapped("is_being_sent"), self._dispatches(moves).ids), ([True] * 3, []))
        self._run_core_cron()
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "biuro@nowak.example.com",
        ])
        self.assertEqual(good.mapped("is_move_sent"), [True, True])
        self.assertEqual(self._dispatches(silent).channel_reason, "no_address")
        self.assertFalse(silent.is_move_sent)

    def test_batch_window_of_a_person(self):
        """Whoever sees the window is asked how, and one answer is proposed."""
        moves = self._invoice(self.silva) | self._invoice(self.nowak)
        action = moves.action_send_and_print()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(form.dispatch_grouping, "all")
        form.save().action_send_and_print()
        self.assertEqual(set(self._dispatches(moves).mapped("origin")), {"batch"})
        self.assertFalse(any(moves.mapped("is_being_sent")))

    def test_batch_window_where_sending_is_off(self):
        moves = self._invoice(self.silva) | self._invoice(self.nowak)
        self.company.dispatch_mode = "off"
        window = self.env["account.move.send.batch.wizard"].create({"move_ids": [Command.set(moves.ids)]})
        with self.assertRaisesRegex(UserError, "turned off"):
            window.action_send_and_print()

    def test_one_broken_invoice_leaves_the_others_alone(self):
        moves = self._invoice(self.silva) | self._invoice(self.nowak) | self._invoice(self.nowak)
        self.types["invoice"].mail_template_id.subject = (
            "{{ object.name if object.amount_total != 666 else object.no_such_field }}"
        )
        broken = self._invoice(self.silva, amount=666)
        (moves | broken).sending_data = {
            "author_user_id": self.env.user.id, "author_partner_id": self.env.user.partner_id.id,
        }
        self._run_core_cron()
        self.assertEqual(set(moves.mapped("dispatch_state")), {"sent"})
        self.assertEqual(broken.dispatch_state, "failed")
        self.assertIn("no_such_field", self._dispatches(broken).state_message)

    def test_quotation_is_sent_when_the_server_took_it(self):
        order = self._order(self.silva)
        with self._mail_server_down():
            self._send_order(order)
        self.assertEqual(order.state, "draft")
        self._dispatches(order).action_retry()
        self.assertEqual((order.state, order.dispatch_state), ("sent", "sent"))
        self.assertEqual(self.envelopes, ["ana@silva.example.com"])
        self.assertEqual(self._dispatches(order).type_code, "quotation")

    def test_order_confirmation_goes_to_the_order_contacts(self):
        order = self._order(self.silva)
        order.action_confirm()
        self.assertFalse(order.dispatch_state)
        order._send_order_confirmation_mail()
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])
        self.assertEqual(self._dispatches(order).type_code, "order")
        order._send_order_confirmation_mail()
        self.assertEqual(len(self.envelopes), 1, "an automatic mail goes once")

    def test_followers_get_nothing(self):
        invoice = self._invoice(self.silva)
        invoice.message_subscribe(self.nowak.ids)
        self._send_window(invoice).action_send_and_print()
        self.assertNotIn("biuro@nowak.example.com", self.envelopes)

    def test_corrected_invoice_goes_anew(self):
        invoice = self._invoice(self.silva)
        self._send_window(invoice).action_send_and_print()
        invoice.button_draft()
        self.assertFalse(invoice.dispatch_state)
        invoice.action_post()
        self.assertFalse(invoice.is_move_sent)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(len(self.envelopes), 4)
        self.assertEqual(self._dispatches(invoice).mapped("revision"), [0, 1])

    def test_what_waits_is_withdrawn_when_the_document_changes(self):
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        invoice.button_draft()
        self.assertEqual(dispatch.state, "cancelled")
        self._deliver()
        self.assertEqual(self.envelopes, [])

    def test_nobody_makes_a_dispatch_by_hand(self):
        with self.assertRaises(UserError):
            self.env["document.dispatch"].create({"document_name": "INV/2026/00001"})

    def _run_core_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self._run_cron("deliver")

    def _send_order(self, order):
        action = order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        composer._action_send_mail()
        return composer
