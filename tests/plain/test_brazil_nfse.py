"""NFS-e of the national layout: what a file is, what stands in it, and each question about it."""

import unittest
import unittest.mock
from decimal import Decimal
from pathlib import Path

import brazil_corpus as corpus
from nfe_samples import NFELIB

from tools.brazil import danfe, nfe, nfe_checks, nfse, nfse_checks
from tools.brazil.checks import ERROR, OK, WARNING, worst


def check(text, company=corpus.COMPANY, partner=corpus.CUSTOMER, amount=1500, key=None):
    return nfse_checks.check(nfse.read(corpus.declared(text)), company, partner, amount, key)


def wrong(checks):
    return {one.code: one.result for one in checks if one.result != OK}


class TestNfse(unittest.TestCase):
    def test_published_samples(self):
        """Of the national system: an NFS-e with IBS and CBS, declarations, requests."""
        kinds = {path.name: nfse.read(path.read_bytes()).kind for path in Path(NFELIB, "nfse/samples").rglob("*.xml")}
        self.assertEqual(kinds["nfse-ibscbs.xml"], nfse.AUTHORIZED)
        self.assertEqual(kinds["dps-simples.xml"], nfse.UNPROVEN)
        self.assertEqual(kinds["CancelarNFSe-ped-cannfse.xml"], nfse.UNPROVEN)

    def test_key(self):
        """Of published NFS-e."""
        for key in ("42024042200000000000000000000000000126031234567892",
                    "14001591201761135000132000000000000022097781063609",
                    "35503081223412247000110000000600272226088748364133"):
            with self.subTest(key):
                self.assertTrue(nfse.is_key(key))
                self.assertFalse(nfse.is_key(f"{key[:-1]}{(int(key[-1]) + 1) % 10}"))

    def test_what_stands_in_it(self):
        found = nfse.read(corpus.declared(corpus.nfse(withheld="75.00")))
        self.assertEqual((found.kind, found.number, found.emitter.tax_id, found.recipient.tax_id),
                         (nfse.AUTHORIZED, 27, corpus.COMPANY, corpus.CUSTOMER))
        self.assertEqual((found.service, found.net, found.withheld, found.taxes),
                         tuple(map(Decimal, ("1500.00", "1425.00", "75.00", "10.00"))))

    def test_customer_without_number(self):
        self.assertEqual(wrong(check(corpus.nfse(), partner="")), {nfe_checks.RECIPIENT: WARNING})
        self.assertEqual(wrong(check(corpus.nfse(), partner=None)), {})

    def test_questions(self):
        for text, expected in (
            (corpus.nfse(), {}), (corpus.nfse(corpus.STRANGER), {nfe_checks.COMPANY: ERROR}),
            (corpus.nfse(customer=corpus.STRANGER), {nfe_checks.RECIPIENT: WARNING}),
            (corpus.nfse(status="999"), {nfe_checks.STATUS: ERROR}),
            (corpus.nfse(environment="2"), {nfe_checks.ENVIRONMENT: WARNING}),
            (corpus.nfse(service="10.00"), {nfe_checks.TOTAL: WARNING}),
            (corpus.nfse().replace("<toma>", "<tomador>").replace("</toma>", "</tomador>"),
             {nfe_checks.RECIPIENT: WARNING}),
        ):
            with self.subTest(expected):
                self.assertEqual(wrong(check(text)), expected)

    def test_totals(self):
        """By the year: vTotNF has IBS and CBS on top from 2027 on. The invoice may have the withheld taxes in it."""
        for text, amount, field in (
            (corpus.nfse(), 1500, nfse_checks.PRICE), (corpus.nfse(), 1510, None),
            (corpus.nfse(withheld="75.00"), 1500, nfse_checks.PRICE),
            (corpus.nfse(withheld="75.00"), 1425, nfse_checks.NET),
            (corpus.nfse(year="27"), 1510, nfse_checks.PRICE_WITH), (corpus.nfse(year="27"), 1500, None),
            (corpus.nfse(year="27", withheld="75.00"), 1435, nfse_checks.NET_WITH),
        ):
            with self.subTest(amount=amount, field=field):
                [total] = [one for one in check(text, amount=amount) if one.code == nfe_checks.TOTAL]
                self.assertEqual(total.result, OK if field else WARNING)
                self.assertEqual(total.params["field"], field or total.params["field"])

    def test_cancellation(self):
        key = corpus.nfse_key(corpus.nfse())
        self.assertEqual(worst(check(corpus.nfse_event(key), key=key)), OK)
        self.assertEqual(worst(check(corpus.nfse_event(key, corpus.STRANGER, "305101"), key=key)), OK, "by the town")
        for text, code in (
            (corpus.nfse_event(key, corpus.STRANGER), nfe_checks.COMPANY),
            (corpus.nfse_event(key, code="203202"), nfe_checks.EVENT_TYPE),
            (corpus.nfse_event(corpus.nfse_key(corpus.nfse(number=28))), nfe_checks.EVENT_KEY),
            (corpus.nfse_event(key, registered=False), nfe_checks.ROOT),
        ):
            with self.subTest(code):
                self.assertEqual(wrong(check(text, key=key))[code], ERROR)

    def test_alphanumeric_cnpj(self):
        """In each notation, whatever python-stdnum of the system knows: Debian's knows digits only."""
        with unittest.mock.patch.dict("sys.modules", {"stdnum": None, "stdnum.br": None}):
            for company in ("12ABC34501DE35", "12.ABC.345/01DE-35", "BR12ABC34501DE35", "br 12.abc.345/01de-35"):
                with self.subTest(company):
                    self.assertEqual(worst(check(corpus.nfse(corpus.ALNUM), company)), OK)
                    self.assertEqual(worst(nfe_checks.check(
                        nfe.read(corpus.declared(corpus.nfe(corpus.ALNUM))), company, corpus.CUSTOMER, 1500)), OK)

    @unittest.skipUnless(danfe.is_available(), "brazilfiscalreport is not installed")
    def test_danfse(self):
        for company in (corpus.COMPANY, corpus.ALNUM):
            page = danfe.draw(corpus.declared(corpus.nfse(company)), page=danfe.DANFSE)
            self.assertTrue(page.startswith(b"%PDF-"))
