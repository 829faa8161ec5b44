from odoo import api, fields, models

from ...tools.mail import addresses, answers


class DocumentDispatch(models.Model):
    """What the customer answered: a day beside the state, never a state."""

    _inherit = "document.dispatch"

    answered_date = fields.Datetime(
        string="Answered on", readonly=True, copy=False, index="btree_not_null",
        help="When the customer first replied to this e-mail by an e-mail received in Odoo. Automatic replies, "
             "reports, receipts and internal replies do not count.",
    )
    answered_by = fields.Char(string="Answered by", readonly=True, copy=False)

    @api.model
    def _find_answered(self, in_reply_to, references):
        """The dispatch whose mail somebody answers; the main one of a bundle, empty where it is none of ours.

        By our Message-ID, or by the id that a relay put in its place (``document.dispatch.recipient.relay_id``).

        :param str in_reply_to: of the answer's header
        :param str references: of the answer's header
        """
        named = answers.answered_ids(in_reply_to, references)
        Recipient = self.env["document.dispatch.recipient"]
        found = Recipient.search([("message_id", "in", [whole for whole, _name in named])])
        by_id = {recipient.message_id: recipient for recipient in found}
        for whole, _name in named:
            if recipient := by_id.get(whole):
                return recipient.dispatch_id._bundle_main()
        relayed = Recipient.search([("relay_id", "in", [name for _whole, name in named])]).dispatch_id._bundle_main()
        return relayed if len(relayed) == 1 else self.browse()

    def _note_answer(self, email):
        """Somebody answered the mail of this dispatch; every document in that mail is answered.

        :param str email: who wrote, as in a header
        """
        self.ensure_one()
        email = next(iter(addresses.parse(email).emails), "")
        first = self._with_bundled().filtered(lambda dispatch: not dispatch.answered_date)
        if first and not self.rehearsal and self._is_reader(email):
            first._with_system_write().write({"answered_date": fields.Datetime.now(), "answered_by": email})

    def _is_reader(self, email):
        """Tell whether an address is one of the customer's: who got the mail, a contact of theirs, or their house.

        To whomever else the mail was forwarded, their answer stands in the chatter, and is not the customer's.

        :param str email: who wrote
        """
        if not email:
            return False
        # sudo: the mail gateway acts for nobody
        partners = self.env["res.partner"].sudo().search([("email_normalized", "in", list(addresses.spellings(email)))])
        if partners.user_ids.filtered(lambda user: user._is_internal()) or self._is_own_address(email):
            return False
        readers = self._with_bundled().recipient_ids.mapped("email")
        return (
            email in readers or self.commercial_partner_id in partners.commercial_partner_id
            or answers.is_colleague(email, readers)
        )

    def _is_own_address(self, email):
        """Tell whether an address is the house's own: what sent the mail, or a company's."""
        # sudo: as above
        companies = self.env["res.company"].sudo().search([("email", "!=", False)])
        own = (self.email_from, self.reply_to, *companies.mapped("email"))
        return email in {found for text in own for found in addresses.parse(text).emails}
