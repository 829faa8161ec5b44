from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.pdf import reader as pdf_reader

#: No NF-e and no boleto is larger (bytes)
LARGEST = 10 * 1024 * 1024
#: Bytes that tell what a larger file seems to be
HEAD = 64 * 1024
#: Kinds that are never sent: what cannot be read or is not the proven file, and what belongs to another trade
UNUSABLE, FOREIGN = "unusable", "foreign"


class DocumentDispatchFile(models.Model):
    """An NF-e, an NFS-e, one of their events, or a boleto that somebody put on an invoice, recognised by its content.

    A person, an import or a localisation module attaches the file; the record says what it is, and is the document
    that goes to the customer, each kind to its own people. What it contradicts is asked anew whenever the invoice,
    its customer or the company changes.
    """

    _name = "document.dispatch.file"
    _description = "NF-e, NFS-e or Boleto of an Invoice"
    _inherit = ["document.dispatch.mixin", "document.dispatch.system", "document.dispatch.readable"]
    _order = "move_id, kind, due_date, id"

    name = fields.Char(
        string="File number", required=True, readonly=True, index=True,
        help="NF-e/series/number, NFS-e/number, or one of their events; for a boleto its bank, its number there, the "
             "instalment, and the due date.",
    )
    move_id = fields.Many2one("account.move", string="Invoice", required=True, readonly=True, index=True,
                              ondelete="cascade")
    company_id = fields.Many2one(related="move_id.company_id", store=True)
    partner_id = fields.Many2one(related="move_id.partner_id", store=True)
    journal_id = fields.Many2one(related="move_id.journal_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", required=True, readonly=True, index=True, ondelete="cascade",
    )
    checksum = fields.Char(readonly=True, help="Of the file content.")
    kind = fields.Selection(
        [
            ("nfe", "NF-e"), ("event", "Event of an NF-e"), ("nfse", "NFS-e"), ("nfse_event", "Event of an NFS-e"),
            ("boleto", "Boleto"), (FOREIGN, "Not supported by this app"), (UNUSABLE, "Not to be sent"),
        ],
        required=True, readonly=True,
    )
    own_id = fields.Many2one(
        "ir.attachment", string="Document only", readonly=True, ondelete="set null",
        help="The document itself, if the file contains more, such as the message of a web service.",
    )
    reference = fields.Char(
        string="Key or line", required=True, readonly=True, help="The access key, or the boleto's typable line.",
    )
    number = fields.Char(readonly=True, help="Series and number of the NF-e, or the bank of the boleto.")
    date = fields.Date(readonly=True, help="When the NF-e was issued, or the event happened.")
    amount = fields.Float(readonly=True, digits=(16, 2), help="In reais.")
    due_date = fields.Date(readonly=True)
    event_type = fields.Selection(
        [("correction", "Correction letter"), ("cancellation", "Cancellation")], readonly=True,
    )
    pix_code = fields.Char(
        string="Pix", readonly=True, help="Pix code of the boleto, which the customer copies into their banking app.",
    )
    pix_problem = fields.Char(readonly=True, help="Technical: why there is no Pix code.")
    event_text = fields.Text(string="Event text", readonly=True)

    _once = models.Constraint("UNIQUE (attachment_id, reference)", "This file has already been recognised.")
    # what the scheduler asks for: of this company, nothing done yet
    _dispatch_due_idx = models.Index(
        "(company_id) WHERE kind NOT IN ('unusable', 'foreign') "
        "AND (dispatch_state IS NULL OR dispatch_state = 'to_send')"
    )

    def unlink(self):
        """What waits is withdrawn; what went stays in the log."""
        self._dispatch_withdraw(self.env._("The file was removed from the invoice."))
        return super().unlink()

    def action_open_file(self):
        """Open the file itself."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/web/content/{self.attachment_id.id}", "target": "new"}

    # ------------------------------------------------------------------
    # Who may know of it
    # ------------------------------------------------------------------

    @api.model
    def _get_access_domain(self, operation):
        """Files of invoices that the user may read; nobody edits one."""
        return self.env["account.move"]._dispatch_readable_domain("move_id") if operation == "read" else Domain.FALSE

    # ------------------------------------------------------------------
    # Recognising
    # ------------------------------------------------------------------

    @api.model
    def _recognise(self, attachments):
        """Say what these files of invoices are; those that are no fiscal documents and no boletos stay unsaid.

        XML is read at once, within bounds. PDFs are read after the transaction in which somebody uploads them.
        """
        found, later = {}, attachments.browse()
        for file in attachments:
            content = self._content_of(file)
            if self._is_pdf(content):
                later |= file
            else:
                found[file] = self._describe_xml(file, content)
        self._read_later(later)
        self._keep_found(found)

    @api.model
    def _is_pdf(self, content):
        """Tell whether this is read as a PDF; XML may speak of one."""
        return pdf_reader.is_pdf(content) and not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")

    @api.model
    def _keep_found(self, found):
        """Keep what was read.

        :param dict found: for each attachment the values of what it holds
        """
        # sudo: the records are the system's; who puts a file on the invoice need not know them
        Files = self.sudo()
        before = {
            (file.attachment_id, file.move_id.id, file.reference): file
            for file in Files.search([("attachment_id", "in", [attachment.id for attachment in found])])
        }
        fresh, changed = [], Files.browse()
        for attachment, vals_list in found.items():
            attachment = attachment.sudo()  # sudo: as above
            base = {
                "move_id": attachment.res_id, "attachment_id": attachment.id, "checksum": attachment.checksum,
                "reading": False, "read_tries": 0,
            }
            for vals in {vals["reference"]: {**base, **vals} for vals in vals_list}.values():
                file = before.pop((attachment, attachment.res_id, vals["reference"]), None)
                if not file:
                    fresh.append(self._with_own_bytes(attachment, vals))
                elif file.checksum != vals["checksum"] or file.kind != vals["kind"]:
                    file.own_id.unlink()
                    file.write(self._with_own_bytes(attachment, vals))
                    changed |= file
                else:
                    again = {name: vals[name] for name in ("pix_code", "pix_problem") if name in vals}
                    file.write({"reading": False, "read_tries": 0, **again})
        Files.union(*before.values()).unlink()
        changed._dispatch_new_revision()
        fresh = Files.create(fresh)
        for file in (fresh | changed).filtered("own_id"):
            file.own_id.res_id = file.id
        (fresh | changed)._recognised()

    @api.model
    def _with_own_bytes(self, attachment, vals):
        """Make a file of a document that was cut out of another: ``content`` of the values becomes ``own_id``."""
        content = vals.pop("content", None)
        return {**vals, "own_id": content and attachment.create({
            "name": attachment.name, "raw": content, "mimetype": "application/xml", "res_model": self._name,
        }).id}

    @api.model
    def _forget(self, attachments):
        """These are no files of invoices any more."""
        self.sudo().search([("attachment_id", "in", attachments.ids)]).unlink()  # sudo: as in _recognise

    def _recognised(self):
        """There are new files, or new bytes: what follows from that."""
        usable = self.filtered(lambda file: file.kind not in (UNUSABLE, FOREIGN))
        usable._name_boletos()
        usable._danfe_begin()
        posted = usable.filtered(lambda file: file.move_id.state == "posted")
        self.env["document.dispatch.rule"]._plan_posted(posted)

    @api.model
    def _content_of(self, attachment):
        """The bytes of what may be an NF-e or a boleto; of what is too large for one, only how it begins."""
        # sudo: of a file whose invoice is looked at
        attachment = attachment.sudo()
        if attachment.file_size <= LARGEST:
            return self._bytes_of(attachment)
        return attachment._file_read(attachment.store_fname, HEAD) if attachment.store_fname else b""

    @api.model
    def _bytes_of(self, attachment):
        """The bytes of a file; not its size, which the web client asks for (context ``bin_size``)."""
        # sudo: of a file whose record may be read
        return attachment.sudo().with_context(bin_size=False).raw or b""

    def _get_own_attachment(self):
        """The document itself, as a customer gets it: the file, or what was cut out of it."""
        return self.own_id or self.attachment_id

    # ------------------------------------------------------------------
    # Files that other modules keep
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_import_external_files(self, rule):
        """Fetch what other modules keep for invoices that the rule may take."""
        Move = self.env["account.move"]
        names = {path.split(".")[0] for path in Move._dispatch_external_file_paths()}
        if not names:
            return
        # some are computed, and cannot be asked for: then all invoices without files are looked at
        asked = all(Move._fields[name]._description_searchable for name in names)
        Move.search(
            Domain([("state", "=", "posted"), ("company_id", "=", rule.company_id.id),
                    ("dispatch_file_ids", "=", False)])
            & (Domain.OR(Domain(name, "!=", False) for name in names) if asked else Domain.TRUE)
            & Move._dispatch_date_domain(rule._get_date_from(), rule.date_basis)
        )._dispatch_import_external_files_of_moves()
