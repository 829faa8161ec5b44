"""Signatures: the title stands before the name, once, and never within a tag."""

import unittest

from tools.text.signatures import put_before


class TestSignatures(unittest.TestCase):
    def test_title_before_the_name(self):
        for signature, signed in (
            ("<div>Helena Prado</div>", "<div>Dra. Helena Prado</div>"),
            ("<p>Helena Prado<br/>+55 11 5555</p>", "<p>Dra. Helena Prado<br/>+55 11 5555</p>"),
            ('<p><img alt="Helena Prado" src="x"/>Helena Prado</p>',
             '<p><img alt="Helena Prado" src="x"/>Dra. Helena Prado</p>'),
            ("<p>Dra. Helena Prado</p>", "<p>Dra. Helena Prado</p>"),
            ("<p>Helena Pradowski, Helena Prado</p>", "<p>Helena Pradowski, Dra. Helena Prado</p>"),
            ("<p>Helena Prado, Helena Prado</p>", "<p>Dra. Helena Prado, Helena Prado</p>"),
            ("<p>Equipe de vendas</p>", "<p>Equipe de vendas</p>"),
        ):
            with self.subTest(signature=signature):
                self.assertEqual(put_before(signature, "Helena Prado", "Dra."), signed)

    def test_nothing_to_put(self):
        self.assertEqual(put_before("<p>Helena</p>", "Helena", ""), "<p>Helena</p>")
        self.assertEqual(put_before("<p>Helena</p>", "", "Dra."), "<p>Helena</p>")

    def test_signs_are_no_pattern(self):
        signed = put_before("<p>H. (Lena) \\1</p>", "H. (Lena)", "Dr. \\g<0>")
        self.assertEqual(signed, "<p>Dr. \\g<0> H. (Lena) \\1</p>")
