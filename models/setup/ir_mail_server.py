from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ...tools.mail import limits

#: An account of which a company's mails went within this time is its own
RECENT = timedelta(days=30)


class IrMailServer(models.Model):
    """An account that is changed is to be tested anew; the overview says how each is."""

    _inherit = "ir.mail_server"

    def _dispatch_mended(self):
        """A test mail proves nothing of the account as it is now."""
        # sudo: in whatever company it was sent
        self.env["res.company"].sudo().search([("dispatch_test_server_id", "in", self.ids)]).dispatch_test_state = False
        return super()._dispatch_mended()

    @api.model
    def _dispatch_describe_all(self, companies):
        """Say of each account how it is, and how much it may still send; of those that only others use nothing.

        :param companies: ``res.company`` of who asks
        :return: dicts with ``name``, ``look`` (a colour of Bootstrap), ``state`` in words, ``sent`` (mails in the last
            24 hours), ``limit`` (in 24 hours) and ``left`` of it (``False``: no limit)
        """
        now = fields.Datetime.now()
        # sudo: accounts are for administrators to read; a limit counts the mails of all companies
        servers = self.sudo().search([("owner_user_id", "in", (False, self.env.uid))])
        recipients = self.env["document.dispatch.recipient"].sudo()
        used = [("mail_server_id", "in", servers.ids), ("sent_date", "<=", now)]
        # sudo: whether there are others
        if self.env["res.company"].sudo().search_count([("id", "not in", companies.ids)], limit=1):
            recent = [*used, ("sent_date", ">", now - RECENT)]
            of_all = {server for [server] in recipients._read_group(recent, ["mail_server_id"])}
            own = {server for [server] in recipients._read_group(
                [*recent, ("dispatch_id.company_id", "in", companies.ids)], ["mail_server_id"])}
            servers = servers.filtered(lambda server: server in own or server not in of_all)
        sent = dict(recipients._read_group(
            [*used, ("sent_date", ">", now - limits.DAY)], ["mail_server_id"], ["__count"]))
        return [server._dispatch_describe(sent.get(server, 0)) for server in servers]

    def _dispatch_describe(self, sent):
        """As :meth:`_dispatch_describe_all`, of one account.

        :param int sent: documents in the last 24 hours
        """
        left = self.dispatch_per_day > 0 and max(self.dispatch_per_day - sent, 0)
        if self._dispatch_advice():
            look, state = "danger", self.env._("Refused")
        elif self.dispatch_unreached_since:
            look, state = "warning", self.env._(
                "Does not answer since %s",
                format_datetime(self.env, self.dispatch_unreached_since, dt_format="short"))
        elif left == 0 and self.dispatch_per_day > 0:
            look, state = "info", self.env._("Limit reached")
        elif sent:
            look, state = "success", self.env._("Working")
        else:
            look, state = "secondary", self.env._("Nothing sent today")
        return {
            "name": self.name, "look": look, "state": state, "sent": sent,
            "limit": self.dispatch_per_day, "left": left,
        }
