"""A context that a client sends steers nothing: neither by the portal's public route nor by RPC."""

import ast
import json
import re
from contextlib import suppress
from pathlib import Path

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..tools.dispatch.steering import Steering
from .test_access import AccessCase

ROOT = Path(__file__).parents[1]
ROOMS = ("controllers", "models", "report", "tools", "wizard")

#: Read as objects of a type of their own, which JSON cannot express: key → the only files that read it
TYPED = {
    **{steering.KEY: {"tools/dispatch/steering.py"} for steering in Steering.__subclasses__()},
    "dispatch_system_write": {
        "models/consent/document_consent.py", "models/delivery/document_dispatch_bundle.py",
        "models/dispatch/document_dispatch.py",
        "models/dispatch/document_dispatch_protected.py", "models/dispatch/document_dispatch_recipient.py",
    },
    "dispatch_print_run": {"models/consent/document_letter.py"},
    "dispatch_looking": {"models/delivery/res_partner.py"},
    "dispatch_gateway": {"models/delivery/ir_actions_report.py"},
    "dispatch_render": {"models/delivery/ir_actions_report.py"},
    "dispatch_compiled": {"models/delivery/ir_qweb.py"},
}
#: Ours that a client may send → why that does no harm
HARMLESS = {
    "dispatch_documents": "what templates of several documents name: a plain value breaks the text of who sends it",
    "dispatch_import": "which file the import page offers to begin with",
    "dispatch_no_delay": "how long the scripts of a page may run while the sender's own PDF is drawn",
    "dispatch_not_ready": "a number that the window shows to its own user",
    "dispatch_patient": "the sender's own PDF is drawn without haste",
    "dispatch_scheduled": "a message that was kept is sent as the document, by who reads it (_dispatch_is_readers)",
    "dispatch_shared": "links in mails only show, and lead to no page: less than without it",
    "dispatch_states": "which of the dispatches that they may see the user looks at",
}
#: Odoo's own that the addon reads → why it may trust them, or does not
ODOO = {
    "active_domain": "which of the dispatches that the user may see are in the list",
    "active_ids": "the method that is called for them asks for the right to write each",
    "active_model": "as active_ids",
    "bin_size": "the length of a file instead of its bytes, of what the user may read",
    "cron_end_time": "when a worker ends; workers run in environments of their own",
    "import_file": "says in the ledger that a declaration came by import; every user may import what they may write",
    "ir_cron_progress_id": "leaves the delivery to the scheduler; workers run in environments of their own",
    "mark_so_as_sent": "fills in the window; sends only for whom may write the quotation (see BY_NAME)",
    "proforma": "the text that is offered in the window",
}
#: The framework's own, which it checks itself where that is needed
FRAMEWORK = frozenset({"allowed_company_ids", "company", "lang", "tz", "uid"})
#: Files that hand on keys that others name → whose keys these are
BY_NAME = {
    "models/documents/document_dispatch_mixin_core.py":
        "the mark of core's window for each kind (_dispatch_sent_mark): it sends only for whom may write the document",
    "models/delivery/ir_qweb.py": "core's (ir.qweb._get_template_cache_keys)",
    "tools/dispatch/steering.py": "checked by their type",
}
#: What in templates and views reads a key
IN_XML = re.compile(r"(?:\bctx|env\.context)(?:\.get\(|\[)['\"](\w+)|\bctx\.(?!get\b)(\w+)")


def is_context(node):
    """Tell whether this expression is the context of an environment: ``….context`` or a name for it."""
    return isinstance(node, ast.Attribute) and node.attr in ("context", "_context") or (
        isinstance(node, ast.Name) and node.id in ("context", "ctx"))


def read_keys(source):
    """Names of the context keys that a Python text reads; ``None`` for one that it does not spell out."""
    for node in ast.walk(ast.parse(source)):
        keys = ()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if is_context(node.func.value) and node.func.attr in ("get", "pop", "setdefault"):
                keys = node.args[:1]
            elif node.func.attr == "depends_context":
                keys = node.args
        elif isinstance(node, ast.Subscript) and is_context(node.value) and isinstance(node.ctx, ast.Load):
            keys = (node.slice,)
        elif isinstance(node, ast.Compare) and any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops):
            keys = (node.left,) if any(map(is_context, node.comparators)) else ()
        for key in keys:
            yield key.value if isinstance(key, ast.Constant) else None


def scan():
    """All keys that the addon reads: ``{key: {files}}``."""
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for key in read_keys(path.read_text(encoding="utf-8")):
                found.setdefault(key, set()).add(path.relative_to(ROOT).as_posix())
    for room in ("data", "report", "views"):
        for path in (ROOT / room).rglob("*.xml"):
            for match in IN_XML.finditer(path.read_text(encoding="utf-8")):
                found.setdefault(match[1] or match[2], set()).add(path.relative_to(ROOT).as_posix())
    return found


#: What a client may send that comes nearest to what our own code hands on
REQUEST = {
    "origin": "batch", "posting": True, "only_files": True, "draft": True, "batch_id": 1, "recipient_id": 1,
    "emails": ["mallory@evil.example.com"], "email_from": "mallory@evil.example.com", "subject": "Mallory",
    "linked_ids": [1], "page": "https://evil.example.com", "by_move": {"1": [1]},
}
VALUES = (True, REQUEST, [1], "manual")


def attacked_keys():
    """What an attacker finds in the source, with names of before."""
    known = {
        "dispatch_request", "dispatch_window", "dispatch_batch", "dispatch_draft", "dispatch_origin", "dispatch_page",
        "dispatch_hold_sent", "dispatch_mail", "dispatch_subject", "dispatch_linked", "dispatch_recipient",
        "dispatch_summary", "dispatch_test_mail", "mark_so_as_sent",
    }
    ours = {key for key in {*scan(), *TYPED} - {None} if key.startswith("dispatch_")}
    return sorted(known | ours | {"counter", "proforma"})


class TestContextKeys(AccessCase):
    def test_every_key_is_known(self):
        found = scan()
        self.assertFalse({*HARMLESS, *ODOO} - found.keys(), "nobody reads these any more")
        self.assertEqual(found.pop(None, set()), set(BY_NAME), "keys that are not spelled out")
        for key, files in found.items():
            if key in FRAMEWORK:
                continue
            if key in TYPED:
                self.assertLessEqual(files, TYPED[key], f"{key}: its reader asks for its type")
            else:
                self.assertTrue(
                    HARMLESS.get(key) or ODOO.get(key),
                    f"{key} in {sorted(files)}: let it travel in tools.dispatch.steering, "
                    "or say why a client may send it")

    def test_scan_sees_every_way_of_reading(self):
        for source in (
            "self.env.context.get('secret')", "env.context['secret']", "'secret' in self._context",
            "context.get('secret', 1)", "self.with_context(a=1).env.context.pop('secret')",
        ):
            self.assertEqual(list(read_keys(source)), ["secret"], source)


class ContextCase(AccessCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.silva, invoice_user_id=self.seller.id)
        self.order = self._order(self.silva, user_id=self.seller.id)
        self.documents = (self.invoice, self.order)
        for document in self.documents:
            document._dispatch_create("rule")
            document.message_subscribe(self.nowak.ids)
        self.env.flush_all()

    def _snapshot(self):
        """All that a context could have changed."""
        self.env.flush_all()
        self.env.invalidate_all()
        dispatches = self.env["document.dispatch"].search([], order="id")
        return {
            "dispatches": dispatches.read(["state", "origin", "batch_id", "user_id", "channel", "mail_message_id"]),
            "recipients": dispatches.recipient_ids.read(["email", "state"]),
            "links": self.env["document.dispatch.page"].search_count([]),
            "ledger": self.env["document.consent"].search_count([]),
            "documents": [document.read(["state", "dispatch_state", "dispatch_mark"]) for document in self.documents],
            "sent": self.invoice.is_move_sent,
        }

    def _told(self, document):
        """Who was told of the last message on a document, and how it reads."""
        message = document.message_ids[0]
        sent = [(mail["to"], mail["subject"], "evil.example.com" in mail.as_string(), "/dispatch/" in mail.as_string())
                for mail in self.mails]
        return message.body, message.partner_ids, message.notified_partner_ids, message.is_internal, sorted(sent)


@tagged("post_install", "-at_install")
class TestStranger(ContextCase, HttpCase):
    """Who has the link of a document writes a message on its page, with a context of their choice."""

    def _post(self, document, context):
        self.smtp.handler.clear()
        self.make_jsonrpc_request("/mail/message/post", {
            "thread_model": document._name, "thread_id": document.id, "token": document._portal_ensure_token(),
            "post_data": {"body": "Obrigada", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
            "context": context,
        })
        self.env.invalidate_all()
        return self._told(document)

    def test_message_on_the_portal(self):
        for document in self.documents:
            before, told = self._snapshot(), self._post(document, {})
            self.assertIn(self.nowak, told[2])
            self.assertTrue(told[-1], "the followers get a mail")
            for key in attacked_keys():
                with self.subTest(document=document._name, key=key):
                    self.assertEqual(self._post(document, {key: REQUEST}), told)
                    self.assertEqual(self._snapshot(), before)

    def test_all_at_once(self):
        for document in self.documents:
            before, told = self._snapshot(), self._post(document, {})
            for value in VALUES:
                with self.subTest(document=document._name, value=value):
                    self.assertEqual(self._post(document, dict.fromkeys(attacked_keys(), value)), told)
                    self.assertEqual(self._snapshot(), before)

    def test_keys_of_odoo_break_at_most_the_message(self):
        for document in self.documents:
            before = self._snapshot()
            for key in ODOO:
                with mute_logger("odoo.http"), suppress(JsonRpcException):
                    self._post(document, {key: REQUEST})
                self.assertEqual(self._snapshot(), before, key)


class TestColleague(ContextCase):
    """Who may send a document sends it in Odoo's windows: what they add to the context changes nothing."""

    def _contexts(self):
        keys = [key for key in attacked_keys() if key != "mark_so_as_sent"]
        yield from (dict.fromkeys(keys, value) for value in VALUES)

    def test_message(self):
        for user, document in ((self.seller, self.order), (self.clerk, self.invoice)):
            before = self._snapshot()
            for context in self._contexts():
                with self.subTest(document=document._name, context=context):
                    self._as_rpc(user, document, "message_post", context={**context, "default_body": "Recado"})
                    self.assertEqual(self._snapshot(), before)

    def test_mark_of_core_needs_the_right_to_write(self):
        """Odoo's own mark sends the quotation for its salesperson, in their name, and for nobody else."""
        employee = self._user("igor", "base.group_user", "Igor Lima")
        employee.email = self.rival.email = "equipe@aurora.example.com"
        before = self._snapshot()
        for user in (self.rival, employee):
            # as core's route does: whoever may post, posts with the system's rights
            order = self.order.with_user(user).sudo().with_context(mark_so_as_sent=True)
            order.message_post(body="Recado", message_type="comment", subtype_xmlid="mail.mt_comment")
            self.assertEqual(self._snapshot(), before, user.name)
        order = self.order.with_user(self.seller).with_context(mark_so_as_sent=True)
        order.message_post(
            body="Proposta", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.silva_ana.ids)
        dispatch = self._dispatches(self.order)[-1]
        self.assertEqual((dispatch.user_id, dispatch.origin, dispatch.state), (self.seller, "manual", "sent"))

    def test_window_of_an_invoice(self):
        plain, *attacked = (self._invoice(self.silva) for _context in range(len(VALUES) + 1))
        results = []
        for invoice, context in zip((plain, *attacked), ({}, *self._contexts()), strict=True):
            window = self.env["account.move.send.wizard"].with_user(self.clerk).with_context(
                active_model="account.move", active_ids=invoice.ids).create({})
            action = self._as_rpc(self.clerk, window, "action_send_and_print", context=context)
            json.dumps(action)
            results.append(self._what_left(invoice))
        for result in results[1:]:
            self.assertEqual(result, results[0])

    def test_window_of_a_quotation(self):
        results = []
        for context in ({}, *self._contexts()):
            order = self._order(self.silva, user_id=self.seller.id)
            action = order.with_user(self.seller).action_quotation_send()
            composer = self.env["mail.compose.message"].with_user(self.seller).with_context(
                **action["context"]).create({})
            self._as_rpc(self.seller, composer, "action_send_mail", context={**action["context"], **context})
            results.append(self._what_left(order))
        for result in results[1:]:
            self.assertEqual(result, results[0])

    def _what_left(self, document):
        dispatch = self._dispatches(document)
        return (
            len(dispatch), dispatch.origin, dispatch.state, dispatch.channel, dispatch.batch_id,
            dispatch.user_id, dispatch.email_from, sorted(dispatch.recipient_ids.mapped("email")),
            document.dispatch_state,
            document.is_move_sent if "is_move_sent" in document._fields else document.state,
        )

    def test_sending_again(self):
        for context in ({}, *self._contexts()):
            window = self.env["document.dispatch.resend"].with_user(self.clerk).create({"numbers": self.invoice.name})
            self._as_rpc(self.clerk, window, "action_find")
            self._as_rpc(self.clerk, window, "action_send", context=context)
            dispatch = self._dispatches(self.invoice)[-1]
            self.assertEqual(
                (dispatch.state, dispatch.batch_id, dispatch.user_id), ("sent", dispatch.batch_id.browse(), self.clerk))

    def test_dispatches_are_not_made(self):
        dispatch = self._dispatches(self.invoice)
        made = {
            "document.dispatch": {"document_name": "INV/2026/00001"},
            "document.dispatch.recipient": {"dispatch_id": dispatch.id, "email": "mallory@evil.example.com"},
        }
        for value in VALUES:
            for model, vals in made.items():
                with self.assertRaises(UserError):
                    call_kw(self.env[model].with_user(self.clerk), "create", [[vals]],
                            {"context": {"dispatch_system_write": value}})
            with self.assertRaises(UserError):
                self._as_rpc(self.clerk, dispatch, "write", {"state": "sent"}, context={"dispatch_system_write": value})

    def test_batch_of_somebody_else(self):
        """A window that says to stand among those of a colleague sends nothing."""
        others = self.env["document.dispatch.batch"].sudo().create({
            "company_id": self.company.id, "user_id": self.env.user.id, "grouping": "each", "res_model": "account.move",
            "queue": self.invoice.ids,
        })
        before = self._snapshot()
        window = self.env["account.move.send.wizard"].with_user(self.clerk).with_context(
            active_model="account.move", active_ids=self.invoice.ids,
        ).create({"dispatch_batch_id": others.id})
        for method in ("action_send_and_print", "action_dispatch_paper", "action_dispatch_draft"):
            with self.assertRaises(UserError):
                self._as_rpc(self.clerk, window, method)
            self.assertEqual(self._snapshot(), before, method)
