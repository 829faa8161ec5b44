"""The customer's page: they accept, refuse, withdraw, ask for another address; strangers get nowhere."""

import re

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DispatchCase, new_user

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
QUESTION = re.compile(r'name="question" value="([^"]+)"')


class ConsentPageCase(DispatchCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_user(
            cls.company, "clara", "account.group_account_invoice,base.group_partner_manager", name="Clara Nunes")

    def _path(self, partner=None, company=None):
        url = (partner or self.nowak)._dispatch_consent_url__(company or self.company)
        return "/" + url.split("/", 3)[3]

    def _ledger(self, partner=None):
        self.env.invalidate_all()
        return self.env["document.consent"].search([("partner_id", "=", (partner or self.nowak).id)], order="id")

    def _post(self, path, answer, **form):
        """Open the page and send one of its forms, as a browser does."""
        page = self.url_open(path).text
        data = {
            "csrf_token": CSRF.search(page)[1], "question": QUESTION.search(page)[1], "answer": answer,
            "name": "Jan Nowak", **form,
        }
        return self.url_open(f"{path}/answer", data=data)

    def _queued(self):
        """``{address: mail}`` of what waits in the queue."""
        mails = self.env["mail.mail"].search([("model", "=", "document.consent"), ("state", "=", "outgoing")])
        self.assertFalse(mails.recipient_ids, "to these addresses only")
        return {mail.email_to: mail for mail in mails}


@tagged("post_install", "-at_install")
class TestConsentPage(ConsentPageCase):
    def test_page_says_what_is_asked_and_where_documents_go(self):
        page = self.url_open(self._path(self.silva))
        self.assertEqual(page.status_code, 200)
        self.assertIn("Aurora Equipamentos Ltda sends invoices", page.text)
        for masked in ("a•••@silva.example.com", "r•••@silva.example.com"):
            self.assertIn(masked, page.text)
        self.assertNotIn("ana@silva.example.com", page.text)
        self.assertEqual(
            {name: page.headers[name] for name in (
                "Referrer-Policy", "X-Robots-Tag", "Cache-Control", "X-Frame-Options", "Content-Security-Policy")},
            {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store",
             "X-Frame-Options": "DENY", "Content-Security-Policy": "frame-ancestors 'none'"},
        )
        self.assertFalse(self._ledger(self.silva))

    def test_refuse_and_withdraw(self):
        path = self._path()
        page = self._post(path, "refuse", comment="Prosimy o papier")
        self.assertTrue(page.url.endswith("?done=1"), "loading it again says nothing twice")
        self.assertIn("We noted that you refuse e-mail", page.text)
        entry = self._ledger()
        self.assertEqual(
            (entry.kind, entry.channel, entry.company_id, entry.declared_by, entry.comment, entry.ip, entry.lang),
            ("refused", "page", self.company, "Jan Nowak", "Prosimy o papier", "127.0.0.1", "en_US"),
        )
        self.assertIn("python-requests", entry.user_agent)
        self.assertIn("I refuse e-mail and want my documents on paper.", entry.text)
        self.assertIn("Aurora Equipamentos Ltda sends invoices", entry.text)
        self.assertTrue(entry._check_hash())
        self.assertTrue(self.nowak.dematerialization_refused)
        self.assertEqual(self._invoice(self.nowak)._dispatch_create("rule").channel_reason, "refused")
        self.assertEqual(list(self._queued()), ["biuro@nowak.example.com"])
        self._post(path, "withdraw", name="")
        self.assertEqual(self._ledger().mapped("kind"), ["refused", "withdrawn"])
        self.assertFalse(self.nowak.dematerialization_refused)

    def test_accept(self):
        page = self._post(self._path(), "accept")
        self.assertIn("We noted that you accept e-mail", page.text)
        self.assertIn("E-mail accepted on:", page.text)
        self.assertEqual(self._ledger().kind, "accepted")

    def test_hash_proves_the_text(self):
        self._post(self._path(), "refuse")
        entry = self._ledger()
        for column, value in (("text", entry.text + " "), ("lang", "fr_FR"), ("text_hash", "0" * 64)):
            with self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(f"UPDATE document_consent SET {column} = %s WHERE id = %s", (value, entry.id))
                self.env.invalidate_all()
                self.assertFalse(entry._check_hash(), column)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertTrue(entry._check_hash())

    def test_text_that_changed_meanwhile_is_shown_again(self):
        page = self._post(self._path(), "refuse", question="0" * 64)
        self.assertEqual(page.status_code, 400)
        self.assertIn("The text has changed", page.text)
        self.assertFalse(self._ledger())

    def test_own_text_of_the_company(self):
        self.company.dispatch_consent_text = "May we?\n<b>Really</b>"
        page = self.url_open(self._path())
        self.assertIn("May we?\n&lt;b&gt;Really&lt;/b&gt;", page.text)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["ir.module.module"]._load_module_terms(["document_dispatch"], ["pl_PL"], overwrite=True)
        self.nowak.lang = "pl_PL"
        page = self._post(self._path(), "refuse")
        self.assertIn("Nie wyrażam zgody", self._ledger().text)
        self.assertEqual(self._ledger().lang, "pl_PL")
        self.assertNotIn("How your documents reach you", page.text)
        self.assertNotIn("How your documents", self._queued()["biuro@nowak.example.com"].subject)

    # ------------------------------------------------------------------
    # Nothing by opening a link
    # ------------------------------------------------------------------

    def test_opening_changes_nothing(self):
        path = self._path()
        for url in (path, f"{path}?answer=refuse&name=x", f"{path}?done=1"):
            for method in ("GET", "HEAD"):
                self.assertEqual(self.url_open(url, method=method).status_code, 200)
        for method in ("GET", "HEAD"):
            self.assertEqual(self.url_open(f"{path}/answer?answer=refuse", method=method).status_code, 405)
        self.assertFalse(self._ledger())

    @mute_logger("odoo.http")
    def test_form_of_another_site(self):
        path = self._path()
        form = {"answer": "refuse", "name": "x"}
        for token in ({}, {"csrf_token": "0o9999999999"}):
            self.assertEqual(self.url_open(f"{path}/answer", data={**form, **token}).status_code, 400)
        self.assertFalse(self._ledger())

    # ------------------------------------------------------------------
    # Wrong links
    # ------------------------------------------------------------------

    def test_one_answer_for_wrong_old_and_not_there(self):
        path, foreign = self._path(), self._path(self.silva)
        _empty, _dispatch, _consent, company, partner, token = path.split("/")
        other = self.env["res.company"].create({"name": "Paris"})
        start = "/dispatch/consent"
        wrong = [
            f"{path[:-1]}{'0' if path[-1] != '0' else '1'}", f"{path}x", f"{start}/{company}/{partner}/ł",
            f"{start}/{company}/{self.silva.id}/{token}", f"{start}/{company}/{partner}/{foreign.split('/')[-1]}",
            f"{start}/{company}/99999999/{token}", f"{start}/{company}/99999999999999999999/{token}",
            f"{start}/{other.id}/{partner}/{token}", f"{start}/99999999/{partner}/{token}",
            f"{start}/{company}/{self.mudo.id}/{token}", f"{start}/address/1/{token}",
        ]
        self.nowak.with_user(self.clerk).action_dispatch_renew_link()
        self.assertNotEqual(self._path(), path)
        wrong.append(path)
        answers = {(answer.status_code, answer.content) for answer in map(self.url_open, wrong)}
        self.assertEqual({status for status, _content in answers}, {404})
        self.assertEqual(len(answers), 1, "the same bytes")
        self.assertEqual(self.url_open(self._path()).status_code, 200)

    def test_a_branch_has_no_page_of_its_own(self):
        path = self._path()
        self.nowak.write({"parent_id": self.silva.id, "is_company": False})
        self.assertEqual(self.url_open(path).status_code, 404)
        self.assertIn(f"/{self.silva.id}/", self._path(self.nowak))

    def test_the_secret_is_nobodys(self):
        self._path()
        admin = self.env.ref("base.user_admin")
        self.assertNotIn("dispatch_token", self.nowak.with_user(admin).fields_get())
        self.assertFalse(self.nowak.copy().sudo().dispatch_token)

    def test_guessing_ends(self):
        path = self._path()
        self.assertEqual(self.url_open(f"{path}x").status_code, 404)
        # a request that ends with an error takes its attempt back here: tests have one transaction only
        taken = [self.env["document.consent.attempt"]._take("token", "127.0.0.1", number) for number in range(22)]
        self.assertEqual(taken, [True] * 20 + [False] * 2)
        for url in (path, f"{path}x"):
            self.assertEqual(self.url_open(url).status_code, 429, "whoever suggestions is not served at all")
        self.env.cr.execute("UPDATE document_consent_attempt SET create_date = create_date - interval '2 hours'")
        self.assertEqual(self.url_open(path).status_code, 200)

    def test_flooding_ends(self):
        path = self._path()
        answers = [self._post(path, "nothing").status_code for _number in range(17)]
        self.assertEqual(answers, [400] * 15 + [429] * 2)
        self.assertEqual(self._post(self._path(self.silva), "accept").status_code, 200, "other customers can")

    def test_of_several_workers_the_limit_is_one(self):
        Attempt = self.env["document.consent.attempt"].sudo()
        taken = [Attempt._take("post", f"10.0.0.{number}", 7) for number in range(20)]
        self.assertEqual(taken.count(True), 15)
        Attempt._gc()
        self.env.cr.execute("UPDATE document_consent_attempt SET create_date = create_date - interval '2 days'")
        Attempt._gc()
        self.assertFalse(Attempt.search([]))

    # ------------------------------------------------------------------
    # Hostile input
    # ------------------------------------------------------------------

    def test_too_long(self):
        for form, words in (
            ({"name": "x" * 101}, "The name is too long"), ({"comment": "x" * 2001}, "The comment is too long"),
            ({"email": "x" * 250 + "@a.example"}, "The address is too long"), ({"name": ""}, "Please enter your name"),
            ({"name": " \x00\u202e "}, "Please enter your name"),
        ):
            answer = self._post(self._path(), "address" if "email" in form else "refuse", **form)
            self.assertEqual(answer.status_code, 400)
            self.assertIn(words, answer.text)
        self.assertFalse(self._ledger())

    @mute_logger("odoo.http")
    def test_megabyte(self):
        self.assertEqual(self._post(self._path(), "refuse", comment="x" * 2 ** 20).status_code, 413)
        self.assertFalse(self._ledger())

    def test_script_and_headers(self):
        name = "<script>alert(1)</script>\r\nBcc: eve@evil.example\x00\u202e {{ 7*7 }} Łukasz 😀"
        page = self._post(self._path(), "refuse", name=name, comment="<img src=x onerror=alert(1)>\n=HYPERLINK()")
        self.assertEqual(page.status_code, 200)
        entry = self._ledger()
        self.assertEqual(entry.declared_by, "<script>alert(1)</script> Bcc: eve@evil.example {{ 7*7 }} Łukasz 😀")
        mail = self._queued()["biuro@nowak.example.com"]
        for unwanted in ("evil", "alert(1", "HYPERLINK"):
            self.assertNotIn(unwanted, page.text)
            self.assertNotIn(unwanted, mail.body_html + mail.subject)
        page = self._post(self._path(), "withdraw", name="<script>alert(1)</script>", question="x")
        self.assertNotIn("<script>alert", page.text)

    def test_addresses_that_are_none(self):
        for email in ("nobody", "a@b.example.com, c@d.example.com", "a@b.example\r\nBcc: c@d.example", "<a@b.example>",
                      "biuro@nowak.example.com"):
            answer = self._post(self._path(), "address", email=email)
            self.assertEqual(answer.status_code, 400, email)
        self.assertEqual((self._ledger().ids, self._queued()), ([], {}))

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_another_company_is_another_house(self):
        vienna = self.env["res.company"].create({"name": "Aurora Wien", "country_id": self.env.ref("base.at").id})
        page = self._post(self._path(company=vienna), "refuse")
        self.assertIn("Aurora Wien", page.text)
        self.assertIn("2006/112/EC", page.text)
        self.assertEqual(self._ledger().company_id, vienna)
        self.assertFalse(self.nowak.with_company(self.company).dematerialization_refused)
        self.assertTrue(self.nowak.with_company(vienna).dematerialization_refused)
        self.assertFalse(self.nowak._dispatch_refuses(self.types["invoice"], self.company))
        self.assertTrue(self.nowak._dispatch_refuses(self.types["invoice"], vienna))

    def test_rehearsal_and_off(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "helena@aurora.example.com"})
        self._post(self._path(), "refuse")
        self.assertEqual(list(self._queued()), ["helena@aurora.example.com"])
        self._queued()["helena@aurora.example.com"].sudo().unlink()
        self.company.dispatch_mode = "off"
        self._post(self._path(), "withdraw")
        self.assertEqual(self._queued(), {})
        self.assertEqual(self._ledger().mapped("kind"), ["refused", "withdrawn"])
