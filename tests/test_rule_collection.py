"""What a customer wishes: what is due is gathered for a day, a week, a month, and a reference in the subject."""

from datetime import datetime, timedelta

from markupsafe import Markup

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from .common import DispatchCase, new_user

#: A Tuesday; in São Paulo three hours earlier
NOW = datetime(2026, 12, 1, 9, 0)
FRIDAY = datetime(2026, 12, 4, 11, 0)


class TestCollection(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"dispatch_collection_hour": 8, "dispatch_collection_tz": "America/Sao_Paulo"})
        cls.env.user.tz = "America/Sao_Paulo"
        cls.wish = cls._wish(cls.silva, "invoice", collection="week", collection_weekday="4")

    @classmethod
    def _wish(cls, partner, code, **vals):
        Preference = cls.env["document.dispatch.preference"]
        role = cls.types[code].role_id
        found = Preference.search([("partner_id", "=", partner.id), ("role_id", "=", role.id)])
        if found:
            found.write(vals)
            return found
        return Preference.create({"partner_id": partner.id, "role_id": role.id, "receives": False, **vals})

    def setUp(self):
        super().setUp()
        self.enterContext(self._clock(NOW))

    def _at(self, when):
        with self._clock(when):
            self._deliver()

    # ------------------------------------------------------------------

    def test_a_week_goes_in_one_mail(self):
        """By a rule, by hand, by Odoo's own job: all of it in one mail, the invoices of others at once."""
        rule = self._rule("Faturas", "invoice", date_from="2020-01-01")
        by_rule, other = self._invoice(self.silva), self._invoice(self.nowak)
        rule._run()
        by_hand = self._invoice(self.silva)
        self._send_window(by_hand).action_send_and_print()
        by_core = self._invoice(self.silva)
        self.env["account.move.send"]._generate_and_send_invoices(by_core, sending_methods=["email"])
        of_silva = self._dispatches(by_rule | by_hand | by_core)
        self.assertEqual(set(of_silva.mapped("origin")), {"rule", "manual", "core"})
        self.assertEqual((set(of_silva.mapped("scheduled_date")), set(of_silva.mapped("state"))),
                         ({FRIDAY}, {"queued"}))
        self._at(NOW)
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        self.assertEqual(other.dispatch_state, "sent")
        self.assertIn("periodic delivery on Friday, 4 December 2026, 08:00", of_silva[0].what_next)
        self.smtp.handler.clear()
        self._at(FRIDAY)
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(set((by_rule | by_hand | by_core).mapped("dispatch_state")), {"sent"})
        names = [part.get_filename() for part in self.mails[0].iter_attachments()]
        self.assertEqual(len(names), 3, names)
        self.assertFalse(any(of_silva.mail_message_id.mapped("is_internal")))

    def test_one_mail_whoever_asked(self):
        """Colleagues with addresses of their own send to one customer: it is one mail all the same."""
        seller = new_user(self.company, "vendas", "account.group_account_invoice", email="vendas@aurora.example.com")
        first, second = self._invoice(self.silva), self._invoice(self.silva, invoice_user_id=seller.id)
        first._dispatch_create("rule")
        self._send_window(second.with_user(seller)).with_user(seller).action_send_and_print()
        self.assertEqual(self._dispatches(first | second).user_id, self.env.user | seller)
        self._at(FRIDAY)
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual({move.dispatch_state for move in first | second}, {"sent"})

    def test_periods(self):
        invoice = self._invoice(self.silva)
        for vals, expected in (
            ({"collection": "day"}, datetime(2026, 12, 1, 11, 0)),
            ({"collection": "week", "collection_weekday": "1"}, datetime(2026, 12, 1, 11, 0)),
            ({"collection": "week", "collection_weekday": "0"}, datetime(2026, 12, 7, 11, 0)),
            ({"collection": "month", "collection_day": 1}, datetime(2026, 12, 1, 11, 0)),
            ({"collection": "month", "collection_day": 31}, datetime(2026, 12, 31, 11, 0)),
            ({"collection": False}, None),
        ):
            self.wish.write(vals)
            [prepared] = invoice._dispatch_prepare_vals_list("rule")
            self.assertEqual(prepared["scheduled_date"] or None, expected, vals)
        self.wish.write({"collection": "month", "collection_day": 31})
        with self._clock(datetime(2027, 2, 3, 9, 0)):
            [prepared] = invoice._dispatch_prepare_vals_list("rule")
        self.assertEqual(prepared["scheduled_date"], datetime(2027, 2, 28, 11, 0))
        self.company.write({"dispatch_collection_hour": 5.5, "dispatch_collection_tz": "Europe/Lisbon"})
        self.wish.collection = "day"
        [prepared] = invoice._dispatch_prepare_vals_list("rule")
        self.assertEqual(prepared["scheduled_date"], datetime(2026, 12, 2, 5, 30))

    def test_zone_of_the_users(self):
        """Who chose no time zone has the one of the people who work there."""
        self.company.dispatch_collection_tz = self.company.partner_id.tz = False
        users = self.env["res.users"].search([("company_id", "=", self.company.id), ("share", "=", False)])
        users.tz = False
        self.assertEqual(self.company._dispatch_collection_zone(), "UTC")
        users.sorted("id")[-1:].tz = "Asia/Tokyo"
        self.assertEqual(self.company._dispatch_collection_zone(), "Asia/Tokyo")

    def test_of_a_role_and_of_a_branch(self):
        order, branch = self._order(self.silva), self.env["res.partner"].create({
            "name": "Silva Filial Norte", "parent_id": self.silva.id, "type": "delivery", "street": "Rua 1"})
        [prepared] = order._dispatch_prepare_vals_list("rule")
        self.assertFalse(prepared["scheduled_date"], "another flag")
        invoice = self._invoice(branch)
        [prepared] = invoice._dispatch_prepare_vals_list("rule")
        self.assertEqual(prepared["scheduled_date"], FRIDAY, "as its company wishes")
        self._wish(branch, "invoice", collection="day", reference="Filial 7")
        [prepared] = invoice._dispatch_prepare_vals_list("rule")
        self.assertEqual((prepared["scheduled_date"], prepared["reference"]), (datetime(2026, 12, 1, 11), "Filial 7"))

    def test_paper_is_not_gathered(self):
        self._wish(self.papel, "invoice", collection="week")
        [prepared] = self._invoice(self.papel)._dispatch_prepare_vals_list("rule")
        self.assertEqual((prepared["state"], prepared["scheduled_date"]), ("paper", False))

    def test_window_says_so(self):
        invoice = self._invoice(self.silva)
        window = self._send_window(invoice)
        self.assertIn("periodic delivery on Friday, 4 December 2026, 08:00", window.dispatch_collection)
        window.dispatch_at_once = True
        window.action_send_and_print()
        self.assertEqual(invoice.dispatch_state, "sent")
        self.assertFalse(self._send_window(self._invoice(self.nowak)).dispatch_collection)

    def test_several_say_so(self):
        invoices = self._invoice(self.silva) | self._invoice(self.silva) | self._invoice(self.nowak)
        window = self._batch_window(invoices, dispatch_grouping="all")
        self.assertIn("Waiting for their customers' periodic deliveries: 2", window.dispatch_collected)
        window.action_send_and_print()
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        window = self._batch_window(self._invoice(self.silva), dispatch_grouping="all", dispatch_at_once=True)
        self.assertFalse(window.dispatch_collected)

    def test_preview_says_so(self):
        rule = self._rule("Faturas", "invoice", date_from="2020-01-01")
        self.wish.reference = "Fornecedor 4711"
        invoice = self._invoice(self.silva)
        lines, _count = rule._preview()
        [line] = [line for line in lines if line["res_id"] == invoice.id]
        self.assertEqual(line["outcome"], "goes")
        self.assertIn("periodic delivery on Friday, 4 December 2026, 08:00", line["reason"])
        self.assertIn("Fornecedor 4711", line["reason"])
        self.assertFalse(self._dispatches(invoice))

    def test_one_that_went_back_to_draft_leaves_the_others(self):
        kept, gone = self._invoice(self.silva), self._invoice(self.silva)
        (kept | gone)._dispatch_create("rule")
        gone.button_draft()
        self._at(FRIDAY)
        self.assertEqual((kept.dispatch_state, gone.dispatch_state), ("sent", False))
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])
        self.assertEqual(len(list(self.mails[0].iter_attachments())), 1)

    def test_released_together_and_moved(self):
        first, second, third = (self._invoice(self.silva) for _number in range(3))
        dispatches = (first | second | third)._dispatch_create("rule")
        of_first, of_second, of_third = (self._dispatches(move) for move in (first, second, third))
        (of_first | of_second).action_send_now()
        self.assertEqual(len(self.envelopes), 2, "one mail for each of two addresses")
        self.assertEqual(of_third.state, "queued")
        of_third._reschedule(FRIDAY + timedelta(days=1))
        self._at(FRIDAY)
        self.assertEqual(len(self.envelopes), 2)
        self._at(FRIDAY + timedelta(days=1))
        self.assertEqual(set(dispatches.mapped("state")), {"sent"})

    def test_review_goes_with_the_next_one(self):
        rule = self._rule("Faturas", "invoice", date_from="2020-01-01", delivery="review")
        in_time, late = self._invoice(self.silva), self._invoice(self.silva)
        rule._run()
        self._deliver()
        of_late, of_first = self._dispatches(late), self._dispatches(in_time)
        self.assertTrue(of_late.content_ready, "there is something to review")
        of_first.action_release()
        self.assertEqual((of_first.state, of_first.scheduled_date), ("queued", FRIDAY))
        with self._clock(FRIDAY + timedelta(hours=1)):
            of_late.action_release()
            self._deliver()
        self.assertEqual((of_first.state, of_late.state), ("sent", "queued"))
        self.assertEqual(of_late.scheduled_date, FRIDAY + timedelta(days=7))

    def test_statement_waits_and_goes_by_itself(self):
        """What has no text for several is not put into one mail."""
        self._invoice(self.silva)
        self._wish(self.silva, "statement", collection="week", collection_weekday="4")
        batch = self.env["document.statement"]._issue(
            self.silva, self.company, NOW.date().replace(month=1, day=1), NOW.date(), "email")
        self.assertEqual((batch.dispatch_ids.scheduled_date, batch.dispatch_ids.in_bundle), (FRIDAY, False))
        self._at(FRIDAY)
        self.assertEqual(batch.dispatch_ids.state, "sent")

    def test_own_words_are_not_lost(self):
        """What a person wrote, in the window or in review, goes in a mail of its own; the others share one."""
        by_hand, as_it_is, by_rule, also, reviewed = (self._invoice(self.silva) for _number in range(5))
        window = self._send_window(by_hand)
        window.body += Markup("<p>Atenção: outro banco</p>")
        window.action_send_and_print()
        self._send_window(as_it_is).action_send_and_print()
        (by_rule | also)._dispatch_create("rule")
        dispatch = reviewed._dispatch_create("rule", state="review")
        self._deliver()
        dispatch.body += Markup("<p>Obrigado pela visita</p>")
        dispatch.action_release()
        self._at(FRIDAY)
        self.assertEqual(set((by_hand | as_it_is | by_rule | also | reviewed).mapped("dispatch_state")), {"sent"})
        texts = [mail.get_body(("plain",)).get_content() for mail in self.mails
                 if mail["To"].addresses[0].username == "ana"]
        self.assertEqual(len(texts), 3)
        self.assertEqual([sum(words in text for text in texts) for words in ("outro banco", "pela visita")], [1, 1])

    def test_contacts_change_while_it_waits(self):
        """Who left gets nothing any more, whoever came gets it; what a person chose stands."""
        by_rule, by_hand, by_core = (self._invoice(self.silva) for _number in range(3))
        by_rule._dispatch_create("rule")
        self.env["account.move.send"]._generate_and_send_invoices(by_core, sending_methods=["email"])
        self._send_window(by_hand).action_send_and_print()
        self.silva_ana.active = False
        self.silva_rui.email = "lopes@silva.example.com"
        self._at(FRIDAY)
        for move in by_rule | by_core:
            self.assertEqual(self._fates(move), {"lopes@silva.example.com": "sent"}, move.name)
            lines = self._dispatches(move).mail_message_id.notification_ids
            self.assertEqual((lines.res_partner_id, lines.notification_status), (self.silva_rui, "sent"))
        self.assertEqual(self._fates(by_hand), {"ana@silva.example.com": "sent", "rui@silva.example.com": "sent"})

    def test_nobody_is_left_while_it_waits(self):
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        (self.silva | self.silva_ana | self.silva_rui).email = False
        self._at(FRIDAY)
        self.assertEqual((dispatch.state, self.envelopes), ("review", []))
        self.assertIn("any more", dispatch.state_message)

    # ------------------------------------------------------------------
    # The reference
    # ------------------------------------------------------------------

    def test_reference_in_the_subject(self):
        self._wish(self.nowak, "invoice", reference="Lieferant 4711")
        by_rule = self._invoice(self.nowak)
        by_rule._dispatch_create("rule")
        self._deliver()
        window = self._send_window(self._invoice(self.nowak))
        self.assertTrue(window.subject.endswith(" [Lieferant 4711]"), window.subject)
        window.action_send_and_print()
        by_core = self._invoice(self.nowak)
        self.env["account.move.send"]._generate_and_send_invoices(by_core, sending_methods=["email"])
        self._deliver()
        self.assertEqual([mail["subject"].count("[Lieferant 4711]") for mail in self.mails], [1, 1, 1])
        self.assertFalse(self.env["document.dispatch.text"].search([("partner_id", "=", self.nowak.id)]),
                         "it is nobody's own text")

    def test_reference_is_taken_away_by_a_person(self):
        self._wish(self.nowak, "invoice", reference="Lieferant 4711")
        window = self._send_window(self._invoice(self.nowak))
        window.subject = "Fatura"
        window.action_send_and_print()
        self._deliver()
        self.assertEqual(self.mails[0]["subject"], "Fatura")

    def test_reference_of_a_collection_and_of_an_order(self):
        self.wish.reference = "Fornecedor 4711"
        (self._invoice(self.silva) | self._invoice(self.silva))._dispatch_create("rule")
        self._at(FRIDAY)
        self.assertEqual({mail["subject"].count("[Fornecedor 4711]") for mail in self.mails}, {1})
        self._wish(self.nowak, "quotation", reference="Dział 3")
        order = self._order(self.nowak)
        action = order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertTrue(composer.subject.endswith(" [Dział 3]"), composer.subject)

    def test_reference_is_never_code_nor_a_header(self):
        wish = self._wish(self.nowak, "invoice", reference="{{ object.id }}\r\nBcc: eu@mau.example\u202e.com ${7*7}")
        self.assertEqual(wish.reference, "{{ object.id }} Bcc: eu@mau.example .com ${7*7}")
        self._invoice(self.nowak)._dispatch_create("rule")
        self._send_window(self._invoice(self.nowak)).action_send_and_print()
        self._deliver()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"] * 2)
        for mail in self.mails:
            self.assertIn("[{{ object.id }} Bcc: eu@mau.example .com ${7*7}]", mail["subject"])
            self.assertFalse(mail["bcc"])
        with self.assertRaises(ValidationError):
            wish.reference = "x" * 61

    # ------------------------------------------------------------------
    # As data
    # ------------------------------------------------------------------

    def test_what_makes_no_sense_is_refused(self):
        for vals in ({"collection": "month", "collection_day": 0}, {"collection": "month", "collection_day": 32},
                     {"collection": "week", "collection_weekday": False}):
            with self.assertRaises(ValidationError):
                self.wish.write(vals)
        with self.assertRaises(ValidationError):
            self.company.dispatch_collection_hour = 24

    def test_import_and_export(self):
        names = ["partner_id/.id", "role_id/.id", "receives", "collection", "collection_weekday", "reference"]
        Preference = self.env["document.dispatch.preference"]
        role = self.types["invoice"].role_id
        result = Preference.load(
            names, [[str(self.mudo.id), str(role.id), "False", "Once a week", "Monday", "Proveedor\n9"]])
        self.assertFalse(result["messages"])
        mine = Preference.browse(result["ids"])
        self.assertEqual(mine.export_data(["collection", "collection_weekday", "reference"])["datas"],
                         [["Once a week", "Monday", "Proveedor 9"]])

    def test_merged_customers_keep_one_wish(self):
        self._wish(self.nowak, "invoice", collection="month", collection_day=5, reference="N 1")
        self._wish(self.mudo, "invoice", reference="M 2")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.nowak | self.mudo).ids, self.mudo)
        kept = self.mudo.dispatch_preference_ids
        self.assertEqual((kept.collection, kept.collection_day, kept.reference), ("month", 5, "M 2"))

    def test_rights(self):
        """Whoever may edit a customer says what they wish, and ticks nobody; who sends obeys it."""
        clerk = new_user(self.company, "balcao", "account.group_account_invoice,base.group_partner_manager")
        reader = new_user(self.company, "leitora", "document_dispatch.group_dispatch_user")
        with self.assertRaises(AccessError):
            self.wish.with_user(reader).reference = "x"
        customer = self.env["res.partner"].create({"name": "Novo"})
        with Form(customer.with_user(clerk)) as form, form.dispatch_preference_ids.new() as line:
            line.role_id = self.types["invoice"].role_id
            line.collection = "month"
        self.assertEqual((customer.dispatch_preference_ids.collection, customer.dispatch_role_ids.ids), ("month", []))
        with self.assertRaises(AccessError):
            self.company.with_user(clerk).dispatch_collection_hour = 3
        dispatch = self._invoice(self.silva).with_user(clerk)._dispatch_create("manual")
        self.assertEqual(dispatch.scheduled_date, FRIDAY)

    def test_cost_does_not_grow(self):
        """The wishes of many customers are read at once."""
        invoices = self.env["account.move"].union(*(self._invoice(self.silva) for _number in range(6)))

        def count(documents):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            documents.partner_id._dispatch_wishes(self.company)
            return self.env.cr.sql_log_count - before

        others = self.env["account.move"].union(*(
            self._invoice(self.env["res.partner"].create({"name": f"Cliente {number}", "parent_id": self.silva.id}))
            for number in range(20)))
        self.assertLessEqual(count(invoices | others), count(invoices) + 2)
