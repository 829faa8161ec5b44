"""Who is not of the house: strangers who have the link of a document or a mail about it, and customers who log in."""

import base64
from contextlib import suppress

from odoo import http
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import new_user
from .fiscal import FiscalCase, boleto_pdf

MAIL = """From: Mallory <{sender}>
To: catchall@aurora.example.com
Subject: Re: Fatura
Message-ID: <{name}.{sender}>
In-Reply-To: {parent}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

Segue o boleto certo.
--b
Content-Type: application/octet-stream; name={name}
Content-Disposition: attachment; filename={name}
Content-Transfer-Encoding: base64

{content}
--b--
"""


@tagged("post_install", "-at_install")
class TestFilesFromOutside(FiscalCase, HttpCase):
    """A boleto that somebody else drew does not go out in the company's name, whichever way it came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._nf_people()
        [term] = cls.invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        cls.boleto = boleto_pdf((term.amount_currency, term.date_maturity))
        cls.rule = cls._rule("Na hora", "nfe", "boleto", trigger="post", date_from="2020-01-01")
        cls.rule.user_id.group_ids |= cls.env.ref("account.group_account_invoice")

    def assertNothingGoes(self):
        self.env.invalidate_all()
        self._run_cron("read")
        self.assertEqual(len(self._attachments()), 1, "it came")
        self.assertFalse(self.invoice.dispatch_file_ids)
        # a clerk looks again
        self.invoice.action_dispatch_recognise()
        self._run_cron("read")
        self.assertFalse(self.invoice.dispatch_file_ids)
        self.assertFalse(self.env["document.dispatch"].search([("move_id", "=", self.invoice.id)]))
        self.assertFalse(self.envelopes)

    def _attachments(self):
        # wherever core puts it
        return self.env["ir.attachment"].sudo().search([
            ("name", "in", ("boleto.pdf", "nfe.xml")), ("res_field", "=", False)])

    def _upload_by_link(self, content, name, **vals):
        """As the page of the document does for whoever has its link."""
        self.authenticate(None, None)
        answer = self.url_open("/mail/attachment/upload", data={
            "thread_id": self.invoice.id, "thread_model": "account.move",
            "token": self.invoice._portal_ensure_token(), "csrf_token": http.Request.csrf_token(self), **vals,
        }, files={"ufile": (name, content, "application/octet-stream")})
        return answer.json()["data"]

    def test_uploaded_with_the_link(self):
        self._upload_by_link(self.boleto, "boleto.pdf", is_pending="false")
        self.assertNothingGoes()

    def test_xml_uploaded_with_the_link(self):
        self._upload_by_link(self.xml, "nfe.xml", is_pending="false")
        self.assertNothingGoes()

    def test_posted_with_the_link(self):
        for content, name in ((self.boleto, "boleto.pdf"), (self.xml, "nfe.xml")):
            with self.subTest(name=name):
                self._attachments().unlink()
                uploaded = self._upload_by_link(content, name, is_pending="true")
                [vals] = uploaded["store_data"]["ir.attachment"]
                self.make_jsonrpc_request("/mail/message/post", {
                    "thread_model": "account.move", "thread_id": self.invoice.id,
                    "token": self.invoice._portal_ensure_token(),
                    "post_data": {
                        "body": "Segue o boleto", "message_type": "comment", "subtype_xmlid": "mail.mt_comment",
                        "attachment_ids": [uploaded["attachment_id"]], "attachment_tokens": [vals["ownership_token"]],
                    },
                })
                self.assertNothingGoes()

    def test_mailed(self):
        """Also in the name of a colleague: anybody writes any sender into a mail."""
        parent = self.invoice.message_post(body="Fatura", subtype_xmlid="mail.mt_comment").message_id
        for sender in ("mallory@evil.example.com", self.env.user.email):
            for content, name in ((self.boleto, "boleto.pdf"), (self.xml, "nfe.xml")):
                with self.subTest(sender=sender, name=name), mute_logger("odoo.addons.mail.models.mail_thread"):
                    self._attachments().unlink()
                    self.smtp.handler.clear()
                    mail = MAIL.format(
                        sender=sender, name=name, parent=parent, content=base64.encodebytes(content).decode())
                    self.env["mail.thread"].with_context(mail_notify_force_send=False).message_process(None, mail)
                    self.assertNothingGoes()

    def test_put_on_the_invoice_by_hand(self):
        """Who trusts the customer's file saves it, and puts it on the invoice."""
        self._upload_by_link(self.boleto, "boleto.pdf", is_pending="false")
        self._attach(self._attachments().raw, "boleto.pdf")
        self.assertEqual(self.invoice.dispatch_file_ids.kind, "boleto")
        self.assertTrue(self.env["document.dispatch"].search([("move_id", "=", self.invoice.id)]))


@tagged("post_install", "-at_install")
class TestPortalUser(FiscalCase):
    """Customers who log in read their own documents, contacts and the company by RPC, whatever the pages show."""

    #: What they may know of fields of the addon: how they receive documents, and that one was sent
    PUBLIC = {
        "account.move": {"dispatch_name", "dispatch_kind", "dispatch_mark", "dispatch_revision", "dispatch_state",
                         "dispatch_opened_date", "dispatch_brazil", "dispatch_state_text", "dispatch_payment_code",
                         "dispatch_payment_code_name"},
        "sale.order": {"dispatch_name", "dispatch_kind", "dispatch_mark", "dispatch_revision", "dispatch_state",
                       "dispatch_opened_date", "dispatch_auto", "dispatch_state_text"},
        "res.partner": {
            "dispatch_readers", "dispatch_nf", "dispatch_nfse", "dispatch_financial", "dispatch_invoice",
            "dispatch_quote", "dispatch_order", "dispatch_refusals", "dispatch_letter_date",
            "dematerialization_refused", "dematerialization_refused_date", "dematerialization_letter_sent",
            "dematerialization_letter_date"},
        "res.company": {
            "dispatch_mode", "dispatch_customer_page", "dispatch_page_days", "dispatch_extra_accept",
            "dispatch_open_on_post", "dispatch_copy_to_me", "dispatch_print_asks", "dispatch_general_address",
            "dispatch_test_state", "dispatch_test_date", "dispatch_envelope", "dispatch_consent_text",
            "dispatch_download_pdf", "dispatch_readers", "dispatch_collection_hour", "dispatch_collection_tz"},
    }

    def test_fields(self):
        user = self.env["res.users"].create({
            "name": "Ana Silva", "login": "ana@silva.example.com", "partner_id": self.silva_ana.id,
            "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
        })
        order = self._order(self.silva)
        order.action_quotation_sent()
        order.message_subscribe(self.silva_ana.ids)
        self.invoice.message_subscribe(self.silva_ana.ids)
        self.invoice._dispatch_exclude("Cliente insolvente")
        for record in (self.invoice, order, self.silva, self.company):
            record = record.with_user(user)
            self.assertTrue(record.has_access("read"))
            seen = {
                name for name, field in record._fields.items()
                if "document_dispatch" in field._modules[:1] and record._has_field_access(field, "read")
                and not (field.relational and not self.env[field.comodel_name].with_user(user).has_access("read"))
            }
            self.assertEqual(seen, self.PUBLIC[record._name])


@tagged("post_install", "-at_install")
class TestWindowsOfOthers(FiscalCase):
    """A window that is not saved may say any invoice and company: what it shows is read with the user's rights."""

    def test_computed_with_the_users_rights(self):
        found = {
            f"{model._name}.{field.name}" for model in self.env.registry.values() if model._transient
            for field in model._fields.values()
            if field._modules[:1] == ("document_dispatch",) and field.compute and not field.related
            and field.compute_sudo
        }
        self.assertFalse(found, "computed as superuser, which stored fields are unless they say otherwise")

    def test_invoice_and_company_of_others(self):
        self._attach(self.xml, "nfe.xml")
        self.silva.write({"company_id": self.company.id, "customer_rank": 1})
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        user = new_user(paris, "odile", "account.group_account_invoice")
        line = {"fields": {"subject": {}, "body": {}, "recipients": {}}}
        for model, name, record, spec in (
            ("account.move.send.wizard", "move_id", self.invoice, {"dispatch_file_ids": line}),
            ("account.move.send.wizard", "move_id", self.invoice, {"dispatch_from": {}}),
            ("document.letter.window", "company_id", self.company,
             {"preview_partner_id": {"fields": {"display_name": {}}}}),
        ):
            with self.subTest(model=model, spec=spec), mute_logger("odoo.addons.base.models.ir_rule"):
                self.env.flush_all()
                self.env.invalidate_all()
                said = ""
                with suppress(AccessError):
                    said = str(call_kw(self.env[model].with_user(user), "onchange", [
                        [], {name: record.id}, [name], {name: {}, **spec}], {})["value"])
                for secret in ("Silva", self.nfe.key, str(self.nfe.number), "aurora.example.com"):
                    self.assertNotIn(secret, said)
