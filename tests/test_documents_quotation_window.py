"""The window of a quotation: contacts, typed addresses, links that show and links that accept."""

import re

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import DispatchCase

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"}
LINK = re.compile(r"https?://[^/\"]+(/dispatch/show/\d+/[0-9a-f]+)")


@tagged("post_install", "-at_install")
class TestQuotationWindow(DispatchCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.order = self._order(self.silva)

    def _composer(self, order, **vals):
        action = order.action_quotation_send()
        # Odoo makes no PDFs in tests unless it is told to
        context = {**action["context"], "force_report_rendering": True}
        composer = self.env["mail.compose.message"].with_context(**context).create({})
        composer.write(vals)
        return composer

    def _mail_to(self, address):
        return next(mail for mail in self.mails if address in mail["to"])

    def _html(self, address):
        return self._mail_to(address).get_body(("html",)).get_content()

    # ------------------------------------------------------------------

    def test_contacts_and_typed_addresses(self):
        typed = "compras@silva.example.com; Jiří <jiri@capek.example.com>"
        composer = self._composer(self.order, dispatch_emails=typed)
        self.assertEqual(composer.partner_ids, self.silva_ana)
        self.assertIn("Quotation flag", composer.dispatch_reasons)
        composer.action_send_mail()
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "compras@silva.example.com", "jiri@capek.example.com"])
        self.assertEqual((self.order.state, self.order.dispatch_state), ("sent", "sent"))
        self.assertFalse(self.env["res.partner"].search([("email", "=", "jiri@capek.example.com")]))

    def test_typed_addresses_only(self):
        order = self._order(self.mudo)
        composer = self._composer(order, dispatch_emails="gerencia@gomez.example.com", partner_ids=[(5,)])
        self.assertEqual(composer.dispatch_refusal, "The customer has no valid e-mail address.")
        composer.action_send_mail()
        self.assertEqual(self.envelopes, ["gerencia@gomez.example.com"])
        self.assertEqual(order.state, "sent")

    def test_wrong_address_sends_nothing(self):
        for wrong in ("nobody", "ana@", "a@b.example.com;;c@", "@" * 10000):
            with self.subTest(wrong=wrong[:30]), self.assertRaisesRegex(UserError, "not a valid e-mail address"):
                self._composer(self.order, dispatch_emails=wrong).action_send_mail()
        self.assertEqual((self.envelopes, self.order.state), ([], "draft"))

    def test_scheduled_ones_keep_their_addresses(self):
        composer = self._composer(self.order, dispatch_emails="compras@silva.example.com",
                                  scheduled_date="2030-01-01 10:00:00")
        composer.action_schedule_message()
        self.assertEqual(self.envelopes, [])
        self._dispatches(self.order).action_send_now()
        self.assertCountEqual(self.envelopes, ["ana@silva.example.com", "compras@silva.example.com"])
        self.assertEqual(self.order.state, "sent")

    def test_copy_download_and_from(self):
        self.company.dispatch_download_pdf = True
        composer = self._composer(self.order, dispatch_copy_to_me=True,
                                  email_from="Vendas <vendas@aurora.example.com>")
        action = composer.action_send_mail()
        self.assertEqual(action["params"]["next"]["type"], "ir.actions.act_url")
        self.assertIn("helena.prado@aurora.example.com", self.envelopes)
        self.assertEqual(self._mail_to("ana@")["from"].addresses[0].addr_spec, "vendas@aurora.example.com")

    def test_a_bare_name_takes_the_companys_address(self):
        self._composer(self.order, email_from="Solo Nombre S.A.").action_send_mail()
        later = self._order(self.silva)
        self._composer(later, email_from="Solo Nombre S.A.",
                       scheduled_date="2030-01-01 10:00:00").action_schedule_message()
        self._dispatches(later).action_send_now()
        for mail in self.mails:
            [sender] = mail["from"].addresses
            self.assertEqual((sender.display_name, sender.addr_spec),
                             ("Solo Nombre S.A.", "faturas@aurora.example.com"))

    def test_methods(self):
        """One row, as for invoices; nothing goes that is not ticked, and the download alone only where it is."""
        composer = self._composer(self.order)
        boxes = composer.sending_method_checkboxes
        self.assertEqual({method: box["checked"] for method, box in boxes.items()}, {
            "email": True, "paper": False, "manual": False})
        off = {**boxes, "email": {**boxes["email"], "checked": False}}
        composer.sending_method_checkboxes = off
        with self.assertRaisesRegex(UserError, "Select how to send it"):
            composer.action_send_mail()
        composer.sending_method_checkboxes = {**off, "manual": {**boxes["manual"], "checked": True}}
        self.assertEqual(composer.action_send_mail()["type"], "ir.actions.act_url")
        self.assertEqual((self.envelopes, self.order.state), ([], "draft"))
        refused = self._composer(self._order(self.papel))
        self.assertTrue(refused.sending_method_checkboxes["paper"]["checked"])
        refused.action_send_mail()
        self.assertEqual(self._dispatches(refused._dispatch_document()).state, "paper")

    def test_paper_and_draft(self):
        self._composer(self.order).action_dispatch_paper()
        self.assertEqual(self._dispatches(self.order).state, "paper")
        other = self._order(self.silva)
        self._composer(other).action_dispatch_draft()
        self.assertEqual((self._dispatches(other).state, other.state, self.envelopes), ("handed", "draft", []))
        self._dispatches(other).action_handed_sent()
        self.assertEqual(other.state, "sent")

    def test_other_composers_stay_as_they_are(self):
        composer = self.env["mail.compose.message"].create({
            "model": "sale.order", "res_ids": str(self.order.ids), "subject": "Pergunta", "body": "<p>?</p>",
            "partner_ids": self.silva_rui.ids,
        })
        self.assertFalse(composer.dispatch_active)
        composer.action_send_mail()
        self.assertFalse(self._dispatches(self.order))

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def test_typed_address_gets_a_link_that_shows_only(self):
        self._composer(self.order, dispatch_emails="compras@silva.example.com").action_send_mail()
        token = self.order.sudo().access_token
        extra, customer = self._html("compras@"), self._html("ana@")
        self.assertNotIn(token, extra)
        self.assertNotIn(token, self._mail_to("compras@").as_string())
        self.assertIn(token, customer, "the customer's own contact may accept")
        [path] = set(LINK.findall(extra))
        self.url_open(path)
        self.assertFalse(self.order.dispatch_opened_date, "a program opened it")
        page = self.url_open(path, headers=BROWSER)
        self.assertTrue(self.order.dispatch_opened_date)
        self.assertEqual(self.order.dispatch_opened_ip, "127.0.0.1")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.order.name, page.text)
        self.assertNotIn(token, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        [file] = set(re.findall(rf"{re.escape(path)}/\d+", page.text))
        answer = self.url_open(file)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/pdf")
        self.assertEqual(answer.content, self._dispatches(self.order).attachment_ids.raw)

    def test_opened(self):
        """The first opening by the customer's link; a user of ours does not count, a new version begins anew."""
        self._composer(self.order).action_send_mail()
        quotations = self.env.ref("document_dispatch.sale_order_dispatch_view_search").arch
        self.assertIn("not_opened", quotations)
        self.authenticate("accountman", "accountman")
        self.url_open(self.order.get_portal_url(), headers=BROWSER)
        self.assertFalse(self.order.dispatch_opened_date)
        self.authenticate(None, None)
        self.url_open(self.order.get_portal_url(), headers=BROWSER)
        first = self.order.dispatch_opened_date
        self.assertTrue(first)
        self.order.action_cancel()
        self.order.action_draft()
        self.assertFalse(self.order.dispatch_opened_date)
        with self.assertRaises(UserError):
            self.order.with_user(self.env.user).dispatch_opened_date = first

    def test_wrong_links(self):
        """One answer for “wrong” and “not there”; nobody gets at another's files."""
        self._composer(self.order, dispatch_emails="compras@silva.example.com").action_send_mail()
        other = self._order(self.nowak)
        self._composer(other).action_send_mail()
        [path] = set(LINK.findall(self._html("compras@")))
        foreign = self._dispatches(other).attachment_ids
        recipient = self._dispatches(other).recipient_ids
        wrong = [
            path[:-1] + ("0" if path[-1] != "0" else "1"), path + "x", re.sub(r"/\d+/", "/999999/", path),
            re.sub(r"/\d+/", f"/{recipient.id}/", path), f"{path}/{foreign.id}", f"{path}/999999",
        ]
        answers = {(answer.status_code, answer.text) for answer in map(self.url_open, wrong)}
        self.assertEqual({status for status, _text in answers}, {404})
        self.assertEqual(len(answers), 1, "one answer")
        self.assertEqual(self.url_open(path, data={"x": "1"}).status_code, 405, "nothing by POST")

    def test_page_for_keyboard_and_eyes(self):
        self._composer(self.order, dispatch_emails="compras@silva.example.com").action_send_mail()
        [path] = set(LINK.findall(self._html("compras@")))
        self.start_tour(path, "document_dispatch_eyes", login=None)

    def test_company_lets_everybody_accept(self):
        self.company.dispatch_extra_accept = True
        self._composer(self.order, dispatch_emails="compras@silva.example.com").action_send_mail()
        html = self._html("compras@")
        self.assertIn(self.order.sudo().access_token, html)
        self.assertNotIn("/dispatch/show/", html)

    def test_link_in_the_text_is_no_way_round(self):
        template = self.types["quotation"].mail_template_id
        template.body_html = template.body_html + '<p><a t-att-href="object.get_portal_url()">Aceitar</a></p>'
        self._composer(self.order, dispatch_emails="compras@silva.example.com").action_send_mail()
        self.assertNotIn(self.order.sudo().access_token, self._mail_to("compras@").as_string())
        self.assertIn(self.order.sudo().access_token, self._html("ana@"))

    def test_invoice_too(self):
        invoice = self._invoice(self.nowak)
        window = self._send_window(invoice)
        window.dispatch_emails = "kasa@nowak.example.com"
        window.action_send_and_print()
        [path] = set(LINK.findall(self._html("kasa@")))
        self.assertEqual(self.url_open(path).status_code, 200)
        self.assertNotIn("/dispatch/show/", self._html("biuro@"))
