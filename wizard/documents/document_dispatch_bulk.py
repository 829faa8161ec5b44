from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...tools.dispatch.steering import SendRequest

#: Of more documents than these that stay only the number is said
MOST_LINES = 40
#: Of more documents that went before only these are named
NAMED = 5


class DocumentDispatchBulk(models.AbstractModel):
    """What the windows that send several documents have in common: how they go, and what will happen.

    A window says which documents (``_dispatch_ours``), and starts the bulk send.
    """

    _name = "document.dispatch.bulk"
    _description = "Send Several Documents"

    dispatch_grouping = fields.Selection(
        [("all", "All at once"), ("each", "One by one, reviewing each"),
         ("bundle", "One e-mail per customer, with all their documents")],
        string="How", required=True, default="all",
    )
    dispatch_again = fields.Boolean(string="Send these again as well")
    dispatch_send_on = fields.Datetime(
        string="Send on", help="The documents wait until then; they can be rescheduled or sent earlier. Empty: now.")
    dispatch_at_once = fields.Boolean(string="Send now, without waiting for periodic deliveries")
    dispatch_collected = fields.Char(string="In periodic deliveries", compute="_compute_dispatch_summary")
    dispatch_by_mail = fields.Char(string="By e-mail", compute="_compute_dispatch_summary")
    dispatch_on_paper = fields.Char(string="On paper", compute="_compute_dispatch_summary")
    dispatch_went = fields.Char(string="Already sent", compute="_compute_dispatch_summary")
    dispatch_stays = fields.Text(string="Not sent", compute="_compute_dispatch_summary")

    def _dispatch_ours(self):
        """The documents that go by e-mail or on paper."""
        raise NotImplementedError(self._name)

    def _dispatch_bulk_request(self):
        """What the window says of when they go."""
        when = fields.Datetime.to_string(self.dispatch_send_on) if self.dispatch_send_on else ""
        return SendRequest("batch", scheduled_date=when, at_once=self.dispatch_at_once)

    def _dispatch_check_send_on(self):
        """Raise where the time that a person chose is over."""
        if self.dispatch_send_on:
            self.env["document.dispatch"]._check_time(self.dispatch_send_on)

    def _compute_dispatch_summary(self):
        for wizard in self:
            ours = wizard._dispatch_bulk_request().on(wizard._dispatch_ours())
            vals_list, left_out, went = [], [], ours.browse()
            for company, documents in ours.grouped("company_id").items():
                plan = documents.with_company(company)._dispatch_plan_batch(wizard.dispatch_again)
                vals_list += plan.vals_list
                left_out += plan.left_out
                went |= plan.went
            wizard.dispatch_by_mail = wizard._dispatch_describe_mails(vals_list)
            wizard.dispatch_collected = wizard._dispatch_describe_collected(vals_list)
            wizard.dispatch_on_paper = wizard._dispatch_describe_paper(vals_list)
            names = ", ".join(went[:NAMED].mapped("name")) + (" …" if len(went) > NAMED else "")
            wizard.dispatch_went = self.env._("%(count)s: %(names)s", count=len(went), names=names) if went else False
            wizard.dispatch_stays = wizard._dispatch_describe_left_out(left_out)

    def _dispatch_describe_mails(self, vals_list):
        with_addresses = self.env["document.dispatch.channel"]._get_codes("_takes_addresses")
        by_mail = [vals for vals in vals_list if vals["channel"] in with_addresses]
        addresses = {command[2]["email"] for vals in by_mail for command in vals["recipient_ids"]}
        customers = {vals["partner_id"] for vals in by_mail}
        return self.env._(
            "Documents: %(documents)s, customers: %(customers)s, addresses: %(addresses)s",
            documents=len(by_mail), customers=len(customers), addresses=len(addresses),
        ) if by_mail else False

    def _dispatch_describe_collected(self, vals_list):
        dates = [vals["scheduled_date"] for vals in vals_list if vals.get("collected")]
        return self.env._(
            "Waiting for their customers' periodic deliveries: %(count)s, the first on %(date)s", count=len(dates),
            date=format_datetime(self.env, min(dates), dt_format="short"),
        ) if dates else False

    def _dispatch_describe_paper(self, vals_list):
        on_paper = self.env["document.dispatch.channel"]._is_for_paper
        reasons = [vals["channel_reason"] for vals in vals_list if on_paper(vals["channel"])]
        if not reasons:
            return False
        words = self.env._(
            "Documents: %(count)s (e-mail refused: %(refused)s, no valid address: %(nowhere)s)", count=len(reasons),
            refused=reasons.count("refused"), nowhere=reasons.count("no_address"),
        )
        wished = reasons.count("wish")
        return self.env._("%(words)s; as their customers prefer: %(count)s", words=words, count=wished) if (
            wished) else words

    def _dispatch_describe_left_out(self, left_out):
        lines = [f"{document.display_name}: {reason}" for document, reason in left_out[:MOST_LINES]]
        if len(left_out) > MOST_LINES:
            lines.append(self.env._("… and %s more", len(left_out) - MOST_LINES))
        return "\n".join(lines)

    def _dispatch_check_grouping(self, documents):
        """Raise where several cannot go in one mail: there is no text for that."""
        if self.dispatch_grouping != "bundle":
            return
        types = {document._dispatch_type() for document in documents}
        missing = [dispatch_type.name for dispatch_type in types if not dispatch_type.bundle_template_id]
        if missing:
            raise UserError(self.env._(
                "There is no text for several of these in one e-mail: %s. Choose one on the document type, or send "
                "them separately.", ", ".join(missing)))
