"""Shared set-up: a Brazilian company with customers of five countries, and a real SMTP server."""

import email
import re
from contextlib import contextmanager
from email import policy
from types import ModuleType
from unittest.mock import patch

from odoo import fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.models import ir_cron
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .smtp_server import SmtpServer


def set_email(partner, text):
    """Let this stand in a contact's address field, also beside a module that forbids it for new ones.

    What was typed or imported before that module came is there still, and must be understood.
    """
    try:
        with partner.env.cr.savepoint():
            partner.email = text
    except UserError:
        partner.invalidate_recordset(["email"])
    if partner.email != text:
        partner.flush_recordset()
        # raw SQL: not the way of new addresses
        partner.env.cr.execute("UPDATE res_partner SET email = %s WHERE id = %s", [text or None, partner.id])
        partner.invalidate_recordset(["email"])
        partner.modified(["email"])


def new_user(companies, login, groups, **vals):
    """Somebody who works in these companies, in the first one to begin with; the password is the login.

    :param str groups: external names, with commas between them
    """
    company_ids = [fields.Command.set(companies.ids)]
    return new_test_user(companies.env, login, groups, company_id=companies[0].id, company_ids=company_ids, **vals)


@contextmanager
def contact_form(test, partner):
    """Open a contact's form, and save it at the end.

    Beside a module that opens or saves contacts for its own groups only, the test is skipped; where rights to records
    of the addon's own, or of what it needs, are missing, it fails.

    :param partner: with the test's user; empty for a new one
    """
    try:
        with Form(partner) as form:
            yield form
    except AccessError as error:
        if not _is_of_a_module_beside(test.env, error):
            raise
        test.skipTest(f"a module beside keeps this user out of the form: {error}")


def _is_of_a_module_beside(env, error):
    """Tell whether rights to a model are missing that neither the addon nor any module that it needs brings."""
    addon = env.ref("base.module_document_dispatch")
    needed = {"base", addon.name, *addon.upstream_dependencies(exclude_states=("uninstalled",)).mapped("name")}
    models = re.findall(r"\(([a-z0-9_]+(?:\.[a-z0-9_]+)+)[:)]", str(error))
    return any(name in env and env[name]._original_module not in needed for name in models)


@contextmanager
def address_rule(env, module="sale"):
    """Let a module forbid every address that is written on a contact, as OCA's ``partner_email_check`` does some.

    :param str module: an installed one, whose rule it is
    """
    theirs = ModuleType(f"odoo.addons.{module}.models.res_partner")
    theirs.ValidationError = ValidationError
    exec("def check(email):\n    raise ValidationError(f'{email} is an invalid email')", theirs.__dict__)
    partners = env.registry["res.partner"]
    create, write = partners.create, partners.write

    def checked_create(records, vals_list):
        for vals in vals_list if isinstance(vals_list, list) else [vals_list]:
            if vals.get("email"):
                theirs.check(vals["email"])
        return create(records, vals_list)

    def checked_write(records, vals):
        if vals.get("email"):
            theirs.check(vals["email"])
        return write(records, vals)

    with patch.object(partners, "create", checked_create), patch.object(partners, "write", checked_write):
        yield

#: Tests that need another module, by this tag: where it is not installed they would only be skipped
BESIDE = "document_dispatch_beside"


@tagged("post_install", "-at_install")
class DispatchCase(AccountTestInvoicingCommon):
    """Invoices and orders of real life, delivered to a real SMTP server on loopback."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.smtp = SmtpServer()
        cls.smtp.start()
        cls.addClassCleanup(cls.smtp.stop)
        # Odoo sends nothing in tests unless it is told to
        cls.classPatch(IrMail_Server, "_disable_send", classmethod(lambda cls: False))
        # a busy machine does not come to an end within the 10 s after which Odoo turns to another job
        cls.classPatch(ir_cron, "MIN_TIME_PER_JOB", 600)
        cls.env["ir.mail_server"].search([]).active = False
        cls.server = cls.env["ir.mail_server"].create({
            "name": "Loopback", "smtp_host": "127.0.0.1", "smtp_port": cls.smtp.port,
            "smtp_encryption": "none", "smtp_authentication": "login",
        })
        cls.company = cls.company_data["company"]
        cls.company.write({"name": "Aurora Equipamentos Ltda", "email": "faturas@aurora.example.com",
                           "dispatch_readers": "each"})
        cls.env.user.partner_id.email = "helena.prado@aurora.example.com"
        cls.types = {
            dispatch_type.code: dispatch_type
            for dispatch_type in cls.env["document.dispatch.type"].search([])
        }
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls._create_customers()

    @classmethod
    def _create_customers(cls):
        Partner = cls.env["res.partner"]
        cls.silva = Partner.create({
            "name": "Silva & Filhos Comércio Ltda", "is_company": True, "email": "contato@silva.example.com",
        })
        cls.silva_ana = Partner.create({
            "name": "Ana Silva", "parent_id": cls.silva.id, "email": "ana@silva.example.com",
            "dispatch_invoice": True, "dispatch_quote": True,
        })
        cls.silva_rui = Partner.create({
            "name": "Rui Lopes", "parent_id": cls.silva.id, "email": "rui@silva.example.com",
            "dispatch_invoice": True, "dispatch_order": True,
        })
        cls.nowak = Partner.create({
            "name": "Nowak Sp. z o.o.", "is_company": True, "email": "biuro@nowak.example.com",
        })
        cls.papel = Partner.create({
            "name": "Čapek s.r.o.", "is_company": True, "email": "info@capek.example.com",
        })
        cls.papel.dematerialization_refused = True
        cls.mudo = Partner.create({"name": "Gómez Hermanos S.A.", "is_company": True})

    def setUp(self):
        super().setUp()
        self.smtp.handler.clear()
        self.smtp.start()

    # ------------------------------------------------------------------

    @classmethod
    def _invoice(cls, partner, amount=1250.0, post=True, move_type="out_invoice", **vals):
        move = cls.env["account.move"].create({
            "move_type": move_type, "partner_id": partner.id, "invoice_date": fields.Date.today(),
            "invoice_line_ids": [fields.Command.create({
                "name": "Bomba centrífuga 2 CV", "quantity": 1, "price_unit": amount, "tax_ids": [],
            })],
            **vals,
        })
        if post:
            move.action_post()
        return move

    @classmethod
    def _order(cls, partner, amount=480.0, **vals):
        return cls.env["sale.order"].create({
            "partner_id": partner.id,
            "order_line": [fields.Command.create({
                "product_id": cls.product_a.id, "product_uom_qty": 2, "price_unit": amount,
            })],
            **vals,
        })

    @classmethod
    def _rule(cls, name, *codes, **vals):
        """A rule for these kinds of documents, switched on."""
        types = cls.env["document.dispatch.type"].union(*(cls.types[code] for code in codes))
        return cls.env["document.dispatch.rule"].create({
            "name": name, "active": True, "type_ids": [fields.Command.set(types.ids)], **vals,
        })

    def _dispatches(self, documents):
        return self.env["document.dispatch"].search(
            self.env["document.dispatch"]._get_document_domain(documents), order="id",
        )

    def _fates(self, documents):
        """``{address: state}`` of all dispatches of these documents."""
        return {r.email: r.state for r in self._dispatches(documents).recipient_ids}

    def _switch_payments_on(self):
        """A provider without a program behind it, as the tests of core have one."""
        method = self.env.ref("payment.payment_method_unknown")
        form = self.env["ir.ui.view"].create({"name": "Form", "type": "qweb", "arch": "<form method='post'/>"})
        self.env["payment.provider"].create({
            "name": "Pix", "code": "none", "state": "test", "is_published": True, "company_id": self.company.id,
            "payment_method_ids": method.ids, "redirect_form_view_id": form.id,
        })
        method.active = True

    def _plan(self):
        """Let the scheduler come at the time of every rule."""
        self.env["document.dispatch.rule"].search([]).next_run = fields.Datetime.now()
        self._run_cron("plan")

    def _run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"document_dispatch.ir_cron_dispatch_{name}").method_direct_trigger()

    def _deliver(self):
        self.env["document.dispatch.delivery"]._deliver()

    def _count_reading(self, records, name):
        """``(one, all)``: the statements that reading this field of one of these records takes, and of all of them."""
        statements = []
        for some in (records[:1], records[:1], records):  # what is cached for long is read the first time
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped(name)
            statements.append(self.env.cr.sql_log_count - before)
        return statements[1:]

    def _batch_window(self, invoices, **vals):
        return self.env["account.move.send.batch.wizard"].with_context(
            active_model="account.move", active_ids=invoices.ids,
        ).create(vals)

    def _send_window(self, invoice):
        return self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        ).create({})

    # ------------------------------------------------------------------

    @property
    def envelopes(self):
        """All addresses that the server was given, in order."""
        return [address for _sender, to, _content in self.smtp.handler.messages for address in to]

    @property
    def mails(self):
        return [
            email.message_from_bytes(content, policy=policy.default)
            for _sender, _to, content in self.smtp.handler.messages
        ]

    @contextmanager
    def _mail_server_down(self):
        self.smtp.stop()
        try:
            yield
        finally:
            self.smtp.start()

    @contextmanager
    def _clock(self, when):
        """Let the worker believe that it is ``when``."""
        with patch.object(fields.Datetime, "now", staticmethod(lambda *args: when)):
            yield
