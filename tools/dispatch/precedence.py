"""What somebody chose for the sending of documents, above what the documents' types say."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chosen:
    """The choice of a rule, or what a first sending had; empty: nothing was chosen, the type says it.

    Records of Odoo, or their empty recordsets.
    """

    #: ``mail.template``
    template: object = None
    #: ``ir.actions.report``
    report: object = None
    #: ``ir.mail_server``
    account: object = None
