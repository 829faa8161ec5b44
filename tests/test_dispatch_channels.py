"""What a channel is: a class; what is left of one that was uninstalled; a copy that waits for another dispatch."""

from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ..models.dispatch.document_dispatch_channel import Reason
from ..tools.recipients import recipients
from .common import DispatchCase

GONE = "pigeon"


class TestChannels(DispatchCase):
    def test_each_channel_is_whole(self):
        """A channel that is delivered is handed over somewhere; each has a name, and places that do not collide."""
        Channel = self.env["document.dispatch.channel"]
        channels = Channel._all()
        self.assertLessEqual({"email", "paper", "whatsapp"}, set(Channel._get_codes()))
        for channel in channels:
            with self.subTest(channel=channel._name):
                self.assertEqual(Channel._of(channel._code()), channel)
                self.assertNotEqual(channel._get_name(), Channel._get_name())
                hand_over = type(channel)._hand_over is not type(Channel)._hand_over
                self.assertEqual(channel._is_delivered_by_worker(), hand_over)
                self.assertEqual(hand_over, "retry" in channel._get_actions())
        self.assertTrue(any(channel._takes_addresses() for channel in Channel._get_usual()))
        self.assertIsNone(Channel._get_usual()[-1]._why_not(self._invoice(self.nowak), None, None), "the last resort")

    def test_names_are_translated(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        field = self.env["document.dispatch"]._fields["channel"]
        for lang, paper in (("en_US", "Paper"), ("pt_BR", "Papel")):
            selection = field._description_selection(self.env(context={"lang": lang}))
            self.assertEqual([code for code, _name in selection][:3], ["email", "paper", "whatsapp"])
            self.assertEqual(dict(selection)["paper"], paper)

    def test_a_refusal_counts_first(self):
        """Where another channel is tried before e-mail, a refusal still is why it goes on paper, and stays one."""
        usual = self.env["document.dispatch.channel"]._get_usual()
        nothing = SimpleNamespace(_why_not=lambda *_args: Reason("No network available."))
        by_mail, on_paper = self._invoice(self.silva), self._invoice(self.papel)
        with patch.object(self.registry["account.move"], "_dispatch_channels", lambda *_args: [nothing, *usual]):
            [vals] = by_mail._dispatch_prepare_vals_list("rule")
            self.assertEqual(
                (vals["channel"], vals["channel_reason"], vals["state_message"]),
                ("email", "other", "No network available."))
            [vals] = on_paper._dispatch_prepare_vals_list("rule")
            self.assertEqual((vals["channel"], vals["channel_reason"]), ("paper", "refused"))
            typed = recipients.Choice(False, "ana@papel.example.com", recipients.MANUAL, "Ana")
            self.assertEqual(on_paper._dispatch_set_recipients(vals, None, [typed])["channel"], "paper")

    # ------------------------------------------------------------------
    # Uninstalled
    # ------------------------------------------------------------------

    def _leave(self, dispatch):
        """The module of its channel was uninstalled."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE document_dispatch SET channel = %s WHERE id = %s", [GONE, dispatch.id])
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        return dispatch

    def _deliver_nothing(self):
        envelopes = list(self.envelopes)
        self._deliver()
        self.assertEqual(self.envelopes, envelopes)

    def test_gone_is_readable(self):
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        self._deliver()
        self._leave(dispatch)
        shown = dispatch.web_read(dict.fromkeys(dispatch.fields_get(), {}))[0]
        self.assertEqual((shown["channel"], shown["state"], shown["channel_shows_content"]), (GONE, "sent", True))
        self.assertTrue(dispatch.attachment_ids)
        name = f"Another method ({GONE})"
        self.assertIn((GONE, name), dispatch.fields_get(["channel"])["channel"]["selection"])
        self.assertEqual(dispatch._channel_name(), name)
        self.assertEqual(dispatch.export_data(["channel"])["datas"], [[name]])
        groups = dispatch.web_read_group([("id", "=", dispatch.id)], ["channel"], ["__count"])["groups"]
        self.assertEqual(len(groups), 1)
        self.assertTrue(list(self.silva._dispatch_export_sent()))
        self.assertEqual(invoice.dispatch_state, "sent")
        self.env["document.dispatch.home"].search([])
        self._deliver_nothing()

    def test_gone_can_be_sent_again(self):
        dispatch = self._leave(self._sent())
        again = dispatch._resend()
        self._deliver()
        self.assertEqual((again.channel, again.state), ("email", "sent"))

    def test_gone_and_waiting_is_left_to_people(self):
        """What waited for it fails with that reason; it can be printed, and not tried again."""
        invoice = self._invoice(self.silva)
        dispatch = self._leave(invoice._dispatch_create("rule"))
        self._deliver_nothing()
        self.assertEqual((dispatch.state, invoice.dispatch_state), ("failed", "failed"))
        self.assertIn("no longer installed", dispatch.what_happened)
        self.assertIn("Send Again", dispatch.what_to_do)
        self.assertTrue(dispatch.activity_id)
        with self.assertRaisesRegex(UserError, f"Another method \\({GONE}\\)"):
            dispatch.action_retry()
        dispatch.action_to_paper()
        self.assertEqual((dispatch.channel, dispatch.state), ("paper", "paper"))

    def test_gone_in_review(self):
        dispatch = self._leave(self._invoice(self.silva)._dispatch_create("rule", "review"))
        with self.assertRaisesRegex(UserError, "no longer installed"):
            dispatch.action_release()
        dispatch.action_cancel()
        self.assertEqual(dispatch.state, "cancelled")

    def test_gone_and_unknown(self):
        """A person still says what became of it, and has it not sent by a channel that is not there."""
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        dispatch.recipient_ids._set_state("sending")
        dispatch.recipient_ids._set_state("unknown")
        dispatch._update_state()
        self._leave(dispatch)
        with self.assertRaises(UserError):
            dispatch.recipient_ids[0].action_send_again()
        for recipient in dispatch.recipient_ids:
            recipient.action_arrived()
        self.assertEqual((dispatch.state, invoice.dispatch_state, invoice.is_move_sent), ("sent", "sent", True))

    def test_gone_from_another_program(self):
        move = self._invoice(self.nowak)
        move.action_dispatch_whatsapp()
        dispatch = self._leave(self._dispatches(move))
        with self.assertRaises(UserError):
            dispatch.action_open_whatsapp()
        dispatch.action_handed_sent()
        self.assertEqual((dispatch.state, move.is_move_sent), ("sent", True))

    def _sent(self):
        dispatch = self._invoice(self.silva)._dispatch_create("rule")
        self._deliver()
        return dispatch

    # ------------------------------------------------------------------
    # Copies
    # ------------------------------------------------------------------

    def _first_and_copy(self, **vals):
        """An invoice that waits in WhatsApp, and a copy by mail that waits for that."""
        move = self._invoice(self.nowak)
        move.action_dispatch_whatsapp()
        first = self._dispatches(move)
        [prepared] = move._dispatch_prepare_vals_list("rule")
        return first, move._dispatch_insert([{**prepared, "after_id": first.id, **vals}])

    def test_copy_waits(self):
        first, copy = self._first_and_copy()
        for _run in range(2):
            self._deliver()
        self.assertEqual((copy.state, copy.content_ready, self.envelopes), ("queued", False, []))
        self.assertIn("WhatsApp", copy.what_next)
        first.action_handed_sent()
        self._deliver()
        self.assertEqual((copy.state, len(self.envelopes)), ("sent", len(copy.recipient_ids)))

    def test_copy_that_is_made_waits(self):
        """Even where text and mails were made before, the worker does not take it."""
        first, copy = self._first_and_copy()
        self.env["document.dispatch.content"]._prepare(copy)
        self.assertTrue(copy.frozen)
        self._deliver()
        self.assertEqual((copy.state, self.envelopes), ("queued", []))
        first.action_handed_dropped()
        self.assertEqual((copy.state, copy.frozen), ("review", False))

    def test_copy_of_what_never_goes(self):
        first, copy = self._first_and_copy()
        first.action_handed_dropped()
        self.assertEqual(copy.state, "review")
        self.assertIn("WhatsApp", copy.state_message)
        with self.assertRaisesRegex(UserError, "WhatsApp"):
            copy.action_release()
        self._deliver()
        self.assertEqual((copy.state, self.envelopes), ("review", []))
        copy.action_cancel()
        self.assertEqual(copy.state, "cancelled")

    def test_copy_of_what_failed(self):
        """It comes to review, and a person releases it once the first was sent after all."""
        first, copy = self._first_and_copy()
        again = first._document()._dispatch_insert([{
            **first._document()._dispatch_prepare_vals_list("resend")[0], "resend_of_id": first.id}])
        copy._with_system_write().after_id = again
        again._set_state("failed", "550 no such mailbox")
        self.assertEqual(copy.state, "review")
        self.assertIn("550 no such mailbox", copy.state_message)
        again.action_retry()
        self._deliver()
        self.assertEqual((again.state, copy.state), ("sent", "review"))
        copy.action_release()
        self._deliver()
        self.assertEqual(copy.state, "sent")

    def test_document_changed(self):
        """Back to draft: both are withdrawn, and nothing is left for a person."""
        first, copy = self._first_and_copy()
        first.action_handed_sent()
        copy.move_id.button_draft()
        self.assertEqual((first.state, copy.state), ("sent", "cancelled"))

    def test_copy_on_paper_waits(self):
        first, copy = self._first_and_copy(channel="paper", state="paper", recipient_ids=[])
        tray = self.env["document.dispatch"].search(copy._get_tray_domain())
        self.assertFalse((tray | copy._printable()) & copy)
        first.action_handed_sent()
        self.assertEqual(copy._printable(), copy)
        self.assertIn(copy, self.env["document.dispatch"].search(copy._get_tray_domain()))

    def test_waits_for_the_one_that_was_sent_again(self):
        """What waited for a dispatch waits for the one that takes its place."""
        first, copy = self._first_and_copy()
        again = first._resend()
        self.assertEqual(copy.after_id, again)

    def test_once_for_each_channel(self):
        """Beside what it waits for stands one copy by each channel; without that one dispatch is enough."""
        first, copy = self._first_and_copy()
        move = copy._document()
        [vals] = move._dispatch_prepare_vals_list("rule")
        Dispatch = self.env["document.dispatch"]._with_system_write()
        for again in (vals, {**vals, "channel": "paper"}, {**vals, "after_id": first.id}):
            with (self.subTest(again), mute_logger("odoo.sql_db"),
                  self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint()):
                Dispatch.create([again])
        self.assertTrue(Dispatch.create([{
            **vals, "after_id": first.id, "channel": "paper", "state": "paper", "recipient_ids": []}]))
