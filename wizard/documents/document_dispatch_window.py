from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, formataddr

from ...tools.dispatch.steering import SendRequest
from ...tools.legal.gates import LOCAL_METHODS
from ...tools.mail import addresses
from ...tools.recipients.recipients import STANDING
from ...tools.recipients.wishes import Wish, add_reference, drop_reference

#: Odoo's sending methods that are ours to serve, or not there without us: a mail, the paper tray, and a download
EMAIL, PAPER, DOWNLOAD = "email", "paper", "manual"
#: Of more addresses than these the rest is not named
NAMED = 5


class DocumentDispatchWindow(models.AbstractModel):
    """What the windows that send one document have in common, beside Odoo's own fields.

    A window says which document it sends (``_dispatch_document``), with which text and to which
    contacts; the rest is here. What it decides goes down to the document as a
    :class:`tools.dispatch.steering.SendRequest`.
    """

    _name = "document.dispatch.window"
    _description = "Send Document"

    dispatch_channel = fields.Selection(
        [("email", "E-mail"), ("paper", "Paper")], string="Method", compute="_compute_dispatch_channel", store=True,
        readonly=False, compute_sudo=False, help="Preset to the customer's preference.",
    )
    # as Odoo's window for invoices has them: one control for how a document goes
    sending_method_checkboxes = fields.Json()
    dispatch_emails = fields.Char(
        string="Additional addresses",
        help="Addresses separated by commas or semicolons, for this e-mail only, unless you save them.",
    )
    dispatch_save_address = fields.Boolean(
        string="Save these addresses",
        help="As contacts of the customer that receive this kind of document from now on.",
    )
    dispatch_may_save = fields.Boolean(compute="_compute_dispatch_may_save")
    dispatch_cc = fields.Char(
        string="Cc", compute="_compute_dispatch_copies", store=True, readonly=False, compute_sudo=False,
        help="Addresses separated by commas or semicolons. All recipients of a common e-mail see who is in To and Cc.",
    )
    dispatch_bcc = fields.Char(
        string="Bcc", compute="_compute_dispatch_copies", store=True, readonly=False, compute_sudo=False,
        help="Like Cc, but hidden from the other recipients.",
    )
    dispatch_shows_copies = fields.Boolean(
        string="Cc and Bcc", compute="_compute_dispatch_shows_copies", store=True, readonly=False, compute_sudo=False)
    dispatch_shares_mail = fields.Boolean(compute="_compute_dispatch_reasons")
    dispatch_has_several = fields.Boolean(
        compute="_compute_dispatch_reasons", help="There are several recipients according to contact flags, document "
                                                  "type and company.")
    dispatch_before = fields.Char(compute="_compute_dispatch_before")
    dispatch_reasons = fields.Text(string="Why these recipients", compute="_compute_dispatch_reasons")
    dispatch_refusal = fields.Char(compute="_compute_dispatch_reasons")
    dispatch_text_id = fields.Many2one("document.dispatch.text", compute="_compute_dispatch_text_id")
    dispatch_text = fields.Selection(
        [("original", "Set on the document type"), ("last", "Last text for this customer")],
        string="Text", default="original",
    )
    dispatch_copy_to_me = fields.Boolean(
        string="Send me a copy", default=lambda self: self.env.company.dispatch_copy_to_me,
    )
    dispatch_send_on = fields.Datetime(
        string="Send on",
        help="The document waits until then; it can be rescheduled or sent earlier. Empty: now.")
    dispatch_collection = fields.Char(string="Periodic delivery", compute="_compute_dispatch_collection")
    dispatch_at_once = fields.Boolean(string="Send now, without waiting for the periodic delivery")
    dispatch_batch_id = fields.Many2one("document.dispatch.batch")
    dispatch_queue_label = fields.Char(compute="_compute_dispatch_queue")
    dispatch_queue_document = fields.Char(compute="_compute_dispatch_queue")

    # ------------------------------------------------------------------
    # What each window says
    # ------------------------------------------------------------------

    def _dispatch_document(self):
        """The document that this window sends, or nothing."""
        raise NotImplementedError(self._name)

    def _dispatch_contacts(self):
        """The contacts to whom it goes."""
        raise NotImplementedError(self._name)

    def _dispatch_window_send(self):
        """Have Odoo send what the window says."""
        raise NotImplementedError(self._name)

    # ------------------------------------------------------------------

    def _dispatch_window_request(self):
        """What this window sends, as far as core's own fields don't say it."""
        request = SendRequest.of(self.env) or SendRequest("manual")
        when = self._dispatch_check_send_on() or request.scheduled_date
        request = replace(request, scheduled_date=when, at_once=request.at_once or self.dispatch_at_once)
        if not self.dispatch_batch_id:
            return request
        self.dispatch_batch_id._check_mine()  # the window may say any
        return replace(request, batch_id=self.dispatch_batch_id.id)

    # ------------------------------------------------------------------
    # How it goes
    # ------------------------------------------------------------------

    def _compute_dispatch_channel(self):
        """As the customer wants it: on paper, also where they refuse a mail, or by e-mail."""
        on_paper = self.env["document.dispatch.channel"]._is_for_paper
        for wizard in self:
            document = wizard._dispatch_document()
            wish = document and document._dispatch_type() and document._dispatch_wished_channel()
            refused = wizard._dispatch_refuses_mail() and wizard._dispatch_proposes(EMAIL)
            wizard.dispatch_channel = PAPER if wish and on_paper(wish) or refused else EMAIL

    def _dispatch_proposes(self, method):
        """Tell whether the customer would get it by e-mail, or only as a download, if they refused nothing."""
        return (self._dispatch_document()._dispatch_wished_channel() == DOWNLOAD) == (method == DOWNLOAD)

    def _dispatch_refuses_mail(self):
        """Tell whether the customer refuses this document by e-mail."""
        document = self._dispatch_document()
        dispatch_type = document and document._dispatch_type()
        return bool(dispatch_type and document._dispatch_partner()._dispatch_refuses(
            dispatch_type, document.company_id))

    def _dispatch_offer_methods(self, methods):
        """Odoo's sending methods with ours among them; one that cannot serve is disabled, and says why.

        :param dict methods: what Odoo's window offers: ``{method: {"checked": bool, "label": str, …}}``
        """
        if not self._dispatch_document()._dispatch_type():
            return methods
        on_paper = self.env["document.dispatch.channel"]._is_for_paper(self.dispatch_channel)
        labels = dict(self.env["res.partner"]._fields["invoice_sending_method"]._description_selection(self.env))
        # in this order in both windows: a mail, Odoo's others, ours
        boxes = {EMAIL: {"checked": self._dispatch_proposes(EMAIL), "label": labels[EMAIL]}, **methods}
        if self._dispatch_refuses_mail():
            boxes[EMAIL] = self._dispatch_disable(boxes[EMAIL], self.env._("The customer refuses e-mail"))
        boxes[PAPER] = {"checked": on_paper, "label": self.env._("Paper tray")}
        if not self.dispatch_batch_id:
            download = self._dispatch_proposes(DOWNLOAD) or self.env.company.dispatch_download_pdf
            boxes[DOWNLOAD] = {"checked": download, "label": self.env._("Download the PDF")}
        return self._dispatch_leave_ticked(boxes, on_paper)

    @api.model
    def _dispatch_disable(self, box, reason):
        """The box of a method that cannot serve."""
        return {**box, "checked": False, "readonly": True, "label": self.env._(
            "%(method)s (%(reason)s)", method=box["label"], reason=reason)}

    @api.model
    def _dispatch_leave_ticked(self, boxes, on_paper):
        """The boxes of what can go together: beside our paper tray nothing but networks."""
        others = LOCAL_METHODS - {PAPER} if on_paper else {PAPER}
        return {method: {**box, "checked": bool(box["checked"]) and method not in others}
                for method, box in boxes.items()}

    @api.onchange("sending_method_checkboxes")
    def _onchange_sending_method_checkboxes(self):
        """Of paper and what does not go with it, what was ticked last stays."""
        boxes = self.sending_method_checkboxes
        if not boxes or PAPER not in boxes:
            return
        ticked = {method for method, box in boxes.items() if box["checked"]}
        was_on_paper = self.env["document.dispatch.channel"]._is_for_paper(self.dispatch_channel)
        on_paper = PAPER in ticked and not (was_on_paper and ticked & (LOCAL_METHODS - {PAPER}))
        self.dispatch_channel = PAPER if on_paper else EMAIL
        self.sending_method_checkboxes = self._dispatch_leave_ticked(boxes, on_paper)

    def _dispatch_is_ticked(self, method):
        """Tell whether this sending method is chosen."""
        return bool((self.sending_method_checkboxes or {}).get(method, {}).get("checked"))

    # ------------------------------------------------------------------

    def _compute_dispatch_before(self):
        """What became of the document when it was sent before, and what sending does to that; empty the first time."""
        for wizard in self:
            document = wizard._dispatch_document()
            dispatch = document and document._dispatch_type() and document._dispatch_find_latest().get(document.id)
            wizard.dispatch_before = dispatch and wizard._describe_before(dispatch)

    def _describe_before(self, dispatch):
        if dispatch._withdrawable():
            return self.env._(
                "It is already being sent: %s. Sending it now replaces it.", dispatch._state_label())
        if not dispatch.sent_date:
            return False
        emails = dispatch.recipient_ids.filtered("sent_date").mapped("email")
        opened = dispatch.document_opened_date or dispatch.page_opened_date
        return " ".join(filter(None, (
            self.env._(
                "%(state)s on %(date)s: %(addresses)s.", state=dispatch._state_label(),
                date=self._describe_moment(dispatch.sent_date),
                addresses=", ".join(emails[:NAMED]) + (" …" if len(emails) > NAMED else "")),
            opened and self.env._("Opened on %s.", self._describe_moment(opened)),
            self.env._("It will be sent again."),
        )))

    def _describe_moment(self, date):
        return format_datetime(self.env, date, dt_format="d MMMM y, HH:mm")

    def _compute_dispatch_may_save(self):
        self.dispatch_may_save = self.env["res.partner"].has_access("create")

    @api.depends("dispatch_channel")
    def _compute_dispatch_reasons(self):
        """Who gets it by the flags, and why; who refuses, and since when."""
        for wizard in self:
            document = wizard._dispatch_document()
            dispatch_type = document and document._dispatch_type()
            wizard.dispatch_reasons = wizard.dispatch_refusal = False
            wizard.dispatch_shares_mail = wizard.dispatch_has_several = False
            if not dispatch_type:
                continue
            wizard.dispatch_shares_mail = document._dispatch_shares_mail()
            partner = document._dispatch_partner()
            resolution = partner.with_company(document.company_id)._dispatch_recipients(dispatch_type)[partner]
            wizard.dispatch_has_several = len(resolution.chosen) > 1
            wizard.dispatch_reasons = "\n".join(
                partner._dispatch_reason_line(choice, dispatch_type.role)
                for choice in (*resolution.chosen, *resolution.skipped)
            )
            on_paper = self.env["document.dispatch.channel"]._is_for_paper(wizard.dispatch_channel)
            if wizard._dispatch_refuses_mail():
                refusal = partner._dispatch_refusal_text(dispatch_type, document.company_id)
                wizard.dispatch_refusal = self.env._(
                    "%s It will be added to the paper tray.", refusal) if on_paper else refusal
            elif not resolution.chosen and not on_paper:
                wizard.dispatch_refusal = self.env._("The customer has no valid e-mail address.")

    def _compute_dispatch_copies(self):
        """Who is in Cc and in Bcc by the flags, the document type and the company."""
        for wizard in self:
            chosen = wizard._dispatch_resolve()
            for name in ("cc", "bcc"):
                wizard[f"dispatch_{name}"] = ", ".join(
                    choice.email for choice in chosen if choice.address_field == name) or False

    @api.depends("dispatch_cc", "dispatch_bcc")
    def _compute_dispatch_shows_copies(self):
        """They are folded away where there is nobody, or only who is always in Bcc."""
        for wizard in self:
            always = {choice.email for choice in wizard._dispatch_resolve() if choice.reason == STANDING}
            wizard.dispatch_shows_copies = bool(
                wizard.dispatch_shows_copies or wizard.dispatch_cc
                or set(addresses.parse(wizard.dispatch_bcc).emails) - always)

    def _dispatch_resolve(self):
        """Who gets it by the flags, the document type and the company: :class:`tools.recipients.recipients.Choice`."""
        document = self._dispatch_document()
        dispatch_type = document and document._dispatch_type()
        if not dispatch_type:
            return []
        partner = document._dispatch_partner()
        return partner.with_company(document.company_id)._dispatch_recipients(dispatch_type)[partner].chosen

    def _dispatch_without_copies(self, partners):
        """Those of these contacts who are not in the lines of Cc and Bcc."""
        chosen = self._dispatch_resolve()
        to = {choice.contact_id for choice in chosen if choice.address_field == "to"}
        copies = {choice.contact_id for choice in chosen if choice.contact_id} - to
        # of a window that is only shown, the contacts are new records, too
        return partners.filtered(lambda partner: partner._origin.id not in copies)

    def _dispatch_compute_without_copies(self, name):
        """Leave out of the contacts in To who stands in Cc or Bcc."""
        for wizard in self:
            rest = wizard._dispatch_without_copies(wizard[name])
            if rest != wizard[name]:
                wizard[name] = rest

    def _dispatch_copies(self):
        """Whom the lines of Cc and Bcc name, as values of a request, or a clear message."""
        return {name: tuple(
            address.email for address in self.env["res.partner"]._dispatch_typed_addresses(self[f"dispatch_{name}"])
        ) for name in ("cc", "bcc")}

    def _compute_dispatch_collection(self):
        """With which collection of its customer the document goes, in words; empty where it waits for none."""
        for wizard in self:
            document, date = wizard._dispatch_document(), wizard._dispatch_wish().date
            collected = date and document._dispatch_is_collected()
            wizard.dispatch_collection = collected and self.env["document.dispatch"]._describe_time(date, True)

    def _dispatch_wish(self):
        """What the customer wishes for this document, :class:`tools.recipients.wishes.Wish`."""
        document = self._dispatch_document()
        dispatch_type = document and document._dispatch_type()
        if not dispatch_type:
            return Wish()
        partner = document._dispatch_partner()
        return partner._dispatch_wishes(document.company_id).get((partner.id, dispatch_type.role), Wish())

    def _dispatch_check_send_on(self):
        """When the person wants it to go, as :class:`SendRequest` has it; empty: now.

        :raise UserError: it is over
        """
        if not self.dispatch_send_on:
            return ""
        self.env["document.dispatch"]._check_time(self.dispatch_send_on)
        return fields.Datetime.to_string(self.dispatch_send_on)

    def _compute_dispatch_text_id(self):
        """The text that somebody wrote for this customer the last time."""
        Text = self.env["document.dispatch.text"]
        for wizard in self:
            document = wizard._dispatch_document()
            complete = document and wizard.template_id
            wizard.dispatch_text_id = Text._find_last(document, wizard.lang, wizard.template_id) if complete else Text

    def _dispatch_apply_last_text(self, name):
        """Take subject or body from the last text for this customer, where the clerk chose it."""
        for wizard in self:
            if wizard.dispatch_text == "last" and wizard.dispatch_text_id:
                text = wizard.dispatch_text_id._render(wizard._dispatch_document(), wizard._dispatch_contacts())
                wizard[name] = text[name]

    def _dispatch_show_reference(self):
        """Have the customer's own reference stand in the subject, where the person sees it."""
        for wizard in self:
            wizard.subject = add_reference(wizard.subject, wizard._dispatch_wish().reference)

    def _dispatch_has_own_words(self):
        """Tell whether the text is another than the template's, or whether nobody can tell."""
        document, Text = self._dispatch_document(), self.env["document.dispatch.text"]
        if not document._dispatch_type() or not self.template_id:
            return True
        try:
            original = Text._originals(document.with_context(lang=self.lang), self.lang, self.template_id)
        except UserError:
            return True
        return not Text._is_unchanged(
            original, drop_reference(self.subject, self._dispatch_wish().reference), self.body)

    def _dispatch_remember(self):
        """Keep what the clerk changed in the text, for this customer's next document."""
        document = self._dispatch_document()
        if document._dispatch_type() and self.template_id:
            subject = drop_reference(self.subject, self._dispatch_wish().reference)
            self.env["document.dispatch.text"]._remember(
                document, self.lang, self.template_id, subject, self.body, self._dispatch_contacts())

    def _dispatch_tell(self, action, before):
        """Say what became of the document that this window just sent, then go on.

        :param dict action: what comes next
        :param before: the last ``document.dispatch`` of before
        """
        dispatch = self._dispatch_document()._dispatch_last()
        return dispatch._tell(action) if dispatch != before else action

    # ------------------------------------------------------------------

    def _dispatch_keep_typed(self):
        """Make contacts of the typed addresses, where the person wants that: they are offered the next time."""
        document = self._dispatch_document()
        if self.dispatch_save_address and (dispatch_type := document._dispatch_type()):
            Partner = self.env["res.partner"]
            document._dispatch_partner().with_env(self.env)._dispatch_keep_addresses(
                Partner._dispatch_typed_addresses(self.dispatch_emails), dispatch_type.role_id)

    def _dispatch_typed(self):
        """The typed addresses and the user's own, or a clear message."""
        typed = [address.email for address in self.env["res.partner"]._dispatch_typed_addresses(self.dispatch_emails)]
        if self.dispatch_copy_to_me:
            own = addresses.parse(self.env.user.email)
            if not own.valid:
                raise UserError(self.env._(
                    "You have no valid e-mail address for a copy. Enter it in your preferences."))
            typed.append(own.valid[0].email)
        return list(dict.fromkeys(typed))

    def _dispatch_default_sender(self, email_from):
        """Whom the document comes from unless the person chooses somebody else.

        :param email_from: as the text says
        """
        document = self._dispatch_document()
        dispatch_type = document and document._dispatch_type()
        if not dispatch_type:
            return email_from
        said = {"email_from": email_from, "reply_to": False}
        return document._dispatch_choose_sender(dispatch_type, self._dispatch_account(), said)["email_from"]

    def _dispatch_account(self):
        """The sender account with which the document goes; empty where Odoo chooses it by the sender."""
        document = self._dispatch_document()
        if not document:
            return self.env["ir.mail_server"]
        return document._dispatch_choose_account(document._dispatch_type(), self.template_id)

    def _dispatch_check_sender(self, sender):
        """The sender that a person typed; behind a bare name stands the address that the document goes from.

        :return: the sender with an address, ``False`` where none was typed
        :raise UserError: it is neither one address nor a name
        """
        if not sender:
            return False
        parsed = addresses.parse(sender)
        if len(parsed.valid) == 1 and not parsed.invalid:
            return sender
        name = " ".join(sender.split())
        address = "" if addresses.holds_sign(sender) else self._dispatch_sender_address()
        if not name or not address:
            raise UserError(self.env._("“%s” is not a valid sender address.", sender))
        return formataddr((name, address))

    def _dispatch_sender_address(self):
        """The address of the document's account, else the company's; empty where there is none."""
        company = self._dispatch_document().company_id or self.env.company
        # sudo: who sends may use the account's address, and not read the account
        own = addresses.parse(self._dispatch_account().sudo()._dispatch_address() or company.email).valid
        return own[0].email if own else ""

    def action_dispatch_forget(self):
        """Forget the last text of this customer, and show the original."""
        self.ensure_one()
        self.dispatch_text_id.unlink()
        self.dispatch_text = "original"
        return self._dispatch_reopen()

    def _dispatch_reopen(self):
        return {
            "type": "ir.actions.act_window", "name": self.env._("Send"), "res_model": self._name, "res_id": self.id,
            "view_mode": "form", "target": "new", "context": self.env.context,
        }

    def action_dispatch_paper(self):
        """Put the document into the paper tray instead of mailing it."""
        self.ensure_one()
        dispatches = self._dispatch_window_request().on(self._dispatch_document())._dispatch_to_paper()
        return self.dispatch_batch_id._advance() if self.dispatch_batch_id else dispatches._tell()

    def action_dispatch_print(self):
        """Print the document now, to be sent by post."""
        self.ensure_one()
        return self._dispatch_document()._dispatch_to_paper(again=True).action_print()

    def action_dispatch_draft(self):
        """Hand the finished message over as a draft for the user's own mail program."""
        self.ensure_one()
        document = self._dispatch_document()
        boxes = self.sending_method_checkboxes or {}
        boxes = {**boxes, EMAIL: {**boxes.get(EMAIL, {}), "checked": True}}
        self.sending_method_checkboxes = self._dispatch_leave_ticked(boxes, on_paper=False)
        replace(self._dispatch_window_request(), draft=True).on(self)._dispatch_window_send()
        return document._dispatch_last().action_download_draft()

    # ------------------------------------------------------------------
    # One window after another
    # ------------------------------------------------------------------

    @api.depends("dispatch_batch_id")
    def _compute_dispatch_queue(self):
        """Where this window stands among those that open one after another."""
        for wizard in self:
            batch = wizard.dispatch_batch_id
            wizard.dispatch_queue_label = batch and self.env._(
                "%(position)s of %(count)s", position=batch._position, count=batch.selected)
            wizard.dispatch_queue_document = batch and wizard._dispatch_document().display_name

    def action_dispatch_skip(self):
        """Send nothing for this document, and open the next."""
        self.ensure_one()
        return self.dispatch_batch_id._advance(skipped=True)

    def action_dispatch_stop(self):
        """Leave the rest as it is, and show what was sent."""
        self.ensure_one()
        return self.dispatch_batch_id._stop()
