from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dispatch import clicks, states
from ...tools.dispatch.precedence import Chosen
from ...tools.dispatch.steering import SendRequest
from ...tools.recipients import recipients


class Plan(NamedTuple):
    """What happens to documents that are sent at once."""

    #: values of the dispatches to make
    vals_list: list
    #: (document, why it is not sent)
    left_out: list
    #: those that went before
    went: models.Model
    #: failed dispatches that the new ones stand for
    replaced: models.Model


class DocumentDispatchMixin(models.AbstractModel):
    """Makes the dispatches of documents: decides channel, recipients and reasons, for many documents at once."""

    _inherit = "document.dispatch.mixin"

    def _dispatch_create(self, origin, state="queued", chosen=None, **extra):
        """Write the dispatches for those of these documents that are not on their way yet.

        The number of SQL statements does not depend on the number of documents.

        :param str origin: who asked for it, see ``document.dispatch.origin``
        :param str state: ``queued`` to go at once, ``review`` to wait for a person
        :param chosen: what was chosen for all of them, :class:`tools.dispatch.precedence.Chosen`
        :param extra: more values for every dispatch
        :return: the new dispatches
        """
        return self._dispatch_insert([
            {**vals, **extra}
            for vals in self._dispatch_not_dispatched()._dispatch_prepare_vals_list(origin, state, chosen)
        ])

    def _dispatch_prepare_vals_list(self, origin, state="queued", chosen=None):
        """Values of the dispatches of these documents, those that have a type.

        :param chosen: :class:`tools.dispatch.precedence.Chosen`
        """
        vals_list = []
        for company, of_company in self.grouped("company_id").items():
            directory = of_company._dispatch_partners().with_company(company)._dispatch_directory()
            vals_list += self._dispatch_set_times([
                document._dispatch_prepare_vals(dispatch_type, directory, origin, state, chosen)
                for document in of_company if (dispatch_type := document._dispatch_type())
            ])
        return vals_list

    def _dispatch_partners(self):
        return self.env["res.partner"].union(*(document._dispatch_partner() for document in self))

    def _dispatch_not_dispatched(self):
        """Leave out documents whose present revision went, or is on its way, under its type."""
        latest = self._dispatch_find_latest()
        return self.filtered(lambda document: document.id not in latest)

    def _dispatch_rehearses(self):
        # sudo: the switch of a company that the user may only work in
        return self.company_id.sudo().dispatch_mode == "rehearse"

    def _dispatch_prepare_vals(self, dispatch_type, directory, origin, state, chosen=None):
        """Values of one dispatch, with channel, recipients and reasons decided.

        :param dispatch_type: ``document.dispatch.type``
        :param directory: who may get what, :class:`tools.recipients.recipients.Directory`
        :param str origin: who asked for it, see ``document.dispatch.origin``
        :param str state: where it goes by e-mail: ``queued`` or ``review``
        :param chosen: :class:`tools.dispatch.precedence.Chosen`
        """
        self.ensure_one()
        partner = self._dispatch_partner()
        resolution = self._dispatch_resolve(dispatch_type, directory)
        channel, reason = self._dispatch_choose_channel(dispatch_type, resolution)
        chosen = chosen or Chosen()
        # sudo: the text is the administrator's; what it says of account and language counts, whoever sends
        template = self._dispatch_choose_template(dispatch_type, chosen.template).sudo()
        text_lang = self._dispatch_text_lang(template)
        vals = {
            "res_model": self._name,
            "res_id": self.id,
            "document_name": self._dispatch_name(),
            "revision": self.dispatch_revision,
            "type_id": dispatch_type.id,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "user_id": self.env.uid,
            "origin": origin,
            "lang": text_lang or self._dispatch_lang(partner),
            **self._dispatch_prepare_terms(dispatch_type, template, chosen),
            "skipped": self._dispatch_prepare_skipped(resolution),
            "rehearsal": self._dispatch_rehearses(),
            "state_message": state == "review" and self._dispatch_warnings() or False,
        }
        return {
            **vals, "channel": channel._code(),
            "channel_reason": reason.code if reason else channel._why(self, dispatch_type),
            **channel._prepare_vals(self, dispatch_type, resolution, vals, state, text_lang),
            "state_message": "\n".join(filter(None, (
                vals["state_message"], reason and reason.code == "other" and reason.text,
            ))) or False,
        }

    def _dispatch_resolve(self, dispatch_type, directory):
        """Who gets this document: whom the flags name, and who always gets a blind copy.

        :param dispatch_type: ``document.dispatch.type``
        :param directory: :class:`tools.recipients.recipients.Directory`
        :return: :class:`tools.recipients.recipients.Resolution`
        """
        standing = dispatch_type._get_standing_bcc(self.company_id)
        return directory.resolve(self._dispatch_partner().id, dispatch_type.role, standing)

    def _dispatch_may_share_mail(self):
        """Tell whether a mail with this document may have several readers; not where links in it are one person's."""
        return not self._dispatch_places()

    def _dispatch_shares_mail(self):
        """Tell whether its readers get one mail: by what its customer wishes, or its company chose."""
        return self._dispatch_may_share_mail() and self._dispatch_partner()._dispatch_shares_mail(self.company_id)

    def _dispatch_channels(self, dispatch_type):
        """By which channels this document may go, in their order: the first that can serve it does.

        :return: list of ``document.dispatch.channel``
        """
        return self.env["document.dispatch.channel"]._get_usual()

    def _dispatch_choose_channel(self, dispatch_type, resolution):
        """By which channel this document goes, and why by none of those before it.

        :param dispatch_type: ``document.dispatch.type``
        :param resolution: whom the flags name, :class:`tools.recipients.recipients.Resolution`
        :return: the channel, the last one where none can; and the :class:`Reason` of one before it, or ``None``: a
            refusal and other reasons that have a code count first
        """
        reasons = []
        for channel in self._dispatch_channels(dispatch_type):
            if not (reason := channel._why_not(self, dispatch_type, resolution)):
                break
            reasons.append(reason)
        return channel, min(reasons, key=lambda reason: reason.code == "other", default=None)

    def _dispatch_prepare_recipients(self, dispatch_type, resolution, lang, text_lang=False):
        """Commands that make the recipients of a dispatch.

        :param dispatch_type: ``document.dispatch.type``
        :param resolution: :class:`tools.recipients.recipients.Resolution`
        :param str lang: of the dispatch, for who has none of their own
        :param text_lang: the language that the text demands for everybody, if it does
        """
        contacts = {p.id: p for p in self.env["res.partner"].browse(
            [choice.contact_id for choice in resolution.chosen if choice.contact_id]
        )}
        nobody = self.env["res.partner"]
        return [
            fields.Command.create({
                "partner_id": choice.contact_id,
                "email": choice.email,
                "name": choice.name or contacts.get(choice.contact_id, nobody).name,
                "lang": text_lang or contacts.get(choice.contact_id, nobody).lang or lang,
                "reason": self.env["res.partner"]._dispatch_reason(choice, dispatch_type.role),
                "address_field": choice.address_field,
            })
            for choice in resolution.chosen
        ]

    def _dispatch_prepare_skipped(self, resolution):
        contacts = self.env["res.partner"].browse([c.contact_id for c in resolution.skipped])
        return [
            {"partner_id": choice.contact_id, "name": contact.name, "email": choice.email,
             "reason": choice.reason}
            for choice, contact in zip(resolution.skipped, contacts, strict=True)
        ]

    @api.model
    def _dispatch_insert(self, vals_list):
        """Create dispatches; where another transaction was faster with a document, that one is left out."""
        Dispatch = self.env["document.dispatch"]._with_system_write()
        if not vals_list:
            return self.env["document.dispatch"]
        try:
            with self.env.cr.savepoint():
                return Dispatch.create(vals_list).with_env(self.env)
        except psycopg2.errors.UniqueViolation:
            if len(vals_list) == 1:
                return self.env["document.dispatch"]
            return self.env["document.dispatch"].union(
                *(self._dispatch_insert([vals]) for vals in vals_list)
            )

    # ------------------------------------------------------------------
    # What people decide about a document: to send, not to send, on paper; and what that withdraws
    # ------------------------------------------------------------------

    def _dispatch_withdraw(self, reason):
        """Cancel what has not left yet: the document changed, or went by another channel."""
        dispatches = self.env["document.dispatch"].sudo().search(  # sudo: whoever queued it
            self.env["document.dispatch"]._get_document_domain(self)
            & fields.Domain("state", "in", (*states.DISPATCH_WITHDRAWABLE, *clicks.PARTLY_WITHDRAWN))
        )
        whole = dispatches.filtered(lambda dispatch: clicks.can_cancel(dispatch.state))
        if whole:
            whole._cancel(reason)
        (dispatches - whole)._cancel_waiting()

    def _dispatch_new_revision(self):
        """The document goes back to draft: what waits is withdrawn, what comes is a new revision."""
        self._dispatch_withdraw(self.env._("The document was reset to draft."))
        # sudo: the counter is not the user's to edit, and they may have no write access any more
        for document in self.sudo():
            document.write(document._dispatch_prepare_new_revision())

    def _dispatch_prepare_new_revision(self):
        """What is written on a document that goes back to draft."""
        return {"dispatch_revision": self.dispatch_revision + 1}

    def action_dispatch_mark(self):
        """Mark documents “to send”: a rule that takes marked documents will take them.

        Marked twice is marked once; what has gone, or is on its way, goes no second time.
        """
        self.check_access("write")
        self._with_system_write().write({"dispatch_mark": "to_send", "dispatch_exclude_reason": False})

    def action_dispatch_exclude(self):
        """Ask why, then mark documents “do not send”."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do Not Send"),
            "res_model": "document.dispatch.exclude",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def _dispatch_exclude(self, reason):
        """Mark documents “do not send”: no rule takes them, and what waits is withdrawn."""
        self.check_access("write")
        self._dispatch_withdraw(self.env._("Marked “Do not send” by %(user)s: %(reason)s",
                                           user=self.env.user.name, reason=reason))
        self._with_system_write().write({"dispatch_mark": "excluded", "dispatch_exclude_reason": reason})

    def _dispatch_to_paper(self, again=False):
        """Put documents into the paper tray: a person chose paper, or nobody can be reached by mail.

        :param bool again: also what went before, as one more dispatch
        :return: their dispatches
        """
        self.check_access("write")
        dispatches = self.env["document.dispatch"]
        for document in self:
            if blocking_reason := document._dispatch_blocking_reason(document._dispatch_type_code()):
                raise UserError(blocking_reason)
            if not again:
                document._dispatch_check_paper()
            previous = document._dispatch_supersede()
            [vals] = document._dispatch_prepare_vals_list("resend" if previous else "manual", "review")
            dispatch = document._dispatch_insert([{
                **vals, "resend_of_id": previous[:1].id, "batch_id": self._dispatch_batch_id(),
            }])
            if dispatch.state == "review":
                dispatch._to_paper("manual")
            dispatches |= dispatch
        return dispatches

    def _dispatch_check_paper(self):
        """Raise where this document left already, so that it is not simply put into the paper tray."""
        current = self._dispatch_find_current()
        if current - current._withdrawable() and not self._dispatch_rehearses():
            raise UserError(self.env._(
                "%s was sent by e-mail already, or is being sent. To print it anyway, select “Paper tray” in its Send "
                "window and click “Print Now”.", self._dispatch_name()))

    # ------------------------------------------------------------------
    # A person sends documents at once, whether they went before or not
    # ------------------------------------------------------------------

    def _dispatch_send_now(self, origin, choices=(), text=None, only=None):
        """Write the dispatches for these documents of one company; what waits is withdrawn, what went goes once more.

        :param choices: more addresses, :class:`tools.recipients.recipients.Choice`
        :param dict text: ``subject`` and ``body`` that a person wrote for all of them
        :param only: addresses that a person left of those whom the flags name; ``None``: all of them
        :return: the new dispatches; the caller delivers them
        """
        self._dispatch_check_switch()
        for document in self:
            if blocking_reason := document._dispatch_blocking_reason(document._dispatch_type_code()):
                raise UserError(self.env._("%(document)s: %(blocking_reason)s",
                                           document=document._dispatch_name(), blocking_reason=blocking_reason))
        previous = {document.id: document._dispatch_supersede()[:1].id for document in self}
        own = {**text, "own_text": True} if text else {}
        # whoever asks for these now wants them now, unless the window says when
        asked = self if SendRequest.of(self.env) else SendRequest(origin, at_once=True).on(self)
        return self._dispatch_insert([
            {**self._dispatch_set_recipients(vals, only, choices), **own,
             "resend_of_id": previous[vals["res_id"]], "batch_id": self._dispatch_batch_id()}
            for vals in asked._dispatch_prepare_vals_list(origin)
        ])

    def _dispatch_batch_id(self):
        """The id of the batch in which the person sends these with others."""
        request = SendRequest.of(self.env)
        return request.batch_id if request else False

    def _dispatch_check_switch(self):
        """A person sends: say so where nothing goes."""
        for company in self.company_id.sudo():  # sudo: see _dispatch_rehearses
            if company.dispatch_mode == "off":
                raise UserError(self.env._(
                    "Sending is turned off for %s. Turn it on in the settings of Document Dispatch.",
                    company.name,
                ))

    def _dispatch_set_recipients(self, vals, only, choices):
        """Values of a dispatch for those whom a person left of its recipients, and whom they added.

        :param only: addresses that they left of those whom the flags name; ``None``: all of them
        :param choices: more addresses, :class:`tools.recipients.recipients.Choice`
        :raise UserError: one that was left is not named any more, as the contacts have changed since it was shown
        """
        channel = self.env["document.dispatch.channel"]._of(vals["channel"])
        if channel._is_delivered_by_worker() and not channel._takes_addresses():
            only = None  # it goes to no mailbox
        named = {command[2]["email"] for command in vals.get("recipient_ids", ())}
        if only is not None and (gone := only - named):
            raise UserError(self.env._(
                "%(document)s: it would no longer be sent to %(addresses)s, as the contacts have changed. Search for "
                "the documents again.", document=vals["document_name"], addresses=", ".join(sorted(gone))))
        return self._dispatch_add_typed(self._dispatch_keep_only(vals, only), choices)

    @api.model
    def _dispatch_keep_only(self, vals, emails):
        """Values of a dispatch for those of its recipients whom a person left; ``None``: for all."""
        if emails is None or "recipient_ids" not in vals:
            return vals
        kept = [command for command in vals["recipient_ids"] if command[2]["email"] in emails]
        return {**vals, "recipient_ids": kept}

    def _dispatch_add_typed(self, vals, choices):
        """Values of a dispatch with typed addresses beside those found, each once; a refusal stays one."""
        there = {command[2]["email"] for command in vals.get("recipient_ids", ())}
        typed = [choice for choice in choices if choice.email not in there]
        dispatch_type = self.env["document.dispatch.type"].browse(vals["type_id"])
        partner = self.env["res.partner"].browse(vals["partner_id"])
        company = self.env["res.company"].browse(vals["company_id"])
        if not typed or partner._dispatch_refuses(dispatch_type, company):
            return vals
        added = self._dispatch_prepare_recipients(dispatch_type, recipients.Resolution(typed, []), vals["lang"])
        channels = self.env["document.dispatch.channel"]
        if channels._of(vals["channel"])._takes_addresses():
            return {**vals, "recipient_ids": [*vals["recipient_ids"], *added]}
        [code] = channels._get_codes("_takes_addresses")[:1]
        return {**vals, "channel": code, "channel_reason": False, "state": "queued", "recipient_ids": added}

    # ------------------------------------------------------------------
    # Several documents at once: what goes, what stays, and why. In as many statements for more of them
    # ------------------------------------------------------------------

    def _dispatch_plan_batch(self, again=False):
        """Decide what happens to these documents of one company.

        :param bool again: what went before goes once more
        :return: :class:`Plan`
        """
        dispatches = self._dispatch_find_latest()
        left_out, went, going = [], self.browse(), self.browse()
        replaced = self.env["document.dispatch"]
        for document in self:
            dispatch = dispatches.get(document.id)
            if reason := document._dispatch_reason_to_stay(dispatch):
                left_out.append((document, reason))
            elif dispatch and dispatch.state not in states.DISPATCH_WITHDRAWABLE:
                went |= document
            else:
                going |= document
                replaced |= dispatch or replaced
        vals_list = going._dispatch_prepare_vals_list("batch")
        if again:
            vals_list += [{**vals, "resend_of_id": dispatches[vals["res_id"]].id}
                          for vals in went._dispatch_prepare_vals_list("batch")]
        return Plan(vals_list, left_out, went, replaced)

    def _dispatch_find_latest(self):
        """The last dispatch of each of these documents in its present version: ``{id: document.dispatch}``."""
        dispatches = self.env["document.dispatch"].sudo().search_fetch(  # sudo: whoever sent it
            self.env["document.dispatch"]._get_document_domain(self) & fields.Domain("state", "!=", "cancelled"),
            ["res_id", "type_code", "revision", "rehearsal", "state"], order="id",
        )
        present = {document.id: (document._dispatch_type_code(), document.dispatch_revision,
                                 document._dispatch_rehearses()) for document in self}
        return {dispatch.res_id: dispatch for dispatch in dispatches
                if (dispatch.type_code, dispatch.revision, dispatch.rehearsal) == present.get(dispatch.res_id)}

    def _dispatch_reason_to_stay(self, dispatch):
        """Why this document is left out when several are sent, in words; empty when it goes."""
        if not self._dispatch_type():
            return self.env._("There is no document type for it.")
        if reason := self._dispatch_reason_not_to_send():
            return reason
        if dispatch and dispatch.state in (states.REVIEW, states.QUEUED, states.SENDING, states.PAPER):
            return self.env._("It is already being sent: %s.", dispatch._state_label())
        return ""

    def _dispatch_reason_not_to_send(self):
        """Why this document must not go with others now, whatever became of it before; empty when it may."""
        if blocking_reason := self._dispatch_blocking_reason(self._dispatch_type_code()):
            return blocking_reason
        if self.dispatch_mark == "excluded":
            return self.env._("Not to be sent: %s", self.dispatch_exclude_reason or "")
        return ""

    def _dispatch_supersede(self):
        """Withdraw what still waits for this document; return the dispatch that left already."""
        dispatches = self._dispatch_find_current()
        waiting = dispatches._withdrawable()
        if waiting:
            waiting._cancel(self.env._("Sent manually by %s.", self.env.user.name))
        return dispatches - waiting

    def _dispatch_find_current(self, rehearsal=None):
        """The dispatches of this document as it is now, the last first.

        :param bool rehearsal: rehearsals, or real ones; ``None``: as the company sends now. Neither stands for the
            other: who rehearses withdraws nothing real, and what was rehearsed was not sent
        """
        rehearsal = self._dispatch_rehearses() if rehearsal is None else rehearsal
        Dispatch = self.env["document.dispatch"]
        return Dispatch.sudo().search(  # sudo: whoever sent it
            Dispatch._get_document_domain(self)
            & Dispatch._get_current_domain(self._dispatch_type_code(), self.dispatch_revision, rehearsal)
        )
