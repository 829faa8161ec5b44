"""Kinds of documents: each says what it must, and one that does not harms nobody."""

from odoo import fields, models
from odoo.orm import model_classes

from .common import DispatchCase
from .kinds import assert_dispatch_kind

LOGGER = "odoo.addons.document_dispatch.models.documents.document_dispatch_mixin_core"
#: Of the kind that is made here
MODEL = "document.dispatch.test.half"


class TestKinds(DispatchCase):
    def test_ours_are_whole(self):
        self._invoice(self.silva)
        self._order(self.silva)
        self.env["document.dispatch.type"]._add_suggested("account.payment")
        for model in self.env["document.dispatch"]._get_kinds():
            with self.subTest(model):
                assert_dispatch_kind(self.env, model)

    def test_no_kind(self):
        with self.assertRaisesRegex(AssertionError, "does not inherit document.dispatch.mixin"):
            assert_dispatch_kind(self.env, "res.partner")

    def test_hooks_come_once_and_leave_arguments_and_answers_alone(self):
        """After all overrides: with other arguments, for several, for none, for one that has nothing to do."""
        moves = self._invoice(self.silva, post=False) | self._invoice(self.nowak, post=False)
        self.assertEqual(moves._post(soft=False), moves)
        self.assertEqual(self.env["account.move"]._post(), self.env["account.move"])
        self._rule("Faturas", "invoice")
        dispatches = moves._dispatch_create("rule")
        moves[0].button_draft()
        self.assertEqual(dispatches.mapped("state"), ["cancelled", "queued"])
        self.assertEqual(moves.mapped("dispatch_revision"), [1, 0])
        moves[0].button_cancel()
        self.assertEqual(moves[0].dispatch_revision, 1)
        for model in self.env["document.dispatch"]._get_kinds():
            kind = type(self.env[model])
            for name, method in vars(kind).items():
                if hasattr(method, "dispatch_hook"):
                    self.assertFalse(hasattr(method.__wrapped__, "dispatch_hook"), f"{model}.{name} is watched twice")


class TestHalfKind(DispatchCase):
    """A kind of another module that leaves out what it must."""

    def _load(self, *parents, **attributes):
        """Make a kind that has these parents and says this, until the test ends; return what is logged about it."""
        registry, cr = self.registry, self.env.cr
        definition = type("Half", (models.Model,), {
            "__module__": "odoo.addons.document_dispatch.tests.half", "_module": "document_dispatch",
            "_register": False, "_name": MODEL, "_inherit": parents, "_description": "Half a kind", "_auto": False,
            **attributes,
        })

        def unload():
            del registry.models[MODEL]
            for parent in parents:
                registry[parent]._inherit_children.discard(MODEL)
            registry._setup_models__(cr, [])

        with self.assertLogs(LOGGER, "ERROR") as logs:
            model_classes.add_to_registry(registry, definition)
            self.addCleanup(unload)
            registry._setup_models__(cr, [MODEL])
        return "\n".join(logs.output)

    def test_left_out(self):
        """It is said by name, switched off and shown; everything else goes on."""
        said = self._load(
            "document.dispatch.mixin", _dispatch_done_methods=("button_nowhere",), name=fields.Char(),
            _dispatch_type_code=lambda self: "invoice")
        for name in ("_dispatch_rule_domain", "_dispatch_default_report", "_dispatch_partner", "_dispatch_thread",
                     "_dispatch_date", "_dispatch_date_domain", "company_id", "button_nowhere"):
            self.assertIn(name, said)
        for name in ("_dispatch_name", "_dispatch_type_code"):
            self.assertNotIn(name, said)
        Dispatch = self.env["document.dispatch"]
        self.assertIn(MODEL, Dispatch._get_kinds())
        self.assertNotIn(MODEL, Dispatch._get_dispatched_models())
        with self.assertRaisesRegex(AssertionError, "_dispatch_rule_domain"):
            assert_dispatch_kind(self.env, MODEL)
        page = self.env["document.dispatch.overview"].create({})
        self.assertIn("_dispatch_rule_domain", page.setup_kinds_text)
        self.assertTrue(page.setup_left)
        half = self.types["invoice"].copy({
            "model": MODEL, "mail_template_id": False, "bundle_template_id": False, "sequence": 99})
        self.assertFalse(half.is_offered)
        types = half.with_context(active_test=False)
        self.assertNotIn(half, types.search([("is_offered", "=", True)]))
        self.assertIn(half, types.search([("is_offered", "=", False)]))
        rule = self._rule("Faturas", "invoice")
        rule.type_ids |= half
        invoice = self._invoice(self.silva)
        self.assertEqual(len(rule._preview()[0]), 1)
        self._plan()
        self._deliver()
        self.assertEqual((invoice.dispatch_state, rule.problem), ("sent", False))
        self.env["document.dispatch.report"].search([], limit=1)
        self.env["document.dispatch.resend"].create({"numbers": invoice.name}).action_find()

    def test_inherited_behind_its_own_model(self):
        """Core's methods would come before ours: also that is left out."""
        said = self._load("mail.thread", "document.dispatch.mixin")
        self.assertIn("_inherit", said)
        self.assertNotIn("_dispatch_thread", said)
