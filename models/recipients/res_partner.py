from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.mail import addresses
from ...tools.recipients.foreign_rules import module_of
from ...tools.recipients.recipients import Contact, Directory

#: Contact flag of each role: the role's name in a document type → the field on the partner
ROLE_FIELDS = {
    "invoice": "dispatch_invoice",
    "financial": "dispatch_financial",
    "nf": "dispatch_nf",
    "quote": "dispatch_quote",
    "order": "dispatch_order",
}


class ResPartner(models.Model):
    """What a contact receives, and who gets a document of a customer."""

    _inherit = "res.partner"

    dispatch_nf = fields.Boolean(
        string="Receives NF-e", help="Receives NF-e: the XML and the DANFE.",
    )
    dispatch_financial = fields.Boolean(
        string="Receives payment documents", help="Receives boletos and other payment documents.",
    )
    dispatch_invoice = fields.Boolean(
        string="Receives invoices", help="Receives invoices, credit notes and receipts.",
    )
    dispatch_quote = fields.Boolean(string="Receives quotations", help="Receives quotations.")
    dispatch_order = fields.Boolean(string="Receives orders", help="Receives order confirmations.")

    dispatch_count = fields.Integer(
        compute="_compute_dispatch_count", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_overview = fields.Html(
        string="Who gets what today",
        compute="_compute_dispatch_overview",
        sanitize=False,  # rendered by our own QWeb template, which escapes every value
        groups="document_dispatch.group_dispatch_user",
    )

    @api.model
    def _dispatch_role_fields(self):
        """The field of each role on a contact: ``{role: field}``, in the order in which they are shown."""
        return dict(ROLE_FIELDS)

    def _compute_dispatch_count(self):
        """Dispatches to the partner or to anybody below his commercial entity."""
        counts = dict(self.env["document.dispatch"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id"], ["__count"],
        ))
        for partner in self:
            partner.dispatch_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends("email", "active", "parent_id", "child_ids", *ROLE_FIELDS.values())
    @api.depends_context("company")
    def _compute_dispatch_overview(self):
        directory = self._origin._dispatch_directory()
        names = dict(self.env["document.dispatch.type"]._fields["role"]._description_selection(self.env))
        for partner in self:
            if not partner._origin:
                partner.dispatch_overview = False
                continue
            partner.dispatch_overview = self.env["ir.qweb"]._render(
                "document_dispatch.partner_overview", partner._dispatch_prepare_overview(directory, names),
                minimal_qcontext=True,
            )

    def _dispatch_prepare_overview(self, directory, names):
        """What the overview of who gets what shows of this partner."""
        return {"lines": [
            {"kind": names[role], **self._dispatch_describe(directory.resolve(self._origin.id, role), role)}
            for role in self._dispatch_role_fields()
        ]}

    @api.model
    def _dispatch_describe(self, resolution, role):
        """Put a resolution into words and names, for a person to read."""
        ids = {choice.contact_id for choice in resolution.chosen + resolution.skipped}
        names = {partner.id: partner.name for partner in self.browse(ids)}
        reasons = self.env["document.dispatch.recipient"]._reason_labels()
        return {
            "chosen": [
                {"name": names[c.contact_id], "email": c.email,
                 "reason": reasons[self._dispatch_reason(c, role)]}
                for c in resolution.chosen
            ],
            "skipped": [
                {"name": names[c.contact_id], "email": c.email, "reason": reasons[c.reason]}
                for c in resolution.skipped
            ],
        }

    @api.model
    def _dispatch_typed_addresses(self, text):
        """The addresses that a person typed into a window; raise on a wrong one.

        :return: list of :class:`tools.mail.addresses.Address`
        """
        parsed = addresses.parse(text)
        if parsed.invalid:
            raise UserError(self._dispatch_explain_letters(parsed.invalid[0]) or self.env._(
                "“%s” is not a valid e-mail address. Write addresses with commas between them, like "
                "name@company.com, other@company.com.", parsed.invalid[0],
            ))
        return parsed.valid

    # ------------------------------------------------------------------
    # The one resolver
    # ------------------------------------------------------------------

    def _dispatch_recipients(self, dispatch_type):
        """Resolve who gets a document of ``dispatch_type`` addressed to each of these partners.

        The number of SQL statements does not depend on the number of partners.

        :param document.dispatch.type dispatch_type: its role names the contact flag
        :return: ``{partner: Resolution}``, see :mod:`tools.recipients.recipients`
        """
        directory = self._dispatch_directory()
        return {partner: directory.resolve(partner.id, dispatch_type.role) for partner in self}

    def _dispatch_directory(self):
        """Read all contacts that may be chosen for these partners, with the blacklist."""
        partners = self._dispatch_load_contacts()
        blacklist = self.env["mail.blacklist"]
        emails = [
            spelling for email in self._dispatch_candidate_emails(partners)
            for spelling in addresses.spellings(email)
        ]
        # sudo: the blacklist is for administrators to read, and for everybody to obey
        blocked = blacklist.sudo().search_fetch([("email", "in", emails)], ["email"]).mapped("email")
        return Directory(map(self._dispatch_contact, partners), map(addresses.normalize, blocked))

    def _dispatch_load_contacts(self):
        """The partners, the flagged contacts of their commercial entities, and all parents.

        Contacts that belong to another of our companies are not ours to write to, whoever asks.
        """
        flagged = Domain.OR(Domain(field, "=", True) for field in self._dispatch_role_fields().values())
        everybody = self.with_context(active_test=False)
        commercial = self.commercial_partner_id
        found = self | commercial | everybody.search(
            Domain("commercial_partner_id", "in", commercial.ids) & flagged
            & self.env.company._dispatch_contact_domain()
        )
        while missing := found.parent_id - found:
            found |= missing
        return found

    @api.model
    def _dispatch_candidate_emails(self, partners):
        parsed = (addresses.parse(partner.email) for partner in partners)
        return list({address.email for result in parsed for address in result.valid})

    @api.model
    def _dispatch_contact(self, partner):
        return Contact(
            id=partner.id,
            parent_id=partner.parent_id.id or None,
            commercial_id=partner.commercial_partner_id.id,
            email=partner.email or "",
            active=partner.active,
            roles=frozenset(role for role, field in self._dispatch_role_fields().items() if partner[field]),
        )

    # ------------------------------------------------------------------
    # The log
    # ------------------------------------------------------------------

    def action_view_dispatches(self):
        """Open everything that went, or is on its way, to this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "document_dispatch.document_dispatch_action"
        )
        action["domain"] = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"create": False}
        return action

    # ------------------------------------------------------------------
    # Addresses that another module does not allow
    # ------------------------------------------------------------------

    @api.model
    @contextmanager
    def _dispatch_keeping_address(self, email):
        """Say whose rule it is where a module forbids what this block writes.

        :param str email: the address that is to be kept on a contact
        :raises UserError: with the reason and the name of the module
        """
        try:
            yield
        except AccessError:
            raise
        except UserError as error:
            # sudo: the name of a module, for whoever is stopped by it
            module = self.env["ir.module.module"].sudo().search([("name", "=", module_of(error))])
            if not module:
                raise
            raise UserError(self.env._(
                "The address %(email)s cannot be kept: %(reason)s (This is a rule of the module “%(module)s”.)",
                email=email, reason=str(error), module=module.shortdesc or module.name,
            )) from error
