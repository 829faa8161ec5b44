from odoo import api, fields, models


class DocumentDispatch(models.Model):
    """What a document asks its customer for, to be seen before it goes."""

    _inherit = "document.dispatch"

    amount = fields.Monetary(
        compute="_compute_amount", help="Of the document as it is now. Empty where its kind has none.")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    date_due = fields.Date(string="Due date", compute="_compute_amount")

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_amount(self):
        """With the user's rights to the documents, those of a kind at once."""
        self.update({"amount": False, "currency_id": False, "date_due": False})
        names = self._get_dispatched_models()
        for model, dispatches in self.grouped("res_model").items():
            if model not in names:
                continue
            # what was deleted is readable to who sees all of a company
            documents = self.env[model]._dispatch_filter_readable(dispatches.mapped("res_id")).exists()
            by_id = {document.id: document for document in documents}
            for dispatch in dispatches:
                if document := by_id.get(dispatch.res_id):
                    told = document._dispatch_enclosure()
                    dispatch.update({
                        "amount": told["amount"], "currency_id": told["currency"],
                        "date_due": document._dispatch_due_date(),
                    })
