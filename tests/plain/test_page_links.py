"""Places of secret links in texts, and tokens with any sign in them."""

import time
import unittest

from tools.page import links

PAGE = f"/dispatch/page/0/{'a1' * 32}"
CONSENT = f"/dispatch/consent/0/0/{'b2' * 32}"


class TestLinks(unittest.TestCase):
    def test_take_out(self):
        for place in (PAGE, CONSENT, f"/dispatch/consent/address/0/{'c' * 64}", "/dispatch/page/0/place-of-the-link"):
            for before in ("", "http://a.example", "https://a.example:8069"):
                self.assertEqual(links.take_out(f'<a href="{before}{place}">x</a>'), f'<a href="{before}#">x</a>')
        live = '<a href="https://a.example/dispatch/page/12/abc">'
        self.assertEqual(links.take_out(live), live)
        self.assertEqual(links.take_out(f"{PAGE} {CONSENT}", keep=(CONSENT,)), f"# {CONSENT}")
        halves = f"/dispatch{CONSENT}{PAGE.removeprefix('/dispatch')}"
        self.assertNotIn(PAGE, links.take_out(halves))
        self.assertEqual(links.take_out(None), "")

    def test_linear(self):
        for text in ("https://" * 50000, "/dispatch/page/0" * 50000, f"{PAGE[:-1]}/" * 20000):
            started = time.process_time()
            links.take_out(text)
            self.assertLess(time.process_time() - started, 1)

    def test_put_in(self):
        self.assertEqual(links.put_in(f"<{PAGE}>", {PAGE: "/dispatch/page/12/abc"}), "</dispatch/page/12/abc>")
        for nothing in (None, {}, False):
            self.assertEqual(links.put_in(PAGE, nothing), PAGE)

    def test_same(self):
        self.assertTrue(links.same("abc", "abc"))
        for token in ("", "abd", "ł", "\ud800", "\x00", "abc" * 10000):
            self.assertFalse(links.same("abc", token))


if __name__ == "__main__":
    unittest.main()
