"""Switching a rule on: since when it sends is shown before it is saved, and asked where it was on before."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import RedirectWarning
from odoo.tests import Form

from .common import DispatchCase, new_user


class TestRuleSwitch(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.then = cls.today - timedelta(days=10)
        cls.manager = new_user(
            cls.company, "gerente", "document_dispatch.group_dispatch_manager,account.group_account_invoice",
            tz="America/Sao_Paulo")
        cls.rule = cls._rule("Faturas do dia", "invoice", active=False, user_id=cls.manager.id, tz="UTC")

    def setUp(self):
        super().setUp()
        self.rule = self.rule.with_user(self.manager)

    def test_the_form_shows_the_day_at_once(self):
        with Form(self.rule) as form:
            form.active = True
            self.assertEqual(fields.Date.to_date(form.date_from), self.today)
            self.assertFalse(form.asks_resume, "there is no meantime")
            self.assertIn("or later", form.sentence)
        self.assertEqual((self.rule.active, self.rule.date_from), (True, self.today))

    def test_the_server_says_the_same(self):
        self.rule.active = True
        self.assertEqual(self.rule.date_from, self.today)
        made = self._rule("Outra", "invoice")
        self.assertEqual(made.date_from, self.today)
        self.rule.write({"active": False})
        self.rule.write({"active": True, "date_from": False})
        self.assertEqual(self.rule.date_from, self.today, "an empty day is no day")

    def test_the_form_asks_when_it_was_on_before(self):
        for answer, expected in (("then", self.then), ("today", self.today)):
            with self.subTest(answer=answer):
                self.rule.write({"active": False, "date_from": self.then})
                with self.assertRaisesRegex(AssertionError, "resume_from is a required field"), Form(self.rule) as form:
                    form.active = True
                with Form(self.rule) as form:
                    form.active = True
                    self.assertEqual(fields.Date.to_date(form.date_from), self.then, "nothing changes silently")
                    self.assertTrue(form.asks_resume)
                    form.resume_from = answer
                    self.assertEqual(fields.Date.to_date(form.date_from), expected)
                self.assertEqual((self.rule.active, self.rule.date_from), (True, expected))

    def test_another_day_is_an_answer_too(self):
        self.rule.date_from = self.then
        with Form(self.rule) as form:
            form.active = True
            form.date_from = self.then + timedelta(days=2)
            self.assertFalse(form.asks_resume)
        self.assertEqual(self.rule.date_from, self.then + timedelta(days=2))

    def test_the_list_asks(self):
        """The toggle of the list cannot say it: a window does."""
        self.rule.date_from = self.then
        for switch_on in (lambda: self.rule.web_save({"active": True}, {}), self.rule.action_unarchive):
            with self.assertRaises(RedirectWarning) as raised, self.env.cr.savepoint():
                switch_on()
            message, action, _button = raised.exception.args[:3]
            self.assertIn("Faturas do dia", message)
            self.assertEqual((action["res_model"], action["res_id"]), (self.rule._name, self.rule.id))
            self.assertFalse(self.rule.active)
        self.rule.action_resume_then()
        self.assertEqual((self.rule.active, self.rule.date_from), (True, self.then))
        self.rule.active = False
        self.rule.action_resume_today()
        self.assertEqual((self.rule.active, self.rule.date_from), (True, self.today))

    def test_a_program_that_says_nothing_sends_no_backlog(self):
        self.rule.date_from = self.then
        self.rule.active = True
        self.assertEqual(self.rule.date_from, self.today)

    def test_a_day_to_come_is_not_asked(self):
        self.rule.date_from = self.today + timedelta(days=3)
        self.rule.active = True
        self.assertEqual(self.rule.date_from, self.today + timedelta(days=3))

    def test_what_was_on_stays_as_it_is(self):
        self.rule.write({"active": True, "date_from": self.then})
        self.rule.write({"active": True})
        self.assertEqual(self.rule.date_from, self.then)

    def test_documents_of_the_meantime(self):
        old = self._invoice(self.nowak, invoice_date=self.then + timedelta(days=1))
        for answer, expected in (("today", False), ("then", "queued")):
            self.rule.write({"active": False, "date_from": self.then})
            self.rule.write({"active": True, "resume_from": answer})
            self._plan()
            self.assertEqual(old.dispatch_state, expected)
