"""Whose rule it was: told by the code that raised."""

import types
import unittest

from tools.recipients.foreign_rules import module_of

SOURCE = "def call(*others):\n    if others:\n        return others[0](*others[1:])\n    raise ValueError('no')"


def function_in(name):
    """Return a function of a module of this name, which calls the next one, and raises at the end."""
    module = types.ModuleType(name)
    exec(SOURCE, module.__dict__)
    return module.call


class TestModuleOf(unittest.TestCase):
    def test_the_last_one_that_is_a_module(self):
        own, orm = "odoo.addons.document_dispatch.models.x", "odoo.orm.models"
        for names, expected in (
            ((own, orm, "odoo.addons.partner_email_check.models.res_partner"), "partner_email_check"),
            ((own, "odoo.addons.sale.models.x", orm), "sale"),
            ((own, "odoo.addons.sale.models.x", own), ""),
            ((own, "odoo.addons.base.models.res_partner"), ""),
            ((orm,), ""),
        ):
            first, *others = map(function_in, names)
            with self.subTest(names=names):
                try:
                    first(*others)
                except ValueError as error:
                    self.assertEqual(module_of(error), expected)
