from odoo import api, fields, models
from odoo.addons.base.models import ir_actions_report

from ...tools.paper import envelopes

#: How much larger letters are drawn where wkhtmltopdf shrinks them
UNPATCHED_ZOOM = 1.6


class ResCompany(models.Model):
    """The paper of the company: window envelopes, and where the address stands on a letter."""

    _inherit = "res.company"

    dispatch_envelope = fields.Selection(
        [("din", "European (DIN 5008, window on the left)"), ("french", "French (window on the right)"),
         ("us", "North American (#10, letter paper)")],
        string="Window envelope", compute="_compute_dispatch_envelope", store=True, readonly=False,
        help="Position of the address on letters, so that it shows in the window.",
    )

    @api.depends("partner_id.country_id")
    def _compute_dispatch_envelope(self):
        for company in self:
            company.dispatch_envelope = envelopes.of_country(company.partner_id.country_id.code)

    def _dispatch_letter_paper(self):
        """The paper format of letters: without room for a head, so that a millimetre is a millimetre."""
        paper = envelopes.ENVELOPES[self.dispatch_envelope or envelopes.DEFAULT].paper.lower()
        # not by ref, which asks the database whether it is there, nine times a letter
        paper_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"document_dispatch.paperformat_letter_{paper}", raise_if_not_found=True)
        return self.env["report.paperformat"].browse(paper_id)

    def _dispatch_letter(self, partner):
        """What ``document_dispatch.letter_layout`` places: boxes, and lines that fit into them."""
        self.ensure_one()
        margin = self._dispatch_letter_paper().margin_top
        envelope = envelopes.ENVELOPES[self.dispatch_envelope or envelopes.DEFAULT]
        lines, size = envelopes.fit(partner._dispatch_postal_lines(self), envelope.address)
        sender, sender_size = envelopes.fit_line(" · ".join(self._dispatch_sender_lines()), envelope.sender)
        return {
            "head": envelope.head.moved(margin), "date": envelope.date.moved(margin),
            "address": envelope.address.moved(margin), "lines": lines, "size": size,
            "sender_box": envelope.sender.moved(margin), "sender": sender, "sender_size": sender_size,
            "text": envelope.text - margin, "margins": envelope.margins,
            "folds": [fold - margin for fold in envelope.folds],
            # unpatched Qt draws a page on 1.25 to 2 times its width and shrinks that: by how much is certain
            # only where the page asks for more than the least
            "zoom": 1 if ir_actions_report._wkhtml().is_patched_qt else UNPATCHED_ZOOM, "width": envelope.width,
        }

    def _dispatch_sender_lines(self):
        """Name, street and place of the company, for the small line above the address."""
        place = " ".join(filter(None, (self.zip, self.city)))
        return [part for part in (self.name, self.street, place) if part]
