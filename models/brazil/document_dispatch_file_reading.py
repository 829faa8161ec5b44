import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...tools.brazil import boleto_pdf
from ...tools.pdf import reader as pdf_reader
from ..delivery.document_dispatch_worker import CLASHES
from .document_dispatch_file import LARGEST, UNUSABLE

_logger = logging.getLogger(__name__)

#: PDFs that one process reads, and runs in which a worker died before we give up on a PDF
FILES_AT_ONCE, MOST_TRIES = 10, 3
#: Minutes until the next try where no process could be started
MINUTES_TO_RETRY = 5
#: Reference of a PDF of which nobody knows yet what it is
UNREAD = "unread"


class DocumentDispatchFile(models.Model):
    """PDFs on invoices: anybody may have made them, so they are read in a process with limits, in the background.

    Until then a record says that the file is being read. It is replaced by the boletos in it, taken away where there is
    none, and says so where the file could not be read: then nobody knows what it is.
    """

    _inherit = "document.dispatch.file"

    reading = fields.Boolean(string="Being read", readonly=True)
    read_tries = fields.Integer(readonly=True, help="Number of reading attempts without a known result.")

    _reading_idx = models.Index("(id) WHERE reading")

    @api.model
    def _read_later(self, attachments):
        """Have PDFs read when this transaction is over; nothing where they are what was read."""
        # sudo: as in _keep_found
        Files, attachments = self.sudo(), attachments.sudo()
        present = Files.search([("attachment_id", "in", attachments.ids)]).grouped("attachment_id")
        waiting, fresh = Files.browse(), []
        for attachment in attachments:
            files = present.get(attachment, Files.browse())
            stay = files.filtered(lambda file: file.move_id.id == attachment.res_id)  # noqa: B023 used at once
            (files - stay).unlink()
            if not stay:
                fresh.append({
                    "move_id": attachment.res_id, "attachment_id": attachment.id, "checksum": attachment.checksum,
                    "kind": UNUSABLE, "reading": True, "reference": UNREAD, "name": attachment.name,
                })
            elif any(file._is_to_be_read() for file in stay):
                waiting |= stay
        waiting.write({"reading": True, "read_tries": 0})
        if Files.create(fresh) | waiting:
            self._trigger_reading()

    def _is_to_be_read(self):
        """Tell whether this record says less than another look at its file may."""
        return self.checksum != self.attachment_id.checksum or self.reference in (
            UNREAD, boleto_pdf.PICTURE, boleto_pdf.NO_LINE, *pdf_reader.PROBLEMS)

    @api.model
    def _trigger_reading(self, at=None):
        # sudo: the scheduler's
        self.env.ref("document_dispatch.ir_cron_dispatch_read").sudo()._trigger(at)

    # ------------------------------------------------------------------
    # In the background
    # ------------------------------------------------------------------

    @api.model
    def _cron_read(self):
        """Entry of ``ir_cron_dispatch_read``: some PDFs at a time, each lot committed."""
        Cron = self.env["ir.cron"]
        waiting = self.search([("reading", "=", True)], order="read_tries, id").attachment_id
        Cron._commit_progress(remaining=len(waiting))
        for ids in split_every(FILES_AT_ONCE, waiting.ids):
            try:
                self._read_some(waiting.browse(ids))
            except pdf_reader.Unavailable as error:
                _logger.error("PDFs on invoices cannot be read: %s", error)
                self._trigger_reading(fields.Datetime.add(fields.Datetime.now(), minutes=MINUTES_TO_RETRY))
                return
            if not Cron._commit_progress(len(ids)):
                break

    @api.model
    def _read_some(self, attachments):
        """Read PDFs in one process, and keep what is in them."""
        Cron = self.env["ir.cron"]
        files = self._still_reading(attachments)
        given_up = files.filtered(lambda file: file.read_tries >= MOST_TRIES)
        for file in files:
            file.read_tries += 1
        attachments = files.attachment_id
        checksums = {attachment: attachment.checksum for attachment in attachments}
        asked = attachments - given_up.attachment_id
        # commit: an attempt counts before it begins, and nothing is locked while others' files are read
        Cron._commit_progress()
        try:
            readings = dict(zip(asked, pdf_reader.read_texts(self._contents(asked)), strict=True))
            codes = self._read_codes(readings)
        except pdf_reader.Unavailable:
            for file in self._still_reading(attachments):
                file.read_tries -= 1
            raise
        Cron._commit_progress()  # commit: what happened meanwhile is seen
        attachments = attachments.exists()
        there = self._still_reading(attachments).attachment_id.filtered(
            lambda attachment: attachment.checksum == checksums[attachment])  # new bytes are for the next run
        lost = pdf_reader.Reading(problem=pdf_reader.LIMITS)
        for attachment in there:
            self._keep_isolated(attachment, readings.get(attachment, lost), codes.get(attachment, ()))

    @api.model
    def _read_codes(self, readings, password=None):
        """Bars and QR codes of the PDFs whose text leaves a question: ``{attachment: codes}``.

        :param dict readings: for each attachment what its text came to
        """
        asking = [attachment for attachment, reading in readings.items() if boleto_pdf.asks_for_codes(reading)]
        if not asking or not pdf_reader.can_read_codes():
            return {}
        try:
            return dict(zip(asking, pdf_reader.read_codes(self._contents(asking), password), strict=True))
        except pdf_reader.Unavailable as error:
            # they are there and do not work: the text says what it says all the same
            _logger.warning("Codes on PDFs cannot be read: %s", error)
            return {}

    def _keep_isolated(self, attachment, reading, codes):
        """Keep what is in one PDF; where that fails the others are kept all the same, and the next run tries again.

        :param attachment: the PDF
        :param reading: what its text came to, :class:`tools.pdf.reader.Reading`
        :param codes: list of :class:`tools.pdf.reader.Code` on its pages
        """
        try:
            with self.env.cr.savepoint():
                self._keep_found({attachment: self._describe_pdf(attachment, reading, codes)})
        except CLASHES:
            raise  # no fault of the file: the next run reads it
        except Exception:
            self.env.invalidate_all()
            _logger.exception("What was read in file %s could not be kept", attachment.id)

    def _still_reading(self, attachments):
        """Records of these files that wait for their content, locked; those that others hold are left out."""
        waiting = self.search([("attachment_id", "in", attachments.ids), ("reading", "=", True)])
        return waiting.try_lock_for_update().filtered("reading")

    @api.model
    def _contents(self, attachments):
        """The bytes of one file after another, one at a time in memory."""
        for attachment in attachments:
            yield self._content_of(attachment)
            attachment.invalidate_recordset(["raw", "datas"], flush=False)

    @api.model
    def _describe_pdf(self, attachment, reading, codes=()):
        """Values of the boletos in a PDF, and of the fact that not all of it could be read.

        :param: as ``_keep_isolated``
        """
        # sudo: as in _keep_found
        attachment = attachment.sudo()
        today = fields.Date.context_today(self)
        if attachment.file_size > LARGEST:
            reading = pdf_reader.Reading(problem=pdf_reader.LIMITS)  # only how it begins was read
        found = boleto_pdf.read(reading, codes)
        described = []
        for slip in found.slips:
            described.append({
                "kind": "boleto", "name": attachment.name, "reference": slip.boleto.printed,
                "number": slip.boleto.bank, "amount": float(slip.boleto.amount or 0),
                "due_date": slip.boleto.due_date(today), "pix_code": slip.pix, "pix_problem": slip.pix_problem,
            })
        for problem in found.problems:
            described.append({"kind": UNUSABLE, "name": attachment.name, "reference": problem})
        return described

    # ------------------------------------------------------------------
    # Passwords
    # ------------------------------------------------------------------

    def _unlock(self, password):
        """Read a PDF that asks for a password, with what a person typed. It is kept nowhere.

        The file goes to the customer as it is, who has the password from the bank.
        """
        self.ensure_one()
        attachment = self.attachment_id
        try:
            [reading] = pdf_reader.read_texts(self._contents(attachment), password)
            codes = self._read_codes({attachment: reading}, password)
        except pdf_reader.Unavailable as error:
            raise UserError(self.env._("PDFs cannot be read at the moment. Try again in a few minutes.")) from error
        if reading.problem == pdf_reader.PASSWORD:
            raise UserError(self.env._("This is not the password of the file."))
        self._keep_found({attachment: self._describe_pdf(attachment, reading, codes.get(attachment, ()))})

    def action_unlock(self):
        """Ask for the password of the file."""
        self.ensure_one()
        self.move_id.check_access("write")
        return {
            "type": "ir.actions.act_window", "name": self.env._("File Password"),
            "res_model": "document.dispatch.file.unlock", "view_mode": "form", "target": "new",
            "context": {"default_file_id": self.id},
        }
