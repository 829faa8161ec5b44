from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dispatch import address_fields, states
from ...tools.dispatch.steering import OutgoingMail
from ..dispatch.document_dispatch import NO_SYNC
from .document_dispatch_mailer import envelope_sender

#: The layout that core puts around documents (account.move.send, sale), and what goes out where nobody chose one
CORE_LAYOUT = "mail.mail_notification_layout_with_responsible_signature"
OUR_LAYOUT = "document_dispatch.mail_document_layout"


class DocumentDispatch(models.Model):
    """A dispatch as Odoo's mail sees it: one message in the chatter, one mail for each recipient or for all."""

    _inherit = "document.dispatch"

    def _deliver_soon(self):
        by_worker = self.filtered(lambda dispatch: dispatch._channel()._is_delivered_by_worker())
        early = by_worker.filtered(lambda dispatch: dispatch._is_early())
        if early:
            # sudo: as in _deliver_later
            self.env["document.dispatch.delivery"].sudo()._trigger_workers_at(early.mapped("scheduled_date"))
        if by_worker - early:
            self.env["document.dispatch.delivery"]._deliver_after_commit(by_worker - early)

    def _deliver_later(self):
        self.env["document.dispatch.delivery"].sudo()._trigger_workers()  # sudo: the scheduler's

    def _freeze(self):
        """Make what goes out; from here on it only goes."""
        for channel, dispatches in self._by_channel():
            channel._freeze(dispatches)

    def _name_readers_anew(self):
        """Whom no person chose is named as the contacts say now: weeks may lie between the plan and a collection.

        :return: those of these that go; where nobody would get it any more, a person decides
        """
        going = self
        unseen = self.filtered(lambda dispatch: (
            dispatch.collected and dispatch.state == states.QUEUED and not dispatch.frozen
            and (dispatch.origin == "core" or dispatch.origin in ("rule", "batch") and not dispatch.content_ready)))
        for company, dispatches in unseen.grouped("company_id").items():
            directory = dispatches.partner_id.with_company(company)._dispatch_directory()
            for dispatch in dispatches:
                document = dispatch._document().with_company(company)
                resolution = document._dispatch_resolve(dispatch.type_id, directory)
                if not resolution.chosen or dispatch.partner_id._dispatch_refuses(dispatch.type_id, company):
                    dispatch._back_to_review(self.env._("Nobody gets it by e-mail any more, as the contacts are now."))
                    going -= dispatch
                else:
                    dispatch._set_readers(document, resolution)
        return going

    def _set_readers(self, document, resolution):
        """Write who gets it now, where that has changed.

        :param resolution: :class:`tools.recipients.recipients.Resolution`
        """
        template = self.mail_template_id or self.type_id.mail_template_id
        text_lang = template and document._dispatch_text_lang(template)
        named = {vals["email"]: vals for _command, _id, vals in document._dispatch_prepare_recipients(
            self.type_id, resolution, self.lang, text_lang)}
        there = {recipient.email: recipient for recipient in self.recipient_ids}
        if {email: vals["address_field"] for email, vals in named.items()} == {
            email: recipient.address_field for email, recipient in there.items()
        }:
            return
        self._with_system_write().write({
            "skipped": document._dispatch_prepare_skipped(resolution),
            "recipient_ids": [
                *(fields.Command.delete(there[email].id) for email in there.keys() - named.keys()),
                *(fields.Command.update(there[email].id, vals) if email in there else fields.Command.create(vals)
                  for email, vals in named.items()),
            ],
        })
        if self.mail_message_id:
            # sudo: the dispatch's own message, which Odoo posted when it was planned
            self.mail_message_id.sudo().notification_ids.unlink()
            self._create_notifications()

    def _freeze_mails(self):
        """Post the message in the chatter and make the final mails; from here on only addresses go."""
        dispatches = self._with_system_write()
        dispatches.filtered(lambda dispatch: dispatch.scheduled_date and dispatch.mail_message_id)._show_messages()
        dispatches._post_messages()
        for dispatch in dispatches:
            if dispatch.bundle_id:
                dispatch.frozen = True  # its mail is that of another dispatch
                continue
            dispatch._share_mail()
            base, bodies = dispatch._prepare_mails()
            dispatch.write({"mail_values": base, "frozen": True})
            for recipient in dispatch.recipient_ids:
                recipient.write({"mail_body": bodies[recipient._mail_key()], "able_date": fields.Datetime.now()})

    def _share_mail(self):
        """Decide who gets the common mail, where there is one: from here on its header stands.

        It has the customer's language; who is alone in it beside copies keeps theirs.
        """
        self.ensure_one()
        recipients = self.recipient_ids._with_system_write()
        recipients._common().write({"in_common": False, "common_apart": False})
        if not self.common_mail or self.draft_id:
            return
        common, copies = (recipients.browse().union(*found) for found in address_fields.share(
            [(recipient, recipient._is_customers()) for recipient in recipients]))
        if not common:
            return
        common.in_common = copies.common_apart = True
        if len(common) > 1:
            common.write({"lang": self.lang, "subject": False, "body": False})
        copies.write({name: common[0][name] for name in ("lang", "subject", "body")})

    def _post_messages(self):
        """One message for each dispatch in its document's chatter, without notifying anybody by itself."""
        missing = self.filtered(lambda dispatch: not dispatch.mail_message_id)
        for model, dispatches in missing.grouped(lambda dispatch: dispatch._thread()._name).items():
            vals_list = [dispatch._prepare_message_vals(dispatch._thread_of_author()) for dispatch in dispatches]
            # sudo: the messages belong to the dispatches, which were made with the users' rights
            messages = OutgoingMail().on(self.env[model].sudo())._message_create(vals_list)
            for dispatch, message in zip(dispatches, messages, strict=True):
                dispatch.mail_message_id = message
        missing._create_notifications()

    def _show_messages(self):
        """What Odoo posted when a person said that it goes later goes now: the customer may see it, as it is now."""
        for dispatch in self:
            vals = dispatch._prepare_message_vals(dispatch._thread_of_author())
            # sudo: the dispatch's own message
            dispatch.mail_message_id.sudo().write({
                "subject": vals["subject"], "body": vals["body"], "subtype_id": vals["subtype_id"],
                "is_internal": vals["is_internal"], "partner_ids": [fields.Command.set(vals["partner_ids"])],
                "attachment_ids": vals["attachment_ids"], "date": fields.Datetime.now(),
            })

    def _get_sender(self):
        """By what Odoo chooses the account of its mails (as ``document.dispatch.account.SENDER``)."""
        return self.mail_server_id.id or 0, self.email_from or "", self.company_id.id or 0, self.user_id.id or 0

    def _explain_waiting(self):
        waiting = self._bundle_main().recipient_ids.filtered(lambda r: r.state in ("queued", "deferred"))
        # sudo: accounts are for administrators to read; people see what theirs waits for
        for server in waiting.mail_server_id.sudo():
            sender = envelope_sender(self._bundle_main().email_from)
            if pause := server._dispatch_pause() or server._dispatch_sender_pause(sender):
                return pause[0]
        return super()._explain_waiting()

    def _thread_of_author(self):
        """Where the message stands, in the name, company and language of this dispatch.

        sudo: the message belongs to the dispatch, which was made with the user's rights.
        """
        return self._thread().with_user(self.user_id).sudo().with_company(self.company_id).with_context(
            lang=self.lang, email_notification_allow_footer=True, **NO_SYNC,
        )

    def _prepare_message_vals(self, document):
        author_id, email_from = document._message_compute_author(
            author_id=self.user_id.partner_id.id, email_from=self.email_from,
        )
        return {
            "model": document._name,
            "res_id": document.id,
            "author_id": author_id,
            "email_from": email_from,
            "reply_to": self.reply_to or document._notify_get_reply_to(
                default=email_from, author_id=author_id
            )[document.id],
            "subject": self.subject,
            "body": self.body,
            "message_type": "comment",
            # a rehearsal is nothing that the customer may read on his portal
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id(
                "mail.mt_note" if self.rehearsal else "mail.mt_comment"
            ),
            "is_internal": self.rehearsal,
            "partner_ids": [] if self.rehearsal else self._get_named_partners().ids,
            "attachment_ids": [fields.Command.link(file.id) for file in self._with_bundled().attachment_ids],
            "email_layout_xmlid": self.email_layout_xmlid,
            "email_add_signature": False,
            "mail_server_id": self.mail_server_id.id,
            "record_company_id": self.company_id.id,
            "record_alias_domain_id": document._mail_get_alias_domains(
                default_company=self.company_id
            )[document.id].id,
        }

    def _get_named_partners(self):
        """The contacts whom everybody may see: nobody in Bcc."""
        return self.recipient_ids.filtered(lambda recipient: recipient.address_field != "bcc").partner_id

    # ------------------------------------------------------------------
    # The envelopes in the chatter
    # ------------------------------------------------------------------

    def _create_notifications(self):
        """One line for each recipient behind the envelope in the chatter, as core makes them."""
        real = self.filtered(lambda dispatch: not dispatch.rehearsal)
        vals_list = [vals for dispatch in real for vals in dispatch._prepare_notifications()]
        self.env["mail.notification"].sudo().create(vals_list)  # sudo: as core, the system's own

    def _prepare_notifications(self):
        self.ensure_one()
        base = {
            "author_id": self.mail_message_id.author_id.id,
            "mail_message_id": self.mail_message_id.id,
            "notification_type": "email",
            "notification_status": "ready",
            "is_read": True,
        }
        seen = set()
        for recipient in self.recipient_ids:
            partner = recipient.partner_id
            # core allows one line for each partner and message; and what a message was notified to stands on it by
            # contact, which customers read by RPC: nobody in Bcc
            listed = not partner or partner.id in seen or recipient.address_field == address_fields.BCC
            seen.add(partner.id)
            yield {**base, **({"mail_email_address": recipient.email} if listed else {"res_partner_id": partner.id})}

    def _update_notifications(self):
        """Show in the chatter what the mail server said."""
        changes = {}
        for dispatch in self:
            by_partner = {r.partner_id.id: r for r in reversed(dispatch.recipient_ids) if r.partner_id}
            by_email = {r.email: r for r in dispatch.recipient_ids}
            for line in dispatch.mail_message_id.sudo().notification_ids:  # sudo: as above
                recipient = by_partner.get(line.res_partner_id.id) or by_email.get(line.mail_email_address)
                if recipient:
                    vals = tuple(recipient._prepare_notification_status().items())
                    changes[vals] = changes.get(vals, line.browse()) | line
        for vals, lines in changes.items():
            lines.write(dict(vals))

    # ------------------------------------------------------------------
    # The mails
    # ------------------------------------------------------------------

    def _prepare_mails(self):
        """Return the values that all mails of this dispatch share, and the bodies with Odoo's layout around
        the text, by language, contact and link.
        """
        document = self._thread_of_author()
        message = self.mail_message_id.sudo()  # sudo: the dispatch's own message
        # No recipients given: core would name them all to each other in the header (X-Msg-To-Add),
        # and whom else a customer's document goes to is nobody's business.
        base = document._notify_by_email_get_base_mail_values(
            message, [], additional_values={"is_notification": True},
        )
        bodies = {}
        for recipient in self.recipient_ids:
            key = recipient._mail_key()
            if key not in bodies:
                bodies[key] = self._render_layout(document, message, recipient)
        return base, bodies

    @api.model
    def _get_telling_steps(self):
        return [*super()._get_telling_steps(), "_forget_mails"]

    def _forget_mails(self):
        """Drop Odoo's technical records of the mails, all at once, unless the template keeps them."""
        messages = self.filtered(lambda dispatch: not dispatch.keep_mail).mail_message_id
        # sudo: only the worker writes mails
        self.env["mail.mail"].sudo().search(
            [("mail_message_id", "in", messages.ids), ("state", "=", "sent")]
        ).unlink()

    def _prepare_subtitles(self):
        if self.bundled_ids:
            return [self.partner_id.commercial_partner_id.display_name]
        return [self.document_name, self.partner_id.display_name]

    def _prepare_head(self, lang):
        """What stands above the text, and for whom it is; of several documents the text says the rest.

        :param str lang: code of the reader's language
        :return: see ``document.dispatch.mixin._dispatch_mail_head``
        """
        if self.bundled_ids:
            return {"customer": self.partner_id.commercial_partner_id.display_name}
        # sudo: what its mail says, whoever lets it go
        head = self._document().sudo().with_context(lang=lang)._dispatch_mail_head()
        return head and {**head, "customer": self.partner_id.display_name}

    def _get_layout(self):
        """What goes around the text: what a person or another module chose, else the text's own, else ours."""
        # sudo: the dispatch's own message and text
        layout = self.mail_message_id.sudo().email_layout_xmlid
        if layout and layout != CORE_LAYOUT:
            return layout
        # sudo: as above
        return (self.mail_template_id or self.type_id.mail_template_id).sudo().email_layout_xmlid or OUR_LAYOUT

    def _render_layout(self, document, message, recipient):
        """Render the layout for one recipient: buttons and language are his.

        :param document: the thread, as its author sees it
        :param message: the ``mail.message`` with the text
        :param recipient: ``document.dispatch.recipient``
        :return: HTML
        """
        text = recipient._prepare_body(message.body)
        if text != message.body:
            # the same message in his language, with the link to his page
            message = message.new({"body": text}, origin=message)
        document = OutgoingMail(recipient.id).on(document)
        groups = document._notify_get_classified_recipients_iterator(
            message, [recipient._prepare_recipient_data()], force_email_lang=recipient.lang,
            # core's second line says of a credit note that it is due
            subtitles=self._prepare_subtitles(),
            model_description=self._document().with_context(lang=recipient.lang)._dispatch_description(),
            msg_vals={"model": document._name, "res_id": document.id,
                      "partner_ids": self._get_named_partners().ids, "tracking_value_ids": False},
        )
        head = self._prepare_head(recipient.lang)
        for _lang, render_values, group in groups:
            body = document._notify_by_email_render_layout(
                message, group, msg_vals={"email_layout_xmlid": self._get_layout()},
                render_values={**render_values, "head": head},
            )
            for dispatch in self._with_bundled():
                body = recipient._drop_tokens(body, dispatch._thread())
            return body
        return message.body

    def action_download_mail(self):
        """Open the mail as it went; the list of them where several went."""
        self.ensure_one()
        self.check_access("read")
        went = self.recipient_ids.filtered(lambda recipient: recipient._get_proof())
        if not went:
            raise UserError(self.env._("Nothing is kept of the mails with %s.", self.document_name))
        if len(went) == 1:
            return went.action_download_mail()
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_recipient_action")
        return {**action, "domain": [("id", "in", went.ids)], "context": {"create": False}}
