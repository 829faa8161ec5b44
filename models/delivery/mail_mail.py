from collections import Counter

from markupsafe import Markup

from odoo import models
from odoo.tools import formataddr, human_size
from odoo.tools.mail import append_content_to_html

from ...tools.delivery import environment
from ...tools.dispatch.steering import OutgoingMail
from ...tools.mail import addresses, plain_text
from .document_dispatch_files import FilesChanged, Withheld


class MailMail(models.Model):
    """The mail of one recipient, on its way out."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Give a recipient their subject in their language, a link instead of files that are too large,
        and a plain text that can be read.

        The subject of a ``mail.mail`` and its files are those of its message (``_inherits``), which
        stands once in the chatter, whole and in the customer's language. Core's plain text
        (``'body_alternative': tools.html2plaintext(body_personalized)``) begins with what the layout
        hides for the preview, invisible signs and a dozen empty lines, and has the links as footnotes.
        """
        mails = super()._prepare_outgoing_list(mail_server=mail_server, doc_to_followers=doc_to_followers)
        outgoing = OutgoingMail.of(self.env)
        if not outgoing:
            return mails
        # sudo: the recipient of this very mail
        dispatch = self.env["document.dispatch.recipient"].sudo().browse(outgoing.recipient_id).dispatch_id
        # sudo: the files of the dispatch itself, to find and name them
        linked = self.env["ir.attachment"].sudo().browse(outgoing.linked_ids)
        for mail in mails:
            self._dispatch_check_mail(dispatch, mail)
            self._dispatch_address_mail(mail)
            if outgoing.envelope:
                self._dispatch_address_common(mail, outgoing)
            if outgoing.subject:
                mail["subject"] = outgoing.subject
            if linked:
                self._dispatch_link_files(mail, linked, outgoing.recipient_id)
            mail["body_alternative"] = plain_text.from_html(mail["body"])
        return mails

    def _dispatch_check_mail(self, dispatch, mail):
        """Let no mail go whose files are not those of its dispatch, as they were."""
        if not dispatch:
            return
        try:
            dispatch._check_files(mail["attachments"], mail["body"])
        except (FilesChanged, environment.FilestoreUnavailable) as error:
            raise Withheld(error) from error

    def _dispatch_address_mail(self, mail):
        """Address a mail to what the resolver read in the field, in its normal form.

        Core reads the field once more by itself (``tools.mail.email_normalize_all``), and finds other addresses: of
        “1. ana@x.example” it makes ``1.ana@x.example``. And it compares the envelope, in which international domains
        stand in ASCII, with the address as typed (``send_validated_to``), so that nobody is left.
        """
        found = addresses.parse(mail["email_to_raw"]).valid
        partner = mail["partner_id"]
        mail["email_to"] = [formataddr((partner.name if partner else name, email)) for email, name in found]
        mail["email_to_normalized"] = [email for email, _name in found]

    def _dispatch_address_common(self, mail, outgoing):
        """As :meth:`_dispatch_address_mail`: who is in Cc, and all who may stand in the envelope, Bcc among them."""
        found = addresses.parse(self.email_cc).valid
        mail["email_cc"] = [formataddr((name, email)) for email, name in found]
        mail["email_to_normalized"] += [*(email for email, _name in found), *outgoing.bcc]

    def _dispatch_link_files(self, mail, files, recipient_id):
        """Take these files out of a mail, and say in its text where they are.

        :param dict mail: one of ``_prepare_outgoing_list``; it is changed
        :param files: ``ir.attachment``, too large for the account's limit
        :param int recipient_id: whose link it is
        """
        mail["attachments"] = self._dispatch_leave_out(files, mail["attachments"])
        lines = Markup("<br/>").join(
            self.env._("%(file)s (%(size)s) is too large for an "
                       "e-mail.", file=file.name, size=human_size(file.file_size))
            for file in files
        )
        document = self.env[self.model].browse(self.res_id).sudo()  # sudo: the link is the recipient's
        recipient = self.env["document.dispatch.recipient"].sudo().browse(recipient_id)
        url = (recipient._link(document) if recipient._shows_only()
               else document.get_base_url() + document.get_portal_url())
        note = Markup('<p>%s<br/><a href="%s">%s</a></p>') % (lines, url, self.env._("Download it here"))
        mail["body"] = append_content_to_html(mail["body"], note, plaintext=False)

    def _dispatch_leave_out(self, files, entries):
        """Return the entries of a mail, name, content and type each, without those of these files, once for each.

        Core's entries no longer know which file they are (``_prepare_outgoing_list``), and a name may stand there
        twice; where the content is the same, too, it is all one which of them goes.
        """
        left_out = Counter((file.name, file.checksum) for file in files)
        rest = []
        for entry in entries:
            name, content, *_mimetype = entry
            key = name, files._compute_checksum(content)
            if left_out[key]:
                left_out[key] -= 1
            else:
                rest.append(entry)
        return rest

    def _dispatch_choose_linked(self, server):
        """The largest files, as many as must stay out so that the mail fits the account's limit.

        Core would turn every file into a link (``mail.mail._prepare_outgoing_list``).
        """
        limit = server._get_max_email_size() * 1024 * 1024
        files = self.attachment_ids.sudo().sorted("file_size")  # sudo: as core does there
        body, linked = self._prepare_outgoing_body(), files.browse()
        while files and self._estimate_email_size({}, body, files.mapped("file_size")) > limit:
            linked |= files[-1]
            files = files[:-1]
        return linked
