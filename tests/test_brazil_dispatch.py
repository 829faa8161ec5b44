"""NF-e and boletos on their way: each to its own people, by hand and by rule; what is wrong never goes."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form

from ..tools.brazil import nfe
from .common import new_user
from .fiscal import FiscalCase, boleto_pdf, event_xml


class TestFiscalDispatch(FiscalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._nf_people()

    def _send(self, **vals):
        window = self._send_window(self.invoice)
        window.write(vals)
        return window.action_send_and_print()

    # ------------------------------------------------------------------
    # By rule
    # ------------------------------------------------------------------

    def test_nfe_by_rule(self):
        """To the NF contacts: the signed bytes, and the DANFE."""
        self._rule("NF-e", "nfe")
        self._attach(self.xml, "nfe.xml")
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"])
        files = self._files(self.mails[0])
        self.assertEqual(files["nfe.xml"], self.xml, "byte for byte")
        danfe_name = f"DANFE_{self.nfe.key}.pdf"
        self.assertEqual(set(files), {"nfe.xml", danfe_name})
        self.assertTrue(files[danfe_name].startswith(b"%PDF-"))
        self.assertIn(self.nfe.key, self.mails[0].get_body(("plain",)).get_content())
        [dispatch] = self.invoice.dispatch_ids
        self.assertEqual(
            (dispatch.type_code, dispatch.state, dispatch.recipient_ids.reason), ("nfe", "sent", "flag_nf"))
        self.assertEqual(dispatch.mail_message_id.res_id, self.invoice.id, "it stands in the invoice's chatter")
        self.assertFalse(self.invoice.is_move_sent, "the NF-e is not the invoice")
        self._plan()
        self._deliver()
        self.assertEqual(len(self.envelopes), 1, "once")

    def test_as_soon_as_it_is_there(self):
        self._rule("NF-e", "nfe", "boleto", trigger="post")
        self._attach(self.xml, "nfe.xml")
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"])

    def test_on_posting(self):
        draft = self._invoice(self.silva, float(self.nfe.total), post=False)
        self._rule("NF-e", "nfe", trigger="post")
        self._attach(self.xml, "nfe.xml", draft)
        self.assertFalse(draft.dispatch_file_ids.dispatch_ids)
        draft.action_post()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"])

    def _in_instalments(self):
        """An invoice in two instalments, with a PDF of two boletos."""
        move = self._invoice(self.silva, 1000.0, invoice_payment_term_id=self.pay_terms_b.id)
        self._attach(boleto_pdf(*self._instalments(move)), "boletos.pdf", move)
        return move

    def test_boletos_of_an_invoice_in_one_mail(self):
        self._rule("Boletos", "boleto")
        move = self._in_instalments()
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["tesouraria@silva.example.com"])
        self.assertEqual(list(self._files(self.mails[0])), ["boletos.pdf"], "the file once")
        text = self.mails[0].get_body(("plain",)).get_content()
        for file in move.dispatch_file_ids:
            self.assertIn(file.reference, text)
        self.assertEqual(move.dispatch_ids.mapped("state"), ["sent", "sent"], "each has its own dispatch")

    def test_boletos_of_two_invoices_in_two_mails(self):
        self._rule("Boletos", "boleto")
        self._in_instalments()
        self._in_instalments()
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["tesouraria@silva.example.com"] * 2)

    def test_own_text_for_several_boletos(self):
        move = self._in_instalments()
        window = self._send_window(move)
        self.assertEqual(len(window.dispatch_file_ids.file_ids), 2)
        window.dispatch_invoice_too = False
        window.dispatch_file_ids.body = "<p>Seguem os boletos de março.</p>"
        window.action_send_and_print()
        self._deliver()
        self.assertEqual(self.envelopes, ["tesouraria@silva.example.com"])
        self.assertIn("Seguem os boletos de março.", self.mails[0].get_body(("plain",)).get_content())

    def test_boleto_text(self):
        amount, due = self._instalment()
        self._rule("Boletos", "boleto")
        self._attach(boleto_pdf((amount, due)), "boleto.pdf")
        self._plan()
        self._deliver()
        [mail], [file] = self.mails, self.invoice.dispatch_file_ids
        text = mail.get_body(("plain",)).get_content()
        self.assertIn(file.reference, text)
        self.assertIn(self.invoice.name, text)
        self.assertIn(due.strftime("%m/%d/%Y"), text)

    def test_doubtful_ones_wait_for_a_person(self):
        self.silva.vat = "11222333000181"
        self._rule("NF-e", "nfe")
        self._attach(self.xml, "nfe.xml")
        self._plan()
        self._deliver()
        [dispatch] = self.invoice.dispatch_ids
        self.assertEqual((dispatch.state, self.envelopes), ("review", []))
        self.assertIn("the customer of this invoice is 11222333000181", dispatch.state_message)
        dispatch.action_release()
        self._deliver()
        self.assertEqual((dispatch.state, self.envelopes), ("sent", ["fiscal@silva.example.com"]))

    def test_a_strangers_nfe_never_goes(self):
        self._rule("NF-e", "nfe")
        self.company.vat = "11222333000181"
        self._attach(self.xml, "nfe.xml")
        self._plan()
        self._deliver()
        self.assertFalse(self.invoice.dispatch_ids)
        file = self.invoice.dispatch_file_ids
        with self.assertRaisesRegex(UserError, "not by this company"):
            file._dispatch_send_now("manual")
        self._send()
        self.assertNotIn("fiscal@silva.example.com", self.envelopes)

    def test_it_becomes_wrong_while_it_waits(self):
        self._rule("NF-e", "nfe", delivery="review")
        self._attach(self.xml, "nfe.xml")
        self._plan()
        self._deliver()
        [dispatch] = self.invoice.dispatch_ids
        self.company.vat = "11222333000181"
        dispatch.action_release()
        self._deliver()
        self.assertEqual((dispatch.state, self.envelopes), ("failed", []))
        self.assertIn("not by this company", dispatch.state_message)

    def test_a_cancelled_one_does_not_go(self):
        self._rule("Brasil", "nfe", "nfe_event")
        self._attach(self.xml, "nfe.xml")
        self._attach(event_xml(self.nfe.key, self.nfe.emitter.tax_id), "cancelamento.xml")
        nfe_file, event = self.invoice.dispatch_file_ids.sorted(lambda file: file.kind != "nfe")
        self.assertEqual((event.event_type, event.state), ("cancellation", "ok"))
        self.assertEqual(nfe_file.state, "error")
        self.assertIn("cancelled: Pedido cancelado", nfe_file._dispatch_blocking_reason("nfe"))
        self._plan()
        self._deliver()
        self.assertEqual(self.invoice.dispatch_ids.mapped("type_code"), ["nfe_event"])
        self.assertIn("We have cancelled an NF-e", self.mails[0].get_body(("plain",)).get_content())

    def test_preview(self):
        """What would go, what waits for a look, and why the others stay."""
        rule = self._rule("Brasil", "nfe", "nfe_event", "boleto")
        self._attach(self.xml, "nfe.xml")
        self._attach(boleto_pdf(self._instalment()), "boleto.pdf")
        self._attach(event_xml(self.nfe.key, "99888777000166"), "evento.xml")

        def preview():
            lines, _count = rule._preview()
            return {self.env["document.dispatch.file"].browse(line["res_id"]).kind: line for line in lines}

        lines = preview()
        self.assertEqual({kind: line["outcome"] for kind, line in lines.items()},
                         {"nfe": "goes", "boleto": "goes", "event": "stays"})
        self.assertIn("fiscal@silva.example.com (NF-e flag on the contact)", lines["nfe"]["recipients"])
        self.assertIn("issued by 99888777000166", lines["event"]["reason"])
        self._plan()
        self._deliver()
        self.assertEqual(preview()["nfe"]["reason"], "Sent")

    def test_correction_letter(self):
        """An event that comes later goes too, with its page."""
        self._rule("Brasil", "nfe", "nfe_event")
        self._attach(self.xml, "nfe.xml")
        self._plan()
        self._deliver()
        content = event_xml(self.nfe.key, self.nfe.emitter.tax_id, nfe.CORRECTION, 1, "Onde se lê 2 CV leia-se 3 CV")
        self._attach(content, "cce.xml")
        self._plan()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"] * 2)
        files = self._files(self.mails[1])
        self.assertEqual(files["cce.xml"], content)
        self.assertTrue(any(name.startswith("DACCe_") for name in files))
        self.assertIn("leia-se 3 CV", self.mails[1].get_body(("plain",)).get_content())

    def test_event_of_another_nfe(self):
        self._attach(self.xml, "nfe.xml")
        other = self.nfe.key[:25] + "000000999" + self.nfe.key[34:43]
        key = f"{other}{nfe.check_digit(other)}"
        self._attach(event_xml(key, self.nfe.emitter.tax_id), "evento.xml")
        event = self.invoice.dispatch_file_ids.filtered(lambda file: file.kind == "event")
        self.assertEqual(event.state, "error")
        self.assertIn("another NF-e", event.file_messages)

    # ------------------------------------------------------------------
    # Duty and refusal
    # ------------------------------------------------------------------

    def test_the_duty_wins_over_a_refusal(self):
        self.silva.dematerialization_refused = True
        amount, due = self._instalment()
        self._rule("Brasil", "nfe", "boleto")
        self._attach(self.xml, "nfe.xml")
        self._attach(boleto_pdf((amount, due)), "boleto.pdf")
        self._plan()
        self._deliver()
        by_type = {dispatch.type_code: dispatch for dispatch in self.invoice.dispatch_ids}
        self.assertEqual((by_type["nfe"].state, by_type["nfe"].channel_reason), ("sent", "duty"))
        self.assertEqual((by_type["boleto"].state, by_type["boleto"].channel_reason), ("paper", "refused"))
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"])

    def test_paper_has_the_danfe(self):
        """Nobody to mail it to: the tray prints the page, not the XML."""
        (self.contadora | self.silva_ana | self.silva_rui | self.silva | self.tesouraria).write({"email": False})
        self._rule("NF-e", "nfe")
        self._attach(self.xml, "nfe.xml")
        self._plan()
        [dispatch] = self.invoice.dispatch_ids
        self.assertEqual((dispatch.state, dispatch.channel_reason), ("paper", "no_address"))
        dispatch.action_print()
        self.assertEqual(dispatch.state, "printed")
        self.assertEqual(dispatch.attachment_ids, self.invoice.dispatch_file_ids.danfe_id)

    # ------------------------------------------------------------------
    # From the window
    # ------------------------------------------------------------------

    def test_window_sends_all_three(self):
        amount, due = self._instalment()
        self._attach(self.xml, "nfe.xml")
        self._attach(boleto_pdf((amount, due)), "boleto.pdf")
        window = self._send_window(self.invoice)
        self.assertEqual(window.dispatch_file_ids.type_id.mapped("code"), ["nfe", "boleto"])
        self.assertEqual(window.dispatch_file_ids.mapped("chosen"), [True, True])
        self.assertIn("fiscal@silva.example.com: NF-e flag on the contact", window.dispatch_file_ids[0].recipients)
        window.action_send_and_print()
        self._deliver()
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "fiscal@silva.example.com",
            "tesouraria@silva.example.com",
        ])
        self.assertEqual(sorted(self.invoice.dispatch_ids.mapped("type_code")), ["boleto", "invoice", "nfe"])

    def test_window_saved_as_a_form(self):
        """As other modules' tests do it, and clients that send what their form has."""
        self._attach(self.xml, "nfe.xml")
        self._attach(boleto_pdf(self._instalment()), "boleto.pdf")
        form = Form(self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=self.invoice.ids))
        with form.dispatch_file_ids.edit(1) as boleto:
            boleto.chosen = False
        window = form.save()
        self.assertEqual(window.dispatch_file_ids.type_id.mapped("code"), ["nfe", "boleto"])
        self.assertEqual(window.dispatch_file_ids.file_ids, self.invoice.dispatch_file_ids)
        window.action_send_and_print()
        self._deliver()
        self.assertCountEqual(
            self.envelopes, ["ana@silva.example.com", "rui@silva.example.com", "fiscal@silva.example.com"])

    def test_only_the_nfe_with_a_text_of_ones_own(self):
        self._attach(self.xml, "nfe.xml")
        window = self._send_window(self.invoice)
        window.dispatch_invoice_too = False
        window.dispatch_file_ids.write({
            "subject": "NF-e da bomba", "body": "<p>Bom dia, segue a nota.</p>", "emails": "cd@silva.example.com",
        })
        window.action_send_and_print()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com", "cd@silva.example.com"])
        self.assertEqual(self.mails[0]["subject"], "NF-e da bomba")
        self.assertIn("Bom dia, segue a nota.", self.mails[0].get_body(("plain",)).get_content())
        self.assertFalse(self.invoice.is_move_sent)

    def test_sent_again_is_a_new_dispatch(self):
        self._attach(self.xml, "nfe.xml")
        self._send(dispatch_invoice_too=False)
        self._deliver()
        window = self._send_window(self.invoice)
        line = window.dispatch_file_ids
        self.assertEqual((line.chosen, line.went), (False, True))
        self.assertEqual(line.warning, "It was already sent.")
        line.chosen = True
        self.assertEqual(line.warning, "It was already sent: it will be sent again.")
        window.dispatch_invoice_too = False
        window.action_send_and_print()
        self._deliver()
        first, second = self.invoice.dispatch_ids.sorted("id")
        self.assertEqual((second.resend_of_id, second.state), (first, "sent"))

    def test_again_by_number(self):
        self._attach(self.xml, "nfe.xml")
        self._send(dispatch_invoice_too=False)
        self._deliver()
        file = self.invoice.dispatch_file_ids
        window = self.env["document.dispatch.resend"].create({"numbers": file.name})
        window.action_find()
        self.assertEqual(window.line_ids.document_name, f"NF-e/{self.nfe.series}/{self.nfe.number}")
        window.action_send()
        self._deliver()
        self.assertEqual(self.envelopes, ["fiscal@silva.example.com"] * 2)

    def test_several_invoices_with_their_files(self):
        other = self._invoice(self.nowak, 700.0)
        amount, due = self._instalment(other)
        self._attach(self.xml, "nfe.xml")
        self._attach(boleto_pdf((amount, due)), "boleto.pdf", other)
        window = self._batch_window(self.invoice | other, dispatch_grouping="all")
        self.assertEqual(window.dispatch_file_summary, "2: NF-e (1), Boleto (1)")
        action = window.action_send_and_print()
        self._deliver()
        batch = self.env["document.dispatch.batch"].browse(action["res_id"])
        self.assertEqual((batch.total, batch.sent), (4, 4))
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "fiscal@silva.example.com",
            "biuro@nowak.example.com", "biuro@nowak.example.com",
        ])

    def test_report(self):
        """The boss sees each NF-e and boleto once, with what became of it."""
        self._attach(self.xml, "nfe.xml")
        self._attach(boleto_pdf(self._instalment()), "boleto.pdf")
        self._rule("NF-e", "nfe")
        self._plan()
        self._deliver()
        self.env.flush_all()
        lines = self.env["document.dispatch.report"].search([("res_model", "=", "document.dispatch.file")])
        self.assertEqual({line.kind: line.outcome for line in lines}, {"nfe": "sent", "boleto": "open"})
        self.assertEqual(lines[0].action_open()["res_id"], self.invoice.id)

    def test_the_customer_is_told(self):
        """On their page, and on the contact: what comes by e-mail although they refuse."""
        self.silva.dematerialization_refused = True
        self.assertIn("as required by law: NF-e", self.silva.dispatch_overview)
        self.assertEqual(self.company._dispatch_duties(), "NF-e, Event of an NF-e")
        self.company.country_id = self.env.ref("base.fr")
        self.assertEqual(self.company._dispatch_duties(), "")

    def test_another_module_mails_them_too(self):
        self._rule("NF-e", "nfe")
        Health = self.env["document.dispatch.health"]
        self.assertFalse([problem for problem in Health._get_problems() if "l10n_br_fiscal_notification" in problem])
        self.env["ir.module.module"].create({"name": "l10n_br_fiscal_notification", "state": "installed"})
        self.assertTrue([problem for problem in Health._get_problems() if "l10n_br_fiscal_notification" in problem])

    def test_other_people(self):
        """A user of another company sees none of it; who may not read the invoice cannot send its files."""
        self._attach(self.xml, "nfe.xml")
        self._send(dispatch_invoice_too=False)
        zorza = self.env["res.company"].create({"name": "Zorza Sp. z o.o."})
        other = new_user(zorza, "zofia", "account.group_account_invoice")
        self.assertFalse(self.env["document.dispatch"].with_user(other).search([]))
        clerk = new_user(self.company, "clara", "account.group_account_invoice")
        self.assertTrue(self.env["document.dispatch"].with_user(clerk).search([("type_code", "=", "nfe")]))

    def test_taken_off_the_invoice(self):
        """What waits is withdrawn; what went stays."""
        self._rule("NF-e", "nfe", delivery="review")
        attachment = self._attach(self.xml, "nfe.xml")
        self._plan()
        [dispatch] = self.invoice.dispatch_ids
        attachment.unlink()
        self.assertEqual((dispatch.state, self.invoice.dispatch_file_ids.ids), ("cancelled", []))
        again = self._attach(self.xml, "nfe.xml")
        self._plan()
        self._deliver()
        sent = self.invoice.dispatch_ids - dispatch
        sent.action_release()
        self._deliver()
        again.unlink()
        self.assertEqual(sent.state, "sent")
        self.assertIn(self.xml, sent.attachment_ids.mapped("raw"))

    def test_draft_again(self):
        self._rule("NF-e", "nfe", delivery="review")
        self._attach(self.xml, "nfe.xml")
        self._plan()
        self.invoice.button_draft()
        self.assertEqual(self.invoice.dispatch_ids.state, "cancelled")
        self.assertEqual(fields.Date.today(), self.invoice.invoice_date)

    def test_statements_do_not_grow(self):
        """Planning the NF-e of more invoices costs as many statements."""
        rule = self._rule("Boletos", "boleto")

        def plan(count):
            for _number in range(count):
                move = self._invoice(self.silva, 700.0)
                amount, due = self._instalment(move)
                self._attach(boleto_pdf((amount, due)), "boleto.pdf", move)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            dispatches = rule._plan()
            self.env.flush_all()
            return len(dispatches), self.env.cr.sql_log_count - before

        plan(1)
        few, many = plan(2), plan(12)
        self.assertEqual((few[0], many[0]), (2, 12))
        self.assertLessEqual(many[1], few[1] + 2)
