"""Finish the database that all others are copied from: finish_template.py CONFIG DATABASE, inside Odoo."""

import sys

from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import config


def main(config_file, database):
    """Do once what every copy would otherwise do again."""
    config.parse_config(["-c", config_file, "-d", database], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        # Onboarding tours would click around in the pages that tests look at.
        env["res.users"].search([]).tour_enabled = False
        # Generated here instead of at the first page of every copy.
        env["ir.qweb"]._pregenerate_assets_bundles()


if __name__ == "__main__":
    main(*sys.argv[1:])
