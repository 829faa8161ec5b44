from . import document_dispatch_report
from . import document_statement_report
