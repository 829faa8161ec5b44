from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.dispatch.steering import SendRequest


class SaleOrder(models.Model):
    """A quotation or an order as a document that is dispatched."""

    _name = "sale.order"
    _inherit = ["document.dispatch.mixin", "sale.order"]
    _dispatch_done_methods = ("_action_confirm",)
    _dispatch_withdrawn_methods = ("_action_cancel",)
    _dispatch_revision_methods = ("action_draft",)
    _dispatch_type_depends = ("state",)  # a confirmed order goes anew, as an order confirmation
    _dispatch_date_field = "date_order"
    _dispatch_send_method = "action_quotation_send"
    _dispatch_sent_mark = "mark_so_as_sent"

    dispatch_auto = fields.Boolean(
        string="Send its invoices automatically", compute="_compute_dispatch_auto", store=True, readonly=False,
        copy=True, help="Invoices made from this order are marked “to send”, for the rules of automatic sending.",
    )

    @api.depends("sale_order_template_id")
    def _compute_dispatch_auto(self):
        for order in self.filtered("sale_order_template_id"):
            order.dispatch_auto = order.sale_order_template_id.dispatch_auto

    @api.model
    def _dispatch_kind_name(self):
        return self.env._("Quotation / Order")

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
    def _dispatch_report_domain(self, code):
        return super()._dispatch_report_domain(code) if code == "order" else Domain.FALSE

    def _dispatch_default_report(self):
        return self.env.ref("sale.action_report_saleorder")

    def _dispatch_accepted(self):
        """The quotation becomes “sent” when the server took it, not before as in core."""
        drafts = self.filtered(lambda order: order.state == "draft")
        drafts.with_context(tracking_disable=True).state = "sent"

    def _dispatch_not_sent_by_post(self):
        self.filtered(lambda order: order.state == "sent").with_context(tracking_disable=True).state = "draft"

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

    def _dispatch_mail_head(self):
        head = super()._dispatch_mail_head()
        if self._dispatch_type_code() == "quotation" and self.validity_date:
            head["details"].append((self.env._("Valid until"), format_date(self.env, self.validity_date)))
        return head

    def _dispatch_text_values(self):
        return {
            **super()._dispatch_text_values(),
            "validity_date": self._dispatch_spell_date(self.validity_date),
            "date": self._dispatch_spell_date(self._dispatch_date()),
            "delivery_date": self._dispatch_spell_date(self.commitment_date and self.commitment_date.date()),
            "payment_reference": [self.reference or ""],
            "reference": [self.client_order_ref or ""],
            "origin": [self.origin or ""],
        }

    # ------------------------------------------------------------------
    # What changes under way
    # ------------------------------------------------------------------

    def _dispatch_going_back(self):
        return self.filtered(lambda order: order.state in ("cancel", "sent"))

    # ------------------------------------------------------------------
    # Core's exits
    # ------------------------------------------------------------------

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
