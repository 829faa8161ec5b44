from odoo import fields, models


class DocumentDispatch(models.Model):
    """What a run of a rule made."""

    _inherit = "document.dispatch"

    run_id = fields.Many2one(
        "document.dispatch.run", readonly=True, copy=False, index="btree_not_null", ondelete="set null",
        groups="document_dispatch.group_dispatch_manager",
    )
