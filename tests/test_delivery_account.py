"""The limits of the sender account, and an account that is refused."""

from datetime import timedelta
from smtplib import SMTPAuthenticationError
from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.base.tests.common import MockSmtplibCase

from .common import DispatchCase


class TestAccount(DispatchCase):
    def test_not_more_than_so_many_per_minute(self):
        self.server.dispatch_per_minute = 2
        invoices = self.env["account.move"].union(*(self._invoice(self.nowak) for _ in range(3)))
        invoices._dispatch_create("rule")
        self._deliver()
        self.assertEqual(len(self.envelopes), 2)
        waiting = self._dispatches(invoices).recipient_ids.filtered(lambda r: r.state != "sent")
        self.assertEqual((waiting.mapped("state"), waiting.tries), (["queued"], 0))
        self.assertIn("a limit of 2 per minute", waiting.dispatch_id.what_next)
        with self._clock(fields.Datetime.now() + timedelta(seconds=61)):
            self._deliver()
        self.assertEqual(len(self.envelopes), 3)

    def test_hangs_up_after_so_many(self):
        self.server.dispatch_per_connection = 2
        invoices = self.env["account.move"].union(*(self._invoice(self.nowak) for _ in range(5)))
        invoices._dispatch_create("rule")
        connect, calls = IrMail_Server._connect__, []

        def counted(server, *args, **kwargs):
            calls.append(1)
            return connect(server, *args, **kwargs)

        with patch.object(IrMail_Server, "_connect__", counted):
            self._deliver()
        self.assertEqual((len(calls), len(self.envelopes)), (3, 5))

    def test_refused_login_stops_the_account(self):
        invoices = self._invoice(self.nowak) | self._invoice(self.nowak)
        invoices._dispatch_create("rule")
        refusal = SMTPAuthenticationError(535, b"5.7.8 bad credentials")
        with patch.object(IrMail_Server, "_connect__", side_effect=refusal) as connect:
            self._deliver()
            self._deliver()
            self.assertEqual(connect.call_count, 1, "a stopped account is left alone")
        self.assertIn("535", self.server.dispatch_problem)
        self.assertEqual(set(self._dispatches(invoices).recipient_ids.mapped("tries")), {0})
        self.assertEqual(set(invoices.mapped("dispatch_state")), {"queued"})
        self.server.smtp_pass = "corrected"
        self._dispatches(invoices).recipient_ids._with_system_write().next_try = False
        self._deliver()
        self.assertEqual(len(self.envelopes), 2)
        self.assertFalse(self.server.dispatch_problem)

    def test_too_large_a_file_goes_as_a_link(self):
        self.server.max_email_size = 1
        template = self.types["invoice"].mail_template_id
        template.attachment_ids = self.env["ir.attachment"].create([
            {"name": "catálogo.pdf", "raw": b"%PDF-1.4" + b"0" * 1_500_000, "mimetype": "application/pdf"},
            {"name": "condições.txt", "raw": b"30 dias", "mimetype": "text/plain"},
        ])
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        names = [part.get_filename() for part in self.mails[0].iter_attachments()]
        self.assertIn("condições.txt", names)
        self.assertNotIn("catálogo.pdf", names)
        body = self.mails[0].get_body(("html",)).get_content()
        self.assertIn("catálogo.pdf", body)
        self.assertIn(f"/my/invoices/{invoice.id}?access_token=", body)
        self.assertEqual(self._dispatches(invoice).recipient_ids.linked_files, "catálogo.pdf")

    def test_of_two_files_with_one_name_the_large_one_goes_as_a_link(self):
        self.server.max_email_size = 1
        small, large = b"%PDF-1.4 a vencer", b"%PDF-1.4 vencidos" + b"0" * 1_500_000
        for first, second in ((small, large), (large, small)):
            with self.subTest(first=len(first)):
                mail, recipient = self._send_with_files(("boleto.pdf", first), ("boleto.pdf", second))
                self.assertEqual(self._contents(mail, "boleto.pdf"), [small])
                body = mail.get_body(("html",)).get_content()
                self.assertEqual(body.count("boleto.pdf ("), 1)
                self.assertEqual(recipient.linked_files, "boleto.pdf")

    def test_of_two_equal_files_one_goes_as_a_link(self):
        self.server.max_email_size = 1
        equal = ("boleto.pdf", b"%PDF-1.4" + b"0" * 600_000)
        mail, recipient = self._send_with_files(equal, equal)
        self.assertEqual(self._contents(mail, "boleto.pdf"), [equal[1]])
        self.assertEqual(recipient.linked_files, "boleto.pdf")

    def _send_with_files(self, *files):
        """Send an invoice with these files, name and content each; return its mail and its recipient."""
        self.smtp.handler.clear()
        self.types["invoice"].mail_template_id.attachment_ids = self.env["ir.attachment"].create([
            {"name": name, "raw": content, "mimetype": "application/pdf"} for name, content in files
        ])
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        [mail] = self.mails
        return mail, self._dispatches(invoice).recipient_ids

    def _contents(self, mail, name):
        return [part.get_content() for part in mail.iter_attachments() if part.get_filename() == name]


class TestMailThatIsNoDocument(MockSmtplibCase, DispatchCase):
    """Core's way with its accounts stays core's, also where a test of another module stands in for smtplib."""

    def test_personal_account_with_a_limit(self):
        user = self.env["res.users"].create({
            "name": "Rita Moraes", "login": "rita", "email": "rita@aurora.example.com",
            "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
        })
        account = self.env["ir.mail_server"].create({
            "name": "Rita's own", "owner_user_id": user.id, "from_filter": user.email, "smtp_user": user.email,
            "smtp_host": "mail.example.com", "smtp_encryption": "none",
        })
        self.env["ir.config_parameter"].set_param("mail.server.personal.limit.minutes", "2")
        mails = self.env["mail.mail"].with_user(user).sudo().create([
            {"email_to": f"{number}@example.com", "email_from": user.email, "auto_delete": False}
            for number in range(3)
        ])
        with self.mock_smtplib_connection():
            mails.send()
        self.assertEqual(mails.mapped("state"), ["sent", "sent", "outgoing"], mails.mapped("failure_reason"))
        self.assertEqual([mail["smtp_to_list"] for mail in self.emails], [["0@example.com"], ["1@example.com"]])
        self.assertEqual(account.owner_limit_count, 2)
        self.assertGreater(mails[2].scheduled_date, fields.Datetime.now() - timedelta(minutes=1))
        self.assertFalse(account.dispatch_problem or account.dispatch_unreached_since)
