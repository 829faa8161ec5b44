"""A network for worker processes, as Odoo's modules are to theirs: it counts in a file, and commits in the middle."""

from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import worker

from odoo.addons.document_dispatch.tools.legal.gates import Gate

#: Its state stands in a field of Odoo's that no customer's invoice uses
GATE = Gate("toy", "Toynet", ("toy",), "invoice_source_email", accepted=("accepted",), rejected=("rejected",),
            waiting=("sent",), number="invoice_origin")


@contextmanager
def installed(path):
    """Install it in this process.

    :param path: of the file that gets a line for each invoice that the service takes
    """
    send, move = worker.registry()["account.move.send"], worker.registry()["account.move"]
    hook = send._call_web_service_before_invoice_pdf_render

    def call(records, invoices_data):
        hook(records, invoices_data)
        for invoice, data in invoices_data.items():
            if "toy" in data["extra_edis"] and not invoice.invoice_source_email:
                with Path(path).open("a", encoding="utf-8") as taken:
                    taken.write(f"{invoice.name}\n")
                records._toy_took()
                invoice.invoice_source_email = "sent"
                if records._can_commit():
                    records.env.cr.commit()
                records._toy_noted()

    with ExitStack() as patches:
        for model, name, function in (
            (send, "_get_all_extra_edis", lambda _self: {"toy": {"label": "Toy", "is_applicable": lambda move: True}}),
            (move, "_dispatch_gates", lambda _self: [GATE]),
            (send, "_call_web_service_before_invoice_pdf_render", call),
            (send, "_toy_took", lambda _self: None), (send, "_toy_noted", lambda _self: None),
        ):
            patches.enter_context(patch.object(model, name, function, create=True))
        yield


def deliver(path, *stops):
    """As :func:`worker.deliver`, with the network."""
    with installed(path):
        worker.deliver(*stops)
