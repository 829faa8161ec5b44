"""Texts of customers: who keeps, sees and clears them, and what becomes of them when partners are merged."""

import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import new_user
from .test_text_last import LastTextCase


class TestLastTextAccess(LastTextCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_user(cls.company, "beatriz", "account.group_account_invoice", name="Beatriz Nunes")
        cls.seller = new_user(cls.company, "jonas", "sales_team.group_sale_salesman", name="Jonas Prado")

    def test_a_clerk_keeps_and_clears(self):
        order = self._order(self.silva, user_id=False)
        for user, document in ((self.clerk, self._bill(self.silva)), (self.seller, order)):
            with self.subTest(user=user.login):
                document, Text = document.with_user(user), self.Text.with_user(user)
                template = self._template(document)
                body = self._original(document)[1].replace("Hello,", "Good day,")
                text = Text._remember(document, "en_US", template, "New", body, self.env["res.partner"])
                self.assertEqual((text.write_uid, text.own_words), (user, "New\nGood day,"))
                self.assertEqual(Text._find_last(document, "en_US", template), text)
                self.assertEqual(text._render(document, self.env["res.partner"])["subject"], "New")
                for vals in ({"subject": "x"}, {"content": {}}, {"partner_id": self.nowak.id}):
                    with self.assertRaises(AccessError):
                        text.write(vals)
                with self.assertRaises(AccessError):
                    text.copy()
                text.unlink()

    def test_other_companies_and_other_people(self):
        text = self._remember(self._bill(self.silva), ("Hello,", "Good day,"))
        paris = self._create_company(name="Aurora France SARL")
        stranger = new_user(paris, "camille", "account.group_account_invoice", name="Camille Durand")
        self.assertFalse(self.Text.with_user(stranger).search([]))
        employee = new_test_user(self.env, "igor", "base.group_user", name="Igor Lima")
        for user, right in ((stranger, "read"), (stranger, "unlink"), (employee, "read")):
            self.assertFalse(text.with_user(user).has_access(right))

    def test_one_for_each(self):
        text = self._remember(self._bill(self.silva), ("Hello,", "Good day,"))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            text.sudo().copy()

    def test_list(self):
        views = self.Text.with_user(self.clerk).get_views([(False, "list"), (False, "search")])["views"]
        self.assertIn("own_words", views["list"]["arch"])
        menu = self.env.ref("document_dispatch.menu_text")
        self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(self.clerk)._visible_menu_ids())

    # ------------------------------------------------------------------

    def _merge(self, sources, destination):
        self.Text._merge(sources, destination)
        self._merge_by_core(sources, destination)

    def _merge_by_core(self, sources, destination):
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((sources | destination).ids, destination)

    def test_merging_partners(self):
        twin = self.env["res.partner"].create({"name": "Silva e Filhos", "is_company": True})
        older = self._remember(self._bill(self.silva), ("Hello,", "Good day,"))
        order = self._remember(self._order(twin), ("Hello,", "Good day,"))
        newer = self._remember(self._bill(twin), ("Hello,", "Dear all,"))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE document_dispatch_text SET write_date = write_date - interval '1 day' WHERE id = %s", [older.id])
        self.env.invalidate_all()
        self._merge(twin, self.silva)
        self.assertEqual(self.Text.search([]), newer | order)
        self.assertEqual(newer.partner_id | order.partner_id, self.silva)
        self.assertEqual(self._find(self._bill(self.silva)).own_words, "Dear all,")

    def test_core_merges_partners(self):
        """It moves rows by SQL, and gives way where there is one already: the key is a constraint that it sees."""
        twin = self.env["res.partner"].create({"name": "Silva e Filhos", "is_company": True})
        self._remember(self._bill(self.silva), ("Hello,", "Good day,"))
        self._remember(self._bill(twin), ("Hello,", "Dear all,"))
        lone = self._remember(self._order(self.nowak), ("Hello,", "Good day,"))
        self._merge_by_core(twin, self.silva)
        self._merge_by_core(self.nowak, self.silva)
        invoices = self.Text.search([("type_id", "=", self.types["invoice"].id)])
        self.assertEqual((len(invoices), invoices.partner_id), (1, self.silva))
        self.assertEqual(lone.partner_id, self.silva)

    def test_merging_a_customer_into_a_contact(self):
        """They get the texts of the company that they belong to."""
        twin = self.env["res.partner"].create({"name": "Ana Silva Comércio", "email": "ana@silva.example.com"})
        text = self._remember(self._order(twin), ("Hello,", "Good day,"))
        self._merge(twin, self.silva_ana)
        self.assertEqual(text.partner_id, self.silva)

    def test_customer_is_deleted(self):
        partner = self.env["res.partner"].create({"name": "Durand SARL", "email": "d@durand.example.com"})
        order = self._order(partner)
        text = self._remember(order, ("Hello,", "Bonjour,"))
        order.sudo().unlink()
        partner.unlink()
        self.assertFalse(text.exists())
