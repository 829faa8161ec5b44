"""What goes is what was made: each file as it was stored, and all of them. Counted at the server."""

import os
from pathlib import Path
from unittest.mock import patch

from psycopg2.errors import QueryCanceled

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import DispatchCase


class Canceled(QueryCanceled):
    """As PostgreSQL raises it."""

    pgcode = "57014"


class TestFiles(DispatchCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.nowak)
        self.dispatch = self._waiting(self.invoice)
        self.file = self.dispatch.attachment_ids
        self.before = self.file.raw

    def _waiting(self, document, **kwargs):
        """A dispatch whose mail is made, and could not leave yet."""
        dispatch = document._dispatch_create("rule", **kwargs)
        with self._mail_server_down():
            self._deliver()
        return dispatch

    def _path(self, file):
        return Path(file._full_path(file.store_fname))

    def _damage(self, file, content):
        """Change the file on the disk; the filestore of the test database is left as it was."""
        path, before = self._path(file), file.raw
        self.addCleanup(lambda: (path.unlink(missing_ok=True), path.write_bytes(before)))
        path.unlink()  # it may be shared with other databases
        if content is not None:
            path.write_bytes(content)
        self.env.invalidate_all()

    def _assert_kept_from_going(self, words, dispatch=None):
        dispatch = dispatch or self.dispatch
        dispatch.action_retry()
        self.assertEqual(self.envelopes, [])
        self.assertEqual((dispatch.state, dispatch.recipient_ids.mapped("state")), ("failed", ["failed"]))
        self.assertIn(words, dispatch.state_message)
        self.assertFalse(self.invoice.is_move_sent)

    def test_lost_on_the_disk(self):
        self._damage(self.file, None)
        self._assert_kept_from_going("only 0 of")

    def test_empty_on_the_disk(self):
        self._damage(self.file, b"")
        self._assert_kept_from_going("only 0 of")

    def test_cut_on_the_disk(self):
        self._damage(self.file, self.before[:14])
        self._assert_kept_from_going("only 14 of")

    def test_other_bytes_of_the_same_size(self):
        self._damage(self.file, self.before[:-1] + b"?")
        self._assert_kept_from_going("was changed after it was created")

    def test_damaged_for_the_first_of_two_only(self):
        """The second time it is there again: a mend is enough."""
        self._damage(self.file, self.before[:14])
        self._assert_kept_from_going("damaged")
        self._path(self.file).write_bytes(self.before)
        self.env.invalidate_all()
        self.dispatch.action_retry()
        self.assertEqual((self.dispatch.state, len(self.envelopes)), ("sent", 1))
        self.assertEqual([part.get_content() for part in self.mails[0].iter_attachments()], [self.before])

    def test_deleted_behind_our_back(self):
        self.env.cr.execute("DELETE FROM ir_attachment WHERE id = %s", [self.file.id])
        self.env.invalidate_all()
        self._assert_kept_from_going("was deleted")

    def test_taken_from_or_put_on_the_message(self):
        message = self.dispatch.mail_message_id
        message.attachment_ids = [Command.unlink(self.file.id)]
        self._assert_kept_from_going(f"{self.file.name} is no longer attached")
        message.attachment_ids = [Command.link(self.file.id), Command.link(self.env["ir.attachment"].create(
            {"name": "outra.pdf", "raw": b"%PDF-1.4 of another customer"}).id)]
        self._assert_kept_from_going("outra.pdf was not among the files")

    def test_deleted_in_review_by_whom_nothing_holds(self):
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self._deliver()
        self.env.cr.execute("DELETE FROM ir_attachment WHERE id = %s", [dispatch.attachment_ids.id])
        self.env.invalidate_all()
        dispatch.action_release()
        self.assertEqual((self.envelopes, dispatch.state), ([], "failed"))

    def test_what_a_person_chose_in_review_goes(self):
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self._deliver()
        plan = self.env["ir.attachment"].create({"name": "plano.txt", "raw": b"Plano de entrega"})
        dispatch.with_user(self.env.user).attachment_ids = [Command.set(plan.ids)]
        dispatch.action_release()
        self.assertEqual(dispatch.state, "sent")
        self.assertEqual([part.get_filename() for part in self.mails[0].iter_attachments()], ["plano.txt"])

    def test_two_files_of_one_name_of_which_one_is_too_large(self):
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self._deliver()
        files = self.env["ir.attachment"].create([
            {"name": "anexo.bin", "raw": b"small"}, {"name": "anexo.bin", "raw": os.urandom(3_000_000)}])
        dispatch.attachment_ids = [Command.set(files.ids)]
        self.server.max_email_size = 1
        dispatch.action_release()
        self.assertEqual(dispatch.state, "sent")
        [attached] = self.mails[0].iter_attachments()
        self.assertEqual(attached.get_payload(decode=True), b"small")

    def test_no_filestore_is_no_fault_of_a_document(self):
        """It waits, tells so, and goes when the disk is back."""
        Attachment = type(self.env["ir.attachment"])
        with patch.object(Attachment, "_full_path", lambda self, path: f"/nowhere/{path}"):
            self.env.invalidate_all()
            self.dispatch.action_retry()
            self.assertEqual(self.envelopes, [])
            recipient = self.dispatch.recipient_ids
            self.assertEqual((self.dispatch.state, recipient.state, recipient.tries), ("queued", "deferred", 0))
            self.assertEqual(self.dispatch.prepare_faults, 1)
            self.assertIn("files of the database cannot be read", self.dispatch.state_message)
            first = self.dispatch.next_try
            problems = " ".join(self.env["document.dispatch.health"]._get_problems())
            self.assertIn("files of the database cannot be read", problems)
            self.dispatch.action_retry()
            self.assertEqual(self.dispatch.prepare_faults, 2)
            self.assertGreater(self.dispatch.next_try, first, "the pauses grow")
        self.env.invalidate_all()
        self.dispatch.action_retry()
        self.assertEqual((self.dispatch.state, self.dispatch.prepare_faults), ("sent", 0))
        self.assertEqual([part.get_content() for part in self.mails[0].iter_attachments()], [self.before])

    def test_unreadable_disk_waits(self):
        def refuse(path, *args, **kwargs):
            raise PermissionError(13, "Permission denied", path)

        with patch("builtins.open", refuse):
            self.env.invalidate_all()
            self.dispatch.action_retry()
        self.assertEqual((self.dispatch.state, self.dispatch.recipient_ids.state), ("queued", "deferred"))

    def test_what_the_machine_cannot_do_before_the_server_is_asked(self):
        """A full disk, lost rights, a database that cancels: it waits, spends no try, and goes."""
        for error in (OSError(28, "No space left on device"), PermissionError(13, "Permission denied"), MemoryError(),
                      Canceled()):
            with self.subTest(error=repr(error)):
                dispatch = self._waiting(self._invoice(self.nowak))
                with (
                    patch.object(type(self.env["mail.mail"]), "_prepare_outgoing_list", side_effect=error),
                    mute_logger("odoo.addons.mail.models.mail_mail"),
                ):
                    dispatch.action_retry()
                recipient = dispatch.recipient_ids
                self.assertEqual((dispatch.state, recipient.state, recipient.tries), ("queued", "deferred", 0))
                self.assertEqual((self.envelopes, dispatch.prepare_faults), ([], 1))
                dispatch.action_retry()
                self.assertEqual((dispatch.state, len(self.envelopes)), ("sent", 1))
                self.smtp.handler.clear()

    def test_what_did_not_go_is_said_in_our_own_words(self):
        self._damage(self.file, b"")
        self.dispatch.action_retry()
        self.assertIn("only 0 of", self.dispatch.what_happened)
        self.assertNotIn("Server reply", self.dispatch.what_happened)
        self.assertIn("Correct the problem described above", self.dispatch.what_to_do)

    def test_made_before_this_was_recorded(self):
        self.dispatch._with_system_write().file_record = False
        self.dispatch.action_retry()
        self.assertEqual(self.dispatch.state, "sent")

    def test_draft_for_the_own_mail_program(self):
        dispatch = self._invoice(self.nowak)._dispatch_create("manual", state="review")
        self._deliver()
        self._damage(dispatch.attachment_ids, b"")
        with self.assertRaisesRegex(UserError, "damaged"):
            dispatch._hand_to_person()
