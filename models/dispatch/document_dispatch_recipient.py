from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, formataddr

from ...tools.dispatch import address_fields, clicks, states
from ...tools.mail import addresses, consequences, dsn, replies, retry
from .document_dispatch_protected import SYSTEM_WRITE

#: What people may say of a recipient, and only while the dispatch is in review
EDITABLE_FIELDS = frozenset({"partner_id", "email", "name", "lang", "subject", "body", "address_field"})
#: In which field of a mail an address stands
ADDRESS_FIELDS = [("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")]


class DocumentDispatchRecipient(models.Model):
    """One address of one dispatch, with its own fate."""

    _name = "document.dispatch.recipient"
    _inherit = ["document.dispatch.system"]
    _description = "Dispatch Recipient"
    _order = "id"
    _rec_name = "email"

    dispatch_id = fields.Many2one(
        "document.dispatch", required=True, index=True, ondelete="cascade", readonly=True,
    )
    company_id = fields.Many2one(related="dispatch_id.company_id")
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="restrict")
    email = fields.Char(string="Address", required=True, help="One address, normalized.")
    name = fields.Char(string="Display name")
    address_field = fields.Selection(
        ADDRESS_FIELDS, string="Field", required=True, default="to",
        help="In which field of a common e-mail the address is placed. Recipients in Bcc are hidden.",
    )
    in_common = fields.Boolean(
        string="In one e-mail with the others", readonly=True,
        help="All recipients of the e-mail see who is in To and Cc. The server's reply is recorded for each address.",
    )
    common_apart = fields.Boolean(
        string="Separate common e-mail", readonly=True,
        help="The common e-mail without the customer's links, for recipients who do not belong to the customer.",
    )
    lang = fields.Char(string="Language")
    subject = fields.Char(help="If the recipient's language differs from that of the document.")
    body = fields.Html(sanitize="email_outgoing", sanitize_attributes=False)
    mail_body = fields.Text(
        readonly=True, help="The text as sent, with its layout.",
    )
    reason = fields.Selection(
        selection="_selection_reason",
        required=True,
        default="manual",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("queued", "Waiting"), ("sending", "Sending"), ("sent", "Accepted"),
            ("deferred", "Deferred"), ("failed", "Failed"), ("unknown", "Unknown"),
            ("bounced", "Bounced"), ("handed", "In another program"), ("rehearsed", "Rehearsed"),
            ("cancelled", "Cancelled"),
        ],
        required=True, default="queued", readonly=True,
        help="Accepted: the mail server accepted it and is responsible for it. It may still bounce.\n"
             "Deferred: it is retried automatically, at the time shown.",
    )
    tries = fields.Integer(
        string="Attempts", readonly=True, help="Number of attempts in which the server rejected the message.",
    )
    first_try = fields.Datetime(string="First attempt", readonly=True)
    next_try = fields.Datetime(string="Next attempt", readonly=True)
    able_date = fields.Datetime(
        string="Ready since", readonly=True, help="Waiting before this time does not raise an alert.",
    )
    sent_date = fields.Datetime(string="Accepted on", readonly=True)
    reply = fields.Text(string="Server reply", readonly=True)
    linked_files = fields.Char(
        string="Sent as a link", readonly=True,
        help="Files too large for the account's limit: the e-mail contains a link to the document's page.",
    )
    mail_server_id = fields.Many2one("ir.mail_server", string="Account", readonly=True)
    message_id = fields.Char(string="Message-ID", readonly=True, index="btree_not_null")
    relay_id = fields.Char(
        string="Relay's ID", readonly=True, index="btree_not_null",
        help="The mail server's own ID of the e-mail. Some servers replace the Message-ID with it.",
    )
    remark = fields.Text(
        string="Reported later", readonly=True,
        help="A message received about the e-mail that is not a failure: a complaint, a delay, a receipt, an "
             "automatic reply, or one that could not be interpreted. It does not change the status.",
    )
    worker = fields.Integer(
        readonly=True, help="Key of the worker that is sending to this recipient.",
    )

    _email_once = models.UniqueIndex(
        "(dispatch_id, email)", "This address is already a recipient of the document.",
    )
    # what the worker asks for: due dispatches, those that failed often go last
    _due_idx = models.Index("(next_try, tries, id) WHERE state IN ('queued', 'deferred')")
    _account_idx = models.Index("(mail_server_id, sent_date) WHERE sent_date IS NOT NULL")
    _sending_idx = models.Index("(worker) WHERE state = 'sending'")

    def _skip_labels(self):
        """Why somebody was passed over, in words: never stored on a recipient."""
        return {
            "archived": self.env._("archived contact"),
            "no_address": self.env._("no e-mail address"),
            "invalid": self.env._("not a valid address"),
            "letters": self.env._("letters like é before the @: this address is not supported by Odoo"),
            "blacklisted": self.env._("address on the blacklist"),
            "duplicate": self.env._("same address as another contact"),
        }

    @api.model
    def _flag_labels(self):
        """The contact flags as reasons, in words; one that is not here is named as it is called."""
        return {
            "flag_financial": self.env._("Payment documents flag on the contact"),
            "flag_invoice": self.env._("Invoice flag on the contact"),
            "flag_quote": self.env._("Quotation flag on the contact"),
            "flag_order": self.env._("Order flag on the contact"),
        }

    @api.model
    def _selection_reason(self):
        """Why an address was chosen: each contact flag is a reason of its own."""
        labels = self._flag_labels()
        names = self.env["document.dispatch.role"]._get_labels()
        flags = {f"flag_{code}": self.env._("Flag on the contact: %s", name) for code, name in names.items()}
        return [
            *{**flags, **{flag: label for flag, label in labels.items() if flag in flags}}.items(),
            ("general", self.env._("No contact flagged: general address")),
            ("general_company", self.env._("No contact flagged: general address of the company")),
            ("manual", self.env._("Selected or entered manually")),
            ("template", self.env._("Set in the mail template")),
            ("standing", self.env._("Always in Bcc, set on the company or the document type")),
            ("channel", self.env._("Delivery address of the method")),
        ]

    @api.model
    def _reason_labels(self):
        """All reasons, of being chosen and of being passed over, in the user's language."""
        return {**dict(self._fields["reason"]._description_selection(self.env)), **self._skip_labels()}

    @api.constrains("email")
    def _check_email(self):
        for recipient in self:
            if not recipient.dispatch_id._channel()._takes_addresses():
                continue  # a folder, an identifier in a network
            if addresses.normalize(recipient.email) != recipient.email:
                raise ValidationError(self.env["res.partner"]._dispatch_explain_letters(recipient.email) or self.env._(
                    "“%s” is not a valid e-mail address. Enter one address, like name@company.com.",
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
        by_hand = self.env.context.get("dispatch_system_write") is not SYSTEM_WRITE
        if by_hand:
            self._check_said_by_people({name for vals in vals_list for name in vals} - {"dispatch_id"})
        recipients = super().create(vals_list)
        if by_hand:
            recipients._check_editable()
        return recipients

    def write(self, vals):
        if self.env.context.get("dispatch_system_write") is not SYSTEM_WRITE:
            self._check_editable()
            self._check_said_by_people(vals.keys())
            if vals.get("email"):
                vals = {**vals, "email": addresses.normalize(vals["email"]) or vals["email"], "reason": "manual"}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_in_review(self):
        if self.env.context.get("dispatch_system_write") is not SYSTEM_WRITE:
            self._check_editable()

    def _check_protected(self, operation, *vals_list):
        """People are asked above, by what they may say: they add a recipient to a dispatch, which must be in review."""

    @api.model
    def _check_said_by_people(self, names):
        if names - EDITABLE_FIELDS:
            raise UserError(self.env._("The mail server's reply cannot be edited manually."))

    def _check_editable(self):
        if not all(clicks.can_edit(recipient.dispatch_id.state) for recipient in self):
            raise UserError(self.env._(
                "Recipients can only be changed while the document is in review. Use “Send Again” to send it to other "
                "recipients."
            ))

    def _set_state(self, state, **vals):
        """Change the state by the table of transitions; in one mail with others, that of all of them."""
        recipients = self._with_bundled()
        if state not in (states.QUEUED, states.SENDING):  # what becomes known of a mail says nothing of what left it
            recipients = self | recipients.filtered(lambda recipient: recipient.state != states.CANCELLED)
        recipients._set_own_state(state, **vals)

    def _set_own_state(self, state, **vals):
        """Change the state of these alone, whatever goes in the same mails."""
        for recipient in self:
            states.check(states.RECIPIENT_TRANSITIONS, recipient.state, state)
        self._with_system_write().write({"state": state, **vals})

    def _with_bundled(self):
        """These recipients, and those of the same addresses whose documents go in the same mails."""
        # sudo: of the same mail
        bundled = self.sudo().dispatch_id.bundled_ids
        if not bundled:
            return self
        # sudo: as above
        addresses_of = {(recipient.dispatch_id.id, recipient.email) for recipient in self.sudo()}
        return self | bundled.recipient_ids.filtered(
            lambda other: (other.dispatch_id.bundle_id.id, other.email) in addresses_of
        ).with_env(self.env)

    def _bundle_main(self):
        """The recipients of the same addresses in whose mails these documents go, or these."""
        return self.browse().union(*(
            recipient.dispatch_id.bundle_id.recipient_ids.filtered(lambda r, own=recipient: r.email == own.email)
            or recipient for recipient in self
        ))

    def _common(self):
        """All who share a common mail with these, or get it by themselves, whatever became of it."""
        def gets_it(recipient):
            return recipient.in_common or recipient.common_apart

        return self.filtered(gets_it).dispatch_id.recipient_ids.filtered(gets_it)

    def _same_mail(self):
        """These, and all to whom the very same mails go."""
        return self | self.filtered("in_common").dispatch_id.recipient_ids.filtered("in_common")

    # ------------------------------------------------------------------
    # As Odoo's mail sees a recipient
    # ------------------------------------------------------------------

    def _prepare_mail_address(self):
        """A common mail names all who are in To and Cc, whoever of them is to get it now; another one its reader.

        To the partner where this is their one address, as core does, so that modules which follow
        ``mail.mail.recipient_ids`` see them; else to the bare address. A rehearsal reaches nobody but
        the company's supervisor.
        """
        if self.dispatch_id.rehearsal:
            return {"email_to": self.company_id.dispatch_rehearsal_email or ""}
        if common := self._common().filtered("in_common"):
            to, cc = (
                ", ".join(formataddr((reader.name or "", reader.email)) for reader in readers)
                for readers in address_fields.address(common))
            return {"email_to": to, "email_cc": cc}
        self.ensure_one()
        partner = self.partner_id
        if partner and addresses.parse(partner.email).emails == [self.email]:
            return {"recipient_ids": [fields.Command.link(partner.id)]}
        return {"email_to": formataddr((self.name or "", self.email))}

    def _prepare_envelope(self):
        """To whom of those in the mail's header it goes now, and who is in no header; empty where that is all of them.

        :return: addresses of the envelope, and those of them that stand in Bcc
        """
        if self.dispatch_id.rehearsal or not self._common():
            return (), ()
        hidden = self.filtered(lambda recipient: recipient.address_field == "bcc")
        return tuple(self.mapped("email")), tuple(hidden.mapped("email"))

    def _prepare_mail_vals(self):
        """Values of the ``mail.mail`` of these recipients, who share one, as they were frozen."""
        return {
            **self.dispatch_id.mail_values, **self._prepare_mail_address(), "body_html": self[:1].mail_body,
        }

    def _prepare_subject(self):
        """The subject where it is not the message's own: in the recipient's language, or for whom it was."""
        if not self.dispatch_id.rehearsal:
            return self[:1].subject
        return self.env._("[Rehearsal, for %(address)s] %(subject)s",
                          address=", ".join(self.mapped("email")), subject=self[:1].subject or self.dispatch_id.subject)

    def _prepare_recipient_data(self):
        """One entry of what ``mail.thread._notify_get_recipients`` returns."""
        self.ensure_one()
        partner = self.partner_id
        # a common mail is the customer's, not one person's
        user = self.env["res.users"] if self.in_common else partner.main_user_id
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

    def _explain_reply(self):
        """What a server's reply means to a clerk."""
        if self.state == "unknown":
            return self.env._(
                "The connection was lost after the e-mail was handed over. Delivery could not be confirmed.")
        if self.state == "bounced":
            return self.env._("The server accepted the e-mail and returned it later.")
        if self._was_withheld():
            return self.env._("It was not handed over to the mail server.")
        later = self.state == "deferred"
        if later and (account := self._explain_account()):
            return account
        return {
            replies.NO_MAILBOX: self.env._("The mailbox does not exist."),
            replies.FULL: self.env._("The mailbox is full."),
            replies.TOO_LARGE: self.env._("The e-mail is too large for this mailbox."),
            replies.POLICY: self.env._("The server asks to retry later.") if later
            else self.env._("The server does not accept e-mails like this, or not from this sender."),
            replies.UNREACHABLE: self._explain_unreached(),
            replies.BUSY: self.env._("The server is busy."),
            replies.OTHER: self.env._("Temporarily rejected.") if later else self.env._("Refused."),
        }[replies.meaning(self.reply)]

    def _was_withheld(self):
        """Tell whether it came to its end before a server was asked: its reply is our own words."""
        return self.state == "failed" and not replies.is_said(self.reply)

    def _explain_account(self):
        """What keeps the account from sending, in words; empty where nothing does: see ``delivery``."""
        return ""

    def _explain_unreached(self):
        """Why no conversation with the mail server came about, in words; its name is known by ``delivery``."""
        return self.env._("The mail server could not be reached.")

    def _explain_advice(self):
        """What a clerk can do about a reply."""
        if self._was_withheld():
            return self.env._("Correct the problem described above, then click “Try Again Now”.")
        return {
            replies.NO_MAILBOX: self.env._(
                "Click “Correct Address” next to it: the document is sent to the right one only."),
            replies.FULL: self.env._("Ask the customer to free up space, then click “Try Again Now”."),
            replies.TOO_LARGE: self.env._(
                "Ask your administrator to lower the size limit of the outgoing mail server, so that the largest file "
                "is sent as a link. Then click “Try Again Now”."),
            replies.POLICY: self.env._(
                "Ask your administrator: the domain's SPF and DKIM records, or its reputation, may be the reason."),
        }.get(replies.meaning(self.reply), self.env._("Click “Try Again Now” when the server works again."))

    # ------------------------------------------------------------------
    # What became of the mail: what the server said, and what a person says
    # ------------------------------------------------------------------

    def _apply_outcome(self, outcome):
        """Write down what the mail server said, and when to try again.

        :param tools.mail.smtp.Outcome outcome: the result of one conversation
        """
        self.ensure_one()
        if self.state != states.SENDING:
            return  # a bounce was faster, and knows better
        self._set_state(**consequences.after_outcome(
            outcome, self.tries, self.first_try, fields.Datetime.now(), self._retry_schedule(),
            rehearsal=self.dispatch_id.rehearsal,
            # of the server of Odoo's command line only the age of its mails says why
            account_says_why=bool(self.mail_server_id),
        ))

    def _retry_schedule(self):
        """The minutes between tries and the time after which to give up, from the settings."""
        # sudo: system parameters
        get = self.env["ir.config_parameter"].sudo().get_param
        return (retry.parse_steps(get("document_dispatch.retry_minutes")),
                retry.parse_days(get("document_dispatch.retry_days")))

    def action_arrived(self):
        """A person found out that the mail did arrive."""
        self.check_access("write")
        self._check_unknown()
        # those that were withdrawn since stay so
        recipients = self._bundle_main()._with_bundled().filtered(lambda recipient: clicks.can_decide(recipient.state))
        for recipient in recipients:
            state = states.REHEARSED if recipient.dispatch_id.rehearsal else states.SENT
            recipient._set_own_state(state, sent_date=fields.Datetime.now())
        recipients.dispatch_id._conclude()

    def action_send_again(self):
        """A person decided that an unknown mail shall go once more."""
        self.check_access("write")
        self._check_unknown()
        recipients = self._bundle_main()
        recipients.dispatch_id._check_unchanged()
        for dispatch in recipients.dispatch_id:
            dispatch._channel()._check_offers("retry", dispatch)
        recipients._set_state("queued", next_try=False, able_date=fields.Datetime.now())
        recipients.dispatch_id._with_bundled()._update_state()
        recipients.dispatch_id._deliver_soon()

    def _check_unknown(self):
        for recipient in self:
            if not clicks.can_decide(recipient.state):
                raise UserError(self.env._(
                    "The result of the e-mail to %s is known: there is nothing to decide.", recipient.email,
                ))

    # ------------------------------------------------------------------
    # Reports that come later
    # ------------------------------------------------------------------

    @api.model
    def _find_reported(self, report, own=None):
        """The recipients of the mail of which a report speaks, whatever became of them; empty: not a mail of ours.

        By the address to which it came, where that is one mail's own; by our Message-ID, which the mails to all
        recipients of a document share, or by the id that a relay gave to the one mail.

        :param tools.mail.dsn.Report report: what came
        :param own: a recipient whose mail's address for bounces it came to; it speaks for the readers of that mail only
        """
        if own:
            return own._same_mail()._bundle_main()
        relayed = self.browse()
        if report.marks:
            # the mails to other addresses have other ids
            relayed = self.search([("relay_id", "in", report.marks)])._bundle_main()
            if not relayed <= relayed[:1]._same_mail():
                relayed = self.browse()  # not this relay's id, but a word that looks like one
        for message_ids in report.message_ids:
            if found := self.search([("message_id", "in", message_ids)])._bundle_main():
                return relayed & found or found
        return relayed

    def _receive_report(self, report):
        """Another server, or a mail program, reports on the mail to one of these, which ours had accepted.

        Only an explicit failure is a bounce, and only for an address that the report names, or whose mail it was;
        all else is noted for people.

        :param tools.mail.dsn.Report report: what it says
        """
        if len(self.dispatch_id) != 1:
            return  # of several documents: no mail of ours speaks of more than one
        for fate in report.fates:
            recipients = self._of_fate(fate, report)
            if fate.kind == dsn.FAILED and recipients:
                recipients._bounce(fate)
            else:
                (recipients or self)._note_report(fate)

    def _of_fate(self, fate, report):
        """Those of these recipients whose mail it was; none where the report leaves it open.

        All mails of a dispatch have its Message-ID: who got one must not speak for another. A common mail names its
        readers, whomever it came back from: only a word of the report itself tells them apart.
        """
        named = self._at(fate.addresses)
        if fate.explicit and named:
            return named
        to, mentioned = self._at(report.returned_to), self._at(report.mentioned)
        to |= to._common()
        if mentioned._common():
            mentioned = self.browse()  # the words of a person, perhaps those of the mail
        for choice in (named, named & to, to, mentioned, to & mentioned):
            if len(choice) == 1:
                return choice
        if named or to or len(self) != 1:
            return self.browse()
        # the mail was this one's own; what became of it where they forward it, is one thing
        return self if len({other.kind for other in report.fates}) == 1 else self.browse()

    def _at(self, emails):
        emails = {addresses.normalize(email) for email in emails}
        return self.filtered(lambda recipient: recipient.email in emails)

    def _bounce(self, fate):
        """The mails came back.

        :param tools.mail.dsn.Fate fate: what is said of these recipients
        """
        text = fate.text or self.env._("The e-mail was returned.")
        for recipient in self.filtered(lambda r: not r.dispatch_id.rehearsal):
            for state in consequences.after_return(recipient.state):
                recipient._set_state(state, worker=False, **({"reply": text} if state == states.BOUNCED else {}))
        self.dispatch_id._with_bundled()._conclude()

    def _note_report(self, fate):
        """Show people what came, and change no state."""
        remark = self.env._(
            "%(date)s: %(what)s", date=format_date(self.env, fields.Date.context_today(self)),
            what=f"{self._report_labels()[fate.kind]} {fate.text}".strip(),
        )
        self._with_bundled()._with_system_write().remark = remark

    @api.model
    def _report_labels(self):
        return {
            dsn.FAILED: self.env._("An e-mail was returned, but it does not say from which address:"),
            dsn.DELAYED: self.env._("The recipient's mail server is still trying to deliver it:"),
            dsn.DELIVERED: self.env._("The recipient's mail server reports it as delivered:"),
            dsn.COMPLAINT: self.env._("The recipient reported the e-mail as spam:"),
            dsn.RECEIPT: self.env._("A read receipt was received:"),
            dsn.AUTOMATIC: self.env._("An automatic reply was received:"),
            dsn.UNCLEAR: self.env._("A message was returned that could not be interpreted. Please read it:"),
        }
