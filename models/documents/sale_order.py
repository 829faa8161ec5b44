from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.dispatch.steering import SendRequest


class SaleOrder(models.Model):
    """A quotation or an order as a document that is dispatched."""

    _name = "sale.order"
    _inherit = ["sale.order", "document.dispatch.mixin"]

    dispatch_auto = fields.Boolean(
        string="Send its invoices automatically", compute="_compute_dispatch_auto", store=True, readonly=False,
        copy=True, help="Invoices made from this order are marked “to send”, for the rules of automatic sending.",
    )

    @api.depends("sale_order_template_id")
    def _compute_dispatch_auto(self):
        for order in self.filtered("sale_order_template_id"):
            order.dispatch_auto = order.sale_order_template_id.dispatch_auto

    def _action_confirm(self):
        result = super()._action_confirm()
        self.env["document.dispatch.rule"]._plan_posted(self)
        return result

    @api.depends("state")
    def _compute_dispatch_state(self):
        # a confirmed order goes anew, as an order confirmation
        return super()._compute_dispatch_state()

    def _dispatch_type_code(self):
        return "order" if self.state == "sale" else "quotation"

    def _dispatch_narrowing(self):
        return {"team_id": self.team_id.id}

    def _dispatch_blocking_reason(self, code):
        if self.state == "cancel":
            return self.env._("The order is cancelled.")
        return ""

    @api.model
    def _dispatch_rule_domain(self, codes):
        """Confirmed orders; a quotation only when a person marked it: it may not be finished."""
        domain = Domain.FALSE
        if "order" in codes:
            domain |= Domain("state", "=", "sale")
        if "quotation" in codes:
            domain |= Domain("state", "in", ("draft", "sent")) & Domain("dispatch_mark", "=", "to_send")
        return domain

    @api.model
    def _dispatch_date_domain(self, day, basis):
        # an order has one date; it is a moment, the rule's day begins on the clock of its time zone
        timezone = ZoneInfo(self.env.context.get("tz") or "UTC")
        begin = datetime.combine(day, time(), timezone).astimezone(UTC).replace(tzinfo=None)
        return Domain("date_order", ">=", begin)

    def _dispatch_default_report(self):
        return self.env.ref("sale.action_report_saleorder")

    def _dispatch_make_files(self, template, report):
        return self.env["document.dispatch.content"]._make_template_files(self, template, report)

    def _dispatch_draw_files(self, template, report):
        self.env["document.dispatch.content"]._draw_template_files(self, template, report)

    def _dispatch_accepted(self):
        """The quotation becomes “sent” when the server took it, not before as in core."""
        drafts = self.filtered(lambda order: order.state == "draft")
        drafts.with_context(tracking_disable=True).state = "sent"

    def _dispatch_not_sent_by_post(self):
        self.filtered(lambda order: order.state == "sent").with_context(tracking_disable=True).state = "draft"

    def _dispatch_date(self):
        return fields.Datetime.context_timestamp(self, self.date_order).date()

    def _dispatch_split_options(self):
        """Return the lines of the printed order, and apart from them those of options that nobody chose.

        A line below an optional heading is an option as long as it has no quantity. Headings stand in
        each part that has lines of theirs, a note stays with the line above it.
        """
        self.ensure_one()
        printed = self._get_order_lines_to_report()
        products = printed.filtered(lambda line: not line.display_type)
        options = products.filtered(lambda line: line._is_line_optional() and not line.product_uom_qty)
        parts = (products - options, options)
        headings = [part.parent_id | part.parent_id.parent_id for part in parts]
        ids, places = ([], []), (True, False)
        for line in printed:
            if not line.display_type:
                places = [line in part for part in parts]
            elif line.display_type != "line_note":
                places = [line in part for part in headings]
                if not any(places):
                    places = (True, False)  # nothing below it is printed
            for place, found in zip(places, ids, strict=True):
                if place:
                    found.append(line.id)
        return tuple(map(printed.browse, ids))

    def _dispatch_text_values(self):
        day = fields.Datetime.context_timestamp(self, self.date_order).date() if self.date_order else False
        return {
            **super()._dispatch_text_values(),
            "validity_date": self._dispatch_spell_date(self.validity_date),
            "date": self._dispatch_spell_date(day),
            "delivery_date": self._dispatch_spell_date(self.commitment_date and self.commitment_date.date()),
            "payment_reference": [self.reference or ""],
            "reference": [self.client_order_ref or ""],
            "origin": [self.origin or ""],
        }

    # ------------------------------------------------------------------
    # What changes under way
    # ------------------------------------------------------------------

    def action_draft(self):
        back = self.filtered(lambda order: order.state in ("cancel", "sent"))
        result = super().action_draft()
        back._dispatch_new_revision()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._dispatch_withdraw(self.env._("The document was cancelled."))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_withdraw_dispatches(self):
        self._dispatch_withdraw(self.env._("The document was deleted."))

    # ------------------------------------------------------------------
    # Core's exits
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        """Core marks the quotation as sent here, before any mail exists.

        Anybody can write core's mark into the context of a message on the portal (``/mail/message/post``): from
        whom may not send the quotation it means nothing.
        """
        request = SendRequest.of(self.env)
        if not self.env.context.get("mark_so_as_sent"):
            order = self._dispatch_say_answers(request, kwargs) if request and request.posting else self
            return super(SaleOrder, order).message_post(**kwargs)
        order = self.with_context(mark_so_as_sent=False)
        if order._dispatch_may_send():
            kwargs.setdefault("notify_author_mention", True)  # as core does under that mark
            request = replace(
                request or SendRequest("manual"), posting=True,
                email_from=kwargs.get("email_from") or "",  # the window shows it, and lets it be changed
            )
            order = order._dispatch_say_answers(request, kwargs)
        return super(SaleOrder, order).message_post(**kwargs)

    def _dispatch_say_answers(self, request, values):
        """These orders, and where answers to the message with these values go as its text says."""
        return replace(request, reply_to=values.get("reply_to") or "").on(self)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        return self._dispatch_link_groups(super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals))

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        if self._dispatch_capture(message, kwargs):
            return []
        return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)

    def _dispatch_window_action(self):
        if blocking_reason := self._dispatch_blocking_reason(self._dispatch_type_code()):
            raise UserError(blocking_reason)
        return self.action_quotation_send()

    def action_dispatch_send(self):
        """Open the window of this quotation or order; of several, the one that asks how they go."""
        if len(self) == 1:
            return self.action_quotation_send()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.sale_order_send_window_action"),
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def _send_order_notification_mail(self, mail_template, *args, **kwargs):
        """The confirmation becomes a dispatch; core uses this method for other mails too."""
        order = self
        if mail_template and mail_template == self._get_confirmation_template():
            order = SendRequest("core", posting=True, template_id=mail_template.id).on(self)
        return super(SaleOrder, order)._send_order_notification_mail(mail_template, *args, **kwargs)

    def _get_confirmation_template(self):
        """The type's text, unless somebody chose one in the settings, on the quotation template or on the website."""
        template = super()._get_confirmation_template()
        if self._dispatch_is_chosen_text(template):
            return template
        return self._dispatch_type_of("order").mail_template_id or template

    @api.model
    def _dispatch_is_chosen_text(self, template):
        """Tell whether a text for confirmations is another one than Odoo's own."""
        # not env.ref, which asks the database for each order whether the text is still there
        own = self.env["ir.model.data"]._xmlid_to_res_id("sale.mail_template_sale_confirmation")
        return bool(template) and template.id != own

    def _dispatch_own_template(self):
        """What somebody chose in Odoo for the confirmation of this order counts on every road."""
        if self._dispatch_type_code() != "order":
            return super()._dispatch_own_template()
        template = self._get_confirmation_template()
        return template if self._dispatch_is_chosen_text(template) else super()._dispatch_own_template()

    def _find_mail_template(self):
        """The type's text comes first: it is what the administrator edits."""
        template = super()._find_mail_template()
        # core's own: which text the window offers
        if self.env.context.get("proforma") or not template:
            return template
        return self._dispatch_choose_template(self._dispatch_type()) or template
