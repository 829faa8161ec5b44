"""The last form of a mail's headers, read back as RFC 2047 says."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import product
from unittest import TestCase

from sampling import sample

from tools.mail import headers as mail_form

TITLES = ("Fatura", "Nota de crédito", "Confirmação de pedido", "Faktura korygująca", "Dobropis", "Účtenka", "Reçu")
NUMBERS = ("S00012", "INV/2026/00031", "RINV/2026/00004")
COMPANIES = (
    "Aurora Equipamentos, Indústria e Comércio Ltda", "Vistula Handel Sp. z o.o.", "Nakladatelství Šťastný s.r.o.",
    "Čapek a syn s.r.o.", "Opéra (Besançon), la régie", 'Křižík "Praha", Plzen', "Silva & Filhos; Irmãos: Ltda",
    "Plain Ltd", "名古屋電機工業株式会社 " * 5, "Long plain name, " * 8,
)


class TestMailForm(TestCase):
    def test_one_line_of_any_text(self):
        """Python writes it into a header, whatever it was; and no word of it is lost."""
        controls = {*range(0x20), *range(0x7F, 0xA1)}
        letters = [code for code in range(0x300) if code not in controls]
        for code in (*controls, *sample(letters, 80), 0x2028, 0x2029, 0xD800, 0xDFFF, 0xFEFF, 0x1F600):
            text = f"Aurora{chr(code)}Ltda \r\n {chr(code)}"
            line = mail_form.one_line(text)
            self.assertLessEqual(len(line.splitlines()), 1, ascii(text))
            self.assertTrue(line.startswith("Aurora") and "Ltda" in line, ascii(text))
            message = EmailMessage(policy=policy.SMTP)
            message["Subject"] = line
            message["From"] = f'"{line}" <a@b.example>' if '"' not in line and "\\" not in line else "a@b.example"
            message.set_content("Olá,\n")
            message.add_attachment(b"", "application", "pdf", filename=line)
            self.assertTrue(message.as_bytes())
        self.assertEqual(mail_form.one_line("A \n\n\tB"), "A B")
        for nothing in (None, False, ""):
            self.assertEqual(mail_form.one_line(nothing), nothing)

    def test_addresses_of_a_caller_who_gives_a_text(self):
        """Python writes a list into a header, and a text; a text is no list of characters."""
        self.assertEqual(mail_form.one_line_each('"A\nB" <a@b.example>, c@d'), '"A B" <a@b.example>, c@d')
        self.assertEqual(mail_form.one_line_each(["A\rB <a@b.example>", "c@d.example"]),
                         ["A B <a@b.example>", "c@d.example"])
        for nothing in (None, False, [], ()):
            self.assertEqual(mail_form.one_line_each(nothing), [])

    def test_international_domain(self):
        read = self._written(To="Čapek <info@čapek.example>", Subject="x", From="a@żółw.example")
        self.assertEqual(self._people(read["To"]), [("Čapek", "info@xn--apek-fua.example")])
        self.assertEqual(read["From"], "a@xn--w-uga1v8h.example")

    def _written(self, longest=78, **headers):
        message = EmailMessage(policy=policy.SMTP)
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content("Olá,\n")
        mail_form.straighten(message)
        raw = message.as_bytes()
        self.assertTrue(raw.isascii())
        head = raw.partition(b"\r\n\r\n")[0]
        self.assertLessEqual(max(map(len, head.split(b"\r\n"))), longest)
        self.assertFalse(b"\n" in head.replace(b"\r\n", b""))
        return message_from_bytes(raw)

    def _people(self, value):
        return [(str(make_header(decode_header(name))), email) for name, email in getaddresses([value])]

    def _format(self, name, email):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{email}>'

    def test_subjects(self):
        for parts in product(TITLES, NUMBERS, COMPANIES):
            subject = "{} {} – {}".format(*parts).strip()
            with self.subTest(subject=subject):
                written = self._written(Subject=subject)["Subject"].replace("\r\n", "")
                self.assertEqual(str(make_header(decode_header(written))), subject)

    def test_people(self):
        for name, header in product(COMPANIES, ("From", "To", "Reply_To")):
            with self.subTest(name=name, header=header):
                address = "Faturas@aurora.example.com"
                written = self._written(**{header: self._format(name, address)})
                self.assertEqual(self._people(written[header.replace("_", "-")]), [(name.strip(), address)])

    def test_several(self):
        people = [(name.strip(), f"a{number}@aurora.example.com") for number, name in enumerate(COMPANIES)]
        people.append(("", "sem.nome@aurora.example.com"))
        value = ", ".join(self._format(*person) if person[0] else person[1] for person in people)
        self.assertEqual(self._people(self._written(Reply_To=value)["Reply-To"]), people)

    def test_address_that_fills_its_line(self):
        address = f"{'long' * 16}@{'long' * 12}.example.com"
        self.assertEqual(self._people(self._written(longest=200, To=f"Jiří <{address}>")["To"]), [("", address)])

    def test_what_cannot_be_taken_apart_stays(self):
        for value in ("undisclosed-recipients:;", "são@faturas.example.com"):
            message = EmailMessage(policy=policy.SMTP)
            message["To"] = value
            mail_form.straighten(message)
            self.assertEqual(message["To"], value)
