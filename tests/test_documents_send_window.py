"""The window that sends one invoice: from whom, to whom, typed addresses, a copy, paper."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from .common import DispatchCase


class TestSendWindow(DispatchCase):
    def _send(self, invoice, **vals):
        window = self._send_window(invoice)
        window.write(vals)
        return window.action_send_and_print()

    def test_from_is_the_company_and_can_be_changed(self):
        window = self._send_window(self._invoice(self.nowak))
        self.assertEqual(window.dispatch_from, '"Aurora Equipamentos Ltda" <faturas@aurora.example.com>')
        window.action_send_and_print()
        self._send(self._invoice(self.nowak), dispatch_from="Cobrança <cobranca@aurora.example.com>")
        self.assertEqual([mail["from"].addresses[0].addr_spec for mail in self.mails],
                         ["faturas@aurora.example.com", "cobranca@aurora.example.com"])
        self.assertEqual(self.mails[1]["from"].addresses[0].display_name, "Cobrança")

    def test_wrong_sender(self):
        for wrong in ("nobody@", "a@x.example.com, b@x.example.com", "a@x.example.com\nBcc: b@y.example.com"):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(UserError, "not a valid sender address"):
                self._send(self._invoice(self.nowak), dispatch_from=wrong)
        self.assertEqual(self.envelopes, [])

    def test_a_bare_name_takes_the_accounts_address(self):
        """The company's; that of the account which the document type names; none where there is none."""
        self._send(self._invoice(self.nowak), dispatch_from="  Solo Nombre S.A.\n")
        account = self.env["ir.mail_server"].create({
            "name": "Cobrança", "smtp_host": "127.0.0.1", "smtp_port": self.smtp.port, "smtp_encryption": "none",
            "from_filter": "cobranca@aurora.example.com",
        })
        self.types["invoice"].mail_server_id = account
        self._send(self._invoice(self.nowak), dispatch_from="Solo Nombre S.A.")
        self.assertEqual([(mail["from"].addresses[0].display_name, mail["from"].addresses[0].addr_spec)
                          for mail in self.mails],
                         [("Solo Nombre S.A.", "faturas@aurora.example.com"),
                          ("Solo Nombre S.A.", "cobranca@aurora.example.com")])
        self.types["invoice"].mail_server_id = False
        window = self._send_window(self._invoice(self.nowak))
        self.company.email = False
        with self.assertRaisesRegex(UserError, "not a valid sender address"):
            window.dispatch_from = "Solo Nombre S.A."
            window.action_send_and_print()

    def test_download_as_the_company_wants_it(self):
        self.assertEqual(self._send_window(self._invoice(self.nowak)).sending_methods, ["email"])
        self.env["res.config.settings"].create({"dispatch_download_pdf": True}).execute()
        self.assertTrue(self.company.dispatch_download_pdf)
        window = self._send_window(self._invoice(self.nowak))
        self.assertEqual(window.sending_methods, ["email", "manual"])
        self.assertFalse(self.env["res.company"].create({"name": "Aurora Praha s.r.o."}).dispatch_download_pdf)

    def test_reasons(self):
        window = self._send_window(self._invoice(self.silva))
        self.assertEqual(window.dispatch_reasons.splitlines(), [
            "ana@silva.example.com: Invoice flag on the contact", "rui@silva.example.com: Invoice flag on the contact",
        ])
        self.assertFalse(window.dispatch_refusal)

    def test_who_has_no_address_is_named(self):
        customer = self.env["res.partner"].create({
            "name": "Oficina Braga", "is_company": True,
            "child_ids": [Command.create({"name": "Zé Braga", "dispatch_invoice": True})],
        })
        window = self._send_window(self._invoice(customer))
        self.assertCountEqual(window.dispatch_reasons.splitlines(), [
            "Zé Braga: no e-mail address", "Oficina Braga: no e-mail address",
        ])

    def test_typed_addresses_need_no_contact(self):
        invoice = self._invoice(self.silva)
        self._send(invoice, dispatch_emails="Kasa <kasa@nowak.example.com>; ANA@silva.example.com, x@y.example.com")
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "kasa@nowak.example.com", "x@y.example.com",
        ])
        typed = ("kasa@nowak.example.com", "x@y.example.com")
        self.assertFalse(self.env["res.partner"].search([("email", "in", typed)]))
        reasons = {r.email: r.reason for r in self._dispatches(invoice).recipient_ids}
        self.assertEqual(reasons["kasa@nowak.example.com"], "manual")

    def test_typed_addresses_only(self):
        """The customer has no address at all."""
        invoice = self._invoice(self.mudo)
        window = self._send_window(invoice)
        self.assertIn("no valid e-mail address", window.dispatch_refusal)
        self.assertFalse(window.mail_partner_ids.filtered("email"))
        window.write({"mail_partner_ids": [(5,)], "dispatch_emails": "compras@gomez.example.com"})
        window.action_send_and_print()
        self.assertEqual(self.envelopes, ["compras@gomez.example.com"])
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("sent", True))
        self.assertEqual(len(list(self.mails[0].iter_attachments())), 1)

    def test_wrong_address_sends_nothing(self):
        invoice = self._invoice(self.silva)
        for wrong in ("nobody", "ana@", "kasa@nowak.example.com; <script>", "@" * 10000):
            with self.subTest(wrong=wrong[:30]), self.assertRaisesRegex(UserError, "not a valid e-mail address"):
                self._send(invoice, dispatch_emails=wrong)
        self.assertEqual((self.envelopes, len(self._dispatches(invoice))), ([], 0))

    def test_copy_to_me(self):
        self.company.dispatch_copy_to_me = True
        window = self._send_window(self._invoice(self.nowak))
        self.assertTrue(window.dispatch_copy_to_me)
        window.action_send_and_print()
        self.assertCountEqual(self.envelopes, ["biuro@nowak.example.com", "helena.prado@aurora.example.com"])
        self._send(self._invoice(self.nowak), dispatch_copy_to_me=False)
        self.assertEqual(len(self.envelopes), 3)

    def test_copy_to_somebody_without_address(self):
        self.env.user.partner_id.email = False
        with self.assertRaisesRegex(UserError, "no valid e-mail address for a copy"):
            self._send(self._invoice(self.nowak), dispatch_copy_to_me=True)

    def test_download(self):
        invoice = self._invoice(self.nowak)
        self.company.dispatch_download_pdf = True
        action = self._send(invoice)
        self.assertIn(str(invoice.invoice_pdf_report_id.id), action["params"]["next"]["url"])
        self.assertEqual(invoice.dispatch_state, "sent")

    def test_refused_goes_on_paper(self):
        invoice = self._invoice(self.papel)
        window = self._send_window(invoice)
        self.assertIn("has refused e-mail since", window.dispatch_refusal)
        self.assertIn("be added to the paper tray", window.dispatch_refusal)
        window.action_dispatch_paper()
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, dispatch.channel_reason), ("paper", "refused"))

    # ------------------------------------------------------------------
    # One control for how it goes
    # ------------------------------------------------------------------

    def _boxes(self, window):
        """``{method: (ticked, may be ticked)}``."""
        return {method: (box["checked"], not box.get("readonly"))
                for method, box in window.sending_method_checkboxes.items()}

    def test_methods_of_odoo_and_ours(self):
        window = self._send_window(self._invoice(self.nowak))
        self.assertLessEqual(
            {"email": (True, True), "paper": (False, True), "manual": (False, True)}.items(),
            self._boxes(window).items())
        refused = self._send_window(self._invoice(self.papel))
        self.assertLessEqual({"email": (False, False), "paper": (True, True)}.items(), self._boxes(refused).items())
        self.assertIn("refuses e-mail", refused.sending_method_checkboxes["email"]["label"])

    def test_refused_and_wants_no_mail_anyway(self):
        self.papel.invoice_sending_method = "manual"
        window = self._send_window(self._invoice(self.papel))
        self.assertLessEqual(
            {"email": (False, False), "paper": (False, True), "manual": (True, True)}.items(),
            self._boxes(window).items())

    def test_what_is_ticked_last_stays(self):
        """In the form: paper and a mail exclude each other, whichever was ticked first."""
        form = Form(self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=self._invoice(self.nowak).ids))
        for ticked, left in (
            ({"paper": True}, ["paper"]), ({"email": True}, ["email"]), ({"manual": True}, ["email", "manual"]),
            ({"paper": True}, ["paper"]), ({"manual": True}, ["manual"]), ({"paper": True}, ["paper"]),
            ({"paper": False}, []),
        ):
            form.sending_method_checkboxes = {
                method: {**box, "checked": ticked.get(method, box["checked"])}
                for method, box in form.sending_method_checkboxes.items()}
            self.assertEqual(sorted(form.sending_methods or []), left, ticked)
            self.assertEqual(form.dispatch_channel, "paper" if "paper" in left else "email")

    def test_send_does_what_is_ticked(self):
        """Pressed by a program, too: what goes is what the boxes say."""
        invoice = self._invoice(self.nowak)
        window = self._send_window(invoice)
        window.dispatch_channel = "paper"
        self.assertEqual(window.sending_methods, ["paper"])
        window.action_send_and_print()
        self.assertEqual((self.envelopes, self._dispatches(invoice).state), ([], "paper"))
        only = self._invoice(self.nowak)
        window = self._send_window(only)
        window.sending_methods = ["manual"]
        self.assertEqual(window.action_send_and_print()["type"], "ir.actions.act_url")
        self.assertEqual((self.envelopes, len(self._dispatches(only))), ([], 0))

    def test_typed_addresses_are_kept(self):
        """As contacts with the flag: the next window offers them; who is there gets the flag."""
        self.env["res.partner"].create(
            {"name": "Marta", "parent_id": self.silva.id, "email": "marta@silva.example.com"})
        self._send(self._invoice(self.silva), dispatch_save_address=True,
                   dispatch_emails="Kasa <kasa@silva.example.com>, marta@silva.example.com")
        window = self._send_window(self._invoice(self.silva))
        self.assertEqual(set(window.mail_partner_ids.mapped("email")), {
            f"{name}@silva.example.com" for name in ("ana", "rui", "kasa", "marta")})
        self.assertEqual(len(self.silva.child_ids.filtered(lambda contact: contact.name in ("Marta", "Kasa"))), 2)

    def test_sent_before(self):
        invoice = self._invoice(self.silva)
        self._send(invoice)
        said = self._send_window(invoice).dispatch_before
        for words in ("Sent on", "ana@silva.example.com, rui@silva.example.com", "sent again"):
            self.assertIn(words, said)
        self.assertNotIn("Opened", said)
        self._dispatches(invoice)._with_system_write().document_opened_date = "2026-03-02 10:00:00"
        self.assertIn("Opened on 2 March 2026", self._send_window(invoice).dispatch_before)

    # ------------------------------------------------------------------

    def test_paper_by_choice_and_not_twice(self):
        invoice = self._invoice(self.nowak)
        self._send_window(invoice).action_dispatch_paper()
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, dispatch.channel_reason), ("paper", "manual"))
        sent = self._invoice(self.nowak)
        self._send(sent)
        with self.assertRaisesRegex(UserError, "was sent by e-mail already"):
            self._send_window(sent).action_dispatch_paper()

    def test_opens_when_posted(self):
        self.company.write({
            "dispatch_open_on_post": True,
            "external_report_layout_id": self.env.ref("web.external_layout_standard").id,
        })
        draft = self._invoice(self.nowak, post=False)
        self.assertEqual(draft.action_post()["res_model"], "account.move.send.wizard")
        bill = self._invoice(self.nowak, post=False, move_type="in_invoice")
        self.assertFalse(bill.action_post())
        several = self._invoice(self.nowak, post=False) | self._invoice(self.nowak, post=False)
        self.assertFalse(several.action_post())
        self.env["document.dispatch.rule"].create({
            "name": "Na hora", "active": True, "trigger": "post", "type_ids": [(6, 0, self.types["invoice"].ids)],
        })
        self.assertFalse(self._invoice(self.nowak, post=False).action_post(), "the rule sends it")
        self.company.dispatch_open_on_post = False
        self.assertFalse(self._invoice(self.silva, post=False, move_type="out_refund").action_post())

    def test_form(self):
        form = Form(self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=self._invoice(self.silva).ids))
        form.dispatch_emails = "kasa@nowak.example.com"
        form.save().action_send_and_print()
        self.assertIn("kasa@nowak.example.com", self.envelopes)
