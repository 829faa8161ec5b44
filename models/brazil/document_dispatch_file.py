from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.brazil import nfe
from ...tools.pdf import reader as pdf_reader

#: No NF-e and no boleto is larger (bytes)
LARGEST = 10 * 1024 * 1024
#: What an XML is that is an NF-e or one of its events, by what the reader calls it
NFE_KINDS = {nfe.AUTHORIZED: "nfe", nfe.EVENT: "event"}
#: XML that is none of ours to speak of, unless it names what only NF-e name
FOREIGN = (nfe.OTHER, nfe.NOT_XML)
_NAMESPACE = nfe.NAMESPACE.encode()
#: Reference of an XML that looks like an NF-e and cannot be read
UNREADABLE = "unreadable"
#: Events by their tpEvento, and how their numbers end
EVENT_TYPES = {nfe.CORRECTION: ("correction", "CC-e-"), nfe.CANCELLATION: ("cancellation", "CANC-")}


class DocumentDispatchFile(models.Model):
    """An NF-e, one of its events, or a boleto that somebody put on an invoice, recognised by its content.

    A person, an import or a localisation module attaches the file; the record says what it is, and is the document
    that goes to the customer, each kind to its own people. What it contradicts is asked anew whenever the invoice,
    its customer or the company changes.
    """

    _name = "document.dispatch.file"
    _description = "NF-e or Boleto of an Invoice"
    _inherit = ["document.dispatch.mixin", "document.dispatch.system"]
    _order = "move_id, kind, due_date, id"

    name = fields.Char(
        string="Number of the file", required=True, readonly=True, index=True,
        help="NF-e/series/number, an event of it, or the invoice with the due date of the boleto.",
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
    checksum = fields.Char(readonly=True, help="Of the bytes that were read.")
    kind = fields.Selection(
        [("nfe", "NF-e"), ("event", "Event of an NF-e"), ("boleto", "Boleto"), ("unusable", "Not to be sent")],
        string="What it is", required=True, readonly=True,
    )
    reference = fields.Char(
        string="Key or line", required=True, readonly=True, help="The NF-e's access key, or the boleto's typable line.",
    )
    number = fields.Char(readonly=True, help="Series and number of the NF-e, or the bank of the boleto.")
    date = fields.Date(readonly=True, help="When the NF-e was issued, or the event happened.")
    amount = fields.Float(readonly=True, digits=(16, 2), help="In reais.")
    due_date = fields.Date(readonly=True)
    event_type = fields.Selection(
        [("correction", "Correction letter"), ("cancellation", "Cancellation")], readonly=True,
    )
    event_text = fields.Text(string="What the event says", readonly=True)
    is_document_readable = fields.Boolean(
        compute="_compute_is_document_readable", search="_search_is_document_readable", compute_sudo=False,
        help="The user may read the invoice: what the record rule asks.",
    )

    _once = models.Constraint("UNIQUE (attachment_id, reference)", "This file was recognised already.")
    # what the scheduler asks for: of this company, nothing done yet
    _dispatch_due_idx = models.Index(
        "(company_id) WHERE kind != 'unusable' AND (dispatch_state IS NULL OR dispatch_state = 'to_send')"
    )

    def unlink(self):
        """What waits is withdrawn; what went stays in the log."""
        self._dispatch_withdraw(self.env._("The file was taken off the invoice."))
        return super().unlink()

    def action_open_file(self):
        """Open the file itself."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/web/content/{self.attachment_id.id}", "target": "new"}

    # ------------------------------------------------------------------
    # Who may know of it
    # ------------------------------------------------------------------

    @api.depends("move_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_document_readable(self):
        readable = self.env["account.move"]._dispatch_filter_readable(self.move_id.ids)
        for file in self:
            file.is_document_readable = file.move_id.id in readable._ids

    @api.model
    def _search_is_document_readable(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self.env["account.move"]._dispatch_readable_domain("move_id")

    # ------------------------------------------------------------------
    # Recognising
    # ------------------------------------------------------------------

    @api.model
    def _recognise(self, attachments):
        """Say what these files of invoices are; those that are neither NF-e nor boleto stay unsaid.

        XML is read at once, within bounds. PDFs are read after the transaction in which somebody uploads them.
        """
        contents = {file: content for file in attachments if (content := self._content_of(file))}
        later = attachments.filtered(lambda file: pdf_reader.is_pdf(contents.get(file, b"")))
        self._read_later(later)
        self._keep_found({
            file: self._read_nfe(contents[file]) if file in contents else [] for file in attachments - later
        })

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
                    fresh.append(vals)
                elif file.checksum != vals["checksum"]:
                    file.write(vals)
                    changed |= file
                else:
                    file.write({"reading": False, "read_tries": 0})
        Files.union(*before.values()).unlink()
        changed._dispatch_new_revision()
        (Files.create(fresh) | changed)._recognised()

    @api.model
    def _forget(self, attachments):
        """These are no files of invoices any more."""
        self.sudo().search([("attachment_id", "in", attachments.ids)]).unlink()  # sudo: as in _recognise

    def _recognised(self):
        """There are new files, or new bytes: what follows from that."""
        usable = self.filtered(lambda file: file.kind != "unusable")
        usable._danfe_begin()
        posted = usable.filtered(lambda file: file.move_id.state == "posted")
        self.env["document.dispatch.rule"]._plan_posted(posted)

    @api.model
    def _content_of(self, attachment):
        """The bytes of what may be an NF-e or a boleto; nothing where it is too large for one."""
        # sudo: of a file whose invoice is looked at
        return self._bytes_of(attachment) if attachment.sudo().file_size <= LARGEST else b""

    @api.model
    def _read_nfe(self, content):
        """Values of the NF-e or event in an XML, or of what looks like one and cannot be read; or nothing."""
        found = nfe.read(content)
        if found.kind == nfe.NOT_XML and _NAMESPACE in content.replace(b"\0", b""):  # in UTF-16 too
            return [{"kind": "unusable", "name": self._nfe_name(found, ""), "reference": UNREADABLE}]
        if found.kind in FOREIGN:
            return []
        event, moment = found.event, found.event.date if found.event else found.issued
        event_type, mark = EVENT_TYPES.get(event.type, (False, f"{event.type}-")) if event else (False, "")
        return [{
            "kind": NFE_KINDS.get(found.kind, "unusable"),
            "name": self._nfe_name(found, f"/{mark}{event.sequence or 1}" if event else ""),
            "reference": found.key and (f"{found.key}-{event.type}-{event.sequence}" if event
                                        else found.key) or found.kind,
            "number": f"{found.series}/{found.number}" if found.number is not None else False,
            "date": moment.date() if moment else False,
            "amount": float(found.total or 0),
            "event_type": event_type,
            "event_text": event.text if event else False,
        }]

    @api.model
    def _nfe_name(self, found, suffix):
        """Series and number; those of an event's NF-e stand in its key (positions 23 to 34)."""
        series, number = found.series, found.number
        if number is None and nfe.is_key(found.key):
            series, number = int(found.key[22:25]), int(found.key[25:34])
        return f"NF-e/{series}/{number}{suffix}" if number is not None else f"NF-e{suffix}"

    @api.model
    def _bytes_of(self, attachment):
        """The bytes of a file; not its size, which the web client asks for (context ``bin_size``)."""
        # sudo: of a file whose record may be read
        return attachment.sudo().with_context(bin_size=False).raw or b""

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
