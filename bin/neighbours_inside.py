"""Odoo's command line, where tests of both positions run at the end and no browser: neighbours_inside.py server …

A test ``at_install`` runs when its module is loaded, and before any module that depends on it: left alone,
it would never meet the addon. Tests that need a browser are skipped, with and without the addon.
"""

from odoo.cli.command import main
from odoo.tests import common, loader

make_suite = loader.make_suite


def make_suite_of_both(module_names, position="at_install"):
    """The suite for the end takes in what would have run earlier."""
    suite = make_suite(module_names, position)
    if position == "post_install":
        earlier = make_suite(module_names, "at_install")
        earlier.addTests(suite)
        return earlier
    return suite


if __name__ == "__main__":
    common.websocket = None  # as if the library for it were not installed
    loader.make_suite = make_suite_of_both
    main()
