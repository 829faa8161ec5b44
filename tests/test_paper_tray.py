"""The paper tray: one PDF in posting order, printed once, sent by post, and taken back."""

import io
from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError

from ..models.paper import document_dispatch_print, document_dispatch_printer
from ..models.paper.document_dispatch_printer import DocumentDispatchPrinter
from ..tools.pdf.library import PdfReader
from .common import new_user
from .test_paper_envelope import LetterCase


class TrayCase(LetterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("fr_FR", "pt_BR"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"].search([("name", "=", "document_dispatch")])._update_translations(
            ["fr_FR", "pt_BR"])
        Partner = cls.env["res.partner"]
        for name, country, vals in (
            ("dupont", "fr", {"name": "Dupont & Fils", "zip": "75002", "city": "Paris", "lang": "fr_FR"}),
            ("antunes", "br", {"name": "Antunes S.A.", "zip": "80010", "city": "Curitiba", "lang": "pt_BR"}),
            ("smith", "us", {"name": "Smith Pumps", "zip": "10001", "city": "New York"}),
            ("abel", "fr", {"name": "Abel SARL", "zip": "75002", "city": "Paris", "lang": "fr_FR"}),
            ("kos", "pl", {"name": "Kos S.A.", "zip": "00-001", "city": "Warszawa"}),
        ):
            setattr(cls, name, Partner.create({
                "is_company": True, "street": "Rua 1", "country_id": cls.env.ref(f"base.{country}").id, **vals}))

    @contextmanager
    def _printing(self):
        """The real wkhtmltopdf."""
        env = self.env
        with self.allow_pdf_render():
            self.env = env(context={**env.context, "force_report_rendering": True})
            try:
                yield
            finally:
                self.env = env

    def _print(self, dispatches, covers=True):
        with self._printing():
            return self.env["document.dispatch.print"]._start(dispatches.with_env(self.env), covers).with_env(self.env)

    def _paper(self, *documents):
        return self.env["document.dispatch"].union(*(document._dispatch_to_paper() for document in documents))

    def _texts(self, run):
        reader = PdfReader(io.BytesIO(run.attachment_id.sudo().raw))
        self.assertEqual(len(reader.pages), run.pages)
        return [page.extract_text() for page in reader.pages]

    def _order_of(self, texts, *names):
        """The names in the order of the pages on which they stand first."""
        where = {name: next((i for i, text in enumerate(texts) if name in text), None) for name in names}
        self.assertNotIn(None, where.values(), where)
        return sorted(names, key=where.get)


class TestPaperTray(TrayCase):
    def test_mixed_types_in_posting_order(self):
        proforma = self._invoice(self.kos, post=False)
        credit = self._invoice(self.dupont, move_type="out_refund")
        invoice, order = self._invoice(self.dupont), self._order(self.smith)
        other = self._invoice(self.abel)
        home = self._invoice(self.antunes)
        dispatches = self._paper(order, proforma, invoice, credit, other, home)
        run = self._print(dispatches)
        self.assertEqual((run.state, run.documents, run.envelopes, run.left_out), ("done", 6, 5, False))
        texts = self._texts(run)
        self.assertEqual(len(texts), 11, "five covers and six pages")
        # Brazil, France (Abel before Dupont), Poland, United States
        names = [home.name, other.name, credit.name, f"PF-{proforma.id}", order.name]
        self.assertEqual(self._order_of(texts, *names), names)
        self.assertIn("PRO-FORMA", "".join(texts[7:9]))
        self.assertIn("Veuillez trouver ci-joint", texts[2])
        self.assertIn("FRANCE", texts[2])
        self.assertIn("Segue em anexo", texts[0])
        self.assertEqual(set(dispatches.mapped("state")), {"printed"})
        self.assertEqual(invoice.dispatch_state, "printed")
        self.assertEqual(dispatches.filtered(lambda dispatch: dispatch.move_id == invoice).attachment_ids,
                         invoice.invoice_pdf_report_id, "the legal PDF is what is printed")
        self.assertFalse(proforma.invoice_pdf_report_id)

    def test_the_file_that_exists_is_printed(self):
        invoice = self._invoice(self.dupont)
        dispatches = self._paper(invoice)
        first = self._print(dispatches, covers=False)
        legal = invoice.invoice_pdf_report_id
        dispatches.action_undo_printed()
        self.assertFalse(dispatches.attachment_ids)
        self._print(dispatches, covers=False)
        self.assertEqual(dispatches.attachment_ids, legal)
        self.assertNotEqual(dispatches.print_id, first)

    def test_envelopes_by_address(self):
        contact = self.env["res.partner"].create({"name": "Luc", "parent_id": self.dupont.id})
        branch = self.env["res.partner"].create({
            "name": "Lyon", "parent_id": self.dupont.id, "type": "invoice", "street": "Rue 2", "city": "Lyon",
            "zip": "69001", "country_id": self.dupont.country_id.id, "lang": "fr_FR"})
        dispatches = self._paper(*map(self._invoice, (self.dupont, contact, branch)))
        envelopes = dispatches._envelopes()
        self.assertEqual([len(envelope) for envelope in envelopes], [1, 2])
        self.assertEqual(envelopes[1]._cover_address(), self.dupont)

    def test_one_that_cannot_be_made(self):
        good, bad, last = (self._invoice(self.dupont) for _number in range(3))
        dispatches = self._paper(good, bad, last)
        original = DocumentDispatchPrinter._render_files

        def fail(printer, first, documents):
            if bad in documents:
                raise ValueError("no such paper")
            return original(printer, first, documents)

        with patch.object(DocumentDispatchPrinter, "_render_files", fail):
            run = self._print(dispatches)
        self.assertEqual(dispatches.mapped("state"), ["printed", "paper", "printed"])
        self.assertIn("no such paper", dispatches[1].state_message)
        self.assertFalse(dispatches[1].print_id)
        self.assertIn(bad.name, run.left_out)
        text = "\n".join(self._texts(run))
        self.assertIn(good.name, text)
        self.assertNotIn(bad.name, text, "the cover does not list what is not enclosed")
        self.assertEqual(run._open_result()["res_model"], run._name, "what stays is shown")

    def test_a_file_that_is_no_pdf(self):
        dispatches = self._paper(self._invoice(self.dupont), self._invoice(self.abel))
        with self._printing():
            self.env["account.move.send"]._dispatch_make_files(
                dispatches[0].move_id, self.types["invoice"].mail_template_id, self.env["ir.actions.report"])
        dispatches[0].move_id.invoice_pdf_report_id.sudo().raw = b"%PDF-1.4 broken"
        run = self._print(dispatches)
        self.assertEqual(dispatches.mapped("state"), ["paper", "printed"])
        self.assertIn("cannot be read", dispatches[0].state_message)
        self.assertEqual((run.documents, run.envelopes), (1, 1))

    def test_nothing_could_be_made(self):
        dispatches = self._paper(self._invoice(self.dupont))
        run = self.env["document.dispatch.print"]._start(dispatches, True)  # HTML only, as in tests
        self.assertEqual((run.state, run.attachment_id.id, dispatches.state), ("empty", False, "paper"))
        self.assertEqual(dispatches._printable(), dispatches)

    def test_printed_once(self):
        dispatches = self._paper(self._invoice(self.dupont))
        run = self._print(dispatches)
        with self.assertRaisesRegex(UserError, "nothing to print"):
            dispatches.action_print()
        again = dispatches.action_print_again()
        self.assertIn(f"/web/content/{run.attachment_id.id}", again["url"])
        self.assertEqual(self.env["document.dispatch.print"].search_count([("dispatch_ids", "in", dispatches.ids)]), 1)

    def test_sent_by_post_and_taken_back(self):
        invoice, order = self._invoice(self.dupont), self._order(self.smith)
        dispatches = self._paper(invoice, order)
        with self.assertRaises(UserError):
            dispatches.action_mark_sent_by_post()
        run = self._print(dispatches)
        self.assertEqual((invoice.is_move_sent, order.state, run.to_post), (False, "draft", 2))
        run.action_mark_sent_by_post()
        self.assertTrue(all(dispatches.mapped("sent_by_post_date")))
        self.assertEqual((invoice.is_move_sent, order.state, run.to_post, run.sent_by_post), (True, "sent", 0, 2))
        with self.assertRaises(UserError):
            dispatches.action_undo_printed()
        run.action_undo_sent_by_post()
        self.assertEqual((invoice.is_move_sent, order.state), (False, "draft"))
        dispatches.action_undo_printed()
        self.assertEqual(set(dispatches.mapped("state")), {"paper"})
        self.assertFalse(any(dispatches.mapped("printed_date")))

    def test_who_has_it_by_mail_keeps_it(self):
        invoice = self._invoice(self.nowak)
        with self._printing():
            invoice.with_env(self.env)._dispatch_create("manual")
            self._deliver()
        dispatch = invoice._dispatch_to_paper(again=True)
        self._print(dispatch, covers=False)
        dispatch.action_mark_sent_by_post()
        dispatch.action_undo_sent_by_post()
        self.assertTrue(invoice.is_move_sent)

    def test_in_the_background(self):
        dispatches = self._paper(*(self._invoice(partner) for partner in (self.dupont, self.abel, self.kos)))
        with patch.object(document_dispatch_print, "AT_ONCE", 2), patch.object(document_dispatch_printer, "BLOCK", 1):
            run = self._print(dispatches)
            self.assertEqual((run.state, run.progress, run.running), ("making", 0, True))
            self.assertEqual(run._open_result()["res_model"], run._name)
            self.assertFalse(dispatches._printable(), "they are in a run")
            with self._printing():
                self.env["document.dispatch.printer"]._make_block(run.sudo())
                self.assertAlmostEqual(run.progress, 100 / 3, places=1)
                self.env["document.dispatch.printer"].with_user(SUPERUSER_ID)._cron_print()
        self.assertEqual((run.state, run.documents, run.progress, len(run.part_ids)), ("done", 3, 100, 0))
        self.assertEqual(len(self._texts(run)), 6)
        self.assertEqual(set(dispatches.mapped("state")), {"printed"})
        self.assertEqual(self.env["ir.attachment"].sudo().search_count(
            [("res_model", "=", run._name), ("res_id", "=", run.id)]), 1)

    def test_withdrawn_meanwhile(self):
        dispatches = self._paper(self._invoice(self.dupont), self._invoice(self.kos))
        with patch.object(document_dispatch_print, "AT_ONCE", 1), patch.object(document_dispatch_printer, "BLOCK", 1):
            run = self._print(dispatches)
            with self._printing():
                self.env["document.dispatch.printer"]._make_block(run.sudo())
                dispatches[0].move_id.button_draft()
                self.env["document.dispatch.printer"].with_user(SUPERUSER_ID)._cron_print()
        self.assertEqual(dispatches.mapped("state"), ["cancelled", "printed"])
        self.assertIn("remove it", run.left_out)

    def test_window(self):
        dispatches = self._paper(self._invoice(self.dupont), self._invoice(self.dupont), self._invoice(self.mudo))
        action = self.env["document.dispatch"].action_print_tray()
        window = self.env[action["res_model"]].browse(action["res_id"])
        self.assertLessEqual(dispatches, window.dispatch_ids, "without a selection everything")
        window = self.env[action["res_model"]].browse(dispatches.action_print_tray()["res_id"])
        self.assertEqual((window.documents, window.customers, window.envelopes), (3, 2, 2))
        self.assertIn("Gómez", window.homeless)
        with self._printing():
            result = window.with_env(self.env).action_print()
        self.assertEqual(result["type"], "ir.actions.act_url")
        self.assertEqual(set(dispatches.mapped("state")), {"printed"})

    def test_print_now(self):
        """The window that sends one document prints it at once, without a cover letter."""
        invoice = self._invoice(self.nowak)
        with self._printing():
            window = self._send_window(invoice)
            action = window.action_dispatch_print()
            self.assertEqual((action["type"], action["close"]), ("ir.actions.act_url", True))
            dispatch = self._dispatches(invoice)
            self.assertEqual((dispatch.state, dispatch.print_id.pages, invoice.is_move_sent), ("printed", 1, False))
            window.action_dispatch_print()
        origins = self._dispatches(invoice).mapped("origin")
        self.assertEqual(origins, ["manual", "resend"], "one more print is one more dispatch")

    def test_bounced_ones_at_once(self):
        invoices = self._invoice(self.nowak) | self._invoice(self.silva)
        dispatches = invoices._dispatch_create("manual")
        self._deliver()
        dispatches.recipient_ids._set_state("bounced", reply="550 no such user")
        dispatches._update_state()
        self.assertEqual(dispatches.mapped("state"), ["failed", "failed"])
        dispatches.action_to_paper()
        self.assertEqual((set(dispatches.mapped("state")), set(dispatches.mapped("channel"))), ({"paper"}, {"paper"}))
        self.assertIn("no such user", dispatches[0].state_message)
        with self.assertRaises(UserError):
            dispatches.action_to_paper()
        frozen = dispatches[0].attachment_ids
        run = self._print(dispatches)
        # made as HTML when it was mailed in this test: what went by mail is what would be printed
        self.assertEqual(run.documents, 0)
        self.assertEqual(dispatches[0].attachment_ids, frozen)

    def test_two_companies_and_rights(self):
        other = self.setup_other_company()["company"]
        clerk = new_user(self.company, "clara", "account.group_account_invoice")
        mine = self._paper(self._invoice(self.dupont))
        order = self._paper(self._order(self.smith))
        theirs = self._paper(self._invoice(self.abel, company_id=other.id))
        self.env["ir.model.access"].search([
            ("model_id.model", "=", "sale.order"), ("group_id", "in", clerk.all_group_ids.ids)]).active = False
        self.assertFalse((order | theirs).with_user(clerk).search([("id", "in", (order | theirs).ids)]))
        with self.assertRaises(AccessError):
            (order | mine).with_user(clerk).action_print()
        run = self._print((mine | theirs).with_context(allowed_company_ids=(self.company | other).ids))
        self.assertEqual(run.company_ids, self.company | other)
        self.assertEqual((run.envelopes, run.documents), (2, 2))
        self.assertIn(other.name, "\n".join(self._texts(run)))
        self.assertFalse(run.with_user(clerk).search([("id", "=", run.id)]))
        again = self._paper(self._invoice(self.dupont))
        with self._printing():
            action = again.with_user(clerk).with_context(**self.env.context).action_print()
        self.assertEqual(again.state, "printed")
        file = self.env["ir.attachment"].browse(int(action["url"].split("/")[-1].split("?")[0]))
        self.assertTrue(file.with_user(clerk).has_access("read"))
        seller = new_user(self.company, "saul", "sales_team.group_sale_salesman")
        self.assertFalse(file.with_user(seller).has_access("read"))
