from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.consent import consent


class ResPartner(models.Model):
    """What a customer declared about e-mail: the result of their entries in the ledger."""

    _name = "res.partner"
    _inherit = "res.partner"

    consent_ids = fields.One2many(
        "document.consent", "partner_id", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_refusals = fields.Json(
        string="Valid refusals", compute="_compute_dispatch_refusals", store=True, compute_sudo=True, copy=False,
        help="The valid refusals of a commercial entity, by company and kind of document.",
    )
    dematerialization_refused = fields.Boolean(
        string="Refuses e-mail",
        compute="_compute_dematerialization_refused",
        inverse="_inverse_dematerialization_refused",
        search="_search_dematerialization_refused",
        compute_sudo=True,
        help="The customer wants all their documents on paper. Applies to all their contacts and branches.",
    )
    dematerialization_refused_date = fields.Datetime(
        string="Refuses e-mail since",
        compute="_compute_dematerialization_refused_date",
        inverse="_inverse_dematerialization_refused",
        compute_sudo=True,
        help="The last refusal in the ledger. An import may bring the date of a refusal from before.",
    )
    dispatch_letter_date = fields.Datetime(
        string="Last letter", compute="_compute_dispatch_letter_date", store=True, compute_sudo=True, copy=False,
        help="The last letter to a commercial entity in the ledger.",
    )
    dematerialization_letter_sent = fields.Boolean(
        string="Letter issued", compute="_compute_dematerialization_letter", store=True, compute_sudo=True,
    )
    dematerialization_letter_date = fields.Datetime(
        string="Letter issued on", compute="_compute_dematerialization_letter",
        inverse="_inverse_dematerialization_letter_date", store=True, compute_sudo=True,
    )

    @api.model
    def _get_protected_message(self):
        return self.env._("Customer declarations cannot be edited manually: record a declaration.")

    # ------------------------------------------------------------------
    # The result of the ledger
    # ------------------------------------------------------------------

    @api.depends("consent_ids.kind", "consent_ids.company_id", "consent_ids.type_ids")
    def _compute_dispatch_refusals(self):
        """One statement for all: who plans thousands of documents reads this, and not the ledger."""
        standing = self.env["document.consent"]._standing(self)
        for partner in self:
            partner.dispatch_refusals = standing.get(partner._origin.id) or False

    @api.depends("commercial_partner_id.dispatch_refusals")
    @api.depends_context("company")
    def _compute_dematerialization_refused(self):
        company = self.env.company
        for partner in self:
            partner.dematerialization_refused = consent.refuses(
                partner.commercial_partner_id.dispatch_refusals, company.id,
            )

    @api.depends("commercial_partner_id.dispatch_refusals")
    @api.depends_context("company")
    def _compute_dematerialization_refused_date(self):
        refusing = self.env["document.consent"]._refused(self.commercial_partner_id._origin)
        noted = refusing._dispatch_noted(["refused"])
        for partner in self:
            dates = noted.get(partner.commercial_partner_id._origin.id, ())
            partner.dematerialization_refused_date = max(dates, default=False)

    @api.model
    def _search_dematerialization_refused(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the field is for everybody who reads contacts, as its value is; archived ones refuse, too
        named = self.sudo().with_context(active_test=False).search_fetch(
            [("dispatch_refusals", "!=", False)], ["dispatch_refusals"])
        refused = named.filtered(lambda partner: consent.refuses(partner.dispatch_refusals, self.env.company.id))
        return Domain("commercial_partner_id", "in" if True in value else "not in", refused.ids)

    def _inverse_dematerialization_refused(self):
        """Ticking or clearing the box is a declaration like any other: a new entry in the ledger."""
        already = self.env["document.consent"]._refused(self.commercial_partner_id)
        vals_by_partner = {}
        for partner in self:
            commercial = partner.commercial_partner_id
            if partner.dematerialization_refused != (commercial in already):
                vals_by_partner[commercial.id] = {
                    "partner_id": commercial.id,
                    "company_id": partner._dispatch_declared_to(),
                    "kind": "refused" if partner.dematerialization_refused else "withdrawn",
                    "channel": "user",
                }
        self.env["document.consent"].create(list(vals_by_partner.values()))

    def _dispatch_declared_to(self):
        """The company to which ticking or clearing the box speaks; ``False``: to all of them.

        Where one house was told something of its own, the box of another one leaves that alone.
        """
        # sudo: the result of the ledger counts, whoever noted it
        entries = self.commercial_partner_id.sudo().dispatch_refusals or []
        return self.env.company.id if any(company for _refused, company, _codes in entries) else False

    @api.depends("consent_ids.kind", "consent_ids.date")
    def _compute_dispatch_letter_date(self):
        letters = dict(self.env["document.consent"]._read_group(
            [("partner_id", "in", self.ids), ("kind", "=", "letter")], ["partner_id"], ["date:max"],
        ))
        for partner in self:
            partner.dispatch_letter_date = letters.get(partner._origin)

    @api.depends("commercial_partner_id.dispatch_letter_date")
    def _compute_dematerialization_letter(self):
        """The last letter to the commercial entity; contacts and branches share it."""
        for partner in self:
            date = partner.commercial_partner_id.dispatch_letter_date
            partner.dematerialization_letter_date = date
            partner.dematerialization_letter_sent = bool(date)

    @api.model
    def _dispatch_letter_domain(self, company):
        """Commercial entities that had a letter of this company, or one that speaks for all companies."""
        # sudo: who had a letter shows on the contact, the ledger itself is for others to read
        letters = self.env["document.consent"].sudo()._search(
            [("kind", "=", "letter"), ("company_id", "in", (False, company.id))])
        return Domain("id", "in", letters.subselect("partner_id"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        """PostgreSQL would refuse it anyway, in its own words."""
        # sudo: entries of other companies keep the customer as well
        entries = self.env["document.consent"].sudo().search([("partner_id", "in", self.ids)], limit=1)
        if entries:
            raise UserError(self.env._(
                "%s has entries in the consent ledger, which cannot be deleted. Archive the contact instead.",
                entries.partner_id.display_name,
            ))

    # ------------------------------------------------------------------
    # Do they refuse?
    # ------------------------------------------------------------------

    def _dispatch_refuses(self, dispatch_type, company=None):
        """Tell whether documents of this type must not go to this partner by e-mail.

        A legal duty wins over a refusal (``dispatch_type.refusal_applies``). Costs no statement of its
        own: the result of the ledger stands on the commercial entity.

        :param company: the company whose document it is; without one that of the environment
        """
        if not dispatch_type.refusal_applies:
            return False
        # sudo: a refusal is obeyed by everybody who may see the document
        entries = self.commercial_partner_id.sudo().dispatch_refusals
        return consent.refuses(entries, (company or self.env.company).id, dispatch_type.code)

    def _dispatch_duty(self, dispatch_type, company):
        """Tell whether this partner refuses documents of this type, and the law asks for them all the same."""
        if dispatch_type.refusal_applies:
            return False
        # sudo: as above
        entries = self.commercial_partner_id.sudo().dispatch_refusals
        return consent.refuses(entries, company.id, dispatch_type.code)

    @api.depends("dispatch_refusals")
    def _compute_dispatch_overview(self):
        return super()._compute_dispatch_overview()

    def _dispatch_prepare_overview(self, directory, names):
        return super()._dispatch_prepare_overview(directory, names) | {
            "duties": self.dematerialization_refused and self.env.company._dispatch_duties(),
        }

    def _dispatch_refused_names(self):
        """The kinds of documents that they refuse one by one, in words."""
        # sudo: as above
        codes = consent.refused_codes(self.commercial_partner_id.sudo().dispatch_refusals, self.env.company.id)
        names = dict(self.env["document.dispatch.type"]._fields["code"]._description_selection(self.env))
        return ", ".join(names[code] for code in codes if code in names)

    def _dispatch_refusal_text(self, dispatch_type=None, company=None):
        """Since when the customer refuses e-mail, in words."""
        company = company or self.env.company
        # sudo: the last word counts, whoever noted it
        entries = self.env["document.consent"].sudo().search([
            ("partner_id", "=", self.commercial_partner_id.id), ("kind", "=", "refused"),
            ("company_id", "in", [False, company.id]),
        ], order="date desc, id desc").with_context(active_test=False)
        code = dispatch_type and dispatch_type.code
        last = next((entry for entry in entries if not entry.type_ids or code in entry.type_ids.mapped("code")), None)
        if not last:
            return self.env._("%s refuses e-mail.", self.commercial_partner_id.display_name)
        return self.env._("%(customer)s has refused e-mail since %(date)s.",
                          customer=self.commercial_partner_id.display_name, date=format_date(self.env, last.date))
