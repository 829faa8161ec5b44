"""The corpus of Brazilian files: nothing breaks, nothing fits that should not, none that looks like one is missed."""

import logging
import re
import unittest

import brazil_corpus as corpus
from sampling import sample

from tools.brazil import boleto, boleto_checks, boleto_pdf, envelope, nfe, nfe_checks, nfse, nfse_checks, pix_checks
from tools.brazil.checks import ERROR, NOTE, OK, worst
from tools.pdf import reader as pdf_reader

#: Mutations that are tried in ``bin/test --long``; otherwise some of them
MUTATIONS, SOME = 10_000, 400


def outcome(content, company, amount=corpus.AMOUNT):
    """What becomes of a file in XML: as the invoice's page would show it."""
    opened = envelope.open_file(content)
    if not opened.family:
        return corpus.NOTHING, None
    found, checker = nfe.read(content), nfe_checks
    if found.kind == nfe.OTHER:
        found, checker = nfse.read(content), nfse_checks
    checks = checker.check(found, company, corpus.CUSTOMER, None if found.event else amount, found.key)
    return corpus.FITS if worst(checks) == OK else corpus.SHOWN, found


def outcome_of_pdf(content):
    if not pdf_reader.is_pdf(content):
        return corpus.NOTHING
    reading = pdf_reader.read_text(content)
    codes = pdf_reader.read_codes([content])[0] if boleto_pdf.asks_for_codes(reading) else ()
    found = boleto_pdf.read(reading, codes)
    if not found.slips:
        return corpus.SHOWN if found.problems else corpus.NOTHING
    checks = []
    for slip in found.slips:
        checks += boleto_checks.check(slip.boleto, [(corpus.DUE, corpus.AMOUNT)])
        checks += pix_checks.check(slip.pix, slip.boleto.amount, corpus.DUE)
        checks += [pix_checks.Check(ERROR, ERROR)] if slip.pix_problem == pix_checks.BROKEN else []
    return corpus.FITS if worst(checks) in (OK, NOTE) and not found.problems else corpus.SHOWN


class TestCorpus(unittest.TestCase):
    def setUp(self):
        logging.disable(logging.ERROR)
        self.addCleanup(logging.disable, logging.NOTSET)

    def test_size(self):
        self.assertGreater(len([*corpus.xml_samples(), *corpus.pdf_samples()]), 200)

    def test_xml(self):
        for one in corpus.xml_samples():
            with self.subTest(one.name):
                self.assertEqual(outcome(one.content, one.company)[0], one.expected)

    def test_nothing_fits_others(self):
        """The same files on an invoice of another company, and on one of another amount."""
        for one in corpus.xml_samples():
            with self.subTest(one.name):
                self.assertNotEqual(outcome(one.content, corpus.STRANGER + "X")[0], corpus.FITS)
                if "event" not in one.name and "cancelled" not in one.name:
                    self.assertNotEqual(outcome(one.content, one.company, "77.77")[0], corpus.FITS)

    def test_own_bytes(self):
        """What is cut out of a file is the same document by itself."""
        for one in corpus.xml_samples():
            _outcome, found = outcome(one.content, one.company)
            if found and found.content:
                with self.subTest(one.name):
                    self.assertIn(found.content, one.content)
                    again = type(found)
                    alone = (nfe if again is nfe.Nfe else nfse).read(found.content)
                    self.assertIsNone(alone.content)
                    self.assertEqual((alone.kind, alone.key), (found.kind, found.key))

    @unittest.skipUnless(pdf_reader.can_read_codes(), "no reader of codes")
    def test_pdfs(self):
        for one in corpus.pdf_samples():
            with self.subTest(one.name):
                self.assertEqual(outcome_of_pdf(one.content), one.expected)

    def test_mutations(self):
        for one in corpus.mutations(len(sample(range(MUTATIONS), SOME))):
            with self.subTest(one.name):
                came_to, found = outcome(one.content, one.company)
                if one.expected == corpus.SHOWN:
                    self.assertNotEqual(came_to, corpus.NOTHING, "passed over in silence")
                if came_to == corpus.FITS:
                    self.assert_its_own(found, one)

    def assert_its_own(self, found, one):
        """By other means than the reader's: key, issuer, customer and total stand in the bytes that would go."""
        content = (found.content or one.content).replace(b"\0", b"").decode("latin-1")
        self.assertEqual(corpus.digit(found.key[:-1]), int(found.key[-1]))
        self.assertRegex(content, rf'Id="(NFe|NFS|EVT|PRE)?{found.key}')
        self.assertTrue(re.search(rf"<(CNPJ|CPF|CNPJAutor)>\s*{one.company}\s*</", content))
        if not found.event:
            self.assertTrue(re.search(rf"<CNPJ>\s*{corpus.CUSTOMER}\s*</", content))

    def test_boletos(self):
        """The corpus' own arithmetic agrees with the reader's."""
        bars = corpus.barcode()
        self.assertEqual(boleto.from_barcode(bars).boleto.printed, corpus.line(bars))
