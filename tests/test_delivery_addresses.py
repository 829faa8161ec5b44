"""From what stands in a contact to the envelope: one form of each address, counted at the mail server."""

import email
from email import policy
from email.utils import getaddresses

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import DispatchCase

#: What Python, Odoo or a mail server may take for the end of a line or of a text
SIGNS = ("\n", "\r", "\r\n", "\t", "\v", "\f", "\x1b", "\x1c", "\x1e", "\x7f", "\x85", "\u2028", "\u2029", " \r\n\r\n ")

#: Where names and texts of headers come from
FIELDS = ("company", "account", "user", "partner", "contact", "subject", "document", "file")


class TestEnvelopeAddresses(DispatchCase):
    def _arrived(self, text):
        """Who got an invoice of a customer in whose address field this stands."""
        self.smtp.handler.clear()
        customer = self.env["res.partner"].create({"name": "Cliente", "is_company": True, "email": text})
        dispatch = self._invoice(customer)._dispatch_create("rule")
        self._deliver()
        self.assertEqual(dispatch.state, "sent" if self.envelopes else "paper", dispatch.state_message)
        for _sender, to, raw in self.smtp.handler.messages:
            header = email.message_from_bytes(raw, policy=policy.SMTP)["To"]
            self.assertEqual([address for _name, address in getaddresses([str(header)])], to)
        return self.envelopes

    def test_what_is_read_is_what_arrives(self):
        for text, expected in (
            ("1. ana@cliente.example", "ana@cliente.example"),
            ("fiscal@cliente.example - Joana", "fiscal@cliente.example"),
            ("<mailto:ana@cliente.example>", "ana@cliente.example"),
            ("Silva, Ana <ana@cliente.example>;", "ana@cliente.example"),
            ("\ufeffana@cliente.example\u200b", "ana@cliente.example"),
            ("ana＠cliente．example", "ana@cliente.example"),
            ("“ana@cliente.example”", "ana@cliente.example"),
            ('"Bike@Home" <ana@cliente.example>', "ana@cliente.example"),
            ("info@čapek.example", "info@xn--apek-fua.example"),
            ("Info <INFO@ČAPEK.example>", "info@xn--apek-fua.example"),
            ("info@xn--apek-fua.example", "info@xn--apek-fua.example"),
            ("info@żółw.example", "info@xn--w-uga1v8h.example"),
            ("名古屋 <info@名古屋.example>", "info@xn--7orpdr10a.example"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._arrived(text), [expected])
        self.assertEqual(sorted(self._arrived("ana@cliente.example e info@čapek.example")),
                         ["ana@cliente.example", "info@xn--apek-fua.example"])

    def test_unclear_and_impossible_addresses_reach_nobody(self):
        for text, reason in (
            ("joao. silva@cliente.example", "invalid"), ("ana@cliente.example br", "invalid"),
            ("jan.novák@cliente.example", "letters"), ("Jan <jan.novák@cliente.example>", "letters"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._arrived(text), [])
                customer = self.env["res.partner"].search([("email", "=", text)])
                [skipped] = customer._dispatch_recipients(self.types["invoice"])[customer].skipped
                self.assertEqual((skipped.email, skipped.reason), (text, reason))

    def test_a_person_is_told_why_such_an_address_cannot_be_used(self):
        with self.assertRaisesRegex(UserError, "SMTPUTF8"):
            self.env["res.partner"]._dispatch_typed_addresses("jan.novák@cliente.example")
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        with self.assertRaisesRegex(UserError, "SMTPUTF8"):
            dispatch.recipient_ids = [Command.create({"email": "jan.novák@cliente.example"})]

    def test_international_domain_of_the_sender(self):
        self.company.email = "faturas@čapek.example"
        self.env.user.partner_id.email = "helena@čapek.example"
        self._arrived("ana@cliente.example")
        [(sender, _to, raw)] = self.smtp.handler.messages
        self.assertTrue(sender.isascii())
        for name in ("From", "Reply-To"):
            [(_name, address)] = getaddresses([str(email.message_from_bytes(raw, policy=policy.SMTP)[name])])
            self.assertRegex(address, r"^\w+@xn--apek-fua\.example$")

    def test_signs_in_names_stop_no_mail(self):
        """Fields and signs: each mail arrives, with headers of one line, and at nobody else's."""
        cases = [("\n", {field}) for field in FIELDS] + [(sign, set(FIELDS)) for sign in SIGNS]
        for number, (sign, bad_fields) in enumerate(cases):
            with self.subTest(sign=sign, fields=bad_fields), self.env.cr.savepoint() as savepoint:
                self.smtp.handler.clear()
                order = self._order_with(f"Aurora{sign}Bcc: spy@evil.example", bad_fields, number)
                dispatch = order._dispatch_create("rule")
                self._deliver()
                self.assertEqual(dispatch.state, "sent", dispatch.state_message)
                [(_sender, to, raw)] = self.smtp.handler.messages
                self.assertEqual(to, ["ana@cliente.example"])
                self._check_headers(raw)
                savepoint.rollback()
                self.env.invalidate_all()

    def _order_with(self, bad, bad_fields, number):
        """An order in whose surroundings these fields hold a bad name."""
        names = {field: bad if field in bad_fields else f"Good {field}" for field in FIELDS}
        self.company.name = names["company"]
        self.env.user.partner_id.name = names["user"]
        if "account" in bad_fields:
            account = self.server.copy({"name": bad, "from_filter": "conta@aurora.example.com"})
            self.types["quotation"].mail_server_id = account
        template = self.types["quotation"].mail_template_id
        template.subject = f"{names['subject']} {{{{ object.name }}}}"
        template.attachment_ids = [Command.create(
            {"name": f"{names['file']}.txt", "raw": b"words", "mimetype": "text/plain"})]
        customer = self.env["res.partner"].create({"name": names["partner"], "is_company": True})
        customer.child_ids = [Command.create(
            {"name": names["contact"], "email": "ana@cliente.example", "dispatch_quote": True})]
        return self._order(customer, name=f"{names['document']} {number}")

    def _check_headers(self, raw):
        mail = email.message_from_bytes(raw, policy=policy.SMTP)
        self.assertFalse({"Bcc", "Cc"} & set(mail.keys()))
        for part in mail.walk():
            for name, value in part.items():
                self.assertEqual(len(str(value).splitlines()), 1, f"{name}: {value!r}")
                self.assertNotRegex(str(value), r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
            self.assertNotRegex(part.get_filename() or "", r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
