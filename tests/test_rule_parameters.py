"""Each parameter of a rule: changing only it changes what goes, as what, or to whom."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form

from .common import DispatchCase, new_user


class TestRuleParameters(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas do dia", "invoice")

    def setUp(self):
        super().setUp()
        # Read in each test: a run that began before midnight goes on after it.
        self.today = fields.Date.today()

    def _goes(self, *documents, **parameters):
        """Run the rule with these parameters; tell of each document whether it was planned."""
        self.rule.write(parameters)
        self._plan()
        self.assertFalse(self.rule.problem)
        return [bool(self._dispatches(document)) for document in documents]

    # Which documents

    def test_active(self):
        self.rule.active = False
        self.assertEqual(self._goes(self._invoice(self.silva)), [False])
        self.assertEqual(self._goes(self._invoice(self.silva), active=True), [True])

    def test_types(self):
        order, note = self._order(self.silva), self._invoice(self.silva, move_type="out_refund")
        order.action_confirm()
        self.assertEqual(self._goes(note, order), [False, False])
        both = self.types["credit_note"] | self.types["order"]
        self.assertEqual(self._goes(note, order, type_ids=[Command.set(both.ids)]), [True, True])

    def test_quotations_only_where_marked(self):
        quotation = self._order(self.silva)
        self.assertEqual(self._goes(quotation, type_ids=[Command.set(self.types["quotation"].ids)]), [False])
        quotation.action_dispatch_mark()
        self.assertEqual(self._goes(quotation), [True])

    def test_selection(self):
        plain, marked = self._invoice(self.silva), self._invoice(self.silva)
        marked.action_dispatch_mark()
        self.assertEqual(self._goes(plain, marked, selection="marked"), [False, True])
        self.assertEqual(self._goes(plain, marked, selection="all"), [True, True])

    def test_date_from(self):
        invoice = self._invoice(self.silva, invoice_date=self.today - timedelta(days=2))
        self.assertEqual(self._goes(invoice), [False])
        self.assertEqual(self._goes(invoice, date_from=self.today - timedelta(days=2)), [True])

    def test_date_basis(self):
        late = self._invoice(self.silva, delivery_date=self.today - timedelta(days=5))
        early = self._invoice(self.silva, invoice_date=self.today - timedelta(days=5), delivery_date=self.today)
        self.assertEqual(self._goes(early, date_basis="issue"), [False])
        self.assertEqual(self._goes(early, late, date_basis="sale"), [True, True], "the late one went by issue")
        again = self._invoice(self.silva, delivery_date=self.today - timedelta(days=5))
        without = self._invoice(self.silva)
        self.assertEqual(self._goes(again, without), [False, True], "without a date of sale that of issue counts")

    def test_date_of_orders_on_the_clock_of_the_rule(self):
        midnight = fields.Datetime.to_datetime(self.today)
        order = self._order(self.silva)
        order.action_confirm()
        order.date_order = midnight + timedelta(hours=2)  # yesterday evening in São Paulo
        orders = [Command.set(self.types["order"].ids)]
        self.assertEqual(self._goes(order, type_ids=orders, tz="America/Sao_Paulo", date_from=self.today), [False])
        self.assertEqual(self._goes(order, tz="Europe/Warsaw"), [True])

    def test_journals(self):
        invoice = self._invoice(self.silva)
        other = self.company_data["default_journal_sale"].copy({"name": "Exportação", "code": "EXP"})
        exported = self._invoice(self.silva, journal_id=other.id)
        self.assertEqual(self._goes(invoice, exported, journal_ids=[Command.set(other.ids)]), [False, True])

    def test_customers_with_their_contacts(self):
        of_silva, of_ana = self._invoice(self.silva), self._invoice(self.silva_ana)
        of_nowak = self._invoice(self.nowak)
        self.assertEqual(
            self._goes(of_silva, of_ana, of_nowak, partner_ids=[Command.set(self.silva.ids)]), [True, True, False],
        )

    def test_condition(self):
        small, large = self._invoice(self.silva, amount=10), self._invoice(self.silva, amount=9000)
        self.assertEqual(self._goes(small, large, domain="[('amount_total', '>', 1000)]"), [False, True])

    def test_excluded_stays(self):
        invoice = self._invoice(self.silva)
        invoice._dispatch_exclude("Entregue em mãos")
        self.assertEqual(self._goes(invoice), [False])
        self.assertEqual(invoice.dispatch_exclude_reason, "Entregue em mãos")
        invoice.action_dispatch_mark()
        self.assertEqual(self._goes(invoice), [True])

    # In whose name

    def test_operator(self):
        rita = new_user(
            self.company, "rita", "account.group_account_invoice", name="Rita Moreira", email="rita@aurora.example.com")
        invoice = self._invoice(self.silva)
        self._goes(invoice, user_id=rita.id)
        self.assertEqual(self._dispatches(invoice).user_id, rita)

    def test_account(self):
        account = self.server.copy({
            "name": "Faturamento", "from_filter": "cobranca@aurora.example.com", "active": True, "sequence": 99,
        })
        invoice = self._invoice(self.silva)
        self._goes(invoice, mail_server_id=account.id)
        self._deliver()
        dispatch = self._dispatches(invoice)
        self.assertEqual(dispatch.recipient_ids.mail_server_id, account)
        self.assertEqual(self.mails[0]["from"], "Aurora Equipamentos Ltda <cobranca@aurora.example.com>")
        self.assertEqual(self.mails[0]["reply-to"], "Aurora Equipamentos Ltda <cobranca@aurora.example.com>")

    def test_operator_who_may_not_read_a_journal(self):
        """Nothing goes from it, and the rule says so."""
        rita = new_user(self.company, "rita", "account.group_account_invoice")
        journal = self.company_data["default_journal_sale"].copy({
            "name": "Diretoria", "code": "DIR",
            "default_account_id": self.company_data["default_journal_sale"].default_account_id.id,
        })
        usual = self.company_data["default_journal_sale"]
        secret, open_one = (self._invoice(self.silva, journal_id=j.id) for j in (journal, usual))
        self.env["ir.rule"].search([("name", "in", ("All Journal Entries", "Readonly Move"))]).active = False
        self.env["ir.rule"].create({
            "name": "Diretoria", "model_id": self.env["ir.model"]._get_id("account.move"),
            "groups": [Command.link(self.env.ref("account.group_account_invoice").id)],
            "domain_force": f"[('journal_id', '!=', {journal.id})]",
        })
        self.assertEqual(self._goes(secret, open_one, user_id=rita.id), [False, True])
        self.assertIn("Documents that were not sent: 1.", self.rule.warning)
        self.assertIn("rita", self.rule.warning)
        self.assertIn(self.rule.warning, "\n".join(self.env["document.dispatch.health"]._get_problems()))

    def test_other_company(self):
        """A rule of company A never touches company B."""
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        foreign = self.env["account.move"].with_company(other).create({
            "move_type": "out_invoice", "partner_id": self.nowak.id, "invoice_date": self.today,
            "company_id": other.id,
            "invoice_line_ids": [Command.create({"name": "Pompa", "price_unit": 100, "tax_ids": []})],
        })
        foreign.action_post()
        own = self._invoice(self.nowak)
        self.assertEqual(self._goes(foreign, own), [False, True])

    # As what

    def test_delivery(self):
        invoice = self._invoice(self.silva)
        self._goes(invoice, delivery="review")
        self.assertEqual(self._dispatches(invoice).state, "review")

    def test_text(self):
        text = self.types["invoice"].mail_template_id.copy({"name": "Outro", "subject": "Segue {{ object.name }}"})
        invoice = self._invoice(self.silva)
        self._goes(invoice, mail_template_id=text.id)
        self._deliver()
        self.assertEqual(self.mails[0]["subject"], f"Segue {invoice.name}")

    def test_a_text_is_for_the_kind_that_it_was_written_for(self):
        """Credit notes and drafts go with their own text; the rule may have one for each of them."""
        text = self.types["invoice"].mail_template_id.copy({"subject": "Fatura {{ object.name }}"})
        documents = [self._invoice(self.nowak), self._invoice(self.nowak, move_type="out_refund"),
                     self._invoice(self.nowak, post=False)]
        both = self.types["invoice"] | self.types["credit_note"]
        self._goes(*documents, mail_template_id=text.id, document_states="all", type_ids=[Command.set(both.ids)])
        self.assertEqual(self.rule.text_type_id, self.types["invoice"])
        self.assertEqual([self._dispatches(document).mail_template_id.ids for document in documents],
                         [text.ids, [], []])
        self._deliver()
        subjects = {mail["subject"].partition(" – ")[0] for mail in self.mails}
        self.assertEqual(subjects, {
            f"Fatura {documents[0].name}", f"Credit note {documents[1].name}",
            f"Pro-forma invoice PF-{documents[2].id}"})
        draft, note = self._invoice(self.nowak, post=False), self._invoice(self.nowak, move_type="out_refund")
        own = self.types["proforma"].mail_template_id.copy()
        self._goes(draft, note, text_ids=[Command.create(
            {"type_id": self.types["proforma"].id, "mail_template_id": own.id})])
        self.assertEqual([self._dispatches(document).mail_template_id.ids for document in (draft, note)],
                         [own.ids, []])

    def test_a_text_with_a_language_of_its_own(self):
        """All readers get it in that language; one whose language is not installed follows the customer."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.silva_ana.lang = "en_US"
        for expression, lang in (
            ("fr_FR", "fr_FR"), ("{{ 'fr_FR' if object.partner_id else 'en_US' }}", "fr_FR"), ("xx_XX", "en_US"),
            ("", "en_US"), ("{{ object.partner_id.lang }}", "en_US"),
        ):
            with self.subTest(expression=expression):
                self.types["invoice"].mail_template_id.lang = expression
                invoice = self._invoice(self.silva)
                dispatch = invoice._dispatch_create("rule")
                self.assertEqual({dispatch.lang, *dispatch.recipient_ids.mapped("lang")}, {lang})

    def test_a_text_of_a_rule_is_not_for_narrowed_types(self):
        """They have texts of their own; the rule may name one for them."""
        journal = self.company_data["default_journal_sale"].copy({
            "name": "Exportação", "code": "EXP", "sequence": 99,
            "default_account_id": self.company_data["default_account_revenue"].id,
        })
        narrow = self.types["invoice"].copy({"journal_id": journal.id, "active": True})
        text = self.types["invoice"].mail_template_id.copy()
        domestic, export = self._invoice(self.nowak), self._invoice(self.nowak, journal_id=journal.id)
        self.assertEqual(self._goes(domestic, export, mail_template_id=text.id), [True, True])
        self.assertEqual(self._dispatches(domestic).mail_template_id, text)
        dispatch = self._dispatches(export)
        self.assertEqual((dispatch.type_id, dispatch.mail_template_id.ids), (narrow, []))
        domestic, export = self._invoice(self.nowak), self._invoice(self.nowak, journal_id=journal.id)
        self.assertEqual(self._goes(domestic, export, type_ids=[Command.set(narrow.ids)]), [False, True])
        self.assertEqual(self._dispatches(export).mail_template_id, text, "now it is the rule's only kind")

    def test_texts_of_another_kind(self):
        with self.assertRaisesRegex(ValidationError, "is for another kind"):
            self.rule.text_ids = [Command.create({
                "type_id": self.types["credit_note"].id,
                "mail_template_id": self.types["order"].mail_template_id.id})]

    def test_reports_by_currency(self):
        report = self.env.ref("account.account_invoices").copy({"name": "Fatura de exportação"})
        euro = self.env.ref("base.EUR")
        euro.active = True
        at_home, abroad = self._invoice(self.silva), self._invoice(self.nowak, currency_id=euro.id)
        self._goes(at_home, abroad, report_mode_company="none", report_mode_foreign="report",
                   report_foreign_id=report.id)
        self._deliver()
        dispatch = self._dispatches(at_home)
        self.assertEqual((dispatch.without_files, dispatch.attachment_ids.ids), (True, []))
        self.assertEqual(self._dispatches(abroad).report_id, report)
        self.assertTrue(self._dispatches(abroad).attachment_ids)
        names = {len(list(mail.iter_attachments())) for mail in self.mails}
        self.assertEqual(names, {0, 1})
        again = self._invoice(self.silva)
        self._goes(again, report_mode_company="default")
        self._deliver()
        self.assertTrue(self._dispatches(again).attachment_ids)

    # When

    def test_on_posting(self):
        self.rule.trigger = "post"
        invoice = self._invoice(self.silva)
        self.assertEqual(self._dispatches(invoice).rule_id, self.rule, "at once")
        self.rule.trigger = "schedule"
        self.assertFalse(self._dispatches(self._invoice(self.silva)))

    def test_on_confirming(self):
        self.rule.write({"trigger": "post", "type_ids": [Command.set(self.types["order"].ids)]})
        order = self._order(self.silva)
        order.action_confirm()
        self.assertEqual(self._dispatches(order).rule_id, self.rule)

    def test_broken_rule_stops_nobody_from_posting(self):
        self.rule.trigger = "post"
        self.rule.flush_recordset()
        self.env.cr.execute("UPDATE document_dispatch_rule SET domain = '[(''nonsense''' WHERE id = %s", [self.rule.id])
        self.rule.invalidate_recordset()
        with self.assertLogs("odoo.addons.document_dispatch", "ERROR"):
            invoice = self._invoice(self.silva)
        self.assertEqual(invoice.state, "posted")
        with self.assertLogs("odoo.addons.document_dispatch", "ERROR"):
            self._plan()
        self.assertIn("The last run failed", self.rule.problem)

    def test_twice_marked_goes_once(self):
        invoice = self._invoice(self.silva)
        invoice.action_dispatch_mark()
        self._goes(invoice)
        invoice.action_dispatch_mark()
        self._goes(invoice)
        self.assertEqual(len(self._dispatches(invoice)), 1)

    def test_corrected_goes_anew(self):
        invoice = self._invoice(self.silva)
        self._goes(invoice)
        self._deliver()
        invoice.button_draft()
        invoice.action_post()
        self._goes(invoice)
        self.assertEqual(self._dispatches(invoice).mapped("revision"), [0, 1])

    # What does not fit together

    def test_wrong_combinations(self):
        invoices_and_orders = [Command.set((self.types["invoice"] | self.types["order"]).ids)]
        for wrong, words in (
            ({"type_ids": [Command.clear()]}, "at least one document type"),
            ({"type_ids": invoices_and_orders, "domain": "[('amount_total', '>', 1)]"}, "invoices or orders, not both"),
            ({"type_ids": [Command.set(self.types["order"].ids)], "document_states": "all"}, "pro-forma"),
            ({"type_ids": [Command.set(self.types["order"].ids)],
              "journal_ids": [Command.set(self.company_data["default_journal_sale"].ids)]}, "no journal"),
            ({"report_mode_foreign": "report"}, "Choose the report"),
            ({"mail_template_id": self.types["order"].mail_template_id.id}, "another kind of document"),
            ({"hour_from": 25}, "between 00:00 and 24:00"),
            ({"domain": "[('no_such_field', '=', 1)]"}, "cannot be used"),
            ({"domain": "__import__('os')"}, "cannot be used"),
        ):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.rule.write(wrong)

    def test_sentence(self):
        with Form(self.rule) as form:
            form.hour_from, form.hour_to, form.interval = 8, 18, "60"
            form.tz = "America/Sao_Paulo"
        self.assertIn("Every day from 08:00 to 18:00, every hour, all documents of these types: Invoice",
                      self.rule.sentence)
        self.assertIn(f"in the name of {self.rule.user_id.name}", self.rule.sentence)
        self.assertIn("The next run is on", self.rule.sentence)
        self.rule.write({"trigger": "post", "delivery": "review", "selection": "marked"})
        self.assertTrue(self.rule.sentence.startswith("As soon as they are posted, the documents marked “to send”"))
        self.assertIn("wait in review", self.rule.sentence)
        self.rule.active = False
        self.assertIn("inactive", self.rule.sentence)
