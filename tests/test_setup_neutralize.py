"""A copy of a database for tests, made with Odoo's own “neutralize”."""

from odoo.modules.neutralize import get_neutralization_queries

from .common import DispatchCase


class TestNeutralize(DispatchCase):
    def test_copy_sends_nothing(self):
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self.env.flush_all()
        [query] = get_neutralization_queries(["document_dispatch"])
        self.env.cr.execute(query)
        self.env.invalidate_all()
        self._deliver()
        self.assertEqual((self.envelopes, self._dispatches(invoice).state), ([], "queued"))
        self.company.dispatch_mode = "send"
        self._deliver()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
