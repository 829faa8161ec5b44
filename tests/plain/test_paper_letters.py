"""Placeholders of a letter, and the order of customers' codes."""

import unittest

from tools.paper import letters

VALUES = {
    "customer": "Silva & Filhos <Ltda>", "company": "Aurora", "addresses": "ana@silva.example.com",
    "answer_to": "faturas@aurora.example.com", "link": "https://aurora.example.com/dispatch/consent/1/2/abc",
    "date": "24/11/2026",
}


class TestLetters(unittest.TestCase):
    def test_values_are_text(self):
        self.assertEqual(letters.fill("<p>Olá {customer}</p>", VALUES), "<p>Olá Silva &amp; Filhos &lt;Ltda&gt;</p>")
        self.assertEqual(letters.fill("{customer} <b>{date}</b> & {date}", VALUES),
                         "Silva &amp; Filhos &lt;Ltda&gt; <b>24/11/2026</b> &amp; 24/11/2026")

    def test_link(self):
        for written in ("{link}", "http://{link}", "https://{link}/", "%7Blink%7D"):
            with self.subTest(written=written):
                self.assertEqual(letters.fill(f'<p><a href="{written}">aqui</a></p>', VALUES),
                                 f'<p><a href="{VALUES["link"]}">aqui</a></p>')

    def test_a_value_is_not_filled_again(self):
        self.assertEqual(letters.fill("<p>{customer}</p>", {"customer": "{link}", "link": "secret"}), "<p>{link}</p>")

    def test_nothing(self):
        for empty in ("", None, "   "):
            self.assertEqual(letters.fill(empty, VALUES), "")

    def test_line(self):
        self.assertEqual(letters.fill_line("Faturas –\n {company} {nada}", VALUES), "Faturas – Aurora {nada}")

    def test_unknown(self):
        found = letters.unknown("{company} {cliente}", "<p>{link} {cliente} {endereco}</p>")
        self.assertEqual(found, ["cliente", "endereco"])

    def test_codes_as_people_count(self):
        codes = ["C-10", "c-9", "0007", "12", "", "B2", "C-9a"]
        self.assertEqual(sorted(codes, key=letters.natural), ["", "0007", "12", "B2", "c-9", "C-9a", "C-10"])
