import csv
import io

from odoo import models
from odoo.exceptions import AccessError

from ...tools.consent import consent


class ResPartner(models.Model):
    """The personal data of a customer, for the day they ask for it (GDPR art. 15)."""

    _inherit = "res.partner"

    def action_dispatch_export_personal_data(self):
        """Download the customer's declarations, and what was sent to them."""
        self.ensure_one()
        self._dispatch_check_export()
        return {"type": "ir.actions.act_url", "url": f"/dispatch/export/{self.id}", "target": "download"}

    def _dispatch_check_export(self):
        """Managers see all entries of their companies: what others would get is not all there is."""
        if not self.env.user.has_group("document_dispatch.group_dispatch_manager"):
            raise AccessError(self.env._("Only managers of Document Dispatch can export a customer's personal data."))
        self.check_access("read")

    def _dispatch_export_csv(self):
        """The entries as a table, with the rights of who asks."""
        self._dispatch_check_export()
        table = io.StringIO()
        writer = csv.writer(table)
        for line in (
            self._dispatch_export_header(), *self._dispatch_export_consent(), *self._dispatch_export_sent(),
            *self._dispatch_export_opened(), *self._dispatch_export_answered(), *self._dispatch_export_reminders(),
        ):
            writer.writerow(map(consent.cell, line))
        return table.getvalue()

    def _dispatch_export_header(self):
        env = self.env
        return [
            env._("Date (UTC)"), env._("Company"), env._("Kind"), env._("State"), env._("How"), env._("Address"),
            env._("Declared "
                  "by"), env._("Recorded by"), env._("Text"), env._("Language"), env._("Hash"), env._("Comment"),
            env._("File"), env._("IP address"), env._("Browser"),
        ]

    def _dispatch_export_consent(self):
        entries = self.env["document.consent"].search([("partner_id", "=", self.commercial_partner_id.id)], order="id")
        kinds = dict(entries._fields["kind"]._description_selection(self.env))
        steps = dict(entries._fields["step"]._description_selection(self.env))
        channels = dict(entries._fields["channel"]._description_selection(self.env))
        for entry in entries:
            types = entry.with_context(active_test=False).type_ids.mapped("name")
            yield [
                entry.date, entry.company_id.name, ": ".join([kinds[entry.kind], *filter(None, [", ".join(types)])]),
                steps.get(entry.step), channels[entry.channel], entry.new_email, entry.declared_by,
                entry.user_id.name, entry.text, entry.lang, entry.text_hash, entry.comment, entry.attachment_id.name,
                entry.ip, entry.user_agent,
            ]

    def _dispatch_export_sent(self):
        dispatches = self.env["document.dispatch"].search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)], order="id")
        states = dict(dispatches.recipient_ids._fields["state"]._description_selection(self.env))
        for dispatch in dispatches:
            head = [
                dispatch.sent_date or dispatch.create_date, dispatch.company_id.name,
                f"{dispatch.type_id.name} {dispatch.document_name}",
            ]
            files = ", ".join(dispatch.attachment_ids.mapped("name"))
            for to in dispatch.recipient_ids or [None]:
                state = states[to.state] if to else dispatch._state_label()
                yield [
                    *head, state, dispatch._channel_name(), to and to.email, to and to.name, dispatch.user_id.name,
                    dispatch.subject, dispatch.lang, "", "", files, "", "",
                ]

    def _dispatch_export_opened(self):
        """When documents and the customer's page were first opened, from where and with what."""
        dispatches = self.env["document.dispatch"].search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)], order="id")
        documents = set()
        for dispatch in dispatches:
            name = f"{dispatch.type_id.name} {dispatch.document_name}"
            if dispatch.document_opened_date and (dispatch.res_model, dispatch.res_id) not in documents:
                documents.add((dispatch.res_model, dispatch.res_id))
                yield [dispatch.document_opened_date, dispatch.company_id.name, name, self.env._("Document opened"),
                       *[""] * 9, dispatch.document_opened_ip, dispatch.document_opened_agent]
            for to in dispatch.recipient_ids.filtered("page_opened_date"):
                what = self.env._("Page opened by one of the recipients of the e-mail") if to.in_common \
                    else self.env._("Page opened")
                yield [
                    to.page_opened_date, dispatch.company_id.name, name, what, "", to.email,
                    to.name, *[""] * 6, to.page_opened_ip, to.page_opened_agent,
                ]

    def _dispatch_export_answered(self):
        """When mails were answered, and from which address."""
        for dispatch in self.env["document.dispatch"].search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id), ("answered_date", "!=", False)], order="id",
        ):
            yield [
                dispatch.answered_date, dispatch.company_id.name, f"{dispatch.type_id.name} {dispatch.document_name}",
                self.env._("Answered"), "", dispatch.answered_by, *[""] * 9,
            ]

    def _dispatch_export_reminders(self):
        """Why the customer is not reminded, and until when, as each company at hand says."""
        for company in self.env.companies:
            customer = self.commercial_partner_id.with_company(company)
            if customer.dispatch_no_reminder:
                yield [
                    customer.dispatch_no_reminder_until, company.name, self.env._("No reminders"), *[""] * 5,
                    customer.dispatch_no_reminder_reason, *[""] * 6,
                ]
