from collections import Counter

from odoo import api, fields, models


class DocumentDispatchPreview(models.TransientModel):
    """Shows what a rule would do now, and has it do so."""

    _name = "document.dispatch.preview"
    _description = "Rule Preview"

    rule_id = fields.Many2one("document.dispatch.rule", required=True, ondelete="cascade")
    problem = fields.Char(readonly=True)
    going_count = fields.Integer(string="Would be sent now", readonly=True)
    announcement = fields.Char(readonly=True, help="What the button does.")
    may_run = fields.Boolean(compute="_compute_may_run")
    line_ids = fields.One2many("document.dispatch.preview.line", "preview_id", readonly=True)
    going_ids = fields.One2many(
        "document.dispatch.preview.line", "preview_id", domain=[("outcome", "!=", "stays")], readonly=True)
    staying_ids = fields.One2many(
        "document.dispatch.preview.line", "preview_id", domain=[("outcome", "=", "stays")], readonly=True)

    def _open(self, rule):
        """Return the action that shows the preview of a rule that the user may read."""
        rule.check_access("read")
        # sudo: as the scheduler; the preview looks with the operator's rights
        lines, count = rule.sudo()._preview()
        preview = self.create({
            "rule_id": rule.id, "problem": rule.sudo()._get_problem(), "going_count": count,
            "announcement": self._announce(lines, count),
            "line_ids": [fields.Command.create(line) for line in lines],
        })
        return {
            "type": "ir.actions.act_window", "name": self.env._("Preview: %s", rule.name),
            "res_model": self._name, "res_id": preview.id, "view_mode": "form", "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.depends("rule_id.active", "announcement")
    def _compute_may_run(self):
        for preview in self:
            rule = preview.rule_id
            preview.may_run = bool(preview.announcement) and rule.active and rule.has_access("write")

    @api.model
    def _announce(self, lines, count):
        """What the rule would do now, in words; of more documents than are listed only how many."""
        outcomes = Counter(line["outcome"] for line in lines)
        dispatches, listed = self.env["document.dispatch"], len(lines) - outcomes["stays"]
        return dispatches._announce(sent=count) if count > listed else dispatches._announce(
            mailed=outcomes["goes"], sent=outcomes["other"], tray=outcomes["paper"], review=outcomes["review"])

    def action_run(self):
        """Have the rule do now what it shows; what changed since counts."""
        return self.rule_id.action_run()


class DocumentDispatchPreviewLine(models.TransientModel):
    """A document that would go, or stay, and why."""

    _name = "document.dispatch.preview.line"
    _description = "Rule Preview Document"
    _order = "outcome, id"

    preview_id = fields.Many2one("document.dispatch.preview", required=True, ondelete="cascade", index=True)
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    document_name = fields.Char(string="Document")
    partner_id = fields.Many2one("res.partner", string="Customer")
    outcome = fields.Selection(
        [("goes", "By e-mail"), ("other", "By another method"), ("review", "Left in review"),
         ("paper", "Goes to the paper tray"), ("stays", "Not sent")], required=True,
    )
    recipients = fields.Text(string="To")
    reason = fields.Text()

    def action_open(self):
        """Open the document."""
        return self.env[self.res_model].browse(self.res_id)._get_records_action()
