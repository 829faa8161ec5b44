from odoo import api, models
from odoo.exceptions import UserError

from ...tools.mail import addresses
from ...tools.recipients.recipients import Directory


class ResPartner(models.Model):
    """What a dispatch asks of its customer; the rooms above answer."""

    _name = "res.partner"
    _inherit = ["res.partner", "document.dispatch.protected"]

    # ------------------------------------------------------------------
    # Declared here, answered above
    # ------------------------------------------------------------------

    def _dispatch_directory(self):
        """Who may get what at these partners, :class:`tools.recipients.recipients.Directory`: see ``recipients``."""
        return Directory([], [])

    def _dispatch_wishes(self, company):
        """What these partners wish for the documents of each role at a company: see ``recipients``.

        :return: ``{(id, role): tools.recipients.wishes.Wish}``; what is not there has no wish
        """
        return {}

    def _dispatch_refuses(self, dispatch_type, company=None):
        """Tell whether documents of this type must not go to this partner by e-mail: see ``consent``."""
        return False

    def _dispatch_duty(self, dispatch_type, company):
        """Tell whether the law asks for these documents by e-mail although the partner refuses: see ``consent``."""
        return False

    def _dispatch_shares_mail(self, company):
        """Tell whether several readers at this customer get one mail; what a customer wishes: see ``recipients``."""
        return company.sudo().dispatch_readers == "common"  # sudo: a company's choice that planning follows

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    @api.model
    def _dispatch_reason(self, choice, role):
        """The recipient's ``reason`` for a choice: a flag is named, so that each is translated."""
        return f"flag_{role}" if choice.reason == "flag" else choice.reason

    @api.model
    def _dispatch_reason_label(self, choice, role):
        """Why an address was taken or passed over, in words."""
        return self.env["document.dispatch.recipient"]._reason_labels()[self._dispatch_reason(choice, role)]

    @api.model
    def _dispatch_reason_line(self, choice, role):
        """An address, or the contact who has none, and why it was taken or passed over."""
        contact = self.browse(choice.contact_id or ())
        # sudo: a name beside those that the partner's own form shows
        line = self.env._("%(address)s: %(reason)s", address=choice.email or contact.sudo().name,
                          reason=self._dispatch_reason_label(choice, role))
        return line if choice.address_field == "to" else f"{choice.address_field.capitalize()} {line}"

    @api.model
    def _dispatch_explain_letters(self, text):
        """Why an address with letters outside of ASCII before the ``@`` cannot be used, empty for any other text."""
        return self.env._(
            "E-mail to “%s” cannot be sent: letters like é or ł before the @ require SMTPUTF8, which Odoo does not "
            "support. Ask for another address.", text,
        ) if addresses.needs_smtputf8(text) else ""

    @api.model
    def _dispatch_typed_addresses(self, text):
        """The addresses that a person typed into a window; raise on a wrong one.

        :return: list of :class:`tools.mail.addresses.Address`
        """
        parsed = addresses.parse(text)
        if parsed.invalid:
            raise UserError(self._dispatch_explain_letters(parsed.invalid[0]) or self.env._(
                "“%s” is not a valid e-mail address. Enter comma-separated addresses, like name@company.com, "
                "other@company.com.", parsed.invalid[0],
            ))
        return parsed.valid
