from odoo import fields, models

from ...tools.dispatch.steering import OutgoingMail
from ..dispatch.document_dispatch import NO_SYNC


class DocumentDispatchMixin(models.AbstractModel):
    """The first time that somebody at the customer's opened the document by its link."""

    _inherit = "document.dispatch.mixin"

    dispatch_opened_date = fields.Datetime(
        string="First opened", copy=False, readonly=True,
        help="When the link in the mail, or the document on the customer's page, was first opened in a browser. "
        "Mail scanners that say what they are do not count; one that calls itself a browser does: it is a hint, no "
        "proof.",
    )
    dispatch_opened_ip = fields.Char(
        string="Opened from", copy=False, readonly=True, groups="document_dispatch.group_dispatch_manager",
    )
    dispatch_opened_agent = fields.Char(
        string="Opened with", copy=False, readonly=True, groups="document_dispatch.group_dispatch_manager",
    )

    def _dispatch_prepare_new_revision(self):
        """What was opened was the old version."""
        forgotten = dict.fromkeys(("dispatch_opened_date", "dispatch_opened_ip", "dispatch_opened_agent"), False)
        return super()._dispatch_prepare_new_revision() | forgotten

    def _dispatch_note_opened(self, ip, user_agent):
        """Keep the first opening, with the IP address that it came from and the browser."""
        self.ensure_one()
        if not self.dispatch_opened_date:
            # sudo: the visitor has the link, and no rights on the document
            self.sudo().with_context(tracking_disable=True, **NO_SYNC).write({
                "dispatch_opened_date": fields.Datetime.now(), "dispatch_opened_ip": ip,
                "dispatch_opened_agent": user_agent,
            })

    def _dispatch_link_groups(self, groups):
        """What core offers each recipient of a mail with these documents: their own link."""
        outgoing = OutgoingMail.of(self.env)
        recipient = self.env["document.dispatch.recipient"].browse(outgoing and outgoing.recipient_id or ())
        if not self or not recipient:
            return groups
        if title := self._dispatch_button_title():
            groups = [(name, match, {**data, "button_access": {**data["button_access"], "title": title}})
                      if name == "portal_customer" else (name, match, data) for name, match, data in groups]
        return recipient._set_link(groups, self)

    def _dispatch_button_title(self):
        """What the button in the customer's mail says, in the language of the context; empty: Odoo's own words."""
        return ""
