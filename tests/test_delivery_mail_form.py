"""What leaves is good mail: whole, strict, readable everywhere, and silent about everybody else."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses
from itertools import pairwise

from lxml import html

from odoo import fields
from odoo.tools.misc import format_amount, format_date

from .common import DispatchCase

LANGS = ("en_US", "pt_BR", "pl_PL", "cs_CZ", "es_AR", "fr_FR")
MOVE_TYPES = {
    "invoice": "out_invoice", "credit_note": "out_refund", "receipt": "out_receipt", "proforma": "out_invoice",
}
CODES = (*MOVE_TYPES, "quotation", "order")
#: Says a date by which something must happen
DATED = ("invoice", "receipt", "quotation")
STRICT = policy.SMTP.clone(raise_on_defect=True)
#: As Odoo's own mails have them, without Return-Path; nothing names other recipients
HEADERS = {
    "message-id", "references", "subject", "from", "reply-to", "to", "date", "x-odoo-objects", "mime-version",
    "content-type",
}
ONCE = HEADERS - {"references", "x-odoo-objects"}
#: What is not there must not be spelled out
NOTHING = re.compile(r"\b(False|None|undefined|nan)\b")


class TestMailForm(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGS[1:]:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"]._load_module_terms(["document_dispatch"], list(LANGS[1:]), overwrite=True)
        cls.due = fields.Date.add(fields.Date.today(), days=30)
        cls.company.write({"name": "Aurora Equipamentos, Indústria e Comércio Ltda"})
        cls.env.user.signature = "<p>Helena Prado<br>Cobrança</p>"

    def test_each_type_in_each_language(self):
        documents = {
            (lang, code): self._document(code, self._customer(lang)) for lang in LANGS for code in CODES
        }
        dispatches = {key: document._dispatch_create("rule") for key, document in documents.items()}
        self._deliver()
        sent = {to[0]: [] for _sender, to, _raw in self.smtp.handler.messages}
        for _sender, to, raw in self.smtp.handler.messages:
            sent[to[0]].append(raw)
        ids = set()
        for (lang, code), document in documents.items():
            dispatch = dispatches[lang, code]
            with self.subTest(lang=lang, code=code):
                self.assertEqual(dispatch.state, "sent", dispatch.state_message)
                [mail] = [
                    mail for mail in map(self._strict, sent[f"{lang.lower()}@klient.example.com"])
                    if self._decoded(mail, "Subject") == dispatch.subject
                ]
                ids.add(mail["Message-Id"])
                self._check_text(mail, document, lang, code)
        self.assertEqual(len(ids), len(documents))

    def _check_text(self, mail, document, lang, code):
        """The plain text and the HTML say the same, in whole lines."""
        plain = mail.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n")
        page = html.document_fromstring(mail.get_body(("html",)).get_content())
        self.assertEqual(page.get("lang"), lang.replace("_", "-"))
        [button] = page.xpath("//a[@class='dd_button']")
        link = button.get("href")
        self.assertIn(f"{document._name}", link)
        self.assertEqual(plain.count(link), 1)
        title = " ".join(button.text.split())
        amount = format_amount(self.env, document.amount_total, document.currency_id, lang)
        kind = document.with_context(lang=lang).dispatch_kind
        self.assertTrue(plain.startswith("\n".join((
            self.company.name, "", f"{kind} {document.dispatch_name}", document.partner_id.name, amount))), plain)
        self.assertIn(f"\n\n{title} <{link}>\n\n", plain)
        said = [document.dispatch_name, amount]
        if code in DATED:
            said.append(format_date(self.env, self.due, lang))
        for value in said:
            self.assertRegex(plain, rf"(?m):\s{re.escape(value)}$")
        self.assertIn("\n\nHelena Prado\nCobrança\n\nAurora Equipamentos, Indústria e Comércio Ltda\n", plain)
        self._check_lines(plain.replace(link, ""))
        shown = " ".join(page.text_content().split())
        for line in filter(None, re.sub(r" <\S+>", "", plain).splitlines()):
            self.assertIn(" ".join(line.split()), shown)
        self.assertNotRegex(shown, NOTHING)

    def _check_lines(self, plain):
        self.assertNotRegex(plain, NOTHING)
        self.assertNotRegex(plain, r"\[\d+\]|[*\N{ZERO WIDTH SPACE}\N{COMBINING GRAPHEME JOINER}]|&\w+;")
        self.assertNotRegex(plain, r"(?m)[ \N{NO-BREAK SPACE}]$|^[-•·]$|^[ \N{NO-BREAK SPACE}]")
        self.assertFalse(any(not line and not following for line, following in pairwise(plain.splitlines())))
        self.assertLessEqual(max(map(len, plain.splitlines())), 100)

    # ------------------------------------------------------------------
    # Headers
    # ------------------------------------------------------------------

    def test_names(self):
        """Names with accents, commas, quotes and of any length come out as they went in."""
        names = [
            "Čapek, Jiří", 'Křižík, Ondřej "Ondra"', "Nowak; Wiśniewski, Żółw & Synowie", "O’Brien (compras), Ana",
            "Przedsiębiorstwo Handlowo-Usługowo-Produkcyjne „Żółw”, Gęsiński, Kądziołka i Wspólnicy, sp. k.",
            "Construções, Reformas e Incorporações São João da Boa Vista, Comércio e Indústria Ltda", "a@b.example.com",
            "Sociedade Industrial de Bombas, Motores e Equipamentos Hidraulicos (Joinville), Ltda",
            "Nakladatelství Šťastný, s.r.o. " * 4, "Silva & Filhos", "José", "名古屋, 電機",
        ]
        self.company.name = "Čapek, Říha & Šťastný, „strojírny“, akciová společnost v likvidaci, Plzeň"
        contacts = self.env["res.partner"].create([
            {"name": name, "email": f"osoba{number}@silva.example.com", "parent_id": self.silva.id,
             "dispatch_invoice": True}
            for number, name in enumerate(names)
        ])
        dispatch = self._invoice(self.silva)._dispatch_create("rule", state="review")
        self._deliver()
        dispatch.recipient_ids = [fields.Command.create({"email": f"napsana{number}@silva.example.com", "name": name})
                             for number, name in enumerate(names)]
        dispatch.action_release()
        self._deliver()
        self.assertEqual(set(dispatch.recipient_ids.mapped("state")), {"sent"})
        expected = {recipient.email: recipient.name for recipient in dispatch.recipient_ids}
        self.assertGreaterEqual(expected.keys(), set(contacts.mapped("email")))
        for _sender, [address], raw in self.smtp.handler.messages:
            with self.subTest(address=address, name=expected[address]):
                mail = self._strict(raw)
                self.assertEqual(self._decoded(mail, "To"), [(expected[address].strip(), address)])
                for name in ("From", "Reply-To"):
                    self.assertEqual(self._decoded(mail, name), [(self.company.name, "faturas@aurora.example.com")])

    def test_line_breaks_in_names(self):
        """Of the company, its user, a contact: where they are used they are one line, and all mails go."""
        self.company.name, self.silva.name = "Aurora\nEquipamentos\r\nLtda", "Silva\n&\tFilhos\x0b"
        self.env.user.name = "Helena\rPrado\u2028"
        self.env["res.partner"].create({
            "name": "Ana\nLima\x85", "email": "ana@silva.example.com", "parent_id": self.silva.id,
            "dispatch_invoice": True, "dispatch_quote": True})
        for document in (self._invoice(self.silva), self._order(self.silva)):
            with self.subTest(document=document):
                mails = self._send(document)
                self.assertTrue(mails)
                for mail in mails:
                    self.assertEqual(self._decoded(mail, "From")[0][0], "Aurora Equipamentos Ltda")
                    for value in mail.values():
                        self.assertEqual(len(str(value).splitlines()), 1, value)

    def test_subjects(self):
        """Long ones, with accents in every word and in none, are folded and put together again."""
        subjects = [
            "Faktura korygująca nr KOR/2026/00031 do faktury INV/2026/00017 – Przedsiębiorstwo Handlowo-Usługowe "
            "„Żółw i Synowie” Sp. z o.o., ul. Świętokrzyska 14, Gdańsk",
            "Proforma faktura č. 2026/0031 – Nakladatelství Šťastný, příspěvková organizace hlavního města Prahy",
            "Confirmação de pedido S00031 – Construções, Reformas e Incorporações São João Ltda: remessa às 14 h",
            "Řeřichovýchčokoládovýchžluťoučkýchpřenáramně" * 4,
            "Invoice INV/2026/00031 for the maintenance of the pumps and hoses in the plant at Sao Jose in October",
            "Nota de crédito S00012 – Nakladatelství Šťastný s.r.o.", "Invoice/" * 40,
            "Žluť  s dvojitou  mezerou a \"uvozovkami\", čárkou; i tak",
        ]
        dispatch = self._invoice(self.silva)._dispatch_create("rule", state="review")
        self._deliver()
        dispatch.recipient_ids = [
            fields.Command.create({"email": f"osoba{number}@silva.example.com", "subject": subject})
            for number, subject in enumerate(subjects)
        ]
        dispatch.action_release()
        self._deliver()
        found = {
            address: self._decoded(self._strict(raw), "Subject")
            for _sender, [address], raw in self.smtp.handler.messages
        }
        for number, subject in enumerate(subjects):
            with self.subTest(subject=subject):
                self.assertEqual(found[f"osoba{number}@silva.example.com"], subject)

    def test_message_id(self):
        """One for each document, in the sender's domain; another one when it is sent again."""
        invoice, other = self._invoice(self.silva), self._invoice(self.nowak)
        (invoice | other)._dispatch_create("rule")
        self._deliver()
        self._send_window(self._invoice(self.nowak)).action_send_and_print()
        self._send_window(invoice).action_send_and_print()
        ids = {}
        for _sender, [address], raw in self.smtp.handler.messages:
            mail = self._strict(raw)
            ids.setdefault(mail["Message-Id"], set()).add((address, mail["Subject"]))
            self.assertIn(mail["Message-Id"], mail["References"], "answers to it find the document")
        self.assertEqual(sorted(map(len, ids.values())), [1, 1, 2, 2])
        dispatches = self.env["document.dispatch"].search([])
        self.assertLessEqual(ids.keys(), set(dispatches.recipient_ids.mapped("message_id")))

    def test_answers_go_where_the_type_says(self):
        [mail] = self._send(self._invoice(self.nowak))
        self.assertEqual(mail["Reply-To"].addresses[0].addr_spec, "faturas@aurora.example.com")
        self.types["invoice"].reply_to = '"Cobrança, 2º andar" <cobranca@aurora.example.com>'
        [mail] = self._send(self._invoice(self.nowak))
        self.assertEqual(self._decoded(mail, "Reply-To"), [("Cobrança, 2º andar", "cobranca@aurora.example.com")])
        self.assertEqual(mail["From"].addresses[0].addr_spec, "faturas@aurora.example.com")

    def test_sender_of_the_envelope(self):
        """Where there is an address for bounces, they go there; the header is left to the last server."""
        [mail] = self._send(self._invoice(self.nowak))
        self.assertEqual(self.smtp.handler.messages[0][0], "faturas@aurora.example.com")
        self.company.alias_domain_id = self.env["mail.alias.domain"].create({
            "name": "aurora.example.com", "bounce_alias": "devolvidos", "company_ids": self.company.ids,
        })
        self.server.from_filter = "aurora.example.com"
        [mail] = self._send(self._invoice(self.nowak))
        self.assertEqual(self.smtp.handler.messages[0][0], "devolvidos@aurora.example.com")
        self.assertEqual(mail["From"].addresses[0].addr_spec, "faturas@aurora.example.com")

    def test_nobody_else_is_named(self):
        """Neither in a header nor in a text."""
        self._invoice(self.silva)._dispatch_create("rule")
        self._deliver()
        window = self._send_window(self._invoice(self.silva))
        window.dispatch_emails = "kasa@nowak.example.com"
        window.action_send_and_print()
        everybody = set(self.envelopes)
        self.assertEqual(everybody, {"ana@silva.example.com", "rui@silva.example.com", "kasa@nowak.example.com"})
        for _sender, to, raw in self.smtp.handler.messages:
            [address] = to
            mail = self._strict(raw)
            self.assertEqual([a.addr_spec for a in mail["To"].addresses], [address])
            said = raw.decode() + "".join(
                part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
            )
            for other in everybody - {address}:
                self.assertNotIn(other, said)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def test_mails_that_are_no_documents(self):
        """Others' code gives Odoo addresses as one text, too, and these go on one line as lists do."""
        for to, cc in (("a@b.example, c@d.example", "e@f.example"), (["a@b.example", "c@d.example"], ["e@f.example"])):
            message = self.env["ir.mail_server"]._build_email__(
                "Au\nrora <x@y.example>", to, "Linha\n2", "", email_cc=cc)
            self.assertEqual(message["To"], "a@b.example, c@d.example")
            self.assertEqual(message["Cc"], "e@f.example")
            self.assertEqual((message["From"], message["Subject"]), ("Au rora <x@y.example>", "Linha 2"))

    def test_files(self):
        names = [
            "Faktura č. 2026/01.pdf", "Nota fiscal nº 000.031 – São José & Irmãos (2ª via).pdf", "žluť.pdf",
            "Rachunek \"końcowy\"; 50% + koszty's.pdf", "Příloha k proforma faktuře č. 2026-0031, smlouva o dílo" * 3,
            "INV_2026_00031.pdf",
        ]
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self._deliver()
        pdf = b"%PDF-1.4\n1 0 obj\r\n\x00\xff. \n.\n%%EOF\n"
        made = dispatch.attachment_ids
        dispatch.attachment_ids = [fields.Command.create({"name": name, "raw": pdf}) for name in names] + [
            fields.Command.create({"name": "NFe 31.xml", "raw": "<?xml version='1.0'?>\n<nfe>ção</nfe>".encode()}),
        ]
        dispatch.action_release()
        self._deliver()
        mail = self._strict(self.smtp.handler.messages[0][2])
        files = {part.get_filename(): part for part in mail.iter_attachments()}
        self.assertEqual(set(files), {*made.mapped("name"), *names, "NFe 31.xml"})
        for name in names:
            with self.subTest(name=name):
                self.assertEqual(files[name].get_content_type(), "application/pdf")
                self.assertEqual(files[name].get_content(), pdf)
        for part in files.values():
            self.assertEqual(part.get_content_disposition(), "attachment")
        xml = files["NFe 31.xml"].get_payload(decode=True)
        self.assertEqual(xml, dispatch.attachment_ids.filtered(lambda file: file.name == "NFe 31.xml").raw)

    def test_without_files(self):
        self._invoice(self.nowak)._dispatch_create("rule", without_files=True)
        self._deliver()
        mail = self._strict(self.smtp.handler.messages[0][2])
        self.assertEqual(mail.get_content_type(), "multipart/alternative")

    def test_link_instead_of_a_large_file(self):
        self.server.max_email_size = 0.001
        invoice = self._invoice(self.nowak)
        [mail] = self._send(invoice)
        self.assertFalse(list(mail.iter_attachments()))
        plain = mail.get_body(("plain",)).get_content()
        self.assertRegex(plain, r"is too large for a mail\.\r\nGet it here <http\S+/my/invoices/\S+>\r\n$")

    # ------------------------------------------------------------------
    # What is missing
    # ------------------------------------------------------------------

    def test_things_that_are_missing(self):
        """No name, no due date, no reference, no account, no signature, nothing to pay."""
        self.env.user.signature = False
        self.company.partner_id.bank_ids.unlink()
        address = self.env["res.partner"].create({
            "type": "invoice", "parent_id": self.silva.id, "email": "contas@silva.example.com",
        })
        nothing = self._invoice(address, amount=0)
        bare = self._invoice(address)
        bare.write({"payment_reference": False, "partner_bank_id": False})
        self.env.cr.execute("UPDATE account_move SET invoice_date_due = NULL WHERE id = %s", [bare.id])
        bare.invalidate_recordset(["invoice_date_due"])
        order = self._order(address, validity_date=False)
        draft = self._invoice(address, post=False, amount=0, invoice_date=False)
        for document in (nothing, bare, order, draft):
            with self.subTest(document=document):
                for mail in self._send(document):
                    plain = mail.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
                    self._check_lines(re.sub(r" <\S+>", "", plain))
                    self.assertNotRegex(mail.get_body(("html",)).get_content(), NOTHING)
                    self.assertNotRegex("".join(map(str, mail.values())), NOTHING)
                    self.assertIn(f"Kind regards,\n{self.env.user.name}\n", plain)
                    self.assertNotIn("already been paid", plain)
                    self.assertNotRegex(plain, r"(?m):$")

    def test_company_without_an_address(self):
        """The user's address is the next best."""
        self.company.email = False
        [mail] = self._send(self._invoice(self.nowak))
        self.assertEqual(mail["From"].addresses[0].addr_spec, "helena.prado@aurora.example.com")
        self.assertEqual(mail["Reply-To"].addresses[0].addr_spec, "helena.prado@aurora.example.com")
        self.assertNotRegex(mail.get_body(("plain",)).get_content(), NOTHING)

    def test_fits_a_phone(self):
        """In core's layout the customer's name never breaks: the mail becomes as wide as it is long."""
        self.nowak.name = "Przedsiębiorstwo Handlowo-Usługowe Żółw i Synowie Sp. z o.o. w Gdańsku"
        for send in (self._send, self._send_by_hand):
            [mail] = send(self._invoice(self.nowak))
            page = html.document_fromstring(mail.get_body(("html",)).get_content())
            [name] = page.xpath("//table//p[contains(., 'Handlowo')]")
            around = [name, *name.iterancestors()]
            self.assertFalse([e.tag for e in around if "nowrap" in e.get("style", "") or e.get("nowrap")])
            self.assertEqual(page.xpath("//meta[@name='viewport']/@content"), ["width=device-width, initial-scale=1"])

    def test_chosen_layout_stays(self):
        self.types["invoice"].mail_template_id.email_layout_xmlid = "mail.mail_notification_light"
        [mail] = self._send(self._invoice(self.nowak))
        self.assertIn('width="590"', mail.get_body(("html",)).get_content())

    # ------------------------------------------------------------------

    def _customer(self, lang):
        email = f"{lang.lower()}@klient.example.com"
        Partner = self.env["res.partner"]
        return Partner.search([("email", "=", email)]) or Partner.create({
            "name": "Příbramská, Łódzka & São João", "is_company": True, "lang": lang, "email": email,
        })

    def _document(self, code, customer):
        if code in MOVE_TYPES:
            document = self._invoice(
                customer, move_type=MOVE_TYPES[code], post=code != "proforma", invoice_date_due=self.due,
                invoice_payment_term_id=False,
            )
        else:
            document = self._order(customer, validity_date=self.due)
            if code == "order":
                document.action_confirm()
        self.assertEqual(document._dispatch_type_code(), code)
        return document

    def _send(self, document):
        """Send a document as a rule does; return its mails."""
        self.smtp.handler.clear()
        dispatch = document._dispatch_create("rule")
        self._deliver()
        self.assertEqual(dispatch.state, "sent", dispatch.state_message)
        return [self._strict(raw) for _sender, _to, raw in self.smtp.handler.messages]

    def _send_by_hand(self, invoice):
        self.smtp.handler.clear()
        self._send_window(invoice).action_send_and_print()
        return [self._strict(raw) for _sender, _to, raw in self.smtp.handler.messages]

    def _strict(self, raw):
        """Read a mail as the strictest server would: every defect is an error."""
        self._check_bytes(raw)
        mail = message_from_bytes(raw, policy=STRICT)
        mail.raw = raw
        names = [name.lower() for name in mail]
        self.assertLessEqual(set(names), HEADERS)
        for name in ONCE:
            self.assertEqual(names.count(name), 1, name)
        for part in mail.walk():
            for name, value in part.items():
                self.assertFalse(value.defects, f"{name}: {value}")
        self.assertRegex(mail["Message-Id"], r"^<[\x21-\x3b\x3d\x3f-\x7e]+@aurora\.example\.com>$")
        self.assertRegex(mail["Date"], r"^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$")
        date = mail["Date"].datetime
        late = datetime.now(UTC) - (date if date.tzinfo else date.replace(tzinfo=UTC))
        self.assertLess(abs(late), timedelta(minutes=5))
        for name in ("From", "Reply-To", "To"):
            self.assertEqual(len(mail[name].addresses), 1, name)
        self._check_parts(mail)
        return mail

    def _decoded(self, mail, name):
        """Return a header as RFC 2047 §6.2 has it read: no space between two encoded words.

        ``mail[name]`` leaves one there, in Python 3.11 and 3.12.
        """
        value = message_from_bytes(mail.raw)[name].replace("\r\n", "")
        if name == "Subject":
            return str(make_header(decode_header(value)))
        return [(str(make_header(decode_header(shown))), address) for shown, address in getaddresses([value])]

    def _check_bytes(self, raw):
        """Seven bits, CR and LF only together, no line longer than RFC 5322 §2.1.1 allows."""
        self.assertTrue(raw.isascii())
        self.assertNotIn(b"\0", raw)
        rest = raw.replace(b"\r\n", b"")
        self.assertFalse({b"\r", b"\n"} & {rest[i:i + 1] for i in range(len(rest))})
        self.assertTrue(raw.endswith(b"\r\n"))
        head, _empty, _body = raw.partition(b"\r\n\r\n")
        self.assertLessEqual(max(map(len, raw.split(b"\r\n"))), 998)
        self.assertFalse([line for line in head.split(b"\r\n") if not line.strip()])

    def _check_parts(self, mail):
        """The plain text first, then the HTML, then the files: each reader takes the last that it can show."""
        texts, files = mail, []
        if mail.get_content_type() != "multipart/alternative":
            self.assertEqual(mail.get_content_type(), "multipart/mixed")
            texts, *files = mail.iter_parts()
            self.assertTrue(files)
        self.assertEqual(texts.get_content_type(), "multipart/alternative")
        self.assertEqual([part.get_content_type() for part in texts.iter_parts()], ["text/plain", "text/html"])
        for part in texts.iter_parts():
            self.assertEqual(part.get_content_charset(), "utf-8")
            self.assertTrue(part.get_content().strip())
            self.assertNotIn("\N{REPLACEMENT CHARACTER}", part.get_content())
        for part in mail.walk():
            if not part.is_multipart():
                self.assertIn(part["Content-Transfer-Encoding"], ("7bit", "quoted-printable", "base64"))
        for part in files:
            self.assertEqual(part.get_content_disposition(), "attachment")
            self.assertTrue(part.get_filename())
