from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import formataddr

from ...tools.dispatch import states
from ...tools.mail import addresses
from .document_dispatch_protected import ENGINE

#: What people may say of a recipient, and only while the row is in review
EDITABLE_FIELDS = frozenset({"partner_id", "email", "name", "lang", "subject", "body"})


class DocumentDispatchRecipient(models.Model):
    """One address of one dispatch, with its own fate."""

    _name = "document.dispatch.recipient"
    _inherit = ["document.dispatch.system"]
    _description = "Recipient of a Dispatch"
    _order = "id"
    _rec_name = "email"

    dispatch_id = fields.Many2one(
        "document.dispatch", required=True, index=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one(related="dispatch_id.company_id")
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="restrict")
    email = fields.Char(string="Address", required=True, help="One address, in its normal form.")
    name = fields.Char(string="Shown name")
    lang = fields.Char(string="Language")
    subject = fields.Char(help="Where the recipient's language is not the document's.")
    body = fields.Html(sanitize="email_outgoing", sanitize_attributes=False)
    mail_body = fields.Text(
        readonly=True, help="What goes out: the text with the layout around it, frozen.",
    )
    reason = fields.Selection(
        [
            ("flag_nf", "NF-e flag on the contact"),
            ("flag_financial", "Payment documents flag on the contact"),
            ("flag_invoice", "Invoice flag on the contact"),
            ("flag_quote", "Quotation flag on the contact"),
            ("flag_order", "Order flag on the contact"),
            ("general", "No contact flagged: general address"),
            ("general_company", "No contact flagged: general address of the company"),
            ("manual", "Chosen or typed by hand"),
            ("template", "Named in the mail template"),
        ],
        string="Why",
        required=True,
        default="manual",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("queued", "Waiting"), ("sending", "Sending"), ("sent", "Accepted"),
            ("deferred", "Deferred"), ("failed", "Failed"), ("unknown", "Unknown"),
            ("bounced", "Bounced"), ("handed", "In a mail program"), ("rehearsed", "Rehearsed"),
            ("cancelled", "Cancelled"),
        ],
        required=True, default="queued", readonly=True,
        help="Accepted: the mail server took it and is responsible for it. It may still bounce.\n"
        "Deferred: it is tried again by itself, at the time shown.",
    )
    tries = fields.Integer(readonly=True, help="Tries in which the server judged the message.")
    first_try = fields.Datetime(readonly=True)
    next_try = fields.Datetime(readonly=True)
    sent_date = fields.Datetime(string="Accepted on", readonly=True)
    reply = fields.Text(string="The server said", readonly=True)
    linked_files = fields.Char(
        string="Sent as a link", readonly=True,
        help="Files too large for the account's limit: the mail carries a link to the document's page.",
    )
    mail_server_id = fields.Many2one("ir.mail_server", string="Account", readonly=True)
    message_id = fields.Char(string="Message-ID", readonly=True, index="btree_not_null")
    relay_id = fields.Char(
        string="Relay's ID", readonly=True, index="btree_not_null",
        help="What the mail server called the mail when it took it. Some put it in the place of the Message-ID.",
    )
    remark = fields.Text(
        string="Reported later", readonly=True,
        help="What came back that is no failure: a complaint, a delay, a receipt, an automatic answer, or something "
        "that is not understood. It changes no state.",
    )
    worker = fields.Integer(
        readonly=True, help="Key of the worker that holds this row while it is being sent.",
    )

    _email_once = models.UniqueIndex(
        "(dispatch_id, email)", "This address already gets the document.",
    )
    # what the worker asks for: due rows, those that failed often go last
    _due_idx = models.Index("(next_try, tries, id) WHERE state IN ('queued', 'deferred')")
    _account_idx = models.Index("(mail_server_id, sent_date) WHERE sent_date IS NOT NULL")
    _sending_idx = models.Index("(worker) WHERE state = 'sending'")

    # Words for those who were passed over: never stored on a recipient
    def _skip_labels(self):
        return {
            "archived": self.env._("archived contact"),
            "no_address": self.env._("no e-mail address"),
            "invalid": self.env._("not a valid address"),
            "letters": self.env._("letters like é before the @: mail servers do not take this address from Odoo"),
            "blacklisted": self.env._("address on the blacklist"),
            "duplicate": self.env._("same address as another contact"),
        }

    @api.model
    def _reason_labels(self):
        """All reasons, of being chosen and of being passed over, in the user's language."""
        return {**dict(self._fields["reason"]._description_selection(self.env)), **self._skip_labels()}

    @api.constrains("email")
    def _check_email(self):
        for recipient in self:
            if addresses.normalize(recipient.email) != recipient.email:
                raise ValidationError(self.env["res.partner"]._dispatch_explain_letters(recipient.email) or self.env._(
                    "“%s” is not a valid e-mail address. Write one address, like name@company.com.",
                    recipient.email,
                ))

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id and not self.email:
            parsed = addresses.parse(self.partner_id.email)
            self.email = parsed.valid[0].email if parsed.valid else False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["email"] = addresses.normalize(vals.get("email")) or vals.get("email")
        by_hand = self.env.context.get("dispatch_engine") is not ENGINE
        if by_hand:
            self._check_said_by_people({name for vals in vals_list for name in vals} - {"dispatch_id"})
        recipients = super().create(vals_list)
        if by_hand:
            recipients._check_editable()
        return recipients

    def write(self, vals):
        if self.env.context.get("dispatch_engine") is not ENGINE:
            self._check_editable()
            self._check_said_by_people(vals.keys())
            if vals.get("email"):
                vals = {**vals, "email": addresses.normalize(vals["email"]) or vals["email"], "reason": "manual"}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_in_review(self):
        self._check_editable()

    def _check_protected(self, operation, *vals_list):
        """People are asked above, by what they may say: they add a recipient to a row, which must be in review."""

    @api.model
    def _check_said_by_people(self, names):
        if names - EDITABLE_FIELDS:
            raise UserError(self.env._("What the mail server said is not edited by hand."))

    def _check_editable(self):
        if any(recipient.dispatch_id.state != "review" for recipient in self):
            raise UserError(self.env._(
                "Recipients can be changed only while the document is in review. "
                "Use “Send again” to reach somebody else."
            ))

    def _engine(self):
        """See ``document.dispatch._engine``."""
        return self._with_system_write()

    def _set_state(self, state, **vals):
        """Change the state by the table of transitions; in one mail with others, that of all of them."""
        recipients = self._with_twins()
        for recipient in recipients:
            states.check(states.RECIPIENT_TRANSITIONS, recipient.state, state)
        recipients._engine().write({"state": state, **vals})

    def _with_twins(self):
        """These recipients, and those of the same addresses whose documents go in the same mails."""
        # sudo: of the same mail
        riders = self.sudo().dispatch_id.rider_ids
        if not riders:
            return self
        addresses_of = {(recipient.dispatch_id.id, recipient.email) for recipient in self.sudo()}
        return self | riders.recipient_ids.filtered(
            lambda twin: (twin.dispatch_id.lead_id.id, twin.email) in addresses_of
        ).with_env(self.env)

    def _of_lead(self):
        """The recipients of the same addresses in whose mails these documents go, or these."""
        return self.browse().union(*(
            recipient.dispatch_id.lead_id.recipient_ids.filtered(lambda r, own=recipient: r.email == own.email)
            or recipient for recipient in self
        ))

    # ------------------------------------------------------------------
    # As Odoo's mail sees a recipient
    # ------------------------------------------------------------------

    def _prepare_mail_address(self):
        """To the partner where this is his one address, as core does, so that modules which follow
        ``mail.mail.recipient_ids`` see him; else to the bare address. A rehearsal reaches nobody but
        the company's supervisor.
        """
        partner = self.partner_id
        if self.dispatch_id.rehearsal:
            return {"email_to": self.company_id.dispatch_rehearsal_email or ""}
        if partner and addresses.parse(partner.email).emails == [self.email]:
            return {"recipient_ids": [fields.Command.link(partner.id)]}
        return {"email_to": formataddr((self.name or "", self.email))}

    def _prepare_mail_vals(self):
        """Values of the ``mail.mail`` of this recipient, as they were frozen."""
        return {
            **self.dispatch_id.mail_values, **self._prepare_mail_address(), "body_html": self.mail_body,
        }

    def _prepare_subject(self):
        """The subject where it is not the message's own: in the recipient's language, or for whom it was."""
        if not self.dispatch_id.rehearsal:
            return self.subject
        return self.env._("[Rehearsal, for %(address)s] %(subject)s",
                          address=self.email, subject=self.subject or self.dispatch_id.subject)

    def _prepare_recipient_data(self):
        """One entry of what ``mail.thread._notify_get_recipients`` returns."""
        self.ensure_one()
        partner = self.partner_id
        user = partner.main_user_id
        kind = "customer" if not user else "portal" if user.share else "user"
        return {
            "active": True,
            "id": partner.id,
            "is_follower": False,
            "email_normalized": self.email,
            "lang": self.lang,
            "name": self.name or partner.name or self.email,
            "groups": user.all_group_ids.ids,
            "notif": "email",
            "share": kind != "user",
            "type": kind,
            "uid": user.id,
            "ushare": kind == "portal",
        }

    def _prepare_notification_status(self):
        """The envelope in the chatter for this recipient's state."""
        status = {
            "sent": "sent", "bounced": "bounce", "failed": "exception", "unknown": "exception",
            "cancelled": "canceled", "rehearsed": "canceled", "handed": "canceled", "sending": "pending",
        }.get(self.state, "ready")
        problem = status in ("exception", "bounce")
        return {
            "notification_status": status,
            "failure_type": "mail_smtp" if problem else False,
            "failure_reason": self.reply if problem else False,
        }
