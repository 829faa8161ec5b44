import logging
from dataclasses import replace

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ...tools.delivery import accounts, environment, sessions
from ...tools.delivery.sessions import judge_exception
from ...tools.dispatch import settings, states
from ...tools.dispatch.steering import OutgoingMail
from ...tools.mail import blame, proof, smtp
from .document_dispatch_files import Withheld

_logger = logging.getLogger(__name__)


def envelope_sender(smtp_from):
    """Return the sender of the envelope as accounts note it: one spelling for one address."""
    return email_normalize(smtp_from or "") or smtp_from or ""


class Sessions(sessions.Sessions):
    """Sessions on accounts of Odoo."""

    @staticmethod
    def envelope_sender(smtp_from):
        return envelope_sender(smtp_from)

    def make_room(self, server):
        """Hang up where this worker has another session on an account that limits them."""
        for account in [account for account in self if account[0] == server.id and server.dispatch_connections > 0]:
            self.pop(account).quit()


class DocumentDispatchMailer(models.AbstractModel):
    """Hands one mail to the mail server, and tells what is known afterwards.

    The mail is an ordinary ``mail.mail`` on an ordinary ``ir.mail_server``; only the conversation is
    watched, because core keeps no more than a text of it. Nothing of a failed try stays behind.
    """

    _name = "document.dispatch.mailer"
    _description = "Mailer"

    def _hand_over(self, recipients, mail_vals, sessions, links=None):
        """Send the mail of one recipient, or of those who share one.

        What the server said to one of several alone stands on the sessions (``each``).

        :param recipients: ``document.dispatch.recipient``; empty for a mail that is no dispatch's
        :param dict mail_vals: values of the ``mail.mail``
        :param dict sessions: the open sessions of this worker, by account
        :param dict links: secret links for their places in the text, see ``document.dispatch.recipient._make_links``
        :return: :class:`tools.mail.smtp.Outcome` of the mail
        """
        if self.env["ir.mail_server"]._disable_send():
            # Tests that send nothing: core makes the mail, and takes it for success
            # (mail.mail._send, ir.mail_server.send_email)
            kept = recipients.dispatch_id.keep_mail
            self.env["mail.mail"].sudo().create({**mail_vals, "auto_delete": not kept})  # sudo: as below
            return smtp.Outcome(states.SENT, "test mode, not sent")
        outcome, fresh = self._try(recipients, mail_vals, sessions, links or {})
        if outcome.is_of_idle_session(fresh):
            judged = sessions.judged()
            rest = recipients.filtered(lambda recipient: recipient.email not in judged)
            if rest or not recipients:
                outcome, fresh = self._try(rest, mail_vals, sessions, links or {})
            sessions.each = {**judged, **sessions.each}
        return outcome

    def _try(self, recipients, mail_vals, sessions, links):
        server, account, fresh, linked, sender = None, None, True, self.env["ir.attachment"], ""
        recipient = recipients[:1]  # stands for those who share the mail
        envelope, bcc = recipients._prepare_envelope() if recipients else ((), ())
        sessions.forget_last()
        try:
            with self.env.cr.savepoint():
                # sudo: only the worker writes mails; clerks have no access to them
                mail = self.env["mail.mail"].sudo().create(mail_vals)
                server_id, alias_domain_id, smtp_from = self._choose_account(
                    mail, sessions, recipient.dispatch_id._get_sender())
                server = self.env["ir.mail_server"].sudo().browse(server_id)  # sudo: to use, not to read
                sender = envelope_sender(smtp_from)
                fresh = self._check_session(server, (server_id, smtp_from), sessions, sender)
                account = (server_id, smtp_from)
                if fresh:
                    sessions.make_room(server)
                    sessions[account] = self._connect(server, smtp_from)
                sessions[account].forget()
                outgoing = OutgoingMail(
                    recipient.id, recipients._prepare_subject(), links=links, envelope=envelope, bcc=bcc)
                linked = outgoing.on(mail)._dispatch_choose_linked(server)
                outgoing = replace(outgoing, linked_ids=tuple(linked.ids))
                outgoing.on(mail.with_context(lang=recipient.lang))._send(
                    smtp_session=sessions[account], alias_domain_id=alias_domain_id, raise_exception=True,
                    mail_server=outgoing.on(server.with_context(lang=recipient.lang)),
                )
                self._note_whether_kept(recipient, mail)
        except smtp.Ended as ended:
            outcome = ended.outcome
        except Withheld as withheld:
            outcome = self._judge_withheld(recipient, withheld.error, sessions)
        except Exception as error:  # noqa: BLE001
            session = sessions.get(account)
            if not (session and session.outcome) and environment.find_fault(error):
                outcome = self._judge_withheld(recipient, error, sessions)
            else:
                outcome = judge_exception(session, error)
        else:
            outcome = sessions[account].outcome or smtp.Outcome(
                states.FAILED, self.env._("The e-mail has no valid sender or recipient.")
            )
        outcome = replace(outcome, sender=sender)
        sessions.each = self._tell_apart(recipients.mapped("email"), sessions.get(account), sender)
        if recipient and outcome.state in (states.SENT, states.UNKNOWN) and account in sessions:
            sessions.proof = self._keep_proof(recipient, sessions[account].message, links)
        for said in dict.fromkeys((outcome, *sessions.each.values())):
            sessions.settle(account, None if server is None else server.id, said, fields.Datetime.now())
        if server:
            recipients.mail_server_id = server
        recipients.linked_files = ", ".join(linked.mapped("name")) or False
        return outcome, fresh

    def _tell_apart(self, emails, session, sender):
        """What became of single readers of a mail, where it is not what became of the mail.

        Also where another module lets it go to others beside the one reader: what is said of them is not the reader's.

        :param emails: of its readers
        :param session: the session it went through, :class:`tools.mail.smtp.Session`
        :param str sender: of the envelope
        :return: ``{address: Outcome}``
        """
        if not session:
            return {}
        each = {email: replace(said, sender=sender) for email, said in session.outcomes.items()}
        addressed = session.addressed or emails
        if not set(emails) & set(addressed):
            return each  # it goes elsewhere: to the supervisor of a rehearsal, or as another module wants it
        left_out = smtp.Outcome(states.FAILED, self.env._("The e-mail has no valid sender or recipient."))
        return {**{email: left_out for email in emails if email not in addressed}, **each}

    def _note_whether_kept(self, recipient, mail):
        """Write on a sent mail what Odoo's own would say; not before: core would drop each by itself.

        They go all at once (``document.dispatch._forget_mails``).
        """
        if recipient:
            mail.auto_delete = not recipient.dispatch_id.keep_mail

    def _judge_withheld(self, recipient, error, sessions):
        """What comes of a mail that did not go to the server: its files are not what they were, or not to be had.

        :param recipient: ``document.dispatch.recipient``
        :param Exception error: what was raised instead
        :param Sessions sessions: the fault is noted there, where it is the server's
        """
        sessions.fault = environment.find_fault(error)
        if not sessions.fault:
            return smtp.Outcome(states.FAILED, smtp.describe(error))
        return smtp.Outcome(
            states.DEFERRED, recipient.dispatch_id._explain_waiting_for_server(sessions.fault), costs_try=False,
        )

    def _keep_proof(self, recipient, message, links):
        """Return what is to be kept of a mail that went; nothing that fails here changes what the server said.

        :param recipient: ``document.dispatch.recipient``
        :param bytes message: as it was given to the session
        :param dict links: secret links for their places in the text
        :return: :class:`tools.mail.proof.Proof`, or ``None``
        """
        try:
            # sudo: the dispatch's own files
            files = recipient.dispatch_id._with_bundled().attachment_ids.sudo()
            return proof.keep(proof.as_received(message), {file.id: file.raw for file in files}, links)
        except Exception:
            _logger.exception("No proof is kept of the mail to recipient %s", recipient.id)
            return None

    def _choose_account(self, mail, sessions, sender):
        """Odoo's choice of the account, made once for all mails of the same sender.

        It is made anew for a mail that another module has given an account of its own while it was created.

        :param mail: ``mail.mail``, or one that is not kept (``new``)
        :param sender: see ``document.dispatch._get_sender``
        """
        choice = sessions.choices.get(sender)
        if not choice or mail.mail_server_id and mail.mail_server_id.id != choice[0]:
            *choice, _ids = next(mail._split_by_mail_configuration())
            sessions.choices[sender] = choice
        return sessions.choices[sender]

    def _check_session(self, server, account, sessions, sender):
        """Tell whether a new session is needed; raise where account or sender must not be used now.

        :param server: ``ir.mail_server``
        :param tuple account: key of the session: id of the server, sender of the envelope
        :param Sessions sessions: open connections, by account
        :param str sender: whom the mail comes from, in its normal form
        """
        if pause := server and server._dispatch_pause(sessions.insist):
            text, seconds = pause
            raise smtp.Ended(smtp.Outcome(
                states.DEFERRED, text, costs_try=False, connection_lost=True, wait=seconds,
            ))
        if pause := server and not sessions.insist and server._dispatch_sender_pause(sender):
            text, seconds = pause
            raise smtp.Ended(smtp.Outcome(states.DEFERRED, text, costs_try=False, wait=seconds))
        return sessions.is_new(account, server.dispatch_per_connection)

    def _connect(self, server, smtp_from):
        try:
            connection = OutgoingMail().on(server)._connect__(mail_server_id=server.id, smtp_from=smtp_from)
        except UserError as error:
            # the account itself: its OAuth token is not renewed, its certificate no certificate, it is archived;
            # or there is none yet
            raise smtp.Ended((smtp.login_failed if server else smtp.connection_failed)(error)) from error
        except Exception as error:  # whatever keeps us from connecting
            raise smtp.Ended(smtp.connection_failed(error)) from error
        # sudo: a system parameter
        seconds = self.env["ir.config_parameter"].sudo().get_param("document_dispatch.final_dot_timeout")
        return smtp.session_of(connection, settings.whole_number(seconds) or None)

    def _note_account(self, server, outcome):
        """What was refused for the account's or the sender's sake pauses them; an accepted mail clears both.

        An account that is not reached goes last.
        """
        said = accounts.judge(outcome)
        if said == accounts.REFUSED:
            sender = outcome.sender if outcome.verdict.whose == blame.SENDER else False
            server._dispatch_note_refusal(outcome.reply, outcome.verdict.cause, sender)
        elif said == accounts.ACCEPTED:
            server._dispatch_note_accepted(outcome.sender)
            server._dispatch_note_reached()
        elif said == accounts.UNREACHED:
            server._dispatch_note_unreached(outcome.reply)
