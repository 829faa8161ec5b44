"""Whatever is typed into an address field: right addresses or a clear refusal, never somebody else."""

import re
import unittest

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sampling import examples

from tools.mail.addresses import _clean, normalize, parse

LOCAL = st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,20}[a-z0-9]", fullmatch=True).filter(lambda text: ".." not in text)
DOMAIN = st.sampled_from([
    "silva.com.br", "nowak.pl", "čapek.cz", "gomez.com.ar", "lefevre.fr", "EXAMPLE.com", "intranet", "żółw.pl",
])
ADDRESS = st.builds("{}@{}".format, LOCAL, DOMAIN)
NAME = st.sampled_from(["", "Ana Silva", '"Silva, Ana"', '"Silva; Filhos & Cia"', "João Araújo", "Łukasz Żółw"])
ENTRY = st.builds(lambda name, address: f"{name} <{address}>" if name else address, NAME, ADDRESS)
SEPARATOR = st.sampled_from([",", ";", ", ", " ; ", "\n", ",,", ";;", " ,\n; "])
ODD = "a@b.;,<>\"' \n\r\t:=()\\"
ANYTHING = st.text(alphabet=st.characters(codec="utf-8"), max_size=200) | st.text(ODD, max_size=80)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8) | st.sampled_from([
    "Joana", "Sr.", "1.", "2)", "-", "–", " - ", "•", "/", "|", ":", "E-mail:", "mailto:", "(Ana)", "[1]", "“", "”",
    "'", ".", "e", "and", "<", ">", "\u200b", "\xa0", "\t", "\n", "br", ".com", "joao", "&", "=", "*", "…", "ª",
    "\ufeff", "@", ",", ";",
])
BESIDE = st.lists(WORDS | st.sampled_from([" ", "  "]), max_size=4).map("".join)
#: What certainly ends an address on either side; within it a bullet, a label or a list's number may stand before one
ENDS = re.compile(r"""[\s,;<>()\[\]"“”„«»‹›‘’‚`•·‣◦∙▪▫●○■□◆►→|/\\]+""")
EASY = settings(deadline=None, max_examples=examples(300), derandomize=True, database=None)


class TestProperties(unittest.TestCase):
    @EASY
    @given(st.lists(ENTRY, min_size=1, max_size=6), SEPARATOR)
    def test_all_that_is_right_is_found(self, entries, separator):
        """Each typed address once, in its order, with nothing left over."""
        parsed = parse(separator.join(entries))
        expected = [normalize(re.search(r"[^\s<>]+@[^\s<>]+$", entry.rstrip(">"))[0]) for entry in entries]
        self.assertNotIn(None, expected)
        self.assertEqual(parsed.emails, list(dict.fromkeys(expected)))
        self.assertEqual(parsed.invalid, [])

    @EASY
    @given(ANYTHING)
    @example("a@b;;c@d")
    @example("ana@silva.com.br\r\nBcc: spy@example.com")
    @example("ana@silva.com.br\nBcc: spy@example.com")
    @example('"' * 50 + "a@b.cz")
    @example("@" * 300)
    def test_nothing_comes_out_that_was_not_typed(self, text):
        """No address is made up, none holds a blank, a line break or a second @, and nothing gets lost in silence."""
        parsed = parse(text)
        folded = _clean(text).casefold()
        for address in parsed.valid:
            local, _at, domain = address.email.rpartition("@")
            self.assertRegex(address.email, r"^[!-~]+@[a-z0-9.-]+$")
            self.assertNotIn("@", local)
            self.assertIn(local, folded)
            self.assertTrue(domain in folded or domain.startswith("xn--") or ".xn--" in domain or not domain.isascii()
                            or any(ord(letter) > 127 for letter in text))
            self.assertNotRegex(address.name, r"[\r\n]")
        if "@" in text and not parsed.valid:
            self.assertTrue(parsed.invalid)
        self.assertEqual(len(parsed.emails), len(set(parsed.emails)))

    @EASY
    @given(BESIDE, ADDRESS, BESIDE, ADDRESS, BESIDE)
    @example("1. ", "ana@silva.com.br", "\n2. ", "rui@silva.com.br", "")
    @example("", "fiscal@silva.com.br", " - Joana", "rui@silva.com.br", "")
    def test_nothing_is_glued_onto_an_address(self, before, first, between, second, after):
        """Each address that is taken stands there between ends, literally but for the documented normal form."""
        for text in (f"{before}{first}{between}", f"{before}{first}{between}{second}{after}"):
            # signs that join parts of an address may also end one, with a label, a dot or a quote beside it
            standing = {normalize(part) for word in ENDS.split(_clean(text))
                        for part in (word, word.strip("'.:"), word.rpartition(":")[2].strip("'.:"),
                                     word.partition("?")[0].rpartition(":")[2])}
            # a local part may hold a slash
            standing |= {normalize(word.strip("'.:/|\\")) for word in re.split(r"[\s,;<>()\"“”„«»]+", _clean(text))}
            for email in parse(text).emails:
                self.assertIn(email, standing, repr(text))

    @EASY
    @given(st.sampled_from(["joao", "1", "c", "Sr", "a.b", "x-"]),
           st.sampled_from([". ", " .", " ", "- ", " -", " _", ": ."]), ADDRESS)
    def test_a_slip_in_an_address_sends_to_nobody_else(self, begin, slip, address):
        """With the sign that was meant it is one address; with the slip it is this or none, never a third."""
        parsed = parse(f"{begin}{slip}{address}")
        self.assertIn(parsed.emails, ([], [normalize(address)]))
        self.assertTrue(parsed.emails or parsed.invalid)

    @EASY
    @given(ANYTHING.filter(lambda text: not any("\ud800" <= sign <= "\udfff" for sign in text)), ADDRESS)
    @example("1.", "ana@silva.com.br")
    @example("e", "ana@silva.com.br")
    @example('a\\"b', "ana@silva.com.br")
    @example("a@b.com", "ana@silva.com.br")
    def test_what_was_written_is_read_back(self, name, address):
        """A name in quotes with an address in brackets, as headers and fields hold them."""
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        email = normalize(address)
        [(read, shown)] = parse(f'"{escaped}" <{email}>').valid
        self.assertEqual(read, email)
        self.assertEqual(shown, " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", _clean(name)).split()))
        self.assertEqual(parse(f'"{escaped}" <{email}>').invalid, [])
        self.assertEqual(parse(email).emails, [email])
        self.assertEqual(parse(f"<{address}>").emails, [email])

    @EASY
    @given(ADDRESS)
    def test_normal_form_is_stable(self, address):
        normal = normalize(address)
        self.assertEqual(normalize(normal), normal)
        self.assertEqual(normalize(f"  {address.upper()} "), normalize(address.upper()))

    def test_long_fields(self):
        """Ten thousand characters are read at once, or refused."""
        many = "; ".join(f"a{number}@silva.com.br" for number in range(450))
        self.assertEqual(len(parse(many).valid), 450)
        for text in ("x" * 10_000, "a@b.cz" * 1_700, '"' * 10_000, "<" * 10_000, "a@" + "b" * 10_000):
            with self.subTest(text=text[:10]):
                self.assertEqual(parse(text).valid, [])
                self.assertTrue(parse(text).invalid)
