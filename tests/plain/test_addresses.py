"""Addresses as people type them: what is usable, what is not, and what counts as the same."""

import random
import re
import unittest

from tools import addresses


class TestSplit(unittest.TestCase):
    """One field, several addresses."""

    def test_comma_semicolon_and_line(self):
        for text in (
            "ana@silva.example.com, rui@silva.example.com",
            "ana@silva.example.com;rui@silva.example.com",
            "ana@silva.example.com\r\nrui@silva.example.com\n",
            " ;, ana@silva.example.com ;; rui@silva.example.com , ",
        ):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text).emails, ["ana@silva.example.com", "rui@silva.example.com"])

    def test_nothing_typed(self):
        for text in (None, False, "", "  ", " ; ,\n"):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text), ([], []))

    def test_names_stay_with_their_address(self):
        parsed = addresses.parse('Zofia Nowak <zofia@nowak.example.pl>; kasa@nowak.example.pl (Kasa)')
        self.assertEqual(parsed.valid, [
            addresses.Address("zofia@nowak.example.pl", "Zofia Nowak"),
            addresses.Address("kasa@nowak.example.pl", "Kasa"),
        ])

    def test_separator_in_a_quoted_name(self):
        parsed = addresses.parse('"Silva; Filhos, Ltda" <contato@silva.example.com>; ana@silva.example.com')
        self.assertEqual(parsed.valid, [
            addresses.Address("contato@silva.example.com", "Silva; Filhos, Ltda"),
            addresses.Address("ana@silva.example.com", ""),
        ])
        self.assertEqual(parsed.invalid, [])

    def test_separator_in_a_name_without_quotes(self):
        parsed = addresses.parse("Gómez, Hermanos <ventas@gomez.example.ar>")
        self.assertEqual(parsed.valid, [addresses.Address("ventas@gomez.example.ar", "Hermanos")])
        self.assertEqual(parsed.invalid, ["Gómez"])

    def test_quote_that_nobody_closed(self):
        parsed = addresses.parse('"Durand <durand@example.fr>; compta@example.fr')
        self.assertEqual(parsed.valid, [addresses.Address("compta@example.fr", "")])
        self.assertEqual(parsed.invalid, ['"Durand <durand@example.fr>'])

    def test_bracket_in_excess_hides_nobody(self):
        """Whoever is not taken is named: an address never gets lost in silence."""
        for text, taken, named in (
            ("ana@silva.example.com; rui@silva.example.com>; eva@silva.example.com",
             ["ana@silva.example.com", "eva@silva.example.com"], ["rui@silva.example.com>"]),
            ("<ana@silva.example.com, rui@silva.example.com>",
             ["ana@silva.example.com"], ["rui@silva.example.com>"]),
        ):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text).emails, taken)
                self.assertEqual(addresses.parse(text).invalid, named)

    def test_unknown_separator_is_reported_whole(self):
        for text in (
            "ana@silva.example.com rui@silva.example.com",
            "ana@silva.example.com / rui@silva.example.com",
            "ana@silva.example.com|rui@silva.example.com",
        ):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text), ([], [text]))


class TestNormalForm(unittest.TestCase):
    """Nobody gets a document twice: addresses are compared in normal form."""

    def test_case_is_dropped(self):
        self.assertEqual(addresses.normalize(" Faturas@SILVA.Example.COM "), "faturas@silva.example.com")

    def test_international_domain_in_its_ascii_form(self):
        """RFC 5891; capitals and composed letters by UTS 46."""
        for domain, ascii_form in (
            ("łódź.example.pl", "xn--d-uga0v4h.example.pl"),
            ("ŁÓDŹ.example.pl", "xn--d-uga0v4h.example.pl"),
            ("čapek.example.cz", "xn--apek-fua.example.cz"),
            ("c\u030capek.example.cz", "xn--apek-fua.example.cz"),
            ("société.example.fr", "xn--socit-esab.example.fr"),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(addresses.normalize(f"info@{domain}"), f"info@{ascii_form}")
                self.assertEqual(addresses.normalize(f"info@{ascii_form.upper()}"), f"info@{ascii_form}")

    def test_normal_form_is_its_own_normal_form(self):
        for email in ("Ana@Silva.example.com", "info@čapek.example.cz", "o'neil+nf@example.com.ar"):
            once = addresses.normalize(email)
            self.assertEqual(addresses.normalize(once), once)

    def test_double_counts_once_and_the_first_keeps_its_name(self):
        parsed = addresses.parse(
            "Čapek <info@čapek.example.cz>, INFO@xn--apek-fua.example.cz; Účtárna <info@ČAPEK.example.cz>"
        )
        self.assertEqual(parsed.valid, [addresses.Address("info@xn--apek-fua.example.cz", "Čapek")])
        self.assertEqual(parsed.invalid, [])

    def test_parsed_addresses_are_normal(self):
        for address in addresses.parse("A@Silva.example.com; b@ŁÓDŹ.example.pl").valid:
            self.assertEqual(addresses.normalize(address.email), address.email)


class TestInvalid(unittest.TestCase):
    """What no mail can reach is named, never dropped."""

    def test_not_an_address(self):
        for email in (
            "silva", "@silva.example.com", "ana@", "ana@silva..com", "ana@.com",
            "ana..maria@silva.com", ".ana@silva.com", "ana.@silva.com", "ana maria@silva.com",
            "ana@silva.com.", "ana@-silva.com", "ana@silva-.com", "ana@sil_va.com", "ana@[127.0.0.1]",
            "ana@rui@silva.com", '"ana maria"@silva.com', "ana@silva.com\nrui@silva.com",
        ):
            with self.subTest(email=email):
                self.assertIsNone(addresses.normalize(email))

    def test_local_part_outside_ascii(self):
        """RFC 6531 (SMTPUTF8) allows it, the envelopes of Odoo's mail server code do not."""
        self.assertIsNone(addresses.normalize("jan.novák@firma.example.cz"))
        self.assertEqual(addresses.parse("jan.novák@firma.example.cz").invalid, ["jan.novák@firma.example.cz"])

    def test_what_people_use_is_valid(self):
        for email in (
            "nf-e@silva.com.br", "a@b.pl", "o'neil@gomez.com.ar", "compta+factures@durand.fr",
            "123@456.example.cz", "first.last@sub.domain.example.com", "x_y@example.com", "ana@intranet",
        ):
            with self.subTest(email=email):
                self.assertEqual(addresses.normalize(email), email)

    def test_limits_of_length(self):
        """RFC 5321 §4.5.3.1: local part 64 octets, domain 255; a label 63 (RFC 1035)."""
        self.assertIsNotNone(addresses.normalize("a" * 64 + "@example.com"))
        self.assertIsNone(addresses.normalize("a" * 65 + "@example.com"))
        self.assertIsNotNone(addresses.normalize("a@" + "b" * 63 + ".com"))
        self.assertIsNone(addresses.normalize("a@" + "b" * 64 + ".com"))
        label = "b" * 49 + "."
        self.assertIsNotNone(addresses.normalize("a@" + label * 5 + "com"))
        self.assertIsNone(addresses.normalize("a@" + label * 5 + "example"))

    def test_good_ones_survive_a_bad_one(self):
        parsed = addresses.parse("biuro@nowak.example.pl; brak adresu; kasa@nowak.example.pl")
        self.assertEqual(parsed.emails, ["biuro@nowak.example.pl", "kasa@nowak.example.pl"])
        self.assertEqual(parsed.invalid, ["brak adresu"])

    def test_no_line_break_reaches_a_header(self):
        parsed = addresses.parse('"Ana\nBcc: spy@evil.example" <ana@silva.example.com>')
        self.assertEqual(parsed.valid, [
            addresses.Address("ana@silva.example.com", "Ana Bcc: spy@evil.example"),
        ])
        self.assertIsNone(addresses.normalize("ana@silva.example.com\rrui"))

    def test_any_text_is_answered(self):
        """Whatever is typed: no exception, only normal forms, and each piece is taken or named."""
        dice = random.Random(19)
        for _ in range(20000):
            text = "".join(dice.choices("ab@.,;<>() :\\[]\n\t\rłÉ", k=dice.randint(1, 14)))
            pieces = [piece for piece in re.split("[;,\n]", text) if piece.strip()]
            for piece in pieces:
                parsed = addresses.parse(piece)
                self.assertEqual(len(parsed.valid) + len(parsed.invalid), 1, repr(piece))
            parsed = addresses.parse(text)
            self.assertLessEqual(len(parsed.valid) + len(parsed.invalid), len(pieces), repr(text))
            for address in parsed.valid:
                self.assertEqual(addresses.normalize(address.email), address.email, repr(text))
