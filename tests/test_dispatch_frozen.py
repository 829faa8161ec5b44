"""What was released stays as it went: the files too, whoever deletes or changes them elsewhere."""

from .common import DispatchCase


class TestFrozen(DispatchCase):
    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.nowak)
        self.dispatch = self.invoice._dispatch_create("rule")

    def test_deleted_file_stays_with_its_dispatch(self):
        self._deliver()
        file = self.dispatch.attachment_ids
        before = file.raw
        file.with_user(self.env.user).unlink()
        self.assertEqual(self.dispatch.attachment_ids.raw, before)
        self.assertEqual((file.res_model, file.res_id), ("document.dispatch", self.dispatch.id))
        self.assertFalse(self.env["ir.attachment"].search([
            ("res_model", "=", "account.move"), ("res_id", "=", self.invoice.id), ("id", "in", file.ids),
        ]), "the invoice has it no more")

    def test_deleted_before_it_goes(self):
        with self._mail_server_down():
            self._deliver()
        self.dispatch.attachment_ids.unlink()
        self.dispatch.action_retry()
        self.assertEqual(self.dispatch.state, "sent")
        self.assertEqual([part.get_filename() for part in self.mails[0].iter_attachments()],
                         self.dispatch.attachment_ids.mapped("name"))

    def test_new_bytes_leave_the_old_ones(self):
        self._deliver()
        file, before = self.dispatch.attachment_ids, self.dispatch.attachment_ids.raw
        file.raw = b"%PDF-1.4 another one"
        self.assertEqual(file.raw, b"%PDF-1.4 another one")
        self.assertEqual(self.dispatch.attachment_ids.raw, before)
        self.assertNotEqual(self.dispatch.attachment_ids, file)

    def test_new_bytes_before_it_goes(self):
        with self._mail_server_down():
            self._deliver()
        file, before = self.dispatch.attachment_ids, self.dispatch.attachment_ids.raw
        file.raw = b"%PDF-1.4 another one"
        self.dispatch.action_retry()
        self.assertEqual((self.dispatch.state, self._attached(self.mails[0])), ("sent", [before]))

    def test_new_name_is_no_new_content(self):
        self._deliver()
        file = self.dispatch.attachment_ids
        file.name = "Faktura.pdf"
        self.assertEqual(self.dispatch.attachment_ids, file)

    def test_deleted_invoice(self):
        self._deliver()
        before = self.dispatch.attachment_ids.raw
        self.invoice.button_draft()
        self.invoice.with_context(force_delete=True).unlink()
        self.assertEqual(self.dispatch.attachment_ids.raw, before)
        self.assertEqual(self.dispatch.state, "sent")

    def test_file_of_no_dispatch(self):
        self._deliver()
        file = self.env["ir.attachment"].create({"name": "nota.txt", "raw": b"x"})
        file.unlink()
        self.assertFalse(file.exists())

    def test_deleted_in_review(self):
        """What a person looks at is what goes."""
        self.dispatch.action_cancel()
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self._deliver()
        file = dispatch.attachment_ids
        before = file.raw
        file.unlink()
        self.assertEqual((dispatch.attachment_ids, file.raw, file.res_id), (file, before, dispatch.id))
        dispatch.action_release()
        self.assertEqual((dispatch.state, self._attached(self.mails[-1])), ("sent", [before]))

    def test_cancelled_in_review_keeps_nothing(self):
        dispatch = self._invoice(self.nowak)._dispatch_create("rule", state="review")
        self._deliver()
        file = dispatch.attachment_ids
        dispatch.action_cancel()
        file.unlink()
        self.assertFalse(file.exists())

    @staticmethod
    def _attached(mail):
        return [part.get_content() for part in mail.iter_attachments()]
