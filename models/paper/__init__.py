from . import document_dispatch_print
from . import document_dispatch_printer
from . import document_dispatch
