import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import plaintext2html

from ...tools.dispatch import clicks, states
from .document_dispatch_protected import SYSTEM_WRITE

_logger = logging.getLogger(__name__)

#: What people may change, and only while the dispatch is in review: what was released is what goes
EDITABLE_FIELDS = frozenset({"subject", "body", "attachment_ids", "recipient_ids"})
#: Marks and tokens change no amount: core need not balance and rebuild the lines for them, which it
#: does at every write (account.move.write, a third of the time that sending takes)
NO_SYNC = {"skip_invoice_sync": True, "check_move_validity": False}


def attempt(records, method, *args):
    """Call a method that tells somebody of an outcome, each record by itself where it fails for all.

    Telling never keeps what happened from being written; a clash with another transaction is left to the caller, who
    does everything anew.
    """
    if not records:
        return  # a savepoint would have everything computed that waits, in the middle of what the caller does
    try:
        with records.env.cr.savepoint():
            getattr(records, method)(*args)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception:
        if len(records) > 1:
            for record in records:
                attempt(record, method, *args)
        else:
            _logger.exception("Nobody was told: %s of %s", method, records)


class DocumentDispatch(models.Model):
    """One document on its way to one customer.

    The dispatch is written in the transaction that decides that a document must go; the worker
    (``document.dispatch.delivery``) takes it from there. Text, files, channel and recipients are
    frozen once it leaves the review, its state is derived from what the mail server said.
    """

    _name = "document.dispatch"
    _inherit = ["document.dispatch.system"]
    _description = "Document Dispatch"
    _order = "id desc"
    _rec_name = "document_name"

    # What
    res_model = fields.Char(string="Document Model", required=True, readonly=True, index=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True,
    )
    move_id = fields.Many2one(
        "account.move", compute="_compute_document_links", store=True, index="btree_not_null",
        ondelete="set null", string="Invoice",
    )
    order_id = fields.Many2one(
        "sale.order", compute="_compute_document_links", store=True, index="btree_not_null",
        ondelete="set null",
    )
    document_name = fields.Char(string="Number", required=True, readonly=True)
    revision = fields.Integer(
        readonly=True, help="Number of times the document was reset to draft.",
    )
    type_id = fields.Many2one(
        "document.dispatch.type", required=True, readonly=True, ondelete="restrict",
    )
    type_code = fields.Selection(related="type_id.code", store=True)
    # To whom
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="restrict",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True,
    )
    # Odoo's own key of a sending method, or one of ours: see document.dispatch.channel
    channel = fields.Selection(
        selection="_select_channel", string="Method", required=True, default="email", readonly=True, index=True)
    channel_actions = fields.Json(compute="_compute_channel_says")
    channel_shows_content = fields.Boolean(compute="_compute_channel_says")
    channel_reason = fields.Selection(
        [
            ("refused", "The customer refuses e-mail"), ("no_address", "No valid address"),
            ("manual", "Sent to the paper tray manually"),
            ("duty", "The customer refuses e-mail; e-mail is required by law"),
            ("other", "The preferred method is not available"),
        ],
        string="Reason for method", readonly=True,
    )
    lang = fields.Char(string="Language code", readonly=True)
    recipient_ids = fields.One2many("document.dispatch.recipient", "dispatch_id")
    common_mail = fields.Boolean(
        string="One e-mail for all", readonly=True,
        help="Set by the customer or the company when it was created.",
    )
    skipped = fields.Json(readonly=True)
    skipped_text = fields.Text(string="Skipped recipients", compute="_compute_skipped_text")
    # From whom
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="Sent by", required=True, readonly=True, ondelete="restrict",
    )
    origin = fields.Selection(
        [
            ("rule", "Rule"), ("manual", "Manually"), ("batch", "Bulk send"),
            ("resend", "Sent again"), ("core", "Odoo's own process"), ("letter", "Letter"),
        ],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one("document.dispatch.rule", readonly=True, ondelete="restrict")
    resend_of_id = fields.Many2one(
        "document.dispatch", string="Resend of", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )
    batch_id = fields.Many2one(
        "document.dispatch.batch", string="Bulk send", readonly=True, index="btree_not_null",
        ondelete="restrict",
    )
    in_bundle = fields.Boolean(readonly=True, help="Sent in one e-mail with the customer's other documents.")
    bundle_id = fields.Many2one(
        "document.dispatch", string="In the e-mail of", readonly=True, index="btree_not_null", ondelete="restrict",
    )
    bundled_ids = fields.One2many("document.dispatch", "bundle_id", string="In the same e-mail")
    mail_server_id = fields.Many2one("ir.mail_server", string="Account", readonly=True)
    email_from = fields.Char(string="From", readonly=True)
    reply_to = fields.Char(readonly=True)
    # With what
    content_ready = fields.Boolean(
        readonly=True, help="Text and files have been created; nothing is rendered on delivery.",
    )
    frozen = fields.Boolean(readonly=True, help="The e-mails have been created and are sent as released.")
    mail_values = fields.Json(readonly=True)
    subject = fields.Char()
    body = fields.Html(sanitize="email_outgoing", sanitize_attributes=False)
    own_text = fields.Boolean(readonly=True, help="A user wrote this text in the Send window, instead of the text of "
                                                  "the document type.")
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)
    email_layout_xmlid = fields.Char(readonly=True)
    mail_template_id = fields.Many2one(
        "mail.template", string="Mail template", readonly=True, ondelete="set null", help="Empty: the document type's.",
    )
    report_id = fields.Many2one(
        "ir.actions.report", readonly=True, ondelete="set null", help="Empty: as set on the document type.",
    )
    without_files = fields.Boolean(string="No attachment", readonly=True)
    keep_mail = fields.Boolean(
        readonly=True, help="The mail template requires Odoo's technical record of the e-mail to be kept.",
    )
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null",
    )
    rehearsal = fields.Boolean(
        readonly=True, help="Created while the company was in rehearsal: sent to the supervisor only, and not counted "
                            "as sent.",
    )
    # What became of it
    state = fields.Selection(
        [
            ("review", "In review"), ("queued", "Waiting"), ("sending", "Sending"),
            ("sent", "Sent"), ("partial", "Sent in part"), ("failed", "Failed"),
            ("unknown", "Unknown"), ("paper", "Paper tray"), ("printed", "Printed"),
            ("handed", "In another program"), ("rehearsed", "Rehearsed"), ("cancelled", "Cancelled"),
        ],
        required=True, readonly=True, default="queued", index=True,
    )
    state_message = fields.Text(string="What happened", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")
    next_try = fields.Datetime(string="Next attempt", compute="_compute_next_try")
    sent_date = fields.Datetime(
        string="Accepted on", readonly=True,
        help="When the mail server accepted the first of the e-mails. It may still bounce.",
    )
    printed_date = fields.Datetime(readonly=True)

    # a copy stands beside what it waits for, once by each channel; else one is enough, whichever channel it goes by
    _once_per_revision = models.UniqueIndex(
        "(res_model, res_id, type_code, revision, rehearsal, (CASE WHEN after_id IS NULL THEN '' ELSE channel END)) "
        "WHERE resend_of_id IS NULL AND state != 'cancelled'",
        "This document is already being sent. To send it once more, use “Send Again”.",
    )
    # with the company: who sees some documents has theirs counted in the index alone
    _document_idx = models.Index("(res_model, res_id, company_id)")
    # the worker's two questions: what must be rendered, what can go (oldest first)
    _queue_idx = models.Index("(frozen, id) WHERE state IN ('queued', 'review')")

    @api.model
    def _select_channel(self):
        return self.env["document.dispatch.channel"]._get_selection()

    @api.depends("res_model", "res_id")
    def _compute_document_links(self):
        """Real links beside the generic one: record rules and joins need them."""
        links = self._get_document_links()
        existing = {
            model: set(self.env[model].browse(
                self.filtered(lambda d, model=model: d.res_model == model).mapped("res_id")
            ).exists().ids)
            for model in links.values()
        }
        for dispatch in self:
            for field, model in links.items():
                there = dispatch.res_model == model and dispatch.res_id in existing[model]
                dispatch[field] = there and dispatch.res_id

    @api.model
    def _get_document_links(self):
        """The real links, and to what: ``{field: model}``; rooms above add theirs (:meth:`_compute_document_links`)."""
        return {"move_id": "account.move", "order_id": "sale.order"}

    @api.depends("recipient_ids.next_try", "recipient_ids.state")
    def _compute_next_try(self):
        for dispatch in self:
            waiting = dispatch.recipient_ids.filtered(lambda r: r.state == "deferred" and r.next_try)
            dispatch.next_try = min(waiting.mapped("next_try"), default=False)

    @api.depends("skipped")
    def _compute_skipped_text(self):
        reasons = self.env["document.dispatch.recipient"]._reason_labels()
        for dispatch in self:
            dispatch.skipped_text = "\n".join(
                f"{entry['name']} {entry['email']}: {reasons.get(entry['reason'], entry['reason'])}"
                for entry in dispatch.skipped or []
            )

    def _channel(self):
        """The channel of this dispatch: ``document.dispatch.channel.<code>``, see there."""
        self.ensure_one()
        return self.env["document.dispatch.channel"]._of(self.channel)

    def _by_channel(self):
        """These dispatches by their channels: pairs of channel and dispatches."""
        return [(dispatches[0]._channel(), dispatches) for dispatches in self.grouped("channel").values()]

    def _channel_name(self):
        """What people call the channel, also one that is not there any more."""
        return dict(self._fields["channel"]._description_selection(self.env)).get(self.channel, self.channel)

    @api.depends("channel")
    def _compute_channel_says(self):
        for channel, dispatches in self._by_channel():
            dispatches.channel_actions = channel._get_actions()
            dispatches.channel_shows_content = channel._shows_content()

    def _document(self):
        """The document of this dispatch, in the environment of this dispatch."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)

    def _thread(self):
        """The record in whose chatter the mails of this dispatch stand."""
        return self._document()._dispatch_thread()

    # ------------------------------------------------------------------
    # States and frozen content
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_system_write()
        dispatches = super().create(vals_list)
        dispatches._documents_changed()
        return dispatches

    def write(self, vals):
        if self.env.context.get("dispatch_system_write") is not SYSTEM_WRITE:
            self._check_editable(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Dispatches cannot be deleted, as they are the log of what was sent. Cancel the "
                                   "dispatch instead."))

    def _check_system_write(self):
        if self.env.context.get("dispatch_system_write") is not SYSTEM_WRITE:
            raise UserError(self.env._(
                "Dispatches are created by sending a document, not manually. Open the document and click Send."
            ))

    def _check_editable(self, vals):
        """People edit subject, text, files and recipients, and only while the dispatch is in review."""
        if vals.keys() - EDITABLE_FIELDS or not all(clicks.can_edit(d.state) for d in self):
            raise UserError(self.env._(
                "A released dispatch can only be edited while in review, and there only subject, text, files and "
                "recipients. Cancel it, or use “Send Again”."
            ))

    # ------------------------------------------------------------------
    # Which dispatches stand for a document
    # ------------------------------------------------------------------

    @api.model
    def _get_document_domain(self, documents):
        return Domain("res_model", "=", documents._name) & Domain("res_id", "in", documents.ids)

    @api.model
    def _get_current_domain(self, code, revision, rehearsal=False):
        """Dispatches of one type and revision that count: cancelled ones do not.

        :param bool rehearsal: those of rehearsals, instead of the real ones
        """
        return Domain([
            ("type_code", "=", code), ("revision", "=", revision), ("state", "!=", "cancelled"),
            ("rehearsal", "=", rehearsal),
        ])

    @api.model
    def _dispatches_of(self, files):
        """Dispatches that were released with these files, or are in review with them."""
        if not files:
            return self.browse()
        made = Domain("content_ready", "=", True) & Domain("state", "!=", states.CANCELLED)
        return self.search(Domain("attachment_ids", "in", files.ids) & (Domain("frozen", "=", True) | made))

    def _withdrawable(self):
        """Those of which nothing has left, and nothing may have left."""
        return self.filtered(lambda dispatch: clicks.is_withdrawable(
            dispatch.state, dispatch.recipient_ids.mapped("state")))

    # ------------------------------------------------------------------
    # The state: derived from the recipients, and told to documents and people
    # ------------------------------------------------------------------

    def _set_state(self, state, message=False):
        """Change the state by the table of transitions, and let the documents know."""
        for dispatch in self:
            states.check(states.DISPATCH_TRANSITIONS, dispatch.state, state)
        self._with_system_write().write({"state": state, "state_message": message})
        if state != states.SENDING:  # to the document that is the same as waiting
            self._documents_changed()
            self._tell_copies(state)

    def _update_state(self):
        """Derive the state of dispatches that have recipients from these, and tell the documents."""
        to_recipients = self.filtered(lambda dispatch: dispatch._channel()._follows_recipients())
        changed = to_recipients.grouped(lambda dispatch: (
            states.summarize(dispatch.recipient_ids.mapped("state")), dispatch._failure_text(),
        ))
        for (state, message), dispatches in changed.items():
            newly_sent = dispatches.filtered(lambda dispatch: not dispatch.sent_date)
            changing = dispatches.filtered(lambda dispatch, new=state: dispatch.state != new)
            changing._set_state(state, message)
            (dispatches - changing)._touch()
            # of the others one may still be tried, or nobody knows
            newly_accepted = newly_sent.filtered(lambda d: states.SENT in d.recipient_ids.mapped("state"))
            if newly_accepted:
                newly_accepted._with_system_write().sent_date = fields.Datetime.now()
                newly_accepted._tell_documents("_dispatch_accepted")
            elif state == "failed":
                came_back = (dispatches - newly_sent).filtered(lambda dispatch: not dispatch._is_with_customer())
                came_back._tell_documents("_dispatch_came_back")

    def _touch(self):
        """Write these dispatches although nothing of them changes.

        Whoever derives a state reads recipients that another transaction may be changing, and both may be right for
        what they see, and wrong together (write skew). With the dispatch written by both they clash, and the later one
        looks again. Raw SQL: the ORM writes no value that is there already.
        """
        if self:
            self.env.cr.execute("UPDATE document_dispatch SET write_date = write_date WHERE id IN %s", [self._ids])

    def _conclude(self):
        """Write what became of these dispatches, then show it in the chatter and tell who sent them."""
        self._update_state()
        for step in self._get_telling_steps():
            attempt(self, step)

    @api.model
    def _get_telling_steps(self):
        """Names of the methods that tell people what became of dispatches."""
        return ["_update_notifications", "_tell_operator"]

    def _tell_documents(self, method):
        """Call a method of the documents, each kind at once; where it fails the outcome stands all the same."""
        attempt(self, "_call_documents", method)

    def _call_documents(self, method):
        """Call a method of the documents, each kind at once.

        What became of a pro-forma says nothing of the invoice that it is now.
        """
        by_kind = self.grouped(lambda dispatch: (dispatch.res_model, dispatch.type_code))
        for (model, code), dispatches in by_kind.items():
            # sudo: the document's own mark follows the mail server, whoever waits for it
            documents = self.env[model].sudo().browse(dispatches.mapped("res_id")).exists()
            getattr(documents.filtered(lambda document, code=code: document._dispatch_type_code() == code), method)()

    def _tell_operator(self):
        """Leave an activity on the document for the person in whose name it went."""
        for dispatch in self:
            if not dispatch._is_for_operator():
                dispatch._with_system_write().activity_id.unlink()
            elif not dispatch.activity_id:
                # sudo: the worker's note; the document may be one that they do not own
                dispatch._with_system_write().activity_id = dispatch._activity_record().sudo().activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=dispatch._activity_summary(), note=plaintext2html(dispatch._activity_note()),
                    user_id=dispatch.user_id.id, dispatch_alarm="outcome",
                )

    def _is_for_operator(self):
        """Tell whether a person has to look at it."""
        return self.state in ("failed", "partial", "unknown")

    def _activity_summary(self):
        """In a few words, why a person has to look at it."""
        return self.env._("Sending: %s", self._state_label())

    def _activity_note(self):
        """What a person reads there, in their language."""
        return self.with_context(lang=self.user_id.lang).what_happened or ""

    def _activity_record(self):
        """Where the note for a person stands: on the document, or its customer where that kind has no activities."""
        thread = self._thread()
        return thread if "activity_ids" in thread._fields else self.partner_id

    def _is_with_customer(self):
        """Tell whether this or another dispatch took this version of the document to the customer."""
        self.ensure_one()
        # sudo: whoever sent it
        return bool(self.sudo().search_count(
            self._get_document_domain(self._document()) & self._get_current_domain(self.type_code, self.revision)
            & self._get_reached_domain(), limit=1,
        ))

    @api.model
    def _get_reached_domain(self):
        """Dispatches that the customer has, or somebody there."""
        return Domain("state", "in", (states.SENT, states.PARTIAL)) | Domain("recipient_ids.state", "=", states.SENT)

    def _reached(self):
        """What was reached by this dispatch, of :data:`tools.dispatch.states.REACHED`; empty where nothing was."""
        if self.rehearsal:
            return states.REHEARSED
        of_recipients = self.recipient_ids.mapped("state") if self.state in (states.PAPER, states.PRINTED) else ()
        # what was given up for some by mail went on paper afterwards
        return states.summarize(of_recipients) if states.SENT in of_recipients else self.state

    def _failure_text(self):
        """One line for each recipient that did not get it, with the server's words."""
        self.ensure_one()
        return "\n".join(
            f"{recipient.email}: {recipient.reply}"
            for recipient in self.recipient_ids
            if recipient.reply and recipient.state in ("failed", "deferred", "unknown", "bounced")
        )

    def _documents_changed(self):
        """Have the stored ``dispatch_state`` of the documents computed anew."""
        for model, dispatches in self.grouped("res_model").items():
            documents = self.env[model].browse(dispatches.mapped("res_id")).exists()
            self.env.add_to_compute(documents._fields["dispatch_state"], documents)
            documents.invalidate_recordset(["dispatch_ids"])

    # ------------------------------------------------------------------
    # What a person can do with a dispatch
    # ------------------------------------------------------------------

    def action_release(self):
        """Release reviewed dispatches: from now on nothing in them changes, and they go."""
        self.check_access("write")
        for dispatch in self:
            if not clicks.can_release(dispatch.state):
                raise UserError(self.env._("%s is not in review.", dispatch.document_name))
            dispatch._check_can_go()
            if dispatch._channel()._is_delivered_by_worker() and not dispatch.recipient_ids:
                raise UserError(self.env._(
                    "%s has no recipient left. Add an address, or send it on paper.",
                    dispatch.document_name,
                ))
        refused = self.filtered(lambda dispatch: dispatch._channel()._is_refused(dispatch))
        refused._to_paper("refused")  # said so since the dispatch was made
        (self - refused)._set_state("queued")
        (self - refused)._deliver_soon()

    def action_cancel(self):
        """A person discards dispatches that have not left yet; no rule plans these documents again."""
        self.check_access("write")
        self._cancel(self.env._("Discarded by %s.", self.env.user.name))
        for model, dispatches in self.grouped("res_model").items():
            documents = self.env[model].browse(dispatches.mapped("res_id")).exists()
            # sudo: the mark is part of discarding, whether or not they may edit the document
            documents.sudo().write({
                "dispatch_mark": "excluded",
                "dispatch_exclude_reason": self.env._("Discarded by %s.", self.env.user.name),
            })

    def _cancel(self, reason):
        """Withdraw dispatches; where somebody has the document already, only those who wait."""
        for dispatch in self:
            if not clicks.can_cancel(dispatch.state):
                raise UserError(self.env._(
                    "%(document)s is “%(state)s”: a sent document cannot be cancelled.",
                    document=dispatch.document_name, state=dispatch._state_label(),
                ))
        partly_gone = self - self._withdrawable()
        (self - partly_gone)._leave_bundle()
        self._withdraw_recipients(clicks.CANCELLED_BY_CANCEL)
        partly_gone._update_state()
        (self - partly_gone)._set_state("cancelled", reason)
        attempt(self, "_update_notifications")

    def _cancel_waiting(self):
        """Something has left, or may have: those who still wait get nothing of it any more."""
        self._withdraw_recipients(clicks.CANCELLED_BY_CHANGE)._conclude()

    def _withdraw_recipients(self, recipient_states):
        """Nobody in these states gets these documents any more, nor the mails that hold them.

        :return: those of these of which somebody was in such a state
        """
        withdrawn = self.recipient_ids.filtered(lambda recipient: recipient.state in recipient_states)
        withdrawn._set_own_state(states.CANCELLED)
        self._stop_bundled_mails()
        return withdrawn.dispatch_id

    def _stop_bundled_mails(self):
        """What goes in one mail with these goes to nobody else: a person sends it again, without these.

        Who has the mail already has it; where nobody has, it was made anew before (``_leave_bundle``).
        """
        # sudo: of the same mails, whoever sent them
        for main in self.sudo()._bundle_main().filtered("bundled_ids"):
            members = main._with_bundled()
            waiting = (members - self).recipient_ids.filtered(lambda r: r.state in clicks.CANCELLED_BY_CHANGE)
            if waiting:
                waiting._set_own_state(
                    states.FAILED, next_try=False, reply=(members & self)._explain_withdrawn())
                waiting.dispatch_id._conclude()

    def _explain_withdrawn(self):
        """Why a mail that held these documents goes to nobody else."""
        return self.env._(
            "Its e-mail contained %s, which was changed or withdrawn: send it again.",
            ", ".join(self.mapped("document_name")))

    def _find_withdrawn(self):
        """What the mails of these hold that must not go any more: it changed since, or was withdrawn by a person."""
        # sudo: of the same mails, whoever sent them
        return self.sudo()._bundle_main()._with_bundled().filtered(lambda dispatch: (
            dispatch.revision != dispatch._document().exists().dispatch_revision
            or (dispatch.bundle_id or dispatch.bundled_ids)
            and states.CANCELLED in dispatch.recipient_ids.filtered(
                lambda recipient: not recipient.corrected_id).mapped("state")))

    def _check_unchanged(self):
        """A mail goes as it was made, or not at all."""
        for dispatch in self:
            if withdrawn := dispatch._find_withdrawn():
                raise UserError(withdrawn._explain_withdrawn())

    def action_retry(self):
        """Try again now: those who failed or wait, never those who have it already."""
        self.check_access("write")
        bundles = self._bundle_main()
        bundles._check_unchanged()
        for dispatch in bundles:
            dispatch._channel()._check_offers("retry", dispatch)
            waiting = dispatch.recipient_ids.filtered(lambda r: r.state in clicks.QUEUED_BY_RETRY)
            if not clicks.can_retry(dispatch.state, dispatch.recipient_ids.mapped("state")):
                raise UserError(self.env._(
                    "%s: there is no recipient left to send it to again.", dispatch.document_name,
                ))
            waiting._set_state("queued")
            waiting._with_bundled()._with_system_write().write({
                "next_try": False, "tries": 0, "first_try": False, "able_date": fields.Datetime.now(),
            })
            dispatch._with_bundled()._set_state("queued")
        bundles._deliver_soon()

    def action_open_document(self):
        """Open the document, or the one in whose chatter its mails stand."""
        self.ensure_one()
        return self._document()._dispatch_open_action()

    def _state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    # ------------------------------------------------------------------
    # Several documents in one mail
    # ------------------------------------------------------------------

    def _with_bundled(self):
        """These dispatches and those that go in their mails."""
        return self | self.bundled_ids

    def _bundle_main(self):
        """These dispatches, or those in whose mails they go."""
        return self.browse().union(*(dispatch.bundle_id or dispatch for dispatch in self))

    # ------------------------------------------------------------------
    # Declared here, done by delivery
    # ------------------------------------------------------------------

    def _deliver_soon(self):
        """Have these dispatches delivered once the transaction is committed."""

    def _deliver_later(self):
        """Have the scheduler deliver what can go now."""

    def _update_notifications(self):
        """Show in the chatter what the mail server said."""

    def _leave_bundle(self):
        """These dispatches leave the mails of their bundles."""

    # ------------------------------------------------------------------
    # Declared here, done by paper
    # ------------------------------------------------------------------

    def _to_paper(self, reason):
        """Give up the mails of these dispatches, and put them into the paper tray.

        :param str reason: why, see ``channel_reason``
        """
        raise NotImplementedError
