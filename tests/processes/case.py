"""Shared set-up: committed invoices, workers in processes of their own, and a server that counts."""

import multiprocessing
import os
import re
import time
import unittest
from collections import Counter
from pathlib import Path

import worker
from faulty_server import faulty_server
from worker import Stop, transaction

from odoo import fields

from dev.test import reliability

#: After so many seconds a test gives up whatever it waits for: a hang: a busy machine is only slow. Less than what
#: ends a test that is not heard of (bin/test), so that each says what it waited for.
PATIENCE = 240
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["worker"])


class FaultCase(unittest.TestCase):
    """Every worker that a test starts is ended with the test, by its own process id."""

    def setUp(self):
        self.smtp = faulty_server()
        self.smtp.start()
        self.addCleanup(self.smtp.stop)
        self.handler = self.smtp.handler
        with transaction() as env:
            env["res.company"].search([]).dispatch_readers = "each"
            env["ir.mail_server"].search([]).active = False
            env["ir.mail_server"].create({
                "name": "Loopback", "smtp_host": "127.0.0.1", "smtp_port": self.smtp.port,
                "smtp_encryption": "none", "smtp_authentication": "login", "smtp_user": "faturas", "smtp_pass": "right",
            })
        self.addCleanup(self._forget)

    def _forget(self):
        """Leave nothing that another test's worker could take."""
        with transaction() as env:
            for table in ("document_dispatch_recipient", "document_dispatch"):
                env.cr.execute(f"UPDATE {table} SET state = 'cancelled'")

    # ------------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------------

    def invoices(self, *addresses, count=1):
        """Commit invoices that wait for a worker with text and without files; return the ids of their dispatches."""
        with transaction() as env:
            partner = env["res.partner"].create({
                "name": "Silva & Filhos Comércio Ltda", "email": ", ".join(addresses or ["ana@silva.example.com"]),
            })
            moves = env["account.move"].create([{
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": fields.Date.today(),
                "invoice_line_ids": [fields.Command.create({"name": "Bomba", "price_unit": 1250.0, "tax_ids": []})],
            }] * count)
            moves.action_post()
            dispatches = moves._dispatch_create("rule")
            dispatches._with_system_write().write({
                "subject": "Fatura", "body": "<p>Segue a fatura.</p>", "content_ready": True,
                "email_from": "faturas@aurora.example.com", "reply_to": "faturas@aurora.example.com",
                "email_layout_xmlid": "mail.mail_notification_light",
            })
            return dispatches.ids

    # ------------------------------------------------------------------
    # Workers
    # ------------------------------------------------------------------

    def start(self, job=worker.deliver, *args):
        """Start a process that does this job."""
        process = PROCESSES.Process(target=job, args=args)
        process.start()
        self.addCleanup(self.kill, process)
        return process

    def kill(self, process):
        """kill -9"""
        process.kill()
        process.join(PATIENCE)

    def finish(self, process):
        """Wait until a worker has ended by itself, without an exception."""
        process.join(PATIENCE)
        print(end=".", flush=True)  # a test of many workers is heard of: it goes on
        self.assertEqual(process.exitcode, 0, "the worker failed or does not end")

    def deliver(self, *stops):
        """A worker does all there is."""
        self.finish(self.start(worker.deliver, *stops))

    def stop(self, *args, **kwargs):
        """A place where a worker stands still, see :class:`worker.Stop`."""
        return Stop(PROCESSES, *args, **kwargs)

    def await_(self, place):
        """Wait until a worker, or what it talks to, has come to this place, however busy the machine is."""
        self.assertTrue(place.wait(PATIENCE), f"the worker does not come here; last in its log:\n{self._read_log()}")

    def _read_log(self):
        """The last lines that workers wrote."""
        return "".join(Path(os.environ["DISPATCH_LOG"]).read_text(encoding="utf-8").splitlines(True)[-40:])

    def wait_until(self, condition):
        """Look again and again until it is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, "it never is")
            time.sleep(0.005)

    def make_due(self):
        """Let the time pass until the next try."""
        self.execute("UPDATE document_dispatch_recipient SET next_try = now() at time zone 'utc' - interval '1 s'"
                     " WHERE state = 'deferred'")

    def set_final_dot_timeout(self, seconds):
        with transaction() as env:
            env["ir.config_parameter"].set_param("document_dispatch.final_dot_timeout", seconds)
        if seconds:
            self.addCleanup(self.set_final_dot_timeout, False)

    def execute(self, query, *args):
        """Another transaction, committed at once."""
        with transaction() as env:
            env.cr.execute(query, args)

    # ------------------------------------------------------------------
    # What came of it
    # ------------------------------------------------------------------

    def fates(self, dispatch_id):
        """``{address: state}``"""
        with transaction() as env:
            return {r.email: r.state for r in env["document.dispatch"].browse(dispatch_id).recipient_ids}

    def move_id(self, dispatch_id):
        with transaction() as env:
            return env["document.dispatch"].browse(dispatch_id).move_id.id

    def assertDispatch(self, dispatch_id, state, dispatch_state=None, is_move_sent=None):
        """What the dispatch says, and what its invoice says."""
        self.assertDispatches([dispatch_id], state, dispatch_state, is_move_sent)

    def assertDispatches(self, dispatch_ids, state, dispatch_state=None, is_move_sent=None):
        """All these dispatches and their invoices say the same."""
        with transaction() as env:
            ends = Counter(
                (dispatch.state, dispatch.move_id.dispatch_state, dispatch.move_id.is_move_sent)
                for dispatch in env["document.dispatch"].browse(dispatch_ids)
            )
        is_move_sent = state == "sent" if is_move_sent is None else is_move_sent
        self.assertEqual(ends, {(state, dispatch_state or state, is_move_sent): len(dispatch_ids)})

    def fault_row(self, section, fault, dispatch_ids):
        """Write down what became of these dispatches under a fault, counted at the mail server.

        :return: to be called when the fault is over: it writes the end down, and compares the row with the page
        """
        found = self.count(dispatch_ids)
        row = reliability.Row(section, fault, end="", sees=self.seen(dispatch_ids), **found)

        def end():
            last = self.count(dispatch_ids)
            self.assertEqual((found["lost"], found["doubled"], last["lost"], last["doubled"]), (0, 0, 0, 0), fault)
            text = f"{last['arrived']}, lost {last['lost']}, doubled {last['doubled']}"
            whole = row._replace(end=text)
            if not reliability.note(whole):
                self.assertEqual(whole.line(), reliability.read().get((section, fault)), "doc/reliability.md")
        return end

    def count(self, dispatch_ids):
        """Count the mails of these dispatches: at the mail server, and by what the dispatches say of them."""
        with transaction() as env:
            recipients = env["document.dispatch"].browse(dispatch_ids).recipient_ids
            mails = [(
                r.dispatch_id.mail_message_id.message_id, r.email,
                # a document that could not be made has no mail to fail
                "failed" if r.dispatch_id.state == "failed" and r.state == "queued" else r.state,
            ) for r in recipients]
        # what is still on its way to the server is not counted among the arrived
        copies = [self.handler.copies[message_id, email] for message_id, email, _state in mails]
        states = Counter(state for _message_id, _email, state in mails)
        self.assertFalse(set(states) - {"queued", "deferred", "sent", "failed", "bounced", "unknown"}, "no end")
        return {
            "mails": len(mails), "arrived": sum(1 for count in copies if count),
            "lost": sum(1 for count, mail in zip(copies, mails, strict=True) if mail[2] == "sent" and not count),
            "doubled": sum(1 for count in copies if count > 1),
            "waiting": states["queued"] + states["deferred"], "failed": states["failed"] + states["bounced"],
            "unknown": states["unknown"],
        }

    def seen(self, dispatch_ids):
        """What the people see: of the documents, and of the accounts."""
        with transaction() as env:
            env = env(context={"lang": "en_US"})
            texts = []
            for dispatch in env["document.dispatch"].browse(dispatch_ids):
                states = dict(dispatch._fields["state"]._description_selection(env))
                troubled = dispatch.recipient_ids.filtered(
                    lambda r: r.state in ("failed", "bounced", "unknown", "deferred") and r.reply)
                said = {re.sub(r"INV[\w/]+|127\.0\.0\.1:\d+", "…", recipient._explain_reply()): True
                        for recipient in troubled}
                if dispatch.prepare_faults or dispatch.state == "failed" and not troubled:
                    words = dispatch.state_message.partition(" (")[0]
                    said = {words.removeprefix(f"{dispatch.recipient_ids[:1].email}: "): True}
                remarks = [r.remark.split(": ", 1)[1] for r in dispatch.recipient_ids if r.remark]
                texts.append(" ".join([f"*{states[dispatch.state]}*.", *said, *remarks]))
            accounts = env["ir.mail_server"].search([], order="id")
            for account in accounts:
                if account.dispatch_problem:
                    advice = account._dispatch_advice() or "the account is paused for some minutes."
                    texts.append(f"Administrator: {advice}")
                elif account.dispatch_unreached_since:
                    texts.append("Administrator: the account is unreachable.")
        return " ".join(dict.fromkeys(texts))

    def assertCopies(self, count):
        """So many mails arrived, and none of them twice."""
        self.assertEqual(len(self.handler.copies), count)
        self.assertEqual(set(self.handler.copies.values()) - {1}, set(), "doubled")

    def assertShownOnly(self, dispatch_id, copies):
        """Nobody knows if it arrived: later workers show it to a person, and leave it alone."""
        for _worker in range(2):
            self.deliver()
        self.assertEqual(set(self.fates(dispatch_id).values()), {"unknown"})
        self.assertDispatch(dispatch_id, "unknown", is_move_sent=False)
        self.assertCopies(copies)
