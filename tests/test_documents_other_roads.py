"""Whatever mails the page of a document is a dispatch: Odoo's windows, actions, later messages, programs."""

import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import DispatchCase, new_user

BOSS = "helena@aurora.example.com"


class RoadCase(DispatchCase):
    """Every road on which Odoo mails a text; each takes the text and the documents."""

    #: A person waits for the answer: where nothing goes they are told
    BY_HAND = ("window", "window_of_several", "later")
    #: Nobody is there: it waits until sending is switched on
    BY_PROGRAM = ("action", "action_comment", "action_note", "program", "programs", "post", "mass", "activity")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_user(
            cls.company, "jonas", "sales_team.group_sale_salesman", name="Jonas Prado",
            email="jonas@aurora.example.com")
        cls.template = cls.types["quotation"].mail_template_id

    def _drive(self, road, template, documents, pages=False):
        # Odoo makes no PDFs in tests unless it is told to
        documents = documents.with_user(self.seller).with_context(force_report_rendering=pages)
        getattr(self, f"_road_{road}")(template.with_env(documents.env), documents)
        self._deliver()

    def _composer(self, template, documents, mode="comment", **vals):
        return documents.env["mail.compose.message"].with_context(
            default_model=documents._name, default_res_ids=documents.ids, default_composition_mode=mode,
            default_template_id=template.id,
        ).create(vals)

    def _road_window(self, template, documents):
        for document in documents:
            self._composer(template, document).action_send_mail()

    def _road_window_of_several(self, template, documents):
        self._composer(template, documents, "mass_mail").action_send_mail()

    def _road_later(self, template, documents):
        for document in documents:
            self._composer(template, document, scheduled_date="2030-01-01 10:00:00").action_schedule_message()
        self.assertEqual(self.envelopes, [])
        for document in documents:
            self._dispatches(document).filtered("is_scheduled").action_send_now()

    def _road_action(self, template, documents, method="email"):
        # sudo: the administrator made it; whoever starts it has their own rights
        action = self.env["ir.actions.server"].sudo().create({
            "name": "Lembrete", "model_id": self.env["ir.model"]._get(documents._name).id, "state": "mail_post",
            "template_id": template.id, "mail_post_method": method,
        })
        action.with_user(documents.env.user).with_context(
            **documents.env.context, active_model=documents._name, active_ids=documents.ids,
            active_id=documents[:1].id,
        ).sudo().run()

    def _road_action_comment(self, template, documents):
        self._road_action(template, documents, "comment")

    def _road_action_note(self, template, documents):
        self._road_action(template, documents, "note")

    def _road_program(self, template, documents):
        for document in documents:
            self.assertFalse(template.send_mail(document.id, force_send=True))

    def _road_programs(self, template, documents):
        self.assertFalse(template.send_mail_batch(documents.ids))

    def _road_post(self, template, documents):
        documents.message_post_with_source(template, subtype_xmlid="mail.mt_comment")

    def _road_mass(self, template, documents):
        documents.message_mail_with_source(template)

    def _road_activity(self, template, documents):
        for document in documents:
            document.activity_send_mail(template.id)


class TestRoads(RoadCase):
    def _orders(self, *partners):
        return self.env["sale.order"].union(*(self._order(partner, user_id=self.seller.id) for partner in partners))

    def _clear(self):
        self.smtp.handler.clear()

    def test_flags_and_page(self):
        """The contacts for quotations get it and nobody else, with the page; the state is the server's."""
        for road in self.BY_HAND + self.BY_PROGRAM:
            with self.subTest(road=road):
                self._clear()
                orders = self._orders(self.silva, self.nowak)
                self._drive(road, self.template, orders, pages=True)
                self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "biuro@nowak.example.com"])
                self.assertEqual(set(orders.mapped("dispatch_state")), {"sent"})
                dispatches = self._dispatches(orders)
                self.assertEqual(dispatches.mapped("type_code"), ["quotation"] * 2)
                self.assertEqual(dispatches.user_id, self.seller)
                for mail in self.mails:
                    [page] = list(mail.iter_attachments())
                    self.assertEqual(page.get_content_type(), "application/pdf")
                origin = "core" if road in self.BY_PROGRAM else "batch" if road == "window_of_several" else "manual"
                self.assertEqual(set(dispatches.mapped("origin")), {origin})

    def test_refusal_and_no_address(self):
        for road in self.BY_HAND + self.BY_PROGRAM:
            with self.subTest(road=road):
                self._clear()
                orders = self._orders(self.papel, self.mudo)
                self._drive(road, self.template, orders)
                self.assertEqual(self.envelopes, [])
                self.assertEqual(self._dispatches(orders).mapped("channel_reason"), ["refused", "no_address"])

    def test_rehearsal(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": BOSS})
        for road in self.BY_HAND + self.BY_PROGRAM:
            with self.subTest(road=road):
                self._clear()
                order = self._orders(self.silva)
                self._drive(road, self.template, order)
                self.assertEqual(set(self.envelopes), {BOSS})
                self.assertEqual((order.dispatch_state, order.state), ("rehearsed", "draft"))

    def test_off(self):
        self.company.dispatch_mode = "off"
        for road in self.BY_HAND:
            with self.subTest(road=road):
                order = self._orders(self.silva)
                with self.assertRaisesRegex(UserError, "turned off"):
                    self._drive(road, self.template, order)
        for road in self.BY_PROGRAM:
            with self.subTest(road=road):
                order = self._orders(self.silva)
                self._drive(road, self.template, order)
                self.assertEqual(self._dispatches(order).state, "queued")
        self.assertEqual(self.envelopes, [])

    def test_language(self):
        """In the customer's language, on every road."""
        self.env["res.lang"]._activate_lang("pl_PL")
        self.nowak.lang = "pl_PL"
        self.template.with_context(lang="pl_PL").subject = "Oferta {{ object.name }}"
        for road in self.BY_HAND + self.BY_PROGRAM:
            with self.subTest(road=road):
                self._clear()
                order = self._orders(self.nowak)
                self._drive(road, self.template, order)
                self.assertEqual([mail["subject"] for mail in self.mails], [f"Oferta {order.name}"])

    def test_another_text_that_prints_it(self):
        """A text of the house's own with the page is the document, too, and goes beside what went or waits."""
        reminder = self.env["mail.template"].create({
            "name": "Lembrete", "model_id": self.env["ir.model"]._get_id("sale.order"), "use_default_to": True,
            "subject": "Lembrete {{ object.name }}", "body_html": "<p>Ainda interessado?</p>",
            "report_template_ids": self.env.ref("sale.action_report_saleorder").ids,
        })
        order = self._orders(self.silva)
        with self._mail_server_down():
            self._drive("program", self.template, order)
        self._drive("program", reminder, order)
        waiting, beside = self._dispatches(order)
        self.assertEqual((waiting.state, beside.state, beside.resend_of_id), ("queued", "sent", waiting))
        self._drive("program", reminder, order)
        self.assertEqual(self.envelopes, ["ana@silva.example.com"] * 2, "each time it is asked for")
        refused = self._orders(self.papel)
        for _time in range(2):
            self._drive("program", reminder, refused)
        self.assertEqual(self._dispatches(refused).mapped("state"), ["paper"], "the page is printed once")

    def test_payment_is_confirmed_beside_the_order(self):
        order = self._orders(self.silva)
        order.action_confirm()
        order._send_order_confirmation_mail()
        order._send_payment_succeeded_for_order_mail()
        order._send_order_confirmation_mail()
        self._deliver()
        self.assertEqual(self.envelopes, ["rui@silva.example.com"] * 2)
        self.assertEqual(self._dispatches(order).mapped("type_code"), ["order", "order"])

    def test_a_mail_about_a_document_stays_odoos(self):
        """A text without the page, a comment, a question: no dispatch, to whom Odoo says."""
        question = self.env["mail.template"].create({
            "name": "Pergunta", "model_id": self.env["ir.model"]._get_id("sale.order"), "use_default_to": True,
            "subject": "Pergunta", "body_html": "<p>Qual a voltagem?</p>",
        })
        orders = self._orders(self.silva, self.nowak)
        for road in ("window", "window_of_several", "post", "mass", "activity", "action_comment"):
            self._drive(road, question, orders)
        self.assertTrue(question.send_mail(orders[0].id))
        orders[0].message_post(body="Olá", partner_ids=self.silva_rui.ids, subtype_xmlid="mail.mt_comment")
        self.assertFalse(self._dispatches(orders))

    def test_what_a_program_says_beside_the_text(self):
        order = self._orders(self.silva).with_user(self.seller).with_context(force_report_rendering=True)
        extra = order.env["ir.attachment"].create({"name": "Manual.txt", "raw": b"Ligue e desligue."})
        self.template.with_env(order.env).send_mail(order.id, email_values={
            "subject": "Sua proposta", "email_to": "Compras <compras@silva.example.com>",
            "attachment_ids": [(4, extra.id)],
        })
        self._deliver()
        self.assertEqual(self.envelopes, ["compras@silva.example.com"])
        [mail] = self.mails
        self.assertEqual(mail["subject"], "Sua proposta")
        self.assertCountEqual([part.get_content_type() for part in mail.iter_attachments()],
                              ["application/pdf", "text/plain"])

    def test_outsiders_whom_the_text_names_get_it_too(self):
        accountant = self.env["res.partner"].create({"name": "Lúcia", "email": "lucia@contas.example.com"})
        self.template.write({"use_default_to": False, "partner_to": f"{{{{ object.partner_id.id }}}},{accountant.id}"})
        self._drive("action", self.template, self._orders(self.silva))
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "lucia@contas.example.com"])

    def test_text_that_says_when(self):
        """Odoo's own time of a text is kept, and it is a dispatch then, in the name of who sent it."""
        self.template.scheduled_date = "2030-01-01 10:00:00"
        order = self._orders(self.silva)
        self._drive("program", self.template, order)
        self.assertEqual((self.envelopes, len(self._dispatches(order))), ([], 0))
        schedule = self.env["mail.message.schedule"].search([("mail_message_id", "in", order.message_ids.ids)])
        self.assertEqual(schedule.scheduled_datetime, fields.Datetime.to_datetime("2030-01-01 10:00:00"))
        schedule.force_send()
        self.assertEqual(self.envelopes, ["ana@silva.example.com"])
        self.assertEqual(self._dispatches(order).user_id, self.seller)

    def test_of_those_that_come_later_none_stops_another(self):
        """Odoo notifies all in one go: what cannot go now says so on its document, and waits where sending is off."""
        self.template.scheduled_date = "2030-01-01 10:00:00"
        orders = self._orders(self.silva, self.nowak)
        for order in orders:
            self._drive("program", self.template, order)
        note = self.nowak.message_post(
            body="Até amanhã", partner_ids=self.nowak.ids, scheduled_date="2030-01-01 10:00:00")
        schedules = self.env["mail.message.schedule"].search(
            [("mail_message_id", "in", (orders.message_ids | note).ids)])
        for schedule in schedules:
            values = json.loads(schedule.notification_parameters)
            if "dispatch_request" in values:
                values["dispatch_request"]["origin"] = "manual"  # as from a window
                schedule.notification_parameters = json.dumps(values)
        self.company.dispatch_mode = "off"
        make, broken = type(orders)._dispatch_prepare_message_vals, orders[0].id

        def fail_once(order, *args):
            if order.id == broken:
                raise UserError("Fora do papel")  # pylint: disable=translation-required
            return make(order, *args)

        schedules.scheduled_datetime = fields.Datetime.subtract(fields.Datetime.now(), minutes=1)
        with patch.object(type(orders), "_dispatch_prepare_message_vals", fail_once):
            schedules._send_notifications_cron()
        self.assertFalse(schedules.exists())
        self.assertTrue(note.notification_ids)
        failed, waits = self._dispatches(orders).sorted("res_id")
        self.assertEqual((failed.res_id, failed.state, waits.state), (broken, "failed", "queued"))
        self.assertIn("Fora do papel", failed.state_message)
        self.assertEqual(failed.user_id, self.seller)

    def test_started_by_the_customer(self):
        """An action that runs because a customer did something goes in the name of the house."""
        portal = new_test_user(self.env, "ana.portal", "base.group_portal", email="ana.portal@silva.example.com")
        order = self._orders(self.silva).with_user(portal).sudo()
        self.template.with_env(order.env).send_mail(order.id)
        self._deliver()
        dispatch = self._dispatches(order.sudo(False).with_user(self.env.user))
        self.assertEqual((dispatch.state, dispatch.user_id), ("sent", self.env.ref("base.user_root")))

    def test_several_and_one_that_stays(self):
        good, excluded = self._orders(self.silva), self._orders(self.nowak)
        excluded._dispatch_exclude("Entregue em mãos")
        # first the text: Odoo tries it on an order that there is
        self.template.subject = "{{ object.name if object.amount_total != 666 else object.no_such_field }}"
        broken = self._order(self.nowak, 333, user_id=self.seller.id)
        broken.order_line.tax_ids = False
        self.assertEqual(broken.amount_total, 666)
        documents = (good | excluded | broken).with_user(self.seller)
        action = self._composer(self.template.with_env(documents.env), documents, "mass_mail").action_send_mail()
        batch = self.env["document.dispatch.batch"].browse(action["res_id"])
        self._deliver()
        self.assertEqual(self.envelopes, ["ana@silva.example.com"])
        self.assertEqual((batch.total, batch.user_id), (1, self.seller))
        self.assertIn("Entregue em mãos", batch.left_out)
        self.assertIn("no_such_field", batch.left_out)

    def test_text_of_the_window_of_several(self):
        orders = self._orders(self.silva, self.nowak)
        documents = orders.with_user(self.seller)
        composer = self._composer(self.template.with_env(documents.env), documents, "mass_mail")
        composer.subject = "Promoção: {{ object.name }}"
        composer.action_send_mail()
        self._deliver()
        self.assertCountEqual([mail["subject"] for mail in self.mails],
                              [f"Promoção: {order.name}" for order in orders])

    def test_foreign_company_and_foreign_documents(self):
        """Nobody sends what they may not read: another's, another company's."""
        other = self.setup_other_company()["company"]
        rival = new_user(other, "karin", "sales_team.group_sale_salesman")
        order = self._orders(self.silva)
        for road in self.BY_HAND + self.BY_PROGRAM:
            if road.startswith("action"):
                continue  # started as superuser, as Odoo's automations are
            with self.subTest(road=road), self.assertRaises(UserError), self.env.cr.savepoint():
                documents = order.with_user(rival)
                getattr(self, f"_road_{road}")(self.template.with_env(documents.env), documents)
        self.assertFalse(self._dispatches(order))

    def test_strangers_words_send_nothing(self):
        """What a message that is sent later says stands in a context: it counts only for who may send the document."""
        order = self._orders(self.silva)
        portal = new_test_user(self.env, "rui.portal", "base.group_portal", email="rui.portal@silva.example.com")
        for how in ("as_is", "add_files", True, json.dumps({"origin": "manual"})):
            order.with_user(portal).sudo().with_context(dispatch_scheduled=how).message_post(
                body="?", partner_ids=self.silva_rui.ids, subtype_xmlid="mail.mt_comment")
        order.message_post(body="?", dispatch_request={"origin": "manual", "posting": True})
        self.assertFalse(self._dispatches(order))


class TestRoadsOfInvoices(RoadCase):
    """Odoo's text of an invoice prints nothing: its own files are added."""

    def test_roads(self):
        template = self.types["invoice"].mail_template_id
        for road in self.BY_HAND + self.BY_PROGRAM:
            with self.subTest(road=road):
                self.smtp.handler.clear()
                invoice = self._invoice(self.silva, invoice_user_id=self.env.user.id)
                self.seller.group_ids |= self.env.ref("account.group_account_invoice")
                self._drive(road, template, invoice, pages=True)
                seen = self._dispatches(invoice).mapped(lambda d: (d.state, d.state_message, d.channel_reason))
                self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"], seen)
                self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("sent", True))
                for mail in self.mails:
                    self.assertEqual([part.get_content_type() for part in mail.iter_attachments()],
                                     ["application/pdf"])

    def test_vendors_bills_stay_odoos(self):
        bill = self._invoice(self.nowak, move_type="in_invoice")
        self.types["invoice"].mail_template_id.send_mail(bill.id)
        self.assertFalse(self._dispatches(bill))
