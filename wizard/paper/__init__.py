from . import document_dispatch_tray
