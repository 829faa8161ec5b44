import base64
import logging

from odoo import api, fields, models
from odoo.tools import config

from ...tools.brazil import danfe
from ..delivery.document_dispatch_worker import CLASHES

_logger = logging.getLogger(__name__)

#: So many files that come at once, with so few items and bytes, get their page at once; others in the background
FILES_AT_ONCE, ITEMS_AT_ONCE, BYTES_AT_ONCE = 3, 20, 16_000
#: Seconds for one page in the background, where Odoo sets no limit to a scheduled action
MOST_SECONDS = 900
#: Seconds of a scheduled action's time that are kept for everything else
SPARE_SECONDS = 20


class DocumentDispatchFile(models.Model):
    """The DANFE of an NF-e, the DANFSe of an NFS-e, the page of a correction letter: drawn from the XML, kept as files.

    Failing to draw it never stops the XML, which is the legal document (Ajuste SINIEF 07/05, cl. 7).
    """

    _inherit = "document.dispatch.file"

    danfe_id = fields.Many2one("ir.attachment", string="DANFE", readonly=True, ondelete="set null")
    danfe_state = fields.Selection(
        [("waiting", "In progress"), ("made", "Ready"), ("failed", "Failed"), ("missing", "Not installed")],
        string="Page", readonly=True,
    )
    danfe_message = fields.Char(string="Why there is no DANFE", readonly=True)

    _danfe_idx = models.Index("(id) WHERE danfe_state IN ('waiting', 'missing')")

    # ------------------------------------------------------------------

    def _danfe_begin(self):
        """Have the pages of new XML made: a few small ones at once, the others by the scheduler."""
        drawn = self.filtered(lambda file: file._danfe_is_drawn())
        drawn.danfe_id.sudo().unlink()  # sudo: as it was made
        drawn.write({"danfe_state": "waiting", "danfe_message": False})
        small = drawn.filtered(lambda file: file._danfe_is_small(file._danfe_xml()))
        at_once = small if len(drawn) <= FILES_AT_ONCE else small.browse()
        for file in at_once:
            file._danfe_make()
        if drawn - at_once:
            # sudo: the scheduler's
            self.env.ref("document_dispatch.ir_cron_dispatch_danfe").sudo()._trigger()

    def _danfe_is_drawn(self):
        """Tell whether there is a page for this file: for NF-e, NFS-e and correction letters."""
        return self.kind in ("nfe", "nfse") or self.kind == "event" and self.event_type == "correction"

    @api.model
    def _danfe_is_small(self, xml):
        """Tell whether a page is drawn in a second, whatever a stranger wrote into its texts."""
        return len(xml) <= BYTES_AT_ONCE and danfe.count_items(xml) <= ITEMS_AT_ONCE

    def _danfe_xml(self):
        return self._bytes_of(self._get_own_attachment())

    def _danfe_make(self):
        """Draw the page of one file; what keeps us from it stays on the record."""
        self.ensure_one()
        company = self.company_id
        try:
            pdf = self.move_id._dispatch_external_danfe(self.reference) or danfe.draw(
                self._danfe_xml(), self._danfe_logo(company),
                self._danfe_issuer(company) if self.kind == "event" else None, self._danfe_seconds(),
                self._danfe_page(),
            )
        except danfe.NotInstalled:
            self.write({"danfe_state": "missing", "danfe_message": self.env._(
                "Ask your administrator to install the Python package brazilfiscalreport.")})
            return
        except danfe.CannotDraw as error:
            _logger.info("The DANFE of %s could not be made: %s", self.name, error)
            self.write({"danfe_state": "failed", "danfe_message": str(error)})
            return
        # sudo: the system's file, read with the rights on the record
        page = self.env["ir.attachment"].sudo().create({
            "name": self._danfe_name(), "raw": pdf, "mimetype": "application/pdf", "res_model": self._name,
            "res_id": self.id,
        })
        self.write({"danfe_id": page.id, "danfe_state": "made", "danfe_message": False})

    def _danfe_name(self):
        """The file's name: the trade calls these files by their key."""
        name = {"event": "DACCe", "nfse": "DANFSe"}.get(self.kind, "DANFE")
        return f"{name}_{self.reference}.pdf"

    def _danfe_page(self):
        """Which page it is, as the drawing tool calls it."""
        return {"event": danfe.DACCE, "nfse": danfe.DANFSE}.get(self.kind, danfe.DANFE)

    def _danfe_logo(self, company):
        # sudo: the picture that stands on every document of the company
        picture = company.sudo().partner_id.with_context(bin_size=False).image_512
        return base64.b64decode(picture) if picture and not company.uses_default_logo else None

    def _danfe_issuer(self, company):
        """Name and address of the company, as ``brazilfiscalreport`` wants them."""
        partner = company.partner_id
        return {
            "nome": company.name or "", "end": partner.street or "", "bairro": partner.street2 or "",
            "cidade": partner.city or "", "uf": partner.state_id.code or "", "fone": partner.phone or "",
        }

    def _danfe_seconds(self):
        """How long one page may take: within the time that Odoo gives to a scheduled action."""
        limit = config["limit_time_real_cron"]
        if limit is None or limit < 0:
            limit = config["limit_time_real"]
        return max(limit - SPARE_SECONDS, SPARE_SECONDS) if limit else MOST_SECONDS

    # ------------------------------------------------------------------
    # In the background
    # ------------------------------------------------------------------

    @api.model
    def _cron_make_danfes(self):
        """Entry of ``ir_cron_dispatch_danfe``: one page after another, each committed."""
        Cron = self.env["ir.cron"]
        waiting = self.search(self._danfe_waiting_domain(), order="id")
        Cron._commit_progress(remaining=len(waiting))
        for file in waiting:
            file = file.try_lock_for_update().filtered_domain(self._danfe_waiting_domain())
            if file:
                file._danfe_make_isolated()
            # commit: a page that took minutes is kept, and what waits for it goes
            if not Cron._commit_progress(1):
                break
        # what waited for its page goes now
        self.env["document.dispatch.delivery"]._trigger_workers()

    @api.model
    def _danfe_waiting_domain(self):
        """Those that wait, and those for which the library was missing, once it is there."""
        states = ["waiting", "missing"] if danfe.is_available() else ["waiting"]
        return [("danfe_state", "in", states)]

    def _danfe_make_isolated(self):
        try:
            with self.env.cr.savepoint():
                self._danfe_make()
        except CLASHES:
            raise  # no fault of the file: the next run makes it
        except Exception as error:
            self.env.invalidate_all()
            _logger.exception("The DANFE of file %s could not be made", self.id)
            self.write({"danfe_state": "failed", "danfe_message": str(error)})

    def action_make_danfe(self):
        """Make the page anew."""
        self.ensure_one()
        self.move_id.check_access("write")
        self.sudo()._danfe_begin()  # sudo: as in _recognise; the invoice was checked

    def action_open_danfe(self):
        """Open the page."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/web/content/{self.danfe_id.id}", "target": "new"}
