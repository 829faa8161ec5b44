"""Odoo's command line, where all tests run at the end, and without a browser: python -m dev.neighbours.inside server …

A test ``at_install`` runs when its module is loaded, and before any module that depends on it: left alone,
it would never meet the addon. Tests that need a browser are skipped, with and without the addon.
"""

from odoo.cli.command import main
from odoo.tests import common, loader

make_suite = loader.make_suite


def make_suite_at_end(module_names, position="at_install"):
    """Nothing runs earlier, all at the end."""
    if position == "at_install":
        return make_suite([], position)
    suite = make_suite(module_names, "at_install")
    suite.addTests(make_suite(module_names, position))
    return suite


if __name__ == "__main__":
    common.websocket = None  # as if the library for it were not installed
    loader.make_suite = make_suite_at_end
    main()
