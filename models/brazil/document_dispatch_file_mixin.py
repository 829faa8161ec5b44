from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

#: What a file is → code of its document type
FILE_TYPES = {
    "nfe": "nfe", "event": "nfe_event", "nfse": "nfse", "nfse_event": "nfse_event", "boleto": "boleto",
}


class DocumentDispatchFile(models.Model):
    """NF-e and boletos as documents of their own: their people, their text, their fate."""

    _inherit = "document.dispatch.file"

    # ------------------------------------------------------------------
    # What a file says of itself
    # ------------------------------------------------------------------

    def _dispatch_type_code(self):
        return FILE_TYPES.get(self.kind, False)

    def _dispatch_narrowing(self):
        return self.move_id._dispatch_narrowing()

    @api.model
    def _dispatch_narrowing_domain(self, name, value):
        return Domain("move_id", "any", self.env["account.move"]._dispatch_narrowing_domain(name, value))

    def _dispatch_description(self):
        if self.kind == "boleto":
            return self.env._("Boleto")
        if self.kind == "event":
            return dict(self._fields["event_type"]._description_selection(self.env)).get(
                self.event_type, self.env._("Event of an NF-e"))
        if self.kind == "nfse_event":
            return self.env._("Event of an NFS-e")
        return "NFS-e" if self.kind == "nfse" else self.env._("NF-e")

    def _dispatch_thread(self):
        """Mails of a file stand in the chatter of its invoice, and lead to the invoice's page."""
        return self.move_id

    def _dispatch_blocking_reason(self, code):
        """What is not authorised, or somebody else's, never goes."""
        if self.move_id.state != "posted":
            return self.env._("The invoice is not posted.")
        if self._is_held():
            return self.file_messages or self.env._("It cannot be sent.")
        return ""

    def _dispatch_warnings(self):
        return self.file_messages if self.state == "warning" else ""

    def _dispatch_date(self):
        return self.date or self.move_id.invoice_date or self.move_id.date

    def _dispatch_mail_head(self):
        head = super()._dispatch_mail_head()
        if self.due_date:
            head["details"].append((self.env._("Due date"), format_date(self.env, self.due_date)))
        return head

    def _dispatch_enclosure(self):
        return {
            "kind": self.dispatch_kind, "name": self._dispatch_name(), "date": self._dispatch_date(),
            "amount": self.amount, "currency": self.currency_id,
        }

    # ------------------------------------------------------------------
    # For rules
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_rule_domain(self, codes):
        """Authorised NF-e, their events and boletos of posted invoices; nothing that cannot be sent."""
        kinds = [kind for kind, code in FILE_TYPES.items() if code in codes]
        return Domain([
            ("kind", "in", kinds), ("state", "not in", self._get_held_states()), ("move_id.state", "=", "posted"),
        ])

    @api.model
    def _dispatch_preview_domain(self, codes):
        """Also those that cannot be sent: the preview says why not."""
        kinds = [kind for kind, code in FILE_TYPES.items() if code in codes]
        return Domain("kind", "in", kinds)

    @api.model
    def _dispatch_date_domain(self, day, basis):
        return Domain("move_id", "any", self.env["account.move"]._dispatch_date_domain(day, basis))

    @api.model
    def _dispatch_report_domain(self, code):
        """Also those that went before they were held."""
        kinds = [kind for kind, of_kind in FILE_TYPES.items() if of_kind == code]
        went = Domain([("kind", "in", kinds), ("move_id.state", "=", "posted"), ("dispatch_state", "!=", False)])
        return super()._dispatch_report_domain(code) | went

    @api.model
    def _dispatch_report_columns(self, query, table=None):
        table = table or query.table
        move = query.join(table, "move_id", "account_move", "id", "report_move")
        columns = self.env["account.move"]._dispatch_report_columns(query, move)
        return {
            **super()._dispatch_report_columns(query, table), **{name: columns[name] for name in ("date", "user_id")},
            "amount": SQL.identifier(table, "amount"),
        }

    # ------------------------------------------------------------------
    # Dispatches and files
    # ------------------------------------------------------------------

    def _dispatch_prepare_vals_list(self, origin, state="queued", chosen=None):
        """Several boletos of an invoice go in one mail, each with its own dispatch."""
        vals_list = super()._dispatch_prepare_vals_list(origin, state, chosen)
        boletos = self.filtered(lambda file: file.kind == "boleto").grouped("move_id")
        in_bundle = {file.id for files in boletos.values() if len(files) > 1 for file in files}
        bundling = self.env["document.dispatch.channel"]._get_codes("_can_bundle")
        return [
            {**vals, "in_bundle": True} if vals["res_id"] in in_bundle and vals["channel"] in bundling else vals
            for vals in vals_list
        ]

    def _dispatch_default_report(self):
        return self.env["ir.actions.report"]  # the files are there, nothing is printed

    def _dispatch_make_files(self, template, report):
        """The very bytes that were signed, and the DANFE where there is one; and what the text always adds."""
        # sudo: the files of documents that the operator may read
        always = template.sudo().attachment_ids
        return {
            file: (file._get_own_attachment() | file.danfe_id).sudo() | always for file in self
        }

    def _dispatch_page_attachment(self):
        return super()._dispatch_page_attachment() if self._is_held() else self._get_own_attachment()

    def _dispatch_text_amounts(self):
        return {"amount": self.amount}

    def _dispatch_text_values(self):
        return {
            **super()._dispatch_text_values(),
            "due_date": self._dispatch_spell_date(self.due_date),
            "date": self._dispatch_spell_date(self.date),
            "reference": [self.reference, self.pix_code] if self.pix_code else [self.reference],
            "origin": [self.move_id.name or ""],
            "_number": [self.number or ""],
        }

    def _dispatch_window_action(self):
        return self.move_id._dispatch_window_action()
