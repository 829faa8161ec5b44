from odoo import api, models

from ...tools.dispatch.steering import IncomingMail
from ..delivery.ir_attachment import CONTENT_FIELDS

#: What an attachment belongs to
PLACE_FIELDS = frozenset({"res_model", "res_id", "res_field"})


class IrAttachment(models.Model):
    """Files on invoices, among which NF-e and boletos are recognised."""

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        """An NF-e or a boleto is recognised as soon as it is on the invoice."""
        attachments = super().create(vals_list)
        attachments._dispatch_recognise()
        return attachments

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & (CONTENT_FIELDS | PLACE_FIELDS):
            self._dispatch_recognise()
            if vals.keys() & PLACE_FIELDS and (gone := self - self._dispatch_recognisable()):
                self.env["document.dispatch.file"]._forget(gone)
        return result

    def unlink(self):
        """What goes with an invoice goes no more when its file is taken off; what went stays with its dispatch."""
        self.env["document.dispatch.file"]._forget(self)
        return super().unlink()

    def _dispatch_recognise(self):
        if files := self._dispatch_recognisable():
            self.env["document.dispatch.file"]._recognise(files)

    def _dispatch_recognisable(self):
        """Files of the house on invoices of Brazilian companies; the invoice's own PDF has a field of its own."""
        # sudo: where a file belongs, whoever put it there
        ours = self.sudo().filtered(lambda file: (
            file.res_model == "account.move" and file.res_id and not file.res_field and file.type == "binary"
        ))
        if not ours:
            return ours
        # sudo: as above
        moves = self.env["account.move"].sudo().browse(ours.mapped("res_id")).exists().filtered("dispatch_brazil")
        ours = ours.filtered(lambda file: file.res_id in moves.ids)
        return ours - ours._dispatch_from_outside()

    def _dispatch_from_outside(self):
        """Those that came by mail, or from somebody who is no user of the house.

        Whoever has the link of an invoice, or a mail about it, puts files on it: a boleto of their own would go out in
        the company's name. Who trusts such a file puts it on the invoice by hand.
        """
        if not self or IncomingMail.of(self.env):
            return self
        # sudo: where the files came from, whoever looks at them
        mails = self.env["mail.message"].sudo().search(
            [("message_type", "=", "email"), ("attachment_ids", "in", self.ids)])
        return self.filtered(lambda file: file.create_uid.share) | (mails.attachment_ids & self)
