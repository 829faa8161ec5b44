"""Answers of customers, by Odoo's own mail gateway: where they stand, and what counts as one."""

import itertools

from odoo.exceptions import UserError

from .common import DispatchCase, new_user

NUMBERS = itertools.count(1)
ANSWER = """\
From: {sender}
To: {to}
Subject: Re: Fatura
Message-ID: <answer-{number}@mx.silva.example.com>
{headers}MIME-Version: 1.0
Content-Type: text/plain

Recebido, obrigada.
"""


class TestReply(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "aurora.example.com"})
        cls.company.alias_domain_id = domain

    def _sent(self, document):
        dispatch = document._dispatch_create("rule")
        self._deliver()
        self.assertEqual(dispatch.state, "sent")
        return dispatch

    def _answer(self, dispatch, sender="Ana Silva <ana@silva.example.com>", reply_to=None, headers=""):
        """Let the gateway take an answer to the mail of a dispatch, as a mail program writes it."""
        mail = self.mails[-1]
        reply_to = reply_to or mail["Message-ID"]
        raw = ANSWER.format(
            sender=sender, to=mail["Reply-To"] or mail["From"], number=next(NUMBERS),
            headers=f"In-Reply-To: {reply_to}\nReferences: {reply_to}\n{headers}",
        )
        return self.env["mail.thread"].message_process(None, raw)

    def _send_together(self, moves):
        window = self._batch_window(moves, dispatch_grouping="bundle")
        window.action_send_and_print()
        self._deliver()

    def _comments(self, record):
        return record.message_ids.filtered(lambda message: "Recebido" in (message.body or ""))

    def test_answer_stands_on_the_invoice(self):
        invoice = self._invoice(self.silva)
        dispatch = self._sent(invoice)
        self.assertFalse(dispatch.answered_date)
        self._answer(dispatch)
        self.assertEqual(len(self._comments(invoice)), 1)
        self.assertEqual(self._comments(invoice).author_id, self.silva_ana)
        self.assertEqual((bool(dispatch.answered_date), dispatch.answered_by), (True, "ana@silva.example.com"))
        self.assertEqual((dispatch.state, invoice.dispatch_state), ("sent", "sent"), "a day, no state")
        self.assertEqual(invoice.dispatch_answered_date, dispatch.answered_date)
        self.assertIn(dispatch, self.env["document.dispatch"].search([("answered_date", "!=", False)]))

    def test_first_answer_stays(self):
        dispatch = self._sent(self._invoice(self.silva))
        self._answer(dispatch)
        first = dispatch.answered_date
        self._answer(dispatch, "rui@silva.example.com")
        self.assertEqual((dispatch.answered_date, dispatch.answered_by), (first, "ana@silva.example.com"))

    def test_order_and_statement_and_letter(self):
        """Every kind of document whose chatter is its own, or its customer's."""
        order = self._order(self.silva)
        order.action_confirm()
        dispatch = self._sent(order)
        self._answer(dispatch)
        self.assertEqual(len(self._comments(order)), 1)
        self.assertTrue(dispatch.answered_date)
        batch = self.env["document.statement"]._issue(
            self.silva, self.company, "2026-01-01", "2026-12-31", "email")
        self._deliver()
        [statement] = batch.dispatch_ids
        self._answer(statement)
        self.assertEqual(len(self._comments(statement._thread())), 1)
        self.assertTrue(statement.answered_date)

    def test_letter(self):
        self.silva.customer_rank = 1
        window = self.env["document.letter.window"].create({"company_id": self.company.id})
        window.action_send()
        self._deliver()
        letter = self.env["document.dispatch"].search([
            ("res_model", "=", "document.letter"), ("partner_id", "=", self.silva.id)], limit=1)
        mail = next(mail for mail in self.mails if "@silva" in mail["To"])
        self.env["mail.thread"].message_process(None, ANSWER.format(
            sender="ana@silva.example.com", to=mail["Reply-To"], number=next(NUMBERS),
            headers=f"In-Reply-To: {mail['Message-ID']}\n"))
        self.assertEqual(len(self._comments(letter._thread())), 1)
        self.assertTrue(letter.answered_date)

    def test_answer_to_a_bundle_answers_all_of_it(self):
        invoices = self._invoice(self.silva) | self._invoice(self.silva)
        self._send_together(invoices)
        dispatches = self._dispatches(invoices)
        self.assertEqual(len(self.mails), 2, "one for each of the two readers")
        self._answer(dispatches[0])
        self.assertTrue(all(dispatches.mapped("answered_date")))
        self.assertTrue(all(invoices.mapped("dispatch_answered_date")))

    def test_record_of_a_configured_kind(self):
        """On the record itself, in its own chatter."""
        self.env["document.dispatch.type"]._add_suggested("account.payment")
        payment = self.env["account.payment"].create({
            "partner_id": self.nowak.id, "amount": 480, "payment_type": "inbound", "partner_type": "customer"})
        payment.action_post()
        [document] = self.env["document.dispatch"]._documents_of("account.payment", payment.ids, create=True).values()
        dispatch = self._sent(document)
        self._answer(dispatch, "biuro@nowak.example.com")
        self.assertEqual(len(self._comments(payment)), 1)
        self.assertTrue(dispatch.answered_date)

    def test_relay_with_its_own_message_id(self):
        invoice = self._invoice(self.nowak)
        dispatch = self._sent(invoice)
        dispatch.recipient_ids._with_system_write().relay_id = "0102018f2c3d4e5f-abc-000000"
        self._answer(dispatch, "biuro@nowak.example.com",
                     reply_to="<0102018f2c3d4e5f-abc-000000@eu-west-1.amazonses.com>")
        self.assertEqual(len(self._comments(invoice)), 1)
        self.assertTrue(dispatch.answered_date)

    def test_what_no_person_wrote_does_not_count(self):
        for headers in (
            "Auto-Submitted: auto-replied\n", "X-Autoreply: yes\n", "Precedence: auto_reply\n",
            "Auto-Submitted: auto-generated\n", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-replied\n",
        ):
            dispatch = self._sent(self._invoice(self.silva))
            self._answer(dispatch, headers=headers)
            self.assertFalse(dispatch.answered_date, headers)

    def test_out_of_office_by_its_subject(self):
        dispatch = self._sent(self._invoice(self.silva))
        raw = ANSWER.format(
            sender="ana@silva.example.com", to=self.mails[-1]["Reply-To"], number=next(NUMBERS),
            headers=f"In-Reply-To: {self.mails[-1]['Message-ID']}\n",
        ).replace("Re: Fatura", "Resposta automática: Fatura")
        self.env["mail.thread"].message_process(None, raw)
        self.assertFalse(dispatch.answered_date)

    def test_read_receipt_and_delivery_report(self):
        for kind, part in (
            ("disposition-notification", "Reporting-UA: mua\nFinal-Recipient: rfc822;ana@silva.example.com\n"
             "Original-Message-ID: {message_id}\nDisposition: manual-action/MDN-sent-manually; displayed\n"),
            ("delivery-status", "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822;ana@silva.example.com\n"
             "Action: delivered\nStatus: 2.0.0\n"),
        ):
            dispatch = self._sent(self._invoice(self.silva))
            message_id = self.mails[-1]["Message-ID"]
            raw = (
                f"From: ana@silva.example.com\nTo: {self.mails[-1]['Reply-To']}\nSubject: Re: Fatura\n"
                f"Message-ID: <report-{next(NUMBERS)}@x>\nIn-Reply-To: {message_id}\nMIME-Version: 1.0\n"
                f'Content-Type: multipart/report; report-type={kind}; boundary="B"\n\n--B\n'
                f"Content-Type: text/plain\n\nLido.\n--B\nContent-Type: message/{kind}\n\n"
                f"{part.format(message_id=message_id)}\n--B--\n"
            )
            self.env["mail.thread"].message_process(None, raw)
            self.assertFalse(dispatch.answered_date, kind)

    def test_who_answers(self):
        """The customer's people and their house; neither ours nor whom it was forwarded to."""
        colleague = new_user(self.company, "carla", "account.group_account_invoice", email="carla@silva.example.com")
        self.assertTrue(colleague._is_internal())
        self.env["res.partner"].create({
            "name": "Contador", "parent_id": self.silva.id, "email": "escritorio@contador.example.net"})
        for sender, counts in (
            ("rui@silva.example.com", True), ("ANA@Silva.example.com", True),
            ("compras@silva.example.com", True),  # to whom Ana gave it
            ("escritorio@contador.example.net", True),  # a contact of theirs
            ("alguem@outro.example.org", False), ("faturas@aurora.example.com", False),
            ("carla@silva.example.com", False),
        ):
            dispatch = self._sent(self._invoice(self.silva))
            self._answer(dispatch, sender)
            self.assertEqual(bool(dispatch.answered_date), counts, sender)

    def test_neighbours_at_a_public_provider_are_strangers(self):
        partner = self.env["res.partner"].create({"name": "Dona Rosa", "email": "rosa@gmail.com"})
        dispatch = self._sent(self._invoice(partner))
        self._answer(dispatch, "outra@gmail.com")
        self.assertFalse(dispatch.answered_date)
        self._answer(dispatch, "rosa@gmail.com")
        self.assertTrue(dispatch.answered_date)

    def test_rehearsal_is_not_answered(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "chefe@aurora.example.com"})
        invoice = self._invoice(self.silva)
        dispatch = invoice._dispatch_create("rule")
        self._deliver()
        self._answer(dispatch)
        self.assertFalse(dispatch.answered_date)

    def test_nobody_writes_it_by_hand(self):
        dispatch = self._sent(self._invoice(self.silva))
        clerk = new_user(self.company, "clerk", "account.group_account_manager")
        for vals in ({"answered_date": "2026-01-01 00:00:00"}, {"answered_by": "x@y.example"}):
            with self.assertRaises(UserError):
                dispatch.with_user(clerk).write(vals)
