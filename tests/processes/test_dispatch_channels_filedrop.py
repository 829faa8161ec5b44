"""A channel of somebody else's addon, from the plan to its removal: documents go as files into a folder."""

import multiprocessing
import tempfile
from pathlib import Path

from case import PATIENCE, FaultCase
from worker import DATABASE, Stop, deliver, transaction

import odoo.addons
from odoo import fields, sql_db
from odoo.modules.registry import Registry

ADDONS = Path(__file__).parents[1] / "addons"
EXAMPLE, CODE = "document_dispatch_filedrop", "filedrop"
PDF = b"%PDF"
#: Forked from this process: its registry has the example, that of the other tests' server has not
FORK = multiprocessing.get_context("fork")


class TestFiledrop(FaultCase):
    def setUp(self):
        super().setUp()
        if str(ADDONS) not in odoo.addons.__path__:
            odoo.addons.__path__.append(str(ADDONS))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name, "drop")
        with transaction() as env:
            env["ir.module.module"].update_list()
            env["ir.config_parameter"].set_param(f"{EXAMPLE}.folder", str(self.folder))
        Registry.new(DATABASE, update_module=True, install_modules=[EXAMPLE])
        self.addCleanup(self._uninstall)

    def _uninstall(self):
        with transaction() as env:
            module = env["ir.module.module"].search([("name", "=", EXAMPLE), ("state", "=", "installed")])
            if module:
                module.button_immediate_uninstall()

    def _plan(self):
        """Commit an invoice whose files are yet to be made; return the id of its dispatch."""
        with transaction() as env:
            env["ir.config_parameter"].set_param("report.print_delay", "1")
            partner = env["res.partner"].create({"name": "Silva & Filhos Ltda", "email": "ana@silva.example.com"})
            move = env["account.move"].create({
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": fields.Date.today(),
                "invoice_line_ids": [fields.Command.create({"name": "Bomba", "price_unit": 1250.0, "tax_ids": []})],
            })
            move.action_post()
            return move._dispatch_create("rule").id

    def _go(self):
        with transaction() as env:
            env["document.dispatch.delivery"]._deliver()

    def _see(self, dispatch_id):
        """The state of a dispatch, its document's, and what a person reads of it, the list's group among it."""
        with transaction() as env:
            dispatch = env["document.dispatch"].browse(dispatch_id)
            [shown] = dispatch.web_read({
                name: {} for name in ("channel", "state", "what_happened", "what_to_do", "channel_actions", "subject")})
            groups = dispatch.formatted_read_group([("id", "=", dispatch_id)], ["channel"], ["__count"])
            self.assertEqual([group["channel"] for group in groups], [dispatch.channel])
            names = dict(dispatch.fields_get(["channel"])["channel"]["selection"])
            return shown, dispatch.move_id.dispatch_state, names[shown["channel"]]

    def _do(self, dispatch_id, method, *args):
        with transaction() as env:
            return getattr(env["document.dispatch"].browse(dispatch_id), method)(*args)

    def _files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def test_from_plan_to_removal(self):
        failed = self._plan()
        self._go()
        shown, state, name = self._see(failed)
        self.assertEqual((shown["state"], state, name), ("failed", "failed", "File drop"))
        self.assertIn("No such file or directory", shown["what_happened"])
        self.assertIn("Try Again Now", shown["what_to_do"])

        self.folder.mkdir()
        self._do(failed, "action_retry")
        self._go()
        self.assertEqual(self._see(failed)[:2], (self._see(failed)[0] | {"state": "sent"}, "sent"))
        [file] = self._files()
        self.assertTrue(Path(self.folder, file).read_bytes().startswith(PDF))
        self._go()
        self.assertEqual(len(self._files()), 1, "once")

        late = self._plan()
        self._block()
        self._go()
        with transaction() as env:
            recipient = env["document.dispatch"].browse(late).recipient_ids
            self.assertEqual((recipient.state, bool(recipient.next_try)), ("deferred", True))
        self._unblock()
        self.make_due()
        self._go()
        self.assertEqual((self._see(late)[0]["state"], len(self._files())), ("sent", 2))
        self.assertCopies(0)

        killed = self._kill_while_handing_over()
        with transaction() as env:
            outcomes = env["document.dispatch.report"]._read_group(
                [("res_id", "in", env["document.dispatch"].browse([failed, late, killed]).mapped("res_id")),
                 ("res_model", "=", "account.move")], ["outcome"], ["__count"])
            self.assertEqual(sorted(outcomes), [("sent", 2), ("unknown", 1)])
            env["ir.config_parameter"].set_param(f"{EXAMPLE}.folder", "")
        by_mail = self._plan()
        with transaction() as env:
            dispatch = env["document.dispatch"].browse(by_mail)
            self.assertEqual(
                (dispatch.channel, dispatch.channel_reason, dispatch.state_message),
                ("email", "other", "No folder is chosen."))
            env["ir.config_parameter"].set_param(f"{EXAMPLE}.folder", str(self.folder))
        waiting = self._plan()

        self._uninstall()
        self._go()
        for dispatch_id, state in ((failed, "sent"), (late, "sent"), (killed, "unknown"), (waiting, "failed")):
            shown, of_document, name = self._see(dispatch_id)
            self.assertEqual(
                (shown["channel"], shown["state"], of_document, name),
                (CODE, state, state, f"Another method ({CODE})"))
            self.assertNotIn("retry", shown["channel_actions"])
        self.assertIn("no longer installed", self._see(waiting)[0]["what_happened"])
        self._after_removal(failed, waiting)

    def _block(self):
        """As root writes anywhere, a folder stands where each file would be."""
        with transaction() as env:
            number = env["account.move"].search([], order="id desc", limit=1)._get_invoice_report_filename()
        Path(self.folder, number.replace("/", "_")).mkdir()

    def _unblock(self):
        for path in self.folder.iterdir():
            if path.is_dir():
                path.rmdir()

    def _kill_while_handing_over(self):
        """The worker is killed after the file was written, and before it could say so."""
        killed = self._plan()
        stop = Stop(FORK, f"document.dispatch.channel.{CODE}", "_hand_over", after=True)
        sql_db.close_all()  # a connection must not be shared by two processes
        process = FORK.Process(target=deliver, args=(stop,))
        process.start()
        self.addCleanup(process.kill)
        self.await_(stop)
        process.kill()
        process.join(PATIENCE)
        count = len(self._files())
        for _worker in range(2):
            self._go()
        self.assertEqual((self._see(killed)[0]["state"], len(self._files())), ("unknown", count))
        self.assertIn("could not be confirmed", self._see(killed)[0]["what_happened"])
        return killed

    def _after_removal(self, sent, waiting):
        """What is left can be listed, exported, sent again and printed; nothing crashes."""
        with transaction() as env:
            dispatches = env["document.dispatch"].browse([sent, waiting])
            self.assertEqual(
                [row[0] for row in dispatches.export_data(["channel"])["datas"]], [f"Another method ({CODE})"] * 2)
            self.assertTrue(list(dispatches.partner_id[:1]._dispatch_export_sent()))
            self.assertTrue(all(dispatch.attachment_ids for dispatch in dispatches[:1]))
            again = dispatches[0]._resend()
            self.assertEqual((again.channel, again.resend_of_id), ("email", dispatches[0]))
            dispatches[1].action_to_paper()
            self.assertEqual((dispatches[1].channel, dispatches[1].state), ("paper", "paper"))
        self._go()
        self.assertEqual(self._see(again.id)[0]["state"], "sent")
