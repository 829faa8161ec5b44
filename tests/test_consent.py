"""The consent ledger: append-only, the last word wins, contacts and branches share it."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import contact_form


class ConsentCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env, "helena", "sales_team.group_sale_salesman,base.group_partner_manager", name="Helena Prado",
        )
        cls.durand, cls.nowak = cls.env["res.partner"].create([
            {
                "name": "Durand SARL", "is_company": True, "email": "compta@durand.example.fr",
                "child_ids": [
                    Command.create({"name": "Camille Durand", "email": "camille@durand.example.fr"}),
                    Command.create({"name": "Lyon", "type": "invoice", "email": "lyon@durand.example.fr"}),
                ],
            },
            {"name": "Nowak Sp. z o.o.", "is_company": True, "email": "biuro@nowak.example.pl"},
        ])
        cls.camille, cls.lyon = cls.durand.child_ids.sorted("name")

    def _ledger(self, partner):
        return self.env["document.consent"].search([("partner_id", "=", partner.id)], order="id")

    def _declare(self, partner, kind, date=None, **vals):
        return self.env["document.consent"].create({
            "partner_id": partner.id, "kind": kind, "date": date or fields.Datetime.now(), **vals,
        })

    def _refusals(self, *partners):
        return [partner.dematerialization_refused for partner in partners]


@tagged("post_install", "-at_install")
class TestConsent(ConsentCase):
    # ------------------------------------------------------------------
    # Append-only
    # ------------------------------------------------------------------

    def test_never_edited_by_anybody(self):
        entry = self._declare(self.durand, "refused")
        admin = self.env.ref("base.user_admin")
        for who, editor in (
            ("superuser", entry), ("sudo of a clerk", entry.with_user(self.clerk).sudo()),
            ("administrator", entry.with_user(admin)), ("clerk", entry.with_user(self.clerk)),
        ):
            for vals in (
                {"kind": "accepted"}, {"date": "2020-01-01"}, {"partner_id": self.nowak.id}, {"channel": "phone"},
                {"user_id": admin.id}, {"company_id": self.env.company.id},
            ):
                with self.subTest(who=who, vals=vals), self.assertRaises(UserError):
                    editor.write(vals)
        self.env.invalidate_all()
        self.assertEqual((entry.kind, entry.partner_id), ("refused", self.durand))

    def test_never_deleted_by_anybody(self):
        entry = self._declare(self.durand, "refused")
        for who, editor in (
            ("superuser", entry), ("administrator", entry.with_user(self.env.ref("base.user_admin"))),
            ("clerk", entry.with_user(self.clerk)),
        ):
            with self.subTest(who=who), self.assertRaises(UserError):
                editor.unlink()
        self.assertTrue(entry.exists())

    def test_not_through_the_partner_either(self):
        entry = self._declare(self.durand, "refused")
        for command in (
            Command.update(entry.id, {"kind": "accepted"}),
            Command.delete(entry.id), Command.unlink(entry.id), Command.clear(),
        ):
            with self.subTest(command=command), self.assertRaises(UserError):
                self.durand.consent_ids = [command]
        self.assertEqual(self._ledger(self.durand), entry)

    def test_customer_with_declarations_is_not_deleted(self):
        self._declare(self.nowak, "letter")
        with self.assertRaisesRegex(UserError, "Nowak.*Archive the contact instead"):
            self.nowak.unlink()
        self.assertTrue(self._ledger(self.nowak))

    # ------------------------------------------------------------------
    # The box on the partner
    # ------------------------------------------------------------------

    def test_by_default_a_customer_accepts(self):
        self.assertEqual(self._refusals(self.durand, self.camille, self.lyon), [False, False, False])
        self.assertFalse(self.durand.dematerialization_letter_sent)
        self.assertFalse(self._ledger(self.durand))

    def test_ticking_the_box_writes_an_entry(self):
        self.durand.with_user(self.clerk).dematerialization_refused = True
        entry = self._ledger(self.durand)
        self.assertEqual((entry.kind, entry.channel, entry.user_id), ("refused", "user", self.clerk))
        self.assertAlmostEqual(entry.date.timestamp(), fields.Datetime.now().timestamp(), delta=60)
        self.assertTrue(self.durand.dematerialization_refused)

    def test_ticking_it_in_the_form(self):
        with contact_form(self, self.nowak.with_user(self.clerk)) as form:
            form.dematerialization_refused = True
        self.assertEqual(self._ledger(self.nowak).mapped("kind"), ["refused"])
        self.assertTrue(self.nowak.dematerialization_refused)

    def test_contacts_and_branches_share_it(self):
        self.durand.dematerialization_refused = True
        self.assertEqual(self._refusals(self.durand, self.camille, self.lyon), [True, True, True])
        refused = self.env["res.partner"].search([("dematerialization_refused", "=", True)])
        self.assertLessEqual(self.durand | self.camille | self.lyon, refused)

    def test_on_a_contact_it_goes_to_the_commercial_entity(self):
        self.camille.dematerialization_refused = True
        self.assertEqual(self._ledger(self.durand).mapped("kind"), ["refused"])
        self.assertFalse(self._ledger(self.camille))
        self.assertEqual(self._refusals(self.durand, self.lyon), [True, True])

    def test_clearing_it_withdraws_the_refusal(self):
        self.durand.dematerialization_refused = True
        self.lyon.with_user(self.clerk).dematerialization_refused = False
        self.assertEqual(self._ledger(self.durand).mapped("kind"), ["refused", "withdrawn"])
        self.assertEqual(self._refusals(self.durand, self.camille, self.lyon), [False, False, False])

    def test_saying_the_same_again_is_no_declaration(self):
        self.durand.dematerialization_refused = True
        (self.durand | self.camille | self.lyon).dematerialization_refused = True
        self.nowak.dematerialization_refused = False
        self.assertEqual(len(self._ledger(self.durand)), 1)
        self.assertFalse(self._ledger(self.nowak))

    def test_several_customers_at_once(self):
        (self.durand | self.camille | self.nowak).dematerialization_refused = True
        self.assertEqual(len(self._ledger(self.durand)), 1)
        self.assertEqual(len(self._ledger(self.nowak)), 1)

    def test_import_leaves_its_name(self):
        result = self.env["res.partner"].load(
            ["name", "dematerialization_refused"], [["Gómez Hermanos S.A.", "True"]],
        )
        gomez = self.env["res.partner"].browse(result["ids"])
        self.assertTrue(gomez.dematerialization_refused, result["messages"])
        self.assertEqual(self._ledger(gomez).mapped("kind"), ["refused"])
        self.nowak.with_context(import_file=True).dematerialization_refused = True
        self.assertEqual(self._ledger(self.nowak).channel, "import")

    # ------------------------------------------------------------------
    # The last word
    # ------------------------------------------------------------------

    def test_last_word_wins(self):
        for number, (kind, refused) in enumerate((
            ("accepted", False), ("refused", True), ("withdrawn", False), ("refused", True), ("accepted", False),
        )):
            self._declare(self.durand, kind, f"2026-03-0{number + 1} 10:00:00")
            self.assertEqual(self._refusals(self.durand, self.camille), [refused, refused], kind)

    def test_of_the_same_second_the_later_entry(self):
        for kind in ("refused", "accepted", "refused"):
            self._declare(self.durand, kind, "2026-03-02 10:00:00")
        self.assertTrue(self.durand.dematerialization_refused)

    def test_declaration_entered_late_does_not_undo_a_newer_one(self):
        """A letter of February, typed in after the refusal of March."""
        self._declare(self.durand, "refused", "2026-03-02 10:00:00")
        self._declare(self.durand, "accepted", "2026-02-10 10:00:00", channel="letter")
        self.assertTrue(self.durand.dematerialization_refused)

    def test_letter_is_no_word_of_the_customer(self):
        self._declare(self.durand, "refused", "2026-03-02 10:00:00")
        self._declare(self.durand, "letter", "2026-03-05 09:00:00")
        self.assertTrue(self.durand.dematerialization_refused)

    def test_letter_dates(self):
        self._declare(self.durand, "letter", "2026-03-05 09:00:00")
        self._declare(self.durand, "letter", "2026-01-07 09:00:00")
        for partner in (self.durand, self.camille, self.lyon):
            self.assertTrue(partner.dematerialization_letter_sent)
            self.assertEqual(partner.dematerialization_letter_date, fields.Datetime.to_datetime("2026-03-05 09:00:00"))
        self.assertFalse(self.nowak.dematerialization_letter_sent)
        self.assertFalse(self.nowak.dematerialization_letter_date)

    # ------------------------------------------------------------------
    # Contacts that come, go and move
    # ------------------------------------------------------------------

    def test_new_contact_below_a_refused_customer(self):
        self.durand.dematerialization_refused = True
        paul = self.env["res.partner"].create({"name": "Paul Petit", "parent_id": self.durand.id})
        self.assertTrue(paul.dematerialization_refused)
        self.assertEqual(len(self._ledger(self.durand)), 1)

    def test_form_of_a_contact_does_not_withdraw_the_refusal(self):
        """A contact written with the value that a form showed before the refusal changes nothing."""
        self.durand.dematerialization_refused = True
        with contact_form(self, self.camille.with_user(self.clerk)) as form:
            form.email = "camille.durand@durand.example.fr"
        self.assertTrue(self.durand.dematerialization_refused)
        self.assertEqual(len(self._ledger(self.durand)), 1)

    def test_contact_that_moves_follows_his_new_company(self):
        self.durand.dematerialization_refused = True
        self._declare(self.nowak, "letter", "2026-03-05 09:00:00")
        self.camille.parent_id = self.nowak
        self.assertFalse(self.camille.dematerialization_refused)
        self.assertTrue(self.camille.dematerialization_letter_sent)
        self.camille.parent_id = self.durand
        self.assertTrue(self.camille.dematerialization_refused)
        self.assertFalse(self.camille.dematerialization_letter_sent)

    def test_contact_that_becomes_a_company_starts_anew(self):
        self.durand.dematerialization_refused = True
        self.lyon.is_company = True
        self.assertFalse(self.lyon.dematerialization_refused)
        self.assertTrue(self.durand.dematerialization_refused)

    def test_customer_that_becomes_a_branch(self):
        self.durand.dematerialization_refused = True
        jean = self.env["res.partner"].create({"name": "Jean Morel"})
        self._declare(jean, "accepted")
        jean.parent_id = self.durand
        self.assertTrue(jean.dematerialization_refused)
        jean.parent_id = False
        self.assertFalse(jean.dematerialization_refused, "their own word is still in the ledger")

    # ------------------------------------------------------------------
    # Merged partners
    # ------------------------------------------------------------------

    def test_merging_customers_keeps_refusal_and_letter(self):
        self.durand.dematerialization_refused = True
        self._declare(self.durand, "letter", "2026-03-05 09:00:00")
        self._merge(self.durand, self.nowak)
        self.assertEqual(self._ledger(self.nowak).mapped("kind"), ["refused", "letter"])
        self.assertTrue(self.nowak.dematerialization_refused)
        self.assertTrue(self.nowak.dematerialization_letter_sent)
        self.assertEqual(self._refusals(self.camille, self.lyon), [True, True], "they are Nowak's contacts now")

    def test_merging_customers_keeps_the_last_word_of_both(self):
        for refused, accepted in ((self.durand, self.nowak), (self.nowak, self.durand)):
            with self.subTest(refused=refused.name):
                source, target = refused.copy({"name": "Refuses"}), accepted.copy({"name": "Accepts"})
                self._declare(source, "refused", "2026-03-01 10:00:00")
                self._declare(target, "accepted", "2026-03-02 10:00:00")
                self._merge(source, target)
                self.assertFalse(target.dematerialization_refused)

    def test_merging_persons_keeps_refusal_and_letter(self):
        """The twin of a private customer: nothing else about them changes."""
        twin, jean = self.env["res.partner"].create([{"name": "Jean Morel"}, {"name": "Jean Morel"}])
        twin.dematerialization_refused = True
        self._declare(twin, "letter", "2026-03-05 09:00:00")
        self._merge(twin, jean)
        self.assertTrue(jean.dematerialization_refused)
        self.assertTrue(jean.dematerialization_letter_sent)

    def _merge(self, source, target):
        """As the window "Merge contacts" does."""
        (source | target).write({"vat": False})
        self.env["base.partner.merge.automatic.wizard"]._merge((source | target).ids, target)
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Who may say so
    # ------------------------------------------------------------------

    def test_recorded_by_whoever_is_logged_in(self):
        """An entry is evidence: nobody signs it with another one's name."""
        colleague = new_test_user(self.env, "rita", "sales_team.group_sale_salesman", name="Rita Moreira")
        entry = self.env["document.consent"].with_user(self.clerk).create({
            "partner_id": self.durand.id, "kind": "accepted", "user_id": colleague.id,
        })
        self.assertEqual(entry.user_id, self.clerk)

    def test_not_declared_in_the_future(self):
        """It would be the last word for years, whatever the customer says tomorrow."""
        with self.assertRaises(UserError):
            self.env["document.consent"].with_user(self.clerk).create({
                "partner_id": self.durand.id, "kind": "accepted", "date": "2099-12-31 23:59:59",
            })

    def test_a_declaration_is_always_the_commercial_entitys(self):
        """An entry on a contact would have no effect: the flags read the commercial entity's entries."""
        self._declare(self.camille, "refused")
        self.assertEqual(self._refusals(self.durand, self.camille), [True, True])
