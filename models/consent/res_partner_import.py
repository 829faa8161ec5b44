from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: Dates that are nearer than this say the same: who imports a file again may sit in another time zone
SAME = timedelta(days=1)


class ResPartner(models.Model):
    """What an older program knew, by Odoo's import: flags, refusals and letters with their dates.

    The file says what happened before: an entry of the ledger that is there already is not written again,
    an empty cell or a “no” withdraws nothing, and what the customer declared later counts.
    """

    _inherit = "res.partner"

    @api.model
    def get_import_templates(self):
        """Ours where the import was opened from this app: Odoo's page breaks on two (``t-key="template"``)."""
        if not self.env.context.get("dispatch_import"):
            return super().get_import_templates()
        return [{
            "label": self.env._("Import Template for Documents, Refusals and Letters"),
            "template": "/document_dispatch/static/xls/contacts_documents.csv",
        }]

    def _inverse_dematerialization_refused(self):
        if not self.env.context.get("import_file"):
            return super()._inverse_dematerialization_refused()
        customers = self.commercial_partner_id
        already = self.env["document.consent"]._refused(customers)
        noted = customers._dispatch_noted(["refused"])
        changed = customers._dispatch_noted(["accepted", "withdrawn"])
        vals_by_customer = {}
        for partner in self:
            customer, date = partner.commercial_partner_id, partner.dematerialization_refused_date
            if partner._dispatch_import_refusal(date, already, noted, changed):
                vals_by_customer[customer.id] = partner._dispatch_prepare_imported(
                    "refused", date, partner._dispatch_declared_to())
        self.env["document.consent"].create(list(vals_by_customer.values()))
        # what the cells said is not what counts, if the customer declared something later
        self.invalidate_recordset(["dematerialization_refused", "dematerialization_refused_date"], flush=False)
        return None

    def _dispatch_import_refusal(self, date, already, noted, changed):
        """Tell whether the row of this contact brings a refusal that the ledger does not have yet.

        :param already: customers who refuse now
        :param dict noted: dates of refusals in the ledger, by id of the customer
        :param dict changed: those of acceptances and withdrawals
        """
        customer = self.commercial_partner_id
        if not self.dematerialization_refused:
            if date and customer not in already:
                raise UserError(self.env._(
                    "%s has a date of refusal but does not refuse: enter “yes” under “Refuses e-mail”, or no date.",
                    self.name,
                ))
            return False
        if self._dispatch_is_noted(noted, date) or not date and customer in already:
            return False
        self._dispatch_check_imported(date)
        if not date and changed.get(customer.id):
            raise UserError(self.env._(
                "%(customer)s accepted documents by e-mail on %(date)s. Enter the date of the refusal in the file, or "
                "remove the refusal from it.",
                customer=self.name, date=format_date(self.env, max(changed[customer.id])),
            ))
        return True

    def _inverse_dematerialization_letter_date(self):
        """A letter from before is an entry in the ledger; the field stays what follows from the entries."""
        noted = self.commercial_partner_id._dispatch_noted(["letter"])
        vals_by_customer = {}
        for partner in self:
            date = partner.dematerialization_letter_date
            if date and not partner._dispatch_is_noted(noted, date):
                partner._dispatch_check_imported(date)
                vals_by_customer[partner.id] = partner._dispatch_prepare_imported("letter", date, self.env.company.id)
        self.env["document.consent"].create(list(vals_by_customer.values()))
        for name in ("dematerialization_letter_date", "dematerialization_letter_sent"):
            self.env.add_to_compute(self._fields[name], self)

    def _dispatch_noted(self, kinds):
        """When these customers declared something of these kinds, ``{id: [dates]}``; one statement for all."""
        # sudo: what is in the ledger is not written twice, whoever may read it
        groups = self.env["document.consent"].sudo()._read_group(
            [("partner_id", "in", self.ids), ("kind", "in", kinds), ("type_ids", "=", False),
             ("company_id", "in", [False, self.env.company.id])],
            ["partner_id"], ["date:array_agg"],
        )
        return {partner.id: dates for partner, dates in groups}

    def _dispatch_is_noted(self, noted, date):
        dates = noted.get(self.commercial_partner_id.id, ())
        return bool(date) and any(abs(day - date) <= SAME for day in dates)

    def _dispatch_check_imported(self, date):
        """A declaration is the customer's as a whole: in the row of a contact it is a mistake of the file.

        Odoo shows an error of a later row at the first one, too: so each says whom it means.
        """
        customer = self.commercial_partner_id
        if self != customer:
            raise UserError(self.env._(
                "%(contact)s belongs to %(customer)s: refusals and letters apply to the whole customer. Enter it on "
                "the line of %(customer)s.", contact=self.name, customer=customer.name,
            ))
        if date and date > fields.Datetime.now():
            raise UserError(self.env._(
                "%(customer)s: the date %(date)s is in the future.",
                customer=self.name, date=format_date(self.env, date),
            ))

    def _dispatch_prepare_imported(self, kind, date, company_id):
        return {
            "partner_id": self.id, "company_id": company_id, "kind": kind, "date": date or fields.Datetime.now(),
            "channel": "import" if self.env.context.get("import_file") else "user",
        }
