import logging
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

from ...tools.delivery import environment
from ...tools.pdf import folders
from ...tools.pdf import merge as pdf_merge
from ...tools.pdf import reader as pdf_reader
from ..delivery.document_dispatch_worker import CLASHES
from ..delivery.ir_actions_report import PageTimeout

_logger = logging.getLogger(__name__)

#: Documents that are made and merged in one transaction
BLOCK = 20
#: An envelope that ended so many workers, alone, is left out
MOST_INTERRUPTIONS = 3
#: Minutes until a run goes on that could not be made now
WAIT = 5


class DocumentDispatchPrinter(models.AbstractModel):
    """Makes print runs: each block of envelopes is a unit of work, and a file until the run is whole.

    The documents are made with the rights of the user who prints. One that cannot be made stays in
    the tray with its reason; the others go on.
    """

    _name = "document.dispatch.printer"
    _inherit = ["document.dispatch.worker"]
    _description = "Dispatch Printer"

    @api.model
    def _cron_print(self):
        """Entry of ``ir_cron_dispatch_print``: one block after another, oldest run first."""
        folders.remove_left_over()
        Print = self.env["document.dispatch.print"]
        held = []
        while not self._is_time_up():
            run = Print.search([("state", "=", "making"), ("id", "not in", held)], order="id", limit=1)
            if not run:
                break
            if not (self._isolate(self._begin_block, run) and self._isolate(self._step, run)):
                held.append(run.id)
                self._isolate(self._put_back, run)
        self._announce_remaining(Print.search_count([("state", "=", "making"), ("id", "not in", held)]))

    def _begin_block(self, run):
        """Count an attempt before it begins; return false when another worker has the run."""
        run = run.try_lock_for_update()
        if run.state != "making":
            return False
        run.block_tries += 1
        self._commit()
        return True

    def _step(self, run):
        """Make one block, in a transaction of its own; return false when another worker has the run."""
        run = run.try_lock_for_update()
        if run.state != "making":
            return False
        alone = run.block_tries > 1
        with self.env["ir.actions.report"]._dispatch_rendering(alone) as rendering:
            self.with_context(dispatch_render=rendering)._make_block(run, alone)
        run.block_tries = int(alone)
        self._commit(1)
        return True

    def _put_back(self, run):
        """It was not made, and no worker was lost by it: soon again, one envelope after another."""
        run = run.try_lock_for_update()
        if run.block_tries:
            run.block_tries = 1
            self.env.ref("document_dispatch.ir_cron_dispatch_print")._trigger(
                fields.Datetime.now() + timedelta(minutes=WAIT))
        self._commit()

    @api.model
    def _make_run(self, run):
        """Make a whole run in the transaction of the caller."""
        try:
            while run.state == "making":
                self._make_block(run)
        except Exception as error:
            if fault := environment.find_fault(error):
                raise UserError(self.env._("The server is currently not able to print: %s",
                                           run.dispatch_ids._explain_fault(fault))) from error
            raise

    # ------------------------------------------------------------------
    # A block
    # ------------------------------------------------------------------

    def _make_block(self, run, alone=False):
        """Make the next envelopes of a run, or only one; the last block makes the file."""
        block, rest = self._split(run.queue, 1 if alone else self._block_size(run.dispatch_ids))
        dispatches = run.env["document.dispatch"].browse(dispatch_id for envelope in block for dispatch_id in envelope)
        if run.block_tries > MOST_INTERRUPTIONS:
            run.block_tries = 1
            run._leave_in_tray(dict.fromkeys(self._still_in(run, dispatches), self.env._(
                "The server was terminated %s times while creating this document.", MOST_INTERRUPTIONS)))
        else:
            self._try_block(run, block, dispatches)
        run.queue = rest
        if not rest:
            self._finish(run)

    def _try_block(self, run, block, dispatches):
        try:
            with self.env.cr.savepoint():
                self._of(run)._make_envelopes(run, [dispatches.browse(ids) for ids in block])
        except CLASHES:
            raise  # no fault of the documents: the block is made anew
        except Exception as error:
            self.env.invalidate_all()
            if self._comes_again(run, error):
                raise
            _logger.exception("Print run %s: a block could not be made", run.id)
            run._leave_in_tray(dict.fromkeys(self._still_in(run, dispatches), self._explain(error)))

    def _comes_again(self, run, error):
        """Tell whether this is no fault of the documents, or may go when an envelope is made alone."""
        return environment.find_fault(error) or isinstance(error, PageTimeout) and run.block_tries == 1

    @api.model
    def _block_size(self, dispatches):
        """How many documents of a run with these dispatches are made and merged in one transaction."""
        return BLOCK

    @staticmethod
    def _split(queue, most):
        """Whole envelopes until there are enough documents, and what is left."""
        count, taken = 0, 0
        while taken < len(queue) and count < most:
            count += len(queue[taken])
            taken += 1
        return queue[:taken], queue[taken:]

    def _of(self, run):
        """The printer with the rights of the user who prints, in all companies of the run."""
        user = run.user_id
        return self.with_user(user).with_context(
            allowed_company_ids=(run.company_ids & user.company_ids).ids, lang=user.lang,
        )

    def _still_in(self, run, dispatches):
        """Those that nobody withdrew meanwhile."""
        return dispatches.filtered(lambda dispatch: dispatch.state == "paper" and dispatch.print_id == run)

    def _make_envelopes(self, run, envelopes):
        """Make documents, then the covers of those that came out, and write both into one part."""
        asked = self.env["document.dispatch"].sudo().union(*envelopes)  # sudo: the documents are checked, each
        there = self._still_in(run, asked)
        (asked - there).filtered(lambda dispatch: dispatch.print_id == run)._with_system_write().print_id = False
        envelopes = [dispatches.sudo() & there for dispatches in envelopes]
        files, reasons = self._make_files(there)
        envelopes = [dispatches.filtered(files.get) for dispatches in envelopes]
        envelopes = [dispatches for dispatches in envelopes if dispatches]
        covers = self._make_covers(envelopes, reasons) if run.covers else {}
        if run.covers:
            envelopes = [dispatches for dispatches in envelopes if dispatches in covers]
        self._make_part(run, envelopes, covers, files)
        for dispatch in self.env["document.dispatch"].union(*envelopes):
            if not dispatch.content_ready:
                dispatch._with_system_write().attachment_ids = [fields.Command.set(files[dispatch].ids)]
        run.envelopes += len(envelopes)
        run.documents += sum(map(len, envelopes))
        run._leave_in_tray(reasons)

    def _make_part(self, run, envelopes, covers, files):
        """Write covers and documents into one file; apart from here, as a customer's PDF may be among them.

        :param run: ``document.dispatch.print``
        :param list envelopes: ``document.dispatch``, those of an envelope together
        :param dict covers: ``{envelope: PDF}``
        :param dict files: ``{document.dispatch: ir.attachment}``
        """
        if not envelopes:
            return
        with folders.private_folder("dispatch_print_") as folder:
            path = Path(folder, "part")
            run.pages += sum(pdf_reader.merge(self._contents_of(envelopes, covers, files), path))
            run.part_ids |= self._store(run, path)

    @staticmethod
    def _contents_of(envelopes, covers, files):
        """The PDFs in the order in which they are printed; parameters as of :meth:`_make_part`."""
        for dispatches in envelopes:
            if dispatches in covers:
                yield covers[dispatches]
            for dispatch in dispatches:
                for file in files[dispatch]:
                    yield file.raw

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    def _make_files(self, dispatches):
        """The PDFs of each dispatch: those that went by mail, else the document's own, else made now.

        :return: ``{dispatch: ir.attachment}`` and ``{dispatch: reason}`` of those that could not be made
        """
        files, reasons = {}, {}
        for group in dispatches.grouped(self._group_key).values():
            for some in map(dispatches.browse, split_every(self._block_size(dispatches), group.ids)):
                if not self._try_files(some, files, reasons) and len(some) > 1:
                    for dispatch in some:
                        self._try_files(dispatch, files, reasons)
        return files, reasons

    @staticmethod
    def _has_files(dispatch):
        """Tell whether files went, or were to go, by mail: these are printed."""
        return bool(dispatch.content_ready and dispatch.attachment_ids)

    def _group_key(self, dispatch):
        return (
            self._has_files(dispatch), dispatch.company_id, dispatch.type_id, dispatch.lang,
            dispatch.mail_template_id, dispatch.report_id,
        )

    def _try_files(self, dispatches, files, reasons):
        """Make the files of a group, which all come out or none; a dispatch alone gets its reason.

        :param dispatches: of one group
        :param dict files: ``{document.dispatch: ir.attachment}``; it is added to
        :param dict reasons: ``{document.dispatch: text}``; it is added to
        :return: false where they could not be made
        """
        try:
            with self.env.cr.savepoint():
                made = self._prepare_files(dispatches)
                self._check_files([file.raw or b"" for dispatch in dispatches for file in made[dispatch]], dispatches)
        except CLASHES:
            raise
        except Exception as error:
            self.env.invalidate_all()
            if self._comes_again(dispatches.print_id[:1], error):
                raise
            if len(dispatches) == 1:
                _logger.info("Dispatch %s could not be printed", dispatches.id, exc_info=True)
                reasons[dispatches] = self._explain(error)
            return False
        files.update(made)
        return True

    def _check_files(self, contents, dispatches):
        """Raise where one of these cannot be merged; apart from here, as a customer's PDF may be among them.

        :param list contents: PDFs
        :param dispatches: whose they are
        """
        pdf_reader.merge(contents)

    def _explain(self, error):
        """Say what is wrong in words for the clerk."""
        if isinstance(error, pdf_merge.UnreadablePdf):
            return self.env._("The PDF cannot be read: %s", error)
        if isinstance(error, AccessError):
            return self.env._("You are not allowed to read this document.")
        return self.env["document.dispatch.content"]._explain(error)

    def _prepare_files(self, dispatches):
        """``{dispatch: ir.attachment}`` for dispatches of one type, language and company, or raise."""
        first = dispatches[0]
        Model = self.env[first.res_model].with_company(first.company_id)
        documents = Model.with_context(lang=first.lang, allowed_company_ids=first.company_id.ids).browse(
            dispatches.mapped("res_id"))
        documents.check_access("read")
        for document in documents:
            if blocking_reason := document._dispatch_blocking_reason(first.type_code):
                raise ValueError(blocking_reason)
        went = [dispatch.attachment_ids for dispatch in dispatches] if self._has_files(first) else None
        made = [self._pdfs(files) for files in went or self._render_files(first, documents)]
        if not all(made):
            raise ValueError(self.env._("It has no printable page."))
        return dict(zip(dispatches, made, strict=True))

    def _render_files(self, first, documents):
        """The files that would go by mail, of documents that have none yet."""
        documents = documents._dispatch_for_print()
        files = documents._dispatch_make_files(
            first._get_template().with_env(documents.env), first._get_report().with_env(documents.env))
        return [files[document] for document in documents]

    def _pdfs(self, files):
        """What of the files is a page: an XML that goes by mail stays out."""
        # sudo: the files of a document that the user was seen to read
        return files.sudo().filtered(
            lambda file: file.mimetype == "application/pdf" or (file.name or "").lower().endswith(".pdf"))

    # ------------------------------------------------------------------
    # Cover letters
    # ------------------------------------------------------------------

    def _make_covers(self, envelopes, reasons):
        """Draw the covers, several at once: ``{dispatches: PDF}``; an envelope without one is left out."""
        covers = {}
        with self.env["ir.actions.report"]._dispatch_rendering() as batch:
            if batch:
                for dispatches in envelopes:
                    with batch.collect():
                        self._try_cover(dispatches, batch, reasons)
            for dispatches in envelopes:
                if dispatches[0] not in reasons and (cover := self._try_cover(dispatches, batch, reasons)):
                    covers[dispatches] = cover
        return covers

    def _try_cover(self, dispatches, batch, reasons):
        try:
            return self._draw_cover(dispatches, batch)
        except CLASHES:
            raise
        except Exception as error:
            if self._comes_again(dispatches.print_id[:1], error):
                raise
            _logger.info("The cover letter of %s could not be made", dispatches, exc_info=True)
            text = self.env._("The cover letter could not be created: %s", " ".join(str(error).split()))
            reasons.update(dict.fromkeys(dispatches, text))

    def _draw_cover(self, dispatches, batch):
        first = dispatches[0]
        Report = self.env["ir.actions.report"].with_company(first.company_id).with_context(
            lang=first.lang, dispatch_render=batch,
        )
        content, _kind = Report._render_qweb_pdf(
            "document_dispatch.action_report_cover_letter", [first.id], data={"dispatch_ids": dispatches.ids},
        )
        pdf_merge.check(content)  # in this process: wkhtmltopdf has just drawn it
        return content

    # ------------------------------------------------------------------
    # The file
    # ------------------------------------------------------------------

    def _store(self, run, path):
        # sudo: who may read the run, may read its file
        return self.env["ir.attachment"].sudo().create({
            "name": f"{run.display_name.replace('/', '-')}.pdf", "raw": path.read_bytes(),
            "mimetype": "application/pdf", "res_model": run._name, "res_id": run.id,
        })

    def _finish(self, run):
        """Make one file of the parts, and call printed what is in it."""
        dispatches = run.printed_ids
        gone = (run.dispatch_ids & dispatches).filtered(lambda dispatch: dispatch.state != "paper")
        if gone:
            run.left_out = "\n".join([*filter(None, [run.left_out]), *(self.env._(
                "%s was withdrawn while it was being printed: remove "
                "it.", dispatch.document_name) for dispatch in gone)])
        run.attachment_id = self._join(run)
        run.state = "done" if run.attachment_id else "empty"
        (dispatches - gone)._printed()

    def _join(self, run):
        parts = run.part_ids.sorted("id")
        if len(parts) < 2:
            return parts
        with folders.private_folder("dispatch_print_") as folder:
            path = Path(folder, "run")
            # in this process: the parts were written by the same program, flat and unpacked; what strangers put
            # into them is copied as it stands, in time and memory that grow with its bytes
            with pdf_merge.Merger(path) as merger:
                for part in parts:
                    merger.add(part.raw)
                    part.invalidate_recordset(["raw", "datas"])
                merger.close()
            whole = self._store(run, path)
        run.part_ids = False
        parts.unlink()
        return whole
