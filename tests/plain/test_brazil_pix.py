"""Pix codes of boletos: fields and checksum, in texts and as QR codes, against the boleto; names of boletos."""

import unittest
import unittest.mock
from datetime import date
from decimal import Decimal

import brazil_corpus as corpus

from tools.brazil import boleto, boleto_pdf, our_number, pix, pix_checks
from tools.brazil.checks import OK, WARNING, worst
from tools.pdf import reader as pdf_reader

#: The example of the Banco Central's manual
STATIC = ("00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal"
          "6008BRASILIA62070503***63041D3D")
WITH_READER = unittest.skipUnless(pdf_reader.can_read_codes(), "no reader of codes")


def read(content):
    reading = pdf_reader.read_text(content)
    codes = pdf_reader.read_codes([content])[0] if boleto_pdf.asks_for_codes(reading) else ()
    return boleto_pdf.read(reading, codes)


class TestPix(unittest.TestCase):
    def test_manual(self):
        found = pix.parse(STATIC).pix
        self.assertEqual((found.key, found.merchant, found.city, found.amount),
                         ("123e4567-e12b-12d1-a456-426655440000", "Fulano de Tal", "BRASILIA", None))

    def test_fields(self):
        found = pix.parse(corpus.pix("1500.00", expires="20261231")).pix
        self.assertEqual((found.amount, found.expires), (Decimal("1500.00"), date(2026, 12, 31)))
        self.assertTrue(found.url.startswith("qr.itau.com.br"))

    def test_each_wrong_sign_is_found(self):
        text = corpus.pix("1500.00")
        for place in range(len(text)):
            other = text[:place] + ("7" if text[place] != "7" else "8") + text[place + 1:]
            self.assertIsNone(pix.parse(other).pix, place)

    def test_in_texts(self):
        """Broken into lines, as PDFs do; two in one text; something else that begins alike."""
        code = corpus.pix("1500.00")
        for text in (code, f"Pix: {code} obrigado", "\n".join(code[n:n + 40] for n in range(0, len(code), 40)),
                     f"000201 {code}"):
            with self.subTest(text[:30]):
                self.assertEqual([one.pix.text for one in pix.find(text)], [code])
        self.assertEqual(len(pix.find(f"{code}\n{STATIC}")), 2)
        self.assertEqual(pix.find("0002014"), [])
        self.assertEqual([one.problem for one in pix.find(corpus.pix(broken=True))], [pix.CHECKSUM])

    def test_against_the_boleto(self):
        for text, result in (
            (corpus.pix(), OK), (corpus.pix("1500.00"), OK), (corpus.pix("1500.01"), WARNING),
            (corpus.pix(expires="20261220"), OK), (corpus.pix(expires="20261219"), WARNING),
            (corpus.pix(broken=True), WARNING),
        ):
            with self.subTest(text[-30:]):
                self.assertEqual(worst(pix_checks.check(text, Decimal("1500"), corpus.DUE)), result)
        self.assertEqual(pix_checks.check(None, Decimal("1500"), corpus.DUE), [])

    @WITH_READER
    def test_as_a_code(self):
        [slip] = read(corpus.slip(corpus.barcode(), code=corpus.pix("1500.00"))).slips
        self.assertEqual(slip.pix, corpus.pix("1500.00"))

    @WITH_READER
    def test_each_its_own(self):
        """Two boletos on two pages, one code each; and one code for both, by its amount."""
        one, two = corpus.barcode("100.00"), corpus.barcode("200.00")
        first, second = corpus.slip(one, code_text=corpus.pix(key="a@b.example")), corpus.slip(two)
        both = "\f".join(pdf_reader.read_text(content).text for content in (first, second))
        slips = boleto_pdf.read(pdf_reader.Reading(both)).slips
        self.assertEqual([bool(slip.pix) for slip in slips], [True, False])
        page = f"{corpus.line(one)}\n{corpus.line(two)}\n{corpus.pix('200.00')}"
        slips = boleto_pdf.read(pdf_reader.Reading(page)).slips
        self.assertEqual([bool(slip.pix) for slip in slips], [False, True])
        self.assertEqual(slips[0].pix_problem, pix_checks.SEVERAL)

    def test_no_reader(self):
        """Without the packages the line alone goes, and a note says why."""
        reading = pdf_reader.Reading(f"{corpus.line(corpus.barcode())}\nPague com Pix")
        with unittest.mock.patch.object(pdf_reader, "can_read_codes", return_value=False):
            [slip] = boleto_pdf.read(reading).slips
        self.assertEqual(slip.pix_problem, boleto_pdf.PIX_NOT_INSTALLED)

    def test_our_numbers(self):
        """Of published boletos."""
        for bars, name in (
            ("00196490000002952950000007777777000008765418", "Banco do Brasil 77777770000087654"),
            ("00193373700000001000500940144816060680935031", "Banco do Brasil 05009401448"),
            ("03395540200002952959070707700000123456790102", "Santander 0000012345679"),
            ("23794486900008280000278060000212552500392320", "Bradesco 06/00002125525"),
            ("34199439500000029801090000015710293013280000", "Itaú 109/00000157"),
            ("74897816800093015781116210010030696682819108", "Sicredi 162100100"),
            ("75699753500001575751306901015385002032101001", "Sicoob 02032101"),
        ):
            with self.subTest(name):
                slip = boleto.from_barcode(bars).boleto
                self.assertEqual(f"{our_number.bank(slip.bank)} {our_number.our_number(slip)}", name)
        self.assertEqual(our_number.bank("999"), "999")
