"""Several invoices: all at once, one window after another, one mail for each customer."""

import itertools
import re

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools.mail import dsn
from .common import DispatchCase, new_user


class TestBatch(DispatchCase):
    def _window(self, moves, **vals):
        window = self._batch_window(moves, dispatch_grouping="all")  # as the window proposes it
        window.write(vals)
        return window

    def _batch(self, moves, **vals):
        """Send these, let the workers work; return the record of it."""
        action = self._window(moves, **vals).action_send_and_print()
        self.env["document.dispatch.delivery"]._deliver()
        return self.env["document.dispatch.batch"].browse(action["res_id"])

    def _invoices(self, partner, count):
        return self.env["account.move"].union(*(self._invoice(partner, 100.0 + n) for n in range(count)))

    # ------------------------------------------------------------------
    # All at once
    # ------------------------------------------------------------------

    def test_summary(self):
        gone = self._invoice(self.nowak)
        gone._dispatch_create("rule")
        self._deliver()
        excluded = self._invoice(self.nowak)
        excluded._dispatch_exclude("Entregue em mãos")
        moves = self._invoices(self.silva, 2) | self._invoice(self.papel) | self._invoice(self.mudo)
        window = self._window(moves | gone | excluded)
        self.assertEqual(window.dispatch_by_mail, "Documents: 2, customers: 1, addresses: 2")
        self.assertEqual(window.dispatch_on_paper, "Documents: 2 (e-mail refused: 1, no valid address: 1)")
        self.assertEqual(window.dispatch_went, f"1: {gone.name}")
        self.assertIn("Entregue em mãos", window.dispatch_stays)
        window.dispatch_again = True
        self.assertEqual(window.dispatch_by_mail, "Documents: 3, customers: 2, addresses: 3")

    def test_all_at_once(self):
        moves = self._invoices(self.silva, 2) | self._invoice(self.nowak) | self._invoice(self.papel)
        batch = self._batch(moves)
        self.assertEqual((batch.selected, batch.total, batch.sent, batch.on_paper, batch.problems, batch.running),
                         (4, 4, 3, 1, 0, False))
        self.assertEqual(batch.progress, 100)
        self.assertEqual(len(self.envelopes), 5)
        self.assertEqual(set(self._dispatches(moves).mapped("origin")), {"batch"})
        self.assertEqual(batch.user_id, self.env.user)

    def test_again_is_a_new_dispatch(self):
        invoice = self._invoice(self.nowak)
        self._batch(invoice | self._invoice(self.silva))
        self._batch(invoice | self._invoice(self.silva))
        self.assertEqual(len(self._dispatches(invoice)), 1)
        self._batch(invoice | self._invoice(self.silva), dispatch_again=True)
        first, second = self._dispatches(invoice)
        self.assertEqual((second.resend_of_id, second.state), (first, "sent"))

    def test_failed_ones_go_anew(self):
        self.smtp.handler.rcpt_replies["biuro@nowak.example.com"] = "550 no such user"
        invoice = self._invoice(self.nowak)
        batch = self._batch(invoice | self._invoice(self.silva))
        self.assertEqual((batch.problems, batch.sent), (1, 1))
        self.assertEqual(batch.with_context(dispatch_states=["failed"]).action_view_dispatches()["domain"][-1],
                         ("state", "in", ["failed"]))
        self.smtp.handler.clear()
        self._batch(invoice | self._invoice(self.silva))
        self.assertEqual(self._dispatches(invoice).mapped("state"), ["cancelled", "sent"])

    def test_progress_while_it_runs(self):
        with self._mail_server_down():
            batch = self._batch(self._invoices(self.nowak, 2) | self._invoice(self.papel))
        self.assertEqual((batch.waiting, batch.on_paper, batch.running), (2, 1, True))
        self.assertAlmostEqual(batch.progress, 100 / 3)

    def test_statements_do_not_grow(self):
        few, many = self._invoices(self.nowak, 2), self._invoices(self.silva, 12)
        counts = []
        for moves in (few, many):
            self._window(moves)  # warm
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            window = self._window(moves)
            window.summary_data, window.alerts, window.dispatch_by_mail  # noqa: B018 what the form reads
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 4, counts)

    def test_other_ways_stay_with_odoo(self):
        self.nowak.invoice_sending_method = "manual"
        mine, theirs = self._invoice(self.silva), self._invoice(self.nowak)
        batch = self._batch(mine | theirs)
        self.assertTrue(theirs.sending_data)
        self.assertIn(theirs.name, batch.left_out)
        self.assertFalse(self._dispatches(theirs))
        self.assertEqual(self._dispatches(mine).state, "sent")

    def test_one_left_for_odoo_that_goes_by_mail_too(self):
        """An e-invoice network beside e-mail: Odoo's window is opened for that one invoice alone."""
        window = self._window(self._invoice(self.nowak))
        self.assertFalse(window.alerts)
        nobody = self._window(self._invoice(self.mudo))
        self.assertNotIn("danger", {alert["level"] for alert in (nobody.alerts or {}).values()})

    def test_drafts_among_them(self):
        posted, draft = self._invoices(self.silva, 2), self._invoice(self.silva, post=False)
        action = (posted | draft).action_send_and_print()
        window = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(window.move_ids, posted)
        self.assertIn("1 that are not posted", window.dispatch_stays)
        with self.assertRaises(UserError):
            (draft | self._invoice(self.nowak, post=False)).action_send_and_print()

    def test_switched_off(self):
        moves = self._invoices(self.silva, 2)
        self.company.dispatch_mode = "off"
        with self.assertRaisesRegex(UserError, "turned off"):
            self._window(moves).action_send_and_print()

    def test_who_may_not_read_them(self):
        moves = self._invoices(self.silva, 2)
        clerk = new_user(self.company, "rafael", "sales_team.group_sale_salesman")
        moves.invoice_user_id = self.env.user
        with self.assertRaises(AccessError):
            self.env["account.move.send.batch.wizard"].with_user(clerk).create({
                "move_ids": [Command.set(moves.ids)], "dispatch_grouping": "all"}).action_send_and_print()
        with self.assertRaises(AccessError):
            self.env["account.move.send.wizard"].with_user(clerk).create({
                "move_id": moves[0].id}).action_send_and_print()
        self.assertEqual((self.envelopes, len(self._dispatches(moves))), ([], 0))
        batch = self._batch(moves)
        self.assertFalse(self.env["document.dispatch.batch"].with_user(clerk).search([]) & batch)

    # ------------------------------------------------------------------
    # One after another
    # ------------------------------------------------------------------

    def _opened(self, action):
        self.assertEqual(action["res_model"], "account.move.send.wizard")
        return self.env[action["res_model"]].with_context(**action["context"]).create({})

    def test_one_after_another(self):
        moves = self._invoices(self.nowak, 4)
        window = self._opened(self._window(moves, dispatch_grouping="each").action_send_and_print())
        batch = window.dispatch_batch_id
        self.assertEqual((window.move_id, window.dispatch_queue_label), (moves[0], "1 of 4"))
        window = self._opened(window.action_send_and_print())
        self.assertEqual((window.move_id, window.dispatch_queue_label), (moves[1], "2 of 4"))
        window = self._opened(window.action_dispatch_skip())
        moves[3].button_draft()
        action = window.action_dispatch_paper()
        self.assertEqual((action["res_model"], action["res_id"]), ("document.dispatch.batch", batch.id))
        self.assertEqual((batch.sent, batch.on_paper, batch.skipped, batch.running), (1, 1, 2, False))
        self.assertIn("not posted", batch.left_out)
        self.assertFalse(self._dispatches(moves[1]))

    def test_stop(self):
        moves = self._invoices(self.nowak, 3)
        window = self._opened(self._window(moves, dispatch_grouping="each").action_send_and_print())
        batch = window.dispatch_batch_id
        self._opened(window.action_send_and_print()).action_dispatch_stop()
        self.assertEqual((batch.sent, batch.running), (1, False))
        self.assertIn("Documents not reviewed: 2.", batch.left_out)
        self.assertEqual(len(self.envelopes), 1)

    # ------------------------------------------------------------------
    # One mail for each customer
    # ------------------------------------------------------------------

    def test_bundle(self):
        mine, theirs = self._invoices(self.silva, 3), self._invoices(self.nowak, 2)
        alone, paper = self._invoice(self.env["res.partner"].create({
            "name": "Dupont SARL", "email": "compta@dupont.example.com", "is_company": True,
        })), self._invoice(self.papel)
        batch = self._batch(mine | theirs | alone | paper, dispatch_grouping="bundle")
        self.assertCountEqual(self.envelopes, [
            "ana@silva.example.com", "rui@silva.example.com", "biuro@nowak.example.com", "compta@dupont.example.com"])
        self.assertEqual((batch.sent, batch.on_paper), (6, 1))
        self.assertEqual(set((mine | theirs | alone).mapped("dispatch_state")), {"sent"})
        self.assertTrue(all((mine | theirs).mapped("is_move_sent")))
        for dispatch in self._dispatches(mine):
            self.assertEqual({r.email: r.state for r in dispatch.recipient_ids},
                             {"ana@silva.example.com": "sent", "rui@silva.example.com": "sent"})
            self.assertEqual(len(dispatch.attachment_ids), 1, "each dispatch keeps its own file")
        mail = next(mail for mail in self.mails if "ana@" in mail["to"])
        names = [part.get_filename() for part in mail.iter_attachments()]
        self.assertEqual(len(names), 3)
        text = mail.get_body(("plain",)).get_content()
        for move in mine:
            self.assertIn(move.name, text)
            self.assertIn(move.name.replace("/", "_"), " ".join(names))
        for move in theirs:
            self.assertNotIn(move.name, text)
        single = next(mail for mail in self.mails if "compta@" in mail["to"])
        self.assertIn(f"Invoice {alone.name}", single["subject"], "one document has its own text")

    def test_bundle_within_the_size_limit(self):
        self.server.max_email_size = 0.05  # MB: two of these PDFs and their text, not three
        moves = self._invoices(self.nowak, 3)
        for move in moves:
            self.env["account.move.send"]._dispatch_make_files(move, self.types["invoice"].mail_template_id,
                                                               self.env["ir.actions.report"])
            move.invoice_pdf_report_id.sudo().raw = b"%PDF-1.4 " + move.name.encode() + b"x" * 12_000
        self._batch(moves, dispatch_grouping="bundle")
        subjects = [mail["subject"] for mail in self.mails]
        self.assertEqual(len(subjects), 2)
        self.assertRegex(subjects[0], r"\(1 of 2\)")
        self.assertRegex(subjects[1], r"\(2 of 2\)")
        self.assertEqual([len(list(mail.iter_attachments())) for mail in self.mails], [2, 1])
        self.assertEqual(set(moves.mapped("dispatch_state")), {"sent"})

    def test_bundle_one_address_refused(self):
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 no such user"
        moves = self._invoices(self.silva, 2)
        batch = self._batch(moves, dispatch_grouping="bundle")
        self.assertEqual(set(moves.mapped("dispatch_state")), {"partial"})
        self.assertEqual(batch.problems, 2)
        self.smtp.handler.clear()
        self._dispatches(moves)[1].action_retry()
        self.assertEqual(set(moves.mapped("dispatch_state")), {"sent"})
        self.assertEqual(self.envelopes, ["rui@silva.example.com"], "one mail, and to nobody who has it")

    def _partly_gone_bundle(self, **company):
        """Three invoices in one mail, which one reader has, and another will be tried again."""
        self.company.write(company)
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "452 4.2.2 mailbox full"
        moves = self._invoices(self.silva, 3)
        self._batch(moves, dispatch_grouping="bundle")
        self.smtp.handler.rcpt_replies.clear()
        dispatches = self._dispatches(moves)
        self.assertEqual(dispatches.recipient_ids.mapped("state"), ["sent", "deferred"] * 3)
        lead = dispatches.filtered("bundled_ids")
        self.smtp.handler.clear()
        return lead, lead._with_bundled()

    def _fates_of(self, dispatch):
        return {recipient.email.split("@")[0]: recipient.state for recipient in dispatch.recipient_ids}

    def test_bundle_partly_gone_and_one_withdrawn(self):
        """The mail as it was goes to nobody else: who has it keeps it, the rest is sent again without what changed."""
        def draft(dispatch):
            dispatch.move_id.button_draft()

        def cancel(dispatch):
            dispatch.move_id.button_cancel()

        def repost(dispatch):
            dispatch.move_id.button_draft()
            dispatch.move_id.action_post()

        def discard(dispatch):
            dispatch.action_cancel()

        def change_while_sending(dispatch):
            dispatch._bundle_main()._with_bundled()._set_state("sending")
            dispatch.move_id.button_draft()

        for number, withdraw, common in itertools.product(
            (0, -1), (draft, cancel, repost, discard, change_while_sending), (False, True),
        ):
            with self.subTest(number=number, withdraw=withdraw.__name__, common=common):
                lead, members = self._partly_gone_bundle(dispatch_readers="common" if common else "each")
                changed = members[number]
                rest = members - changed
                withdraw(changed)
                members.recipient_ids._with_system_write().next_try = False
                self._deliver()
                self.assertEqual(self.envelopes, [], "the old mail goes to nobody")
                self.assertEqual((changed.state, self._fates_of(changed)),
                                 ("sent", {"ana": "sent", "rui": "cancelled"}))
                for dispatch in rest:
                    self.assertEqual((dispatch.state, self._fates_of(dispatch)),
                                     ("partial", {"ana": "sent", "rui": "failed"}))
                    self.assertIn(f"mail contained {changed.document_name}, which was changed", dispatch.state_message)
                    self.assertIn("Send Again", dispatch.what_to_do)
                    self.assertTrue(dispatch.activity_id)
                    with self.assertRaisesRegex(UserError, changed.document_name):
                        dispatch.action_retry()
                again = rest[0]._resend(only={"rui@silva.example.com"})
                self._deliver()
                self.assertEqual((again.state, self.envelopes), ("sent", ["rui@silva.example.com"]))
                [mail] = self.mails
                self.assertEqual(len(list(mail.iter_attachments())), 1)

    def test_bundle_partly_gone_and_one_may_not_go_any_more(self):
        """Found out right before the mail server; once it may go again, so may the mail."""
        for number in (0, -1):
            with self.subTest(number=number):
                _lead, members = self._partly_gone_bundle()
                stays = members[number]
                stays.move_id.write({"state": "cancel"})  # as other modules do: nobody tells the dispatch
                members.recipient_ids._with_system_write().next_try = False
                self._deliver()
                self.assertEqual((self.envelopes, set(members.mapped("state"))), ([], {"partial"}))
                self.assertIn("not posted", stays.state_message)
                for dispatch in members - stays:
                    self.assertIn(f"Its e-mail contained {stays.document_name}", dispatch.state_message)
                stays.move_id.write({"state": "posted"})
                stays.action_retry()
                self.assertEqual((self.envelopes, set(members.mapped("state"))), (["rui@silva.example.com"], {"sent"}))

    def test_bundle_unknown_and_one_on_paper(self):
        """Printed is printed: what becomes known of the mail afterwards is said of the others."""
        for number in (0, -1):
            with self.subTest(number=number):
                lead, members = self._partly_gone_bundle()
                lead.recipient_ids[1]._set_state("sending", worker=424242)
                members._set_state("sending")
                lead.recipient_ids[1]._set_state("unknown", worker=False)
                members._conclude()
                printed = members[number]
                printed._to_paper("manual")
                rest = members - printed
                with self.assertRaisesRegex(UserError, printed.document_name):
                    rest[0].recipient_ids[1].action_send_again()
                rest[0].recipient_ids[1].action_arrived()
                self.assertEqual((printed.state, set(rest.mapped("state"))), ("paper", {"sent"}))
                self.assertEqual(printed.recipient_ids.mapped("state"), ["sent", "cancelled"])

    def test_what_changed_goes_as_it_was_to_nobody(self):
        """Also alone in its mail: who failed gets what is valid now."""
        self.smtp.handler.rcpt_replies["rui@silva.example.com"] = "550 no such user"
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        dispatch = self._dispatches(invoice)
        self.assertEqual(dispatch.state, "partial")
        invoice.button_draft()
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "was changed or withdrawn"):
            dispatch.action_retry()

    def test_bundle_server_down_and_one_withdrawn(self):
        moves = self._invoices(self.nowak, 3)
        with self._mail_server_down():
            self._batch(moves, dispatch_grouping="bundle")
        self.assertEqual(set(moves.mapped("dispatch_state")), {"queued"})
        lead = self._dispatches(moves).filtered("bundled_ids")
        lead._document().button_draft()
        rest = moves - lead._document()
        self._dispatches(rest).filtered("recipient_ids").recipient_ids._with_system_write().next_try = False
        self._deliver()
        self.assertEqual(set(rest.mapped("dispatch_state")), {"sent"})
        [mail] = self.mails
        names = " ".join(part.get_filename() for part in mail.iter_attachments())
        self.assertEqual(len(list(mail.iter_attachments())), 2)
        self.assertNotIn(lead.document_name.replace("/", "_"), names)
        self.assertNotIn(lead.document_name, mail.get_body(("plain",)).get_content())

    def test_bundle_one_may_not_go_any_more(self):
        """Found out right before the mail server, of the one that leads and of another: the rest is made anew."""
        for number in (0, -1):
            with self.subTest(number=number):
                self.smtp.handler.clear()
                moves = self._invoices(self.nowak, 3)
                with self._mail_server_down():
                    self._batch(moves, dispatch_grouping="bundle")
                lead = self._dispatches(moves).filtered("bundled_ids")
                stays = (lead | lead.bundled_ids)[number]
                stays.move_id.write({"state": "cancel"})  # as other modules do: nobody tells the dispatch
                self._dispatches(moves).recipient_ids._with_system_write().next_try = False
                self._deliver()
                self._deliver()
                self.assertEqual(stays.state, "failed")
                self.assertIn("not posted", stays.state_message)
                rest = moves - stays.move_id
                self.assertEqual(set(rest.mapped("dispatch_state")), {"sent"})
                [mail] = self.mails
                self.assertEqual(len(list(mail.iter_attachments())), 2)
                self.assertNotIn(stays.document_name, mail.get_body(("plain",)).get_content())

    def test_bundle_bounce_is_of_all(self):
        moves = self._invoices(self.nowak, 2)
        self._batch(moves, dispatch_grouping="bundle")
        recipients = self._dispatches(moves).recipient_ids
        self.assertEqual(len(set(recipients.mapped("message_id"))), 1)
        report = dsn.Report(
            (dsn.Fate(dsn.FAILED, "no such user", ("biuro@nowak.example.com",), explicit=True),),
            (tuple(recipients[:1].mapped("message_id")),),
        )
        recipients._find_reported(report)._receive_report(report)
        self.assertEqual(set(recipients.mapped("state")), {"bounced"})
        self.assertEqual(set(moves.mapped("dispatch_state")), {"failed"})

    def test_bundle_one_cannot_be_made(self):
        moves = self._invoices(self.nowak, 3)
        self.types["invoice"].mail_template_id.subject = (
            "{{ object.name if object.amount_total != 101 else object.no_such_field }}")
        self._batch(moves, dispatch_grouping="bundle")
        self.assertEqual(moves.mapped("dispatch_state"), ["sent", "failed", "sent"])
        [mail] = self.mails
        self.assertEqual(len(list(mail.iter_attachments())), 2)

    def test_bundle_in_his_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.nowak.lang = "pl_PL"
        template = self.env.ref("document_dispatch.template_invoices_bundle")
        template.with_context(lang="pl_PL").subject = "Dokumenty – {{ object.company_id.name }}"
        self._batch(self._invoices(self.nowak, 2), dispatch_grouping="bundle")
        self.assertEqual(self.mails[0]["subject"], "Dokumenty – Aurora Equipamentos Ltda")

    def test_bundle_rehearsed(self):
        self.company.write({"dispatch_rehearsal_email": "chefe@aurora.example.com", "dispatch_mode": "rehearse"})
        moves = self._invoices(self.silva, 2)
        self._batch(moves, dispatch_grouping="bundle")
        self.assertEqual(set(self.envelopes), {"chefe@aurora.example.com"})
        self.assertEqual(set(moves.mapped("dispatch_state")), {"rehearsed"})

    def test_bundle_without_a_text(self):
        self.types["invoice"].bundle_template_id = False
        with self.assertRaisesRegex(UserError, "no text for several"):
            self._window(self._invoices(self.silva, 2), dispatch_grouping="bundle").action_send_and_print()

    def test_resend_one_of_several(self):
        moves = self._invoices(self.nowak, 2)
        self._batch(moves, dispatch_grouping="bundle")
        dispatch = self._dispatches(moves)[1]._resend()
        self.assertEqual(dispatch.state, "sent")
        self.assertTrue(re.search(f"Invoice {re.escape(dispatch.document_name)}", self.mails[-1]["subject"]))
        self.assertEqual(len(list(self.mails[-1].iter_attachments())), 1)
