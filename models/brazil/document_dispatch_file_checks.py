from datetime import date

from odoo import api, fields, models

from ...tools.brazil import boleto, boleto_checks, boleto_pdf, checks, nfe, nfe_checks, nfse, nfse_checks, pix_checks
from ...tools.pdf import reader as pdf_reader
from .document_dispatch_file import FOREIGN
from .document_dispatch_file_xml import XML_PROBLEMS

#: The NF-e counts no more
CANCELLED = "cancelled"
#: Nobody knows yet what stands in it: check and state
READING = "reading"
#: References of what cannot be read: each is the code of its check
UNREADABLE = (
    boleto.CHECK_DIGIT, boleto.COLLECTION, boleto_pdf.NO_LINE, boleto_pdf.PICTURE, *XML_PROBLEMS, *pdf_reader.PROBLEMS,
)


class DocumentDispatchFile(models.Model):
    """Whether an NF-e, an NFS-e or a boleto fits its invoice: what contradicts warns, what is wrong is not sent."""

    _inherit = "document.dispatch.file"

    # stored: rules ask for it, and it follows the invoice, the customer and the company
    state = fields.Selection(
        [("ok", "Matches"), ("warning", "Check"), ("error", "Cannot be sent"), ("reading", "Being read"),
         (FOREIGN, "Not supported by this app")],
        compute="_compute_state", store=True, compute_sudo=True,
    )
    file_messages = fields.Text(string="Remarks", compute="_compute_file_messages")

    @api.depends("kind", "reference", "checksum", "reading", "pix_code", "pix_problem",
                 "move_id.partner_id.vat", "move_id.amount_total",
                 "move_id.company_id.vat", "move_id.line_ids.date_maturity", "move_id.line_ids.amount_currency",
                 "move_id.dispatch_file_ids.kind", "move_id.dispatch_file_ids.reference",
                 "move_id.dispatch_file_ids.event_type")
    def _compute_state(self):
        for file in self:
            file.state = file._get_state()

    def _get_state(self):
        if self.reading:
            return READING
        if self.kind == FOREIGN:
            return FOREIGN
        found = self._get_checks()
        worst = checks.worst(found) if found else checks.ERROR
        return checks.OK if worst == checks.NOTE else worst

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
        return ["error", READING, FOREIGN]

    def _is_held(self):
        """Tell whether this file must not leave the house, as it stands."""
        return self.state in self._get_held_states()

    def _get_checks(self):
        """What is right and what is wrong with this file on its invoice: list of :class:`tools.brazil.checks.Check`."""
        self.ensure_one()
        move = self.move_id
        if self.reading:
            return [checks.Check(READING, checks.ERROR)]
        if self.kind == FOREIGN:
            return [checks.Check(FOREIGN, checks.ERROR, {"reference": self.reference})]
        if self.kind == "boleto":
            return self._get_boleto_checks()
        if self.reference in UNREADABLE:
            return [checks.Check(self.reference, checks.ERROR)]
        cancelled = self.kind in ("nfe", "nfse") and self._get_cancellation()
        if cancelled:
            return [checks.Check(CANCELLED, checks.ERROR, {"reason": cancelled.event_text or cancelled.name})]
        content = self._bytes_of(self.attachment_id)
        found, checker = nfe.read(content), nfe_checks
        if found.kind == nfe.OTHER:
            found, checker = nfse.read(content), nfse_checks
        return checker.check(
            found, move.company_id.vat, partner_tax_id=move.partner_id.vat or move.commercial_partner_id.vat or "",
            amount=None if found.event else move.amount_total,
            key=self._get_key_of_invoice() if found.event else None,
        )

    def _get_boleto_checks(self):
        slip = boleto.parse(self.reference).boleto
        found = boleto_checks.check(slip, self._get_instalments()) or [
            checks.Check(boleto_checks.INSTALMENT, checks.OK)]
        found += pix_checks.check(self.pix_code, slip.amount, self.due_date)
        if self.pix_problem:
            # the line alone pays it: what could not be read keeps nothing back, what is wrong does
            wrong = self.pix_problem == pix_checks.BROKEN
            found.append(checks.Check(self.pix_problem, checks.WARNING if wrong else checks.NOTE))
        return found

    def _get_instalments(self):
        """Due dates and amounts of the invoice."""
        # sudo: the terms of payment, which the invoice itself shows
        lines = self.move_id.sudo().line_ids.filtered(lambda line: line.display_type == "payment_term")
        return [(line.date_maturity or date.min, abs(line.amount_currency)) for line in lines]

    def _get_key_of_invoice(self):
        kind = "nfse" if self.kind == "nfse_event" else "nfe"
        keys = self.move_id.dispatch_file_ids.filtered(lambda file: file.kind == kind).mapped("reference")
        return keys[0] if len(keys) == 1 else None

    def _get_cancellation(self):
        """The event that cancelled this NF-e or NFS-e, where it is on the invoice, and right."""
        return self.move_id.dispatch_file_ids.filtered(lambda file: (
            file.event_type == "cancellation" and file.reference.startswith(f"{self.reference}-")
            and checks.worst(file._get_checks()) != checks.ERROR
        ))[:1]
