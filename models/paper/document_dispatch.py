from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.dispatch import clicks, states
from ..dispatch.document_dispatch import attempt


class DocumentDispatch(models.Model):
    """A dispatch on paper: it lies in the tray, is printed, and is sent by post."""

    _inherit = "document.dispatch"

    sent_by_post_date = fields.Datetime(string="Sent by post on", readonly=True)
    print_id = fields.Many2one(
        "document.dispatch.print", string="Print run", readonly=True, index="btree_not_null", ondelete="set null",
        help="The print run that prints it.",
    )

    # ------------------------------------------------------------------
    # Into the tray
    # ------------------------------------------------------------------

    def action_to_paper(self):
        """Nobody can be reached by mail: the document goes to the paper tray."""
        self.check_access("write")
        for dispatch in self:
            if "to_paper" not in dispatch._channel()._get_actions() or not clicks.can_go_on_paper(
                dispatch.state, dispatch.recipient_ids.mapped("state")
            ):
                raise UserError(self.env._(
                    "%s is in the paper tray, was sent already, or is being sent.", dispatch.document_name
                ))
        self._to_paper("manual")

    def _to_paper(self, reason):
        self._withdrawable()._leave_bundle()
        # why it did not go by mail is what whoever prints it wants to know
        messages = {dispatch: dispatch._failure_text() or False for dispatch in self}
        self._withdraw_recipients(clicks.CANCELLED_BY_PAPER)
        for message, dispatches in self.grouped(messages.get).items():
            dispatches._set_state("paper", message)
        self._with_system_write().write({
            "channel": self.env["document.dispatch.channel.paper"]._code(), "channel_reason": reason,
        })
        attempt(self, "_tell_operator")

    # ------------------------------------------------------------------
    # Printing
    # ------------------------------------------------------------------

    def action_print(self):
        """Print these dispatches of the paper tray at once, without cover letters."""
        self.check_access("write")
        return self.env["document.dispatch.print"]._start(self, covers=False)._open_result()

    def action_print_tray(self):
        """Open the window that prints these dispatches, or the whole tray where none are chosen."""
        self.check_access("write")
        return self.env["document.dispatch.tray"]._open(self or self.search(self._get_tray_domain()))

    def action_print_again(self):
        """Open the very file in which this dispatch was printed."""
        self.ensure_one()
        if not self.print_id.attachment_id:
            raise UserError(self.env._("%s has not been printed yet.", self.document_name))
        return self.print_id.action_download()

    def _get_tray_domain(self):
        """What waits for the printer, and is not in a run that is being made."""
        return self._get_first_through_domain() & Domain([
            ("state", "=", "paper"), ("company_id", "in", self.env.companies.ids),
            "|", ("print_id", "=", False), ("print_id.state", "!=", "making"),
        ])

    def _printable(self):
        """Those that lie in the tray, and in no run that is being made."""
        # sudo: the run may be somebody else's
        return self.filtered(lambda dispatch: (
            dispatch.state == "paper" and dispatch.sudo().print_id.state != "making" and not dispatch._is_held_back()
        ))

    def _envelopes(self):
        """Split into envelopes, in posting order: by country, postal code, customer, then date of the document."""
        return [
            envelope.sorted(lambda dispatch: (
                dispatch._document()._dispatch_date() or fields.Date.today(), dispatch.id,
            ))
            for envelope in self.sorted(lambda dispatch: dispatch._posting_key()).grouped(
                lambda dispatch: dispatch._envelope_key()
            ).values()
        ]

    def _envelope_key(self):
        """One customer and one postal address, of one company and in one language, share an envelope."""
        return (self.company_id, self.commercial_partner_id, self.lang, *self._postal_key())

    def _postal_key(self):
        partner = self.partner_id
        return tuple(
            " ".join((part or "").split()).lower() for part in (
                partner.country_id.name, partner.zip, partner.state_id.name, partner.city, partner.street,
                partner.street2,
            )
        )

    def _posting_key(self):
        country, zip_code, *rest = self._postal_key()
        name = (self.commercial_partner_id.name or "").lower()
        home = (self.company_id.partner_id.country_id.name or "").lower()
        return (country or home, zip_code, name, self.commercial_partner_id.id, *rest, self.company_id.id)

    def _cover_address(self):
        """To whom the envelope of these dispatches is addressed."""
        partners = self.partner_id
        return partners if len(partners) == 1 else (partners & self.commercial_partner_id) or partners[:1]

    def _cover_dispatches(self, ids):
        """The dispatches that a cover letter lists, in the language of its customer."""
        return (self.browse(ids) or self).with_context(lang=self.lang)

    # ------------------------------------------------------------------
    # Printed, and sent by post
    # ------------------------------------------------------------------

    def _printed(self):
        """The pages exist: what is on them stays with the dispatch."""
        self._set_state("printed")
        self._with_system_write().write({"printed_date": fields.Datetime.now(), "frozen": True})
        self.filtered(lambda dispatch: not dispatch.rehearsal)._tell_documents("_dispatch_printed")

    def action_mark_sent_by_post(self):
        """The printed documents went to the post: to the customer they are sent."""
        self.check_access("write")
        self._check_state(
            lambda dispatch: dispatch.state == "printed" and not dispatch.sent_by_post_date, self.env._("printed"),
        )
        self._with_system_write().sent_by_post_date = fields.Datetime.now()
        self._documents_changed()
        self.filtered(lambda dispatch: not dispatch.rehearsal)._tell_documents("_dispatch_accepted")

    def action_undo_sent_by_post(self):
        """They were not sent by post after all."""
        self.check_access("write")
        self._check_state(lambda dispatch: dispatch.sent_by_post_date, self.env._("sent by post"))
        self._with_system_write().sent_by_post_date = False
        self._documents_changed()
        self.filtered(lambda dispatch: not dispatch._is_with_customer())._tell_documents("_dispatch_not_sent_by_post")

    def action_undo_printed(self):
        """Back into the tray, to be printed anew; what was made for the paper is made anew, too."""
        self.check_access("write")
        self._check_state(
            lambda dispatch: dispatch.state == "printed" and not dispatch.sent_by_post_date, self.env._("printed"),
        )
        self._set_state("paper")
        self._with_system_write().write({"printed_date": False, "print_id": False})
        self.filtered(lambda dispatch: not dispatch.content_ready)._with_system_write().write({
            "frozen": False, "attachment_ids": [fields.Command.clear()],
        })

    def _check_state(self, allowed, label):
        for dispatch in self:
            if not allowed(dispatch):
                raise UserError(self.env._(
                    "%(document)s is not “%(state)s”.", document=dispatch.document_name, state=label))

    @api.model
    def _get_reached_domain(self):
        return super()._get_reached_domain() | fields.Domain("sent_by_post_date", "!=", False)

    def _reached(self):
        reached = super()._reached()
        return states.SENT_BY_POST if reached == states.PRINTED and self.sent_by_post_date else reached
