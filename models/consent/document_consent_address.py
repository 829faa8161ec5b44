import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import hmac

from ...tools.page import links
from ..dispatch.document_dispatch import attempt
from ..page.document_dispatch_place import ADDRESS, make_place

_logger = logging.getLogger(__name__)

#: So long the new address may take to confirm that it is the customer's
PATIENCE = timedelta(days=7)
#: Purpose of the token, so that none made for something else opens the page (odoo.tools.hmac)
SCOPE = "document_dispatch-consent-address"
STEPS = [
    ("asked", "Requested"),
    ("verified", "Confirmed from the new address"),
    ("used", "Used"),
    ("discarded", "Rejected"),
]


class DocumentConsent(models.Model):
    """A change of address waits: whoever has the link could send a customer's invoices to themselves.

    Asked for on the page, confirmed from the new address, used by a clerk. Each step is an entry. A
    customer who had no address at all has nothing to lose: the confirmation is enough.
    """

    _inherit = "document.consent"

    step = fields.Selection(STEPS, readonly=True)
    request_id = fields.Many2one(
        "document.consent", readonly=True, index="btree_not_null", ondelete="restrict",
    )
    step_ids = fields.One2many("document.consent", "request_id", string="Steps", readonly=True)
    address_state = fields.Selection(
        STEPS, string="Status of the change", compute="_compute_address_state", compute_sudo=True,
    )
    last_step_id = fields.Many2one("document.consent", compute="_compute_last_step")

    @api.depends("step", "step_ids")
    def _compute_last_step(self):
        for entry in self:
            request = entry.request_id or entry
            entry.last_step_id = request.step_ids.sorted("id")[-1:] or (request.step and request)

    @api.depends("last_step_id")  # its step never changes, so that it need not be searched for
    def _compute_address_state(self):
        for entry in self:
            entry.address_state = entry.last_step_id.step

    @api.model
    def _open_request(self, partner):
        """The customer's last wish for another address, unless it was used or discarded."""
        # sudo: the page and the form show it; what is done with it is checked there
        last = self.sudo().search([
            ("partner_id", "=", partner.id), ("step", "=", "asked"), ("request_id", "=", False),
        ], order="id desc", limit=1)
        state = last.last_step_id.step
        in_time = state == "verified" or last and last.date > fields.Datetime.now() - PATIENCE
        return last if state in ("asked", "verified") and in_time else self.browse()

    def _next_step(self, step, **vals):
        """Write the next entry of this request."""
        # sudo: steps are the system's to write; ``user_id`` remains who did it
        return self._with_system_write().create({
            "partner_id": self.partner_id.id, "company_id": self.company_id.id, "kind": "address",
            "new_email": self.new_email, "request_id": self.id, "step": step, "channel": "user", **vals,
        }).with_env(self.env(su=True))  # sudo: as above

    # ------------------------------------------------------------------
    # The new address
    # ------------------------------------------------------------------

    def _address_token__(self):
        # sudo: the key of the database signs it, with the secret of the customer's own link
        secret = self.partner_id.sudo().dispatch_token or ""
        return hmac(self.env(su=True), SCOPE, (self.id, self.new_email, secret))

    def _address_place(self):
        return make_place(self.env, ADDRESS, self.id)

    def _address_path__(self):
        return f"/dispatch/consent/address/{self.id}/{self._address_token__()}"

    def _address_url(self):
        """What stands for the link in the mail's text, see ``document_dispatch_place``."""
        return f"{self.partner_id.get_base_url()}{self._address_place()}"

    def _check_address_token(self, token):
        """Tell in constant time whether this is the token of the customer's open request."""
        entry = self.exists()
        expected = entry._address_token__() if entry.kind == "address" and entry.new_email else "0" * 64
        return links.same(expected, token) and entry == self._open_request(entry.partner_id)

    def _verify_address(self, **vals):
        """The new address confirmed; a clerk decides, where there is an address to lose."""
        self.ensure_one()
        if self.last_step_id.step != "asked":
            return
        entry = self._next_step("verified", channel="page", declared_by=self.new_email, **vals)
        if self.partner_id._dispatch_consent_emails() or not self._use_address_now():
            attempt(entry, "_ask_clerk")  # the address is confirmed, whoever can be told

    def _use_address_now(self):
        """Use an address that nobody has to check; false where a module does not allow it, which a clerk must see."""
        try:
            with self.env.cr.savepoint():
                self._use_address(channel="page")
        except UserError as error:
            _logger.info("%s is not used: %s", self, error)
            return False
        return True

    def _ask_clerk(self):
        partner = self.partner_id
        user = partner.user_id.filtered(lambda user: user.active and not user.share)
        managers = self.env["document.dispatch.health"]._get_managers(self.company_id or self.env.company)
        if not (user or managers):
            return
        # in the clerk's language, not in the customer's
        clerk = (user or managers)[0]
        entry = self.with_context(lang=clerk.lang)
        # without a mail of its own: it would come in the name of the website's visitor;
        # sudo: whose activity it is, is for the system to say
        partner.with_context(mail_activity_quick_update=True).sudo().activity_schedule(
            "mail.mail_activity_data_todo", user_id=clerk.id,
            summary=entry._alarm_summary(self.new_email), dispatch_alarm="address",
            note=entry.env._(
                "Requested on the customer page and confirmed from the new address. Verify it with the customer by "
                "other means, then click “Use This Address” on the Documents tab of their contact form."
            ),
        )

    @api.model
    def _alarm_summary(self, email):
        return self.env._("New address to check: %s", email)

    # ------------------------------------------------------------------
    # The clerk
    # ------------------------------------------------------------------

    def action_use_address(self):
        """A clerk checked it: from now on documents go there."""
        request = self._get_verified()
        request._use_address()
        others = [email for email in request.partner_id._dispatch_consent_emails() if email != request.email_normalized]
        if not others:
            return False
        return self._notify(self.env._("Documents are still sent to these contacts, too: %s", ", ".join(others)))

    def action_discard_address(self):
        """A clerk checked it: it is not the customer's."""
        self._get_request()._next_step("discarded")

    def _get_request(self):
        """The open request; whoever decides about it may edit the customer, and sees the entry."""
        self.ensure_one()
        self.check_access("read")
        request = self.request_id or self
        request.partner_id.check_access("write")
        if request != self._open_request(request.partner_id):
            raise UserError(self.env._("This change of address is no longer pending."))
        return request

    def _get_verified(self):
        request = self._get_request()
        if request.last_step_id.step != "verified":
            raise UserError(self.env._("%s has not been confirmed from the new address yet.", request.new_email))
        return request

    def _use_address(self, **vals):
        """Send documents there: the general address, or a flagged contact where contacts are flagged."""
        with self.partner_id._dispatch_keeping_address(self.new_email):
            self._write_address()
        self._next_step("used", **vals)

    def _write_address(self):
        partner = self.partner_id
        flags = partner._dispatch_invoice_flags()
        if flags:
            contacts = partner.child_ids.filtered(lambda contact: contact.email_normalized == self.email_normalized)
            if contacts:
                contacts[0].write(dict.fromkeys(flags, True))
            else:
                partner.child_ids = [Command.create({
                    "name": self.declared_by or self.new_email, "email": self.new_email, "type": "contact",
                    **dict.fromkeys(flags, True),
                })]
        else:
            partner.email = self.new_email

    def _notify(self, text):
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"type": "info", "message": text, "sticky": True,
                       "next": {"type": "ir.actions.act_window_close"}},
        }
