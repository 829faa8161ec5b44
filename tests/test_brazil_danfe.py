"""The DANFE of an NF-e: drawn with it or in the background; failing to draw it never stops the XML."""

from unittest.mock import patch

from ..tools.brazil import danfe
from .fiscal import FiscalCase


class TestFiscalDanfe(FiscalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._nf_people()

    def test_without_the_library(self):
        self._rule("NF-e", "nfe")
        with patch.object(danfe, "is_available", return_value=False):
            self._attach(self.xml, "nfe.xml")
            file = self.invoice.dispatch_file_ids
            self.assertEqual(file.danfe_state, "missing")
            self.assertIn("brazilfiscalreport", file.danfe_message)
            self._plan()
            self._deliver()
        self.assertEqual(list(self._files(self.mails[0])), ["nfe.xml"], "the XML goes all the same")
        self.assertNotIn("DANFE", self.mails[0].get_body(("plain",)).get_content())
        self._run_cron("danfe")
        self.assertEqual(file.danfe_state, "made", "as soon as it is installed")

    def test_a_failing_page_never_stops_the_xml(self):
        self._rule("NF-e", "nfe")
        with patch.object(danfe, "_draw", side_effect=AttributeError("'NoneType' object has no attribute 'text'")):
            self._attach(self.xml, "nfe.xml")
        file = self.invoice.dispatch_file_ids
        self.assertEqual(file.danfe_state, "failed")
        self._plan()
        self._deliver()
        self.assertEqual(list(self._files(self.mails[0])), ["nfe.xml"])

    def test_large_ones_in_the_background(self):
        """The mail waits for its page."""
        self._rule("NF-e", "nfe")
        with patch("odoo.addons.document_dispatch.models.brazil.document_dispatch_file_danfe.ITEMS_AT_ONCE", 0):
            self._attach(self.xml, "nfe.xml")
        file = self.invoice.dispatch_file_ids
        self.assertEqual(file.danfe_state, "waiting")
        self._plan()
        self._deliver()
        self.assertEqual((self.invoice.dispatch_ids.state, self.envelopes), ("queued", []))
        self._run_cron("danfe")
        self._deliver()
        self.assertEqual(len(self._files(self.mails[0])), 2)

    def test_made_anew_when_the_xml_changes(self):
        attachment = self._attach(self.xml, "nfe.xml")
        file = self.invoice.dispatch_file_ids
        page = file.danfe_id
        attachment.raw = self.xml + b"\n"
        self.assertEqual(self.invoice.dispatch_file_ids, file, "the same NF-e, in new bytes")
        self.assertNotEqual(file.danfe_id, page)
        self.assertFalse(page.exists())
