from odoo import api, fields, models
from odoo.fields import Domain

#: Kinds of files that the customer finds on their page
PAGE_KINDS = ("nfe", "nfse", "boleto")


class ResPartner(models.Model):
    """Who gets NFS-e; NF-e, NFS-e and boletos on the customer's page."""

    _inherit = "res.partner"

    dispatch_nfse = fields.Boolean(string="Receives NFS-e", help="Receives NFS-e: the XML and the DANFSe.")

    @api.model
    def _dispatch_role_fields(self):
        roles = super()._dispatch_role_fields()
        names = list(roles)
        names.insert(names.index("nf") + 1, "nfse")
        return {name: roles.get(name, "dispatch_nfse") for name in names}

    @api.depends("dispatch_nfse")
    def _compute_dispatch_overview(self):
        return super()._compute_dispatch_overview()

    @api.model
    def _dispatch_page_files(self, moves):
        """NF-e, NFS-e and boletos that can be sent."""
        files = self.env["document.dispatch.file"].search(
            Domain("move_id", "in", moves.ids) & Domain("kind", "in", PAGE_KINDS))
        return files.filtered(lambda file: not file._is_held()).grouped("move_id")

    def _dispatch_page_file_domain(self, company):
        return Domain("move_id", "any", self._dispatch_page_domain(company)) & Domain("kind", "in", PAGE_KINDS)
