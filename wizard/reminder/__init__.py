from . import document_dispatch_overview
