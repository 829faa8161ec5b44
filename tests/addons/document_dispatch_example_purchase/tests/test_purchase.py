"""Another module's kind of document, of no more than its class, from core's window to the boss's report."""

from odoo import fields
from odoo.addons.document_dispatch.tests.common import DispatchCase
from odoo.addons.document_dispatch.tests.kinds import assert_dispatch_kind
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

#: By which core's window says that it sends
MARK = "mark_rfq_as_sent"


class TestPurchase(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("purchase.group_purchase_manager")
        cls.buyer = cls._new_user("compradora", "purchase.group_purchase_user,document_dispatch.group_dispatch_user")
        cls.stranger = cls._new_user("vendedor", "sales_team.group_sale_salesman")

    @classmethod
    def _new_user(cls, login, groups):
        return new_test_user(
            cls.env, login, groups, company_id=cls.company.id, company_ids=cls.company.ids,
            email=f"{login}@aurora.example.com")

    def _purchase(self, partner, confirm=True):
        order = self.env["purchase.order"].create({
            "partner_id": partner.id,
            "order_line": [fields.Command.create(
                {"product_id": self.product_a.id, "product_qty": 2, "price_unit": 90})],
        })
        if confirm:
            order.button_confirm()
        return order

    def _window(self, order):
        action = order._dispatch_window_action()
        self.assertEqual(action["res_model"], "mail.compose.message")
        return self.env[action["res_model"]].with_user(order.env.user).with_context(**action["context"]).create({})

    def test_whole(self):
        assert_dispatch_kind(self.env, "purchase.order")

    def test_window_by_a_buyer(self):
        """Core's Send goes through the outbox to whom the flags name, and to nobody else."""
        order = self._purchase(self.silva)
        order.message_subscribe(self.nowak.ids)
        window = self._window(order.with_user(self.buyer))
        self.assertEqual(window.partner_ids, self.silva_rui)
        window.action_send_mail()
        dispatch = self._dispatches(order)
        self.assertEqual((dispatch.state, dispatch.origin, dispatch.user_id), ("sent", "manual", self.buyer))
        self.assertEqual(order.dispatch_state, "sent")
        self.assertEqual(self.envelopes, ["rui@silva.example.com"])
        [mail] = self.mails
        self.assertIn(order.name, mail["Subject"])
        self.assertEqual(len([*mail.iter_attachments()]), 1)  # in tests Odoo draws no page, the file is there

    def test_request_for_quotation_goes_as_always(self):
        """What is no document yet is core's own mail, with its own mark."""
        request = self._purchase(self.silva, confirm=False)
        window = self.env["mail.compose.message"].with_context(
            **request.with_context(send_rfq=True).action_rfq_send()["context"]).create({})
        self.assertFalse(window.dispatch_active)
        window.action_send_mail()
        self.assertEqual(request.state, "sent")
        self.assertFalse(self._dispatches(request))

    def test_mark_of_core_from_a_stranger(self):
        """Anybody can write core's mark into a context: from whom may not write the document it sends nothing."""
        order = self._purchase(self.silva)
        order.with_user(self.stranger).sudo().with_context(**{MARK: True}).message_post(
            body="Recado", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertFalse(self._dispatches(order))

    def test_rule_and_preview(self):
        """A rule that sends at once takes an order when it is approved; its preview says so, and of a refusal."""
        self.types = {**self.types, "purchase": self.env.ref("document_dispatch_example_purchase.type_purchase")}
        self.assertIn(self.types["purchase"], self.env["document.dispatch.type"].search([("is_offered", "=", True)]))
        rule = self.env["document.dispatch.rule"].create({
            "name": "Compras", "active": True, "type_ids": self.types["purchase"].ids, "trigger": "schedule",
        })
        order, refused = self._purchase(self.silva), self._purchase(self.papel)
        lines, count = rule._preview()
        outcomes = {line["document_name"]: line["outcome"] for line in lines}
        self.assertEqual((count, outcomes), (2, {order.name: "goes", refused.name: "paper"}))
        rule.trigger = "post"
        at_once = self._purchase(self.silva)
        dispatch = self._dispatches(at_once)
        self.assertEqual((dispatch.origin, dispatch.rule_id), ("rule", rule))
        self.assertFalse(self._dispatches(order), "it was approved before")
        rule._run("manual")
        self._deliver()
        self.assertEqual((order.dispatch_state, at_once.dispatch_state), ("sent", "sent"))
        self.assertEqual(self._dispatches(refused).channel_reason, "refused")
        self.assertEqual(refused.dispatch_state, "paper")

    def test_paper(self):
        """A cover letter names it, as it does an invoice."""
        order = self._purchase(self.papel)
        dispatch = order._dispatch_to_paper()
        self.assertEqual((dispatch.channel, dispatch.state), ("paper", "paper"))
        enclosure = order._dispatch_enclosure()
        self.assertEqual(
            (enclosure["kind"], enclosure["name"], enclosure["date"], enclosure["amount"], enclosure["currency"]),
            ("Purchase Order", order.name, fields.Date.context_today(order), order.amount_total, order.currency_id))
        with self.allow_pdf_render():
            dispatch.with_context(force_report_rendering=True).action_print()
        self.assertEqual(order.dispatch_state, "printed")

    def test_send_again_by_number(self):
        order = self._purchase(self.silva)
        order._dispatch_send_now("manual")
        self._deliver()
        window = self.env["document.dispatch.resend"].with_user(self.buyer).create({"numbers": order.name.lower()})
        window.action_find()
        self.assertEqual((window.line_ids.res_model, window.line_ids.res_id), ("purchase.order", order.id))
        window.action_send()
        self._deliver()
        self.assertEqual(self._dispatches(order).mapped("origin"), ["manual", "resend"])
        self.assertEqual(self.envelopes, ["rui@silva.example.com"] * 2)

    def test_withdrawal(self):
        """Cancelling withdraws what waits, going back to draft counts a revision, deleting withdraws, too."""
        order = self._purchase(self.silva)
        dispatch = order._dispatch_create("manual")
        order.button_cancel()
        self.assertEqual((dispatch.state, order.dispatch_state), ("cancelled", False))
        order.button_draft()
        self.assertEqual(order.dispatch_revision, 1)
        order.button_confirm()
        again = order._dispatch_create("manual")
        self.assertEqual((again.revision, again.state), (1, "queued"))
        order.state = "cancel"  # however it came to that
        order.unlink()
        self.assertEqual(again.state, "cancelled")

    def test_not_any_more(self):
        """What changed on the way in a manner that nobody named is looked at before it goes."""
        order = self._purchase(self.silva)
        dispatch = order._dispatch_create("manual")
        order.state = "cancel"
        self._deliver()
        self.assertEqual(dispatch.state, "failed")
        self.assertFalse(self.envelopes)

    def test_who_may_know(self):
        """The log follows the document: who buys sees it, who sells does not."""
        order = self._purchase(self.silva)
        order._dispatch_send_now("manual")
        for user, seen in ((self.buyer, 1), (self.stranger, 0)):
            self.env.invalidate_all()
            found = self.env["document.dispatch"].with_user(user).search([("res_model", "=", "purchase.order")])
            self.assertEqual(len(found), seen, user.name)
        self.assertEqual(order.with_user(self.buyer).dispatch_count, 1)
        self.assertEqual(found.with_user(self.buyer)._get_dispatched_models().count("purchase.order"), 1)
        with self.assertRaises(AccessError):
            self._dispatches(order).with_user(self.stranger).read(["subject"])

    def test_report(self):
        """The boss sees each order once, with what became of it, in the company's currency."""
        sent, untouched = self._purchase(self.silva), self._purchase(self.silva)
        draft = self._purchase(self.silva, confirm=False)
        sent._dispatch_send_now("manual")
        self._deliver()
        lines = self.env["document.dispatch.report"].search([
            ("res_model", "=", "purchase.order"), ("res_id", "in", (sent | untouched | draft).ids)])
        self.assertEqual({line.res_id: line.outcome for line in lines}, {sent.id: "sent", untouched.id: "open"})
        self.assertEqual(set(lines.mapped("kind")), {"purchase"})
        self.assertAlmostEqual(sum(lines.mapped("amount")), sent.amount_total + untouched.amount_total)
        self.assertEqual(lines.mapped("partner_id"), self.silva)
        groups = self.env["document.dispatch.report"]._read_group([], ["kind"], ["count:sum"])
        self.assertIn(("purchase", 2), groups)
