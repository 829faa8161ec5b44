"""By which channel a customer wants the documents of a contact flag: on every road alike, with the reason."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from ..models.legal.document_dispatch_preference import NETWORK, NETWORK_COPY
from .common import DispatchCase, new_user
from .legal import LegalCase

#: How an invoice goes where no network is in sight: ``(channel, state after the worker)``; ``None``: it does not
ALONE = {
    False: ("email", "sent"), "email": ("email", "sent"), "paper": ("paper", "paper"), "manual": None,
    # none takes it: as usual, and the dispatch says so
    NETWORK: ("email", "sent"), NETWORK_COPY: ("email", "sent"),
}
#: And where Toynet takes it: state of the network's dispatch, channel of the copy
TAKEN = {
    False: ("sent", ["email"]), "email": ("sent", ["email"]), "paper": ("sent", ["paper"]), "manual": ("sent", []),
    NETWORK: ("sent", []), NETWORK_COPY: ("sent", ["email"]),
}


class ChannelCase(DispatchCase):
    def _wish(self, partner, channel, role="invoice"):
        partner.dispatch_preference_ids.filtered(lambda preference: preference.role_id.code == role).unlink()
        return self.env["document.dispatch.preference"].create({
            "partner_id": partner.id, "role_id": self.env["document.dispatch.role"]._get_by_code(role).id,
            "channel": channel, "receives": False,
        })

    def _by_rule(self, invoice):
        self._plan()

    def _by_core(self, invoice):
        """Odoo's own scheduler, as a batch or a recurring invoice leaves it to it."""
        invoice.sending_data = {"author_user_id": self.env.uid, "author_partner_id": self.env.user.partner_id.id}
        self.env["account.move.send"]._generate_and_send_invoices(invoice, from_cron=True)

    def _by_batch(self, invoice):
        batch = self.env["account.move.send.batch.wizard"].create({
            "move_ids": [Command.set(invoice.ids)], "dispatch_grouping": "all"})
        batch.action_send_and_print()
        if invoice.sending_data:  # left to Odoo's own scheduler
            self.env["account.move.send"]._generate_and_send_invoices(invoice, from_cron=True)
        for dispatch in self._dispatches(invoice):
            dispatch._deliver_soon()


class TestChannels(ChannelCase, LegalCase):
    """Every wish on every road, with a network and without one."""

    def test_every_wish_on_every_road(self):
        self._rule("Night", "invoice", trigger="schedule")
        customers = {}
        for taken, expected in ((False, ALONE), (True, TAKEN)):
            for wish in expected:
                customers[taken, wish] = self.env["res.partner"].create({
                    "name": f"{wish} {taken}", "is_company": True, "email": f"{wish}.{taken}@x.example.com".lower()})
                self._wish(customers[taken, wish], wish)
        self.net.strangers = [customer.name for (taken, _wish), customer in customers.items() if not taken]
        self.net.state = "accepted"
        for road in (self._by_rule, self._by_core, self._by_batch):
            invoices = {}
            for (taken, wish), customer in customers.items():
                invoices[taken, wish] = self._invoice(customer)
                if road != self._by_rule:
                    road(invoices[taken, wish])
            if road == self._by_rule:
                self._plan()
            self._deliver()
            self._deliver()
            for (taken, wish), invoice in invoices.items():
                with self.subTest(road=road.__name__, wish=wish, taken=taken):
                    networks, copies = self._network(invoice), self._copy(invoice)
                    if taken:
                        state, channels = TAKEN[wish]
                        self.assertEqual((networks.mapped("state"), copies.mapped("channel")), ([state], channels))
                    else:
                        found = [(copy.channel, copy.state) for copy in copies]
                        self.assertEqual((networks.ids, found), ([], [ALONE[wish]] if ALONE[wish] else []))

    def test_what_no_network_takes_says_so(self):
        self.net.strangers = [self.nowak.name]
        rule = self._rule("Night", "invoice")
        for wish in (NETWORK, NETWORK_COPY):
            self._wish(self.nowak, wish)
            invoice = self._invoice(self.nowak)
            [line] = [line for line in rule._preview()[0] if line["res_id"] == invoice.id]
            self.assertEqual((line["outcome"], line["reason"]), ("goes", "No network available"))
            invoice._dispatch_create("rule")
            self.assertIn("No network available", self._dispatches(invoice).state_message)

    def test_preview_says_which_and_why(self):
        rule = self._rule("Night", "invoice")
        for wish, words in (
            (NETWORK, ("To Toynet, without a copy", "Customer preference")),
            (NETWORK_COPY, ("First to Toynet, then a copy by e-mail", "Customer preference")),
            ("paper", ("First to Toynet, then a copy on paper", "Customer preference")),
            ("manual", ("To Toynet, without a copy",)),
        ):
            self._wish(self.nowak, wish)
            invoice = self._invoice(self.nowak)
            [line] = [line for line in rule._preview()[0] if line["res_id"] == invoice.id]
            for word in words:
                self.assertIn(word, line["reason"], wish)
        self.net.strangers = [self.nowak.name]
        self._wish(self.nowak, "manual")
        invoice = self._invoice(self.nowak)
        [line] = [line for line in rule._preview()[0] if line["res_id"] == invoice.id]
        self.assertEqual(line["outcome"], "stays")
        self.assertIn("downloads", line["reason"])

    def test_the_law_counts_before_a_wish(self):
        """Belgium asks for Peppol between companies: e-mail is a copy there; elsewhere the customer decides."""
        send = self.env["account.move.send"]
        move = self._invoice(self.nowak)
        self._wish(self.nowak, "email")
        for country, methods in (("be", {"email", "toymethod"}), ("at", {"email"})):
            (self.company.partner_id | self.nowak).country_id = self.env.ref(f"base.{country}")
            self.assertEqual(send._dispatch_apply_wish(move, "email", {"email", "toymethod"}), methods)
        self.assertEqual(send._dispatch_apply_wish(move, NETWORK, {"email", "toymethod"}), {"toymethod"})


class TestWishes(ChannelCase):
    """What a customer wants as data, without any network."""

    def test_company_and_contact_and_flag(self):
        """A contact's own word counts before its company's, and each flag has its own."""
        self._wish(self.silva, "paper")
        self._wish(self.silva, "manual", "order")
        self.assertEqual(self.silva_ana._dispatch_wished_channel("invoice"), "paper")
        self._wish(self.silva_ana, "email")
        self.assertEqual(self.silva_ana._dispatch_wished_channel("invoice"), "email")
        self.assertEqual(self.silva_rui._dispatch_wished_channel("invoice"), "paper")
        self.assertEqual(self.silva_rui._dispatch_wished_channel("order"), "manual")
        self.assertEqual(self.silva._dispatch_wished_channel("quote"), "")
        family = self.silva | self.silva_ana | self.silva_rui | self.nowak
        Partner = self.env["res.partner"]
        for channels, found in ((["paper"], self.silva | self.silva_rui), (["email"], self.silva_ana)):
            domain = Partner._dispatch_wishing_domain("invoice", fields.Domain("channel", "in", channels))
            self.assertEqual(family.filtered_domain(domain), found)
            self.assertEqual(Partner.search(domain & fields.Domain("id", "in", family.ids)), found)

    def test_rule_asks_each_flag(self):
        """Orders are downloaded, invoices are mailed although Odoo's own field says that they are downloaded."""
        self._rule("Night", "invoice", "credit_note", "order", trigger="schedule")
        self.nowak.invoice_sending_method = "manual"
        self._wish(self.nowak, "email")
        self._wish(self.nowak, "manual", "order")
        self._wish(self.silva, "manual")
        going = self._invoice(self.nowak)
        staying = self._invoice(self.silva)
        orders = self._order(self.nowak) | self._order(self.silva)
        orders.action_confirm()
        self._plan()
        self.assertEqual(self._dispatches(going).mapped("channel"), ["email"])
        self.assertFalse(self._dispatches(staying))
        self.assertEqual(self._dispatches(orders).mapped("res_id"), orders[1].ids)

    def test_refusal_counts_before_a_wish(self):
        self._wish(self.papel, "email")
        dispatch = self._invoice(self.papel)._dispatch_create("rule")
        self.assertEqual((dispatch.channel, dispatch.channel_reason), ("paper", "refused"))

    def test_window_proposes_and_a_person_decides(self):
        self._wish(self.nowak, "paper")
        self._wish(self.nowak, "paper", "quote")
        invoice = self._invoice(self.nowak)
        window = self._send_window(invoice)
        self.assertEqual(window.dispatch_channel, "paper")
        window.dispatch_channel = "email"
        window.action_send_and_print()
        self._deliver()
        self.assertEqual(self._dispatches(invoice).mapped("channel"), ["email"], "a person ticked it")
        action = self._order(self.nowak).action_quotation_send()
        composer = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(composer.dispatch_channel, "paper")

    def test_form(self):
        """The clerk says it on the contact's page; whoever is asked only how is not ticked."""
        clerk = new_user(self.company, "balcao", "document_dispatch.group_dispatch_user,base.group_partner_manager")
        with Form(self.nowak.with_user(clerk)) as form, form.dispatch_preference_ids.new() as line:
            line.role_id = self.types["invoice"].role_id
            line.channel = "paper"
        self.assertFalse(self.nowak.dispatch_invoice)
        self.assertEqual(self.nowak._dispatch_wished_channel("invoice"), "paper")
        self.assertIn("Paper", self.nowak.dispatch_overview)
        with Form(self.nowak.with_user(clerk)) as form, form.dispatch_preference_ids.edit(0) as line:
            line.channel = False
        self.assertEqual(self.nowak._dispatch_wished_channel("invoice"), "")

    def test_rights(self):
        """Who may not write the contact says nothing of it."""
        preference = self._wish(self.nowak, "paper")
        reader = new_user(self.company, "leitora", "document_dispatch.group_dispatch_user")
        with self.assertRaises(AccessError):
            preference.with_user(reader).channel = "email"
        with self.assertRaises(AccessError):
            preference.with_user(reader).create({"partner_id": self.silva.id, "role_id": preference.role_id.id})
        self.assertEqual(preference.with_user(reader).channel, "paper")

    def test_import_and_export(self):
        columns = ["id", "name", "dispatch_preference_ids/role_id/id", "dispatch_preference_ids/channel"]
        role = "document_dispatch.role_invoice"
        self._wish(self.nowak, "email")
        self.nowak.dispatch_invoice = True
        Partner = self.env["res.partner"].with_context(import_file=True)
        rows = [[row[0], row[1], role, "Paper"] for row in self.nowak.export_data(["id", "name"])["datas"]]
        for _time in range(2):
            result = Partner.load(columns, [*rows, ["__import__.novo", "Novo", role, "Download only"]])
            self.assertFalse(result["messages"])
        new = self.env.ref("__import__.novo")
        self.assertEqual([partner._dispatch_wished_channel("invoice") for partner in (self.nowak, new)],
                         ["paper", "manual"])
        self.assertEqual([self.nowak.dispatch_invoice, new.dispatch_invoice], [True, False])
        self.assertEqual((self.nowak | new).export_data(columns[1:])["datas"], [
            [self.nowak.name, role, "Paper"], ["Novo", role, "Download only"]])

    def test_merged_and_copied(self):
        self._wish(self.silva, "paper")
        self._wish(self.nowak, "email")
        self._wish(self.nowak, "manual", "order")
        self.assertEqual(self.nowak.copy()._dispatch_wished_channel("order"), "manual")
        self.env["base.partner.merge.automatic.wizard"]._merge((self.silva | self.nowak).ids, self.silva)
        self.assertEqual(self.silva._dispatch_wished_channel("invoice"), "paper")
        self.assertEqual(self.silva._dispatch_wished_channel("order"), "manual")
        self.assertFalse(self.silva.dispatch_order)

    def test_as_many_statements_for_more(self):
        counts = []
        for size in (2, 4, 24):  # the first fills caches
            customers = self.env["res.partner"].create([
                {"name": f"C {number}", "is_company": True, "email": f"c{number}@{size}.example.com"}
                for number in range(size)])
            for customer in customers:
                self._wish(customer, "paper")
            moves = self.env["account.move"].union(*(self._invoice(customer) for customer in customers))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            channels = {vals["channel"] for vals in moves._dispatch_prepare_vals_list("rule")}
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(channels, {"paper"})
        self.assertEqual(*counts[1:])
