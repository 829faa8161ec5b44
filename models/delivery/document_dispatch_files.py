import re
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Where a text shows a file of the database: core does not attach that (mail.mail._prepare_outgoing_list)
_SHOWN = re.compile(r"/web/(?:content|image)/([0-9]+)")


class FilesChanged(UserError):
    """What would go is not what was made, or released."""


class Withheld(BaseException):
    """Carries the reason why a mail must not go to the server now.

    Not an ``Exception``, as :class:`tools.mail.smtp.Ended`: core would log a traceback and go on.
    """

    def __init__(self, error):
        super().__init__(str(error))
        self.error = error


class DocumentDispatch(models.Model):
    """The files of a dispatch as they were when they were chosen; nothing else goes."""

    _inherit = "document.dispatch"

    file_record = fields.Json(
        readonly=True,
        help="The files to be sent: number, name, size and checksum, to be compared with the stored files.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        dispatches = super().create(vals_list)
        dispatches.filtered("attachment_ids")._record_files()
        return dispatches

    def write(self, vals):
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._record_files()
        return result

    def _record_files(self):
        for dispatch in self._with_system_write():
            dispatch.file_record = dispatch._describe_files()

    def _describe_files(self):
        """What was written down of these files when each was stored; a mere link has no bytes."""
        # sudo: the dispatch's own files
        return [
            {"id": file.id, "name": file.name, "size": file.file_size, "checksum": file.checksum}
            for file in self.attachment_ids.sudo() if file.checksum
        ]

    def _get_file_record(self):
        """The files of this mail, with those of its bundle, each once: ``{id: record}``."""
        records = (record for dispatch in self._with_bundled()
                   # made before this was recorded: at least as the files were stored
                   for record in (dispatch.file_record or dispatch._describe_files()))
        return {record["id"]: record for record in records}

    def _check_files(self, entries, body):
        """Raise unless these are the files that were frozen, all of them and byte for byte.

        :param list entries: ``(name, content, MIME type)`` of what is about to go
        :param str body: the text, which may show a file instead
        :raise FilesChanged: one is missing, cut, another, or too many
        :raise environment.FilestoreUnavailable: that is no fault of these files
        """
        self.ensure_one()
        Attachment = self.env["ir.attachment"]
        shown = {int(number) for number in _SHOWN.findall(body or "")}
        expected = [record for number, record in self._get_file_record().items() if number not in shown]
        going = Counter(Attachment._compute_checksum(content or b"") for _name, content, _type in entries)
        missing = []
        for record in expected:
            if going[record["checksum"]]:
                going[record["checksum"]] -= 1
            else:
                missing.append(record)
        if missing:
            attached = {name for name, _content, _type in entries}
            damaged = [record["id"] for record in missing if record["name"] in attached]
            # sudo: the dispatch's own files
            Attachment.sudo().browse(damaged).exists()._dispatch_check_filestore()
            raise FilesChanged(self._explain_missing(missing[0], entries))
        if going.total():
            added = next(name for name, content, _type in entries
                         if going[Attachment._compute_checksum(content or b"")])
            raise FilesChanged(self.env._("%s was not among the files when the e-mail was created.", added))

    def _explain_missing(self, record, entries):
        """Say what became of a file that does not go as it was."""
        name = record["name"]
        # sudo: the dispatch's own file
        if not self.env["ir.attachment"].sudo().browse(record["id"]).exists():
            return self.env._("The file %s was deleted.", name)
        sizes = [len(content or b"") for other, content, _type in entries if other == name]
        if not sizes:
            return self.env._("The file %s is no longer attached.", name)
        if record["size"] not in sizes:
            return self.env._("The file %(file)s is damaged: only %(found)s of %(size)s bytes were found.",
                              file=name, size=record["size"], found=sizes[0])
        return self.env._("The file %s was changed after it was created.", name)
