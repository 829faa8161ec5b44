from odoo import models

from ...tools.mail import colours

#: Odoo's own, where a company chose none (``res.company.email_secondary_color``)
GROUND = "#875A7B"


class ResCompany(models.Model):
    """How mails of a company look."""

    _inherit = "res.company"

    def _dispatch_mail_colours(self):
        """The company's colours for its mails, ``{ground, words}`` of a button: those of Odoo's settings, readable."""
        self.ensure_one()
        ground = colours.known(self.email_secondary_color, GROUND)
        wanted = colours.known(self.email_primary_color, colours.WHITE)
        return {"ground": ground, "words": colours.readable(ground, wanted)}
