"""An invoice by the person's own WhatsApp: a text with a link, and the truth about it."""

from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError, UserError

from .common import DispatchCase, new_user


class TestWhatsapp(DispatchCase):
    def _open(self, move):
        url = urlsplit(move.action_dispatch_whatsapp()["url"])
        return url, parse_qs(url.query)["text"][0]

    def test_in_another_program(self):
        """The row says so until the person says that it went; then the invoice is sent."""
        self.nowak.write({"phone": "+48 500 600 700"})
        move = self._invoice(self.nowak)
        url, text = self._open(move)
        self.assertEqual((url.hostname, url.path), ("wa.me", "/48500600700"))
        self.assertIn(move.name, text)
        self.assertIn("http", text)
        [dispatch] = self._dispatches(move)
        self.assertEqual((dispatch.channel, dispatch.state, move.dispatch_state), ("whatsapp", "handed", "handed"))
        self.assertFalse(move.is_move_sent)
        self._open(move)
        self.assertEqual(self._dispatches(move), dispatch, "the same, however often it is opened")
        self._deliver()
        self.assertEqual(self.envelopes, [], "nothing goes from here")
        dispatch.action_handed_sent()
        self.assertEqual((dispatch.state, move.dispatch_state, move.is_move_sent), ("sent", "sent", True))
        self.assertTrue(dispatch.sent_date)

    def test_not_sent(self):
        move = self._invoice(self.nowak)
        self._open(move)
        self._dispatches(move).action_handed_dropped()
        self.assertEqual(self._dispatches(move).state, "cancelled")
        self.assertFalse(move.is_move_sent)
        self._open(move)
        self.assertEqual(self._dispatches(move)[-1].state, "handed")

    def test_beside_a_mail(self):
        """What went by mail can go by WhatsApp, too; a later cancel leaves it sent."""
        move = self._invoice(self.silva)
        move._dispatch_send_now("manual")
        self._deliver()
        self._open(move)
        first, second = self._dispatches(move)
        self.assertEqual((first.state, second.state, second.resend_of_id), ("sent", "handed", first))
        self.assertEqual(move.dispatch_state, "sent", "the best that was reached")

    def test_the_customers_page(self):
        """The link is the page's where the company has one, and its secret is kept nowhere."""
        self.company.dispatch_customer_page = True
        move = self._invoice(self.silva)
        _url, text = self._open(move)
        self.assertIn("/dispatch/page/", text)
        self.company.dispatch_customer_page = False
        _url, text = self._open(move)
        self.assertIn("/my/invoices/", text)
        self.assertNotIn("dispatch/page", str(self._dispatches(move).read()))

    def test_not_while_it_rehearses(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "chefe@aurora.example.com"})
        move = self._invoice(self.silva)
        with self.assertRaisesRegex(UserError, "is in rehearsal"):
            move.action_dispatch_whatsapp()
        draft = self._invoice(self.silva, post=False)
        with self.assertRaisesRegex(UserError, "Post the invoice first"):
            draft.action_dispatch_whatsapp()

    def test_not_by_who_only_looks(self):
        move = self._invoice(self.silva)
        auditor = new_user(self.company, "auditora", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            move.with_user(auditor).action_dispatch_whatsapp()
        self.assertFalse(self._dispatches(move))
