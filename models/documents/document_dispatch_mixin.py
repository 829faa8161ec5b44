import json
import logging
from dataclasses import asdict, replace

from odoo import SUPERUSER_ID, models

from ...tools.dispatch.address_fields import BCC, CC, TO
from ...tools.dispatch.steering import SendRequest
from ...tools.mail import addresses
from ...tools.recipients import recipients
from ...tools.recipients.wishes import add_reference
from ..delivery.document_dispatch_worker import CLASHES
from ..dispatch.document_dispatch import attempt

_logger = logging.getLogger(__name__)


class DocumentDispatchMixin(models.AbstractModel):
    """Mails that core makes for a document become dispatches: nothing leaves beside the log.

    Core posts its message in the chatter as always, so that modules which extend that keep
    working. Only the last step, notifying the recipients, is replaced by a dispatch whose recipients
    are those of the message.
    """

    _inherit = "document.dispatch.mixin"

    def _dispatch_capture(self, message, options):
        """Replace the mails of ``message`` by a dispatch where a document is being sent.

        Called first in ``_notify_thread`` of each document with its options; tells whether it took
        the message.
        """
        kept = self._dispatch_kept_request(message) if options.pop("dispatch_request", None) else None
        request = kept or SendRequest.of(self.env) or self._dispatch_scheduled_request()
        if not request or not request.posting or not self._dispatch_type():
            return False
        if later := self._is_notification_scheduled(options.get("scheduled_date")):
            # sudo: as core keeps a message whose text says when it goes
            self.env["mail.message.schedule"].sudo().create({
                "scheduled_datetime": later, "mail_message_id": message.id,
                "notification_parameters": json.dumps({"dispatch_request": asdict(request)}),
            })
            return True
        keep_mail = not options.get("mail_auto_delete", True)
        if kept:
            self._dispatch_from_kept_message(message, request, keep_mail)
        else:
            if request.origin != "core":
                self._dispatch_check_switch()
            self.with_context(dispatch_request=False)._dispatch_from_message(message, request, keep_mail)
        return True

    def _dispatch_from_kept_message(self, message, request, keep_mail):
        """As :meth:`_dispatch_from_message`, for a message whose time has come.

        Nobody is there: where sending is off, it waits. Odoo notifies all of them in one go: what cannot go leaves a
        dispatch that says why, and stops no other.
        """
        document = self.with_user(message.create_uid).with_context(dispatch_request=False)  # not the scheduler's
        try:
            with self.env.cr.savepoint():
                document._dispatch_from_message(message, request, keep_mail)
        except CLASHES:
            raise  # nobody's fault: the scheduler comes again
        except Exception as error:
            _logger.info("A message that was to be sent later could not be", exc_info=True)
            self.env.invalidate_all()
            # sudo: whoever wrote it may have no right to the document any more
            attempt(self.sudo(), "_dispatch_record_failure", error, message.create_uid.id)

    def _dispatch_kept_request(self, message):
        """What was kept above for a message whose time has come; whoever posts one could say anything."""
        # sudo: as there
        schedule = self.env["mail.message.schedule"].sudo().search([("mail_message_id", "=", message.id)], limit=1)
        return schedule and SendRequest(**json.loads(schedule.notification_parameters)["dispatch_request"]) or None

    def _dispatch_scheduled_request(self):
        """What a message said that a person wrote before, to be sent now (``mail.scheduled.message``).

        It stands in a context, which anybody may write: only who may send the document themselves sends it so, which is
        everybody of the house who reads it and may write in its chatter.
        """
        how = self.env.context.get("dispatch_scheduled")
        if how not in ("as_is", "add_files") or not self._dispatch_is_readers():
            return None
        return SendRequest("manual", posting=True, add_files=how == "add_files")

    def _dispatch_is_readers(self):
        """Tell whether the user works here, and may read these, whatever rights the code runs with."""
        return self.env.user._is_internal() and self.sudo(False).has_access("read")

    def _dispatch_may_send(self):
        """Tell whether the user may send these in their own name, whatever rights the code runs with."""
        # the superuser: a process of the house itself
        return self.env.uid == SUPERUSER_ID or (
            self.env.user._is_internal() and self.sudo(False).has_access("write"))

    def _dispatch_from_message(self, message, request, keep_mail=False):
        """Write the dispatch for a message that core just posted, and deliver it after the commit.

        :param request: :class:`tools.dispatch.steering.SendRequest`
        """
        self.ensure_one()
        if self.env.su and not self._dispatch_is_readers():
            # started by somebody who could not send it, the customer perhaps: in the name of the house
            self = self.with_user(SUPERUSER_ID)
        dispatch_type, origin = self._dispatch_type(), request.origin
        previous = self._dispatch_find_current() if request.beside else self._dispatch_supersede()
        if origin == "core" and not request.again and (went := previous or self._dispatch_find_current(False)):
            return went  # an automatic process never sends a second time
        vals = {
            **self._dispatch_prepare_message_vals(message, request, dispatch_type),
            "keep_mail": keep_mail, "resend_of_id": previous[:1].id, "batch_id": request.batch_id,
            "own_words": request.own_words,
        }
        channel = self.env["document.dispatch.channel"]._of(vals["channel"])
        if not channel._is_delivered_by_worker() and request.beside and previous:
            self._dispatch_hide_message(message)
            return previous  # on paper it would be the same page once more
        if vals["rehearsal"] or request.draft or vals["scheduled_date"]:
            self._dispatch_hide_message(message)
        dispatch = self._dispatch_insert([vals])
        template = self.env["mail.template"].sudo().browse(request.template_id or ())  # sudo: as when it was rendered
        if template and not self._dispatch_text_lang(template):
            self.env["document.dispatch.content"]._translate_message(dispatch, template)
        if request.draft:
            dispatch.with_context(dispatch_shared=len(dispatch.recipient_ids) > 1)._hand_to_person()
        elif channel._takes_addresses():
            dispatch._with_system_write()._create_notifications()
            dispatch._deliver_soon()
        return dispatch

    def _dispatch_prepare_message_vals(self, message, request, dispatch_type):
        """Values of the dispatch that takes the place of a message's mails; the message gets sender and files.

        :param request: :class:`tools.dispatch.steering.SendRequest`
        """
        partners = self._dispatch_partner() | message.partner_ids
        directory = partners.with_company(self.company_id)._dispatch_directory()
        vals = self._dispatch_prepare_vals(dispatch_type, directory, request.origin, "queued")
        vals["mail_server_id"] = vals["mail_server_id"] or message.mail_server_id.id
        self._dispatch_address_message(message, request, dispatch_type, vals["mail_server_id"])
        if request.add_files:
            # sudo: the message that core just posted; the files are made with the user's rights
            message.sudo().attachment_ids |= self._dispatch_add_files(dispatch_type)
        vals.update(self._dispatch_message_content(message), mail_template_id=False)  # the message is written
        if self._dispatch_is_for_mailboxes(vals, request, dispatch_type):
            vals.update(self._dispatch_message_recipients(message, request, directory, dispatch_type, vals))
        self._dispatch_set_times([vals], request)
        if vals["reference"] and request.origin != "manual":  # nobody saw the subject, who could have taken it away
            # sudo: as above
            message.sudo().subject = vals["subject"] = add_reference(vals["subject"], vals["reference"])
        return vals

    def _dispatch_is_for_mailboxes(self, vals, request, dispatch_type):
        """Tell whether a message goes to its recipients; a person who chose e-mail counts for more than a wish.

        :param dict vals: of the dispatch, as the customer wants it
        """
        wished = request.origin == "core" and vals["channel_reason"] == "wish"
        if wished and not self.env["document.dispatch.channel"]._of(vals["channel"])._takes_addresses():
            return False
        return not self._dispatch_partner()._dispatch_refuses(dispatch_type, self.company_id)

    def _dispatch_add_copies(self, choices, resolved, request):
        """The choices with who is in Cc and Bcc: as the window says, or else as contacts, type and company say.

        :param dict choices: ``{address: Choice}`` of the message's recipients
        :param dict resolved: ``{address: Choice}`` that the rules chose
        :param request: :class:`tools.dispatch.steering.SendRequest`
        """
        if request.cc is None or request.bcc is None:
            standing = {email: choice for email, choice in resolved.items() if choice.reason == recipients.STANDING}
            return {**standing, **choices}
        # whom a person left in To is there
        choices = {email: replace(choice, address_field=TO) for email, choice in choices.items()}
        family = self._dispatch_find_family([*request.cc, *request.bcc])
        for name, emails in ((CC, request.cc), (BCC, request.bcc)):
            for email in emails:
                contact = family.get(email)
                choice = resolved.get(email) or recipients.Choice(
                    contact.id if contact else False, email, recipients.MANUAL)
                choices.setdefault(email, replace(choice, address_field=name))
        return choices

    def _dispatch_find_family(self, emails):
        """The customer's own contacts at these addresses: ``{address: partner}``."""
        # sudo: which of them is the customer's decides on links, whoever types
        found = self.env["res.partner"].sudo().search([
            ("commercial_partner_id", "=", self._dispatch_partner().commercial_partner_id.id),
            ("email_normalized", "in", [spelling for email in emails for spelling in addresses.spellings(email)]),
        ]) if emails else ()
        return {email: partner for partner in found for email in addresses.parse(partner.email).emails}

    def _dispatch_hide_message(self, message):
        """The customer did not get from us what core posted: it is our own note."""
        # sudo: core posted it to the customer
        message.sudo().write({
            "subtype_id": self.env.ref("mail.mt_note").id, "is_internal": True, "partner_ids": [(5,)],
        })

    def _dispatch_add_files(self, dispatch_type):
        """The document's files, for a text that names none."""
        template = self._dispatch_choose_template(dispatch_type)
        return self._dispatch_make_files(template, dispatch_type.report_id)[self]

    def _dispatch_record_failure(self, error, user_id=None):
        """An automatic process could not make the document: leave a dispatch that says why.

        :param int user_id: in whose name it was to go; ``None``: in that of who runs the process
        """
        dispatches = self._dispatch_create("core", user_id=user_id or self.env.uid)
        dispatches.filtered(lambda dispatch: dispatch.state == "queued")._set_state(
            "failed", self.env["document.dispatch.content"]._explain(error))

    def _dispatch_address_message(self, message, request, dispatch_type, account_id):
        """Write on the message that core just posted from which account and sender it goes, and where answers go.

        Core knows the text only (``account.move.send._send_mail``, ``mail.compose.message``), no document type.

        :param request: :class:`tools.dispatch.steering.SendRequest`
        :param account_id: id of the ``ir.mail_server`` that was chosen; ``False`` where Odoo chooses
        """
        account = self.env["ir.mail_server"].browse(account_id or ())
        text = {"email_from": message.email_from, "reply_to": request.reply_to}
        sender = self._dispatch_choose_sender(dispatch_type, account, text, request.email_from)
        # Odoo reads answers where it did, or they go to the sender
        sender["reply_to"] = sender["reply_to"] or self._notify_get_reply_to(
            default=sender["email_from"], author_id=message.author_id.id)[self.id]
        message.sudo().write({**sender, "mail_server_id": account.id})  # sudo: core posted it for this dispatch

    def _dispatch_message_content(self, message):
        return {
            "subject": message.subject,
            "body": message.body,
            "email_from": message.email_from,
            "reply_to": message.reply_to,
            "email_layout_xmlid": message.email_layout_xmlid,
            "attachment_ids": [(6, 0, message.attachment_ids.ids)],
            "mail_message_id": message.id,
            "content_ready": True,
        }

    def _dispatch_message_recipients(self, message, request, directory, dispatch_type, vals):
        """Recipients of the message, all addresses of each, with the reason where a flag chose them.

        :param message: the ``mail.message``
        :param request: :class:`tools.dispatch.steering.SendRequest`
        :param directory: who may get what, :class:`tools.recipients.recipients.Directory`
        :param dispatch_type: ``document.dispatch.type``
        :param dict vals: values of the dispatch so far
        """
        resolution = self._dispatch_resolve(dispatch_type, directory)
        resolved = {choice.email: choice for choice in resolution.chosen}
        choices = {}
        # also those whom the window had not to offer
        skipped = list(resolution.skipped)
        for partner in message.partner_ids:
            for choice in directory.addresses_of(partner.id, resolved):
                if choice.reason in recipients.PASSED_OVER:
                    if choice not in skipped:
                        skipped.append(choice)
                else:
                    choices.setdefault(choice.email, choice)
        for address in addresses.parse(message.outgoing_email_to).valid:
            rule = resolved.get(address.email)
            typed = recipients.Choice(False, address.email, recipients.MANUAL, address.name)
            choices.setdefault(address.email, rule if rule and rule.address_field != TO else typed)
        choices = self._dispatch_add_copies(choices, resolved, request)
        # nobody sees who is in Bcc, on the document's messages either
        # sudo: core posted it for this dispatch
        message.sudo().partner_ids -= message.partner_ids.browse([
            choice.contact_id for choice in choices.values() if choice.contact_id and choice.address_field == BCC])
        # who was typed or chosen by hand was not passed over
        skipped = [choice for choice in skipped
                   if choice.email not in choices or choice.reason == recipients.DUPLICATE]
        resolution = recipients.Resolution(list(choices.values()), skipped)
        # a message is for mailboxes; without any it goes as documents without an address do
        usual = self.env["document.dispatch.channel"]._get_usual()
        channel = next(channel for channel in usual if channel._takes_addresses() == bool(choices))
        return {
            "channel": channel._code(),
            "channel_reason": False if choices else "no_address",
            "skipped": self._dispatch_prepare_skipped(resolution),
            **channel._prepare_vals(self, dispatch_type, resolution, vals, "queued"),
        }
