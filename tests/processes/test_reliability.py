"""Faults, one after the other: what becomes of two documents under each, and when it is over. Counted at the server.

What people must decide ends as *unknown*, what server or customer refused for good as *failed*; all else arrives once,
by itself, or when somebody has mended the account.
"""

# a fault is a line, as its row on the page
# ruff: noqa: E501
import faulty_server as says
import worker
from case import FaultCase
from worker import transaction

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
#: section, fault, stage, what happens there (seconds, "hang up", a form of faulty_server), how it ends
AT_A_STAGE = (
    ("The connection to the mail server", "greets with 554: no service", "connect",
     says.instead("554 5.3.2 No SMTP service here"), "sent"),
    ("The connection to the mail server", "greets with 421: too busy", "connect",
     says.instead("421 4.3.2 Too many connections, try later"), "sent"),
    ("The connection to the mail server", "refuses to be greeted", "ehlo",
     says.instead("501 5.5.4 Invalid domain name"), "sent"),
    ("The connection to the mail server", "hangs up at MAIL FROM", "mail", "hang up", "sent"),
    ("The connection to the mail server", "hangs up at RCPT TO", "rcpt", "hang up", "sent"),
    ("The connection to the mail server", "hangs up at DATA", "data", "hang up", "sent"),
    ("The connection to the mail server", "closes politely at MAIL FROM (421)", "mail",
     says.instead("421 4.7.0 Closing, try again"), "sent"),
    ("The connection to the mail server", "closes politely at RCPT TO (421)", "rcpt",
     says.instead("421 4.7.0 Closing, try again"), "sent"),
    ("The connection to the mail server", "fails at QUIT, after the 250", "quit", "hang up", "sent"),
    ("The connection to the mail server", "says each reply byte by byte", "rcpt", says.in_bytes, "sent"),
    ("The connection to the mail server", "says 200 lines for one reply", "rcpt", says.many_lines, "sent"),
    ("A server that is out of step", "answers MAIL FROM twice", "mail", says.twice, "sent"),
    ("A server that is out of step", "answers RCPT TO twice", "rcpt", says.twice, "sent"),
    ("A server that is out of step", "answers DATA twice", "data", says.twice, "sent"),
    ("A server that is out of step", "answers the final dot twice", "dot", says.twice, "sent"),
    ("A server that is out of step", "answers DATA with 250 instead of 354", "data", says.instead("250 2.0.0 Ok"), "sent"),
    ("A server that is out of step", "answers MAIL FROM with 354", "mail", says.instead("354 go on"), "sent"),
    ("A server that is out of step", "answers RCPT TO with what is no SMTP", "rcpt", says.instead("hello"), "sent"),
    ("A server that is out of step", "answers RCPT TO with bytes that are no text", "rcpt", says.no_text, "sent"),
    ("A server that is out of step", "answers RCPT TO without end", "rcpt", says.without_end, "sent"),
    ("The account", "login refused (535)", "auth", says.instead("535 5.7.8 Username and Password not accepted"), "sent"),
    ("The account", "login not possible now (454)", "auth",
     says.instead("454 4.7.0 Temporary authentication failure"), "sent"),
    ("The account", "passwords are switched off (5.7.30)", "auth",
     says.instead("550 5.7.30 Basic authentication is not supported for Client Submission"), "sent"),
    ("The account", "must authenticate (530)", "mail", says.instead("530 5.7.0 Authentication required"), "sent"),
    ("The account", "client not authenticated to send (5.7.57)", "mail",
     says.instead("530 5.7.57 Client not authenticated to send mail"), "sent"),
    ("The account", "the provider's day is used up (5.4.5)", "mail",
     says.instead("550 5.4.5 Daily user sending limit exceeded"), "sent"),
    ("The account", "the provider's day is used up, said at the final dot", "data",
     says.instead("454 Throttling failure: Daily message quota exceeded."), "sent"),
    ("The account", "relay denied, must be authenticated", "rcpt",
     says.instead("550 5.7.1 relaying denied, must be authenticated"), "sent"),
    ("The account", "sending too fast", "mail", says.instead("450 4.7.1 Too many messages per minute"), "sent"),
    ("The account", "the account is blocked", "mail", says.instead("550 5.1.8 Access denied, bad outbound sender"), "sent"),
    ("The sender", "not owned by the login (553)", "mail",
     says.instead("553 5.7.1 Sender address rejected: not owned by user faturas"), "sent"),
    ("The sender", "not allowed to send as this address (5.7.60)", "rcpt",
     says.instead("550 5.7.60 SMTP; Client does not have permissions to send as this sender"), "sent"),
    ("The recipient", "no such mailbox (550)", "rcpt", says.instead("550 5.1.1 no such user"), "failed"),
    ("The recipient", "mailbox full (452)", "rcpt", says.instead("452 4.2.2 mailbox full"), "sent"),
    ("The recipient", "greylisted (450)", "rcpt", says.instead("450 4.2.0 Greylisted, try again later"), "sent"),
    ("The message", "too large, said at MAIL FROM (552)", "mail",
     says.instead("552 5.3.4 Message size exceeds fixed maximum message size"), "failed"),
    ("The message", "a parameter that the server does not know (555)", "mail",
     says.instead("555 5.5.4 Unsupported option: SIZE"), "failed"),
    ("The message", "an encoding that the server does not take (5.6.7)", "mail",
     says.instead("550 5.6.7 SMTPUTF8 required"), "failed"),
    ("The reply to the final dot", "250 with NUL", "dot", says.with_nul, "sent"),
    ("The reply to the final dot", "250 byte by byte", "dot", says.in_bytes, "sent"),
    ("The reply to the final dot", "250 in 200 lines", "dot", says.many_lines, "sent"),
    ("The reply to the final dot", "connection lost after it", "dot", "hang up", "unknown"),
    ("The reply to the final dot", "250 comes too late", "dot", 3, "unknown"),
    ("The reply to the final dot", "what is no SMTP", "dot", says.instead("queued, I think"), "unknown"),
    ("The reply to the final dot", "354 once more", "dot", says.instead("354 go on"), "unknown"),
    ("The reply to the final dot", "without end", "dot", says.without_end, "unknown"),
)
#: section, fault, what the server answers, and does not keep, how it ends
REFUSED_AT_THE_DOT = (
    ("The message", "taken for spam (554)", "554 5.7.1 Message rejected as spam by content filter", "failed"),
    ("The message", "not taken now (451)", "451 4.3.0 try later", "sent"),
    ("The message", "too large, said at the final dot (552)", "552 5.3.4 Message too big for system", "failed"),
    ("The message", "refused, with NUL in the reply", "550 5.7.1 \0refused", "failed"),
    ("The message", "not taken now, with NUL in the reply", "451 4.3.0 try \0later", "sent"),
    ("The sender", "not allowed to send as this address, said at the final dot", "550 5.7.60 not as this sender", "sent"),
    ("The connection to the mail server", "shuts down at the final dot (421)", "421 4.3.2 System shutting down", "sent"),
)
RETURNED = "Return-Path: <faturas@aurora.example.com>\nMessage-ID: {mid}\nFrom: faturas@aurora.example.com\nTo: {to}\n"
BLOCK = (
    'Content-Type: multipart/report; report-type={kind}; boundary="B"\n\n--B\n\nSee below.\n--B\n'
    "Content-Type: message/{part}\n\n{fields}\n--B\nContent-Type: message/rfc822\n\n" + RETURNED + "\n--B--\n"
)
#: section, fault, headers and text of what comes of the first of two, how that one ends
CAME_BACK = (
    ("What comes back", "a report of failure (RFC 3464)", BLOCK.format(
        kind="delivery-status", part="delivery-status", mid="{mid}", to="{to}",
        fields="Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n"), "bounced"),
    ("What comes back", "a failure in plain text (qmail, Exim, Gmail …)",
     "\nI could not deliver to this address.\n\n<{to}>:\n550 mailbox not found\n\n--- Below is a copy.\n\n" + RETURNED,
     "bounced"),
    ("What comes back", "a failure at an address to which it was forwarded",
     "\n<elsewhere@forward.example>: 550 5.1.1 unknown user\n\n" + RETURNED, "bounced"),
    ("What comes back", "a report of delay", BLOCK.format(
        kind="delivery-status", part="delivery-status", mid="{mid}", to="{to}",
        fields="Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {to}\nAction: delayed\nStatus: 4.4.1\n"), "sent"),
    ("What comes back", "a report of delivery", BLOCK.format(
        kind="delivery-status", part="delivery-status", mid="{mid}", to="{to}",
        fields="Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {to}\nAction: delivered\nStatus: 2.0.0\n"), "sent"),
    ("What comes back", "a complaint: this is spam (RFC 5965)", BLOCK.format(
        kind="feedback-report", part="feedback-report", mid="{mid}", to="{to}",
        fields="Feedback-Type: abuse\nOriginal-Rcpt-To: {to}\n"), "sent"),
    ("What comes back", "a read receipt (RFC 8098)", BLOCK.format(
        kind="disposition-notification", part="disposition-notification", mid="{mid}", to="{to}",
        fields="Final-Recipient: rfc822; {to}\nDisposition: manual-action/MDN-sent-manually; displayed\n"), "sent"),
    ("What comes back", "an automatic answer", "Auto-Submitted: auto-replied\nIn-Reply-To: {mid}\n\nI am away.\n", "sent"),
    ("What comes back", "something that nobody understands", "\nPlease look at this.\n\n" + RETURNED, "sent"),
    ("What comes back", "a failure that names nobody", "\nIt failed: 550 5.0.0\n\nMessage-ID: {mid}\n", "sent"),
)


#: Further than any test lasts, and near enough to be believed (``document.dispatch.account._cap_waits``)
HELD_BACK = "now() at time zone 'utc' + interval '12 hours'"


class TestReliability(FaultCase):
    def test_faults(self):
        """Two documents go into each, one fault after the other; when all are over, the rest goes."""
        self.set_final_dot_timeout("2")
        faults = [(section, fault, ends, "forms" if callable(what) else "faults", {stage: what})
                  for section, fault, stage, what, ends in AT_A_STAGE]
        faults += [(section, fault, ends, "refusals", {"data": reply})
                   for section, fault, reply, ends in REFUSED_AT_THE_DOT]
        faults.append(("The connection to the mail server", "hangs up while the text comes", "unknown",
                       "forms", {"data": says.hang_up_after}))
        made = self.invoices(count=2 * len(faults))
        self.hold_back(made)
        self.deliver()  # makes them
        ended = []
        for number, (section, fault, ends, kind, behaviour) in enumerate(faults):
            with self.subTest(fault=fault):
                pair = made[2 * number:2 * number + 2]
                setattr(self.handler, kind, behaviour)
                self.execute("UPDATE document_dispatch_recipient SET next_try = NULL WHERE dispatch_id IN %s", tuple(pair))
                self.deliver()
                ended.append((fault, ends, pair, self.fault_row(section, fault, pair)))
            self.handler.mend()
            self.use_again()
            self.hold_back(made)
        self.execute("UPDATE document_dispatch_recipient SET next_try = NULL WHERE state IN ('queued', 'deferred')")
        self.finish(self.start())
        for fault, ends, pair, end in ended:
            with self.subTest(fault=fault):
                self.assertEqual({state for number in pair for state in self.fates(number).values()}, {ends})
                end()

    def hold_back(self, dispatch_ids):
        self.execute(f"UPDATE document_dispatch_recipient SET next_try = {HELD_BACK}"
                     " WHERE state IN ('queued', 'deferred') AND dispatch_id IN %s", tuple(dispatch_ids))

    def use_again(self):
        """Somebody has mended the account, and presses “Resume Now”."""
        with transaction() as env:
            env["ir.mail_server"].search([]).action_dispatch_resume()

    def test_nobody_answers(self):
        dispatches = self.invoices(count=2)
        self.smtp.stop()
        self.deliver()
        end = self.fault_row("The connection to the mail server", "nobody answers", dispatches)
        self.smtp.start()
        self.go_on()
        self.assertDispatches(dispatches, "sent")
        end()

    def test_one_of_three(self):
        self.handler.rcpt_replies[RUI] = "550 5.1.1 no such user"
        dispatches = self.invoices(ANA, RUI, EVA)
        self.deliver()
        end = self.fault_row("The recipient", "no such mailbox, one of three", dispatches)
        self.go_on()
        self.assertEqual(self.fates(dispatches[0]), {ANA: "sent", RUI: "failed", EVA: "sent"})
        end()

    def test_two_accounts(self):
        """One of them is down, or its day is used up: what goes through the other goes."""
        used_up = {"other@beta.example.com": "550 5.4.5 Daily limit exceeded"}
        for section, fault, stop in (
            ("The account", "one of two accounts is down", lambda server: server.write({"smtp_port": 9})),
            ("The account", "the day of one of two accounts is used up",
             lambda _server: self.handler.senders.update(used_up)),
        ):
            with self.subTest(fault=fault):
                self.handler.clear()
                with transaction() as env:
                    own = env["ir.mail_server"].search([])
                    own.from_filter = "aurora.example.com"
                    other = own.copy({"name": "Other", "from_filter": "beta.example.com", "sequence": 5})
                    stop(other)
                mine, others = self.invoices(count=2), self.invoices(count=2)
                with transaction() as env:
                    env["document.dispatch"].browse(others)._with_system_write().email_from = "other@beta.example.com"
                self.deliver()
                end = self.fault_row(section, fault, others + mine)
                self.assertDispatches(mine, "sent")
                self.assertDispatches(others, "queued", is_move_sent=False)
                with transaction() as env:
                    env["ir.mail_server"].browse(other.id).smtp_port = self.smtp.port
                self.go_on()
                self.assertDispatches(others + mine, "sent")
                end()
                with transaction() as env:
                    env["ir.mail_server"].browse(other.id).active = False
                    env["ir.mail_server"].search([]).from_filter = False

    def test_came_back(self):
        with transaction() as env:
            domain = env["mail.alias.domain"].search([("name", "=", "aurora.example.com")]) or env[
                "mail.alias.domain"].create({"name": "aurora.example.com"})
            env.company.alias_domain_id = domain
        for number, (section, fault, text, ends) in enumerate(CAME_BACK):
            with self.subTest(fault=fault):
                self.handler.clear()
                [dispatch] = self.invoices(ANA, RUI)
                self.deliver()
                with transaction() as env:
                    mid = env["document.dispatch"].browse(dispatch).mail_message_id.message_id
                head = f"From: MAILER-DAEMON@mx.example\nTo: bounce@aurora.example.com\nSubject: Fatura\n" \
                       f"Message-ID: <reliability-{number}@mx.example>\n"
                if "automatic" in fault:
                    head = head.replace("MAILER-DAEMON@mx.example", ANA)
                self.finish(self.start(worker.receive, head + text.format(mid=mid, to=ANA)))
                end = self.fault_row(section, fault, [dispatch])
                self.deliver()
                self.assertEqual(self.fates(dispatch), {ANA: ends, RUI: "sent"})
                end()

    # ------------------------------------------------------------------

    def go_on(self):
        """The fault is over: the account is used again, the time comes."""
        self.handler.mend()
        self.use_again()
        self.make_due()
        self.deliver()
