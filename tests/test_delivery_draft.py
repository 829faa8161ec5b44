"""The finished message as a draft for a person's own mail program."""

import email
from email import policy

from odoo.exceptions import UserError

from .common import DispatchCase


class TestDraft(DispatchCase):
    def _draft(self, invoice, **vals):
        window = self._send_window(invoice)
        window.write(vals)
        action = window.action_dispatch_draft()
        dispatch = self._dispatches(invoice)[-1]
        self.assertIn(str(dispatch.draft_id.id), action["url"])
        return dispatch, email.message_from_bytes(dispatch.draft_id.raw, policy=policy.default)

    def test_draft(self):
        invoice = self._invoice(self.silva)
        dispatch, draft = self._draft(invoice, dispatch_emails="Kasa Główna <kasa@silva.example.com>")
        self.assertEqual(self.envelopes, [], "nothing goes from here")
        self.assertEqual((dispatch.state, invoice.dispatch_state, invoice.is_move_sent), ("handed", "handed", False))
        self.assertEqual(set(dispatch.recipient_ids.mapped("state")), {"handed"})
        self.assertIn(self.env.user.name, dispatch.what_happened)
        self.assertEqual(
            [address.addr_spec for address in draft["to"].addresses],
            ["ana@silva.example.com", "rui@silva.example.com", "kasa@silva.example.com"],
        )
        self.assertEqual(draft["x-unsent"], "1")
        self.assertFalse({"message-id", "date", "bcc"} & {name.lower() for name in draft.keys()})  # noqa: SIM118
        self.assertIn(invoice.name, draft["subject"])
        self.assertIn(invoice.name, draft.get_body(("plain",)).get_content())
        self.assertIn(invoice.name, draft.get_body(("html",)).get_content())
        [file] = draft.iter_attachments()
        self.assertEqual(file.get_content_type(), "application/pdf")
        self.assertEqual(file.get_content(), dispatch.attachment_ids.raw)

    def test_one_text_for_several_gives_nobody_the_right_to_accept(self):
        invoice = self._invoice(self.silva)
        _dispatch, draft = self._draft(invoice)
        html = draft.get_body(("html",)).get_content()
        self.assertIn("/dispatch/show/", html)
        self.assertNotIn(invoice.sudo().access_token or "no token", html)

    def test_sent_or_not(self):
        first, second = self._invoice(self.nowak), self._invoice(self.nowak)
        dispatch, _draft = self._draft(first)
        dispatch.action_handed_sent()
        self.assertEqual((first.dispatch_state, first.is_move_sent), ("sent", True))
        dispatch, _draft = self._draft(second)
        dispatch.action_handed_dropped()
        self.assertEqual((second.dispatch_state, dispatch.state), (False, "cancelled"))
        with self.assertRaisesRegex(UserError, "not a draft"):
            dispatch.action_handed_sent()

    def test_not_planned_meanwhile(self):
        invoice = self._invoice(self.nowak)
        self._draft(invoice)
        self._rule("Tudo", "invoice")
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, [])

    def test_by_mail_after_the_draft(self):
        invoice = self._invoice(self.nowak)
        dispatch, _draft = self._draft(invoice)
        self._send_window(invoice).action_send_and_print()
        self.assertEqual(self._dispatches(invoice)[-1].resend_of_id, dispatch)
        self.assertEqual(invoice.dispatch_state, "sent")

    def test_refused_and_rehearsed(self):
        with self.assertRaisesRegex(UserError, "refuses e-mail"):
            self._draft(self._invoice(self.papel))
        self.company.write({"dispatch_rehearsal_email": "chefe@aurora.example.com", "dispatch_mode": "rehearse"})
        with self.assertRaisesRegex(UserError, "is in rehearsal"):
            self._draft(self._invoice(self.nowak))

    def test_print_asks_how(self):
        invoice = self._invoice(self.nowak)
        self.company.external_report_layout_id = self.env.ref("web.external_layout_standard")
        self.assertEqual(invoice.action_print_pdf()["type"], "ir.actions.report")
        self.company.dispatch_print_asks = True
        action = invoice.action_print_pdf()
        window = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(window.dispatch_channel, "paper")
