"""What waits when the update comes was planned to be mailed, and the mail's making handed it to the network."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Put the network's dispatch before them; at the end, when all modules that know networks are loaded."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if env["account.move.send"]._dispatch_has_networks():
        env["document.dispatch"].search([
            ("res_model", "=", "account.move"), ("state", "in", ("queued", "review", "paper")), ("frozen", "=", False),
            ("after_id", "=", False), ("rehearsal", "=", False),
        ])._put_networks_first()
