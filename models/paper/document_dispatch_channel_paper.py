from odoo import api, models

from ...tools.dispatch import states


class DocumentDispatchChannel(models.AbstractModel):
    """Which channels people print."""

    _inherit = "document.dispatch.channel"

    @api.model
    def _is_for_paper(self, code):
        """Tell whether what goes by a channel is printed."""
        return "print" in self._of(code)._get_actions()


class DocumentDispatchChannelPaper(models.AbstractModel):
    """On paper: into the tray, where people print it. It can serve everybody."""

    _name = "document.dispatch.channel.paper"
    _inherit = ["document.dispatch.channel"]
    _description = "Paper Channel"
    _sequence = 20

    def _get_name(self):
        return self.env._("Paper")

    def _is_usual(self):
        return True

    def _initial_state(self, state, rehearsal):
        return states.REHEARSED if rehearsal else states.PAPER

    def _shows_content(self):
        return False

    def _get_actions(self):
        return ("resend", "print")
