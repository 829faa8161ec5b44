"""Secret links reach the customer alone: not by texts that colleagues type or read, and no wrong one opens anything."""

import importlib.util
import re
from datetime import timedelta
from pathlib import Path

from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers.page import BROKEN
from ..tools.page import links
from ..tools.recipients import recipients
from .test_access import AccessCase
from .test_consent_page import CSRF, QUESTION
from .test_page import PHONE

PAGE = re.compile(r"/dispatch/page/[1-9]\d*/[\w-]+")
CONSENT = re.compile(r"/dispatch/consent/[1-9]\d*/\d+/[0-9a-f]{64}")
SHOW = re.compile(r"/dispatch/show/\d+/[0-9a-f]{64}")
#: What the addon wrote before, and what a person could suggestion
GUESSED = ("/dispatch/page/0/place-of-the-link", f"/dispatch/page/0/{'0' * 64}", f"/dispatch/consent/0/0/{'a' * 64}")
LETTER = {"en_US": ("{company}", '<p>{customer}: <a href="{link}">say what you prefer</a> or {link}</p>')}


class LinksCase(AccessCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dispatch_customer_page = True

    def _html(self, email):
        """The text of the last mail to this address."""
        found = [mail for mail in self.mails if email in mail["to"]]
        return found[-1].get_body(("html",)).get_content()

    def _path(self, url):
        return "/" + url.split("/", 3)[3]

    def _release(self, dispatch, user, **vals):
        """Edit a dispatch in review, and release it, as this user."""
        self._as_rpc(user, dispatch, "write", vals)
        self._as_rpc(user, dispatch, "action_release")
        self._deliver()


@tagged("post_install", "-at_install")
class TestTypedPlaces(LinksCase):
    """The free text of a dispatch is no key."""

    def test_a_salesman_types_the_place_of_the_page(self):
        order = self._order(self.silva, user_id=self.seller.id)
        dispatch = order._dispatch_create("manual", state="review")
        real = dispatch.recipient_ids[:1]._page_place()
        body = "".join(f'<p><a href="http://x.example{place}">{place}</a></p>' for place in (*GUESSED, real))
        self._release(dispatch, self.seller, body=body, recipient_ids=[
            Command.create({"email": "vera@evil.example"}),
            # a contact of the customer's, at an address that is not theirs
            Command.create({"email": "karin@evil.example", "partner_id": self.silva_ana.id}),
        ])
        for email in ("vera@evil.example", "karin@evil.example"):
            html = self._html(email)
            self.assertFalse(PAGE.findall(html), email)
            self.assertNotIn("/dispatch/page/", html, email)
            self.assertNotIn("/dispatch/consent/", html, email)
            self.assertNotIn(order.access_token or "no token", html, email)
            self.assertTrue(SHOW.search(html), email)
        html = self._html("ana@silva.example.com")
        self.assertEqual(len(PAGE.findall(html)), 1, "the customer's own, once")
        for place in (*GUESSED, real):
            self.assertNotIn(place, html)

    def test_places_differ(self):
        dispatches = [self._order(self.silva)._dispatch_create("manual", state="review") for _number in range(2)]
        self.assertEqual(len({dispatch.recipient_ids[0]._page_place() for dispatch in dispatches}), 2)
        consent = {partner._dispatch_consent_place(self.company) for partner in self.silva | self.nowak}
        self.assertEqual(len(consent), 2)
        for place in (*consent, *(dispatch.recipient_ids[0]._page_place() for dispatch in dispatches)):
            self.assertEqual(links.take_out(f'<a href="https://a.example{place}">'), '<a href="https://a.example#">')
            self.assertEqual(self.url_open(place).status_code, 404)

    def test_a_draft_is_for_who_took_it_and_may_see_invoices(self):
        invoice, own = self._invoice(self.silva), self._invoice(self.silva, invoice_user_id=self.seller.id)
        dispatches = {}
        for move, user in ((invoice, self.clerk), (own, self.seller)):
            dispatch = move._dispatch_create("manual", state="review")
            dispatch._with_system_write().state = "queued"
            self.env["document.dispatch.content"]._prepare(dispatch)
            dispatch.with_user(user).sudo()._hand_to_person()
            dispatches[user] = dispatch
        clerks, sellers = (dispatches[user].draft_id.raw.decode() for user in (self.clerk, self.seller))
        Page = self.env["document.dispatch.page"]
        self.assertFalse(Page.search([("recipient_id.dispatch_id", "=", dispatches[self.seller].id)]))
        self.assertNotIn("dispatch/page", sellers)
        self.assertIn("dispatch/page", clerks)
        link = Page.search([("recipient_id.dispatch_id", "=", dispatches[self.clerk].id)])
        self.assertEqual(len(link), 1)
        self.assertFalse(link._is_customers_own(), "the clerk has it, too: nobody declares by it")
        with self.assertRaisesRegex(UserError, "Only Jonas Prado"):
            dispatches[self.seller].with_user(self.clerk).action_download_draft()
        self.assertTrue(dispatches[self.clerk].with_user(self.clerk).action_download_draft())


@tagged("post_install", "-at_install")
class TestConsentLinks(LinksCase):
    """What is declared on the customer's page was declared by the customer."""

    def _letter(self, partner=None, channel="email"):
        self.env["document.letter"]._issue(partner or self.nowak, self.company, LETTER, channel)
        self._deliver()
        return self.env["document.letter"].search([("partner_id", "=", (partner or self.nowak).id)], limit=1)

    def _live(self, partner=None):
        return self._path((partner or self.nowak)._dispatch_consent_url__(self.company))

    def _assert_masked(self):
        """No table holds the link."""
        self.env.flush_all()
        token = self._live().rpartition("/")[2]
        self.env.cr.execute("""
            SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type IN ('character varying', 'text', 'jsonb')
               AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')
               AND (table_name LIKE 'document\\_%%' OR table_name IN ('mail_message', 'mail_mail', 'res_partner'))
        """)
        for table, column in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s', (f"%{token}%",))
            self.assertFalse(self.env.cr.fetchall(), f"{table}.{column}")

    def test_only_the_customers_mail_carries_it(self):
        letter = self._letter()
        html = self._html("biuro@nowak.example.com")
        self.assertEqual(set(CONSENT.findall(html)), {self._live()})
        self.assertEqual(self.url_open(self._live()).status_code, 200)
        self.assertTrue(self.env["document.consent"].search([("letter_id", "=", letter.id)]).text)
        self._assert_masked()

    def test_sent_again_to_a_typed_address(self):
        dispatch = self._dispatches(self._letter())
        dispatch._resend(choices=[recipients.Choice(False, "vera@evil.example", recipients.MANUAL, "Vera")])
        self._deliver()
        self.assertFalse(CONSENT.findall(self._html("vera@evil.example")))
        self.assertEqual(set(CONSENT.findall(self._html("biuro@nowak.example.com"))), {self._live()})

    def test_rehearsed(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "helena@aurora.example.com"})
        self._letter()
        self.assertFalse(CONSENT.findall(self._html("helena@aurora.example.com")))

    def test_letters_follow_invoices(self):
        letter = self._letter()
        self.assertTrue(letter.with_user(self.clerk).has_access("read"))
        self.assertFalse(letter.with_user(self.seller).has_access("read"))
        window = self.env["document.dispatch.resend"].with_user(self.seller).create({"line_ids": [Command.create({
            "res_model": "document.letter", "res_id": letter.id, "chosen": True, "document_name": "x"})]})
        window.emails = "vera@evil.example"
        with self.assertRaises(UserError):
            self._as_rpc(self.seller, window, "action_send")

    def test_looked_at_and_printed(self):
        """Looking shows no link; the one on paper proves nothing, and the ledger says so."""
        letter = self._letter(channel="paper")
        Report = self.env["ir.actions.report"]
        for user in (self.clerk, self.env.user):
            html = Report.with_user(user)._render_qweb_html("document_dispatch.report_letter", letter.ids)[0].decode()
            self.assertFalse(CONSENT.findall(html))
            self.assertNotIn("data:image/svg", html)
        for client in (True, "dispatch_print_run"):
            self.assertFalse(letter.with_context(dispatch_print_run=client)._get_link())
        printed = self._path(letter._dispatch_for_print()._get_link())
        self.assertNotEqual(printed, self._live())
        self.assertIn(printed, letter._dispatch_for_print()._get_printed_body())
        for path, channel in ((printed, "letter"), (self._live(), "page")):
            page = self.url_open(path).text
            answer = self.url_open(f"{path}/answer", data={
                "csrf_token": CSRF.search(page)[1], "question": QUESTION.search(page)[1], "answer": "accept",
                "name": "Jan Nowak"})
            self.assertIn("We noted that you accept e-mail", answer.text)
            self.env.invalidate_all()
            entry = self.env["document.consent"].search([("partner_id", "=", self.nowak.id)], limit=1, order="id desc")
            self.assertEqual((entry.kind, entry.channel), ("accepted", channel))
        self.nowak.action_dispatch_renew_link()
        for path in (printed,):
            self.assertEqual(self.url_open(path).status_code, 404)

    def test_mails_that_tell_the_customer(self):
        """In the queue, and by the same template sent by a colleague, they carry no link."""
        Consent = self.env["document.consent"].sudo()
        entry = Consent._declare_on_page(self.nowak, self.company, "accepted", {"declared_by": "Jan Nowak"})
        [mail] = self.env["mail.mail"].search([("model", "=", "document.consent"), ("res_id", "=", entry.id)])
        self._assert_masked()
        template = self.env.ref("document_dispatch.template_consent_noted")
        forged = self._as_rpc(self.seller, template, "send_mail", entry.id, False, False, {
            "email_to": "vera@evil.example", "dispatch_seal": mail.dispatch_seal})
        self.smtp.handler.clear()
        (mail | self.env["mail.mail"].browse(forged)).sudo().send()
        self.assertEqual(set(CONSENT.findall(self._html("biuro@nowak.example.com"))), {self._live()})
        self.assertFalse(CONSENT.findall(self._html("vera@evil.example")))

    def test_no_way_round_by_the_page(self):
        """Who opens a customer's page from the house finds no link to the other one there."""
        path = self._path(self.silva.with_user(self.clerk).action_dispatch_open_page()["url"])
        self.assertFalse(CONSENT.findall(self.url_open(path).text))
        invoice = self._invoice(self.silva)
        self._send_window(invoice).action_send_and_print()
        [mailed] = PAGE.findall(self._html("ana@silva.example.com"))
        self.assertIn(self._live(self.silva), self.url_open(mailed).text)
        # a colleague who says that they are the customer's
        self.seller.partner_id.parent_id = self.silva
        self.authenticate("jonas", "jonas")
        self.assertEqual(self.url_open("/my/documents").status_code, 404)

    def test_templates_cannot_make_links(self):
        for code in ("_dispatch_consent_url__(object.env.company)", "_dispatch_consent_path__(object.env.company)"):
            with self.assertRaises(UserError), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
                self.env["mail.render.mixin"]._render_template(
                    f"<t t-out='object.{code}'/>", "res.partner", self.nowak.ids, engine="qweb")


@tagged("post_install", "-at_install")
class TestShowLinks(LinksCase):
    """The page that shows one document ends as the others do."""

    def _typed(self):
        dispatch = self._order(self.silva, user_id=self.seller.id)._dispatch_create("manual", state="review")
        self._release(dispatch, self.seller, recipient_ids=[
            Command.create({"email": "contador@escritorio.example.com"})])
        return dispatch.recipient_ids[-1], SHOW.search(self._html("contador@escritorio.example.com"))[0]

    def test_renewed(self):
        recipient, path = self._typed()
        self.assertEqual(self.url_open(path).status_code, 200)
        order = recipient.dispatch_id.order_id
        token = order._portal_ensure_token()
        self.silva.action_dispatch_renew_link()
        self.assertEqual(self.url_open(path).status_code, 404)
        self.assertFalse(order.access_token)
        self.assertNotIn("quote_content", self.url_open(f"/my/orders/{order.id}?access_token={token}").text)
        self.assertEqual(self.url_open(f"/dispatch/show/{recipient.id}/{recipient._show_token()}").status_code, 200)

    def test_expired(self):
        recipient, path = self._typed()
        recipient._with_system_write().sent_date = fields.Datetime.now() - timedelta(days=31)
        self.assertEqual(self.url_open(path).status_code, 200, "0: never")
        self.company.dispatch_page_days = 30
        self.assertEqual(self.url_open(path).status_code, 404)
        self.company.dispatch_page_days = 32
        self.assertEqual(self.url_open(path).status_code, 200)


@tagged("post_install", "-at_install")
class TestRoutes(LinksCase):
    """All public addresses of the addon, from Odoo's own map of them."""

    HEADERS = {
        "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    }
    #: Those of users who logged in, which show nothing by a secret
    FOR_USERS = {"/dispatch/export/<int:partner_id>"}
    #: Without a user: it says which database is here, and knows nobody
    FOR_NOBODY = {"/dispatch/here/<string(length=32):nonce>"}
    NUMBERS = ("0", "-1", "99999999", "99999999999999999999", "9" * 5000, "abc", "%E0%B9%95", "%00")
    TOKENS = ("x", "%C5%82", "%ED%A0%80", "%00", "x" * 5000, "0" * 64, "A" * 43)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.street = "Rua das Acácias, 120"
        cls.invoice = cls._invoice(cls.silva, invoice_date_due=fields.Date.today() + timedelta(days=20))
        cls.invoice._portal_ensure_token()
        cls.order = cls._order(cls.silva)
        cls.order.action_quotation_sent()
        dispatch = cls._order(cls.silva)._dispatch_create("manual")
        file = cls.env["ir.attachment"].create({
            "name": "order.pdf", "raw": b"%PDF-1.4 order", "res_model": "sale.order", "res_id": dispatch.res_id})
        dispatch._with_system_write().attachment_ids = file
        recipient = dispatch.recipient_ids[:1]
        request = cls.env["document.consent"].sudo()._declare_on_page(
            cls.nowak, cls.company, "address", {"new_email": "kasa@nowak.example.com", "declared_by": "Jan Nowak"})
        page, foreign = (cls.env["document.dispatch.page"]._make__(partner, cls.company, False).split("/")[3:]
                         for partner in (cls.silva, cls.nowak))
        consent = cls.nowak._dispatch_consent_path__(cls.company).split("/")[3:]
        #: By the first argument: what fits, and the token of another link of the same kind
        cls.known = {
            "link_id": ({"link_id": page[0], "token": page[1]}, foreign[1]),
            "recipient_id": ({"recipient_id": recipient.id, "token": recipient._show_token(), "file_id": file.id},
                             dispatch.recipient_ids[1:]._show_token()),
            "company_id": (dict(zip(("company_id", "partner_id", "token"), consent, strict=True)),
                           cls.silva._dispatch_consent_path__(cls.company).split("/")[-1]),
            "entry_id": ({"entry_id": request.id, "token": request._address_token__()}, consent[-1]),
        }
        cls.parts = {"page": 1, "invoice": cls.invoice.id, "pay": cls.invoice.id, "quotation": cls.order.id}

    #: Pages of Odoo that are extended: no secret stands in their address
    OF_ODOO = {"/my/invoices/<int:invoice_id>"}

    def _rules(self):
        rules = [rule for rule in self.env["ir.http"].routing_map().iter_rules()
                 if "document_dispatch" in rule.endpoint.func.__module__
                 and rule.rule not in (*self.OF_ODOO, *BROKEN)]
        self.assertGreater(len(rules), 12)
        return rules

    def _public(self, method):
        return [rule for rule in self._rules() if rule.endpoint.routing["auth"] == "public" and method in rule.methods]

    def _names(self, rule):
        return re.findall(r"<(?:[^:>]+:)?(\w+)>", rule.rule)

    def _url(self, rule, **changed):
        """The address of a rule; an argument that nothing is known of ends the test, as it should."""
        names = self._names(rule)
        known = self.known[names[0]][0]
        values = {name: known[name] for name in names if name in known}
        values |= {name: value for name, value in (
            ("page", 1), ("what", "invoice"), ("res_id", self.invoice.id)) if name in names}
        values |= {name: value for name, value in changed.items() if name in names}
        return re.sub(r"<(?:[^>]+:)?(\w+)>", lambda found: str(values[found[1]]), rule.rule)

    def _answer(self, url, **kwargs):
        answer = self.url_open(url, allow_redirects=False, **kwargs)
        self.env.invalidate_all()
        return answer

    def _check_headers(self, answer, url):
        self.assertEqual({name: answer.headers.get(name) for name in self.HEADERS}, self.HEADERS, url)
        self.assertIn("frame-ancestors 'none'", answer.headers["Content-Security-Policy"], url)

    def _wrong(self, rule):
        names = self._names(rule)
        first, foreign = self.known[names[0]]
        yield from (self._url(rule, token=token) for token in (
            *self.TOKENS, foreign, f"{first['token']}x", str(first["token"])[:-1]))
        for name in names:
            if name.endswith("_id"):
                yield from (self._url(rule, **{name: number}) for number in self.NUMBERS)

    def test_methods(self):
        for rule in self._rules():
            routing = rule.endpoint.routing
            asked = set(rule.methods) - {"HEAD", "OPTIONS"}
            self.assertIn(asked, ({"GET"}, {"POST"}), rule.rule)
            self.assertTrue(routing.get("csrf", True), rule.rule)
            if routing["auth"] != "public":
                self.assertEqual(routing["auth"], "none" if rule.rule in self.FOR_NOBODY else "user", rule.rule)
                continue
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - asked:
                self.assertEqual(self._answer(self._url(rule), method=method).status_code, 405, (rule.rule, method))

    def test_what_opens(self):
        """With all headers, and without any change by looking."""
        self._switch_payments_on()
        kinds = [self._url(rule, what=what, res_id=res_id) for rule in self._public("GET") for what, res_id in (
            ("invoice", self.invoice.id), ("pay", self.invoice.id), ("quotation", self.order.id))]
        self._answer(kinds[0])
        before = self._content()
        for url in dict.fromkeys(kinds):
            answer = self._answer(url)
            self.assertIn(answer.status_code, (200, 303), url)
            self._check_headers(answer, url)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                self._check_frame(answer, url)
            self.assertEqual(self.url_open(url, method="HEAD", allow_redirects=False).status_code, answer.status_code)
        self.assertEqual({table for table, now in self._content().items() if now != before[table]}, set())

    def _check_frame(self, answer, url):
        """Each page says from whom it is, in its language, and the link that leads past its head leads somewhere."""
        page = html.document_fromstring(answer.content)
        self.assertEqual(page.get("lang"), "en-US", url)
        [company] = page.xpath("//*[contains(@class, 'o_dispatch_company')]")
        said = " ".join(company.text_content().split())
        self.assertIn("Rua das Acácias, 120", said, url)
        self.assertEqual(said, f"{self.company.name} {self.company._dispatch_address_line()}", url)
        self.assertEqual(len(page.xpath("//h1")), 1, url)
        self.assertTrue(page.xpath("//title/text()")[0].strip() not in ("", "Odoo"), url)
        for target in page.xpath("//a[contains(@class, 'o_skip_to_content')]/@href"):
            self.assertTrue(page.xpath(f"//*[@id='{target.lstrip('#')}']"), (url, target))

    def _content(self):
        """``{table: hash of all values in it}``; core's drawing writes some that are there already."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT relname FROM pg_class WHERE relkind = 'r' AND relname != 'document_consent_attempt' AND (
                relname LIKE 'document\\_%' OR relname IN ('res_partner', 'account_move', 'sale_order', 'mail_message',
                'mail_mail'))
        """)
        content = {}
        for [table] in self.env.cr.fetchall():
            self.env.cr.execute(
                "SELECT md5(string_agg(v, chr(10) ORDER BY v)) FROM"
                f""" (SELECT (to_jsonb(t) - 'write_date' - 'write_uid')::text AS v FROM "{table}" t) AS rows""")
            content[table] = self.env.cr.fetchone()
        return content

    def test_one_answer_for_whatever_is_wrong(self):
        answers = {}
        for rule in self._public("GET"):
            for url in self._wrong(rule):
                answer = self._answer(url)
                answers.setdefault((answer.status_code, answer.content), url[:200])
                self._check_headers(answer, url)
        self.assertEqual([status for status, _content in answers], [404], answers.values())
        self.assertIn(b"This link does not open", next(iter(answers))[1])

    def test_links_that_broke(self):
        """Whatever is left of them, the answer is the same, and in the visitor's language."""
        whole = [url for rule in self._public("GET") for url in (self._url(rule),)]
        parts = {"/".join(url.split("/")[:number]) for url in whole for number in (3, 4, 5)} - set(whole)
        self.env["res.lang"]._activate_lang("pl_PL")
        answers = {(answer.status_code, answer.content) for answer in (
            self._answer(url, headers={"Accept-Language": "pl-PL,pl;q=0.9"})
            for url in (*parts, "/dispatch/x", "/dispatch/page/1/x"))}
        [(status, content)] = answers
        self.assertEqual(status, 404)
        self.assertIn(b'lang="pl-PL"', content)

    def test_forms_of_wrong_links(self):
        answers = {}
        token = CSRF.search(self.url_open(self.nowak._dispatch_consent_path__(self.company)).text)[1]
        for rule in self._public("POST"):
            for url in self._wrong(rule):
                answer = self._answer(url, data={"csrf_token": token, "answer": "refuse", "name": "x"})
                answers.setdefault((answer.status_code, answer.content), url[:200])
        self.assertEqual([status for status, _content in answers], [404], answers.values())
        self.assertEqual(self.env["document.consent"].search_count([("partner_id", "=", self.nowak.id)]), 1)

    def test_in_the_language_of_the_request(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        foreign = f"/dispatch/page/{self.known['link_id'][0]['link_id']}/x"
        answers = {self._answer(url, headers={"Accept-Language": "pl-PL,pl;q=0.9"}).content for url in (
            foreign, "/dispatch/show/1/x", "/dispatch/consent/1/1/x")}
        self.assertEqual(len(answers), 1)
        self.assertIn(b'lang="pl-PL"', answers.pop())

    def test_too_many_attempts(self):
        for number in range(21):
            self.env["document.consent.attempt"]._take("token", "127.0.0.1", number)
        for rule in self._public("GET"):
            answer = self._answer(self._url(rule), headers={"User-Agent": PHONE})
            self.assertEqual(answer.status_code, 429, rule.rule)
            self._check_headers(answer, rule.rule)

    def test_odoos_own_page_of_a_document(self):
        url = f"/my/invoices/{self.invoice.id}?access_token=%C5%82"
        self.assertLess(self._answer(url).status_code, 500)


@tagged("post_install", "-at_install")
class TestMigration(LinksCase):
    def test_links_of_earlier_versions(self):
        path = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-links.py"
        spec = importlib.util.spec_from_file_location("post_links", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env["document.letter"]._issue(self.nowak, self.company, LETTER, "email")
        letter = self.env["document.letter"].search([("partner_id", "=", self.nowak.id)], limit=1)
        self.nowak._dispatch_renew_token()
        old = self.nowak._dispatch_consent_path__(self.company)
        place = self.nowak._dispatch_consent_place(self.company)
        waiting = self._invoice(self.silva)._dispatch_create("manual")
        self.env["document.dispatch.content"]._prepare(waiting)
        before = "/dispatch/page/0/place-of-the-link"
        self.env.flush_all()
        self.env.cr.execute("UPDATE document_letter SET body = replace(body, %s, %s) WHERE id = %s", (
            place, old, letter.id))
        for recipient in waiting.recipient_ids:
            recipient._with_system_write().mail_body = recipient.mail_body.replace(recipient._page_place(), before)
        secret = self.nowak.sudo().dispatch_token
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn(old, letter.body)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.assertNotIn(old, letter.body)
        self.assertIn(place, letter.body)
        self.assertNotEqual(self.nowak.sudo().dispatch_token, secret)
        self.assertEqual(self.url_open(old).status_code, 404)
        for recipient in waiting.recipient_ids:
            self.assertNotIn(before, recipient.mail_body)
        self._deliver()
        self.assertTrue(PAGE.search(self._html("ana@silva.example.com")))
