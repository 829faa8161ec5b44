import logging

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.rule import conditions

#: Parameters that decide when a rule runs next
SCHEDULE_FIELDS = frozenset({"active", "trigger", "hour_from", "hour_to", "interval", "tz", "calendar_id", "period",
                             "period_weekday", "period_day"})


class DocumentDispatchRule(models.Model):
    """What the scheduler sends by itself, in whose name, when, and since when."""

    _name = "document.dispatch.rule"
    _inherit = ["document.dispatch.account.choice"]
    _description = "Automatic Sending Rule"
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=False, help="A new rule is inactive until you activate it.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company,
    )
    # In whose name
    user_id = fields.Many2one(
        "res.users", string="Operator", required=True, default=lambda self: self.env.user,
        check_company=True, domain="[('share', '=', False)]",
        help="Documents are sent in the operator's name and with their access rights.",
    )
    mail_server_id = fields.Many2one(
        help="E-mails are sent from the address of this account, and replies go there. Empty: as set on the document "
             "type.",
    )
    # What
    type_ids = fields.Many2many(
        "document.dispatch.type", string="Documents", required=True,
        domain="[('company_id', 'in', (False, company_id)), ('code', 'not in', ('proforma', 'letter')), "
        "('is_offered', '=', True)]",
    )
    model = fields.Char(compute="_compute_model", help="The model of the document types, if they share one.")
    document_states = fields.Selection(
        [("posted", "Posted documents only"), ("all", "Drafts too")], string="Drafts",
        required=True, default="posted",
        help="A draft invoice is sent once as a pro-forma, marked as such on each page; the invoice is sent when it "
             "is posted.",
    )
    selection = fields.Selection(
        [("all", "All matching documents"), ("marked", "Only those marked “to send”")], string="Documents to send",
        required=True, default="all",
    )
    journal_ids = fields.Many2many(
        "account.journal", string="Journals", check_company=True, copy=False,  # see copy
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]", help="Empty: all.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", help="With their contacts and branches. Empty: all.",
    )
    domain = fields.Char(
        string="Condition",
        help="A condition on the documents. Dates may be relative, like “today -30d”.",
    )
    date_basis = fields.Selection(
        [("issue", "Date of issue"), ("sale", "Date of sale")], string="Date basis",
        required=True, default="issue", help="The date of sale is the delivery date; if there is none, the date of "
                                             "issue.",
    )
    date_from = fields.Date(
        string="Start date",
        help="Documents of this date or later. Activating the rule sets it to today, so that "
                                 "older documents are not sent; if a date is already set, you are asked.",
    )
    # not stored: an answer, when a rule with a from date of its own is switched on
    resume_from = fields.Selection(
        [("then", "From the start date on, including the inactive period"), ("today", "From today on")],
        string="Documents of the inactive period", store=False,
    )
    asks_resume = fields.Boolean(
        compute="_compute_asks_resume", help="The user first has to decide whether documents of the inactive period "
                                             "are sent.")
    # As what
    delivery = fields.Selection(
        [("now", "Send immediately"), ("review", "Leave in review")],
        required=True, default="now",
        help="In review, a user checks, edits, releases or discards them.",
    )
    mail_template_id = fields.Many2one(
        "mail.template", string="Text", domain="[('model', '=', model)]", ondelete="restrict",
        help="For documents of the first type only. Empty: the text of the document type.",
    )
    text_type_id = fields.Many2one("document.dispatch.type", string="Document type", compute="_compute_text_type_id")
    text_ids = fields.One2many(
        "document.dispatch.rule.kind", "rule_id", string="Texts of other documents", copy=True,
        help="Documents not listed here, including pro-formas, are sent with the text of their type.",
    )
    report_mode_company = fields.Selection(
        [("default", "Set on the document type"), ("report", "This report"), ("none", "No attachment")],
        string="In the company's currency", required=True, default="default",
    )
    report_company_id = fields.Many2one(
        "ir.actions.report", string="Report", domain="[('model', '=', model)]", ondelete="restrict",
    )
    report_mode_foreign = fields.Selection(
        [("default", "Set on the document type"), ("report", "This report"), ("none", "No attachment")],
        string="In foreign currency", required=True, default="default",
    )
    report_foreign_id = fields.Many2one(
        "ir.actions.report", string="Report for foreign currency", domain="[('model', '=', model)]",
        ondelete="restrict",
    )
    # When
    trigger = fields.Selection(
        [("schedule", "On a schedule"), ("post", "Immediately, when it is posted")], string="When",
        required=True, default="schedule",
    )
    hour_from = fields.Float(string="From hour", default=8.0)
    hour_to = fields.Float(
        string="Until hour", default=18.0,
        help="The rule does not run after this hour, and missed runs are not made up for. If it is before the first "
             "hour: until this hour of the next day; with one run a day until midnight.",
    )
    interval = fields.Selection(
        [("0", "Once a day"), ("30", "Every 30 minutes"), ("60", "Every hour"), ("120", "Every 2 hours"),
         ("240", "Every 4 hours")],
        string="Repeat", required=True, default="60",
    )
    tz = fields.Selection(
        _tz_get, string="Time zone", required=True,
        default=lambda self: self.env.user.tz or self.env.company.partner_id.tz or "UTC",
    )
    calendar_id = fields.Many2one(
        "resource.calendar", string="Working days of", check_company=True, ondelete="restrict",
        help="The rule sends nothing on days off and holidays of this calendar, but on the next working day. Empty: "
             "it sends every day.",
    )
    next_run = fields.Datetime(compute="_compute_next_run", store=True, copy=False)
    last_run = fields.Datetime(readonly=True, copy=False)
    # What is wrong
    problem = fields.Char(readonly=True, copy=False, help="Why the last run stopped.")
    warning = fields.Char(readonly=True, copy=False, help="Documents the last run could not send.")

    @api.depends("type_ids")
    def _compute_model(self):
        for rule in self:
            models_of_types = set(rule.type_ids.mapped("text_model"))
            rule.model = models_of_types.pop() if len(models_of_types) == 1 else False

    def _get_models(self):
        """``{model: types}`` of the documents that this rule takes; a kind that is switched off or gone has none."""
        return self.type_ids.filtered("is_offered").grouped("model")

    @api.depends("type_ids", "type_ids.sequence")
    def _compute_text_type_id(self):
        for rule in self:
            rule.text_type_id = rule.type_ids.sorted(lambda record: (record.sequence, record._origin.id or 0))[:1]

    def _get_text(self, dispatch_type):
        """The rule's own text for documents of a type; empty where the type's goes: a text is written for one kind.

        :param dispatch_type: ``document.dispatch.type`` of the document
        """
        lines = self.text_ids.filtered(lambda line: line.type_id._covers(dispatch_type))
        if lines:
            return lines.sorted(lambda line: line.type_id != dispatch_type)[0].mail_template_id
        return self.mail_template_id if self.text_type_id._covers(dispatch_type) else self.mail_template_id.browse()

    # ------------------------------------------------------------------
    # What does not fit together
    # ------------------------------------------------------------------

    @api.constrains("active", "type_ids")
    def _check_types(self):
        for rule in self:
            if rule.active and not rule.type_ids:
                raise ValidationError(self.env._(
                    "Choose at least one document type for the rule “%s”.", rule.name
                ))

    @api.constrains("type_ids", "domain", "journal_ids", "mail_template_id", "report_company_id",
                    "report_foreign_id", "date_basis", "document_states")
    def _check_one_model(self):
        for rule in self:
            narrow = [rule._fields[name]._description_string(self.env) for name in (
                "domain", "mail_template_id", "report_company_id", "report_foreign_id",
            ) if rule[name]]
            if rule.type_ids and not rule.model and narrow:
                raise ValidationError(self.env._(
                    "“%(fields)s” applies to invoices or orders, not both. Create one rule for invoices and another "
                    "one for quotations and orders.", fields=", ".join(narrow),
                ))
            codes = set(rule.type_ids.mapped("code"))
            # orders have the field, which says where their invoices will go
            without = rule._get_models().keys() - set(rule.type_ids._get_narrowing_models()["journal_id"])
            # sudo: a manager may have no right to accounting
            if without and rule.sudo().journal_ids:
                raise ValidationError(self.env._("Orders have no journal. Choose invoices only, or remove the "
                                                 "journal."))
            if rule.document_states == "all" and codes and "invoice" not in codes:
                raise ValidationError(self.env._(
                    "Only draft invoices are sent as a pro-forma. Add the document “Invoice”, or choose posted "
                    "documents only."
                ))

    @api.constrains("mail_template_id", "report_company_id", "report_foreign_id", "type_ids")
    def _check_same_model(self):
        for rule in self.filtered("model"):
            wrong = [record.display_name for record in (
                rule.mail_template_id, rule.report_company_id, rule.report_foreign_id,
            ) if record and record.model != rule.model]
            if wrong:
                raise ValidationError(self.env._(
                    "“%s” is for another kind of document than this rule sends. Choose another one.", wrong[0],
                ))

    @api.constrains("report_mode_company", "report_company_id", "report_mode_foreign", "report_foreign_id")
    def _check_reports(self):
        for rule in self:
            if rule.report_mode_company == "report" and not rule.report_company_id or (
                rule.report_mode_foreign == "report" and not rule.report_foreign_id
            ):
                raise ValidationError(self.env._("Choose the report, or use the report of the document type."))

    @api.constrains("hour_from", "hour_to")
    def _check_hours(self):
        for rule in self:
            if not (0 <= rule.hour_from < 24 and 0 <= rule.hour_to <= 24):
                raise ValidationError(self.env._("The hour must be between 00:00 and 24:00."))

    @api.constrains("active")
    def _check_domain_of_active(self):
        """One that was switched off because of its condition stays off until that is corrected."""
        self.filtered("active")._check_domain()

    @api.constrains("domain", "type_ids")
    def _check_domain(self):
        for rule in self.filtered("domain"):
            for model in set(rule.type_ids.filtered("is_offered").mapped("text_model")):
                try:
                    # sudo: only whether the condition can be asked
                    self.env[model].sudo().search_count(rule._get_condition(), limit=1)
                except Exception as error:
                    raise ValidationError(self.env._(
                        "The condition “%(domain)s” cannot be used: %(error)s", domain=rule.domain, error=error,
                    )) from error

    def _get_condition(self):
        """The free condition; relative days in it are those of who asks, so ask in the rule's time zone.

        :raise UserError: it is no domain
        """
        self.ensure_one()
        try:
            return Domain(conditions.read(self.domain))
        except ValueError as error:
            raise UserError(self._describe_invalid_condition()) from error

    def _describe_invalid_condition(self):
        return self.env._(
            "The condition “%s” is not valid. Enter it again; dates may be relative, like “today -30d”.", self.domain)

    # ------------------------------------------------------------------
    # Switching on
    # ------------------------------------------------------------------

    @api.onchange("active")
    def _onchange_active(self):
        self.resume_from = False
        if self.active and not self._origin.active and not self.date_from:
            self.date_from = self._get_today()

    @api.onchange("resume_from")
    def _onchange_resume_from(self):
        if self.resume_from:
            self.date_from = self._get_today() if self.resume_from == "today" else self._origin.date_from

    @api.depends("active", "date_from", "resume_from")
    def _compute_asks_resume(self):
        """Asked in the form while a rule is being switched on; another from date is an answer as well."""
        for rule in self:
            saved = rule._origin
            rule.asks_resume = rule.active and not saved.active and saved._has_meantime() and (
                bool(rule.resume_from) or rule.date_from == saved.date_from)

    def _has_meantime(self):
        """There are days since the from date: what of them goes when the rule is switched on, a person says."""
        return bool(self.date_from) and self.date_from < self._get_today()

    def _get_today(self):
        return fields.Date.context_today(self.with_context(tz=self.tz or self.env.user.tz))

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create([{name: vals[name] for name in vals if name != "resume_from"} for vals in vals_list])
        rules.filtered(lambda rule: rule.active and not rule.date_from)._set_today()
        rules._check_operator()
        rules._wake_scheduler()
        return rules

    def write(self, vals):
        vals = dict(vals)
        resume_from = vals.pop("resume_from", False)
        if vals.get("active") and not vals.get("date_from"):
            vals.pop("date_from", None)
            self.filtered(lambda rule: not rule.active)._resume(resume_from)
        if vals.get("active") is False or "domain" in vals:
            vals = {"problem": False, **vals}  # what somebody switches off, or corrects, alarms nobody any more
        result = super().write(vals)
        if "user_id" in vals:
            self._check_operator()
        if "domain" in vals:
            self._check_condition_of_operator()
        if vals.keys() & SCHEDULE_FIELDS:
            self._wake_scheduler()
        return result

    def _resume(self, resume_from):
        """Decide since when these rules send, which are about to be switched on.

        :param str resume_from: see the field; where a program says nothing, what is old stays at home
        """
        self.filtered(lambda rule: not rule.date_from or rule._has_meantime() and resume_from != "then")._set_today()

    def web_save(self, vals, specification, next_id=None):
        """The list's toggle cannot say what becomes of the meantime: ask."""
        self.check_access("write")
        if vals.get("active") and not vals.get("date_from") and not vals.get("resume_from"):
            self._ask_resume()
        return super().web_save(vals, specification, next_id=next_id)

    def action_unarchive(self):
        self._ask_resume()
        return super().action_unarchive()

    def _set_today(self):
        for rule in self:
            rule.date_from = rule._get_today()

    def _ask_resume(self):
        """Have a person who is about to switch on these rules say what becomes of the meantime.

        :raise RedirectWarning: one of them has a from date of before
        """
        rule = self.filtered(lambda rule: not rule.active and rule._has_meantime())[:1]
        if not rule:
            return
        question = RedirectWarning(
            self.env._(
                "The rule “%(rule)s” was inactive, and sends documents of %(date)s or later. Should documents of the "
                "inactive period be sent, too, or only those from today on?", rule=rule.name,
                date=format_date(self.env, rule.date_from)),
            {
                "type": "ir.actions.act_window", "name": self.env._("Activate"), "res_model": self._name,
                "res_id": rule.id, "target": "new",
                "views": [(self.env.ref("document_dispatch.document_dispatch_rule_view_resume").id, "form")],
            },
            self.env._("Choose"),
        )
        question.loglevel = logging.INFO  # Odoo's log takes it for an error of the server
        raise question

    def action_resume_then(self):
        """Switch on, with the documents of the meantime."""
        self.write({"active": True, "resume_from": "then"})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_resume_today(self):
        """Switch on, for documents from today on."""
        self.write({"active": True, "resume_from": "today"})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def copy_data(self, default=None):
        """A copy is its maker's, unless they may choose the operator."""
        default = dict(default or {})
        if not self._may_choose_operator():
            default.setdefault("user_id", self.env.uid)
        return super().copy_data(default)

    def copy(self, default=None):
        """A copy is for the same journals, also where a manager without a right to accounting makes it."""
        copies = super().copy(default)
        if "journal_ids" not in (default or {}):
            for old, new in zip(self.sudo(), copies.sudo(), strict=True):  # sudo: see above
                new.journal_ids = old.journal_ids
        return copies

    def _check_operator(self):
        """An operator's rights are lent by who may give rights.

        After the record was written, so that no default and no import leads around it; no constraint, for these run as
        superuser.
        """
        if self._may_choose_operator():
            return
        for rule in self:
            if rule.user_id != self.env.user:
                raise AccessError(self.env._(
                    "The rule “%s” sends with the access rights of its operator: only an administrator with access to "
                    "the settings can choose another operator than themselves. Choose yourself, or ask an "
                    "administrator.", rule.name,
                ))

    def _check_condition_of_operator(self):
        """A condition is asked with the operator's rights: the preview's answers would tell what only they read."""
        if self._may_choose_operator():
            return
        for rule in self:
            if rule.user_id != self.env.user:
                raise AccessError(self.env._(
                    "The condition of the rule “%(rule)s” is evaluated with the access rights of its operator "
                    "%(operator)s: only they, or an administrator with access to the settings, can change it. Make "
                    "yourself the operator, or ask an administrator.",
                    rule=rule.name, operator=rule.user_id.name,
                ))

    @api.model
    def _may_choose_operator(self):
        return self.env.su or self.env.user.has_group("base.group_system")

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_run(self):
        """Plan now, and let the worker deliver."""
        self.check_access("write")
        for rule in self:
            # sudo: planning runs with the operator's rights, as it does at night
            dispatches = rule.sudo()._run("manual")
            if rule.problem:
                raise UserError(rule.problem)
            dispatches._deliver_soon()
        return self.action_view_dispatches()

    def action_view_log(self):
        """Open the runs of these rules."""
        action = self.env["ir.actions.act_window"]._for_xml_id("document_dispatch.document_dispatch_run_action")
        return {**action, "domain": [("rule_id", "in", self.ids)], "context": {"create": False}}

    def action_view_dispatches(self):
        """Open everything that these rules made."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "document_dispatch.document_dispatch_action"
        )
        return {**action, "domain": [("rule_id", "in", self.ids)], "context": {"create": False}}

    def action_preview(self):
        """Show what would go now, to whom and why, and what would not, and why not."""
        self.ensure_one()
        return self.env["document.dispatch.preview"]._open(self)
