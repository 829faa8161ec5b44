"""Several quotations and orders: all at once, one window after another, one mail for each customer."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from .common import DispatchCase, new_user


class TestOrderWindow(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_user(
            cls.company, "jonas", "sales_team.group_sale_salesman", name="Jonas Prado",
            email="jonas@aurora.example.com")

    def _orders(self, *partners):
        return self.env["sale.order"].union(*(self._order(partner, user_id=self.seller.id) for partner in partners))

    def _window(self, orders, **vals):
        """The window as the list opens it."""
        action = orders.with_user(self.seller).action_dispatch_send()
        form = Form(self.env[action["res_model"]].with_user(self.seller).with_context(**action["context"]))
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def _send(self, orders, **vals):
        action = self._window(orders, **vals).action_send()
        self._deliver()
        return self.env[action["res_model"]].browse(action.get("res_id")), action

    def test_one_opens_odoos_window(self):
        action = self._orders(self.silva).with_user(self.seller).action_dispatch_send()
        self.assertEqual(action["res_model"], "mail.compose.message")

    def test_summary(self):
        gone, cancelled, excluded = self._orders(self.nowak, self.nowak, self.nowak)
        gone._dispatch_create("manual")
        self._deliver()
        cancelled.action_cancel()
        excluded._dispatch_exclude("Entregue em mãos")
        window = self._window(self._orders(self.silva, self.silva, self.papel, self.mudo) | gone | cancelled | excluded)
        self.assertEqual(window.dispatch_by_mail, "Documents: 2, customers: 1, addresses: 1")
        self.assertEqual(window.dispatch_on_paper, "Documents: 2 (e-mail refused: 1, no valid address: 1)")
        self.assertEqual(window.dispatch_went, f"1: {gone.name}")
        self.assertIn("The order is cancelled.", window.dispatch_stays)
        self.assertIn("Entregue em mãos", window.dispatch_stays)

    def test_all_at_once(self):
        """Quotations and orders, each to its own people, in the customer's language, in the seller's name."""
        self.env["res.lang"]._activate_lang("pl_PL")
        self.nowak.lang = "pl_PL"
        self.types["quotation"].mail_template_id.with_context(lang="pl_PL").subject = "Oferta {{ object.name }}"
        orders = self._orders(self.silva, self.silva, self.nowak, self.papel)
        orders[0].action_confirm()
        batch, _action = self._send(orders)
        self.assertEqual((batch.selected, batch.total, batch.sent, batch.on_paper), (4, 4, 3, 1))
        self.assertCountEqual(self.envelopes, [
            "rui@silva.example.com", "ana@silva.example.com", "biuro@nowak.example.com"])
        self.assertIn(f"Oferta {orders[2].name}", [mail["subject"] for mail in self.mails])
        dispatches = self._dispatches(orders)
        self.assertEqual((set(dispatches.mapped("origin")), dispatches.user_id), ({"batch"}, self.seller))
        self.assertEqual(orders.mapped("state"), ["sale", "sent", "sent", "draft"])

    def test_one_mail_for_each_customer(self):
        orders = self._orders(self.silva, self.silva, self.nowak)
        self._send(orders, dispatch_grouping="bundle")
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "biuro@nowak.example.com"])
        both = next(mail for mail in self.mails if "ana@" in mail["to"])
        for order in orders[:2]:
            self.assertIn(order.name, both["subject"])
            self.assertIn(order.name, both.get_body(("html",)).get_content())
        self.assertEqual(set(orders.mapped("dispatch_state")), {"sent"})

    def test_bundle_needs_a_text(self):
        self.types["quotation"].bundle_template_id = False
        with self.assertRaisesRegex(UserError, "no text for several"):
            self._send(self._orders(self.silva, self.nowak), dispatch_grouping="bundle")

    def test_one_after_another(self):
        # as the list shows them, the last first
        orders = self._orders(self.papel, self.nowak, self.nowak, self.nowak, self.silva).sorted()
        orders[2].action_cancel()
        action = self._window(orders, dispatch_grouping="each").action_send()
        composer = self._next(action, orders[0], "1 of 5")
        self.assertEqual(composer.partner_ids, self.silva_ana)
        action = composer.action_send_mail()
        composer = self._next(action, orders[1], "2 of 5")
        action = composer.action_dispatch_skip()
        composer = self._next(action, orders[3], "4 of 5")
        composer.dispatch_emails = "kasa@nowak.example.com"
        action = composer.action_send_mail()
        composer = self._next(action, orders[4], "5 of 5")
        action = composer.action_dispatch_paper()
        self._deliver()
        batch = self.env["document.dispatch.batch"].browse(action["res_id"])
        self.assertEqual((batch.total, batch.sent, batch.on_paper, batch.skipped), (3, 2, 1, 2))
        self.assertIn("The order is cancelled.", batch.left_out)
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "biuro@nowak.example.com", "kasa@nowak.example.com"])

    def _next(self, action, order, label):
        self.assertEqual(action["res_model"], "mail.compose.message")
        composer = self.env["mail.compose.message"].with_user(self.seller).with_context(**action["context"]).create({})
        self.assertEqual((composer._dispatch_document(), composer.dispatch_queue_label), (order, label))
        return composer

    def test_stop(self):
        action = self._window(self._orders(self.silva, self.nowak), dispatch_grouping="each").action_send()
        composer = self.env["mail.compose.message"].with_user(self.seller).with_context(**action["context"]).create({})
        batch = self.env["document.dispatch.batch"].browse(composer.action_dispatch_stop()["res_id"])
        self.assertIn("Documents not reviewed: 2.", batch.left_out)

    def test_off(self):
        self.company.dispatch_mode = "off"
        with self.assertRaisesRegex(UserError, "turned off"):
            self._send(self._orders(self.silva, self.nowak))

    def test_others_orders(self):
        """Nobody sends what they may not change, whatever ids the client says."""
        other = self.setup_other_company()["company"]
        rivals = [
            new_user(self.company, "karin", "sales_team.group_sale_salesman"),
            new_user(other, "olga", "sales_team.group_sale_salesman_all_leads"),
        ]
        orders = self._orders(self.silva, self.nowak)
        for rival in rivals:
            for grouping in ("all", "each", "bundle"):
                with self.subTest(rival=rival.login, grouping=grouping), self.assertRaises(AccessError), \
                        self.env.cr.savepoint():
                    self.env["sale.order.send.window"].with_user(rival).create({
                        "order_ids": [Command.set(orders.ids)], "dispatch_grouping": grouping,
                    }).action_send()
        self.assertFalse(self._dispatches(orders))
