"""A page gets those styles that it can use, and none of these is missing."""

import unittest

from tools.pdf import styles

LINK = '<link type="text/css" rel="stylesheet" href="/web/assets/1a2/web.report_assets_common.min.css"/>'
SHEET = """\
/* a } brace */ :root{--a: "}"} @charset "utf-8"; p, .gone{margin: 0}
.used{color: red} .used .gone{color: blue} .gone, .used > td{color: green}
.gone:not(.used){top: 0} p:not(.gone){left: 0} [class*="gone"]{right: 0} .w-1\\/2{width: 50%} #main{x: y}
@media print{.gone{a: b} .used{c: d}} @media print{.gone{e: f}}
@font-face{font-family: Lato; src: url("/web/static/lato.woff")} @keyframes turn{0%{a: b} 100%{c: d}}
.used::after{content: "{.gone}"; background: url(data:image/png;base64,aa==)}
@supports (display: grid){@media print{.used{g: h}}} .from-script{i: j}
"""


def page(body, head=LINK):
    """A page with a link to the sheet."""
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


class TestStyles(unittest.TestCase):
    def put_in(self, body, sheet=SHEET, head=LINK):
        return styles.put_in(page(body, head), lambda url: sheet if url.endswith("common.min.css") else None)

    def test_what_the_page_can_use(self):
        made = "".join(self.put_in('<p class="used" id="main">a</p>').split())
        for kept in (
            ':root{--a:"}"}', '@charset"utf-8";', "p,.gone{margin:0}", ".used{color:red}",
            ".gone,.used>td{color:green}",
            "p:not(.gone){left:0}", '[class*="gone"]{right:0}', ".w-1\\/2{width:50%}", "#main{x:y}",
            "@mediaprint{.used{c:d}}", "@font-face", "@keyframesturn{0%{a:b}100%{c:d}}", 'content:"{.gone}"',
            "@supports(display:grid){@mediaprint{.used{g:h}}}", "base64,aa==)}",
        ):
            self.assertIn(kept, made)
        for left_out in ("color:blue", "top:0", "a:b}.used", "e:f", "from-script", "<link"):
            self.assertNotIn(left_out, made)

    def test_all_of_it_where_all_is_used(self):
        body = '<p class="used gone from-script" id="main"/>'
        self.assertIn(f"<style>{SHEET.rstrip()}", self.put_in(body).replace("\n</style>", "</style>"))

    def test_word_of_any_kind(self):
        """Core's script of heads and feet sets what it names."""
        script = '<script>function subst() { x.className = "from-script" }</script>'
        self.assertIn("{i: j}", self.put_in("<p/>", head=f"{script}{LINK}"))

    def test_left_as_it_is(self):
        for head, sheet in (
            (f"<script>addClass('us' + 'ed')</script>{LINK}", SHEET), (LINK, None), (LINK, ""),
            (LINK, '@import "other.css";'), (LINK, "p{background: url(img/a.png)}"),
            (LINK, "p{background: url('../a.png')}"), (LINK.replace("/web/assets", "/web/content"), SHEET),
        ):
            with self.subTest(head=head, sheet=sheet):
                self.assertEqual(self.put_in("<p/>", sheet, head), page("<p/>", head))

    def test_broken_sheets(self):
        """What browsers make of them is theirs to say: nothing is lost that is not a rule for another class."""
        for sheet in ("p{", "}p{a: b}", "@media print{p{a: b}", "p{a: 'b}", "/* p{a: b}", ";;", "@media{", "p"):
            with self.subTest(sheet=sheet):
                self.assertIn(sheet, self.put_in("<p/>", sheet))
