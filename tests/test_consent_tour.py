"""The customer's page in a real browser, as wide as a phone."""

from odoo.tests import tagged

from .test_consent_page import ConsentPageCase


@tagged("post_install", "-at_install")
class TestConsentTour(ConsentPageCase):
    browser_size = "390x844"

    def test_refuse_and_withdraw(self):
        self.start_tour(self._path(), "document_dispatch_consent", login=None)
        self.assertEqual(self._ledger().mapped("kind"), ["refused", "withdrawn"])
        self.assertEqual(self._ledger()[0].declared_by, "Jan Nowak")

    def test_for_keyboard_and_eyes(self):
        self.start_tour(self._path(), "document_dispatch_eyes", login=None)
