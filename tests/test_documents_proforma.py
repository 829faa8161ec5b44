"""A draft goes once as a pro-forma, marked on each page; the invoice goes when it is posted."""

import io

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase

from ..tools.pdf.library import PdfReader
from .common import DispatchCase


class TestProforma(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas", "invoice", document_states="all")
        cls.draft = cls._invoice(cls.nowak, post=False)

    def _round(self):
        self._plan()
        self._deliver()

    def _codes(self):
        return [(dispatch.type_code, dispatch.revision, dispatch.state) for dispatch in self._dispatches(self.draft)]

    def test_once_and_the_invoice_later(self):
        self._round()
        self._round()
        self.assertEqual(self._codes(), [("proforma", 0, "sent")])
        self.assertEqual(self.draft.dispatch_state, "sent")
        self.draft.action_post()
        self.assertFalse(self.draft.dispatch_state)
        self._round()
        self.assertEqual(self._codes(), [("proforma", 0, "sent"), ("invoice", 0, "sent")])
        self.assertEqual(len(self.envelopes), 2)
        self.assertEqual(self.mails[0]["subject"], f"Pro-forma invoice PF-{self.draft.id} – Aurora Equipamentos Ltda")
        self.assertIn(self.draft.name, self.mails[1]["subject"])

    def test_a_pro_forma_is_no_sent_invoice(self):
        self._round()
        self.assertFalse(self.draft.is_move_sent)

    def test_a_pro_forma_that_comes_back_says_nothing_of_the_invoice(self):
        self._round()
        self.draft.action_post()
        self._round()
        self.assertTrue(self.draft.is_move_sent)
        proforma = self._dispatches(self.draft)[0]
        proforma.recipient_ids._set_state("bounced", reply="550 no such user")
        proforma._update_state()
        self.assertEqual(proforma.state, "failed")
        self.assertEqual((self.draft.is_move_sent, self.draft.dispatch_state), (True, "sent"))

    def test_once_for_each_version(self):
        self._round()
        self.draft.action_post()
        self.draft.button_draft()
        self._round()
        self.assertEqual(self._codes(), [("proforma", 0, "sent"), ("proforma", 1, "sent")])

    def test_posted_before_it_went(self):
        self._plan()
        self.draft.action_post()
        self._round()
        self.assertEqual(self._codes(), [("proforma", 0, "cancelled"), ("invoice", 0, "sent")])

    def test_posted_only(self):
        self.rule.document_states = "posted"
        self._round()
        self.assertEqual(self._codes(), [])

    def test_drafts_that_are_not_ready(self):
        empty = self._invoice(self.nowak, post=False, invoice_line_ids=False)
        next_year = self._invoice(self.nowak, post=False, invoice_date=False,
                                  date=fields.Date.add(fields.Date.today(), years=1), auto_post="at_date")
        refund = self._invoice(self.nowak, post=False, move_type="out_refund")
        self._plan()
        self.assertFalse(self._dispatches(empty) | self._dispatches(next_year) | self._dispatches(refund))

    def test_marked_on_each_page(self):
        self.draft.invoice_line_ids = [
            Command.create({"name": f"Pompa {number}", "price_unit": 10.0 + number, "tax_ids": []})
            for number in range(60)
        ]
        self._plan()
        with self.allow_pdf_render():
            self.env["document.dispatch.delivery"].with_context(force_report_rendering=True)._deliver()
        [file] = self.mails[0].iter_attachments()
        self.assertEqual(file.get_filename(), f"PF-{self.draft.id}.pdf")
        pages = PdfReader(io.BytesIO(file.get_content())).pages
        self.assertGreater(len(pages), 1)
        for page in pages:
            self.assertIn("PRO-FORMA", page.extract_text())
        self.assertFalse(self.draft.invoice_pdf_report_id, "nothing of it stays on the invoice")
