from . import document_dispatch_report
