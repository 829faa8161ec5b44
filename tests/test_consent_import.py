"""A clerk moves from an older program: flags, refusals and letters come in by Odoo's import, once."""

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .test_consent import ConsentCase

OPTIONS = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
COLUMNS = ("id", "name", "dematerialization_refused", "dematerialization_refused_date",
           "dematerialization_letter_date")


@tagged("post_install", "-at_install")
class TestImport(ConsentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo lets nobody else import contacts below a company (credit_limit)
        cls.clerk.group_ids |= cls.env.ref("account.group_account_invoice")
        cls.clerk.tz = "Europe/Paris"
        cls.env["ir.model.data"].create([{
            "module": "__import__", "name": name, "model": "res.partner", "res_id": partner.id,
        } for name, partner in (("durand", cls.durand), ("camille", cls.camille), ("nowak", cls.nowak))])

    def _import(self, text, columns=COLUMNS, dryrun=False):
        """What Odoo's import answers to a file with these columns."""
        window = self.env["base_import.import"].with_user(self.clerk).with_context(lang=self.clerk.lang).create({
            "res_model": "res.partner", "file": text.encode(), "file_type": "text/csv", "file_name": "clientes.csv",
        })
        return window.execute_import(
            list(columns), list(columns), {**OPTIONS, "date_format": "%Y-%m-%d"}, dryrun=dryrun,
        )

    def _rows(self, *lines):
        return "\n".join([",".join(COLUMNS), *lines])

    def _errors(self, *lines, **options):
        return [message["message"] for message in self._import(self._rows(*lines), **options)["messages"]]

    # ------------------------------------------------------------------
    # The file that we deliver
    # ------------------------------------------------------------------

    def _template(self):
        """What the app's own import offers; anywhere else Odoo's template stays the one."""
        Partner = self.env["res.partner"]
        self.assertNotIn("document_dispatch", str(Partner.get_import_templates()))
        [template] = Partner.with_context(dispatch_import=True).get_import_templates()
        with file_open(template["template"].lstrip("/")) as file:
            return file.read()

    def _day(self, entry):
        return str(fields.Datetime.context_timestamp(entry.with_context(tz=self.clerk.tz), entry.date).date())

    def test_template_comes_in_twice(self):
        """Odoo recognises each column, in the clerk's language too; a second import changes nothing."""
        text = self._template()
        window = self.env["base_import.import"].with_user(self.clerk).create({
            "res_model": "res.partner", "file": text.encode(), "file_type": "text/csv", "file_name": "clientes.csv",
        })
        preview = window.parse_preview({**OPTIONS, "date_format": ""})
        columns = ["/".join(preview["matches"][index]) for index in range(len(preview["headers"]))]
        self.assertEqual(columns, [
            "id", "name", "is_company", "parent_id/id", "ref", "email", "dispatch_invoice", "dispatch_financial",
            "dispatch_nf", "dispatch_quote", "dispatch_order", "dematerialization_refused",
            "dematerialization_refused_date", "dematerialization_letter_date",
        ])
        for _time in range(2):
            result = window.execute_import(columns, preview["headers"], preview["options"])
            self.assertFalse(result["messages"])
            silva, ana, rui, capek = self.env["res.partner"].browse(result["ids"])
            self.assertEqual(ana.commercial_partner_id, silva)
            self.assertEqual((ana.dispatch_invoice, ana.dispatch_order), (True, False))
            self.assertEqual((rui.dispatch_quote, rui.dispatch_nf), (True, False))
            self.assertEqual(
                [(entry.kind, entry.channel, entry.user_id, self._day(entry))
                 for entry in self._ledger(capek).sorted("date")],
                [("letter", "import", self.clerk, "2023-10-20"), ("refused", "import", self.clerk, "2023-11-02")],
            )
            self.assertEqual((capek.dematerialization_refused, silva.dematerialization_refused), (True, False))
            self.assertEqual(self._ledger(silva).mapped("kind"), ["letter"])
            self.assertEqual(ana.dematerialization_letter_date, silva.dematerialization_letter_date)

    def test_dry_run_writes_nothing(self):
        self.assertEqual(self._errors("nowak,Nowak Sp. z o.o.,yes,2023-11-02,2023-10-20", dryrun=True), [])
        self.assertFalse(self._ledger(self.nowak))

    # ------------------------------------------------------------------
    # The ledger stays the truth
    # ------------------------------------------------------------------

    def test_colleague_in_another_zone(self):
        line = "nowak,Nowak Sp. z o.o.,yes,2023-11-02,2023-10-20"
        self._errors(line)
        self.clerk.tz = "America/Sao_Paulo"
        self.assertEqual(self._errors(line), [])
        self.assertCountEqual(self._ledger(self.nowak).mapped("kind"), ["letter", "refused"])

    def test_older_letter_is_history(self):
        self._declare(self.nowak, "letter", "2025-05-05 10:00:00")
        self.assertEqual(self._errors("nowak,Nowak Sp. z o.o.,,,2023-10-20"), [])
        self.assertEqual(len(self._ledger(self.nowak)), 2)
        self.env.invalidate_all()
        self.assertEqual(str(self.nowak.dematerialization_letter_date), "2025-05-05 10:00:00")

    def test_empty_cells_say_nothing(self):
        self._declare(self.durand, "refused", "2025-05-05 10:00:00")
        self._declare(self.durand, "letter", "2025-05-05 10:00:00")
        self.assertEqual(self._errors("durand,Durand SARL,,,", "camille,Camille Durand,no,,"), [])
        self.env.invalidate_all()
        self.assertTrue(self.durand.dematerialization_refused)
        self.assertTrue(self.durand.dematerialization_letter_sent)
        self.assertEqual(str(self.durand.dematerialization_letter_date), "2025-05-05 10:00:00")

    def test_later_word_wins(self):
        """The old refusal is noted, and does not undo what the customer said since."""
        self._declare(self.nowak, "accepted", "2025-05-05 10:00:00")
        self.assertEqual(self._errors("nowak,Nowak Sp. z o.o.,yes,2023-11-02,"), [])
        self.assertFalse(self.nowak.dematerialization_refused)
        self.assertCountEqual(self._ledger(self.nowak).mapped("kind"), ["accepted", "refused"])

    def test_refusal_without_a_date(self):
        self.assertEqual(self._errors("nowak,Nowak Sp. z o.o.,yes,,"), [])
        self.assertEqual(self._errors("nowak,Nowak Sp. z o.o.,yes,,"), [])
        self.assertEqual(self._ledger(self.nowak).mapped("kind"), ["refused"])
        self._declare(self.nowak, "withdrawn")
        [error] = self._errors("nowak,Nowak Sp. z o.o.,yes,,")
        self.assertIn("Nowak Sp. z o.o. accepted documents by e-mail on", error)
        self.assertFalse(self.nowak.dematerialization_refused)

    def test_statements_do_not_grow(self):
        counts = {}
        for size in (10, 40):
            partners = self.env["res.partner"].create([
                {"name": f"Cliente {size}-{number}", "is_company": True} for number in range(size)])
            partners = partners.with_context(import_file=True)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            partners.write({"dematerialization_refused": True, "dematerialization_refused_date": "2023-11-02 10:00:00"})
            partners.write({"dematerialization_letter_date": "2023-10-20 10:00:00"})
            self.env.flush_all()
            counts[size] = self.env.cr.sql_log_count - start
        self.assertLessEqual(counts[40] - counts[10], 3, counts)

    def test_own_words(self):
        """“Yes” and “no” as the messages say them, and as a spreadsheet writes them, in each language."""
        for lang, yes, no, true in (
            ("cs_CZ", "ano", "ne", "PRAVDA"), ("fr_FR", "Oui", "non", "VRAI"), ("pl_PL", "tak", "nie", "PRAWDA"),
            ("pt_BR", "sim", "não", "VERDADEIRO"), ("es_AR", "sí", "no", "VERDADERO"),
        ):
            with self.subTest(lang):
                self.env["res.lang"]._activate_lang(lang)
                self.env.cr.cache.pop("ir.fields.converter", None)
                self.clerk.lang = lang
                self.assertEqual(self._errors(f"durand,Durand SARL,{no},,", f"nowak,Nowak Sp. z o.o.,{yes},,"), [])
                self.env.invalidate_all()
                self.assertEqual((self.durand.dematerialization_refused, self.nowak.dematerialization_refused),
                                 (False, True))
                self.assertEqual(self._errors(f"nowak,Nowak Sp. z o.o.,{true},,"), [])
                [error] = self._errors("durand,Durand SARL,,2023-11-02,")
                self.assertIn(yes.lower(), error)

    # ------------------------------------------------------------------
    # Wrong rows
    # ------------------------------------------------------------------

    def test_wrong_boolean(self):
        result = self._import(self._rows("durand,Durand SARL,no,,", "nowak,Nowak Sp. z o.o.,talvez,,"))
        [message] = result["messages"]
        self.assertEqual((message["type"], message["rows"]["from"]), ("error", 1))
        self.assertIn("Unknown value 'talvez' for boolean field 'Refuses e-mail'", message["message"])
        self.assertFalse(self._ledger(self.nowak))

    def test_wrong_date(self):
        [message] = self._import(self._rows("nowak,Nowak Sp. z o.o.,,,20/10/2023"))["messages"]
        self.assertIn("dematerialization_letter_date", message["message"])
        self.assertIn("line 1", message["message"])
        [error] = set(self._errors("nowak,Nowak Sp. z o.o.,,,2999-10-20"))
        self.assertIn("Nowak Sp. z o.o.: the date 10/20/2999 is in the future.", error)

    def test_unknown_customer(self):
        columns = ["name", "parent_id", "dispatch_invoice"]
        [message] = self._import("name,parent_id,dispatch_invoice\nPaul,Durant SARL,yes\n", columns)["messages"]
        self.assertIn("No matching record found for name 'Durant SARL' in field 'Related Company'", message["message"])
        columns = [".id", "name", "dispatch_invoice"]
        [message] = self._import(".id,name,dispatch_invoice\n99999999,Paul,yes\n", columns)["messages"]
        self.assertIn("Unknown database identifier '99999999'", message["message"])

    def test_declaration_of_a_contact(self):
        for line in ("camille,Camille Durand,yes,,", "camille,Camille Durand,yes,2023-11-02,",
                     "camille,Camille Durand,,,2023-11-02"):
            with self.subTest(line=line):
                result = self._import(self._rows("nowak,Nowak Sp. z o.o.,yes,,", line))
                self.assertTrue(any(message["rows"]["from"] == 1 for message in result["messages"]))
                for message in result["messages"]:
                    self.assertIn("Camille Durand belongs to Durand SARL", message["message"])
                self.assertFalse(self._ledger(self.durand) | self._ledger(self.nowak), "all or nothing")

    def test_date_without_a_refusal(self):
        [error] = self._errors("nowak,Nowak Sp. z o.o.,no,2023-11-02,")
        self.assertIn("Nowak Sp. z o.o. has a date of refusal but does not refuse", error)


@tagged("post_install", "-at_install")
class TestImportFile(HttpCase):
    def test_template_is_served(self):
        response = self.url_open("/document_dispatch/static/xls/contacts_documents.csv")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Čapek s.r.o.", response.content.decode())
