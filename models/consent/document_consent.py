import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

from ...tools.consent import consent
from ...tools.mail import addresses
from ..dispatch.document_dispatch_protected import SYSTEM_WRITE

#: What follows from the entry and from who is logged in, whatever a caller gives
FOLLOWING = frozenset({"user_id", "text_hash", "email_normalized"})
#: Kinds that say whether documents may come by e-mail
ANSWERS = ("accepted", "refused", "withdrawn")


class DocumentConsent(models.Model):
    """The ledger of what customers declared about receiving documents by e-mail.

    Append-only: a new entry supersedes the older ones, nothing is edited or deleted. The flags on
    the partner are its result. By default a customer accepts (Directive 2006/112/EC art. 232
    leaves the form of the acceptance open, tacit included).
    """

    _name = "document.consent"
    _inherit = ["document.dispatch.protected"]
    _description = "Customer Consent"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict",
        help="The commercial entity: its contacts and branches share it.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="restrict", help="Empty: declared to every company.",
    )
    kind = fields.Selection(
        selection=[
            ("letter", "Letter issued"),
            ("accepted", "Accepted e-mail"),
            ("refused", "Refused e-mail"),
            ("withdrawn", "Withdrew the refusal"),
            ("address", "Change of address"),
        ],
        required=True,
    )
    type_ids = fields.Many2many(
        "document.dispatch.type", string="Only for", ondelete="restrict",
        help="Empty: all documents. A type applies to all types of its kind, in every company.",
    )
    channel = fields.Selection(
        selection=[
            ("user", "Recorded by a user"),
            ("letter", "Letter"),
            ("page", "Customer page"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("import", "Import"),
        ],
        string="How",
        required=True,
        default="user",
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    declared_by = fields.Char(help="Name and address of the person who answered.")
    user_id = fields.Many2one(
        "res.users", string="Recorded by", required=True, readonly=True,
        default=lambda self: self.env.user,
    )
    text = fields.Text(string="Text answered", help="The text the customer read when they answered.")
    lang = fields.Char(string="Language", help="The language of that text.")
    text_hash = fields.Char(
        string="Hash", readonly=True, help="SHA-256 over the language and the text: proves that they are the same.",
    )
    comment = fields.Text()
    attachment_id = fields.Many2one("ir.attachment", string="File", readonly=True, ondelete="restrict")
    # no related fields: these read as superuser, whatever file the entry names
    evidence = fields.Binary(compute="_compute_evidence", readonly=False,
                             help="The returned letter or e-mail, as a file.")
    evidence_name = fields.Char(compute="_compute_evidence", readonly=False)
    mail_message_id = fields.Many2one("mail.message", string="Message", readonly=True, ondelete="restrict")
    letter_id = fields.Many2one("document.letter", readonly=True, ondelete="restrict", index="btree_not_null")
    ip = fields.Char(string="IP address", readonly=True)
    user_agent = fields.Char(string="Browser", readonly=True)
    new_email = fields.Char(string="New address")
    # named so that Odoo's privacy lookup finds a person who is no contact (privacy.lookup.wizard._get_query)
    email_normalized = fields.Char(readonly=True)

    @api.depends("attachment_id")
    @api.depends_context("bin_size")
    def _compute_evidence(self):
        """The file of each entry: one that was made for it, and belongs to it."""
        for entry in self:
            file = entry._own_file()
            entry.evidence, entry.evidence_name = file.datas, file.name

    def _own_file(self):
        """The evidence of these entries, as a superuser's files.

        sudo: a file's rights follow its entry, and the entry is read.
        """
        return self.sudo().attachment_id.filtered(
            lambda file: file.res_model == self._name and file.res_id in self.ids)

    @api.model_create_multi
    def create(self, vals_list):
        """Complete the entries; the system alone says who recorded them, and what proves the text."""
        if not self._is_system_write():
            vals_list = [{name: vals[name] for name in vals.keys() - FOLLOWING} for vals in vals_list]
            defaults = {key.removeprefix("default_") for key in self.env.context if key.startswith("default_")}
            self._check_protected("create", *vals_list, defaults - FOLLOWING)
        # defaults first: those of the context are a caller's values, too
        vals_list = [self._prepare_entry_vals(self._add_missing_default_values(vals)) for vals in vals_list]
        self._check_customers(vals_list)
        files = self._make_evidence(vals_list)
        # with the proof: what a caller gave was checked above, and the rest is the system's
        made = super(DocumentConsent, self.with_context(dispatch_system_write=SYSTEM_WRITE)).create(vals_list)
        entries = made.with_env(self.env)
        for entry, file in zip(entries, files, strict=True):
            if file:
                file.res_id = entry.id
        entries._check_entries()
        return entries

    @api.model
    def _is_system_write(self):
        return self.env.context.get("dispatch_system_write") is SYSTEM_WRITE

    @api.model
    def _get_protected_message(self):
        return self.env._(
            "Only the customers themselves can create entries on the customer page. The file, message or letter that "
            "proves an entry cannot be set manually: add the file as evidence."
        )

    @api.model
    def _check_customers(self, vals_list):
        """Noting a declaration changes what the customer receives: for those who may edit the contact."""
        self.env["res.partner"].browse({vals["partner_id"] for vals in vals_list} - {False}).check_access("write")

    @api.model
    def _prepare_entry_vals(self, vals):
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        vals["partner_id"] = partner.commercial_partner_id.id
        text = vals.get("text")
        lang = vals["lang"] = vals.get("lang") or (partner.lang or self.env.lang if text else False)
        vals["text_hash"] = self._hash(lang, text) if text else False
        vals["email_normalized"] = addresses.normalize(vals.get("new_email"))
        return vals

    @api.model
    def _make_evidence(self, vals_list):
        """The evidence of each entry, as a file of its own; ``None`` where there is none."""
        files = []
        for vals in vals_list:
            datas, name = vals.pop("evidence", False), vals.pop("evidence_name", False)
            # sudo: nobody may write entries, and an entry's files follow its rights (ir.attachment.check)
            env = self.env(su=True, context=clean_context(self.env.context))
            file = datas and env["ir.attachment"].create({
                "name": name or self.env._("Evidence"), "datas": datas, "res_model": self._name,
            })
            files.append(file or None)
            if file:
                vals["attachment_id"] = file.id
        return files

    def _check_entries(self):
        now = fields.Datetime.now()
        for entry in self:
            if entry.date > now:
                raise UserError(self.env._("A declaration cannot be dated in the future."))
            if entry.new_email and not entry.email_normalized:
                raise UserError(self.env._("“%s” is not a valid e-mail address.", entry.new_email))
            if entry.kind == "address" and not entry.new_email:
                raise UserError(self.env._("Enter the new address."))
            if entry.channel == "page" and not self._is_system_write():
                raise UserError(self.env._("Only the customers themselves can create entries on the customer page."))

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._(
            "Entries in the consent ledger cannot be edited. Record a new declaration: it supersedes this one."
        ))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "Entries in the consent ledger cannot be deleted. Record a new declaration: it supersedes this one."
        ))

    # ------------------------------------------------------------------
    # What a text is proved by
    # ------------------------------------------------------------------

    @api.model
    def _hash(self, lang, text):
        return hashlib.sha256(f"{lang or ''}\n{text or ''}".encode()).hexdigest()

    def _check_hash(self):
        """Tell whether all of these entries still have the text and the language that were answered."""
        return all(
            (entry.text_hash or False) == (entry._hash(entry.lang, entry.text) if entry.text else False)
            for entry in self
        )

    # ------------------------------------------------------------------
    # What the entries come to
    # ------------------------------------------------------------------

    @api.model
    def _standing(self, partners):
        """What still counts of the declarations of these commercial entities: ``{id: entries}``.

        The number of SQL statements does not depend on the number of partners.

        :return: see :func:`tools.consent.consent.standing`
        """
        said = {}
        # sudo: a clerk who sends must obey a refusal even where they may not read the ledger
        entries = self.sudo().search_fetch(
            [("partner_id", "in", partners.ids), ("kind", "in", ANSWERS)],
            ["partner_id", "kind", "company_id", "type_ids"],
            order="date, id",
        )
        # one statement for all scopes, archived types too
        entries.with_context(active_test=False).type_ids.fetch(["code"])
        for entry in entries.with_context(active_test=False):
            said.setdefault(entry.partner_id.id, []).append(
                (entry.kind, entry.company_id.id or 0, set(entry.type_ids.mapped("code")))
            )
        return {partner: consent.standing(declared) for partner, declared in said.items()}

    @api.model
    def _refused(self, partners, company=None):
        """Those of ``partners`` (commercial entities) who refuse all documents of a company by e-mail."""
        standing = self._standing(partners)
        company = company or self.env.company
        return partners.filtered(lambda partner: consent.refuses(standing.get(partner.id), company.id))
