"""Where Odoo keeps what networks and tax authorities said of an invoice.

One line for each module of Odoo 19.0 that extends the web-service hooks of ``account.move.send``; a test walks Odoo's
source and fails where a module has none. Another module's gate is a line more, or an override of
``account.move._dispatch_gates``.
"""

from datetime import date
from typing import NamedTuple

NONE, WAITING, ACCEPTED, REJECTED = "none", "waiting", "accepted", "rejected"

#: Odoo's sending methods that go to no network and no authority, ours among them
LOCAL_METHODS = frozenset({"email", "manual", "paper", "snailmail", "whatsapp"})
#: Extras of Odoo's window (``_get_all_extra_edis``) that make a file, and call nothing
FILE_EXTRAS = frozenset({"es_facturae"})
#: Words stand in no field, but in the last note of the chatter
CHATTER = "chatter"


#: Countries whose law asks companies for electronic invoices among each other, without anybody's consent, and since
#: when for the first of them (Directive (EU) 2025/516 lets them). doc/administrator.md shows the same
MANDATES = {
    "BE": date(2026, 1, 1), "DE": date(2027, 1, 1), "FR": date(2026, 9, 1), "IT": date(2019, 1, 1),
    "PL": date(2026, 2, 1), "RO": date(2024, 7, 1),
}


class Gate(NamedTuple):
    """How to read from an invoice what became of it. Paths are those of fields, from ``account.move``."""

    #: Technical name of the module that fills the fields
    module: str
    #: What people call the network or the authority's system
    name: str
    #: Sending methods, or extras of the window, that hand an invoice over
    keys: tuple
    #: Where the state stands
    state: str
    accepted: tuple
    rejected: tuple = ()
    waiting: tuple = ()
    #: Values that say nothing of the invoice: it was not handed over, or not as an invoice
    silent: tuple = ()
    #: Where the authority's number stands; empty: nowhere
    number: str = ""
    #: Where its words stand; empty: the module has none
    words: str = ""
    #: Set when the invoice was handed over, where the state says nothing yet
    handed: str = ""
    #: Set when it was refused, where the state does not say so
    error: str = ""
    #: Whether the service is called before the PDF is printed
    before: bool = True
    #: The PDF that was printed before the answer lacks what the customer needs: it is printed anew
    reprint: bool = False
    #: Field of ``res.partner`` that says whether a customer can be reached there, and by which value
    reachable: tuple = ()
    #: Field of ``res.company`` that must have one of these values before invoices can be handed over
    ready: tuple = ()


#: ``(module, …)`` in the order of their names
GATES = (
    Gate("account_peppol", "Peppol", ("peppol",), "peppol_move_state", accepted=("done",),
         rejected=("error", "skipped"), waiting=("processing",), silent=("ready", "to_send"),
         number="peppol_message_uuid", words=CHATTER, before=False, ready=("peppol_can_send", (True,)),
         reachable=("peppol_verification_state", "valid")),
    Gate("l10n_dk_nemhandel", "Nemhandel", ("nemhandel",), "nemhandel_move_state", accepted=("done",),
         rejected=("error",), waiting=("processing",), silent=("ready", "to_send"),
         number="nemhandel_message_uuid", words=CHATTER, before=False,
         ready=("l10n_dk_nemhandel_proxy_state", ("receiver",))),
    Gate("l10n_es_edi_tbai", "TicketBAI", ("es_tbai",), "l10n_es_tbai_post_document_id.state", accepted=("accepted",),
         rejected=("rejected",), waiting=("to_send",), words="l10n_es_tbai_post_document_id.response_message"),
    Gate("l10n_es_edi_verifactu", "Veri*Factu", ("es_verifactu",), "l10n_es_edi_verifactu_state",
         accepted=("accepted", "registered_with_errors"), rejected=("rejected",), silent=("cancelled",),
         number="l10n_es_edi_verifactu_document_ids.response_csv", words="l10n_es_edi_verifactu_warning",
         handed="l10n_es_edi_verifactu_document_ids"),
    Gate("l10n_gr_edi", "myDATA", ("gr_edi",), "l10n_gr_edi_document_ids.state", accepted=("invoice_sent",),
         rejected=("invoice_error",), silent=("bill_fetched", "bill_sent", "bill_error"), number="l10n_gr_edi_mark",
         words="l10n_gr_edi_document_ids.message"),
    Gate("l10n_hr_edi", "MojEracun", ("mojeracun",), "l10n_hr_edi_addendum_id.mer_document_status",
         accepted=("30", "40", "70"), rejected=("45", "50"), waiting=("20",), number="l10n_hr_mer_document_eid",
         words=CHATTER, before=False, ready=("l10n_hr_mer_connection_state", ("active",))),
    Gate("l10n_hu_edi", "NAV 3.0", ("hu_nav_30",), "l10n_hu_edi_state", accepted=("confirmed", "confirmed_warning"),
         rejected=("rejected",), waiting=("sent", "send_timeout"),
         silent=("cancel_sent", "cancel_timeout", "cancel_pending", "cancelled"),
         number="l10n_hu_edi_transaction_code", words="l10n_hu_edi_message_html"),
    Gate("l10n_in_edi", "IRP", ("in_edi_send",), "l10n_in_edi_status", accepted=("sent",),
         silent=("to_send", "cancelled"), words="l10n_in_edi_error", error="l10n_in_edi_error"),
    Gate("l10n_it_edi", "SdI", ("it_edi_send",), "l10n_it_edi_state",
         accepted=("forwarded", "forward_failed", "forward_attempt", "accepted_by_pa_partner",
                   "accepted_by_pa_partner_after_expiry"),
         rejected=("rejected", "rejected_by_pa_partner"),
         waiting=("being_sent", "processing", "requires_user_signature"),
         number="l10n_it_edi_transaction", words="l10n_it_edi_header", before=False),
    Gate("l10n_jo_edi", "JoFotara", ("jo_edi",), "l10n_jo_edi_state", accepted=("sent", "demo"), silent=("to_send",),
         number="l10n_jo_edi_uuid", words="l10n_jo_edi_error", error="l10n_jo_edi_error"),
    Gate("l10n_pl_edi", "KSeF", ("pl_ksef",), "l10n_pl_edi_status", accepted=("accepted",), rejected=("rejected",),
         waiting=("sent",), number="l10n_pl_edi_number", words="l10n_pl_edi_header", reprint=True),
    Gate("l10n_ro_edi", "SPV (e-Factura)", ("ro_edi",), "l10n_ro_edi_state", accepted=("invoice_validated",),
         rejected=("invoice_refused",), waiting=("invoice_not_indexed", "invoice_sent"), number="l10n_ro_edi_index",
         words="l10n_ro_edi_document_ids.message", before=False),
    Gate("l10n_rs_edi", "eFaktura", ("rs_edi", "rs_cir_checkbox"), "l10n_rs_edi_state", accepted=("sent",),
         rejected=("sending_failed",), number="l10n_rs_edi_invoice", words="l10n_rs_edi_error", before=False),
    Gate("l10n_sa_edi", "ZATCA", ("sa_edi",), "edi_state", accepted=("sent",),
         silent=("to_send", "to_cancel", "cancelled"), number="l10n_sa_uuid", words="edi_error_message",
         error="edi_error_message"),
    Gate("l10n_tr_nilvera_einvoice", "Nilvera", ("tr_nilvera",), "l10n_tr_nilvera_send_status", accepted=("succeed",),
         rejected=("error",), waiting=("sent", "waiting", "unknown"), silent=("not_sent",),
         number="l10n_tr_nilvera_uuid", words=CHATTER),
    Gate("l10n_tw_edi_ecpay", "ECPay", ("tw_ecpay_send",), "l10n_tw_edi_state", accepted=("valid",),
         rejected=("invalid",), waiting=("invoiced",), number="l10n_tw_edi_ecpay_invoice_id", words=CHATTER),
    Gate("l10n_tw_edi_ecpay", "ECPay", ("tw_ecpay_issue_allowance",), "l10n_tw_edi_refund_state",
         accepted=("agreed",), rejected=("disagreed",), waiting=("to_be_agreed",),
         number="l10n_tw_edi_refund_invoice_number", words=CHATTER),
    Gate("l10n_vn_edi_viettel", "SInvoice", ("vn_sinvoice_send",), "l10n_vn_edi_invoice_state",
         accepted=("sent", "payment_state_to_update", "adjusted", "replaced"), silent=("ready_to_send", "canceled"),
         number="l10n_vn_edi_invoice_number", words=CHATTER),
)


def is_mandatory(country, day):
    """Tell whether the law of a country asks companies for electronic invoices among each other.

    :param str country: its code
    :param date day: on which
    """
    return country in MANDATES and MANDATES[country] <= day


class Legal(NamedTuple):
    """What networks and authorities said of an invoice."""

    #: ``none``: nothing was handed over; ``waiting``, ``accepted``, ``rejected``
    state: str = NONE
    #: Of the network or authority, as people call it
    name: str = ""
    #: What it said, as plain text
    words: str = ""
    #: Its number for the invoice
    number: str = ""


def interpret(gate, value, handed=False, error=False):
    """Return what the state of a gate means.

    :param Gate gate: the line of the table
    :param value: of its state; a value that nobody knows means that it waits, never that it went
    :param handed: of :attr:`Gate.handed`
    :param error: of :attr:`Gate.error`
    """
    for state in (ACCEPTED, REJECTED, WAITING):
        if value and value in getattr(gate, state):
            return state
    if error:
        return REJECTED
    if value and value not in gate.silent:
        return WAITING
    return WAITING if handed and not value else NONE


def combine(answers):
    """Return one answer for an invoice that several networks have: it is accepted when all of them took it.

    :param answers: :class:`Legal` of each
    """
    told = [answer for answer in answers if answer.state != NONE]
    for state in (REJECTED, WAITING):
        if those := [answer for answer in told if answer.state == state]:
            return those[0]
    if not told:
        return Legal()
    return told[0]._replace(
        name=", ".join(dict.fromkeys(answer.name for answer in told)),
        number=", ".join(dict.fromkeys(answer.number for answer in told if answer.number)),
        words=" ".join(answer.words for answer in told if answer.words),
    )
