from odoo import fields, models

from .document_dispatch import NO_SYNC


class DocumentDispatchMixin(models.AbstractModel):
    """The first time that somebody at the customer's opened the document by its link."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    dispatch_opened_date = fields.Datetime(
        string="First opened", copy=False, readonly=True,
        help="When the link in the mail was first opened. Some mail servers open links by themselves, to look for "
        "harm: it is a hint, no proof.",
    )
    dispatch_opened_ip = fields.Char(
        string="Opened from", copy=False, readonly=True, groups="document_dispatch.group_dispatch_manager",
    )

    def _dispatch_note_opened(self, address):
        """Keep the first opening, with the IP address that it came from."""
        self.ensure_one()
        if not self.dispatch_opened_date:
            # sudo: the visitor has the link, and no rights on the document
            self.sudo().with_context(tracking_disable=True, **NO_SYNC).write({
                "dispatch_opened_date": fields.Datetime.now(), "dispatch_opened_ip": address,
            })
