"""The page of an NF-e: drawn for all real samples, its bar code is its key, and it fails without harm."""

import re
import unittest
from unittest.mock import patch

import pypdfium2
import zxingcpp
from nfe_samples import samples
from sampling import sample

from tools.brazil import danfe, nfe


def with_items(xml, count):
    """The same NF-e with so many items."""
    item = re.search(rb"<det .*?</det>", xml, re.DOTALL)
    end = xml.rindex(b"</det>") + len(b"</det>")
    items = b"".join(re.sub(rb'nItem="\d+"', b'nItem="%d"' % number, item[0]) for number in range(1, count + 1))
    return xml[:item.start()] + items + xml[end:]


def bar_codes(pdf):
    """What a scanner reads on the first page."""
    page = pypdfium2.PdfDocument(pdf)[0]
    return [found.text for found in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]


class TestDanfe(unittest.TestCase):
    def setUp(self):
        self.samples = {
            name: content for name, content in samples("nfe/**").items() if nfe.read(content).kind == nfe.AUTHORIZED}
        self.one = next(content for content in self.samples.values() if danfe.count_items(content) == 1)

    def test_all_samples(self):
        self.assertEqual(len(self.samples), 17)
        for name, content in sample(self.samples.items(), 5):
            with self.subTest(name=name):
                pdf = danfe.draw(content)
                text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
                self.assertIn(nfe.read(content).key, re.sub(r"\s", "", text))

    def test_bar_code_is_the_key(self):
        for content in sample(list(self.samples.values())[:3], 1):
            self.assertIn(nfe.read(content).key, bar_codes(danfe.draw(content)))

    def test_correction_letter(self):
        [content] = samples("nfe_evento_cce/**").values()
        pdf = danfe.draw(content, issuer={"nome": "Aurora Equipamentos Ltda", "cidade": "São Paulo", "uf": "SP"})
        self.assertIn("Aurora Equipamentos", pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())

    def test_many_items_are_drawn_apart(self):
        many = with_items(self.one, danfe.MOST_ITEMS_HERE + 1)
        with patch.object(danfe, "_draw_here", side_effect=AssertionError("in this process")):
            pdf = danfe.draw(many)
        self.assertGreater(len(pypdfium2.PdfDocument(pdf)), 1)

    def test_a_text_without_end_is_stopped(self):
        """Time goes with the letters: some megabytes of them would last for an hour."""
        endless = self.one.replace(b"<xProd>", b"<xProd>" + b"x y " * 500_000, 1)
        self.assertEqual(nfe.read(endless).kind, nfe.AUTHORIZED)
        with self.assertRaisesRegex(danfe.CannotDraw, "more than 2 s"):
            danfe.draw(endless, seconds=2)

    def test_what_takes_too_long_is_stopped(self):
        with self.assertRaisesRegex(danfe.CannotDraw, "more than 0.1 s"):
            danfe.draw(with_items(self.one, danfe.MOST_ITEMS_HERE + 1), seconds=0.1)

    def test_failures_have_words(self):
        for content in (b"", b"<a/>", b"no XML", self.one[:500], b"<det " * (danfe.MOST_ITEMS_HERE + 1)):
            with self.subTest(content=content[:20]), self.assertRaises(danfe.CannotDraw) as raised:
                danfe.draw(content)
            self.assertTrue(str(raised.exception))

    def test_a_wrong_logo_costs_the_logo_only(self):
        self.assertTrue(danfe.draw(self.one, logo=b"<svg>no picture</svg>").startswith(b"%PDF-"))

    def test_not_installed(self):
        with patch.object(danfe.importlib.util, "find_spec", return_value=None), self.assertRaises(danfe.NotInstalled):
            danfe.draw(self.one)


if __name__ == "__main__":
    unittest.main()
