import re
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...tools.dispatch.address_fields import BCC, CC, TO
from ...tools.mail import addresses
from ...tools.recipients.foreign_rules import module_of
from ...tools.recipients.recipients import Contact, Directory
from ..dispatch.res_company import READERS

#: A contact of another kind than “contact” has a postal address of its own where one of these says something
PLACE_FIELDS = ("street", "street2", "zip", "city")
#: So many contacts of other addresses are named
MOST_FARTHER = 5


def flag(role, **attrs):
    """A contact flag that has a field of its own, for imports, filters and other modules.

    Each has functions of its own: of fields that share them the ORM takes those that are not written for empty.

    :param str role: the flag's code
    """
    return fields.Boolean(
        compute=api.depends("dispatch_role_ids")(lambda self: self._compute_dispatch_flag(role)),
        inverse=lambda self: self._inverse_dispatch_flag(role),
        search=lambda self, operator, value: self._search_dispatch_flag(role, operator, value),
        compute_sudo=True, **attrs,
    )


class ResPartner(models.Model):
    """What a contact receives, and who gets a document of a customer."""

    _inherit = "res.partner"

    dispatch_preference_ids = fields.One2many(
        "document.dispatch.preference", "partner_id", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_readers = fields.Selection(
        READERS, string="Several recipients",
        help="The customer's preference if a document has several recipients. Empty: the company setting.",
    )
    dispatch_role_ids = fields.Many2many(
        "document.dispatch.role", string="Receives", compute="_compute_dispatch_role_ids",
        inverse="_inverse_dispatch_role_ids", search="_search_dispatch_role_ids", compute_sudo=True,
        groups="document_dispatch.group_dispatch_user",
        help="The documents sent to this contact instead of the customer's general address.",
    )
    dispatch_cc_role_ids = fields.Many2many(
        "document.dispatch.role", string="In Cc", compute="_compute_dispatch_cc_role_ids",
        inverse="_inverse_dispatch_cc_role_ids", compute_sudo=True, groups="document_dispatch.group_dispatch_user",
        help="The contact receives these documents in Cc; the customer's other contacts, or the general address, are "
             "in To.",
    )
    dispatch_bcc_role_ids = fields.Many2many(
        "document.dispatch.role", string="In Bcc", compute="_compute_dispatch_bcc_role_ids",
        inverse="_inverse_dispatch_bcc_role_ids", compute_sudo=True, groups="document_dispatch.group_dispatch_user",
        help="Like Cc, but hidden from the other recipients.",
    )
    dispatch_financial = flag(
        "financial", string="Receives payment documents", help="Receives statements and other payment documents.",
    )
    dispatch_invoice = flag(
        "invoice", string="Receives invoices", help="Receives invoices, credit notes and receipts.",
    )
    dispatch_quote = flag("quote", string="Receives quotations", help="Receives quotations.")
    dispatch_order = flag("order", string="Receives orders", help="Receives order confirmations.")

    dispatch_count = fields.Integer(
        compute="_compute_dispatch_count", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_overview = fields.Html(
        string="Current recipients",
        compute="_compute_dispatch_overview",
        sanitize=False,  # rendered by our own QWeb template, which escapes every value
        groups="document_dispatch.group_dispatch_user",
    )

    # ------------------------------------------------------------------
    # Contact flags
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_flag_fields(self):
        """The flags that have a field of their own: ``{role: field}``."""
        return {role: f"dispatch_{role}" for role in ("invoice", "financial", "quote", "order")}

    @api.depends("dispatch_preference_ids.receives", "dispatch_preference_ids.role_id")
    def _compute_dispatch_role_ids(self):
        for partner in self:
            partner.dispatch_role_ids = partner.dispatch_preference_ids.filtered("receives").role_id

    @api.depends("dispatch_preference_ids.receives", "dispatch_preference_ids.role_id",
                 "dispatch_preference_ids.address_field")
    def _compute_dispatch_cc_role_ids(self):
        self._dispatch_compute_address_field(CC)

    @api.depends("dispatch_preference_ids.receives", "dispatch_preference_ids.role_id",
                 "dispatch_preference_ids.address_field")
    def _compute_dispatch_bcc_role_ids(self):
        self._dispatch_compute_address_field(BCC)

    def _dispatch_compute_address_field(self, name):
        """Each has functions of its own, as the contact flags (:func:`flag`)."""
        for partner in self:
            partner[f"dispatch_{name}_role_ids"] = partner.dispatch_preference_ids.filtered(
                lambda preference: preference.receives and preference.address_field == name).role_id

    def _inverse_dispatch_cc_role_ids(self):
        self._dispatch_set_address_field(CC)

    def _inverse_dispatch_bcc_role_ids(self):
        self._dispatch_set_address_field(BCC)

    def _dispatch_set_address_field(self, name):
        """Let these contacts get in this field what their field of roles says, and nothing else."""
        for roles, partners in self.grouped(f"dispatch_{name}_role_ids").items():
            none = roles.browse()
            partners._dispatch_set_roles(roles, none)
            # sudo: as in _dispatch_set_roles
            preferences = partners.sudo().dispatch_preference_ids
            (preferences.filtered(lambda p, roles=roles: p.role_id in roles)).address_field = name
            # what is archived is shown to nobody, so that nobody took it away
            (preferences.filtered(lambda p, roles=roles: (
                p.address_field == name and p.role_id.active and p.role_id not in roles))).address_field = TO

    def _inverse_dispatch_role_ids(self):
        """What is archived is shown to nobody, so that nobody took it away."""
        for roles, partners in self.grouped("dispatch_role_ids").items():
            # sudo: as in _dispatch_set_roles
            shown = partners.sudo().dispatch_preference_ids.role_id.filtered("active")
            partners._dispatch_set_roles(roles, shown - roles)

    def _search_dispatch_role_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        if operator == "in":
            named = Domain("role_id", "in", [role for role in value if role])
            found = self._dispatch_receiving_domain(named)
            return found | ~self._dispatch_receiving_domain() if False in value else found
        return self._dispatch_receiving_domain(Domain("role_id", "any", value))

    @api.model
    def _dispatch_receiving_domain(self, domain=Domain.TRUE):
        """Contacts that have a contact flag, or one whose preference matches ``domain``."""
        # sudo: everybody may ask for the flags that everybody reads, and who sends obeys them
        preferences = self.env["document.dispatch.preference"].sudo()._search(Domain("receives", "=", True) & domain)
        return Domain("id", "in", preferences.subselect("partner_id"))

    def _compute_dispatch_flag(self, code):
        # archived ones, too: who is ticked gets the documents of such a flag all the same
        for partner in self.with_context(active_test=False):
            partner[self._dispatch_flag_fields()[code]] = code in partner.dispatch_role_ids.mapped("code")

    def _inverse_dispatch_flag(self, code):
        role, none = self.env["document.dispatch.role"]._get_by_code(code), self.env["document.dispatch.role"]
        ticked = self.filtered(self._dispatch_flag_fields()[code])
        ticked._dispatch_set_roles(role, none)
        (self - ticked)._dispatch_set_roles(none, role)

    def _dispatch_set_roles(self, given, taken):
        """Tick these contacts for the roles ``given`` and not for those ``taken``; others stay as they are."""
        # sudo: who may edit the contact may say what it receives; the ORM asked for the right to write it
        partners = self.sudo()
        preferences = partners.dispatch_preference_ids
        preferences.filtered(lambda p: p.role_id in given and not p.receives).receives = True
        preferences.filtered(lambda p: p.role_id in taken and p.receives).receives = False
        preferences.create([
            {"partner_id": partner.id, "role_id": role.id}
            for partner in partners for role in given - partner.dispatch_preference_ids.role_id
        ])

    def copy(self, default=None):
        """A copy receives the same, unless it is said what it receives.

        By the ORM's own way only who may read the flags could copy contacts.
        """
        default, fields_of_roles = default or {}, self._dispatch_flag_fields()
        copies = super().copy(default)
        if "dispatch_role_ids" in default:
            return copies
        said = {role for role, field in fields_of_roles.items() if field in default}
        preferences = self.env["document.dispatch.preference"].sudo()  # sudo: as in _dispatch_set_roles
        pairs = list(zip(self.sudo(), copies.sudo(), strict=True))  # sudo: see above
        preferences.create([
            preference.copy_data({"partner_id": new.id})[0]
            for old, new in pairs for preference in old.dispatch_preference_ids
            if preference.role_id.code not in said
        ])
        for old, new in pairs if said else ():
            for preference in old.dispatch_preference_ids:
                own = new.dispatch_preference_ids.filtered(lambda own, role=preference.role_id: own.role_id == role)
                own.write({name: preference[name] for name in preferences._get_wish_fields()})
        return copies

    # ------------------------------------------------------------------
    # By which channel a customer wants documents
    # ------------------------------------------------------------------

    def _dispatch_wished_channel(self, role):
        """How this customer wants the documents of a role, of ``document.dispatch.preference.channel``.

        What the contact itself says counts before what its company says; empty where neither says anything.

        :param str role: code of the contact flag
        """
        # sudo: who sends obeys what customers want, whether or not they may read it. No union: both are read at once
        # for all customers that are at hand
        for partner in (self.sudo(), self.sudo().commercial_partner_id):
            for preference in partner.dispatch_preference_ids:
                if preference.channel and preference.role_id.code == role:
                    return preference.channel
        return ""

    @api.model
    def _dispatch_wishing_domain(self, role, domain=Domain.TRUE):
        """Contacts whose documents of a role go by a channel that they, or their companies, want.

        :param str role: code of the contact flag
        :param Domain domain: on the preference, as which channel
        """
        # sudo: as above
        preferences = self.env["document.dispatch.preference"].sudo()
        own = Domain("role_id.code", "=", role) & Domain("channel", "!=", False)
        some = preferences._search(own).subselect("partner_id")
        those = preferences._search(own & domain).subselect("partner_id")
        return Domain("id", "in", those) | Domain("id", "not in", some) & Domain("commercial_partner_id", "in", those)

    @api.model
    def _search_dispatch_flag(self, code, operator, value):
        if operator != "in":
            return NotImplemented
        ticked = self._dispatch_receiving_domain(Domain("role_id.code", "=", code))
        return Domain.OR(ticked if wanted else ~ticked for wanted in value)

    # ------------------------------------------------------------------
    # Who gets what today
    # ------------------------------------------------------------------

    def _compute_dispatch_count(self):
        """Dispatches to the partner or to anybody below their commercial entity."""
        counts = dict(self.env["document.dispatch"]._read_group(
            [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
            ["commercial_partner_id"], ["__count"],
        ))
        for partner in self:
            partner.dispatch_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends("email", "active", "parent_id", "child_ids", "type", "dispatch_role_ids",
                 "dispatch_preference_ids.channel", *PLACE_FIELDS)
    @api.depends_context("company")
    def _compute_dispatch_overview(self):
        directory = self._origin._dispatch_directory()
        names = self.env["document.dispatch.role"]._get_labels()
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
        types = self.env["document.dispatch.type"].search(
            [("company_id", "in", (False, self.env.company.id))]).grouped("role")
        return {"lines": [
            {"kind": names[role], **self._dispatch_prepare_line(
                directory.resolve(self._origin.id, role), role, types.get(role, ()))}
            for role in self.env["document.dispatch.role"]._get_codes()
        ]}

    def _dispatch_prepare_line(self, resolution, role, types):
        """What becomes of the documents of a role, and who would get them by e-mail.

        :param resolution: :class:`tools.recipients.recipients.Resolution`
        :param str role: code of the contact flag
        :param types: the document types of that flag
        """
        preferences, company = self.env["document.dispatch.preference"], self.env.company
        duty = any(self._dispatch_duty(kind, company) for kind in types)
        wish = "" if duty else self._dispatch_wished_channel(role)
        asked = dict(preferences._selection_channel()).get(wish)
        by_mail = preferences._is_by_mail(wish)
        refused = [kind for kind in types if by_mail and self._dispatch_refuses(kind, company)]
        on_paper = bool(refused) and len(refused) == len(types)
        names = ", ".join(dict.fromkeys(kind.name for kind in refused))
        return {
            "first": next((words for applies, words in (
                (not by_mail, self.env._("As the customer wants it: %s", asked)),
                (on_paper, self.env._("On paper, because the customer refuses e-mail")),
                (not resolution.chosen, self.env._("Nobody: goes to the paper tray")),
                (refused, self.env._("On paper, because the customer refuses e-mail: %s", names)),
            ) if applies), ""),
            "mailed": by_mail and not on_paper, "wish": asked if by_mail else "",
            **self._dispatch_describe(resolution, role),
        }

    @api.model
    def _dispatch_describe(self, resolution, role):
        """Put a resolution into words and names, for a person to read."""
        ids = {choice.contact_id for choice in resolution.chosen + resolution.skipped}
        ids |= {contact.id for contact in resolution.farther}
        names = {partner.id: partner.name for partner in self.browse(ids)}
        reasons = self.env["document.dispatch.recipient"]._reason_labels()
        return {
            "chosen": [
                {"name": names[c.contact_id], "email": c.email, "field": c.address_field.capitalize(),
                 "reason": reasons[self._dispatch_reason(c, role)]}
                for c in resolution.chosen
            ],
            "skipped": [
                {"name": names[c.contact_id], "email": c.email, "reason": reasons[c.reason]}
                for c in resolution.skipped
            ],
            "farther": ", ".join(names[contact.id] or contact.email for contact in resolution.farther[:MOST_FARTHER]),
            "more": max(len(resolution.farther) - MOST_FARTHER, 0),
        }

    # ------------------------------------------------------------------
    # The one resolver
    # ------------------------------------------------------------------

    def _dispatch_shares_mail(self, company):
        # sudo: what the customer wishes counts, whoever sends
        wish = self.commercial_partner_id.sudo().dispatch_readers
        return wish == "common" if wish else super()._dispatch_shares_mail(company)

    def _dispatch_recipients(self, dispatch_type):
        """Resolve who gets a document of ``dispatch_type`` addressed to each of these partners.

        The number of SQL statements does not depend on the number of partners.

        :param document.dispatch.type dispatch_type: its role names the contact flag
        :return: ``{partner: Resolution}``, see :mod:`tools.recipients.recipients`
        """
        directory = self._dispatch_directory()
        standing = dispatch_type._get_standing_bcc(self.env.company)
        return {partner: directory.resolve(partner.id, dispatch_type.role, standing) for partner in self}

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
        ticked = partners._dispatch_get_roles()
        contacts = (self._dispatch_contact(partner, ticked.get(partner.id, {})) for partner in partners)
        return Directory(contacts, map(addresses.normalize, blocked))

    def _dispatch_get_roles(self):
        """What each contact is ticked for, and in which field of a mail, in one statement: ``{id: {code: field}}``."""
        codes = {role_id: code for code, role_id in self.env["document.dispatch.role"]._get_ids().items()}
        # sudo: who sends obeys what contacts receive, whether or not they may read it
        rows = self.env["document.dispatch.preference"].sudo()._read_group(
            [("partner_id", "in", self.ids), ("receives", "=", True)],
            ["partner_id"], ["role_id:array_agg", "address_field:array_agg"])
        return {
            partner.id: {codes[role_id]: name for role_id, name in zip(role_ids, names, strict=True)}
            for partner, role_ids, names in rows
        }

    def _dispatch_load_contacts(self):
        """The partners, the flagged contacts of their commercial entities, and all parents.

        Contacts that belong to another of our companies are not ours to write to, whoever asks.
        """
        everybody = self.with_context(active_test=False)
        commercial = self.commercial_partner_id
        found = self | commercial | everybody.search(
            Domain("commercial_partner_id", "in", commercial.ids) & self._dispatch_receiving_domain()
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
    def _dispatch_contact(self, partner, roles):
        """A partner as the choice needs it.

        :param dict roles: the contact flags, and in which field of a mail each says
        """
        return Contact(
            id=partner.id,
            parent_id=partner.parent_id.id or None,
            commercial_id=partner.commercial_partner_id.id,
            email=partner.email or "",
            active=partner.active,
            roles=frozenset(roles),
            address_fields=roles,
            # Odoo gives a contact of the kind “contact” the address of its parent
            is_place=partner.type != "contact" and any(partner[field] for field in PLACE_FIELDS),
        )

    # ------------------------------------------------------------------
    # Who is a customer
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_entity_domain(self):
        """Commercial entities: contacts of nobody, and companies, also those below another one."""
        return Domain("is_company", "=", True) | Domain("parent_id", "=", False)

    @api.model
    def _dispatch_customer_domain(self, company):
        """Commercial entities that this company may write to and that are its customers, in whatever way it shows.

        An import sets no rank, and a customer may have an invoice address, an order or an invoice, each of them in the
        name of one of their contacts.
        """
        # sudo: who is a customer follows from orders and invoices that the user need not see; partners it shows none
        Partner = self.sudo()
        ranked = Domain("customer_rank", ">", 0) | Domain("type", "=", "invoice") & Domain("parent_id", "!=", False)
        orders = self.env["sale.order"].sudo()._search(
            [("company_id", "=", company.id), ("state", "!=", "cancel")])
        # sudo: as above
        moves = self.env["account.move"].sudo()._search([
            ("company_id", "=", company.id), ("state", "!=", "cancel"),
            ("move_type", "in", self.env["account.move"].get_sale_types(include_receipts=True)),
        ])
        return self._dispatch_entity_domain() & company._dispatch_contact_domain() & Domain.OR(
            Domain("id", "in", query.subselect("commercial_partner_id")) for query in (
                Partner._search(ranked), Partner._search(Domain("id", "in", orders.subselect("partner_id"))), moves,
            )
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

    def _dispatch_keep_addresses(self, found, role):
        """Keep addresses as contacts of this customer that get documents of a role from now on.

        :param found: each with ``email`` and ``name``
        :param role: ``document.dispatch.role``
        """
        there = self | self.child_ids
        with self._dispatch_keeping_address(", ".join(address.email for address in found)):
            for address in found:
                if known := there.filtered(lambda contact, own=address: own.email in addresses.parse(
                        contact.email).emails)[:1]:
                    known.dispatch_role_ids |= role
                else:
                    self.create({
                        "name": address.name or address.email, "email": address.email, "parent_id": self.id,
                        "type": "other", "dispatch_role_ids": [fields.Command.set(role.ids)],
                    })

    def _dispatch_replace_address(self, old, new):
        """What stands in this contact's address field with another address in the place of one that is wrong.

        Whatever else stands there stays; empty where the wrong one does not stand there, or not as it is written.
        """
        parsed = addresses.parse(self.email)
        if parsed.emails == [old] and not parsed.invalid:
            return new
        text, count = re.subn(
            rf"(?<![\w.+-]){re.escape(old)}(?![\w-]|\.\w)", lambda _found: new, self.email or "", flags=re.IGNORECASE)
        return text if count and old in parsed.emails else ""

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
                "The address %(email)s cannot be saved: %(reason)s (This is a rule of the module “%(module)s”.)",
                email=email, reason=str(error), module=module.shortdesc or module.name,
            )) from error
