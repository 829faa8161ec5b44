from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import split_every

#: Documents that are written in one go
BLOCK = 200


class DocumentDispatchWritten(models.AbstractModel):
    """A document that is written here for one customer by sending it, and never edited by hand: letters, statements."""

    _name = "document.dispatch.written"
    _description = "Document Created on Sending"
    _inherit = ["document.dispatch.mixin", "document.dispatch.system", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    #: What its numbers begin with
    _number_prefix = ""

    name = fields.Char(string="Number", compute="_compute_name")
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True, ondelete="restrict",
                                 index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Made by", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    lang = fields.Char(string="Language", readonly=True)

    def _compute_name(self):
        for document in self:
            document.name = f"{self._number_prefix}-{document.id:06}" if isinstance(document.id, int) else False

    # ------------------------------------------------------------------
    # Writing and sending
    # ------------------------------------------------------------------

    @api.model
    def _prepare_written(self, partners, company, **options):
        """Yield the values of a document for each of these customers."""
        raise NotImplementedError(self._name)

    @api.model
    def _write_and_send(self, partners, company, channel, origin, in_order=False, dispatch_vals=None, **options):
        """Write a document for each of these customers, and send or print it.

        :param partners: commercial entities, in the order in which they are printed
        :param str channel: ``email``, or ``paper`` for everybody
        :param bool in_order: print in the given order, not in that of the post
        :param dict dispatch_vals: more values of each dispatch
        :param options: for :meth:`_prepare_written`
        :return: ``document.dispatch.batch`` with the dispatches; printed ones are also in a ``document.dispatch.print``
        :raise AccessError: the user does not work for this company, or may not read one of the customers
        """
        if not self.env.su and company not in self.env.companies:
            raise AccessError(self.env._("You have no access to %s.", company.sudo().name))  # sudo: to name it
        partners.check_access("read")
        batch = self.env["document.dispatch.batch"]._open_batch(company, "all", partners)
        made = self.env["document.dispatch"]
        for block in split_every(BLOCK, partners.ids, self.env["res.partner"].browse):
            # sudo: it is written by sending it, never edited by hand
            written = self.sudo().create(list(self._prepare_written(block, company, **options))).with_env(self.env)
            dispatches = batch._insert(written, [
                {**self._prepare_channel_vals(vals, channel), **(dispatch_vals or {})}
                for vals in written._dispatch_prepare_vals_list(origin)
            ])
            dispatches._deliver_soon()
            made |= dispatches
        if made._printable() and self.env["document.dispatch.channel"]._is_for_paper(channel):
            self.env["document.dispatch.print"]._start(made, covers=False, in_order=in_order)
        return batch

    @api.model
    def _prepare_channel_vals(self, vals, channel):
        """Everybody's is printed where the person wants it so; else who has no address, or refuses."""
        channels = self.env["document.dispatch.channel"]
        if not channels._is_for_paper(channel) or channels._is_for_paper(vals["channel"]) or vals["rehearsal"]:
            return vals
        return {**vals, "channel": channel, "channel_reason": "manual", "state": "paper", "recipient_ids": []}

    # ------------------------------------------------------------------
    # As a document
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_rule_domain(self, codes):
        return Domain.FALSE  # a person writes it
