"""What a clerk clicks where the network comes first: Peppol with a copy, and KSeF refused, corrected, accepted."""

from .legal import LegalCase, LegalTours


class TestLegalTours(LegalCase, LegalTours):
    """With a network of the tests, that is called as the real ones are; those: tests/test_legal_beside.py."""

    def setUp(self):
        super().setUp()
        self._clerk()

    def _accept(self, invoice):
        self.net.answer(invoice, "accepted", "KS-7")

    def test_copy_by_mail(self):
        self.net.label = "to Peppol"
        self._go_with_copy(
            self._invoice(self.nowak), "document_dispatch_peppol", self._accept, "biuro@nowak.example.com")

    def test_refused_and_corrected(self):
        def reject(invoice):
            self.net.answer(invoice, "rejected", words="450: NIP is wrong")

        self.net.label = "to KSeF"
        self._go_again(
            self._invoice(self.nowak), "document_dispatch_ksef", self._accept, reject, "biuro@nowak.example.com")
        self.assertEqual(len(self.net.calls), 2)
