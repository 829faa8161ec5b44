"""Documents that a person sends at a time: they wait, are moved or sent before, and are withdrawn as others are."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import DispatchCase, new_user

NOW = datetime(2026, 12, 1, 9, 0)
LATER = datetime(2026, 12, 4, 7, 30)


class TestAtTime(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "America/Sao_Paulo"

    def setUp(self):
        super().setUp()
        self.enterContext(self._clock(NOW))

    def _send(self, invoice, **vals):
        window = self._send_window(invoice)
        window.write({"dispatch_send_on": LATER, **vals})
        window.action_send_and_print()
        return self._dispatches(invoice)

    def _bulk(self, invoices, **vals):
        window = self._batch_window(invoices, **{"dispatch_grouping": "all", "dispatch_send_on": LATER, **vals})
        window.action_send_and_print()
        return self._dispatches(invoices)

    def _compose(self, order, **vals):
        action = order.action_quotation_send()
        return self.env["mail.compose.message"].with_context(**action["context"]).create(vals)

    def _at(self, when):
        with self._clock(when):
            self._deliver()

    # ------------------------------------------------------------------

    def test_invoice_waits_and_goes(self):
        invoice = self._invoice(self.silva)
        dispatch = self._send(invoice)
        self.assertEqual((dispatch.state, dispatch.scheduled_date, dispatch.is_scheduled), ("queued", LATER, True))
        self.assertEqual((invoice.dispatch_state, invoice.dispatch_scheduled_date), ("queued", LATER))
        self.assertIn("4 December 2026, 04:30", dispatch.what_next, "on the clock of who reads it")
        self.assertFalse(invoice.is_move_sent)
        message = dispatch.mail_message_id
        self.assertTrue(message.is_internal, "no customer reads on the portal what is not sent yet")
        self._at(LATER - timedelta(minutes=1))
        self.assertEqual((self.envelopes, dispatch.frozen), ([], False))
        self._at(LATER)
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual((dispatch.state, invoice.is_move_sent, message.is_internal), ("sent", True, False))
        self.assertEqual(message.partner_ids, self.silva_ana | self.silva_rui)
        self.assertTrue(self.mails[0].get_body(("plain",)))
        self.assertTrue(list(self.mails[0].iter_attachments()))

    def test_the_worker_is_woken(self):
        """By the database, so that it survives a restart: at once, and again after each run."""
        job = self.env.ref("document_dispatch.ir_cron_dispatch_deliver")
        Trigger = self.env["ir.cron.trigger"]
        self._send(self._invoice(self.silva))
        mine = [("cron_id", "=", job.id), ("call_at", "=", LATER)]
        self.assertTrue(Trigger.search(mine))
        Trigger.search([]).unlink()
        for _run in range(3):
            self._deliver()
        self.assertEqual(len(Trigger.search(mine)), 1, "once, however many weeks it waits")

    def test_a_time_that_is_over_is_refused(self):
        invoice = self._invoice(self.silva)
        past = NOW - timedelta(minutes=1)
        with self.assertRaisesRegex(UserError, "is in the past. Choose a time in the future"):
            self._send(invoice, dispatch_send_on=past)
        with self.assertRaisesRegex(UserError, "is in the past"):
            self._bulk(invoice | self._invoice(self.nowak), dispatch_send_on=past)
        order = self._order(self.silva)
        with self.assertRaisesRegex(UserError, "is in the past"):
            self._compose(order, scheduled_date="2026-12-01 08:59:00").action_schedule_message()
        self.assertFalse(self._dispatches(invoice) | self._dispatches(order))
        waiting = self._send(invoice)
        move = self.env["document.dispatch.schedule"].create({"dispatch_ids": waiting.ids, "date": past})
        with self.assertRaisesRegex(UserError, "is in the past"):
            move.action_move()

    def test_moved_and_sent_before(self):
        first, second = (self._send(self._invoice(partner)) for partner in (self.silva, self.nowak))
        action = (first | second).action_reschedule()
        with Form(self.env["document.dispatch.schedule"].with_context(**action["context"])) as form:
            form.date = LATER + timedelta(days=1)
        form.record.action_move()
        self._at(LATER)
        self.assertFalse(self.envelopes)
        second.action_send_now()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        self._at(LATER + timedelta(days=1))
        self.assertEqual((first.state, second.state), ("sent", "sent"))
        with self.assertRaisesRegex(UserError, "is not scheduled"):
            first.action_send_now()
        with self.assertRaisesRegex(UserError, "is not scheduled"):
            first.action_reschedule()

    def test_withdrawn_with_its_document(self):
        invoice, order = self._invoice(self.silva), self._order(self.silva)
        dispatch = self._send(invoice)
        self._compose(order, scheduled_date="2026-12-04 07:30:00").action_schedule_message()
        of_order = self._dispatches(order)
        self.assertEqual((of_order.state, of_order.scheduled_date, order.state), ("queued", LATER, "draft"))
        self.assertFalse(self.env["mail.scheduled.message"].search([("res_id", "=", order.id)]))
        invoice.button_draft()
        order._action_cancel()
        self.assertEqual((dispatch.state, of_order.state), ("cancelled", "cancelled"))
        self._at(LATER)
        self.assertFalse(self.envelopes)
        invoice.action_post()
        self.assertFalse(invoice.dispatch_state)

    def test_quotation(self):
        order = self._order(self.silva)
        composer = self._compose(order, scheduled_date="2026-12-04 07:30:00")
        composer.dispatch_emails = "compras@silva.example.com"
        composer.action_schedule_message()
        self.assertEqual(order.dispatch_scheduled_date, LATER)
        self._at(LATER)
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "compras@silva.example.com"])
        self.assertEqual(order.state, "sent")

    def test_several(self):
        invoices = self._invoice(self.silva) | self._invoice(self.nowak) | self._invoice(self.papel)
        dispatches = self._bulk(invoices)
        self.assertEqual(dispatches.mapped("state"), ["queued", "queued", "paper"])
        self.assertEqual(dispatches.mapped("scheduled_date"), [LATER, LATER, False], "paper is for people")
        batch = dispatches.batch_id
        self.assertEqual((batch.waiting, batch.running), (2, True))
        self._at(LATER)
        self.assertEqual(batch.sent, 2)
        orders = self._order(self.silva) | self._order(self.silva)
        window = self.env["sale.order.send.window"].create({
            "order_ids": orders.ids, "dispatch_grouping": "bundle", "dispatch_send_on": LATER})
        window.action_send()
        self.smtp.handler.clear()
        self._deliver()
        self.assertFalse(self.envelopes)
        self._at(LATER)
        self.assertEqual(self.envelopes, ["ana@silva.example.com"], "in one mail")

    def test_rights(self):
        """Who may not edit the document neither moves nor sends it, whatever a client says."""
        dispatch = self._send(self._invoice(self.silva))
        reader = new_user(self.company, "leitor", "document_dispatch.group_dispatch_user,base.group_user")
        for call in (
            lambda: dispatch.with_user(reader).action_send_now(),
            lambda: dispatch.with_user(reader).action_reschedule(),
            lambda: self.env["document.dispatch.schedule"].with_user(reader).create(
                {"dispatch_ids": dispatch.ids, "date": LATER + timedelta(days=9)}).action_move(),
        ):
            with self.assertRaises(AccessError):
                call()
        for vals in ({"scheduled_date": NOW}, {"collected": True}, {"reference": "x"}):
            with self.assertRaises(UserError):
                dispatch.sudo(False).write(vals)
        self.assertEqual(dispatch.scheduled_date, LATER)
        forged = self._send_window(self._invoice(self.nowak)).with_context(
            default_scheduled_date=LATER, dispatch_request={"scheduled_date": "2027-01-01 00:00:00"})
        forged.action_send_and_print()
        self.assertFalse(self._dispatches(forged.move_id).scheduled_date)

    def test_nobody_is_alarmed(self):
        dispatch = self._send(self._invoice(self.silva))
        stuck = self.env["document.dispatch.health"]._get_stuck_domain
        self.env.cr.execute("UPDATE document_dispatch SET write_date = %s", [NOW - timedelta(days=2)])
        self.env.invalidate_all()
        self.assertFalse(self.env["document.dispatch.recipient"].search(stuck()))
        with self._clock(LATER + timedelta(minutes=59)):
            self.assertFalse(self.env["document.dispatch.recipient"].search(stuck()))
        with self._clock(LATER + timedelta(hours=2)):
            self.assertEqual(self.env["document.dispatch.recipient"].search(stuck()).dispatch_id, dispatch)

    def test_other_company_and_rehearsal(self):
        """The switch of the company counts when the time comes; a rehearsal waits, too, and stays one."""
        dispatch = self._send(self._invoice(self.silva))
        self.company.dispatch_mode = "off"
        self._at(LATER)
        self.assertEqual((dispatch.state, self.envelopes), ("queued", []))
        self.company.write({"dispatch_rehearsal_email": "chefe@aurora.example.com", "dispatch_mode": "rehearse"})
        rehearsal = self._send(self._invoice(self.nowak))
        self._at(LATER)
        self.assertEqual(set(self.envelopes), {"chefe@aurora.example.com"})
        self.assertEqual((rehearsal.state, rehearsal.mail_message_id.is_internal), ("rehearsed", True))
        self.assertEqual(dispatch.state, "queued")

    def test_released_before_it_is_made_by_another_click(self):
        """A draft for the mail program waits for nothing; “Send Again” goes at once."""
        invoice = self._invoice(self.silva)
        self._send(invoice)
        window = self._send_window(invoice)
        window.dispatch_send_on = LATER
        window.action_dispatch_draft()
        last = self._dispatches(invoice)[-1]
        self.assertEqual((last.state, last.scheduled_date), ("handed", False))
        self.assertEqual(fields.Datetime.now(), NOW)
