"""What one account holds back waits by itself: quotas, sessions at once, a server that is not reached, wrong clocks."""

from datetime import timedelta
from smtplib import SMTPAuthenticationError
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.sql_db import db_connect
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..models.delivery.document_dispatch_mailer import Sessions
from ..tools.mail import addresses, smtp
from .common import DispatchCase
from .smtp_server import SmtpServer
from .test_delivery_account_blame import Refusing

NOW = fields.Datetime.to_datetime("2026-03-02 09:00:00")


class LimitsCase(DispatchCase):
    """Two companies, each with its account by ``from_filter``; no dispatch names one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boreal_smtp = SmtpServer()
        cls.boreal_smtp.start()
        cls.addClassCleanup(cls.boreal_smtp.stop)
        cls.server.write({"name": "Aurora", "from_filter": "aurora.example.com"})
        cls.boreal_server = cls.env["ir.mail_server"].create({
            "name": "Boreal", "smtp_host": "127.0.0.1", "smtp_port": cls.boreal_smtp.port, "smtp_encryption": "none",
            "smtp_authentication": "login", "from_filter": "boreal.example.com",
        })
        cls.boreal = cls.setup_other_company(name="Boreal")["company"]
        cls.boreal.email = "faturas@boreal.example.com"
        cls.nora = new_test_user(
            cls.env, "nora", "account.group_account_invoice,document_dispatch.group_dispatch_user",
            email="nora@boreal.example.com", company_id=cls.boreal.id,
            company_ids=[(6, 0, (cls.company | cls.boreal).ids)],
        )
        cls.env.user.company_ids |= cls.boreal

    def setUp(self):
        super().setUp()
        self.boreal_smtp.handler.clear()

    def _invoices(self, count):
        invoices = self.env["account.move"].union(*(self._invoice(self.nowak) for _number in range(count)))
        invoices._dispatch_create("rule")
        return invoices

    def _boreal_invoices(self, count):
        env = self.env(user=self.nora, context={**self.env.context, "allowed_company_ids": self.boreal.ids})
        invoices = env["account.move"].create([{
            "move_type": "out_invoice", "partner_id": self.nowak.id, "invoice_date": fields.Date.today(),
            "invoice_user_id": self.nora.id,
            "invoice_line_ids": [fields.Command.create({"name": "Ventil", "price_unit": 10, "tax_ids": []})],
        } for _number in range(count)])
        invoices.action_post()
        invoices._dispatch_create("rule")
        return invoices.with_env(self.env)

    def _prepared(self, documents):
        """Make their mails, without handing them over."""
        dispatches = self._dispatches(documents)
        self.env["document.dispatch.delivery"]._prepare_batch(dispatches, 1, set())
        return dispatches

    def _waiting(self, documents):
        return self._dispatches(documents).recipient_ids.filtered(lambda r: r.state in ("queued", "deferred"))


class TestOthers(LimitsCase):
    def test_a_server_that_is_down_holds_up_no_other(self):
        aurora, boreal = self._invoices(3), self._boreal_invoices(3)
        with self._mail_server_down():
            self._deliver()
        self.assertEqual(len(self.boreal_smtp.handler.messages), 3)
        self.assertEqual(set(self._dispatches(boreal).mapped("state")), {"sent"})
        self.assertEqual(sorted(self._waiting(aurora).mapped("state")), ["deferred", "queued", "queued"], "tried once")
        self.assertEqual(self._waiting(aurora).mail_server_id, self.server, "each says for what it waits")
        self.assertEqual(set(self._waiting(aurora).mapped("tries")), {0})

    def test_what_failed_goes_last(self):
        """A server that says nothing costs a minute each time: not before the others have gone."""
        aurora = self._invoices(2)
        connect, order = IrMail_Server._connect__, []

        def noted(server, *args, **kwargs):
            order.append(server.browse(kwargs["mail_server_id"]).name)
            return connect(server, *args, **kwargs)

        with self._mail_server_down():
            self._deliver()
            boreal = self._boreal_invoices(2)
            with patch.object(IrMail_Server, "_connect__", noted):
                self._deliver()
        self.assertEqual(order, ["Boreal", "Aurora"])
        self.assertEqual(set(self._dispatches(boreal).mapped("state")), {"sent"})
        self.assertTrue(self.server.dispatch_unreached_since)
        self._waiting(aurora)._with_system_write().next_try = False
        self._deliver()
        self.assertEqual(set(self._dispatches(aurora).mapped("state")), {"sent"})
        self.assertFalse(self.server.dispatch_unreached_since)

    def test_a_limit_holds_up_no_other(self):
        self.server.dispatch_per_minute = 1
        aurora, boreal = self._invoices(3), self._boreal_invoices(3)
        self._deliver()
        self.assertEqual((len(self.envelopes), len(self.boreal_smtp.handler.messages)), (1, 3))
        self.assertEqual(set(self._waiting(aurora).mapped("state")), {"queued"})
        for dispatch in self._dispatches(aurora).filtered(lambda d: d.state == "queued"):
            self.assertIn("a limit of 1 per minute", dispatch.what_next)
        self.assertFalse(self._waiting(boreal))

    def test_a_refused_sender_holds_up_no_other(self):
        """Two senders through one account: the server refuses one, is asked once, and the other's mails go."""
        self.server.from_filter = self.boreal_server.active = False
        aurora, boreal = self._invoices(3), self._boreal_invoices(3)
        refusing = Refusing(self.smtp.handler)
        refusing.start(self)
        refusing.stage, refusing.reply = "rcpt", "553 5.7.1 Sender address rejected: not owned by user a@x.example"
        sender = addresses.parse(self._prepared(aurora)[0].email_from).valid[0].email
        refusing.only_sender = sender
        self._deliver()
        self._deliver()
        self.assertEqual(refusing.asked, 1)
        self.assertEqual(set(self._dispatches(boreal).mapped("state")), {"sent"})
        self.assertEqual(sorted(self._waiting(aurora).mapped("state")), ["deferred", "queued", "queued"])
        self.assertEqual(set(self._waiting(aurora).mapped("tries")), {0})
        self.assertEqual(list(self.server.dispatch_senders), [sender])
        for dispatch in self._waiting(aurora).filtered(lambda r: r.state == "queued").dispatch_id:
            self.assertIn("is not allowed to send as", dispatch.what_next)
        refusing.stage = None
        self.server.action_dispatch_resume()
        self._deliver()
        self.assertEqual(set(self._dispatches(aurora).mapped("state")), {"sent"})

    def test_asked_less_often_the_longer_it_lasts(self):
        aurora, connects = self._invoices(3), []

        def refused(_server, *args, **kwargs):
            connects.append(1)
            raise ConnectionRefusedError("no route")

        start = fields.Datetime.now()
        with patch.object(IrMail_Server, "_connect__", refused):
            for minute in range(0, 24 * 60, 5):
                with self._clock(start + timedelta(minutes=minute)):
                    self._deliver()
        self.assertLessEqual(len(connects), 110)
        self.assertEqual(set(self._waiting(aurora).mapped("tries")), {0})


class TestChoice(LimitsCase):
    """Which account a mail takes is known before it is made, by Odoo's own choice."""

    def _made(self, count=1):
        return self._prepared(self._invoices(count)).recipient_ids

    def _choose(self, recipients):
        sessions = Sessions()
        accounts = self.env["document.dispatch.account"]
        return [tuple(accounts._choose(recipient, sessions)) for recipient in recipients]

    def test_makes_no_mail(self):
        recipients, mails = self._made(3), self.env.registry["mail.mail"]
        with (
            patch.object(mails, "create", side_effect=AssertionError("a mail is made")),
            patch.object(mails, "_split_by_mail_configuration", autospec=True,
                         side_effect=mails._split_by_mail_configuration) as split,
        ):
            choices = self._choose(recipients)
        self.assertEqual([choice[0] for choice in choices], [self.server.id] * 3)
        self.assertEqual(split.call_count, 1, "once for all of a sender")

    def test_is_that_of_the_mail(self):
        """However the account follows: from the dispatch, the sender, the domain of the company, or the first one."""
        recipient = self._made()
        dispatch = recipient.dispatch_id._with_system_write()
        free = self.env["ir.mail_server"].create({"name": "Livre", "smtp_host": "127.0.0.1", "sequence": 1})
        domain = self.env["mail.alias.domain"].create({"name": "boreal.example.com", "default_from": "avisos"})
        message = dispatch.mail_message_id
        chosen = set()
        for named in (False, free.id):
            for sender in ("a@aurora.example.com", "Nora <n@boreal.example.com>", "x@elsewhere.example", "", "a@"):
                for alias in (False, domain.id):
                    for active in (True, False):
                        free.active = active
                        message.sudo().write({"record_alias_domain_id": alias, "mail_server_id": named})
                        dispatch.mail_values = {
                            **dispatch.mail_values, "email_from": sender, "mail_server_id": named,
                            "record_alias_domain_id": alias,
                        }
                        mail = self.env["mail.mail"].sudo().create(recipient._prepare_mail_vals())
                        *choice, _ids = next(mail._split_by_mail_configuration())
                        with self.subTest(named=named, sender=sender, alias=alias, active=active):
                            self.assertEqual(self._choose(recipient), [tuple(choice)])
                        chosen.add(choice[0])
        self.assertEqual(chosen, {self.server.id, self.boreal_server.id, free.id})

    def test_another_module_gives_an_account(self):
        """An account that a mail gets while it is created is used."""
        created = self.env.registry["mail.mail"].create

        def create(mails, vals_list):
            made = created(mails, vals_list)
            made.mail_server_id = self.boreal_server
            return made

        invoices = self._invoices(2)
        with patch.object(self.env.registry["mail.mail"], "create", create):
            self._deliver()
        self.assertEqual(self._dispatches(invoices).recipient_ids.mail_server_id, self.boreal_server)
        self.assertEqual(len(self.boreal_smtp.handler.messages), 2)


class TestForeignConnection(LimitsCase):
    """Another module sends by other means than SMTP, and other modules' tests by none (``mock_mail_gateway``)."""

    def test_its_word_counts(self):
        taken = []

        class Connection:
            def send_message(self, message, from_addr, to_addrs):
                if to_addrs == ["biuro@nowak.example.com"]:
                    taken.append(message["Subject"])
                else:
                    raise ValueError("no such customer")

        invoices = self._invoices(2)
        refused = self._invoice(self.silva)
        refused._dispatch_create("rule")
        with (
            patch.object(IrMail_Server, "_connect__", lambda *args, **kwargs: Connection()),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self._deliver()
        self.assertEqual(set(self._dispatches(invoices).mapped("state")), {"sent"})
        self.assertEqual(len(taken), 2)
        self.assertEqual(self._dispatches(refused).state, "failed")
        self.assertIn("no such customer", self._dispatches(refused).recipient_ids[0].reply)


class TestDay(LimitsCase):
    def setUp(self):
        super().setUp()
        self.patch(IrMail_Server, "_disable_send", classmethod(lambda cls: True))

    def test_more_than_a_day_takes(self):
        """Twenty documents through five a day: none fails, nobody is alarmed, all have gone on the fourth day."""
        self.server.dispatch_per_day = 5
        health = self.env["document.dispatch.health"]
        with freeze_time(NOW):
            invoices = self._invoices(20)
        dispatches = self._dispatches(invoices)
        for hour in range(4 * 24):
            with freeze_time(NOW + timedelta(hours=hour, minutes=hour % 3)):
                self._deliver()
                self.env.invalidate_all()
                sent = dispatches.recipient_ids.filtered("sent_date")
                last_day = sent.filtered(lambda r: r.sent_date > fields.Datetime.now() - timedelta(days=1))
                self.assertLessEqual(len(last_day), 5)
                self.assertEqual(self.env["document.dispatch.recipient"].search_count(
                    health._get_stuck_domain() & fields.Domain("dispatch_id", "in", dispatches.ids)), 0)
                waits = "\n".join(health._get_waits())
                if hour == 2:
                    self.assertIn("the account “Aurora”, which is limited to 5 in 24 hours: 15.", waits)
                    self.assertIn("a limit of 5 per day", dispatches[-1].what_next)
                    page = self.env["document.dispatch.overview"].create({})
                    self.assertIn("24 hours: 15.", page.waits)
        self.assertEqual(set(dispatches.mapped("state")), {"sent"})
        self.assertFalse(waits)

    def test_a_bundle_spends_one(self):
        self.server.dispatch_per_day = 2
        dispatches = self._dispatches(self._invoices(3))
        self.env["document.dispatch.delivery"]._prepare_batch(dispatches, 1, set())
        dispatches[1]._with_system_write().bundle_id = dispatches[0]
        self._deliver()
        self.assertEqual(set(dispatches.mapped("state")), {"sent"})
        self.assertEqual(dispatches.recipient_ids.mapped(lambda r: bool(r.sent_date)), [True, True, True])
        self.assertEqual(dispatches.recipient_ids.mapped(lambda r: r.mail_server_id.name), ["Aurora", False, "Aurora"])

    def test_waiting_spends_nothing_of_the_four_days(self):
        invoice = self._invoices(1)
        self._deliver_in_part(invoice, tries=3, first_try=NOW)
        recipient = self._dispatches(invoice).recipient_ids
        with freeze_time(NOW + timedelta(days=30)):
            recipient._set_state("sending")
            recipient._apply_outcome(account_outcome("451 4.7.1 greylisted"))
            self.assertEqual(recipient.state, "deferred")
            self.assertEqual(recipient.next_try, NOW + timedelta(days=30, hours=1))

    def _deliver_in_part(self, invoice, **vals):
        self._dispatches(invoice).recipient_ids._with_system_write().write({"state": "deferred", **vals})

    def test_an_index_serves_the_count(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("""
            EXPLAIN SELECT id FROM document_dispatch_recipient
             WHERE mail_server_id = 1 AND sent_date > now() - interval '1 day' AND sent_date <= now()
             ORDER BY sent_date DESC OFFSET 499 LIMIT 1
        """)
        plan = "\n".join(line for [line] in self.env.cr.fetchall())
        self.assertIn("account_idx", plan)
        self.assertNotIn("Sort", plan)

    def test_presets_fill_the_fields(self):
        server = self.env["ir.mail_server"].new({"dispatch_preset": "microsoft", "dispatch_per_connection": 7})
        server._onchange_dispatch_preset()
        self.assertEqual(
            (server.dispatch_per_minute, server.dispatch_per_day, server.dispatch_connections,
             server.dispatch_per_connection), (30, 10000, 3, 0))


class TestConnections(LimitsCase):
    def test_places_are_taken(self):
        """Another worker has the one session that the account allows: ours leaves it alone, and sends the others."""
        self.server.dispatch_connections = 1
        aurora, boreal = self._invoices(2), self._boreal_invoices(1)
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", (0x44495351, self.server.id * 64))
            self._deliver()
            self.assertEqual((len(self.envelopes), len(self.boreal_smtp.handler.messages)), (0, 1))
            self.assertEqual(set(self._waiting(aurora).mapped("state")), {"queued"})
            other.execute("SELECT pg_advisory_unlock(%s, %s)", (0x44495351, self.server.id * 64))
        self._deliver()
        self.assertEqual(len(self.envelopes), 2)
        self.assertEqual(set(self._dispatches(aurora | boreal).mapped("state")), {"sent"})
        self.assertEqual(self._places(), 0, "given back")

    def test_given_back_after_a_fault(self):
        self.server.dispatch_connections = 2
        self._invoices(1)
        delivery = type(self.env["document.dispatch.delivery"])
        with patch.object(delivery, "_conclude", side_effect=ZeroDivisionError), self.assertRaises(ZeroDivisionError):
            self._deliver()
        self.assertEqual(self._places(), 0)

    def _places(self):
        self.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [0x44495351])
        return self.env.cr.fetchone()[0]


class TestAlarm(LimitsCase):
    def _problems(self):
        return "\n".join([*self.env["document.dispatch.health"]._check_accounts(),
                          *self.env["document.dispatch.health"]._check_dispatches()])

    def test_a_server_that_is_never_reached(self):
        """Each failure puts the next try off: the alarm rings all the same, once, and says how many wait."""
        start = fields.Datetime.now()
        self._invoices(2)
        self.smtp.stop()
        for minutes in range(0, 100, 7):
            with self._clock(start + timedelta(minutes=minutes)):
                self._deliver()
                if minutes < 60:
                    self.assertFalse(self._problems())
        with self._clock(start + timedelta(minutes=100)):
            problems = self._problems()
        self.assertIn("Aurora", problems)
        self.assertIn("E-mails waiting: 2.", problems)
        self.assertEqual(len(problems.splitlines()), 1)
        self.smtp.start()
        with self._clock(start + timedelta(minutes=120)):
            self._deliver()
            self.assertFalse(self._problems())

    def test_a_server_of_the_command_line(self):
        """No account says so: the age of the mails does."""
        (self.server | self.boreal_server).active = False
        start = fields.Datetime.now()
        self._invoices(1)
        with patch.object(IrMail_Server, "_connect__", side_effect=ConnectionRefusedError("no")):
            for minutes in range(0, 100, 7):
                with self._clock(start + timedelta(minutes=minutes)):
                    self._deliver()
        with self._clock(start + timedelta(minutes=100)):
            self.assertIn("due for more than an hour and are not sent: 1.", self._problems())

    def test_a_server_of_the_command_line_that_refuses(self):
        """It is asked once for all until it has rested, although no account can say so."""
        (self.server | self.boreal_server).active = False
        start = fields.Datetime.now()
        invoices = self._invoices(3)
        refusal = SMTPAuthenticationError(535, b"5.7.8 bad credentials")
        with patch.object(IrMail_Server, "_connect__", side_effect=refusal) as connect:
            for hours in range(24):
                with self._clock(start + timedelta(hours=hours)):
                    self._deliver()
            self.assertEqual(connect.call_count, 1)
        with self._clock(start + timedelta(hours=23)):
            self.assertIn("due for more than an hour and are not sent: 3.", self._problems())
        self.assertEqual(set(self._waiting(invoices).mapped("tries")), {0})

    def test_trouble_that_does_not_pass(self):
        """Nobody is told of what passes; where it does not, the age of the mails tells."""
        start = fields.Datetime.now()
        self._invoices(2)
        refusing = Refusing(self.smtp.handler)
        refusing.start(self)
        refusing.stage, refusing.reply = "mail", "452 4.3.1 Insufficient system storage"
        for minutes in range(0, 100, 7):
            with self._clock(start + timedelta(minutes=minutes)):
                self._deliver()
                if minutes < 60:
                    self.assertFalse(self._problems())
        with self._clock(start + timedelta(minutes=100)):
            self.assertIn("E-mails that have been due", self._problems())

    def test_used_again_at_once(self):
        invoices = self._invoices(1)
        self.server._dispatch_note_unreached("no route")
        self.server.dispatch_unreached_until = fields.Datetime.now() + timedelta(minutes=15)
        self._deliver()
        self.assertFalse(self.envelopes)
        self.assertIn("no route", self._dispatches(invoices).what_next)
        self.server.action_dispatch_resume()
        self._deliver()
        self.assertEqual(len(self.envelopes), 1)

    def test_times_of_a_wrong_clock(self):
        absurd = fields.Datetime.now() + timedelta(days=3650)
        invoices = self._invoices(3)
        waiting = self._dispatches(invoices).recipient_ids
        self.env["document.dispatch.delivery"]._prepare_batch(self._dispatches(invoices[:2]), 1, set())
        waiting._with_system_write().next_try = absurd
        self._dispatches(invoices[2])._with_system_write().prepare_after = absurd
        self.server.write({
            "dispatch_problem": "535", "dispatch_paused_until": absurd, "dispatch_unreached_since": absurd,
            "dispatch_unreached_until": absurd,
            "dispatch_senders": {
                addresses.parse(dispatch.email_from).valid[0].email: {
                    "reply": "553", "fault": "from", "until": fields.Datetime.to_string(absurd),
                } for dispatch in self._dispatches(invoices[:2])
            },
        })
        self._deliver()
        self.assertEqual(len(self.envelopes), 3)

    def test_no_wait_is_longer_than_a_week(self):
        self.env["ir.config_parameter"].set_param("document_dispatch.retry_minutes", "99999")
        self.env["ir.config_parameter"].set_param("document_dispatch.retry_days", "999")
        invoice = self._invoices(1)
        recipient = self._dispatches(invoice).recipient_ids
        for outcome in (account_outcome("451 later"), account_outcome("550 5.4.5", costs_try=False, wait=1e9)):
            recipient._set_state("sending")
            recipient._apply_outcome(outcome)
            self.assertLessEqual(recipient.next_try, fields.Datetime.now() + timedelta(days=7))


def account_outcome(reply, **vals):
    return smtp.Outcome("deferred", reply, **vals)
