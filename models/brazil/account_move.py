from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.brazil import pix
from ...tools.dispatch.steering import IncomingMail

#: Where localisation modules keep files of an invoice (OCA's l10n-brazil): the way to them by field names. A boleto
#: is made anew at each print, so that a copy is kept.
EXTERNAL_FILES = (
    *(f"{documents}.{file}" for documents in ("fiscal_document_id", "fiscal_document_ids")
      for file in ("authorization_file_id", "cancel_file_id")),
    "file_boleto_pdf_id",
)
#: Their documents, the key of each, and the page that they drew
EXTERNAL_DOCUMENTS, EXTERNAL_KEY, EXTERNAL_DANFE = "fiscal_document_ids", "document_key", "file_report_id"


class AccountMove(models.Model):
    """NF-e and boletos of an invoice: where they come from, and what happens to them with it."""

    _inherit = "account.move"

    dispatch_file_ids = fields.One2many("document.dispatch.file", "move_id", string="NF-e, NFS-e and boletos")
    dispatch_brazil = fields.Boolean(
        compute="_compute_dispatch_brazil", help="A customer invoice of a Brazilian company.",
    )
    # of the invoice and of its files: who looks at an invoice wants to see all that went
    dispatch_ids = fields.One2many("document.dispatch", "move_id", domain=[])

    @api.depends("move_type", "company_id.country_id", "company_id.account_fiscal_country_id")
    def _compute_dispatch_brazil(self):
        for move in self:
            company = move.company_id.sudo()  # sudo: where the company is, to whoever sees its invoice
            countries = company.country_id | company.account_fiscal_country_id
            move.dispatch_brazil = move.is_sale_document(include_receipts=True) and "BR" in countries.mapped("code")

    def _compute_dispatch_count(self):
        counts = dict(self.env["document.dispatch"]._read_group(
            self._dispatch_log_domain(), ["move_id"], ["__count"]))
        for move in self:
            move.dispatch_count = counts.get(move, 0)

    def _dispatch_log_domain(self):
        return Domain("move_id", "in", self.ids)

    def _compute_dispatch_payment_code(self):
        """Odoo's own Pix code, where no boleto says how the invoice is paid."""
        result = super()._compute_dispatch_payment_code()
        for move in self:
            if code := move._dispatch_pix_code():
                move.dispatch_payment_code, move.dispatch_payment_code_name = code, "Pix (copia e cola)"
        return result

    def _dispatch_pix_code(self):
        """The text of the QR code that Odoo prints on the invoice, where that is a Pix; else nothing."""
        self.ensure_one()
        # sudo: the company's account, which stands on the invoice; whoever sees the invoice sees its boletos
        move = self.sudo()
        bank = move.partner_bank_id
        if (
            not move.dispatch_brazil or not move.display_qr_code or not bank or move.qr_code_method not in (
                False, "emv_qr")
            or "emv_qr" not in dict(bank.get_available_qr_methods_in_sequence())
            or move.dispatch_file_ids.filtered(lambda file: file.kind == "boleto" and not file._is_held())
        ):
            return ""
        vals = bank._build_qr_code_vals(
            move.amount_residual, move.payment_reference or move.name, move.payment_reference, move.currency_id,
            move.partner_id, "emv_qr",
        )
        code = vals and bank._get_qr_vals(**vals)
        return code if code and pix.parse(code).pix else ""

    def _dispatch_whatsapp_text(self, link):
        """With what pays the boletos of the invoice: what is typed, and what is pasted."""
        text = super()._dispatch_whatsapp_text(link)
        # sudo: as in _dispatch_pix_code
        boletos = self.sudo().dispatch_file_ids.filtered(lambda file: file.kind == "boleto" and not file._is_held())
        for file in boletos.sorted("due_date"):
            text += f"\n\n{file.name}\n{file.reference}" + (f"\nPix: {file.pix_code}" if file.pix_code else "")
        return text

    # ------------------------------------------------------------------
    # Files that other modules keep
    # ------------------------------------------------------------------

    def action_dispatch_recognise(self):
        """Look once more for NF-e and boletos: on these invoices, and where other modules keep them."""
        self.check_access("write")
        self._dispatch_import_external_files_of_moves()
        # sudo: the invoices were checked; which of their files are NF-e is for everybody who sees them
        files = self.env["ir.attachment"].sudo().search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        files._dispatch_recognise()

    def _dispatch_import_external_files_of_moves(self):
        """Put copies of what other modules keep on these invoices, each once; they are recognised there."""
        paths = self._dispatch_external_file_paths()
        moves = self.filtered("dispatch_brazil") if paths else self.browse()
        if not moves:
            return
        # sudo: files of invoices that the user may read, whatever they may read of the other module
        Attachment = self.env["ir.attachment"].sudo()
        there = {
            (file.res_id, file.checksum) for file in Attachment.search_fetch(
                [("res_model", "=", self._name), ("res_id", "in", moves.ids)], ["res_id", "checksum"])
        }
        for move in moves.sudo():  # sudo: as above
            for file in Attachment.union(*(move.mapped(path) for path in paths)):
                if (move.id, file.checksum) not in there:
                    there.add((move.id, file.checksum))
                    file.copy({"name": file.name, "res_model": self._name, "res_id": move.id, "res_field": False})

    @api.model
    def _dispatch_external_file_paths(self):
        """Where other modules keep files of an invoice: paths of field names that lead to attachments here."""
        return [path for path in EXTERNAL_FILES if self._dispatch_has_field_path(path)]

    @api.model
    def _dispatch_has_field_path(self, path):
        """Tell whether all fields of this path exist, and lead to a file."""
        model = self
        for name in path.split("."):
            if model is None or name not in model._fields:
                return False
            model = self.env.get(model._fields[name].comodel_name)
        return model is not None and model._name == "ir.attachment"

    def _dispatch_external_danfe(self, key):
        """The page that another module drew of the NF-e with this key: its bytes, or nothing."""
        if not self._dispatch_has_field_path(f"{EXTERNAL_DOCUMENTS}.{EXTERNAL_DANFE}"):
            return b""
        # sudo: as in _dispatch_import_external_files_of_moves
        documents = self.sudo()[EXTERNAL_DOCUMENTS]
        return documents.filtered(lambda document: document[EXTERNAL_KEY] == key)[:1][EXTERNAL_DANFE].raw or b""

    # ------------------------------------------------------------------
    # With the invoice
    # ------------------------------------------------------------------

    def _process_attachments_for_post(self, attachments, attachment_ids, message_values):
        """Say where the files of a mail come from: they are on the invoice before its message exists.

        :param: as Odoo's own (``mail.thread``)
        """
        move = IncomingMail().on(self) if message_values.get("message_type") == "email" else self
        return super(AccountMove, move)._process_attachments_for_post(attachments, attachment_ids, message_values)

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted.sudo().dispatch_file_ids._name_boletos()  # sudo: the records are the system's
        self.env["document.dispatch.rule"]._plan_posted(posted.dispatch_file_ids)
        return posted

    def button_draft(self):
        result = super().button_draft()
        self.dispatch_file_ids._dispatch_withdraw(self.env._("The invoice was reset to draft."))
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self.dispatch_file_ids._dispatch_withdraw(self.env._("The invoice was cancelled."))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_dispatch_files(self):
        self.sudo().dispatch_file_ids.unlink()  # sudo: the records are the system's
