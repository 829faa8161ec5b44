from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...tools.dispatch import states

#: As Odoo's selections have them: 0 is Monday
WEEKDAYS = [("0", "Monday"), ("1", "Tuesday"), ("2", "Wednesday"), ("3", "Thursday"), ("4", "Friday"),
            ("5", "Saturday"), ("6", "Sunday")]


class DocumentDispatch(models.Model):
    """When a dispatch goes: at a time that a person chose, or with the collection of its customer.

    Until then it waits as others do, and nothing of it is made final: a person moves it or has it go, and what
    withdraws a waiting dispatch withdraws it.
    """

    _inherit = "document.dispatch"

    scheduled_date = fields.Datetime(
        string="Scheduled for", readonly=True, index="btree_not_null",
        help="Not before this time. Empty: as soon as "
                                                                      "possible.",
    )
    collected = fields.Boolean(
        string="In a periodic delivery", readonly=True,
        help="Sent together with what is due to the same customer at the "
                                                      "same time.",
    )
    reference = fields.Char(
        string="Customer's reference", readonly=True,
        help="Reference that the customer wants in the subject.",
    )
    is_scheduled = fields.Boolean(string="Scheduled", compute="_compute_is_scheduled")

    @api.depends("state", "frozen", "scheduled_date")
    def _compute_is_scheduled(self):
        for dispatch in self:
            dispatch.is_scheduled = dispatch._waits_for_time()

    def _waits_for_time(self):
        """Tell whether this dispatch could go, and its time is still to come."""
        return self.state == states.QUEUED and not self.frozen and self._is_early()

    def _is_early(self):
        return bool(self.scheduled_date) and self.scheduled_date > fields.Datetime.now()

    @api.model
    def _get_time_domain(self):
        """Dispatches whose time has come, and those that wait for none."""
        return Domain("scheduled_date", "=", False) | Domain("scheduled_date", "<=", fields.Datetime.now())

    # ------------------------------------------------------------------
    # What a person can do
    # ------------------------------------------------------------------

    def action_send_now(self):
        """Have these go at once; those of one customer's collection still in one mail."""
        self._reschedule(fields.Datetime.now())

    def action_reschedule(self):
        """Open the window that asks for another time."""
        self._check_scheduled()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Reschedule"),
            "res_model": "document.dispatch.schedule", "view_mode": "form", "target": "new",
            "context": {"default_dispatch_ids": self.ids},
        }

    def _reschedule(self, date):
        """Move these to another time, in UTC.

        :raise UserError: one of them waits for no time
        """
        self._check_scheduled()
        self._with_system_write().scheduled_date = date
        self._deliver_soon()

    def _check_scheduled(self):
        self.check_access("write")
        for dispatch in self:
            if not dispatch._waits_for_time():
                raise UserError(self.env._("%s is not scheduled.", dispatch.document_name))

    @api.model
    def _check_time(self, date):
        """Raise where a person chose a time that is over."""
        if date <= fields.Datetime.now():
            raise UserError(self.env._("%s is in the past. Choose a time in the "
                                       "future.", format_datetime(self.env, date)))

    def action_release(self):
        """What was reviewed after the time of its collection goes with the next one."""
        self.check_access("write")
        late = self.filtered(lambda dispatch: dispatch.state == states.REVIEW and dispatch.collected and (
            dispatch.scheduled_date <= fields.Datetime.now()))
        for company, dispatches in late.grouped("company_id").items():
            wishes = dispatches.partner_id._dispatch_wishes(company)
            for dispatch in dispatches:
                wish = wishes.get((dispatch.partner_id.id, dispatch.type_id.role))
                dispatch._with_system_write().scheduled_date = wish.date if wish else False
        return super().action_release()

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------

    def _explain_waiting(self):
        if not self._waits_for_time():
            return super()._explain_waiting()
        return "\n".join(filter(None, (
            self._describe_time(self.scheduled_date, self.collected), super()._explain_waiting())))

    @api.model
    def _describe_time(self, date, collected):
        """When something goes, in words, on the clock of who reads it.

        :param datetime date: in UTC
        :param bool collected: with a collection
        """
        moment = format_datetime(self.env, date, dt_format="EEEE, d MMMM y, HH:mm")
        if collected:
            return self.env._("It will be sent with the customer's periodic delivery on %s.", moment)
        return self.env._("It will be sent on %s.", moment)
