"""A mail server that misbehaves: what it said, or did not say, is what the dispatches say."""

from case import FaultCase
from worker import transaction

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
MANY = 45  # three batches


class TestServer(FaultCase):
    def test_the_250_comes_too_late(self):
        self.set_final_dot_timeout("1")
        self.handler.faults["dot"] = 3
        [dispatch] = self.invoices()
        self.assertShownOnly(dispatch, copies=1)

    def test_connection_lost_after_the_final_dot(self):
        self.handler.faults["dot"] = "hang up"
        [dispatch] = self.invoices()
        self.assertShownOnly(dispatch, copies=1)

    def test_connection_lost_before_the_text(self):
        self.handler.faults["mail"] = "hang up"
        [dispatch] = self.invoices()
        self.deliver()
        self.assertEqual(self.fates(dispatch), {ANA: "deferred"})
        self.assertDispatch(dispatch, "queued")
        self.handler.faults.clear()
        self.make_due()
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_4yz_then_250(self):
        self.handler.data_replies = ["451 4.3.0 try later"]
        [dispatch] = self.invoices()
        self.deliver()
        self.deliver()
        self.assertEqual(self.fates(dispatch), {ANA: "deferred"})
        self.assertCopies(0)
        self.make_due()
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_5yz_for_one_of_three(self):
        self.handler.rcpt_replies[RUI] = "550 5.1.1 no such user"
        [dispatch] = self.invoices(ANA, RUI, EVA)
        self.deliver()
        self.deliver()
        self.assertEqual(self.fates(dispatch), {ANA: "sent", RUI: "failed", EVA: "sent"})
        self.assertDispatch(dispatch, "partial", is_move_sent=True)
        self.assertCopies(2)

    def test_login_refused(self):
        """One refusal for the whole batch: an account that knocks on and on gets locked."""
        dispatches = self.invoices(count=5)
        self.set_password("wrong")
        self.deliver()
        self.assertEqual(self.handler.logins, 2, "smtplib tries the two ways to log in")
        self.assertCopies(0)
        self.assertEqual(self.tries(dispatches), {0})
        self.set_password("right")
        self.make_due()
        self.deliver()
        self.assertDispatches(dispatches, "sent")
        self.assertCopies(5)

    def test_server_down(self):
        dispatches = self.invoices(count=5)
        self.smtp.stop()
        self.deliver()
        self.deliver()
        self.assertDispatches(dispatches, "queued", is_move_sent=False)
        self.assertEqual(self.tries(dispatches), {0})
        self.smtp.start()
        self.make_due()
        self.deliver()
        self.assertDispatches(dispatches, "sent")
        self.assertCopies(5)

    def test_quit_fails(self):
        self.handler.faults["quit"] = "hang up"
        [dispatch] = self.invoices()
        self.deliver()
        self.assertDispatch(dispatch, "sent")
        self.assertCopies(1)

    def test_poison_while_the_mails_are_made(self):
        """The database refuses one dispatch: its transaction is broken, the other documents go."""
        dispatches = self.invoices(count=MANY)
        poison = dispatches[MANY // 2]
        self.execute("UPDATE document_dispatch SET subject = 'Poison' WHERE id = %s", poison)
        self.refuse("mail_message", "subject != 'Poison'")
        self.deliver()
        self.assertAllSentBut(poison, dispatches)
        self.fault_row("The database", "refuses the text of one of 45", dispatches)()

    def test_poison_while_it_is_handed_over(self):
        dispatches = self.invoices(count=5)
        poison = dispatches[2]
        self.refuse("document_dispatch_recipient", "NOT (state = 'sending' AND dispatch_id = %s)", poison)
        self.deliver()
        self.assertAllSentBut(poison, dispatches)
        self.fault_row("The database", "refuses that one of five is being sent", dispatches)()

    def test_poisoned_document(self):
        """A document that cannot take its mark is no reason to send again, nor to stop the others."""
        poison, *others = self.invoices(count=3)
        self.refuse("account_move", "NOT (is_move_sent AND id = %s)", self.move_id(poison))
        self.deliver()
        late = self.invoices()
        self.deliver()
        self.assertEqual(self.fates(poison), {ANA: "sent"})
        self.assertDispatches([*others, *late], "sent")
        self.assertCopies(4)

    # ------------------------------------------------------------------

    def assertAllSentBut(self, poison, dispatches):
        self.assertDispatch(poison, "failed")
        self.assertDispatches([dispatch for dispatch in dispatches if dispatch != poison], "sent")
        self.assertCopies(len(dispatches) - 1)

    def set_password(self, password):
        with transaction() as env:
            env["ir.mail_server"].search([]).smtp_pass = password

    def refuse(self, table, condition, *args):
        """Let the database refuse what does not fulfil the condition from now on."""
        self.execute(f"ALTER TABLE {table} ADD CONSTRAINT poison CHECK ({condition}) NOT VALID", *args)
        self.addCleanup(self.execute, f"ALTER TABLE {table} DROP CONSTRAINT poison")

    def tries(self, dispatch_ids):
        with transaction() as env:
            return set(env["document.dispatch"].browse(dispatch_ids).recipient_ids.mapped("tries"))
