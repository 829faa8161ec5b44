from typing import NamedTuple

from odoo import fields, models

from ...tools.dispatch import states


class Plan(NamedTuple):
    """What happens to documents that are sent at once."""

    #: values of the rows to make
    vals_list: list
    #: (document, why it is not sent)
    left_out: list
    #: those that went before
    went: models.Model
    #: failed rows that the new ones stand for
    replaced: models.Model


class DocumentDispatchMixin(models.AbstractModel):
    """Several documents at once: what goes, what stays, and why. In as many statements for more of them."""

    # a file for each side of it  # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "document.dispatch.mixin"

    def _dispatch_plan_batch(self, again=False):
        """Decide what happens to these documents of one company.

        :param bool again: what went before goes once more
        :return: :class:`Plan`
        """
        rows = self._dispatch_current_rows()
        types = self.env["document.dispatch.type"]._get_by_code(
            {document._dispatch_type_code() for document in self} - {False}, self.company_id)
        left_out, went, going = [], self.browse(), self.browse()
        replaced = self.env["document.dispatch"]
        for document in self:
            row = rows.get(document.id)
            if reason := document._dispatch_reason_to_stay(types, row):
                left_out.append((document, reason))
            elif row and row.state not in states.DISPATCH_WITHDRAWABLE:
                went |= document
            else:
                going |= document
                replaced |= row or replaced
        vals_list = going._dispatch_prepare_rows("batch")
        if again:
            vals_list += [{**vals, "resend_of_id": rows[vals["res_id"]].id}
                          for vals in went._dispatch_prepare_rows("batch")]
        return Plan(vals_list, left_out, went, replaced)

    def _dispatch_current_rows(self):
        """The last row of each of these documents in its present version: ``{id: document.dispatch}``."""
        rows = self.env["document.dispatch"].sudo().search(  # sudo: whoever sent it
            self.env["document.dispatch"]._get_document_domain(self) & fields.Domain("state", "!=", "cancelled"),
            order="id",
        )
        present = {document.id: (document._dispatch_type_code(), document.dispatch_revision,
                                 document._dispatch_rehearses()) for document in self}
        return {row.res_id: row for row in rows
                if (row.type_code, row.revision, row.rehearsal) == present[row.res_id]}

    def _dispatch_reason_to_stay(self, types, row):
        """Why this document is left out when several are sent, in words; empty when it goes."""
        code = self._dispatch_type_code()
        if code not in types:
            return self.env._("There is no document type for it.")
        if obstacle := self._dispatch_obstacle(code):
            return obstacle
        if self.dispatch_mark == "excluded":
            return self.env._("Not to be sent: %s", self.dispatch_exclude_reason or "")
        if row and row.state in (states.REVIEW, states.QUEUED, states.SENDING, states.PAPER):
            return self.env._("It is on its way already: %s.", row._state_label())
        return ""

    def _dispatch_window_action(self):
        """The action that opens the window which sends this one document."""
        raise NotImplementedError(self._name)
