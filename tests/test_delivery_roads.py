"""Every road by which a document leaves, and every setting: the same arrives, or the table says why not.

The guide's table of precedence (doc/administrator.md, *Texts and senders*) is what this table tries.
"""

from contextlib import nullcontext, suppress
from email.utils import parseaddr

from odoo import fields
from odoo.exceptions import UserError

from .common import DispatchCase

#: Road → what it sends. Invoices first, then what orders, letters and statements have of their own.
ROADS = {
    "window": "invoice", "several": "invoice", "bundle of one": "invoice", "scheduler": "invoice",
    "point of sale": "invoice", "rule": "invoice", "rule on posting": "invoice", "recurring": "invoice",
    "again": "invoice", "made anew": "invoice", "credit note": "credit_note", "pro-forma": "proforma",
    "quotation window": "quotation", "scheduled": "quotation", "quotation rule": "quotation",
    "quotation again": "quotation", "send an email": "quotation", "automation": "quotation",
    "order window": "order", "confirmation": "order", "website": "order", "pending confirmation": "order",
    "order rule": "order", "letter": "letter", "statement": "statement",
}
#: Who gets it by the flags
READERS = {
    "invoice": {"ana", "rui"}, "credit_note": {"ana", "rui"}, "proforma": {"ana", "rui"}, "quotation": {"ana"},
    "order": {"rui"}, "letter": {"ana", "rui"}, "statement": {"contato"},
}
#: Rules send these
BY_RULE = {"rule", "rule on posting", "recurring", "credit note", "pro-forma", "quotation rule", "order rule"}
#: A person sees the text before it goes, in the customer's language: all get that one
SEEN = {"window", "quotation window", "scheduled", "send an email", "order window"}
#: Nobody is there who could be told that sending is off: it waits, or nothing is made
UNATTENDED = BY_RULE | {"automation", "scheduler", "point of sale", "confirmation", "website", "pending confirmation"}
#: What was sent before a setting is tried is sent again
SECOND = {"again", "made anew", "quotation again"}
#: These have no report of their own to choose: a letter goes without a file
NO_FILE = {"letter"}
#: What nothing narrows: they have neither a journal nor a sales team
NOT_NARROWED = {"letter", "statement"}
#: What prints each kind where nobody chose anything
REPORTS = {
    "account.move": "account.account_invoices", "sale.order": "sale.action_report_saleorder",
    "document.statement": "document_dispatch.action_report_statement",
}
LETTER = dict.fromkeys(("en_US", "fr_FR"), (
    "As suas faturas por e-mail", "<p>{company} envia faturas por e-mail. {link}</p>"))


class TestRoads(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = {
            name: cls.server.copy({
                "name": name, "from_filter": f"{name}@aurora.example.com", "sequence": 90, "active": True,
            }) for name in ("template", "type", "rule")
        }
        cls.server.from_filter = "faturas@aurora.example.com"
        cls.journal = cls.company_data["default_journal_sale"]
        cls.export = cls.journal.copy({
            "name": "Exportação", "code": "EXP", "sequence": 99,
            "default_account_id": cls.journal.default_account_id.id,
        })
        cls.team = cls.env["crm.team"].sudo().create({"name": "Exportação"})
        cls.company.dispatch_rehearsal_email = "supervisor@aurora.example.com"

    # ------------------------------------------------------------------
    # The roads: each makes a document of this customer, and lets it go
    # ------------------------------------------------------------------

    def _go(self, road, partner=None, **vals):
        """Send a document along a road; return it. What arrived is what arrived since."""
        self.smtp.handler.clear()
        method = getattr(self, f"_go_{road.replace(' ', '_').replace('-', '_')}")
        document = method(partner or self.silva, **vals)
        self._deliver()
        return document

    def _go_window(self, partner, **vals):
        invoice = self._invoice(partner, **vals)
        self._send_window(invoice).action_send_and_print()
        return invoice

    def _go_several(self, partner, grouping="all", **vals):
        invoice = self._invoice(partner, **vals)
        window = self._batch_window(invoice, dispatch_grouping=grouping)
        window.action_send_and_print()
        return invoice

    def _go_bundle_of_one(self, partner, **vals):
        return self._go_several(partner, "bundle", **vals)

    def _go_scheduler(self, partner, **vals):
        invoice = self._invoice(partner, **vals)
        invoice.sending_data = {
            "author_user_id": self.env.uid, "author_partner_id": self.env.user.partner_id.id}
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        return invoice

    def _go_point_of_sale(self, partner, **vals):
        """As ``pos.order._generate_pos_order_invoice`` and payments of ``sale`` do."""
        invoice = self._invoice(partner, **vals)
        self.env["account.move.send"]._generate_and_send_invoices(invoice, sending_methods=["email"])
        return invoice

    def _go_rule(self, partner, **vals):
        invoice = self._invoice(partner, **vals)
        self._with_rule("invoice")
        return invoice

    def _go_rule_on_posting(self, partner, **vals):
        rule = self._rule("Ao lançar", "invoice", trigger="post", **self._rule_vals())
        invoice = self._invoice(partner, **vals)
        rule.active = False
        return invoice

    def _go_recurring(self, partner, **vals):
        invoice = self._invoice(partner, post=False, auto_post="monthly", date=fields.Date.today(), **vals)
        invoice.action_dispatch_mark()
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_auto_post_draft_entry").method_direct_trigger()
        self._with_rule("invoice", selection="marked")
        return invoice

    def _go_again(self, partner, **vals):
        invoice = self._invoice(partner, **vals)
        self._send_again(invoice, fresh=False)
        return invoice

    def _go_made_anew(self, partner, **vals):
        invoice = self._invoice(partner, **vals)
        self._send_again(invoice, fresh=True)
        return invoice

    def _go_credit_note(self, partner, **vals):
        refund = self._invoice(partner, move_type="out_refund", **vals)
        self._with_rule("credit_note")
        return refund

    def _go_pro_forma(self, partner, **vals):
        draft = self._invoice(partner, post=False, **vals)
        self._with_rule("invoice", document_states="all")
        return draft

    def _go_quotation_window(self, partner, **vals):
        order = self._order(partner, **vals)
        self._composer(order).action_send_mail()
        return order

    def _go_scheduled(self, partner, **vals):
        order = self._order(partner, **vals)
        composer = self._composer(order)
        composer.scheduled_date = "2030-01-01 10:00:00"
        composer.action_schedule_message()
        self._dispatches(order).filtered("is_scheduled").action_send_now()
        return order

    def _go_quotation_rule(self, partner, **vals):
        order = self._order(partner, **vals)
        order.action_dispatch_mark()
        self._with_rule("quotation")
        return order

    def _go_quotation_again(self, partner, **vals):
        order = self._order(partner, **vals)
        self._send_again(order, fresh=False)
        return order

    def _go_send_an_email(self, partner, **vals):
        """*Actions → Send an email*, with the document's text."""
        order = self._order(partner, **vals)
        self.env["mail.compose.message"].with_context(
            default_model=order._name, default_res_ids=order.ids, default_composition_mode="comment",
            default_template_id=order._dispatch_type().mail_template_id.id,
        ).create({}).action_send_mail()
        return order

    def _go_automation(self, partner, **vals):
        """What an automation rule, or an entry of the list's *Actions*, runs."""
        order = self._order(partner, **vals)
        self.env["ir.actions.server"].create({
            "name": "Enviar", "model_id": self.env["ir.model"]._get_id(order._name), "state": "mail_post",
            "mail_post_method": "email", "template_id": order._dispatch_type().mail_template_id.id,
        }).with_context(active_model=order._name, active_id=order.id, active_ids=order.ids).run()
        return order

    def _go_order_window(self, partner, **vals):
        order = self._confirmed(partner, **vals)
        self._composer(order).action_send_mail()
        return order

    def _go_confirmation(self, partner, **vals):
        order = self._confirmed(partner, **vals)
        order._send_order_confirmation_mail()
        return order

    def _go_website(self, partner, **vals):
        order = self._order(partner, **vals)
        order.sudo()._validate_order()
        return order

    def _go_pending_confirmation(self, partner, **vals):
        self.env["ir.config_parameter"].set_param("sale.async_emails", "True")
        order = self._confirmed(partner, **vals)
        order._send_order_confirmation_mail()
        self.env["ir.config_parameter"].set_param("sale.async_emails", "False")
        order._send_order_notification_mail(order.pending_email_template_id, allow_deferred_sending=False)
        return order

    def _go_order_rule(self, partner, **vals):
        order = self._confirmed(partner, **vals)
        self._with_rule("order")
        return order

    def _go_letter(self, partner):
        self.env["document.letter"]._issue(partner, self.company, LETTER, "email")
        return self.env["document.letter"].search([("partner_id", "=", partner.id)], limit=1)

    def _go_statement(self, partner):
        today = fields.Date.today()
        self.env["document.statement"]._issue(partner, self.company, today.replace(day=1), today, "email")
        return self.env["document.statement"].search([("partner_id", "=", partner.id)], limit=1)

    # ------------------------------------------------------------------

    def _with_rule(self, code, **vals):
        rule = self._rule("À noite", code, **self._rule_vals(), **vals)
        rule._run()
        rule.active = False

    def _rule_vals(self):
        return {"mail_server_id": self.accounts["rule"].id} if self.ruled else {}

    def _send_again(self, document, fresh):
        first = document._dispatch_create("manual")
        self._deliver()
        self.smtp.handler.clear()
        first._resend(fresh)

    def _confirmed(self, partner, **vals):
        order = self._order(partner, **vals)
        order.action_confirm()
        return order

    def _composer(self, order):
        action = order.action_quotation_send()
        return self.env["mail.compose.message"].with_context(**action["context"]).create({})

    def setUp(self):
        super().setUp()
        self.ruled = False

    def _each(self, *leave_out, roads=ROADS):
        """Each road with the code of what it sends, apart from some codes."""
        return [(road, ROADS[road]) for road in roads if ROADS[road] not in leave_out]

    def _arrived(self, header="to"):
        return {parseaddr(str(mail[header]))[1] for mail in self.mails}

    def _text_of(self, code):
        return self.types[code].mail_template_id

    def _report(self, code, name):
        """A report of our own for a kind, which its files are named after."""
        report = self.env.ref(REPORTS[self.types[code].model])
        return report.copy({"print_report_name": f"'{name} {code}'"})

    def _check_files(self, code, name):
        names = {part.get_filename() for mail in self.mails for part in mail.iter_attachments()}
        if code == "proforma":  # its file is named by its number
            self.assertEqual(self.env["document.dispatch"].search([], limit=1)._get_report().print_report_name,
                             f"'{name} {code}'")
        else:
            self.assertTrue(names and all(file.startswith(f"{name} {code}") for file in names), names)

    def _narrowing(self, code):
        by_team = self.types[code].model == "sale.order"
        return {"team_id": self.team.id} if by_team else {"journal_id": self.export.id}

    # ------------------------------------------------------------------
    # The settings: those that do not hide each other are tried at once
    # ------------------------------------------------------------------

    def test_flags_language_and_what_the_text_says(self):
        """Whom the flags name gets it, in their language, from the account of the text, which gets answers for it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        for code in READERS:
            self._text_of(code).write({
                "mail_server_id": self.accounts["template"].id, "reply_to": "texto@aurora.example.com"})
            self._text_of(code).with_context(lang="fr_FR").subject = "En français"
        self.silva.lang = self.silva_ana.lang = "fr_FR"
        self.silva_rui.lang = "en_US"
        for road, code in self._each():
            with self.subTest(road=road):
                document = self._go(road)
                self.assertEqual(self._arrived("to"), {f"{name}@silva.example.com" for name in READERS[code]})
                self.assertEqual(self._arrived("from"), {"template@aurora.example.com"})
                self.assertEqual(self._arrived("reply-to"), {"texto@aurora.example.com"})
                self.assertEqual(document.dispatch_state, "sent")
                if code != "letter":  # written in its customer's language, by a person
                    french = {parseaddr(str(mail["to"]))[1].partition("@")[0]
                              for mail in self.mails if mail["subject"] == "En français"}
                    self.assertEqual(french, READERS[code] if road in SEEN else READERS[code] - {"rui"})

    def test_type_and_rule(self):
        """The type's account, answers and report win over the text's; the account of a rule over the type's."""
        for code in READERS:
            dispatch_type = self.types[code]
            self._text_of(code).write({
                "mail_server_id": self.accounts["template"].id, "reply_to": "texto@aurora.example.com"})
            dispatch_type.write({"mail_server_id": self.accounts["type"].id, "reply_to": "tipo@aurora.example.com"})
            if code not in NO_FILE:
                dispatch_type.report_id = self._report(code, "Nossa")
        self.ruled = True
        for road, code in self._each():
            with self.subTest(road=road):
                document = self._go(road)
                account = self.accounts["rule" if road in BY_RULE else "type"]
                self.assertEqual(self._arrived("from"), {account.from_filter})
                self.assertEqual(self._arrived("reply-to"), {"tipo@aurora.example.com"})
                self.assertEqual(self._dispatches(document)[-1].recipient_ids.mail_server_id, account)
                if code not in NO_FILE:
                    self._check_files(code, "Nossa")

    def test_narrowed_type(self):
        """A document of the journal or the sales team of a narrower type takes text, account, report from there."""
        for code in READERS.keys() - NOT_NARROWED:
            self.types[code].copy({
                "mail_template_id": self._text_of(code).copy({"subject": "Export"}).id,
                "mail_server_id": self.accounts["type"].id, "report_id": self._report(code, "Export").id,
                "active": True, **self._narrowing(code),
            })
        for road, code in self._each(*NOT_NARROWED):
            with self.subTest(road=road):
                document = self._go(road, **self._narrowing(code))
                self.assertEqual({mail["subject"] for mail in self.mails}, {"Export"})
                self.assertEqual(self._arrived("from"), {"type@aurora.example.com"})
                self.assertEqual(self._arrived("reply-to"), {"type@aurora.example.com"})
                self.assertEqual(self._dispatches(document)[-1].type_id, document._dispatch_type())
                self._check_files(code, "Export")
        for road in ("window", "rule", "confirmation"):
            with self.subTest(road=road, narrowed=False):
                self._go(road)
                self.assertNotIn("Export", {mail["subject"] for mail in self.mails})
                self.assertEqual(self._arrived("from"), {"faturas@aurora.example.com"})

    def test_refusal(self):
        for road, _code in self._each():
            with self.subTest(road=road):
                if road in SECOND:
                    # the first went to the paper tray, from where it goes; the window says so
                    with self.assertRaisesRegex(UserError, "refuses e-mail"):
                        self._go(road, self.papel)
                    self.assertFalse(self.mails)
                    continue
                document = self._go(road, self.papel)
                self.assertFalse(self.mails)
                self.assertEqual(document.dispatch_state, "paper")

    def test_rehearse(self):
        self.company.dispatch_mode = "rehearse"
        for road, _code in self._each():
            with self.subTest(road=road):
                document = self._go(road)
                self.assertEqual(set(self.envelopes), {"supervisor@aurora.example.com"})
                self.assertEqual(document.dispatch_state, "rehearsed")

    def test_off(self):
        self.company.dispatch_mode = "off"
        for road, _code in self._each():
            with self.subTest(road=road):
                # whoever sends by hand is told
                with nullcontext() if road in UNATTENDED else suppress(UserError):
                    self._go(road)
                self.assertFalse(self.mails)

    def test_sender_in_the_window(self):
        """The window shows who will be the sender; whom the person writes instead wins."""
        for dispatch_type in self.types.values():
            dispatch_type.mail_server_id = self.accounts["type"]
        window = self._send_window(self._invoice(self.silva))
        composer = self._composer(self._order(self.silva))
        self.assertTrue(composer.email_from)  # computed in the context of the window, as when it opens
        for shown, name, send in (
            (window, "dispatch_from", "action_send_and_print"), (composer, "email_from", "action_send_mail"),
        ):
            with self.subTest(window=shown._name):
                self.smtp.handler.clear()
                self.assertEqual(parseaddr(shown[name])[1], "type@aurora.example.com")
                shown[name] = "Vendas <vendas@aurora.example.com>"
                getattr(shown, send)()
                self.assertEqual(self._arrived("from"), {"vendas@aurora.example.com"})
