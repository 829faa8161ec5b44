"""Whatever is typed into an address field: right addresses or a clear refusal, never somebody else."""

import re
import unittest

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tools.addresses import normalize, parse

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
EASY = settings(deadline=None, max_examples=300, derandomize=True, database=None)


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
        folded = text.casefold()
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
