import csv
import io

from odoo import models
from odoo.exceptions import AccessError

from ...tools.consent import consent


class ResPartner(models.Model):
    """What is known of a customer, for the day he asks (GDPR art. 15)."""

    _inherit = "res.partner"

    def action_dispatch_export_personal_data(self):
        """Download the customer's declarations, and what was sent to him."""
        self.ensure_one()
        self._dispatch_check_export()
        return {"type": "ir.actions.act_url", "url": f"/dispatch/export/{self.id}", "target": "download"}

    def _dispatch_check_export(self):
        """Managers see all rows of their companies: what others would get is not all that is known."""
        if not self.env.user.has_group("document_dispatch.group_dispatch_manager"):
            raise AccessError(self.env._("Only managers of Document Dispatch export what is known of a customer."))
        self.check_access("read")

    def _dispatch_export_csv(self):
        """The rows as a table, with the rights of who asks."""
        self._dispatch_check_export()
        table = io.StringIO()
        writer = csv.writer(table)
        for row in (
            self._dispatch_export_header(), *self._dispatch_export_consent(), *self._dispatch_export_sent(),
            *self._dispatch_export_opened(),
        ):
            writer.writerow(map(consent.cell, row))
        return table.getvalue()

    def _dispatch_export_header(self):
        env = self.env
        return [
            env._("Date (UTC)"), env._("Company"), env._("What"), env._("State"), env._("How"), env._("Address"),
            env._("Person"), env._("Recorded by"), env._("Text"), env._("Language"), env._("Hash"), env._("Comment"),
            env._("File"), env._("IP address"), env._("Browser"),
        ]

    def _dispatch_export_consent(self):
        rows = self.env["document.consent"].search([("partner_id", "=", self.commercial_partner_id.id)], order="id")
        kinds = dict(rows._fields["kind"]._description_selection(self.env))
        steps = dict(rows._fields["step"]._description_selection(self.env))
        channels = dict(rows._fields["channel"]._description_selection(self.env))
        for row in rows:
            types = row.with_context(active_test=False).type_ids.mapped("name")
            yield [row.date, row.company_id.name, ": ".join([kinds[row.kind], *filter(None, [", ".join(types)])]),
                   steps.get(row.step), channels[row.channel], row.new_email, row.declared_by, row.user_id.name,
                   row.text, row.lang, row.text_hash, row.comment, row.attachment_id.name, row.ip, row.user_agent]

    def _dispatch_export_sent(self):
        rows = self.env["document.dispatch"].search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)], order="id")
        channels = dict(rows._fields["channel"]._description_selection(self.env))
        states = dict(rows.recipient_ids._fields["state"]._description_selection(self.env))
        for row in rows:
            head = [row.sent_date or row.create_date, row.company_id.name, f"{row.type_id.name} {row.document_name}"]
            files = ", ".join(row.attachment_ids.mapped("name"))
            for to in row.recipient_ids or [None]:
                state = states[to.state] if to else row._state_label()
                yield [*head, state, channels[row.channel], to and to.email, to and to.name, row.user_id.name,
                       row.subject, row.lang, "", "", files, "", ""]

    def _dispatch_export_opened(self):
        """When documents and the customer's page were first opened, from where and with what."""
        rows = self.env["document.dispatch"].search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)], order="id")
        documents = set()
        for row in rows:
            name = f"{row.type_id.name} {row.document_name}"
            if row.document_opened_date and (row.res_model, row.res_id) not in documents:
                documents.add((row.res_model, row.res_id))
                yield [row.document_opened_date, row.company_id.name, name, self.env._("Document opened"),
                       *[""] * 9, row.document_opened_ip, row.document_opened_agent]
            for to in row.recipient_ids.filtered("page_opened_date"):
                yield [to.page_opened_date, row.company_id.name, name, self.env._("Page opened"), "", to.email, to.name,
                       *[""] * 6, to.page_opened_ip, to.page_opened_agent]
