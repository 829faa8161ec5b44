"""The review: what is to be seen of a document before it goes, and how many go at once."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .test_access import AccessCase


class ReviewCase(AccessCase):
    def _review(self, *documents):
        dispatches = self.env["document.dispatch"].union(
            *(document._dispatch_create("rule", state="review") for document in documents))
        self._deliver()
        return dispatches


class TestAmount(ReviewCase):
    def test_kinds(self):
        """Each says what it asks for; those that ask for nothing show nothing."""
        due = fields.Date.today() + timedelta(days=9)
        invoice = self._invoice(self.silva, invoice_date_due=due)
        order = self._order(self.silva)
        [letter] = self.env["document.letter"].sudo().create({
            "partner_id": self.silva.id, "company_id": self.company.id, "user_id": self.env.uid, "subject": "x",
            "date": "2026-03-02"})
        reminder = self.env["document.reminder"].sudo().create({
            "move_id": invoice.id, "date_due": due, "days": -3, "date": fields.Date.today()})
        shown = [(row.amount, row.currency_id, row.date_due)
                 for document in (invoice, order, letter, reminder)
                 for row in document.with_env(self.env)._dispatch_create("manual", state="review")]
        money = self.company.currency_id
        self.assertEqual(shown, [
            (1250.0, money, due), (order.amount_total, money, False), (0.0, money.browse(), False),
            (1250.0, money, due),
        ])

    def test_every_kind_answers(self):
        """Whatever kinds there are: what the list asks of a document, it says."""
        for name in self.env["document.dispatch"]._get_dispatched_models():
            with self.subTest(kind=name):
                self.assertFalse(self.env[name]._dispatch_due_date())

    def test_rights(self):
        """Who may read a dispatch and not its document sees no amount of it."""
        mine = self._invoice(self.silva, invoice_user_id=self.seller.id)
        dispatch = mine._dispatch_create("manual", state="review")
        self.assertEqual(dispatch.with_user(self.seller).amount, 1250.0)
        mine.invoice_user_id = self.rival
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            dispatch.with_user(self.seller).read(["amount"])
        manager = self._user("ines", "document_dispatch.group_dispatch_manager", "Inês Rocha")
        shown = dispatch.with_user(manager)
        self.assertFalse(mine.with_user(manager).has_access("read"))
        self.assertEqual((shown.amount, shown.date_due), (0.0, False))

    def test_deleted_document(self):
        order = self._order(self.silva)
        dispatch = order._dispatch_create("manual")
        order.sudo().unlink()
        self.assertEqual((dispatch.amount, dispatch.date_due), (0.0, False))

    def test_documents_of_a_list_are_read_together(self):
        dispatches = self.env["document.dispatch"].union(
            *(self._invoice(self.silva)._dispatch_create("manual") for _number in range(6)))
        one, several = self._count_reading(dispatches, "amount")
        self.assertTrue(one)
        self.assertLessEqual(several, one + 1)


class TestMailPreview(ReviewCase):
    def test_as_the_customer_will_see_it(self):
        """The text with the layout around it, in which no link leads anywhere; nothing is posted for it."""
        invoice = self._invoice(self.silva)
        dispatch = self._review(invoice)
        self.assertTrue(invoice.access_token, "who looks writes nothing")
        messages = len(invoice.message_ids)
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET signup_type = NULL, write_date = '2026-01-01'")
        self.env.invalidate_all()
        shown = str(dispatch.with_user(self.clerk).mail_preview)
        for words in ("1,250.00", "View Invoice", self.company.name):
            self.assertIn(words, shown)
        for secret in ("href", "access_token", "/dispatch/page/"):
            self.assertNotIn(secret, shown)
        self.assertEqual(len(invoice.message_ids), messages)
        self.env.flush_all()
        self.assertFalse(self.env["res.partner"].search([
            ("commercial_partner_id", "=", self.silva.id), ("write_date", ">", "2026-01-01")]), "nothing is written")
        dispatch.action_release()
        self._deliver()
        html = self.mails[0].get_body(("html",)).get_content()
        self.assertIn("View Invoice", html)
        self.assertFalse(dispatch.mail_preview, "it went: the mail as sent is kept")

    def test_what_a_person_changes_shows(self):
        dispatch = self._review(self._invoice(self.silva))
        dispatch.with_user(self.clerk).body = "<p>Como combinado <a href='https://x.example'>aqui</a></p>"
        self.assertIn("Como combinado", dispatch.mail_preview)
        self.assertNotIn("x.example", dispatch.mail_preview)

    def test_every_kind(self):
        order = self._order(self.silva)
        order.action_quotation_sent()
        for document in (self._invoice(self.silva), order, self._invoice(self.nowak, move_type="out_refund")):
            dispatch = self._review(document)
            with self.subTest(kind=dispatch.type_code), self.assertNoLogs(
                "odoo.addons.document_dispatch.models.delivery.document_dispatch_mail_preview", "INFO"
            ):
                self.assertIn(self.company.name, dispatch.mail_preview)

    def test_a_broken_layout_hides_nothing(self):
        """Whatever is wrong with it: a person can look at the dispatch, and discard it."""
        dispatch = self._review(self._invoice(self.silva))
        with patch.object(self.registry["document.dispatch"], "_render_layout", side_effect=ValueError("broken")):
            self.assertIn("1,250.00", dispatch.mail_preview)

    def test_nobody_else_reads_it(self):
        dispatch = self._review(self._invoice(self.silva, invoice_user_id=self.rival.id))
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        stranger = self._user("odile", "account.group_account_invoice", "Odile Blanc", paris)
        for user in (self.seller, stranger):
            with self.assertRaises(AccessError):
                dispatch.with_user(user).read(["mail_preview"])


class TestRelease(ReviewCase):
    def _ask(self, dispatches, user=None, method="action_ask_release", **context):
        action = self._as_rpc(user or self.clerk, dispatches, method, context=context)
        return self.env[action["res_model"]].with_user(user or self.clerk).browse(action["res_id"])

    def test_says_how_many(self):
        dispatches = self._review(self._invoice(self.silva), self._invoice(self.nowak), self._order(self.silva))
        self.assertEqual(self._ask(dispatches).announcement, "Send 3 by e-mail")
        self.assertEqual(self._ask(dispatches[0]).announcement, "Send 1 by e-mail")
        self.nowak.dematerialization_refused = True
        window = self._ask(dispatches)
        self.assertEqual(window.announcement, "Send 2 by e-mail, put 1 in the paper tray")
        self.assertEqual(set(dispatches.mapped("state")), {"review"}, "it only asked")
        self._as_rpc(self.clerk, window, "action_release")
        self._deliver()
        self.assertEqual(dispatches.mapped("state"), ["sent", "paper", "sent"])
        self.assertNotIn("biuro@nowak.example.com", self.envelopes)

    def test_all_that_the_list_shows(self):
        dispatches = self._review(self._invoice(self.silva), self._invoice(self.nowak))
        self._review(self._invoice(self.nowak))[0].action_cancel()
        ask = {"dispatches": dispatches.browse(), "method": "action_ask_release_all"}
        self.assertEqual(self._ask(**ask).dispatch_ids, dispatches)
        self.assertEqual(self._ask(dispatches[0], method="action_ask_release_all").dispatch_ids, dispatches)
        only = [("partner_id", "=", self.nowak.id)]
        self.assertEqual(self._ask(**ask, active_domain=only).dispatch_ids, dispatches[1])
        dispatches.action_cancel()
        with self.assertRaisesRegex(UserError, "Nothing to review"):
            self._ask(**ask)

    def test_rights(self):
        """All are all of one's own; what a client puts into the window is released with their rights."""
        mine = self._review(self._invoice(self.silva, invoice_user_id=self.seller.id))
        others = self._review(self._invoice(self.silva, invoice_user_id=self.rival.id))
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        stranger = self._user("odile", "account.group_account_invoice", "Odile Blanc", paris)
        ask = {"dispatches": mine.browse(), "method": "action_ask_release_all"}
        self.assertEqual(self._ask(**ask, user=self.seller).dispatch_ids, mine)
        with self.assertRaisesRegex(UserError, "Nothing to review"):
            self._ask(**ask, user=stranger)
        for user in (self.seller, stranger):
            with self.assertRaises(AccessError):
                window = self.env["document.dispatch.release"].with_user(user).create(
                    {"dispatch_ids": [Command.set(others.ids)]})
                window.action_release()
        self.assertEqual(others.state, "review")

    def test_words(self):
        announce = self.env["document.dispatch"]._announce
        self.assertEqual(announce(), "")
        self.assertEqual(announce(mailed=1), "Send 1 by e-mail")
        self.assertEqual(announce(printed=3), "Print 3")
        self.assertEqual(announce(mailed=15, sent=1, tray=3, review=2),
                         "Send 15 by e-mail, send 1, put 3 in the paper tray, leave 2 in review")
