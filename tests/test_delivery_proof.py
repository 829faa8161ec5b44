"""What proves that a mail went: the very bytes that the server got, put together again."""

import base64
import hashlib
import re
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError

from ..tools.mail import proof
from .common import DispatchCase, new_user


class TestProof(DispatchCase):
    def setUp(self):
        super().setUp()
        self.company.dispatch_customer_page = False

    def _sent(self, partner=None, **kwargs):
        dispatch = self._invoice(partner or self.nowak)._dispatch_create("rule", **kwargs)
        self._deliver()
        return dispatch

    def _received(self, recipient):
        """What the server has, of this recipient."""
        [content] = [content for _sender, to, content in self.smtp.handler.messages if to == [recipient.email]]
        return content

    def _eml(self, recipient):
        recipient.invalidate_recordset(["eml"])
        return base64.b64decode(recipient.eml or b"")

    def test_byte_for_byte_what_the_server_got(self):
        for partner in (self.silva_ana, self.silva_rui):
            partner.write({"dispatch_invoice": True, "dispatch_financial": True})
        self.env["document.statement"]._write_and_send(
            self.silva, self.company, "email", "batch", date_from="2026-01-01", date_to="2026-12-31")
        self._deliver()
        dispatch = self._dispatches(self.env["document.statement"].search([("partner_id", "=", self.silva.id)]))
        self.assertEqual(len(dispatch.recipient_ids), 2)
        for recipient in dispatch.recipient_ids:
            [kept] = recipient.proof_ids
            content = self._received(recipient)
            self.assertEqual((kept.sha256, kept.size), (hashlib.sha256(content).hexdigest(), len(content)))
            self.assertEqual(self._eml(recipient), content)
            self.assertFalse(recipient.mail_body, "it is kept once")
            self.assertLess(len(base64.b64decode(kept.message)), 3000, "without its files")
            action = recipient.action_download_mail()
            self.assertIn(kept.sha256, action["params"]["message"])
            self.assertIn("Byte for byte", action["params"]["message"])
        self.assertEqual(dispatch.action_download_mail()["domain"], [("id", "in", dispatch.recipient_ids.ids)])

    def test_secret_links_are_not_kept(self):
        self.company.dispatch_customer_page = True
        dispatch = self._sent(self.silva)
        recipient = dispatch.recipient_ids[0]
        content = self._received(recipient)
        [page] = self.env["document.dispatch.page"].search([("recipient_id", "=", recipient.id)])
        self.assertEqual(recipient.proof_ids.sha256, hashlib.sha256(content).hexdigest())
        rebuilt, verdict = recipient.proof_ids._rebuild()
        self.assertEqual(verdict, proof.LINKS)
        self.assertIn("except for the secret links", recipient.action_download_mail()["params"]["message"])
        [mail] = [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == recipient.email]
        html = mail.get_body(("html",)).get_content()
        token = html.partition(f"/dispatch/page/{page.id}/")[2].partition('"')[0]
        self.assertEqual(len(token), 43)
        # the page, the button to the document, and the invitation to the portal that core puts in
        tokens = {token, *re.findall("(?:access_token|auth_signup_token|hash)=([^&\"]+)", html)}
        self.assertGreaterEqual(len(tokens), 3)
        shown = rebuilt + b"".join(part.get_payload(decode=True) for part in proof._texts(rebuilt))
        self.assertFalse([token for token in tokens if token.encode() in shown])

    def test_lost_file_is_said(self):
        dispatch = self._sent()
        kept = dispatch.recipient_ids.proof_ids
        self.env.cr.execute("UPDATE ir_attachment SET store_fname = NULL WHERE id = %s", dispatch.attachment_ids.ids)
        self.env.invalidate_all()
        self.assertEqual(kept._rebuild()[1], proof.DIFFERENT)
        self.assertIn("a file is missing", dispatch.action_download_mail()["params"]["message"])

    def test_refused_leaves_nothing_unknown_leaves_a_proof(self):
        self.smtp.handler.data_replies = ["554 no", "250 yes"]
        dispatch = self._sent()
        self.assertFalse(dispatch.recipient_ids.proof_ids)
        self.assertTrue(dispatch.recipient_ids.mail_body, "it may go again")
        with self.assertRaisesRegex(UserError, "No copy of the e-mail"):
            dispatch.action_download_mail()
        dispatch.action_retry()
        self.assertEqual(len(dispatch.recipient_ids.proof_ids), 1)
        self.smtp.handler.data_replies = ["399 what"]
        dispatch = self._sent()
        self.assertEqual(dispatch.state, "unknown")
        [first] = dispatch.recipient_ids.proof_ids
        dispatch.recipient_ids.action_send_again()
        self.assertEqual(dispatch.state, "sent")
        self.assertEqual(len(dispatch.recipient_ids.proof_ids), 2, "one for each transaction")
        self.assertNotEqual(dispatch.recipient_ids.proof_ids[:1], first)

    def test_came_back_and_goes_again(self):
        dispatch = self._sent()
        dispatch.recipient_ids._set_state("bounced")
        dispatch._update_state()
        dispatch.action_retry()
        self.assertEqual(dispatch.state, "sent")
        # core makes a new one each time
        first, second = (re.sub("auth_signup_token=[^&]+", "", mail.get_body(("html",)).get_content())
                         for mail in self.mails)
        self.assertEqual(first, second)

    def test_bundle_has_one_proof(self):
        invoices = self._invoice(self.nowak) | self._invoice(self.nowak)
        self.env["document.dispatch.batch"]._start(invoices, "bundle")
        self._deliver()
        dispatches = self._dispatches(invoices)
        self.assertEqual((len(self.envelopes), set(dispatches.mapped("state"))), (1, {"sent"}))
        self.assertEqual(len(dispatches.recipient_ids.proof_ids), 1)
        for recipient in dispatches.recipient_ids:
            received = hashlib.sha256(self._received(recipient)).hexdigest()
            self.assertEqual(recipient._get_proof().sha256, received)
            self.assertEqual(recipient._get_proof()._rebuild()[1], proof.LINKS)

    def test_proof_that_cannot_be_kept_takes_nothing_from_the_outcome(self):
        with patch.object(type(self.env["document.dispatch.mail"]), "_prepare_vals", side_effect=ValueError("no")), \
                self.assertLogs("odoo.addons.document_dispatch.models.delivery.document_dispatch_mail", "ERROR"):
            dispatch = self._sent()
        self.assertEqual((dispatch.state, len(self.envelopes)), ("sent", 1))
        with patch.object(proof, "keep", side_effect=ValueError("no")), \
                self.assertLogs("odoo.addons.document_dispatch.models.delivery.document_dispatch_mailer", "ERROR"):
            dispatch = self._sent()
        self.assertEqual((dispatch.state, len(self.envelopes)), ("sent", 2))

    def test_who_may_read_the_dispatch_may_open_its_mail(self):
        dispatch = self._sent()
        recipient = dispatch.recipient_ids
        clerk = new_user(self.company, "clara", "account.group_account_invoice")
        read = recipient.with_user(clerk).read(["eml"])[0]["eml"]
        self.assertEqual(base64.b64decode(read), recipient.proof_ids._rebuild()[0])
        self.assertTrue(dispatch.with_user(clerk).action_download_mail())
        with self.assertRaises(AccessError):
            recipient.with_user(clerk).read(["proof_ids"])
        seller = new_user(self.company, "otto", "sales_team.group_sale_salesman")
        for call in (lambda: recipient.with_user(seller).action_download_mail(),
                     lambda: recipient.with_user(seller).read(["eml"]),
                     lambda: dispatch.with_user(seller).action_download_mail()):
            with self.assertRaises(AccessError):
                call()

    def test_old_texts_are_let_go_in_blocks(self):
        dispatch = self._sent(self.silva)
        waiting = self._invoice(self.nowak)._dispatch_create("rule")
        with self._mail_server_down():
            self._deliver()
        dispatch.recipient_ids.proof_ids.sudo().unlink()
        dispatch.recipient_ids._with_system_write().mail_body = "<p>Segue a fatura à vista.</p>"
        self.env.flush_all()
        path = "odoo.addons.document_dispatch.models.delivery.document_dispatch_recipient.VACUUM_BLOCK"
        with patch(path, 1):
            self.assertEqual(self.env["document.dispatch.recipient"]._gc_mail_bodies(), (1, True))
        self.assertEqual(self.env["document.dispatch.recipient"]._gc_mail_bodies()[1], False)
        self.assertEqual(dispatch.recipient_ids.mapped("mail_body"), [False, False])
        self.assertTrue(waiting.recipient_ids.mail_body, "it is still to go")
        [kept] = dispatch.recipient_ids[0].proof_ids
        text, verdict = kept._rebuild()
        self.assertEqual(verdict, proof.UNPROVEN)
        self.assertIn("Segue a fatura à vista", proof._texts(text)[0].get_payload(decode=True).decode())
        self.assertIn(dispatch.recipient_ids[0].message_id.encode(), text)
