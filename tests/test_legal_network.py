"""The legal channel comes first; a mail beside it is a copy and waits for it."""

import io
import logging
import time
from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError

from ..tools.pdf.library import PdfReader
from .hostile import letter
from .legal import GATE, LegalCase
from .sampling import LONG

_logger = logging.getLogger(__name__)


class TestNetwork(LegalCase):
    def test_accepted_then_mailed(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual((self.net.calls, self.envelopes), ([invoice.name], []))
        self.assertEqual(self._states(invoice), (["queued"], ["queued"]))
        self.assertEqual((invoice.is_move_sent, invoice.dispatch_state), (False, "queued"))
        self.assertIn("Toynet received it", self._network(invoice).what_happened)
        self.assertIn("every few minutes", self._network(invoice).what_next)
        self._deliver()
        self.assertEqual((self.net.calls, self.envelopes), ([invoice.name], []))
        self.net.answer(invoice, "accepted", "KS-7")
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))
        self.assertEqual((invoice.is_move_sent, invoice.dispatch_state), (True, "sent"))
        self.assertEqual((self.net.calls, self.envelopes), ([invoice.name], ["biuro@nowak.example.com"]))
        self.assertIn("KS-7", self._network(invoice).recipient_ids.reply)
        text = self.mails[0].get_body(("html",)).get_content()
        self.assertIn("copy for your files", text)
        self.assertIn("KS-7", text)

    def test_accepted_at_once(self):
        self.net.state = "accepted"
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))

    def test_rejected_waits_for_a_person_with_its_words(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.answer(invoice, "rejected", words="<p>NIP is <b>wrong</b></p>")
        self._deliver()
        self.assertEqual(self._states(invoice), (["failed"], ["review"]))
        for dispatch in self._dispatches(invoice):
            self.assertIn("NIP is wrong", dispatch.state_message.replace("*", ""))
        self.assertEqual((self.envelopes, invoice.is_move_sent), ([], False))
        self.assertTrue(self._network(invoice).activity_id)
        with self.assertRaisesRegex(UserError, "copy"):
            self._copy(invoice).action_release()

    def test_corrected_after_a_rejection(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.answer(invoice, "rejected", words="wrong")
        self._deliver()
        invoice.button_draft()
        self.net.answer(invoice, False)
        self.assertEqual(set(self._dispatches(invoice).mapped("state")), {"cancelled"})
        invoice.action_post()
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.answer(invoice, "accepted", "KS-8")
        self._deliver()
        self.assertEqual(len(self.net.calls), 2)
        self.assertEqual((self.envelopes, invoice.dispatch_state), (["biuro@nowak.example.com"], "sent"))

    def test_an_error_of_the_module_and_once_more(self):
        self.net.error = {"error_title": "No connection", "errors": ["gateway timeout"]}
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self._deliver()
        self.assertEqual(len(self.net.calls), 1)
        self.assertEqual(self._states(invoice), (["failed"], ["review"]))
        self.assertIn("gateway timeout", self._network(invoice).state_message)
        self.net.error, self.net.state = None, "accepted"
        self._network(invoice).action_retry()
        self._deliver()
        self.assertEqual(len(self.net.calls), 2)
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))

    def test_bare_words_of_a_module(self):
        self.net.error = "The partner is missing its endpoint."
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertIn("missing its endpoint", self._network(invoice).state_message)

    def test_a_fault_in_the_call_is_unknown(self):
        self.net.fault = RuntimeError("connection lost")
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self._deliver()
        self.assertEqual(len(self.net.calls), 1)
        self.assertEqual(self._states(invoice), (["unknown"], ["queued"]))
        # Odoo's status job finds it there
        self.net.answer(invoice, "accepted")
        self._deliver()
        self.assertEqual(len(self.net.calls), 1)
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))

    def test_a_person_has_an_unknown_one_called_again(self):
        self.net.fault = RuntimeError("connection lost")
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.fault, self.net.state = None, "accepted"
        self._network(invoice).recipient_ids.action_send_again()
        self._deliver()
        self.assertEqual(len(self.net.calls), 2)
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))

    def test_unknown_module(self):
        """Of a module without a gate nothing is known but that it returned without an error."""
        self.net.known = False
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))
        self.net.error = {"error_title": "no"}
        other = self._invoice(self.nowak)
        other._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._states(other), (["failed"], ["review"]))

    def test_a_network_that_is_gone_took_nothing(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self.net.strangers = (self.nowak.name,)
        self._deliver()
        self.assertEqual((self.net.calls, self._states(invoice)), ([], (["failed"], ["review"])))
        self.assertIn("No network", self._network(invoice).state_message)

    def test_what_was_planned_before_an_update(self):
        names = (self.nowak.name, self.papel.name)
        self.net.strangers = names
        invoice, other = self._invoice(self.nowak), self._invoice(self.papel)
        (invoice | other)._dispatch_create("rule")
        self.net.strangers = ()
        self._dispatches(invoice | other)._put_networks_first()
        self.assertEqual(self._states(invoice), (["queued"], ["queued"]))
        self.assertEqual(self._states(other), (["queued"], ["queued"]))
        self.net.state = "accepted"
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))
        self.assertEqual(self._states(other), (["sent"], ["paper"]))

    def test_no_network_no_change(self):
        self.net.strangers = (self.nowak.name,)
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertFalse(self._network(invoice))
        self.assertEqual((self.net.calls, len(self.envelopes)), ([], 1))
        self.assertNotIn("copy for your files", self.mails[0].get_body(("html",)).get_content())

    def test_rehearsal_calls_nobody(self):
        self.company.write({"dispatch_mode": "rehearse", "dispatch_rehearsal_email": "chefe@aurora.example.com"})
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual((self.net.calls, self.envelopes), ([], ["chefe@aurora.example.com"]))
        self._send_window(invoice).action_send_and_print()
        self.assertEqual(self.net.calls, [])

    # ------------------------------------------------------------------
    # Paper, review, switches
    # ------------------------------------------------------------------

    def test_paper_waits_too(self):
        invoice = self._invoice(self.papel)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._states(invoice), (["queued"], ["queued"]))
        self.net.answer(invoice, "accepted")
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["paper"]))

    def test_paper_says_that_it_is_a_copy(self):
        page = letter("Invoice")
        self.net.state = "accepted"
        invoice = self._invoice(self.papel)
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.strangers = (self.mudo.name,)
        plain = self._invoice(self.mudo)
        plain._dispatch_create("rule")
        own = self.env["ir.attachment"].create({
            "name": "invoice.pdf", "raw": page, "mimetype": "application/pdf"})
        self.patch(self.env.registry["account.move"], "_dispatch_make_files",
                   lambda moves, template, report: dict.fromkeys(moves, own))
        dispatches = self._copy(invoice) | self._dispatches(plain)
        self.assertEqual(set(dispatches.mapped("state")), {"paper"})
        texts = [PdfReader(io.BytesIO(files.raw)).pages[0].extract_text() for dispatch in dispatches
                 for files in self.env["document.dispatch.printer"]._prepare_files(dispatch).values()]
        self.assertIn("COPY", texts[0])
        self.assertNotIn("COPY", texts[1])
        self.assertEqual(own.raw, page)

    def test_review_is_released_as_one(self):
        for released in ("network", "copy"):
            with self.subTest(released=released):
                self.net.reset()
                invoice = self._invoice(self.nowak)
                invoice._dispatch_create("rule", state="review")
                self._deliver()
                self.assertEqual((self.net.calls, self._states(invoice)), ([], (["review"], ["review"])))
                self.net.state = "accepted"
                (self._network(invoice) if released == "network" else self._copy(invoice)).action_release()
                self._deliver()
                self.assertEqual(self._states(invoice), (["sent"], ["sent"]))

    def test_a_rule_with_review_has_the_network_reviewed_also_beside_paper(self):
        self._rule("Night", "invoice", trigger="schedule", delivery="review")
        invoice = self._invoice(self.papel)
        self._plan()
        self._deliver()
        self.assertEqual((self.net.calls, self._states(invoice)), ([], (["review"], ["queued"])))
        self.net.state = "accepted"
        self._network(invoice).action_release()
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["paper"]))

    def test_a_company_may_mail_before(self):
        self.company.dispatch_mail_before = True
        invoice, other = self._invoice(self.nowak), self._invoice(self.papel)
        (invoice | other)._dispatch_create("rule")
        self._deliver()
        self.assertEqual(self._states(invoice), (["queued"], ["sent"]))
        self.assertEqual(self._states(other), (["queued"], ["paper"]))
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("queued", False))
        self.net.answer(invoice, "rejected", words="no")
        self._deliver()
        self.assertEqual(self._states(invoice), (["failed"], ["sent"]))
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("failed", False))
        self.net.answer(other, "accepted")
        self._deliver()
        self.assertEqual((other.dispatch_state, other.is_move_sent), ("sent", True))

    def test_the_network_is_given_up_after_the_copy_went(self):
        """A copy alone is nothing that was reached: the invoice says that it is not sent any more."""
        self.company.dispatch_mail_before = True
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self.net.answer(invoice, "rejected", words="no")
        self._deliver()
        self._network(invoice).action_cancel()
        self.assertEqual(self._states(invoice), (["cancelled"], ["sent"]))
        self.assertEqual((invoice.dispatch_state, invoice.is_move_sent), ("excluded", False))

    def test_somebody_is_told_after_a_while(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        network = self._network(invoice)
        self.assertFalse(network.activity_id)
        network._with_system_write().network_date = fields.Datetime.now() - timedelta(hours=25)
        self._deliver()
        self.assertTrue(network.activity_id)
        self.net.answer(invoice, "accepted")
        self._deliver()
        self.assertFalse(network.activity_id)

    def test_what_a_network_has_is_not_discarded(self):
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        with self.assertRaisesRegex(UserError, "handed over to the network"):
            self._network(invoice).action_cancel()
        invoice._dispatch_exclude("asked by phone")
        self.assertEqual(self._states(invoice), (["queued"], ["cancelled"]))

    # ------------------------------------------------------------------
    # Core's own roads
    # ------------------------------------------------------------------

    def test_window_hands_over_and_the_mail_waits(self):
        invoice = self._invoice(self.nowak)
        self._send_window(invoice).action_send_and_print()
        self.assertEqual((self.net.calls, self.envelopes), ([invoice.name], []))
        self.assertFalse(invoice.is_move_sent)
        self.assertEqual(self._states(invoice), (["queued"], ["queued"]))
        self.net.answer(invoice, "accepted", "KS-9")
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["sent"]))
        self.assertEqual((len(self.net.calls), invoice.is_move_sent), (1, True))
        self.assertIn("KS-9", self.mails[0].get_body(("html",)).get_content())

    def test_window_error_is_the_persons(self):
        self.net.error = {"error_title": "Not today"}
        with self.assertRaisesRegex(UserError, "Not today"):
            self._send_window(self._invoice(self.nowak)).action_send_and_print()
        self.assertEqual(self.envelopes, [])

    def test_cores_scheduler_leaves_it_to_the_worker(self):
        moves = self._invoice(self.nowak) | self._invoice(self.nowak)
        moves.sending_data = {"author_user_id": self.env.uid, "author_partner_id": self.env.user.partner_id.id}
        self.env["account.move.send"]._generate_and_send_invoices(moves, from_cron=True)
        self.assertEqual((self.net.calls, moves.mapped("sending_data")), ([], [False, False]))
        self.assertEqual(set(self._network(moves).mapped("origin")), {"core"})
        self._deliver()
        self.assertEqual((sorted(self.net.calls), self.envelopes), (sorted(moves.mapped("name")), []))
        for move in moves:
            self.net.answer(move, "accepted")
        self._deliver()
        self.assertEqual(set(self._dispatches(moves).mapped("state")), {"sent"})

    def test_a_rule_plans_both_and_the_preview_says_so(self):
        rule = self._rule("Night", "invoice", trigger="schedule")
        invoice = self._invoice(self.nowak)
        lines, _count = rule._preview()
        [line] = [line for line in lines if line["res_id"] == invoice.id]
        self.assertIn("Toynet", line["reason"])
        self._plan()
        self.assertEqual(self._states(invoice), (["queued"], ["queued"]))
        self._plan()
        self.assertEqual(len(self._dispatches(invoice)), 2)

    def test_who_downloads_gets_no_copy(self):
        self.nowak.invoice_sending_method = "manual"
        self._rule("Night", "invoice", trigger="schedule")
        invoice = self._invoice(self.nowak)
        self._plan()
        self.net.state = "accepted"
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], []))
        self.assertEqual((len(self.net.calls), self.envelopes, invoice.dispatch_state), (1, [], "sent"))

    def test_a_person_sends_a_copy_to_who_downloads(self):
        self.nowak.invoice_sending_method = "manual"
        self.net.state = "accepted"
        for on_paper in (False, True):
            invoice = self._invoice(self.nowak)
            if on_paper:
                invoice._dispatch_to_paper()
            else:
                invoice._dispatch_send_now("manual")
            self._deliver()
            network, copy = self._network(invoice), self._copy(invoice)
            self.assertEqual((network.state, copy.after_id), ("sent", network))
            self.assertEqual((copy.channel, copy.state), ("paper", "paper") if on_paper else ("email", "sent"))

    def test_a_person_puts_a_copy_on_paper(self):
        invoice, refused = self._invoice(self.nowak), self._invoice(self.nowak)
        (invoice | refused)._dispatch_create("rule")
        self._deliver()
        self._copy(invoice).action_to_paper()
        self.assertEqual((self._copy(invoice).channel, self._copy(invoice).state), ("paper", "queued"))
        self.net.answer(invoice, "accepted")
        self.net.answer(refused, "rejected", words="no")
        self._deliver()
        self.assertEqual(self._states(invoice), (["sent"], ["paper"]))
        with self.assertRaisesRegex(UserError, "copy"):
            self._copy(refused).action_to_paper()

    def test_several_at_once(self):
        moves = self._invoice(self.nowak) | self._invoice(self.silva)
        self.net.state = "accepted"
        dispatches = moves._dispatch_send_now("batch")
        dispatches._deliver_soon()
        self._deliver()
        self.assertEqual(set(self._dispatches(moves).mapped("state")), {"sent"})
        self.assertEqual(len(self.envelopes), 3)

    def test_sent_again_is_a_copy_and_calls_nobody(self):
        self.net.state = "accepted"
        invoice = self._invoice(self.nowak)
        invoice._dispatch_create("rule")
        self._deliver()
        self._send_window(invoice).action_send_and_print()
        self._deliver()
        self.assertEqual((len(self.net.calls), len(self.envelopes)), (1, 2))
        self.assertEqual(len(self._network(invoice)), 1)
        self.assertEqual(set(self._copy(invoice).after_id), {self._network(invoice)})

    def test_nothing_is_committed_while_files_are_made(self):
        seen = []
        send = self.env.registry["account.move.send"]
        generate = send._generate_invoice_documents

        def watched(records, data, **kwargs):
            seen.append((records._can_commit(), {key for of_move in data.values() for key in of_move["extra_edis"]}))
            return generate(records, data, **kwargs)

        self.patch(send, "_generate_invoice_documents", watched)
        invoice = self._invoice(self.nowak)
        self.env["account.move.send"]._dispatch_make_files(
            invoice, self.types["invoice"].mail_template_id, self.env["ir.actions.report"])
        self.assertEqual((seen, self.net.calls), ([(False, set())], []))

    def test_a_night_of_mixed_invoices(self):
        """Nothing is sent that its legal channel did not accept, and the report adds up."""
        count = 1000 if LONG else 40
        self.papel.invoice_sending_method = "email"
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "s@stranger.example.com"})
        download = self.env["res.partner"].create({"name": "Download", "invoice_sending_method": "manual"})
        alone = self.env["res.partner"].create({"name": "Alone", "invoice_sending_method": "manual"})
        tray = self.env["res.partner"].create({"name": "Tray", "email": "t@tray.example.com"})
        only = self.env["res.partner"].create({"name": "Only", "email": "o@only.example.com"})
        role = self.types["invoice"].role_id
        for customer, channel in ((tray, "paper"), (only, "network")):
            customer.dispatch_preference_ids = [fields.Command.create({"role_id": role.id, "channel": channel})]
        self.net.strangers = (stranger.name, alone.name, tray.name)
        self._rule("Night", "invoice", trigger="schedule")
        customers = (self.nowak, self.papel, stranger, download, alone, tray, only)
        begin = time.monotonic()
        moves = self.env["account.move"].union(*(
            self._invoice(customers[number % len(customers)]) for number in range(count)))
        self._plan()
        self._deliver()
        answers = ("accepted", "rejected", "sent")
        legal = moves.filtered(lambda move: move.partner_id not in (stranger, alone, tray))
        for number, move in enumerate(legal):
            self.net.answer(move, answers[number % 3], f"NET-{number}", "no")
        self._deliver()
        self._deliver()
        self.assertEqual(sorted(self.net.calls), sorted(legal.mapped("name")))
        accepted = legal.filtered(lambda move: move.invoice_source_email == "accepted")
        mailed = moves.filtered(lambda move: move.partner_id == stranger)
        self.assertEqual(moves.filtered(lambda move: move.dispatch_state == "sent"), accepted | mailed)
        self.assertEqual(moves.filtered("is_move_sent"), accepted | mailed)
        self.assertFalse(self._copy(moves.filtered(lambda move: move.partner_id in (only, download))))
        for move in legal - accepted:
            self.assertFalse(self._copy(move).filtered(lambda copy: copy.state in ("sent", "paper", "printed")))
        self.env.flush_all()
        report = Counter(dict(self.env["document.dispatch.report"]._read_group(
            [("res_model", "=", "account.move"), ("res_id", "in", moves.ids)], ["outcome"], ["__count"])))
        self.assertEqual((report.total(), report["sent"]), (count, len(accepted | mailed)), report)
        for outcome, customer in (("open", alone), ("tray", tray)):  # who downloads, and no network takes it
            self.assertEqual(report[outcome], len(moves.filtered(lambda move, one=customer: move.partner_id == one)))
        _logger.info("%s invoices in %.0f s: %s; %s calls, %s mails", count, time.monotonic() - begin, dict(report),
                     len(self.net.calls), len(self.envelopes))

    # ------------------------------------------------------------------
    # What people are told before anything goes
    # ------------------------------------------------------------------

    def test_customers_whom_no_network_reaches(self):
        health, setup = self.env["document.dispatch.health"], self.env["document.dispatch.setup"]
        belgium = self.env.ref("base.be")
        self.company.country_id = belgium
        (self.silva | self.nowak).write({"country_id": belgium.id, "customer_rank": 1})
        # a field that every partner has stands for the network's
        gate = GATE._replace(reachable=("ref", "valid"), ready=("email", (self.company.email,)))
        self.silva.ref = "valid"
        with patch.object(self.env.registry["account.move"], "_dispatch_gates", lambda moves: [gate]):
            words = health._explain_without_network(self.company)
            self.assertIn("Customers in Belgium who cannot receive a legal invoice by e-mail alone: 1.", words)
            self.assertIn(words, health._get_problems())
            self.assertEqual(setup._look_at_contacts(self.company)[0], False)
            self.company.country_id = self.env.ref("base.br")
            self.assertEqual(health._explain_without_network(self.company), "")

    def test_the_question_on_the_page_leans_on_no_consent_where_none_is_asked(self):
        for code, day, expected in (
            ("be", date(2026, 11, 30), "no consent is needed"), ("at", date(2026, 11, 30), "article 232"),
            ("fr", date(2026, 8, 31), "article 232"), ("fr", date(2026, 9, 1), "no consent is needed"),
        ):
            today = patch.object(fields.Date, "context_today", lambda *args, day=day: day)
            with self.subTest(country=code, day=day), today:
                self.company.country_id = self.env.ref(f"base.{code}")
                self.assertIn(expected, self.company._dispatch_consent_question())
