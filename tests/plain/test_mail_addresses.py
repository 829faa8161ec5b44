"""Addresses as people type them: what is usable, what is not, and what counts as the same."""

import random
import re
import unittest

from tools.mail import addresses


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
        for text, name in (
            ("Gómez, Hermanos <ventas@gomez.example.ar>", "Gómez, Hermanos"),
            ("Gómez, Ana <ventas@gomez.example.ar>;", "Gómez, Ana"),
            ("Gómez, Hermanos, S.A. <ventas@gomez.example.ar>", "Gómez, Hermanos, S.A."),
        ):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text), ([("ventas@gomez.example.ar", name)], []))
        parsed = addresses.parse("Silva, Ana <ana@silva.example.com>, Lopes, Rui <rui@silva.example.com>")
        self.assertEqual(parsed, ([
            ("ana@silva.example.com", "Silva, Ana"), ("rui@silva.example.com", "Lopes, Rui")], []))
        self.assertEqual(addresses.parse("Silva; Rui <rui@silva.example.com>").invalid, ["Silva"])

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

    def test_blank_slash_and_the_word_and_between_addresses(self):
        for between in (" ", "  ", "/", " / ", " /", "/ ", "|", " | ", " e ", " and ", " y ", " et ", " E ", " & ",
            "\\",
                        " - ", "\t", ". ", " (Ana) ", " • ", "\xa0", "\u3000"):
            text = f"ana@silva.example.com{between}rui@silva.example.com"
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text).emails, ["ana@silva.example.com", "rui@silva.example.com"])
                self.assertEqual(addresses.parse(text).invalid, [])

    def test_unclear_separator_is_reported_whole(self):
        for between in ("-", "&", " com ", " a/c ", "=", "@", " -", "- "):
            text = f"ana@silva.example.com{between}rui@silva.example.com"
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
            parsed = addresses.parse(text)
            self.assertEqual(bool(parsed.valid or parsed.invalid), bool(re.sub(r"[;,\s]", "", text)), repr(text))
            if text.count("@") > len(parsed.valid):
                self.assertTrue(parsed.invalid or len(set(text.split("@"))) < len(text.split("@")) or
                                "<" in text or "[" in text, repr(text))
            for address in parsed.valid:
                self.assertEqual(addresses.normalize(address.email), address.email, repr(text))


ANA, RUI = "ana@cliente.example", "rui@cliente.example"


class TestPasted(unittest.TestCase):
    """What stands beside an address never becomes a part of it."""

    def test_what_is_clear_is_taken(self):
        for text in (
            "1. ana@cliente.example", "1) ana@cliente.example", "(1) ana@cliente.example", "12.ª ana@cliente.example",
            "[1] ana@cliente.example", "a) ana@cliente.example", "1)ana@cliente.example", "1.\tana@cliente.example",
            "• ana@cliente.example", "•ana@cliente.example", "- ana@cliente.example", "– ana@cliente.example",
            "* ana@cliente.example", "> ana@cliente.example", "·\tana@cliente.example", "o\tana@cliente.example",
            "ana@cliente.example - Ana", "ana@cliente.example – Ana Silva", "ana@cliente.example | Ana",
            "ana@cliente.example / Ana", "Ana - ana@cliente.example", "Ana Silva — ana@cliente.example",
            "E-mail: ana@cliente.example", "E-mail:ana@cliente.example", "E-mail do financeiro: ana@cliente.example",
            "email : ana@cliente.example"[:5] + ": ana@cliente.example", "NF-e: ana@cliente.example",
            "ana@cliente.example.", "ana@cliente.example...", "ana@cliente.example:", "ana@cliente.example;",
            "ana@cliente.example ,", "<ana@cliente.example>", "< ana@cliente.example >", "<ana@cliente.example>.",
            "<mailto:ana@cliente.example>", "mailto:ana@cliente.example", "MAILTO:ana@cliente.example?subject=NF-e",
            "ana@cliente.example<mailto:ana@cliente.example>", "ana@cliente.example <mailto:ana@cliente.example>",
            "[ana@cliente.example](mailto:ana@cliente.example)", "Ana Silva [mailto:ana@cliente.example]",
            "ana@cliente.example <ana@cliente.example>", "'ana@cliente.example' <ana@cliente.example>",
            "'ana@cliente.example'", '"ana@cliente.example"', "“ana@cliente.example”", "«ana@cliente.example»",
            "‘ana@cliente.example’", "„ana@cliente.example“", '"ana@cliente.example" <ana@cliente.example>',
            "\ufeffana@cliente.example", "ana@cliente.example\u200b", "ana\u200b@cliente.example",
            "ana@cliente\u00ad.example", "\u202aana@cliente.example\u202c", "\xa0ana@cliente.example\xa0",
            "ana@cliente.example\u200d",
            "ａｎａ＠ｃｌｉｅｎｔｅ．ｅｘａｍｐｌｅ", "ana@cliente。example", "ana＠cliente.example",
            "\u3000ana@cliente.example", "ana@cliente.example (Ana)", "(Ana) ana@cliente.example",
            "ana@cliente.example(Ana, cobrança)", "Ana (ana@cliente.example)", "(ana@cliente.example)",
            "Silva, Ana <ana@cliente.example>;", "Ana Silva <ana@cliente.example> (Cobrança)",
            "Ana Silva\tana@cliente.example\tCuritiba", "\tana@cliente.example\r\n",
            "Ana <ana@cliente.example> - fiscal",
            "Ana<ana@cliente.example>", "1. Ana <ana@cliente.example>", "Para: Ana <ana@cliente.example>",
            "((((Ana)))) ana@cliente.example", "ana@cliente.example\x0b", "ana@cliente.example\u2028",
            '"Ana\ufeff Silva" <ana@cliente.example>', "ANA@CLIENTE.EXAMPLE",
        ):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text).emails, [ANA])
                self.assertEqual(addresses.parse(text).invalid, [])

    def test_several(self):
        for text in (
            "1. ana@cliente.example\n2. rui@cliente.example", "1) ana@cliente.example 2) rui@cliente.example",
            "- ana@cliente.example\n- rui@cliente.example", "• ana@cliente.example\r\n• rui@cliente.example",
            '"ana@cliente.example\nrui@cliente.example"', '"ana@cliente.example; rui@cliente.example"',
            "<ana@cliente.example> <rui@cliente.example>", "Ana <ana@cliente.example> e Rui <rui@cliente.example>",
            "Ana <ana@cliente.example> / Rui <rui@cliente.example>", "ana@cliente.example\trui@cliente.example",
            "ana@cliente.example - Ana\nrui@cliente.example - Rui",
            "Ana: ana@cliente.example\nRui: rui@cliente.example",
            "Ana\tana@cliente.example\nRui\trui@cliente.example", "ana@cliente.example\u2029rui@cliente.example",
        ):
            with self.subTest(text=text):
                self.assertEqual(addresses.parse(text).emails, [ANA, RUI])
                self.assertEqual(addresses.parse(text).invalid, [])

    def test_what_is_not_clear_is_refused_with_its_text(self):
        """A slip of one sign must not send the document to somebody else."""
        for text in (
            "Sr. ana@cliente.example", "cobranca. ana@cliente.example", "c. c. ana@cliente.example",
            "joao. silva@cliente.example", "ana maria@cliente.example", "a/c ana@cliente.example",
            "ana@cliente.example -ana", "ana@cliente.example ana", "ana@cliente.example- Ana", "ana@cliente .example",
            "ana@cliente. example", "ana@cliente example", "ana@cliente - example", "ana@ cliente.example",
            "ana @cliente.example", "ana@cliente.example br", "ana@cliente.com - motores.example",
            "joao,silva@cliente.example", "ana@cliente,example", "ana@cliente.example,br", "joao:silva@cliente.example",
            "ana@cliente.example:8080", "-ana@cliente.example", "*ana@cliente.example", "/ana@cliente.example",
            "=ana@cliente.example", "{ana@cliente.example}", "ana(x)maria@cliente.example", "ana@sil(x)va.example",
            '"ana"maria@cliente.example', "<ana@cliente>.example", "rui@cliente.example <ana@cliente.example>",
            "ana@cliente.example (ou rui@cliente.example)", "mailto:ana%2Bnf@cliente.example", "ana@cliente.",
            "ana@cliente.example@outro.example", "o’neil@cliente.example", "novák@cliente.example",
            "ª.ana@cliente.example",
            "ana@cliente.example\x00", "ana\x00@cliente.example", "1.ana@cliente.example, 2.rui@cliente.example",
            "ana@cliente.example Fone: 41 3333-0000", "http://ana@cliente.example", "ana@[127.0.0.1]",
        ):
            with self.subTest(text=text):
                parsed = addresses.parse(text)
                self.assertEqual(parsed.emails, [])
                self.assertEqual(", ".join(parsed.invalid), addresses._clean(text).strip())

    def test_letters_of_a_local_part_that_no_envelope_of_odoo_carries(self):
        for email in ("jan.novák@firma.example.cz", "josé@silva.example.com", "名@silva.example.com"):
            with self.subTest(email=email):
                self.assertTrue(addresses.needs_smtputf8(email))
        for email in ("jan.novak@firma.example.cz", "jan novák@firma.example.cz", "novák", "novák@-silva.com", "", None,
                      "info@čapek.example.cz", "o’neil @silva.com", "é@" + "b" * 300):
            with self.subTest(email=email):
                self.assertFalse(addresses.needs_smtputf8(email))

    def test_a_long_field_is_refused_at_once(self):
        parsed = addresses.parse("ana@cliente.example," * 5_000)
        self.assertEqual(parsed.emails, [])
        self.assertEqual(len(parsed.invalid[0]), 101)
