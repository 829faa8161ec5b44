"""Kinds of documents without code: payment receipts by configuration, on every road that an invoice goes."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import DispatchCase, new_user

PAYMENT, RECORD = "account.payment", "document.dispatch.record"
RECEIPT = "account.mail_template_data_payment_receipt"


class KindsCase(DispatchCase):
    """A company that sends payment receipts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Type = cls.env["document.dispatch.type"]
        cls.receipts = cls.Type._add_suggested(PAYMENT)
        cls.types["record"] = cls.receipts
        cls.clerk = cls._user("clara", "account.group_account_invoice", "Clara Nunes")

    @classmethod
    def _user(cls, login, groups, name, company=None):
        company = company or cls.company
        return new_user(company, login, groups, name=name, email=f"{login}@aurora.example.com")

    @classmethod
    def _payment(cls, partner, post=True, **vals):
        payment = cls.env[PAYMENT].create({
            "partner_id": partner.id, "amount": 250, "payment_type": "inbound", "partner_type": "customer",
            "date": fields.Date.today(), **vals,
        })
        if post:
            payment.action_post()
        return payment

    def _window(self, payments, user=None, mode="comment", **context):
        """Odoo's own window, as its action opens it on payments."""
        return self.env["mail.compose.message"].with_user(user or self.clerk).with_context(
            default_composition_mode=mode, default_template_id=self.env.ref(RECEIPT).id, default_model=PAYMENT,
            default_res_ids=payments.ids, default_email_layout_xmlid="mail.mail_notification_light", **context,
        )

    def _send(self, payments, user=None, mode="comment", **vals):
        window = self._window(payments, user, mode).create(vals)
        window.action_send_mail()
        self._deliver()
        return self._dispatches_of(payments)

    def _document(self, payment):
        return self.env[RECORD].search([("res_model", "=", payment._name), ("res_id", "in", payment.ids)])

    def _dispatches_of(self, payments):
        return self._dispatches(self._document(payments))


class TestConfiguredRoads(KindsCase):
    """What goes, by whom, to whom."""

    def test_suggested(self):
        """One click, and all of it is there; then it is suggested no more."""
        self.assertEqual(
            (self.receipts.name, self.receipts.code, self.receipts.model, self.receipts.text_model),
            ("Payment Receipt", "record", RECORD, PAYMENT))
        self.assertEqual(self.receipts.mail_template_id, self.env.ref(RECEIPT))
        self.assertEqual(self.receipts.report_id, self.env.ref("account.action_report_payment_receipt"))
        self.assertNotIn(PAYMENT, self.Type._get_suggestions())
        self.receipts.unlink()
        window = self.env["document.dispatch.suggestion"].browse(self.Type.action_suggest()["res_id"])
        line = window.line_ids.filtered(lambda line: line.source_model == PAYMENT)
        action = line.action_add()
        self.assertEqual(self.Type.browse(action["res_id"]).source_model, PAYMENT)
        with self.assertRaises(UserError):
            line.action_add()

    def test_window(self):
        """Core's window shows who gets it and why; its mail is a dispatch, told in the payment's chatter."""
        self.silva_rui.dispatch_financial = True
        payment = self._payment(self.silva)
        window = self._window(payment).create({})
        self.assertTrue(window.dispatch_active)
        self.assertIn("rui@silva.example.com", window.dispatch_reasons)
        self.assertEqual(window.partner_ids, self.silva_rui)
        window.action_send_mail()
        self._deliver()
        dispatch = self._dispatches_of(payment)
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])
        self.assertEqual(
            (dispatch.state, dispatch.user_id, dispatch.type_id, dispatch.document_name, dispatch.partner_id),
            ("sent", self.clerk, self.receipts, payment.name, self.silva))
        self.assertEqual(
            (dispatch.mail_message_id.model, dispatch.mail_message_id.res_id), (PAYMENT, payment.id))
        self.assertEqual(self._document(payment).dispatch_state, "sent")
        self.assertIn(payment.name, self.mails[0]["subject"])

    def test_opening_the_window_writes_nothing(self):
        payment = self._payment(self.nowak)
        form = Form(self._window(payment))
        self.assertTrue(form.dispatch_active)
        self.assertFalse(self._document(payment))

    def test_window_for_several(self):
        payments = self._payment(self.nowak) | self._payment(self.papel) | self._payment(self.silva)
        self._send(payments, mode="mass_mail")
        states = {dispatch.partner_id: dispatch.state for dispatch in self._dispatches_of(payments)}
        self.assertEqual(states, {self.nowak: "sent", self.papel: "paper", self.silva: "sent"})
        self.assertCountEqual(self.envelopes, ["biuro@nowak.example.com", "contato@silva.example.com"])

    def test_text_of_a_program(self):
        """``send_mail`` of its text goes the same way."""
        payment = self._payment(self.nowak)
        self.env.ref(RECEIPT).send_mail(payment.id)
        self._deliver()
        self.assertEqual((self._dispatches_of(payment).origin, self.envelopes), ("core", ["biuro@nowak.example.com"]))

    def test_sent_later(self):
        """What a person wrote before waits as a document, and goes when its time has come."""
        payment = self._payment(self.nowak)
        window = self._window(payment).create({"scheduled_date": "2031-03-02 10:00:00"})
        window.action_schedule_message()
        self.assertTrue(self._dispatches_of(payment).is_scheduled)
        self._deliver()
        self.assertFalse(self.envelopes)
        self._dispatches_of(payment).with_user(self.clerk).action_send_now()
        self._deliver()
        self.assertEqual(self._dispatches_of(payment).state, "sent")

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.nowak.lang = "pl_PL"
        template = self.env.ref(RECEIPT)
        template.with_context(lang="pl_PL").subject = "Potwierdzenie {{ object.name }}"
        payment = self._payment(self.nowak)
        rule = self._rule("Recibos", "record")
        rule.action_run()
        self._deliver()
        self.assertEqual(self.mails[0]["subject"], f"Potwierdzenie {payment.name}")

    def test_rule(self):
        """A rule makes the documents that it needs, in as many statements for more of them, and takes each once."""
        payments = self.env[PAYMENT].union(*(self._payment(self.nowak) for _number in range(3)))
        draft = self._payment(self.nowak, post=False)
        outgoing = self._payment(self.nowak, payment_type="outbound")
        rule = self._rule("Recibos", "record", domain="[('amount', '>', 200)]")
        small = self._payment(self.nowak, amount=12)
        self.assertEqual(rule.model, PAYMENT)
        rule.action_run()
        self._deliver()
        self.assertEqual(len(self._dispatches_of(payments)), 3)
        self.assertFalse(self._dispatches_of(draft | outgoing | small))
        self.assertFalse(rule.warning)
        rule.action_run()
        self.assertEqual(len(self._dispatches_of(payments)), 3)
        self.assertTrue(all(file.mimetype for file in self._dispatches_of(payments).attachment_ids))
        self.assertEqual({Path(file.name).stem for file in self._dispatches_of(payments).attachment_ids}, {
            f"Payment Receipt {payment.name.replace('/', '-')}" for payment in payments}, "not all “Report”")

    def test_rule_for_some_customers(self):
        wanted, other = self._payment(self.silva), self._payment(self.nowak)
        self._rule("Recibos", "record", partner_ids=[Command.set(self.silva.ids)])._plan()
        self.assertTrue(self._dispatches_of(wanted))
        self.assertFalse(self._document(other), "not even looked at")

    def test_operator_without_rights(self):
        """The rule says so, and sends nothing; a rule of another company takes nothing of this one."""
        operator = self._user("otto", "document_dispatch.group_dispatch_user", "Otto")
        payment = self._payment(self.nowak)
        rule = self._rule("Recibos", "record", user_id=operator.id)
        rule._plan()
        self.assertIn("has no access to", rule.problem)
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        self.env.user.company_ids |= paris
        self._rule("Reçus", "record", company_id=paris.id)._plan()
        self.assertFalse(self._dispatches_of(payment))

    def test_planning_costs_the_same_for_more(self):
        rule = self._rule("Recibos", "record")
        self._payment(self.nowak)
        rule._plan()

        def statements(count):
            self.env[PAYMENT].union(*(self._payment(self.nowak) for _number in range(count)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(rule._plan()), count)
            return self.env.cr.sql_log_count - before

        few, many = statements(2), statements(12)
        self.assertLessEqual(many, few + 10)

    def test_rule_reads_again_what_changed(self):
        """A payment that got another customer before its turn goes to that one."""
        payment = self._payment(self.nowak)
        rule = self._rule("Recibos", "record", selection="marked")
        rule._plan()
        document = self._document(payment)
        self.assertEqual(document.partner_id, self.nowak)
        self.env.flush_all()
        # raw SQL: another customer, written in a later transaction
        self.env.cr.execute(
            "UPDATE account_payment SET partner_id = %s, write_date = write_date + interval '1 minute' WHERE id = %s",
            [self.silva.id, payment.id])
        self.env.invalidate_all()
        rule.selection = "all"
        rule._plan()
        self.assertEqual((document.partner_id, self._dispatches(document).partner_id), (self.silva, self.silva))

    def test_preview(self):
        going, paper = self._payment(self.nowak), self._payment(self.papel)
        rule = self._rule("Recibos", "record", active=False)
        lines, count = rule.sudo()._preview()
        self.assertEqual(count, 2)
        self.assertEqual(
            {(line["document_name"], line["outcome"]) for line in lines},
            {(going.name, "goes"), (paper.name, "paper")})
        self.assertFalse(self._dispatches_of(going | paper))
        self._send(going)
        lines, count = rule.sudo()._preview()
        self.assertEqual(count, 1)
        self.assertIn((going.name, "stays", "Sent"), {
            (line["document_name"], line["outcome"], line["reason"]) for line in lines})

    def test_refusal_and_paper(self):
        payment = self._payment(self.papel)
        dispatch = self._send(payment)
        self.assertEqual((dispatch.state, dispatch.channel_reason), ("paper", "refused"))
        window = self._window(other := self._payment(self.nowak)).create({})
        window.action_dispatch_paper()
        printed = self._dispatches_of(other)
        self.assertEqual(printed.state, "paper")
        files = self.env["document.dispatch.printer"].with_context(force_report_rendering=True)._prepare_files(printed)
        self.assertTrue(files[printed])

    def test_send_again_by_number(self):
        sent, never = self._payment(self.nowak), self._payment(self.silva)
        self._send(sent)
        window = self.env["document.dispatch.resend"].with_user(self.clerk).create({
            "numbers": f"{sent.name} {never.name}"})
        window.action_find()
        self.assertCountEqual(window.line_ids.mapped("document_name"), [sent.name, never.name])
        window.action_send()
        self._deliver()
        self.assertEqual(len(self._dispatches_of(sent)), 2)
        self.assertEqual(self._dispatches_of(never).state, "sent")

    def test_report(self):
        payment = self._payment(self.nowak)
        self._send(payment)
        self.env.flush_all()
        line = self.env["document.dispatch.report"].search([("document_name", "=", payment.name)])
        self.assertEqual((line.res_model, line.outcome, line.kind, line.partner_id),
                         (RECORD, "sent", PAYMENT, self.nowak))
        kinds = dict(line._fields["kind"]._description_selection(self.env))
        self.assertEqual(kinds[line.kind], self.receipts.name)
        action = line.action_open()
        self.assertEqual((action["res_model"], action["res_id"]), (PAYMENT, payment.id))

    def test_suggested_name_in_each_language(self):
        """Every clerk reads it in the own language, whoever added it."""
        lang = self.env["res.lang"]._activate_lang("fr_FR")
        self.receipts.unlink()
        with patch.object(type(self.Type), "_get_suggested_name", lambda types, model: f"Receipt {types.env.lang}"):
            added = self.Type._add_suggested(PAYMENT)
        self.assertEqual(added.with_context(lang=lang.code).name, "Receipt fr_FR")
        self.assertEqual(added.with_context(lang="en_US").name, "Receipt en_US")

    def test_rule_form_shows_what_has_a_meaning(self):
        """Drafts, marks, journals, date of sale and “when posted” say nothing about records of other apps."""
        invisible = ("document_states", "selection", "date_basis", "journal_ids", "trigger")
        rule = Form(self.env["document.dispatch.rule"])
        rule.type_ids.add(self.receipts)
        self.assertTrue(all(rule._get_modifier(name, "invisible") for name in invisible))
        rule.type_ids.add(self.types["invoice"])
        self.assertFalse(any(rule._get_modifier(name, "invisible") for name in invisible))

    def test_last_text(self):
        """What a clerk changed in the text is offered for this customer's next receipt, filled in anew."""
        first = self._payment(self.nowak)
        window = self._window(first, self.env.user).create({})
        window.subject = f"Obrigado: {first.name}"
        window.action_send_mail()
        second = self._payment(self.nowak, amount=99)
        window = self._window(second, self.env.user).create({"dispatch_text": "last"})
        self.assertTrue(window.dispatch_text_id)
        self.assertEqual(window.subject, f"Obrigado: {second.name}")

    def test_others_go_as_before(self):
        """What does not meet the condition is none of these documents: Odoo mails it as always."""
        outgoing = self._payment(self.nowak, payment_type="outbound")
        window = self._window(outgoing).create({"partner_ids": [Command.set(self.nowak.ids)]})
        self.assertFalse(window.dispatch_active)
        window.action_send_mail()
        self.assertFalse(self._document(outgoing))
        self.receipts.active = False
        payment = self._payment(self.nowak)
        self.assertFalse(self._window(payment).create({}).dispatch_active)

    def test_answers_go_where_the_text_says(self):
        self.env.ref(RECEIPT).reply_to = "caixa@aurora.example.com"
        self._send(self._payment(self.nowak))
        self.assertEqual(self.mails[0]["reply-to"], "caixa@aurora.example.com")


class TestConfiguredWithdrawn(KindsCase):
    """What changes under way."""

    def test_field_of_the_condition_is_gone(self):
        """That kind is none until somebody mends it, and is named; everything else goes on."""
        field = self.env["ir.model.fields"].create({
            "name": "x_ready", "model_id": self.env["ir.model"]._get(PAYMENT).id, "ttype": "boolean",
            "field_description": "Ready"})
        self.receipts.ready_domain = "[('x_ready', '=', False)]"
        payment, other = self._payment(self.nowak), self._payment(self.nowak)
        self._send(payment)
        field.unlink()
        self.env.invalidate_all()
        self._window(other).create({}).action_send_mail()
        self.assertFalse(self._document(other))
        document = self._document(payment)
        self.assertIn("x_ready", document._dispatch_blocking_reason("record"))
        invoice = self._invoice(self.silva)
        window = self.env["document.dispatch.resend"].create({"numbers": invoice.name})
        window.action_find()
        self.assertEqual(window.line_ids.res_id, invoice.id)
        rule, invoices = self._rule("Recibos", "record", trigger="schedule"), self._rule("Faturas", "invoice")
        self._plan()
        self.assertIn("x_ready", rule.problem)
        self.assertFalse(invoices.problem)
        self.assertIn("x_ready", self.env["document.dispatch.overview"].create({}).setup_kinds_text)
        self.receipts.ready_domain = False
        self.assertEqual(self._send(other).state, "sent")

    def test_field_of_the_date_is_gone(self):
        field = self.env["ir.model.fields"].create({
            "name": "x_day", "model_id": self.env["ir.model"]._get(PAYMENT).id, "ttype": "date",
            "field_description": "Day"})
        self.receipts.date_field = "x_day"
        field.unlink()
        self.env.invalidate_all()
        payment = self._payment(self.nowak)
        self._window(payment).create({}).action_send_mail()
        self.assertFalse(self._document(payment))
        self.assertIn("x_day", self.receipts._find_source_fault())

    def test_rule_beside_a_kind_that_its_operator_may_not_read(self):
        """A rule knows its own kinds: the rights to others count for nothing."""
        model = "account.analytic.account"
        text = self.env["mail.template"].create({"name": "x", "model_id": self.env["ir.model"]._get(model).id})
        self.Type.create({"name": "Conta", "source_model": model, "role": "financial", "mail_template_id": text.id})
        self.env["ir.model.access"].search([("model_id.model", "=", model)]).perm_read = False
        rule = self._rule("Recibos", "record", trigger="schedule", user_id=self.clerk.id)
        payment = self._payment(self.nowak)
        self.assertEqual(len(rule._preview()[0]), 1)
        self._plan()
        self._deliver()
        self.assertFalse(rule.problem)
        self.assertEqual(self._dispatches_of(payment).state, "sent")

    def test_deleted_by_the_database(self):
        """What was deleted with something else is read all the same."""
        payment = self._payment(self.nowak)
        dispatch = self._send(payment)
        document = self._document(payment)
        self.env.flush_all()
        # raw SQL: as a foreign key with ON DELETE CASCADE
        self.env.cr.execute("DELETE FROM account_payment WHERE id = %s", [payment.id])
        self.env.invalidate_all()
        self.assertEqual(document.amount, 0)
        self.assertEqual(dispatch.action_open_document()["res_model"], RECORD)
        self.assertTrue(document._dispatch_blocking_reason("record"))

    def test_not_ready_any_more(self):
        """Asked again right before delivery."""
        by_hand, by_rule = self._payment(self.nowak), self._payment(self.silva)
        with self._mail_server_down():
            self._send(by_hand)
        self._rule("Recibos", "record")._plan()
        (by_hand | by_rule).action_draft()
        with self._clock(fields.Datetime.now() + timedelta(hours=1)):
            self._deliver()
        for dispatch in self._dispatches_of(by_hand | by_rule):
            self.assertEqual((dispatch.state, self.envelopes), ("failed", []))
            self.assertIn("does not match the condition", dispatch.state_message)
            with self.assertRaises(UserError):
                dispatch._resend()

    def test_deleted(self):
        payment = self._payment(self.nowak)
        rule = self._rule("Recibos", "record", delivery="review")
        rule.action_run()
        document, dispatch = self._document(payment), self._dispatches_of(payment)
        self.assertEqual(dispatch.state, "review")
        payment.action_draft()
        payment.unlink()
        self.assertEqual((dispatch.state, dispatch.state_message), ("cancelled", "The document was deleted."))
        self.assertTrue(document.gone)
        self.assertEqual(document._dispatch_blocking_reason("record"), "It was deleted.")
        self.assertEqual(dispatch.action_open_document()["res_model"], RECORD)
        rule.action_run()
        self.assertEqual(self._dispatches(document), dispatch)

    def test_app_is_gone(self):
        """Its dispatches stay readable, whatever a person does with them, and nobody stumbles over it."""
        payment, waiting = self._payment(self.nowak), self._payment(self.silva)
        sent = self._send(payment)
        rule = self._rule("Recibos", "record", delivery="review", date_from=fields.Date.today())
        rule.action_run()
        open_one = self._dispatches_of(waiting)
        documents = (sent | open_one).mapped(lambda dispatch: dispatch._document())
        self.env.flush_all()
        # raw SQL: as the database is when the app was uninstalled
        self.env.cr.execute("UPDATE document_dispatch_record SET res_model = 'gone.model' WHERE id IN %s", [
            tuple(document.id for document in documents)])
        self.env.cr.execute("UPDATE document_dispatch_type SET source_model = 'gone.model' WHERE id = %s", [
            self.receipts.id])
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        manager = self.env.user
        for dispatch in (sent, open_one):
            dispatch.with_user(manager).read()
            dispatch._document().with_user(manager).read()
            self.assertTrue(dispatch.action_open_document())
            self.assertIn("no longer installed", dispatch._document()._dispatch_blocking_reason("record"))
        self.assertFalse(self.env["document.dispatch"].with_user(self.clerk).search([("id", "in", sent.ids)]))
        with self.assertRaises(UserError):
            sent._resend()
        open_one.action_release()
        self._deliver()
        self.assertEqual(open_one.state, "failed")
        self.assertEqual(len(self.envelopes), 1)
        self.env["document.dispatch.report"].search([]).read()
        self._plan()
        self.assertIn("no longer installed", rule.problem)
        self.Type.with_user(manager).search([]).read()
        self.Type.with_context(active_test=False).search([("source_model", "!=", False)]).read()
        self.env["document.dispatch.overview"].create({}).read()
        self.env["document.dispatch.text"].with_user(self.clerk).search([])

    def test_model_is_gone(self):
        """Of a module's own kind, whose module was uninstalled."""
        invoices = [self._invoice(partner) for partner in (self.silva, self.nowak, self.papel, self.silva)]
        sent = invoices[0]._dispatch_create("rule")
        self._deliver()
        self.smtp.handler.clear()
        review, queued = invoices[1]._dispatch_create("rule", state="review"), invoices[3]._dispatch_create("rule")
        paper = invoices[2]._dispatch_create("rule")
        dispatches = sent | review | queued | paper
        self.env.flush_all()
        # raw SQL: as the database is when the module was uninstalled
        self.env.cr.execute("UPDATE document_dispatch SET res_model = 'gone.model', move_id = NULL WHERE id IN %s", [
            dispatches._ids])
        self.env.invalidate_all()
        for dispatch in dispatches:
            dispatch.read()
            self.assertEqual(dispatch.action_open_document()["res_id"], dispatch.id)
            self.assertEqual(dispatch._document()._dispatch_name(), dispatch.document_name)
            with self.assertRaises(UserError):
                dispatch._resend()
        self.assertEqual((sent.state, paper.state), ("sent", "paper"))
        self.assertFalse(self.env["document.dispatch"].with_user(self.clerk).search([("id", "in", dispatches.ids)]))
        self._deliver()
        self.assertEqual((queued.state, self.envelopes), ("failed", []))
        paper._envelopes()
        review.action_cancel()
        paper.action_cancel()
        self.assertEqual((review.state, paper.state), ("cancelled", "cancelled"))

    def test_uninstalled_app_keeps_nothing_back(self):
        """Types and rules let go of its texts and reports, which Odoo deletes."""
        template = self.env["mail.template"].create({
            "name": "Recibo", "model_id": self.env["ir.model"]._get(PAYMENT).id, "subject": "{{ object.name }}"})
        self.receipts.mail_template_id = template
        rule = self._rule("Recibos", "record", mail_template_id=template.id)
        self.receipts._release_texts()
        template.unlink()
        self.env.flush_all()
        self.assertEqual((self.receipts.active, rule.active, bool(rule.mail_template_id)), (False, False, False))
        lost = self.env["ir.model.data"]._dispatch_lost_models(["sale"])
        self.assertIn("sale.report", lost)
        self.assertNotIn("sale.order", lost, "others extend it, who are uninstalled before")


class TestConfiguredCustomModel(KindsCase):
    """A model that an administrator made in this database."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.reset_changes)
        self.model = self.env["ir.model"].create({
            "name": "Chamado", "model": "x_chamado", "is_mail_thread": True, "field_id": [
                Command.create({"name": "x_name", "field_description": "Número", "ttype": "char"}),
                Command.create({"name": "x_cliente_id", "field_description": "Cliente", "ttype": "many2one",
                                "relation": "res.partner"}),
            ], "access_ids": [Command.create({
                "name": "chamados", "perm_read": True, "perm_write": True, "perm_create": True, "perm_unlink": True,
                "group_id": self.env.ref("base.group_user").id,
            })],
        })
        self.text = self.env["mail.template"].create({
            "name": "Chamado", "model_id": self.model.id, "subject": "Seu chamado {{ object.x_name }}",
            "body_html": "<p><t t-out='object.x_name'/></p>",
        })

    def test_from_choice_to_deletion(self):
        vals = {"name": "Chamado", "source_model": "x_chamado", "role": "order", "mail_template_id": self.text.id}
        with self.assertRaises(ValidationError) as caught:
            self.Type.create(vals)
        self.assertIn("cannot determine the customer", str(caught.exception))
        tickets = self.Type.create({
            **vals, "partner_field": "x_cliente_id", "ready_domain": "[('x_name', '!=', False)]"})
        first, second, third = self.env["x_chamado"].create([
            {"x_name": f"C-{number}", "x_cliente_id": self.nowak.id} for number in range(3)])
        self.env["x_chamado"].create({"x_name": "C-9"})  # nobody's
        rule = self._rule("Chamados", "record", type_ids=[Command.set(tickets.ids)])
        dispatches = rule._plan()
        self.assertEqual(dispatches.mapped("document_name"), ["C-0", "C-1", "C-2"])
        first.x_name = False
        second.unlink()
        self._deliver()
        self.assertEqual(dispatches.mapped("state"), ["failed", "cancelled", "sent"])
        self.assertEqual((self.envelopes, self.mails[0]["subject"]), (["biuro@nowak.example.com"], "Seu chamado C-2"))
        self.assertFalse(self._dispatches_of(third).attachment_ids, "nothing prints it")
        self.model.unlink()
        self.assertNotIn("x_chamado", self.env)
        self.assertEqual((tickets.active, rule.active), (False, False))
        for dispatch in dispatches:
            dispatch.read()
            self.assertTrue(dispatch.action_open_document())
            with self.assertRaises(UserError):
                dispatch._resend()
        with self.assertRaises(ValidationError) as caught:
            tickets.active = True
        self.assertIn("app installed", str(caught.exception))


class TestConfiguredTypes(KindsCase):
    """What an administrator can choose, and what is told where it does not fit."""

    def _vals(self, **vals):
        return {"name": "Recibo", "source_model": PAYMENT, "role": "financial", **vals}

    def test_choices(self):
        names = dict(self.Type._get_source_models())
        self.assertIn(PAYMENT, names)
        self.assertFalse({"account.move", "sale.order", RECORD, "mail.thread", "document.letter"} & names.keys())

    def test_messages(self):
        self.receipts.active = False
        for vals, words in (
            ({"date_field": "amount"}, "is not a date field"),
            ({"date_field": "nothing"}, "is not a date field"),
            ({"partner_field": "journal_id"}, "is not a contact field"),
            ({"ready_domain": "[('nothing', '=', 1)]"}, "cannot be used"),
            ({"ready_domain": "__import__('os')"}, "cannot be used"),
            ({"source_model": False, "code": "record", "model": RECORD}, "choose the source document"),
            ({"code": "invoice"}, "choose the source document"),
            ({"report_id": self.env.ref("account.account_invoices").id}, "is for another kind"),
            ({"mail_template_id": self.types["invoice"].mail_template_id.id}, "is for another kind"),
            ({"journal_id": self.company_data["default_journal_sale"].id}, "cannot be limited"),
        ):
            with self.subTest(vals=vals):
                with self.assertRaises(ValidationError) as caught:
                    self.Type.create(self._vals(**vals))
                self.assertIn(words, str(caught.exception))
        for model in ("sale.order", "mail.thread", "no.model"):
            with self.subTest(model=model):
                with self.assertRaises(ValidationError) as caught:
                    self.Type.create(self._vals(source_model=model))
                self.assertRegex(str(caught.exception), "cannot be chosen|no “no.model”")

    def test_one_for_each_model_and_company(self):
        paris = self.env["res.company"].create({"name": "Aurora France SARL"})
        own = self.Type.create(self._vals(company_id=paris.id, name="Reçu"))
        self.assertEqual(self.Type._find_narrowest("record", paris, {"source_model": PAYMENT}), own)
        self.assertEqual(self.Type._find_narrowest("record", self.company, {"source_model": PAYMENT}), self.receipts)
        self.assertFalse(self.Type._find_narrowest("record", paris, {}))
        other = next(name for name, _label in self.Type._get_source_models() if name != PAYMENT)
        self.assertTrue(self.Type.create(self._vals(source_model=other)))
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            self.Type.create(self._vals())

    def test_model_stays_once_something_went(self):
        self._send(self._payment(self.nowak))
        other = next(name for name, _label in self.Type._get_source_models() if name != PAYMENT)
        with self.assertRaises(UserError):
            self.receipts.source_model = other

    def test_form(self):
        """Choosing the model fills in what suits most."""
        self.receipts.unlink()
        form = Form(self.Type)
        form.model = RECORD
        form.source_model = PAYMENT
        self.assertEqual(form.mail_template_id, self.env.ref(RECEIPT))
        made = form.save()
        self.assertEqual((made.code, made.date_field, made.role), ("record", "date", "financial"))

    def test_import(self):
        self.receipts.unlink()
        result = self.Type.load(
            ["name", "source_model", "role", "ready_domain", "date_field"],
            [["Recibo", PAYMENT, "financial", "[('state', '=', 'paid')]", "date"]])
        self.assertFalse(result["messages"], result["messages"])
        made = self.Type.browse(result["ids"])
        self.assertEqual((made.code, made.model, made.source_model), ("record", RECORD, PAYMENT))

    def test_rules_say_what_does_not_fit(self):
        with self.assertRaises(ValidationError):
            self._rule("Ao lançar", "record", trigger="post")
        with self.assertRaises(ValidationError):
            self._rule("Diário", "record", journal_ids=[Command.set(self.company_data["default_journal_sale"].ids)])
        text = self.receipts.mail_template_id
        self.receipts.mail_template_id = False
        with self.assertRaises(ValidationError):
            self._rule("Sem texto", "record")
        self.receipts.mail_template_id = text
        with self.assertRaises(ValidationError):
            self._rule("Ambos", "record", "invoice", domain="[('amount', '>', 1)]")

    def test_text_of_a_rule(self):
        own = self.env.ref(RECEIPT).copy({"subject": "Da regra {{ object.name }}"})
        payment = self._payment(self.nowak)
        self._rule("Recibos", "record", mail_template_id=own.id).action_run()
        self._deliver()
        self.assertEqual(self.mails[0]["subject"], f"Da regra {payment.name}")


class TestConfiguredAccess(KindsCase):
    """Whoever may not read the record neither reads nor sends its document, whatever they call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("sergio", "sales_team.group_sale_salesman", "Sérgio Dias")
        cls.paris = cls.setup_other_company(name="Aurora France SARL")["company"]
        cls.stranger = cls._user(
            "odile", "account.group_account_manager,document_dispatch.group_dispatch_manager", "Odile", cls.paris)

    def test_reading(self):
        payment = self._payment(self.nowak)
        dispatch = self._send(payment)
        document = self._document(payment)
        for user in (self.seller, self.stranger):
            for record in (dispatch, document, dispatch.recipient_ids):
                with self.subTest(user=user.login, model=record._name):
                    self.assertFalse(record.with_user(user).has_access("read"))
                    self.assertFalse(record.with_user(user).search([("id", "in", record.ids)]))
        for record in (dispatch, document):
            self.assertTrue(record.with_user(self.clerk).has_access("read"))
            self.assertIn(record, record.with_user(self.clerk).search([]))
        self.assertTrue(document.with_user(self.clerk).has_access("write"))
        reader = self._user("rita", "account.group_account_readonly,document_dispatch.group_dispatch_user", "Rita")
        self.assertTrue(document.with_user(reader).has_access("read"))
        self.assertFalse(document.with_user(reader).has_access("write"))

    def test_rules_of_the_record(self):
        """A rule that shows users some payments shows them their documents, and no others."""
        mine, other = self._payment(self.nowak), self._payment(self.silva)
        self._send(mine | other, mode="mass_mail")
        self.env["ir.rule"].create({
            "name": "Só da Nowak", "model_id": self.env["ir.model"]._get(PAYMENT).id,
            "domain_force": f"[('partner_id', '=', {self.nowak.id})]",
            "groups": [Command.set(self.env.ref("account.group_account_invoice").ids)],
        })
        documents = self.env[RECORD].with_user(self.clerk).search([])
        dispatches = self.env["document.dispatch"].with_user(self.clerk).search([("res_model", "=", RECORD)])
        self.assertEqual(self.env[PAYMENT].with_user(self.clerk).search([("id", "in", (mine | other).ids)]), mine)
        self.assertEqual(documents.mapped("res_id"), mine.ids)
        self.assertEqual(dispatches.mapped("document_name"), mine.mapped("name"))

    def test_a_rule_that_shows_nothing(self):
        """Whoever sees no payment sees neither its document nor its dispatches, however the rule says so."""
        payment = self._payment(self.nowak)
        dispatch = self._send(payment)
        reader = self._user("rita", "account.group_account_readonly,document_dispatch.group_dispatch_user", "Rita")
        rule = self.env["ir.rule"].create({"name": "None", "model_id": self.env["ir.model"]._get(PAYMENT).id})
        records = (payment, self._document(payment), dispatch, dispatch.recipient_ids)
        for record in records:
            self.assertTrue(record.with_user(reader).has_access("read"))
        for domain in ("[(0, '=', 1)]", "['!', ('company_id', 'in', company_ids)]",
                       "[('company_id', 'not in', company_ids)]", "[('id', '=', -1)]"):
            rule.domain_force = domain
            self.env.invalidate_all()
            for record in records:
                with self.subTest(domain=domain, model=record._name):
                    self.assertFalse(record.with_user(reader).has_access("read"))
                    self.assertFalse(record.with_user(reader).search([("id", "in", record.ids)]))

    def test_field_that_the_sender_may_not_read(self):
        """What a manager chose says what it says; whoever sends the record need not see that field."""
        self.patch(self.env[PAYMENT]._fields["date"], "groups", "base.group_system")
        payment = self._payment(self.nowak)
        self.assertEqual(self._send(payment).state, "sent")
        self.assertEqual(self._document(payment).date, payment.date)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_sending(self):
        payment = self._payment(self.nowak)
        for user in (self.seller, self.stranger):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                self._window(payment, user).create({"partner_ids": [Command.set(self.silva.ids)]}).action_send_mail()
            window = self.env["document.dispatch.resend"].with_user(user).create({"numbers": payment.name})
            window.action_find()
            self.assertFalse(window.line_ids)
        self._send(payment)
        document = self._document(payment)
        self.smtp.handler.clear()
        window = self.env["document.dispatch.resend"].with_user(self.seller).create({"numbers": "x"})
        line = self.env["document.dispatch.resend.line"].with_user(self.seller).create({
            "resend_id": window.id, "res_model": RECORD, "res_id": document.id})
        with self.assertRaises(AccessError):
            line._send(False, [])
        self._deliver()
        self.assertFalse(self.envelopes)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_writes_documents(self):
        payment = self._payment(self.nowak)
        self._send(payment)
        document = self._document(payment).with_user(self.clerk)
        vals = {"name": "X", "res_model": "res.partner", "res_id": self.silva.id, "company_id": self.company.id}
        with self.assertRaises(AccessError):
            document.create(vals)
        for name, value in vals.items():
            with self.subTest(field=name), self.assertRaises(UserError):
                document.write({name: value})
        with self.assertRaises(AccessError):
            document.unlink()

    def test_context_steers_nothing(self):
        """Defaults and made-up requests in a client's context change neither who gets it nor what it says."""
        payment = self._payment(self.nowak)
        window = self._window(
            payment, dispatch_request={"origin": "core", "posting": True}, mark_so_as_sent=True,
            default_gone=True, default_name="X", default_partner_id=self.silva.id,
        ).create({})
        window.action_send_mail()
        self._deliver()
        document = self._document(payment)
        self.assertEqual((document.name, document.partner_id, document.gone), (payment.name, self.nowak, False))
        self.assertEqual(self._dispatches(document).origin, "manual")
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])

    def test_who_does_not_know_the_app(self):
        """A colleague without our group sends with Odoo's own window; it is written down all the same."""
        viktor = self._user("viktor", "base.group_user", "Viktor")
        self.env["ir.model.access"].create({
            "name": "payments", "model_id": self.env["ir.model"]._get(PAYMENT).id, "perm_read": True,
            "perm_write": True, "group_id": self.env.ref("base.group_user").id,
        })
        payment = self._payment(self.nowak)
        window = self._window(payment, viktor).create({})
        self.assertFalse(window.dispatch_active)
        window.action_send_mail()
        self._deliver()
        dispatch = self._dispatches_of(payment)
        self.assertEqual((dispatch.state, dispatch.user_id), ("sent", viktor))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_managers_choose_what_they_may_read(self):
        """A condition answers: whoever sets it may read what it asks."""
        manager = self._user("ines", "document_dispatch.group_dispatch_manager", "Inês Rocha")
        self.receipts.active = False
        with self.assertRaises(AccessError):
            self.Type.with_user(manager).create({"name": "Recibo", "source_model": PAYMENT, "role": "financial"})
        self.assertNotIn(PAYMENT, self.Type.with_user(manager)._get_suggestions())
        with self.assertRaises(AccessError):
            self.receipts.with_user(manager).ready_domain = "[('amount', '>', 1000)]"
        with self.assertRaises(AccessError):
            self.Type.with_user(self.clerk).action_suggest()

    def test_companies(self):
        """A type of another company is none here; documents stay in their company."""
        self.receipts.company_id = self.paris
        payment = self._payment(self.nowak)
        self.assertFalse(self._window(payment).create({}).dispatch_active)

    def test_two_at_once(self):
        """Another transaction made the document meanwhile: Odoo does the whole anew."""
        payment = self._payment(self.nowak)
        values = {vals["res_id"]: vals for vals in self.env[RECORD]._read_originals(payment)}
        self.env[RECORD]._store(values)
        with patch.object(type(self.env[RECORD]), "_find", lambda records, originals: records.sudo()), \
                mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.SerializationFailure):
            self.env[RECORD]._store(values)
