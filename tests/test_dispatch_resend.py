"""Send again, by number: always a new dispatch, by default the very same file."""

from odoo import fields
from odoo.exceptions import AccessError, UserError

from .common import DispatchCase, address_rule, new_user


class TestResend(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.nowak)
        # of a number of its own: the sequence may have come to any that is typed below
        cls.order = cls._order(cls.silva, name="S00851")

    def setUp(self):
        super().setUp()
        (self.dispatch,) = self.invoice._dispatch_create("rule")
        self._deliver()
        self.smtp.handler.clear()

    def _window(self, numbers, **vals):
        window = self.env["document.dispatch.resend"].create({"numbers": numbers, **vals})
        window.action_find()
        return window

    def test_the_very_same(self):
        window = self._window(self.invoice.name.lower())
        self.assertEqual(window.line_ids.mapped(lambda line: (line.document_name, line.sent_to, line.state)),
                         [(self.invoice.name, "biuro@nowak.example.com", "sent")])
        window.action_send()
        again = self._dispatches(self.invoice)[-1]
        self.assertEqual((again.resend_of_id, again.origin, again.state), (self.dispatch, "resend", "sent"))
        self.assertEqual(again.attachment_ids, self.dispatch.attachment_ids, "the file is stored once")
        self.assertEqual((again.subject, again.body), (self.dispatch.subject, self.dispatch.body))
        self.assertEqual(self.dispatch.state, "sent", "the old entry stays as it was")
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])

    def test_made_anew(self):
        self.types["invoice"].mail_template_id.subject = "Segunda via de {{ object.name }}"
        self._window(self.invoice.name, fresh="fresh").action_send()
        self.assertEqual(self.mails[0]["subject"], f"Segunda via de {self.invoice.name}")

    def test_several_kinds_and_those_that_are_not_there(self):
        window = self._window(f"{self.invoice.name}, {self.order.name}\nS99999")
        self.assertEqual(set(window.line_ids.mapped("document_name")), {self.invoice.name, self.order.name})
        self.assertEqual(window.not_found, "S99999")
        window.action_send()
        self.assertCountEqual(self.envelopes, ["biuro@nowak.example.com", "ana@silva.example.com"])
        self.assertEqual(self._dispatches(self.order).origin, "manual", "it never went before")

    def test_range(self):
        other = self._order(self.nowak, name="S00852")
        window = self._window(f"{self.order.name}-{other.name}")
        self.assertEqual(window.line_ids.mapped("document_name"), sorted([self.order.name, other.name]))
        self.assertFalse(window.not_found)

    def test_numbers_as_people_type_them(self):
        order, year = self._order(self.nowak, name="S00925"), fields.Date.today().year
        invoice = self._invoice(self.nowak, post=False)
        invoice.name = f"INV/{year}/00939"
        invoice.action_post()
        for typed, document in (
            ("925", order), ("00925", order), ("S925", order), ("s925", order),
            (f"{year}/939", invoice), ("939", invoice), ("INV/939", invoice), (f"inv/{year}/0939", invoice),
        ):
            with self.subTest(typed=typed):
                window = self._window(typed)
                self.assertEqual(window.line_ids.mapped("document_name"), [document.name])
                self.assertTrue(window.line_ids.chosen)
                self.assertEqual((window.not_found, window.ambiguous), ("", ""))
        self.assertEqual(self._window("92, 2097/939, S9").mapped("line_ids.document_name"), [])

    def test_a_number_that_fits_several_is_chosen_from(self):
        orders = self._order(self.nowak, name="S00977") | self._order(self.silva, name="Q00977")
        window = self._window(f"977 {self.invoice.name}")
        chosen = {line.document_name: line.chosen for line in window.line_ids}
        self.assertEqual(chosen, {"S00977": False, "Q00977": False, self.invoice.name: True})
        self.assertEqual((window.ambiguous, window.not_found), ("977", ""))
        window.action_send()
        self.assertFalse(self._dispatches(orders))
        window = self._window("S00977")
        self.assertEqual(window.line_ids.mapped("document_name"), ["S00977"], "who writes it whole means it")

    def test_what_others_may_not_read_is_not_found_in_parts(self):
        order = self._order(self.nowak, name="S00988", user_id=self.env.ref("base.user_admin").id)
        seller = new_user(self.company, "rita", "sales_team.group_sale_salesman")
        Window = self.env["document.dispatch.resend"].with_user(seller)
        window = Window.create({"numbers": "988"})
        window.action_find()
        self.assertEqual((window.line_ids.mapped("document_name"), window.not_found), ([], "988"))
        order.user_id = seller
        window.action_find()
        self.assertEqual(window.line_ids.mapped("document_name"), ["S00988"])

    def test_a_contact_is_taken_out(self):
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        self.smtp.handler.clear()
        window = self._window(invoice.name)
        self.assertEqual(
            [(r.name, r.email, r.state, r.chosen) for r in window.recipient_ids],
            [("Ana Silva", "ana@silva.example.com", "sent", True),
             ("Rui Lopes", "rui@silva.example.com", "sent", True)])
        window.recipient_ids[0].chosen = False
        window.action_send()
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])
        self.assertEqual(self._dispatches(invoice)[-1].recipient_ids.mapped("email"), ["rui@silva.example.com"])

    def test_a_contact_is_taken_out_of_a_first_sending(self):
        invoice = self._invoice(self.silva)
        window = self._window(invoice.name)
        window.recipient_ids[1].chosen = False
        window.action_send()
        self.assertEqual(self.envelopes, ["ana@silva.example.com"])

    def test_nobody_ticked_is_said(self):
        window = self._window(self.invoice.name)
        window.recipient_ids.chosen = False
        with self.assertRaisesRegex(UserError, "No recipient is selected"):
            window.action_send()
        window.emails = "kasa@nowak.example.com"
        window.action_send()
        self.assertEqual(self.envelopes, ["kasa@nowak.example.com"])

    def test_contacts_changed_since_they_were_shown(self):
        """Nobody is left out silently, and nothing waits for nobody."""
        window = self._window(self.order.name)
        self.silva_ana.dispatch_quote = False
        with self.assertRaisesRegex(UserError, "no longer be sent to ana@silva.example.com"), \
                self.env.cr.savepoint():
            window.action_send()
        self.assertFalse(self._dispatches(self.order))
        window = self._window(self.invoice.name)
        window.recipient_ids.email = "eu@rival.example"  # a client may write anything
        with self.assertRaisesRegex(UserError, "no longer be sent to eu@rival.example"):
            window.action_send()
        self.assertEqual((self.envelopes, self._dispatches(self.invoice)), ([], self.dispatch))

    def test_switched_off(self):
        """As on every road: who sends is told that nothing goes."""
        window = self._window(self.invoice.name)
        self.company.dispatch_mode = "off"
        with self.assertRaisesRegex(UserError, "turned off"):
            window.action_send()

    def test_only_who_does_not_have_it(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 no such user"
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._dispatches(invoice).state, "partial")
        self.smtp.handler.clear()
        self.silva_rui.email = "rui.lopes@silva.example.com"
        window = self._window(f"{invoice.name} {self.invoice.name}")
        window.action_only_missing()
        self.assertEqual(
            {r.email: (r.state, r.chosen) for r in window.recipient_ids if r.line_id.document_name == invoice.name},
            {"ana@silva.example.com": ("sent", False), "rui.lopes@silva.example.com": (False, True),
             "rui@silva.example.com": ("failed", True)})
        self.assertEqual(window.line_ids.filtered("chosen").mapped("document_name"), [invoice.name])
        window.recipient_ids.filtered(lambda r: r.email == "rui@silva.example.com").chosen = False
        window.action_send()
        self.assertEqual(self.envelopes, ["rui.lopes@silva.example.com"])

    def test_an_address_of_before_can_be_ticked(self):
        """Not named by the flags any more: unticked, and an address like a typed one."""
        self.nowak.email = "nowe@nowak.example.com"
        window = self._window(self.invoice.name)
        self.assertEqual({r.email: r.chosen for r in window.recipient_ids},
                         {"nowe@nowak.example.com": True, "biuro@nowak.example.com": False})
        window.recipient_ids.chosen = True
        window.recipient_ids.filtered("named").chosen = False
        window.action_send()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])
        self.assertEqual(self._dispatches(self.invoice)[-1].recipient_ids.reason, "manual")

    def test_chosen_only(self):
        window = self._window(f"{self.invoice.name} {self.order.name}")
        window.line_ids.filtered(lambda line: line.res_model == "sale.order").chosen = False
        window.action_send()
        self.assertEqual(self.envelopes, ["biuro@nowak.example.com"])

    def test_typed_addresses(self):
        window = self._window(self.invoice.name, emails="Kasa <kasa@nowak.example.com>; BIURO@nowak.example.com")
        window.action_send()
        self.assertCountEqual(self.envelopes, ["biuro@nowak.example.com", "kasa@nowak.example.com"])
        reasons = {r.email: r.reason for r in self._dispatches(self.invoice)[-1].recipient_ids}
        self.assertEqual(reasons["kasa@nowak.example.com"], "manual")
        self.assertFalse(self.env["res.partner"].search([("email", "=", "kasa@nowak.example.com")]))

    def test_typed_address_of_a_first_sending_is_no_second_copy(self):
        self._window(self.order.name, emails="ANA@silva.example.com, rui@silva.example.com").action_send()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "rui@silva.example.com"])

    def test_kept_addresses(self):
        window = self._window(self.invoice.name, emails="kasa@nowak.example.com", save_address=True)
        window.action_send()
        contact = self.env["res.partner"].search([("email", "=", "kasa@nowak.example.com")])
        self.assertEqual((contact.parent_id, contact.dispatch_invoice), (self.nowak, True))

    def test_another_module_forbids_an_address(self):
        window = self._window(self.invoice.name, emails="kasa@nowak.example.com", save_address=True)
        sales = self.env.ref("base.module_sale").shortdesc
        with address_rule(self.env), self.assertRaisesRegex(UserError, f"rule of the module “{sales}”"):
            window.action_send()

    def test_wrong_address_sends_nothing(self):
        for wrong in ("nobody", "ana@", "kasa@nowak.example.com; <script>", "@" * 10000):
            with self.subTest(wrong=wrong[:30]), self.assertRaisesRegex(UserError, "not a valid e-mail address"):
                self._window(self.invoice.name, emails=wrong).action_send()
        self.assertEqual(self.envelopes, [])

    def test_no_header_is_smuggled_in(self):
        self._window(self.invoice.name, emails="kasa@nowak.example.com\nBcc: spy@example.com").action_send()
        for mail in self.mails:
            self.assertNotIn("bcc", {name.lower() for name in mail.keys()})  # noqa: SIM118 of the mail
            self.assertNotIn("spy", mail["subject"])

    def test_wrong_numbers(self):
        for wrong, words in (("", "Enter the number"), (" ,; ", "Enter the number"), ("S1-S100000", "More than")):
            with self.subTest(wrong=wrong), self.assertRaisesRegex(UserError, words):
                self._window(wrong)
        window = self._window("S404 " + "x" * 10000)
        self.assertFalse(window.line_ids)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            window.action_send()

    def test_what_cannot_go_says_why(self):
        draft_again, refused = self._invoice(self.nowak), self._invoice(self.papel)
        draft_again.button_draft()
        window = self._window(f"{draft_again.name} {refused.name}")
        obstacles = {line.document_name: line.blocking_reason for line in window.line_ids}
        self.assertEqual(obstacles[refused.name], "The customer refuses e-mail.")
        self.assertEqual(window.line_ids.filtered("blocking_reason").mapped("chosen"), [False])
        with self.assertRaisesRegex(UserError, f"{refused.name}: The customer refuses e-mail"):
            self._window(refused.name).action_send()
        dispatch = window.line_ids.filtered(lambda line: line.document_name == refused.name)._send(False, [])
        self.assertEqual(
            (dispatch.state, dispatch.channel_reason), ("paper", "refused"), "whatever the window lets through")
        with self.assertRaisesRegex(UserError, "refuses e-mail"):
            dispatch._resend()
        self.assertEqual(self.envelopes, [])

    def test_failed_one(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 no such user"
        self.smtp.handler.rcpt_replies["ana@silva.example.com"] = "550 no such user"
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._dispatches(invoice).state, "failed")
        self.smtp.handler.clear()
        self._window(invoice.name).action_send()
        self.assertEqual(self._dispatches(invoice).mapped("state"), ["cancelled", "sent"])
        self.assertEqual(invoice.dispatch_state, "sent")

    def test_list_of_quotations(self):
        """When it went, to whom, and again from there; in as many statements for more of them."""
        self.order._dispatch_create("manual")
        self._deliver()
        orders = self.order | self.env["sale.order"].union(*(self._order(self.nowak) for _number in range(5)))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(default=9):
            dates = orders.mapped("dispatch_sent_date")
            addresses = orders.mapped("dispatch_sent_to")
        self.assertEqual((bool(dates[0]), dates[1:]), (True, [False] * 5))
        self.assertEqual(addresses[0], "ana@silva.example.com")
        action = orders[:2].action_dispatch_resend()
        window = self.env["document.dispatch.resend"].browse(action["res_id"])
        self.assertEqual(sorted(window.line_ids.mapped("document_name")), sorted(orders[:2].mapped("name")))

    def test_button_on_the_dispatch(self):
        action = self.dispatch.action_resend()
        window = self.env["document.dispatch.resend"].browse(action["res_id"])
        self.assertEqual(window.line_ids.document_name, self.invoice.name)

    def test_who_may_not_read_it(self):
        """Neither by its number nor by its id."""
        seller = new_user(self.company, "rafael", "sales_team.group_sale_salesman")
        self.invoice.invoice_user_id = self.env.user
        window = self.env["document.dispatch.resend"].with_user(seller).create({"numbers": self.invoice.name})
        window.action_find()
        self.assertFalse(window.line_ids)
        self.assertEqual(window.not_found, self.invoice.name)
        line = self.env["document.dispatch.resend.line"].with_user(seller).create({
            "resend_id": window.id, "res_model": "account.move", "res_id": self.invoice.id,
        })
        with self.assertRaises(AccessError):
            window.action_send()
        self.assertTrue(line.exists())
        self.assertEqual(self.envelopes, [])
