from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.dispatch.steering import SendRequest
from ...tools.recipients import recipients


class DocumentDispatch(models.Model):
    # see below  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch"

    own_text = fields.Boolean(readonly=True, help="A person wrote this text in the window, instead of the type's.")


class DocumentDispatchMixin(models.AbstractModel):
    """A person sends documents at once, whether they went before or not."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    def _dispatch_send(self, origin, choices=(), text=None):
        """Write the rows for these documents of one company; what waits is withdrawn, what went goes once more.

        :param choices: more addresses, :class:`tools.recipients.Choice`
        :param dict text: ``subject`` and ``body`` that a person wrote for all of them
        :return: the new rows; the caller delivers them
        """
        self._dispatch_check_switch()
        for document in self:
            if obstacle := document._dispatch_obstacle(document._dispatch_type_code()):
                raise UserError(self.env._("%(document)s: %(obstacle)s",
                                           document=document._dispatch_name(), obstacle=obstacle))
        previous = {document.id: document._dispatch_supersede()[:1].id for document in self}
        own = {**text, "own_text": True} if text else {}
        return self._dispatch_insert([
            {**self._dispatch_add_typed(vals, choices), **own, "resend_of_id": previous[vals["res_id"]],
             "batch_id": self._dispatch_batch_id()}
            for vals in self._dispatch_prepare_rows(origin)
        ])

    def _dispatch_batch_id(self):
        """The id of the batch in which the person sends these with others."""
        request = SendRequest.of(self.env)
        return request.batch_id if request else False

    def _dispatch_check_switch(self):
        """A person sends: say so where nothing goes."""
        for company in self.company_id.sudo():  # sudo: see _dispatch_rehearses
            if company.dispatch_mode == "off":
                raise UserError(self.env._(
                    "Sending is switched off for %s. Switch it on in the settings of Document Dispatch.",
                    company.name,
                ))

    def _dispatch_add_typed(self, vals, choices):
        """Values of a row with typed addresses beside those found, each once; a refusal stays one."""
        known = {command[2]["email"] for command in vals.get("recipient_ids", ())}
        typed = [choice for choice in choices if choice.email not in known]
        if not typed or vals["channel_reason"] == "refused":
            return vals
        dispatch_type = self.env["document.dispatch.type"].browse(vals["type_id"])
        added = self._dispatch_prepare_recipients(dispatch_type, recipients.Resolution(typed, []), vals["lang"])
        vals = {**vals, "recipient_ids": [*vals.get("recipient_ids", ()), *added]}
        if vals["channel"] == "paper":
            vals.update(channel="email", channel_reason=False, state="queued")
        return vals
