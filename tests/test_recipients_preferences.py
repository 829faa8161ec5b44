"""What contacts receive is data: any number of contact flags, by fields, imports, exports and merging."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import Form, new_test_user

from .common import DispatchCase, new_user


class TestPreferences(DispatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_user(
            cls.company, "gestora", "document_dispatch.group_dispatch_manager,base.group_partner_manager")
        cls.clerk = new_user(cls.company, "balcao", "document_dispatch.group_dispatch_user,base.group_partner_manager")
        cls.delivery = cls.env["document.dispatch.role"].with_user(cls.manager).create({"name": "Notas de Entrega"})

    def _codes(self, partner):
        return set(partner.dispatch_preference_ids.filtered("receives").role_id.mapped("code"))

    # The fields of contacts

    def test_field_and_preferences_are_one(self):
        ana = self.silva_ana.with_user(self.clerk)
        self.assertEqual(self._codes(self.silva_ana), {"invoice", "quote"})
        ana.dispatch_nf = True
        ana.write({"dispatch_quote": False, "dispatch_order": True})
        self.assertEqual(self._codes(self.silva_ana), {"invoice", "nf", "order"})
        self.assertEqual(ana.dispatch_role_ids.mapped("code"), ["invoice", "nf", "order"])
        ana.dispatch_role_ids = self.types["quotation"].role_id | self.delivery
        self.assertEqual(self._codes(self.silva_ana), {"quote", "notas_de_entrega"})
        self.assertEqual([ana.dispatch_quote, ana.dispatch_nf, ana.dispatch_order], [True, False, False])
        self.silva_ana.dispatch_preference_ids.unlink()
        self.assertFalse(ana.dispatch_quote)

    def test_every_flag_with_a_field(self):
        """Each by itself: what is not written stays."""
        flags = self.env["res.partner"]._dispatch_flag_fields()
        self.assertEqual(set(flags), {self.env.ref(f"document_dispatch.role_{role}").code for role in flags})
        for role, field in flags.items():
            for value in (True, False):
                before = self._codes(self.silva_rui)
                self.silva_rui[field] = value
                self.assertEqual(self._codes(self.silva_rui), before | {role} if value else before - {role})
                found = self.env["res.partner"].search(Domain(field, "=", True))
                self.assertEqual(self.silva_rui in found, value)
                self.assertEqual(self.silva_rui in self.env["res.partner"].search(Domain(field, "=", False)), not value)
                others = self.env["res.partner"].search(Domain(field, "!=", True))
                self.assertEqual(self.silva_rui in others, not value)

    def test_new_contact_with_flags(self):
        zofia = self.env["res.partner"].with_user(self.clerk).create({
            "name": "Zofia", "parent_id": self.nowak.id, "dispatch_invoice": True, "dispatch_nf": False,
            "dispatch_order": True,
        })
        self.assertEqual(self._codes(zofia), {"invoice", "order"})
        self.assertEqual(self._codes(zofia.copy()), {"invoice", "order"})
        plain = new_test_user(self.env, "contatos", "base.group_user,base.group_partner_manager")
        self.assertTrue(zofia.with_user(plain).copy())
        with Form(zofia) as form:
            form.dispatch_role_ids.add(self.delivery)
        self.assertEqual(self._codes(zofia), {"invoice", "order", "notas_de_entrega"})

    def test_search(self):
        Partner = self.env["res.partner"]
        mine = Domain("id", "in", (self.silva_ana | self.silva_rui | self.nowak).ids)
        self.assertEqual(Partner.search(mine & Domain("dispatch_role_ids", "=", False)), self.nowak)
        self.assertEqual(
            Partner.search(mine & Domain("dispatch_role_ids", "!=", False)), self.silva_ana | self.silva_rui)
        quote = self.types["quotation"].role_id
        self.assertEqual(Partner.search(mine & Domain("dispatch_role_ids", "in", quote.ids)), self.silva_ana)
        self.assertEqual(
            Partner.search(mine & Domain("dispatch_role_ids", "not in", quote.ids)), self.silva_rui | self.nowak)
        self.assertEqual(Partner.search(mine & Domain("dispatch_role_ids", "ilike", "quotation")), self.silva_ana)

    # Any role

    def test_new_flag_reaches_the_mail(self):
        """A document type with a flag of its own finds its people, and says why."""
        dispatch_type = self.types["invoice"]
        dispatch_type.role_id = self.delivery
        self.silva_rui.dispatch_role_ids |= self.delivery
        resolution = self.silva._dispatch_recipients(dispatch_type)[self.silva]
        self.assertEqual([choice.email for choice in resolution.chosen], ["rui@silva.example.com"])
        label = self.env["res.partner"]._dispatch_reason_label(resolution.chosen[0], dispatch_type.role)
        self.assertEqual(label, "Flag on the contact: Notas de Entrega")
        self.assertIn("Notas de Entrega", self.silva.dispatch_overview)

    def test_names_follow_the_language_at_once(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        Role = self.env["document.dispatch.role"]
        self.assertEqual(Role.with_context(lang="pl_PL")._get_labels()[self.delivery.code], "Notas de Entrega")
        self.delivery.update_field_translations("name", {"pl_PL": "Dokumenty dostawy"})
        self.assertEqual(Role.with_context(lang="pl_PL")._get_labels()[self.delivery.code], "Dokumenty dostawy")

    def test_archived_flag_is_ticked_nowhere_and_read_everywhere(self):
        self.delivery.active = False
        self.assertNotIn(self.delivery.code, self.env["document.dispatch.role"]._get_codes())
        self.assertIn(f"flag_{self.delivery.code}", self.env["document.dispatch.recipient"]._reason_labels())

    def test_archived_flag_says_the_same_everywhere(self):
        """Who is ticked gets the documents of an archived flag, too: field, search and sending agree."""
        invoice = self.types["invoice"].role_id
        invoice.active = False
        self.env.invalidate_all()
        Partner = self.env["res.partner"]
        self.assertTrue(self.silva_ana.dispatch_invoice)
        self.assertIn(self.silva_ana, Partner.search([("dispatch_invoice", "=", True)]))
        chosen = self.silva._dispatch_recipients(self.types["invoice"])[self.silva].chosen
        self.assertIn(self.silva_ana.id, [choice.contact_id for choice in chosen])
        self.silva_ana.dispatch_role_ids = self.delivery
        self.assertEqual(self._codes(self.silva_ana), {"invoice", "notas_de_entrega"}, "nobody saw it to take it away")
        self.silva_ana.dispatch_invoice = False
        self.assertEqual(self._codes(self.silva_ana), {"notas_de_entrega"})

    def test_who_reads_a_flag_searches_by_it(self):
        """Also who has no right to preferences; the same contacts for everybody."""
        Partner = self.env["res.partner"]
        plain = new_user(self.company, "portaria", "base.group_user")
        for field in Partner._dispatch_flag_fields().values():
            for value in (True, False):
                domain = Domain("id", "in", (self.silva_ana | self.silva_rui).ids) & Domain(field, "=", value)
                self.assertEqual(Partner.with_user(plain).search(domain).ids, Partner.search(domain).ids, field)
            below = Domain(f"child_ids.{field}", "=", True)
            self.assertEqual(Partner.with_user(plain).search(below).ids, Partner.search(below).ids, field)
        self.assertTrue(self.silva.with_user(plain)._dispatch_recipients(self.types["invoice"]))

    def test_copy_receives_what_is_said(self):
        ana = self.silva_ana
        self.assertEqual(self._codes(ana.copy({"dispatch_invoice": False})), {"quote"})
        self.assertEqual(self._codes(ana.copy({"dispatch_invoice": False, "dispatch_nf": True})), {"quote", "nf"})
        self.assertEqual(self._codes(ana.copy({"dispatch_role_ids": [Command.clear()]})), set())

    def test_copies_cost_by_the_copy_of_odoo(self):
        """Their flags are read and written at once."""
        contacts = self.env["res.partner"].create([{
            "name": f"Contato {number}", "email": f"c{number}@silva.example.com", "parent_id": self.silva.id,
            "dispatch_invoice": True, "dispatch_order": bool(number % 2),
        } for number in range(40)])
        preferences, asked = self.registry["document.dispatch.preference"], []
        create = preferences.create
        with patch.object(preferences, "create", lambda records, vals: asked.append(1) or create(records, vals)):
            copies = contacts.copy()
        self.assertEqual(len(asked), 1)
        self.assertEqual(copies.mapped("dispatch_order"), contacts.mapped("dispatch_order"))

    def test_settings_stay_inside_of_their_rules(self):
        """Odoo asks its rules before a write only: nothing is moved to a company or a contact of others."""
        other = self.setup_other_company(name="Aurora France SARL")["company"]
        theirs = self.env["res.partner"].create({"name": "Durand", "company_id": other.id, "email": "d@durand.example"})
        order = self.types["order"].role_id
        own_type = self.types["invoice"].copy({"company_id": self.company.id})
        rule = self._rule("Faturas", "invoice", user_id=self.manager.id)
        preference = self.env["document.dispatch.preference"].create({
            "partner_id": self.nowak.id, "role_id": order.id})
        for record, vals in (
            (preference, {"partner_id": theirs.id}), (own_type, {"company_id": other.id}),
            (rule, {"company_id": other.id}),
        ):
            with self.subTest(record=record._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                record.with_user(self.manager).write(vals)
                record.flush_recordset()
        self.assertFalse(theirs.dispatch_order)

    def test_flag_that_was_used_stays(self):
        invoice = self.types["invoice"].role_id
        with self.assertRaisesRegex(UserError, "create a new one"):
            invoice.code = "faturas"
        self.types["invoice"].role_id = self.delivery
        self.silva_ana.dispatch_role_ids |= self.delivery
        dispatch = self._invoice(self.silva)._dispatch_create("manual")
        self.assertEqual(dispatch.recipient_ids.mapped("reason"), ["flag_notas_de_entrega"])
        self.types["invoice"].role_id = invoice
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.delivery.unlink()

    def test_codes(self):
        with self.assertRaisesRegex(ValidationError, "lowercase letters"):
            self.env["document.dispatch.role"].create({"name": "Facturas", "code": "Facturas 1"})
        with self.assertRaisesRegex(ValidationError, "no contact flag with the code"):
            self.types["invoice"].copy({"role": "nowhere", "company_id": self.company.id})
        own = self.types["invoice"].copy({"role": self.delivery.code, "company_id": self.company.id})
        self.assertEqual(own.role_id, self.delivery)

    # Import, export, merging

    def test_import_and_export(self):
        fields = ["name", "dispatch_invoice", "dispatch_role_ids", "dispatch_preference_ids/role_id/code"]
        first, second = (
            self.env["res.partner"].browse(self.env["res.partner"].with_user(self.clerk).load(*rows)["ids"])
            for rows in (
                (["name", "dispatch_invoice"], [["Importada A", "1"]]),
                (["name", "dispatch_role_ids"], [["Importada B", "Notas de Entrega,Orders"]]),
            )
        )
        self.assertEqual((self._codes(first), self._codes(second)), ({"invoice"}, {"notas_de_entrega", "order"}))
        rows = (first | second).export_data(fields)["datas"]
        self.assertEqual(rows[0], ["Importada A", True, "Invoices", "invoice"])
        self.assertEqual({row[3] for row in rows[1:]}, {"notas_de_entrega", "order"})

    def test_merged_contacts_receive_what_any_received(self):
        self.silva_rui.dispatch_role_ids |= self.delivery
        (self.silva_rui.dispatch_preference_ids.filtered(lambda p: p.role_id.code == "invoice")).receives = False
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.silva_ana | self.silva_rui).ids, self.silva_ana)
        self.assertEqual(self._codes(self.silva_ana), {"invoice", "quote", "order", "notas_de_entrega"})
        self.assertEqual(len(self.silva_ana.dispatch_preference_ids), 4)

    # Rights

    def test_rights(self):
        seller = new_user(self.company, "vendedor", "base.group_user")
        self.assertTrue(self.silva_ana.with_user(seller).dispatch_invoice)
        with self.assertRaises(AccessError):
            self.silva_ana.with_user(seller).dispatch_nf = True
        with self.assertRaises(AccessError):
            self.silva_ana.dispatch_preference_ids.with_user(seller).unlink()
        with self.assertRaises(AccessError):
            self.silva_ana.dispatch_preference_ids.with_user(self.clerk).unlink()
        with self.assertRaises(AccessError):
            self.env["document.dispatch.role"].with_user(self.clerk).create({"name": "Meus"})

    def test_contacts_of_another_company(self):
        other = self.env["res.company"].create({"name": "Outra"})
        self.silva_ana.company_id = other
        preferences = self.env["document.dispatch.preference"].with_user(self.manager)
        self.assertFalse(preferences.search([("partner_id", "=", self.silva_ana.id)]))
        with self.assertRaises(AccessError):
            preferences.browse(self.silva_ana.dispatch_preference_ids.ids).write({"receives": False})
        with self.assertRaises(AccessError):
            preferences.create({"partner_id": self.silva_ana.id, "role_id": self.delivery.id})
