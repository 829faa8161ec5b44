"""The demo companies, as any Odoo has them where the addon was installed with demo data."""

from types import SimpleNamespace
from unittest.mock import patch

from odoo.modules.loading import load_demo
from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from ..demo.data import COMPANIES, DOCUMENTS, FILES, ORDER, RULES

ADDON = "document_dispatch"
SENDING = ("document.dispatch", "document.letter", "document.statement", "document.dispatch.print", "mail.mail")


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names, cls.of_before = cls._names(), {name: cls.env[name].search([]) for name in SENDING}
        cls.before = cls._companies()
        # an update of a database without the companies
        cls._load("update")
        cls.updated = cls._companies()
        cls.loaded = cls._load("init")
        cls.companies = cls._companies()
        cls.moves = cls.env["account.move"].search([("company_id", "in", cls.companies.ids)])
        cls.orders = cls.env["sale.order"].search([("company_id", "in", cls.companies.ids)])
        cls.rules = cls.env["document.dispatch.rule"].with_context(active_test=False).search(
            [("company_id", "in", cls.companies.ids)])

    @classmethod
    def _load(cls, mode):
        """As Odoo does when it installs or updates the addon."""
        package = SimpleNamespace(
            name=ADDON, manifest=Manifest.for_addon(ADDON), id=cls.env.ref(f"base.module_{ADDON}").id)
        return load_demo(cls.env, package, {}, mode)

    @classmethod
    def _companies(cls):
        charts = cls.env["account.chart.template"]
        return cls.env["res.company"].union(*map(charts._get_dispatch_demo_company, COMPANIES))

    @classmethod
    def _names(cls):
        return cls.env["ir.model.data"].search([("module", "=", ADDON)])

    def test_living_companies(self):
        """Both companies have their customers, documents and rules, in their currencies, nothing is missing."""
        self.assertTrue(self.loaded)
        self.assertEqual(self.companies.mapped("name"), [known.name for known in COMPANIES.values()])
        self.assertEqual(self.companies.mapped("currency_id.name"), ["BRL", "PLN"])
        found = {move.ref: (move.move_type, move.state) for move in self.moves}
        found |= {order.client_order_ref: (ORDER, order.state) for order in self.orders}
        self.assertEqual(found, {document.ref: (document.kind, document.state) for document in DOCUMENTS})
        self.assertEqual(len(self.rules), len(RULES))
        files = self.env["document.dispatch.file"].search([("move_id", "in", self.moves.ids)])
        self.assertCountEqual([file.move_id.ref for file in files], [file.ref for file in FILES])
        self.assertTrue(self.env["res.partner"].search_count([
            ("company_id", "in", self.companies.ids), ("dispatch_invoice", "=", True)]))

    def test_nothing_is_sent_and_nothing_says_so(self):
        """No dispatch, no mail, no rule that would send by itself; and who switches one on rehearses."""
        for name, before in self.of_before.items():
            self.assertEqual(self.env[name].search([]), before, name)
        self.assertFalse(self.moves.filtered("is_move_sent"))
        self.assertEqual(set(self.moves.mapped("dispatch_state")), {False, "excluded"})
        self.assertFalse(self.rules.filtered("active"))
        self.assertEqual(set(self.companies.mapped("dispatch_mode")), {"rehearse"})
        rule = self.rules.filtered(lambda rule: rule.company_id == self.companies[1])
        rule.write({"active": True, "resume_from": "then"})
        dispatches = rule._run("manual")
        self.assertEqual(len(dispatches), 3)
        self.assertTrue(all(dispatches.mapped("rehearsal")))

    def test_copy_sends_nothing(self):
        """A neutralised copy of the database is off in these companies, too."""
        with file_open(f"{ADDON}/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())
        self.companies.invalidate_recordset()
        self.assertEqual(set(self.companies.mapped("dispatch_mode")), {"off"})

    def test_once(self):
        """An update makes nothing of them, and neither does who loads demo data once more."""
        self.assertEqual(self.updated, self.before)
        self._load("update")
        self._load("init")
        self.env["account.chart.template"]._install_demo(self.companies.ids)
        self.assertEqual(self._companies(), self.companies)
        self.assertEqual(
            self.env["account.move"].search_count([("company_id", "in", self.companies.ids)]), len(self.moves))

    def test_outlives_the_addon(self):
        """Nothing of them bears the addon's name: an uninstall would delete it, and leave half a company."""
        self.assertEqual(self._names(), self.names)

    def test_other_companies(self):
        """What core has for all other companies is as it was."""
        company, asked = self.env["res.company"].create({"name": "Outra Ltda"}), []
        charts = self.env.registry["account.chart.template"]
        with (
            patch.object(charts, "_get_demo_data", lambda _charts, company: asked.append(company) or {}),
            patch.object(charts, "_post_load_demo_data", lambda _charts, company: asked.append(company)),
        ):
            self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=True)
        self.assertEqual(asked, [company, company])
