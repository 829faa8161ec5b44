from datetime import timedelta

from odoo import models
from odoo.fields import Domain

#: So far back before its first day a preview looks for documents that do not go
DAYS_BACK = timedelta(days=31)
#: More documents than this are counted, not listed
MOST_LINES = 200


class DocumentDispatchRule(models.Model):
    """What a rule would do now, without doing it."""

    _inherit = "document.dispatch.rule"

    def _preview(self):
        """Return what would go now, and what would not.

        :return: a list of values for ``document.dispatch.preview.line``, and how many documents would go
        """
        self.ensure_one()
        lines, count = [], 0
        if self._get_problem():
            return lines, count
        env = self._operator_env()
        for model, types in self._get_models().items():
            env[model]._dispatch_find_for_preview(self)
            domain = self._get_eligible_domain(env[model], types)
            going = env[model].search(domain, order="id", limit=MOST_LINES)
            count += len(going) if len(going) < MOST_LINES else env[model].search_count(domain)
            lines += self._preview_going(going)
            lines += self._preview_staying(env[model], types, domain)
        return lines, count

    def _preview_going(self, documents):
        """What would go: to whom and why, or why it goes to the paper tray."""
        for vals in documents._dispatch_prepare_vals_list("rule"):
            document = documents.browse(vals["res_id"])
            channel = self.env["document.dispatch.channel"]._of(vals["channel"])
            goes = channel._is_delivered_by_worker()
            yield {
                **self._preview_line(document), "outcome": self._preview_outcome(document, channel),
                "recipients": self._preview_recipients(vals["recipient_ids"]) if goes else False,
                "reason": " ".join(filter(None, (self._preview_wish(vals), document._dispatch_warnings()))) if goes
                else self._preview_channel_reason(vals),
            }

    def _preview_outcome(self, document, channel):
        """What becomes of a document: it goes by a channel, waits for a person, or goes to the paper tray.

        :param document: of the mixin, as the operator
        :param channel: ``document.dispatch.channel``
        """
        if not channel._is_delivered_by_worker():
            return "paper"
        if self._is_reviewed(document):
            return "review"
        return "goes" if channel._takes_addresses() else "other"

    def _preview_line(self, document):
        return {
            "res_model": document._name, "res_id": document.id, "document_name": document._dispatch_name(),
            "partner_id": document._dispatch_partner().id,
        }

    def _preview_recipients(self, commands):
        labels = self.env["document.dispatch.recipient"]._reason_labels()
        return "\n".join(
            f"{self._preview_field(vals)}{vals['email']} ({labels.get(vals['reason'], vals['reason'])})"
            for _command, _id, vals in commands
        )

    def _preview_field(self, vals):
        """In which field of the mail an address stands, where it is not To."""
        name = vals.get("address_field", "to")
        return "" if name == "to" else f"{name.capitalize()} "

    def _preview_wish(self, vals):
        """By which channel, with which collection and with what in its subject it goes, as the customer wishes."""
        reader = self.env["document.dispatch"].with_context(tz=self.tz)
        return " ".join(filter(None, (
            # by e-mail: the customer wants it, or another way is closed
            vals["channel_reason"] in ("wish", "other") and self._preview_channel_reason(vals),
            vals.get("collected") and reader._describe_time(vals["scheduled_date"], True),
            vals.get("reference") and self.env._("In the subject: %s.", vals["reference"]),
        ))) or False

    def _preview_channel_reason(self, vals):
        labels = dict(self.env["document.dispatch"]._fields["channel_reason"]._description_selection(self.env))
        return vals.get("state_message") if vals["channel_reason"] == "other" else labels[vals["channel_reason"]]

    def _preview_staying(self, model, types, going):
        """Documents of these types that would not go, each with the first reason found.

        :param model: the empty recordset of the documents, as the operator
        :param types: ``document.dispatch.type`` of that model
        :param Domain going: what goes
        """
        everything = (
            self._get_preview_domain(model, types)
            & Domain("company_id", "=", self.company_id.id)
            & model._dispatch_date_domain(self._get_date_from() - DAYS_BACK, self.date_basis)
        )
        # sudo: also those that the operator may not read; shown are number and customer
        wide = model.sudo()
        staying = wide.search(everything, order="id desc", limit=MOST_LINES)
        staying -= wide.browse(model.search(going & Domain("id", "in", staying.ids)).ids)
        readable = model.search(Domain("id", "in", staying.ids))
        # asked with the operator's rights, like what goes: a condition may speak of what they do not read
        checks = [(model.search(domain & Domain("id", "in", readable.ids)), words)
                  for domain, words in self._preview_checks(wide, types)]
        for document in staying:
            reason = self._preview_reason(document, checks) if document in readable else self.env._(
                "%s has no access to it.", self.user_id.name)
            yield {**self._preview_line(document), "outcome": "stays", "reason": reason}

    def _get_preview_domain(self, model, types):
        """Of which documents of these types the preview speaks."""
        return model._dispatch_preview_domain(types.mapped("code"))

    def _preview_checks(self, model, types):
        """What a document must meet, each with the words for one that does not."""
        wanted = self._get_wanted_domain(model, types)
        return [
            (Domain("dispatch_state", "in", (False, "to_send", "rehearsed")), None),
            (model._dispatch_rule_domain(self._get_codes(types)), self.env._("A draft.")),
            (self._get_kind_domain(model, types), self.env._("The rule does not include its journal or sales team.")),
            (Domain("dispatch_state", "in", self._get_open_states()), self.env._("Rehearsed already.")),
            (self._get_selection_domain(), self.env._("Not marked “to send”.")),
            (model._dispatch_date_domain(self._get_date_from(), self.date_basis),
             self.env._("Before the start date.")),
            (self._get_choice_domain(model), self.env._("Another journal or customer, or the condition is not met.")),
            (wanted | ~model._dispatch_wanted_domain(),
             self.env._("The customer downloads these (“Method” on the page “Documents” of the contact).")),
            (wanted, self.env._("The customer downloads invoices (“Invoice sending”).")),
        ]

    def _preview_reason(self, document, checks):
        (undone, _words), *others = checks
        if document not in undone:
            return self._preview_done(document)
        if blocking_reason := document._dispatch_blocking_reason(document._dispatch_type_code()):
            return blocking_reason
        for met, reason in others:
            if document not in met:
                return reason
        return self.env._("There is no document type for it.")

    def _preview_done(self, document):
        label = dict(document._fields["dispatch_state"]._description_selection(self.env))[document.dispatch_state]
        return f"{label}: {document.dispatch_exclude_reason}" if document.dispatch_exclude_reason else label
