from odoo import fields, models
from odoo.fields import Domain


class PurchaseOrder(models.Model):
    _name = "purchase.order"
    _inherit = ["document.dispatch.mixin", "purchase.order"]
    _dispatch_done_methods = ("button_approve",)
    _dispatch_withdrawn_methods = ("button_cancel",)
    _dispatch_revision_methods = ("button_draft",)
    _dispatch_type_depends = ("state",)
    _dispatch_date_field = "date_approve"
    _dispatch_send_method = "action_rfq_send"
    _dispatch_sent_mark = "mark_rfq_as_sent"

    def _dispatch_type_code(self):
        return "purchase" if self.state == "purchase" else False

    def _dispatch_rule_domain(self, codes):
        return Domain("state", "=", "purchase")

    def _dispatch_default_report(self):
        return self.env.ref("purchase.action_report_purchase_order")


class DocumentDispatchType(models.Model):
    _inherit = "document.dispatch.type"

    code = fields.Selection(selection_add=[("purchase", "Purchase Order")], ondelete={"purchase": "cascade"})
