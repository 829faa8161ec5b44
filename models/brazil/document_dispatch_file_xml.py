import re

from odoo import api, models

from ...tools.brazil import envelope, nfe, nfe_checks, nfse, nfse_checks, safe_xml
from .document_dispatch_file import FOREIGN, LARGEST, UNUSABLE

#: What an XML is by what the readers call it
NFE_KINDS = {nfe.AUTHORIZED: "nfe", nfe.EVENT: "event"}
NFSE_KINDS = {nfse.AUTHORIZED: "nfse", nfse.EVENT: "nfse_event"}
#: Why a file that looks like a fiscal document cannot be read, and the same in records of older versions
XML_PROBLEMS = (
    safe_xml.EMPTY, safe_xml.TOO_LARGE, safe_xml.TOO_COMPLEX, safe_xml.NO_XML, safe_xml.ENCODING, safe_xml.DOCTYPE,
    safe_xml.MALFORMED, safe_xml.TRUNCATED, safe_xml.ENTITY, *envelope.NO_DOCUMENT, "unreadable",
)
#: Events by their tpEvento, and how their numbers end
EVENT_TYPES = {nfe.CORRECTION: ("correction", "CC-e-"), nfe.CANCELLATION: ("cancellation", "CANC-")}
#: A key in the name of a file, as programs of the trade call it
_KEY_IN_NAME = re.compile(r"(?<![0-9A-Z])([0-9]{6}[0-9A-Z]{12}[0-9]{26})(?![0-9])")


class DocumentDispatchFile(models.Model):
    """Fiscal documents in XML on an invoice: what each file is, and what it says.

    One that looks like a fiscal document and cannot be read is not the same as one that is none: it is shown.
    """

    _inherit = "document.dispatch.file"

    @api.model
    def _describe_xml(self, attachment, content):
        """Values of the document in a file, or of what looks like one and cannot be read; or nothing."""
        # sudo: of a file whose invoice is looked at
        name, size = attachment.sudo().name or "", attachment.sudo().file_size
        if size > LARGEST:
            family, problem = envelope.looks_fiscal(content), safe_xml.TOO_LARGE
            return [self._describe_unreadable(family, problem)] if family else []
        opened = envelope.open_file(content)
        family = opened.family or self._family_by_name(name) if opened.root is None else opened.family
        if not family:
            return []
        if opened.root is None or opened.problem in envelope.NO_DOCUMENT:
            return [self._describe_unreadable(family, opened.problem)]
        if family == envelope.FAMILIES[envelope.NFE]:
            return [self._describe_nfe_file(nfe.read_opened(opened), envelope.split(opened.root.tag)[1])]
        if family == envelope.FAMILIES[envelope.NFSE]:
            return [self._describe_nfse_file(nfse.read_opened(opened), envelope.split(opened.root.tag)[1])]
        return [self._describe_foreign(family, envelope.split(opened.root.tag)[1])]

    @api.model
    def _family_by_name(self, name):
        """What a file is called that nobody can read: by the key in its name, where that is a right one."""
        found = _KEY_IN_NAME.search(name.upper())
        return "NF-e" if found and nfe.is_key(found[1]) and name.lower().endswith(".xml") else None

    @api.model
    def _describe_unreadable(self, family, problem):
        return {"kind": UNUSABLE, "name": family, "reference": problem}

    @api.model
    def _describe_foreign(self, name, reference):
        return {"kind": FOREIGN, "name": name, "reference": reference[:60]}

    @api.model
    def _describe_nfe_file(self, found, root):
        if found.kind == nfe.OTHER:
            return self._describe_foreign("NF-e", root)
        event, moment = found.event, found.event.date if found.event else found.issued
        event_type, mark = EVENT_TYPES.get(event.type, (False, f"{event.type}-")) if event else (False, "")
        reference = found.key and (f"{found.key}-{event.type}-{event.sequence}" if event else found.key) or found.kind
        if found.kind == nfe.CONSUMER:
            return self._describe_foreign(self._nfe_name(found, "").replace("NF-e", "NFC-e"), reference)
        name = self._nfe_name(found, f"/{mark}{event.sequence or 1}" if event else "")
        if event and event.type and not event_type:
            return self._describe_foreign(name, reference)
        return {
            "kind": NFE_KINDS.get(found.kind, UNUSABLE),
            "name": name,
            "reference": reference,
            "number": f"{found.series}/{found.number}" if found.number is not None else False,
            "date": moment.date() if moment else False,
            "amount": float(nfe_checks.total_of(found)[1] or 0),
            "event_type": event_type,
            "event_text": event.text if event else False,
            "content": found.content,
        }

    @api.model
    def _describe_nfse_file(self, found, root):
        if found.kind == nfse.OTHER:
            return self._describe_foreign("NFS-e", root)
        event, moment = found.event, found.event.date if found.event else found.issued
        reference = found.key and (f"{found.key}-{event.type}-{event.sequence}" if event else found.key) or found.kind
        number = found.number
        if number is None and nfse.is_key(found.key):
            number = int(found.key[23:36])
        name = "NFS-e" if number is None else f"NFS-e/{number}"
        cancels = event and event.type in nfse.CANCELLATIONS
        if event:
            name += f"/{'CANC' if cancels else event.type}-{event.sequence or 1}"
        if event and event.type and not cancels:
            return self._describe_foreign(name, reference)
        totals = nfse_checks.totals_of(found)
        return {
            "kind": NFSE_KINDS.get(found.kind, UNUSABLE),
            "name": name,
            "reference": reference,
            "number": str(number) if number is not None else False,
            "date": moment.date() if moment else False,
            "amount": float(next(iter(totals.values()), 0)),
            "event_type": "cancellation" if cancels else False,
            "event_text": event.text if event else False,
            "content": found.content,
        }

    @api.model
    def _nfe_name(self, found, suffix):
        """Series and number; those of an event's NF-e stand in its key (positions 23 to 34)."""
        series, number = found.series, found.number
        if number is None and nfe.is_key(found.key):
            series, number = int(found.key[22:25]), int(found.key[25:34])
        return f"NF-e/{series}/{number}{suffix}" if number is not None else f"NF-e{suffix}"
