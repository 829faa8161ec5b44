from . import document_dispatch_preview
