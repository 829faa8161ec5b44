import secrets
from datetime import timedelta

import requests

from odoo import api, fields, models
from odoo.tools import consteq, hmac

#: Who is asked whether this database is there, with 32 characters that nobody knows beforehand
HERE = "/dispatch/here"
#: Purpose of the answer, so that it is good for nothing else (odoo.tools.hmac)
SCOPE = "document_dispatch-here"
#: Seconds for an answer; how long a good one is believed
SECONDS, TRUST = 10, timedelta(hours=1)


class DocumentDispatchHome(models.Model):
    """Where reports load their styles: the address must lead to this database, and not to none or another one.

    What the scheduler draws it draws without anybody's session, so that Odoo has only the address to choose a
    database by. Without the styles a PDF is made all the same, and looks as nobody wants it.
    """

    _inherit = "document.dispatch.home"

    report_url = fields.Char(readonly=True, help="The last address checked.")
    report_state = fields.Selection(
        [("ok", "This database"), ("unreached", "Does not answer"), ("other", "Another database")], readonly=True,
    )
    report_date = fields.Datetime(readonly=True, help="When it was checked.")

    @api.model
    def _answer_here(self, nonce):
        """What this database answers to who asks for it: no other can, and it says nothing else."""
        # sudo: the database's secret, of which nothing is told
        return hmac(self.env(su=True), SCOPE, (nonce, self._read_marks()["database_oid"]))

    @api.model
    def _probe_reports(self):
        """Ask the address of reports who is there, at most once in an hour as long as all is well."""
        home, url = self._find(), self._find_report_address()
        trusted = home.report_url == url and home.report_state == "ok"
        if not home or trusted and home.report_date > fields.Datetime.now() - TRUST:
            return
        state = self._ask_who_is_there(url)
        if state == "unreached":  # busy, perhaps: it counts when it is so twice
            state = self._ask_who_is_there(url)
        home.write({"report_url": url, "report_state": state, "report_date": fields.Datetime.now()})

    @api.model
    def _find_report_address(self):
        """The address that core gives to reports (``report.url``, else ``web.base.url``)."""
        return self.env["ir.actions.report"]._get_report_url().rstrip("/")

    @api.model
    def _ask_who_is_there(self, url):
        """Return the ``report_state`` of an address."""
        nonce = secrets.token_hex(16)
        try:
            reply = requests.get(f"{url}{HERE}/{nonce}", timeout=SECONDS)
        except (requests.RequestException, ValueError):
            return "unreached"
        if reply.status_code >= 500:
            return "unreached"
        return "ok" if reply.ok and consteq(reply.text[:100], self._answer_here(nonce)) else "other"

    @api.model
    def _describe_reports(self):
        """What is to be said to people where reports do not find their styles; empty where they do."""
        home = self._find()
        if home.report_state not in ("unreached", "other") or home.report_url != self._find_report_address():
            return ""
        url = home.report_url
        if home.report_state == "unreached":
            return self.env._(
                "Reports load their styles from %s, which does not answer: PDFs are created without them. Set the "
                "system parameter “report.url” to an address at which this Odoo server can reach itself.", url)
        return self.env._(
            "Reports load their styles from %s, which leads to another database or to none: PDFs are created without "
            "them. Set “report.url” to an address that leads to this database without login, using Odoo's option "
            "dbfilter.", url)
