from contextlib import suppress
from pathlib import Path

from odoo import api, models
from odoo.fields import Command

from ...tools.delivery import environment

#: Fields that hold the bytes of a file
CONTENT_FIELDS = frozenset({"raw", "datas", "db_datas", "store_fname", "checksum"})
#: So many other files show whether the filestore is there at all
SAMPLE = 20


class IrAttachment(models.Model):
    """Files of dispatches, which stay as they went."""

    _inherit = "ir.attachment"

    @api.model
    def _file_write(self, bin_value, checksum):
        """Leave no cut file behind where the disk is full: core never writes it again, and says that it collides.

        :raise OSError: of which :mod:`tools.delivery.environment` knows that it is no fault of the file
        """
        try:
            return super()._file_write(bin_value, checksum)
        except OSError as error:
            path = Path(self._full_path(f"{checksum[:2]}/{checksum}"))
            with suppress(OSError):
                if path.stat().st_size != len(bin_value):
                    path.unlink()
            if environment.is_fault(error):
                raise
            raise environment.FilestoreUnavailable(*error.args) from error

    @api.model
    def _get_path(self, bin_data, sha):
        """Where a new file goes; core makes the folder here, also on its way around :meth:`_file_write`.

        :raise OSError: as there
        """
        try:
            return super()._get_path(bin_data, sha)
        except OSError as error:
            if environment.is_fault(error):
                raise
            raise environment.FilestoreUnavailable(*error.args) from error

    def unlink(self):
        """A file that was made or released to be sent stays with its dispatch, whoever deletes it elsewhere.

        Not an error: deleting a draft deletes its files too, and must work.
        """
        self.check_access("unlink")  # what is kept never comes to core's check
        kept = self._dispatch_released_files()
        for dispatch, files in kept.items():
            # sudo: it becomes the dispatch's own, who deleted it has nothing to do with that
            files.sudo().write({"res_model": dispatch._name, "res_id": dispatch.id, "res_field": False})
        return super(IrAttachment, self - self.browse().union(*kept.values())).unlink()

    def write(self, vals):
        """New bytes for a file that was released: the dispatch keeps the old ones."""
        if vals.keys() & CONTENT_FIELDS:
            for dispatch, files in self._dispatch_released_files().items():
                for file in files.sudo():  # sudo: as in unlink
                    copy = file.copy({"name": file.name, "res_model": dispatch._name, "res_id": dispatch.id,
                                      "res_field": False})
                    holders = dispatch._dispatches_of(file)
                    swap = [Command.unlink(file.id), Command.link(copy.id)]
                    holders._with_system_write().attachment_ids = swap
                    # its mail, which may be still to go, has the files of its message; sudo: the dispatch's own
                    messages = (holders | holders._bundle_main()).mail_message_id.sudo()
                    messages.filtered(lambda m, file=file: file in m.attachment_ids).attachment_ids = swap
        return super().write(vals)

    def _dispatch_check_filestore(self):
        """Raise where files cannot be read, and it is not only these that are lost.

        :raise environment.FilestoreUnavailable: the disk, its rights or its network; or all files are gone
        """
        for file in self.filtered("store_fname"):
            try:
                # not there: it alone, or all of them: below
                with suppress(FileNotFoundError), open(self._full_path(file.store_fname), "rb"):
                    pass
            except OSError as error:
                raise environment.FilestoreUnavailable(str(error)) from error
            if file.checksum == self._compute_checksum(self._file_read(file.store_fname)):
                raise environment.FilestoreUnavailable(f"{file.name}: for a moment")
        if not self:
            return
        # the oldest came with Odoo, and are on every disk that is the right one
        others = self.search([("store_fname", "!=", False), ("file_size", ">", 0), ("id", "not in", self.ids)],
                             order="id", limit=SAMPLE)
        if others and not any(self._file_read(name, 1) for name in others.mapped("store_fname")):
            raise environment.FilestoreUnavailable(self._filestore())

    def _dispatch_released_files(self):
        """``{dispatch: files}`` of what was made or released, each file with one of its dispatches."""
        # sudo: whoever deletes a file need not see the dispatches
        dispatches = self.env["document.dispatch"].sudo()._dispatches_of(self)
        kept, seen = {}, self.browse()
        for dispatch in dispatches:
            # sudo: as above
            if files := (dispatch.attachment_ids & self.sudo()) - seen:
                kept[dispatch] = files.with_env(self.env)
                seen |= files
        return kept
