"""Every model and every public method of the addon, from the registry: a new one is met without anybody thinking of it.

What cannot be walked without help (a new model needs a record of somebody else to be attacked) fails with a sentence
that says where to add it.
"""

import inspect

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.service.model import call_kw, get_public_method
from odoo.tools import mute_logger

from ..hooks import ADDON
from .test_access import AccessCase

#: Stands in the name of the customer and in every text of theirs: nobody else may see it in an answer
SECRET = "Zacharias"
#: Set up by managers, read by everybody who sends: texts, reports and hours, nothing of a customer
SETUP = {
    "document.dispatch.type", "document.dispatch.rule", "document.dispatch.rule.kind", "document.dispatch.rule.level",
    "document.dispatch.role",
}
#: The same in every company
COMMON = {"document.dispatch.role"}
#: Follow the customer, not a document: who may read these is tested with the ledger and the letters
CUSTOMERS = {"document.consent", "document.dispatch.preference"}
#: Odoo's way in for mails, which every model with a chatter has: what is received is attacked in test_delivery_bounce*
GATEWAY = {"message_process"}
#: The system's own, read by administrators of Odoo's settings only
SYSTEM = {"document.dispatch.home", "document.dispatch.page", "document.dispatch.mail", "document.consent.attempt"}
#: Windows of Odoo that send documents, with fields and buttons of the addon
SEND_WINDOWS = {"account.move.send.wizard", "account.move.send.batch.wizard", "mail.compose.message"}
#: Models of Odoo whose buttons act on no record of a company's: on oneself, or for administrators of Odoo's settings
OTHERS = {"mail.alias.domain", "res.users", "res.config.settings", "ir.mail_server", "ir.actions.report"}
#: Buttons that say nothing of the window that they stand in: they set up the company of who presses, with their rights,
#: or open a window of their own about the database
OWN_COMPANY = {
    ("document.dispatch.overview", name)
    for name in ("action_setup_fold", "action_setup_rule", "action_send_from_here", "action_is_copy")
} | {("document.dispatch.rule", "action_open_reminders")}


class WalkCase(AccessCase):
    """Somebody else's records of every model, and those who have no business with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        every = "account.group_account_manager,sales_team.group_sale_manager,document_dispatch.group_dispatch_manager"
        cls.paris = cls.setup_other_company(name="Aurora France SARL")["company"]
        cls.employee = cls._user("igor", "base.group_user", "Igor Lima")
        cls.stranger = cls._user("odile", every, "Odile Blanc", cls.paris)
        cls.colleague = cls._user("amelia", every, "Amélia Costa")
        cls.customer = cls.env["res.partner"].create({
            "name": f"{SECRET} Ltda", "email": f"{SECRET.lower()}@secret.example.com", "is_company": True,
            "company_id": cls.company.id, "customer_rank": 1,
        })
        cls.invoice = cls._invoice(cls.customer, invoice_user_id=cls.rival.id)
        cls.order = cls._order(cls.customer, user_id=cls.rival.id)
        cls.dispatch = cls.invoice._dispatch_create("manual", state="review")

    def setUp(self):
        super().setUp()
        self.records = {}

    @classmethod
    def _own_models(cls):
        """The names of the addon's models that have a table or a view."""
        return sorted(
            model._name for model in cls.env.registry.values()
            if model._original_module == ADDON and not model._abstract
        )

    @classmethod
    def _transients(cls):
        return [name for name in cls._own_models() if cls.env[name]._transient]

    def _record(self, name):
        """A record of this model that is none of the attackers' business."""
        make = getattr(self, "_make_" + name.replace(".", "_"), None)
        self.assertTrue(make, f"{name}: write a method _make_… in {__name__} that makes one, so that it is attacked")
        if name not in self.records:
            self.records[name] = make(self.env[name])
        return self.records[name]

    # What each model needs

    def _make_mail_template(self, model):
        return self.types["invoice"].mail_template_id

    def _make_account_move(self, model):
        return self.invoice

    def _make_sale_order(self, model):
        return self.order

    def _make_res_partner(self, model):
        return self.customer

    def _make_document_dispatch(self, model):
        return self.dispatch

    def _make_document_dispatch_recipient(self, model):
        return self.dispatch.recipient_ids[0]

    def _make_document_dispatch_report(self, model):
        self.env.flush_all()
        return model.search([("res_model", "=", "account.move"), ("res_id", "=", self.invoice.id)])

    def _make_document_dispatch_file(self, model):
        attachment = self.env["ir.attachment"].create({
            "name": "boleto.pdf", "raw": b"x", "res_model": "account.move", "res_id": self.invoice.id})
        return model.sudo().create({
            "name": f"{SECRET}/boleto", "move_id": self.invoice.id, "attachment_id": attachment.id, "kind": "unusable",
            "reference": SECRET, "amount": 1250, "event_text": SECRET,
        }).with_env(self.env)

    def _make_document_dispatch_record(self, model):
        payment = self.env["account.payment"].create({
            "partner_id": self.customer.id, "amount": 12, "memo": SECRET, "company_id": self.company.id})
        if "account.payment" in self.env["document.dispatch.type"]._get_suggestions():
            self.env["document.dispatch.type"]._add_suggested("account.payment")
        return model.sudo().create({
            "name": f"{SECRET}/1", "res_model": "account.payment", "res_id": payment.id,
            "company_id": self.company.id, "partner_id": self.customer.id, "date": "2026-03-02",
        }).with_env(self.env)

    def _make_document_dispatch_suggestion(self, model):
        return model.create({"line_ids": [Command.create({"name": SECRET, "source_model": "account.payment"})]})

    def _make_document_dispatch_suggestion_line(self, model):
        return self._record("document.dispatch.suggestion").line_ids

    def _make_document_dispatch_type(self, model):
        return self.types["invoice"].copy({"company_id": self.company.id})

    def _make_document_dispatch_role(self, model):
        return model.create({"name": "Notas de entrega"})

    def _make_document_dispatch_preference(self, model):
        return model.create({"partner_id": self.customer.id, "role_id": self._record("document.dispatch.role").id})

    def _make_document_dispatch_rule(self, model):
        return self._rule("Faturas do dia", "invoice", active=False)

    def _make_document_dispatch_rule_kind(self, model):
        return model.create({
            "rule_id": self._rule("Faturas do dia", "invoice", active=False).id,
            "type_id": self.types["proforma"].id, "mail_template_id": self.types["proforma"].mail_template_id.id,
        })

    def _make_document_dispatch_batch(self, model):
        return model._open_batch(self.company, "all", self.invoice, [(self.invoice, SECRET)])

    def _make_document_dispatch_print(self, model):
        file = self.env["ir.attachment"].create({"name": f"{SECRET}.pdf", "raw": b"x"})
        return model.sudo().create({
            "user_id": self.env.uid, "company_ids": [Command.set(self.company.ids)], "state": "done",
            "dispatch_ids": [Command.set(self.dispatch.ids)], "attachment_id": file.id, "left_out": SECRET,
        }).with_env(self.env)

    def _make_document_dispatch_text(self, model):
        return model.sudo().create({
            "partner_id": self.customer.id, "company_id": self.company.id, "type_id": self.types["invoice"].id,
            "lang": "en_US", "template_id": self.types["invoice"].mail_template_id.id, "template_hash": "x",
            "subject": SECRET,
        }).with_env(self.env)

    def _make_document_letter(self, model):
        return model.sudo().create({
            "partner_id": self.customer.id, "company_id": self.company.id, "user_id": self.env.uid,
            "date": "2026-03-02", "subject": SECRET,
        }).with_env(self.env)

    def _make_document_statement(self, model):
        return model.sudo().create({
            "partner_id": self.customer.id, "company_id": self.company.id, "user_id": self.env.uid,
            "date": "2026-03-02", "date_from": "2026-01-01", "date_to": "2026-03-01",
        }).with_env(self.env)

    def _make_document_reminder(self, model):
        return model.sudo().create({
            "move_id": self.invoice.id, "date_due": "2026-03-02", "days": 5, "date": "2026-03-07", "amount": 1250,
        }).with_env(self.env)

    def _make_document_dispatch_rule_level(self, model):
        rule = self.env["document.dispatch.rule"].create({
            "name": SECRET, "type_ids": [Command.set(self.types["reminder"].ids)],
            "level_ids": [Command.create({"days": 5})]})
        return rule.level_ids

    def _make_document_consent(self, model):
        return model.create({
            "partner_id": self.customer.id, "company_id": self.company.id, "kind": "refused", "comment": SECRET})

    def _make_document_consent_attempt(self, model):
        return model.sudo().create({"key": SECRET}).with_env(self.env)

    def _make_document_dispatch_mail(self, model):
        return model._with_system_write().create({
            "recipient_id": self._record("document.dispatch.recipient").id, "sha256": SECRET}).with_env(self.env)

    def _make_document_dispatch_page(self, model):
        model._make__(self.customer, self.company, "en_US")
        return model.sudo().search([("partner_id", "=", self.customer.id)], limit=1).with_env(self.env)

    def _make_document_dispatch_run(self, model):
        return model._note(self._record("document.dispatch.rule"), {
            "cause": "schedule", "date": self.dispatch.create_date, "reason": SECRET}, self.dispatch)

    def _make_document_dispatch_overview(self, model):
        return model.create({})

    def _make_document_dispatch_exclude(self, model):
        return model.create({"reason": SECRET})

    def _make_document_dispatch_schedule(self, model):
        return model.create({"dispatch_ids": self.dispatch.ids, "date": "2030-01-01 08:00:00"})

    def _make_document_dispatch_release(self, model):
        return model.create({"dispatch_ids": self.dispatch.ids})

    def _make_document_dispatch_file_unlock(self, model):
        return model.create({"file_id": self._record("document.dispatch.file").id})

    def _make_document_dispatch_preview(self, model):
        return model.create({"rule_id": self._record("document.dispatch.rule").id, "problem": SECRET})

    def _make_document_dispatch_preview_line(self, model):
        return model.create({
            "preview_id": self._record("document.dispatch.preview").id, "res_model": "account.move",
            "res_id": self.invoice.id, "document_name": SECRET, "outcome": "goes"})

    def _make_document_dispatch_resend(self, model):
        window = model.create({"numbers": self.invoice.name, "emails": f"{SECRET}@example.com"})
        window.action_find()
        return window

    def _make_document_dispatch_resend_line(self, model):
        return self._record("document.dispatch.resend").line_ids

    def _make_document_dispatch_resend_recipient(self, model):
        window = self._record("document.dispatch.resend")
        return model.create({
            "resend_id": window.id, "line_id": window.line_ids[0].id, "email": f"{SECRET.lower()}@secret.example.com"})

    def _make_document_dispatch_tray(self, model):
        return model.create({"dispatch_ids": [Command.set(self.dispatch.ids)]})

    def _make_document_dispatch_flags(self, model):
        return model.create({
            "company_id": self.company.id, "ticked": {"invoice": self.customer.ids},
            "line_ids": [Command.create({"source": "by_email", "role": "invoice", "chosen": True})],
        })

    def _make_document_dispatch_correct(self, model):
        return model.create({"recipient_id": self.dispatch.recipient_ids[0].id, "email": "mallory@evil.example.com"})

    def _make_document_dispatch_flags_line(self, model):
        return self._record("document.dispatch.flags").line_ids

    def _make_document_letter_window(self, model):
        return model.create({"company_id": self.company.id, "include_issued": True})

    def _make_document_statement_window(self, model):
        return model.create({
            "company_id": self.company.id, "customers": "chosen", "partner_ids": [Command.set(self.customer.ids)]})

    def _make_account_move_send_wizard(self, model):
        return self._send_window(self.invoice)

    def _make_account_move_send_batch_wizard(self, model):
        return model.create({"move_ids": [Command.set(self.invoice.ids)]})

    def _make_sale_order_send_window(self, model):
        return model.create({"order_ids": [Command.set(self.order.ids)]})

    def _make_mail_compose_message(self, model):
        return model.with_context(mark_so_as_sent=True).create({
            "model": "sale.order", "res_ids": str(self.order.ids), "subject": SECRET,
            "template_id": self.types["order"].mail_template_id.id,
        })

    def _make_document_dispatch_copy(self, model):
        return model.create({"answer": "here"})

    def _make_document_dispatch_home(self, model):
        return model.search([], limit=1)

    def _make_account_move_send_wizard_file(self, model):
        return model.create({
            "window_id": self._record("account.move.send.wizard").id, "type_id": self.types["boleto"].id,
            "file_ids": [Command.set(self._record("document.dispatch.file").ids)], "subject": SECRET,
        })


class TestModels(WalkCase):
    """Each model has rights and rules of its own."""

    def test_rights(self):
        for name in self._own_models():
            with self.subTest(model=name):
                rights = self.env["ir.model.access"].search([("model_id.model", "=", name)])
                self.assertTrue(rights, "nobody may use it: write its rights into ir.model.access.csv")
                self.assertTrue(all(rights.mapped("group_id")), "without a group they are everybody's")
                if name in SYSTEM:
                    self.assertEqual(rights.group_id, self.env.ref("base.group_system"))

    def test_companies_have_rules(self):
        """A rule for everybody keeps companies apart: in the model, or in the window that its lines belong to."""
        for name in self._own_models():
            fields = self.env[name]._fields
            if name in SYSTEM or not fields.keys() & {"company_id", "company_ids", "dispatch_id"}:
                continue
            if self.env[name]._transient and "company_id" not in fields:
                continue
            with self.subTest(model=name):
                rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
                self.assertIn("company_ids", " ".join(rules.mapped("domain_force")))

    def test_other_companies(self):
        for name in set(self._own_models()) - COMMON:
            with self.subTest(model=name):
                self.assertFalse(self._record(name).with_user(self.stranger).has_access("read"))

    def test_records_follow_their_document_or_are_for_managers(self):
        for name in set(self._own_models()) - set(self._transients()):
            record = self._record(name)
            with self.subTest(model=name):
                self.assertTrue(record)
                for user in (self.seller, self.employee):
                    if user == self.seller and name in SETUP | CUSTOMERS:
                        continue
                    foreign = record.with_user(user)
                    self.assertFalse(foreign.has_access("read"), user.login)
                    if foreign.browse().has_access("read"):
                        self.assertFalse(foreign.search([("id", "in", record.ids)]), user.login)

    def test_whoever_reads_a_record_reads_its_fields(self):
        """All of them, as a client does that names none: what a rule asks of a user is computed for that user."""
        for name in self._own_models():
            for user in (self.clerk, self.colleague, self.env.user):
                record = self._record(name).with_user(user)
                if not record.has_access("read"):
                    continue
                self.env.flush_all()
                self.env.invalidate_all()
                with self.subTest(model=name, user=user.login):
                    record.read()  # raises where a field is not computed

    def test_nobody_edits_what_they_cannot_read(self):
        for name in self._own_models():
            for user in (self.seller, self.employee, self.stranger):
                record = self._record(name).with_user(user)
                if record.has_access("read"):
                    continue
                for operation in ("write", "unlink"):
                    with self.subTest(model=name, user=user.login, operation=operation):
                        self.assertFalse(record.has_access(operation))

    def test_set_up_is_written_by_managers_only(self):
        for name in SETUP:
            for operation in ("write", "create", "unlink"):
                for user in (self.seller, self.clerk, self.employee):
                    self.assertFalse(self._record(name).with_user(user).has_access(operation), (name, user.login))

    def test_windows_are_ones_own(self):
        """Not even a manager of everything opens a window of somebody else, or puts a line into it."""
        for name in {*self._transients(), *SEND_WINDOWS}:
            record = self._record(name)
            foreign = record.with_user(self.colleague)
            with self.subTest(model=name):
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(foreign.has_access(operation), operation)
                self.assertFalse(foreign.search([("id", "in", record.ids)]))
                windows = [field for field in record._fields.values() if field.type == "many2one"
                           and field.store and self.env[field.comodel_name]._transient]
                if windows and foreign.browse().has_access("create"):
                    vals = record.sudo().copy_data()[0]
                    vals |= {field.name: record[field.name].id for field in windows}
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        foreign.create(vals)

    def test_own_windows_open(self):
        for name in self._transients():
            self.assertTrue(self._record(name).has_access("read"), name)


class TestMethods(WalkCase):
    """No method that a client can call acts on ids that the user may not read."""

    def _methods(self):
        """``(model, name)`` of all public methods that the addon defines, whatever the model."""
        prefix = f"odoo.addons.{ADDON}."
        for model_name, model in sorted(self.env.registry.items()):
            names = {
                name for cls in model.mro() if cls.__module__.startswith(prefix) and ".tests." not in cls.__module__
                for name, member in vars(cls).items() if inspect.isfunction(member) and not name.startswith("_")
            }
            for name in sorted(names):
                if model._abstract or hasattr(BaseModel, name) or name in GATEWAY:
                    continue  # rights and rules of records are those of TestModels
                try:
                    get_public_method(self.env[model_name], name)
                except AccessError:
                    continue
                yield model_name, name

    def _changes(self):
        """How many rows of each table this transaction wrote, windows apart."""
        self.env.flush_all()
        windows = {model._table for model in self.env.registry.values() if model._transient}
        # SQL: the database itself says what was written, whichever way
        self.env.cr.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return {table: count for table, count in self.env.cr.fetchall()
                if count and table not in windows and not any(table.startswith(f"{w}_") for w in windows)}

    def _arguments(self, model_name, name):
        parameters = list(inspect.signature(getattr(self.env.registry[model_name], name)).parameters.values())[1:]
        return [False for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]

    def _attack(self, user, record, name):
        """Call the method with somebody else's ids; return what the client was told, and the tables that changed."""
        context = {"active_model": "account.move", "active_ids": self.invoice.ids, "active_id": self.invoice.id,
                   "counter": "review", "mark_so_as_sent": True}
        before, savepoint = self._changes(), self.env.cr.savepoint()
        self.env.invalidate_all()  # what stands in the cache is not asked for
        try:
            model = self.env[record._name].with_user(user).browse()
            arguments = [] if getattr(getattr(type(model), name), "_api_model", False) else [record.ids]
            answer = call_kw(model, name, [*arguments, *self._arguments(record._name, name)], {"context": context})
            after = self._changes()
        except (UserError, MissingError) as error:
            answer, after = error, before
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return answer, {table for table, count in after.items() if count != before.get(table)}

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_foreign_ids(self):
        attacked = 0
        for model_name, name in self._methods():
            if model_name in OTHERS or (model_name, name) in OWN_COMPANY:
                continue
            record = self._record(model_name)
            self.env.flush_all()
            for user in (self.seller, self.employee, self.stranger):
                if record.with_user(user).has_access("read"):
                    continue
                with self.subTest(method=f"{model_name}.{name}", user=user.login):
                    answer, changed = self._attack(user, record, name)
                    self.assertFalse(changed, answer)
                    self.assertNotIn(SECRET.lower(), str(answer).lower())
                    attacked += 1
        self.assertGreater(attacked, 100)

    def test_the_walk_sees_a_change(self):
        """What the manager's button changes is noticed: else the walk would prove nothing."""
        record = self._record("document.dispatch")
        _answer, changed = self._attack(self.colleague, record, "action_cancel")
        self.assertIn("document_dispatch", changed)

    def test_other_models(self):
        """Buttons on models of Odoo that hold nothing of a company's are for administrators, or for oneself."""
        found = {model for model, _name in self._methods()}
        self.assertEqual(found - set(self._own_models()) - SEND_WINDOWS - OTHERS,
                         {"account.move", "sale.order", "res.partner", "mail.template"})
        domain = self.env["mail.alias.domain"].create({"name": "aurora.example.com"})
        for name in ("action_dispatch_try_extension", "action_dispatch_stop_extension"):
            with self.assertRaises(AccessError):
                self._as_rpc(self.clerk, domain, name)
        server = self.server.with_user(self.clerk)
        with self.assertRaises(AccessError):
            self._as_rpc(self.clerk, server, "action_dispatch_resume")
        with self.assertRaises(AccessError):
            self._as_rpc(self.clerk, self.env["res.config.settings"].create({}), "action_dispatch_test")
