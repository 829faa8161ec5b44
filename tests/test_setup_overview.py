"""The first page says what is, counts what its screens show, and shows to nobody more than they may see."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools.safe_eval import safe_eval

from .test_access import AccessCase

ACTION = "document_dispatch.document_dispatch_overview_action"


class OverviewCase(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user(
            "ines", "document_dispatch.group_dispatch_manager,account.group_account_invoice", "Inês Rocha")
        cls.manager.email = "ines@aurora.example.com"
        jobs = cls.env["document.dispatch.health"]._get_jobs()
        jobs.write({"nextcall": fields.Datetime.now() + timedelta(minutes=5)})

    def _page(self, user=None, companies=None):
        user = user or self.manager
        overview = self.env["document.dispatch.overview"].with_user(user)
        return overview.with_context(allowed_company_ids=(companies or user.company_id).ids, tz="UTC").create({})

    def _totals(self, page):
        return {result["name"]: result["total"] for result in page.chart["results"]}

    def _sent(self, partner=None, **vals):
        invoice = self._invoice(partner or self.nowak, **vals)
        invoice._dispatch_create("manual")
        self._deliver()
        return self._dispatches(invoice)


class TestStatus(OverviewCase):
    def _status(self, **kwargs):
        page = self._page(**kwargs)
        return page.status, page.status_text

    def test_nothing_set_up(self):
        """Never green where nothing was sent; who is no manager is told so, too."""
        for user in (self.manager, self.clerk, self.seller):
            status, text = self._status(user=user)
            self.assertEqual(status, "incomplete")
            self.assertIn("Nothing is set up yet", text)
            self.assertFalse(self._page(user).problems)

    def test_working(self):
        """A mail that was accepted, and a rule that is on: also for one who sees none of the documents."""
        self._sent()
        self.assertEqual(self._status()[0], "incomplete")
        self.assertIn("Automatic sending is off for: Aurora", self._status()[1])
        self._rule("Faturas do dia", "invoice")
        for user in (self.manager, self.seller):
            self.assertEqual(self._status(user=user), ("working", "Automatic sending is working."))

    def test_rule_without_a_proof(self):
        self._rule("Faturas do dia", "invoice")
        status, text = self._status()
        self.assertEqual(status, "incomplete")
        self.assertIn("No mail server has accepted an e-mail", text)

    def test_failed_test_mail(self):
        with self._mail_server_down():
            self._page().action_setup_test()
        status, text = self._status()
        self.assertEqual(status, "problem")
        self.assertIn("ines@aurora.example.com", text)
        self.assertEqual(self._page().problems, text)
        self._page().action_setup_test()
        self.assertEqual(self._status()[0], "incomplete", "that rule is still missing")

    def test_waits_from_the_first_failed_connection(self):
        self._rule("Faturas do dia", "invoice")
        self._sent()
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("manual")
        with self._mail_server_down():
            self._deliver()
        status, text = self._status()
        self.assertEqual(status, "waiting")
        self.assertIn("E-mails waiting: 1.", text)
        self.assertIn(self.server.name, text)
        self.server.dispatch_unreached_since -= timedelta(hours=2)
        self.assertEqual(self._status()[0], "problem", "that lasts too long")
        self._dispatches(invoice).recipient_ids._with_system_write().next_try = False
        self.server.dispatch_unreached_until = False
        self._deliver()
        self.assertEqual(self._status()[0], "working")

    def test_waits_for_the_server_of_the_command_line(self):
        self._rule("Faturas do dia", "invoice")
        recipient = self._sent().recipient_ids[:1]
        recipient._with_system_write().write({
            "state": "deferred", "mail_server_id": False, "tries": 0,
            "next_try": fields.Datetime.now() + timedelta(minutes=5)})
        status, text = self._status()
        self.assertEqual(status, "waiting")
        self.assertIn("Odoo's configuration", text)

    def test_each_company_of_the_user(self):
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        self.manager.company_ids |= paris
        self._sent()
        self._rule("Faturas do dia", "invoice")
        self.assertEqual(self._status()[0], "working")
        status, text = self._status(companies=self.company | paris)
        self.assertEqual(status, "incomplete")
        self.assertIn("Aurora France SARL", text)
        self.assertIn("Nothing is set up yet", self._status(companies=paris)[1])


class TestFigures(OverviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opened = cls._invoice(cls.nowak)
        cls.own = cls._invoice(cls.nowak, invoice_user_id=cls.seller.id)
        cls.old = cls._invoice(cls.nowak)
        cls.on_paper = cls._invoice(cls.papel)
        cls.in_review = cls._invoice(cls.nowak)

    def setUp(self):
        super().setUp()
        (self.opened | self.own | self.old | self.on_paper)._dispatch_create("manual")
        self._deliver()
        self.in_review._dispatch_create("manual", state="review")
        self.opened._dispatch_note_opened("192.0.2.1", "Firefox")
        failed = self._invoice(self.nowak)
        failed._dispatch_create("manual")
        self.failed = self._dispatches(failed)
        self.failed._with_system_write().state = "failed"
        self.env.flush_all()
        # raw SQL: nobody writes the day when a record was made
        self.env.cr.execute("UPDATE document_dispatch SET create_date = create_date - interval '40 days' WHERE id = %s",
                            self._dispatches(self.old).ids)
        self.env.invalidate_all()

    def _tiles(self, page):
        """``(figure, domain of the screen)`` of each tile that opens a screen of the menu."""
        arch = etree.fromstring(page.get_view(view_type="form")["arch"])
        for button in arch.xpath("//div[@name='counters']/button[@type='action']"):
            [field] = button.iter("field")
            action = self.env["ir.actions.act_window"].browse(int(button.get("name")))
            domain = fields.Domain(safe_eval(action.domain or "[]"))
            context = safe_eval(button.get("context") or "{}")
            search = etree.fromstring(self.env[action.res_model].get_view(view_type="search")["arch"])
            for name in context:
                [found] = search.xpath("//filter[@name=$name]", name=name.removeprefix("search_default_"))
                domain &= fields.Domain(safe_eval(found.get("domain")))
            yield field.get("name"), action, domain

    def test_tiles_open_what_they_count_on_the_menu_s_screen(self):
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True}).search(
            [("id", "child_of", self.env.ref("document_dispatch.menu_root").id)])
        screens = [menu.action for menu in menus]
        for user in (self.manager, self.clerk, self.seller):
            page = self._page(user)
            tiles = list(self._tiles(page))
            self.assertEqual(len(tiles), 5)
            for name, action, domain in tiles:
                with self.subTest(user=user.login, figure=name):
                    self.assertIn(action, screens)
                    dispatches = self.env["document.dispatch"].with_env(page.env)
                    self.assertEqual(page[name], dispatches.search_count(domain))
        page = self._page()
        self.assertEqual((page.paper_count, page.review_count, page.problem_count, page.sent_count), (1, 1, 1, 2))

    def test_graph_opens_what_it_counts(self):
        page = self._page()
        self.assertEqual(self._totals(page), {"opened": 1, "sent": 1, "paper": 1, "failing": 1})
        begins = page.chart["begins"]
        self.assertEqual((len(page.chart["labels"]), len(begins)), (30, 31))
        for user in (self.manager, self.clerk, self.seller):
            page = self._page(user)
            for result in page.chart["results"]:
                made = [("create_date", ">=", begins[0]), ("create_date", "<", begins[-1])]
                found = self.env["document.dispatch"].with_env(page.env).search([*result["domain"], *made])
                with self.subTest(user=user.login, result=result["name"]):
                    self.assertEqual(len(found), result["total"])
                    self.assertEqual(result["counts"][-1], result["total"], "all of today")
        # the salesperson's own
        self.assertEqual(self._totals(page), {"opened": 0, "sent": 1, "paper": 0, "failing": 0})

    def test_days_are_the_reader_s(self):
        """What was made at nine in the evening of São Paulo stands on that day, not on the next one of UTC."""
        moment = f"{fields.Date.today() - timedelta(days=3)} 00:30:00"
        # raw SQL: as above
        self.env.cr.execute("UPDATE document_dispatch SET create_date = %s WHERE id = %s", [moment, self.failed.id])
        self.env.invalidate_all()
        for zone, hour in (("UTC", "00"), ("America/Sao_Paulo", "03")):
            chart = self._page().with_context(tz=zone).chart
            [failing] = [result for result in chart["results"] if result["name"] == "failing"]
            [day] = [number for number, count in enumerate(failing["counts"]) if count]
            with self.subTest(zone):
                self.assertTrue(chart["begins"][day] <= moment < chart["begins"][day + 1])
                self.assertEqual(chart["begins"][day][11:13], hour)

    def test_sent_last(self):
        page = self._page()
        self.assertEqual(page.last_ids.mapped("document_name"), [
            self.failed.document_name, *(document.name for document in (
                self.on_paper, self.old, self.own, self.opened))])
        self.assertEqual(self._page(self.seller).last_ids.move_id, self.own)
        self.assertEqual(page.last_ids[:1].amount, 1250)

    def test_lists_of_invoices_say_sent_once(self):
        """Beside the dispatch status Odoo's own status is that of the books; without a dispatch it says all."""
        self.assertEqual((self.own.dispatch_state, self.own.status_in_payment), ("sent", "posted"))
        by_other_means = self._invoice(self.nowak)
        by_other_means.is_move_sent = True
        self.assertEqual((by_other_means.dispatch_state, by_other_means.status_in_payment), (False, "sent"))
        list_arch = etree.fromstring(self.env["account.move"].get_view(
            self.env.ref("account.view_out_invoice_tree").id, "list")["arch"])
        [odoo_s] = list_arch.xpath("//field[@name='move_sent_values']")
        self.assertEqual(odoo_s.get("column_invisible"), "1")

    def test_others_see_nothing(self):
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        stranger = self._user("odile", "account.group_account_manager", "Odile Blanc", paris)
        page = self._page(stranger)
        self.assertFalse(any(self._totals(page).values()) or page.last_ids or page.sent_count or page.paper_count)
        self.assertNotIn(self.server.name, page.accounts)
        self.assertIn(self.server.name, self._page().accounts)

    def test_accounts(self):
        accounts = self.env["ir.mail_server"]
        here = accounts.with_user(self.clerk)

        def describe():
            return {account["name"]: account for account in here._dispatch_describe_all(self.company)}

        before = describe()[self.server.name]
        self.assertEqual((before["look"], before["left"]), ("success", False))
        self.assertGreaterEqual(before["sent"], 3)
        self.server.dispatch_per_day = before["sent"] + 7
        self.assertEqual(describe()[self.server.name]["left"], 7)
        self.server.dispatch_per_day = before["sent"] - 1
        self.assertEqual((describe()[self.server.name]["left"], describe()[self.server.name]["look"]), (0, "info"))
        self.server.dispatch_unreached_since = fields.Datetime.now()
        self.assertEqual(describe()[self.server.name]["look"], "warning")
        self.server._dispatch_note_refusal("535 bad credentials")
        self.assertEqual(describe()[self.server.name]["look"], "danger")
        private = accounts.create({"name": "Karin", "smtp_host": "127.0.0.1", "owner_user_id": self.rival.id})
        self.assertNotIn(private.name, describe())

    def test_costs_the_same_however_many(self):
        names = ["chart", "accounts", "status_text", "waits", "sent_count"]
        dispatches = {"fields": {"document_name": {}, "partner_id": {"fields": {"display_name": {}}}, "amount": {},
                                 "state": {}}}

        def cost():
            page = self._page(self.clerk)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page.web_read({**dict.fromkeys(names, {}), "last_ids": dispatches})
            return self.env.cr.sql_log_count - before

        cost()
        few = cost()
        more = self.env["account.move"].union(*(self._invoice(self.nowak) for _number in range(6)))
        more._dispatch_create("manual")
        self._deliver()
        self.assertLessEqual(cost(), few)


class TestOverviewTour(OverviewCase, HttpCase):
    def test_overview(self):
        self._sent()
        self._invoice(self.papel)._dispatch_create("manual")
        self.start_tour("/odoo", "document_dispatch_overview", login="beatriz")

    def test_a_tab_of_its_own(self):
        """The address leads to the page, in the app and with its menu."""
        self.assertEqual(self.env.ref(ACTION).path, "dispatch-overview")
        self.start_tour("/odoo/dispatch-overview", "document_dispatch_overview_address", login="beatriz")
