from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.mail import retry
from ..rule.document_dispatch_run import DEFAULT_DAYS


class ResConfigSettings(models.TransientModel):
    """Settings of sending, windows, paper and workers."""

    _inherit = "res.config.settings"

    dispatch_mode = fields.Selection(related="company_id.dispatch_mode", readonly=False, required=True)
    dispatch_readers = fields.Selection(related="company_id.dispatch_readers", readonly=False, required=True)
    dispatch_bcc = fields.Char(related="company_id.dispatch_bcc", readonly=False)
    dispatch_open_on_post = fields.Boolean(related="company_id.dispatch_open_on_post", readonly=False)
    dispatch_copy_to_me = fields.Boolean(related="company_id.dispatch_copy_to_me", readonly=False)
    dispatch_download_pdf = fields.Boolean(related="company_id.dispatch_download_pdf", readonly=False)
    dispatch_extra_accept = fields.Boolean(related="company_id.dispatch_extra_accept", readonly=False)
    dispatch_print_asks = fields.Boolean(related="company_id.dispatch_print_asks", readonly=False)
    dispatch_envelope = fields.Selection(related="company_id.dispatch_envelope", readonly=False, required=True)
    dispatch_consent_text = fields.Text(related="company_id.dispatch_consent_text", readonly=False)
    dispatch_rehearsal_email = fields.Char(related="company_id.dispatch_rehearsal_email", readonly=False)
    dispatch_collection_hour = fields.Float(related="company_id.dispatch_collection_hour", readonly=False)
    dispatch_collection_tz = fields.Selection(related="company_id.dispatch_collection_tz", readonly=False)
    dispatch_general_address = fields.Boolean(related="company_id.dispatch_general_address", readonly=False)
    dispatch_parallel_workers = fields.Integer(
        string="Parallel workers", compute="_compute_dispatch_parallel_workers",
        inverse="_inverse_dispatch_parallel_workers",
        help="Number of workers that deliver in parallel, from 1 to 4. Odoo needs as many cron threads or workers.",
    )
    dispatch_pdf_processes = fields.Integer(
        string="PDFs rendered in parallel", config_parameter="document_dispatch.pdf_processes",
        help="Number of PDFs rendered in parallel. 0: two per processor.",
    )
    dispatch_retry_minutes = fields.Char(
        string="Retry intervals (minutes)", config_parameter="document_dispatch.retry_minutes",
        default=", ".join(map(str, retry.DEFAULT_STEPS)),
        help="Delay after the first, second, third … failed attempt; the last one repeats.",
    )
    dispatch_retry_days = fields.Float(
        string="Give up after (days)", config_parameter="document_dispatch.retry_days",
        default=retry.DEFAULT_LIFETIME.days,
        help="Number of days from the first attempt. After that the dispatch is set to failed, and the operator gets "
             "an activity.",
    )
    dispatch_run_days = fields.Integer(
        string="Keep runs of rules for (days)", config_parameter="document_dispatch.run_days", default=DEFAULT_DAYS,
        help="Number of days after which runs are deleted from a rule's log. Their documents are kept. 0: 90 days.",
    )
    dispatch_final_dot_timeout = fields.Integer(
        string="Wait for the server's answer (seconds)", config_parameter="document_dispatch.final_dot_timeout",
        default=600,
        help="Number of seconds to wait after an e-mail was handed over. RFC 5321 requires 600: with less, delivery "
             "through slow servers may remain unconfirmed.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Write the supervisor of a rehearsal before it begins, and take them away after it ended.

        Odoo writes what belongs to the company field by field, in the order of the values.
        """
        for vals in vals_list:
            names = ["dispatch_rehearsal_email", "dispatch_mode"]
            if vals.get("dispatch_mode") != "rehearse":
                names.reverse()
            for name in names:
                if name in vals:
                    vals[name] = vals.pop(name)
        return super().create(vals_list)

    @api.depends("company_id")
    def _compute_dispatch_parallel_workers(self):
        crons = self.env["document.dispatch.delivery"]._get_worker_crons()
        self.dispatch_parallel_workers = len(crons.filtered("active"))

    def _inverse_dispatch_parallel_workers(self):
        crons = self.env["document.dispatch.delivery"]._get_worker_crons()
        for settings in self:
            if not 1 <= settings.dispatch_parallel_workers <= len(crons):
                raise ValidationError(self.env._("Choose from 1 to %s parallel workers.", len(crons)))
            for number, cron in enumerate(crons, start=1):
                if cron.active != (number <= settings.dispatch_parallel_workers):
                    cron.active = number <= settings.dispatch_parallel_workers

    def action_dispatch_test(self):
        """Send oneself a test mail, and say what the server answered."""
        setup, company = self.env["document.dispatch.setup"], self.company_id
        setup._check_manager()
        company._dispatch_send_test(self.env.user)
        accepted = company.dispatch_test_state == "sent"
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {
                "message": setup._describe_test(company), "type": "success" if accepted else "danger", "sticky": True,
            },
        }

    @api.constrains("dispatch_retry_minutes")
    def _check_dispatch_retry_minutes(self):
        for settings in self:
            parts = (settings.dispatch_retry_minutes or "").replace(";", ",").split(",")
            if not all(part.strip().isdigit() for part in parts):
                raise ValidationError(self.env._(
                    "Enter the retry intervals as comma-separated numbers, like 5, 15, 60."
                ))
