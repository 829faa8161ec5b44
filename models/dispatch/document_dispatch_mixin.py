from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.dispatch import states


class DocumentDispatchMixin(models.AbstractModel):
    """What a document has that can be dispatched: its dispatches, its mark and its state.

    What a kind of document must say of itself, and what it may, stands in ``document_dispatch_mixin_kind.py``.
    """

    _name = "document.dispatch.mixin"
    _inherit = ["document.dispatch.protected"]
    _description = "Dispatchable Document"

    dispatch_ids = fields.One2many(
        "document.dispatch", "res_id", string="Dispatches", domain=lambda self: [("res_model", "=", self._name)],
        groups="document_dispatch.group_dispatch_user",
    )
    dispatch_count = fields.Integer(
        compute="_compute_dispatch_count", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_name = fields.Char(
        string="Dispatch number", compute="_compute_dispatch_name",
        help="The number under which the customer knows this document, for texts.",
    )
    dispatch_kind = fields.Char(
        string="Kind of document", compute="_compute_dispatch_name",
        help="Name of this kind of document for the customer, for texts.",
    )
    dispatch_mark = fields.Selection(
        [("to_send", "To send"), ("excluded", "Do not send")], copy=False, readonly=True,
    )
    # the house's own words: customers read their documents by RPC
    dispatch_exclude_reason = fields.Char(
        string="Why not to be sent", copy=False, readonly=True, groups="base.group_user",
    )
    dispatch_revision = fields.Integer(
        copy=False, readonly=True, help="Number of times the document was reset to draft.",
    )
    dispatch_state = fields.Selection(
        [
            ("to_send", "To send"), ("excluded", "Not to be sent"), ("review", "In review"),
            ("queued", "Waiting"), ("sent", "Sent"), ("partial", "Sent in part"),
            ("failed", "Failed"), ("unknown", "Unknown"), ("paper", "Paper tray"),
            ("printed", "Printed"), ("sent_by_post", "Sent by post"),
            ("handed", "In another program"), ("rehearsed", "Rehearsed"),
        ],
        string="Dispatch Status", compute="_compute_dispatch_state", store=True, copy=False,
        help="Status of sending this document to the customer.",
    )
    dispatch_state_text = fields.Char(
        string="Dispatch", compute="_compute_dispatch_state_text",
        help="The dispatch status in words, for other screens.",
    )
    dispatch_sent_date = fields.Datetime(
        string="Sent on", compute="_compute_dispatch_last", groups="document_dispatch.group_dispatch_user",
    )
    dispatch_sent_to = fields.Char(
        string="To", compute="_compute_dispatch_last", groups="document_dispatch.group_dispatch_user",
    )

    @api.depends(lambda self: ("dispatch_mark", "dispatch_revision", *self._dispatch_type_depends))
    def _compute_dispatch_state(self):
        """The best that was reached with the document's present revision and type, else the clerk's mark.

        New dispatches and new states of dispatches trigger it too: ``document.dispatch._documents_changed``.
        """
        # sudo: the state on the document is for everybody who reads it, the dispatches are not
        best = self.sudo()._dispatch_find_best()
        for document in self:
            dispatch = best.get(document._origin.id)
            state = dispatch and dispatch._reached() or document.dispatch_mark or False
            if state == "rehearsed" and document.dispatch_mark == "excluded":
                state = "excluded"
            document.dispatch_state = "queued" if state == "sending" else state

    @api.depends("dispatch_state")
    @api.depends_context("lang")
    def _compute_dispatch_state_text(self):
        labels = dict(self._fields["dispatch_state"]._description_selection(self.env))
        for document in self:
            document.dispatch_state_text = labels.get(document.dispatch_state, False)

    def _dispatch_find_best(self):
        """The dispatch of each document that reached most, with its present revision and type: ``{id: dispatch}``."""
        dispatches = self.env["document.dispatch"].search_fetch(
            self.env["document.dispatch"]._get_document_domain(self._origin) & Domain("state", "!=", "cancelled"),
            ["res_id", "type_code", "revision", "state", "rehearsal"], order="id",
        )
        found = dispatches.grouped(lambda dispatch: (dispatch.res_id, dispatch.type_code, dispatch.revision))
        best = {}
        for document in self:
            key = (document._origin.id, document._dispatch_type_code(), document.dispatch_revision)
            if own := found.get(key):
                reached = {dispatch: state for dispatch in own if (state := dispatch._reached())}
                if reached:
                    best[document._origin.id] = list(reached)[states.find_best(list(reached.values()))]
        return best

    @api.depends_context("lang")
    def _compute_dispatch_name(self):
        for document in self:
            document.dispatch_name = document._dispatch_name()
            document.dispatch_kind = document._dispatch_description()

    def _compute_dispatch_count(self):
        counts = dict(self.env["document.dispatch"]._read_group(
            self.env["document.dispatch"]._get_document_domain(self), ["res_id"], ["__count"],
        ))
        for document in self:
            document.dispatch_count = counts.get(document.id, 0)

    @api.depends("dispatch_state")
    def _compute_dispatch_last(self):
        """When each document went, and to whom: by the dispatch that reached most."""
        best = self._dispatch_find_best()
        for document in self:
            dispatch = best.get(document.id, self.env["document.dispatch"])
            dispatch = dispatch.filtered(lambda dispatch: not dispatch.rehearsal)
            document.dispatch_sent_date = dispatch.sent_date
            document.dispatch_sent_to = ", ".join(dispatch.recipient_ids.mapped("email"))

    # ------------------------------------------------------------------
    # Its type
    # ------------------------------------------------------------------

    def _dispatch_type(self):
        """The type under which this document goes now; empty when there is none."""
        return self._dispatch_type_of(self._dispatch_type_code())

    def _dispatch_type_of(self, code):
        """The type of this document among those with a code, the narrowest that fits; empty when there is none."""
        return self.env["document.dispatch.type"]._find_narrowest(
            code, self.company_id, self._dispatch_narrowing() if self else {})

    # ------------------------------------------------------------------
    # The log
    # ------------------------------------------------------------------

    def _dispatch_log_domain(self):
        """The dispatches that the log of these documents shows."""
        return self.env["document.dispatch"]._get_document_domain(self)

    def action_view_dispatches(self):
        """Open the dispatches of these documents."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "document_dispatch.document_dispatch_action"
        )
        return {**action, "domain": list(self._dispatch_log_domain()), "context": {"create": False}}

    def action_dispatch_resend(self):
        """Open the window that sends these documents again."""
        return self.env["document.dispatch.resend"]._open([document._dispatch_name() for document in self])

    def _dispatch_last(self):
        """The last dispatch of this document that was not cancelled."""
        domain = self.env["document.dispatch"]._get_document_domain(self) & Domain("state", "!=", "cancelled")
        return self.env["document.dispatch"].search(domain, order="id desc", limit=1)
