"""A wrong address is corrected: the document goes to the right one alone, and the old dispatch is settled."""

from odoo.exceptions import AccessError, UserError

from .test_access import AccessCase

ANA, RUI, RIGHT = "ana@silva.example.com", "rui@silva.example.com", "rui.lopes@silva.example.com"
UNKNOWN_USER = "550 5.1.1 no such user"


class CorrectCase(AccessCase):
    def _failed(self, invoice=None, *emails):
        """A dispatch of which these addresses failed; Rui's if none is given."""
        self.smtp.handler.rcpt_replies.update(dict.fromkeys(emails or (RUI,), UNKNOWN_USER))
        dispatch = (invoice or self._invoice(self.silva))._dispatch_create("manual")
        self._deliver()
        self.smtp.handler.clear()
        return dispatch

    def _at(self, dispatch, email=RUI):
        return dispatch.recipient_ids.filtered(lambda recipient: recipient.email == email)

    def _correct(self, recipient, email=RIGHT, user=None, **vals):
        """Do as a person does in the window; return the new dispatch."""
        window = self.env["document.dispatch.correct"].with_user(user or self.env.user).create({
            "recipient_id": recipient.id, "email": email, **vals})
        action = window.action_send()
        return self.env["document.dispatch"].browse(action["params"]["dispatch_id"])


class TestCorrect(CorrectCase):
    def test_to_this_one_only(self):
        dispatch = self._failed()
        self.assertEqual(dispatch.state, "partial")
        new = self._correct(self._at(dispatch))
        self.assertEqual(self.envelopes, [RIGHT])
        self.assertEqual((new.resend_of_id, new.origin, new.state), (dispatch, "resend", "sent"))
        self.assertEqual((new.subject, new.attachment_ids), (dispatch.subject, dispatch.attachment_ids))
        self.assertEqual(self.silva_rui.email, RIGHT)
        self.assertEqual(new.recipient_ids.partner_id, self.silva_rui, "it is his own")

    def test_what_failed_is_settled_and_its_history_stays(self):
        invoice = self._invoice(self.silva)
        dispatch = self._failed(invoice)
        self.assertTrue(dispatch.activity_id)
        new = self._correct(self._at(dispatch))
        rui = self._at(dispatch)
        self.assertEqual((rui.state, rui.corrected_id, dispatch.is_corrected), ("cancelled", new, True))
        self.assertIn(UNKNOWN_USER, rui.reply)
        self.assertEqual((dispatch.state, self._at(dispatch, ANA).state), ("sent", "sent"))
        self.assertFalse(dispatch.activity_id.exists())
        self.assertEqual(invoice.dispatch_state, "sent")

    def test_one_of_two_and_the_only_one(self):
        """What is still wrong stays wrong; where nobody else was to get it, the old dispatch is replaced."""
        invoice = self._invoice(self.silva)
        dispatch = self._failed(invoice, ANA, RUI)
        self._correct(self._at(dispatch))
        self.assertEqual((dispatch.state, invoice.dispatch_state), ("failed", "sent"))
        self._correct(self._at(dispatch, ANA), "ana.silva@silva.example.com")
        self.assertEqual((dispatch.state, invoice.dispatch_state), ("cancelled", "sent"))
        self.assertIn("ana.silva@silva.example.com", dispatch.state_message)
        self.assertFalse(invoice._dispatch_create("rule"), "it went: no rule sends it once more")

    def test_it_fails_again(self):
        dispatch = self._failed()
        self.smtp.handler.rcpt_replies[RIGHT] = UNKNOWN_USER
        new = self._correct(self._at(dispatch))
        self.assertEqual((dispatch.state, new.state), ("sent", "failed"))
        self.smtp.handler.clear()
        last = self._correct(self._at(new, RIGHT), "rui@lopes.example.com")
        self.assertEqual((new.state, last.state, self.envelopes), ("cancelled", "sent", ["rui@lopes.example.com"]))
        self.assertEqual(self.silva_rui.email, "rui@lopes.example.com")

    def test_bounced(self):
        dispatch = self._invoice(self.silva)._dispatch_create("manual")
        self._deliver()
        self.smtp.handler.clear()
        self._at(dispatch)._set_state("bounced", reply="5.1.1 unknown")
        dispatch._conclude()
        self.assertEqual(dispatch.state, "partial")
        self._correct(self._at(dispatch))
        self.assertEqual((dispatch.state, self.envelopes), ("sent", [RIGHT]))

    def test_of_several_in_one_mail(self):
        """Both documents failed with the mail: both go to the right address, and both are settled."""
        invoices = self._invoice(self.silva) | self._invoice(self.silva)
        self.smtp.handler.rcpt_replies[RUI] = UNKNOWN_USER
        self.env["document.dispatch.batch"]._start(invoices, "bundle")
        self._deliver()
        self.smtp.handler.clear()
        dispatches = self._dispatches(invoices)
        self.assertEqual(set(dispatches.mapped("state")), {"partial"})
        self._correct(self._at(dispatches[1]))
        self.assertEqual(set(dispatches.mapped("state")), {"sent"})
        self.assertEqual(self.envelopes, [RIGHT, RIGHT])

    def test_the_contact(self):
        """Only where the person wants it, and only this address of several."""
        self.silva_rui.email = "joa.rui@silva.example.com; Rui <RUI@silva.example.com>"
        dispatch = self._failed()
        self._correct(self._at(dispatch), save_address=False)
        self.assertIn("RUI@silva.example.com", self.silva_rui.email)
        dispatch = self._failed()
        self._correct(self._at(dispatch))
        self.assertEqual(self.silva_rui.email, f"joa.rui@silva.example.com; Rui <{RIGHT}>")

    def test_typed_address(self):
        """It stood on no contact: there is none to be written on."""
        invoice = self._invoice(self.silva)
        self.smtp.handler.rcpt_replies["kasa@nowak.example.com"] = UNKNOWN_USER
        window = self._send_window(invoice)
        window.dispatch_emails = "kasa@nowak.example.com"
        window.action_send_and_print()
        self.smtp.handler.clear()
        dispatch = self._dispatches(invoice)
        new = self._correct(self._at(dispatch, "kasa@nowak.example.com"), "kasa@kowalski.example.com")
        self.assertEqual((self.envelopes, dispatch.state), (["kasa@kowalski.example.com"], "sent"))
        self.assertFalse(new.recipient_ids.partner_id)

    def test_wrong_words(self):
        dispatch = self._failed()
        for email, words in (
            ("rui", "not a valid"), (f"{RIGHT}, {ANA}", "Write one address"), (ANA, "recipient already"),
            (RUI, "recipient already"),
        ):
            with self.subTest(email), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self._correct(self._at(dispatch), email)
        self.assertEqual((self.envelopes, self._at(dispatch).state, self.silva_rui.email), ([], "failed", RUI))

    def test_changed_since(self):
        invoice = self._invoice(self.silva)
        dispatch = self._failed(invoice)
        invoice.button_draft()
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "changed"):
            self._correct(self._at(dispatch))
        self.assertEqual(self.envelopes, [])

    def test_refused_since(self):
        dispatch = self._failed()
        self.silva.dematerialization_refused = True
        with self.assertRaisesRegex(UserError, "refuses e-mail"), self.cr.savepoint():
            self._correct(self._at(dispatch))
        self.assertEqual((self.envelopes, dispatch.state), ([], "partial"))


class TestForged(CorrectCase):
    """A client names any recipient, and writes any field."""

    def test_nothing_failed(self):
        dispatch = self._failed()
        for state in ("sent", "queued", "deferred", "unknown", "cancelled", "sending"):
            self._at(dispatch)._with_system_write().state = state
            for call in (
                lambda: self._as_rpc(self.clerk, self._at(dispatch), "action_correct"),
                lambda: self._correct(self._at(dispatch), user=self.clerk),
            ):
                with self.subTest(state), self.assertRaisesRegex(UserError, "did not fail"), self.cr.savepoint():
                    call()
        self.assertEqual(self.envelopes, [])

    def test_rehearsal_is_nobody_s(self):
        self.company.write({"dispatch_rehearsal_email": "chefe@aurora.example.com", "dispatch_mode": "rehearse"})
        dispatch = self._invoice(self.silva)._dispatch_create("manual")
        self._at(dispatch)._with_system_write().state = "failed"
        with self.assertRaisesRegex(UserError, "did not fail"):
            self._correct(self._at(dispatch))

    def test_somebody_else_s(self):
        """Of another company, or another salesperson's document."""
        dispatch = self._failed(self._invoice(self.silva, invoice_user_id=self.rival.id))
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        stranger = self._user("odile", "account.group_account_invoice", "Odile Blanc", paris)
        for user in (self.seller, stranger):
            for call in (
                lambda user=user: self._as_rpc(user, self._at(dispatch), "action_correct"),
                lambda user=user: self._correct(self._at(dispatch), user=user),
            ):
                with self.subTest(user=user.name), self.assertRaises(AccessError), self.cr.savepoint():
                    call()
        self.assertEqual((self.envelopes, dispatch.state), ([], "partial"))

    def test_contacts_that_one_may_not_write(self):
        """The clerk sends, and the contact stays: no box is offered, and a forged one counts for nothing."""
        dispatch = self._failed()
        self.assertFalse(self.silva_rui.with_user(self.clerk).has_access("write"))
        window = self.env["document.dispatch.correct"].with_user(self.clerk).create({
            "recipient_id": self._at(dispatch).id, "email": RIGHT, "save_address": True})
        self.assertFalse(window.may_save)
        self._as_rpc(self.clerk, window, "action_send")
        self.assertEqual((self.silva_rui.email, self.envelopes), (RUI, [RIGHT]))

    def test_fields_that_say_what_happened(self):
        dispatch = self._failed()
        for vals in ({"corrected_id": dispatch.id}, {"state": "cancelled"}):
            with self.assertRaises(UserError), self.cr.savepoint():
                self._as_rpc(self.clerk, self._at(dispatch), "write", vals)

    def test_window_of_somebody_else(self):
        window = self.env["document.dispatch.correct"].create({
            "recipient_id": self._at(self._failed()).id, "email": RIGHT})
        with self.assertRaises(AccessError):
            self._as_rpc(self.clerk, window, "action_send")

    def test_twice(self):
        """Two clicks, one mail."""
        recipient = self._at(self._failed())
        window = self.env["document.dispatch.correct"].create({"recipient_id": recipient.id, "email": RIGHT})
        window.action_send()
        with self.assertRaisesRegex(UserError, "did not fail"):
            window.action_send()
        self.assertEqual(self.envelopes, [RIGHT])
