from . import document_dispatch_file_unlock
