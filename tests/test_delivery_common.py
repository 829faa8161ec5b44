"""One mail, several readers: To, Cc and Bcc, what each of them may open, and what is said of each."""

from email import message_from_bytes, policy
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from ..tools.delivery.sessions import Sessions
from ..tools.mail import dsn
from .common import DispatchCase

ANA, RUI, EVA = "ana@silva.example.com", "rui@silva.example.com", "eva@silva.example.com"
GENERAL, ARCHIVE, TYPED = "contato@silva.example.com", "arquivo@aurora.example.com", "contador@boreal.example.com"


class CommonCase(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"dispatch_readers": "common", "dispatch_customer_page": True})
        cls.silva_eva = cls.env["res.partner"].create({
            "name": "Eva Prado", "parent_id": cls.silva.id, "email": EVA, "dispatch_invoice": True,
        })
        invoice = cls.types["invoice"].role_id
        cls.silva_rui.dispatch_cc_role_ids = invoice
        cls.silva_eva.dispatch_bcc_role_ids = invoice

    def _send(self, partner=None, **vals):
        invoice = self._invoice(partner or self.silva)
        dispatch = invoice._dispatch_create("rule", **vals)
        self._deliver()
        return dispatch

    @property
    def transactions(self):
        """``[(envelope, To, Cc, text)]`` of what the server took."""
        found = []
        for _sender, to, content in self.smtp.handler.messages:
            message = message_from_bytes(content, policy=policy.default)
            self.assertIsNone(message["Bcc"])
            text = message.get_body(("html",)).get_content()
            found.append((sorted(to), *(
                [address.addr_spec for address in message[name].addresses] if message[name] else []
                for name in ("To", "Cc")), text))
        return found

    def assertTransactions(self, *expected):
        self.assertEqual([transaction[:3] for transaction in self.transactions], list(expected))


class TestCommon(CommonCase):
    def test_table(self):
        """The roads that documents go, under both choices."""
        def rule():
            return self._send()

        def window():
            invoice = self._invoice(self.silva)
            self._send_window(invoice).action_send_and_print()
            return self._dispatches(invoice)

        def core():
            invoice = self._invoice(self.silva)
            self.env["account.move.send"]._generate_and_send_invoices(invoice, from_cron=False)
            self._deliver()
            return self._dispatches(invoice)

        def several():
            invoice = self._invoice(self.silva)
            batch = self.env["document.dispatch.batch"]._start(invoice, "all")
            self._deliver()
            self.assertTrue(batch)
            return self._dispatches(invoice)

        def again():
            dispatch = self._send()
            self.smtp.handler.clear()
            found = dispatch._resend()
            self._deliver()
            return found

        for road in (rule, window, core, several, again):
            for readers in ("common", "each"):
                with self.subTest(road=road.__name__, readers=readers):
                    self.smtp.handler.clear()
                    self.company.dispatch_readers = readers
                    dispatch = road()
                    self.assertEqual({recipient.email: (recipient.state, recipient.address_field)
                                      for recipient in dispatch.recipient_ids},
                                     {ANA: ("sent", "to"), RUI: ("sent", "cc"), EVA: ("sent", "bcc")})
                    self.assertEqual(dispatch.state, "sent")
                    if readers == "common":
                        self.assertTransactions((sorted([ANA, RUI, EVA]), [ANA], [RUI]))
                    else:
                        self.assertCountEqual([transaction[:3] for transaction in self.transactions], [
                            ([ANA], [ANA], []), ([RUI], [RUI], []), ([EVA], [EVA], [])])
                    self.assertNotIn(self.silva_eva, dispatch.mail_message_id.partner_ids)

    def test_who_chooses(self):
        """The customer, else the company."""
        for company, customer, count in (
            ("common", False, 1), ("each", False, 3), ("common", "each", 3), ("each", "common", 1),
        ):
            with self.subTest(company=company, customer=customer):
                self.smtp.handler.clear()
                self.company.dispatch_readers = company
                self.silva.dispatch_readers = customer
                self._send()
                self.assertEqual(len(self.transactions), count)
                self.assertCountEqual(self.envelopes, [ANA, RUI, EVA])

    def test_one_reader_is_as_before(self):
        dispatch = self._send(self.nowak)
        self.assertFalse(dispatch.recipient_ids.in_common)
        self.assertTransactions((["biuro@nowak.example.com"], ["biuro@nowak.example.com"], []))

    def test_states(self):
        """Each address has its own; who waits goes alone, and the header names all."""
        self.smtp.handler.rcpt_replies.update({ANA: "450 4.2.0 greylisted", EVA: "550 5.1.1 no such user"})
        dispatch = self._send()
        self.assertEqual(self._fates(dispatch._document()), {ANA: "deferred", RUI: "sent", EVA: "failed"})
        self.smtp.handler.rcpt_replies.clear()
        dispatch.recipient_ids._with_system_write().filtered("next_try").next_try = fields.Datetime.now()
        self._deliver()
        self.assertEqual(self._fates(dispatch._document()), {ANA: "sent", RUI: "sent", EVA: "failed"})
        self.assertTransactions(([RUI], [ANA], [RUI]), ([ANA], [ANA], [RUI]))
        # a person corrects nothing, and presses Try Again
        dispatch.action_retry()
        self._deliver()
        self.assertEqual(self._fates(dispatch._document()), {ANA: "sent", RUI: "sent", EVA: "sent"})
        self.assertTransactions(([RUI], [ANA], [RUI]), ([ANA], [ANA], [RUI]), ([EVA], [ANA], [RUI]))

    # ------------------------------------------------------------------
    # What came back
    # ------------------------------------------------------------------

    def _fate(self, recipients, addresses=(), returned_to=(), mentioned=(), kind=dsn.FAILED, explicit=False):
        fate = SimpleNamespace(addresses=addresses, explicit=explicit, kind=kind, text="550 no")
        report = SimpleNamespace(returned_to=returned_to, mentioned=mentioned, fates=[fate], marks=(), message_ids=())
        return recipients._of_fate(fate, report).mapped("email")

    def test_bounces(self):
        """By the address that the report names; what the mail's own header says accuses nobody."""
        self.company.dispatch_bcc = ARCHIVE
        recipients = self._send().recipient_ids
        self.assertEqual(self._fate(recipients, [RUI], [ANA], explicit=True), [RUI])
        self.assertEqual(self._fate(recipients, [EVA], [ANA, RUI]), [EVA])
        self.assertEqual(self._fate(recipients, [ARCHIVE], [ANA, RUI]), [ARCHIVE])
        self.assertEqual(self._fate(recipients, [], [ANA]), [], "the header names Ana, whoever it came back from")
        self.assertEqual(self._fate(recipients, [], [], [ANA]), [])
        self.assertEqual(self._fate(recipients, [], [ANA], [RUI]), [])

    def test_the_address_for_bounces_is_the_mails(self):
        """One for all of its readers; the copy has another one."""
        self.company.dispatch_bcc = ARCHIVE
        recipients = self._send().recipient_ids
        nothing = SimpleNamespace(marks=(), message_ids=(), fates=())
        common = recipients.filtered("in_common")
        self.assertEqual(common.mapped("email"), [ANA, RUI, EVA])
        for own in common:
            self.assertEqual(recipients._find_reported(nothing, own), common)
        copy = recipients - common
        self.assertEqual(recipients._find_reported(nothing, copy), copy)
        # a relay's own id is the common mail's, too
        self.smtp.handler.messages.clear()
        common._with_system_write().relay_id = "4bXyZ12345z"
        marked = SimpleNamespace(marks=("4bXyZ12345z",), message_ids=(), fates=())
        self.assertEqual(recipients._find_reported(marked), common)

    # ------------------------------------------------------------------
    # What they may open
    # ------------------------------------------------------------------

    def test_the_link_is_the_customers(self):
        """Nobody's own, and of none of those who are not their people."""
        self.company.dispatch_bcc = ARCHIVE
        invoice = self._invoice(self.silva)
        window = self._send_window(invoice)
        window.dispatch_emails = TYPED
        window.action_send_and_print()
        found = {tuple(to): (header, cc, text) for to, header, cc, text in self.transactions}
        self.assertEqual(sorted(found), sorted([tuple(sorted([ANA, RUI, EVA])), (ARCHIVE,), (TYPED,)]))
        common = found.pop(tuple(sorted([ANA, RUI, EVA])))[2]
        self.assertIn("/dispatch/page/", common)
        self.assertIn(invoice.access_token, common)
        self.assertNotIn("pid=", common)
        self.assertEqual(found[ARCHIVE,][:2], ([ANA], [RUI]), "the archive has who got it")
        self.assertEqual(found[TYPED,][:2], ([TYPED], []))
        for _to, _cc, text in found.values():
            self.assertNotIn("/dispatch/page/", text)
            self.assertNotIn(invoice.access_token, text)
            self.assertIn("/dispatch/show/", text)

    def test_opened_by_somebody_of_these(self):
        recipients = self._send().recipient_ids
        page = self.env["document.dispatch.page"].search([("recipient_id", "in", recipients.ids)])
        self.assertEqual(len(page), 1)
        page._note_opened("192.0.2.1", "Mozilla/5.0")
        self.assertTrue(all(recipients.mapped("page_opened_date")))

    def test_somebody_who_left_the_customer(self):
        """A retry opens nothing to them: the link is left out, for all."""
        self.smtp.handler.rcpt_replies[ANA] = "450 4.2.0 greylisted"
        dispatch = self._send()
        self.silva_rui.email = "rui@boreal.example.com"
        self.smtp.handler.rcpt_replies.clear()
        dispatch.recipient_ids._with_system_write().filtered("next_try").next_try = fields.Datetime.now()
        self._deliver()
        self.assertEqual(self.transactions[1][0], [ANA])
        self.assertNotRegex(self.transactions[1][3], r"/dispatch/page/[1-9]")

    # ------------------------------------------------------------------
    # Language, proof, rehearsal, several documents, drafts
    # ------------------------------------------------------------------

    def test_nobody_in_bcc_on_the_message(self):
        """Customers who log in read by RPC to whom a message was notified."""
        self.company.dispatch_bcc = ARCHIVE
        for readers in ("common", "each"):
            with self.subTest(readers=readers):
                self.company.dispatch_readers = readers
                dispatch = self._send()
                ana = self.silva_ana.user_ids or new_test_user(
                    self.env, "ana_portal", "base.group_portal", partner_id=self.silva_ana.id)
                message = dispatch.mail_message_id.with_user(ana)
                self.assertEqual(message.notified_partner_ids, self.silva_ana | self.silva_rui)
                # the house sees all of them, each with what became of it
                lines = dispatch.mail_message_id.notification_ids
                self.assertEqual(len(lines), 4)
                self.assertEqual(set(lines.mapped("notification_status")), {"sent"})

    def test_language_and_proof(self):
        self.env["res.lang"]._activate_lang("pt_BR")
        self.silva.lang = self.silva_ana.lang = "en_US"
        self.silva_rui.lang = "pt_BR"
        recipients = self._send().recipient_ids
        self.assertEqual(set(recipients.mapped("lang")), {"en_US"})
        self.assertEqual(len(recipients.proof_ids), 1)
        for recipient in recipients:
            self.assertEqual(recipient._get_proof(), recipients.proof_ids)
            self.assertTrue(recipient.eml)
        self.assertFalse(any(recipients.mapped("mail_body")))

    def test_rehearsal(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "helena@aurora.example.com"})
        dispatch = self._send()
        self.assertEqual(set(dispatch.recipient_ids.mapped("state")), {"rehearsed"})
        self.assertTransactions((["helena@aurora.example.com"], ["helena@aurora.example.com"], []))
        for email in (ANA, RUI, EVA):
            self.assertIn(email, self.mails[0]["subject"])

    def test_several_documents_in_one_mail(self):
        invoices = self._invoice(self.silva) | self._invoice(self.silva)
        self.env["document.dispatch.batch"]._start(invoices, "bundle")
        self._deliver()
        self.assertTransactions((sorted([ANA, RUI, EVA]), [ANA], [RUI]))
        self.assertEqual(set(self._dispatches(invoices).recipient_ids.mapped("state")), {"sent"})

    def test_draft(self):
        """The person's own program sends it: Bcc stands where that program reads it, and nowhere else."""
        invoice = self._invoice(self.silva)
        self._send_window(invoice).action_dispatch_draft()
        message = message_from_bytes(self._dispatches(invoice).draft_id.raw, policy=policy.default)
        self.assertEqual([[address.addr_spec for address in message[name].addresses] for name in ("To", "Cc", "Bcc")],
                         [[ANA], [RUI], [EVA]])

    def test_letters_go_one_by_one(self):
        dispatch_type = self.types["letter"]
        self.silva_ana.dispatch_role_ids |= dispatch_type.role_id
        self.silva_rui.dispatch_role_ids |= dispatch_type.role_id
        self.env["document.letter"]._issue(
            self.silva, self.company, {self.silva.lang or "en_US": ("Documentos", "<p>Olá</p>")}, "email")
        self._deliver()
        self.assertTrue(self.transactions)
        self.assertEqual({len(to) for to, *_rest in self.transactions}, {1})

    # ------------------------------------------------------------------
    # Accounts
    # ------------------------------------------------------------------

    def test_what_is_said_of_another_one_is_not_his(self):
        """A module that lets a mail go to more than its reader: only what is said of them counts for them."""
        mail_server = self.registry["ir.mail_server"]
        prepare = mail_server._prepare_smtp_to_list
        for refused, state in ((ANA, "failed"), (ARCHIVE, "sent")):
            with self.subTest(refused):
                self.smtp.handler.clear()
                self.smtp.handler.rcpt_replies[refused] = "550 5.1.1 no such user"
                self.company.dispatch_readers = "each"
                invoice = self._invoice(self.silva)
                dispatch = invoice._dispatch_create("rule")
                with patch.object(mail_server, "_prepare_smtp_to_list", lambda *args: [*prepare(*args), ARCHIVE]):
                    self._deliver()
                ana = dispatch.recipient_ids.filtered(lambda recipient: recipient.email == ANA)
                self.assertEqual(ana.state, state)
                self.smtp.handler.rcpt_replies.clear()

    def test_left_out_by_another_module(self):
        mail_server = self.registry["ir.mail_server"]
        prepare = mail_server._prepare_smtp_to_list
        dispatch = self._invoice(self.silva)._dispatch_create("rule")
        with patch.object(mail_server, "_prepare_smtp_to_list",
                          lambda *args: [email for email in prepare(*args) if email != RUI]):
            self._deliver()
        self.assertEqual(self._fates(dispatch._document()), {ANA: "sent", RUI: "failed", EVA: "sent"})

    def test_the_session_forgets(self):
        """What was said in the last mail is nobody else's."""
        self.smtp.handler.rcpt_replies[RUI] = "550 5.1.1 no such user"
        first, second = (self._invoice(self.silva)._dispatch_create("rule") for _time in range(2))
        self._deliver()
        for dispatch in (first, second):
            self.assertEqual(self._fates(dispatch._document()), {ANA: "sent", RUI: "failed", EVA: "sent"})
        self.assertFalse(Sessions().each)


class TestAddressFields(CommonCase):
    """Who stands in which field: on contacts, on the type and the company, in windows and lists."""

    def test_contact(self):
        invoice, order = (self.types[code].role_id for code in ("invoice", "order"))
        self.assertEqual((self.silva_rui.dispatch_cc_role_ids, self.silva_eva.dispatch_bcc_role_ids), (invoice,) * 2)
        self.silva_rui.dispatch_bcc_role_ids = invoice
        self.assertFalse(self.silva_rui.dispatch_cc_role_ids, "one field at a time")
        self.silva_rui.dispatch_bcc_role_ids = False
        self.assertEqual(self.silva_rui.dispatch_role_ids, invoice | order, "they get it as before, in To")
        new = self.env["res.partner"].create({
            "name": "Caio", "email": "caio@silva.example.com", "parent_id": self.silva.id,
            "dispatch_cc_role_ids": [Command.set(order.ids)],
        })
        self.assertEqual((new.dispatch_role_ids, new.dispatch_order), (order, True))
        copied = new.copy()
        self.assertEqual(copied.dispatch_cc_role_ids, order)

    def test_form(self):
        with Form(self.silva_ana.with_user(self.env.user)) as form:
            form.dispatch_cc_role_ids.add(self.types["invoice"].role_id)
        self.assertEqual(self.silva_ana.dispatch_cc_role_ids, self.types["invoice"].role_id)
        self.assertIn("Cc", str(self.silva.dispatch_overview))

    def test_merge(self):
        """The strongest field counts, of those who received it."""
        role, Preference = self.types["invoice"].role_id, self.env["document.dispatch.preference"]
        Preference._merge(self.silva_rui | self.silva_eva, self.silva_eva)
        both = self.silva_rui | self.silva_eva
        kept = Preference.search([("role_id", "=", role.id), ("partner_id", "in", both.ids)])
        self.assertEqual(kept.mapped("address_field"), ["cc"])

    def test_merge_of_one_who_does_not_receive(self):
        role, Preference = self.types["invoice"].role_id, self.env["document.dispatch.preference"]
        self.silva_ana.dispatch_invoice = False  # in To, if they got it
        Preference._merge(self.silva_ana | self.silva_eva, self.silva_eva)
        kept = Preference.search([("role_id", "=", role.id), ("partner_id", "=", self.silva_eva.id)])
        self.assertEqual((kept.receives, kept.address_field), (True, "bcc"))

    def test_standing(self):
        self.company.dispatch_bcc = ARCHIVE
        self.types["invoice"].bcc = f"{ARCHIVE}; robo@boreal.example.com"
        dispatch = self._send()
        self.assertEqual(
            [(recipient.email, recipient.reason, recipient.address_field) for recipient in dispatch.recipient_ids[-2:]],
            [(ARCHIVE, "standing", "bcc"), ("robo@boreal.example.com", "standing", "bcc")])
        for record, name in ((self.company, "dispatch_bcc"), (self.types["invoice"], "bcc")):
            with self.assertRaises(UserError):
                record[name] = "arquivo arroba aurora"

    def test_nothing_of_a_refusal(self):
        """Who refuses e-mail gets paper; no copy goes to anybody by mail."""
        self.company.dispatch_bcc = ARCHIVE
        dispatch = self._send(self.papel)
        self.assertEqual((dispatch.channel, self.envelopes), ("paper", []))

    def test_window(self):
        """The lines show whom the resolver names, with its reasons; what a person makes of them counts."""
        self.company.dispatch_bcc = ARCHIVE
        invoice = self._invoice(self.silva)
        window = self._send_window(invoice)
        self.assertEqual((window.mail_partner_ids, window.dispatch_cc, window.dispatch_bcc),
                         (self.silva_ana, RUI, f"{EVA}, {ARCHIVE}"))
        self.assertTrue(window.dispatch_shows_copies and window.dispatch_shares_mail)
        self.assertIn(f"Cc {RUI}", window.dispatch_reasons)
        with Form(self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        )) as form:
            self.assertEqual(form.mail_partner_ids.ids, self.silva_ana.ids, "as the web client shows it")
            self.assertEqual(form.dispatch_cc, RUI)
        window.write({"dispatch_cc": GENERAL, "dispatch_bcc": RUI})
        window.action_send_and_print()
        recipients = self._dispatches(invoice).recipient_ids
        self.assertEqual({(r.email, r.address_field, r.in_common) for r in recipients},
                         {(ANA, "to", True), (GENERAL, "cc", True), (RUI, "bcc", True)})
        self.assertTransactions((sorted([ANA, GENERAL, RUI]), [ANA], [GENERAL]))

    def test_window_says_what_was_sent_before(self):
        """What waits is replaced, what was sent goes once more; the first time there is nothing to say."""
        invoice = self._invoice(self.silva)
        self.assertFalse(self._send_window(invoice).dispatch_before)
        waiting = invoice._dispatch_create("manual")
        self.assertIn("replaces it", self._send_window(invoice).dispatch_before)
        self._deliver()
        self.assertEqual(waiting.state, "sent")
        self.assertIn("sent again", self._send_window(invoice).dispatch_before)

    def test_window_of_nobody_in_copy(self):
        window = self._send_window(self._invoice(self.nowak))
        self.assertFalse(window.dispatch_has_several)
        self.assertEqual((window.dispatch_cc, window.dispatch_bcc, window.dispatch_shows_copies), (False, False, False))

    def test_window_folds_who_is_always_in_bcc(self):
        """The company's own blind copy opens no lines; what the contacts say, or a person writes, does."""
        self.company.dispatch_bcc = ARCHIVE
        invoice = self._invoice(self.nowak)
        window = self._send_window(invoice)
        self.assertEqual((window.dispatch_bcc, window.dispatch_shows_copies), (ARCHIVE, False))
        with Form(self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=invoice.ids,
        )) as form:
            self.assertFalse(form.dispatch_shows_copies)
            form.dispatch_shows_copies = True
            form.dispatch_bcc = f"{ARCHIVE}, {EVA}"
        self.assertTrue(form.record.dispatch_shows_copies)
        window.action_send_and_print()
        self.assertIn(ARCHIVE, self._dispatches(invoice).recipient_ids.mapped("email"))

    def test_window_of_quotations(self):
        self.silva_rui.dispatch_cc_role_ids = self.types["quotation"].role_id
        order = self._order(self.silva)
        action = order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertEqual((composer.partner_ids, composer.dispatch_cc), (self.silva_ana, RUI))
        composer._action_send_mail()
        self.assertTransactions((sorted([ANA, RUI]), [ANA], [RUI]))

    def test_preview(self):
        rule = self._rule("Faturas", "invoice")
        self._invoice(self.silva)
        lines = rule._preview_going(self.env["account.move"].search([("partner_id", "=", self.silva.id)]))
        self.assertIn(f"Cc {RUI}", next(lines)["recipients"])
