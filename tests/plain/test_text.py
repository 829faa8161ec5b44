"""The text that a person changed: kept block by block, with placeholders, used for another document."""

import re
import unittest

from template import render

from tools.text.text_blocks import plain
from tools.text.text_marks import parse
from tools.text.texts import (
    blocks,
    follow,
    mark,
    own_words,
    printed_in_line,
    printed_values,
    rebuild,
    rebuild_line,
    remember,
    remember_line,
    same,
    unmarked,
)

SOURCE = """<div style="line-height: 1.5;">
<p style="margin: 0px;">Hello,</p>

<p>Here is your invoice.</p>

<p>Invoice number: <span style="font-weight: bold;" t-out="number">INV/1</span></p>
<p>Amount: <t t-out="amount"/></p>
<t t-if="open">
<p t-if="due">Due date: <t t-out="due">12/31/2026</t></p>
<p t-foreach="instalments" t-as="line"><t t-out="line"/></p>
</t>
<p t-else="">Paid already. Thank you.</p>
<ul t-if="files"><li t-foreach="files" t-as="file"><a t-att-href="file" t-out="file"/></li></ul>

<p>Kind regards,</p>
<div t-if="signature" t-out="signature">Helena</div>
<div t-else="">Aurora</div>
</div>"""
FIRST = {"number": "INV/2026/00031", "amount": "R$ 1,250.00", "open": True, "due": "12/31/2026", "instalments": [],
         "files": [], "signature": "Helena Prado", "customer": "Silva & Filhos"}
SECOND = {**FIRST, "number": "INV/2026/00077", "amount": "R$ 90.50", "due": "01/15/2027", "customer": "Nowak"}


def values_of(document):
    amount = document["amount"].removeprefix("R$ ")
    return {
        "number": [document["number"], document["number"][-5:]], "amount": [document["amount"], amount],
        "due_date": [document["due"] or ""], "customer": [document["customer"]],
    }


def words(body):
    return plain(parse(body)).split("\n")


class TestTexts(unittest.TestCase):
    def _kept(self, change, first=FIRST, source=SOURCE, **options):
        original = render(mark(source), first)
        edited = change(unmarked(original))
        options.setdefault("common", ["Helena Prado"])
        return remember(original, edited, values_of(first), **options)

    def _used(self, content, document=SECOND, source=SOURCE):
        original = render(mark(source), document)
        return rebuild(content, original, values_of(document))

    def _lines(self, change, first=FIRST, second=SECOND, source=SOURCE, **options):
        return words(self._used(self._kept(change, first, source, **options), second, source))

    # ------------------------------------------------------------------

    def test_marks_change_nothing_else(self):
        for document in (FIRST, SECOND, {**FIRST, "open": False, "signature": ""}):
            self.assertEqual(words(unmarked(render(mark(SOURCE), document))), words(render(SOURCE, document)))
        self.assertNotIn("data-dispatch", unmarked(render(mark(SOURCE), FIRST)))

    def test_blocks(self):
        found = blocks(render(mark(SOURCE), {**FIRST, "instalments": ["1/2", "2/2"]}))
        self.assertEqual([block.key for block in found], [0, 1, 2, 3, 4, 5, 5, 8, 9])
        self.assertEqual((found[2].text, found[2].values), ("Invoice number: INV/2026/00031", ["INV/2026/00031"]))
        self.assertEqual(found[0].html, '<p style="margin: 0px;">Hello,</p>')

    def test_chains_stay_side_by_side(self):
        marked = mark('<t t-if="a" t-out="b"/><t t-elif="c">x</t><span t-else="" t-esc="d"/>')
        self.assertRegex(marked, r"</span><t t-elif=\"c\">x</t><span t-else=\"\" t-esc")
        marked = mark('<div><p t-if="a">1</p><t t-else="" t-call="other.one"/></div>')
        self.assertRegex(marked, r'</p><t t-else=""><span [^>]*><t t-call="other.one"></t></span></t>')

    def test_variables_stay_unmarked(self):
        marked = mark('<div><t t-set="title"><t t-out="a"/></t><p t-att-title="title">x</p><p>y</p></div>')
        self.assertIn('<t t-set="title"><t t-out="a"></t></t><p t-att-title', marked)

    def test_values_printed(self):
        original = render(mark(SOURCE), {**FIRST, "files": ["https://x.example.com/31?access_token=abc"]})
        self.assertEqual(printed_values(original), [
            "INV/2026/00031", "R$ 1,250.00", "12/31/2026", "https://x.example.com/31?access_token=abc", "Helena Prado",
        ])

    # ------------------------------------------------------------------

    def test_nothing_changed(self):
        for change in (
            lambda body: body,
            lambda body: body.replace("<p>", '<p class="x" style="color: red">'),
            lambda body: body.replace("your invoice", "your\N{NO-BREAK SPACE}invoice"),
            lambda body: body.replace("<p>Here", "<p><br></p><p>\u200b</p><p>Here"),
            lambda body: body.replace("<p>Here is your invoice.</p>", "<div>Here is your invoice.</div>"),
        ):
            self.assertIsNone(self._kept(change))
        self.assertTrue(same("<p>a b</p>", "<div><div>a\n b<br></div></div>"))
        self.assertFalse(same("<p>a b</p>", "<p>a <b>b</b></p>"))

    def test_edited_paragraph(self):
        content = self._kept(lambda body: body.replace("Here is your invoice.", "Invoice INV/2026/00031, as agreed."))
        self.assertEqual(content["blocks"][1], {"source": 1, "own": "<p>Invoice {number}, as agreed.</p>"})
        self.assertEqual(own_words(content), "Invoice {number}, as agreed.")
        self.assertEqual(words(self._used(content))[:4], [
            "Hello,", "Invoice INV/2026/00077, as agreed.", "Invoice number: INV/2026/00077", "Amount: R$ 90.50",
        ])

    def test_whitespace_between_blocks_stays(self):
        used = self._used(self._kept(lambda body: body.replace("Here is your invoice.", "As agreed.")))
        self.assertEqual(used, unmarked(render(mark(SOURCE), SECOND)).replace("Here is your invoice.", "As agreed."))

    def test_added_deleted_moved(self):
        def change(body):
            body = body.replace("<p>Kind regards,</p>", "").replace("<p>Here is your invoice.</p>", "")
            return body.replace("Hello,</p>", "Hello,</p><p>Kind regards,</p>") + "<h2>News</h2>"
        content = self._kept(change)
        self.assertEqual(content["gone"], [1])
        self.assertEqual(words(self._used(content)), [
            "Hello,", "Kind regards,", "Invoice number: INV/2026/00077", "Amount: R$ 90.50", "Due date: 01/15/2027",
            "Helena Prado", "News",
        ])

    def test_what_was_not_rendered_keeps_its_place(self):
        lines = self._lines(
            lambda body: body.replace("Hello,", "Dear customer,"),
            second={**SECOND, "open": False, "files": ["a.pdf"], "signature": ""},
        )
        self.assertEqual(lines, [
            "Dear customer,", "Here is your invoice.", "Invoice number: INV/2026/00077", "Amount: R$ 90.50",
            "Paid already. Thank you.", "a.pdf", "Kind regards,", "Aurora",
        ])

    def test_own_block_takes_over_the_condition(self):
        def change(body):
            return body.replace("Due date: 12/31/2026", "Please pay until 12/31/2026!")
        self.assertIn("Please pay until 01/15/2027!", self._lines(change))
        paid = self._lines(change, second={**SECOND, "open": False})
        self.assertFalse([line for line in paid if "pay until" in line])
        self.assertIn("Paid already. Thank you.", paid)

    def test_lacking_value(self):
        def change(body):
            return body.replace("Here is your invoice.", "Pay by 12/31/2026.").replace(
                "Hello,</p>", "Hello,</p><p>Until 12/31/2026</p>")
        lines = self._lines(change, second={**SECOND, "due": ""})
        self.assertEqual(lines[:3], ["Hello,", "Here is your invoice.", "Invoice number: INV/2026/00077"])

    def test_refused(self):
        """What the template computed, and no placeholder stands for."""
        first = {**FIRST, "instalments": ["11/30/2026", "R$ 625.00", "4"]}
        for own in ("Pay R$ 625.00 first", "Pay R$\N{NO-BREAK SPACE}625.00", "in11/30/2026!", "for 4 days",
                    "R$<br>625.00", "11<b>/30</b>/2026", "R$６２５.00", "R$ 6\xad25.00"):
            with self.subTest(own=own):
                self.assertIsNone(self._kept(lambda body, own=own: body.replace("Hello,", own), first))
                self.assertIsNone(self._kept(lambda body, own=own: f"{body}<p>{own}</p>", first))
        self.assertIsNotNone(self._kept(lambda body: body.replace("Hello,", "40 days, 14 nights: 4th floor"), first))

    def test_edited_instalments_go_back(self):
        first = {**FIRST, "instalments": ["11/30/2026 – R$ 625.00", "12/15/2026 – R$ 625.00"]}
        content = self._kept(lambda body: body.replace("12/15/2026 –", "or 12/15/2026 –").replace("Hello", "Hi"), first)
        second = {**SECOND, "instalments": ["a", "b", "c"]}
        self.assertEqual(words(self._used(content, second))[4:8], ["Due date: 01/15/2027", "a", "b", "c"])

    def test_names_are_refused(self):
        source = '<div><p>Dear <t t-out="who"/>,</p><p>See below.</p></div>'
        first, second = {**FIRST, "who": "Rui Lopes"}, {**SECOND, "who": "Ana Silva"}
        for own in ("Rui Lopes, see", "RUI LOPES see", "xRui Lopesx", "Rui<b> Lo</b>pes", "R\u200bui Lopes"):
            with self.subTest(own=own):
                self.assertIsNone(self._kept(lambda body, own=own: body.replace("See", own), first, source))
        self.assertEqual(self._lines(lambda body: body.replace("See", "Look"), first, second, source), [
            "Dear Ana Silva,", "Look below.",
        ])
        self.assertIsNotNone(self._kept(
            lambda body: body.replace("See", "Rui Lopes"), first, source, common=["Rui Lopes"]))

    def test_links_of_a_document(self):
        source = '<div><p><a t-att-href="link">Page</a></p><p>x</p></div>'
        first = {**FIRST, "link": "https://x.example.com/my/31?access_token=8f1a"}
        for own in (f'<a href="{first["link"]}">here</a>', '<a href="/x%20INV%2F2026%2F00031">y</a>'):
            self.assertIsNone(self._kept(lambda body, own=own: body.replace("<p>x", f"<p>{own} x"), first, source))
        self.assertIsNotNone(self._kept(
            lambda body: body.replace("<p>x", '<p><a href="https://aurora.example.com">y</a> x'), first, source))

    # ------------------------------------------------------------------

    def test_values_in_several_elements(self):
        content = self._kept(lambda body: body.replace(
            "Here is", "<b>No. INV/20</b>26/000<i>31</i>, R$<br>1,250.00, 1,250.00 &amp; Silva &amp; Filhos: here is"))
        self.assertEqual(content["blocks"][1]["own"], (
            "<p><b>No. {number}</b><i></i>, R$<br>{amount.1}, {amount.1} &amp; {customer}: here is your invoice.</p>"))

    def test_whole_words_only(self):
        content = self._kept(lambda body: body.replace("Here", "Nr. 11,250.00 and 1,250.005 Here"))
        self.assertIsNone(content, "too close to the amount to be sure")
        content = self._kept(lambda body: body.replace("Here", "000311"))
        self.assertEqual(content["blocks"][1]["own"], "<p>000311 is your invoice.</p>")

    def test_braces(self):
        content = self._kept(lambda body: body.replace("Here", "{x} {{ object.name }} {NUMBER} { number } {} Here"))
        self.assertIn("{x} {{ object.name }} {NUMBER} { number } {} Here", self._used(content))

    def test_no_code_and_no_scripts(self):
        content = self._kept(lambda body: body.replace("Here", (
            '<t t-out="object.env">code</t> <b onclick="x()" t-att-class="y">b</b><script>alert(1)</script>'
            '<img src="x.png" onerror="z()"> &lt;script&gt; Here')))
        self.assertEqual(content["blocks"][1]["own"], (
            '<p>code <b>b</b><img src="x.png"> &lt;script&gt; Here is your invoice.</p>'))
        hostile = {**SECOND, "number": "<script>alert(2)</script>"}
        content = self._kept(lambda body: body.replace("Here", "INV/2026/00031 Here"))
        self.assertIn("&lt;script&gt;alert(2)&lt;/script&gt; Here", self._used(content, hostile))

    def test_one_big_paragraph(self):
        source = """<div><p>Dear <t t-if="customer"><t t-out="customer"/></t>,<br/><br/>your invoice
            <span t-out="number"/>.<t t-if="signature"><br/><t t-out="signature"/></t></p></div>"""
        self.assertEqual(self._lines(lambda body: body.replace("your invoice", "our bill"), source=source), [
            "Dear Nowak,", "our bill INV/2026/00077.", "Helena Prado",
        ])

    def test_paragraph_that_a_value_ends(self):
        source = '<div><p>Hello<br/><t t-out="signature"/> bye</p><p>End</p></div>'
        first = {**FIRST, "signature": parse("<p>--</p><p>Helena</p>")}
        content = self._kept(lambda body: body.replace("Hello", "Hi"), first, source, common=["Helena"])
        self.assertEqual(words(self._used(content, first, source)), ["Hi", "--", "Helena", "bye", "End"])

    def test_value_that_brings_blocks(self):
        source = '<div><p>Hello</p><t t-if="note" t-out="note"/><p>End</p></div>'
        first = {**FIRST, "note": parse("<p>One 1</p><p>Two 2</p>")}
        self.assertIsNone(self._kept(lambda body: body, first, source))
        content = self._kept(lambda body: body.replace("Hello", "Hi"), first, source)
        self.assertEqual(content["blocks"], [{"source": 0, "own": "<p>Hi</p>"}, {"source": 1}, {"source": 2}])
        self.assertEqual(words(self._used(content, first, source)), ["Hi", "One 1", "Two 2", "End"])
        self.assertEqual(words(self._used(content, {**SECOND, "note": "three"}, source)), ["Hi", "three", "End"])

    def test_text_without_blocks(self):
        for source in ('Dear <t t-out="customer"/>,<br/>bye', '<div>Dear <t t-out="customer"/>,<br/>bye</div>'):
            with self.subTest(source=source):
                self.assertEqual(self._lines(lambda body: body.replace("bye", "see you"), source=source), [
                    "Dear Nowak,", "see you",
                ])

    def test_everything_deleted_or_odd(self):
        for edited in ("", "<p><br></p>", "<!-- x -->", "</div></p>", "<?xml version='1.0' encoding='utf-8'?>", "\x00"):
            with self.subTest(edited=edited):
                self.assertIsNone(self._kept(lambda body, edited=edited: edited))
        for edited in ("<p>a</p>" * 300, "<div>" * 200 + "x", "a" * 100_000, "<table><tr><td>a</table>", "x<p>y</p>z"):
            with self.subTest(edited=edited[:20]):
                content = self._kept(lambda body, edited=edited: edited)
                self.assertEqual(words(self._used(content, FIRST)), words(edited))

    # ------------------------------------------------------------------

    def test_template_that_an_update_changed(self):
        """Own words stay in their place, what is gone stays gone, and what is new stands where the template has it."""
        now = SOURCE.replace("<p>Kind", "<p>Pix: 000201</p>\n<p>Kind").replace(
            '<div t-if="signature" t-out="signature">', '<div t-if="signature" t-out="user_signature">')
        now = now.replace("Here is your invoice.", "Here is your new invoice.")
        kept = self._kept(lambda body: body.replace("<p>Kind", "<p>Thank you, Silva.</p><p>Kind").replace(
            "<p>Here is your invoice.</p>", ""))
        document = {**SECOND, "user_signature": "Dr Helena Prado"}
        used = words(self._used(follow(kept, mark(SOURCE), mark(now)), document, now))
        whole = words(self._used({"blocks": [], "gone": []}, document, now))
        self.assertNotIn("Here is your new invoice.", used)
        self.assertIn("Here is your new invoice.", whole)
        self.assertIn("Thank you, Silva.", used)
        own = used.index("Thank you, Silva.")
        self.assertEqual([line for line in used if line != "Thank you, Silva."],
                         [line for line in whole if line != "Here is your new invoice."])
        self.assertLess(own, used.index("Kind regards,"))
        self.assertIn("Dr Helena Prado", used)
        # nothing changed: nothing changes
        self.assertEqual(follow(kept, mark(SOURCE), mark(SOURCE)), kept)

    def test_subject(self):
        values, rendered = values_of(FIRST), "Invoice INV/2026/00031 – Aurora"
        printed = printed_in_line("Invoice {{ object.name }} – {{ object.company_id.name or '' }}", rendered)
        self.assertEqual(printed, ["INV/2026/00031", "Aurora"])
        for same_line in (rendered, " Invoice  INV/2026/00031 –\N{NO-BREAK SPACE}Aurora", "", None):
            self.assertIsNone(remember_line(rendered, same_line, values, printed))
        line = remember_line(rendered, "Bill INV/2026/00031:\nR$ 1,250.00", values, printed)
        self.assertEqual(line, "Bill {number}: {amount}")
        self.assertEqual(rebuild_line(line, "x", values_of(SECOND)), "Bill INV/2026/00077: R$ 90.50")
        self.assertEqual(rebuild_line(None, "Invoice 3", values), "Invoice 3")
        self.assertIsNone(remember_line(rendered, "For Aurora", values, printed))
        self.assertEqual(remember_line(rendered, "For Aurora", values, printed, ["Aurora"]), "For Aurora")
        self.assertEqual(rebuild_line("Until {due_date}", "Invoice 3", {"due_date": [""]}), "Invoice 3")
        self.assertTrue(re.fullmatch("a b", rebuild_line("a {number}", "", {"number": ["b\r\n"]})))
