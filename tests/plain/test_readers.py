"""Readers of what people type, paste, import or send: whatever comes, they answer, and soon.

Every public function of ``tools`` that takes a text stands in :data:`READERS` or, with the reason, in
:data:`ELSEWHERE`; a new one fails here until it does.
"""

import importlib
import inspect
import pkgutil
import random
import time
import unittest

from sampling import examples

import tools
from tools.brazil import boleto, checks, nfe, nfse, our_number, pix, pix_checks
from tools.consent import consent
from tools.dispatch import numbers, settings
from tools.mail import addresses, answers, blame, dsn, headers, plain_text, replies, retry
from tools.page import agents, links
from tools.paper import envelopes, letters
from tools.pdf import text as pdf_text
from tools.recipients import wishes
from tools.rule import conditions
from tools.text import text_blocks, text_marks, text_values, texts

#: Names of first parameters that hold what others wrote
TEXTS = {
    "agent", "body", "code", "content", "digits", "edited", "email", "key", "line", "lines", "number", "one",
    "original", "own", "reply", "source", "text", "texts", "value", "body_html", "html",
}
VALUES = {"number": ["INV/2026/00031", "31"], "customer": ["Silva & Filhos"], "_others": ["Rui"]}
PRINTED = ["INV/2026/00031", "Silva & Filhos"]
SOURCE = '<div><p>Hello <t t-out="customer"/>,</p><p>Number: <t t-out="number"/></p></div>'
ORIGINAL = texts.mark(SOURCE).replace('t-out="customer">', ">Silva &amp; Filhos")

READERS = {
    "addresses.holds_sign": addresses.holds_sign,
    "addresses.needs_smtputf8": addresses.needs_smtputf8,
    "addresses.normalize": addresses.normalize,
    "addresses.parse": addresses.parse,
    "addresses.spellings": addresses.spellings,
    "agents.is_machine": agents.is_machine,
    "answers.is_colleague": lambda text: answers.is_colleague(text, ["ana@silva.example.com", text]),
    "blame.means_enough": lambda text: blame.means_enough(452, text),
    "boleto.find": boleto.find,
    "boleto.from_barcode": boleto.from_barcode,
    "boleto.from_line": boleto.from_line,
    "boleto.parse": boleto.parse,
    "checks.tax_id": checks.tax_id,
    "conditions.modernise": lambda text: _refused(conditions.modernise, text, 2),
    "conditions.read": lambda text: _refused(conditions.read, text),
    "consent.cell": consent.cell,
    "consent.clean": lambda text: (consent.clean(text), consent.clean(text, lines=True)),
    "consent.mask": consent.mask,
    "dsn.relay_id": dsn.relay_id,
    "envelopes.fit": lambda text: envelopes.fit([text, *text.splitlines()], envelopes.ENVELOPES["din"].address),
    "envelopes.fit_line": lambda text: envelopes.fit_line(text, envelopes.ENVELOPES["din"].sender),
    "envelopes.of_country": envelopes.of_country,
    "envelopes.width": lambda text: envelopes.width(text[:1000], 8),
    "envelopes.wrap": lambda text: envelopes.wrap(text, 8, 80),
    "letters.fill": lambda text: letters.fill(text, {"customer": text[:100], "link": "https://x.example"}),
    "letters.fill_line": lambda text: letters.fill_line(text, {"customer": "Silva"}),
    "letters.natural": lambda text: sorted(map(letters.natural, (text, "C-10", "C-9"))),
    "letters.unknown": letters.unknown,
    "headers.one_line": headers.one_line,
    "headers.one_line_each": headers.one_line_each,
    "links.put_in": lambda text: links.put_in(text, {"/dispatch/page/0/a": text[:100]}),
    "links.take_out": links.take_out,
    "nfe.is_key": nfe.is_key,
    "nfe.read_amount": nfe.read_amount,
    "nfe.read_time": nfe.read_time,
    "nfse.is_key": nfse.is_key,
    "numbers.fits": lambda text: (numbers.fits(text, "INV/2026/00039"), numbers.fits("26/39", text)),
    "numbers.pattern": numbers.pattern,
    "our_number.bank": our_number.bank,
    "pix.checksum": pix.checksum,
    "pix.find": pix.find,
    "pix.parse": pix.parse,
    "pix_checks.check": lambda text: pix_checks.check(text, 1250, None),
    "numbers.parse": lambda text: _too_many(numbers.parse, text),
    "text.mentions": lambda text: (pdf_text.mentions(text, "INV/2026"), pdf_text.mentions("1 1 1" * 99, text)),
    "plain_text.from_html": plain_text.from_html,
    "replies.clean": replies.clean,
    "replies.connection": replies.connection,
    "replies.is_answer": replies.is_answer,
    "replies.is_said": replies.is_said,
    "replies.meaning": replies.meaning,
    "retry.parse_days": retry.parse_days,
    "retry.parse_steps": retry.parse_steps,
    "settings.whole_number": settings.whole_number,
    "text_blocks.blocks": text_blocks.blocks,
    "text_blocks.printed_values": text_blocks.printed_values,
    "text_marks.mark": text_marks.mark,
    "text_marks.parse": text_marks.parse,
    "text_marks.read": text_marks.read,
    "text_values.clean": text_values.clean,
    "text_values.fill": lambda text: text_values.fill(text, VALUES),
    "text_values.readable": text_values.readable,
    "texts.lines": texts.lines,
    "texts.printed_in_line": lambda text: (
        texts.printed_in_line("{{ a }} ({{ b }}) {{ c }}: {{ d }}!", text), texts.printed_in_line(text, text[::-1])),
    "texts.rebuild_line": lambda text: texts.rebuild_line(text, text, VALUES),
    "texts.remember": lambda text: texts.remember(ORIGINAL, text, VALUES, PRINTED),
    "texts.remember_line": lambda text: texts.remember_line("Invoice", text, VALUES, PRINTED),
    "texts.same": lambda text: texts.same(text, f"<p>a</p>{text}"),
    "texts.unmarked": texts.unmarked,
    "wishes.clean": wishes.clean,
}
ELSEWHERE = {
    "merge.check": "a PDF", "merge.read": "a PDF", "stamp.stamp": "a PDF",
    "proof.keep": "a mail of ours, as the server got it",
    "child.read_text": "a PDF", "reader.is_pdf": "a PDF", "reader.read_text": "a PDF", "text.pdf_text": "a PDF",
    "glyphs.page_text": "a page that Qt drew", "groups.split": "a PDF", "groups.are_own": "words of a page",
    "qr_code.svg": "a link of ours", "qr_code.best_pattern": "a code", "qr_code.penalty": "a code",
    "styles.put_in": "a page of ours",
    "nfe.read": "XML", "nfse.read": "XML", "safe_xml.parse": "XML",
    "envelope.looks_fiscal": "XML", "envelope.open_file": "XML", "library.write": "an object of a PDF",
    "nfse.check_digit": "a key that was checked",
    "boleto.mod10": "digits that were checked", "boleto.mod11": "digits that were checked",
    "nfe.check_digit": "a key that was checked", "text_values.splice": "a text that was read",
    "text_compare.compare": "segments, by texts.remember", "texts.own_words": "what remember gave",
    "texts.rebuild": "what remember gave", "texts.follow": "what remember gave", "text_own.fill_own": "what keep gave",
}
FRAGMENTS = (
    "", "a", "1", "9", "0", " ", "\n", "\t", "\xa0", "é", "名", "²", "٣", "\ufeff", "\u200d", "é\u200d", "\x00",
    "\ud800", "🙂",
    '"', '\\"', '"\\', "'", "“", "(", ")", "(a", "((", "[", "]", "[ ", "[a] ", "<", ">", "<a ", "{", "}", "{{", "}}",
    "{{ a }}",
    "{customer}", "{number.999}", "%7Blink%7D", "@", "a@", "a@b ", "a@b,", "a@b.c/", "a@b.c e ", "a@b.c(", "a@é.b ",
    "a,", ",",
    ";", ".", "a.", "..", "1..", "1-", "-", " - ", "–", "1 - ", "S1-S2,", "1. ", "1.\n", "• ", "x: ", ":", "mailto:",
    "Silva, ",
    "=", "+", "*", "/", "|", "&", "&amp;", "&#0;", "e ", "550 5.1.1 ", "550", "12345.67890 ", "1 2 3 ", "8" * 12 + " ",
    "8" * 11,
    "00191.12345 ", "<p>", "<p>a</p>", "<div>", "<t>", "<t t-if='a'>", "<ul><li>", "<li>a", "<a href='http://x'>",
    "<b>a</b>",
    "<table><tr><td>", "<br/>", "<!--", "<![CDATA[", "<?xml ", "<p style='margin:0",
    "<p style='margin:" + "0" * 50 + "x1'>",
    "</p>", "<span t-out='a'/>", "<p>INV/2026/00031 ", "margin:", "Silva &amp; Filhos ", "INV/2026/", "I N V / ",
)
#: Characters of one input; the largest where it does not look linear by then
SIZES, LARGEST = (500, 4_500), 20_000
#: Seconds of the processor: for the largest one, for one that looks harmless, and below which nothing is compared
MOST_SECONDS, HARMLESS, NOTICEABLE = 2, 0.04, 0.004
#: Fragments that each reader gets; fewer where each letter is measured: long, but limited to so many letters
SAMPLE, MEASURES = examples(30), ("envelopes.fit", "envelopes.fit_line", "envelopes.wrap")


def _too_many(reader, text):
    try:
        return reader(text)
    except numbers.TooMany:
        return None


def _refused(reader, text, *more):
    try:
        return reader(text, *more)
    except ValueError:
        return None


class TestReaders(unittest.TestCase):
    def test_every_reader_is_tried_here(self):
        found = set()
        for module in pkgutil.walk_packages(tools.__path__, "tools."):
            loaded = importlib.import_module(module.name)
            for name, function in inspect.getmembers(loaded, inspect.isfunction):
                first = next(iter(inspect.signature(function).parameters), None)
                if function.__module__ == loaded.__name__ and not name.startswith("_") and first in TEXTS:
                    found.add(f"{module.name.rpartition('.')[2]}.{name}")
        self.assertEqual(sorted(found - READERS.keys() - ELSEWHERE.keys()), [])
        self.assertEqual(sorted(set(READERS) - found), [])

    def test_hostile_texts_are_answered_in_linear_time(self):
        dice = random.Random(7)
        mixed = ["".join(dice.choices(FRAGMENTS, k=6)) for _ in range(40)]
        for name, reader in READERS.items():
            # all of them take minutes; the parser of addresses, which everybody can reach, gets them all
            most = len(FRAGMENTS) if name == "addresses.parse" else 3 if name in MEASURES else SAMPLE
            for fragment in (*dice.sample(FRAGMENTS, most), *dice.sample(mixed, 2)):
                with self.subTest(reader=name, fragment=fragment):
                    self._try(reader, fragment)

    def _try(self, reader, fragment):
        small, large = (self._measure(reader, fragment, size) for size in SIZES)
        growth = SIZES[1] / SIZES[0]
        if large < HARMLESS and large < 2 * growth * max(small, NOTICEABLE):
            return
        # once more where the machine was busy: the shorter time counts
        large = min(large, self._measure(reader, fragment, SIZES[1]))
        largest = self._measure(reader, fragment, LARGEST)
        self.assertLess(largest, MOST_SECONDS)
        self.assertLess(largest, 3 * LARGEST / SIZES[1] * max(large, HARMLESS))

    def _measure(self, reader, fragment, size):
        text = (fragment * size)[:size]
        begin = time.process_time()
        reader(f"{text}ana@silva.example.com")
        return time.process_time() - begin
