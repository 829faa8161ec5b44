"""Kinds of documents: those delivered, a company's own, and what an administrator can set up."""

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import mute_logger

from .common import new_user


@tagged("post_install", "-at_install")
class TestTypes(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.types = {
            dispatch_type.code: dispatch_type for dispatch_type in cls.env["document.dispatch.type"].search([])
        }
        cls.invoice = cls.types["invoice"]
        cls.here = cls.env.company
        cls.paris = cls.env["res.company"].create({"name": "Aurora France SARL"})
        cls.manager = new_user(cls.here, "ines", "document_dispatch.group_dispatch_manager", name="Inês Rocha")

    def _own(self, company, **vals):
        """A company's own record of the invoice."""
        return self.env["document.dispatch.type"].create({
            "name": f"Facture {company.name}", "code": "invoice", "model": "account.move", "role": "invoice",
            "mail_template_id": self.invoice.mail_template_id.id, "company_id": company.id, **vals,
        })

    # ------------------------------------------------------------------
    # Delivered
    # ------------------------------------------------------------------

    def test_delivered(self):
        for code, model, role in (
            ("invoice", "account.move", "invoice"), ("credit_note", "account.move", "invoice"),
            ("receipt", "account.move", "invoice"), ("quotation", "sale.order", "quote"),
            ("order", "sale.order", "order"),
        ):
            dispatch_type = self.env.ref(f"document_dispatch.type_{code}")
            with self.subTest(code=code):
                self.assertEqual(
                    (dispatch_type.code, dispatch_type.model, dispatch_type.role), (code, model, role),
                )

    def test_delivered_ones_are_for_everybody_and_complete(self):
        for dispatch_type in self.types.values():
            with self.subTest(code=dispatch_type.code):
                self.assertTrue(dispatch_type.active)
                self.assertFalse(dispatch_type.company_id)
                self.assertEqual(dispatch_type.mail_template_id.model, dispatch_type.model)
                self.assertTrue(dispatch_type.mail_template_id.subject)
                self.assertFalse(dispatch_type.mail_server_id, "the account Odoo chooses")

    def test_refusal_applies_unless_the_law_asks_for_electronic_delivery(self):
        """Brazil: the NF-e must reach the recipient (Ajuste SINIEF 07/05 cl. 7 §7)."""
        for code, dispatch_type in self.types.items():
            self.assertEqual(dispatch_type.refusal_applies, code not in ("nfe", "nfe_event"), code)

    def test_every_role_is_a_flag_on_the_partner(self):
        for dispatch_type in self.types.values():
            self.assertIn(f"dispatch_{dispatch_type.role}", self.env["res.partner"]._fields)

    def test_codes_of_documents_have_their_type(self):
        """What an invoice or an order calls itself must be found."""
        codes = {
            self.env["account.move"].new({"move_type": move_type, "state": state})._dispatch_type_code()
            for move_type in ("out_invoice", "out_refund", "out_receipt") for state in ("draft", "posted")
        } | {self.env["sale.order"].new({"state": state})._dispatch_type_code() for state in ("draft", "sale")}
        self.assertEqual(codes, {"invoice", "proforma", "credit_note", "receipt", "quotation", "order"})
        self.assertLessEqual(codes, set(self.types))
        for move_type in ("in_invoice", "in_refund", "entry"):
            self.assertFalse(self.env["account.move"].new({"move_type": move_type})._dispatch_type_code())

    # ------------------------------------------------------------------
    # A company's own record
    # ------------------------------------------------------------------

    def _by_code(self, company, *codes):
        return self.env["document.dispatch.type"]._get_by_code(codes or ["invoice"], company)

    def test_own_record_wins_wherever_it_stands_in_the_list(self):
        for sequence in (1, 1000):
            with self.subTest(sequence=sequence):
                own = self._own(self.paris, sequence=sequence)
                self.assertEqual(self._by_code(self.paris), {"invoice": own})
                self.assertEqual(self._by_code(self.here), {"invoice": self.invoice})
                own.unlink()

    def test_general_one_comes_back_when_the_own_is_archived(self):
        self._own(self.paris).active = False
        self.assertEqual(self._by_code(self.paris), {"invoice": self.invoice})

    def test_only_the_codes_asked_for(self):
        self.assertEqual(self._by_code(self.here, "order", "receipt", False), {
            "order": self.types["order"], "receipt": self.types["receipt"],
        })

    def test_documents_take_their_companys(self):
        own = self._own(self.paris, code="quotation", model="sale.order", role="quote", mail_template_id=False)
        partner = self.env["res.partner"].create({"name": "Durand SARL", "email": "compta@durand.example.fr"})
        for company, expected in ((self.paris, own), (self.here, self.types["quotation"])):
            order = self.env["sale.order"].create({"partner_id": partner.id, "company_id": company.id})
            self.assertEqual(order._dispatch_type(), expected)
            self.assertEqual(order._dispatch_create("manual").type_id, expected)

    # ------------------------------------------------------------------
    # Narrowed by journal or sales team
    # ------------------------------------------------------------------

    def _journal(self, company=None, code="EXP"):
        return self.env["account.journal"].create({
            "name": f"Exportação {code}", "code": code, "type": "sale", "company_id": (company or self.here).id,
        })

    def _fit(self, company, code="invoice", **narrowing):
        return self.env["document.dispatch.type"]._find_narrowest(code, company, narrowing)

    def test_narrowest_wins(self):
        """Journal before company before general, whatever stands first in the list."""
        journal, other = self._journal(), self._journal(code="SRV")
        for sequence in (1, 1000):
            with self.subTest(sequence=sequence):
                narrow = self._own(self.here, journal_id=journal.id, sequence=sequence)
                self.assertEqual(self._fit(self.here, journal_id=journal.id), narrow)
                self.assertEqual(self._fit(self.here, journal_id=other.id), self.invoice)
                own = self._own(self.here, sequence=sequence)
                self.assertEqual(self._fit(self.here, journal_id=journal.id), narrow)
                self.assertEqual(self._fit(self.here, journal_id=other.id), own)
                self.assertEqual(self._by_code(self.here), {"invoice": own})
                narrow.active = False
                self.assertEqual(self._fit(self.here, journal_id=journal.id), own)
                (narrow | own).unlink()

    def test_documents_take_the_type_of_their_journal_and_team(self):
        journal = self._journal()
        team = self.env["crm.team"].create({"name": "Exportação"})
        exports = self._own(self.here, journal_id=journal.id)
        drafts = self._own(self.here, code="proforma", journal_id=journal.id)
        orders = self._own(self.here, code="order", model="sale.order", team_id=team.id, mail_template_id=False)
        Move, Order = self.env["account.move"], self.env["sale.order"]
        values = {"move_type": "out_invoice", "company_id": self.here.id, "journal_id": journal.id}
        self.assertEqual(Move.new({**values, "state": "posted"})._dispatch_type(), exports)
        self.assertEqual(Move.new({**values, "state": "draft"})._dispatch_type(), drafts)
        self.assertEqual(Move.new({**values, "move_type": "out_refund", "state": "posted"})._dispatch_type(),
                         self.types["credit_note"])
        order = {"company_id": self.here.id, "team_id": team.id}
        self.assertEqual(Order.new({**order, "state": "sale"})._dispatch_type(), orders)
        self.assertEqual(Order.new({**order, "state": "draft"})._dispatch_type(), self.types["quotation"])

    def test_a_journal_brings_its_company(self):
        narrow = self.invoice.copy({"journal_id": self._journal(self.paris).id})
        self.assertEqual(narrow.company_id, self.paris)
        narrow.journal_id = self._journal()
        self.assertEqual(narrow.company_id, self.here)
        for vals in ({"company_id": self.paris.id}, {"company_id": False}):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, "a journal and a sales team of that"):
                narrow.write(vals)

    def test_company_below_may_use_the_journal_above(self):
        branch = self.env["res.company"].create({"name": "Aurora Lyon", "parent_id": self.here.id})
        journal = self._journal()
        narrow = self._own(branch, journal_id=journal.id)
        self.assertEqual((narrow.company_id, self._fit(branch, journal_id=journal.id)), (branch, narrow))

    def test_documents_without_journal_are_not_narrowed_by_one(self):
        for code, model in (("quotation", "sale.order"), ("letter", "document.letter")):
            with self.subTest(code=code), self.assertRaisesRegex(ValidationError, "cannot be limited by"):
                self._own(self.here, code=code, model=model, mail_template_id=False, journal_id=self._journal(
                    code=code[:3].upper()).id)

    def test_one_record_a_journal(self):
        journal = self._journal()
        self._own(self.here, journal_id=journal.id)
        self._own(self.here, journal_id=self._journal(code="SRV").id)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self._own(self.here, journal_id=journal.id)

    def test_copy_waits_until_it_is_narrowed(self):
        copy = self.invoice.copy()
        self.assertEqual((copy.active, copy.name, copy.mail_template_id),
                         (False, "Invoice (copy)", self.invoice.mail_template_id))
        self.assertEqual(self._by_code(self.here), {"invoice": self.invoice})
        copy.write({"journal_id": self._journal().id, "active": True})
        self.assertEqual(self._fit(self.here, journal_id=copy.journal_id.id), copy)
        self.assertEqual(copy.display_name, "Invoice (copy) – Exportação EXP")

    def test_journal_of_a_type(self):
        """Archived, it keeps its type for its documents; it is not deleted before the type, which would be general."""
        journal = self._journal()
        narrow = self._own(self.here, journal_id=journal.id)
        journal.active = False
        self.assertEqual(self._fit(self.here, journal_id=journal.id), narrow)
        with self.assertRaisesRegex(UserError, narrow.name):
            journal.unlink()
        narrow.unlink()
        journal.unlink()
        team = self.env["crm.team"].create({"name": "Exportação"})
        self._own(self.here, code="order", model="sale.order", team_id=team.id, mail_template_id=False)
        with self.assertRaisesRegex(UserError, "document type"):
            team.unlink()

    def test_import_and_export(self):
        """A narrowed type comes back from its own export."""
        journal = self._journal()
        narrow = self._own(self.here, journal_id=journal.id)
        columns = ["name", "code", "model", "role", "journal_id/.id", "mail_template_id/.id"]
        [row] = narrow.export_data(columns)["datas"]
        narrow.unlink()
        result = self.env["document.dispatch.type"].load(columns, [[str(value) for value in row]])
        self.assertFalse(result["messages"])
        found = self._fit(self.here, journal_id=journal.id)
        self.assertEqual((found.ids, found.company_id), (result["ids"], self.here))

    # ------------------------------------------------------------------
    # Faults are said in words
    # ------------------------------------------------------------------

    def test_text_of_another_kind_of_document(self):
        quotation_text = self.types["quotation"].mail_template_id
        with self.assertRaisesRegex(ValidationError, "is for another kind") as caught:
            self.invoice.mail_template_id = quotation_text
        self.assertIn(quotation_text.name, str(caught.exception))
        self.assertIn(self.invoice.name, str(caught.exception))

    def test_report_of_another_kind_of_document(self):
        order_report = self.env.ref("sale.action_report_saleorder")
        with self.assertRaisesRegex(ValidationError, "is for another kind") as caught:
            self.invoice.report_id = order_report
        self.assertIn(order_report.name, str(caught.exception))
        self.invoice.report_id = self.env.ref("account.account_invoices")

    def test_changing_the_document_of_a_type(self):
        with self.assertRaises(ValidationError):
            self.invoice.model = "sale.order"

    def test_one_record_a_code_and_company(self):
        self._own(self.paris)
        for company in (self.paris, self.env["res.company"]):
            with (
                self.subTest(company=company.name), mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.UniqueViolation) as caught,
            ):
                self._own(company)
            message = self.env["document.dispatch.type"]._sql_error_to_message(caught.exception)
            self.assertIn("already a document type of this kind", message)

    def test_archived_record_leaves_its_place_to_another(self):
        self._own(self.paris).active = False
        self.env.flush_all()
        other = self._own(self.paris)
        self.assertEqual(self._by_code(self.paris), {"invoice": other})
        self.invoice.active = False
        self.assertEqual(self._by_code(self.here), {})

    def test_type_without_text(self):
        """The dispatch that cannot be made says which type has to be mended."""
        quotation = self.types["quotation"]
        quotation.write({"name": "Orçamento", "mail_template_id": False})
        partner = self.env["res.partner"].create({"name": "Silva", "email": "contato@silva.example.com"})
        dispatch = self.env["sale.order"].create({"partner_id": partner.id})._dispatch_create("manual")
        self.env["document.dispatch.content"]._prepare(dispatch)
        self.assertEqual(dispatch.state, "failed")
        self.assertIn("Orçamento", dispatch.state_message)

    @mute_logger("odoo.sql_db")
    def test_text_in_use_is_not_deleted(self):
        with self.assertRaises(psycopg2.IntegrityError):
            self.types["quotation"].mail_template_id.unlink()

    # ------------------------------------------------------------------
    # From the screen
    # ------------------------------------------------------------------

    def test_text_is_reached_from_the_type(self):
        self.manager.group_ids |= self.env.ref("mail.group_mail_template_editor")
        for dispatch_type in self.types.values():
            with self.subTest(code=dispatch_type.code):
                action = dispatch_type.with_user(self.manager).action_open_template()
                self.assertEqual(action["type"], "ir.actions.act_window")
                self.assertEqual(action["res_model"], "mail.template")
                self.assertEqual(action["res_id"], dispatch_type.mail_template_id.id)
                self.assertIn(dispatch_type.name, action["name"])

    def test_text_is_edited_by_those_who_set_up(self):
        """Managers change the texts where Odoo's settings leave that to everybody, or to them."""
        accountant = new_user(self.here, "amelia", "account.group_account_manager", name="Amélia Costa")
        self.assertTrue(accountant.has_group("document_dispatch.group_dispatch_manager"))
        with self.assertRaisesRegex(AccessError, "Odoo's settings reserve this for the group"):
            self.invoice.with_user(accountant).action_open_template()
        accountant.group_ids |= self.env.ref("mail.group_mail_template_editor")
        for user in (self.env.ref("base.user_admin"), accountant):
            with self.subTest(user=user.name):
                template = self.invoice.mail_template_id.with_user(user)
                with Form(template) as form:
                    form.subject = f"Sua fatura, {user.name}"
                self.assertEqual(template.subject, f"Sua fatura, {user.name}")

    def test_manager_makes_a_companys_own_type(self):
        self.manager.group_ids |= self.env.ref("base.group_multi_company")
        with Form(self.env["document.dispatch.type"].with_user(self.manager)) as form:
            form.company_id = self.here
            form.name = "Fatura Brasil"
            form.model = "account.move"
            form.code = "invoice"
            form.role_id = self.invoice.role_id
            form.mail_template_id = self.invoice.mail_template_id
            form.reply_to = "contas@aurora.example.com"
            form.refusal_applies = False
        self.assertEqual(self._by_code(self.here), {"invoice": form.record})

    def test_list_opens_for_the_manager(self):
        action = self.env["ir.actions.act_window"].with_user(self.manager)._for_xml_id(
            "document_dispatch.document_dispatch_type_action"
        )
        model = self.env[action["res_model"]].with_user(self.manager)
        views = model.get_views([(False, mode) for mode in action["view_mode"].split(",")])["views"]
        self.assertEqual(set(views), {"list", "kanban", "form"})
        self.assertIn('name="action_open_template"', views["form"]["arch"])
        self.assertEqual(len(model.search([])), len(self.types))
