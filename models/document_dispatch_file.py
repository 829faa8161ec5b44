from datetime import date

from odoo import api, fields, models

from ..tools import boleto, boleto_checks, checks, nfe, nfe_checks

#: No NF-e and no boleto is larger (bytes)
LARGEST = 10 * 1024 * 1024
#: What an XML is that is an NF-e or one of its events, by what the reader calls it
NFE_KINDS = {nfe.AUTHORIZED: "nfe", nfe.EVENT: "event"}
#: XML that is none of ours to speak of
FOREIGN = (nfe.OTHER, nfe.NOT_XML)


class DocumentDispatchFile(models.Model):
    """An NF-e, one of its events, or a boleto that somebody put on an invoice, recognised by its content.

    A person, an import or a localisation module attaches the file; the row says what it is. What it
    contradicts is asked anew each time: the invoice, its customer and the company may change.
    """

    _name = "document.dispatch.file"
    _description = "NF-e or Boleto of an Invoice"
    _order = "move_id, kind, due_date, id"
    _rec_name = "reference"

    move_id = fields.Many2one("account.move", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="move_id.company_id", store=True)
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", required=True, readonly=True, index=True, ondelete="cascade",
    )
    kind = fields.Selection(
        [("nfe", "NF-e"), ("event", "Event of an NF-e"), ("boleto", "Boleto"), ("unusable", "Not to be sent")],
        string="What it is", required=True, readonly=True,
    )
    reference = fields.Char(
        string="Key or line", required=True, readonly=True, help="The NF-e's access key, or the boleto's typable line.",
    )
    number = fields.Char(readonly=True, help="Series and number of the NF-e, or the bank of the boleto.")
    amount = fields.Float(readonly=True, digits=(16, 2), help="In reais.")
    due_date = fields.Date(readonly=True)
    state = fields.Selection(
        [("ok", "Fits"), ("warning", "Look at it"), ("error", "Cannot be sent")], compute="_compute_checks",
    )
    words = fields.Text(string="What there is to say", compute="_compute_checks")

    _once = models.Constraint("UNIQUE (attachment_id, reference)", "This file was recognised already.")

    # ------------------------------------------------------------------
    # Recognising
    # ------------------------------------------------------------------

    @api.model
    def _recognise(self, attachments):
        """Say what these files of invoices are; those that are neither NF-e nor boleto stay unsaid."""
        # sudo: the rows are the system's; who puts a file on the invoice need not know them
        Files = self.sudo()
        Files.search([("attachment_id", "in", attachments.ids)]).unlink()
        return Files.create([vals for attachment in attachments.sudo() for vals in self._read(attachment)])

    @api.model
    def _read(self, attachment):
        """Values of what a file holds; nothing leaves this method but values, whatever the file is."""
        content = attachment.raw or b""
        if not content or len(content) > LARGEST:
            return []
        read = self._read_boletos if content.startswith(b"%PDF-") else self._read_nfe
        base = {"move_id": attachment.res_id, "attachment_id": attachment.id}
        once = {vals["reference"]: {**base, **vals} for vals in read(content)}
        return list(once.values())

    @api.model
    def _read_nfe(self, content):
        found = nfe.read(content)
        if found.kind in FOREIGN:
            return
        yield {
            "kind": NFE_KINDS.get(found.kind, "unusable"),
            "reference": found.key and (f"{found.key}-{found.event.type}-{found.event.sequence}" if found.event
                                        else found.key) or found.kind,
            "number": f"{found.series}/{found.number}" if found.number is not None else False,
            "amount": float(found.total or 0),
        }

    @api.model
    def _read_boletos(self, content):
        today = fields.Date.context_today(self)
        for reading in boleto.find_in_pdf(content):
            if reading.boleto:
                yield {
                    "kind": "boleto", "reference": reading.boleto.printed, "number": reading.boleto.bank,
                    "amount": float(reading.boleto.amount or 0), "due_date": reading.boleto.due_date(today),
                }
            else:
                yield {"kind": "unusable", "reference": reading.problem}

    # ------------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------------

    @api.depends("kind", "reference", "attachment_id.checksum", "move_id.partner_id.vat", "move_id.amount_total",
                 "move_id.company_id.vat", "move_id.line_ids.date_maturity", "move_id.line_ids.amount_currency")
    @api.depends_context("lang")
    def _compute_checks(self):
        for file in self:
            found = file._get_checks()
            file.state = checks.worst(found) if found else "error"
            file.words = "\n".join(file._say(check) for check in found if check.result != checks.OK)

    def _get_checks(self):
        """What is right and what is wrong with this file on its invoice: list of :class:`tools.checks.Check`."""
        self.ensure_one()
        move = self.move_id
        if self.kind == "boleto":
            return boleto_checks.check(boleto.parse(self.reference).boleto, self._get_instalments()) or [
                checks.Check(boleto_checks.INSTALMENT, checks.OK)]
        if self.reference in (boleto.CHECK_DIGIT, boleto.COLLECTION):
            return [checks.Check(self.reference, checks.ERROR)]
        # sudo: the bytes of a file whose row may be read
        found = nfe.read(self.attachment_id.sudo().raw or b"")
        return nfe_checks.check(
            found, move.company_id.vat, partner_tax_id=move.commercial_partner_id.vat,
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

    def action_open_file(self):
        """Open the file itself."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/web/content/{self.attachment_id.id}", "target": "new"}
