from datetime import date

from odoo import api, fields, models

from ...tools.brazil import boleto, boleto_checks, checks, nfe, nfe_checks
from ...tools.pdf import reader as pdf_reader
from .document_dispatch_file import UNREADABLE

#: The NF-e counts no more
CANCELLED = "cancelled"
#: Nobody knows yet what stands in it: check and state
READING = "reading"


class DocumentDispatchFile(models.Model):
    """Whether an NF-e or a boleto fits its invoice: what contradicts warns, what is wrong is not sent."""

    _inherit = "document.dispatch.file"

    # stored: rules ask for it, and it follows the invoice, the customer and the company
    state = fields.Selection(
        [("ok", "Fits"), ("warning", "Look at it"), ("error", "Cannot be sent"), ("reading", "Being read")],
        compute="_compute_state", store=True, compute_sudo=True,
    )
    file_messages = fields.Text(string="What there is to say", compute="_compute_file_messages")

    @api.depends("kind", "reference", "checksum", "reading", "move_id.partner_id.vat", "move_id.amount_total",
                 "move_id.company_id.vat", "move_id.line_ids.date_maturity", "move_id.line_ids.amount_currency",
                 "move_id.dispatch_file_ids.kind", "move_id.dispatch_file_ids.reference",
                 "move_id.dispatch_file_ids.event_type")
    def _compute_state(self):
        for file in self:
            found = file._get_checks()
            file.state = READING if file.reading else checks.worst(found) if found else "error"

    @api.depends("state")
    @api.depends_context("lang")
    def _compute_file_messages(self):
        for file in self:
            file.file_messages = "\n".join(
                file._describe(check) for check in file._get_checks() if check.result != checks.OK
            )

    @api.model
    def _get_held_states(self):
        """States in which a file does not leave the house."""
        return ["error", READING]

    def _is_held(self):
        """Tell whether this file must not leave the house, as it stands."""
        return self.state in self._get_held_states()

    def _get_checks(self):
        """What is right and what is wrong with this file on its invoice: list of :class:`tools.checks.Check`."""
        self.ensure_one()
        move = self.move_id
        if self.reading:
            return [checks.Check(READING, checks.ERROR)]
        if self.kind == "boleto":
            return boleto_checks.check(boleto.parse(self.reference).boleto, self._get_instalments()) or [
                checks.Check(boleto_checks.INSTALMENT, checks.OK)]
        if self.reference in (boleto.CHECK_DIGIT, boleto.COLLECTION, UNREADABLE, *pdf_reader.PROBLEMS):
            return [checks.Check(self.reference, checks.ERROR)]
        found = nfe.read(self._bytes_of(self.attachment_id))
        cancelled = self.kind == "nfe" and self._get_cancellation()
        if cancelled:
            return [checks.Check(CANCELLED, checks.ERROR, {"reason": cancelled.event_text or cancelled.name})]
        return nfe_checks.check(
            found, move.company_id.vat, partner_tax_id=move.partner_id.vat or move.commercial_partner_id.vat,
            amount=None if found.event else move.amount_total,
            key=self._get_key_of_invoice() if found.event else None,
        )

    def _get_instalments(self):
        """Due dates and amounts of the invoice."""
        # sudo: the terms of payment, which the invoice itself shows
        lines = self.move_id.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        return [(line.date_maturity or date.min, abs(line.amount_currency)) for line in lines]

    def _get_key_of_invoice(self):
        keys = self.move_id.dispatch_file_ids.filtered(lambda file: file.kind == "nfe").mapped("reference")
        return keys[0] if len(keys) == 1 else None

    def _get_cancellation(self):
        """The event that cancelled this NF-e, where it is on the invoice, and right."""
        return self.move_id.dispatch_file_ids.filtered(lambda file: (
            file.event_type == "cancellation" and file.reference.startswith(f"{self.reference}-")
            and checks.worst(file._get_checks()) != checks.ERROR
        ))[:1]
