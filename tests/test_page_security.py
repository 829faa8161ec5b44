"""The customer's page shows one customer of one company, by links that are not kept, and to nobody else."""

import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import new_user
from .test_page import PageCase


@tagged("post_install", "-at_install")
class TestPageSecurity(PageCase):
    def _refused(self, *paths):
        """All of these get the very same answer."""
        answers = {(answer.status_code, answer.content) for answer in map(self._open, paths)}
        self.assertEqual([status for status, _content in answers], [404], paths)

    # ------------------------------------------------------------------
    # Whose
    # ------------------------------------------------------------------

    def test_nothing_of_others(self):
        mine = self._invoice(self.silva)
        other_company = self.setup_other_company()["company"]
        other_company.dispatch_customer_page = True
        elsewhere = self.env["account.move"].with_company(other_company).create({
            "move_type": "out_invoice", "partner_id": self.silva.id, "invoice_date": self.today,
            "invoice_line_ids": [Command.create({"name": "Bomba", "price_unit": 77.0, "tax_ids": []})],
        })
        elsewhere.action_post()
        cancelled = self._invoice(self.silva, post=False)
        cancelled.button_cancel()
        hidden = {
            "other customer": self._invoice(self.nowak), "draft": self._invoice(self.silva, post=False),
            "cancelled": cancelled, "vendor bill": self._invoice(self.silva, move_type="in_invoice"),
            "vendor refund": self._invoice(self.silva, move_type="in_refund"), "other company": elsewhere,
            "entry": mine.copy({"move_type": "entry", "line_ids": []}),
        }
        path = self._path()
        page = self._open(path).text
        self.assertEqual(set(map(int, re.findall(r"/invoice/(\d+)", page))), {mine.id})
        for what, move in hidden.items():
            if move.name and move.name != "/" and what != "other company":  # each company counts for itself
                self.assertNotIn(move.name, page, what)
        self._refused(*(f"{path}/{kind}/{move.id}" for move in hidden.values() for kind in ("invoice", "pay")),
                      f"{path}/invoice/99999999", f"{path}/invoice/99999999999999999999", f"{path}/pay/0")
        self.assertEqual(
            set(self.silva.with_company(other_company)._dispatch_page_values(other_company)["lines"][0]["move"].ids),
            set(elsewhere.ids))
        self.assertNotIn("77.00", page)

    def test_numbers_in_the_query(self):
        """What stands in the path is not said by the query."""
        self._invoice(self.silva)
        path = self._path()
        for query in ("page=2", "page=x", "page=", "link_id=1", "token=x", "company_id=1", "res_id=1", "year=x"):
            self.assertEqual(self._open(f"{path}?{query}").status_code, 200, query)

    def test_files_of_others(self):
        due = self.today + timedelta(days=20)
        mine, foreign = (self._boleto(self._invoice(partner, invoice_date_due=due)) for partner in (
            self.silva, self.nowak))
        draft = self._invoice(self.silva, post=False, invoice_date_due=due)
        path = self._path()
        self.assertEqual(self._open(f"{path}/file/{mine.id}").status_code, 200)
        self._refused(f"{path}/file/{foreign.id}", f"{path}/file/{self._boleto(draft).id}", f"{path}/file/0",
                      f"{path}/quotation/{self._order(self.nowak).id}")
        event = mine.copy({"kind": "event", "attachment_id": mine.attachment_id.copy().id})
        self._refused(f"{path}/file/{event.id}")

    def test_archived_and_branches(self):
        path = self._path()
        self.silva_rui.active = False
        self.assertIn(self._invoice(self.silva_rui).name, self._open(path).text, "an archived contact's, too")
        self.silva.child_ids.active = False
        self.silva.active = False
        self._refused(path)
        self.silva.active = True
        self.assertEqual(self._open(path).status_code, 200)
        self.silva.parent_id = self.nowak
        self.silva.is_company = False
        self._refused(path)

    def test_merged(self):
        old, kept = self._path(self.nowak), self._path(self.silva)
        invoice = self._invoice(self.nowak)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.nowak | self.silva).ids, self.silva)
        self.env.invalidate_all()
        self._refused(old)
        self.assertIn(invoice.name, self._open(kept).text)

    # ------------------------------------------------------------------
    # Tokens
    # ------------------------------------------------------------------

    def test_wrong_old_and_expired(self):
        path, foreign = self._path(), self._path(self.nowak)
        _empty, _dispatch, _page, number, token = path.split("/")
        start = "/dispatch/page"
        expired = self._path()
        self.company.dispatch_page_days = 30
        self.env.cr.execute("UPDATE document_dispatch_page SET create_date = %s WHERE id = %s", (
            fields.Datetime.now() - timedelta(days=31), int(expired.split("/")[3])))
        wrong = [
            f"{path}x", path[:-1], f"{start}/{number}/{'A' * 43}", f"{start}/{number}/ł", f"{start}/0/{token}",
            f"{start}/{foreign.split('/')[3]}/{token}", f"{start}/99999999/{token}",
            f"{start}/99999999999999999999/{token}", f"{start}/{number}/{self._hash_of(path)}",
            f"{start}/0/place-of-the-link", expired, f"{path}x/invoice/1", f"{path}x/statement",
        ]
        self.assertEqual(self._open(path).status_code, 200)
        self.silva_rui.with_user(self.clerk).action_dispatch_renew_link()
        self._refused(*wrong, path)
        self.assertEqual(self._open(self._path()).status_code, 200)
        self.assertEqual(self._open(foreign).status_code, 200, "another customer's link is not touched")

    def _hash_of(self, path):
        return self.env["document.dispatch.page"].browse(int(path.split("/")[3])).token_hash

    def test_expiry_follows_the_company(self):
        path = self._path()
        self.env.cr.execute("UPDATE document_dispatch_page SET create_date = create_date - interval '100 days'")
        self.env.invalidate_all()
        self.assertEqual(self._open(path).status_code, 200, "0: never")
        self.company.dispatch_page_days = 101
        self.assertEqual(self._open(path).status_code, 200)
        self.env["document.dispatch.page"].sudo()._gc()
        self.company.dispatch_page_days = 99
        self._refused(path)
        self.env["document.dispatch.page"].sudo()._gc()
        self.company.dispatch_page_days = 0
        self._refused(path)
        with self.assertRaisesRegex(Exception, "must be 0 or more"):
            self.company.dispatch_page_days = -1

    def test_the_database_does_not_hold_the_token(self):
        """Nothing that is kept opens the page: neither text, message, mail nor link."""
        invoice = self._invoice(self.silva)
        self.types["invoice"].mail_template_id.auto_delete = False  # Odoo's own record of the mail stays
        tokens = {path.split("/")[4] for path in self._send(invoice).values()}
        self.assertEqual({len(token) for token in tokens}, {43})
        [dispatch] = self._dispatches(invoice)
        message = dispatch.mail_message_id
        kept = [dispatch.body, *dispatch.recipient_ids.mapped("mail_body"), str(dispatch.mail_values), message.body,
                *self.env["mail.mail"].search([("mail_message_id", "=", message.id)]).mapped("body_html"),
                *self.env["document.dispatch.page"].search([]).mapped("token_hash")]
        self.assertGreater(len(list(filter(None, kept))), 6)
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type IN ('character varying', 'text', 'jsonb')
               AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')
               AND (table_name LIKE 'document\\_%%' OR table_name LIKE 'mail\\_%%' OR table_name LIKE 'account\\_move%%'
                    OR table_name IN ('res_partner', 'ir_attachment', 'bus_bus'))
        """)
        for table, column in self.env.cr.fetchall():
            for token in tokens:
                self.env.cr.execute(f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s', (f"%{token}%",))
                self.assertFalse(self.env.cr.fetchall(), f"{table}.{column}")

    def test_guessing_ends(self):
        path = self._path()
        number = int(path.split("/")[3])
        Attempt = self.env["document.consent.attempt"]
        # a request that ends with an error takes its attempt back here: tests have one transaction only
        taken = [Attempt._take("token", "127.0.0.1", f"page {number + step}") for step in range(22)]
        self.assertEqual(taken, [True] * 20 + [False] * 2, "one number after the other")
        for wrong in (path, f"{path}x", f"{path}/invoice/1"):
            self.assertEqual(self._open(wrong).status_code, 429)

    def test_drawing_ends(self):
        invoice = self._invoice(self.silva)
        path = self._path()
        Attempt = self.env["document.consent.attempt"]
        for _time in range(60):
            Attempt._take("draw", "10.0.0.1", int(path.split("/")[3]))
        self.assertEqual(self._open(f"{path}/invoice/{invoice.id}").status_code, 429)
        self.assertEqual(self._open(f"{path}/statement").status_code, 429)
        self.assertEqual(self._open(path).status_code, 200)

    def test_addresses_of_neighbours(self):
        """The counter limits a network, whatever the number in the link."""
        self._refused("/dispatch/page/1/x", "/dispatch/page/2/x")

    # ------------------------------------------------------------------
    # Headers
    # ------------------------------------------------------------------

    def test_headers(self):
        self._switch_payments_on()
        invoice = self._invoice(self.silva, invoice_date_due=self.today + timedelta(days=20))
        file, order = self._boleto(invoice), self._order(self.silva)
        order.action_quotation_sent()
        path = self._path()
        for part in ("", f"/invoice/{invoice.id}", f"/file/{file.id}", f"/quotation/{order.id}", "/statement",
                     f"/pay/{invoice.id}"):
            headers = self._open(path + part, allow_redirects=False).headers
            self.assertEqual(
                {name: headers.get(name) for name in (
                    "Referrer-Policy", "X-Robots-Tag", "Cache-Control", "X-Content-Type-Options", "X-Frame-Options")},
                {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store",
                 "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"}, part)
        text = self._open(path).text
        outside = [url for url in re.findall(r'(?:src|href)="(https?://[^"]+)"', text) if self.base_url() not in url]
        self.assertEqual(outside, [], "nothing of others is loaded")

    def test_whatever_is_no_pdf_is_saved_not_shown(self):
        file = self._boleto(self._invoice(self.silva, invoice_date_due=self.today + timedelta(days=20)))
        file.attachment_id.mimetype = "text/html"
        answer = self._open(f"{self._path()}/file/{file.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(answer.headers["Content-Security-Policy"], "default-src 'none'; frame-ancestors 'none'")

    def test_nothing_changes_by_opening(self):
        invoice = self._invoice(self.silva)
        path = self._path()
        for part in ("", "?open=1", f"/invoice/{invoice.id}", "/statement"):
            self.assertEqual(self.url_open(path + part, data={"x": "1"}).status_code, 405, part)
        before = self.env["document.statement"].search_count([])
        self._open(f"{path}/statement?from=2026-01-01&to=x")
        self.assertEqual(self.env["document.statement"].search_count([]), before)

    # ------------------------------------------------------------------
    # Who makes links
    # ------------------------------------------------------------------

    def test_salesmen_do_not_open_everything(self):
        salesman = new_user(self.company, "vera", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.silva.with_user(salesman).action_dispatch_open_page()
        self.assertFalse(self.env["document.dispatch.page"].with_user(salesman).has_access("read"))

    def test_no_portal_user_draws_others_statements(self):
        self._invoice(self.nowak, 4321.0)
        user = new_test_user(self.env, "rui", "base.group_portal", name="Rui Lopes")
        user.partner_id.parent_id = self.silva
        vals = self.env["document.statement"]._prepare_vals(self.nowak, self.company, self.today, self.today)
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(user)._render_qweb_html(
                "document_dispatch.report_statement", [], {"statement": vals})
