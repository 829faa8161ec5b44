from typing import NamedTuple

from odoo import api, models

from .document_dispatch_type import RECORD, RECORDS


class Suggested(NamedTuple):
    """A kind that many want, for a model that may be there."""

    model: str
    #: External ids
    text: str
    report: str
    #: Code of the contact flag
    role: str
    #: See ``document.dispatch.type``
    ready_domain: str
    date_field: str


SUGGESTED = (
    Suggested(
        "account.payment", "account.mail_template_data_payment_receipt", "account.action_report_payment_receipt",
        "financial",
        "[('payment_type', '=', 'inbound'), ('partner_type', '=', 'customer'),"
        " ('state', 'in', ('in_process', 'paid'))]",
        "date",
    ),
    Suggested(
        "purchase.order", "purchase.email_template_edi_purchase_done", "purchase.action_report_purchase_order",
        "order", "[('state', '=', 'purchase')]", "date_approve",
    ),
    Suggested(
        "stock.picking", "stock.mail_template_data_delivery_confirmation", "stock.action_report_delivery",
        "order", "[('picking_type_code', '=', 'outgoing'), ('state', '=', 'done')]", "date_done",
    ),
    Suggested(
        "repair.order", "repair.mail_template_repair_quotation", "repair.action_report_repair_order",
        "quote", "[('state', '!=', 'cancel')]", "create_date",
    ),
)


class DocumentDispatchType(models.Model):
    """Kinds that are suggested as soon as their model is there."""

    _inherit = "document.dispatch.type"

    @api.model
    def _get_suggested_name(self, model):
        """What a suggested kind is called."""
        return {
            "account.payment": self.env._("Payment Receipt"),
            "purchase.order": self.env._("Purchase Order"),
            "stock.picking": self.env._("Delivery Slip"),
            "repair.order": self.env._("Repair Order"),
        }[model]

    @api.model
    def _get_suggested_vals(self, model):
        """Values of a type for a model that many send; empty for others."""
        suggested = next((suggested for suggested in SUGGESTED if suggested.model == model), None)
        if suggested is None or model not in self.env:
            return {}
        vals = {
            "name": self._get_suggested_name(model), "code": RECORD, "model": RECORDS, "source_model": model,
            "ready_domain": suggested.ready_domain,
            "role_id": self.env["document.dispatch.role"]._get_by_code(suggested.role).id,
        }
        if suggested.date_field in self.env[model]._fields:
            vals["date_field"] = suggested.date_field
        for name, external_id in (("mail_template_id", suggested.text), ("report_id", suggested.report)):
            # an external id whose record somebody deleted finds nothing
            record = self.env.ref(external_id, raise_if_not_found=False)
            if record and record.sudo().model == model:  # sudo: to look
                vals[name] = record.id
        return vals

    @api.model
    def _get_suggestions(self):
        """Models of suggested kinds that are there, may be read, and have no type yet, archived or not."""
        there = self._get_sources()
        return [suggested.model for suggested in SUGGESTED
                if suggested.model in self.env and suggested.model not in there
                and self.env[suggested.model].has_access("read")]

    @api.model
    def _add_suggested(self, model):
        """Make the type of a suggested kind; return it.

        :param str model: of :meth:`_get_suggestions`
        """
        added = self.create(self._get_suggested_vals(model))
        for code, _name in self.env["res.lang"].get_installed():
            translated = added.with_context(lang=code)
            translated.name = translated._get_suggested_name(model)
        return added

    def action_suggest(self):
        """Open the window with the kinds that are suggested; of the list's button, whatever is ticked there."""
        return self.env["document.dispatch.suggestion"]._open()
