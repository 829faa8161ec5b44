"""A restored backup, or another copy of the database: nothing leaves until a manager says what it is."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import Form

from .test_access import AccessCase

MARKS = ("database_oid", "table_oid", "cluster", "uuid")
MIGRATION = Path(__file__).parents[1] / "migrations/19.0.1.2.0/post-copies.py"


class CopyCase(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("marta", "document_dispatch.group_dispatch_manager", "Marta Reis")
        cls.home = cls.env["document.dispatch.home"]
        cls.noted = cls.home._note()
        # it was used before: a copy of a database that never sent anything needs no question
        cls._order(cls.silva)._dispatch_create("manual", state="review")

    def _move_away(self, *marks):
        """Let the noted database be another one, as it is after a restore."""
        self.noted.write(dict.fromkeys(marks or ("database_oid", "table_oid"), "1"))

    def _page(self, user=None):
        return self.env["document.dispatch.overview"].with_user(user or self.manager).create({})

    def _window(self, answer="here", user=None):
        action = self._page(user).action_send_from_here() if answer == "here" else self._page(user).action_is_copy()
        return self.env[action["res_model"]].with_user(user or self.manager).browse(action["res_id"])

    def _send_from_here(self, choice, user=None):
        window = self._window(user=user)
        with Form(window) as form:
            form.choice = choice
        window.action_confirm()
        return window

    def _create_as_rpc(self, user, model, vals):
        return call_kw(self.env[model].with_user(user), "create", [[vals]], {})

    def _posted(self, *documents):
        """``{id of the document: states of its rows}``"""
        return {document.id: self._dispatches(document).mapped("state") for document in documents}


class TestIdentity(CopyCase):
    def test_noted_at_installation(self):
        first = self.home.search([], order="id", limit=1)
        self.assertNotEqual(first, self.noted)
        self.assertEqual(first.read(MARKS)[0] | {"id": 0}, self.noted.read(MARKS)[0] | {"id": 0})
        self.assertTrue(all(self.noted[mark] for mark in MARKS), "a server of one's own tells all of them")
        self.assertFalse(self.home._is_elsewhere())

    def test_every_mark_by_itself(self):
        for mark in MARKS:
            with self.subTest(mark=mark):
                before = self.noted[mark]
                self._move_away(mark)
                self.assertTrue(self.home._is_elsewhere())
                self.noted[mark] = before

    def test_uuid_as_it_stands_in_the_database(self):
        """The cache of a server that ran on while its database was restored is not asked."""
        parameter = self.env["ir.config_parameter"].search([("key", "=", "database.uuid")])
        self.env["ir.config_parameter"].get_param("database.uuid")
        self.env.cr.execute("UPDATE ir_config_parameter SET value = 'new' WHERE id = %s", [parameter.id])
        self.env.invalidate_all()
        self.assertTrue(self.home._is_elsewhere())

    def test_server_that_does_not_tell_its_cluster(self):
        """As managed servers: the others still say enough, and the transaction goes on."""
        self.env.cr.execute("""
            REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;
            CREATE ROLE dispatch_plain;
            SET LOCAL ROLE dispatch_plain
        """)
        cluster = self.home._read_cluster()
        self.env.cr.execute("RESET ROLE")
        self.assertFalse(cluster)
        self.patch(type(self.home), "_read_cluster", lambda self: False)
        self.assertFalse(self.home._is_elsewhere(), "known before, not told now: that says nothing")
        self._move_away("table_oid")
        self.assertTrue(self.home._is_elsewhere())

    def test_table_written_anew_is_the_same(self):
        self.env.cr.execute("CLUSTER document_dispatch_home USING document_dispatch_home_pkey")
        self.assertFalse(self.home._is_elsewhere())

    def test_neutralised_copy_is_not_asked(self):
        self._move_away()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.assertFalse(self.home._is_elsewhere())

    def test_update_of_a_version_that_noted_none(self):
        """The update notes it and does not ask; at the second time it leaves what is noted alone."""
        self.home.search([]).sudo().unlink()
        self.assertFalse(self.home._is_elsewhere())
        spec = spec_from_file_location("post_copies", MIGRATION)
        spec.loader.exec_module(migration := module_from_spec(spec))
        for _update in range(2):
            migration.migrate(self.env.cr, "19.0.1.1.0")
            self.assertEqual(len(self.home.search([])), 1)
        self.assertFalse(self.home._is_elsewhere())
        self.home._find().database_oid = "1"
        migration.migrate(self.env.cr, "19.0.1.1.0")
        self.assertTrue(self.home._is_elsewhere())


class TestUnused(AccessCase):
    """A copy of a database that never sent anything can send nothing twice: nobody is asked."""

    def setUp(self):
        super().setUp()
        self.home = self.env["document.dispatch.home"]
        self.env["document.dispatch.rule"].search([]).active = False
        self.assertFalse(self.env["document.dispatch"].search_count([]))
        self.home._find().database_oid = "1"
        self.assertTrue(self.home._is_another())
        self.assertFalse(self.home._is_elsewhere())

    def test_first_document(self):
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("manual")
        self._deliver()
        self.assertEqual(self._dispatches(invoice).state, "sent")
        self.assertFalse(self.home._is_another(), "from now on it is this one")

    def test_first_rule(self):
        self._rule("Faturas do dia", "invoice")
        self.assertFalse(self.home._is_another())
        self.home._find().database_oid = "1"
        self.assertTrue(self.home._is_elsewhere(), "a copy with a rule asks")

    def test_queue_of_core(self):
        self._invoice(self.silva).sending_data = {"sending_methods": ["email"]}
        self.assertTrue(self.home._is_elsewhere())


class TestHeld(CopyCase):
    """Whatever the road: it waits, it costs no try, and it is not lost."""

    def test_worker(self):
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._move_away()
        self._deliver()
        self._run_cron("deliver")
        recipients = self._dispatches(invoice).recipient_ids
        self.assertEqual((self.envelopes, set(recipients.mapped("state"))), ([], {"queued"}))
        self.assertEqual(set(recipients.mapped("tries")), {0})

    def test_planner(self):
        rule = self._rule("Faturas do dia", "invoice")
        invoice = self._invoice(self.nowak)
        self._move_away()
        rule.next_run = rule.next_run.replace(year=2020)
        self._run_cron("plan")
        self.assertFalse(self._dispatches(invoice))
        self.assertEqual(rule.next_run.year, 2020, "it is still due")
        with self.assertRaisesRegex(UserError, "looks like a copy"):
            rule.with_user(self.manager).action_run()

    def test_rule_on_posting(self):
        self._rule("Ao lançar", "invoice", trigger="post")
        self._move_away()
        invoice = self._invoice(self.nowak)
        self.assertFalse(self._dispatches(invoice))
        self._send_from_here("send")
        self._plan()
        self._deliver()
        self.assertEqual(self._dispatches(invoice).state, "sent")

    def test_window_of_core(self):
        self._move_away()
        invoice = self._invoice(self.nowak)
        self._send_window(invoice).action_send_and_print()
        self.assertEqual((self.envelopes, self._dispatches(invoice).state), ([], "queued"))

    def test_scheduler_of_core(self):
        self._move_away()
        invoice = self._invoice(self.nowak)
        invoice.sending_data = {"sending_methods": ["email"], "author_user_id": self.env.uid,
                                "author_partner_id": self.env.user.partner_id.id}
        with self.enter_registry_test_mode():
            self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertEqual((self.envelopes, self._dispatches(invoice).state), ([], "queued"))

    def test_released_and_tried_again_by_a_person(self):
        review, failed = self._invoice(self.nowak), self._invoice(self.nowak)
        (review | failed)._dispatch_create("rule", state="review")
        row = self._dispatches(failed)
        row._set_state("failed", "no text")
        self._move_away()
        self._dispatches(review).with_user(self.manager).action_release()
        row.with_user(self.manager).action_retry()
        self.assertEqual(self.envelopes, [])
        self.assertEqual(self._posted(review, failed), {review.id: ["queued"], failed.id: ["queued"]})


class TestQuestion(CopyCase):
    def test_overview(self):
        self.assertFalse(self._page().looks_like_copy)
        self._move_away()
        for user in (self.manager, self.clerk):
            page = self._page(user)
            self.assertTrue(page.looks_like_copy)
            self.assertTrue(page.problems.startswith("This looks like a copy"))
        views = [self._page(user).get_view(view_type="form")["arch"] for user in (self.manager, self.clerk)]
        self.assertEqual(["action_send_from_here" in view for view in views], [True, False])

    def test_managers_get_one_activity(self):
        self._move_away()
        for _run in range(2):
            self._run_cron("plan")
        activities = self.company.partner_id.activity_ids.filtered(lambda a: a.user_id == self.manager)
        self.assertEqual(len(activities), 1)
        self.assertIn("looks like a copy", activities.note)

    def test_only_managers_answer(self):
        self._move_away()
        window = self._window()
        for user in (self.clerk, self.seller):
            page = self._page(user)
            for method in ("action_send_from_here", "action_is_copy"):
                with self.subTest(method=method), self.assertRaises(AccessError):
                    self._as_rpc(user, page, method)
            with self.assertRaises(AccessError):
                self._as_rpc(user, window, "action_confirm")
            with self.assertRaises(AccessError):
                self._create_as_rpc(user, "document.dispatch.copy", {"answer": "here"})
        self.assertTrue(self.home._is_elsewhere())

    def test_nobody_writes_the_identity(self):
        system = self._user("root2", "base.group_system,document_dispatch.group_dispatch_manager", "Otto Reis")
        for user in (self.clerk, self.manager, system):
            for method, arguments in (("write", [{"database_oid": "1"}]), ("unlink", [])):
                with self.subTest(method=method), self.assertRaises(AccessError):
                    self._as_rpc(user, self.noted, method, *arguments)
            with self.assertRaises(AccessError):
                self._create_as_rpc(user, "document.dispatch.home", {})
        for method in ("_note", "_send_from_here", "_declare_copy", "_begin"):
            with self.assertRaises(AccessError):
                call_kw(self.home.with_user(system), method, [[]], {})

    def test_answered_once(self):
        """A window that stayed open withdraws nothing later."""
        self._move_away()
        first, second = self._window(), self._window()
        first.action_confirm()
        second.choice = "cancel"
        with self.assertRaisesRegex(UserError, "already decided"):
            second.action_confirm()
        self.assertTrue(self.noted.left_date)

    def test_no_question_no_answer(self):
        window = self.env["document.dispatch.copy"].with_user(self.manager).create({"answer": "here"})
        with self.assertRaisesRegex(UserError, "already decided"):
            window.action_confirm()


class TestSendFromHere(CopyCase):
    """What waited may have gone since the backup, and what the rules would take, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("Faturas do dia", "invoice", domain="[('ref', '=', 'rule')]")
        cls.waiting, cls.fresh = cls._invoice(cls.silva), cls._invoice(cls.silva)
        cls.waiting._dispatch_create("rule")
        cls.fresh._dispatch_create("rule")
        cls.env["document.dispatch.content"]._prepare(cls.waiting.dispatch_ids)
        cls.eligible = cls._invoice(cls.nowak, ref="rule")

    def _work(self):
        self._plan()
        self._deliver()
        self.env.invalidate_all()

    def test_how_many(self):
        self._move_away()
        window = self._window()
        self.assertEqual((window.waiting_count, window.planned_count, window.choice), (2, 1, "review"))

    def test_queue_of_core(self):
        """What Odoo's own process had not begun yet: it comes here first, and is asked about with the others."""
        invoice = self._invoice(self.nowak)
        invoice.sending_data = {"author_user_id": self.env.uid, "author_partner_id": self.env.user.partner_id.id}
        self._move_away()
        self.assertEqual(self._window().core_count, 1)
        job = self.env.ref("account.ir_cron_account_move_send")
        self.assertTrue(self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)]))
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        window = self._window()
        self.assertEqual((window.core_count, window.waiting_count), (0, 3))
        self._send_from_here("review")
        self._work()
        self.assertEqual((self.envelopes, self._dispatches(invoice).state), ([], "review"))

    def test_review(self):
        self._move_away()
        self._send_from_here("review")
        self._work()
        documents = (self.waiting, self.fresh, self.eligible)
        self.assertEqual((self.envelopes, self.home._is_elsewhere()), ([], False))
        self.assertEqual(self._posted(*documents), {document.id: ["review"] for document in documents})
        rows = self._dispatches(self.waiting | self.fresh | self.eligible)
        self.assertEqual(set(rows.mapped("frozen")), {False})
        self.assertEqual(set(rows.mapped("content_ready")), {True}, "made by the worker, to be looked at")
        self.assertIn("backup", rows[0].state_message)
        row = self._dispatches(self.waiting)
        row.with_user(self.manager).write({"subject": "Fatura, outra vez"})
        rows.with_user(self.manager).action_release()
        self._work()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(len(self.mails), 5)
        self.assertIn("Fatura, outra vez", {mail["Subject"] for mail in self.mails})

    def test_send(self):
        self._move_away()
        self._send_from_here("send")
        self._work()
        self.assertEqual(set(self._dispatches(self.waiting | self.fresh | self.eligible).mapped("state")), {"sent"})

    def test_discard(self):
        self._move_away()
        self._send_from_here("cancel")
        self._work()
        documents = self.waiting | self.fresh | self.eligible
        self.assertEqual(self.envelopes, [])
        self.assertEqual(set(self._dispatches(documents).mapped("state")), {"cancelled"})
        self.assertEqual(set(documents.mapped("dispatch_mark")), {"excluded"})

    def test_gone_in_part(self):
        """One has it for certain: for the others a person decides address by address."""
        row = self._dispatches(self.waiting)
        ana, rui = row.recipient_ids
        for recipient, state in ((ana, "sent"), (rui, "deferred")):
            recipient._set_state("sending")
            recipient._set_state(state)
        self._move_away()
        self._send_from_here("review")
        self._work()
        self.assertEqual((row.state, ana.state, rui.state), ("unknown", "sent", "unknown"))
        self.assertEqual(self.envelopes, [])
        rui.with_user(self.manager).action_send_again()
        self.assertEqual((row.state, self.envelopes), ("sent", ["rui@silva.example.com"]))

    def test_gone_in_part_and_discarded(self):
        row = self._dispatches(self.waiting)
        ana, rui = row.recipient_ids
        ana._set_state("sending")
        ana._set_state("sent")
        self._move_away()
        self._send_from_here("cancel")
        self.assertEqual((row.state, ana.state, rui.state), ("sent", "sent", "cancelled"))

    def test_was_being_sent(self):
        """The backup was made while a worker had it in hand."""
        row = self._dispatches(self.waiting)
        ana, rui = row.recipient_ids
        ana._set_state("sending", worker=7)
        row._set_state("sending")
        self._move_away()
        self._send_from_here("review")
        self._work()
        self.assertEqual((row.state, ana.state, rui.state), ("unknown", "unknown", "unknown"))
        self.assertEqual(self.envelopes, [])

    def test_several_in_one_mail(self):
        """Each of them can be looked at, and released, by itself."""
        rows = self._dispatches(self.waiting | self.fresh)
        self.env["document.dispatch.content"]._prepare(rows)
        rows._with_system_write().write({"in_bundle": True, "frozen": False})
        rows._bundle()
        self.assertEqual(len(rows.bundle_id), 1)
        self._move_away()
        self._send_from_here("review")
        self._work()
        self.assertEqual((set(rows.mapped("state")), rows.bundle_id, self.envelopes), ({"review"}, rows.browse(), []))
        self.assertEqual(set(rows.mapped("content_ready")), {True})
        for row in rows:
            self.assertIn(row.document_name, row.subject)

    def test_failing_rule_leaves_everything_held(self):
        """What it left out now, it would send later without a question."""
        self._move_away()
        self.patch(type(self.rule), "_get_documents", lambda self: 1 / 0)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._send_from_here("review")
        self.env.invalidate_all()
        self.assertTrue(self.home._is_elsewhere())


class TestSeveralCompanies(CopyCase):
    """Where a manager does not work, they send and discard nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company(name="Vístula Sp. z o.o.")
        cls.other = cls.other_data["company"]
        cls.own = cls._invoice(cls.nowak)
        foreign = cls.env["account.move"].with_company(cls.other).create({
            "move_type": "out_invoice", "partner_id": cls.nowak.id, "invoice_date": "2026-01-15",
            "invoice_line_ids": [(0, 0, {"name": "Zawór", "price_unit": 100.0, "tax_ids": []})],
        })
        foreign.action_post()
        cls.foreign = foreign
        (cls.own | foreign)._dispatch_create("rule")

    def _answer(self, choice):
        self._move_away()
        window = self._send_from_here(choice)
        self.assertEqual(window.other_companies, self.other.name)
        self._deliver()
        self.env.invalidate_all()
        return self._dispatches(self.own).state, self._dispatches(self.foreign).state

    def test_send(self):
        self.assertEqual(self._answer("send"), ("sent", "review"))

    def test_discard(self):
        self.assertEqual(self._answer("cancel"), ("cancelled", "review"))

    def test_copy_is_one_for_all(self):
        self._move_away()
        self._window("copy").action_confirm()
        self.assertFalse(self.home._is_elsewhere())
        self.assertEqual(set((self.company | self.other).mapped("dispatch_mode")), {"off"})
        self._deliver()
        self.assertEqual(self.envelopes, [])
        self.assertEqual((self._dispatches(self.own).state, self._dispatches(self.foreign).state), ("queued", "queued"))

    def test_copy_rehearses(self):
        self._move_away()
        window = self._window("copy")
        window.write({"mode": "rehearse", "supervisor": False})
        with self.assertRaisesRegex(UserError, "supervisor's address"):
            window.action_confirm()
        window.supervisor = "ensaio@aurora.example.com"
        window.action_confirm()
        self.assertEqual(set((self.company | self.other).mapped("dispatch_mode")), {"rehearse"})
        self._deliver()
        invoice = self._invoice(self.silva)
        invoice._dispatch_create("rule")
        self._deliver()
        self.assertEqual(set(self.envelopes), {"ensaio@aurora.example.com"})
