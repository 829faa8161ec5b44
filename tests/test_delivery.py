"""The worker: what the server says is what the dispatches say."""

from datetime import timedelta

from odoo import fields

from ..tools.mail import retry
from .common import DispatchCase, set_email


class TestDelivery(DispatchCase):
    def test_one_refused_address_leaves_the_others_alone(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 no such user"
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        dispatch = self._dispatches(invoice)
        self.assertEqual(self._fates(invoice), {
            "ana@silva.example.com": "sent", "rui@silva.example.com": "failed",
        })
        self.assertEqual(dispatch.state, "partial")
        self.assertIn("550 no such user", dispatch.state_message)
        self.assertTrue(invoice.is_move_sent)

    def test_full_mailbox_is_tried_again_and_only_that_one(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "452 mailbox full"
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        rui = self._dispatches(invoice).recipient_ids.filtered(lambda r: r.email.startswith("rui"))
        self.assertEqual((rui.state, rui.tries), ("deferred", 1))
        self.assertEqual(self._dispatches(invoice).state, "queued")
        self._deliver()
        self.assertEqual(len(self.envelopes), 1, "not before its time")
        del self.smtp.handler.rcpt_replies["rui@silva.example.com"]
        with self._clock(fields.Datetime.now() + timedelta(minutes=retry.DEFAULT_STEPS[0] + 1)):
            self._deliver()
        self.assertEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(self._dispatches(invoice).state, "sent")

    def test_server_down_costs_no_try(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        with self._mail_server_down():
            self._deliver()
        recipient = self._dispatches(invoice).recipient_ids
        self.assertEqual((recipient.state, recipient.tries), ("deferred", 0))
        self.assertEqual(invoice.dispatch_state, "queued")
        self.assertFalse(invoice.is_move_sent)
        with self._clock(fields.Datetime.now() + timedelta(hours=1)):
            self._deliver()
        self.assertEqual(recipient.state, "sent")
        self.assertEqual(len(self.envelopes), 1)

    def test_abandoned_dispatch_becomes_unknown_and_is_never_sent_by_itself(self):
        invoice = self._invoice(self.nowak)
        dispatch = invoice._dispatch_create("rule")
        self._deliver_nothing_but_prepare()
        dispatch.recipient_ids._set_state("sending", worker=424242)
        dispatch._set_state("sending")
        self._deliver()
        self.assertEqual((dispatch.state, dispatch.recipient_ids.state), ("unknown", "unknown"))
        self.assertEqual(invoice.dispatch_state, "unknown")
        self._deliver()
        self.assertEqual(self.envelopes, [])
        dispatch.recipient_ids.action_send_again()
        self.assertEqual((dispatch.state, self.envelopes), ("sent", ["biuro@nowak.example.com"]))

    def test_what_may_not_go_any_more_stays(self):
        """The last look is right before the mail server: it was made long ago, and nobody told the dispatch."""
        for document, change, reason in (
            (self._invoice(self.nowak), {"state": "cancel"}, "not posted"),
            (self._order(self.nowak), {"state": "cancel"}, "is cancelled"),
        ):
            with self.subTest(document=document):
                dispatch = document._dispatch_create("rule")
                self._deliver_nothing_but_prepare()
                self.assertTrue(dispatch.frozen)
                document.write(change)
                self._deliver()
                self.assertEqual(self.envelopes, [])
                self.assertEqual(dispatch.state, "failed")
                self.assertIn(reason, dispatch.state_message)
                self.assertEqual(document.dispatch_state, "failed")

    def test_others_go_without_the_one_that_may_not(self):
        stays, goes = self._invoice(self.nowak), self._invoice(self.nowak)
        (stays | goes)._dispatch_create("rule")
        self._deliver_nothing_but_prepare()
        stays.write({"state": "cancel"})
        self._deliver()
        self.assertEqual((stays.dispatch_state, goes.dispatch_state), ("failed", "sent"))
        self.assertEqual(len(self.envelopes), 1)

    def test_unknown_recipient_does_not_stop_the_others(self):
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        self._deliver_nothing_but_prepare()
        dispatch.recipient_ids[0]._set_state("sending", worker=424242)
        dispatch._set_state("sending")
        self._deliver()
        self.assertEqual(sorted(self._fates(invoice).values()), ["sent", "unknown"])
        self.assertEqual((dispatch.state, len(self.envelopes)), ("unknown", 1))

    def test_person_knows_that_it_arrived(self):
        invoice = self._invoice(self.nowak)
        dispatch = invoice._dispatch_create("rule")
        dispatch.recipient_ids._set_state("sending", worker=424242)
        dispatch._set_state("sending")
        self._deliver()
        dispatch.recipient_ids.action_arrived()
        self.assertEqual(dispatch.state, "sent")
        self.assertTrue(invoice.is_move_sent)
        self.assertEqual(self.envelopes, [])

    def test_each_recipient_in_his_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.types["invoice"].mail_template_id
        template.with_context(lang="pl_PL").subject = "Faktura {{ object.name }}"
        template.with_context(lang="fr_FR").subject = "Facture {{ object.name }}"
        self.nowak.lang = "pl_PL"
        self.env["res.partner"].create({
            "name": "Camille Durand", "parent_id": self.nowak.id, "email": "camille@nowak.example.com",
            "dispatch_invoice": True, "lang": "fr_FR",
        })
        self.env["res.partner"].create({
            "name": "Zofia Nowak", "parent_id": self.nowak.id, "email": "zofia@nowak.example.com",
            "dispatch_invoice": True, "lang": "pl_PL",
        })
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        subjects = {to: mail["subject"] for to, mail in zip(self.envelopes, self.mails, strict=True)}
        self.assertEqual(subjects, {
            "camille@nowak.example.com": f"Facture {invoice.name}",
            "zofia@nowak.example.com": f"Faktura {invoice.name}",
        })
        self.assertEqual(self._dispatches(invoice).mail_message_id.subject, f"Faktura {invoice.name}")

    def test_all_addresses_of_a_field_and_nobody_twice(self):
        set_email(self.nowak, "biuro@nowak.example.com; Kasa <KASA@nowak.example.com>, biuro@NOWAK.example.com")
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertCountEqual(self.envelopes, ["biuro@nowak.example.com", "kasa@nowak.example.com"])

    def test_chatter_shows_the_truth(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 no such user"
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        lines = self._dispatches(invoice).mail_message_id.notification_ids
        self.assertEqual(
            {line.res_partner_id: line.notification_status for line in lines},
            {self.silva_ana: "sent", self.silva_rui: "exception"},
        )

    def _deliver_nothing_but_prepare(self):
        delivery = self.env["document.dispatch.delivery"]
        delivery._prepare_batch(delivery._find_unprepared(None, set()), 1, set())
