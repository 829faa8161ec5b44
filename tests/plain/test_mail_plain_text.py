"""The plain text of a mail stands as a browser shows the HTML, without marks and footnotes."""

from unittest import TestCase

from tools.mail import plain_text


class TestPlainText(TestCase):
    def _check(self, html, *lines):
        self.assertEqual(plain_text.from_html(html).split("\n"), list(lines))

    def test_nothing(self):
        for nothing in (None, "", False, "  \n", "<!-- x -->", "<p><br></p>", "<style>p { color: red }</style>"):
            self.assertEqual(plain_text.from_html(nothing), "", nothing)

    def test_margins_make_empty_lines(self):
        self._check("<p>Olá,</p><p>segue a fatura.</p>", "Olá,", "", "segue a fatura.")
        self._check('<p style="margin: 0px;">Valor: 10</p>\n\n<p style="margin:0">Vencimento: 31/12</p>',
                    "Valor: 10", "Vencimento: 31/12")
        self._check('<p style="margin: 0 0 16px 0">a</p><p style="margin:0">b</p><div>c</div>', "a", "", "b", "c")
        self._check('<p style="color: red; margin-top: 0; margin-bottom: .0em">a</p>'
                    '<div style="margin-top:16px">b</div><div>c</div>', "a", "", "b", "c")

    def test_breaks(self):
        self._check("Helena Prado<br>Cobrança<br/><br/><br/>Aurora", "Helena Prado", "Cobrança", "", "Aurora")
        self._check("<div>a<div><div>b</div></div></div>c<hr>d", "a", "b", "c", "", "d")

    def test_white_space(self):
        """That of the source means nothing; a no-break space holds an amount together."""
        self._check("<p>\n  Valor:\n  <b>R$&nbsp;1.250,00</b>  </p>", "Valor: R$\N{NO-BREAK SPACE}1.250,00")
        self._check("<td>&nbsp;&nbsp;</td><p>a</p>", "a")

    def test_signs(self):
        self._check("<p>Silva &amp; Filhos &lt;a@b.example&gt;, 5 &gt; 3*2*1 &#268;apek</p>",
                    "Silva & Filhos <a@b.example>, 5 > 3*2*1 Čapek")

    def test_no_marks_for_looks(self):
        self._check("<h1>Aviso</h1><p><strong>Valor</strong>: <em>10</em> <b>R$</b></p>", "Aviso", "", "Valor: 10 R$")

    def test_links(self):
        self._check('<p>Veja <a href="https://a.example/x?y=1&amp;z=2">os <b>termos</b></a>, por favor.</p>',
                    "Veja os termos <https://a.example/x?y=1&z=2>, por favor.")
        for same in ("https://a.example/x", "a.example/x", "www.a.example/x"):
            self._check(f'<a href="https://a.example/x/">{same}</a>', same)
        self._check('<a href="mailto:a@b.example?subject=x">Escreva</a> ou <a href="tel:+55115555">+55115555</a>',
                    "Escreva <a@b.example> ou +55115555")
        self._check('<a href="#top">Acima</a> <a>aqui</a> <a href="javascript:x()">não</a>', "Acima aqui não")

    def test_pictures(self):
        self._check('<p><img src="https://a.example/logo.png" alt="Aurora"/> <img src="/pixel.gif"/>Ltda</p>',
                    "Aurora Ltda")
        self._check('<a href="https://a.example"><img src="x.png"></a>', "<https://a.example>")

    def test_hidden(self):
        self._check('<div style="color:#fff; DISPLAY : none">Prévia\N{ZERO WIDTH SPACE}</div><p>a</p>'
                    '<head><title>t</title></head><script>x</script>', "a")

    def test_lists(self):
        self._check("<p>Itens:</p><ul><li>um<ul><li>dentro</li></ul></li><li><p>dois</p></li><li> </li></ul>fim",
                    "Itens:", "", "- um", "  - dentro", "- dois", "", "fim")
        self._check("<ol><li>a</li><li>b</li></ol>", "1. a", "2. b")

    def test_tables(self):
        self._check("<table><tr><th>Item</th><th>Preço</th></tr><tr><td>Bomba</td><td>10</td></tr></table>",
                    "Item Preço", "Bomba 10")
        self._check('<table role="presentation"><tr><td><table><tr><td>Ver</td><td>&nbsp;</td>'
                    "<td>S1<br/>Silva</td></tr></table></td></tr></table>", "Ver", "S1", "Silva")

    def test_broken(self):
        self._check("<p>a<div>b</p></b><table><td>c", "a", "", "b", "c")
