"""No field that a user may write leads to the bytes of another's record, and none forges what happened."""

import base64
import importlib.util
from contextlib import suppress
from pathlib import Path

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_access import AccessCase

SECRET = b"salaries of everybody"
#: Models whose records are, or hold, bytes of somebody
HOLDERS = ("ir.attachment", "mail.message", "mail.mail")
ROOT = Path(__file__).parents[1]


class FieldsCase(AccessCase, HttpCase):
    """Users of every kind, and a file that none of them may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contacts = "base.group_partner_manager"
        cls.guest = cls._user("otto", f"document_dispatch.group_dispatch_user,{contacts}", "Otto Reis")
        cls.clerk.group_ids |= cls.env.ref(contacts)
        cls.seller.group_ids |= cls.env.ref(contacts)
        other = cls.env["res.company"].create({"name": "Boreal Papéis Ltda"})
        cls.stranger = cls._user("wanda", f"account.group_account_invoice,{contacts}", "Wanda Kowal", other)
        cls.users = cls.guest | cls.clerk | cls.seller | cls.stranger
        cls.secret = cls.env["ir.attachment"].create({
            "name": "salaries.txt", "raw": SECRET, "res_model": "ir.config_parameter",
            "res_id": cls.env["ir.config_parameter"].search([], limit=1).id,
        })
        cls.env.flush_all()

    def test_secret_is_one(self):
        for user in self.users:
            self.assertFalse(self.secret.with_user(user).has_access("read"), user.login)

    def _call(self, user, model, method, *args, context=None, **kwargs):
        """Call a method over HTTP as a client does; returns ``(result, error)``."""
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http", "odoo.sql_db"):
            answer = self.url_open("/web/dataset/call_kw", json={"params": {
                "model": model, "method": method, "args": list(args), "kwargs": {**kwargs, "context": context or {}},
            }}).json()
        self.env.invalidate_all()
        return answer.get("result"), answer.get("error")

    def _leaks(self, value):
        text = str(value)
        return SECRET.decode() in text or base64.b64encode(SECRET).decode() in text


@tagged("post_install", "-at_install")
class TestLedgerFiles(FieldsCase):
    """The ledger's file, message and letter are set by the system alone."""

    def _entry_vals(self, **vals):
        return {"partner_id": self.nowak.id, "kind": "accepted", **vals}

    def test_foreign_file(self):
        for user in self.users:
            for vals, context in (
                ({"attachment_id": self.secret.id}, {}),
                ({}, {"default_attachment_id": self.secret.id}),
                ({"evidence_name": "x"}, {"default_attachment_id": self.secret.id}),
            ):
                with self.subTest(user=user.login, vals=vals, context=context):
                    result, _error = self._call(
                        user, "document.consent", "web_save", [], self._entry_vals(**vals),
                        {"evidence": {}, "evidence_name": {}, "attachment_id": {}}, context=context)
                    self.assertFalse(self._leaks(result))
                    for entry in result or ():
                        self.assertFalse(entry["attachment_id"] or entry["evidence"])
        self.assertFalse(self.env["document.consent"].search([("attachment_id", "=", self.secret.id)]))

    def test_own_default(self):
        """A user's own defaults (``ir.default``) are values of a client, too."""
        _result, error = self._call(self.guest, "ir.default", "set", "document.consent", "attachment_id",
                                    self.secret.id, True)
        self.assertFalse(error)
        [entry], error = self._call(self.guest, "document.consent", "create", [self._entry_vals()])
        self.assertFalse(error)
        self.assertFalse(self.env["document.consent"].browse(entry).attachment_id)

    def test_onchange_and_copy(self):
        result, _error = self._call(
            self.guest, "document.consent", "onchange", [], {"attachment_id": self.secret.id}, ["attachment_id"],
            {"evidence": {}, "evidence_name": {}, "attachment_id": {}})
        self.assertFalse(self._leaks(result))
        [entry], _error = self._call(self.guest, "document.consent", "create", [self._entry_vals(
            evidence=base64.b64encode(b"accepted").decode(), evidence_name="letter.txt")])
        _result, error = self._call(self.guest, "document.consent", "copy", [entry])
        self.assertTrue(error, "a copy would name the file of another entry")

    def test_other_fields_of_the_system(self):
        letter = self.env["document.letter"].sudo().create({
            "partner_id": self.nowak.id, "company_id": self.company.id, "user_id": self.env.uid, "date": "2026-01-01",
            "subject": "Faturas por e-mail", "body": "<p>Prezados</p>",
        })
        entry = self.env["document.consent"].create(self._entry_vals())
        forged = {
            "mail_message_id": self.nowak.message_ids[:1].id or 1, "letter_id": letter.id, "request_id": entry.id,
            "step": "verified", "ip": "192.0.2.7", "user_agent": "Firefox", "text_hash": "0" * 64,
            "email_normalized": "kasa@nowak.example.com", "channel": "page",
        }
        for name, value in forged.items():
            with self.subTest(name=name):
                for vals, context in (({name: value}, {}), ({}, {f"default_{name}": value})):
                    made, error = self._call(
                        self.guest, "document.consent", "create", [self._entry_vals(**vals)], context=context)
                    # the hash and the normal form follow from the dispatch: there what is given is passed over
                    self.assertTrue(error or not self.env["document.consent"].browse(made)[name])
                    self.assertEqual(bool(error), name not in ("text_hash", "email_normalized"))

    def test_own_evidence_is_read_and_kept(self):
        [made], error = self._call(self.clerk, "document.consent", "create", [self._entry_vals(
            evidence=base64.b64encode(b"accepted").decode(), evidence_name="letter.txt")])
        self.assertFalse(error)
        entry = self.env["document.consent"].browse(made)
        self.assertEqual((entry.evidence_name, base64.b64decode(entry.evidence)), ("letter.txt", b"accepted"))
        self.authenticate("jonas", "jonas")
        self.assertEqual(self.url_open(f"/web/content/document.consent/{made}/evidence").content, b"accepted")
        with self.assertRaises(UserError):
            entry.attachment_id.raw = b"refused"
        with self.assertRaises(UserError):
            entry.attachment_id.unlink()

    def test_foreign_file_is_neither_shown_nor_frozen(self):
        """As dispatches stand in databases that were attacked before."""
        entry = self.env["document.consent"].create(self._entry_vals())
        self.env.cr.execute("UPDATE document_consent SET attachment_id = %s WHERE id = %s", [self.secret.id, entry.id])
        self.env.invalidate_all()
        self.assertFalse(entry.with_user(self.guest).evidence)
        self.secret.raw = SECRET * 2
        path = ROOT / "migrations/19.0.1.2.0/pre-evidence.py"
        spec = importlib.util.spec_from_file_location("pre_evidence", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        with self.assertLogs("pre_evidence", "WARNING"):
            migration.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertFalse(entry.attachment_id)
        self.secret.unlink()

    def test_declarations_are_for_those_who_may_edit_the_contact(self):
        self.nowak.dematerialization_refused = True
        self.seller.group_ids -= self.env.ref("base.group_partner_manager")
        for kind in ("withdrawn", "accepted", "refused", "letter", "address"):
            with self.subTest(kind=kind):
                _result, error = self._call(self.seller, "document.consent", "create", [
                    self._entry_vals(kind=kind, new_email="kasa@nowak.example.com")])
                self.assertIn("AccessError", error["data"]["name"])
        self.assertTrue(self.nowak.dematerialization_refused)
        _result, error = self._call(self.clerk, "document.consent", "create", [self._entry_vals(kind="withdrawn")])
        self.assertFalse(error)
        self.assertFalse(self.nowak.dematerialization_refused)


class WalkCase(FieldsCase):
    """Walks all fields of this module, from the registry: a new one is caught without anybody thinking of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user(
            "ines", "document_dispatch.group_dispatch_manager,account.group_account_manager,"
            "sales_team.group_sale_manager,base.group_partner_manager", "Inês Rocha")
        # none of them may see it: it is the message of a record that only administrators read
        cls.message = cls.env["mail.message"].sudo().create({
            "model": cls.secret.res_model, "res_id": cls.secret.res_id, "body": SECRET.decode(),
            "subject": SECRET.decode(), "attachment_ids": [Command.link(cls.secret.id)],
        })
        cls.mail = cls.env["mail.mail"].sudo().create({"mail_message_id": cls.message.id, "body_html": SECRET.decode()})
        cls.env.flush_all()

    def _own_fields(self):
        """``(model, field)`` of every field that this module adds, to its own models and to others."""
        for model in self.env.registry.values():
            if not model._abstract:
                for field in model._fields.values():
                    if "document_dispatch" in field._modules:
                        yield self.env[model._name], field

    def _forged(self, model, field):
        """A value that this field would take, and does not have by itself."""
        if field.type in ("char", "text", "html"):
            return "forged"
        if field.type in ("integer", "float", "monetary"):
            return 424242
        if field.type in ("date", "datetime"):
            return "2001-02-03"
        if field.type == "boolean":
            return True
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        if field.type == "json":
            return {"forged": True}
        if field.type == "binary":
            return "Zm9yZ2Vk"  # base64
        if field.type == "many2one_reference":
            return self.secret.res_id
        ids = self.env[field.comodel_name].sudo().with_context(active_test=False).search([], limit=1).ids
        return (ids[0] if ids else 1) if field.type == "many2one" else [Command.set(ids)]

    def _try(self, user, records, method, *args, context=None):
        """Call a method as a client; ``None`` where it is refused. What an attempt broke is taken back."""
        with suppress(Exception), mute_logger("odoo.sql_db", "odoo.models.unlink"), self.env.cr.savepoint():
            return self._as_rpc(user, records, method, *args, context=context)
        self.env.invalidate_all()
        return None


@tagged("post_install", "-at_install")
class TestForeignBytes(WalkCase):
    def _leads_to_bytes(self, field):
        return field.type in ("binary", "image", "many2one_reference") or field.relational and (
            field.comodel_name in HOLDERS)

    def _values(self, field):
        """What an attacker would write into a field that leads to bytes."""
        if field.type in ("binary", "image"):
            return []  # bytes of their own
        if field.type == "many2one_reference":
            return [self.secret.id]
        target = {"ir.attachment": self.secret, "mail.message": self.message, "mail.mail": self.mail}[
            field.comodel_name]
        if field.type == "many2one":
            return [target.id]
        return [
            [Command.link(target.id)], [Command.set(target.ids)], target.ids,
            [Command.update(target.id, {"res_model": "res.users", "res_id": 0})],
        ]

    def _fill(self, model, user, name, value):
        """Values for a new record: this one, and something for what is required."""
        vals = {name: value}
        for other in model._fields.values():
            if other.required and other.store and other.name != name and not other.default and not other.compute:
                if other.type == "many2one":
                    known = self.env[other.comodel_name].with_user(user)
                    vals[other.name] = known.search([], limit=1).id if known.has_access("read") else False
                elif other.name in ("res_model", "model"):
                    vals[other.name] = "ir.attachment"
                else:
                    vals[other.name] = self._forged(model, other)
        field = model._fields[name]
        if field.type == "many2one_reference":
            vals[field.model_field] = "ir.attachment"
        return vals

    def _seen(self, user, records):
        """Everything that a client reads of these records and of what they point to, bytes included."""
        seen = []
        for record in records:
            for name, field in record._fields.items():
                if field.type in ("properties", "properties_definition"):
                    continue
                value = self._try(user, record, "read", [name])
                seen.append(value)
                if field.relational and field.comodel_name in HOLDERS and value:
                    ids = value[0][name]
                    ids = ids if isinstance(ids, list) else [ids[0]] if ids else []
                    wanted = ["raw", "datas"] if field.comodel_name == "ir.attachment" else ["body", "subject"]
                    targets = self.env[field.comodel_name].browse(ids)
                    seen += [self._try(user, target, "read", wanted) for target in targets]
        return seen

    def test_no_field_leads_to_foreign_bytes(self):
        walked = set()
        for model, field in self._own_fields():
            if not self._leads_to_bytes(field):
                continue
            walked.add((model._name, field.name))
            for user in self.users | self.manager:
                for value in self._values(field):
                    with self.subTest(model=model._name, field=field.name, user=user.login, value=value):
                        self._attack(model, field, user, value)
        self.assertGreaterEqual(walked, {
            ("document.consent", "attachment_id"), ("document.consent", "evidence"),
            ("document.consent", "mail_message_id"), ("document.dispatch", "attachment_ids"),
            ("document.dispatch", "draft_id"), ("document.dispatch", "mail_message_id"),
            ("document.dispatch.file", "attachment_id"), ("document.dispatch.print", "part_ids"),
            ("document.dispatch.resend.line", "res_id"),
        })

    def _attack(self, model, field, user, value):
        before = self.secret.read(["res_model", "res_id", "raw"]), self.message.read(["model", "res_id", "body"])
        vals = self._fill(model, user, field.name, value)
        plain = {name: other for name, other in vals.items() if name != field.name}
        made = [
            self._try(user, model, "create", [vals]),
            self._try(user, model, "create", [plain], context={f"default_{field.name}": value}),
        ]
        known = model.with_user(user)
        found = known.search([], limit=1, order="id desc") if known.has_access("read") else known
        if found:
            self._try(user, found.with_env(self.env), "write", {field.name: value})
        records = model.browse([ids[0] if isinstance(ids, list) else ids for ids in made if ids]) | found.with_env(
            self.env)
        seen = self._seen(user, records.exists())
        seen.append(self._try(user, model, "onchange", vals, [field.name], {
            name: {} for name in [field.name, *(f.name for f in model._fields.values() if f.type == "binary")]}))
        self.assertFalse(self._leaks(seen))
        self.assertEqual(
            (self.secret.read(["res_model", "res_id", "raw"]), self.message.read(["model", "res_id", "body"])), before)
        self.assertFalse(self.secret.with_user(user).has_access("read"))

    def test_no_line_leads_to_foreign_bytes(self):
        """The same through the lines of a record that the user may write: in a command for its field."""
        self._order(self.silva, user_id=self.seller.id)._dispatch_create("rule", state="review")
        self._invoice(self.silva, invoice_user_id=self.clerk.id)
        holders = {}
        for model, field in self._own_fields():
            if self._leads_to_bytes(field) and (values := self._values(field)):
                holders.setdefault(model._name, []).append((field, values[0]))
        through = [(parent, line) for parent, line in self._own_fields()
                   if line.type in ("one2many", "many2many") and line.comodel_name in holders]
        self.assertIn(("res.partner", "consent_ids"), {(parent._name, line.name) for parent, line in through})
        for parent, line in through:
            for user in self.users | self.manager:
                known = parent.with_user(user)
                record = known.search([], limit=1, order="id desc") if known.has_access("write") else known
                for field, value in holders[line.comodel_name]:
                    model = self.env[line.comodel_name]
                    last = model.sudo().with_context(active_test=False).search([], limit=1, order="id desc").id or 0
                    vals = self._fill(model, user, field.name, value)
                    with self.subTest(parent=parent._name, line=line.name, field=field.name, user=user.login):
                        self._try(user, record.with_env(self.env), "write", {line.name: [Command.create(vals)]})
                        made = model.sudo().with_context(active_test=False).search([("id", ">", last)])
                        self.assertFalse(self._leaks(self._seen(user, made.with_env(self.env))))

    def test_related_binaries_read_with_the_users_rights(self):
        for model, field in self._own_fields():
            if field.related and (field.type in ("binary", "image") or field.relational
                                  and field.comodel_name in HOLDERS):
                self.assertFalse(field.compute_sudo, f"{model._name}.{field.name}")

    # ------------------------------------------------------------------
    # A dispatch, and the mail that it becomes
    # ------------------------------------------------------------------

    def _review(self):
        order = self._order(self.silva, user_id=self.seller.id)
        dispatch = order._dispatch_create("rule", state="review")
        self._deliver()
        return dispatch

    def test_dispatch_in_review(self):
        dispatch = self._review()
        for commands in (
            [[Command.LINK, self.secret.id, 0]], [[Command.SET, 0, [self.secret.id]]],
            [[Command.UPDATE, self.secret.id, {"name": "x"}]],
            [[Command.CREATE, 0, {"name": "x", "res_model": self.secret.res_model, "res_id": self.secret.res_id}]],
            [[Command.DELETE, self.secret.id, 0]],
        ):
            with self.subTest(commands=commands):
                _result, error = self._call(
                    self.seller, "document.dispatch", "web_save", dispatch.ids, {"attachment_ids": commands},
                    {"attachment_ids": {"fields": {"datas": {}}}})
                self.assertTrue(error)
        self.assertNotIn(self.secret, dispatch.attachment_ids)
        self.assertTrue(self.secret.exists())
        own, _error = self._call(self.seller, "ir.attachment", "create", {"name": "nota.txt", "raw": "obrigado"})
        _result, error = self._call(
            self.seller, "document.dispatch", "write", dispatch.ids, {"attachment_ids": [[Command.LINK, own, 0]]})
        self.assertFalse(error)
        self.assertIn(own, dispatch.attachment_ids.ids)

    def test_context_puts_nothing_into_a_mail(self):
        """What a window sends is made with the system's rights: defaults of a client say nothing in it."""
        order = self._order(self.silva, user_id=self.seller.id)
        forged = {
            "default_attachment_ids": [[Command.SET, 0, [self.secret.id]]], "default_draft_id": self.secret.id,
            "default_email_from": "forged@evil.example.com", "default_reply_to": "forged@evil.example.com",
        }
        self._call(self.seller, "ir.default", "set", "document.dispatch", "attachment_ids",
                   [[Command.SET, 0, [self.secret.id]]], True)
        [window], error = self._call(self.seller, "document.dispatch.resend", "create", [{"numbers": order.name}])
        self.assertFalse(error)
        for method in ("action_find", "action_send"):
            _result, error = self._call(self.seller, "document.dispatch.resend", method, [window], context=forged)
            self.assertFalse(error)
        dispatch = self._dispatches(order)
        self.assertEqual((len(dispatch), dispatch.user_id), (1, self.seller))
        self.assertFalse(dispatch.draft_id)
        self.assertNotIn(self.secret, dispatch.attachment_ids)
        self._deliver()
        self.assertEqual(dispatch.state, "sent")
        self.assertNotIn(b"evil.example.com", b"".join(content for *_others, content in self.smtp.handler.messages))
        self._assert_not_mailed()

    def test_window_of_an_invoice(self):
        invoice = self._invoice(self.silva, invoice_user_id=self.seller.id)
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        widget = [{"id": self.secret.id, "name": "x", "mimetype": "text/plain", "placeholder": False, "manual": True}]
        for vals, more in (
            ({"mail_attachments_widget": widget}, {}), ({}, {"default_mail_attachments_widget": widget}),
            ({}, {"default_attachment_ids": [[Command.SET, 0, [self.secret.id]]]}),
        ):
            with self.subTest(vals=vals, more=more):
                made, _error = self._call(
                    self.clerk, "account.move.send.wizard", "create", [vals], context={**context, **more})
                for window in made or ():
                    for method in ("action_dispatch_draft", "action_send_and_print"):
                        self._call(self.clerk, "account.move.send.wizard", method, [window],
                                   context={**context, **more})
                self._deliver()
                self.assertNotIn(self.secret, self._dispatches(invoice).attachment_ids)
                self._assert_not_mailed()
                drafts = self._dispatches(invoice).draft_id
                self.assertFalse(any(base64.b64encode(SECRET)[:20] in draft.raw for draft in drafts))

    def test_sent_file_is_not_taken_off_by_others(self):
        """It stays with its dispatch when it is deleted: by somebody who may delete it."""
        invoice = self._invoice(self.silva, invoice_user_id=self.clerk.id)
        dispatch = invoice._dispatch_create("rule")
        self._deliver()
        file = dispatch.attachment_ids
        place = (file.res_model, file.res_id)
        for user in (self.stranger, self.guest):
            with self.subTest(user=user.login):
                _result, error = self._call(user, "ir.attachment", "unlink", file.ids)
                self.assertIn("AccessError", error["data"]["name"])
                self.assertEqual((file.res_model, file.res_id), place)
        _result, error = self._call(self.clerk, "ir.attachment", "unlink", file.ids)
        self.assertFalse(error)
        self.assertEqual((file.res_model, file.res_id), ("document.dispatch", dispatch.id))

    def test_tray_counts_what_its_user_sees(self):
        dispatch = self._invoice(self.papel, invoice_user_id=self.rival.id)._dispatch_create("rule")
        self.assertEqual(dispatch.state, "paper")
        result, error = self._call(
            self.seller, "document.dispatch.tray", "onchange", [], {"dispatch_ids": [[Command.SET, 0, dispatch.ids]]},
            ["dispatch_ids"], {"dispatch_ids": {}, "homeless": {}, "documents": {}})
        self.assertFalse(error)
        self.assertFalse(result["value"].get("documents"))
        self.assertNotIn(self.papel.name, str(result))

    def _assert_not_mailed(self):
        for mail in self.mails:
            for part in mail.walk():
                if not part.is_multipart():
                    self.assertNotIn(SECRET, part.get_payload(decode=True))


@tagged("post_install", "-at_install")
class TestProtectedFields(WalkCase):
    """What is read-only says what happened: a client neither writes it nor gives it by a default."""

    def _models(self):
        """The log, the ledger, documents, and whoever else protects its fields."""
        parent = self.env.registry["document.dispatch.protected"]
        models = [self.env[name] for name, model in self.env.registry.items()
                  if issubclass(model, parent) and not model._abstract]
        self.assertGreaterEqual({model._name for model in models}, {
            "document.dispatch", "document.dispatch.recipient", "document.consent", "document.letter",
            "document.statement", "document.dispatch.file", "document.reminder", "account.move", "sale.order",
            "res.partner",
        })
        return models

    def _protected(self):
        for model in self._models():
            for field in model._fields.values():
                if (field.store and field.readonly and field.name not in MAGIC_COLUMNS
                        and field._modules[:1] == ("document_dispatch",)):
                    yield model, field

    def test_every_model_with_dispatches_of_the_system_protects_them(self):
        """A model of this module that users see, and may not make, is made by the system."""
        parent = self.env.registry["document.dispatch.protected"]
        # what managers set up, views of the database, and what nobody but the system may write
        free = {"document.dispatch.type", "document.dispatch.rule", "document.dispatch.rule.kind",
                "document.dispatch.rule.level", "document.dispatch.role", "document.dispatch.preference",
                "document.dispatch.report", "document.dispatch.home", "document.consent.attempt"}
        for name, model in self.env.registry.items():
            if model._original_module == "document_dispatch" and not (model._abstract or model._transient):
                self.assertTrue(issubclass(model, parent) or name in free, name)

    def _records(self):
        """One record of each model that has one, which the manager may see."""
        order, invoice = self._order(self.silva), self._invoice(self.silva)
        order._dispatch_create("rule", state="review")
        dispatch = invoice._dispatch_create("rule")
        self._deliver()
        consent = self.env["document.consent"].create({"partner_id": self.nowak.id, "kind": "refused"})
        letter = self.env["document.letter"].sudo().create({
            "partner_id": self.nowak.id, "company_id": self.company.id, "user_id": self.env.uid,
            "date": "2026-01-01", "subject": "Faturas por e-mail", "body": "<p>Prezados</p>",
        })
        review = self._dispatches(order)
        return [order, invoice, dispatch, dispatch.recipient_ids[0], review, review.recipient_ids[0], consent, letter,
                self.nowak]

    def test_written(self):
        for record in self._records():
            for model, field in self._protected():
                if model._name != record._name:
                    continue
                with self.subTest(model=model._name, field=field.name):
                    before = record.sudo()[field.name]
                    self.assertIsNone(self._try(
                        self.manager, record, "write", {field.name: self._forged(model, field)}), "it is refused")
                    self.assertEqual(record.sudo()[field.name], before)

    def test_given_by_a_default(self):
        for model, field in self._protected():
            forged = self._forged(model, field)
            with self.subTest(model=model._name, field=field.name):
                plain = model.with_user(self.manager).sudo().default_get([field.name])
                context = model.with_user(self.manager).sudo().with_context(**{f"default_{field.name}": forged})
                self.assertEqual(context.default_get([field.name]), plain, "nor by the superuser for a client")
                with self.env.cr.savepoint() as savepoint, suppress(ValidationError):
                    self.env["ir.default"].with_user(self.manager).set(model._name, field.name, forged, user_id=True)
                    self.assertEqual(model.with_user(self.manager).sudo().default_get([field.name]), plain)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_documents_by_rpc(self):
        """Given, and given by a default, in one request as a client sends it."""
        plain = {
            "sale.order": {"partner_id": self.nowak.id},
            "account.move": {"partner_id": self.nowak.id, "move_type": "out_invoice"},
            "res.partner": {"name": "Novak"},
            "document.consent": {"partner_id": self.nowak.id, "kind": "accepted"},
        }
        for name, vals in plain.items():
            model = self.env[name]
            protected = [field for of_model, field in self._protected() if of_model._name == name]
            [made], error = self._call(self.manager, name, "create", [vals])
            self.assertFalse(error, name)
            expected = {field.name: model.browse(made).sudo()[field.name] for field in protected}
            for field in protected:
                forged = self._forged(model, field)
                with self.subTest(model=name, field=field.name):
                    made, error = self._call(self.manager, name, "create", [{**vals, field.name: forged}])
                    self.assertTrue(error or model.browse(made).sudo()[field.name] == expected[field.name])
                    made, error = self._call(
                        self.manager, name, "create", [vals], context={f"default_{field.name}": forged})
                    if not error:  # a field of managers of another kind: Odoo refuses it by itself
                        self.assertEqual(model.browse(made).sudo()[field.name], expected[field.name])

    def test_log_is_not_forged_by_what_a_window_sends(self):
        """The dispatches are made with the system's rights, in the request of a person."""
        invoice = self._invoice(self.silva)
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        for model in ("document.dispatch", "document.dispatch.recipient"):
            for name, field in self.env[model]._fields.items():
                if field.store and field.type not in ("one2many", "many2many") and name not in (
                        "res_model", "res_id", "partner_id", "user_id", "company_id", "subject", "body"):
                    context[f"default_{name}"] = self._forged(self.env[model], field)
        context["default_state"] = "sent"
        made, error = self._call(self.clerk, "document.dispatch.resend", "create", [{"numbers": invoice.name}])
        self.assertFalse(error)
        with self._mail_server_down():
            for method in ("action_find", "action_send"):
                _result, error = self._call(self.clerk, "document.dispatch.resend", method, made, context=context)
                self.assertFalse(error)
        dispatch = self._dispatches(invoice)
        self.assertEqual((dispatch.state, dispatch.sent_date, dispatch.origin), ("queued", False, "manual"))
        self.assertLessEqual(set(dispatch.recipient_ids.mapped("state")), {"queued", "deferred"})
        said = str(dispatch.sudo().read() + dispatch.recipient_ids.sudo().read())
        for forged in ("forged", "424242", "datetime.datetime(2001"):
            self.assertNotIn(forged, said)
