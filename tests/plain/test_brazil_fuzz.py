"""Whatever an NF-e or a boleto is turned into: no exception, no stranger's document, within seconds and megabytes."""

import logging
import os
import random
import re
import resource
import unittest
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st
from nfe_samples import COMPANY, CUSTOMER, authorized, document, event, samples
from sampling import examples, sample
from test_brazil_boleto import KNOWN, LINE, UTILITY, pdf

from tools.brazil import boleto, boleto_checks, nfe, nfe_checks, safe_xml
from tools.brazil.checks import ERROR, worst
from tools.pdf import child as pdf_child
from tools.pdf import reader as pdf_reader

EASY = settings(deadline=None, max_examples=examples(300), derandomize=True, database=None)
OWN = [authorized(), document().encode(), event(), authorized(""), authorized().decode().encode("utf-16")]
FILES = [*OWN, *samples("nfe*/**").values()]
PIECES = [
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", b"&b;", b"&#0;", b"&#xD800;", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?xml version='1.0' encoding='UTF-7'?>", b"<dup/>",
    b"<emit><CNPJ>12ABC34501DE35</CNPJ></emit>", b"<dVenc>0000-00-00</dVenc>", b"<vNF>NaN</vNF>", b"<mod>55</mod>",
    b"<cStat>100</cStat>", b"99999999999999999999", b' Id="NFe"', b"</infNFe>", b"<NFe>", "١٢é".encode(), b"\xe9",
]
TEXTS = [line for line, *_rest in KNOWN] + [line[1] for line in KNOWN] + [UTILITY]
SEPARATORS = ["", " ", ".", "-", "\n", "\t", "\N{NO-BREAK SPACE}", "é", "٣", "8", "001-9", "\x00", "²"]
PDFS = [pdf(LINE), pdf(LINE, "Fatura"), pdf(LINE, password=""), pdf(LINE, password="1234")]


@st.composite
def mutated(draw, originals, pieces):
    """A file, cut, doubled and sprinkled at some places."""
    content = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 200)))
        piece = draw(st.sampled_from(pieces) | st.just(content[start:end] * 2))
        content = content[:start] + piece + content[draw(st.sampled_from([start, end])):]
    return content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 9)) == 0 else content


BYTES = st.binary(max_size=300)


class TestProperties(unittest.TestCase):
    def setUp(self):
        # pypdf has its own words on each broken file
        logging.disable(logging.ERROR)
        self.addCleanup(logging.disable, logging.NOTSET)

    @EASY
    @given(mutated(FILES, PIECES) | BYTES)
    @example(authorized().replace(b"<emit>", b"<emit><CNPJ>x</CNPJ>"))
    def test_nfe(self, content):
        """What passes is the company's by its emitter, by its key and by its protocol."""
        found = nfe.read(content)
        checks = nfe_checks.check(found, COMPANY, CUSTOMER, 1500.0, found.key)
        self.assertTrue(checks)
        if worst(checks) != ERROR:
            self.assertIn(found.kind, (nfe.AUTHORIZED, nfe.EVENT))
            self.assertEqual((found.key[6:20], found.protocol_key), (COMPANY, found.key))
            self.assertEqual(found.event.author if found.event else found.emitter.tax_id, COMPANY)

    @EASY
    @given(mutated(FILES, PIECES), st.sampled_from(["11222333000181", "", None, "0", "12ABC34501DE3", "52998224725"]))
    def test_nothing_of_a_stranger(self, content, company):
        self.assertEqual(worst(nfe_checks.check(nfe.read(content), company)), ERROR)

    @EASY
    @given(mutated(TEXTS, SEPARATORS) | st.text(max_size=200) | st.text("0123456789. 89", max_size=200))
    def test_boleto(self, text):
        """Nothing comes out that was not in the text, and one boleto at the most of one line."""
        digits = re.sub("[^0-9]", "", text)
        for reading in (boleto.parse(text), *boleto.find(text)):
            self.assertNotEqual(reading.boleto is None, reading.problem is None)
            if reading.boleto:
                self.assertTrue(reading.boleto.line in digits or reading.boleto.barcode in digits)
                self.assertTrue(boleto_checks.check(reading.boleto, [(date(2026, 12, 20), 750.0)]))
        boleto.from_line(text)
        boleto.from_barcode(text)

    @settings(EASY, max_examples=examples(150))
    @given(mutated(PDFS, [*PIECES, b"endobj", b"<<", b"[", b"stream", b"/Kids [3 0 R]", b"-1", b"%PDF-"]) | BYTES)
    def test_pdf(self, content):
        """Here without the process around it, which would cost a second for five of them."""
        for reading in boleto.find(pdf_child.read_text(content)[0]):
            self.assertNotEqual(reading.boleto is None, reading.problem is None)


class TestHostile(unittest.TestCase):
    """Loose limits: a fault here takes minutes or gigabytes, not a second more."""

    SECONDS, KILOBYTES = 10, 600_000

    def setUp(self):
        logging.disable(logging.ERROR)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.started, self.memory = self._spent(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def tearDown(self):
        self.assertLess(self._spent() - self.started, self.SECONDS)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.memory, self.KILOBYTES)

    @staticmethod
    def _spent():
        """Seconds of the processor, of the readers' processes too: a machine that others use is no fault of theirs."""
        return sum(os.times()[:4])

    def assert_refused(self, content, problem):
        self.assertEqual(nfe.read(content), nfe.Nfe(nfe.NOT_XML, problem))

    def test_entities(self):
        many = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
        for subset in (f"<!ENTITY a0 'ha'>{many}", "<!ENTITY a9 SYSTEM 'file:///etc/hostname'>",
                       "<!ENTITY % b SYSTEM 'http://127.0.0.1/'> %b;", ""):
            for use in ("<a>&a9;</a>", "<a b='&a9;'/>"):
                text = f"<!DOCTYPE a [{subset}]>{use}"
                for encoding in ("utf-8", "utf-16", "utf-16-le"):
                    with self.subTest(text[:40], encoding=encoding):
                        self.assert_refused(text.encode(encoding), safe_xml.DOCTYPE)
        self.assert_refused(authorized(document(total="&a9;")), safe_xml.ENTITY)

    def test_encodings(self):
        head = "<?xml version='1.0' encoding='{}'?>"
        for encoding in ("utf-7", "cp037", "utf-32", "shift_jis", "no-such-thing"):
            with self.subTest(encoding=encoding):
                self.assert_refused(head.format(encoding).encode() + b"<a/>", safe_xml.ENCODING)
        for content in ("<a/>".encode("utf-32"), b"<a>\xe9</a>", b"\xff\xfe<", b"\xff\xfe\x00\xd8<\x00"):
            with self.subTest(content):
                self.assert_refused(content, safe_xml.ENCODING)
        self.assert_refused((head.format("cp037") + "<a/>").encode("cp037"), safe_xml.NO_XML)

    def test_large(self):
        whole = authorized()
        for content, problem in (
            (whole + b" " * 50_000_000, safe_xml.TOO_LARGE),
            (b"<a>" * 100_000, safe_xml.TRUNCATED),
            (b"<r>" + b"<a/>" * 2_000_000 + b"</r>", safe_xml.TOO_COMPLEX),
            (b"<a " + b" ".join(b"b%d=''" % n for n in range(300_000)) + b"/>", safe_xml.TOO_COMPLEX),
            (b"<a>" + b"&#65;" * 1_900_000, safe_xml.TRUNCATED),
            (b"<a b='" + b"x" * 9_000_000, safe_xml.TRUNCATED),
            (random.Random(1).randbytes(9_000_000), safe_xml.NO_XML),
            (b"", safe_xml.EMPTY), (None, safe_xml.EMPTY), (b" \n", safe_xml.EMPTY),
            (whole[:-1], safe_xml.TRUNCATED), (whole[: len(whole) // 2], safe_xml.TRUNCATED),
            (whole + whole, safe_xml.MALFORMED), (pdf(LINE), safe_xml.NO_XML), (b"{}", safe_xml.NO_XML),
        ):
            with self.subTest(problem=problem, start=(content or b"")[:20]):
                self.assert_refused(content, problem)
        gigantic = authorized().replace(b'versao="4.00"', b'versao="' + b"4" * 9_000_000 + b'"', 1)
        self.assertEqual(nfe.read(gigantic).kind, nfe.AUTHORIZED)

    def test_longest_lawful(self):
        """990 items, the most that the schema allows."""
        item = b'<det nItem="1">' + b"<prod><xProd>A</xProd></prod>" * 60 + b"</det>"
        whole = authorized().replace(b"<total>", item * 990 + b"<total>")
        self.assertEqual(nfe.read(whole).kind, nfe.AUTHORIZED)

    def test_texts(self):
        dice = random.Random(1)
        for text in sample(("9" * 5_000_000, "9 " * 400_000, " ".join(dice.choices("0123456789", k=300_000)),
                            "12345.12345" + " " * 500_000, f"{LINE} " * 8_000, "1....2..3" * 50_000), 3):
            with self.subTest(text[:20]):
                self.assertLessEqual(len(boleto.find(text)), 1)

    def test_pdfs(self):
        for content in (pdf(LINE * 25_000), b"%PDF-1.4\n" + b"<<" * 4_000_000, pdf(*["Fatura"] * 500)):
            with self.subTest(content[:20], length=len(content)):
                self.assertEqual(boleto.find(pdf_reader.read_text(content).text), [])
