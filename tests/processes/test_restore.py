"""A real backup of the database, restored: what left the original meanwhile does not leave again."""

from collections import Counter
from datetime import timedelta

import worker
from case import FaultCase
from worker import transaction

from odoo import fields, sql_db

BACKUP, DUMPED = "_backup", "_dumped"
DOCUMENTS, PLANNED = 12, 3
LEFT_BEFORE = 4


class TestRestore(FaultCase):
    def setUp(self):
        super().setUp()
        with transaction() as env:
            env["document.dispatch.home"]._find() or env["document.dispatch.home"]._note()

    def test_restored_backup(self):
        """The backup is made in the middle, the original sends the rest; then the backup takes its place."""
        rows = self.invoices(count=DOCUMENTS)
        with transaction() as env:
            waiting = env["document.dispatch"].browse(rows[LEFT_BEFORE:]).recipient_ids
            waiting._with_system_write().next_try = fields.Datetime.now() + timedelta(days=5)
        self.deliver()
        self.assertCopies(LEFT_BEFORE)
        self.execute("UPDATE document_dispatch_recipient SET next_try = NULL")
        rule, unplanned = self.rule_and_invoices(count=PLANNED)
        self.back_up()
        self.plan(rule)
        self.deliver()
        self.assertCopies(DOCUMENTS + PLANNED)

        self.restore()
        self.plan(rule)
        self.two_workers()
        late = self.invoices()
        self.two_workers()
        self.assertCopies(DOCUMENTS + PLANNED)
        self.fault_row("A restored backup", "two thirds had left since, two workers and a rule run on it", rows)()
        self.assertEqual(self.ends(rows), {("sent", 1): LEFT_BEFORE, ("queued", 0): DOCUMENTS - LEFT_BEFORE})
        self.assertEqual(self.ends(late), {("queued", 0): 1})

        with transaction() as env:
            env["document.dispatch.home"].with_user(env.ref("base.user_admin"))._send_from_here("review")
        self.plan(rule)
        self.two_workers()
        self.assertCopies(DOCUMENTS + PLANNED)
        self.assertEqual(self.ends(rows), {("sent", 1): LEFT_BEFORE, ("review", 0): DOCUMENTS - LEFT_BEFORE})
        with transaction() as env:
            again = env["account.move"].browse(unplanned).dispatch_ids
            self.assertEqual(again.mapped("state"), ["review"] * PLANNED)
            env["document.dispatch"].browse(late).action_release()
        new = self.invoices()
        self.two_workers()
        self.assertDispatches([*late, *new], "sent")
        self.assertCopies(DOCUMENTS + PLANNED + 2)

    def test_what_changes_the_marks(self):
        """Reading a dump does, whichever server reads it; what administrators do to a living database does not."""
        with transaction() as env:
            before = env["document.dispatch.home"]._read_marks()
        with self.subTest("renamed"):
            sql_db.close_all()
            self.administer(
                f'ALTER DATABASE "{worker.DATABASE}" RENAME TO "{worker.DATABASE}{BACKUP}"',
                f'ALTER DATABASE "{worker.DATABASE}{BACKUP}" RENAME TO "{worker.DATABASE}"',
            )
            with transaction() as env:
                self.assertEqual(env["document.dispatch.home"]._read_marks(), before)
        with self.subTest("tables written anew"):
            with transaction() as env:
                env.cr.execute("CLUSTER document_dispatch_home USING document_dispatch_home_pkey")
            with transaction() as env:
                self.assertEqual(env["document.dispatch.home"]._read_marks(), before)
                self.assertFalse(env["document.dispatch.home"]._is_elsewhere())
        with self.subTest("read from a dump"):
            dumped = f"{worker.DATABASE}{DUMPED}"
            self.addCleanup(self.administer, f'DROP DATABASE IF EXISTS "{dumped}" WITH (FORCE)')
            self.administer(f'CREATE DATABASE "{dumped}" TEMPLATE template0')
            with sql_db.db_connect(dumped).cursor() as cr:
                # all that pg_restore does: it makes the tables anew
                cr.execute("CREATE TABLE document_dispatch_home (id integer)")
                cr.execute("SELECT 'document_dispatch_home'::regclass::oid::text")
                self.assertNotEqual(cr.fetchone()[0], before["table_oid"])
            sql_db.close_db(dumped)

    # ------------------------------------------------------------------

    def rule_and_invoices(self, count):
        """A rule, and invoices that it takes when it runs."""
        with transaction() as env:
            env.company.email = env.ref("base.user_admin").email = "faturas@aurora.example.com"
            partner = env["res.partner"].create({"name": "Nowak Sp. z o.o.", "email": "biuro@nowak.example.com"})
            rule = env["document.dispatch.rule"].create({
                "name": "Faturas", "active": True, "type_ids": env.ref("document_dispatch.type_invoice").ids,
                "partner_ids": partner.ids, "user_id": env.ref("base.user_admin").id,
                "report_mode_company": "none", "report_mode_foreign": "none",
            })
            moves = env["account.move"].create([{
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": fields.Date.today(),
                "invoice_line_ids": [(0, 0, {"name": "Bomba", "price_unit": 480.0, "tax_ids": []})],
            }] * count)
            moves.action_post()
            self.addCleanup(self.execute, "UPDATE document_dispatch_rule SET active = false WHERE id = %s", rule.id)
            return rule.id, moves.ids

    def plan(self, rule):
        """Let the scheduler come at the rule's time."""
        self.execute("UPDATE document_dispatch_rule SET next_run = now() AT TIME ZONE 'UTC' - interval '1 minute' "
                     "WHERE id = %s", rule)
        self.finish(self.start(worker.plan))

    def two_workers(self):
        for process in [self.start() for _worker in range(2)]:
            self.finish(process)

    def back_up(self):
        sql_db.close_all()
        self.administer(f'CREATE DATABASE "{worker.DATABASE}{BACKUP}" TEMPLATE "{worker.DATABASE}"')
        self.addCleanup(self.administer, f'DROP DATABASE IF EXISTS "{worker.DATABASE}{BACKUP}" WITH (FORCE)')

    def restore(self):
        """The backup stands under the name of the original, which is no more."""
        sql_db.close_all()
        self.administer(
            f'DROP DATABASE "{worker.DATABASE}" WITH (FORCE)',
            f'ALTER DATABASE "{worker.DATABASE}{BACKUP}" RENAME TO "{worker.DATABASE}"',
        )
        self.addCleanup(self._move_in)

    def _move_in(self):
        """For the other tests this is the database that sends."""
        with transaction() as env:
            env["document.dispatch.home"]._note()

    def administer(self, *statements):
        with sql_db.db_connect("postgres").cursor() as cr:
            cr._cnx.autocommit = True  # databases are made and renamed outside of transactions
            for statement in statements:
                cr.execute(statement)
            cr._cnx.autocommit = False
        sql_db.close_db("postgres")

    def ends(self, row_ids):
        """``{(state, tries): rows}``"""
        with transaction() as env:
            return Counter(
                (row.state, row.recipient_ids.tries) for row in env["document.dispatch"].browse(row_ids))
