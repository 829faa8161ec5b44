"""Mails with an address for bounces of their own: what comes back there says whose it was."""

from .common import DispatchCase

ANA, RUI, NOWAK = "ana@silva.example.com", "rui@silva.example.com", "biuro@nowak.example.com"
BOUNCE = "bounce@aurora.example.com"
#: As a relay sends it back that has changed everything: no id of ours, nobody's address
NOTHING_OF_OURS = """\
From: MAILER-DAEMON@relay.example
To: {to}
Subject: {subject}
Message-ID: <{number}@relay.example>

{text}
"""
FAILED = "550 5.1.1 no such user"


class TestBounceAddress(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create({"name": "aurora.example.com"})
        cls.company.alias_domain_id = cls.domain
        cls.number = 0

    def test_whose_it_was(self):
        """Two have the document; the mail that comes back is the one's own."""
        dispatch = self._sent(self.silva)
        self.assertNotEqual(*self._senders())
        self._receive(self._senders()[1])
        self.assertEqual(self._states(dispatch), {ANA: "sent", RUI: "bounced"})
        self.assertIn(FAILED, dispatch.recipient_ids[1].reply)
        self.assertEqual((self.silva_ana.message_bounce, self.silva_rui.message_bounce), (0, 1))

    def test_off_until_it_was_tried(self):
        self._sent(self.nowak, extension=False)
        self.assertEqual(self._senders(), [BOUNCE])
        self.smtp.handler.clear()
        self.domain.action_dispatch_try_extension()
        [(sender, [to], content)] = self.smtp.handler.messages
        self.assertEqual(sender, to)
        self.assertFalse(self.domain.dispatch_bounce_extension)
        self.env["mail.thread"].message_process(None, content)
        self.assertTrue(self.domain.dispatch_bounce_extension)
        self._sent(self.nowak, extension=None)
        self.assertNotIn(BOUNCE, self._senders())

    def test_another_address_is_another_way(self):
        self.domain.dispatch_bounce_extension = True
        self.domain.bounce_alias = "back"
        self.assertFalse(self.domain.dispatch_bounce_extension)

    def test_forged(self):
        """Who has one address can make none for another mail, nor speak for another by naming it."""
        dispatch = self._sent(self.silva)
        ana, rui = self._senders()
        token = ana.partition("-")[2]
        ids = dispatch.recipient_ids.ids
        for forged in (f"bounce+{ids[1]}-{token}", "bounce+1", f"bounce+{ids[1]}-{'0' * 20}@aurora.example.com",
                       f"bounce+0-{token}", f"bounce+{10**17}-{token}", "bounce+anything@aurora.example.com"):
            self._receive(forged if "@aurora" in forged else f"{forged}@aurora.example.com")
        self.assertEqual(self._states(dispatch), {ANA: "sent", RUI: "sent"})
        self.assertTrue(self.domain.dispatch_bounce_extension)
        self._receive(ana, f"<{RUI}>: {FAILED}\n\nReturn-path: <{rui}>\nMessage-ID: "
                           f"{dispatch.mail_message_id.message_id}\nFrom: x@x.example\nTo: {RUI}\n")
        self.assertNotEqual(self._states(dispatch)[RUI], "bounced")

    def test_what_is_no_failure(self):
        dispatch = self._sent(self.nowak)
        for subject, text, label in (
            ("Delayed", "Your mail is delayed. We will keep trying.", "still trying"),
            ("Your mail", "Look at it.", "could not be interpreted"),
        ):
            self._receive(self._senders()[0], text, subject)
            self.assertEqual(self._states(dispatch), {NOWAK: "sent"})
            self.assertIn(label, dispatch.remark)

    def test_understood_after_it_was_switched_off(self):
        dispatch = self._sent(self.nowak)
        self.domain.action_dispatch_stop_extension()
        self._receive(self._senders()[0])
        self.assertEqual(self._states(dispatch), {NOWAK: "bounced"})

    def test_senders_rules(self):
        """Where the account sends as one address only, or the domain is none of its, all stays as it was."""
        for values, sender in (
            ({"from_filter": BOUNCE}, BOUNCE),
            ({"from_filter": "faturas@aurora.example.com"}, "faturas@aurora.example.com"),
            ({"from_filter": "other.example"}, None),
            ({"from_filter": "aurora.example.com"}, "bounce+"),
        ):
            with self.subTest(values=values):
                self.server.write(values)
                self._sent(self.nowak)
                [found] = self._senders()
                self.assertNotIn("+", found) if sender != "bounce+" else self.assertTrue(found.startswith(sender))
                if sender and sender != "bounce+":
                    self.assertEqual(found, sender)

    def test_other_mails_of_odoo(self):
        """Their bounces are core's."""
        self.domain.dispatch_bounce_extension = True
        self.env["mail.mail"].create({
            "email_from": "faturas@aurora.example.com", "email_to": NOWAK, "body_html": "x",
            "record_alias_domain_id": self.domain.id,
        }).send()
        self.assertEqual(self._senders(), [BOUNCE])

    # ------------------------------------------------------------------

    def _sent(self, partner, extension=True):
        if extension is not None:
            self.domain.dispatch_bounce_extension = extension
        self.smtp.handler.clear()
        invoice = self._invoice(partner)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._dispatches(invoice).state, "sent")
        return self._dispatches(invoice)

    def _senders(self):
        return [sender for sender, _to, _content in self.smtp.handler.messages]

    def _receive(self, to, text=FAILED, subject="failure notice"):
        self.number += 1
        self.env["mail.thread"].message_process(None, NOTHING_OF_OURS.format(
            to=to, text=text, subject=subject, number=self.number))

    def _states(self, dispatch):
        dispatch.invalidate_recordset()
        return {recipient.email: recipient.state for recipient in dispatch.recipient_ids}
