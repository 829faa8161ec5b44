"""Who sees which dispatches, and that nobody writes what only the mail server can say."""

from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw

from .common import DispatchCase, new_user

MOST_NAMED = "odoo.addons.document_dispatch.models.dispatch.document_dispatch_mixin_access.MOST_NAMED"
LOG = ("document.dispatch", "document.dispatch.recipient")


class AccessCase(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._user("beatriz", "account.group_account_invoice", "Beatriz Nunes")
        cls.seller = cls._user("jonas", "sales_team.group_sale_salesman", "Jonas Prado")
        cls.rival = cls._user("karin", "sales_team.group_sale_salesman", "Karin Alves")

    @classmethod
    def _user(cls, login, groups, name, companies=None):
        companies = companies or cls.company
        return new_user(companies, login, groups, name=name)

    def _as_rpc(self, user, records, method, *arguments, context=None):
        """Call a method as the web client does: public ones only, and a context of plain values."""
        model = self.env[records._name].with_user(user).browse()
        result = call_kw(model, method, [records.ids, *arguments], {"context": context or {}})
        self.env.flush_all()
        self.env.invalidate_all()
        return result

    def _seen(self, user, records):
        """Those of these records that the user finds; reading must agree with searching."""
        everything = records.with_user(user).with_context(active_test=False)
        found = everything.search([("id", "in", records.ids)]).with_env(records.env)
        for record in records:
            self.assertEqual(record.with_user(user).has_access("read"), record in found, record.display_name)
        return found


class TestDispatches(AccessCase):
    """The log follows the document: who may not see it, may not see how it went."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("ines", "document_dispatch.group_dispatch_manager", "Inês Rocha")
        cls.leader = cls._user("ulla", "sales_team.group_sale_salesman_all_leads", "Ulla Berg")
        cls.employee = cls._user("igor", "base.group_user", "Igor Lima")
        documents = {
            "own_order": cls._order(cls.silva, user_id=cls.seller.id),
            "free_order": cls._order(cls.silva, user_id=False),
            "rivals_order": cls._order(cls.silva, user_id=cls.rival.id),
            "own_invoice": cls._invoice(cls.silva, invoice_user_id=cls.seller.id),
            "rivals_invoice": cls._invoice(cls.silva, invoice_user_id=cls.rival.id),
        }
        cls.dispatches = {name: document._dispatch_create("manual") for name, document in documents.items()}
        cls.all_dispatches = cls.env["document.dispatch"].union(*cls.dispatches.values())

    def test_a_program_reads_every_field(self):
        """Asked for no field in particular, Odoo gives all that the user may read, computed ones too."""
        for user in (self.seller, self.clerk, self.manager):
            seen = self._seen(user, self.all_dispatches)
            for records in (seen, seen.recipient_ids):
                rows = self._as_rpc(user, records, "read")
                self.assertEqual([row["id"] for row in rows], records.ids)

    def _names(self, user):
        """The names of the dispatches that a user sees; those of their recipients must be the same."""
        seen = self._seen(user, self.all_dispatches)
        recipients = self._seen(user, self.all_dispatches.recipient_ids)
        self.assertEqual(recipients.dispatch_id, seen, "recipients follow their dispatch")
        return {name for name, dispatch in self.dispatches.items() if dispatch in seen}

    def test_dispatches_have_recipients(self):
        for name, dispatch in self.dispatches.items():
            self.assertEqual((len(dispatch), dispatch.state), (1, "queued"), name)
            self.assertTrue(dispatch.recipient_ids, name)

    def test_salesman_sees_his_own_documents_and_those_of_nobody(self):
        self.assertEqual(self._names(self.seller), {"own_order", "free_order", "own_invoice"})
        self.assertEqual(self._names(self.rival), {"rivals_order", "free_order", "rivals_invoice"})

    def test_whoever_reads_the_document_sees_its_log(self):
        """Odoo lets sales leaders read all invoices, and who makes invoices all orders."""
        for user in (self.leader, self.clerk):
            readable = {
                name for name, dispatch in self.dispatches.items()
                if dispatch._document().with_user(user).has_access("read")
            }
            self.assertEqual(self._names(user), readable, user.login)
            self.assertEqual(readable, set(self.dispatches))

    def test_who_reads_few_documents_and_who_reads_many(self):
        """Documents of the ones are named in the query, of the others each is asked for: what they see is the same."""
        for user in (self.seller, self.rival, self.leader, self.clerk):
            found = set()
            for most in (0, 1, len(self.dispatches), 1_000_000):
                with patch(MOST_NAMED, most):
                    found.add(frozenset(self._names(user)))
            self.assertEqual(len(found), 1, user.login)

    def test_who_reads_few_documents_sees_a_change_at_once(self):
        invoice = self.dispatches["own_invoice"].move_id
        invoice.invoice_user_id = self.rival
        self.assertEqual(self._names(self.seller), {"own_order", "free_order"})
        self.assertIn("own_invoice", self._names(self.rival))

    def test_field_of_the_rules_is_read_by_everybody(self):
        """Who reads all fields of a dispatch, as exports and imports do, gets what the search says."""
        for user in (self.seller, self.leader, self.clerk, self.manager):
            Dispatch = self.env["document.dispatch"].with_user(user)
            found = Dispatch.search([("id", "in", self.all_dispatches.ids)])
            readable = found.filtered("is_document_readable")
            self.assertEqual(readable, found.search([("id", "in", found.ids), ("is_document_readable", "=", True)]))
            if user != self.manager:
                self.assertEqual(readable, found)
            self.assertIn("is_document_readable", found[:1].read()[0])

    def test_deleted_document_breaks_no_list(self):
        """Who sees a company's documents sees what became of a deleted one; whoever sees their own, nothing."""
        order = self._order(self.silva, user_id=self.seller.id)
        dispatch = order._dispatch_create("manual")
        order.sudo().unlink()
        for user, sees in ((self.leader, True), (self.clerk, True), (self.manager, True), (self.seller, False)):
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(bool(self._seen(user, dispatch)), sees, user.login)
            Dispatch = self.env["document.dispatch"].with_user(user)
            found = Dispatch.web_search_read([("id", "=", dispatch.id)], {"recipient_ids": {"fields": {"email": {}}}})
            self.assertEqual(found["length"], int(sees))

    def test_rule_for_one_company_is_more_than_ours(self):
        """A rule of the house that asks for the company in another way holds for the log, too."""
        paris = self.setup_other_company(name="Aurora France SARL")["company"]
        self.clerk.company_ids |= paris
        companies = (self.company | paris).ids
        invoice = self.all_dispatches.filtered(lambda dispatch: dispatch.res_model == "account.move")[:1]
        for domain, sees in (
            (f"[('company_id', '=', {paris.id})]", False), ("[('company_id', '!=', user.company_id.id)]", False),
            (f"[('company_id', 'in', {companies})]", True), ("[(0, '=', 1)]", False),
            ("['!', ('company_id', 'in', company_ids)]", False), ("[('company_id', 'not in', company_ids)]", False),
        ):
            rule = self.env["ir.rule"].create({
                "name": domain, "model_id": self.env["ir.model"]._get_id("account.move"), "domain_force": domain})
            self.env.flush_all()
            self.env.invalidate_all()
            seen = invoice.with_user(self.clerk).with_context(allowed_company_ids=companies)
            self.assertEqual(bool(seen.search([("id", "=", invoice.id)])), sees, domain)
            self.assertEqual(seen.has_access("read"), sees, domain)
            rule.unlink()

    def test_every_model_that_is_dispatched_is_asked(self):
        """No other method takes the place of the one that names them."""
        self.assertLessEqual(
            {"account.move", "sale.order", "document.dispatch.file", "document.letter", "document.reminder",
             "document.statement"},
            set(self.env["document.dispatch"]._get_dispatched_models()))

    def test_a_kind_that_one_may_not_read_is_left_out(self):
        self.env["ir.model.access"].search([
            ("model_id.model", "=", "sale.order"), ("group_id", "in", self.clerk.all_group_ids.ids)]).active = False
        self.assertEqual(self._names(self.clerk), {"own_invoice", "rivals_invoice"})

    def test_manager_sees_everything_of_his_company(self):
        self.assertEqual(self._names(self.manager), set(self.dispatches))

    def test_group_alone_sees_nothing(self):
        """Without invoicing and sales there is no document that they may see."""
        guest = self._user("otto", "document_dispatch.group_dispatch_user", "Otto Reis")
        self.assertEqual(self._names(guest), set())

    def test_plain_employee(self):
        for model in (*LOG, "document.dispatch.type", "document.dispatch.rule", "document.consent"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.employee).search([])

    def test_menus(self):
        names = {"root", "outbox", "dispatch", "recipient", "consent", "report", "configuration", "rule", "type"}
        menus = {name: self.env.ref(f"document_dispatch.menu_{name}") for name in names}
        for user, hidden in (
            (self.employee, names), (self.seller, {"report", "configuration", "rule", "type"}),
            (self.clerk, {"report", "configuration", "rule", "type"}), (self.manager, set()),
        ):
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            reached = {name for name, menu in menus.items() if self._path(menu) <= visible}
            self.assertEqual(reached, names - hidden, user.name)

    def _path(self, menu):
        """A menu is reached through its parents only."""
        return {menu.id} | self._path(menu.parent_id) if menu else set()

    def test_documents_show_their_state_to_everybody_and_their_dispatches_to_none_but_users(self):
        order = self.dispatches["own_order"].order_id
        employee_fields = order.with_user(self.employee).fields_get()
        self.assertIn("dispatch_state", employee_fields)
        self.assertNotIn("dispatch_ids", employee_fields)
        self.assertIn("dispatch_ids", order.with_user(self.seller).fields_get())

    def test_set_up_is_the_managers(self):
        dispatch_type = self.types["invoice"]
        rule = self.env["document.dispatch.rule"].create({
            "name": "Faturas do dia", "type_ids": [Command.link(dispatch_type.id)],
        })
        for record in (dispatch_type, rule):
            for user in (self.clerk, self.seller):
                self.assertTrue(record.with_user(user).has_access("read"))
                with self.assertRaises(AccessError):
                    self._as_rpc(user, record, "write", {"name": "Tudo"})
                with self.assertRaises(AccessError):
                    self._as_rpc(user, record, "unlink")
            self._as_rpc(self.manager, record, "write", {"name": "Tudo"})
            self.assertEqual(record.name, "Tudo")

    def test_preview_is_the_managers(self):
        rule = self.env["document.dispatch.rule"].create({
            "name": "Faturas do dia", "type_ids": [Command.link(self.types["invoice"].id)],
        })
        with self.assertRaises(AccessError):
            self._as_rpc(self.clerk, rule, "action_preview")
        action = self._as_rpc(self.manager, rule, "action_preview")
        self.assertEqual(action["res_model"], "document.dispatch.preview")

    def test_do_not_send_asks_for_the_right_to_write(self):
        order = self.dispatches["own_order"].order_id
        window = self.env["document.dispatch.exclude"].with_user(self.employee)
        with self.assertRaises(AccessError):
            window.with_context(active_model="sale.order", active_ids=order.ids).create(
                {"reason": "Porque sim"}).action_exclude()
        self.env["document.dispatch.exclude"].with_user(self.seller).with_context(
            active_model="sale.order", active_ids=order.ids,
        ).create({"reason": "Entregue em mãos"}).action_exclude()
        self.assertEqual((order.dispatch_mark, order.dispatch_exclude_reason), ("excluded", "Entregue em mãos"))


class TestCompanies(AccessCase):
    """Dispatches of other companies do not exist for anybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paris = cls.setup_other_company(name="Aurora France SARL")["company"]
        groups = (
            "account.group_account_manager,sales_team.group_sale_manager,document_dispatch.group_dispatch_manager"
        )
        cls.here = cls._user("amelia", groups, "Amélia Costa")
        cls.there = cls._user("odile", groups, "Odile Blanc", cls.paris)

    def _pair(self, model, vals):
        """One record here and one there, with what each of the two users sees of them."""
        here, there = records = self.env[model].create([
            {**vals, "company_id": company.id} for company in (self.company, self.paris)
        ])
        self.assertEqual(self._seen(self.here, records), here)
        self.assertEqual(self._seen(self.there, records), there)

    def test_dispatches_and_recipients(self):
        here = self._order(self.silva)._dispatch_create("manual")
        there = self._order(self.silva, company_id=self.paris.id)._dispatch_create("manual")
        there_invoice = self.env["account.move"].with_company(self.paris).create({
            "move_type": "out_invoice", "partner_id": self.nowak.id, "invoice_date": "2026-03-02",
            "invoice_line_ids": [Command.create({"name": "Pompe 2 CV", "price_unit": 990.0, "tax_ids": []})],
        })
        there_invoice.action_post()
        there |= there_invoice._dispatch_create("manual")
        self.assertEqual(there.company_id, self.paris)
        self.assertEqual((len(here), len(there)), (1, 2))
        dispatches = here | there
        self.assertEqual(self._seen(self.here, dispatches), here)
        self.assertEqual(self._seen(self.there, dispatches), there)
        self.assertEqual(self._seen(self.here, dispatches.recipient_ids), here.recipient_ids)
        self.assertEqual(self._seen(self.there, dispatches.recipient_ids), there.recipient_ids)

    def test_rules(self):
        operator = self._user("max", "account.group_account_invoice", "Max Both", self.company | self.paris)
        self._pair("document.dispatch.rule", {
            "name": "Faturas do dia", "type_ids": [Command.link(self.types["invoice"].id)], "user_id": operator.id,
        })

    def test_types(self):
        self._pair("document.dispatch.type", {
            "name": "Fatura", "code": "invoice", "model": "account.move", "role": "invoice",
        })
        self.assertTrue(self.types["invoice"].with_user(self.there).has_access("read"), "everybody's")

    def test_consent(self):
        self._pair("document.consent", {"partner_id": self.nowak.id, "kind": "refused"})

    def test_consent_of_another_companys_customer(self):
        """Declared to every company, but the customer is one house's own."""
        durand = self.env["res.partner"].create({"name": "Durand SARL", "company_id": self.paris.id})
        entry = self.env["document.consent"].create({"partner_id": durand.id, "kind": "refused"})
        self.assertEqual(self._seen(self.there, entry), entry)
        self.assertFalse(self._seen(self.here, entry))


class TestForging(AccessCase):
    """What the mail server said, and what was released, is nobody's to edit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.silva)
        cls.dispatch = cls.invoice._dispatch_create("manual", state="review")

    def _release(self):
        self._as_rpc(self.clerk, self.dispatch, "action_release")
        self.assertEqual(self.dispatch.state, "sent")

    def assertRefused(self, records, method, *arguments, context=None, user=None):
        """The call ends with a message for the user; what a wrong one wrote is taken back for the next check."""
        with self.env.cr.savepoint(), self.assertRaises(UserError):
            self._as_rpc(user or self.clerk, records, method, *arguments, context=context)

    def test_review_is_edited_by_a_clerk(self):
        self._as_rpc(self.clerk, self.dispatch, "write", {"subject": "Sua fatura", "recipient_ids": [
            Command.create({"email": "Diretoria@Silva.example.com"}),
            Command.delete(self.dispatch.recipient_ids[0].id),
        ]})
        self.assertEqual(self.dispatch.subject, "Sua fatura")
        self.assertEqual(set(self.dispatch.recipient_ids.mapped("email")), {
            "rui@silva.example.com", "diretoria@silva.example.com",
        })

    def test_frozen_fields_in_review(self):
        for vals in (
            {"state": "sent"}, {"sent_date": "2026-03-02 10:00:00"}, {"state_message": "250 ok"}, {"channel": "paper"},
            {"partner_id": self.nowak.id}, {"user_id": self.seller.id}, {"revision": 7},
            {"resend_of_id": self.dispatch.id},
            {"email_from": "chefe@aurora.example.com"}, {"content_ready": True}, {"company_id": self.company.id},
            {"subject": "Sua fatura", "state": "sent"},
        ):
            with self.subTest(vals=vals):
                self.assertRefused(self.dispatch, "write", vals)
        self.assertEqual(self.dispatch.state, "review")

    def test_everything_after_the_release(self):
        self._release()
        for vals in (
            {"subject": "Outra"}, {"body": "<p>Outra</p>"}, {"attachment_ids": [Command.clear()]}, {"state": "queued"},
            {"recipient_ids": [Command.create({"email": "x@silva.example.com"})]},
            {"recipient_ids": [Command.delete(self.dispatch.recipient_ids[0].id)]},
            {"recipient_ids": [Command.update(self.dispatch.recipient_ids[0].id, {"email": "x@silva.example.com"})]},
        ):
            with self.subTest(vals=vals):
                self.assertRefused(self.dispatch, "write", vals)
        self.assertEqual(len(self.dispatch.recipient_ids), 2)

    def test_recipients_after_the_release(self):
        self._release()
        with self.assertRaises(UserError):
            call_kw(
                self.dispatch.recipient_ids.browse().with_user(self.clerk), "create",
                [[{"dispatch_id": self.dispatch.id, "email": "x@silva.example.com"}]], {},
            )
        self.assertRefused(self.dispatch.recipient_ids[0], "write", {"email": "x@silva.example.com"})

    def test_not_even_the_superuser_by_accident(self):
        with self.assertRaises(UserError):
            self.dispatch.sudo().create({**self.dispatch.copy_data()[0], "revision": 8})
        self._release()
        with self.assertRaises(UserError):
            self.dispatch.sudo().subject = "Outra"
        with self.assertRaises(UserError):
            self.dispatch.recipient_ids.sudo().state = "failed"

    def test_context_from_outside_opens_nothing(self):
        for key in (True, 1, "SYSTEM_WRITE", {}, [], None):
            context = {"dispatch_system_write": key}
            with self.subTest(context=context):
                self.assertRefused(self.dispatch, "write", {"state": "sent"}, context=context)
                self.assertRefused(self.dispatch.recipient_ids, "write", {"state": "sent"}, context=context)
        self.assertEqual(set(self.dispatch.recipient_ids.mapped("state")), {"queued"})

    def test_dispatches_are_not_made_by_hand(self):
        vals = self.dispatch.copy_data()[0]
        for user in (self.clerk, self.env.ref("base.user_admin")):
            for context in ({}, {"dispatch_system_write": True}):
                with self.subTest(user=user.login, context=context), self.assertRaises(UserError):
                    call_kw(self.dispatch.browse().with_user(user), "create", [[vals]], {"context": context})

    def test_private_methods_stay_private(self):
        for records, method in (
            (self.dispatch, "_with_system_write"), (self.dispatch, "_set_state"),
            (self.dispatch.recipient_ids, "_set_state"), (self.dispatch.recipient_ids, "_apply_outcome"),
        ):
            with self.subTest(method=method):
                self.assertRefused(records, method)

    def test_nothing_is_deleted(self):
        admin = self.env.ref("base.user_admin")
        for user in (self.clerk, admin):
            self.assertRefused(self.dispatch, "unlink", user=user)
        self._release()
        for user in (self.clerk, admin):
            self.assertRefused(self.dispatch, "unlink", user=user)
            self.assertRefused(self.dispatch.recipient_ids, "unlink", user=user)
        with self.assertRaises(UserError):
            self.dispatch.sudo().unlink()

    def test_fate_of_a_recipient_in_review(self):
        for vals in (
            {"state": "sent"}, {"reply": "250 ok"}, {"tries": 3}, {"sent_date": "2026-03-02 10:00:00"},
            {"reason": "flag_invoice"}, {"message_id": "<a@b>"}, {"worker": 7}, {"next_try": "2099-01-01 00:00:00"},
            {"first_try": "2020-01-01 00:00:00"},
        ):
            with self.subTest(vals=vals):
                self.assertRefused(self.dispatch.recipient_ids, "write", vals)

    def test_recipient_is_not_born_with_a_fate(self):
        for vals in (
            {"state": "sent"}, {"reply": "250 ok"}, {"sent_date": "2026-03-02 10:00:00"}, {"reason": "flag_invoice"},
            {"tries": 3},
        ):
            with self.subTest(vals=vals):
                new = {"email": "x@silva.example.com", **vals}
                self.assertRefused(self.dispatch, "write", {"recipient_ids": [Command.create(new)]})
                with self.env.cr.savepoint(), self.assertRaises(UserError):
                    call_kw(
                        self.dispatch.recipient_ids.browse().with_user(self.clerk), "create",
                        [[{**new, "dispatch_id": self.dispatch.id}]], {},
                    )

    def test_address_written_by_hand_is_no_longer_the_flags(self):
        recipient = self.dispatch.recipient_ids.filtered(lambda r: r.partner_id == self.silva_ana)
        self.assertEqual(recipient.reason, "flag_invoice")
        self._as_rpc(self.clerk, recipient, "write", {"email": "diretoria@silva.example.com"})
        self.assertEqual(recipient.reason, "manual")

    def test_recipient_does_not_change_dispatches(self):
        other = self._invoice(self.nowak)._dispatch_create("manual", state="review")
        self.assertRefused(self.dispatch.recipient_ids, "write", {"dispatch_id": other.id})

    def test_arrived_is_said_of_unknown_ones_only(self):
        recipient = self.dispatch.recipient_ids[0]
        self.assertRefused(recipient, "action_arrived")
        recipient._set_state("sending")
        self.assertRefused(recipient, "action_arrived")
        self.assertEqual(recipient.state, "sending")
        recipient._set_state("unknown")
        self.dispatch._set_state("queued")
        self.dispatch._set_state("sending")
        self.dispatch._update_state()
        self._as_rpc(self.clerk, recipient, "action_arrived")
        self.assertEqual(recipient.state, "sent")

    def test_buttons_are_for_those_who_may_write_the_dispatch(self):
        for method in ("action_release", "action_cancel", "action_retry", "action_print"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                self._as_rpc(self.rival, self.dispatch, method)
        self.assertEqual(self.dispatch.state, "review")

    def test_buttons_out_of_place(self):
        """The list shows them for any selection: they end with a message, and leave the dispatch as it was."""
        paper = self._invoice(self.papel)._dispatch_create("manual")
        self._as_rpc(self.clerk, self.dispatch, "action_cancel")
        sent = self._invoice(self.nowak)._dispatch_create("manual", state="review")
        self._as_rpc(self.clerk, sent, "action_release")
        for dispatch, methods in (
            (paper, ("action_release", "action_retry")),
            (self.dispatch, ("action_release", "action_retry", "action_print", "action_cancel")),
            (sent, ("action_release", "action_retry", "action_print", "action_cancel")),
        ):
            state = dispatch.state
            for method in methods:
                with self.subTest(state=state, method=method):
                    self.assertRefused(dispatch, method)
                    self.assertEqual(dispatch.state, state)

    def test_file_that_the_clerk_may_not_read_does_not_go_out(self):
        secret = self.env["ir.attachment"].with_user(self.env.ref("base.user_admin")).create({
            "name": "salaries.csv", "raw": b"name;salary",
        })
        self.assertFalse(secret.with_user(self.clerk).has_access("read"))
        self.assertRefused(self.dispatch, "write", {"attachment_ids": [Command.link(secret.id)]})
        self.assertRefused(self.dispatch, "write", {"attachment_ids": [Command.set(secret.ids)]})
        own = self.env["ir.attachment"].with_user(self.clerk).create({"name": "price list.csv", "raw": b"name;price"})
        self._as_rpc(self.clerk, self.dispatch, "write", {"attachment_ids": [Command.link(own.id)]})
        self.assertEqual(self.dispatch.attachment_ids, own.with_env(self.env))

    def test_state_on_the_document(self):
        """``dispatch_state`` is the truth of the dispatches, ``dispatch_revision`` the system's counter."""
        order = self._order(self.silva, user_id=self.seller.id)
        for document, user in ((self.invoice, self.clerk), (order, self.seller)):
            truth = document.dispatch_state, document.dispatch_revision
            for vals in ({"dispatch_state": "sent"}, {"dispatch_state": False}, {"dispatch_revision": 9}):
                with self.subTest(document=document, vals=vals), self.env.cr.savepoint() as savepoint:
                    with suppress(UserError):
                        self._as_rpc(user, document, "write", vals)
                    self.env.invalidate_all()
                    self.assertEqual((document.dispatch_state, document.dispatch_revision), truth)
                    savepoint.rollback()

    def test_document_is_not_born_sent(self):
        vals = {"partner_id": self.nowak.id, "dispatch_state": "sent", "dispatch_revision": 9}
        order = self.env["sale.order"]
        with suppress(UserError):
            order = order.browse(call_kw(order.with_user(self.seller), "create", [[vals]], {}))
        self.env.invalidate_all()
        self.assertNotEqual(order.dispatch_state, "sent")
        self.assertFalse(order.dispatch_revision)

    def test_copies_start_anew(self):
        self._release()
        copy = self.invoice.copy()
        self.assertFalse(copy.dispatch_state)
        self.assertFalse(self._dispatches(copy))
