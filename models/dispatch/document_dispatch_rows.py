import psycopg2

from odoo import api, fields, models


class DocumentDispatchMixin(models.AbstractModel):
    """The rows of documents: channel, recipients and reasons are decided here, for many documents at once."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    def _dispatch_create(self, origin, state="queued", **extra):
        """Write the rows for those of these documents that are not on their way yet.

        The number of SQL statements does not depend on the number of documents.

        :param str origin: who asked for it, see ``document.dispatch.origin``
        :param str state: ``queued`` to go at once, ``review`` to wait for a person
        :param extra: more values for every row
        :return: the new rows
        """
        return self._dispatch_insert([
            {**vals, **extra} for vals in self._dispatch_without_row()._dispatch_prepare_rows(origin, state)
        ])

    def _dispatch_prepare_rows(self, origin, state="queued"):
        """Values of the rows of these documents, those that have a type."""
        vals_list = []
        for company, of_company in self.grouped("company_id").items():
            directory = of_company._dispatch_partners().with_company(company)._dispatch_directory()
            codes = {document._dispatch_type_code() for document in of_company}
            types = self.env["document.dispatch.type"]._get_by_code(codes - {False}, company)
            for document in of_company:
                dispatch_type = types.get(document._dispatch_type_code())
                if dispatch_type:
                    vals_list.append(document._dispatch_prepare_vals(dispatch_type, directory, origin, state))
        return vals_list

    def _dispatch_partners(self):
        return self.env["res.partner"].union(*(document._dispatch_partner() for document in self))

    def _dispatch_without_row(self):
        """Leave out documents whose present revision went, or is on its way, under its type."""
        rows = self.env["document.dispatch"].sudo().search_fetch(  # sudo: whoever sent it
            self.env["document.dispatch"]._get_document_domain(self)
            & fields.Domain("state", "!=", "cancelled"),
            ["res_id", "type_code", "revision", "rehearsal"],
        )
        taken = {(row.res_id, row.type_code, row.revision, row.rehearsal) for row in rows}
        return self.filtered(lambda document: (
            document.id, document._dispatch_type_code(), document.dispatch_revision, document._dispatch_rehearses(),
        ) not in taken)

    def _dispatch_rehearses(self):
        # sudo: the switch of a company that the user may only work in
        return self.company_id.sudo().dispatch_mode == "rehearse"

    def _dispatch_prepare_vals(self, dispatch_type, directory, origin, state):
        """Values of one row, with channel, recipients and reasons decided."""
        self.ensure_one()
        partner = self._dispatch_partner()
        resolution = directory.resolve(partner.id, dispatch_type.role)
        reason = self._dispatch_paper_reason(dispatch_type, partner, resolution.chosen)
        vals = {
            "res_model": self._name,
            "res_id": self.id,
            "document_name": self._dispatch_name(),
            "revision": self.dispatch_revision,
            "type_id": dispatch_type.id,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "user_id": self.env.uid,
            "origin": origin,
            "lang": self._dispatch_lang(partner),
            "mail_server_id": dispatch_type.mail_server_id.id,
            "skipped": self._dispatch_prepare_skipped(resolution),
            "rehearsal": self._dispatch_rehearses(),
            "state_message": state == "review" and self._dispatch_doubts() or False,
        }
        if reason:
            state = "rehearsed" if vals["rehearsal"] else "paper"
            return {**vals, "channel": "paper", "channel_reason": reason, "state": state}
        return {
            **vals, "channel": "email", "state": state,
            "channel_reason": self._dispatch_mail_reason(dispatch_type, partner),
            "recipient_ids": self._dispatch_prepare_recipients(dispatch_type, resolution, vals["lang"]),
        }

    def _dispatch_paper_reason(self, dispatch_type, partner, chosen):
        """Why the document cannot or must not go by mail: a refusal wins over every flag."""
        if partner._dispatch_refuses(dispatch_type, self.company_id):
            return "refused"
        return False if chosen else "no_address"

    def _dispatch_mail_reason(self, dispatch_type, partner):
        """Why the document goes by mail although the customer refuses that: a legal duty wins."""
        return "duty" if partner._dispatch_duty(dispatch_type, self.company_id) else False

    def _dispatch_lang(self, partner):
        return partner.lang or self.company_id.partner_id.lang or self.env.lang or "en_US"

    def _dispatch_prepare_recipients(self, dispatch_type, resolution, lang):
        contacts = {p.id: p for p in self.env["res.partner"].browse(
            [choice.contact_id for choice in resolution.chosen if choice.contact_id]
        )}
        nobody = self.env["res.partner"]
        return [
            fields.Command.create({
                "partner_id": choice.contact_id,
                "email": choice.email,
                "name": choice.name or contacts.get(choice.contact_id, nobody).name,
                "lang": contacts.get(choice.contact_id, nobody).lang or lang,
                "reason": self.env["res.partner"]._dispatch_reason(choice, dispatch_type.role),
            })
            for choice in resolution.chosen
        ]

    def _dispatch_prepare_skipped(self, resolution):
        contacts = self.env["res.partner"].browse([c.contact_id for c in resolution.skipped])
        return [
            {"partner_id": choice.contact_id, "name": contact.name, "email": choice.email,
             "reason": choice.reason}
            for choice, contact in zip(resolution.skipped, contacts, strict=True)
        ]

    @api.model
    def _dispatch_insert(self, vals_list):
        """Create rows; where another transaction was faster with a document, that one is left out."""
        Dispatch = self.env["document.dispatch"]._engine()
        if not vals_list:
            return self.env["document.dispatch"]
        try:
            with self.env.cr.savepoint():
                return Dispatch.create(vals_list).with_env(self.env)
        except psycopg2.errors.UniqueViolation:
            if len(vals_list) == 1:
                return self.env["document.dispatch"]
            return self.env["document.dispatch"].union(
                *(self._dispatch_insert([vals]) for vals in vals_list)
            )
